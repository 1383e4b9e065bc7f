"""Lock files of two branches become one, without a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.project.links import a_base, a_row, rows
from tests.project.version1 import render_version1
from zoterodigest.core.links.link import LockFile, LockRow
from zoterodigest.project.lock.lock import BadLockFile, merge_locks, read_lock, render_lock

PATH = Path("zoterodigest.lock")
NOTHING = b""


def a_lock(*held: LockRow, identity: str = "group:7") -> bytes:
    return render_lock(LockFile(identity, tuple(sorted(held, key=lambda row: row.id))))


locks = st.builds(
    lambda held: a_lock(*{row.id: row for row in held}.values()),
    st.lists(rows(st.sampled_from(["zd-a", "zd-b", "zd-c"])), max_size=3),
)


@given(one=locks, other=locks, ancestor=locks)
def test_the_order_of_the_branches_makes_no_difference(
    one: bytes, other: bytes, ancestor: bytes
) -> None:
    merged = merge_locks(one, other, ancestor, PATH)

    assert merged == merge_locks(other, one, ancestor, PATH)


@given(one=locks, ancestor=locks)
def test_a_branch_that_changed_nothing_gives_way(one: bytes, ancestor: bytes) -> None:
    assert merge_locks(one, ancestor, ancestor, PATH) == one
    assert merge_locks(one, one, ancestor, PATH) == one


@given(one=locks, other=locks, ancestor=locks, is_old=st.tuples(*[st.booleans()] * 3))
def test_lock_files_of_two_versions_are_merged_into_one_of_version_2(
    one: bytes, other: bytes, ancestor: bytes, is_old: tuple[bool, bool, bool]
) -> None:
    sides = [
        render_version1(read_lock(side)) if old else side
        for side, old in zip((one, other, ancestor), is_old, strict=True)
    ]

    merged = merge_locks(sides[0], sides[1], sides[2], PATH)

    assert merged == merge_locks(one, other, ancestor, PATH)


@pytest.mark.parametrize("other", [render_version1(LockFile("group:7")), NOTHING])
def test_a_merge_says_so_if_no_branch_had_version_2(
    other: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    one = render_version1(LockFile("group:7", (a_row("zd-a"),)))

    merge_locks(one, other or a_lock(), NOTHING, PATH)

    assert ("is now in version 2" in caplog.text) == bool(other)


def test_each_row_is_taken_from_the_branch_that_changed_it() -> None:
    old = [a_row(f"zd-{name}", bases={"title": a_base("old")}) for name in "ab"]
    new = [a_row(f"zd-{name}", bases={"title": a_base("new")}) for name in "ab"]

    merged = merge_locks(a_lock(new[0], old[1]), a_lock(old[0], new[1]), a_lock(*old), PATH)

    assert merged == a_lock(*new)


def test_rows_of_both_branches_are_held_where_there_was_no_lock_file() -> None:
    one, other = a_row("zd-a"), a_row("zd-b")

    assert merge_locks(a_lock(one), a_lock(other), NOTHING, PATH) == a_lock(one, other)


def test_marks_that_somebody_committed_are_no_hindrance() -> None:
    rows_ = [a_row(f"zd-{name}") for name in "abc"]
    parts = [a_lock(row).partition(b"\nzd-")[2] for row in rows_[:2]]
    header = a_lock()
    marked = b"".join(
        [header, b"<<<<<<< HEAD\n\nzd-", parts[0], b"=======\n\nzd-", parts[1], b">>>>>>> b\n"]
    )

    merged = merge_locks(marked, a_lock(rows_[2]), marked[:50], PATH)

    assert read_lock(merged).rows == tuple(rows_)


def test_links_with_two_libraries_are_not_merged() -> None:
    with pytest.raises(BadLockFile, match="two libraries"):
        merge_locks(a_lock(identity="group:7"), a_lock(identity="group:8"), NOTHING, PATH)
