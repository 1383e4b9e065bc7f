"""One edit of each field of each digest: the diff is exactly the lines it must be.

`golden/DIGEST.diff` holds, for every field that a digest carries, the edit of `EDITS` in the
first entry that has a value there, as a unified diff without context.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, RELATIVES, document, read
from tests.golden_files import GoldenFiles
from zoterodigest.core.values.record import (
    SECTION,
    Blocks,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    is_empty,
)
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import put_digest

GOLDEN = Path(__file__).parent / "golden"


def with_author(value: Value) -> Value:
    """One more author at the end, the list cut as before."""
    assert isinstance(value, Names)
    return Names((*value.people, "Ada Lovelace"), value.truncated)


def with_member(text: str) -> Callable[[Value], Value]:
    """Another task, award or category in place of the last."""

    def edit(value: Value) -> Value:
        return Members((*(value.texts[:-1] if isinstance(value, Members) else ()), text))

    return edit


def in_the_year(value: Value) -> Value:
    """Another day of the same year."""
    assert isinstance(value, str)
    return f"{value[:4]}-05-06"


def with_links(value: Value) -> Value:
    """Another URL for the first link, and one more link."""
    assert isinstance(value, WebLinks)
    first, *others = value.hyperlinks
    moved = Hyperlink(first.label, "https://example.org/moved(1)")
    return WebLinks((moved, *others, Hyperlink("website", "https://example.org/new")))


def with_blocks(value: Value) -> Value:
    """The first block written on; where there are several, one more at the end."""
    assert isinstance(value, Blocks)
    first, *others = value.texts
    more = (first[:2] + "又一点 | one more point.",) if others else ()
    return Blocks((first + " *又*", *others, *more))


def always(value: Value) -> Callable[[Value], Value]:
    """The same value whatever stood there."""
    return lambda _: value


EDITS: Mapping[str, Callable[[Value], Value]] = {
    "title": always("Another Title: Part & Whole"),
    "short_title": always("X-Net & Co"),
    "authors": with_author,
    "venue": always("ECCV"),
    "year": always("2031"),
    "date": in_the_year,
    "award": with_member("Honorable Mention"),
    "task": with_member("another task"),
    "categories": with_member("stat.ML"),
    "arxiv": always("2401.00001"),
    "doi": always("10.1000/182"),
    "url": always("https://aclanthology.org/N19-9999"),
    "links": with_links,
    "abstract": always("Another abstract, with a | and a <tag>."),
    "comment": always("20 pages, 5 figures; to appear in a journal"),
    "summary": with_blocks,
    "section": with_blocks,
}


def fields_of(whole: Document) -> dict[str, int]:
    """The fields a document carries, each with the first entry that has a value there."""
    found: dict[str, int] = {}
    for wanted_empty in (False, True):
        for index, entry in enumerate(whole.entries):
            for name, value in entry.reading.fields.items():
                if is_empty(value) == wanted_empty and not (name == "links" and wanted_empty):
                    found.setdefault(name, index)
    return found


def edited(whole: Document, name: str, index: int) -> str:
    """The edit of one field as a diff, in a block that names the field."""
    old = whole.entries[index].reading.fields[name]
    new = EDITS["section" if name.startswith(SECTION) else name](old)
    outcome = put_digest(whole, {index: {name: new}}, read)
    assert outcome.refusals == (), name
    before, after = (it.decode().splitlines() for it in (whole.source, outcome.source))
    lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    return "\n".join((f"=== {name}", *lines, ""))


@pytest.mark.parametrize("path", [*EXAMPLES, RELATIVES], ids=lambda path: path.name)
def test_an_edit_of_each_field_changes_exactly_the_lines_it_must(
    path: Path, golden: GoldenFiles
) -> None:
    whole = document(path)

    written = "\n".join(edited(whole, name, at) for name, at in sorted(fields_of(whole).items()))

    golden.check(GOLDEN / f"{path.stem}.diff", written)
