"""Collections for digests and headings: which belongs to which, what to create, what to rename."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from zoterodigest.core.links.link import CollectionRow, CollectionRowKey, fingerprint
from zoterodigest.core.plan.plan import CreateCollection, RenameCollection
from zoterodigest.core.plan.reports import MissingCollection
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.core.values.keys import derived_key, free_key
from zoterodigest.core.values.record import Collection

Path = tuple[str, ...]

# The Zotero API refuses collection names of more than 255 characters.
_LONGEST_NAME = 255
_NO_DIGEST = DigestKey("")
"""Whose the collections are that those of several digests lie in."""
_ORDINAL = re.compile(r"#\d{1,6}$")


@dataclass(frozen=True, slots=True)
class EntryPlacement:
    """The place of one linked entry, now and before.

    `path` is its heading keys, `texts` their texts; `before` its former digest and the fingerprints
    of its former heading keys, None for a new link. `collections` are those of its item. One that
    `is_leaving` goes to a place that is no heading: its old one was not renamed to it.
    """

    digest: SourceKey
    path: Path
    texts: Path
    before: CollectionRowKey | None = None
    collections: frozenset[str] = frozenset()
    is_leaving: bool = False


@dataclass(frozen=True, slots=True)
class Placements:
    """The shelves as they are to be, what brings them about, and which shelf holds what."""

    collection_rows: tuple[CollectionRow, ...]
    actions: tuple[CreateCollection | RenameCollection, ...]
    missing: tuple[MissingCollection, ...]
    targets: Mapping[CollectionRowKey, str | None]
    former_targets: Mapping[CollectionRowKey, str]

    def target(self, stand: EntryPlacement) -> str | None:
        """Return the collection an entry belongs in: its deepest heading's, if there is one."""
        return self.targets.get((stand.digest, stand.path))

    def former(self, stand: EntryPlacement) -> str | None:
        """Return the collection the entry belonged in before."""
        return home_of(stand.before, self.former_targets) if stand.before else None

    def is_in_place(self, stand: EntryPlacement) -> bool:
        """Tell whether an entry belongs in the collection it belonged in, whatever it is called."""
        former = self.former(stand)
        return former is not None and former == self.target(stand)


UNPLACED: Path = (fingerprint("\0in no collection yet"),)
"""The place in the row of a link that was made by a run which writes no collections."""


def homes(collection_rows: Iterable[CollectionRow]) -> dict[CollectionRowKey, str]:
    """Return the collections of `shelves` by digest and the fingerprints of their path."""
    return {
        (collection_row.digest, path_fingerprints(collection_row.path)): collection_row.collection
        for collection_row in collection_rows
    }


def home_of(place: CollectionRowKey, homes: Mapping[CollectionRowKey, str]) -> str | None:
    """Return the collection for `place` (a digest, fingerprints of headings), the deepest."""
    digest, prints = place
    if prints == UNPLACED:
        return None
    for depth in range(len(prints), -1, -1):
        if key := homes.get((digest, prints[:depth])):
            return key
    return None


def place_entries(
    stands: Sequence[EntryPlacement],
    collection_rows: Sequence[CollectionRow],
    collections: Iterable[Collection],
    names: Mapping[str, Path],
) -> Placements:
    """Find, rename or create the collections in which `stands` belong.

    `names` gives each digest's collection, preceded by those it lies in. A renamed heading or
    digest keeps its collection; a collection of the right name at the right place is adopted; one
    that the person trashed is not made again. Shelves that hold nothing now are remembered.
    """
    by_digest: dict[SourceKey, list[EntryPlacement]] = defaultdict(list)
    for stand in stands:
        by_digest[stand.digest].append(stand)
    known = {
        (collection_row.digest, collection_row.path): collection_row
        for collection_row in collection_rows
    }
    room = _Room(collections, known)
    for digest, standing in by_digest.items():
        if names.get(digest):
            followed = _followed_digest(digest, standing, known, by_digest.keys())
            room.shelve_digest(digest, standing, names[digest], (followed, names.get(followed, ())))
    return Placements(
        tuple(
            sorted(
                room.collection_rows.values(),
                key=lambda collection_row: (collection_row.digest, collection_row.path),
            )
        ),
        tuple(room.actions),
        tuple(room.missing),
        room.targets,
        homes(collection_rows),
    )


_Known = Mapping[CollectionRowKey, CollectionRow]
_Origins = dict[Path, Path | None]


@dataclass(frozen=True, slots=True)
class _Want:
    """A collection that is wanted: for whom, under what name, from what names its key derives."""

    digest: SourceKey
    path: Path
    name: str
    names: Path
    items: Sequence[EntryPlacement]


