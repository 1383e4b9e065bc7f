"""The API keys of a server of ours: from the environment, the keyring, or the person."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

import typer

from zoterodigest.cli.base.screen import tell
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import WebAddress
from zoterodigest.library.keys import NoKeyring, store_key, stored_key

VARIABLE = "ZOTERODIGEST_SERVE_KEYS"

_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{8,256}")
_ID = re.compile(r"[1-9][0-9]{0,14}")
_SHAPE = f"Write {VARIABLE}=ID:KEY,ID:KEY with keys of 8 letters and digits or more."


class BadServeKeys(ZoterodigestError):
    """A server has no API key for a user, or what is given as one is none. Never says the key."""

    exit_code = 2


def keys_in(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the keys that `ZOTERODIGEST_SERVE_KEYS` gives, by user; raises `BadServeKeys`."""
    pairs = [pair.strip() for pair in environment.get(VARIABLE, "").split(",") if pair.strip()]
    keys = {}
    for place, pair in enumerate(pairs, 1):
        number, _, key = pair.partition(":")
        if not _ID.fullmatch(number) or not _KEY.fullmatch(key):
            raise BadServeKeys(f"pair {place} of {VARIABLE} is not ID:KEY", _SHAPE)
        keys[number] = key
    return keys


def key_for(address: WebAddress) -> str:
    """Return the key that the keyring keeps for a library we serve, else one the person gives.

    What is given is kept, where there is a keyring: clients of ours on this computer find it there.
    Raises `BadServeKeys` if nobody can be asked.
    """
    if kept := _kept(address):
        return kept
    if not sys.stdin.isatty():
        raise BadServeKeys(f"there is no API key for user {address.number}", _SHAPE)
    key = str(
        typer.prompt(f"API key for user {address.number} (make one up)", hide_input=True, err=True)
    )
    if not _KEY.fullmatch(key):
        raise BadServeKeys("an API key has 8 signs or more, without blanks and commas", _SHAPE)
    try:
        store_key(address.identity, key)
    except NoKeyring:
        tell([f"There is no keyring to keep it in; {VARIABLE} spares the question."])
    return key


def _kept(address: WebAddress) -> str:
    try:
        return stored_key(address)
    except NoKeyring:
        return ""
