"""Laws of a format: what it reads it writes back, tried on entries of a digest.

Nothing is written. Edits are made on the bytes in memory, and these are read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    is_empty,
)
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry
from zoterodigest.frozen import dataclass

_FEW = 3
"""So many entries of each shape are edited: the first, one in the middle, the last."""

_OTHER: Mapping[str, Value] = {
    "title": "A Title That No List Has",
    "short_title": "NoListHasIt",
    "authors": Names(("Ada Lovelace", "Kurt Gödel")),
    "venue": "ICML",
    "year": "2019",
    "date": "2019-06-07",
    "award": Members(("Oral",)),
    "arxiv": "1906.00001",
    "doi": "10.1145/3600006.3600001",
    "url": "https://openreview.net/forum?id=new",
    "task": Members(("a new tag",)),
    "abstract": "We study something new.",
    "summary": Blocks(("Something new.",)),
}
"""Values that a digest hardly has already."""


@dataclass(frozen=True, slots=True)
class FieldTrial:
    """A field with how many entries it was edited in, and where and why that was refused."""

    field: str
    tried: int
    refusals: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class LawsReport:
    """What holds of a digest's format.

    `moved` are the 1-based lines of entries that would change though nothing was asked; `new_entry`
    is the reason why no new entry could be written, "" if it could.
    """

    moved: tuple[int, ...]
    fields: tuple[FieldTrial, ...]
    new_entry: str

    @property
    def do_hold(self) -> bool:
        """Whether all laws hold."""
        return not (self.moved or self.new_entry or any(one.refusals for one in self.fields))


def try_laws(document: Document, read: Reader) -> LawsReport:
    """Return what holds of a digest with entries; `read` reads bytes as it was read."""
    chosen = _chosen(document.entries)
    names = sorted({name for at in chosen for name in _shown(document.entries[at])})
    trials = (_trial(document, read, name, chosen) for name in names)
    return LawsReport(
        tuple(_moved(document, read)),
        tuple(one for one in trials if one.tried),
        _new_entry(document, read),
    )


def _chosen(entries: Sequence[DigestEntry]) -> list[int]:
    """Return the numbers of some entries of each format and template."""
    whole = [at for at, entry in enumerate(entries) if not entry.broken]
    whole.sort(key=lambda at: (_kind(entries[at]), at))
    chosen: list[int] = []
    for _, group in groupby(whole, key=lambda at: _kind(entries[at])):
        alike = list(group)
        chosen += sorted({alike[0], alike[len(alike) // 2], alike[-1]})[:_FEW]
    return sorted(chosen)


def _kind(entry: DigestEntry) -> tuple[str, int]:
    return entry.format.name, entry.shape.template if entry.shape else -1


def _shown(entry: DigestEntry) -> Iterator[str]:
    return (name for name, value in entry.reading.fields.items() if not is_empty(value))


def _moved(document: Document, read: Reader) -> Iterator[int]:
    """Yield the lines of entries that would change if all they say was written again."""
    same = {
        at: {name: entry.reading.fields[name] for name in _shown(entry)}
        for at, entry in enumerate(document.entries)
        if not entry.broken
    }
    edited = put_digest(document, same, read)
    if edited.source == document.source and not edited.refusals:
        return
    for at, fields in same.items():
        one = put_digest(document, {at: fields}, read)
        if one.source != document.source or one.refusals:
            yield document.entries[at].first + 1


def _trial(document: Document, read: Reader, name: str, chosen: Sequence[int]) -> FieldTrial:
    values = {at: other_value(document.entries[at], name) for at in chosen}
    changes: dict[int, Fields] = {at: {name: it} for at, it in values.items() if it is not None}
    edited = put_digest(document, changes, read)
    refused = ((document.entries[it.entry].first + 1, it.reason) for it in edited.refusals)
    return FieldTrial(name, len(changes), tuple(refused))


def other_value(entry: DigestEntry, name: str) -> Value | None:
    """Return another value of a field that an entry shows, as exact as its own.

    None if it shows none, or if another field shows the same text.
    """
    fields = entry.reading.fields
    old, new = fields.get(name, EMPTY), _OTHER.get(name)
    match name, old, new:
        case _, old, _ if is_empty(old):
            return None
        case "date", str(), str():
            return new[: len(old)]
        # The year may be that of the date, the page that of the DOI.
        case "year", _, _ if not is_empty(fields.get("date", EMPTY)):
            return None
        case "url", _, _ if not is_empty(fields.get("doi", EMPTY)):
            return None
        # A page that holds the DOI would have to change with it.
        case "doi", str(), _ if old.lower() in str(fields.get("url", "")).lower():
            return None
        case "links", WebLinks((first, *rest)), _:
            return WebLinks((Hyperlink(first.label, "https://example.org/new"), *rest))
        case "authors", Names(known, truncated=True), Names(people):
            return Names(people[: len(known)], truncated=True)
        case _:
            return new


def _new_entry(document: Document, read: Reader) -> str:
    """Return why an entry that says what most do could not be written; "" if it could."""
    whole = [entry for entry in document.entries if not entry.broken]
    most = (name for name in _OTHER if 2 * sum(name in _shown(it) for it in whole) > len(whole))
    fields: Fields = {name: _OTHER[name] for name in most}
    done = rearrange(document, [NewEntry("new", None, fields)], read)
    return "; ".join(reason for _, reason in done.refusals)
