"""Reading objects of a library, by their keys or all at one version, and what a run knows."""

from __future__ import annotations

from collections.abc import Collection as Keys
from collections.abc import Mapping
from dataclasses import field
from typing import Any, cast

from zoterodigest.frozen import dataclass
from zoterodigest.library.http.objects import ITEMS, NotAnObject, ObjectKind, Thing
from zoterodigest.library.http.patience import Answer
from zoterodigest.library.http.session import Session
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.rules.values import is_key

_KEYS = 50
"""Keys in a request at most (https://www.zotero.org/support/dev/web_api/v3/basics)."""

_TRIES = 3
"""How often both lists are read until they are of one version: who writes on is not outwaited."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Which objects a library holds at one version of it, each with its own version.

    `tag` is the entity tag of the answer that told the version; "" if there was none.
    """

    version: int
    items: Mapping[str, int]
    collections: Mapping[str, int]
    tag: str = field(default="", compare=False)


@dataclass
class KnownObjects:
    """What is known of a library: its listing (None: never listed), and objects as last seen."""

    listing: Listing | None = None
    items: dict[str, LibraryItem] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)

    def of(self, kind: ObjectKind[Thing]) -> dict[str, Thing]:
        """Return the objects of this kind by key: what is put there is known."""
        known: dict[str, Any] = self.items if kind.path == ITEMS.path else self.collections
        return cast("dict[str, Thing]", known)


def version_of(session: Session[Any], answer: Answer) -> int:
    """Return the library's version that an answer tells."""
    if answer.version is None:
        raise session.dialect.garbled()
    return answer.version


def read_version(session: Session[Any], since: int) -> int:
    """Return the library's version; few of its objects have changed since the one given."""
    return version_of(session, versions_since(session, since))


def versions_since(session: Session[Any], since: int) -> Answer:
    """Return the answer that lists the versions of the items that have changed since a version."""
    return session.get("items", format="versions", since=since, includeTrashed=1)


def read_both(session: Session[Any], **params: str) -> tuple[int, Answer, Answer]:
    """Return all items and all collections, and their version: trashed items too.

    Both are of one version if the library stands still. If it does not, the lower version counts:
    what came later is then found the next time.
    """
    for _ in range(_TRIES):
        items = session.get("items", includeTrashed=1, **params)
        collections = session.get("collections", includeTrashed=1, **params)
        versions = {version_of(session, answer) for answer in (items, collections)}
        if len(versions) == 1:
            break
    # The lower one: a version that is too low costs a request, one that is too high hides an edit.
    return min(versions), items, collections


def read_by_key(
    session: Session[Any], kind: ObjectKind[Thing], keys: Keys[str], **params: int
) -> dict[str, Thing]:
    """Return the objects with these keys as lists show them, by key, without the missing."""
    found: dict[str, Thing] = {}
    # Without one valid key the API would return everything.
    valid = sorted({key for key in keys if is_key(key)})
    for start in range(0, len(valid), _KEYS):
        batch = valid[start : start + _KEYS]
        named: dict[str, Any] = {kind.parameter: ",".join(batch), **params}
        answer = session.get(kind.path, **named)
        # The running Zotero sends children along with their parents.
        found |= {one.key: one for one in objects_of(session, kind, answer) if one.key in batch}
    return found


def objects_of(session: Session[Any], kind: ObjectKind[Thing], answer: Answer) -> list[Thing]:
    """Return the objects that an answer lists; raise if it lists anything else."""
    if not isinstance(answer.body, list):
        raise session.dialect.garbled()
    return [object_of(session, kind, sent) for sent in answer.body]


def object_of(session: Session[Any], kind: ObjectKind[Thing], sent: Any) -> Thing:
    """Return the object that the server sent; raise if it sent something else."""
    try:
        return kind.parse(sent)
    except NotAnObject as error:
        raise session.dialect.garbled() from error
