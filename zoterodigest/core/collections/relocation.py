"""What a person moved and renamed among the collections of the library.

An item that went into another collection takes its entry along. A collection with a new name gives
it to its heading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from zoterodigest.core.collections.collection_rows import (
    Homes,
    Path,
    home_of,
    homes,
    name_of,
    path_fingerprints,
)
from zoterodigest.core.links.link import CollectionRow, CollectionRowKey
from zoterodigest.core.plan.plan import (
    Action,
    CreateEntry,
    Link,
    MoveEntry,
    RenameCollection,
    RenameHeading,
)
from zoterodigest.core.plan.reports import HeldBackName, NameConflict, Relocated
from zoterodigest.core.plan.run_options import RunOptions
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Collection, Entry
from zoterodigest.core.works.pairing import heading_prints
from zoterodigest.frozen import dataclass

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


def relocations(
    links: Sequence[Link], collection_rows: Iterable[CollectionRow], seen: Seen | None
) -> Relocations:
    """Return the items that moved among a digest's collections since this instance last saw them.

    Without a memory no item counts as moved. An item that is still in its own collection, or that
    left it for none, is only reported.
    """
    if seen is None:
        return Relocations()
    of_digest: dict[str, list[CollectionRow]] = defaultdict(list)
    for row in sorted(collection_rows, key=lambda row: row.path):
        of_digest[row.digest].append(row)
    collections = homes(one for rows in of_digest.values() for one in rows)
    own = _own_collections(links, collections)
    targets: dict[str, str] = {}
    conflicts: dict[str, str] = {}
    reports: list[Relocated] = []
    for link in links:
        before, item = link.before, link.item
        home = home_of(before.place, collections) if before else None
        if before is None or not before.is_linked or item is None or home is None:
            continue
        others = item.collections - own[item.key]
        now_in = [row for row in of_digest[before.digest] if row.collection in others]
        came = [row for row in now_in if not seen.held(row.collection, item)]
        is_out = seen.held(home, item) and home not in item.collections
        place = (link.entry.digest, heading_prints(link.entry))
        # The entry has moved to the same place already, as after a run on another machine.
        if any(place == (row.digest, path_fingerprints(row.path)) for row in now_in):
            continue
        if is_out and now_in:
            moved = targets if place == before.place else conflicts
            moved[link.row.id] = (came or now_in)[0].collection
        elif is_out and place == before.place:
            reports.append(Relocated(link.row.id, home, is_out=True))
        elif not is_out:
            known = [row.collection for row in came if row.collection in seen.collections]
            reports += [Relocated(link.row.id, key, is_out=False) for key in known]
    return Relocations(targets, conflicts, tuple(reports))


def _own_collections(links: Iterable[Link], collections: Homes) -> dict[str, set[str | None]]:
    """Return the collections in which the entries of each item were, by the item's key."""
    own: dict[str, set[str | None]] = defaultdict(set)
    for link in links:
        if link.before is not None:
            own[link.row.item].add(home_of(link.before.place, collections))
    return own


def renamed_headings(
    entries: Sequence[Entry],
    collection_rows: Iterable[CollectionRow],
    collections: Iterable[Collection],
    actions: Sequence[Action],
    run_options: RunOptions,
) -> Iterator[RenameHeading | HeldBackName | NameConflict]:
    """Yield an action or a report for each heading whose collection has a new name.

    `collection_rows` have followed the digests; collections that `actions` rename are about to. The
    collection of a digest itself keeps its name. A run of some entries renames nothing. `actions`
    also bring entries under headings that may have none yet.
    """
    # A run of some entries does not see all headings, and a rename is for all of them.
    if not run_options.is_whole:
        return
    standing = ((entry.digest, entry.heading_keys, entry.headings) for entry in entries)
    texts = {**_texts_of(_arriving(actions)), **_texts_of(standing)}
    renamed = {one.key for one in actions if isinstance(one, RenameCollection)}
    live = {one.key: one for one in collections if not one.is_trashed and one.key not in renamed}
    for row in collection_rows:
        text, collection = texts.get(row.place), live.get(row.collection)
        if text is None or collection is None or _is_name_of(collection.name, text):
            continue
        agreed = row.name or name_of(text)
        if agreed == name_of(text):
            yield _followed(row, text, collection.name, run_options)
        elif collection.name != agreed:
            yield NameConflict(row.digest, row.path, collection.key, text, collection.name)


def _is_name_of(name: str, text: str) -> bool:
    """Tell whether a heading says `name`: its blanks, of whatever kind and number, are one."""
    return name.split() == name_of(text).split()


def _followed(
    row: CollectionRow, text: str, name: str, run_options: RunOptions
) -> RenameHeading | HeldBackName:
    if run_options.rules_for(row.digest).directions.brings_entries:
        return RenameHeading(row.digest, row.path, text, name)
    return HeldBackName(row.digest, row.path, row.collection, name)


def _texts_of(places: Iterable[tuple[SourceKey, Path, Path]]) -> dict[CollectionRowKey, str]:
    """Return the text of every heading of `places` (digest, path, texts), by digest and path."""
    return {
        (digest, path[:depth]): text
        for digest, path, texts in places
        for depth, text in enumerate(texts, start=1)
    }


def _arriving(actions: Iterable[Action]) -> Iterator[tuple[SourceKey, Path, Path]]:
    """Yield the digest, path and heading texts of the places that entries come to.

    A key of a path is its heading's text, but for an ordinal behind a text that comes twice: such
    a heading gets its name in the next run, which sees its entries.
    """
    for action in actions:
        match action:
            case (
                MoveEntry(entry=Entry(digest=digest), path=path)
                | CreateEntry(digest=digest, path=path)
            ) if not any("#" in key for key in path):
                yield digest, path, path
            case _:
                pass
