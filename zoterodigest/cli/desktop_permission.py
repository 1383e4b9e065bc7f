"""The run of `auth desktop`: the person lets us write into the Zotero on this computer."""

from __future__ import annotations

from zoterodigest.cli import network
from zoterodigest.cli.screen import emit, hanging
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.wire import Wire
from zoterodigest.library.web.trouble import KeyRefused


def run(action: str, address: DesktopAddress, *, with_key_file: bool) -> None:
    """Ask, tell or forget whether zoterodigest may write; raises what the library raises.

    With `with_key_file` the key is kept in a file of the user's, where there is no keyring.
    """
    wire = Wire(address, network.access(), waits_for_start=not action)
    try:
        match action:
            case "status":
                _require_accepted(wire)
                emit(_status(wire.instance))
            case "remove":
                emit(_removed(wire.instance))
            case _:
                if with_key_file and not network.keeps_local_keys():
                    network.key_file().create()
                if not _is_accepted(wire):
                    wire.ask()
                emit(_status(wire.instance))
    finally:
        wire.close()


def _is_accepted(wire: Wire) -> bool:
    """Tell whether there is a key that Zotero accepts: to ask again would leave one more there."""
    key = network.local_key_of(wire.instance)
    return bool(key) and wire.accepts(key)


def _require_accepted(wire: Wire) -> None:
    if network.local_key_of(wire.instance) and not _is_accepted(wire):
        raise KeyRefused(
            "Zotero no longer accepts the key of zoterodigest: its permission was withdrawn",
            "The next write asks again in Zotero; `zoterodigest auth desktop` asks now.",
        )


def _status(instance: str) -> list[str]:
    place = network.place_of_local_key(instance)
    if place:
        return hanging("", f"Zotero lets zoterodigest write: its key is {place}.")
    return ["Zotero runs, and asks before each write: no key is kept on this computer."]


def _removed(instance: str) -> list[str]:
    place = network.place_of_local_key(instance)
    if not network.remove_local_key(instance):
        return ["No key of this Zotero is kept on this computer."]
    return [
        *hanging("", f"The key of this Zotero is no longer {place}."),
        "It is still valid: Zotero's settings, under Advanced, clear such permissions.",
    ]
