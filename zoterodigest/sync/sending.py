"""Sending: objects go to a library in batches, and every element of its answers is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

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

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run writes: objects and collections of the library, the new bytes of digests by key.

    `versions` holds the version of each object that was written, once that is known.
    """

    items: Sequence[LibraryItem] = ()
    collections: Sequence[Collection] = ()
    digests: Mapping[str, bytes] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.items) + len(self.collections)

    def written(self) -> Sent:
        """Return what of it was written into the library."""
        items = tuple(one for one in self.items if one.key in self.versions)
        collections = tuple(one for one in self.collections if one.key in self.versions)
        return replace(self, items=items, collections=collections)


@dataclass(frozen=True, slots=True)
class Answers:
    """The versions of what was written, and why the others were not, by key."""

    versions: Mapping[str, int]
    failed: Mapping[str, str]


def send(library: Library, sent: Sent, progress: Progress) -> Answers:
    """Write `sent`: collections first, those that go into the trash last."""
    versions: dict[str, int] = {}
    failed: dict[str, str] = {}
    done = 0
    for outcomes in _answers(library, sent):
        for outcome in outcomes:
            match outcome:
                case Written(key, version):
                    versions[key] = version
                case Unchanged():
                    pass
                case Stale(key):
                    failed[key] = "it changed in the library in between"
                case Refused(key, _, message):
                    failed[key] = message
        done += len(outcomes)
        progress(done, len(sent))
    return Answers(versions, failed)


def _answers(library: Library, sent: Sent) -> Iterator[list[Outcome]]:
    live = [one for one in sent.collections if not one.is_trashed]
    trashed = [one for one in sent.collections if one.is_trashed]
    yield from (library.write_collections(batch) for batch in _batches(live))
    yield from (library.write(batch) for batch in _batches(sent.items))
    yield from (library.write_collections(batch) for batch in _batches(trashed))


_Thing = TypeVar("_Thing")


def _batches(things: Sequence[_Thing]) -> Iterable[Sequence[_Thing]]:
    return (things[start : start + BATCH_SIZE] for start in range(0, len(things), BATCH_SIZE))
