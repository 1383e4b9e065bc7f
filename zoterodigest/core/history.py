"""What a run did, as a value: enough to show it, and to turn it back field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from zoterodigest.core.link import Row, Shelf
from zoterodigest.core.reversal import Hunk

Data = Mapping[str, object]
"""Fields of an object of the library as it stores them, by name; one that is empty is absent."""


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An item, note or attachment that a run wrote: the fields that it changed, before and after.

    `title` is that of the item it is or belongs to, `parent` that item's key if it is a child.
    `hunks` are the changes of a note's HTML, outside of what is private in it. Of an object that
    was created only an attachment's fields are kept.
    """

    key: str
    title: str
    parent: str = ""
    before: Data = field(default_factory=dict)
    after: Data = field(default_factory=dict)
    hunks: tuple[Hunk, ...] = ()
    is_created: bool = False


@dataclass(frozen=True, slots=True)
class CollectionState:
    """What a run may change of a collection."""

    name: str
    parent: str | None = None
    is_trashed: bool = False


@dataclass(frozen=True, slots=True)
class CollectionChange:
    """A collection that a run wrote; `before` is None if it was created."""

    key: str
    before: CollectionState | None
    after: CollectionState


@dataclass(frozen=True, slots=True)
class DigestChange:
    """The hunks of lines that a run changed in the digest `key`."""

    key: str
    hunks: tuple[Hunk, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Rows and shelves of the lock file."""

    rows: tuple[Row, ...] = ()
    shelves: tuple[Shelf, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run that wrote something. `number` counts up; `when` is its time in UTC.

    `before` and `after` hold the rows and shelves of the lock file that it changed. A run that is
    not finished was killed: what it holds was intended, and may or may not have been written.
    `undoes` is the number of the run that this one took back, 0 if it is no undo.
    """

    number: int
    when: str
    command: str
    library: str
    objects: tuple[ObjectChange, ...] = ()
    collections: tuple[CollectionChange, ...] = ()
    digests: tuple[DigestChange, ...] = ()
    before: Links = Links()
    after: Links = Links()
    undoes: int = 0
    is_finished: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether it has changed nothing at all."""
        changes = self.objects or self.collections or self.digests
        return not changes and self.before == self.after


def changed_links(before: Links, after: Links) -> tuple[Links, Links]:
    """Return of both only what the other does not hold as well."""
    return _without(before, after), _without(after, before)


def _without(links: Links, others: Links) -> Links:
    rows = {row.id: row for row in others.rows}
    shelves = frozenset(others.shelves)
    return Links(
        tuple(row for row in links.rows if rows.get(row.id) != row),
        tuple(shelf for shelf in links.shelves if shelf not in shelves),
    )


def undone_runs(runs: Iterable[Run]) -> Set[int]:
    """Return the numbers of the runs that are taken back by a later one that still counts."""
    undone: set[int] = set()
    for run in sorted(runs, key=lambda one: one.number, reverse=True):
        if run.undoes and run.number not in undone:
            undone.add(run.undoes)
    return undone


def run_to_undo(runs: Iterable[Run]) -> Run | None:
    """Return the newest run that is no undo and is not undone; None if there is none."""
    known = tuple(runs)
    undone = undone_runs(known)
    open_runs = (run for run in known if not run.undoes and run.number not in undone)
    return max(open_runs, key=lambda run: run.number, default=None)
