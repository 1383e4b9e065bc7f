"""Every backend runs the behaviour suite of the port."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.library.contract import LibraryContract
from tests.library.desktop import a_desktop
from tests.library.web import over_http
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library


class TestEmbeddedLibraryInMemory(LibraryContract):
    @pytest.fixture
    def library(self) -> Iterator[Library]:
        database = DatabaseInMemory("embedded:5a1f")
        with EmbeddedLibrary(database, clock=lambda: datetime(2026, 8, 1, tzinfo=UTC)) as library:
            yield library


class TestEmbeddedLibraryOnDisk(LibraryContract):
    @pytest.fixture
    def library(self, tmp_path: Path) -> Iterator[Library]:
        with embedded(tmp_path / "library.sqlite") as library:
            yield library


class TestWebLibraryOverLoopback(LibraryContract):
    """Our client, over HTTP, against our server, with the embedded library behind it."""

    @pytest.fixture
    def library(self) -> Iterator[Library]:
        with over_http() as library:
            yield library


class TestDesktopLibraryOverLoopback(LibraryContract):
    """Our client, over HTTP, against a server with the manners of a running Zotero."""

    lists_trashed_collections = False

    @pytest.fixture
    def library(self) -> Iterator[Library]:
        with a_desktop() as desktop, desktop.client() as library:
            yield library
