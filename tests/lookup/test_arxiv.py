"""arXiv by ids, over HTTP: batches, the cache, and every fault that the API is known for."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.lookup.answers import BLANK, Paper, error_feed, feed
from tests.lookup.site import (
    Answer,
    Clock,
    Request,
    Site,
    broken_off,
    cut,
    dropped,
    empty_page,
    serving,
    status,
    text,
)
from zoterodigest.lookup.arxiv import ARXIV, Arxiv
from zoterodigest.lookup.cache import Cache, cache_file
from zoterodigest.lookup.service import ServiceAddress
from zoterodigest.lookup.work import (
    Failed,
    KnownPaper,
    Looked,
    LookupAnswer,
    NoSuchPaper,
    Source,
)

IDS = [f"{2101 + at // 100:04}.{at:05}" for at in range(1, 616)]


class Press:
    """arXiv with its papers, a cache folder, and a clock; every look-up is a run of its own."""

    def __init__(self, folder: Path) -> None:
        self.papers: dict[str, Paper] = {}
        self.clock = Clock()
        self.told: list[str] = []
        self.site: Site
        self.folder = folder

    def publish(self, *papers: Paper | str) -> None:
        for each in papers:
            paper = Paper(each) if isinstance(each, str) else each
            self.papers[paper.id] = paper

    def answer(self, request: Request) -> Answer:
        assert request.path == "/api/query"
        ids = request.params["id_list"].split(",")
        most = int(request.params.get("max_results", "10"))
        found = [self.papers[id_].entry for id_ in reversed(ids) if id_ in self.papers]
        return Answer(feed(found[:most]))

    def look_up(self, *ids: str) -> list[LookupAnswer]:
        return list(self.outcomes(ids).values())

    def outcomes(self, ids: Sequence[str]) -> dict[str, LookupAnswer]:
        with Cache(cache_file(self.folder), tell=self.told.append) as cache:
            return self.arxiv(cache).look_up(ids)

    def arxiv(self, cache: Cache) -> Arxiv:
        place = ServiceAddress(ARXIV.name, f"{self.site.url}/api", ARXIV.pause)
        return Arxiv(cache, self.clock.manners, place=place)

    @property
    def asked(self) -> list[list[str]]:
        return [request.params["id_list"].split(",") for request in self.site.requests]


@pytest.fixture(name="press")
def _press(tmp_path: Path) -> Iterator[Press]:
    press = Press(tmp_path / "cache")
    with serving(press.answer) as press.site:
        yield press


def looked(outcome: LookupAnswer) -> Looked:
    assert isinstance(outcome, KnownPaper), outcome
    return outcome.looked


def found_ids(outcomes: dict[str, LookupAnswer]) -> list[str]:
    return [id_ for id_, outcome in outcomes.items() if isinstance(outcome, KnownPaper)]


# What is asked, and how


def test_615_ids_are_seven_requests_from_a_cold_cache_and_none_from_a_warm_one(
    press: Press,
) -> None:
    press.publish(*IDS)

    cold = press.outcomes(IDS)
    warm = press.outcomes(IDS)

    assert found_ids(cold) == found_ids(warm) == IDS
    assert [len(ids) for ids in press.asked] == [100] * 6 + [15]
    assert {request.params["max_results"] for request in press.site.requests} == {"100", "15"}


def test_requests_are_three_seconds_apart(press: Press) -> None:
    press.publish(*IDS[:250])

    press.outcomes(IDS[:250])

    assert [seconds for seconds, _ in press.clock.waits] == [3.0, 3.0]


def test_who_asks_is_told(press: Press) -> None:
    press.look_up("2103.00020")

    assert "mailto:reader@example.org" in press.site.requests[0].headers["user-agent"]


def test_progress_counts_what_is_asked_for_and_not_what_is_known(press: Press) -> None:
    press.publish(*IDS[:250])
    press.outcomes(IDS[:50])
    steps: list[tuple[int, int]] = []

    with Cache(cache_file(press.folder)) as cache:
        arxiv = press.arxiv(cache)
        arxiv.look_up(IDS[:250], progress=lambda done, total: steps.append((done, total)))

    assert steps == [(100, 200), (200, 200)]


def test_everything_that_arxiv_says_of_a_paper_is_read(press: Press) -> None:
    press.publish(
        Paper(
            "2103.00020",
            version=2,
            title="A Study of\n  $\\beta$ & Other Things",
            authors=("Ada Lovelace", "Łukasz  Kaiser"),
            abstract="We study\nit <here>.",
            doi="10.1109/CVPR.2021.1 10.1109/other",
            journal_ref="Things 12 (2021)\n 1-9",
            comment="Accepted\nat CVPR 2021",
        )
    )

    (outcome,) = press.look_up("2103.00020")

    assert looked(outcome) == Looked(
        id="2103.00020",
        version=2,
        title="A Study of $\\beta$ & Other Things",
        authors=("Ada Lovelace", "Łukasz Kaiser"),
        abstract="We study it <here>.",
        first="2021-02-26",
        updated="2021-03-01",
        primary="cs.CV",
        categories=("cs.CV", "cs.LG"),
        doi="10.1109/CVPR.2021.1",
        journal_ref="Things 12 (2021) 1-9",
        comment="Accepted at CVPR 2021",
        source=Source.ARXIV,
    )


def test_what_was_read_comes_out_of_the_cache_as_it_went_in(press: Press) -> None:
    press.publish(Paper("2103.00020", comment="“Ünïcode” & <tags>"))

    assert press.look_up("2103.00020") == press.look_up("2103.00020")
    assert len(press.site.requests) == 1


def test_ids_in_any_form_are_one_paper_and_asked_once(press: Press) -> None:
    press.publish("2103.00020", "math/0309136")

    outcomes = press.outcomes(["2103.00020", "2103.00020v2", " math.GT/0309136 "])

    assert [looked(each).id for each in outcomes.values()] == [
        "2103.00020",
        "2103.00020",
        "math/0309136",
    ]
    assert press.asked == [["2103.00020", "math/0309136"]]


def test_what_is_no_arxiv_id_is_not_asked_for(press: Press) -> None:
    hostile = ["", "10.1/x", "2103.00020,2103.00021", "2103.00020&max_results=1", "x" * 9_999]

    outcomes = press.outcomes(hostile)

    assert set(outcomes.values()) == {Failed("this is no arXiv id")}
    assert press.site.requests == []


def test_a_paper_is_asked_for_again_when_the_answer_is_old(press: Press) -> None:
    press.publish("2103.00020")
    press.look_up("2103.00020")
    press.clock.moment += timedelta(days=31)
    press.publish(Paper("2103.00020", version=3))

    (outcome,) = press.look_up("2103.00020")

    assert isinstance(outcome, KnownPaper)
    assert outcome.has_new_version
    assert (outcome.earlier_version, outcome.looked.version) == (1, 3)


def test_a_missing_paper_is_asked_for_again_sooner(press: Press) -> None:
    press.publish("2103.00020")
    press.look_up("2103.00020", "2103.99999")
    press.clock.moment += timedelta(days=3)

    press.look_up("2103.00020", "2103.99999")

    assert press.asked[1] == ["2103.99999"]


def test_without_a_network_the_cache_tells_what_it_knows(press: Press) -> None:
    press.publish("2103.00020")
    press.look_up("2103.00020", "2103.99999")
    press.clock.moment += timedelta(days=400)

    with Cache(cache_file(press.folder)) as cache:
        outcomes = press.arxiv(cache).recall(["2103.00020", "2103.99999", "2103.11111", "x"])

    assert [type(outcome) for outcome in outcomes.values()] == [
        KnownPaper,
        NoSuchPaper,
        Failed,
        Failed,
    ]
    assert len(press.site.requests) == 1


# Papers that are not there, or no longer


def test_ids_that_the_feed_leaves_out_are_missing(press: Press) -> None:
    press.publish(*IDS[:30])

    outcomes = press.outcomes([*IDS[:30], "2103.99999"])

    assert outcomes["2103.99999"] == NoSuchPaper()
    assert len(press.site.requests) == 1


def test_an_entry_that_holds_nothing_stands_for_a_missing_paper(press: Press) -> None:
    press.site.always = text(feed([BLANK]))

    assert press.look_up("2103.99999") == [NoSuchPaper()]
    assert len(press.site.requests) == 1


@pytest.mark.parametrize("code", [200, 400])
def test_an_id_that_the_api_refuses_costs_the_others_nothing(press: Press, code: int) -> None:
    press.publish("2103.00020", "2103.00021")
    refusal = error_feed("incorrect id format for 2399.99999")
    press.site.faults[1] = lambda _: Answer(refusal, code)

    outcomes = press.outcomes(["2103.00020", "2399.99999", "2103.00021"])

    assert found_ids(outcomes) == ["2103.00020", "2103.00021"]
    assert outcomes["2399.99999"] == NoSuchPaper()
    assert press.asked[1] == ["2103.00020", "2103.00021"]


def test_a_complaint_about_something_else_is_told(press: Press) -> None:
    press.site.always = text(error_feed("start must be an integer"))

    assert press.look_up("2103.00020") == [Failed("arXiv complains: start must be an integer")]


def test_a_withdrawn_paper_is_told_with_its_comment(press: Press) -> None:
    comment = "This paper has been withdrawn by the author due to an error in Lemma 2"
    press.publish(Paper("2103.00020", version=2, comment=comment))

    (outcome,) = press.look_up("2103.00020")

    assert isinstance(outcome, KnownPaper)
    assert outcome.looked.is_withdrawn
    assert outcome.looked.comment == comment


def test_a_paper_without_a_title_element_has_no_title(press: Press) -> None:
    press.publish(Paper("2104.12255", title=None))

    (outcome,) = press.look_up("2104.12255")

    assert looked(outcome).title == ""


# Faults


def test_what_came_before_a_fault_is_kept_and_a_second_run_asks_for_the_rest(
    press: Press,
) -> None:
    press.publish(*IDS)
    press.site.faults = dict.fromkeys(range(4, 8), status(503))

    first = press.outcomes(IDS)
    asked = len(press.site.requests)
    second = press.outcomes(IDS)

    assert found_ids(first) == [*IDS[:300], *IDS[400:]]
    assert {first[id_] for id_ in IDS[300:400]} == {Failed("arXiv is not ready (HTTP 503)")}
    assert found_ids(second) == IDS
    assert press.asked[asked:] == [IDS[300:400]]


def test_a_passing_503_costs_patience_only(press: Press) -> None:
    press.publish(*IDS)
    press.site.faults = {2: status(503), 3: status(503, Retry_After="20")}

    assert found_ids(press.outcomes(IDS)) == IDS
    assert [wait for wait in press.clock.waits if wait[0] != 3.0] == [
        (6.0, "arXiv is not ready (HTTP 503)"),
        (20.0, "arXiv is not ready (HTTP 503)"),
    ]


def test_a_server_that_stays_away_is_not_asked_for_ever(press: Press) -> None:
    press.site.always = status(503)

    outcomes = press.outcomes(IDS)

    assert set(outcomes.values()) == {Failed("arXiv is not ready (HTTP 503)")}
    assert len(press.site.requests) == 8


def test_a_server_that_wants_an_hour_is_left_alone(press: Press) -> None:
    press.site.always = status(429, "Rate exceeded.", Retry_After="3600")

    outcomes = press.outcomes(IDS)

    assert set(outcomes.values()) == {Failed("arXiv asks to wait for 60 minutes")}
    assert len(press.site.requests) == 1


def test_a_throttled_answer_with_status_200_is_no_empty_page(press: Press) -> None:
    press.publish("2103.00020")
    press.site.faults[1] = text("Rate exceeded.")

    (outcome,) = press.look_up("2103.00020")

    assert looked(outcome).id == "2103.00020"
    assert (6.0, "arXiv asks for fewer requests") in press.clock.waits


def test_a_run_that_is_broken_off_goes_on_where_it_was(press: Press) -> None:
    press.publish(*IDS)

    def interrupt(done: int, _: int) -> None:
        if done == 200:
            raise KeyboardInterrupt

    with Cache(cache_file(press.folder)) as cache, pytest.raises(KeyboardInterrupt):
        press.arxiv(cache).look_up(IDS, progress=interrupt)
    press.outcomes(IDS)

    assert len(press.site.requests) == 7


def test_half_a_feed_gives_what_stands_complete_and_the_rest_is_asked_for_again(
    press: Press,
) -> None:
    press.publish(*IDS[:100])
    press.site.faults[1] = cut(0.5)

    outcomes = press.outcomes(IDS[:100])

    assert found_ids(outcomes) == IDS[:100]
    assert len(press.asked) == 2
    assert 45 < len(press.asked[1]) < 55


def test_no_paper_is_read_from_half_an_entry(press: Press) -> None:
    press.publish(Paper("2103.00020", abstract="Long. " * 500))
    press.site.always = cut(0.6)

    assert press.look_up("2103.00020") == [Failed("arXiv's answer breaks off, or is no feed")]


def test_a_feed_that_always_breaks_off_leaves_the_rest_unknown(press: Press) -> None:
    press.publish(*IDS[:100])
    press.site.always = cut(0.5)

    outcomes = press.outcomes(IDS[:100])

    assert len(found_ids(outcomes)) > 80
    assert {outcome for outcome in outcomes.values() if not isinstance(outcome, KnownPaper)} == {
        Failed("arXiv's answer breaks off, or is no feed")
    }


@pytest.mark.parametrize("fault", [broken_off, dropped])
def test_a_connection_that_breaks_is_tried_again(press: Press, fault: object) -> None:
    press.publish("2103.00020")
    press.site.faults[1] = broken_off if fault is broken_off else dropped

    (outcome,) = press.look_up("2103.00020")

    assert looked(outcome).id == "2103.00020"


def test_an_empty_page_is_asked_for_again(press: Press) -> None:
    press.publish(*IDS[:100])
    press.site.faults = {1: empty_page, 2: empty_page}

    assert found_ids(press.outcomes(IDS[:100])) == IDS[:100]


def test_an_empty_page_for_a_hundred_ids_is_a_fault_and_not_kept(press: Press) -> None:
    press.publish(*IDS[:100])
    press.site.always = empty_page
    outcomes = press.outcomes(IDS[:100])
    press.site.always = None

    assert set(outcomes.values()) == {Failed("arXiv answers with an empty page")}
    assert found_ids(press.outcomes(IDS[:100])) == IDS[:100]


def test_an_empty_page_for_one_id_means_that_there_is_no_such_paper(press: Press) -> None:
    assert press.look_up("2103.99999") == [NoSuchPaper()]


def test_another_paper_than_asked_for_is_not_taken_for_it(press: Press) -> None:
    press.site.always = text(feed([Paper("2401.00001").entry]))

    assert press.look_up("2103.00020") == [
        Failed("arXiv answers with another paper than asked for")
    ]


def test_another_paper_says_nothing_of_whether_the_one_asked_for_exists(press: Press) -> None:
    press.publish("2103.00020")
    press.site.faults = dict.fromkeys((1, 2, 3), text(feed([Paper("2401.00001").entry])))
    press.look_up("2103.00020")

    (outcome,) = press.look_up("2103.00020")

    assert looked(outcome).id == "2103.00020"


def test_one_entry_that_cannot_be_read_costs_no_other(press: Press) -> None:
    press.publish(*IDS[:20], Paper("2103.00020", published="last spring"))

    outcomes = press.outcomes([*IDS[:20], "2103.00020"])

    assert found_ids(outcomes) == IDS[:20]
    assert outcomes["2103.00020"] == Failed("arXiv's answer has entries that cannot be read")


def test_a_fault_leaves_what_was_known_long_ago(press: Press) -> None:
    press.publish("2103.00020")
    press.look_up("2103.00020")
    press.clock.moment += timedelta(days=99)
    press.site.always = status(404)

    (outcome,) = press.look_up("2103.00020")

    assert isinstance(outcome, Failed)
    assert outcome.reason == "arXiv answers with HTTP 404"
    assert outcome.earlier is not None
    assert outcome.earlier.id == "2103.00020"


def test_without_a_server_everything_is_unknown_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    clock = Clock()
    place = ServiceAddress("arXiv", f"http://127.0.0.1:{port}", 3.0)

    with Cache(None) as cache:
        arxiv = Arxiv(cache, clock.manners, place=place)
        outcomes = arxiv.look_up(IDS)

    assert set(outcomes.values()) == {Failed("arXiv cannot be reached")}
    assert arxiv.service.sent == 1
    assert clock.waits == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>busy</body></html>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + feed([Paper("2103.00020").entry])[39:],
        b"<a>" * 20_000,
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2103.00020v1'
        b"</id>" + b"<x>" * 3_000 + b"</x>" * 3_000 + b"</entry></feed>",
        feed(["<entry><id>http://arxiv.org/abs/2103.00020v1</id></entry>"]),
        feed([Paper("2103.00020", authors=()).entry]),
        feed(["<entry><id>javascript:alert(1)</id></entry>"]),
    ],
)
def test_whatever_comes_is_no_paper_and_no_crash(press: Press, body: bytes) -> None:
    press.site.always = text(body)

    (outcome,) = press.look_up("2103.00020")

    assert isinstance(outcome, Failed)
