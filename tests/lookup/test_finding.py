"""Finding published versions over HTTP: who is asked for what, and what a fault leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.lookup.answers import (
    Paper,
    crossref_work,
    dblp_info,
    scholar_paper,
)
from tests.lookup.indexes import SERVICES, Indexes
from tests.lookup.site import (
    Clock,
    Fault,
    Site,
    cut,
    dropped,
    serving,
    status,
    text,
)
from zoterodigest.core.values.record import Names
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping
from zoterodigest.lookup.agreement import WantedWork
from zoterodigest.lookup.cache import Cache
from zoterodigest.lookup.finding import Asking, Findings, find_publications
from zoterodigest.lookup.publication import Published, Reported, Unpublished
from zoterodigest.lookup.sources import Addresses, Sources
from zoterodigest.lookup.statements import StatedWork, own_statement
from zoterodigest.lookup.work import Source

ZOTERO = ZoteroMapping(LinkHome.OFF, categories=False)
TITLE = "A Study of Something"
PEOPLE = Names(("Ada Lovelace", "Alan Turing"))
ID = "2103.00020"
WORK = StatedWork(WantedWork(TITLE, PEOPLE, arxiv=ID), first="2021-02-26")
OTHER = replace(
    WORK, known=WantedWork("Another Study of Something Else", PEOPLE, arxiv="2103.00021")
)
AT_CVPR = {"venue": "CVPR", "year": "2022", "doi": "10.5555/cvpr.1", "pages": "1-10"}


@dataclass
class Reader:
    """A person's runs against one site, over one cache."""

    site: Site
    indexes: Indexes
    cache: Cache = field(default_factory=lambda: Cache(None))
    clock: Clock = field(default_factory=Clock)
    left_out: Mapping[str, str] = field(default_factory=dict)

    def find(self, *works: StatedWork, is_offline: bool = False) -> Findings:
        urls = {name: f"{self.site.url}/{name}" for name in SERVICES} | dict(self.left_out)
        sources = Sources(Addresses(**urls), self.cache, self.clock.manners)
        try:
            return find_publications(works or (WORK,), sources, ZOTERO, Asking(is_offline))
        finally:
            for service in sources.services:
                service.close()

    @property
    def asked(self) -> list[str]:
        """The services that were asked, in order."""
        return [request.path.split("/")[1] for request in self.site.requests]


@pytest.fixture(name="reader")
def _reader() -> Iterator[Reader]:
    indexes = Indexes([Paper(OTHER.known.arxiv, title=OTHER.known.title)])
    with serving(indexes.respond) as site:
        yield Reader(site, indexes)


def published(findings: Findings, at: int = 0) -> Published:
    found = findings.publications[at]
    assert isinstance(found, Published), found
    return found


# Who is asked


def test_all_are_asked_about_a_paper_that_nobody_knows(reader: Reader) -> None:
    findings = reader.find()

    assert findings.publications == (Unpublished(),)
    assert findings.faults == ()
    assert reader.asked == ["arxiv", "semantic_scholar", "dblp", "crossref"]


def test_nobody_is_asked_twice(reader: Reader) -> None:
    reader.indexes.dblp = [dblp_info(**AT_CVPR)]

    first = reader.find(WORK, OTHER)
    number = len(reader.site.requests)

    assert reader.find(WORK, OTHER) == first
    assert len(reader.site.requests) == number


def test_once_an_index_confirms_what_the_authors_say_no_further_one_is_asked(
    reader: Reader,
) -> None:
    reader.indexes.papers += [Paper(ID, comment="Accepted to CVPR 2022")]
    reader.indexes.dblp = [dblp_info(**AT_CVPR)]

    found = published(reader.find())

    assert (found.venue, found.year, found.doi, found.pages) == tuple(AT_CVPR.values())
    assert [each.source for each in found.why] == [Source.ARXIV, Source.DBLP]
    assert "crossref" not in reader.asked


def test_semantic_scholar_and_the_authors_are_enough_if_they_tell_all(reader: Reader) -> None:
    reader.indexes.papers += [Paper(ID, comment="Accepted to CVPR 2022")]
    cvpr = {"name": "Computer Vision and Pattern Recognition", "type": "conference"}
    reader.indexes.scholar = {f"ARXIV:{ID}": scholar_paper(publicationVenue=cvpr, year=2022)}

    found = published(reader.find())

    assert (found.venue, found.pages) == ("CVPR", "170-181")
    assert reader.asked == ["arxiv", "semantic_scholar"]


def test_a_work_that_lacks_nothing_is_not_asked_for(reader: Reader) -> None:
    own = own_statement("CVPR", "2022", "papers.md:1", ZOTERO)

    findings = reader.find(replace(WORK, own=own, is_complete=True))

    assert published(findings).is_own
    assert reader.site.requests == []


def test_crossref_is_asked_by_the_doi_that_arxiv_tells(reader: Reader) -> None:
    reader.indexes.papers += [Paper(ID, doi="10.5555/proc.2023.17")]
    name = "2023 IEEE/CVF International Conference on Computer Vision (ICCV)"
    reader.indexes.crossref = [crossref_work(**{"container-title": [name]})]

    found = published(reader.find())

    assert (found.venue, found.year, found.doi) == ("ICCV", "2023", "10.5555/proc.2023.17")
    assert reader.site.requests[-1].path == "/crossref/works/10.5555/proc.2023.17"


