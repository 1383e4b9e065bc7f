"""Values that the open lists show are edited where they stand; new entries look like others."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.digest.corpus import document, read
from tests.digest.manners.score import lists
from zoterodigest.core.values.record import Value, is_empty
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.laws import other_value
from zoterodigest.digest.write.own_words import with_year_of_date
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.shown import shows
from zoterodigest.digest.write.steps import NewEntry

SEALED = {"d-cjk-book-quotes", "d-german-quotes", "e-blog-posts", "f-html-cards"}
SEALED |= {"j-badges-lead", "j-table-cells"}
LISTS = [
    *(path for path, _ in lists("open")),
    *(path for path, _ in lists("sealed") if path.stem in SEALED),
]
# A year over several rows is not one entry's alone: its edit is refused.
EDITS_NOT_YET = {"f-html-rowspan"}
NEW_NOT_YET = {"h-nickname-quoted-single-blank", "j-papers"}
# Most conferences of that list have a year, and no month as its papers of arXiv.
LEFT_OUT = {"d-quotes-month": ["date"]}
FEW = 3
"""So many entries of each list are edited: the first, one in the middle, the last."""


def but_for(not_yet: Collection[str]) -> list[ParameterSet]:
    """The lists, those that are not yet written right marked so."""
    late = pytest.mark.xfail(strict=True)
    marks = {name: (late,) for name in not_yet}
    return [pytest.param(it, marks=marks.get(it.stem, ()), id=it.stem) for it in LISTS]


def others(entry: DigestEntry) -> dict[str, Value]:
    """Another value for each field that an entry shows."""
    shown = (name for name, value in entry.reading.fields.items() if not is_empty(value))
    asked = {name: value for name in shown if (value := other_value(entry, name)) is not None}
    return dict(with_year_of_date(entry, asked))


def around(data: bytes, start: int, entries: Sequence[DigestEntry]) -> bytes:
    """The bytes of a digest from `start` on, a sign in the place of each value of `entries`."""
    kept, cursor = b"", start
    for span in sorted(slot.span for entry in entries for slot in entry.slots):
        # A value may stand in another slot: a venue in what follows a title.
        if span.end > max(cursor, span.start):
            kept += data[cursor : max(cursor, span.start)] + b"~"
            cursor = span.end
    return kept + data[cursor:]


@pytest.mark.parametrize("path", but_for(EDITS_NOT_YET))
def test_each_value_is_edited_where_it_stands_and_nothing_else_moves(path: Path) -> None:
    before = document(path)
    last = len(before.entries) - 1
    chosen = sorted({0, last // 2, last} & {*range(last + 1)})
    asked = {at: others(before.entries[at]) for at in chosen}

    edited = put_digest(before, asked, partial(read, name=path.name))

    assert edited.refusals == ()
    after = read(edited.source, path.name)
    right = [
        at
        for at in chosen
        if asked[at]
        and all(shows(after.entries[at].reading.fields.get(k), v) for k, v in asked[at].items())
    ]
    assert len(right) == min(FEW, len(before.entries))
    assert _around(after) == _around(before)


def _around(read: Document) -> bytes:
    return around(read.source, 0, read.entries)


def without_gaps(data: bytes) -> list[bytes]:
    """The lines of a digest but for those that part entries: blank ones and rules."""
    return [line for line in data.split(b"\n") if line.strip(b"- ")]


def lines_around_values(read: Document, entry: DigestEntry) -> list[str]:
    """The lines of an entry, a sign in the place of each value and of each number."""
    text = around(read.source[: entry.span.end], entry.span.start, [entry]).decode()
    return [line.rstrip() for line in re.sub(r"\d+", "0", text).split("\n")]


@pytest.mark.parametrize("path", but_for(NEW_NOT_YET))
def test_a_new_entry_has_the_lines_of_others_and_they_stay_as_they_are(path: Path) -> None:
    before = document(path)
    if not before.entries:
        return
    middle = len(before.entries) // 2
    fields = others(before.entries[middle])
    path_of_headings = before.core_entry_at(middle).heading_keys

    again = partial(read, name=path.name)
    outcome = rearrange(before, [NewEntry("new", path_of_headings, fields)], again)

    assert outcome.refusals == ()
    after = again(outcome.source)
    new = after.entries[outcome.origins.index("new")]
    left_out = [k for k, v in fields.items() if not shows(new.reading.fields.get(k), v)]
    assert left_out == LEFT_OUT.get(path.stem, [])
    known = {line for it in before.entries for line in lines_around_values(before, it)}
    assert [it for it in lines_around_values(after, new) if it not in known] == []
    rest = after.source[: new.span.start] + after.source[new.span.end :]
    assert without_gaps(rest) == without_gaps(before.source)
