"""A lock file in parts: rows by their bytes, read when asked for, and spliced when written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.project.links import a_base, a_row, locks, names
from tests.project.version1 import render_version1
from zoterodigest.core.links.link import CollectionRow, LinkState, LockFile, LockRow
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.project.lock.lock import BadLockFile, read_lock, render_lock
from zoterodigest.project.lock.named import names_of_files
from zoterodigest.project.lock.parts import (
    LockParts,
    changed_lock,
    items_of_files,
    linked_sources,
    lock_parts,
    rows_in_digest,
)

DIGESTS = "a.md", "b.md"
OLD_LINES = b'\ndigest "papers.md"\nitem "ABCD2345"'
IDS = st.sampled_from(["zd-a", "zd-ab", "zd-b", "zd-c"])


def parts_of(lock: LockFile) -> LockParts:
    parts = lock_parts(render_lock(lock))
    assert parts is not None
    return parts


def part(lock: LockFile, ids: frozenset[str]) -> LockFile:
    return replace(lock, rows=tuple(row for row in lock.rows if row.id in ids))


@given(lock=locks(IDS), ids=st.frozensets(IDS))
def test_rows_are_read_one_by_one_as_they_are_together(lock: LockFile, ids: frozenset[str]) -> None:
    parts = parts_of(lock)

    assert sorted(parts.rows) == [row.id for row in lock.rows]
    assert parts.read(ids & parts.rows.keys()) == part(lock, ids)


@given(lock=locks(IDS))
def test_linked_items_are_known_without_reading_their_rows(lock: LockFile) -> None:
    linked = [(row.digest, row.item) for row in lock.rows if row.state is LinkState.LINKED]

    assert list(items_of_files(render_lock(lock))) == linked
    assert list(items_of_files(render_version1(lock))) == linked


@given(locks())
def test_the_rows_of_a_digest_are_found_also_below_headings(lock: LockFile) -> None:
    """`open papers.md:12` found none of them."""
    data = render_lock(lock)

    for name in {row.digest for row in lock.rows}:
        rows = tuple(row for row in read_lock(data).rows if row.digest == name)
        assert rows_in_digest(data, name) == rows


@given(before=locks(IDS), after=locks(IDS))
def test_a_changed_lock_file_is_the_one_that_is_rendered(before: LockFile, after: LockFile) -> None:
    assert changed_lock(render_lock(before), before, after) == render_lock(after)


@given(before=locks(IDS), after=locks(IDS), loud=st.frozensets(IDS))
def test_rows_that_were_not_read_stay(
    before: LockFile, after: LockFile, loud: frozenset[str]
) -> None:
    quiet = tuple(row for row in before.rows if row.id not in loud)
    new = part(after, loud)

    changed = changed_lock(render_lock(before), part(before, loud), new)

    rows = tuple(sorted((*quiet, *new.rows), key=lambda row: row.id))
    assert changed == render_lock(replace(new, rows=rows))


def shared(*digests: str, key: str = "SHARED22") -> tuple[CollectionRow, ...]:
    """Return the rows of one collection of several notes."""
    return tuple(CollectionRow(DigestKey(one), (), key) for one in digests)


def test_two_collection_rows_stand_for_those_of_notes_that_are_passed_over() -> None:
    names = "a.md", "b.md", "c.md", "d.md", "e.md"
    heading = CollectionRow(DigestKey("b.md"), ("b",), "SHARED22")
    other = shared("f g%.md", key="OTHER222")
    rows = (*shared(*names), heading, *other)
    row = a_row("zd-a", digest="d.md")
    parts = parts_of(LockFile("l", (row,), rows))
    notes = frozenset(map(DigestKey, ("a.md", "b.md", "c.md", "d.md", "f g%.md")))

    assert parts.read((), passed_over=notes).collection_rows == (
        *shared("a.md"),
        heading,
        *shared("d.md", "e.md"),
        *other,
    )
    assert parts.read(["zd-a"], passed_over=notes).collection_rows == (
        *shared("a.md"),
        heading,
        *shared("c.md", "d.md", "e.md"),
        *other,
    )


@given(lock=locks(IDS), other=locks(IDS), count=st.integers(0, 5), added=st.booleans())
def test_collection_rows_that_were_not_read_stay(
    lock: LockFile, other: LockFile, count: int, added: bool
) -> None:
    notes = [DigestKey(f"note {number}.md") for number in range(count)]
    rows = sorted((*lock.collection_rows, *shared(*notes)), key=lambda one: one.place)
    before = replace(lock, collection_rows=tuple(rows))
    part = parts_of(before).read((), passed_over=frozenset(notes))
    new = [one for one in other.collection_rows if added and one not in rows]
    gone = {one.place for one in new} | {one.place for one in lock.collection_rows[: int(added)]}

    def changed(known: LockFile) -> LockFile:
        kept = [one for one in known.collection_rows if one.place not in gone]
        return replace(known, collection_rows=(*kept, *new), exported=other.exported)

    assert changed_lock(render_lock(before), part, changed(part)) == render_lock(changed(before))


def test_line_ends_of_windows_change_no_row() -> None:
    lock = LockFile("l", (a_row("zd-a"), a_row("zd-b")))
    data = render_lock(lock).replace(b"\n", b"\r\n")

    assert lock_parts(data) == parts_of(lock)
    assert changed_lock(data, lock, part(lock, frozenset({"zd-b"}))) == render_lock(
        LockFile("l", lock.rows[1:]), data
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.replace(b"\nzd-a\n", b"\n<<<<<<< one\nzd-a\n"),
        lambda data: data.replace(b"\nzd-b\n", b"\nzd-a\n"),
        lambda data: data.replace(b"\n\nzd-b\n", b"\nzd-b\n"),
        lambda data: data.replace(b"\n\nzd-b\n", b"\n\n\nzd-b\n"),
        lambda data: data.replace(b"\nversion 2", b"\nversion 1"),
        # What git makes of a file of version 1 and one of version 2.
        lambda data: data.replace(b"\ndigest papers.md\nitem ABCD2345", OLD_LINES, 1),
        lambda data: b"",
    ],
)
def test_a_file_in_another_form_has_no_parts(damage: Callable[[bytes], bytes]) -> None:
    lock = LockFile("l", (a_row("zd-a"), a_row("zd-b")))

    damaged = damage(render_lock(lock))

    assert damaged != render_lock(lock)
    assert lock_parts(damaged) is None


def test_a_file_in_another_form_is_put_in_order_when_a_row_changes() -> None:
    row, new = a_row("zd-a"), a_row("zd-b", bases={"title": a_base("A")})
    doubled = render_lock(LockFile("l", (row,))) + b"\n\nzd-a\ndigest papers.md\nitem ABCD2345\n"
    before = read_lock(doubled)
    after = replace(before, rows=(*before.rows, new))

    assert changed_lock(doubled, before, before) == doubled
    assert changed_lock(doubled, before, after) == render_lock(after)


def test_a_row_that_did_not_change_keeps_its_bytes() -> None:
    rows: tuple[LockRow, ...] = (a_row("zd-a"), a_row("zd-b"))
    data = render_lock(LockFile("l", rows)).replace(b"\ndigest", b"\ntags  \ndigest", 1)
    before = read_lock(data)

    changed = changed_lock(data, before, replace(before, rows=before.rows[:1]))

    assert changed == data.partition(b"\n\nzd-b")[0] + b"\n"


def sources_in(data: bytes) -> set[SourceKey]:
    return {row.digest for row in read_lock(data).rows}


@given(lock=locks(IDS), name=names)
def test_the_digests_of_a_lock_file_are_those_of_its_rows(lock: LockFile, name: str) -> None:
    data = render_lock(replace(lock, rows=(*lock.rows, a_row("zd-d", digest=name))))

    assert linked_sources(data) == sources_in(data)
    assert linked_sources(data.replace(b"\n", b"\r\n")) == sources_in(data)
    assert set(map(type, linked_sources(data))) == set(map(type, sources_in(data)))


@given(lock=locks(IDS), render=st.sampled_from([render_lock, render_version1]))
def test_no_file_that_a_lock_file_names_is_missed(
    lock: LockFile, render: Callable[[LockFile], bytes]
) -> None:
    bibs = {*lock.made, *(one.bibliography for one in lock.exported)}

    for data in (render(lock), render(lock).replace(b"\n", b"\r\n")):
        assert names_of_files(data) == {row.digest for row in lock.rows} | bibs


def test_the_digests_of_a_lock_file_are_found_without_reading_its_rows() -> None:
    data = render_lock(LockFile("l", (a_row("zd-a", title="T"),))).replace(
        b"\nmatch ", b"\nmatch no print "
    )

    assert linked_sources(data) == {"papers.md"}
    with pytest.raises(BadLockFile):
        read_lock(data)


def test_a_digest_that_only_a_doubled_row_names_is_none_of_the_lock_file() -> None:
    one, other = (render_lock(LockFile("l", (a_row("zd-a", digest=d),))) for d in DIGESTS)
    doubled = one + b"\n" + other[other.index(b"zd-a") :]

    assert linked_sources(doubled) == sources_in(doubled) == {"a.md"}


def test_a_lock_file_whose_digests_cannot_be_read_is_reported() -> None:
    data = render_lock(LockFile("l", (a_row("zd-a"),))).replace(b"\ndigest ", b"\ndigest %ff")

    with pytest.raises(BadLockFile):
        linked_sources(data)
