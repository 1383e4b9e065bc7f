"""The behaviour suite on a library of yours behind any Web API, if you name one.

    ZOTERODIGEST_TEST_LIBRARY=user:1234567 ZOTERO_API_KEY=... pytest tests/library/test_live.py

The library must be empty, as it is emptied after each test; one that holds anything is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests.library.contract import LibraryContract
from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress, parse_address
from zoterodigest.library.port import BATCH_SIZE, Library
from zoterodigest.library.web.library import WebLibrary

NAMED = os.environ.get("ZOTERODIGEST_TEST_LIBRARY", "")
KEY = os.environ.get("ZOTERO_API_KEY", "")

if not NAMED:
    pytest.skip("ZOTERODIGEST_TEST_LIBRARY names no library", allow_module_level=True)


@pytest.fixture(scope="module")
def address() -> WebAddress:
    """The library's address; the tests do not begin if it holds anything."""
    address = parse_address(NAMED)
    assert isinstance(address, WebAddress), "only libraries behind a Web API are tested here"
    with opened(address) as library:
        snapshot = library.read()
    if snapshot.items or snapshot.collections:
        pytest.exit(f"{NAMED} is not empty: it is left alone", returncode=1)
    return address


@contextmanager
def opened(address: WebAddress) -> Iterator[WebLibrary]:
    with WebLibrary(address, Access(key_of=lambda _: KEY)) as library:
        yield library


def empty(address: WebAddress) -> None:
    """Erase everything in the library."""
    with opened(address) as library, httpx2.Client(timeout=60) as client:
        snapshot = library.read()
        found = {
            "items": ("itemKey", [one.key for one in snapshot.items]),
            "collections": ("collectionKey", [one.key for one in snapshot.collections]),
        }
        for path, (parameter, keys) in found.items():
            for start in range(0, len(keys), BATCH_SIZE):
                client.delete(
                    f"{address.url}{address.path}/{path}",
                    params={parameter: ",".join(keys[start : start + BATCH_SIZE])},
                    headers={
                        "Zotero-API-Key": KEY,
                        "If-Unmodified-Since-Version": str(library.version()),
                    },
                ).raise_for_status()


class TestLiveLibrary(LibraryContract):
    @pytest.fixture
    def library(self, address: WebAddress) -> Iterator[Library]:
        with opened(address) as library:
            yield library
        empty(address)
