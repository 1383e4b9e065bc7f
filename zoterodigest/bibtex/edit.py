"""Edits of entries that stand in a .bib, whoever wrote them: fields of records into their places.

The .bib as a side of a sync is written here; `splice.py` is for exports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zoterodigest.bibtex.entry import BibEntry
from zoterodigest.bibtex.operations import CannotBeWritten, Operation, Standing, verified
from zoterodigest.bibtex.reading import Macros, macros_of, standing_fields, text_of
from zoterodigest.bibtex.rewriting import rewriting
from zoterodigest.bibtex.tiles import Bibliography, EntryTile


@dataclass(frozen=True, slots=True)
class BibRefusal:
    """A field of the entry `key` that could not be written, and why."""

    key: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class EditedBib:
    """The outcome of `put`: the new bytes, and what was refused."""

    source: bytes
    refusals: tuple[BibRefusal, ...] = ()


def put(bibliography: Bibliography, changes: Mapping[str, Mapping[str, str]]) -> EditedBib:
    """Write `changes` (citation key to field of a record to TeX; "" takes it out) into entries.

    Fields are those of core records and `pages`; each is written where the entry has it (a year
    into its `date`, a venue into its `booktitle`), or where entries of its type have it. Of two
    entries with one key the first is meant. Every other byte stays; what would not read back as
    asked is refused.
    """
    standing, macros = Standing(bibliography), macros_of(bibliography)
    by_key = {bibliography.key(entry): entry for entry in reversed(bibliography.entries)}
    operations: list[Operation] = []
    refusals: list[BibRefusal] = []
    for key, fields in sorted(changes.items()):
        if (entry := by_key.get(key)) is None:
            refusals += [BibRefusal(key, name, "no entry has this key") for name in fields]
            continue
        kept: dict[str, str] = {}
        for name, value in sorted(fields.items()):
            try:
                _rewriting(standing, entry, macros, {**kept, name: value})
            except CannotBeWritten as error:
                refusals.append(BibRefusal(key, name, str(error)))
            else:
                kept[name] = value
        operations += _rewriting(standing, entry, macros, kept)
    outcome = verified(bibliography, operations)
    for dropped in outcome.dropped:
        reason = "it would not read back as written"
        refusals += [BibRefusal(dropped.key, name, reason) for name in changes[dropped.key]]
    return EditedBib(outcome.source, tuple(sorted(refusals, key=lambda one: (one.key, one.field))))


_HOMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "authors": ("author",),
    "venue": ("booktitle", "journaltitle", "journal"),
    "year": ("year", "date"),
    "date": ("date",),
    "doi": ("doi",),
    "arxiv": ("eprint",),
    "url": ("url",),
    "pages": ("pages",),
}
"""Where a field of a record may stand in an entry, the likeliest first."""

_IN_BOOKS = frozenset({"inproceedings", "conference", "incollection", "inbook"})
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


def _rewriting(
    standing: Standing, entry: EntryTile, macros: Macros, fields: Mapping[str, str]
) -> Sequence[Operation]:
    """Return the operation that writes `fields` into an entry, none if they stand there."""
    bibliography = standing.bibliography
    now = {
        name: text_of(bibliography, each, macros)
        for name, each in standing_fields(bibliography, entry).items()
    }
    asked = dict(now)
    for field, value in fields.items():
        home = _home(bibliography, entry, field, now)
        if field == "year" and home == "date" and value:
            value = _with_year(now["date"], value)
        asked[home] = value
    changed = frozenset(
        name for name, value in asked.items() if " ".join(value.split()) != now.get(name, "")
    )
    wanted = tuple((name, value) for name, value in asked.items() if value or name not in changed)
    asked_entry = BibEntry(bibliography.text(entry.type), bibliography.key(entry), wanted)
    return [rewriting(standing, entry, asked_entry, changed)] if changed else []


def _with_year(date: str, year: str) -> str:
    found = _YEAR.search(date)
    return f"{date[: found.start()]}{year}{date[found.end() :]}" if found else year


def _home(bibliography: Bibliography, entry: EntryTile, field: str, now: Mapping[str, str]) -> str:
    """Return the name under which an entry has a field of a record, or should have it."""
    homes = _HOMES[field]
    if present := [home for home in homes if home in now]:
        return present[0]
    if field == "venue" and bibliography.text(entry.type).lower() not in _IN_BOOKS:
        return "journaltitle" if "date" in now else "journal"
    return homes[0]
