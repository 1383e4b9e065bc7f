"""A library with troubles: something happens before or after a write, or it refuses an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from tests.sync.world import World
from zoterodigest.core.values.annotation import ItemAnnotations
from zoterodigest.library.annotations import KnownAnnotations
from zoterodigest.library.outline import Outline
from zoterodigest.library.port import (
    Collection,
    Library,
    LibraryItem,
    Outcome,
    Refused,
    Snapshot,
)
from zoterodigest.sync.gathering.workspace import Workspace

Accepts = Callable[[str, Mapping[str, Any]], bool]
"""Tells by an object's key and data whether the library takes it."""


def silent(_done: int, _total: int) -> None:
    """Show no progress."""


def nothing(_number: int) -> None:
    """Let nothing happen."""


def accepts(_key: str, _data: Mapping[str, Any]) -> bool:
    """Accept every object."""
    return True


class TroubledLibrary:
    """`library`, but `before` and `after` are called around each write with its number, from 1.

    Items and collections that `is_accepted` says no to are refused.
    """

    def __init__(
        self,
        library: Library,
        *,
        before: Callable[[int], None] = nothing,
        after: Callable[[int], None] = nothing,
        is_accepted: Accepts = accepts,
    ) -> None:
        self._library = library
        self._before, self._after, self._is_accepted = before, after, is_accepted
        self.writes = 0

    @property
    def identity(self) -> str:
        return self._library.identity

    @property
    def former_identity(self) -> str:
        return self._library.former_identity

    def recognise(self, identity: str) -> None:
        self._library.recognise(identity)

    @property
    def instance(self) -> str:
        return self._library.instance

    @property
    def stored_keys(self) -> Mapping[str, str]:
        return self._library.stored_keys

    @property
    def is_read_only(self) -> bool:
        return self._library.is_read_only

    def version(self) -> int:
        return self._library.version()

    def token(self) -> str:
        return self._library.token()

    def read(self, since: Snapshot | None = None) -> Snapshot:
        return self._library.read(since)

    def outline(self, *, with_tags: bool = False) -> Outline:
        return self._library.outline(with_tags=with_tags)

    @property
    def lists_annotations(self) -> bool:
        return self._library.lists_annotations

    def annotations(
        self, snapshot: Snapshot, asked: Mapping[str, KnownAnnotations]
    ) -> dict[str, ItemAnnotations]:
        return self._library.annotations(snapshot, asked)

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        return self._library.fetch(keys)

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        return self._library.fetch_collections(keys)

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        taken = [item for item in items if self._is_accepted(item.key, item.data)]
        outcomes = {one.key: one for one in self._around(lambda: self._library.write(taken))}
        return [outcomes.get(item.key, Refused(item.key, 400, "too odd")) for item in items]

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        taken = [one for one in collections if self._is_accepted(one.key, {"name": one.name})]
        written = self._around(lambda: self._library.write_collections(taken))
        outcomes = {one.key: one for one in written}
        return [outcomes.get(one.key, Refused(one.key, 400, "too odd")) for one in collections]

    def _around(self, write: Callable[[], list[Outcome]]) -> list[Outcome]:
        self.writes += 1
        number = self.writes
        self._before(number)
        outcomes = write()
        self._after(number)
        return outcomes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._library.__exit__(kind, error, trace)


def troubled(
    world: World,
    *,
    before: Callable[[int], None] = nothing,
    after: Callable[[int], None] = nothing,
    is_accepted: Accepts = accepts,
) -> Workspace:
    """Return the workspace of `world` over its library with these troubles."""
    workspace = world.workspace()
    library = TroubledLibrary(
        workspace.library, before=before, after=after, is_accepted=is_accepted
    )
    return replace(workspace, library=library)
