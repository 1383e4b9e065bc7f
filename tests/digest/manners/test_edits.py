"""Values that the lists show are edited where they stand; new entries look like others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.digest.corpus import document, read
from tests.digest.manners.score import lists
from zoterodigest.core.links.view import Folding, equal
from zoterodigest.core.values.record import Members, Names, Value, WebLinks, is_empty
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.laws import other_value
from zoterodigest.digest.write.own_words import with_year_of_date
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.shown import shows
from zoterodigest.digest.write.steps import NewEntry

LISTS = [pytest.param(path, id=path.stem) for kind in ("open", "sealed") for path, _ in lists(kind)]
CELL = "it stands in a cell of several rows, and would change in all of them"
UNREADABLE = "it would not read back as written"
EDITS_REFUSED = {
    "f-html-rowspan": {("year", CELL)},
    # Six words, all capital but one, before names: they could be a name as well.
    "a-round-brackets": {("title", UNREADABLE)},
    # The list has family names, and two whole names before a year read as one.
    "g-linked-heading-year-behind": {("authors", UNREADABLE)},
    "i-key-before-apa": {("authors", UNREADABLE)},
}
DATA = "zoterodigest changes only values in JSON and YAML: change the list and its keys by hand"
NEW_REFUSED = {"j-papers": DATA, "j-sections": DATA}
LEFT_OUT = {
    # Most conferences of these lists have a year, and no month as their papers of arXiv.
    "d-quotes-month": ["date"],
    "c-bold-name-in-brackets-venue-after": ["date"],
    "g-bold-heading-quote": ["date"],
    "a-round-brackets": ["authors"],
}
"""Values that a new entry does not show."""
UNLIKE = {
    "h-nickname-quoted-single-blank": '* **~**: "~", ~.',
    "d-venue-comma-affiliation": '* **~**: "~", ~. ~',
    "c-checkbox-stars-venue": "- [ ] [~] ~ ~ -- ~",
    "f-details-abstract-tags": "| ~ | **~** <details><summary>Abstract</summary>~</details> | -"
    " | ~ | |",
    "f-title-authors-cell": "|[~](~) <br> ~ |~ |~|",
    "i-bold-number-last-name-first": '**[0]** ~. "**~**." ~. ~. ~ **(~)**',
    "i-key-before-apa": "- [@lovelace0] ~ (~). ~. *~*. ~",
    "a-round-brackets": "+ ~, ~ ~",
}
"""A line of a new entry that no other entry has: it lacks what each other line of that kind shows.

That is an affiliation, a mark, a tag or a comment. A citation key is its own. In the numbered list,
one has a venue or an arXiv id, and the new entry both.
"""
FEW = 3
"""So many entries of each list are edited: the first, one in the middle, the last."""


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


@pytest.mark.parametrize("path", LISTS)
def test_each_value_is_edited_where_it_stands_and_nothing_else_moves(path: Path) -> None:
    before = document(path)
    last = len(before.entries) - 1
    chosen = sorted({0, last // 2, last} & {*range(last + 1)})
    asked = {at: others(before.entries[at]) for at in chosen}

    edited = put_digest(before, asked, partial(read, name=path.name))

    refused = {(it.field, it.reason) for it in edited.refusals}
    assert refused == EDITS_REFUSED.get(path.stem, set())
    for it in edited.refusals:
        del asked[it.entry][it.field]
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


def _is_shown(name: str, read: Value | None, asked: Value) -> bool:
    # A list of short names shows a whole one in short; tags and links have the capitals of a list.
    is_respelled = isinstance(read, Members | WebLinks)
    is_respelled |= isinstance(read, Names) and read.are_short
    if is_respelled and read is not None and equal(name, read, asked, Folding()):
        return True
    return shows(read, asked)


def without_gaps(data: bytes) -> list[bytes]:
    """The lines of a digest but for those that part entries: blank ones and rules."""
    return [line for line in data.split(b"\n") if line.strip(b"- ")]


def lines_around_values(read: Document, entry: DigestEntry) -> list[str]:
    """The lines of an entry, a sign in the place of each value and of each number."""
    text = around(read.source[: entry.span.end], entry.span.start, [entry]).decode()
    return [line.rstrip() for line in re.sub(r"\d+", "0", text).split("\n")]


@pytest.mark.parametrize("path", LISTS)
def test_a_new_entry_has_the_lines_of_others_and_they_stay_as_they_are(path: Path) -> None:
    before = document(path)
    if not before.entries:
        return
    middle = len(before.entries) // 2
    fields = others(before.entries[middle])
    path_of_headings = before.core_entry_at(middle).heading_keys

    again = partial(read, name=path.name)
    outcome = rearrange(before, [NewEntry("new", path_of_headings, fields)], again)

    if path.stem in NEW_REFUSED:
        assert [reason for _, reason in outcome.refusals] == [NEW_REFUSED[path.stem]]
        return
    assert outcome.refusals == ()
    after = again(outcome.source)
    new = after.entries[outcome.origins.index("new")]
    shown = after.core_entry_at(outcome.origins.index("new")).fields
    left_out = [k for k, v in fields.items() if not _is_shown(k, shown.get(k), v)]
    assert left_out == LEFT_OUT.get(path.stem, [])
    known = {line for it in before.entries for line in lines_around_values(before, it)}
    unlike = [it for it in lines_around_values(after, new) if it not in known]
    assert unlike == ([UNLIKE[path.stem]] if path.stem in UNLIKE else [])
    rest = after.source[: new.span.start] + after.source[new.span.end :]
    assert without_gaps(rest) == without_gaps(before.source)
