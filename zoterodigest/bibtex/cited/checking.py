"""Citations held against bibliographies: keys that are missing or doubled, entries never cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from zoterodigest.bibtex.cited.cited import At, Citation, Cited
from zoterodigest.bibtex.tiles.tiles import Bibliography, EntryTile


@dataclass(frozen=True, slots=True)
class Missing:
    """A key that is cited and stands in no bibliography; `similar` is one that may be meant."""

    citation: Citation
    similar: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry of one of the bibliographies; one `behind_comment` is an entry for BibTeX alone."""

    key: str
    at: At
    behind_comment: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """Citations held against bibliographies: keys missing, keys doubled, entries never cited.

    `commented` are entries behind a comment mark whose key is cited and has no other entry.
    """

    missing: tuple[Missing, ...]
    doubled: tuple[tuple[Standing, ...], ...]
    unused: tuple[Standing, ...]
    commented: tuple[Standing, ...] = ()


def check(cited: Cited, bibliographies: Mapping[str, Bibliography]) -> Checked:
    """Hold what is cited against the `bibliographies`, by the names of their files.

    A key that differs in case is missing (biber) or an error (BibTeX), and two keys that differ in
    case are doubled. An entry is used as well where a used one refers to it (`crossref`, `xdata`),
    and by its other keys (`ids`). What stands behind a comment mark counts if BibTeX reads it.
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
    commented = tuple(_behind_comments(bibliographies))
    read_too = {one.key for one in commented} if cited.by_bibtex else set()
    absent = [
        citation
        for citation in _first_places(cited.citations)
        if citation.key not in by_key and citation.key not in read_too
    ]
    similar = _similar_keys([citation.key for citation in absent], by_key)
    missing = tuple(Missing(citation, similar[citation.key]) for citation in absent)
    used = _used(cited, by_key)
    unused = tuple(
        one.standing for one in known if not cited.cites_all and one.standing.key not in used
    )
    standings = [one.standing for one in known]
    doubled = _doubled([*standings, *commented] if cited.by_bibtex else standings)
    told = tuple(one for one in commented if one.key in cited.keys and one.key not in by_key)
    return Checked(missing, tuple(doubled), unused, told)


def _behind_comments(bibliographies: Mapping[str, Bibliography]) -> Iterator[Standing]:
    for name, bibliography in bibliographies.items():
        for key, place in bibliography.behind_comments():
            yield Standing(key, At(name, place.line), behind_comment=True)


def _similar_keys(absent: Iterable[str], known: Iterable[str]) -> Mapping[str, str]:
    """Return for each absent key the known one that may be meant, or an empty text.

    Only the first few are searched for by spelling: each search looks at every known key.
    """
    folded = {key.casefold(): key for key in reversed([*known])}
    return {
        key: folded.get(key.casefold()) or (_nearest(key, folded) if n < _MOST_SEARCHES else "")
        for n, key in enumerate(dict.fromkeys(absent))
    }


def _nearest(key: str, folded: Mapping[str, str]) -> str:
    if len(key) > _LONGEST_KEY:
        return ""
    near = get_close_matches(key.casefold(), folded, n=1, cutoff=_NEAR)
    return folded[near[0]] if near else ""


_MOST_SEARCHES = 30
_LONGEST_KEY = 80
_NEAR = 0.8


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


def _doubled(standings: Iterable[Standing]) -> Iterator[tuple[Standing, ...]]:
    same: dict[str, list[Standing]] = {}
    for one in standings:
        same.setdefault(one.key.casefold(), []).append(one)
    yield from (tuple(each) for each in same.values() if len(each) > 1)
