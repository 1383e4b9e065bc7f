"""After a kill, the lock file claims what the library shows, and never more (law 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.project.links import a_base, a_row, rows
from zoterodigest.core.collections.collection_rows import UNPLACED, path_fingerprints
from zoterodigest.core.links.link import (
    CollectionRow,
    Exported,
    FieldSource,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    fingerprint,
)
from zoterodigest.core.links.shown import Shown
from zoterodigest.core.values.file_keys import BibKey, DigestKey
from zoterodigest.project.log.journal import (
    Done,
    Event,
    Exporting,
    FilesToWrite,
    Intended,
    RecordedRun,
)
from zoterodigest.project.recovery import (
    NO_ENTRIES,
    EntryFacts,
    Facts,
    LibraryFacts,
    bibs_in,
    fold_journal,
    rows_of_files,
)

NEW = a_row(
    "zd-a",
    note="NOTE2345",
    bases={"title": a_base("title"), "summary": a_base("summary")},
    origin=Origin(
        item=True,
        note=True,
        tags=frozenset({"task:x"}),
        fields=frozenset({"title"}),
        attachments=frozenset({"LINK2345"}),
        collections=frozenset({"COLL2345"}),
    ),
)


def intending(*rows: LockRow) -> Intended:
    return Intended(LockFile(rows=rows))


def exporting(*entries: Exported, is_made: bool = False) -> Exporting:
    made = frozenset({"refs.bib"} if is_made else ())
    return Exporting("refs.bib", LockFile(exported=entries, made=made))


def found(
    *texts: str, tags: set[str] | None = None, collections: set[str] | None = None
) -> LibraryFacts:
    """What stands under a key whose fields hold texts that are their names."""
    raws = {text.partition("=")[0]: fingerprint(text.partition("=")[2] or text) for text in texts}
    return LibraryFacts(raws, frozenset(tags or ()), frozenset(collections or ()))


ITEM = found("title", tags={"task:x", "mine"}, collections={"COLL2345", "MINE2345"})
WRITTEN: Facts = {"ABCD2345": ITEM, "NOTE2345": found("summary"), "LINK2345": LibraryFacts()}


def after(
    *events: Event,
    facts: Mapping[str, LibraryFacts],
    lock: tuple[LockRow, ...] = (),
    same: bool = True,
    entries: EntryFacts = NO_ENTRIES,
) -> tuple[LockRow, ...]:
    """The rows of the lock file after a run with these events was killed."""
    begun = RecordedRun("then" if same else "other", events)
    return fold_journal(LockFile("embedded:1", lock), "then", begun, facts, entries=entries).rows


def test_what_was_created_whole_holds() -> None:
    assert after(intending(NEW), facts=WRITTEN) == (NEW,)


def test_what_was_not_created_is_not_claimed() -> None:
    assert after(intending(NEW), facts={}) == ()


def test_an_item_without_its_note_is_claimed_without_it() -> None:
    (row,) = after(intending(NEW), facts={"ABCD2345": ITEM})

    assert row.note is None
    assert row.bases.keys() == {"title"}
    assert (row.origin.item, row.origin.note) == (True, False)
    assert row.origin.attachments == frozenset()


def test_of_an_adopted_item_only_what_arrived_is_ours() -> None:
    origin = replace(NEW.origin, item=False, tags=frozenset({"task:a"}))
    adopted = replace(NEW, origin=origin)
    tagged = {"ABCD2345": found("title=theirs", tags={"mine", "task:a"})}

    (row,) = after(intending(adopted), facts=tagged)

    assert row.origin == Origin(tags=frozenset({"task:a"}))
    assert row.bases == {}


def test_an_item_that_was_to_be_adopted_and_was_not_touched_is_not_linked() -> None:
    adopted = replace(NEW, origin=replace(NEW.origin, item=False))
    untouched = {"ABCD2345": found("title=theirs", tags={"mine"})}

    assert after(intending(adopted), facts=untouched) == ()


def test_a_row_keeps_its_place_until_its_item_has_moved() -> None:
    here, there = frozenset({"COLL2345"}), frozenset({"COLL3456"})
    old = a_row("zd-a", item="ABCD2345", headings=("a",), origin=Origin(collections=here))
    new = replace(old, headings=("b",), origin=Origin(collections=there))

    (before,) = after(
        intending(new),
        facts={"ABCD2345": LibraryFacts(collections=here)},
        lock=(old,),
    )
    (moved,) = after(
        intending(new),
        facts={"ABCD2345": LibraryFacts(collections=there)},
        lock=(old,),
    )

    assert (before, moved) == (old, new)


def test_a_new_row_is_in_no_collection_until_its_item_was_placed() -> None:
    known, here = frozenset({"COLL2345"}), frozenset({"COLL2345", "COLL3456"})
    origin = Origin(item=True, collections=frozenset({"COLL3456"}))
    new = a_row("zd-b", item="ABCD2345", headings=("b",), origin=origin)

    (before,) = after(intending(new), facts={"ABCD2345": LibraryFacts(collections=known)})
    (placed,) = after(intending(new), facts={"ABCD2345": LibraryFacts(collections=here)})

    assert (before.headings, before.origin.collections) == (UNPLACED, frozenset())
    assert placed == new


def test_a_row_is_not_placed_in_a_collection_that_was_made_for_its_heading() -> None:
    made = "COLL3456"
    here, there = frozenset({"COLL2345"}), frozenset({made})
    prints = path_fingerprints(("vision",))
    old = a_row("zd-a", item="ABCD2345", headings=prints, origin=Origin(collections=here))
    new = replace(old, origin=Origin(collections=there))
    digest = CollectionRow(old.digest, (), "COLL2345")
    section = CollectionRow(old.digest, ("vision",), made)
    facts = {made: LibraryFacts(), "COLL2345": LibraryFacts()}

    def row_after(known: tuple[CollectionRow, ...], item: LibraryFacts) -> LockRow:
        lock = LockFile("embedded:1", (old,), known)
        run = RecordedRun("then", (Intended(LockFile("", (new,), (digest, section))),))
        (row,) = fold_journal(lock, "then", run, facts | {"ABCD2345": item}).rows
        return row

    untouched, moved = LibraryFacts(collections=here), LibraryFacts(collections=there)
    assert row_after((digest,), untouched) == replace(old, headings=())
    assert row_after((), untouched) == replace(old, headings=UNPLACED)
    assert row_after((digest, section), untouched) == old
    assert row_after((digest,), moved) == new


def test_a_row_that_moves_back_is_placed_once_its_item_is_there_again() -> None:
    paths = {(): "COLL2345", ("a",): "COLLAAAA", ("b",): "COLLBBBB"}
    digest = DigestKey("papers.md")
    known = tuple(CollectionRow(digest, path, key) for path, key in paths.items())
    # Another entry of the item needed the collection of "b"; then a person took the item out.
    ours = Origin(collections=frozenset({"COLLAAAA", "COLLBBBB"}))
    old = a_row("zd-a", item="ABCD2345", headings=path_fingerprints(("a",)), origin=ours)
    there = Origin(collections=frozenset({"COLLBBBB"}))
    new = replace(old, headings=path_fingerprints(("b",)), origin=there)

    def row_after(*collections: str) -> LockRow:
        facts = {"ABCD2345": LibraryFacts(collections=frozenset(collections))}
        lock = LockFile("embedded:1", (old,), known)
        (row,) = fold_journal(lock, "then", RecordedRun("then", (intending(new),)), facts).rows
        return row

    assert row_after().headings == old.headings
    assert row_after("COLLBBBB") == new


def test_what_was_ours_stays_so_also_if_the_person_took_it_off() -> None:
    old = a_row("zd-a", item="ABCD2345", origin=Origin(tags=frozenset({"task:a"})))

    assert after(intending(old), facts={"ABCD2345": LibraryFacts()}, lock=(old,)) == (old,)


def test_a_row_that_was_done_holds_whatever_the_library_shows_since() -> None:
    edited_since = {"ABCD2345": found("title=edited since")}

    assert after(intending(NEW), Done(("zd-a",)), facts=edited_since) == (NEW,)


def test_a_base_moves_only_when_the_item_shows_the_new_value() -> None:
    old = replace(NEW, bases={"title": a_base("old"), "summary": a_base("old")})
    new = replace(NEW, bases={"title": a_base("new"), "summary": a_base("new")})
    half = {"ABCD2345": found("title=new"), "NOTE2345": found("summary=old")}

    (row,) = after(intending(new), facts=half, lock=(old,))

    assert row.bases == {"title": a_base("new"), "summary": a_base("old")}


def test_a_value_that_is_neither_old_nor_new_keeps_the_old_base() -> None:
    old = replace(NEW, bases={"title": a_base("old")})
    new = replace(NEW, bases={"title": a_base("new")})

    (row,) = after(intending(new), facts={"ABCD2345": found("title=edited")}, lock=(old,))

    assert row.bases == old.bases


def test_a_value_that_was_found_parts_its_field_and_is_credited_once_it_is_there() -> None:
    old = a_row("zd-a", bases={"abstract": a_base("", "")})
    credit = FieldSource("arXiv", fingerprint("found"))
    origin = Origin(fields=frozenset({"abstract"}))
    new = replace(
        old, bases={}, diverged=frozenset({"abstract"}), origin=origin, credits={"abstract": credit}
    )

    (written,) = after(intending(new), facts={"ABCD2345": found("abstract=found")}, lock=(old,))
    (not_written,) = after(
        intending(new),
        facts={"ABCD2345": LibraryFacts({"abstract": fingerprint("")})},
        lock=(old,),
    )

    assert written == new
    assert not_written == old


def test_of_two_stages_the_done_one_is_what_the_other_is_measured_by() -> None:
    first = replace(NEW, bases={"title": a_base("first")})
    second = replace(NEW, bases={"title": a_base("second")})
    events = intending(first), Done(("zd-a",)), intending(second)

    (row,) = after(*events, facts={"ABCD2345": found("title=first")})

    assert row.bases == first.bases


def test_a_removal_that_trashed_the_item_holds_and_one_that_did_not_is_planned_again() -> None:
    removed = replace(NEW, state=LinkState.UNLINKED, origin=Origin(), bases={})

    assert after(intending(removed), facts={}, lock=(NEW,)) == (removed,)
    (kept,) = after(intending(removed), facts=WRITTEN, lock=(NEW,))
    assert (kept.state, kept.origin) == (LinkState.LINKED, NEW.origin)


def test_rows_that_were_not_intended_stay() -> None:
    other = a_row("zd-b")

    assert after(intending(NEW), facts=WRITTEN, lock=(other,)) == (NEW, other)


def test_under_another_lock_file_only_what_was_created_is_taken_over() -> None:
    adopted = a_row("zd-b", item="ITEM2345", bases={"title": a_base("title")})
    events = intending(NEW, adopted), Done(("zd-a", "zd-b"))
    facts = {**WRITTEN, "ITEM2345": found("title")}

    (row,) = after(*events, facts=facts, same=False)

    assert (row.id, row.item, row.note) == ("zd-a", "ABCD2345", "NOTE2345")
    assert row.origin == NEW.origin
    assert row.bases == {}


def test_under_another_lock_file_a_known_row_only_gains_a_created_note() -> None:
    known = a_row("zd-a", bases={"title": a_base("on this branch")})

    rows_after = after(intending(NEW), facts=WRITTEN, lock=(known,), same=False)

    assert rows_after == (replace(known, note="NOTE2345", origin=Origin(note=True)),)


def test_under_another_lock_file_what_was_trashed_is_not_brought_back() -> None:
    removed = replace(NEW, state=LinkState.UNLINKED)

    assert after(intending(removed), facts={}, same=False) == ()


@pytest.mark.parametrize("lock_hash", ["then", "now"])
def test_shelves_whose_collections_were_made_hold_and_known_ones_stay(lock_hash: str) -> None:
    made, missing = (
        CollectionRow(DigestKey("d.md"), ("B",), "COLL2345"),
        CollectionRow(DigestKey("d.md"), ("C",), "COLL3456"),
    )
    known, renamed = (
        CollectionRow(DigestKey("d.md"), ("A",), "COLL9999"),
        CollectionRow(DigestKey("d.md"), ("Z",), "COLL9999"),
    )
    recorded = RecordedRun("then", (Intended(LockFile(collection_rows=(made, missing, renamed))),))
    facts = {"COLL2345": LibraryFacts(), "COLL9999": LibraryFacts()}

    folded = fold_journal(LockFile("l", (), (known,)), lock_hash, recorded, facts)

    assert folded.collection_rows == (known, made)


SAME_ID = st.just("zd-a")
RAWS = st.dictionaries(
    st.sampled_from(["title", "summary"]), st.sampled_from("0123").map(fingerprint)
)


@given(old=rows(SAME_ID), new=rows(SAME_ID), raws=RAWS, is_new=st.booleans())
def test_no_base_is_claimed_that_neither_was_nor_is_there(
    old: LockRow, new: LockRow, raws: dict[str, str], is_new: bool
) -> None:
    facts = {new.item: LibraryFacts(raws)}

    folded = after(intending(new), facts=facts, lock=() if is_new else (old,))

    for name, base in ((name, base) for row in folded for name, base in row.bases.items()):
        was_there = not is_new and old.bases.get(name) == base
        assert was_there or raws.get(name) == base.at_item.raw


@given(old=rows(SAME_ID), new=rows(SAME_ID), raws=RAWS)
def test_folding_twice_is_folding_once(old: LockRow, new: LockRow, raws: dict[str, str]) -> None:
    facts = {new.item: LibraryFacts(raws)}

    once = after(intending(new), facts=facts, lock=(old,))

    assert after(intending(new), facts=facts, lock=once) == once


# --- what an export was about to write -----------------------------------------------------------

KNOWN = Exported(BibKey("refs.bib"), "known", "AAAA2345", {"": "type", "title": "before"})
ADDED = Exported(BibKey("refs.bib"), "added", "BBBB2345", {"": "type", "title": "new"})
ELSEWHERE = Exported(BibKey("other.bib"), "known", "AAAA2345")


def exported_after(
    intended: Exporting, standing: Mapping[str, Mapping[str, str]], *, same: bool = True
) -> LockFile:
    """The lock file after a run was killed that was about to write this into refs.bib."""
    lock = LockFile("l", exported=(ELSEWHERE, KNOWN))
    recorded = RecordedRun("then" if same else "other", (intended,))
    return fold_journal(lock, "then", recorded, {}, {"refs.bib": standing})


@pytest.mark.parametrize("same", [True, False])
def test_an_entry_that_stands_as_it_was_to_be_written_is_ours(same: bool) -> None:
    changed = replace(KNOWN, prints={"": "type", "title": "after"})
    standing = {"known": changed.prints, "added": ADDED.prints}

    intended = Exporting(
        "refs.bib",
        LockFile(
            exported=(
                ADDED,
                changed,
            ),
            made=frozenset({"refs.bib"}),
        ),
    )
    folded = exported_after(intended, standing, same=same)

    assert folded.exported == (ELSEWHERE, ADDED, changed)
    assert folded.made == {"refs.bib"}


def test_an_entry_that_was_not_written_or_is_another_one_is_not_ours() -> None:
    intended = Exporting(
        "refs.bib",
        LockFile(
            exported=(
                ADDED,
                KNOWN,
            ),
            made=frozenset({"refs.bib"}),
        ),
    )

    for standing in ({}, {"added": {"": "type", "title": "somebody else's"}}):
        folded = exported_after(intended, standing)
        assert (folded.exported, folded.made) == ((ELSEWHERE, KNOWN), frozenset())


def test_an_entry_that_was_taken_out_is_ours_no_more() -> None:
    without = exporting(ADDED)

    assert exported_after(without, {}).exported == (ELSEWHERE,)
    assert exported_after(without, {"known": KNOWN.prints}).exported == (ELSEWHERE, KNOWN)
    assert exported_after(without, {}, same=False).exported == (ELSEWHERE, KNOWN)


def test_an_entry_that_somebody_gave_another_key_is_followed_once_it_was_written() -> None:
    renamed = replace(KNOWN, key="renamed", prints={"": "type", "title": "after"})
    intended = exporting(renamed)

    before, after = {"renamed": KNOWN.prints}, {"renamed": renamed.prints}

    assert exported_after(intended, before).exported == (ELSEWHERE, KNOWN)
    assert exported_after(intended, after).exported == (ELSEWHERE, renamed)


def test_the_link_of_an_entry_that_was_taken_out_goes_with_it() -> None:
    row = LockRow("zd-23456789ab", BibKey("refs.bib"), KNOWN.item, key=fingerprint(KNOWN.key))
    used = replace(row, id="zd-23456789ac", origin=Origin(fields=frozenset({"pages"})))
    lock = LockFile("l", (row, used), exported=(KNOWN,))
    recorded = RecordedRun("then", (exporting(ADDED),))

    def rows(standing: Mapping[str, Mapping[str, str]]) -> tuple[LockRow, ...]:
        return fold_journal(lock, "then", recorded, {}, {"refs.bib": standing}).rows

    assert rows({}) == (used,)
    assert rows({"known": KNOWN.prints}) == (row, used)


def test_the_bibs_whose_facts_are_needed_are_named() -> None:
    assert bibs_in(RecordedRun("", (Done(()), exporting()))) == {"refs.bib"}


# --- files that were about to be written

PULLED = replace(
    NEW, bases={**NEW.bases, "title": a_base("new title")}, title=fingerprint("new title")
)


def shown(row: LockRow) -> Shown:
    """What an entry shows that is as this row says."""
    return {name: base.at_entry for name, base in row.bases.items()}


AS_WRITTEN: EntryFacts = {NEW.id: shown(PULLED)}


def writing(*rows: LockRow) -> FilesToWrite:
    return FilesToWrite(LockFile(rows=rows))


def test_an_entry_that_shows_what_was_to_be_written_agrees_with_the_library() -> None:
    assert after(writing(PULLED), facts=WRITTEN, lock=(NEW,), entries=AS_WRITTEN) == (PULLED,)


@pytest.mark.parametrize("entries", [{}, {NEW.id: shown(NEW)}, {"zd-other": shown(PULLED)}])
def test_an_entry_that_shows_anything_else_claims_no_new_base(entries: EntryFacts) -> None:
    assert after(writing(PULLED), facts=WRITTEN, lock=(NEW,), entries=entries) == (NEW,)


def test_a_field_that_was_edited_since_claims_no_new_base_and_the_others_do() -> None:
    pulled = replace(PULLED, bases={**PULLED.bases, "summary": a_base("new summary")})
    edited = {NEW.id: {**shown(pulled), "summary": a_base("mine").at_entry}}
    (row,) = after(writing(pulled), facts=WRITTEN, lock=(NEW,), entries=edited)
    assert row == PULLED


MADE = replace(PULLED, id="zd-made", note=None, origin=Origin())
"""The link of a file that the run made for an item."""


def test_a_file_that_was_made_for_an_item_is_linked_if_it_shows_all_that_was_written() -> None:
    given = after(writing(MADE), facts=WRITTEN, lock=(), entries={MADE.id: shown(MADE)})
    assert given == (MADE,)


@pytest.mark.parametrize(
    ("entries", "facts"),
    [
        ({}, WRITTEN),
        ({MADE.id: {**shown(MADE), "title": a_base("mine").at_entry}}, WRITTEN),
        ({MADE.id: shown(MADE)}, {}),
    ],
    ids=["not there", "edited", "no item"],
)
def test_any_other_file_is_found_by_the_next_run(entries: EntryFacts, facts: Facts) -> None:
    assert after(writing(MADE), facts=facts, lock=(), entries=entries) == ()


def test_an_entry_claims_nothing_beside_another_lock_file() -> None:
    given = after(writing(PULLED), facts=WRITTEN, lock=(NEW,), same=False, entries=AS_WRITTEN)
    assert given == (NEW,)


@pytest.mark.parametrize(
    "now",
    [
        replace(NEW, item="OTHER234"),
        replace(NEW, note=None),
        replace(NEW, digest=DigestKey("other.md")),
        replace(NEW, state=LinkState.UNLINKED),
    ],
    ids=["item", "note", "digest", "ended"],
)
def test_a_link_with_other_ends_than_were_written_stays_as_it_is(now: LockRow) -> None:
    assert after(writing(PULLED), facts=WRITTEN, lock=(now,), entries=AS_WRITTEN) == (now,)


def test_the_rows_whose_entries_are_to_be_looked_at_are_named() -> None:
    other = replace(NEW, id="zd-other")
    recorded = RecordedRun("then", (intending(NEW), writing(PULLED, other)))
    assert rows_of_files(recorded) == {NEW.id: PULLED, other.id: other}
