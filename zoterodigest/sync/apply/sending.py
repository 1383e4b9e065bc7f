"""Sending: objects go to a library in batches, and every element of its answers is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from zoterodigest.library.port import (
    BATCH_SIZE,
    Library,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.sync.apply.changes import Results, Sent

Progress = Callable[[int, int], None]


def send(library: Library, sent: Sent, progress: Progress) -> Results:
    """Write the objects of `sent`: collections first, those that go into the trash last.

    What comes out of the trash finds its collection there; a collection goes when it is empty. What
    of `sent` is to be `last` is not written once anything failed.
    """
    versions: dict[str, int] = {}
    failed: dict[str, str] = {}
    done = 0
    for outcomes in _answers(library, sent, failed):
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


def _answers(library: Library, sent: Sent, failed: Mapping[str, str]) -> Iterator[list[Outcome]]:
    live = [one for one in sent.collections if not one.is_trashed]
    trashed = [one for one in sent.collections if one.is_trashed]
    yield from (library.write_collections(batch) for batch in _batches(live))
    yield from (library.write(batch) for batch in _batches(sent.items))
    for batch in _batches(sent.last):
        if failed:
            yield [Refused(one.key, 412, "something else could not be written") for one in batch]
        else:
            yield library.write(batch)
    yield from (library.write_collections(batch) for batch in _batches(trashed))


_Thing = TypeVar("_Thing")


def _batches(things: Sequence[_Thing]) -> Iterable[Sequence[_Thing]]:
    return (things[start : start + BATCH_SIZE] for start in range(0, len(things), BATCH_SIZE))
