"""Sending: objects go to a library in batches, and every element of its answers is looked at."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import (
    BATCH_SIZE,
    Collection,
    Library,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.apply.changes import (
    CHANGED_MEANWHILE,
    OTHERS_NOT_WRITTEN,
    STILL_USED,
    Reason,
    Results,
    Sent,
)

_LOG = logging.getLogger(__name__)

_Thing = TypeVar("_Thing", LibraryItem, Collection)

Progress = Callable[[int, int], None]
"""Is told how many objects have been dealt with, and how many there are."""


def send(library: Library, sent: Sent, known: Contents, progress: Progress) -> Results:
    """Write the objects of `sent`; what fails is in the results and stops nothing else.

    The order is a law. Collections come first, each after the one above it: what is new, or comes
    out of the trash, finds its collection there. A child comes after its item's batch. What is to
    be `last` is not written once anything failed. A collection goes into the trash when it is
    empty: one whose item could not be written stays. `known` is what all of it was planned over.
    """
    answers = _SentAnswers(progress, sent.number)
    going = [one for one in sent.collections if one.is_trashed and one.version]
    # Parents first: Zotero refuses a collection or an item that names a collection it doesn't have.
    for level in _levels([one for one in sent.collections if one not in going]):
        for batch in _batches(level):
            answers.write(batch, library.write_collections)
    unplaced = answers.failed.keys() if sent.placed_later else ()
    for items in _in_turn([_without(one, unplaced) for one in sent.items], answers):
        answers.write(items, library.write)
    # Only after all others: a trashed item takes along what is still below it.
    for items in _batches(sent.last):
        if answers.failed:
            answers.leave(dict.fromkeys((one.key for one in items), OTHERS_NOT_WRITTEN))
        else:
            answers.write(_as_left(library, items, known), library.write)
    # Last: an item that stays would lose its place with a collection that is trashed before it.
    used = _still_used(going, known, answers.failed)
    answers.leave(dict.fromkeys(used, STILL_USED))
    for batch in _batches([one for one in going if one.key not in used]):
        answers.write(batch, library.write_collections)
    return Results(answers.versions, answers.failed)


def _kind(one: LibraryItem | Collection) -> str:
    if isinstance(one, Collection):
        return "collections"
    if one.version:
        return "changes of objects"
    return f"new {one.json.item_type or 'item'}s"


def _without(item: LibraryItem, collections: Container[str]) -> LibraryItem:
    """Return `item` without these collections."""
    kept = [key for key in item.json.collections if key not in collections]
    if len(kept) == len(item.json.collections):
        return item
    return replace(item, data={**item.data, "collections": kept})


@dataclass
class _SentAnswers:
    """What has come of the objects so far, by key."""

    progress: Progress
    total: int
    versions: dict[str, int] = field(default_factory=dict)
    failed: dict[str, Reason] = field(default_factory=dict)
    done: int = 0

    def write(
        self, batch: Sequence[_Thing], write: Callable[[Sequence[_Thing]], Sequence[Outcome]]
    ) -> None:
        """Send a batch and look at every element of the answer."""
        kinds = Counter(map(_kind, batch))
        # Never what they hold: it may be private.
        _LOG.debug("Sending %s", ", ".join(f"{kinds[kind]} {kind}" for kind in sorted(kinds)))
        outcomes = write(batch)
        for outcome in outcomes:
            match outcome:
                case Written(key, version):
                    self.versions[key] = version
                # Nobody wrote it: its version is not one that this run gave it.
                case Unchanged():
                    pass
                case Stale(key):
                    self.failed[key] = CHANGED_MEANWHILE
                case Refused(key, _, message):
                    self.failed[key] = Reason(message)
        self._advance(len(outcomes))

    def leave(self, reasons: Mapping[str, Reason]) -> None:
        """Leave objects unwritten, each for its reason."""
        if reasons:
            self.failed |= reasons
            self._advance(len(reasons))

    def _advance(self, number: int) -> None:
        self.done += number
        self.progress(self.done, self.total)


def _levels(collections: Sequence[Collection]) -> Iterator[list[Collection]]:
    """Yield collections level by level, those that are new before what stands below them."""
    left, new = list(collections), {one.key for one in collections if one.version == 0}
    while left:
        # Collections that name each other as parents would never be free: the library refuses them.
        level = [one for one in left if one.parent not in new] or left
        yield level
        left = [one for one in left if one not in level]
        new -= {one.key for one in level}


def _still_used(
    going: Sequence[Collection], known: Contents, failed: Iterable[str]
) -> dict[str, None]:
    """Return which collections hold an item that could not be written, and those above them."""
    above = {one.key: one.parent for one in going}
    used: dict[str, None] = {}
    for item in (known.by_key[key] for key in failed if key in known.by_key):
        for held in ItemJson(item.data).collections:
            key: str | None = held
            while key is not None and key in above and key not in used:
                used[key] = None
                key = above[key]
    return used


def _in_turn(
    items: Sequence[LibraryItem], answers: _SentAnswers
) -> Iterator[Sequence[LibraryItem]]:
    """Yield items and children in batches as full as can be, a child after its item's batch.

    In one batch with it, a child would be written although its item turns out to be stale. A child
    whose item could not be written is left.
    """
    # A queue: looking through all that is left for each batch took 160 s of 50,000 items.
    ready, waiting = deque[LibraryItem](), defaultdict[str, list[LibraryItem]](list)
    keys = {one.key for one in items}
    for one in items:
        parent = one.json.parent
        (waiting[parent] if parent in keys else ready).append(one)
    while ready or waiting:
        if not ready:  # objects that name each other: the library refuses them
            ready.extend(waiting.pop(next(iter(waiting))))
        batch: list[LibraryItem] = []
        while ready and len(batch) < BATCH_SIZE:
            one = ready.popleft()
            reason = answers.failed.get(one.json.parent)
            if reason is None:
                batch.append(one)
            else:
                answers.leave({one.key: replace(reason, of_parent=True)})
                ready.extend(waiting.pop(one.key, ()))
        if batch:
            yield batch
        for one in batch:
            ready.extend(waiting.pop(one.key, ()))


def _as_left(library: Library, batch: Sequence[LibraryItem], known: Contents) -> list[LibraryItem]:
    """Return items at the version they have now, if only their relations have changed.

    A library writes the reverse of each relation: what was sent before has touched these items.
    """
    # Fetched only now: an earlier answer would not show what the writes before have touched.
    present = {one.key: one for one in library.fetch([one.key for one in batch])}

    def is_as_left(key: str) -> bool:
        before = known.by_key.get(key)
        return before is not None and _unrelated(before.data) == _unrelated(present[key].data)

    return [
        replace(one, version=present[one.key].version)
        if one.key in present and is_as_left(one.key)
        else one
        for one in batch
    ]


def _unrelated(data: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in data.items() if name not in _TOUCHED}


_TOUCHED = frozenset({"relations", "dateModified"})


def _batches(things: Sequence[_Thing]) -> Iterable[Sequence[_Thing]]:
    return (things[start : start + BATCH_SIZE] for start in range(0, len(things), BATCH_SIZE))
