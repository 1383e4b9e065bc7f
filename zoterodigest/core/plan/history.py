"""What a run did, as a value: enough to show it, and to turn it back field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TypeVar

from zoterodigest.core.links.link import NO_LINKS, LockFile
from zoterodigest.core.plan.found import NOTHING_PENDING, Pending, PendingChange
from zoterodigest.core.plan.reversal import Hunk
from zoterodigest.core.values.file_keys import ConfigKey, FileKey
from zoterodigest.frozen import dataclass

Data = Mapping[str, object]
"""Fields of an object of the library as it stores them, by name; one that is empty is absent."""

MASK = "\0%%\0"
"""Stands for the private text in a line of a file; no text holds such signs."""


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An item, note or attachment that a run wrote: the fields that it changed, before and after.

    `title` is that of the item it is or belongs to, `parent` that item's key if it is a child.
    `hunks` are the changes of a note's HTML, outside of what is private in it. Of an object that
    was created only an attachment's fields are kept, and the collections of one that was copied.
    One that came out of the trash is `left` as this fingerprint tells, with what belongs to it; one
    that was copied, by itself; one that went into the trash, with those it was merged into before.
    """

    key: str
    title: str
    parent: str = ""
    before: Data = field(default_factory=dict)
    after: Data = field(default_factory=dict)
    hunks: tuple[Hunk, ...] = ()
    is_created: bool = False
    left: str = ""
    is_note: bool = False

    @property
    def kind(self) -> str:
        """What it is: an item, a note or an attachment."""
        if not self.parent:
            return "item"
        # Histories of earlier versions say it of no change.
        is_note = self.is_note or bool(self.hunks) or (self.is_created and not self.after)
        return "note" if is_note else "attachment"


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
    """The hunks of lines that a run changed in the digest or .bib `key`, and whether the run made
    the file, or removed it.

    A run that planned again may have been killed before it wrote the file a second time: `earlier`
    are the hunks that it had written until then.
    """

    key: FileKey
    hunks: tuple[Hunk, ...]
    is_created: bool = False
    is_removed: bool = False
    earlier: tuple[Hunk, ...] = ()


Change = TypeVar("Change", bound=ObjectChange | CollectionChange | DigestChange)


@dataclass(frozen=True, slots=True)
class Run:
    """One run that wrote something. `number` counts up; `when` is its time in UTC.

    `before` and `after` hold what it changed of the lock file. They name a library only if the
    links went over to another one. A run that is not finished holds what was intended, which may
    or may not have been written: it was killed, or `stopped` says why it ended.
    `undoes` is the number of the run that this one took back, 0 if it is no undo. `address` leads
    to `library` if the run was to write there, wherever the project's own library is: a copy.
    """

    number: int
    when: str
    command: str
    library: str
    objects: tuple[ObjectChange, ...] = ()
    collections: tuple[CollectionChange, ...] = ()
    digests: tuple[DigestChange, ...] = ()
    before: LockFile = NO_LINKS
    after: LockFile = NO_LINKS
    undoes: int = 0
    is_finished: bool = True
    stopped: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the collections are called that its objects came into or left, by key."""
    pending: PendingChange = NOTHING_PENDING
    """What it changed of the facts that `add` keeps for the items of papers."""
    address: str = ""

    @property
    def is_of_files(self) -> bool:
        """Whether it has changed nothing but files: then it is of no library."""
        links = (self.before, self.after)
        return not (self.objects or self.collections) and links == (NO_LINKS, NO_LINKS)

    @property
    def is_empty(self) -> bool:
        """Whether it has changed nothing at all."""
        changes = self.objects or self.collections or self.digests
        return not changes and self.before == self.after


def joined(first: Run, then: Run) -> Run:
    """Return what two runs changed, of which `then` went on with `first`, as one run.

    What both meant to change had not been written by the first.
    """
    return replace(
        then,
        objects=_both(first.objects, then.objects),
        collections=_both(first.collections, then.collections),
        digests=_both(first.digests, then.digests),
        before=_joined_links(then.before, first.before),
        after=_joined_links(first.after, then.after),
        pending=PendingChange(
            _each_once(first.pending.taken, then.pending.taken),
            _each_once(first.pending.kept, then.pending.kept),
        ),
    )


def _each_once(first: tuple[Pending, ...], then: tuple[Pending, ...]) -> tuple[Pending, ...]:
    return (*first, *(one for one in then if one not in first))


def _both(first: tuple[Change, ...], then: tuple[Change, ...]) -> tuple[Change, ...]:
    known = {one.key for one in then}
    return (*then, *(one for one in first if one.key not in known))


def _joined_links(links: LockFile, winning: LockFile) -> LockFile:
    """Return the links of both; of a row that both hold, that of `winning`.

    Links that went over to another library did so as a whole.
    """
    if winning.identity:
        return winning
    rows = {row.id: row for row in (*links.rows, *winning.rows)}
    collections = {row.place: row for row in (*links.collection_rows, *winning.collection_rows)}
    # By key: what an export wrote holds a mapping, so it has no hash.
    exported = {one.place: one for one in (*links.exported, *winning.exported)}
    return LockFile("", tuple(rows.values()), tuple(collections.values()), tuple(exported.values()))


def changed_links(before: LockFile, after: LockFile) -> tuple[LockFile, LockFile]:
    """Return of both only what the other does not hold as well; all, if they went over.

    The history keeps no reports that a person accepted, and not which .bib files exports made.
    """
    if before.identity and after.identity and before.identity != after.identity:
        before, after = (replace(one, made=frozenset(), acknowledged=()) for one in (before, after))
        return before, after
    return _without(before, after), _without(after, before)


def _without(links: LockFile, others: LockFile) -> LockFile:
    rows = {row.id: row for row in others.rows}
    collection_rows = frozenset(others.collection_rows)
    exported = {one.place: one for one in others.exported}
    return LockFile(
        "",
        tuple(row for row in links.rows if rows.get(row.id) != row),
        tuple(row for row in links.collection_rows if row not in collection_rows),
        tuple(one for one in links.exported if exported.get(one.place) != one),
    )


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as it is listed: what `Run` says of it, and how many things of each kind it changed."""

    number: int
    when: str
    command: str
    undoes: int = 0
    is_finished: bool = True
    counts: Mapping[str, int] = field(default_factory=dict)
    stopped: str = ""

    @property
    def ended(self) -> str:
        """How a run ended that is not finished, as in "was killed"."""
        return f"did not finish ({self.stopped})" if self.stopped else "was killed"


