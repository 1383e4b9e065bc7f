"""Crossref, DBLP and Semantic Scholar over HTTP: what is asked, and what their answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.lookup.answers import (
    crossref_list,
    crossref_one,
    crossref_work,
    dblp_hits,
    dblp_info,
    scholar_paper,
)
from tests.lookup.site import Answer, Clock, Site, serving, status, text
from zoterodigest.core.values.identity import Identifier
from zoterodigest.lookup import crossref, dblp, semantic_scholar
from zoterodigest.lookup.cache import Cache
from zoterodigest.lookup.index import Candidates, Index, Question
from zoterodigest.lookup.service import ServiceAddress
from zoterodigest.lookup.work import Failed, IndexedWork, Source

ARXIV_ID = Identifier("arxiv", "2103.00020")


@pytest.fixture(name="site")
def _site() -> Iterator[Site]:
    with serving(lambda _: Answer(b"{}")) as site:
        yield site


class Reader:
    """A person's run against one index: a cache of its own, a clock."""

    def __init__(self, site: Site, source: Source) -> None:
        self.site = site
        self.clock = Clock()
        place = ServiceAddress(source.value, site.url, 1.0)
        self.index = Index(source, place, cache=Cache(None), manners=self.clock.manners)

    def ask(self, question: Question, *bodies: bytes) -> Candidates | Failed:
        self.site.faults |= {at: text(body) for at, body in enumerate(bodies, 1)}
        return self.index.ask(question)

    def read(self, question: Question, body: bytes) -> IndexedWork:
        found = self.ask(question, body)
        assert not isinstance(found, Failed), found
        return found[0]


@pytest.fixture(name="reader")
def _reader(site: Site) -> Reader:
    return Reader(site, Source.CROSSREF)


# What all have in common


def test_a_second_question_is_answered_from_the_cache(reader: Reader) -> None:
    question = crossref.by_doi("10.5555/PROC.2023.17")

    first = reader.ask(question, crossref_one(crossref_work()))
    second = reader.ask(crossref.by_doi("10.5555/proc.2023.17"))

    assert first == second
    assert len(reader.site.requests) == 1


def test_what_an_index_does_not_have_is_nothing_and_remembered(reader: Reader) -> None:
    reader.site.always = status(404, "Resource not found.", Content_Type="text/plain")

    answers = [reader.ask(crossref.by_doi("10.5555/none")) for _ in range(2)]

    assert answers == [(), ()]
    assert len(reader.site.requests) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (status(403, "no"), "Crossref answers with HTTP 403"),
        (text("<html>slow down</html>"), "Crossref does not answer in JSON"),
        (text(b'{"message": {"items": ['), "Crossref does not answer in JSON"),
        (text(b"[" * 100_000), "Crossref does not answer in JSON"),
        (text(b"\xff\xff"), "Crossref does not answer in JSON"),
    ],
)
def test_a_failure_is_told_and_not_remembered(reader: Reader, fault: Any, reason: str) -> None:
    question = crossref.by_doi("10.5555/proc.2023.17")
    reader.site.faults[1] = fault

    first = reader.index.ask(question)
    second = reader.ask(question, b"", crossref_one(crossref_work()))

    assert first == Failed(reason)
    assert isinstance(second, tuple)
    assert second[0].title == "A Study of Something"


def test_requests_keep_the_pause_of_their_service(reader: Reader) -> None:
    for doi in ("10.5555/a", "10.5555/b", "10.5555/c"):
        reader.ask(crossref.by_doi(doi))

    assert [seconds for seconds, _ in reader.clock.waits] == [1.0, 1.0]


MEMBERS = """
    message items title author authors given family text name result hits hit info DOI doi type
    relation has-preprint id issued date-parts venue ee externalIds ArXiv data publicationVenue
    journal publicationTypes year container-title subtitle pages page volume
"""
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(MEMBERS.split()), inner, max_size=5)
    ),
    max_leaves=25,
)
QUESTIONS = [
    crossref.by_doi("10.1/x"),
    crossref.crossref_by_title("x"),
    dblp.dblp_by_title("x"),
    semantic_scholar.by_identifier(ARXIV_ID),
    semantic_scholar.semantic_scholar_by_title("x"),
]


