"""Citations held against bibliographies: keys that are missing or doubled, entries never cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zoterodigest.bibtex.cited import At, Citation, Cited
from zoterodigest.bibtex.tiles import Bibliography, EntryTile


@dataclass(frozen=True, slots=True)
class Missing:
    """A key that is cited and stands in no bibliography; `similar` is one that differs in case."""

    citation: Citation
    similar: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of one of the bibliographies."""

    key: str
    at: At


@dataclass(frozen=True, slots=True)
class Checked:
    """Citations held against bibliographies: keys missing, keys doubled, entries never cited."""

    missing: tuple[Missing, ...]
    doubled: tuple[tuple[Standing, ...], ...]
    unused: tuple[Standing, ...]


def check(cited: Cited, bibliographies: Mapping[str, Bibliography]) -> Checked:
    """Hold what is cited against the `bibliographies`, by the names of their files.

    A key that differs in case is missing (biber) or an error (BibTeX), and two keys that differ in
    case are doubled. An entry is used as well where a used one refers to it (`crossref`, `xdata`),
    and by its other keys (`ids`).
    """
    known = [
        _Known(Standing(bib.key(entry), At(name, bib.place(entry.span.start).line)), bib, entry)
        for name, bib in bibliographies.items()
        for entry in bib.entries
        if len(entry.key)
    ]
    by_key: dict[str, _Known] = {}
    for one in known:
        for key in (one.standing.key, *_named_in(one, _OTHER_KEYS)):
            by_key.setdefault(key, one)
    folded = {key.casefold(): key for key in reversed(by_key)}
    missing = tuple(
        Missing(citation, folded.get(citation.key.casefold(), ""))
        for citation in _first_places(cited.citations)
        if citation.key not in by_key
    )
    used = _used(cited, by_key)
    unused = tuple(
        one.standing for one in known if not cited.cites_all and one.standing.key not in used
    )
    return Checked(missing, tuple(_doubled(known)), unused)


@dataclass(frozen=True, slots=True)
class _Known:
    standing: Standing
    bibliography: Bibliography
    entry: EntryTile


_OTHER_KEYS = frozenset({"ids"})
_REFERENCES = frozenset({"crossref", "xref", "xdata", "entryset", "related"})


def _named_in(one: _Known, names: frozenset[str]) -> Iterator[str]:
    """Yield the keys that the fields called `names` list."""
    for each in one.entry.fields:
        if one.bibliography.text(each.name).lower() in names:
            for piece in each.pieces:
                keys = one.bibliography.text(piece.inner).split(",")
                yield from (key.strip() for key in keys if key.strip())


def _first_places(citations: Iterable[Citation]) -> Iterator[Citation]:
    """Yield each key once in each file, where it is cited first."""
    first: dict[tuple[str, str], Citation] = {}
    for one in citations:
        first.setdefault((one.key, one.at.file), one)
    yield from first.values()


def _used(cited: Cited, by_key: Mapping[str, _Known]) -> frozenset[str]:
    used: set[str] = set()
    waiting = list(cited.keys)
    while waiting:
        one = by_key.get(waiting.pop())
        if one is not None and one.standing.key not in used:
            used.add(one.standing.key)
            waiting += _named_in(one, _REFERENCES)
    return frozenset(used)


def _doubled(known: Sequence[_Known]) -> Iterator[tuple[Standing, ...]]:
    same: dict[str, list[Standing]] = {}
    for one in known:
        same.setdefault(one.standing.key.casefold(), []).append(one.standing)
    yield from (tuple(standings) for standings in same.values() if len(standings) > 1)
