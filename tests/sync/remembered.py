"""What is pure is computed once for all tests of a process: reading the same bytes again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document, core_entry
from zoterodigest.digest.read.later import KnownAreas
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.contents import OurNotes, core_item, read_contents
from zoterodigest.notes.read import read_note
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.gathering import compared

MOST = 5_000

_Call = tuple[tuple[Any, ...], Any]


def remembered(function: Callable[..., Any], keys: Callable[..., Hashable]) -> Callable[..., Any]:
    """Return a pure function that computes once what it is asked again; `keys` tells the call.

    Arguments are kept with what came of them, so that keys may tell them by their ids.
    """
    known: dict[Hashable, _Call] = {}

    def once(*arguments: Any, **named: Any) -> Any:
        key = keys(*arguments, **named)
        if key not in known:
            if len(known) > MOST:
                known.clear()
            known[key] = arguments, function(*arguments, **named)
        return known[key][1]

    return once


def _documents_read_once() -> Callable[..., Document]:
    """Return a reader that reads each document once, and always reports how it judged areas."""

    def read(
        name: str, source: bytes, formats: Any, venues: Any, known: KnownAreas | None
    ) -> tuple[Document, Mapping[str, str]]:
        alone = known and replace(known, seen={**known.seen})
        return read_document(name, source, formats, venues, alone), alone.seen if alone else {}

    remembers = remembered(read, _of_document)

    def once(
        name: str, source: bytes, formats: Any, venues: Any, known: KnownAreas | None = None
    ) -> Document:
        document, seen = remembers(name, source, formats, venues, known)
        if known:
            known.seen.update(seen)
        return cast(Document, document)

    return once


@contextmanager
def remembering() -> Iterator[None]:
    """Have digests, notes and lock files that were read before be read from memory."""
    lock_file = remembered(read_lock, lambda data, *_: data)
    pure: dict[str, Callable[..., Any]] = {
        "digest.read.detect.read_document": _documents_read_once(),
        "sync.gathering.known_lock.read_lock": lock_file,
        "sync.gathering.gather.read_contents": remembered(read_contents, _of_contents),
        "project.memory.read_lock": lock_file,
        "digest.read.document.core_entry": remembered(core_entry, _of_entry),
        "sync.gathering.sources.compared_entry": remembered(
            compared.compared_entry, _of_core_entry
        ),
        "library.records.contents.core_item": remembered(core_item, _of_item),
        "notes.read.read_note": remembered(read_note, lambda html: html),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, function in pure.items():
            patch.setattr(f"zoterodigest.{name}", function)
        yield


def _of_document(
    name: str, source: bytes, formats: Any, venues: object, known: KnownAreas | None
) -> Hashable:
    # What is known of lines (`heads`) makes a reading faster, and changes nothing of it.
    areas = known and (
        frozenset(known.judged.items()),
        frozenset(known.seen.items()),
        id(known.document),
    )
    return name, source, tuple(map(id, formats)), id(venues), areas


def _of_entry(name: str, entry: object, title: str) -> Hashable:
    return name, id(entry), title


def _of_core_entry(entry: object, zotero: object, *, with_notes: bool) -> Hashable:
    return id(entry), id(zotero), with_notes


def _of_contents(snapshot: Snapshot, zotero: object, **options: object) -> Hashable:
    return id(snapshot), id(zotero), repr(sorted(options.items()))


def _of_item(
    item: LibraryItem, children: Sequence[LibraryItem], zotero: object, ours: OurNotes
) -> Hashable:
    objects = tuple((one.key, one.version, repr(one.data)) for one in (item, *children))
    return objects, id(zotero), tuple(ours.get(one.key) for one in children)