@given(ANY_JSON)
@example({"title": ["x"], "message": {"title": "x", "issued": {"date-parts": [None, [[2020]]]}}})
@example({"title": "x", "externalIds": {"ArXiv": 10**400}, "year": float("nan")})
def test_no_json_makes_a_reader_stumble(answer: Any) -> None:
    for question in QUESTIONS:
        for candidate in question.read(answer):
            assert candidate.title


def test_nothing_that_cannot_be_seen_passes() -> None:
    hostile = "A\x00 title\x1b[31m\u202e and\u2028 more\ud800"
    work = crossref_work(title=[hostile], author=[{"family": hostile}], URL="javascript:x")

    (found,) = crossref.by_doi("10.5555/x").read({"message": work})

    assert found.title == found.authors[0] == "A title [31m and more"
    assert found.url == ""


# Crossref


def test_crossref_is_asked_for_a_doi_in_one_part_of_the_path(reader: Reader) -> None:
    reader.ask(crossref.by_doi("10.1000/a/../b?c#d"))

    assert reader.site.requests[0].path == "/works/10.1000/a/../b?c#d"
    assert reader.site.requests[0].params == {}


def test_crossref_is_asked_for_a_title_with_its_author(reader: Reader) -> None:
    reader.ask(crossref.crossref_by_title("A  Study & more", "Lovelace"))

    request = reader.site.requests[0]
    assert request.path == "/works"
    assert request.params["query.bibliographic"] == "A Study & more Lovelace"
    assert request.params["rows"] == "5"


def test_a_work_of_crossref_is_read(reader: Reader) -> None:
    relation = {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2103.00020"}]}
    work = crossref_work(relation=relation)

    found = reader.read(crossref.by_doi("10.5555/proc.2023.17"), crossref_one(work))

    assert found == IndexedWork(
        source=Source.CROSSREF,
        title="A Study of Something",
        authors=("Ada Lovelace", "Alan Turing"),
        venue="2023 Conference on Things (ConfT)",
        year="2023",
        item_type="conferencePaper",
        doi="10.5555/proc.2023.17",
        pages="170-181",
        url="https://doi.org/10.5555/proc.2023.17",
        arxiv="2103.00020",
    )
    assert found.is_published


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"subtitle": ["In Two Parts"]}, "title", "A Study of Something: In Two Parts"),
        ({"subtitle": ["of something"]}, "title", "A Study of Something"),
        ({"title": ["Why?"], "subtitle": ["Because"]}, "title", "Why? Because"),
        ({"title": ["Of <i>E.&amp;nbsp;coli</i>\n &amp;amp; <scp>Us</scp>"]}, "title",
         "Of <i>E. coli</i> & Us"),
        ({"author": [{"name": "The Things Team"}]}, "authors", ("The Things Team",)),
        ({"author": [{"given": "J.", "family": "Doe", "suffix": "Jr."}]}, "authors",
         ("J. Doe Jr.",)),
        ({"container-title": ["Lecture Notes in Computer Science", "Vision – 2022"]}, "venue",
         "Vision – 2022"),
        ({"container-title": ["Lecture Notes in Computer Science"]}, "venue",
         "Lecture Notes in Computer Science"),
        ({"published-print": None}, "year", "2022"),
        ({"published-print": {"date-parts": [[None]]}, "issued": {}}, "year", ""),
        ({"page": None, "article-number": "e17"}, "pages", "e17"),
        ({"page": "1–9"}, "pages", "1-9"),
        ({"type": "posted-content"}, "is_published", False),
        ({"type": "peer-review"}, "item_type", ""),
    ],
)  # fmt: skip
def test_what_publishers_register_is_made_plain(
    reader: Reader, fields: dict[str, Any], name: str, value: object
) -> None:
    work = {key: each for key, each in crossref_work(**fields).items() if each is not None}

    found = reader.read(crossref.crossref_by_title("x"), crossref_list(work))

    assert getattr(found, name) == value


