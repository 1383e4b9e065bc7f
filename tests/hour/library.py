"""The library of the hour: a server in a process of its own, and a person at zotero.org there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from pyzotero.errors import PreConditionFailedError
from pyzotero.zotero import Zotero

from tests.hour.line import LOOPBACK
from tests.hour.project import VAULT, Slot

KEY = "a-key-of-the-hour"


@dataclass
class Served:
    """A library that `serve` offers at a port; all of it is asked for over HTTP."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    items: dict[str, Any] = field(default_factory=dict)
    """The items, notes and attachments by key, as they were when they were read last."""
    version: int = 0

    @property
    def is_up(self) -> bool:
        return self.process is not None

    def start(self) -> None:
        """Start the server, and wait until it listens."""
        address = f"embedded:{self.folder}/library.sqlite"
        command = ["-m", "zoterodigest", "serve", "--port", str(self.port), "--library", address]
        environment = {**os.environ, "ZOTERODIGEST_SERVE_KEYS": f"1:{KEY}"}
        self.process = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL
        )
        while not self._listens():
            time.sleep(0.1)

    def _listens(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex((LOOPBACK, self.port)) == 0

    def stop(self, *, is_killed: bool = False) -> None:
        """Stop the server: in order, or as by a loss of power."""
        if self.process is not None:
            self.process.kill() if is_killed else self.process.terminate()
            self.process.wait()
            self.process = None

    def read(self) -> None:
        """Read what changed since the last time."""
        with self._client() as zotero:
            news = zotero.everything(zotero.items(since=self.version, includeTrashed=1))
        self.items |= {one["key"]: one for one in news}
        self.version = max([self.version, *(one["version"] for one in news)])

    @contextmanager
    def _client(self) -> Iterator[Zotero]:
        with httpx2.Client() as connection:
            zotero = Zotero("1", "user", KEY, client=connection)
            zotero.endpoint = f"http://{LOOPBACK}:{self.port}"
            yield zotero

    def find(self, paper: str) -> tuple[Any, Any]:
        """Return the item of a paper and its note, each once in the library."""
        items = self.items.values()
        (item,) = (one for one in items if f"Subject {paper}" in str(one["data"].get("title")))
        (note,) = (one for one in items if one["data"].get("parentItem") == item["key"])
        return item, note

    def shows(self, slot: Slot, tokens: tuple[str, ...]) -> bool:
        """Tell whether the item and the note of a paper have all tokens of a slot."""
        item, note = self.find(slot.paper)
        return slot.is_in_library(tokens, item["data"], note["data"]["note"])

    def add(self, slot: Slot, before: tuple[str, ...], token: str) -> bool:
        """Put a token at the end of a slot; return False if somebody else wrote just then."""
        item, note = self.find(slot.paper)
        old, new = slot.text(before), slot.text((*before, token))
        match slot.kind:
            case "title":
                return self.change(item, title=new)
            case "tags":
                name = token if slot.files[0].startswith(VAULT) else f"task:{token}"
                return self.change(item, tags=[*item["data"]["tags"], {"tag": name}])
            case _:
                return self.change(note, note=note["data"]["note"].replace(old, new))

    def change(self, one: Any, **data: Any) -> bool:
        """Change an object as it was read; return False if somebody else wrote just then."""
        changed: Mapping[str, Any] = {"key": one["key"], "version": one["version"], **data}
        with suppress(PreConditionFailedError), self._client() as zotero:
            return bool(zotero.update_item(changed))
        return False
