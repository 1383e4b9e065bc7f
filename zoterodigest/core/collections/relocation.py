"""Relocation: items that a person took out of their collection and put in another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zoterodigest.core.collections.shelves import home_of, homes, prints_of
from zoterodigest.core.links.link import Row, Shelf, State
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.reports import Relocated
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.works.pairing import heading_prints

PLACE = "heading"
"""What the place of an entry is called where fields are named."""


@dataclass(frozen=True, slots=True)
class Relocations:
    """What was moved in the library, by row id: the collection that an entry is to follow.

    Those in `conflicts` were moved in the digest as well, to another place.
    """

    targets: Mapping[str, str] = field(default_factory=dict)
    conflicts: Mapping[str, str] = field(default_factory=dict)
    reports: tuple[Relocated, ...] = ()


def relocations(links: Sequence[Link], shelves: Iterable[Shelf], seen: Seen | None) -> Relocations:
    """Tell which items moved among a digest's collections since this instance last saw them.

    Without a memory nothing moved. An item that is still in its own collection, or that went out
    of it into none, is only reported.
    """
    if seen is None:
        return Relocations()
    found = _Relocating(links, shelves, seen)
    for link in links:
        if link.before is not None and link.before.state is State.LINKED:
            found.judge(link, link.before)
    return Relocations(found.targets, found.conflicts, tuple(found.reports))


class _Relocating:
    """The links of a run while they are compared with what was seen."""

    def __init__(self, links: Sequence[Link], shelves: Iterable[Shelf], seen: Seen) -> None:
        self.targets: dict[str, str] = {}
        self.conflicts: dict[str, str] = {}
        self.reports: list[Relocated] = []
        self._seen = seen
        self._shelves: dict[str, list[Shelf]] = defaultdict(list)
        for shelf in sorted(shelves, key=lambda shelf: shelf.path):
            self._shelves[shelf.digest].append(shelf)
        self._homes = homes(one for found in self._shelves.values() for one in found)
        self._homes_of: dict[str, set[str | None]] = defaultdict(set)
        for link in links:
            if link.before is not None:
                self._homes_of[link.row.item].add(self._home(link.before))

    def judge(self, link: Link, before: Row) -> None:
        """Note whether the item of `link` was moved."""
        home = self._home(before)
        if link.item is None or home is None:
            return
        here = link.item.collections
        others = self._homes_of[link.row.item]
        now_in = [one for one in self._shelves[before.digest] if one.collection in here - others]
        came = [one for one in now_in if not self._seen.held(one.collection, link.item)]
        is_out = self._seen.held(home, link.item) and home not in here
        place = (link.entry.digest, heading_prints(link.entry))
        has_moved = place != (before.digest, before.headings)
        if any(place == (one.digest, prints_of(one.path)) for one in now_in):
            return
        if is_out and now_in:
            target = (came or now_in)[0].collection
            (self.conflicts if has_moved else self.targets)[link.row.id] = target
        elif is_out and not has_moved:
            self.reports.append(Relocated(link.row.id, home, is_out=True))
        elif not is_out:
            known = [one.collection for one in came if one.collection in self._seen.collections]
            self.reports += [Relocated(link.row.id, key, is_out=False) for key in known]

    def _home(self, row: Row) -> str | None:
        return home_of((row.digest, row.headings), self._homes)
