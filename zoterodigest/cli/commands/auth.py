"""The command `auth`: ask for an API key, see what it opens, keep it. Nothing prints a key."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from getpass import getpass
from pathlib import Path

from zoterodigest.cli.base import network
from zoterodigest.cli.base.folders import cache_folder
from zoterodigest.cli.base.network import ENVIRONMENT_KEY
from zoterodigest.cli.base.options import argument, command, flag
from zoterodigest.cli.base.screen import emit, hanging, tell, visible
from zoterodigest.cli.base.talk import busy, countdown
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.access import Access
from zoterodigest.library.address import (
    ZOTERO_ORG,
    BadAddress,
    DesktopAddress,
    WebAddress,
    is_meant_as_address,
    parse_address,
)
from zoterodigest.library.api_keys import remove_key, store_key
from zoterodigest.library.desktop.dialect import DesktopSession, desktop_session, instance_of
from zoterodigest.library.desktop.permission import accepts
from zoterodigest.library.http.trouble import KeyRefused
from zoterodigest.library.web.cache import forget_all
from zoterodigest.library.web.dialect import Rights, is_api_key, key_taken, rights_of
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.walks import find_project


@command(
    "words key_file",
    epilog="Next: `library` in zoterodigest.toml, or --library, names the library.",
)
def auth(
    words: Sequence[str] = argument("[status|remove] [LIBRARY]", ()),
    key_file: bool = flag(
        "--key-file",
        "With desktop, without a keyring: keep the key in a file that only you can read.",
    ),
) -> None:
    """Keep an API key in the keyring of this system.

    auth shows where zotero.org gives a key, asks for it without showing it, checks what it opens,
    and keeps it. `auth status` shows what the key opens. `auth remove` deletes it from the
    keyring.

    A key of zotero.org is for all libraries there. With LIBRARY (user:ID, group:ID,
    https://HOST/users/ID) it is for that library only. Without a keyring, set ZOTERO_API_KEY in
    the environment. A key is never an argument; it may come from standard input.

    `auth desktop` asks the running Zotero for permission to write. Zotero shows a dialog and gives
    a key, which goes into the keyring. Without a keyring, --key-file keeps it in a file outside
    your projects that only you can read.

    \b
    Examples:
      zoterodigest auth
      zoterodigest auth status group:45
      zoterodigest auth desktop
      zoterodigest auth desktop --key-file
      pass show zotero | zoterodigest auth user:123
    """
    action = words[0] if words and words[0] in _ACTIONS else ""
    rest = words[bool(action) :]
    # Before anything parses the word: an error message must never quote a key.
    if rest and is_api_key(rest[0]) and not is_meant_as_address(rest[0]):
        raise BadKey(
            "an API key is never an argument: others can read it there",
            "Run `zoterodigest auth` and give it when asked; delete this one, if it is one, at"
            " zotero.org/settings/keys.",
        )
    if len(rest) > 1:
        raise BadAddress(" ".join(rest), "one library at a time")
    if rest and isinstance(local := parse_address(rest[0]), DesktopAddress):
        _permit(action, local, with_key_file=key_file)
        return
    if key_file:
        raise BadKey(
            "only the key of the Zotero on this computer is kept in a file",
            f"Run `zoterodigest auth desktop --key-file`; for zotero.org use {ENVIRONMENT_KEY}.",
        )
    address = _named(rest[0]) if rest else _ALL
    match action:
        case "status":
            _show_status(address if rest else _of_project())
        case "remove":
            _remove(address)
        case _:
            _take(address)


_NEW_KEY = (
    "https://www.zotero.org/settings/keys/new"
    "?name=zoterodigest&library_access=1&notes_access=1&write_access=1&all_groups=write"
)
_ACTIONS = ("status", "remove")


class BadKey(ZoterodigestError):
    """What was given is no API key, or none that opens the library; it was not kept."""

    exit_code = 19


_ALL = WebAddress(ZOTERO_ORG, "user", 0)
"""All libraries at zotero.org, which share a key: the numbers of its users begin with 1."""


def _key_name(address: WebAddress) -> str:
    """Return the name of the key in the keyring: of one library, or of all at zotero.org."""
    return address.server if address == _ALL else address.identity


def _named(text: str) -> WebAddress:
    address = parse_address(text)
    if not isinstance(address, WebAddress):
        raise BadAddress(text, "only libraries at zotero.org or another server have API keys")
    return address


def _of_project() -> WebAddress:
    """Return the library of the project of the current folder, `_ALL` if it needs no key."""
    config = find_project(Path())
    named = ProjectFolder.load(config).configuration.library if config else ""
    text = named or network.library_in(os.environ)
    address = parse_address(text) if text else _ALL
    return address if isinstance(address, WebAddress) else _ALL


def _take(address: WebAddress) -> None:
    """Ask for a key, look what it opens, and keep it."""
    if address.url == ZOTERO_ORG and sys.stdin.isatty():
        tell(["zotero.org gives you a key at", f"  {_NEW_KEY}"])
        tell(hanging("", "Leave library, notes and write access checked, save it, and copy it."))
    key = _asked_for()
    rights = _rights(address, key)
    emit(_rights_text(rights, address))
    if address != _ALL and not rights.may_read(address):
        raise BadKey(
            f"this key does not open {address.identity}, so it was not kept",
            "Give it access to that library, or take the key of an account that has it.",
        )
    store_key(_key_name(address), key)
    folder = cache_folder()
    if folder is not None:
        # What another key has read may be more than this key may see.
        forget_all(folder)
    emit([f"It is kept in the keyring of this system, as zoterodigest, {_key_name(address)}."])
    if os.environ.get(ENVIRONMENT_KEY):
        tell([f"{ENVIRONMENT_KEY} is set, and goes before it."])


def _asked_for() -> str:
    """Return the key that the person types, unseen, or that standard input holds."""
    is_asked = sys.stdin.isatty()
    given = getpass("API key (it is not shown): ") if is_asked else sys.stdin.readline()
    key = given.strip()
    if not key and not is_asked:
        raise BadKey(
            "there is no terminal to ask for an API key, and standard input is empty",
            "Run `zoterodigest auth` at a terminal, or pipe the key into it:"
            f" `pass show zotero | zoterodigest auth`. Without a keyring, set {ENVIRONMENT_KEY}.",
        )
    if not is_api_key(key):
        raise BadKey("this is no API key", "A key of zotero.org has 24 letters and digits.")
    return key


def _rights(address: WebAddress, key: str) -> Rights:
    with busy(f"Asking {visible(address.server)} what the key opens"):
        try:
            return rights_of(address, Access(lambda _: key, None, countdown))
        except KeyRefused as error:
            raise BadKey(
                f"{address.server} knows no such API key", "Copy it again, or make a new one."
            ) from error


def _rights_text(rights: Rights, address: WebAddress) -> Iterator[str]:
    """Yield whose key it is and what it opens."""
    yield f"The key is of {visible(rights.name) or 'user'} (user:{rights.user}). It opens"
    own = WebAddress(address.url, "user", rights.user)
    opened = [own, *(WebAddress(own.url, "group", number) for number in rights.groups)]
    if address not in (_ALL, *opened):
        opened.append(address)
    yield from (f"  {one.identity:<14} {_access(rights, one)}" for one in opened)
    if rights.opens_all_groups:
        yield f"  {'every group':<14} {_words(rights.may_write_all_groups, sees_notes=True)}"


def _access(rights: Rights, address: WebAddress) -> str:
    if not rights.may_read(address):
        return "not at all"
    return _words(rights.may_write(address), sees_notes=rights.sees_notes(address))


def _words(may_write: bool, *, sees_notes: bool) -> str:
    notes = "" if sees_notes else ", but not its notes: it cannot be used like this"
    return ("to read and write" if may_write else "to read only: pull works, push does not") + notes


def _show_status(address: WebAddress) -> None:
    key, origin = network.key_and_origin(address)
    if not key:
        raise KeyRefused(
            f"there is no API key for {_key_name(address)} on this machine",
            f"{key_taken('' if address == _ALL else address.identity)}.",
        )
    emit([f"There is an API key for {_key_name(address)}, from {origin}."])
    emit(_rights_text(_rights(address, key), address))


def _remove(address: WebAddress) -> None:
    if remove_key(_key_name(address)):
        emit([f"The API key for {_key_name(address)} is no longer in the keyring."])
        emit(["It is still valid: zotero.org/settings/keys deletes it for good."])
    else:
        emit([f"The keyring holds no API key for {_key_name(address)}."])


def _permit(action: str, address: DesktopAddress, *, with_key_file: bool) -> None:
    """Ask for, show or remove the permission to write into the Zotero on this computer.

    `with_key_file` stores the key in a file if there is no keyring. Raises what the library raises.
    """
    with closing(desktop_session(address, network.access())) as session:
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
    """Return whether Zotero accepts a stored key: each question leaves one more key in Zotero."""
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
