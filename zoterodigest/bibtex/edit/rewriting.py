"""One standing entry rewritten: fields changed, added and taken out, the others as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zoterodigest.bibtex.edit.operations import CannotBeWritten, Operation, Standing
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.export.manner import Manner, delimited, learnt
from zoterodigest.bibtex.read.reading import standing_fields
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import BibField, Bibliography, Delimiter, EntryTile
from zoterodigest.core.values.span import Edit, Span

TYPE = ""
"""What stands for an entry's type among the names of its fields."""


def rewriting(
    standing: Standing, entry: EntryTile, wanted: BibEntry, changed: frozenset[str]
) -> Operation:
    """Give the fields named in `changed` of a standing entry the values they have in `wanted`.

    A name that is not in `wanted` is taken out; `TYPE` stands for the entry's type. The new entry
    is read again: raises `CannotBeWritten` if anything does not come out as asked or as it stood.
    """
    bibliography = standing.bibliography
    manner = learnt(bibliography, [entry], standing.manner)
    values = dict(wanted.fields)
    chunks = [
        _rewritten(chunk, values, manner) if chunk.name in changed else chunk
        for chunk in _chunks(bibliography, entry)
        if not _leaves(chunk, changed, values)
    ]
    _insert(chunks, wanted, changed - standing_fields(bibliography, entry).keys(), manner)
    middle = "".join(f"{chunk.separator}{chunk.named}{chunk.value}" for chunk in chunks)
    last = entry.fields[-1].value.end if entry.fields else entry.key.end
    new = (
        _head(bibliography, entry, manner.type(wanted.entry_type) if TYPE in changed else "")
        + standing.encoded(middle)
        + bibliography.source[last : entry.span.end]
    )
    if _values(scan(new)) != [_expected(bibliography, entry, values, changed)]:
        raise CannotBeWritten("it would not read back as written")
    return Operation(bibliography.key(entry), Edit(entry.span, new), entry.span.start, new)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A field of an entry: the separator before it, its comma included; its name and sign; value.

    `name` is "?" for the second field of one name, which nobody reads.
    """

    name: str
    separator: str
    named: str
    value: str
    delimiter: Delimiter | None = None


_NUMBER = re.compile(r"\d+")


def _chunks(bibliography: Bibliography, entry: EntryTile) -> Iterator[_Chunk]:
    standing = standing_fields(bibliography, entry)
    cursor = entry.key.end
    for each in entry.fields:
        name = bibliography.text(each.name).lower()
        yield _Chunk(
            name if standing[name] is each else "?",
            bibliography.text(Span(cursor, each.name.start)),
            bibliography.text(Span(each.name.start, each.value.start)),
            bibliography.text(each.value),
            _delimiter(each),
        )
        cursor = each.value.end


def _delimiter(field: BibField) -> Delimiter | None:
    """Return the delimiter of a value in one piece."""
    return field.pieces[0].delimiter if len(field.pieces) == 1 else None


def _leaves(chunk: _Chunk, changed: frozenset[str], values: Mapping[str, str]) -> bool:
    """Tell whether a field is to be taken out; what a comment stands beside cannot be."""
    if chunk.name not in changed or chunk.name in values:
        return False
    if chunk.separator.strip() != ",":
        raise CannotBeWritten(f"a comment stands before the field {chunk.name}")
    return True


def _rewritten(chunk: _Chunk, values: Mapping[str, str], manner: Manner) -> _Chunk:
    value = values[chunk.name]
    wanted = chunk.delimiter or manner.delimiter
    if wanted is Delimiter.BARE and not _NUMBER.fullmatch(value) and chunk.name != "month":
        wanted = manner.delimiter
    return _Chunk(chunk.name, chunk.separator, chunk.named, delimited(value, wanted))


def _values(bibliography: Bibliography) -> list[dict[str, str]]:
    """Return the values of each entry, without the delimiters of those in one piece."""
    fields = (standing_fields(bibliography, entry) for entry in bibliography.entries)
    return [{name: _value(bibliography, each) for name, each in one.items()} for one in fields]


def _value(bibliography: Bibliography, field: BibField) -> str:
    return bibliography.text(field.pieces[0].inner if len(field.pieces) == 1 else field.value)


def _expected(
    bibliography: Bibliography,
    entry: EntryTile,
    values: Mapping[str, str],
    changed: frozenset[str],
) -> dict[str, str]:
    """Return the values that the entry is to have."""
    standing = standing_fields(bibliography, entry)
    kept = {
        name: _value(bibliography, each) for name, each in standing.items() if name not in changed
    }
    return kept | {name: values[name] for name in changed if name in values}


def _insert(chunks: list[_Chunk], wanted: BibEntry, names: frozenset[str], manner: Manner) -> None:
    """Put each of `names` behind the field that it follows in `wanted`."""
    plain = [each.separator for each in chunks if each.separator.strip() == ","]
    separator = plain[-1] if plain else f",{manner.lead}"
    earlier: set[str] = set()
    for name, value in wanted.fields:
        if name in names:
            places = [at for at, chunk in enumerate(chunks, 1) if chunk.name in earlier]
            chunk = _Chunk(name, separator, "", manner.field(name, value))
            chunks.insert(places[-1] if places else 0, chunk)
        earlier.add(name)


def _head(bibliography: Bibliography, entry: EntryTile, new_type: str) -> bytes:
    """Return the bytes up to the end of the key, with another type if one is given."""
    if not new_type:
        return bibliography.source[entry.span.start : entry.key.end]
    return f"@{new_type}".encode() + bibliography.source[entry.type.end : entry.key.end]
