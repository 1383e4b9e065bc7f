"""Two rows of one link, brought together by a merge, become one that does no harm."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.project.links import a_base, a_row, exported, rows
from zoterodigest.core.links.link import (
    CollectionRow,
    Exported,
    LinkState,
    LockRow,
    Origin,
    fingerprint,
)
from zoterodigest.core.values.annotation import WrittenBlock
from zoterodigest.core.values.file_keys import BibKey, DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.project.lock.fold import (
    Held,
    HeldKey,
    fold_all,
    fold_collection_rows,
    fold_exported,
    fold_rows,
)

SAME_ID = st.just("zd-a")
OLD = a_row("zd-a", bases={"title": a_base("old")})


@given(one=rows(SAME_ID), other=rows(SAME_ID), before=st.lists(rows(SAME_ID), max_size=1))
def test_the_order_of_the_sides_makes_no_difference(
    one: LockRow, other: LockRow, before: list[LockRow]
) -> None:
    assert fold_rows(one, other, before) == fold_rows(other, one, before)


@given(row=rows(SAME_ID), before=st.lists(rows(SAME_ID), max_size=1))
def test_equal_rows_are_one(row: LockRow, before: list[LockRow]) -> None:
    assert fold_rows(row, row, before) == row


@given(row=rows(SAME_ID), before=rows(SAME_ID))
def test_a_side_that_is_as_before_gives_way(row: LockRow, before: LockRow) -> None:
    assert fold_rows(row, before, [before]) == row


@given(one=rows(SAME_ID), other=rows(SAME_ID))
def test_nothing_is_claimed_that_one_side_does_not_claim(one: LockRow, other: LockRow) -> None:
    folded = fold_rows(one, other)

    for row in (one, other):
        assert folded.bases.items() <= row.bases.items()
        assert folded.credits.items() <= row.credits.items()
        assert folded.origin.tags <= row.origin.tags
        assert folded.origin.fields <= row.origin.fields
        assert row.diverged <= folded.diverged
        assert row.origin.item or not folded.origin.item
        assert row.origin.note or not folded.origin.note


def test_a_base_changed_on_both_sides_is_forgotten() -> None:
    one = replace(OLD, bases={"title": a_base("one")})
    other = replace(OLD, bases={"title": a_base("other")})

    assert fold_rows(one, other, [OLD]).bases == {}


def test_a_field_of_a_bib_entry_has_diverged_if_its_base_is_forgotten() -> None:
    """Else an export of this library, which may lag, would overwrite what another one wrote."""
    before = replace(OLD, digest=BibKey("refs.bib"))
    one = replace(before, bases={"title": a_base("one")})

    for other in (replace(before, bases={"title": a_base("other")}), replace(before, bases={})):
        folded = fold_rows(one, other, [before])
        assert folded.bases == {}
        assert folded.diverged == {"title"}


def test_a_field_joined_on_one_side_keeps_its_base() -> None:
    diverged = replace(OLD, bases={}, diverged=frozenset({"title"}))

    assert fold_rows(OLD, diverged, [diverged]) == OLD


def test_an_annotation_written_otherwise_on_both_sides_is_nobodys_and_others_are_kept() -> None:
    new, other, same = (WrittenBlock(fingerprint(text), fingerprint("all")) for text in "nos")
    one = a_row("zd-a", annotations={"KEY22222": new, "KEY33333": same})
    two = a_row("zd-a", annotations={"KEY22222": other, "KEY33333": same})

    assert fold_rows(one, two).annotations == {"KEY33333": same}


def test_what_both_sides_made_since_is_ours_if_the_row_before_is_known() -> None:
    one = replace(OLD, origin=Origin(tags=frozenset({"one"})))
    other = replace(OLD, origin=Origin(tags=frozenset({"other"})))

    assert fold_rows(one, other, [OLD]).origin.tags == {"one", "other"}
    assert fold_rows(one, other).origin.tags == frozenset()


def test_of_two_notes_the_lesser_key_holds_and_is_not_ours() -> None:
    one = replace(OLD, note="NOTE2222", origin=Origin(note=True))
    other = replace(OLD, note="NOTE3333", origin=Origin(note=True))

    folded = fold_rows(one, other, [OLD])

    assert (folded.note, folded.origin.note) == ("NOTE2222", False)


def test_a_side_that_knows_no_note_gives_way_to_one_that_does() -> None:
    with_note = replace(OLD, note="NOTE2222", origin=Origin(note=True))

    folded = fold_rows(with_note, OLD)

    assert (folded.note, folded.origin.note) == ("NOTE2222", False)


def test_of_two_items_the_lesser_key_holds_and_is_not_ours() -> None:
    one = replace(OLD, item="ITEM2222", origin=Origin(item=True))
    other = replace(OLD, item="ITEM3333", origin=Origin(item=True))

    folded = fold_rows(one, other)

    assert (folded.item, folded.origin.item) == ("ITEM2222", False)


def test_an_entry_is_known_by_what_either_side_knows_of_it() -> None:
    arxiv, doi = Identifier("arxiv", "2401.00001"), Identifier("doi", "10.1/a")
    one = replace(OLD, identifiers=frozenset({arxiv}), texts=frozenset({"one"}))
    other = replace(OLD, identifiers=frozenset({doi}), texts=frozenset({"other"}))

    folded = fold_rows(one, other)

    assert folded.identifiers == {arxiv, doi}
    assert folded.texts == {"one", "other"}


@pytest.mark.parametrize(
    ("one", "other", "held"),
    [
        (LinkState.LINKED, LinkState.DROPPED, LinkState.LINKED),
        (LinkState.LINKED, LinkState.TRASHED, LinkState.LINKED),
        (LinkState.LINKED, LinkState.UNLINKED, LinkState.UNLINKED),
        (LinkState.DROPPED, LinkState.TRASHED, LinkState.TRASHED),
    ],
)
def test_of_two_states_the_one_holds_that_no_run_would_find_again(
    one: LinkState, other: LinkState, held: LinkState
) -> None:
    assert fold_rows(replace(OLD, state=one), replace(OLD, state=other)).state is held


def test_a_row_that_one_side_let_go_is_gone_and_a_new_or_changed_one_stays() -> None:
    before: dict[HeldKey, Held] = {("a",): OLD, ("b",): OLD}
    one: dict[HeldKey, Held] = {("b",): replace(OLD, title="changed"), ("new",): OLD}

    folded = fold_all(one, {("a",): OLD}, before)

    assert folded == {("b",): one["b",], ("new",): OLD}


def test_of_two_collections_the_lesser_key_holds_and_is_not_ours() -> None:
    one, other = (
        CollectionRow(DigestKey("d.md"), (), "COLL2222"),
        CollectionRow(DigestKey("d.md"), (), "COLL3333"),
    )

    assert fold_collection_rows(other, one) == CollectionRow(
        DigestKey("d.md"), (), "COLL2222", is_ours=False
    )


@given(one=exported, other=exported, before=st.lists(exported, max_size=1))
def test_two_entries_of_a_bib_claim_only_what_one_of_them_claims(
    one: Exported, other: Exported, before: list[Exported]
) -> None:
    other = replace(other, bibliography=one.bibliography, key=one.key)

    folded = fold_exported(one, other, before)

    assert folded == fold_exported(other, one, before)
    assert folded.prints.items() <= one.prints.items() | other.prints.items()
    assert fold_exported(one, one, before) == one