class _Room:
    """The library's collections while shelves are found and made."""

    def __init__(self, collections: Iterable[Collection], known: _Known) -> None:
        self.actions: list[CreateCollection | RenameCollection] = []
        self.missing: list[MissingCollection] = []
        self.targets: dict[CollectionRowKey, str | None] = {}
        self.collection_rows = dict(known)
        self._known = known
        self._used: dict[str, set[str]] = defaultdict(set)
        self._by_key = {one.key: one for one in collections}
        self._by_place: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        for one in sorted(self._by_key.values(), key=lambda one: one.key):
            if not one.is_trashed:
                self._by_place[one.parent, one.name].append(one.key)

    def shelve_digest(
        self,
        digest: SourceKey,
        standing: list[EntryPlacement],
        names: Path,
        followed: CollectionRowKey,
    ) -> None:
        """Give every heading of `digest` that holds a link its collection, parents first."""
        former_digest, former_names = followed
        parent = self._shelve_folders(names[:-1])
        olds = {path for owner, path in self._known if owner == former_digest}
        self._used[digest] = {self._known[former_digest, old].collection for old in olds}
        origins = _origins(standing, olds)
        # Before any collection is held: a path that a new heading takes over must be free.
        self._make_way(digest, former_digest, olds, origins)
        below: dict[Path, list[EntryPlacement]] = defaultdict(list)
        for stand in standing:
            for depth in range(len(stand.path) + 1):
                below[stand.path[:depth]].append(stand)
        for path, old in origins.items():
            name = below[path][0].texts[len(path) - 1] if path else names[-1]
            want = _Want(digest, path, name_of(name), names + path, below[path])
            collection_row = None if old is None else self._known[former_digest, old]
            is_renamed = (digest, path) != (former_digest, old)
            was = _former_names(old, former_names) if is_renamed and old is not None else ()
            above = self.targets[digest, path[:-1]] if path else parent
            is_orphan = above is None and collection_row is None and (path != () or len(names) > 1)
            self.targets[digest, path] = (
                None if is_orphan else self._hold(want, collection_row, above, was)
            )

    def _shelve_folders(self, names: Path) -> str | None:
        """Find or make the collections that the collections of several digests lie in."""
        parent: str | None = None
        for depth in range(1, len(names) + 1):
            path = names[:depth]
            place = _NO_DIGEST, path
            if place not in self.targets:
                want = _Want(*place, name_of(path[-1]), path, ())
                self.targets[place] = self._hold(want, self._known.get(place), parent, ())
            parent = self.targets[place]
        return parent

    def _make_way(
        self, digest: SourceKey, former: SourceKey, olds: set[Path], origins: _Origins
    ) -> None:
        """Move the collection rows of `former` to `digest`; unused rows give way to used paths."""
        moved = {old: path for path, old in origins.items() if old is not None}
        for old in sorted(olds, key=lambda old: (len(old), old)):
            del self.collection_rows[former, old]
            if old not in moved:
                moved[old] = _free_path(
                    moved.get(old[:-1], old[:-1]), old, {*origins, *moved.values()}
                )
        for old in olds - set(origins.values()):
            collection_row = replace(self._known[former, old], digest=digest, path=moved[old])
            self.collection_rows[digest, moved[old]] = collection_row

    def _hold(
        self, want: _Want, collection_row: CollectionRow | None, parent: str | None, was: Path
    ) -> str | None:
        """Return the key of the collection for `want`, or None if a person removed it."""
        if collection_row is None:
            collection_row = self._adopted(want, parent) or self._created(want, parent)
        collection_row = replace(collection_row, digest=want.digest, path=want.path)
        collection = self._by_key.get(collection_row.collection)
        if collection is None or collection.is_trashed:
            self.missing.append(MissingCollection(collection_row))
        else:
            names = (collection_row.name,) if collection_row.name else was or (want.name,)
            base = collection.name if collection.name in names else names[0]
            collection_row = self._named(want, collection_row, collection, base)
        self.collection_rows[want.digest, want.path] = collection_row
        self._used[want.digest].add(collection_row.collection)
        return None if collection is None or collection.is_trashed else collection.key

    def _named(
        self, want: _Want, collection_row: CollectionRow, collection: Collection, base: str
    ) -> CollectionRow:
        """Let a collection of ours follow the new name of its heading.

        A new name of the collection, with or without one of the heading, is for
        `core/collections/relocation.py`.
        """
        if want.name in (collection.name, base):
            return replace(collection_row, name="")
        if collection.name != base or not collection_row.is_ours:
            return replace(collection_row, name=base)
        rename = RenameCollection(collection.key, collection.version, collection.name, want.name)
        self.actions.append(rename)
        return replace(collection_row, name="")

    def _adopted(self, want: _Want, parent: str | None) -> CollectionRow | None:
        """Adopt the collection of that name and place which holds the most of the items."""
        used = self._used[want.digest]
        keys = [key for key in self._by_place[parent, want.name] if key not in used]
        if not keys:
            return None
        ours = derived_key("collection", *want.names), derived_key("collection", *want.names, "1")
        held = Counter(
            above
            for stand in (want.items if len(keys) > 1 else ())
            for above in {key for one in stand.collections for key in self._with_above(one)}
        )
        key = max(keys, key=lambda key: (held[key], key in ours))
        return CollectionRow(want.digest, want.path, key, is_ours=key in ours)

    def _with_above(self, key: str) -> list[str]:
        """Return a collection and those it lies in, innermost first; a circle is cut."""
        chain: list[str] = []
        at: str | None = key
        while at is not None and at in self._by_key and at not in chain:
            chain.append(at)
            at = self._by_key[at].parent
        return chain

    def _created(self, want: _Want, parent: str | None) -> CollectionRow:
        key = free_key(self._by_key, "collection", *want.names)
        self._by_key[key] = Collection(key, 0, want.name, parent)
        self._by_place[parent, want.name].append(key)
        self.actions.append(CreateCollection(key, want.name, parent, want.digest, want.path))
        return CollectionRow(want.digest, want.path, key)


