"""The proxy of `faults` does what the tests over it rely on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import httpx2
import pytest

from tests.library.faults import (
    FAULTS,
    Answer,
    Delay,
    Drop,
    Fault,
    HalfABody,
    Late,
    Twice,
    When,
    faulty,
)
from tests.library.served import Api, article, served

BROKEN = (Drop, HalfABody, Late)


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


def stored_after(api: Api, fault: Fault) -> tuple[int | None, int]:
    """Post one item through `fault`; return the status, None if none came, and what is stored."""
    with faulty(api.url, {1: fault}) as proxy:
        through = replace(api, url=proxy.url)
        try:
            status = through.post(article()).status_code
        except httpx2.TransportError:
            status = None
        return status, len(api.keys("/items"))


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_fault_shows_and_the_server_acted_when_it_says_so(api: Api, fault: Fault) -> None:
    status, stored = stored_after(api, fault)

    assert (status is None) == isinstance(fault, BROKEN)
    match fault:
        case Drop(When.BEFORE) | Late():
            assert stored == 0
        case Answer(when, expected):
            assert (status, stored) == (expected, int(when is When.AFTER))
        case Twice():
            assert (status, stored) == (200, 2)
        case _:
            assert stored == 1


def test_other_requests_pass_untouched(api: Api) -> None:
    with faulty(api.url, {2: Drop(When.BEFORE)}) as proxy:
        through = replace(api, url=proxy.url)

        posted = through.post(article("ITEM2222"))
        with pytest.raises(httpx2.TransportError):
            through.get("/items")
        read = through.get("/items?format=versions&limit=3")

    assert posted.headers["Last-Modified-Version"] == "1"
    assert read.json() == {"ITEM2222": 1}
    assert proxy.requests == ["POST /users/12/items", "GET /users/12/items", "GET /users/12/items"]
    assert proxy.writes == 1


def test_a_late_request_arrives_after_the_next_or_at_the_end(api: Api) -> None:
    with faulty(api.url, {1: Late(), 3: Late()}) as proxy:
        through = replace(api, url=proxy.url)
        for key in ("ITEM2222", "ITEM3333", "ITEM4444"):
            with suppress(httpx2.TransportError):
                through.post(article(key))

        assert api.get("/items?format=versions").json() == {"ITEM3333": 1, "ITEM2222": 2}

    assert sorted(api.keys("/items")) == ["ITEM2222", "ITEM3333", "ITEM4444"]


def test_somebody_may_edit_between_any_two_requests(api: Api) -> None:
    def edit(number: int) -> None:
        api.post(article(title=f"before {number}"))

    with faulty(api.url, between=edit) as proxy:
        found = [len(replace(api, url=proxy.url).keys("/items")) for _ in range(2)]

    assert found == [1, 2]


def test_a_delay_outlasts_the_patience_of_a_client(api: Api) -> None:
    with (
        faulty(api.url, {1: Delay(When.AFTER, 0.2)}) as proxy,
        httpx2.Client(trust_env=False, verify=False, timeout=0.05) as hasty,
        pytest.raises(httpx2.TimeoutException),
    ):
        hasty.post(
            f"{proxy.url}/users/12/items", json=[article()], headers={"Zotero-API-Key": api.key}
        )

    assert len(api.keys("/items")) == 1
