"""Sending: objects go to a library in batches, and every element of its answers is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from zoterodigest.library.contents import Contents
from zoterodigest.library.port import (
    BATCH_SIZE,
    Library,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.sync.apply.changes import Results, Sent

Progress = Callable[[int, int], None]


def send(library: Library, sent: Sent, known: Contents, progress: Progress) -> Results:
    """Write the objects of `sent`: collections first, those that go into the trash last.

    What comes out of the trash finds its collection there; a collection goes when it is empty. What
    of `sent` is to be `last` is not written once anything failed. `known` is what it was planned
    over.
    """
    versions: dict[str, int] = {}
    failed: dict[str, str] = {}
    done = 0
    for outcomes in _answers(library, sent, known, failed):
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
        progress(done, sent.number)
    return Results(versions, failed)


def _answers(
    library: Library, sent: Sent, known: Contents, failed: Mapping[str, str]
) -> Iterator[list[Outcome]]:
    live = [one for one in sent.collections if not one.is_trashed]
    trashed = [one for one in sent.collections if one.is_trashed]
    yield from (library.write_collections(batch) for batch in _batches(live))
    yield from (library.write(batch) for batch in _batches(sent.items))
    for batch in _batches(sent.last):
        if failed:
            yield [Refused(one.key, 412, "something else could not be written") for one in batch]
        else:
            yield library.write(_as_left(library, batch, known))
    yield from (library.write_collections(batch) for batch in _batches(trashed))


def _as_left(library: Library, batch: Sequence[LibraryItem], known: Contents) -> list[LibraryItem]:
    """Return items at the version they have now, if only their relations have changed.

    A library writes the reverse of each relation: what was sent before has touched these items.
    """
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


_Thing = TypeVar("_Thing")


def _batches(things: Sequence[_Thing]) -> Iterable[Sequence[_Thing]]:
    return (things[start : start + BATCH_SIZE] for start in range(0, len(things), BATCH_SIZE))
