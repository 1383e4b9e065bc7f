"""Entries of a .bib whose items a person merges in Zotero: what an export may write then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.made_once import made_once
from tests.sync.digests import daily, notes, quoted, row
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.core.plan.run_options import Choices, End
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC, PULL = Options(intent.SYNC), Options(intent.PULL)
MASK = "Masking Regions of Images Again"
SWIN = "Restoring Images with Shifted Windows"
SURVIVOR = "Masking Regions of Images Once More"
OWN = "KEEPKEEP"
CONFIG = (
    '[[digest]]\npath = "notes.md"\n\n'
    '[[bibliography]]\npath = "refs.bib"\npush = true\npull = true\n'
)
PERSON = {"creatorType": "author", "firstName": "Kaiming", "lastName": "He"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Reading notes, their library, and a .bib that exports made and nobody edited."""
    world = World(tmp_path, ["notes.md"])

    def make() -> None:
        world.configure(CONFIG)
        mask, swin = (quoted(MASK, "1703.06870"), quoted(SWIN, "2401.00001"))
        world.markdown("notes.md", notes(mask, swin))
        world.push(SYNC)
        world.change(world.key(MASK), creators=[PERSON], date="2017-03-20")
        world.push(SYNC)
        assert world.plan(SYNC).is_settled

    made_once(tmp_path, make)
    return world


def bib(world: World) -> str:
    return (world.root / "refs.bib").read_text(encoding="utf-8")


def entry(world: World, key: str) -> str:
    """Return the text of the entry of a .bib that has `key` in its own."""
    return next(one for one in bib(world).split("\n@") if key in one.partition(",")[0])


def merged_into_own(world: World, **data: Any) -> None:
    """Merge the item of the first entry into one of the person's own, which says all it says."""
    says = {
        "itemType": "preprint",
        "title": MASK,
        "creators": [PERSON],
        "date": "2017-03-20",
        "archiveID": "arXiv:1703.06870",
        "repository": "arXiv",
        "url": "https://arxiv.org/abs/1703.06870",
    }
    world.put(LibraryItem(OWN, 0, {**says, **data}))
    world.merge(OWN, _other(world))


def _other(world: World) -> str:
    """Return the item of the first entry, whatever titles are alike."""
    items = world.items()
    return next(key for key, one in items.items() if one["title"] == MASK and key != OWN)


def apart_in_bib(world: World) -> dict[tuple[str, str], DivergedField]:
    plan = world.plan(SYNC)
    rows = {row.id for row in plan.rows if row.digest.is_bib}
    found = (one for one in reports(plan, DivergedField) if isinstance(one, DivergedField))
    return {(one.row_id, one.name): one for one in found if one.row_id in rows}


def diverged(world: World) -> set[str]:
    """Return the fields in which the .bib has diverged from the library."""
    return {name for _, name in apart_in_bib(world)}


def test_an_entry_that_an_export_wrote_keeps_its_title_where_the_survivor_has_another(
    world: World,
) -> None:
    before = bib(world)
    merged_into_own(world, title=SURVIVOR)

    world.push(SYNC)

    assert bib(world) == before
    assert diverged(world) == {"title"}
    assert world.prepare(SYNC).is_settled


def test_an_export_leaves_a_diverged_entry_whole_and_brings_the_others_up_to_date(
    world: World,
) -> None:
    before = entry(world, "Masking")
    merged_into_own(world, title=SURVIVOR, DOI="10.1000/another")
    world.change(world.key(SWIN), title=f"{SWIN}, Revised")

    world.push(SYNC)

    assert entry(world, "Masking") == before
    assert f"{SWIN}, Revised" in bib(world)
    assert world.prepare(SYNC).is_settled


def test_an_edit_of_a_field_that_did_not_diverge_reaches_the_entry(world: World) -> None:
    merged_into_own(world, title=SURVIVOR)
    world.push(SYNC)
    world.change(OWN, date="2018-01-01")

    world.push(SYNC)

    assert "year = {2018}" in entry(world, "Masking")
    assert MASK in entry(world, "Masking")
    assert world.prepare(SYNC).is_settled


