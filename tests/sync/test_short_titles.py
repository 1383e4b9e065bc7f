"""A nickname of a list is the short title of its item; what Zotero made of a title is no edit."""

from __future__ import annotations

import pytest

from tests.sync.world import World
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.syncing.sync_run import FinishedRun

SYNC = Options(intent.SYNC)
TITLE = "Scaling Video Masked Autoencoders: A Study"
OTHER = "Attention Is All You Need"
LIST = f"""# Papers

- **[VMAE]** {TITLE} [[paper](https://arxiv.org/abs/2303.16727)]
- {OTHER} [[paper](https://arxiv.org/abs/1706.03762)]
"""


def before_short_titles(world: World) -> None:
    """Let the lock file know as much as it did before short titles were a field."""
    lines = world.lock_path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("short_title:")]
    assert len(kept) == len(lines) - 1
    world.lock_path.write_text("".join(kept), encoding="utf-8")


def an_earlier_project(world: World, short_title: str) -> None:
    """A list that an earlier version synced; its item has this short title in the library."""
    world.markdown("list.md", LIST)
    world.first_push(SYNC)
    world.change(world.key(TITLE), shortTitle=short_title)
    before_short_titles(world)


def short_title(world: World, title: str = TITLE) -> str:
    return str(world.item(title).get("shortTitle", ""))


def source(world: World) -> str:
    return (world.root / "list.md").read_text(encoding="utf-8")


def diverged(outcome: FinishedRun) -> list[str]:
    return [it.name for it in outcome.last.plan.reports if isinstance(it, DivergedField)]


def test_a_nickname_becomes_the_short_title_of_its_item(world: World) -> None:
    world.markdown("list.md", LIST)

    world.first_push(SYNC)

    assert (short_title(world), short_title(world, OTHER)) == ("VMAE", "")
    assert world.plan(SYNC).actions == ()


FROM_THE_WEB = "Scaling Video Masked Autoencoders"


@pytest.mark.parametrize("cut", ["", FROM_THE_WEB], ids=["alone", "beside what Zotero cut"])
def test_an_edit_at_either_end_reaches_the_other(world: World, cut: str) -> None:
    if cut:
        an_earlier_project(world, cut)
    else:
        world.markdown("list.md", LIST)
    world.push(SYNC)

    world.edit("list.md", ("[VMAE]", "[V-MAE]"))
    world.push(SYNC)
    pushed = short_title(world)
    world.change(world.key(TITLE), shortTitle="VideoMAE")
    world.push(SYNC)

    assert pushed == "V-MAE"
    assert source(world) == LIST.replace("VMAE", "VideoMAE")
    assert world.plan(SYNC).actions == ()


def test_a_line_without_a_nickname_takes_none_from_its_item(world: World) -> None:
    world.markdown("list.md", LIST)
    world.first_push(SYNC)
    world.change(world.key(OTHER), shortTitle="Attention")

    world.edit("list.md", ("**[VMAE]** ", ""))
    world.push(SYNC)

    assert (short_title(world), short_title(world, OTHER)) == ("VMAE", "Attention")
    assert world.plan(SYNC).actions == ()


def test_a_short_title_that_is_cleared_in_zotero_takes_the_nickname_out(world: World) -> None:
    world.markdown("list.md", LIST)
    world.first_push(SYNC)

    world.change(world.key(TITLE), shortTitle="")
    world.push(SYNC)

    assert source(world) == LIST.replace("**[VMAE]** ", "")
    assert world.plan(SYNC).actions == ()


def test_a_project_of_an_earlier_version_fills_in_an_empty_short_title(world: World) -> None:
    an_earlier_project(world, "")

    outcome = world.push(SYNC)

    assert (short_title(world), source(world)) == ("VMAE", LIST)
    assert diverged(outcome) == []
    assert world.plan(SYNC).actions == ()


def test_what_zotero_cut_off_the_title_stays_beside_a_nickname_without_a_word(world: World) -> None:
    an_earlier_project(world, FROM_THE_WEB)

    outcome = world.push(SYNC)

    assert (short_title(world), source(world)) == (FROM_THE_WEB, LIST)
    assert diverged(outcome) == []
    assert world.plan(SYNC).actions == ()


def test_a_program_that_cuts_the_title_again_edits_no_nickname(world: World) -> None:
    world.markdown("list.md", LIST)
    world.first_push(SYNC)

    for text in (FROM_THE_WEB, FROM_THE_WEB.lower()):
        world.change(world.key(TITLE), shortTitle=text)
        world.push(SYNC)

    assert (short_title(world), source(world)) == (FROM_THE_WEB.lower(), LIST)
    assert world.plan(SYNC).actions == ()


@pytest.mark.parametrize("text", ["Video autoencoders", "V-MAE"])
def test_a_short_title_that_a_person_chose_and_a_nickname_have_diverged(
    world: World, text: str
) -> None:
    an_earlier_project(world, text)

    outcome = world.push(SYNC)

    assert (short_title(world), source(world)) == (text, LIST)
    assert diverged(outcome) == ["short_title"]
    assert world.plan(SYNC).actions == ()


def test_an_item_of_ones_own_is_adopted_with_its_short_title(world: World) -> None:
    world.put_item("MINEMINE", title=TITLE, shortTitle=FROM_THE_WEB, archiveID="arXiv:2303.16727")
    world.markdown("list.md", LIST)

    outcome = world.push(SYNC)

    assert (short_title(world), source(world)) == (FROM_THE_WEB, LIST)
    assert diverged(outcome) == []


def test_what_was_filled_in_is_taken_back(world: World) -> None:
    world.put_item("MINEMINE", title=TITLE, archiveID="arXiv:2303.16727")
    world.markdown("list.md", LIST)
    world.push(SYNC)
    filled = short_title(world)

    world.remove()

    assert (filled, short_title(world)) == ("VMAE", "")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("Swin", "- **[Swin]** Swin Transformer: Hierarchical Vision"),
        ("", "- Swin Transformer: Hierarchical Vision"),
    ],
)
def test_an_item_added_in_zotero_is_written_with_its_short_title(
    world: World, given: str, line: str
) -> None:
    assert line in added(world, "Swin Transformer: Hierarchical Vision", given)


def test_half_of_a_title_is_no_nickname_of_a_new_entry(world: World) -> None:
    title = "Learning All of Vision at Once: A Study"

    assert f"- {title}" in added(world, title, "Learning All of Vision at Once")


def added(world: World, title: str, short_title: str) -> str:
    """The list after somebody put an item with this title into its collection."""
    world.markdown("list.md", LIST)
    world.first_push(SYNC)
    shelf = world.collections()["list"]
    data = {"title": title, "shortTitle": short_title, "archiveID": "arXiv:2103.14030"}
    world.put_item("SWINSWIN", **data, collections=[shelf])
    world.push(SYNC)
    assert world.plan(SYNC).actions == ()
    return source(world)
