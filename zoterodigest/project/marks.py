"""Marks: what the last run that found everything in sync leaves for the next one.

They hold prints and keys of links and items, and no values. So a wrong one can hide a change, and
never write one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

from zoterodigest.core.links.link import hex_fingerprint
from zoterodigest.core.reconcile.quiet import ItemMark, LinkMark, Marks
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.frozen import dataclass
from zoterodigest.project.engine import engine_key
from zoterodigest.project.kept import as_kept, hashed, keep, kept, kept_value, value_of

_ILL_FORMED = ValueError, KeyError, TypeError, AttributeError
"""What comes of a value that is JSON, and not what a run keeps."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run counts over all digests: links, those that `ended` apart, and entries.

    `stays` is what no sync takes to the other end, by row ID (`Plan.stays`).
    """

    linked: int = 0
    ended: int = 0
    entries: int = 0
    stays: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.linked + self.ended


@dataclass(frozen=True, slots=True)
class LeftMarks:
    """The marks that a run leaves, and what tells a later one that it need not read a digest.

    `files` are prints of the digests' bytes and rules, `entries` those of their entries in order; a
    digest whose print is "" is read in any case. `formats` is one of the files that formats follow
    from. `totals` counts what has a mark and what has none.
    `judged` tells what areas of digests were found to be (`digest/read/known.py`), `tells` whether
    something stands to be told: a run that reads nothing could not tell it; if it `misses` entries,
    only one that reads all digests can. `others` are the prints
    of items that have no mark, `cut` the items of which no digest names all authors.
    """

    marks: Marks
    totals: Totals
    files: Mapping[SourceKey, str]
    entries: Mapping[SourceKey, Sequence[str]]
    judged: Mapping[str, str]
    tells: bool = False
    others: Mapping[str, str] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()
    formats: str = ""
    misses: bool = False


@dataclass(frozen=True, slots=True)
class KeptMarks:
    """What a run has left, without the keys of its links and items, which only `left` reads.

    `marked` is how many rows have a mark. The keys that go with it have the hash `keys`.
    """

    state_folder: Path
    name: str
    keys: str
    common: str
    files: Mapping[SourceKey, str]
    totals: Totals
    marked: int
    items: Mapping[str, str]
    tells: bool
    formats: str

    def left(self) -> LeftMarks | None:
        """Return all that was left; None if the keys are lost."""
        with suppress(*_ILL_FORMED):
            data = kept(self.state_folder, _keys_name(self.name))
            # Prints of one run with the keys of another would hide what bears on a link.
            if data is None or hashed(data) != self.keys:
                return None
            known: dict[str, Any] = value_of(data)
            entries: dict[SourceKey, tuple[str, ...]] = {
                DigestKey(key): tuple(found) for key, found in known["entries"].items()
            }
            links = {
                row_id: LinkMark(
                    DigestKey(digest),
                    "",
                    None if place is None else entries[DigestKey(digest)][place],
                    frozenset(keys),
                )
                for row_id, (digest, place, keys) in known["links"].items()
            }
            items = {
                key: ItemMark(self.items[key], frozenset(keys))
                for key, keys in known["items"].items()
            }
            marks = Marks(self.common, _by_digest(known["digests"]), links, items)
            judged = {str(key): str(one) for key, one in known["judged"].items()}
            others = {str(key): str(one) for key, one in known["others"].items()}
            cut = frozenset(map(str, known["cut"]))
            told = self.totals, self.files, entries, judged, self.tells
            return LeftMarks(marks, *told, others, cut, self.formats, bool(known["misses"]))
        return None


def marks_name(memory_path: Path, identity: str) -> str:
    """Return the name of the marks that go with a memory and the identity of its library.

    They are of the last run only. What they follow from stands in them.
    """
    return f"marks-{hex_fingerprint(f'{memory_path.name} {identity}')}"


def _keys_name(name: str) -> str:
    return f"{name}-keys"


def read_marks(state_folder: Path, name: str) -> KeptMarks | None:
    """Return the marks that this version of the program kept last; None if there are none."""
    with suppress(*_ILL_FORMED):
        known: dict[str, Any] = kept_value(state_folder, name)
        if known["engine"] != engine_key():
            return None
        files, items = _by_digest(known["files"]), dict(known["items"])
        marked, totals = int(known["marked"]), _totals(**known["totals"])
        keys, common, tells = known["keys"], known["common"], bool(known["tells"])
        told = files, totals, marked, items, tells, str(known["formats"])
        return KeptMarks(state_folder, name, keys, common, *told)
    return None


def keep_marks(state_folder: Path, name: str, left: LeftMarks) -> None:
    """Keep what a run leaves in the place of what was there."""
    marks, keys = left.marks, as_kept(_keys(left))
    head = {
        "engine": engine_key(),
        "keys": hashed(keys),
        "common": marks.common,
        "files": dict(left.files),
        "formats": left.formats,
        "totals": asdict(left.totals),
        "marked": len(marks.links),
        "tells": left.tells,
        "items": {key: one.print for key, one in marks.items.items()},
    }
    keep(state_folder, {name: as_kept(head), _keys_name(name): keys})


def _keys(left: LeftMarks) -> Mapping[str, object]:
    return {
        "misses": left.misses,
        "digests": dict(left.marks.digests),
        "entries": {digest: list(found) for digest, found in left.entries.items()},
        "links": _links(left),
        "judged": dict(left.judged),
        "others": dict(left.others),
        "cut": sorted(left.cut),
        "items": {key: sorted(one.keys) for key, one in left.marks.items.items()},
    }


def _links(left: LeftMarks) -> dict[str, list[object]]:
    """Return the marks of links, their entries by place."""
    places: dict[SourceKey, dict[str, int]] = {
        digest: {one: place for place, one in enumerate(found)}
        for digest, found in left.entries.items()
    }
    return {
        # The row of an ended link may be of a digest that is gone.
        row_id: [one.digest, one.entry and places[one.digest][one.entry], sorted(one.keys)]
        for row_id, one in left.marks.links.items()
    }


def _totals(linked: int, ended: int, entries: int, stays: Mapping[str, Sequence[str]]) -> Totals:
    names = {row_id: tuple(map(str, found)) for row_id, found in stays.items()}
    return Totals(int(linked), int(ended), int(entries), names)


def _by_digest(known: Mapping[str, str]) -> dict[SourceKey, str]:
    return {DigestKey(key): one for key, one in known.items()}
