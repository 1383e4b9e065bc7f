"""Entries come, go and move, headings are renamed; every other byte stays (laws 1, 2 and 6)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, RELATIVES, SHARED_DIGESTS, document, read
from tests.golden_files import GoldenFiles
from zoterodigest.core.values.record import Blocks, Fields, Hyperlink, Members, Names, WebLinks
from zoterodigest.digest.read.document import Document, Headings, Problem
from zoterodigest.digest.write.new_section import NewSection, with_section
from zoterodigest.digest.write.rearrange import Rearranged, rearrange
from zoterodigest.digest.write.steps import (
    Change,
    MovedEntry,
    NewEntry,
    RemovedEntry,
    RenamedHeading,
)

GOLDEN = Path(__file__).parent / "golden" / "rearranged"
PAPER: Fields = {
    "title": "A New Paper: Part & Whole",
    "authors": Names(("Ada Lovelace", "Kurt Gödel")),
    "venue": "CVPR",
    "year": "2022",
    "date": "2022-03-04",
    "arxiv": "2203.01234",
    "links": WebLinks((Hyperlink("code", "https://github.com/a/b"),)),
    "task": Members(("image restoration",)),
    "summary": Blocks(("- One point.", "- Another point.")),
    "abstract": "We study things and find more.",
}
DOCUMENTS = (*EXAMPLES, RELATIVES)
LIST = b"""# Papers

## A

