"""The command `serve`: a library on a port of this computer until the person ends it."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import typer

from zoterodigest import __version__
from zoterodigest.cli.base.network import access
from zoterodigest.cli.base.options import Invocation, command, option
from zoterodigest.cli.base.projects import library_here
from zoterodigest.cli.base.screen import emit, tell, tell_error
from zoterodigest.cli.base.talk import busy
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import WebAddress
from zoterodigest.library.api_keys import NoKeyring, store_key, stored_key
from zoterodigest.library.connect import connect
from zoterodigest.library.port import Library
from zoterodigest.library.server import LOOPBACK, Listener, listener
from zoterodigest.library.server.site import user_at
from zoterodigest.regex import lazy_regex

DEFAULT_PORT = 23120
"""Beside that of the running Zotero."""


@command("address port users groups")
def serve(
    asked: Invocation,
    port: int = option(
        "--port N", "The port; 0 chooses a free one.", DEFAULT_PORT, shown=True, min=0, max=65535
    ),
    users: Sequence[str] = option(
        "--user ID[=ADDRESS]",
        "Serve it as the library of this user. Repeatable.",
        (),
        shown="those of ZOTERODIGEST_SERVE_KEYS, else 1",
    ),
    groups: Sequence[str] = option(
        "--group ID[=ADDRESS]",
        "Serve it as the library of this group, open to every user. Repeatable.",
        (),
    ),
) -> None:
    """Serve a library to other Zotero clients.

    serve speaks Zotero's Web API v3, on this computer only. pyzotero and other clients of
    zotero.org can then use the trial library. Press Ctrl-C to end it. All users and groups share
    one library, unless you give one its own ADDRESS.

    Each user has an API key, from ZOTERODIGEST_SERVE_KEYS=ID:KEY,... or from the keyring. At a
    terminal, serve asks for it. A key is never an argument: others could read it there.

    \b
    Examples:
      zoterodigest serve
      zoterodigest serve --library embedded:papers.sqlite --port 8080
      zoterodigest serve --user 1 --user 2=embedded:other.sqlite --group 7
    """
    known = keys_in(os.environ)
    users = users or sorted(known, key=int) or ["1"]
    offers = {**_offers("users", users), **_offers("groups", groups)}
    keys = {path: _key(user, known, port) for path in offers if (user := user_at(path))}
    with (
        _libraries(asked.address, offers) as libraries,
        bound(lambda: _listening(libraries, keys, port), port) as listening,
    ):
        places = ", ".join(f"{listening.url}/{path}" for path in libraries)
        emit([f"Serving {places} (Ctrl-C ends it)"])
        # Ctrl-C is how a person ends the server, so it is no error.
        with suppress(KeyboardInterrupt):
            listening.serve_forever()


def _listening(libraries: Mapping[str, Library], keys: Mapping[str, str], port: int) -> Listener:
    with busy("Reading the library"):
        return listener(libraries, keys, port, report=report_bug)


_OFFER = lazy_regex(r"([1-9][0-9]{0,14})(?:=(.+))?", re.S)

Offers = Mapping[str, str]
"""The address of a library by its path on the server, "" for the one that all share."""


class BadOffer(ZoterodigestError):
    """An offer is not ID or ID=ADDRESS."""

    exit_code = 2


class PortTaken(ZoterodigestError):
    """Another program listens on the port, or the system does not give it to us."""

    exit_code = 24

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(f"port {port} cannot be used: {reason}", "--port 0 takes a free one.")
        self.port = port


def _offers(kind: str, texts: Sequence[str]) -> Offers:
    offers = {}
    for text in texts:
        found = _OFFER.fullmatch(text)
        if found is None:
            raise BadOffer(f"{text!r} is not ID or ID=ADDRESS", "An ID is a number, for example 1.")
        offers[f"{kind}/{found[1]}"] = found[2] or ""
    return offers


def _key(number: str, known: Mapping[str, str], port: int) -> str:
    address = WebAddress(f"http://{LOOPBACK}:{port}", "user", int(number))
    return known.get(number) or key_for(address)


@contextmanager
def _libraries(address: str, offers: Offers) -> Iterator[dict[str, Library]]:
    """Open each library that is offered, once, and give them by path."""
    shared, base = library_here(address)
    reaching = access()
    with ExitStack() as opened:
        found: dict[str, Library] = {}
        # Offers of one address share one open library: each sees what the others write.
        for named in dict.fromkeys(offers.values()):
            place = (named, Path()) if named else (shared, base)
            library = connect(place[0], base=place[1], access=reaching)
            found[named] = opened.enter_context(library)
        yield {path: found[named] for path, named in offers.items()}


@contextmanager
def bound(made: Callable[[], Listener], port: int) -> Iterator[Listener]:
    """Give the listener that `made` returns, and close it; raises `PortTaken`."""
    try:
        listening = made()
    except OSError as error:
        raise PortTaken(port, error.strerror or "it is refused") from error
    try:
        yield listening
    finally:
        listening.server_close()


def report_bug(error: Exception) -> None:
    """Report a request that failed by a bug; the server goes on with the others."""
    if os.environ.get("ZOTERODIGEST_DEBUG"):
        traceback.print_exception(error)
    name = type(error).__name__
    tell_error(f"a request failed by a bug in zoterodigest {__version__} ({name})")


VARIABLE = "ZOTERODIGEST_SERVE_KEYS"

_KEY = lazy_regex(r"[\x21-\x2b\x2d-\x7e]{8,256}")
_ID = lazy_regex(r"[1-9][0-9]{0,14}")
_SHAPE = f"Write {VARIABLE}=ID:KEY,ID:KEY with keys of 8 letters and digits or more."


class BadServeKeys(ZoterodigestError):
    """A user has no API key, or the given one is malformed. The message never quotes it."""

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
    """Return the keyring's key for a served library, else ask the person for one.

    A given key is stored in the keyring, where zoterodigest finds it as a client too.
    Raises `BadServeKeys` if no person can be asked.
    """
    with suppress(NoKeyring):
        if kept := stored_key(address):
            return kept
    if not sys.stdin.isatty():
        raise BadServeKeys(f"there is no API key for user {address.number}", _SHAPE)
    question = f"API key for user {address.number} (make one up)"
    key = str(typer.prompt(question, hide_input=True, err=True))
    if not _KEY.fullmatch(key):
        raise BadServeKeys("an API key has 8 signs or more, without blanks and commas", _SHAPE)
    try:
        store_key(address.identity, key)
    except NoKeyring:
        tell([f"There is no keyring to keep it in; {VARIABLE} spares the question."])
    return key
