"""What is pure is computed once for all tests of a process: reading the same bytes again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from zoterodigest.digest.detect import read_document
from zoterodigest.notes.read import read_note
from zoterodigest.project.lock import read_lock

MOST = 2_000

_Call = tuple[tuple[Any, ...], Any]


def remembered(function: Callable[..., Any], keys: Callable[..., Hashable]) -> Callable[..., Any]:
    """Return a pure function that computes once what it is asked again; `keys` tells the call.

    Arguments are kept with what came of them, so that keys may tell them by their ids.
    """
    known: dict[Hashable, _Call] = {}

    def once(*arguments: Any) -> Any:
        key = keys(*arguments)
        if key not in known:
            if len(known) > MOST:
                known.clear()
            known[key] = arguments, function(*arguments)
        return known[key][1]

    return once


@contextmanager
def remembering() -> Iterator[None]:
    """Have digests, notes and lock files that were read before be read from memory."""
    pure: tuple[tuple[str, Callable[..., Any], Callable[..., Hashable]], ...] = (
        ("sync.gather.read_document", read_document, _of_document),
        ("sync.gather.read_lock", read_lock, lambda data, *_: data),
        ("library.contents.read_note", read_note, lambda html: html),
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, function, keys in pure:
            patch.setattr(f"zoterodigest.{name}", remembered(function, keys))
        yield


def _of_document(name: str, source: bytes, formats: Any, venues: object) -> Hashable:
    return name, source, tuple(map(id, formats)), id(venues)
