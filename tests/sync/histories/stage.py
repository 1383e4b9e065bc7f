"""The stage: two clones of one repository, with one library between them or a copy for each."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from tests.sync.histories.model import Memory, Violation, tokens_at, tokens_in
from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.plan.plan import Plan
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import (
    Collection,
    Library,
    LibraryItem,
    Snapshot,
    Unchanged,
    Written,
)
from zoterodigest.sync.gathering.workspace import Workspace, open_workspace

NOTES, TABLE, PEOPLE, BIB = "notes.md", "table.md", "people.md", "refs.bib"
DIGESTS = (NOTES, TABLE)
CARRIED = {NOTES: "tkls", TABLE: "txcl", PEOPLE: "tau", BIB: "t"}
"""The letters of the slots that each file shows."""
LOCK, STATE, CONFIG = "zoterodigest.lock", ".zoterodigest", "zoterodigest.toml"
TRACKED = (*DIGESTS, PEOPLE, BIB, LOCK, CONFIG)

_SAID = re.compile(r"(?m)^ *(?:title|author) *=.*\n")

T = TypeVar("T")
Files = Mapping[str, bytes]
Slots = Mapping[str, tuple[str, ...]]
"""What stands in each slot, in order."""


class _ReadOnce(EmbeddedLibrary):
    """A library that reads, of what it has read before, only what was written since."""

    _last: Snapshot | None = None

    def read(self, since: Snapshot | None = None) -> Snapshot:
        """Return everything; the very same object as long as nothing is written."""
        self._last = super().read(since or self._last)
        return self._last


def new_library(identity: str = "embedded:0123456789abcdef") -> EmbeddedLibrary:
    """Return an empty library; its clock stands still."""
    clock = datetime(2025, 1, 1, tzinfo=UTC)
    return _ReadOnce(DatabaseInMemory(identity), clock=lambda: clock)


def copy_of(library: EmbeddedLibrary) -> EmbeddedLibrary:
    """Return another library that holds the same: a tenth of the time that writing it takes."""
    copy = new_library(library.identity)
    with library._database.reading() as old, copy._database.reading() as new:
        old.backup(new)
    return copy


def filled(snapshot: Snapshot) -> EmbeddedLibrary:
    """Return a library that holds what another one holds."""
    library = new_library()
    for batch in parts(snapshot.collections, lambda one: one.parent is not None):
        library.write_collections([replace(one, version=0) for one in batch])
    for items in parts(snapshot.items, lambda one: "parentItem" in one.data):
        library.write([LibraryItem(one.key, 0, one.data) for one in items])
    assert len(library.read().items) == len(snapshot.items)
    return library


def parts(ones: Sequence[T], is_below: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """Return those at the top, then those below."""
    return [one for one in ones if not is_below(one)], [one for one in ones if is_below(one)]


@dataclass
class Clone:
    """A checkout of the repository; `head` is the number of the commit it stands on."""

    root: Path
    library: EmbeddedLibrary
    head: int = 0
    met: frozenset[str] = frozenset()
    """What stood in the library in a run here, or in one whose lock file may have come by git."""

    @cached_property
    def workspace(self) -> Workspace:
        """What a run in this clone works on."""
        paths = [self.root / name for name in (*DIGESTS, PEOPLE)]
        workspace = open_workspace([path for path in paths if path.exists()], self.root)
        return replace(workspace, library=self.library)

    def text(self, name: str) -> str:
        """Return a file; the empty text if there is none."""
        return (_data_of(self.root / name) or b"").decode()

    def write(self, name: str, text: str) -> None:
        """Write a digest."""
        (self.root / name).write_bytes(text.encode())

    def files(self) -> Files:
        """Return the tracked files."""
        read = ((name, _data_of(self.root / name)) for name in TRACKED)
        return {name: data for name, data in read if data is not None}

    def check_out(self, files: Files) -> None:
        """Have the tracked files be these."""
        for name in TRACKED:
            if name in files:
                (self.root / name).write_bytes(files[name])
            else:
                (self.root / name).unlink(missing_ok=True)

    def lose_state(self) -> None:
        """Lose what this machine alone knows."""
        shutil.rmtree(self.root / STATE, ignore_errors=True)


def _data_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@dataclass(frozen=True)
class Commit:
    """A commit: its files, its parents and all its ancestors."""

    files: Files
    parents: tuple[int, ...] = ()
    ancestors: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sight:
    """What stands at one end: its tokens, each with its number."""

    tokens: Counter[str]

    @property
    def set(self) -> frozenset[str]:
        """The tokens."""
        return frozenset(self.tokens)


@dataclass(frozen=True)
class State:
    """What the tracked files of a clone, and its library, hold at a moment."""

    files: Files
    library: Snapshot


@dataclass(frozen=True)
class Done:
    """A run as it was seen from outside."""

    before: State
    after: State


@dataclass
class Stage:
    """Everything that a history plays with."""

    clones: list[Clone]
    commits: list[Commit]
    memory: Memory
    works: int
    """The number of the last work that anybody wrote of."""
    synced: Snapshot
    """What both copies of the library held when they last met."""
    plan: Plan = field(default_factory=Plan)
    """What the last run planned."""
    told: list[str] = field(default_factory=list)
    has_twins: bool = False
    """Whether git wrote an entry twice: one branch had moved it, the other edited it."""
    strayed: dict[str, set[int]] = field(default_factory=dict)
    """The works into whose entries git put a plain token of another work: one branch had put an
    entry where the other edited one.
    """
    has_lost_base: bool = False
    """Whether what two ends agreed on may be forgotten: members are then only ever added."""
    dropped: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """The tokens of entries that somebody took out, by digest and work."""
    merges: int = 0
    """How many items a person merged."""
    merged: set[int] = field(default_factory=set)
    """The works whose items a person merged into that of another work."""
    restored: set[int] = field(default_factory=set)
    """The works whose item a person restored beside the one that it was merged into: one of the two
    items is linked, the other keeps the note and the links that moved to it. Both may hold the
    identifier.
    """
    taken_back: dict[str, set[str]] = field(default_factory=dict)
    """The ends that each token came from that an undo took out elsewhere: there it is not to be
    lost.
    """
    brought_back: dict[str, set[str]] = field(default_factory=dict)
    """The ends that each token that an undo brought back had left before that was carried."""
    may_mingle: bool = False
    """Whether what a merge brought to an item may show in its entry and in the one it is of."""
    names: int = 0
    """How many headings and collections got another name."""
    sources: tuple[str, ...] = DIGESTS
    """The files whose edits travel."""
    named: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The authors before an "et al.", by work, as they were written first."""
    said: dict[int, LookupResult] = field(default_factory=dict)
    """What a source says of each work that it was asked for."""
    looked_up: set[str] = field(default_factory=set)
    """The tokens that a source brought."""
    has_wrong_cache: bool = False
    """Whether the cache of the clone that acts may hide a change."""
    agreed: dict[tuple[Path, bytes], Mapping[tuple[str, str], tuple[str, ...]]] = field(
        default_factory=dict
    )
    """What both ends held when a run left such a lock file in a clone, by file and slot."""
    runs: dict[tuple[Path, int], Done] = field(default_factory=dict)
    """What each run of a clone did that its history holds, by the clone's root and its number."""

    @property
    def libraries(self) -> list[EmbeddedLibrary]:
        """The libraries, each once."""
        found = [clone.library for clone in self.clones]
        return found[:1] if found[0] is found[1] else found

    @property
    def digests(self) -> tuple[str, ...]:
        """The files in Markdown."""
        return tuple(name for name in self.sources if name != BIB)

    def is_looked_up(self, token: str) -> bool:
        """Tell whether a token is a source's, or was written over one that is."""
        return not self.looked_up.isdisjoint(self.memory.behind(token))

    def tell(self, what: str) -> None:
        """Note what happened, for who reads of a violation."""
        self.told.append(what)