# DBLP


@pytest.fixture(name="dblp_reader")
def _dblp_reader(site: Site) -> Reader:
    return Reader(site, Source.DBLP)


def test_dblp_is_asked_for_words_and_no_commands(dblp_reader: Reader) -> None:
    dblp_reader.ask(dblp.dblp_by_title("β-VAE: Learn|ing $2 -not, it's", "Irina Higgins"))

    request = dblp_reader.site.requests[0]
    assert request.path == "/search/publ/api"
    assert request.params["q"] == "β VAE Learn ing 2 not it s Irina Higgins"
    assert request.params["format"] == "json"


def test_a_work_of_dblp_is_read(dblp_reader: Reader) -> None:
    found = dblp_reader.read(dblp.dblp_by_title("x"), dblp_hits(dblp_info()))

    assert found == IndexedWork(
        source=Source.DBLP,
        title="A Study of Something",
        authors=("Ada Lovelace", "Alan Turing"),
        venue="ConfT",
        year="2023",
        item_type="conferencePaper",
        doi="10.5555/PROC.2023.17",
        pages="170-181",
        url="https://doi.org/10.5555/PROC.2023.17",
    )


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"authors": {"author": {"@pid": "1", "text": "Alone"}}}, "authors", ("Alone",)),
        ({"authors": {"author": ["Ada", "Bea"]}}, "authors", ("Ada", "Bea")),
        ({"title": "Q&amp;A: It&apos;s"}, "title", "Q&A: It's"),
        ({"venue": ["ECCV (3)", "LNCS"]}, "venue", "ECCV (3)"),
        ({"ee": ["https://a.example/1", "https://b.example/2"]}, "url", "https://a.example/1"),
        ({"ee": None}, "url", "https://dblp.org/rec/conf/conft/LovelaceT23"),
        ({"type": "Journal Articles", "number": "4", "volume": "9"}, "item_type", "journalArticle"),
    ],
)
def test_the_forms_of_dblp_are_understood(
    dblp_reader: Reader, fields: dict[str, Any], name: str, value: object
) -> None:
    info = {key: each for key, each in dblp_info(**fields).items() if each is not None}

    found = dblp_reader.read(dblp.dblp_by_title("x"), dblp_hits(info))

    assert getattr(found, name) == value


def test_the_preprint_of_dblp_is_one_of_arxiv(dblp_reader: Reader) -> None:
    info = dblp_info(
        type="Informal and Other Publications", venue="CoRR", volume="abs/2103.00020", doi=""
    )

    found = dblp_reader.read(dblp.dblp_by_title("x"), dblp_hits(info))

    assert (found.arxiv, found.item_type, found.pages) == ("2103.00020", "preprint", "")
    assert not found.is_published


def test_dblp_without_hits_has_nothing(dblp_reader: Reader) -> None:
    assert dblp_reader.ask(dblp.dblp_by_title("x"), dblp_hits()) == ()


def test_volumes_of_proceedings_are_no_works(dblp_reader: Reader) -> None:
    hits = dblp_hits(dblp_info(type="Editorship"))

    assert dblp_reader.ask(dblp.dblp_by_title("x"), hits) == ()


def test_the_limit_of_dblp_is_kept(dblp_reader: Reader) -> None:
    dblp_reader.site.faults = {
        1: status(429, "", Retry_After="30"),
        2: text(dblp_hits(dblp_info())),
    }

    found = dblp_reader.index.ask(dblp.dblp_by_title("x"))

    assert isinstance(found, tuple)
    assert len(found) == 1
    assert [seconds for seconds, _ in dblp_reader.clock.waits] == [30.0]


# Semantic Scholar


@pytest.fixture(name="scholar")
def _scholar(site: Site) -> Reader:
    return Reader(site, Source.SEMANTIC_SCHOLAR)