def test_an_entry_goes_on_with_its_item_once_the_two_say_the_same(world: World) -> None:
    merged_into_own(world, title=SURVIVOR)
    world.push(SYNC)
    world.change(OWN, title=MASK)
    world.push(SYNC)
    assert diverged(world) == set()
    world.change(OWN, title=f"{MASK}, Revised")

    world.push(SYNC)

    assert f"{MASK}, Revised" in entry(world, "Masking")
    assert world.prepare(SYNC).is_settled


def test_an_entry_is_exported_again_once_its_divergence_is_resolved(world: World) -> None:
    merged_into_own(world, title=SURVIVOR, DOI="10.1000/another")
    world.push(SYNC)
    choices = Choices(dict.fromkeys(apart_in_bib(world), End.ZOTERO))
    world.push(Options(intent.Decide(choices), selection=lambda entry: True))

    world.push(SYNC)

    assert SURVIVOR in entry(world, "Masking")
    assert "10.1000/another" in entry(world, "Masking")
    assert world.prepare(SYNC).is_settled


def test_a_sync_of_other_entries_alone_leaves_a_diverged_entry_as_it_is(world: World) -> None:
    before = bib(world)
    merged_into_own(world, title=SURVIVOR, DOI="10.1000/another")
    world.push(SYNC)

    world.push(Options(intent.SYNC, selection=lambda entry: "Windows" in str(entry.fields)))

    assert bib(world) == before


def test_what_a_run_fills_in_at_the_survivor_holds_no_export_back(tmp_path: Path) -> None:
    """A year comes with the date, and a preprint server is nothing that the survivor lacks."""
    world = World(tmp_path)
    world.configure(CONFIG)
    world.markdown("notes.md", daily([row(1)]))
    world.first_push(SYNC)
    title = "A Study of Tokens in Model 1 for Images"
    world.put(LibraryItem(OWN, 0, {"itemType": "preprint", "title": title}))
    world.merge(OWN, next(key for key in world.items() if key != OWN))
    world.edit("notes.md", ("A Study of Tokens", "A Study of Symbols"))

    world.push(SYNC)

    assert bib(world).count("A Study of Symbols") == 2  # in its title, and as what it is sorted by
    assert world.prepare(SYNC).is_settled


@pytest.mark.parametrize("first", [SYNC, PULL])
def test_what_the_survivor_lacks_and_nothing_fills_in_has_diverged(
    world: World, first: Options
) -> None:
    before = bib(world)
    merged_into_own(world, creators=[])

    world.push(first)
    world.push(SYNC)

    assert bib(world) == before
    assert diverged(world) == {"authors"}
    assert world.prepare(SYNC).is_settled


@pytest.mark.parametrize("first", [SYNC, PULL])
@pytest.mark.parametrize("title", [MASK, SWIN])
def test_both_entries_of_two_works_stay_where_the_survivor_has_the_title_of_one(
    world: World, title: str, first: Options
) -> None:
    """Where the entry that follows is the other one, the export may not take the title's for it."""
    before = bib(world)
    others = (world.key(SWIN), world.key(MASK))
    world.put(LibraryItem(OWN, 0, {"itemType": "preprint", "title": title}))
    for other in others:
        world.merge(OWN, other)

    world.push(first)
    world.push(SYNC)

    assert bib(world) == before
    assert world.prepare(SYNC).is_settled


def test_a_push_before_the_export_makes_no_divergence_of_what_an_export_wrote(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.configure(CONFIG.replace("push = true\npull = true\n", ""))
    world.markdown("notes.md", notes(quoted(MASK, "1703.06870")))
    world.first_push(SYNC)
    world.change(world.key(MASK), title=SURVIVOR)
    world.configure(CONFIG)
    world.push(Options(intent.PUSH))

    world.push(SYNC)

    assert SURVIVOR in bib(world)
    assert world.prepare(SYNC).is_settled
