"""Collections for digests and headings: which belongs to which, what to create, what to rename."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from itertools import chain, count
from typing import TypeAlias

from zoterodigest.core.links.link import CollectionRow, CollectionRowKey, LockRow, fingerprint
from zoterodigest.core.plan.plan import CreateCollection, RenameCollection
from zoterodigest.core.plan.reports import MissingCollection
from zoterodigest.core.plan.run_options import Rules
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.core.values.keys import derived_key, free_key
from zoterodigest.core.values.record import Collection
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

Path = tuple[str, ...]

# The Zotero API refuses collection names of more than 255 characters.
_LONGEST_NAME = 255
_NO_DIGEST = DigestKey("")
"""Whose the collections are that those of several digests lie in."""
_ORDINAL = lazy_regex(r"#\d{1,6}$")


@dataclass(frozen=True, slots=True)
class EntryPlacement:
    """The place of one linked entry, now and before.

    `path` is its heading keys, `texts` their texts; `before` its former digest and the fingerprints
    of its former heading keys, None for a new link. `collections` are those of its item. One that
    `is_leaving` goes to a place that is no heading: its old one was not renamed to it. One
    that is not `is_placed` by this run only tells which headings stayed and which were renamed.
    """

    digest: SourceKey
    path: Path
    texts: Path
    before: CollectionRowKey | None = None
    collections: frozenset[str] = frozenset()
    is_leaving: bool = False
    is_placed: bool = True


@dataclass(frozen=True, slots=True)
class Placements:
    """The collection rows of a run, the actions that bring them about, and what each one holds."""

    collection_rows: tuple[CollectionRow, ...]
    actions: tuple[CreateCollection | RenameCollection, ...]
    missing: tuple[MissingCollection, ...]
    targets: Mapping[CollectionRowKey, str | None]
    former_targets: Mapping[CollectionRowKey, str]

    def target(self, one: EntryPlacement) -> str | None:
        """Return the collection an entry belongs in: its deepest heading's, if there is one."""
        return self.targets.get((one.digest, one.path))

    def former(self, one: EntryPlacement) -> str | None:
        """Return the collection the entry belonged in before."""
        return home_of(one.before, self.former_targets) if one.before else None

    def is_in_place(self, one: EntryPlacement) -> bool:
        """Tell whether an entry belongs in the collection of before, even if that was renamed."""
        former = self.former(one)
        return former is not None and former == self.target(one)


UNPLACED: Path = (fingerprint("\0in no collection yet"),)
"""The place in the row of a link that was made by a run which writes no collections."""


Homes: TypeAlias = Mapping[CollectionRowKey, str]
"""The collections of digests and headings, these by the fingerprints of their path."""


def homes(collection_rows: Iterable[CollectionRow]) -> dict[CollectionRowKey, str]:
    """Return the collections of rows by digest and the fingerprints of their path."""
    return {(row.digest, path_fingerprints(row.path)): row.collection for row in collection_rows}


def home_of(place: CollectionRowKey, homes: Homes) -> str | None:
    """Return the collection for `place` (a digest, fingerprints of headings), the deepest."""
    digest, prints = place
    if prints == UNPLACED:
        return None
    for depth in range(len(prints), -1, -1):
        if key := homes.get((digest, prints[:depth])):
            return key
    return None


def at_home(row: LockRow, home: str | None, homes: Homes) -> LockRow:
    """Return `row` at its place if `home` is the collection for that, else at the nearest that is.

    An item goes into a collection when its row's place has another one. So a collection that a run
    made, or kept, for other entries must not become the one of the row's place by that: the item
    would count as put there.
    """
    if home_of(row.place, homes) == home:
        return row
    depths = range(len(row.headings) - 1, -1, -1) if row.headings != UNPLACED else ()
    above = ((row.digest, row.headings[:depth]) for depth in depths)
    renamed = (place for place, key in homes.items() if key == home)
    nowhere = row.digest, UNPLACED
    places = (place for place in chain(above, renamed) if home and home_of(place, homes) == home)
    digest, headings = next(places, nowhere)
    return replace(row, digest=digest, headings=headings)


def place_entries(
    placements: Sequence[EntryPlacement],
    collection_rows: Sequence[CollectionRow],
    collections: Iterable[Collection],
    rules: Mapping[str, Rules],
    *,
    linked: Mapping[SourceKey, int],
) -> Placements:
    """Find, rename or create the collections in which `placements` belong.

    `rules` name each digest's collection; `linked` tells how many linked rows each one had before
    the run. A renamed heading or digest keeps its collection, but a file that is one entry leaves
    that of its folder as it is. A collection of the right name at the right place is adopted; one
    that the person trashed is not made again. Rows that hold nothing now are kept.
    """
    names = {digest: one.collection for digest, one in rules.items()}
    files = {digest for digest, one in rules.items() if one.is_file_entry}
    by_digest: dict[SourceKey, list[EntryPlacement]] = defaultdict(list)
    for one in placements:
        by_digest[one.digest].append(one)
    known = {row.place: row for row in collection_rows}
    renamed = _left(placements, linked) - by_digest.keys()
    finder = _CollectionFinder(collections, known, files, _shared(collection_rows, names, files))
    for digest, standing in by_digest.items():
        if names.get(digest) and any(one.is_placed for one in standing):
            is_file = digest in files
            followed = digest if is_file else _followed_digest(digest, standing, known, renamed)
            was = followed, names.get(followed, ())
            finder.place_digest(digest, standing, names[digest], was)
    return Placements(
        tuple(sorted(finder.rows.values(), key=lambda row: row.place)),
        tuple(finder.actions),
        tuple(finder.missing),
        finder.targets,
        homes(collection_rows),
    )


