"""An embedded library behind our server, and a client that speaks to it over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx2

from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library
from zoterodigest.library.server import answering, listener

USER = "users/12"
KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"
KEYS = {USER: KEY}


def in_memory(identity: str = "embedded:5a1f") -> EmbeddedLibrary:
    """Return an empty library; its clock ticks once a second from the first of August."""
    seconds = iter(range(10**9))
    begin = datetime(2026, 8, 1, tzinfo=UTC).timestamp()
    return EmbeddedLibrary(
        DatabaseInMemory(identity),
        clock=lambda: datetime.fromtimestamp(begin + next(seconds), UTC),
    )


@dataclass(frozen=True, slots=True)
class Api:
    """A client of one library that is served at `url`."""

    url: str
    library: EmbeddedLibrary
    path: str = USER
    key: str = KEY

    def __call__(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        """Send one request to `path` within the library."""
        return client().request(
            method,
            f"{self.url}/{self.path}{path}",
            json=json,
            content=content,
            headers={"Zotero-API-Key": self.key, **(headers or {})},
        )

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Read; an underscore in the name of a header stands for a dash."""
        return self("GET", path, headers={name.replace("_", "-"): v for name, v in headers.items()})

    def keys(self, path: str) -> list[str]:
        """Return the keys of what is listed at `path`."""
        return [one["key"] for one in self.get(path).json()]

    def post(self, *objects: Any, to: str = "/items", **headers: str) -> httpx2.Response:
        """Write objects."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self("POST", to, list(objects), headers=named)

    def created(self, *objects: Any, to: str = "/items") -> list[dict[str, Any]]:
        """Write objects that must be accepted and return them as they are stored."""
        report = self.post(*objects, to=to).json()
        assert len(report["successful"]) == len(objects), report
        return [report["successful"][str(at)] for at in range(len(objects))]


@contextmanager
def served(library: EmbeddedLibrary | None = None) -> Iterator[Api]:
    """Serve a library (a new one if None is given); an error of ours fails the test."""
    bugs: list[Exception] = []
    behind = library or in_memory()
    libraries: dict[str, Library] = {USER: behind}
    with answering(listener(libraries, KEYS, report=bugs.append)) as url:
        yield Api(url, behind)
    if bugs:
        raise AssertionError("the server failed") from bugs[0]


@cache
def client() -> httpx2.Client:
    """Return one client for all tests: each new one would load the certificates again."""
    return httpx2.Client(trust_env=False, timeout=10)


def article(key: str | None = None, **data: Any) -> dict[str, Any]:
    """Return the JSON of a new article; with a key it has the version 0."""
    known = {} if key is None else {"key": key, "version": 0}
    return {"itemType": "journalArticle", "title": "Attention", **known, **data}
