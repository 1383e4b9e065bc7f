"""Notes that the person wrote in Zotero come into a digest where its rules say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import Conflict, HeldBack
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
DIGEST = """\
> **Mask R-CNN**
> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870)
>
> - A mask for each box.

> **Attention Is All You Need**
> *NeurIPS 2017*, [arxiv](https://arxiv.org/abs/1706.03762)
>
> - No recurrence.
"""


def world_with(root: Path, notes: str) -> World:
    world = World(root)
    world.configure(f'[[digest]]\npath = "notes.md"\nnotes = "{notes}"\n')
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    mask = world.key("Mask R-CNN")
    world.put(
        LibraryItem("NTE22222", 0, a_note(mask, "<p>Seen <b>twice</b>.</p>", "publish")),
        LibraryItem("NTE33333", 0, a_note(mask, "<p>For me only.</p>")),
    )
    return world


def a_note(parent: str, html: str, *tags: str) -> dict[str, object]:
    named = [{"tag": tag} for tag in tags]
    return {"itemType": "note", "parentItem": parent, "note": html, "tags": named}


def text(world: World) -> str:
    return (world.root / "notes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("rule", "shown"),
    [("off", []), ("tagged", ["Seen **twice**."]), ("all", ["Seen **twice**.", "For me only."])],
)
def test_only_the_notes_that_the_rule_names_are_shown(
    tmp_path: Path, rule: str, shown: list[str]
) -> None:
    world = world_with(tmp_path, rule)

    assert world.prepare(SYNC).needs_consent is bool(shown)
    world.push(SYNC)

    found = [one for one in ("Seen **twice**.", "For me only.") if one in text(world)]
    assert found == shown
    assert text(world).split("\n\n> **Attention")[1] == DIGEST.split("\n\n> **Attention")[1]
    assert world.plan(SYNC).is_settled


def test_a_shown_note_follows_the_library_and_goes_with_its_tag(tmp_path: Path) -> None:
    world = world_with(tmp_path, "tagged")
    world.push(SYNC)

    world.change("NTE22222", note="<p>Seen <b>three times</b>.</p>")
    world.push(SYNC)
    assert "Seen **three times**." in text(world)

    world.change("NTE22222", tags=[])
    world.push(SYNC)
    assert text(world) == DIGEST
    assert world.plan(SYNC).is_settled


def test_an_edit_of_a_shown_note_in_the_digest_is_reported_and_not_pushed(tmp_path: Path) -> None:
    world = world_with(tmp_path, "tagged")
    world.push(SYNC)
    world.edit("notes.md", ("twice", "often"))

    plan = world.push(SYNC).prepared.plan

    assert actions(plan) == {}
    assert len(reports(plan, HeldBack)) == 1
    assert "twice" in str(world.everything()["NTE22222"]["note"])
    world.change("NTE22222", note="<p>Seen rarely.</p>")
    assert len(reports(world.plan(SYNC), Conflict)) == 1


def test_a_shown_note_that_is_deleted_from_the_digest_stays_away(tmp_path: Path) -> None:
    world = world_with(tmp_path, "tagged")
    world.push(SYNC)
    world.markdown("notes.md", DIGEST)

    world.push(SYNC)

    assert text(world) == DIGEST
    assert "twice" in str(world.everything()["NTE22222"]["note"])


def test_what_is_private_in_a_shown_note_stays_in_the_library(tmp_path: Path) -> None:
    world = world_with(tmp_path, "all")
    html = "<p>Open.</p><h2>Private</h2><p>quietword</p><h2>Then</h2><p>Open again.</p>"
    world.change("NTE33333", note=html)

    world.push(SYNC)

    assert "Open again." in text(world)
    for path in world.root.rglob("*"):
        if path.is_file() and not path.name.startswith("library.sqlite"):
            assert b"quietword" not in path.read_bytes(), path


def test_turning_the_rule_off_leaves_what_stands_there(tmp_path: Path) -> None:
    world = world_with(tmp_path, "tagged")
    world.push(SYNC)
    before = text(world)
    world.configure('[[digest]]\npath = "notes.md"\n')

    world.push(SYNC)

    assert text(world) == before
    assert world.plan(SYNC).is_settled
