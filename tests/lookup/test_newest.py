"""The newest papers of a search, over HTTP: pages, the day to stop at, and faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lookup.answers import Paper, error_feed, feed
from tests.lookup.site import (
    Answer,
    Clock,
    Fault,
    Request,
    Site,
    cut,
    empty_page,
    serving,
    status,
    text,
)
from zoterodigest.lookup.arxiv import Newest, newest, query_of
from zoterodigest.lookup.service import Service, ServiceAddress

IDS = [f"2607.{at:05}" for at in range(1, 251)]


def day_of(id_: str) -> str:
    """Ten papers a day, the last ones on the 25th."""
    return f"2026-07-{(int(id_[5:]) - 1) // 10 + 1:02}"


class Press:
    """arXiv with 250 papers, newest first."""

    def __init__(self) -> None:
        self.site: Site

    def answer(self, request: Request) -> Answer:
        start, most = int(request.params["start"]), int(request.params["max_results"])
        listed = sorted(IDS, reverse=True)[start : start + most]
        entries = [Paper(id_, published=f"{day_of(id_)}T10:00:00Z").entry for id_ in listed]
        return Answer(feed(entries, total=len(IDS)))

    def newest(self, since: str, *, most: int = 2_000) -> Newest:
        place = ServiceAddress("arXiv", self.site.url, 3.0)
        with Service(place, Clock().manners) as service:
            return newest(service, query_of(["cs.CV"], ["diffusion"]), since=since, most=most)


@pytest.fixture(name="press")
def _press() -> Iterator[Press]:
    press = Press()
    with serving(press.answer) as press.site:
        yield press


def ids(found: Newest) -> list[str]:
    return [paper.id for paper in found.papers]


def test_papers_of_a_day_are_one_request(press: Press) -> None:
    found = press.newest("2026-07-25")

    assert ids(found) == IDS[:239:-1]
    assert found.fault == ""
    assert len(press.site.requests) == 1


def test_older_papers_are_on_further_pages(press: Press) -> None:
    found = press.newest("2026-07-12")

    assert ids(found) == IDS[:109:-1]
    assert [request.params["start"] for request in press.site.requests] == ["0", "100"]


def test_the_search_ends_where_there_are_no_more(press: Press) -> None:
    found = press.newest("1991-08-14")

    assert ids(found) == IDS[::-1]
    assert found.fault == ""
    assert len(press.site.requests) == 3


def test_what_is_asked_is_the_newest_in_order(press: Press) -> None:
    press.newest("2026-07-25")

    params = press.site.requests[0].params
    assert params["search_query"] == '(cat:cs.CV) AND (ti:"diffusion" OR abs:"diffusion")'
    assert (params["sortBy"], params["sortOrder"]) == ("submittedDate", "descending")


def test_more_than_can_be_read_is_told(press: Press) -> None:
    found = press.newest("1991-08-14", most=200)

    assert len(found.papers) == 200
    assert found.fault == "arXiv has more than 200 such papers"


@pytest.mark.parametrize("fault", [empty_page, cut(0.5), status(503), text("Rate exceeded.")])
def test_a_fault_that_passes_costs_no_paper(press: Press, fault: Fault) -> None:
    press.site.faults[2] = fault

    assert ids(press.newest("1991-08-14")) == IDS[::-1]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (feed([]), "arXiv answers with an empty page"),
        (error_feed("bad query"), "arXiv complains: bad query"),
        (b"busy", "arXiv's answer breaks off, or is no feed"),
    ],
)
def test_what_came_before_a_fault_is_kept(press: Press, body: bytes, fault: str) -> None:
    press.site.faults = dict.fromkeys((2, 3, 4), text(body))

    found = press.newest("1991-08-14")

    assert ids(found) == IDS[:149:-1]
    assert found.fault == fault


def test_a_search_that_finds_nothing_is_no_fault(press: Press) -> None:
    press.site.always = empty_page

    assert press.newest("2026-07-25") == Newest(())


def test_words_of_a_person_are_no_commands_of_the_search() -> None:
    query = query_of(
        ["cs.CV", "x) OR (all:*", "hep-th", "cs.*"], ['3D "maps" AND', "!?", "text-to-image"]
    )

    assert query == (
        '(cat:cs.CV OR cat:hep-th OR cat:cs.*) AND (ti:"3D maps AND" OR abs:"3D maps AND"'
        ' OR ti:"text-to-image" OR abs:"text-to-image")'
    )
    assert query_of([]) == ""
