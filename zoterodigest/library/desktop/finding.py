"""Finding again what Zotero created when its answer was lost, or the run was killed that asked."""

from __future__ import annotations

from collections.abc import Iterable

from zoterodigest.library.desktop.kept import Sent
from zoterodigest.library.desktop.objects import COLLECTIONS, ITEMS, Kind, Thing
from zoterodigest.library.desktop.reading import read_since, read_version
from zoterodigest.library.desktop.wire import Wire

_LOOKS = 10
"""How often the library's version is read until it stands still."""


def await_stillness(wire: Wire, since: int) -> None:
    """Return when the library stands still: Zotero may yet be at work on what we sent."""
    before = read_version(wire, since)
    for _ in range(_LOOKS):
        wire.rest()
        now = read_version(wire, since)
        if now == before:
            return
        before = now


def found_again(
    wire: Wire, kind: Kind[Thing], sent: Sent, taken: Iterable[str] = ()
) -> dict[str, Thing]:
    """Return the objects that were created of what was `sent`, by the key asked for.

    Only what came since and holds all that was sent is taken for ours, each object once, and none
    with a key in `taken`.
    """
    left = [one for one in read_since(wire, kind, sent.since) if one.key not in taken]
    found: dict[str, Thing] = {}
    for asked, body in sent.bodies.items():
        wanted = kind.sent(asked, body)
        match = next((one for one in left if kind.is_written(wanted, one)), None)
        if match is not None:
            found[asked] = match
            left.remove(match)
    return found


def keys_found_again(wire: Wire, sent: Sent) -> dict[str, str]:
    """Return the keys of what was created of what a killed run had `sent`, by the one asked for."""
    await_stillness(wire, sent.since)
    if sent.path == ITEMS.path:
        return {asked: one.key for asked, one in found_again(wire, ITEMS, sent).items()}
    return {asked: one.key for asked, one in found_again(wire, COLLECTIONS, sent).items()}
