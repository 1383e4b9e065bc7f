"""Reading a library of the running Zotero: all of it, which is quick, or some objects.

If an answer was lost or a run was killed, the objects that Zotero created are found again here.
"""

from __future__ import annotations

import logging
from collections.abc import Collection as Keys
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from zoterodigest.library.desktop.dialect import NEWEST, DesktopSession
from zoterodigest.library.desktop.objects import SentObjects, thing_sent
from zoterodigest.library.http.objects import COLLECTIONS, ITEMS, ObjectKind, Thing
from zoterodigest.library.http.patience import Answer
from zoterodigest.library.http.reading import (
    object_of,
    objects_of,
    read_both,
    read_by_key,
    read_version,
)
from zoterodigest.library.port import Snapshot
from zoterodigest.library.rules.values import is_key

_LOG = logging.getLogger(__name__)

_LOOKS = 10
"""How often the library's version is read until it stands still."""


def read_desktop(session: DesktopSession) -> tuple[Snapshot, int]:
    """Return all that the library holds now, and the account that it tells (0: none)."""
    version, items, collections = read_both(session)
    by_key = attrgetter("key")
    found = sorted(objects_of(session, ITEMS, items), key=by_key)
    folders = sorted(objects_of(session, COLLECTIONS, collections), key=by_key)
    snapshot = Snapshot(version, tuple(found), tuple(folders))
    return snapshot, _account_in(items) or _account_in(collections) or 0


def read_with_trashed(
    session: DesktopSession, kind: ObjectKind[Thing], keys: Keys[str]
) -> dict[str, Thing]:
    """Return the objects with these keys, by key, trashed ones too, without the missing."""
    found = read_by_key(session, kind, keys)
    # A list never shows what is asked for by key and lies in the trash, `includeTrashed` or not:
    # what it leaves out is asked for alone.
    for key in sorted({key for key in keys if is_key(key)} - found.keys()):
        if (answer := session.find(f"{kind.path}/{key}")) is not None:
            found[key] = object_of(session, kind, answer.body)
    return found


def read_newest(session: DesktopSession) -> Answer:
    """Return the item edited last, with the library's version; with one request."""
    is_first = session.dialect.greeting is None
    session.dialect.greet(session)
    greeting = session.dialect.greeting
    return greeting if is_first and greeting else session.get("items", **NEWEST)


def read_account(session: DesktopSession, *, ask: bool) -> int:
    """Return the person's number at zotero.org; 0 if nothing in the library tells it.

    The first answer may tell; only with `ask` it is looked for in further ones.
    """
    session.dialect.greet(session)
    greeting = session.dialect.greeting
    account = _account_in(greeting) if greeting else None
    for path in ("items", "collections") if ask else ():
        if account is not None:
            break
        account = _account_in(session.get(path, limit=1, includeTrashed=1))
    return account or 0


def _account_in(answer: Answer) -> int | None:
    """Return the number that an answer's first object tells; None if it holds none."""
    match answer.body:
        case [{"library": {"type": "user", "id": int(number)}}, *_]:
            return number
        case _:
            return None


def await_stillness(session: DesktopSession, since: int) -> None:
    """Return when the library stands still: Zotero may yet be at work on what we sent."""
    before = read_version(session, since)
    for _ in range(_LOOKS):
        session.access.wait(1.0, "Zotero may still be at work")
        now = read_version(session, since)
        if now == before:
            return
        before = now


def found_again(
    session: DesktopSession, kind: ObjectKind[Thing], sent: SentObjects, taken: Iterable[str] = ()
) -> dict[str, Thing]:
    """Return the objects that were created of what was `sent`, by the key asked for.

    An object counts if it is newer than the request and holds all that was sent. Each object counts
    once. Objects with a key in `taken` don't count.
    """
    answer = session.get(kind.path, since=sent.since, includeTrashed=1)
    objects = (one for one in objects_of(session, kind, answer) if one.key not in taken)
    left = sorted(objects, key=lambda one: (one.version, one.key))
    found: dict[str, Thing] = {}
    for asked, body in sent.bodies.items():
        wanted = thing_sent(kind, asked, body)
        match = next((one for one in left if kind.is_written(wanted, one)), None)
        if match is not None:
            found[asked] = match
            left.remove(match)
    _LOG.info("Zotero had created %d of %d %s", len(found), len(sent.bodies), kind.path)
    return found


def keys_found_again(session: DesktopSession, sent: SentObjects) -> dict[str, str]:
    """Return the keys of what was created of what a killed run had `sent`, by the one asked for."""
    await_stillness(session, sent.since)
    kind: ObjectKind[Any] = ITEMS if sent.path == ITEMS.path else COLLECTIONS
    return {asked: one.key for asked, one in found_again(session, kind, sent).items()}
