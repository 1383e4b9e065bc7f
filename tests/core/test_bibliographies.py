"""A bibliography is a side too: its entries make no items and take no row of a digest."""

from __future__ import annotations

from dataclasses import replace

from tests.core.world import TWO_WAY, World, an_entry
from zoterodigest.core.plan.plan import ChangeEntry, CreateItem, CreateNote, Plan
from zoterodigest.core.plan.reports import Conflict, DroppedEntry
from zoterodigest.core.plan.run_options import End, Rules, RunOptions
from zoterodigest.core.values.record import EMPTY

BIB = "refs.bib"


def run_options(prefer: dict[str, End] | None = None) -> RunOptions:
    rules = {"a.md": Rules(TWO_WAY, ("a.md",)), BIB: Rules(TWO_WAY, creates=False)}
    return RunOptions(rules, prefer=prefer or {})


def a_world() -> World:
    """One paper in a digest, with a summary, and in a bibliography; both pushed."""
    world = World()
    world.digests["a.md"] = [
        an_entry(arxiv="2401.00001", title="A paper on cats", summary=("They purr.",))
    ]
    world.digests[BIB] = [an_entry(BIB, ids=(), title="A paper on cats", authors=("Ada Byron",))]
    world.digests[BIB][0] = replace(
        world.digests[BIB][0], identifiers=world.digests["a.md"][0].identifiers
    )
    world.run(run_options())
    return world


def kinds(plan: Plan, kind: type[object]) -> list[object]:
    return [one for one in (*plan.actions, *plan.reports) if isinstance(one, kind)]


def test_entry_of_a_bibliography_is_linked_and_fills_in_the_item_of_the_digest() -> None:
    world = a_world()

    digest, bib = world.row_of("a.md", 0), world.row_of(BIB, 0)
    assert digest.item == bib.item
    assert bib.note is None
    assert not bib.origin.item
    assert len(world.items) == 1
    assert world.items[bib.item].fields["authors"] == world.digests[BIB][0].fields["authors"]
    assert world.plan(run_options()).is_settled


def test_entry_of_a_bibliography_without_an_item_makes_none_and_is_not_told() -> None:
    world = World()
    world.digests[BIB] = [an_entry(BIB, title="A handbook of many things")]

    plan = world.plan(run_options())

    assert not plan.actions
    assert not plan.reports


def test_title_corrected_in_a_bibliography_reaches_the_item_and_the_digest() -> None:
    world = a_world()
    world.edit(BIB, 0, title="A paper on dogs")

    world.run(run_options())

    assert world.digests["a.md"][0].fields["title"] == "A paper on dogs"
    assert world.items[world.row_of(BIB, 0).item].fields["title"] == "A paper on dogs"
    assert world.plan(run_options()).is_settled


def test_title_corrected_in_a_digest_reaches_the_bibliography() -> None:
    world = a_world()
    world.edit("a.md", 0, title="A paper on dogs")

    plan = world.run(run_options())

    changed = [one.entry.digest for one in plan.actions if isinstance(one, ChangeEntry)]
    assert changed == [BIB]
    assert world.plan(run_options()).is_settled


def test_identifier_corrected_in_the_digest_is_an_edit_though_the_bibliography_has_the_old() -> (
    None
):
    world = a_world()
    before = world.row_of("a.md", 0).id
    world.digests["a.md"] = [
        an_entry(arxiv="2401.00002", title="A paper on cats", summary=("They purr.",))
    ]

    plan = world.run(run_options())

    assert world.row_of("a.md", 0).id == before
    assert not kinds(plan, CreateItem)


def test_row_of_a_digest_never_becomes_that_of_a_bibliography() -> None:
    world = a_world()
    world.rows = tuple(row for row in world.rows if row.digest != BIB)
    world.digests["a.md"] = []

    plan = world.run(run_options())

    assert len(kinds(plan, DroppedEntry)) == 1
    assert {row.digest: row.note is None for row in world.rows} == {"a.md": False, BIB: True}


def test_note_stays_that_of_the_digest_when_the_lock_file_is_lost() -> None:
    world = a_world()
    world.rows, world.collection_rows = (), ()

    plan = world.run(run_options())

    assert not kinds(plan, CreateNote)
    assert world.row_of("a.md", 0).note
    assert world.row_of(BIB, 0).note is None


def test_what_is_preferred_names_the_end_of_the_link_it_decides() -> None:
    for end, is_decided in ((End.MARKDOWN, False), (End.BIB, True), (End.ZOTERO, True)):
        world = a_world()
        world.digests["a.md"] = []
        world.run(run_options())
        world.edit(BIB, 0, title="By bib")
        world.edit_item(world.row_of(BIB, 0).item, title="By Zotero")

        plan = world.run(run_options({"title": end}))

        assert bool(kinds(plan, Conflict)) != is_decided
        if is_decided:
            title = "By bib" if end is End.BIB else "By Zotero"
            assert world.items[world.row_of(BIB, 0).item].fields["title"] == title


def test_field_that_the_bibliography_lacks_is_neither_cleared_nor_filled_in() -> None:
    world = a_world()
    world.edit_item(world.row_of(BIB, 0).item, doi="10.1000/1")

    plan = world.run(run_options())

    assert not kinds(plan, ChangeEntry)
    assert world.items[world.row_of(BIB, 0).item].fields["doi"] != EMPTY
