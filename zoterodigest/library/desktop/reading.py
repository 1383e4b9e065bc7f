"""Reading a library of the running Zotero: whole, as it is quick, or some objects of it."""

from __future__ import annotations

from collections.abc import Collection as Keys
from typing import Any

from zoterodigest.library.desktop.objects import COLLECTIONS, ITEMS, Kind, Thing
from zoterodigest.library.desktop.trouble import garbled
from zoterodigest.library.desktop.wire import Wire
from zoterodigest.library.port import Snapshot
from zoterodigest.library.rules import is_key
from zoterodigest.library.web.objects import NotAnObject
from zoterodigest.library.web.patience import Answer

_KEYS = 50
"""Keys in a request at most."""

_TRIES = 3
"""How often both lists are read until they are of one version."""


def read_version(wire: Wire, since: int) -> int:
    """Return the library's version; few of its objects have changed since the one given."""
    return version_of(wire.read("items", format="versions", since=since, includeTrashed=1))


def read_all(wire: Wire) -> tuple[Snapshot, int]:
    """Return all that the library holds now, and the account that it tells (0: none).

    If somebody keeps writing, the lower version counts: what came later is then found next time.
    """
    for _ in range(_TRIES):
        items = wire.read("items", includeTrashed=1)
        collections = wire.read("collections", includeTrashed=1)
        versions = {version_of(answer) for answer in (items, collections)}
        if len(versions) == 1:
            break
    snapshot = Snapshot(
        min(versions),
        tuple(sorted(_objects(ITEMS, items), key=lambda one: one.key)),
        tuple(sorted(_objects(COLLECTIONS, collections), key=lambda one: one.key)),
    )
    return snapshot, _account_in(items) or _account_in(collections) or 0


def read_some(wire: Wire, kind: Kind[Thing], keys: Keys[str]) -> dict[str, Thing]:
    """Return the objects with these keys, by key, trashed ones too, without the missing.

    Without one valid key the API would return everything; children come with their parents. A list
    never shows what is asked for by key and lies in the trash, `includeTrashed` or not: what it
    leaves out is asked for alone.
    """
    valid = sorted({key for key in keys if is_key(key)})
    found = read_live(wire, kind, valid)
    for key in valid:
        if key not in found and (answer := wire.find(f"{kind.path}/{key}")) is not None:
            found[key] = _object(kind, answer.body)
    return found


def read_live(wire: Wire, kind: Kind[Thing], keys: Keys[str]) -> dict[str, Thing]:
    """Return the objects with these keys that are not in the trash, by key."""
    found: dict[str, Thing] = {}
    valid = sorted({key for key in keys if is_key(key)})
    for start in range(0, len(valid), _KEYS):
        batch = valid[start : start + _KEYS]
        answer = wire.read(kind.path, **{kind.parameter: ",".join(batch)})
        found |= {one.key: one for one in _objects(kind, answer) if one.key in batch}
    return found


def read_since(wire: Wire, kind: Kind[Thing], since: int) -> list[Thing]:
    """Return the objects that were written after the library was at `since`, oldest first."""
    answer = wire.read(kind.path, since=since, includeTrashed=1)
    return sorted(_objects(kind, answer), key=lambda one: (one.version, one.key))


def read_account(wire: Wire, *, ask: bool) -> int:
    """Return the person's number at zotero.org; 0 if nothing in the library tells it.

    The first answer may tell; only with `ask` it is looked for in further ones.
    """
    account = _account_in(wire.greeting)
    for path in ("items", "collections") if ask else ():
        if account is not None:
            break
        account = _account_in(wire.read(path, limit=1, includeTrashed=1))
    return account or 0


def _account_in(answer: Answer) -> int | None:
    """Return the number that an answer's first object tells; None if it holds none."""
    match answer.body:
        case [{"library": {"type": "user", "id": int(number)}}, *_]:
            return number
        case _:
            return None


def version_of(answer: Answer) -> int:
    """Return the library's version that an answer tells."""
    if answer.version is None:
        raise garbled()
    return answer.version


def _objects(kind: Kind[Thing], answer: Answer) -> list[Thing]:
    sent: Any = answer.body
    if not isinstance(sent, list):
        raise garbled()
    return [_object(kind, one) for one in sent]


def _object(kind: Kind[Thing], sent: Any) -> Thing:
    try:
        return kind.parse(sent)
    except NotAnObject as error:
        raise garbled() from error
