"""How services are asked: who we are, pauses, patience and its end, and nothing of keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.lookup.site import (
    Answer,
    Clock,
    Fault,
    Request,
    Site,
    broken_off,
    dropped,
    serving,
    status,
    text,
)
from zoterodigest.lookup.service import Manners, NoReply, Reply, Service, ServiceAddress


class Exchange:
    """A service of ours at a site of ours."""

    def __init__(self, site: Site, **headers: str) -> None:
        self.site = site
        self.clock = Clock()
        self.place = ServiceAddress("Things", site.url, 2.0, headers)
        self.service = Service(self.place, self.clock.manners)

    def ask(self, **params: str) -> Reply | NoReply:
        return self.service.ask("/ask", params)


@pytest.fixture(name="site")
def _site() -> Iterator[Site]:
    with serving(lambda _: Answer(b"yes")) as site:
        yield site


@pytest.fixture(name="exchange")
def _exchange(site: Site) -> Iterator[Exchange]:
    exchange = Exchange(site)
    with exchange.service:
        yield exchange


def test_an_answer_comes_back_as_it_is(exchange: Exchange) -> None:
    exchange.site.faults[1] = status(404, "Resource not found.")

    assert exchange.ask(q="a b&c=d") == Reply(404, b"Resource not found.")
    assert exchange.site.requests[0].params == {"q": "a b&c=d"}


def test_a_body_is_sent_as_json(exchange: Exchange) -> None:
    exchange.service.ask("/ask", {}, {"ids": ["é"]})

    request = exchange.site.requests[0]
    assert (request.method, request.body) == ("POST", b'{"ids": ["\\u00e9"]}')


def test_requests_keep_their_distance_also_after_a_failure(exchange: Exchange) -> None:
    exchange.ask()
    exchange.site.faults[2] = dropped
    exchange.ask()

    waits = [seconds for seconds, _ in exchange.clock.waits]
    assert waits == [2.0, 4.0]


def test_the_agent_names_the_person_only_if_that_is_an_address() -> None:
    assert "mailto:a@example.org" in Manners(mailto="a@example.org").user_agent
    for hostile in ("", "no address", "a@b\r\nX-Other: 1", "a@b) evil (c@d"):
        assert "mailto" not in Manners(mailto=hostile).user_agent


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(exchange: Exchange, code: int) -> None:
    exchange.site.faults[1] = status(code)

    assert exchange.ask() == Reply(200, b"yes")


@pytest.mark.parametrize("fault", [dropped, broken_off])
def test_a_lost_answer_is_asked_for_again(exchange: Exchange, fault: Fault) -> None:
    exchange.site.faults[1] = fault

    assert exchange.ask() == Reply(200, b"yes")


def test_retry_after_is_kept_as_seconds_and_as_a_date(exchange: Exchange) -> None:
    moment = exchange.clock.moment + timedelta(seconds=47)
    exchange.site.faults = {
        1: status(429, Retry_After="40"),
        2: status(429, Retry_After=format_datetime(moment, usegmt=True)),
    }

    exchange.ask()

    assert [seconds for seconds, _ in exchange.clock.waits] == [40.0, 7.0]


def test_a_service_that_wants_to_be_left_alone_is_not_asked_again(exchange: Exchange) -> None:
    exchange.site.always = status(429, Retry_After="900")

    answers = [exchange.ask(), exchange.ask()]

    assert answers == [NoReply("Things asks to wait for 15 minutes")] * 2
    assert exchange.service.sent == 1


def test_a_service_that_fails_twice_is_not_asked_again(exchange: Exchange) -> None:
    exchange.site.always = status(500)

    answers = {exchange.ask() for _ in range(5)}

    assert answers == {NoReply("Things is not ready (HTTP 500)")}
    assert exchange.service.sent == 8


def test_one_answer_in_between_starts_the_count_anew(exchange: Exchange) -> None:
    exchange.site.faults = dict.fromkeys((1, 2, 3, 4, 6, 7, 8, 9), status(500))

    answers = [exchange.ask() for _ in range(4)]

    assert [isinstance(answer, Reply) for answer in answers] == [False, True, False, True]


def test_a_key_is_sent_shown_nowhere_and_follows_no_redirection(site: Site) -> None:
    exchange = Exchange(site, **{"x-api-key": "sesame"})
    site.faults[1] = status(302, Location=f"{site.url}/elsewhere")

    with exchange.service:
        answer = exchange.ask()

    assert site.requests[0].headers["x-api-key"] == "sesame"
    assert answer == Reply(302, b"")
    assert "sesame" not in repr(exchange.place)


def test_a_silent_service_is_given_up() -> None:
    release = threading.Event()

    def silent(_: Request) -> Answer:
        release.wait(10)
        return Answer(b"late")

    with serving(silent) as site:
        clock = Clock()
        manners = Manners(wait=clock.wait, now=clock.now, timeout=0.05)
        with Service(ServiceAddress("Things", site.url, 0.0), manners) as service:
            answer = service.ask("/ask", {})
        release.set()

    assert answer == NoReply("Things did not answer in time")


def test_an_answer_larger_than_any_real_one_is_not_read(exchange: Exchange) -> None:
    exchange.site.always = text(bytes(31_000_000))

    answer = exchange.ask()

    assert answer == NoReply("Things answers without end")


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:99999", "nonsense", "http://[::1"])
def test_an_odd_address_is_told_and_no_crash(url: str) -> None:
    clock = Clock()
    with Service(ServiceAddress("Things", url, 0.0), clock.manners) as service:
        answer = service.ask("/ask", {})

    assert isinstance(answer, NoReply)
    assert "Things" in answer.reason