_Known = Mapping[CollectionRowKey, CollectionRow]
_Origins = dict[Path, Path | None]


@dataclass(frozen=True, slots=True)
class _Want:
    """A collection that is wanted: for whom, under what name, from what names its key derives."""

    place: CollectionRowKey
    name: str
    names: Path
    items: Sequence[EntryPlacement]


class _CollectionFinder:
    """The library's collections, while those that entries belong in are found and made."""

    def __init__(
        self,
        collections: Iterable[Collection],
        known: _Known,
        files: Container[str],
        shared: Mapping[Path, CollectionRow],
    ) -> None:
        self.actions: list[CreateCollection | RenameCollection] = []
        self.missing: list[MissingCollection] = []
        self.targets: dict[CollectionRowKey, str | None] = {}
        self.rows = dict(known)
        self._known = known
        self._files = files
        self._shared = shared
        self._known_of: dict[SourceKey, dict[Path, CollectionRow]] = defaultdict(dict)
        for (owner, path), row in known.items():
            self._known_of[owner][path] = row
        self._used: dict[str, set[str]] = defaultdict(set)
        self._by_key = {one.key: one for one in collections}
        self._by_place: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        for one in sorted(self._by_key.values(), key=lambda one: one.key):
            if not one.is_trashed:
                self._by_place[one.parent, one.name].append(one.key)

    def place_digest(
        self, digest: SourceKey, standing: list[EntryPlacement], names: Path, was: CollectionRowKey
    ) -> None:
        """Give every heading of `digest` that this run files by its collection, parents first.

        `was` is the digest whose rows it takes on, and the names of that one's collection.
        """
        former_digest, former_names = was
        parent = self._place_folders(names[:-1])
        known = self._known_of[former_digest]
        olds = set(known)
        self._used[digest] = {row.collection for row in known.values()}
        below = _below(one for one in standing if one.is_placed)
        # Entries that are not placed count too: where one has stayed, its heading was not renamed.
        everywhere = _origins(standing, olds)
        origins = {path: old for path, old in everywhere.items() if path in below}
        # Before any collection is held: a path that a new heading takes over must be free.
        self._make_way(digest, former_digest, olds, origins)
        for path, old in origins.items():
            name = below[path][0].texts[len(path) - 1] if path else names[-1]
            want = _Want((digest, path), name_of(name), names + path, below[path])
            row = None if old is None else known[old]
            if not path and digest in self._files:
                # Its own row, or that of its folder: a collection may have another name by now.
                row = self._first_below(names, row, self._shared.get(names))
            called = (
                _former_names(row.path, former_names) if row and row.place != want.place else ()
            )
            above = self.targets[digest, path[:-1]] if path else parent
            is_orphan = above is None and row is None and (path != () or len(names) > 1)
            self.targets[want.place] = None if is_orphan else self._hold(want, row, above, called)

    def _first_below(self, names: Path, *rows: CollectionRow | None) -> CollectionRow | None:
        """Return the first row whose collection is not that of a folder above `names`.

        Before folders were collections, the files of all of them had that one.
        """
        above = {self.targets[_NO_DIGEST, names[:depth]] for depth in range(1, len(names))}
        return next((one for one in rows if one and one.collection not in above), None)

    def _place_folders(self, names: Path) -> str | None:
        """Find or make the collections that the collections of several digests lie in."""
        parent: str | None = None
        for depth in range(1, len(names) + 1):
            path = names[:depth]
            place = _NO_DIGEST, path
            if place not in self.targets:
                want = _Want(place, name_of(path[-1]), path, ())
                row = self._first_below(path, self._known.get(place), self._shared.get(path))
                self.targets[place] = self._hold(want, row, parent, ())
            parent = self.targets[place]
        return parent

    def _make_way(
        self, digest: SourceKey, former: SourceKey, olds: set[Path], origins: _Origins
    ) -> None:
        """Move the collection rows of `former` to `digest`; unused rows give way to used paths."""
        moved = {old: path for path, old in origins.items() if old is not None}
        for old in sorted(olds, key=lambda old: (len(old), old)):
            del self.rows[former, old]
            if old not in moved:
                above = moved.get(old[:-1], old[:-1])
                moved[old] = _free_path(above, old, {*origins, *moved.values()})
        for old in olds - set(origins.values()):
            row = replace(self._known[former, old], digest=digest, path=moved[old])
            self.rows[row.place] = row

    def _hold(
        self, want: _Want, row: CollectionRow | None, parent: str | None, called: Path
    ) -> str | None:
        """Return the key of the collection for `want`, or None if a person removed it."""
        if row is None:
            row = self._adopted(want, parent) or self._created(want, parent)
        digest, path = want.place
        row = replace(row, digest=digest, path=path)
        collection = self._by_key.get(row.collection)
        if collection is None or collection.is_trashed:
            self.missing.append(MissingCollection(row))
        else:
            names = (row.name,) if row.name else called or (want.name,)
            base = collection.name if collection.name in names else names[0]
            row = self._named(want, row, collection, base)
        self.rows[row.place] = row
        self._used[digest].add(row.collection)
        return None if collection is None or collection.is_trashed else collection.key

    def _named(self, want: _Want, row: CollectionRow, held: Collection, base: str) -> CollectionRow:
        """Let a collection of ours follow the new name of its heading.

        A new name of the collection, with or without one of the heading, is for
        `core/collections/relocation.py`.
        """
        if want.name not in (held.name, base):
            if held.name != base or not row.is_ours:
                return replace(row, name=base)
            rename = RenameCollection(held.key, held.version, held.name, want.name)
            self.actions.append(rename)
        return replace(row, name="")

    def _adopted(self, want: _Want, parent: str | None) -> CollectionRow | None:
        """Adopt the collection of that name and place which holds the most of the items."""
        used = self._used[want.place[0]]
        keys = [key for key in self._by_place[parent, want.name] if key not in used]
        if not keys:
            return None
        # Two keys: `free_key` takes the second one when the first is in use.
        ours = derived_key("collection", *want.names), derived_key("collection", *want.names, "1")
        held = Counter(
            above
            for one in (want.items if len(keys) > 1 else ())
            for above in {above for key in one.collections for above in self._with_above(key)}
        )
        key = max(keys, key=lambda key: (held[key], key in ours))
        return CollectionRow(*want.place, key, is_ours=key in ours)

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
        self.actions.append(CreateCollection(key, want.name, parent, *want.place))
        return CollectionRow(*want.place, key)