def test_a_work_without_identifier_is_asked_for_by_title_and_author(reader: Reader) -> None:
    reader.find(StatedWork(WantedWork(TITLE, PEOPLE)))

    assert reader.asked == ["dblp", "crossref", "semantic_scholar"]
    assert reader.site.requests[0].params["q"] == f"{TITLE} Lovelace"
    assert reader.site.requests[2].path.endswith("/paper/search/match")


def test_a_work_whose_id_is_of_another_paper_is_asked_for_by_its_own_title(reader: Reader) -> None:
    reader.indexes.papers += [Paper(ID, title="Cooking for Two", authors=("Nobody Here",))]

    reader.find()

    (asked,) = (request for request in reader.site.requests if "dblp" in request.path)
    assert asked.params["q"] == f"{TITLE} Lovelace"


def test_many_works_are_few_requests_where_that_is_possible(reader: Reader) -> None:
    works = [
        replace(WORK, known=WantedWork(TITLE, PEOPLE, arxiv=f"2103.{at:05}")) for at in range(130)
    ]
    reader.indexes.dblp = [dblp_info(**AT_CVPR)]

    reader.find(*works)

    assert reader.asked.count("arxiv") == 2
    assert reader.asked.count("semantic_scholar") == 1
    assert reader.asked.count("dblp") == 2  # of two titles


def test_a_source_that_is_left_out_is_not_asked(reader: Reader) -> None:
    reader.left_out = {"dblp": "", "arxiv": ""}

    reader.find()

    assert reader.asked == ["semantic_scholar", "crossref"]


def test_offline_the_cache_alone_tells_however_old_it_is(reader: Reader) -> None:
    reader.indexes.dblp = [dblp_info(**AT_CVPR)]
    reader.find()
    number = len(reader.site.requests)
    reader.clock.wait(400 * 86_400, "a year")

    findings = reader.find(WORK, OTHER, is_offline=True)

    assert published(findings).venue == "CVPR"
    assert findings.publications[1] == Unpublished()
    assert findings.faults == ()
    assert len(reader.site.requests) == number


# Faults


@pytest.mark.parametrize("service", ["arxiv", "semantic_scholar", "dblp", "crossref"])
@pytest.mark.parametrize(
    "fault", [status(503), status(404), dropped, cut(0.5), text(b"<html>"), text(b"{}")]
)
def test_each_source_that_fails_leaves_the_others(
    reader: Reader, service: str, fault: Fault
) -> None:
    reader.indexes.papers += [Paper(ID, comment="Accepted to CVPR 2022")]
    reader.indexes.dblp = [dblp_info(venue="CVPR", year="2022", doi="", pages="")]
    name = "2022 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)"
    reader.indexes.crossref = [
        crossref_work(**{"container-title": [name], "published-print": {"date-parts": [[2022]]}})
    ]
    reader.indexes.broken = {service: fault}

    findings = reader.find()

    assert published(findings).venue == "CVPR"
    assert {one.source.value for one in findings.faults} <= {
        {"arxiv": "arXiv", "dblp": "DBLP", "crossref": "Crossref"}.get(service, "Semantic Scholar")
    }


def test_a_source_that_stays_away_is_told_once_with_the_number_of_works(reader: Reader) -> None:
    reader.indexes.broken = {"dblp": dropped}

    findings = reader.find(WORK, OTHER)

    assert [(one.source, one.works) for one in findings.faults] == [(Source.DBLP, 2)]


def test_a_run_that_is_broken_off_goes_on_where_it_was(reader: Reader) -> None:
    @contextmanager
    def impatient(what: str) -> Iterator[Any]:
        def report(done: int, total: int) -> None:
            if "DBLP" in what and done == 1:
                raise KeyboardInterrupt

        yield report

    urls = {name: f"{reader.site.url}/{name}" for name in ("arxiv", "crossref", "dblp")}
    addresses = Addresses(**urls, semantic_scholar="")
    sources = Sources(addresses, reader.cache, reader.clock.manners)
    with pytest.raises(KeyboardInterrupt):
        find_publications([WORK, OTHER], sources, ZOTERO, Asking(watch=impatient))
    for service in sources.services:
        service.close()
    asked = len(reader.site.requests)
    reader.left_out = {"semantic_scholar": ""}

    reader.find(WORK, OTHER)

    assert reader.asked[asked:] == ["dblp", "crossref", "crossref"]


def test_an_answer_about_another_paper_is_not_believed(reader: Reader) -> None:
    reader.indexes.dblp = [dblp_info(**AT_CVPR, title="A Study of Nothing at All, Revisited.")]
    reader.indexes.scholar = {f"ARXIV:{ID}": scholar_paper(title="Cooking for Two")}

    found = reader.find().publications[0]

    assert isinstance(found, Reported)
    assert {doubt.statement.source for doubt in found.doubts} == {
        *(Source.DBLP, Source.SEMANTIC_SCHOLAR)
    }
