"""The run of `auth desktop`: the person lets us write into the Zotero on this computer."""

from __future__ import annotations

from zoterodigest.cli import network
from zoterodigest.cli.screen import emit
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.wire import Wire
from zoterodigest.library.keys import local_name, remove_key


def run(action: str, address: DesktopAddress) -> None:
    """Ask, tell or forget whether zoterodigest may write; raises what the library raises."""
    wire = Wire(address, network.access())
    try:
        match action:
            case "status":
                emit([_status(wire.instance)])
            case "remove":
                emit(_removed(wire.instance))
            case _:
                wire.ask()
                emit([_status(wire.instance)])
    finally:
        wire.close()


def _status(instance: str) -> str:
    if network.local_key_of(instance):
        return "Zotero lets zoterodigest write: its key is in the keyring of this system."
    return "Zotero runs, and asks before each write: no key to keep is in the keyring."


def _removed(instance: str) -> list[str]:
    if not remove_key(local_name(instance)):
        return ["The keyring holds no key of this Zotero."]
    return [
        "The key of this Zotero is no longer in the keyring.",
        "It is still valid: Zotero's settings, under Advanced, clear such permissions.",
    ]
