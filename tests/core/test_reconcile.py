"""Scenes: digests and a library are reconciled, and what comes of it is checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.world import TWO_WAY, World, an_entry, an_item
from tests.growth import MORE_CALLS, growth_of_calls
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.links.merge import ClashReason
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateCollection,
    CreateItem,
    CreateNote,
    Plan,
    RenameCollection,
)
from zoterodigest.core.plan.reports import (
    AmbiguousEntry,
    Conflict,
    DivergedField,
    DroppedEntry,
    HeldBack,
    MissingItem,
    MissingNote,
    NotLinked,
    TrashedEntry,
    UnreadableEntry,
    UntitledEntry,
)
from zoterodigest.core.plan.run_options import Directions, Mask
from zoterodigest.core.reconcile.notes import trashed_notes
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Entry,
    Hyperlink,
    Members,
    Names,
    WebLinks,
    members_of,
)
from zoterodigest.core.works.pairing import UnreadText


def _edited_fields(plan: Plan) -> list[str]:
    changes = (
        one for one in plan.actions if isinstance(one, ChangeItem | ChangeNote | ChangeEntry)
    )
    return [name for change in changes for name in change.after]


LONG = "This summary is long enough to tell one entry from all others, number "


def a_paper(number: int, digest: str = "a.md", **given: object) -> Entry:
    fields: dict[str, object] = {
        "title": f"A paper on the subject of number {number}",
        "authors": (f"Ada Author{number}", "Ben Second"),
        "summary": (f"{LONG}{number}.",),
    } | given
    return an_entry(digest, arxiv=f"2401.{number:05d}", **fields)  # type: ignore[arg-type]  # a test's shorthand


def code(url: str) -> WebLinks:
    return WebLinks((Hyperlink("Code", url),))


def kinds(reports: tuple[object, ...]) -> list[type]:
    return [type(report) for report in reports]


def a_pushed_world(*entries: Entry) -> World:
    world = World()
    for entry in entries or tuple(a_paper(n) for n in range(3)):
        world.digests.setdefault(entry.digest, []).append(entry)
    world.run()
    return world


def test_first_push_creates_items_notes_and_the_collection() -> None:
    world = World({"a.md": [a_paper(1), a_paper(2)]})

    plan = world.run()

    assert plan.counts() == {"CreateCollection": 1, "CreateItem": 2, "CreateNote": 2}
    item = world.item_of("a.md", 0)
    assert item.fields["title"] == "A paper on the subject of number 1"
    assert world.places_of(item) == {("a.md",)}
    assert [note.fields for note in item.notes.values()] == [{"summary": Blocks((f"{LONG}1.",))}]


def test_the_cost_of_entries_that_leave_grows_with_their_number() -> None:
    worlds = {number: a_pushed_world(*map(a_paper, range(2 * number))) for number in (1, 40, 160)}
    for number, world in worlds.items():
        del world.digests["a.md"][:number]
    plans = {number: world.plan() for number, world in worlds.items()}

    def find_notes(number: int) -> None:
        plan, run_options = plans[number], worlds[number].run_options()
        assert list(trashed_notes(plan.reports, plan.links, run_options)) == []

    assert growth_of_calls(find_notes, 40) < MORE_CALLS


def test_second_push_is_settled() -> None:
    world = a_pushed_world()

    plan = world.plan()

    assert plan.is_settled
    assert not plan.reports


def test_order_of_rows_and_items_does_not_matter() -> None:
    world = a_pushed_world()
    world.edit("a.md", 1, title="A quite different title for the paper")
    plan = world.plan()

    world.rows = tuple(reversed(world.rows))
    world.items = dict(reversed(world.items.items()))

    assert world.plan() == plan


def test_an_entry_s_edit_travels_to_the_item_and_its_note() -> None:
    world = a_pushed_world()
    world.edit("a.md", 0, title="Another title altogether", summary=Blocks(("New.",)))

    plan = world.run()

    assert [type(action) for action in plan.actions] == [ChangeItem, ChangeNote]
    assert world.item_of("a.md", 0).fields["title"] == "Another title altogether"
    assert world.plan().is_settled


def test_an_edit_in_the_library_is_held_without_pull() -> None:
    world = a_pushed_world()
    world.edit_item(world.item_of("a.md", 0).key, title="The person's own title")

    plan = world.run()

    assert not plan.actions
    assert kinds(plan.reports) == [HeldBack]
    assert world.plan(directions=TWO_WAY).counts() == {"ChangeEntry": 1}


def test_both_ends_changed_differently_is_a_conflict_and_both_stay() -> None:
    world = a_pushed_world()
    world.edit("a.md", 0, title="The digest's title")
    world.edit_item(world.rows[0].item, title="The library's title")

    plan = world.run(directions=TWO_WAY)

    assert kinds(plan.reports) == [Conflict]
    assert not plan.actions
    assert kinds(world.plan().reports) == [Conflict]


def test_replacing_half_of_a_daily_digest_changes_no_old_item() -> None:
    world = a_pushed_world(*(a_paper(n) for n in range(98)))
    old = dict(world.items)

    world.digests["a.md"] = [a_paper(n + 200 if n % 2 else n) for n in range(98)]
    plan = world.run()

    counts = plan.counts()
    assert (counts["CreateItem"], counts["DroppedEntry"], counts["ChangeItem"]) == (49, 49, 0)
    assert {key: world.items[key] for key in old} == old
    assert world.plan().is_settled


def test_boilerplate_does_not_turn_one_paper_into_another() -> None:
    same = (f"{LONG}and nothing else to say about it at all.",)
    world = a_pushed_world(a_paper(1, summary=same))

    world.digests["a.md"] = [a_paper(2, summary=same)]
    plan = world.run()

    assert plan.counts()["CreateItem"] == 1


def test_renamed_file_keeps_items_notes_and_collection() -> None:
    world = a_pushed_world()
    items = dict(world.items)

    moved = DigestKey("b.md")
    world.digests = {moved: [replace(e, digest=moved) for e in world.digests["a.md"]]}
    plan = world.run()

    assert [type(action) for action in plan.actions] == [RenameCollection]
    assert world.items == items
    assert {row.digest for row in world.rows} == {"b.md"}
    assert world.plan().is_settled


def test_a_digest_that_is_gone_gives_no_name_to_one_that_shares_a_paper_with_it() -> None:
    world = a_pushed_world(a_paper(1), a_paper(2), a_paper(3))
    shared = replace(world.digests["a.md"][0], digest=DigestKey("b.md"))

    world.digests = {DigestKey("b.md"): [shared]}
    plan = world.run()

    assert "RenameCollection" not in plan.counts()
    assert sorted(row.digest for row in world.rows) == ["a.md", "a.md", "b.md"]
    assert all(row.state is LinkState.LINKED for row in world.rows)
    assert world.plan().is_settled


def test_moved_entry_keeps_item_and_note_and_changes_collection() -> None:
    world = a_pushed_world(a_paper(1), a_paper(2), a_paper(3, "b.md"))
    before = world.item_of("a.md", 0)

    moved = replace(world.digests["a.md"].pop(0), digest=DigestKey("b.md"))
    world.digests["b.md"].append(moved)
    plan = world.run()

    after = world.item_of("b.md", 1)
    assert [type(action) for action in plan.actions] == [ChangeItem]
    assert (after.key, after.notes) == (before.key, before.notes)
    assert world.places_of(after) == {("b.md",)}
    assert world.plan().is_settled


def test_three_levels_of_headings_one_renamed_one_text_twice() -> None:
    paths = [("Vision",), ("Vision", "Video"), ("Vision", "Video", "Long"), ("Vision#2",)]
    entries = [a_paper(n, under=path) for n, path in enumerate(paths)]
    world = a_pushed_world(*entries)
    assert world.places_of(world.item_of("a.md", 2)) == {("a.md", "Vision", "Video", "Long")}
    keys = set(world.collections)
    assert len(keys) == 5

    renamed = [("Seeing",), ("Seeing", "Video"), ("Seeing", "Video", "Long"), ("Vision",)]
    world.digests["a.md"] = [a_paper(n, under=path) for n, path in enumerate(renamed)]
    plan = world.run()

    assert [type(action) for action in plan.actions] == [RenameCollection]
    assert set(world.collections) == keys
    assert world.places_of(world.item_of("a.md", 2)) == {("a.md", "Seeing", "Video", "Long")}
    assert world.places_of(world.item_of("a.md", 3)) == {("a.md", "Vision")}
    assert world.plan().is_settled


def test_library_that_already_holds_papers_is_adopted_not_doubled() -> None:
    by_arxiv = an_item("ARXIV222", arxiv="2401.00001", title="Their title of it", task=("mine",))
    by_doi = an_item(
        "DOIDOI22", doi="10.1/x", title="A Paper on the Subject of Number 2",
        authors=("A. Author2", "Someone Else"), abstract="Theirs.",
    )  # fmt: skip
    trashed = an_item("TRASHED2", arxiv="2401.00003", is_trashed=True)
    doubled = [an_item(key, arxiv="2401.00004") for key in ("DOUBLE22", "DOUBLE23")]
    world = World(
        {"a.md": [a_paper(n, abstract="Ours.", task=("ours",)) for n in range(1, 6)]},
        {item.key: item for item in (by_arxiv, by_doi, trashed, *doubled)},
    )

    plan = world.run()

    counts = plan.counts()
    assert (counts["CreateItem"], counts["AmbiguousEntry"], counts["TrashedEntry"]) == (1, 1, 1)
    assert world.items["ARXIV222"].fields["title"] == "Their title of it"
    assert world.items["ARXIV222"].fields["abstract"] == "Ours."
    assert world.items["ARXIV222"].fields["task"] == Members(("mine", "ours"))
    assert world.items["DOIDOI22"].fields["abstract"] == "Theirs."
    assert world.items["DOIDOI22"].fields["arxiv"] == "2401.00002"
    assert [world.items[item.key] for item in (trashed, *doubled)] == [trashed, *doubled]
    again = world.plan()
    assert again.is_settled
    assert {type(report) for report in again.reports} == {
        AmbiguousEntry,
        TrashedEntry,
        DivergedField,
    }


def test_an_entry_without_a_title_gets_the_item_of_another_entry_or_none() -> None:
    alone = an_entry("a.md", arxiv="2401.00002")
    untitled = an_entry("a.md", arxiv="2401.00001")
    world = World({"a.md": [untitled, alone], "b.md": [a_paper(1, "b.md")]})

    plan = world.run()

    assert plan.counts()["CreateItem"] == 1
    assert [one.entry for one in plan.reports if isinstance(one, UntitledEntry)] == [alone]
    item = world.item_of("a.md", 0)
    assert item is world.item_of("b.md", 0)
    assert item.fields["title"] == "A paper on the subject of number 1"
    assert world.plan().is_settled


def test_a_field_apart_does_not_travel_until_both_ends_agree() -> None:
    item = an_item("ARXIV222", arxiv="2401.00001", title="Their title")
    world = World({"a.md": [a_paper(1)]}, {item.key: item})
    world.run()

    world.edit("a.md", 0, title="Edited while apart")
    assert not world.run().actions
    world.edit("a.md", 0, title="Their title")
    world.run()
    world.edit("a.md", 0, title="Edited while in sync")

    assert _edited_fields(world.plan()) == ["title"]


def test_twins_share_one_item_and_have_a_note_each() -> None:
    twins = [a_paper(1), a_paper(1, summary=("Something else about the paper.",), task=("x",))]
    world = World({"a.md": twins})

    plan = world.run()

    assert plan.counts() == {"CreateCollection": 1, "CreateItem": 1, "CreateNote": 2}
    (item,) = world.items.values()
    assert len(item.notes) == 2
    assert world.plan().is_settled


def test_a_push_from_one_digest_reaches_the_twin_in_another() -> None:
    world = a_pushed_world(a_paper(1), a_paper(1, "b.md"))
    world.edit("a.md", 0, title="A title corrected in the first digest")

    world.run(directions=TWO_WAY)

    assert world.digests["b.md"][0].fields["title"] == "A title corrected in the first digest"
    assert world.plan(directions=TWO_WAY).is_settled


@pytest.mark.parametrize("digest", ["a.md", "c.md"])
def test_an_edit_reaches_a_new_twin_that_agreed_with_the_item_before_it(digest: str) -> None:
    world = a_pushed_world(a_paper(1, "b.md"))
    new = "A title corrected in the first digest"

    world.digests[digest] = [a_paper(1, digest)]
    world.edit("b.md", 0, title=new)
    plan = world.run(directions=TWO_WAY)

    assert [entries[0].fields["title"] for entries in world.digests.values()] == [new, new]
    assert not [report for report in plan.reports if isinstance(report, DivergedField)]
    assert world.plan(directions=TWO_WAY).is_settled


def test_an_edit_does_not_reach_a_new_twin_that_had_another_value() -> None:
    world = a_pushed_world(a_paper(1))

    world.digests["b.md"] = [a_paper(1, "b.md", title="Another title of it")]
    world.edit("a.md", 0, title="A title corrected in the first digest")
    plan = world.run(directions=TWO_WAY)

    assert world.digests["b.md"][0].fields["title"] == "Another title of it"
    assert [one.name for one in plan.reports if isinstance(one, DivergedField)] == ["title"]


def test_what_a_new_twin_fills_in_does_not_travel_to_the_first() -> None:
    world = a_pushed_world(a_paper(1, task=EMPTY, date=EMPTY))

    world.digests["b.md"] = [a_paper(1, "b.md", task=("vision",), date="2024-01-02")]
    world.run(directions=TWO_WAY)

    assert world.items[world.rows[0].item].fields["date"] == "2024-01-02"
    assert world.digests["a.md"][0].fields["date"] == EMPTY
    assert world.digests["a.md"][0].fields["task"] == EMPTY
    assert world.plan(directions=TWO_WAY).is_settled


def test_what_a_new_twin_still_has_is_filled_in_in_the_run_in_which_the_other_clears_it() -> None:
    known = a_paper(1, links=code("https://one.org"), date="2024-01-02")
    world = a_pushed_world(known)

    summary = Blocks(("Something else about the paper.",))
    twin = replace(known, fields={**known.fields, "summary": summary})
    world.digests["a.md"].insert(0, twin)
    world.edit("a.md", 1, links=code("https://two.org"), date=EMPTY)
    world.run(directions=TWO_WAY)

    (item,) = world.items.values()
    assert item.fields["date"] == "2024-01-02"
    urls = {link.url for link in members_of(item.fields["links"]) if isinstance(link, Hyperlink)}
    assert urls == {"https://one.org", "https://two.org"}
    assert world.digests["a.md"][1].fields["links"] == code("https://two.org")
    assert world.digests["a.md"][1].fields["date"] == EMPTY
    assert world.plan(directions=TWO_WAY).is_settled


def test_lost_lock_file_adopts_all_also_edited_notes_and_twins() -> None:
    twins = [a_paper(1), a_paper(1, summary=("Something else about the paper.",))]
    world = a_pushed_world(*twins, a_paper(2, under=("One", "Two")), a_paper(3, "b.md"))
    notes = {row.id: row.note for row in world.rows}
    row = world.row_of("b.md", 0)
    world.edit_note(row.item, row.id, summary=Blocks(("Edited in the library.",)))
    world.edit("b.md", 0, summary=Blocks(("Edited in the digest.",)))
    world.lose_lock()

    plan = world.run()

    assert not plan.actions
    assert [report.name for report in plan.reports if isinstance(report, DivergedField)] == [
        "summary"
    ]
    assert {row.id: row.note for row in world.rows} == notes
    assert all(row.origin.item and row.origin.note for row in world.rows)
    assert all(collection_row.is_ours for collection_row in world.collection_rows)
    assert world.plan().is_settled


def test_identifier_corrected_in_place_is_an_edit() -> None:
    world = a_pushed_world()
    world.edit("a.md", 1, arxiv="2401.99999")

    plan = world.run()

    assert plan.counts() == {"ChangeItem": 1}
    assert world.item_of("a.md", 1).fields["arxiv"] == "2401.99999"


def test_dropped_entry_stays_a_tombstone_and_is_linked_again_when_it_returns() -> None:
    world = a_pushed_world()
    entry = world.digests["a.md"].pop()
    items = dict(world.items)

    plan = world.run()
    assert kinds(plan.reports) == [DroppedEntry]
    assert world.plan().is_settled
    world.digests["a.md"].append(entry)
    world.run()

    assert world.items == items
    assert {row.state for row in world.rows} == {LinkState.LINKED}


def test_entry_that_still_stands_in_unread_text_is_unreadable_not_dropped() -> None:
    world = a_pushed_world()
    entry = world.digests["a.md"].pop()
    run_options = replace(world.run_options(), unread=UnreadText(identifiers=entry.identifiers))

    plan = world.run(run_options)

    assert kinds(plan.reports) == [UnreadableEntry]
    assert not plan.changes_lock


def test_unreadable_entry_keeps_its_link_as_it_is() -> None:
    world = a_pushed_world()
    broken = an_entry(ids=[Identifier("arxiv", "2401.00001")], is_unreadable=True)
    world.digests["a.md"][1] = broken

    plan = world.run()

    assert kinds(plan.reports) == [UnreadableEntry]
    assert plan.is_settled


def test_item_trashed_by_the_person_is_not_made_again() -> None:
    world = a_pushed_world()
    key = world.item_of("a.md", 0).key
    world.items[key] = replace(world.items[key], is_trashed=True)

    assert kinds(world.run().reports) == [MissingItem]
    assert kinds(world.run().reports) == [NotLinked]
    world.items[key] = replace(world.items[key], is_trashed=False)

    assert not world.run().actions
    assert world.plan().is_settled
    assert {row.state for row in world.rows} == {LinkState.LINKED}


def test_note_trashed_by_the_person_is_not_made_again() -> None:
    world = a_pushed_world()
    row = world.row_of("a.md", 0)
    item = world.items[row.item]
    world.items[item.key] = replace(item, notes={})

    plan = world.run()

    assert plan.is_settled
    assert kinds(plan.reports) == [MissingNote]


def test_unlinked_entries_stay_unlinked_until_relinked() -> None:
    world = a_pushed_world()
    world.rows = tuple(replace(row, state=LinkState.UNLINKED) for row in world.rows)
    items = dict(world.items)

    assert set(kinds(world.run().reports)) == {NotLinked}
    world.run(replace(world.run_options(), relink=frozenset({"a.md"})))

    assert world.items == items
    assert {row.state for row in world.rows} == {LinkState.LINKED}
    assert world.plan().is_settled


def test_an_entry_that_is_relinked_with_an_item_of_a_person_claims_nothing_of_it() -> None:
    world = a_pushed_world(a_paper(1))
    (row,) = world.rows
    origin = replace(row.origin, tags=frozenset({"task:a"}), fields=frozenset({"venue"}))
    world.rows = (replace(row, state=LinkState.UNLINKED, origin=origin),)
    world.items = {"MINE2345": replace(world.items[row.item], key="MINE2345", notes={})}

    world.run(replace(world.run_options(), relink=frozenset({"a.md"})))

    (found,) = world.rows
    assert (found.item, found.state) == ("MINE2345", LinkState.LINKED)
    assert (origin.item, found.origin.item) == (True, False)
    assert not found.origin.tags | found.origin.fields


def test_removed_entries_are_created_again_when_relinked() -> None:
    world = a_pushed_world(a_paper(1))
    world.rows = tuple(replace(row, state=LinkState.TRASHED) for row in world.rows)
    world.items = {k: replace(i, is_trashed=True) for k, i in world.items.items()}

    plan = world.run(replace(world.run_options(), relink=frozenset({"a.md"})))

    assert plan.counts()["CreateItem"] == 1
    assert world.plan().is_settled


def test_a_relinking_given_again_after_a_kill_leaves_no_row_that_it_replaced() -> None:
    world = a_pushed_world(a_paper(1), a_paper(2))
    linked = world.rows
    ended = [replace(row, id=f"{row.id}-old", state=LinkState.UNLINKED) for row in linked]
    world.rows = (*linked, *ended, replace(ended[0], id="zd-other", digest=DigestKey("b.md")))

    world.run(replace(world.run_options(), relink=frozenset({"a.md"})))

    assert {row.id for row in world.rows} == {*(row.id for row in linked), "zd-other"}


def test_a_new_link_whose_item_is_in_place_needs_no_run_that_places_items() -> None:
    world = a_pushed_world(replace(a_paper(1), headings=("One",), heading_keys=("One",)))
    (row,) = world.rows
    again = replace(world, rows=())
    pulling = replace(again.run_options().rules["a.md"], places=False)

    again.run(replace(again.run_options(), rules={"a.md": pulling}))

    (found,) = again.rows
    assert found.headings == row.headings
    assert found.origin.collections == row.origin.collections


def test_selection_links_only_what_it_takes_and_drops_nothing() -> None:
    world = a_pushed_world(a_paper(1), a_paper(2))
    world.digests["a.md"] = [a_paper(2), a_paper(3), a_paper(4)]
    run_options = replace(
        world.run_options(), selection=lambda entry: entry.fields["arxiv"] == "2401.00003"
    )

    plan = world.run(run_options)

    assert plan.counts() == {"CreateItem": 1, "CreateNote": 1}
    assert {row.state for row in world.rows} == {LinkState.LINKED}


def test_authors_hidden_behind_et_al_stay_in_the_item() -> None:
    people = tuple(f"Person Number{n}" for n in "ABCDEFGH")
    item = an_item("ARXIV222", arxiv="2401.00001", authors=people)
    cut = Names(people[:3], truncated=True)
    world = World({"a.md": [a_paper(1, authors=cut)]}, {item.key: item})
    world.run()
    assert "authors" not in world.rows[0].diverged

    world.edit("a.md", 0, authors=Names((people[0], "Corrected Name", people[2]), truncated=True))
    world.run()

    expected = (people[0], "Corrected Name", *people[2:])
    assert world.items["ARXIV222"].fields["authors"] == Names(expected)
    assert world.plan().is_settled


@pytest.mark.parametrize(
    ("then", "now", "hidden"),
    [
        (1, ("Ada Bee", "New Name"), ("Cy Cox", "Di Do", "Ed Eck")),
        (2, ("Ada Bee", "New Name"), ("Di Do", "Ed Eck")),
        (2, ("Ada Bee", "Di Do"), ("Ed Eck",)),
        (2, ("Ada Bee", "Cy Cox", "New Name"), ("Di Do", "Ed Eck")),
        (3, ("New Name", "Other Name"), ("Di Do", "Ed Eck")),
        (2, ("Adah Beer",), ("Cy Cox", "Di Do", "Ed Eck")),
        (3, ("Ada Bee", "New Name"), ("Di Do", "Ed Eck")),
        (3, ("Ada Bee", "Di Do"), ("Ed Eck",)),
        (3, ("Cy Cox",), ("Di Do", "Ed Eck")),
    ],
)
def test_a_name_before_et_al_hides_nobody_for_ever(
    then: int, now: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    people = ("Ada Bee", "Cy Cox", "Di Do", "Ed Eck")
    item = an_item("ARXIV222", arxiv="2401.00001", authors=people)
    entry = a_paper(1, authors=Names(people[:then], truncated=True))
    world = World({"a.md": [entry]}, {item.key: item})
    world.run()

    world.edit("a.md", 0, authors=Names(now, truncated=True))
    world.run()

    assert world.items["ARXIV222"].fields["authors"] == Names(now + hidden)
    assert world.plan().is_settled


def test_an_author_whom_a_person_deletes_from_a_whole_list_and_cuts_is_deleted_in_the_item() -> (
    None
):
    people = ("Ada Bee", "Cy Cox", "Di Do", "Ed Eck")
    item = an_item("ARXIV222", arxiv="2401.00001", authors=people)
    world = World({"a.md": [a_paper(1, authors=Names(people))]}, {item.key: item})
    world.run()

    world.edit("a.md", 0, authors=Names(("Ada Bee", "Di Do"), truncated=True))
    world.run()

    assert world.items["ARXIV222"].fields["authors"] == Names(("Ada Bee", "Di Do", "Ed Eck"))
    assert world.plan().is_settled


def test_an_author_deleted_in_the_library_stays_deleted_when_the_entry_is_cut() -> None:
    people = ("Ada Bee", "Cy Cox", "Di Do", "Ed Eck")
    item = an_item("ARXIV222", arxiv="2401.00001", authors=people)
    world = World(
        {"a.md": [a_paper(1, authors=Names(people[:3], truncated=True))]}, {item.key: item}
    )
    world.run()

    world.edit_item("ARXIV222", authors=Names(("Ada Bee", "Cy Cox", "Ed Eck")))
    world.edit("a.md", 0, authors=Names(("Ada Bee", "Cy Cox"), truncated=True))
    world.run()
    world.edit("a.md", 0, authors=Names(("Ada Bee",), truncated=True))
    world.run()

    assert world.items["ARXIV222"].fields["authors"] == Names(("Ada Bee", "Cy Cox", "Ed Eck"))
    assert world.plan().is_settled


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (1, ("Wei Lee", "Nora Newman", "Al Abe", "Bo Xu")),
        (2, ("Wei Lee", "Nora Newman", "Bo Xu")),
    ],
)
def test_a_name_before_et_al_hides_nobody_in_a_list_of_short_names(
    then: int, expected: tuple[str, ...]
) -> None:
    people = ("Wei Lee", "Al Abe", "Bo Xu")
    short = Names(("W. Lee", "A. Abe")[:then], truncated=True, are_short=True)
    item = an_item("ARXIV222", arxiv="2401.00001", authors=people)
    world = World({"a.md": [a_paper(1, authors=short)]}, {item.key: item})
    world.run()
    assert "authors" not in world.rows[0].diverged

    world.edit("a.md", 0, authors=Names(("W. Lee", "Nora Newman"), truncated=True, are_short=True))
    world.run()

    assert world.items["ARXIV222"].fields["authors"] == Names(expected)


def test_edits_of_different_bullets_at_both_ends_meet() -> None:
    bullets = ("- one", "- two", "- three", "- four")
    world = a_pushed_world(a_paper(1, summary=bullets))
    row = world.row_of("a.md", 0)
    world.edit("a.md", 0, summary=Blocks(("- ONE", *bullets[1:])))
    world.edit_note(row.item, row.id, summary=Blocks((*bullets[:3], "- FOUR")))

    world.run()
    assert world.digests["a.md"][0].fields["summary"] == Blocks(("- ONE", *bullets[1:]))
    world.run(directions=TWO_WAY)

    merged = Blocks(("- ONE", "- two", "- three", "- FOUR"))
    assert world.digests["a.md"][0].fields["summary"] == merged
    assert world.items[row.item].notes[row.id].fields["summary"] == merged
    assert world.plan(directions=TWO_WAY).is_settled


def test_edit_taken_back_after_a_push_is_an_edit_too() -> None:
    bullets = ("- one", "- two")
    world = a_pushed_world(a_paper(1, summary=bullets))
    row = world.row_of("a.md", 0)
    world.edit("a.md", 0, summary=Blocks(("- ONE", "- two")))
    world.edit_note(row.item, row.id, summary=Blocks(("- one", "- TWO")))
    world.run()

    world.edit("a.md", 0, summary=Blocks(bullets))
    world.run(directions=TWO_WAY)

    assert world.digests["a.md"][0].fields["summary"] == Blocks(("- one", "- TWO"))


def test_task_removed_at_one_end_and_added_at_the_other_meet() -> None:
    world = a_pushed_world(a_paper(1, task=("a", "b")))
    world.edit("a.md", 0, task=Members(("b", "c")))
    world.edit_item(world.rows[0].item, task=Members(("a", "d", "b")))

    world.run()
    world.run(directions=TWO_WAY)

    assert world.items[world.rows[0].item].fields["task"] == Members(("d", "b", "c"))
    assert world.digests["a.md"][0].fields["task"] == Members(("b", "c", "d"))


def test_one_label_with_two_new_urls_is_a_conflict() -> None:
    world = a_pushed_world(a_paper(1, links=code("https://a.org")))
    world.edit("a.md", 0, links=code("https://b.org"))
    world.edit_item(world.rows[0].item, links=code("https://c.org"))

    assert kinds(world.run().reports) == [Conflict]


def test_changed_url_of_a_link_takes_the_place_of_the_old_one() -> None:
    world = a_pushed_world(a_paper(1, links=code("https://a.org")))
    world.edit("a.md", 0, links=code("https://b.org"))

    world.run()

    assert world.items[world.rows[0].item].fields["links"] == code("https://b.org")


def test_new_reading_of_unchanged_text_is_no_edit_and_one_real_edit_is_one() -> None:
    world = a_pushed_world()
    for place, entry in enumerate(world.digests["a.md"]):
        fields = {**entry.fields, "title": f"{entry.fields['title']} (as read by a new version)"}
        world.digests["a.md"][place] = replace(entry, fields=fields)
    assert world.plan().is_settled

    entry = world.digests["a.md"][1]
    raws = {**entry.raws, "title": "edited"}
    world.digests["a.md"][1] = replace(entry, fields={**entry.fields, "title": "Edited"}, raws=raws)

    assert _edited_fields(world.plan()) == ["title"]


def test_only_empty_clears_and_absent_is_not_carried() -> None:
    world = a_pushed_world(a_paper(1, abstract="An abstract.", comment="A comment."))
    entry = world.edit("a.md", 0, abstract=EMPTY)
    fields = {name: text for name, text in entry.fields.items() if name != "title"}
    world.digests["a.md"][0] = replace(entry, fields=fields)

    world.run()

    item = world.items[world.rows[0].item]
    assert item.fields["abstract"] == EMPTY
    assert item.fields["title"] == "A paper on the subject of number 1"


def test_digest_that_may_not_push_titles_creates_nothing() -> None:
    world = World({"a.md": [a_paper(1)]})

    plan = world.plan(directions=Directions(push=Mask(frozenset({"summary"}))))

    assert plan.counts() == {"NotPushed": 1}


def test_notes_can_be_left_out_and_come_later() -> None:
    world = World({"a.md": [a_paper(1)]})
    no_notes = Directions(push=Mask(frozenset({"summary", "sections"}), is_all_but=True))

    assert world.run(directions=no_notes).counts()["CreateNote"] == 0
    assert world.plan(directions=no_notes).is_settled
    assert world.plan().counts() == {"CreateNote": 1}


@pytest.mark.deep
def test_thousands_of_entries_are_planned() -> None:
    world = World({"a.md": [a_paper(n, under=(f"H{n % 9}",)) for n in range(2_000)]})

    world.run()
    plan = world.plan()

    assert plan.is_settled


def test_white_space_and_case_are_no_edits() -> None:
    world = a_pushed_world()
    entry = world.digests["a.md"][0]
    raws = {name: f"  {raw} " for name, raw in entry.raws.items()}
    world.digests["a.md"][0] = replace(entry, raws=raws)
    world.edit("a.md", 1, title="A PAPER on the subject of number 1")

    assert world.plan().is_settled


def test_item_the_person_took_out_of_the_collection_is_not_put_back() -> None:
    world = a_pushed_world()
    item = world.item_of("a.md", 0)
    world.items[item.key] = replace(item, collections=frozenset())

    assert world.plan().is_settled


def test_collection_the_person_trashed_is_not_made_again() -> None:
    world = a_pushed_world()
    (key,) = world.collections
    world.collections[key] = replace(world.collections[key], is_trashed=True)
    world.digests["a.md"].append(a_paper(7))

    plan = world.run()

    assert plan.counts() == {"CreateItem": 1, "CreateNote": 1, "MissingCollection": 1}


def test_dated_digests_share_the_collections_their_names_share() -> None:
    world = World({"1.md": [a_paper(1, "1.md")], "2.md": [a_paper(2, "2.md")]})
    world.names = {"1.md": ("Daily", "2024-01"), "2.md": ("Daily", "2024-01")}

    plan = world.run()

    assert [a.name for a in plan.actions if isinstance(a, CreateCollection)] == ["Daily", "2024-01"]
    assert world.places_of(world.item_of("2.md", 0)) == {("Daily", "2024-01")}
    assert world.plan().is_settled


def test_creations_come_before_what_depends_on_them() -> None:
    plan = World({"a.md": [a_paper(1, under=("One",)), a_paper(2)]}).plan()

    order = [type(action) for action in plan.actions]

    assert order == [
        CreateCollection,
        CreateCollection,
        CreateItem,
        CreateNote,
        CreateItem,
        CreateNote,
    ]


def test_an_identifier_that_was_cleared_at_the_item_is_a_conflict() -> None:
    world = a_pushed_world()
    world.edit_item(world.item_of("a.md", 0).key, arxiv=EMPTY)

    plan = world.run(directions=TWO_WAY)

    assert plan.actions == ()
    (conflict,) = (one for one in plan.reports if isinstance(one, Conflict))
    assert (conflict.name, conflict.at_item) == ("arxiv", EMPTY)
    assert conflict.why is ClashReason.IDENTIFIER_CLEARED
    world.edit("a.md", 0, arxiv=EMPTY)
    assert kinds(world.plan(directions=TWO_WAY).reports) == []
