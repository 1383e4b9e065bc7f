"""Acknowledged reports in the lock file: text that git merges, folded where it cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.project.links import a_row
from tests.project.test_lock import lock_of, merge
from zoterodigest.core.links.link import Acknowledged, LockFile, fingerprint
from zoterodigest.project.lock.lock import BadLockFile, merge_locks, read_lock, render_lock

ONE = Acknowledged("zd-a", "diverged title", fingerprint("one"))
OTHER = Acknowledged("zd-b", "item-gone", fingerprint("other"))
CHANGED = replace(ONE, print=fingerprint("changed"))
BASE = lock_of(a_row("zd-a"), a_row("zd-b"))
PATH = Path("zoterodigest.lock")


def with_marks(*marks: Acknowledged) -> LockFile:
    return replace(BASE, acknowledged=marks)


def merged(one: LockFile, other: LockFile, ancestor: LockFile) -> LockFile:
    sides = render_lock(one), render_lock(other), render_lock(ancestor)
    return read_lock(merge_locks(*sides, PATH))


def test_what_is_acknowledged_is_text_for_people_and_for_git() -> None:
    again = replace(ONE, name="diverged venue")

    text = render_lock(LockFile("embedded:1", acknowledged=(ONE, again, OTHER)))

    assert text.decode().split("\n\n", 1)[1] == (
        "acknowledged zd-a\n"
        f"report diverged%20title {ONE.print}\n"
        f"report diverged%20venue {ONE.print}\n"
        "\n"
        "acknowledged zd-b\n"
        f"report item-gone {OTHER.print}\n"
    )


@pytest.mark.parametrize("style", [["--diff3"], []])
def test_what_two_branches_acknowledged_is_held(tmp_path: Path, style: list[str]) -> None:
    text, _ = merge(tmp_path, (with_marks(ONE), BASE, with_marks(OTHER)), *style)

    assert read_lock(text) == with_marks(ONE, OTHER)


def test_what_two_branches_acknowledged_when_it_said_two_things_is_to_be_seen_again() -> None:
    assert merged(with_marks(ONE), with_marks(CHANGED), BASE) == BASE


def test_what_one_branch_acknowledged_anew_is_held() -> None:
    assert merged(with_marks(ONE), with_marks(CHANGED), with_marks(ONE)) == with_marks(CHANGED)


def test_what_one_branch_forgot_is_acknowledged_no_more() -> None:
    assert merged(with_marks(ONE, OTHER), BASE, with_marks(ONE, OTHER)) == BASE
    # Whatever the other branch made of it.
    assert merged(with_marks(CHANGED), BASE, with_marks(ONE)) == BASE


def test_a_doubled_paragraph_that_says_two_things_acknowledges_nothing() -> None:
    second = render_lock(LockFile("", acknowledged=(CHANGED,))).partition(b"\n\n")[2]

    assert read_lock(render_lock(with_marks(ONE)) + b"\n" + second) == BASE


@pytest.mark.parametrize("line", [b"acknowledged \n", b"acknowledged zd-a\nreport [1]\n"])
def test_what_acknowledges_nothing_is_refused(line: bytes) -> None:
    with pytest.raises(BadLockFile):
        read_lock(render_lock(BASE) + b"\n" + line)
