"""The port: what every Zotero library promises, whichever backend stands behind it.

Objects are Zotero API v3 `data` objects (https://www.zotero.org/support/dev/web_api/v3/basics);
keys are eight characters of `23456789ABCDEFGHIJKLMNPQRSTUVWXYZ`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Sized
from dataclasses import field
from types import TracebackType
from typing import Any, Protocol, Self

from zoterodigest.core.values.annotation import ItemAnnotations
from zoterodigest.core.values.keys import ALPHABET
from zoterodigest.core.values.record import Collection as Collection
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.annotations import (
    AnnotationSource,
    KnownAnnotations,
    read_annotations,
)
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.outline import Outline, item_outline

KEY_ALPHABET = ALPHABET
BATCH_SIZE = 50
"""Objects a write request may hold at most (Web API v3: more is a 413 for the whole request)."""


def require_batch(objects: Sized) -> None:
    """Raise `ValueError`, a bug in the caller, if one write request cannot hold `objects`."""
    if len(objects) > BATCH_SIZE:
        raise ValueError(f"{len(objects)} objects in one write, {BATCH_SIZE} are the limit")


class BadLibrary(ZoterodigestError):
    """The library cannot be opened, read or written as a whole."""

    exit_code = 14


class LibraryReadOnly(BadLibrary):
    """The library can be read, but it refuses every write."""

    exit_code = 15


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """An item, note or attachment as the library stores it.

    `data` is its API `data` object without `key` and `version`; trashed items carry `deleted: 1`.
    `parsed_date` is how Zotero reads the item's date (`meta.parsedDate`); empty if the library does
    not report it. It follows from `data`, so items are compared without it.
    """

    key: str
    version: int
    data: Mapping[str, Any]
    parsed_date: str = field(default="", compare=False)

    @property
    def json(self) -> ItemJson:
        """What `data` says."""
        return ItemJson(self.data)

    @property
    def is_trashed(self) -> bool:
        """Whether the item itself lies in the trash."""
        return self.json.is_trashed


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole library at one version: items, notes and attachments, and collections.

    Trashed ones are included. All are sorted by key. `token` tells this state of the library from
    every other, also from others of the same version; "" if nothing does.
    """

    version: int
    items: tuple[LibraryItem, ...]
    collections: tuple[Collection, ...]
    token: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Written:
    """The object was created or changed; `version` is its new version."""

    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The object already was as asked; `version` is the one it has."""

    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Stale:
    """The object is not at the expected version (or exists already, or not at all): untouched."""

    key: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The library refused the object as it is (a bad field, a missing parent, too long).

    `data` names what the refusal is about, if the library says so (the parent that is missing).
    """

    key: str
    code: int
    message: str
    # Not compared: not every library says it.
    data: Mapping[str, Any] = field(default_factory=dict, compare=False)


Outcome = Written | Unchanged | Stale | Refused


def count_outcomes(outcomes: Sequence[Outcome]) -> str:
    """Return how many objects came to which outcome, as a log shows it: no word of them."""
    counts = Counter(type(one).__name__.lower() for one in outcomes)
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "nothing"


class Library(Protocol):
    """A Zotero library.

    Writes take objects whose `version` is the version they expect to overwrite: 0 creates (and is
    `Stale` if the key exists), n > 0 changes the given fields only and is `Stale` unless the object
    is at version n. There is one outcome for each object, in order; one object's failure does not
    touch the others. At most `BATCH_SIZE` objects a call: callers batch, parents before children.

    The library version rises by one for each object written, and an object has the library version
    of its own last write. What changes nothing is `Unchanged` and raises no version. Values come
    back as the library stores them: trimmed, empty fields absent, tags without doubles and sorted.
    A failure of the library as a whole raises `BadLibrary`. Then nothing of the call was written,
    or it is not known what was: over a network, the answer may be lost.

    A library may create an object under another key than the one asked for (see `stored_keys`).
    Outcomes name the key asked for. As long as the library is open, it accepts both keys for the
    object. What is read has the keys in the library.

    Libraries inherit from this class. What has a body here holds for most of them.
    """

    @property
    def identity(self) -> str:
        """The library's lasting identity, e.g. `embedded:5a1f…`, `user:123`, `group:45`."""

    @property
    def former_identity(self) -> str:
        """Another identity that it went by before its lasting one was known; else empty."""
        return ""

    def recognise(self, identity: str) -> None:
        """Go by `identity` as well: it was seen that this library is the one it stands for."""
        return  # a library that is known by one identity only has nothing to note

    @property
    def instance(self) -> str:
        """Which copy of the library this is, if there are several with versions of their own.

        Empty if there is only one.
        """
        return ""

    @property
    def stored_keys(self) -> Mapping[str, str]:
        """The keys of objects that were created under another key, by the one asked for.

        This includes what a killed run created. Empty if the library accepts every key.
        """
        return {}

    @property
    def is_read_only(self) -> bool:
        """Whether writes will be refused (a read-only file or folder)."""

    def version(self) -> int:
        """Return the library version: it rises with every change."""

    def token(self) -> str:
        """Return the token of the present state, as a snapshot of it has, with one request.

        It shows no API key, and changes with the key.
        """

    def read(self, since: Snapshot | None = None) -> Snapshot:
        """Return everything in the library, trashed objects too, at one version.

        `since` is what this library held earlier. What has not changed may be taken from it; the
        result is the same as without.

        A library that does not list its trashed collections leaves them out (the running Zotero):
        `fetch_collections` finds them by their keys.
        """

    def outline(self, *, with_tags: bool = False) -> Outline:
        """Return what a list shows of everything in the library, tags only `with_tags`."""
        snapshot = self.read()
        items = tuple(
            item_outline(item.key, item.data, with_tags=with_tags) for item in snapshot.items
        )
        return Outline(items, snapshot.collections)

    @property
    def lists_annotations(self) -> bool:
        """Whether it is certain that annotations are listed: an old Zotero lists none."""
        return False

    def annotations(
        self, snapshot: Snapshot, asked: Mapping[str, KnownAnnotations]
    ) -> dict[str, ItemAnnotations]:
        """Return the annotations of the items `asked` for, as `snapshot` of this library has them.

        Those on all attachments of an item count, in their order. `asked` names for each item the
        annotations that were seen earlier; of those that are missing now, the answer says why
        (`AnnotationAbsence`). Without missing ones nothing is requested.
        """
        source = AnnotationSource(self.identity, self.fetch, self.lists_annotations)
        return read_annotations(asked, snapshot.items, source)

    def fetch(self, keys: Sequence[str]) -> list[LibraryItem]:
        """Return the items with these keys as they are now, in key order, without the missing."""

    def fetch_collections(self, keys: Sequence[str]) -> list[Collection]:
        """Return the collections with these keys as `fetch` returns items, trashed ones too."""

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        """Create or change items; a field given as "" is cleared, one not given is kept.

        Lists (`creators`, `tags`, `collections`) and `relations` replace what stood there. Trash by
        `deleted: 1`, restore by `deleted: 0`; children keep their own mark. A
        child names its `parentItem`, which must exist.
        """

    def write_collections(self, collections: Sequence[Collection]) -> list[Outcome]:
        """Create, rename, move or trash collections; a parent must exist."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
