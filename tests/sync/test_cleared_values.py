"""What is cleared in Zotero leaves the entry with its frame, and comes back with it."""

from __future__ import annotations

import re

import pytest

from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

TITLE = "Flows That Match Their Paths"
QUOTED = f"""\
# Reading

> **{TITLE}**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2210.02747), [code](https://github.com/a/b)
> Task: image generation
>
> - One point.
"""


def synced(world: World) -> str:
    """Sync; nothing may fail. Return the digest."""
    options = Options(intent.SYNC)
    outcome = carry_out(prepare(world.workspace(), options), lambda done, total: None)
    assert outcome.failures == ()
    assert prepare(world.workspace(), options).plan.is_settled
    return (world.root / "Notes.md").read_text(encoding="utf-8")


def test_a_venue_cleared_in_zotero_goes_with_its_marks_and_comes_back(world: World) -> None:
    world.markdown("Notes.md", QUOTED)
    world.first_push()
    key, before = world.key(TITLE), world.item(TITLE)
    names = ("proceedingsTitle", "conferenceName", "date", "publisher", "series", "place")
    held = {name: before[name] for name in (*names, "tags") if name in before}
    tags = [tag for tag in before["tags"] if not tag["tag"].startswith("venue:")]

    world.change(key, **{**dict.fromkeys(held, ""), "tags": tags})
    cleared = synced(world)
    world.change(key, **held)

    assert cleared == QUOTED.replace("*CVPR 2025*, ", "")
    assert synced(world) == QUOTED


@pytest.mark.parametrize("tail", [", {}", " ({})", " [{}]"])
def test_a_link_removed_in_zotero_goes_with_its_brackets(world: World, tail: str) -> None:
    paper = f"- [{TITLE}](https://arxiv.org/abs/2210.02747), [CVPR 2025]"
    world.markdown("Notes.md", f"{paper}{tail.format('[code](https://github.com/a/b)')}\n")
    world.first_push()
    (link,) = (key for key, one in world.children(TITLE).items() if one.get("title") == "code")

    world.change(link, deleted=1)

    assert synced(world) == f"{paper}\n"


def tasks_of(world: World) -> list[dict[str, str]]:
    return [tag for tag in world.item(TITLE)["tags"] if tag["tag"].startswith("task:")]


def test_a_task_cleared_in_zotero_comes_back_behind_its_label(world: World) -> None:
    world.markdown("Notes.md", QUOTED)
    world.first_push()
    tags = world.item(TITLE)["tags"]
    world.change(world.key(TITLE), tags=[])
    synced(world)

    world.change(world.key(TITLE), tags=tags)

    assert synced(world) == QUOTED


def test_a_summary_whose_lines_went_comes_back_with_its_lines(world: World) -> None:
    world.markdown("Notes.md", QUOTED)
    world.first_push()
    note = world.note(TITLE)
    world.change_note(TITLE, lambda html: re.sub("(?s)<ul>.*</ul>", "", html))
    cleared = synced(world)

    world.change_note(TITLE, lambda _: note)

    assert "One point" not in cleared
    assert synced(world) == QUOTED


def test_a_line_that_a_person_deleted_stays_away_and_the_library_keeps_its_value(
    world: World,
) -> None:
    world.markdown("Notes.md", QUOTED)
    world.first_push()
    world.edit("Notes.md", ("> Task: image generation\n", ""))
    deleted = synced(world)

    world.change(world.key(TITLE), tags=[{"tag": "task:video generation"}])

    assert synced(world) == deleted
    assert tasks_of(world) == [{"tag": "task:video generation"}]


def test_a_line_that_a_person_writes_again_is_an_edit(world: World) -> None:
    world.markdown("Notes.md", QUOTED)
    world.first_push()
    world.change_note(TITLE, lambda html: re.sub("(?s)<ul>.*</ul>", "", html))
    cleared = synced(world)

    world.markdown("Notes.md", f"{cleared}> - Another point.\n")

    assert synced(world) == f"{cleared}> - Another point.\n"
    assert "Another point." in world.note(TITLE)
