"""Why pyzotero does not send our requests (docs/adr/0018): each test is one of its manners.

One that fails after an update of pyzotero is good news: look at the decision again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from pyzotero import errors, zotero

from tests.builders import a_collection, a_key
from tests.library.test_web import always, once, says
from tests.library.web import KEY, Server, a_server


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.fixture
def zot(server: Server) -> Iterator[Any]:
    with httpx2.Client(trust_env=False, verify=False) as client:
        zot = zotero.Zotero(1, "user", KEY, client=client)
        zot.endpoint = server.url
        yield zot


def test_it_takes_a_429_for_the_result_of_a_write(server: Server, zot: Any) -> None:
    server.between = always(says(429, '{"busy": 1}', Retry_After="0"), "POST")

    assert zot.create_items([{"itemType": "book"}]) == {"busy": 1}


def test_it_cannot_read_a_date_to_come_back_at(server: Server, zot: Any) -> None:
    server.between = always(says(429, Retry_After="Sat, 01 Aug 2026 12:02:00 GMT"))

    with pytest.raises(ValueError, match="could not convert"):
        zot.items()


def test_it_tries_a_503_once_and_tells_the_status_in_words_alone(server: Server, zot: Any) -> None:
    server.between = once(always(says(503)))

    with pytest.raises(errors.HTTPError) as raised:
        zot.items()

    assert len(server.requests) == 1
    assert not hasattr(raised.value, "status_code")


def test_it_says_that_a_stale_item_was_updated(zot: Any) -> None:
    assert zot.update_items([{"key": "ITEM2222", "version": 7, "title": "x"}]) is True


def test_it_moves_a_collection_to_the_top_that_is_given_a_name(server: Server, zot: Any) -> None:
    below = a_collection(a_key(2), parent=a_key(1))
    server.behind.write_collections([a_collection(a_key(1)), below])

    zot.create_collections([{"key": a_key(2), "version": 2, "name": "New"}])

    (collection,) = server.behind.fetch_collections([a_key(2)])
    assert (collection.name, collection.parent) == ("New", None)


def test_it_asks_for_the_rights_of_a_key_with_the_key_in_the_address(
    zot: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        zot.key_info()

    assert KEY in caplog.text


def test_a_read_that_fails_leaves_its_parameters_to_the_next_one(server: Server, zot: Any) -> None:
    server.between = once(always(says(500)))
    with suppress(errors.PyZoteroError):
        zot.items(itemKey="ITEM2222")

    zot.items(limit=1)

    assert server.requests[-1].query["itemKey"] == ["ITEM2222"]