def test_semantic_scholar_is_asked_by_arxiv_id_and_by_doi(scholar: Reader) -> None:
    scholar.ask(semantic_scholar.by_identifier(ARXIV_ID))
    scholar.ask(semantic_scholar.by_identifier(Identifier("doi", "10.5555/a(b)")))

    assert [request.path for request in scholar.site.requests] == [
        "/paper/ARXIV:2103.00020",
        "/paper/DOI:10.5555/a(b)",
    ]
    assert "externalIds" in scholar.site.requests[0].params["fields"]


def test_a_paper_of_semantic_scholar_is_read(scholar: Reader) -> None:
    body = json.dumps(scholar_paper()).encode()

    found = scholar.read(semantic_scholar.by_identifier(ARXIV_ID), body)

    assert found == IndexedWork(
        source=Source.SEMANTIC_SCHOLAR,
        title="A Study of Something",
        authors=("Ada Lovelace", "A. Turing"),
        venue="Conference on Things",
        year="2023",
        item_type="conferencePaper",
        doi="10.5555/proc.2023.17",
        pages="170-181",
        url="https://www.semanticscholar.org/paper/649def34f8be52c8b66281af98ae884c09aef38b",
        arxiv="2103.00020",
    )


def test_an_article_in_arxiv_org_is_a_preprint(scholar: Reader) -> None:
    paper = scholar_paper(
        venue="arXiv.org",
        publicationVenue={"name": "arXiv.org", "type": "journal"},
        journal={"name": "ArXiv", "volume": "abs/2103.00020"},
        externalIds={"ArXiv": "2103.00020", "DOI": "10.48550/arXiv.2103.00020"},
    )

    found = scholar.read(semantic_scholar.by_identifier(ARXIV_ID), json.dumps(paper).encode())

    assert (found.item_type, found.pages, found.doi) == ("preprint", "", "")
    assert not found.is_published


def test_a_paper_without_a_venue_is_nowhere_published(scholar: Reader) -> None:
    paper = scholar_paper(venue="", publicationVenue=None, journal=None)

    found = scholar.read(semantic_scholar.by_identifier(ARXIV_ID), json.dumps(paper).encode())

    assert not found.is_published


def test_the_closest_title_is_found_or_none(scholar: Reader) -> None:
    match = json.dumps({"data": [scholar_paper(matchScore=131.8)]}).encode()

    found = scholar.ask(semantic_scholar.semantic_scholar_by_title("A Study"), match)
    scholar.site.always = status(404, '{"error":"Title match not found"}')

    assert isinstance(found, tuple)
    assert len(found) == 1
    assert scholar.ask(semantic_scholar.semantic_scholar_by_title("Another")) == ()


def test_many_papers_are_one_request_and_none_the_second_time(scholar: Reader) -> None:
    ids = [Identifier("arxiv", f"2103.{at:05}") for at in range(600)]
    answers = [[scholar_paper(title=f"Paper {at}") for at in range(500)], [None] * 100]
    scholar.site.faults = {
        at: text(json.dumps(answer)) for at, answer in enumerate(answers, start=1)
    }

    cold = semantic_scholar.ask_all(scholar.index, ids)
    warm = semantic_scholar.ask_all(scholar.index, ids)

    assert cold == warm
    assert [len(json.loads(request.body)["ids"]) for request in scholar.site.requests] == [500, 100]
    assert cold[ids[599]] == ()
    found = cold[ids[7]]
    assert isinstance(found, tuple)
    assert found[0].title == "Paper 7"


@pytest.mark.parametrize("body", [b"[]", b"{}", b"[null, null]", b"null"])
def test_a_batch_of_another_length_is_believed_in_nothing(scholar: Reader, body: bytes) -> None:
    scholar.site.always = text(body)

    answers = semantic_scholar.ask_all(scholar.index, [ARXIV_ID])

    reason = "Semantic Scholar answers with other papers than asked for"
    assert answers == {ARXIV_ID: Failed(reason)}


def test_a_key_is_sent_only_if_there_is_one() -> None:
    place = semantic_scholar.SEMANTIC_SCHOLAR

    assert semantic_scholar.with_key(place, "").headers == {}
    assert semantic_scholar.with_key(place, "sesame").headers == {"x-api-key": "sesame"}