- [One paper with a title](https://arxiv.org/abs/2001.00001)
- [Another paper with a title](https://arxiv.org/abs/2002.00002)

## B

## C
- [A third paper with a title](https://arxiv.org/abs/2003.00003)
"""


def paths(whole: Document) -> list[tuple[str, ...]]:
    """The headings under which entries stand, in order."""
    return list(dict.fromkeys(entry.heading_keys for entry in whole.core_entries()))


def all_paths(whole: Document) -> list[tuple[str, ...]]:
    """Every heading, and none."""
    outer = 1 if whole.title else 0
    return [(), *(keys[outer:] for _, keys in Headings(whole.lines).keyed if keys[outer:])]


def carried_out(whole: Document, *changes: Change) -> Rearranged:
    """What becomes of a document by changes none of which may be refused."""
    outcome = rearrange(whole, changes, read)
    assert outcome.refusals == ()
    return outcome


def of_list(*changes: Change) -> str:
    """What becomes of `LIST`."""
    return carried_out(read(LIST), *changes).source.decode()


@cache
def variant(path: Path, manner: str) -> Document:
    """A digest with other line endings, a byte order mark, or no final newline."""
    source = path.read_bytes()
    match manner:
        case "CRLF":
            source = source.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        case "no final newline":
            source = source.rstrip(b"\n")
        case "byte order mark":
            source = b"\xef\xbb\xbf" + source
    return read(source, path.name)


VARIANTS = st.builds(
    variant,
    st.sampled_from(DOCUMENTS),
    st.sampled_from(["as it is", "CRLF", "no final newline", "byte order mark"]),
)


def others(before: Document, outcome: Rearranged) -> list[tuple[bytes, object]]:
    """The bytes and reading of the entries that were there before, in their old order."""
    after = read(outcome.source, before.name)
    assert len(after.entries) == len(outcome.origins)
    known = {
        origin: (outcome.source[entry.span.start : entry.span.end], entry.reading)
        for origin, entry in zip(outcome.origins, after.entries, strict=True)
        if isinstance(origin, int)
    }
    return [known[index] for index in sorted(known)]


def as_read(whole: Document, without: Sequence[int] = ()) -> list[tuple[bytes, object]]:
    """The bytes and reading of a document's entries."""
    return [
        (whole.source[entry.span.start : entry.span.end], entry.reading)
        for index, entry in enumerate(whole.entries)
        if index not in without
    ]


@given(whole=VARIANTS, data=st.data())
def test_an_entry_that_was_inserted_and_removed_leaves_the_bytes_as_they_were(
    whole: Document, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(all_paths(whole)))

    outcome = rearrange(whole, [NewEntry("new", path, PAPER)], read)

    assert others(whole, outcome) == as_read(whole)
    if outcome.refusals:
        assert outcome.source == whole.source
        return
    inserted = read(outcome.source, whole.name)
    back = carried_out(inserted, RemovedEntry(outcome.origins.index("new")))
    assert back.source == whole.source


@given(whole=VARIANTS, data=st.data())
def test_a_removed_entry_takes_only_its_own_lines(whole: Document, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(whole.entries) - 1))

    outcome = carried_out(whole, RemovedEntry(index))

    assert others(whole, outcome) == as_read(whole, without=[index])
    span = whole.entries[index].span
    own = whole.source[span.start : span.end].splitlines()
    left = [line for line in outcome.source.splitlines() if line.strip(b" >-")]
    gone = [line for line in own if line.strip(b" >-")]
    assert sorted([*left, *gone]) == sorted(
        line for line in whole.source.splitlines() if line.strip(b" >-")
    )


@given(whole=VARIANTS, data=st.data())
def test_a_moved_entry_keeps_its_bytes_and_comes_back(whole: Document, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(whole.entries) - 1))
    here = whole.core_entries()[index].heading_keys
    there = data.draw(st.sampled_from(all_paths(whole)))

    outcome = rearrange(whole, [MovedEntry(index, there)], read)

    assert others(whole, outcome) == as_read(whole)
    if outcome.refusals:
        assert outcome.source == whole.source
        return
    moved = read(outcome.source, whole.name)
    at = outcome.origins.index(index)
    assert moved.core_entries()[at].heading_keys == there
    back = carried_out(moved, MovedEntry(at, here))
    assert sorted(filter(bytes.strip, back.source.splitlines())) == sorted(
        filter(bytes.strip, whole.source.splitlines())
    )


TEXTS = [
    "Another",
    "C#",
    "A #",
    "<!-- x",
    "# a\nb",
    "`x` **y**",
    "| a |",
    "\u202e x",
    "---",
    "</b>",
]


@given(whole=VARIANTS, data=st.data(), text=st.sampled_from(TEXTS))
def test_a_renamed_heading_changes_its_line_alone(
    whole: Document, data: st.DataObject, text: str
) -> None:
    path = data.draw(st.sampled_from([it for it in all_paths(whole) if it] or [("none",)]))

    outcome = rearrange(whole, [RenamedHeading(path, text)], read)

    before, after = whole.source.splitlines(), outcome.source.splitlines()
    changed = [line for old, line in zip(before, after, strict=True) if old != line]
    assert len(changed) == (0 if outcome.refusals else 1)
    assert others(whole, outcome) == as_read(whole)
    if not outcome.refusals:
        assert (*path[:-1], " ".join(text.split())) in all_paths(read(outcome.source))


def test_an_entry_moves_with_its_gap_repaired_at_both_places() -> None:
    moved = of_list(MovedEntry(1, ("B",)), MovedEntry(2, ("A",)))

    assert moved == (
        "# Papers\n\n## A\n\n- [One paper with a title](https://arxiv.org/abs/2001.00001)\n"
        "- [A third paper with a title](https://arxiv.org/abs/2003.00003)\n\n"
        "## B\n\n- [Another paper with a title](https://arxiv.org/abs/2002.00002)\n\n## C\n"
    )


def test_several_changes_under_one_heading_are_carried_out_together() -> None:
    first, second = (
        {"title": f"A paper with number {n}", "arxiv": f"230{n}.00001"} for n in (1, 2)
    )

    outcome = carried_out(
        read(LIST),
        NewEntry("first", ("B",), first),
        NewEntry("second", ("B",), second),
        RemovedEntry(0),
        RenamedHeading(("A",), "Alpha"),
        MovedEntry(1, ("B",)),
    )

    assert outcome.origins == (1, "first", "second", 2)
    assert outcome.source.decode() == (
        "# Papers\n\n## Alpha\n\n## B\n\n"
        "- [Another paper with a title](https://arxiv.org/abs/2002.00002)\n"
        "- [A paper with number 1](https://arxiv.org/abs/2301.00001)\n"
        "- [A paper with number 2](https://arxiv.org/abs/2302.00001)\n\n"
        "## C\n- [A third paper with a title](https://arxiv.org/abs/2003.00003)\n"
    )


def test_a_new_entry_goes_where_its_date_belongs_but_for_the_next_number_of_a_list() -> None:
    years = (2021, 2019, 2017)
    entries = [f"[Paper of {year}](https://example.org/{year}.pdf), CVPR {year}." for year in years]
    new = NewEntry("new", (), {"title": "A New Paper", "venue": "CVPR", "year": "2018"})

    def origins(*marks: str) -> tuple[object, ...]:
        lines = (f"{mark} {entry}\n" for mark, entry in zip(marks, entries, strict=True))
        return carried_out(read("".join(lines).encode()), new).origins

    places = [origins("-", "-", "-"), origins("1.", "1.", "1."), origins("1.", "2.", "3.")]

    assert places == [(0, 1, "new", 2), (0, 1, "new", 2), (0, 1, 2, "new")]


def test_what_cannot_be_done_is_refused_and_the_rest_is_carried_out() -> None:
    changes: list[Change] = [
        MovedEntry(0, ("Nowhere",)),
        NewEntry("untitled", ("A",), {"arxiv": "2301.00001"}),
        RenamedHeading(("A",), "C"),
        RemovedEntry(2),
        RemovedEntry(7),
    ]

    outcome = rearrange(read(LIST), changes, read)

    assert [change for change, _ in outcome.refusals] == [*changes[:3], changes[4]]
    assert [reason for _, reason in outcome.refusals] == [
        "the digest has no heading “Nowhere”",
        "a new entry needs a title",
        "there is already a heading “C”",
        "there is no such entry",
    ]
    assert outcome.origins == (0, 1)
    assert b"A third paper" not in outcome.source


def test_a_heading_keeps_its_closing_signs_and_blanks() -> None:
    source = LIST.replace(b"## A\n", b"##   A ##  \n")

    outcome = carried_out(read(source), RenamedHeading(("A",), "Alpha"))

    assert outcome.source == source.replace(b"##   A ##  ", b"##   Alpha ##  ")


def test_nothing_to_change_returns_the_bytes_as_they_are() -> None:
    whole = read(LIST)

    outcome = carried_out(whole, MovedEntry(0, ("A",)))

    assert (outcome.source, outcome.origins) == (LIST, (0, 1, 2))


def test_a_row_is_not_moved_out_of_its_table() -> None:
    whole = document(next(path for path in EXAMPLES if path.stem == "awesome-tables"))

    outcome = rearrange(whole, [MovedEntry(0, paths(whole)[1])], read)

    assert outcome.source == whole.source
    assert [reason for _, reason in outcome.refusals] == [
        "the entries around it would not be read as they are"
    ]


def shown(whole: Document, *changes: Change) -> str:
    """The outcome of changes as a diff, or why they are refused."""
    outcome = rearrange(whole, changes, read)
    if outcome.refusals:
        return f"refused: {outcome.refusals[0][1]}\n"
    before, after = (it.decode().splitlines() for it in (whole.source, outcome.source))
    lines = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
    return "".join(f"{line}\n" for line in lines)


def pages(whole: Document) -> dict[str, str]:
    """One change of each kind, as diffs by what is changed."""
    first, last = paths(whole)[0], paths(whole)[-1]
    changes: dict[str, Change] = {
        "insert first": NewEntry("new", first, PAPER),
        "insert last": NewEntry("new", last, PAPER),
        "remove first": RemovedEntry(0),
        "remove last": RemovedEntry(len(whole.entries) - 1),
        "move": MovedEntry(0, last),
        "rename": RenamedHeading(first, "Another Heading"),
    }
    return {name: shown(whole, change) for name, change in changes.items()}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_each_change_of_each_example_is_exactly_the_lines_it_must_be(
    path: Path, golden: GoldenFiles
) -> None:
    written = "".join(f"=== {name}\n{text}\n" for name, text in pages(document(path)).items())

    golden.check(GOLDEN / f"{path.stem}.diff", written)


@pytest.mark.skipif(not SHARED_DIGESTS, reason="the shared digests are not here")
@pytest.mark.parametrize("path", SHARED_DIGESTS, ids=lambda path: path.name)
def test_a_new_paper_under_each_heading_of_the_five_digests_only_adds_lines(path: Path) -> None:
    whole = document(path)

    for heading in paths(whole):
        outcome = rearrange(whole, [NewEntry("new", heading, PAPER)], read)

        assert outcome.refusals == ()
        at = outcome.origins.index("new")
        rest = [*outcome.origins[:at], *outcome.origins[at + 1 :]]
        assert rest == list(range(len(whole.entries)))
        start = whole.entries[at].span.start if at < len(rest) else len(whole.source)
        added = len(outcome.source) - len(whole.source)
        before = next(
            n for n in range(start, -1, -1) if outcome.source.startswith(whole.source[:n])
        )
        assert outcome.source[before + added :] == whole.source[before:]


def test_a_new_section_whose_name_ends_in_a_hash_keeps_that_sign() -> None:
    source = b"# Papers\n\n## Rust\n\n- [A paper](https://arxiv.org/abs/2401.00001), CVPR 2024\n"
    new = NewSection("Sharp #", ("Rust",))

    after, path = with_section(read(source), new, read)

    assert path == ("Sharp #",)
    assert b"\n## Sharp # ##\n" in after.source


@pytest.mark.parametrize(
    ("title", "otherwise", "reason"),
    [
        ("One paper with a title", {"unreadable": frozenset({"authors"})}, "around"),
        ("One paper with a title", {"broken": "it is cut"}, "around"),
        ("One paper with a title", {"first": 0}, "under another heading"),
        ("A New Paper: Part & Whole", {"first": 0}, "under another heading"),
        ("A New Paper: Part & Whole", {"broken": "it is cut"}, "read back"),
        ("A New Paper: Part & Whole", {"unreadable": frozenset({"authors"})}, "read back"),
        ("A New Paper: Part & Whole", {"problems": (Problem(1, "odd"),)}, "read back"),
    ],
)
def test_nothing_is_written_that_reads_otherwise_than_it_must(
    title: str, otherwise: dict[str, Any], reason: str
) -> None:
    """A format may read what was written as anything: it is read again before (law 2)."""

    def read_again(source: bytes) -> Document:
        after = read(source)
        entries = (replace(it, **otherwise) if it.title == title else it for it in after.entries)
        return replace(after, entries=tuple(entries))

    whole = read(LIST)
    change = NewEntry("new", paths(whole)[0], PAPER)

    refused = rearrange(whole, [change], read_again)

    assert rearrange(whole, [change], read).refusals == ()
    assert refused.source == LIST
    ((_, why),) = refused.refusals
    assert reason in why
