"""Parts as text: what the fingerprints of a base stand for, so that a base can be shown again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoterodigest.core.links.link import Base, Print, Row, fingerprint
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Entry,
    Fields,
    Hyperlink,
    Kind,
    Links,
    Members,
    Names,
    Value,
    kind_of,
    parts_of,
)

PartKey = tuple[str, str]
"""A field and the fingerprint of a canonical part of it; blocks are of any field, named ""."""

Texts = Mapping[PartKey, str]


def texts_of(entries: Iterable[Entry], rows: Sequence[Row], folding: Folding) -> Texts:
    """Return, as written in `entries`, the texts that the bases of `rows` stand for.

    Entries of other digests are not looked at; what no entry holds any more is left out.
    """
    digests = {row.digest for row in rows}
    bases = ((name, base) for row in rows for name, base in row.bases.items())
    wanted = {key for name, base in bases for key in keys_of(name, base)}
    return {
        key: text
        for entry in entries
        if entry.digest in digests
        for key, text in _written(entry.fields, folding)
        if key in wanted
    }


def base_value(name: str, base: Base, texts: Texts) -> Value | None:
    """Return the value both ends of a field last agreed on; None if a part of it is unknown."""
    for one in (base.at_entry, base.at_item):
        found = [texts.get(key) for key in _print_keys(name, one)]
        known = [text for text in found if text is not None]
        if len(known) == len(found):
            return _value(name, known)
    return None


def keys_of(name: str, base: Base) -> Iterator[PartKey]:
    """Yield the keys of the texts that `base_value` may need."""
    yield from _print_keys(name, base.at_entry)
    yield from _print_keys(name, base.at_item)


def _print_keys(name: str, one: Print) -> Iterator[PartKey]:
    scope = _scope(name)
    return ((scope, part) for part in one.parts)


def _scope(name: str) -> str:
    return "" if kind_of(name) is Kind.BLOCKS else name


def _written(fields: Fields, folding: Folding) -> Iterator[tuple[PartKey, str]]:
    for name, value in fields.items():
        scope = _scope(name)
        for single in _singles(value):
            for part in parts_of(canonical(name, single, folding)):
                yield (scope, fingerprint(part)), parts_of(single)[0]


def _singles(value: Value) -> Iterator[Value]:
    """Yield `value` cut into values of one part each."""
    match value:
        case Members(texts):
            yield from (Members((text,)) for text in texts)
        case Blocks(texts):
            yield from (Blocks((text,)) for text in texts)
        case Links(hyperlinks):
            yield from (Links((link,)) for link in hyperlinks)
        case _:
            yield value


def _value(name: str, parts: Sequence[str]) -> Value:
    """Return the value of the field `name` whose parts are these."""
    if not parts:
        return EMPTY
    match kind_of(name):
        case Kind.SCALAR:
            return parts[0]
        case Kind.NAMES:
            *people, end = parts[0].split("\n")
            return Names(tuple(people), truncated=bool(end))
        case Kind.MEMBERS:
            return Members(tuple(parts))
        case Kind.LINKS:
            pairs = (part.partition("\n") for part in parts)
            return Links(tuple(Hyperlink(label, url) for label, _, url in pairs))
        case Kind.BLOCKS:
            return Blocks(tuple(parts))
