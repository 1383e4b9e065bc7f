"""What git left unmerged is not read as an entry's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import read
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.markers import GitConflict, conflict_in, find_conflicts

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DIGESTS = sorted(EXAMPLES.glob("*.md"))
REASON = "git's conflict marks stand in it"


def with_conflict(document: Document, first: int, last: int) -> bytes:
    """Return a digest whose lines `[first, last]` stand there in two versions."""
    lines = document.source.split(b"\n")
    part = lines[first : last + 1]
    both = [b"<<<<<<< HEAD", *part, b"=======", *part, b">>>>>>> other"]
    return b"\n".join([*lines[:first], *both, *lines[last + 1 :]])


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.name)
def test_an_entry_with_an_unmerged_line_is_unreadable(path: Path) -> None:
    clean = read(path.read_bytes(), path.name)
    for entry in clean.entries[1:4]:
        document = read(with_conflict(clean, entry.last, entry.last), path.name)

        marked = [one for one in document.entries if one.span.start == entry.span.start]
        assert [one.broken for one in marked] in ([REASON], [])
        readable = {one.title for one in document.entries if not one.broken}
        assert entry.title not in readable


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.name)
def test_both_versions_of_whole_entries_are_unreadable(path: Path) -> None:
    clean = read(path.read_bytes(), path.name)
    first, last = clean.entries[1], clean.entries[2]

    document = read(with_conflict(clean, first.first, last.last), path.name)

    readable = {one.title for one in document.entries if not one.broken}
    assert not {first.title, last.title} & readable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", ((0, 4),)),
        (b"> <<<<<<< HEAD\n> a\n> =======\n> >>>>>>> x", ((0, 3),)),
        (b"a\n>>>>>>> x\n<<<<<<< y", ((1, 1), (2, 2))),
        (b"<<<<<<< y\n<<<<<<< z\n>>>>>>> z", ((0, 0), (1, 2))),
        (b"Heading\n=======\n<<<<<<<\n>>>>>>>\n<<<<<<<< eight\n>>>>>>>> eight\nx <<<<<<< y", ()),
    ],
)
def test_conflicts_are_found_by_marks_with_a_label(
    text: bytes, expected: tuple[tuple[int, int], ...]
) -> None:
    found = find_conflicts(text, text.split(b"\n"))

    assert tuple((one.first, one.last) for one in found) == expected


@pytest.mark.parametrize(
    ("lines", "is_in"),
    [((0, 1), False), ((0, 2), True), ((7, 7), True), ((9, 12), False), ((19, 21), True)],
)
def test_an_entry_is_in_a_conflict_that_cuts_it(lines: tuple[int, int], is_in: bool) -> None:
    conflicts = (GitConflict(2, 5, 8), GitConflict(19, 20, 20))

    assert (conflict_in(conflicts, *lines) is not None) is is_in


def test_blank_lines_between_an_entry_and_a_conflict_do_not_count() -> None:
    text = b"> a\n>\n\n<<<<<<< x\n>>>>>>> y"

    assert find_conflicts(text, text.split(b"\n")) == (GitConflict(0, 3, 4),)
