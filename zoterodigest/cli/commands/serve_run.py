"""`serve`: a library offered on a port of this computer until the person ends it."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from zoterodigest import __version__
from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.outside import loaded
from zoterodigest.cli.base.screen import emit, tell_error
from zoterodigest.cli.commands.serve_keys import key_for, keys_in
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import WebAddress
from zoterodigest.library.connect import connect
from zoterodigest.library.port import Library
from zoterodigest.library.server import LOOPBACK, Listener, listener
from zoterodigest.library.server.site import user_at
from zoterodigest.project.layout import Project, find_project
from zoterodigest.sync.gathering.workspace import library_meant

_OFFER = re.compile(r"([1-9][0-9]{0,14})(?:=(.+))?", re.S)

Offers = Mapping[str, str]
"""The address of a library by its path on the server, "" for the one that all share."""


class BadOffer(ZoterodigestError):
    """What is to be served is not named as ID or ID=ADDRESS."""

    exit_code = 2


class PortTaken(ZoterodigestError):
    """Another program listens on the port, or the system does not give it to us."""

    exit_code = 24

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(f"port {port} cannot be used: {reason}", "--port 0 takes a free one.")
        self.port = port


def serve(address: str, port: int, users: Sequence[str], groups: Sequence[str]) -> None:
    """Serve the library at `address` until Ctrl-C; raises `BadOffer`, `BadServeKeys`, `PortTaken`.

    `users` and `groups` are ID or ID=ADDRESS; without users, they are those that have a key in the
    environment, else user 1.
    """
    known = keys_in(os.environ)
    offers = {
        **_offers("users", users or sorted(known, key=int) or ["1"]),
        **_offers("groups", groups),
    }
    keys = {path: _key(user, known, port) for path in offers if (user := user_at(path))}
    with _libraries(address, offers) as libraries, _bound(libraries, keys, port) as listening:
        places = ", ".join(f"{listening.url}/{path}" for path in libraries)
        emit([f"Serving {places} (Ctrl-C ends it)"])
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            return


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
    start = Path()
    meaning = chosen(address)
    config = None if address else find_project(start)
    project = loaded(config) if config else Project.implicit([start / "digest.md"])
    shared, base = library_meant(project, start, meaning)
    with ExitStack() as opened:
        found: dict[str, Library] = {}
        for named in dict.fromkeys(offers.values()):
            place = (named, start) if named else (shared, base)
            library = connect(place[0], base=place[1], access=meaning.access)
            found[named] = opened.enter_context(library)
        yield {path: found[named] for path, named in offers.items()}


@contextmanager
def _bound(
    libraries: Mapping[str, Library], keys: Mapping[str, str], port: int
) -> Iterator[Listener]:
    try:
        listening = listener(libraries, keys, port, report=_report)
    except OSError as error:
        raise PortTaken(port, error.strerror or "it is refused") from error
    try:
        yield listening
    finally:
        listening.server_close()


def _report(error: Exception) -> None:
    """Tell of a request that failed by our fault; the others are answered on."""
    if os.environ.get("ZOTERODIGEST_DEBUG"):
        traceback.print_exception(error)
    name = type(error).__name__
    tell_error(f"a request failed by a bug in zoterodigest {__version__} ({name})")