def _followed_digest(
    digest: SourceKey, standing: list[EntryPlacement], known: _Known, present: Iterable[SourceKey]
) -> SourceKey:
    """Return the digest whose shelves `digest` takes on: its own, else that of most of its rows.

    A collection that other digests share stays theirs.
    """
    if (digest, ()) in known:
        return digest
    before = [stand.before[0] for stand in standing if stand.before]
    for former, votes in Counter(before).most_common(1):
        collection_row = known.get((former, ()))
        if collection_row is None or former in present or 2 * votes <= len(before):
            continue
        if sum(other.collection == collection_row.collection for other in known.values()) == 1:
            return former
    return digest


def _origins(standing: list[EntryPlacement], olds: set[Path]) -> _Origins:
    """Return for every path now, parents first, the path that its shelf had before, if any.

    A heading keeps its own; twins of one text go by the entries under them; a new heading takes on
    that of one that is gone if it holds most of its entries.
    """
    by_prints = {path_fingerprints(old): old for old in olds}
    paths: dict[Path, None] = {(): None}
    votes: Counter[tuple[Path, Path]] = Counter()
    held: Counter[Path] = Counter()
    for stand in standing:
        former = stand.before[1] if stand.before else ()
        found = [by_prints.get(former[:depth]) for depth in range(1, len(former) + 1)]
        held.update(old for old in found if old is not None)
        for depth in range(1, len(stand.path) + 1):
            paths.setdefault(stand.path[:depth])
            old = found[depth - 1] if depth <= len(found) else None
            if old is not None and not stand.is_leaving:
                votes[stand.path[:depth], old] += 1
    origins: dict[Path, Path | None] = {(): () if () in olds else None}
    for depth in range(1, max(map(len, paths)) + 1):
        level = [path for path in paths if len(path) == depth]
        origins |= _origins_of(level, origins, olds, (votes, held))
    return origins


def _origins_of(
    level: list[Path],
    above: Mapping[Path, Path | None],
    olds: set[Path],
    counted: tuple[Counter[tuple[Path, Path]], Counter[Path]],
) -> dict[Path, Path | None]:
    """Match the paths of one depth with old ones under the same parent, by most entries."""
    votes, held = counted
    order = {path: place for place, path in enumerate(level)}
    pairs = {pair for pair in votes if pair[0] in order and above[pair[0][:-1]] == pair[1][:-1]}
    natural = {
        (path, old)
        for path in level
        if (parent := above[path[:-1]]) is not None and (old := (*parent, path[-1])) in olds
    }
    continued = natural | {pair for pair in pairs if _text(pair[0]) == _text(pair[1])}
    renamed = {pair for pair in pairs - continued if 2 * votes[pair] > held[pair[1]]}
    found: dict[Path, Path | None] = dict.fromkeys(level)
    taken: set[Path] = set()
    # Headings that stayed go before renamed ones: a rename takes only what nobody continues.
    for possible in (continued, renamed):
        for path, old in sorted(
            possible, key=lambda pair: (-votes[pair], pair not in natural, order[pair[0]], pair[1])
        ):
            if found[path] is None and old not in taken:
                found[path] = old
                taken.add(old)
    return found


def _free_path(parent: Path, old: Path, used: Container[Path]) -> Path:
    """Return the path of `old` under `parent`, with the first ordinal that leaves it free."""
    ordinals = (f"{_text(old)}#{number}" for number in count(2))
    return next(path for key in chain(old[-1:], ordinals) if (path := (*parent, key)) not in used)


def _former_names(old: Path, digest_names: Path) -> Path:
    """Return what the collection of `old` may have been called: a `#2` may be the heading's own."""
    return (name_of(_text(old)), name_of(old[-1])) if old else digest_names[-1:]


def _text(path: Path) -> str:
    return _ORDINAL.sub("", path[-1])


def path_fingerprints(path: Path) -> Path:
    """Return the fingerprints of the keys of headings."""
    return tuple(map(fingerprint, path))


def name_of(text: str) -> str:
    """Return the name of the collection for a heading."""
    return text.strip()[:_LONGEST_NAME] or "…"
