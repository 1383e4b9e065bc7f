"""What the person chooses: which entries, which fields, and where things go in the library."""

from __future__ import annotations

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import HeldBack, NotPushed
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.gathering.selection import BadSelection, selection
from zoterodigest.sync.run.run import Options

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
FLOW = "Straight Flows for Fast Sampling Steps"

LIST = f"""# Reading

## Vision

- [{SWIN}](https://arxiv.org/abs/2401.00001), CVPR 2024. [[code]](https://github.com/lab/swin)
- [{GAN}](https://arxiv.org/abs/2401.00002), CVPR 2023.

## Theory

- [{FLOW}](https://arxiv.org/abs/2401.00003), ICLR 2023.
"""

NOTES = notes(
    quoted(
        SWIN,
        "2401.00001",
        venue="CVPR 2024 Oral",
        links=("[code](https://github.com/lab/swin)",),
        bullets=("Windows shift.",),
    ),
    quoted(GAN, "2401.00002", task="deblurring", bullets=("A second network judges.",)),
)

BULLETS = f"""# Diffusion Papers

- **[{FLOW}](https://arxiv.org/abs/2401.00003)**  `arXiv:2401.00003`  `cs.LG` `cs.CV`
  _Ada Lovelace, Alan Turing_
  <details open><summary>Abstract</summary>
  Straight paths need fewer steps.
  </details>
"""


def configured(world: World, rules: str, text: str = NOTES, tables: str = "") -> World:
    world.configure(f'[[digest]]\npath = "Notes.md"\n{rules}\n{tables}')
    world.markdown("Notes.md", text)
    return world


# --- which entries -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only", "text", "titles"),
    [
        (["id:2401.00002"], NOTES, {GAN}),
        (["id:https://arxiv.org/abs/2401.00002v3"], NOTES, {GAN}),
        (["task:DEBLUR"], NOTES, {GAN}),
        (["keyword:windows"], NOTES, {SWIN}),
        (["keyword:second network"], NOTES, {GAN}),
        (["section:theory"], LIST, {FLOW}),
        (["section:Theory", "id:2401.00001"], LIST, {FLOW, SWIN}),
        (["keyword:lovelace"], BULLETS, {FLOW}),
        (["keyword:github.com/lab"], LIST, {SWIN}),
        (["keyword:nobody wrote this"], NOTES, set()),
    ],
)
def test_only_the_entries_selected_are_pushed(
    world: World, only: list[str], text: str, titles: set[str]
) -> None:
    world.markdown("Notes.md", text)

    world.push(Options(selection=selection(only)))

    assert world.keys_by_title().keys() == titles


def test_what_is_not_selected_is_neither_changed_nor_dropped(world: World) -> None:
    world.markdown("Notes.md", NOTES)
    world.first_push()
    before = world.item(SWIN)

    world.edit("Notes.md", ("CVPR 2024 Oral", "CVPR 2024"), ("> Task: deblurring", "> Task: SISR"))
    outcome = world.push(Options(selection=selection(["id:2401.00002"])))

    assert world.item(SWIN) == before
    assert "task:single-image super-resolution" in world.tags(GAN)
    assert not outcome.prepared.plan.reports
    assert actions(world.plan()) == {"ChangeItem": 1}


@pytest.mark.parametrize("text", ["", "windows", "colour:red", "id:", "task: "])
def test_a_selection_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadSelection):
        selection([text])


def test_without_notes_no_note_is_made_and_a_later_push_makes_it(world: World) -> None:
    world.markdown("Notes.md", NOTES)

    world.first_push(Options(with_notes=False))
    assert world.notes() == {}
    assert world.plan(Options(with_notes=False)).is_settled

    world.push()
    assert len(world.notes()) == 2
    assert world.plan().is_settled
    assert world.plan(Options(with_notes=False)).reports == ()


# --- which fields --------------------------------------------------------------------------------


def test_a_digest_that_does_not_push_writes_nothing(world: World) -> None:
    configured(world, "push = false")

    outcome = world.push()

    assert outcome.written == 0
    assert len(reports(outcome.prepared.plan, NotPushed)) == 2
    assert not world.items()


def test_a_digest_that_pushes_some_fields_creates_with_these_alone(world: World) -> None:
    configured(world, 'push = ["title", "arxiv", "task"]')

    world.push()

    item = world.item(SWIN)
    assert world.tags(SWIN) == {"task:image restoration"}
    assert "date" not in item
    assert world.children(SWIN) == {}
    assert world.plan().actions == ()