def _left(placements: Iterable[EntryPlacement], linked: Mapping[SourceKey, int]) -> set[SourceKey]:
    """Return the digests of which most entries are elsewhere now."""
    moved = Counter(one.before[0] for one in placements if one.before)
    # At least half of its links, not some: two digests can share papers, and one be gone.
    return {former for former, number in moved.items() if 2 * number >= linked[former]}


def _shared(
    collection_rows: Iterable[CollectionRow], names: Mapping[str, Path], files: Container[str]
) -> dict[Path, CollectionRow]:
    """Return a row of each collection that `files` of one folder share, by its names."""
    if not files:
        return {}
    folders = {row.path: row for row in collection_rows if row.digest == _NO_DIGEST}
    of_files = (row for row in collection_rows if row.digest in files and not row.path)
    return folders | {names[row.digest]: row for row in of_files if names.get(row.digest)}


def _followed_digest(
    digest: SourceKey, standing: list[EntryPlacement], known: _Known, renamed: Set[SourceKey]
) -> SourceKey:
    """Return the digest whose rows `digest` takes on: its own, else that of most of its links.

    That digest is one of `renamed`. A collection that other digests share stays theirs.
    """
    if (digest, ()) in known:
        return digest
    before = [one.before[0] for one in standing if one.before]
    for former, votes in Counter(before).most_common(1):
        row = known.get((former, ()))
        # Most of its links, not some: a digest that took over a few entries is no renamed one.
        if row is None or former not in renamed or 2 * votes <= len(before):
            continue
        if sum(other.collection == row.collection for other in known.values()) == 1:
            return former
    return digest


def _below(placements: Iterable[EntryPlacement]) -> dict[Path, list[EntryPlacement]]:
    """Return the placements at each heading and below it."""
    below: dict[Path, list[EntryPlacement]] = defaultdict(list)
    for one in placements:
        for depth in range(len(one.path) + 1):
            below[one.path[:depth]].append(one)
    return below


def _origins(standing: list[EntryPlacement], olds: set[Path]) -> _Origins:
    """Return for every path now, parents first, the path that its row had before, if any.

    A heading keeps its own; twins of one text go by the entries under them; a new heading takes on
    that of one that is gone if it holds most of its entries.
    """
    by_prints = {path_fingerprints(old): old for old in olds}
    paths: dict[Path, None] = {(): None}
    votes: Counter[tuple[Path, Path]] = Counter()
    held: Counter[Path] = Counter()
    for one in standing:
        former = one.before[1] if one.before else ()
        found = [by_prints.get(former[:depth]) for depth in range(1, len(former) + 1)]
        held.update(old for old in found if old is not None)
        for depth in range(1, len(one.path) + 1):
            paths.setdefault(one.path[:depth])
            old = found[depth - 1] if depth <= len(found) else None
            if old is not None and not one.is_leaving:
                votes[one.path[:depth], old] += 1
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
    # Headings that stayed go before renamed ones: a rename takes only what no heading continues.
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
