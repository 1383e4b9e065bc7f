"""Marks in the cache: what the last run that found everything in sync leaves for the next one.

They hold prints and keys of links and items, and no values. So a wrong one can hide a change, and
never write one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoterodigest.core.links.link import fingerprint
from zoterodigest.core.reconcile.quiet import ItemMark, LinkMark, Marks
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.project.cache import ReadingCache

_HEAD, _KEYS = "marks", "keys of marks"
_ILL_FORMED = ValueError, KeyError, TypeError, AttributeError
"""What comes of a value that is JSON, and not what a run keeps."""


@dataclass(frozen=True, slots=True)
class KeptMarks:
    """The marks of a run without the keys of its links and items, which only `marks` reads.

    `counts` tells how many entries each digest had, `links` how many of them have a mark. The keys
    that go with them have the same `turn`.
    """

    cache: ReadingCache
    name: str
    turn: str
    common: str
    digests: Mapping[SourceKey, str]
    counts: Mapping[SourceKey, int]
    links: int
    items: Mapping[str, str]

    def marks(self) -> Marks | None:
        """Return the marks with their keys; None if these are lost."""
        with suppress(*_ILL_FORMED):
            known: dict[str, Any] = self.cache.get(_KEYS, [self.name])[self.name]
            # Prints of one run with the keys of another would hide what bears on a link.
            if known["turn"] != self.turn:
                return None
            links = {
                row_id: LinkMark(DigestKey(digest), "", place, frozenset(keys))
                for row_id, (digest, place, keys) in known["links"].items()
            }
            items = {
                key: ItemMark(self.items[key], frozenset(keys))
                for key, keys in known["items"].items()
            }
            return Marks(self.common, self.digests, links, items)
        return None


def marks_name(memory_path: Path, identity: str) -> str:
    """Return the name of the marks that go with a memory and the identity of its library.

    It is no hash of what they follow from, as keys of other records are: they are of the last run
    only. What they follow from stands in them.
    """
    return fingerprint(f"{memory_path.name} {identity}")


def read_marks(cache: ReadingCache, name: str) -> KeptMarks | None:
    """Return the marks that were kept last; None if there are none."""
    with suppress(*_ILL_FORMED):
        known: dict[str, Any] = cache.get(_HEAD, [name])[name]
        digests: dict[SourceKey, str] = {
            DigestKey(key): one for key, one in known["digests"].items()
        }
        counts: dict[SourceKey, int] = {
            DigestKey(key): int(number) for key, number in known["counts"].items()
        }
        common, links, items = known["common"], int(known["links"]), dict(known["items"])
        return KeptMarks(cache, name, known["turn"], common, digests, counts, links, items)
    return None


def keep_marks(
    cache: ReadingCache, name: str, marks: Marks, counts: Mapping[SourceKey, int]
) -> None:
    """Keep `marks` in the place of those before."""
    turn = secrets.token_hex(8)
    head = {
        "turn": turn,
        "common": marks.common,
        "digests": dict(marks.digests),
        "counts": dict(counts),
        "links": len(marks.links),
        "items": {key: one.print for key, one in marks.items.items()},
    }
    keys = {
        "turn": turn,
        "links": {
            row_id: [one.digest, one.entry, sorted(one.keys)] for row_id, one in marks.links.items()
        },
        "items": {key: sorted(one.keys) for key, one in marks.items.items()},
    }
    cache.put(_HEAD, {name: head})
    cache.put(_KEYS, {name: keys})
