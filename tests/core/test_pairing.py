"""Rows find their entries again, and never another paper's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import an_entry
from zoterodigest.core.links.link import Base, LinkState, LockRow, print_of
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.identity import Identifier, match_title
from zoterodigest.core.values.record import Entry
from zoterodigest.core.works.pairing import Pairing, PairingScope, UnreadText, pair, traits_of
from zoterodigest.core.works.work import contradict

TEXT = "A sentence that is long enough to tell one entry from another, about "


def row_for(entry: Entry, row_id: str, state: LinkState = LinkState.LINKED) -> LockRow:
    traits = traits_of(entry)
    return LockRow(
        row_id, entry.digest, f"ITEM{row_id}", None, traits.identifiers, traits.title,
        traits.texts, traits.headings, state=state, key=traits.key,
    )  # fmt: skip


def paired(
    entries: Sequence[Entry],
    rows: Sequence[LockRow],
    gone: Sequence[str] = (),
    unread_title: str = "",
) -> Pairing:
    scope = PairingScope(frozenset({"a.md", "b.md", "refs.bib", "more.bib"}), frozenset(gone))
    return pair(entries, rows, scope, UnreadText(titles=frozenset({match_title(unread_title)})))


def ids(found: Pairing) -> dict[int, str]:
    return {index: row.id for index, row in sorted(found.rows.items())}


def test_identifier_pairs_before_title_and_title_before_text() -> None:
    known = [
        an_entry(arxiv="2401.00001", title="One"),
        an_entry(title="Two"),
        an_entry(title="Three", summary=(f"{TEXT}three.",)),
    ]
    rows = [row_for(entry, f"r{n}") for n, entry in enumerate(known)]

    now = [
        an_entry(title="Three, renamed", summary=(f"{TEXT}three.",)),
        an_entry(arxiv="2401.00001", title="Two"),
        an_entry(title="Two"),
    ]

    assert ids(paired(now, rows)) == {0: "r2", 1: "r0", 2: "r1"}


def test_an_entry_whose_item_is_trashed_does_not_take_the_row_that_left_another_digest() -> None:
    here, there = an_entry("a.md", arxiv="2401.00001"), an_entry("b.md", arxiv="2401.00001")
    rows = [row_for(there, "r0", LinkState.DROPPED), row_for(here, "r1", LinkState.TRASHED)]

    assert ids(paired([here], rows)) == {0: "r1"}


def test_order_alone_never_pairs() -> None:
    rows = [row_for(an_entry(title="A paper on cats"), "r0")]

    found = paired([an_entry(title="A paper on dogs")], rows)

    assert (ids(found), found.new, found.dropped) == ({}, (0,), tuple(rows))


def test_two_identifiers_of_one_scheme_are_two_papers_under_one_title() -> None:
    known = an_entry(arxiv="2401.00001", title="Editorial")
    other = an_entry(arxiv="2401.00002", title="Editorial")
    rows = [row_for(known, "r0")]

    assert ids(paired([other, known], rows)) == {1: "r0"}
    assert ids(paired([other], [*rows, row_for(other, "r1")])) == {0: "r1"}


def bib_entry(key: str, title: str, *authors: str, digest: str = "refs.bib") -> Entry:
    entry = an_entry(digest, title=title, authors=authors)
    return replace(entry, key=key, identifiers=frozenset())


def test_citation_key_pairs_where_title_or_authors_were_corrected() -> None:
    was = [bib_entry("byron", "On cats", "Ada Byron"), bib_entry("none", "")]
    base = Base(*[print_of(was[0].raws["authors"], was[0].fields["authors"])] * 2)
    rows = [replace(row_for(was[0], "r0"), bases={"authors": base}), row_for(was[1], "r1")]

    now = [bib_entry("none", ""), bib_entry("byron", "On all cats", "Ada Byron")]
    corrected = [bib_entry("byron", "On cats", "Ada Lovelace")]
    another = [bib_entry("byron", "On dogs", "Someone Else")]
    elsewhere = [bib_entry("byron", "On all cats", "Ada Byron", digest="more.bib")]

    assert ids(paired(now, rows)) == {0: "r1", 1: "r0"}
    assert ids(paired(corrected, rows)) == {0: "r0"}
    assert ids(paired(another, rows)) == {}
    assert ids(paired(elsewhere, rows)) == {}


def test_twins_in_a_bib_go_by_their_citation_keys() -> None:
    twins = [bib_entry("one", "On cats", "Ada Byron"), bib_entry("two", "On cats", "Ada Byron")]
    rows = [row_for(entry, f"r{n}") for n, entry in enumerate(twins)]

    assert ids(paired(twins[::-1], rows)) == {0: "r1", 1: "r0"}
    assert ids(paired(twins[1:], rows)) == {0: "r1"}


def test_corrected_identifier_needs_its_title() -> None:
    row = row_for(an_entry(arxiv="2401.00001", title="Cats", summary=(f"{TEXT}cats.",)), "r0")

    corrected = an_entry(arxiv="2401.00002", title="Cats", summary=(f"{TEXT}cats.",))
    other = an_entry(arxiv="2401.00002", title="Dogs", summary=(f"{TEXT}cats.",))

    assert ids(paired([corrected], [row])) == {0: "r0"}
    assert ids(paired([other], [row])) == {}


def test_twins_go_by_texts_then_headings_then_digest() -> None:
    first = an_entry(arxiv="2401.00001", title="T", summary=(f"{TEXT}first.",))
    second = an_entry(arxiv="2401.00001", title="T", summary=(f"{TEXT}second.",))
    third = an_entry("b.md", arxiv="2401.00001", title="T", summary=(f"{TEXT}third.",))
    rows = [row_for(entry, f"r{n}") for n, entry in enumerate((first, second, third))]

    edited = an_entry("b.md", arxiv="2401.00001", title="T", summary=(f"{TEXT}new.",))

    assert ids(paired([second, edited, first], rows)) == {0: "r1", 1: "r2", 2: "r0"}


def test_renamed_file_drops_what_it_lost_and_an_absent_one_drops_nothing() -> None:
    entries = [an_entry("old.md", title=f"Paper number {n}") for n in range(2)]
    rows = [row_for(entry, f"r{n}") for n, entry in enumerate(entries)]

    renamed = paired([replace(entries[0], digest=DigestKey("b.md"))], rows, gone=["old.md"])
    absent = paired([], rows, gone=["old.md"])

    assert (ids(renamed), renamed.dropped) == ({0: "r0"}, (rows[1],))
    assert absent.dropped == ()


def test_a_digest_that_is_gone_keeps_its_links_if_few_of_its_papers_stand_elsewhere() -> None:
    entries = [an_entry("old.md", title=f"Paper number {n}") for n in range(3)]
    rows = [row_for(entry, f"r{n}") for n, entry in enumerate(entries)]

    shared = paired([replace(entries[0], digest=DigestKey("b.md"))], rows, gone=["old.md"])

    assert (ids(shared), shared.dropped) == ({0: "r0"}, ())


def test_a_configured_digest_that_is_missing_drops_nothing_though_its_papers_stand_elsewhere() -> (
    None
):
    known = [an_entry("old.md", arxiv=f"2401.0000{n}", title=f"Paper {n}") for n in range(3)]
    rows = [row_for(entry, f"r{n}") for n, entry in enumerate(known)]
    now = [replace(entry, digest=DigestKey("a.md")) for entry in known[:2]]
    gone = frozenset({"old.md"})

    for missing, dropped in ((gone, ()), (frozenset[str](), (rows[2],))):
        scope = PairingScope(frozenset({"a.md"}), gone, missing)
        found = pair(now, rows, scope, UnreadText())
        assert (ids(found), found.dropped) == ({0: "r0", 1: "r1"}, dropped)


def test_a_text_that_two_entries_had_pairs_neither_with_the_one_that_has_it_now() -> None:
    same = f"{TEXT}every paper."
    rows = [row_for(an_entry(title=title, summary=(same,)), title) for title in ("One", "Two")]

    assert ids(paired([an_entry(title="Three", summary=(same,))], rows)) == {}


def test_an_identifier_of_another_paper_is_no_correction() -> None:
    one = an_entry(arxiv="2401.00001", title="One", summary=(f"{TEXT}one.",))
    two = an_entry(arxiv="2401.00002", title="Two")
    rows = [row_for(one, "r0"), row_for(two, "r1")]
    now = [an_entry(arxiv="2401.00002", title="One", summary=(f"{TEXT}other things.",)), two]

    found = paired(now, rows)

    assert (ids(found), found.new, found.dropped) == ({1: "r1"}, (0,), (rows[0],))


def test_an_entry_takes_no_row_of_its_title_whose_identifier_stands_elsewhere() -> None:
    editorial = an_entry(arxiv="2401.00001", title="Editorial")
    other = an_entry(arxiv="2401.00002", title="Another")
    rows = [row_for(editorial, "r0"), row_for(editorial, "r1"), row_for(other, "r2")]
    now = [editorial, other, an_entry(arxiv="2401.00002", title="Editorial")]

    found = paired(now, rows)

    assert (ids(found), found.new) == ({0: "r0", 1: "r2"}, (2,))


def test_rows_of_other_digests_are_left_alone() -> None:
    row = row_for(an_entry("c.md", arxiv="2401.00001", title="T"), "r0")

    found = paired([an_entry(arxiv="2401.00001", title="T")], [row])

    assert (found.new, found.dropped) == ((0,), ())


def test_title_that_stands_in_unread_text_keeps_its_row() -> None:
    row = row_for(an_entry(title="A broken entry"), "r0")

    found = paired([], [row], unread_title="a Broken Entry")

    assert (found.unreadable, found.dropped) == ((row,), ())


def test_linked_rows_come_before_tombstones() -> None:
    entry = an_entry(arxiv="2401.00001", title="T")
    rows = [row_for(entry, "r0", LinkState.DROPPED), row_for(entry, "r1")]

    assert ids(paired([entry], rows)) == {0: "r1"}
    assert ids(paired([entry], rows[:1])) == {0: "r0"}


def test_of_two_tombstones_that_of_the_entry_that_was_deleted_takes_it_again() -> None:
    entry = an_entry(arxiv="2401.00001", title="One")
    rows = [row_for(entry, "r0", LinkState.UNLINKED), row_for(entry, "r1", LinkState.DROPPED)]

    assert ids(paired([entry], rows)) == {0: "r1"}


def test_tombstone_of_an_unlinked_entry_stays_in_its_digest() -> None:
    entry = an_entry(arxiv="2401.00001", title="T")
    rows = [row_for(entry, "r0", LinkState.UNLINKED)]

    assert ids(paired([entry], rows)) == {0: "r0"}
    assert ids(paired([replace(entry, digest=DigestKey("b.md"))], rows)) == {}


def test_pages_shared_by_many_entries_pair_nothing() -> None:
    page = [Identifier("url", "https://example.org/all")]
    rows = [row_for(an_entry(ids=page, title=f"Paper {n}"), f"r{n}") for n in range(2)]

    found = paired([an_entry(ids=page, title="Paper 1"), an_entry(ids=page, title="Else")], rows)

    assert ids(found) == {0: "r1"}


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)), st.data())
def test_whatever_is_shuffled_dropped_or_added_no_paper_becomes_another(
    order: list[int], dropped: set[int], data: st.DataObject
) -> None:
    same = f"{TEXT}nothing in particular."
    known = [
        an_entry(
            data.draw(st.sampled_from(["a.md", "b.md"])),
            arxiv=f"2401.{n:05d}" if n % 3 else "",
            title=f"Paper number {n}",
            summary=(same,),
        )
        for n in range(12)
    ]
    rows = [row_for(entry, f"r{n}") for n, entry in enumerate(known)]
    new = [
        an_entry(arxiv=f"2402.{n:05d}", title=f"New paper {n}", summary=(same,)) for n in dropped
    ]
    now = [known[n] for n in order if n not in dropped] + new

    found = paired(now, rows)

    assert ids(found) == {
        place: f"r{n}" for place, n in enumerate(n for n in order if n not in dropped)
    }
    assert {row.id for row in found.dropped} == {f"r{n}" for n in dropped}


def test_contradiction_is_another_value_in_one_scheme() -> None:
    arxiv, other = Identifier("arxiv", "1"), Identifier("arxiv", "2")
    doi = Identifier("doi", "10.1/x")

    assert contradict([arxiv], [other, doi])
    assert not contradict([arxiv], [doi])
    assert not contradict([arxiv, other], [other])
    assert not contradict([Identifier("url", "a")], [Identifier("url", "b")])
