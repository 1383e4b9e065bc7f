"""The run of `auth desktop`: the person lets us write into the Zotero on this computer."""

from __future__ import annotations

from contextlib import closing

from zoterodigest.cli.base import network
from zoterodigest.cli.base.screen import emit, hanging
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.dialect import DesktopSession, desktop_session, instance_of
from zoterodigest.library.desktop.permission import accepts
from zoterodigest.library.http.trouble import KeyRefused


def run(action: str, address: DesktopAddress, *, with_key_file: bool) -> None:
    """Ask, tell or forget whether zoterodigest may write; raises what the library raises.

    With `with_key_file` the key is kept in a file of the user's, where there is no keyring.
    """
    opened = desktop_session(address, network.access(), waits_for_start=not action)
    with closing(opened) as session:
        instance = instance_of(session)
        match action:
            case "status":
                _require_accepted(session)
                emit(_status(instance))
            case "remove":
                emit(_removed(instance))
            case _:
                if with_key_file and not network.keeps_local_keys():
                    network.key_file().create()
                if not _is_accepted(session):
                    session.dialect.permission.ask(session, instance)
                emit(_status(instance))


def _is_accepted(session: DesktopSession) -> bool:
    """Tell whether there is a key that Zotero accepts: to ask again would leave one more there."""
    key = network.local_key_of(instance_of(session))
    return bool(key) and accepts(session, key)


def _require_accepted(session: DesktopSession) -> None:
    if network.local_key_of(instance_of(session)) and not _is_accepted(session):
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