def listed(run: Run) -> RunSummary:
    """Return what is listed of `run`."""
    kinds = Counter(f"{change.kind}s" for change in run.objects)
    configured = sum(isinstance(change.key, ConfigKey) for change in run.digests)
    counts = {
        "items": kinds["items"],
        "notes": kinds["notes"],
        "attachments": kinds["attachments"],
        "collections": len(run.collections),
        "digests": sum(change.key.is_digest for change in run.digests),
        "bibliographies": sum(not change.key.is_digest for change in run.digests) - configured,
        "passages": sum(len(change.hunks) for change in run.digests),
        "links": len({row.id for row in (*run.before.rows, *run.after.rows)}),
    }
    if configured:
        counts |= {"configurations": configured}
    about = run.number, run.when, run.command, run.undoes, run.is_finished
    return RunSummary(*about, counts=counts, stopped=run.stopped)


def undone_by(runs: Iterable[RunSummary]) -> Mapping[int, int]:
    """Return the numbers of runs that are undone, each with the number of the undo that counts.

    An undo that was killed does not count: the next undo continues it.
    """
    undone: dict[int, int] = {}
    # Newest first: an undo that was itself undone since does not count.
    for run in sorted(runs, key=lambda one: one.number, reverse=True):
        if run.undoes and run.is_finished and run.number not in undone:
            undone.setdefault(run.undoes, run.number)
    return undone


def killed_undos(runs: Iterable[RunSummary]) -> Mapping[int, RunSummary]:
    """Return the numbers of runs whose undo was killed or did not finish, each with the undo.

    An undo that another one finished since, or that was itself undone, is left out.
    """
    known = sorted(runs, key=lambda one: one.number)
    undone, killed = undone_by(known), dict[int, RunSummary]()
    for run in known:
        if run.undoes and run.is_finished:
            killed.pop(run.undoes, None)
        elif run.undoes and run.number not in undone:
            killed[run.undoes] = run
    return killed


def run_to_undo(runs: Iterable[RunSummary]) -> int | None:
    """Return the number of the run that an undo means, if there is one.

    It is the one whose undo was killed last of all, else the newest that is no undo, or a redo that
    was killed, and is not undone.
    """
    known = tuple(runs)
    killed = _killed_last(known)
    if killed is not None:
        return killed.number if _is_redo(killed, known) else killed.undoes
    undone = undone_by(known)
    numbers = (run.number for run in known if not run.undoes and run.number not in undone)
    return max(numbers, default=None)


def files_concerned(run: Run) -> frozenset[FileKey]:
    """Return the files that a run wrote, and those whose linked items it wrote."""
    # What is written into a linked item changes the link.
    rows = (*run.before.rows, *run.after.rows)
    return frozenset([*(change.key for change in run.digests), *(row.digest for row in rows)])


def run_to_redo(runs: Iterable[RunSummary]) -> int | None:
    """Return the number of the undo that a redo takes back, if there is one.

    It is the one whose redo was killed last of all, else the newest that is not undone. A run after
    it used what the undo left, so then there is nothing to redo.
    """
    known = sorted(runs, key=lambda one: one.number, reverse=True)
    killed = _killed_last(known)
    if killed is not None and _is_redo(killed, known):
        # An earlier redo of the same may have done all of it, and was killed before it said so.
        return killed.undoes
    undone = undone_by(known)
    for run in known:
        if not run.undoes:
            return None
        if not _is_redo(run, known) and run.number not in undone:
            return run.number
    return None


def _killed_last(runs: Iterable[RunSummary]) -> RunSummary | None:
    """Return the newest run if it is an undo or a redo that did not finish."""
    newest = max(runs, key=lambda run: run.number, default=None)
    is_killed = newest is not None and newest.undoes and not newest.is_finished
    return newest if is_killed else None


def is_undo(number: int, runs: Iterable[RunSummary]) -> bool:
    """Tell whether a run takes back one that was no undo, or a redo: what it did is gone then."""
    return _depth(number, runs) % 2 == 1


def _is_redo(run: RunSummary, runs: Iterable[RunSummary]) -> bool:
    """Tell whether a run takes back an undo, and not another redo."""
    depth = _depth(run.number, runs)
    return depth % 2 == 0 and depth > 0


def _depth(number: int, runs: Iterable[RunSummary]) -> int:
    """Return how many runs were undone, each by the next, down to one that is no undo."""
    undoes = {one.number: one.undoes for one in runs}
    depth = 0
    while undoes.get(number):
        depth, number = depth + 1, undoes[number]
    return depth
