"""Edits in a .bib that a person takes back: what was exported before is an edit like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sync.killing import killed, push, sync
from tests.sync.world import World
from zoterodigest.core.plan.run_options import Choices, End
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC, PUSH = Options(intent.SYNC), Options(intent.PUSH)
OTHER = "- [Segment Anything](https://arxiv.org/abs/2304.02643) - ICCV 2023\n"
PAPER = "- [Mask R-CNN](https://arxiv.org/abs/1703.06870) - ICCV 2017\n"
VENUE = "Proceedings of the IEEE International Conference on Computer Vision"
BIB = """\
[[digest]]
path = "notes.md"

[[digest]]
path = "list.md"

[[bibliography]]
path = "refs.bib"
push = true
pull = true
"""
DATA = {
    "itemType": "conferencePaper",
    "proceedingsTitle": VENUE,
    "pages": "1-9",
    "DOI": "10.1109/ICCV.2017.322",
    "creators": [
        {"creatorType": "author", "firstName": "Kaiming", "lastName": "He"},
        {"creatorType": "author", "firstName": "Ross", "lastName": "Girshick"},
    ],
}
Edits = Mapping[str, tuple[str, str]]

EDITED: Edits = {
    "title": ("title = {Mask {R-CNN}}", "title = {Other}"),
    "creators": ("He, Kaiming and Girshick, Ross", "He, Kaiming"),
    "proceedingsTitle": (f"booktitle = {{{VENUE}}}", "booktitle = {CVPR}"),
    "date": ("year = {2017}", "year = {2018}"),
    "pages": ("pages = {1--9}", "pages = {2--9}"),
    "DOI": ("doi = {10.1109/ICCV.2017.322}", "doi = {10.1109/ICCV.2017.323}"),
}
CAME_AND_WENT: Edits = {
    "title": ("title = {Mask {R-CNN}}", "title = {Mask {R-CNN}},\n  subtitle = {A Study}"),
    "pages": ("pages = {1--9}", "pages = {}"),
}
FIELDS = pytest.mark.parametrize("edits", [EDITED, CAME_AND_WENT], ids=["edited", "came and went"])


def a_world(root: Path, rules: str = "") -> World:
    """A paper of a digest and a .bib, in sync."""
    root.mkdir(exist_ok=True)
    world = World(root)
    world.configure(BIB)
    world.markdown("notes.md", PAPER + OTHER)
    world.markdown("list.md", "Nothing yet.\n")
    world.first_push(SYNC)
    world.change(world.key("Mask R-CNN"), **DATA)
    world.push(SYNC)
    world.configure(BIB + rules)
    (root / "main.tex").write_text("Nothing is cited.", "utf-8")
    world.push(SYNC)
    assert world.prepare(SYNC).is_settled
    return world


def text(world: World) -> str:
    return (world.root / "refs.bib").read_text("utf-8")


def values(world: World) -> dict[str, Any]:
    """Return the fields of the paper in Zotero."""
    (item,) = (one for one in world.items().values() if "1703.06870" in one.get("url", ""))
    return {name: item.get(name, "") for name in EDITED}


def require_taken_back(world: World, edits: Edits, run: Options = SYNC) -> None:
    """Edit fields in the .bib, sync, take the edits back, sync: Zotero has what it had."""
    before, at_first = values(world), text(world)
    world.edit("refs.bib", *edits.values())
    world.push(run)
    assert {name for name, now in values(world).items() if now != before[name]} == set(edits)
    assert world.prepare(run).is_settled

    world.edit("refs.bib", *((new, old) for old, new in edits.values()))
    world.push(run)

    assert values(world) == before
    world.push(SYNC)
    assert values(world) == before
    assert text(world) == at_first
    assert world.prepare(SYNC).is_settled


def leave(world: World) -> None:
    """Take the paper out of the digest."""
    world.edit("notes.md", (PAPER, ""))
    world.push(SYNC)


@FIELDS
def test_edits_are_taken_back_in_an_entry_whose_paper_left_the_digests(
    tmp_path: Path, edits: Edits
) -> None:
    world = a_world(tmp_path)
    leave(world)

    require_taken_back(world, edits)


@FIELDS
def test_edits_that_were_pushed_are_taken_back(tmp_path: Path, edits: Edits) -> None:
    require_taken_back(a_world(tmp_path), edits, PUSH)


@pytest.mark.parametrize("rule", ['cited = ["main.tex"]', "add_only = true", ""])
def test_edits_are_taken_back_in_an_entry_of_any_bib(tmp_path: Path, rule: str) -> None:
    require_taken_back(a_world(tmp_path, rule), EDITED)


def test_an_edit_in_zotero_is_taken_back_in_an_entry_that_no_export_rewrites(
    tmp_path: Path,
) -> None:
    world = a_world(tmp_path)
    leave(world)
    world.change(world.key("Mask R-CNN"), title="Other")
    world.push(SYNC)
    assert "title = {Other}" in text(world)

    world.edit("refs.bib", ("title = {Other}", "title = {Mask {R-CNN}}"))
    world.push(SYNC)

    assert "Mask R-CNN" in world.keys_by_title()
    assert world.prepare(SYNC).is_settled


def test_what_a_person_chose_of_zotero_is_taken_back(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    exported = text(world)
    world.edit("refs.bib", ("title = {Mask {R-CNN}}", "title = {Another}"))
    world.change(world.key("Mask R-CNN"), title="Other")
    (row,) = (link.row.id for link in world.plan(SYNC).links if link.entry.key == "MaskRCNN2017")
    choices = Choices({(row, "title"): End.ZOTERO})
    world.push(Options(intent.Decide(choices), selection=lambda entry: True))
    assert "title = {Other}" in text(world)

    (world.root / "refs.bib").write_text(exported, "utf-8")
    world.push(SYNC)

    assert "Mask R-CNN" in world.keys_by_title()
    assert world.prepare(SYNC).is_settled


def test_an_entry_that_was_edited_and_is_wanted_no_more_stays_with_prune(tmp_path: Path) -> None:
    world = a_world(tmp_path, "prune = true\n")
    world.edit("notes.md", (PAPER, ""))
    world.edit("refs.bib", EDITED["title"])

    for _ in range(2):
        world.push(SYNC)
        assert "title = {Other}" in text(world)
        assert "Other" in world.keys_by_title()
        assert world.prepare(SYNC).is_settled
    world.edit("refs.bib", ("title = {Other}", "title = {Mask {R-CNN}}"))
    world.push(SYNC)
    assert "Mask R-CNN" in world.keys_by_title()
    assert world.prepare(SYNC).is_settled


@pytest.mark.parametrize(
    ("run", "step"),
    [
        pytest.param(sync, 4, id="some"),
        pytest.param(sync, 1, id="each", marks=pytest.mark.deep),
        pytest.param(push, 1, id="each of a push", marks=pytest.mark.deep),
    ],
)
def test_an_edit_whose_run_was_killed_is_taken_back(
    tmp_path: Path, run: Callable[[World], None], step: int
) -> None:
    template = a_world(tmp_path / "template")
    exported = text(template)
    template.edit("refs.bib", EDITED["title"])
    found = killed(run, template, tmp_path / "kills", first=8, step=step)
    found = [one for one in found if "Other" in one.keys_by_title()]
    assert found
    for world in found:
        (world.root / "refs.bib").write_text(exported, "utf-8")
        world.push(SYNC)

        assert "Mask R-CNN" in world.keys_by_title(), world.root.name
        assert text(world) == exported
        assert world.prepare(SYNC).is_settled
