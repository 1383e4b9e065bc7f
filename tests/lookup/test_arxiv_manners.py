"""Why the arxiv package does not send our requests (docs/adr/0021): a test for each manner.

If one fails after an update of the package, read the decision again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import arxiv
import pytest

from tests.lookup.answers import Paper, error_feed, feed
from tests.lookup.site import Answer, Site, serving, status, text
from zoterodigest.lookup.feed import read_feed

PAPERS = (
    Paper("2103.00020", 3, comment="12 pages", journal_ref="ICML 2021", doi="10.5555/1.2"),
    Paper("cs/0112017", title="On  <i>Things</i>\n  & more", authors=("Ada Lovelace", "A. Turing")),
    Paper("1706.03762", 7, abstract="The dominant\n models.", categories=("cs.CL",)),
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(lambda _: Answer(feed(paper.entry for paper in PAPERS))) as site:
        yield site


def results(site: Site, *, retries: int = 0) -> list[arxiv.Result]:
    client = arxiv.Client(delay_seconds=0, num_retries=retries)
    client.query_url_format = site.url + "/api/query?{}"
    return list(client.results(arxiv.Search(id_list=[paper.id for paper in PAPERS])))


def test_a_whole_feed_reads_as_the_package_reads_it(site: Site) -> None:
    ours = read_feed(feed(paper.entry for paper in PAPERS)).papers

    for mine, theirs in zip(ours, results(site), strict=True):
        assert f"{mine.id}v{mine.version}" == theirs.get_short_id()
        assert (mine.title, mine.abstract) == (_line(theirs.title), _line(theirs.summary))
        assert mine.authors == tuple(author.name for author in theirs.authors)
        assert mine.first == theirs.published.date().isoformat()
        assert mine.updated == theirs.updated.date().isoformat()
        assert (mine.primary, list(mine.categories)) == (theirs.primary_category, theirs.categories)
        assert mine.doi == (theirs.doi or "")
        assert mine.journal_ref == (theirs.journal_ref or "")
        assert mine.comment == (theirs.comment or "")


def _line(text: str) -> str:
    return " ".join(text.split())


def test_its_client_does_not_say_who_asks(site: Site) -> None:
    results(site)

    assert site.requests[0].headers["user-agent"].startswith("arxiv.py/")


def test_it_asks_again_at_once_though_the_server_wants_a_minute(site: Site) -> None:
    site.faults[1] = status(429, Retry_After="60")
    begun = time.monotonic()

    results(site, retries=1)

    assert len(site.requests) == 2
    assert time.monotonic() - begun < 30


def test_it_takes_a_refusal_with_status_200_for_a_search_without_results(site: Site) -> None:
    site.always = text("Rate exceeded.")

    assert results(site) == []


def test_it_does_not_say_what_the_api_complains_of(site: Site) -> None:
    site.always = text(error_feed("incorrect id format for 1234"))

    assert results(site) == []


def test_it_takes_half_a_comment_for_a_whole_one(site: Site) -> None:
    whole = feed([Paper("2101.00001", comment="Accepted to CVPR workshops").entry])
    site.always = text(whole[: whole.index(b" workshops")])

    assert [result.comment for result in results(site)] == ["Accepted to CVPR"]


def test_one_date_that_cannot_be_read_costs_every_paper(site: Site) -> None:
    site.always = text(feed([PAPERS[0].entry, Paper("2101.00001", updated="soon").entry]))

    with pytest.raises(ValueError, match="isoformat"):
        results(site)


def test_it_asks_for_a_second_page_if_an_id_is_missing(site: Site) -> None:
    site.always = text(feed([PAPERS[0].entry], total=2))

    results(site)

    assert len(site.requests) == 2