def sight_of(clone: Clone, name: str) -> Sight:
    """Return what stands in a digest, or in a .bib."""
    return Sight(tokens_of(name, clone.text(name)))


def tokens_of(name: str, text: str) -> Counter[str]:
    """Return the tokens in a file, each with its number."""
    return Counter(token for _, token in places_in(name, text))


def shown_elsewhere(
    stage: Stage, clone: Clone, names: Sequence[str] = (*DIGESTS, BIB)
) -> frozenset[str]:
    """Return what stands in these files of the other clone: what is out here comes from there."""
    others = (one for one in stage.clones if one is not clone)
    return frozenset().union(*(sight_of(one, name).set for one in others for name in names))


def places_in(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield where each token of a file stands; of a .bib those of titles and authors: its keys
    never change.
    """
    if name != BIB:
        yield from tokens_at(text)
        return
    for said in _SAID.finditer(text):
        yield from ((said.start() + start, token) for start, token in tokens_at(said[0]))


def library_sight(library: EmbeddedLibrary) -> Sight:
    """Return what stands in the live items of a library and in what belongs to them."""
    return _sight_at(library, library.version())


@lru_cache(maxsize=16)
def _sight_at(library: EmbeddedLibrary, _version: int) -> Sight:
    tokens: Counter[str] = Counter()
    for _, _, text in texts_of(library.read().items):
        tokens += tokens_in(text)
    return Sight(tokens)


def texts_of(items: Iterable[LibraryItem]) -> Iterator[tuple[LibraryItem, str, str]]:
    """Yield every text of live objects: object, field, text; a tag, or the last name of an
    author, is a text by itself.
    """
    by_key = {one.key: one for one in items}
    for one in by_key.values():
        above = by_key.get(str(one.data.get("parentItem", "")), one)
        if one.is_trashed or above.is_trashed:
            continue
        for name in ("title", "abstractNote", "extra", "url", "note"):
            if one.data.get(name):
                yield one, name, str(one.data[name])
        for author in one.data.get("creators", ()):
            yield one, "creators", str(author.get("name") or author.get("lastName"))
        for tag in one.data.get("tags", ()):
            yield one, "tags", str(tag["tag"])


def put(library: Library, item: LibraryItem, **data: Any) -> None:
    """Change an object as a person does in Zotero."""
    (outcome,) = library.write([LibraryItem(item.key, item.version, data)])
    if not isinstance(outcome, Written | Unchanged):
        raise Violation(f"the person may not write {data}: {outcome}")


def put_collection(library: Library, collection: Collection, **values: Any) -> None:
    """Change a collection as a person does in Zotero."""
    library.write_collections([replace(collection, **values)])
