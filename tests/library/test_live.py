"""The behaviour suite on a library of yours behind any Web API or in your Zotero, if you name one.

    ZOTERODIGEST_TEST_LIBRARY=user:1234567 ZOTERO_API_KEY=... pytest tests/library/test_live.py
    ZOTERODIGEST_TEST_LIBRARY=desktop:group:45 pytest tests/library/test_live.py

Zotero asks whether zoterodigest may write: choose Always Allow. The library must be empty, as it is
emptied after each test; one that holds anything is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests.library.contract import LibraryContract
from zoterodigest.library.access import Access
from zoterodigest.library.address import DesktopAddress, WebAddress, parse_address
from zoterodigest.library.desktop.library import DesktopLibrary
from zoterodigest.library.port import BATCH_SIZE, Library
from zoterodigest.library.web.library import WebLibrary

NAMED = os.environ.get("ZOTERODIGEST_TEST_LIBRARY", "")
KEY = os.environ.get("ZOTERO_API_KEY", "")
LOCAL_KEYS: dict[str, str] = {}

Address = WebAddress | DesktopAddress

if not NAMED:
    pytest.skip("ZOTERODIGEST_TEST_LIBRARY names no library", allow_module_level=True)


@pytest.fixture(scope="module")
def address() -> Address:
    """The library's address; the tests do not begin if it holds anything."""
    address = parse_address(NAMED)
    assert isinstance(address, Address), "embedded libraries are tested elsewhere"
    with opened(address) as library:
        snapshot = library.read()
    if snapshot.items or snapshot.collections:
        pytest.exit(f"{NAMED} is not empty: it is left alone", returncode=1)
    return address


@contextmanager
def opened(address: Address) -> Iterator[Library]:
    access = Access(
        key_of=lambda _: KEY,
        local_key_of=lambda instance: LOCAL_KEYS.get(instance, ""),
        keep_local_key=LOCAL_KEYS.__setitem__,
    )
    match address:
        case WebAddress():
            library: Library = WebLibrary(address, access)
        case DesktopAddress():
            library = DesktopLibrary(address, access)
    with library:
        yield library


def empty(address: Address) -> None:
    """Erase everything in the library."""
    with opened(address) as library, httpx2.Client(timeout=60) as client:
        if isinstance(address, WebAddress):
            empty_web(address, library, client)
        else:
            empty_desktop(address, library, client)


def empty_web(address: WebAddress, library: Library, client: httpx2.Client) -> None:
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


def empty_desktop(address: DesktopAddress, library: Library, client: httpx2.Client) -> None:
    """Erase one object after the other; what lies in one goes with it."""
    snapshot, instance = library.read(), library.instance
    found = [("items", one.key, one.version) for one in snapshot.items]
    found += [("collections", one.key, one.version) for one in snapshot.collections]
    for path, key, version in found:
        answer = client.delete(
            f"{address.url}{address.path}/{path}/{key}",
            headers={
                "Zotero-API-Key": LOCAL_KEYS[instance],
                "Zotero-Server-ID": instance,
                "If-Unmodified-Since-Version": str(version),
            },
        )
        assert answer.is_success or answer.status_code == 404


class TestLiveLibrary(LibraryContract):
    lists_trashed_collections = not NAMED.startswith("desktop")

    @pytest.fixture
    def library(self, address: Address) -> Iterator[Library]:
        with opened(address) as library:
            yield library
        empty(address)