def test_an_edit_of_a_field_that_is_not_pushed_is_held(world: World) -> None:
    configured(world, "")
    world.push()
    configured(world, 'push = ["title"]', NOTES.replace("Task: deblurring", "Task: denoising"))

    outcome = world.push()

    assert outcome.written == 0
    (report,) = reports(outcome.prepared.plan, HeldBack)
    assert isinstance(report, HeldBack)
    assert (report.name, report.to_entry) == ("task", False)
    assert "task:deblurring" in world.tags(GAN)


# --- where things go -----------------------------------------------------------------------------


def test_links_may_live_in_extra(world: World) -> None:
    configured(world, "", tables='[zotero]\nlinks = "extra"')

    world.push()

    assert "Link: <https://github.com/lab/swin> code" in world.item(SWIN)["extra"].split("\n")
    assert world.links(SWIN) == {}
    assert world.plan().is_settled

    world.edit("Notes.md", ("https://github.com/lab/swin", "https://github.com/lab/swin-2"))
    world.push()
    assert "Link: <https://github.com/lab/swin-2> code" in world.item(SWIN)["extra"].split("\n")


def test_links_may_be_off(world: World) -> None:
    configured(world, "", tables='[zotero]\nlinks = "off"')

    world.push()

    assert world.links(SWIN) == {}
    assert "github" not in str(world.everything())
    world.edit("Notes.md", ("https://github.com/lab/swin", "https://github.com/lab/swin-2"))
    assert world.plan().is_settled


@pytest.mark.parametrize("categories", [True, False])
def test_categories_are_tags_only_if_asked_for(world: World, categories: bool) -> None:
    tables = f"[zotero]\ncategories = {str(categories).lower()}"
    configured(world, "", BULLETS, tables)

    world.push()

    assert {"category:cs.LG", "category:cs.CV"} == world.tags(FLOW) or not categories
    assert world.tags(FLOW) == set() or categories
    assert "arXiv: 2401.00003 [cs.LG]" in world.item(FLOW)["extra"]
    assert world.plan().is_settled


def test_without_headings_there_is_one_collection(world: World) -> None:
    configured(world, "headings = false", LIST)

    world.push()

    assert world.collections().keys() == {"Notes"}
    assert world.shelved(SWIN) == world.shelved(FLOW) == {"Notes"}
    assert world.plan().is_settled


def test_dated_digests_go_into_collections_of_their_months(world: World) -> None:
    rules = 'path = "*/*.md"\ncollection = "Daily/{year}-{month}"\nheadings = false'
    world.configure(f"[[digest]]\n{rules}\n")
    world.markdown("bot/2024-05-13.md", notes(quoted(SWIN, "2401.00001")))
    world.markdown("bot/2024-05-14.md", notes(quoted(GAN, "2401.00002")))
    world.markdown("bot/2024-06-01.md", notes(quoted(FLOW, "2401.00003")))

    world.first_push()

    assert world.collections().keys() == {"Daily", "Daily/2024-05", "Daily/2024-06"}
    assert world.shelved(SWIN) == world.shelved(GAN) == {"Daily/2024-05"}
    assert world.shelved(FLOW) == {"Daily/2024-06"}
    assert world.plan().is_settled


def test_a_collection_shared_by_two_digests_outlives_the_removal_of_one(world: World) -> None:
    rules = 'path = "*.md"\ncollection = "Reading"\nheadings = false'
    world.configure(f"[[digest]]\n{rules}\n")
    world.markdown("A.md", notes(quoted(SWIN, "2401.00001")))
    world.markdown("B.md", notes(quoted(GAN, "2401.00002")))
    world.first_push()
    world.digests = ["A.md"]

    world.remove()

    assert world.keys_by_title().keys() == {GAN}
    assert world.shelved(GAN) == {"Reading"}
    world.digests = ["B.md"]
    assert world.plan().is_settled


def test_unlink_forgets_and_touches_nothing(world: World) -> None:
    world.markdown("Notes.md", NOTES)
    world.first_push()
    before, version = world.everything(), world.library.version()

    world.unlink()

    assert (world.everything(), world.library.version()) == (before, version)
    world.edit("Notes.md", ("Task: deblurring", "Task: denoising"))
    assert world.push().written == 0

    world.push(Options(Sync(may_pull=False, relink=True)))
    assert world.keys_by_title().keys() == {SWIN, GAN}
    assert len(world.notes()) == 2
    assert world.plan().is_settled
