"""Where a work was published, weighed from what sources say; the works are invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.values.record import Names
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping
from zoterodigest.lookup.agreement import WantedWork
from zoterodigest.lookup.publication import (
    Publication,
    Published,
    Reported,
    Unpublished,
    publication,
)
from zoterodigest.lookup.statements import StatedWork, own_statement
from zoterodigest.lookup.work import IndexedWork, Looked, Source

TITLE = "Painting Landscapes by Numbers Alone"
PEOPLE = ("Ada Lovelace", "Alan Turing", "Grace Hopper")
ID = "2203.00020"
ZOTERO = ZoteroMapping(LinkHome.OFF, categories=False)
WORK = StatedWork(WantedWork(TITLE, Names(PEOPLE), arxiv=ID), first="2022-03-01")
DBLP, CROSSREF, SCHOLAR = Source.DBLP, Source.CROSSREF, Source.SEMANTIC_SCHOLAR


def own(venue: str, year: str) -> StatedWork:
    return replace(WORK, own=own_statement(venue, year, "papers.md:3", ZOTERO))


def arxiv(comment: str = "", journal_ref: str = "", doi: str = "", title: str = TITLE) -> Looked:
    return Looked(
        ID,
        2,
        title,
        PEOPLE,
        "",
        "2022-03-01",
        "",
        doi=doi,
        journal_ref=journal_ref,
        comment=comment,
    )


def listed(source: Source, venue: str, year: str, **fields: str) -> IndexedWork:
    kind = {"item_type": "conferencePaper", "title": TITLE} | fields
    people = kind.pop("people", "; ".join(PEOPLE)).split("; ")
    return IndexedWork(source, authors=tuple(people), venue=venue, year=year, **kind)


def decide(
    *candidates: IndexedWork, work: StatedWork = WORK, looked: Looked | None = None
) -> Publication:
    return publication(replace(work, looked=looked, candidates=candidates), ZOTERO)


def said(found: Publication) -> tuple[str, str]:
    return (found.venue, found.year) if isinstance(found, Published) else ("", "")


def reason(found: Publication) -> str:
    assert isinstance(found, Reported), found
    return found.reason


# One source


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (listed(DBLP, "CVPR", "2022"), ("CVPR", "2022")),
        (listed(DBLP, "CVPR Workshops", "2022"), ("CVPRW", "2022")),
        (listed(DBLP, "ECCV (17)", "2022"), ("ECCV", "2022")),
        (listed(DBLP, "EMNLP (Findings)", "2022"), ("EMNLP Findings", "2022")),
        (listed(DBLP, "ICLR (Poster)", "2023"), ("ICLR", "2023")),
        (
            listed(DBLP, "IEEE Trans. Image Process.", "2023", item_type="journalArticle"),
            ("TIP", "2023"),
        ),
        (listed(DBLP, "WWW (Companion Volume)", "2023"), ("WWW (Companion Volume)", "2023")),
        (listed(DBLP, "CoRR", "2022", item_type="preprint"), ("", "")),
        (listed(CROSSREF, "2023 IEEE/CVF Winter Conference on Applications of Computer Vision"
                " (WACV)", "2023"), ("WACV", "2023")),
        (
            listed(CROSSREF, "Computer Vision – ECCV 2022", "2023", item_type="bookSection"),
            ("ECCV", "2022"),
        ),
        (
            listed(CROSSREF, "International Journal of Odd Things", "2023",
                   item_type="journalArticle"),
            ("International Journal of Odd Things", "2023"),
        ),
        (listed(CROSSREF, "bioRxiv", "2022", item_type="preprint"), ("", "")),
        (listed(SCHOLAR, "International Conference on Robotics and Automation", "2023"),
         ("ICRA", "2023")),
        (listed(SCHOLAR, "arXiv.org", "2022", item_type="preprint"), ("", "")),
    ],
)  # fmt: skip
def test_an_index_is_believed_about_a_work_that_agrees(
    candidate: IndexedWork, expected: tuple[str, str]
) -> None:
    assert said(decide(candidate)) == expected


def test_what_authors_say_is_believed_with_its_passage() -> None:
    found = decide(looked=arxiv("Accepted to CVPR 2022 (oral), 12 pages"))

    assert isinstance(found, Published)
    assert (found.venue, found.year, found.award, found.item_type) == (
        *("CVPR", "2022", "Oral"),
        "conferencePaper",
    )
    assert [each.text for each in found.why] == ['comment "Accepted to CVPR 2022 (oral"']


def test_a_paper_of_another_title_under_the_same_id_is_only_told() -> None:
    other = replace(arxiv("Accepted to CVPR 2022", title="Quite Another Matter"), authors=("X Y",))

    found = decide(looked=other)

    assert isinstance(found, Reported)
    assert found.doubts[0].reasons == (f"arXiv:{ID} has another title",)


@pytest.mark.parametrize(
    "looked",
    [
        arxiv("Accepted to CVPR 2022", title="Numbers and Landscapes, Painted"),
        replace(arxiv("Accepted to CVPR 2022"), authors=("Someone Else",)),
    ],
)
def test_a_title_may_change_between_versions_and_authors_may_be_wrong_but_not_both(
    looked: Looked,
) -> None:
    assert said(decide(looked=looked)) == ("CVPR", "2022")


@pytest.mark.parametrize(
    ("candidate", "told"),
    [
        (listed(DBLP, "CVPR", "2022", title="Painting Seascapes by Hand"), "the title differs"),
        (listed(DBLP, "CVPR", "2022", people="Bea Smith; Cy Young"), "the first author differs"),
        (listed(DBLP, "CVPR", "2022", arxiv="1901.00001"), "it is arXiv:1901.00001"),
    ],
)
def test_a_candidate_that_does_not_agree_is_only_told(candidate: IndexedWork, told: str) -> None:
    found = decide(candidate)

    if isinstance(found, Reported):
        assert told in found.doubts[0].reasons
    else:
        assert isinstance(found, Unpublished)
        assert told == "the title differs"


def test_user_names_agree_with_nobody_until_arxiv_tells_the_authors() -> None:
    handles = replace(WORK, known=replace(WORK.known, authors=Names(("ada-l", "turing99"))))
    candidate = listed(DBLP, "CVPR", "2022")

    assert isinstance(decide(candidate, work=handles), Reported)
    assert said(decide(candidate, work=handles, looked=arxiv())) == ("CVPR", "2022")


def test_the_comment_in_the_digest_counts_where_arxiv_was_not_heard() -> None:
    commented = replace(WORK, comment="Accepted to CVPR 2022")

    assert said(decide(work=commented)) == ("CVPR", "2022")
    assert decide(work=commented, looked=arxiv("12 pages")) == Unpublished()


def test_nothing_heard_is_nothing_published() -> None:
    assert decide() == Unpublished()
    assert decide(looked=arxiv("12 pages, submitted to CVPR 2022")) == Unpublished()


# Several sources


def test_sources_that_agree_give_venue_year_doi_and_pages_by_trust() -> None:
    found = decide(
        listed(
            SCHOLAR, "Computer Vision and Pattern Recognition", "2021", pages="1-2", doi="10.1/x"
        ),
        listed(
            CROSSREF,
            "2022 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)",
            "2022",
            doi="10.1109/CVPR.1",
            pages="5505-5514",
        ),
        listed(DBLP, "CVPR", "2022", doi="10.1109/CVPR.1"),
        looked=arxiv("CVPR 2022"),
    )

    assert isinstance(found, Published)
    assert (found.venue, found.year, found.doi, found.pages) == (
        *("CVPR", "2022"),
        *("10.1109/CVPR.1", "5505-5514"),
    )
    assert [each.source for each in found.why] == [Source.ARXIV, DBLP, CROSSREF, SCHOLAR]
    assert found.is_confirmed


@pytest.mark.parametrize(
    "others",
    [
        (listed(DBLP, "ICCV", "2023"),),
        (listed(CROSSREF, "IEEE Transactions on Image Processing", "2023"),),
        (listed(DBLP, "CVPR Workshops", "2022"),),
        (listed(SCHOLAR, "European Conference on Computer Vision", "2022"),),
    ],
)
def test_sources_that_contradict_each_other_are_only_told(others: tuple[IndexedWork, ...]) -> None:
    found = decide(*others, looked=arxiv("Accepted to CVPR 2022"))

    assert reason(found) == "the sources disagree about the venue"
    assert isinstance(found, Reported)
    assert len(found.doubts) == 2


@pytest.mark.parametrize(
    ("others", "looked"),
    [
        ((listed(CROSSREF, "IEEE Trans. Pattern Anal. Mach. Intell.", "2024", doi="10.1109/T.1",
                 item_type="journalArticle"),), None),
        ((), arxiv("NeurIPS 2022")),
        ((), None),
    ],
)  # fmt: skip
def test_a_conference_paper_and_a_later_article_are_a_choice_for_the_person(
    others: tuple[IndexedWork, ...], looked: Looked | None
) -> None:
    found = decide(
        listed(DBLP, "NeurIPS", "2022", pages="1-9"),
        listed(DBLP, "IEEE Trans. Pattern Anal. Mach. Intell.", "2024", item_type="journalArticle"),
        *others,
        looked=looked,
    )

    assert reason(found) == "it appeared at several venues"
    assert isinstance(found, Reported)
    assert {(one.venue, one.year, one.item_type) for one in found.versions} == {
        ("NeurIPS", "2022", "conferencePaper"),
        ("TPAMI", "2024", "journalArticle"),
    }


def test_a_workshop_beside_the_venue_that_all_name_is_no_choice() -> None:
    found = decide(
        listed(DBLP, "NeurIPS", "2022"),
        listed(DBLP, "GRAPHS@ICLR", "2022"),
        looked=arxiv("NeurIPS 2022"),
    )

    assert said(found) == ("NeurIPS", "2022")
    assert isinstance(found, Published)
    assert [each.reasons for each in found.against] == [("another version",)]


def test_a_comment_and_a_journal_reference_may_name_two_versions() -> None:
    found = decide(
        listed(CROSSREF, "International Journal of Computer Vision", "2024",
               item_type="journalArticle"),
        looked=arxiv("Accepted to NeurIPS 2022", "International Journal of Computer Vision 2024"),
    )  # fmt: skip

    assert isinstance(found, Reported)
    assert [one.venue for one in found.versions] == ["IJCV", "NeurIPS"]


def test_a_journal_is_confirmed_only_if_an_index_that_knows_conferences_was_heard() -> None:
    scholar = listed(
        SCHOLAR,
        "International Journal of Computer Vision",
        "2024",
        item_type="journalArticle",
        doi="10.1007/x",
        pages="1-20",
    )
    by_authors = arxiv(journal_ref="International Journal of Computer Vision 2024")

    found = decide(scholar, looked=by_authors)
    listed_too = decide(
        scholar,
        listed(DBLP, "Int. J. Comput. Vis.", "2024", item_type="journalArticle"),
        looked=by_authors,
    )

    assert said(found) == said(listed_too) == ("IJCV", "2024")
    assert isinstance(found, Published)
    assert isinstance(listed_too, Published)
    assert (found.is_confirmed, listed_too.is_confirmed) == (False, True)


def test_two_versions_in_one_index_are_for_a_person_to_judge() -> None:
    found = decide(listed(DBLP, "CVPR", "2022"), listed(DBLP, "CVPR Workshops", "2022"))

    assert reason(found) == "it appeared at several venues"


def test_semantic_scholar_names_the_conference_where_a_part_is_meant() -> None:
    scholar = listed(
        SCHOLAR, "Annual Meeting of the Association for Computational Linguistics", "2023"
    )

    assert said(decide(scholar, listed(DBLP, "ACL (Findings)", "2023"))) == (
        *("ACL Findings", "2023"),
    )
    assert "which part of ACL" in reason(decide(scholar))


def test_one_doi_is_one_publication_whatever_its_venue_is_called() -> None:
    doi = "10.1007/978-3-031-1_2"

    found = decide(
        listed(DBLP, "ICOT (2)", "2022", doi=doi.upper()),
        listed(CROSSREF, "Odd Things and Their Uses", "2022", doi=doi, item_type="bookSection"),
    )

    assert said(found) == ("Odd Things and Their Uses", "2022")


def test_a_venue_of_which_the_library_could_not_tell_the_type_is_only_told() -> None:
    found = decide(listed(DBLP, "Displays", "2023", item_type="journalArticle"))

    assert reason(found) == "Displays is in no table of venues and may be no conference"


# The year


@pytest.mark.parametrize(
    ("candidates", "comment", "expected"),
    [
        # the year of a conference is that of its name, not of its printing
        ((listed(CROSSREF, "Computer Vision – ECCV 2022", "2023"),), "", ("ECCV", "2022")),
        ((listed(DBLP, "ECCV (1)", "2022"), listed(CROSSREF, "ECCV", "2023")), "",
         ("ECCV", "2022")),
        # that of an article is the issue's, not the one of acceptance
        ((listed(DBLP, "Int. J. Comput. Vis.", "2024"),), "Accepted to IJCV 2023",
         ("IJCV", "2024")),
        ((listed(DBLP, "Trans. Mach. Learn. Res.", "2023"),), "Accepted to TMLR", ("TMLR", "2023")),
        # Semantic Scholar's may be that of the preprint
        ((listed(SCHOLAR, "International Conference on Robotics and Automation", "2022"),), "",
         ("", "")),
        # nobody tells it
        ((), "Accepted by TPAMI", ("", "")),
        ((listed(DBLP, "CVPR", "2023"),), "Accepted to CVPR 2022", ("", "")),
    ],
)  # fmt: skip
def test_the_year_is_that_of_the_publication(
    candidates: tuple[IndexedWork, ...], comment: str, expected: tuple[str, str]
) -> None:
    assert said(decide(*candidates, looked=arxiv(comment))) == expected


# The venue of the digest or the library


def test_the_own_venue_gains_doi_and_pages_from_who_agrees_about_venue_and_year() -> None:
    found = decide(
        listed(DBLP, "CVPR", "2022", doi="10.1109/CVPR.1", pages="1-9"), work=own("CVPR", "2022")
    )

    assert isinstance(found, Published)
    assert found.is_own
    assert (found.venue, found.year, found.doi, found.pages) == (
        *("CVPR", "2022"),
        *("10.1109/CVPR.1", "1-9"),
    )


@pytest.mark.parametrize(
    ("candidate", "told"),
    [
        (listed(DBLP, "ICCV", "2023", doi="10.1109/ICCV.1"), "another venue"),
        (listed(DBLP, "CVPR", "2023", doi="10.1109/CVPR.1"), "another year"),
    ],
)
def test_the_own_venue_is_never_contradicted(candidate: IndexedWork, told: str) -> None:
    found = decide(candidate, work=own("CVPR", "2022"))

    assert isinstance(found, Published)
    assert (found.venue, found.year, found.doi) == ("CVPR", "2022", "")
    assert [each.reasons for each in found.against] == [(told,)]


def test_the_own_venue_without_a_year_gains_it() -> None:
    found = decide(listed(DBLP, "Trans. Mach. Learn. Res.", "2023"), work=own("TMLR", ""))

    assert said(found) == ("TMLR", "2023")


@pytest.mark.parametrize("venue", ["", "arxiv", "Under review", "Submitted", "bioRxiv"])
def test_a_preprint_server_and_what_is_no_venue_are_none(venue: str) -> None:
    assert own(venue, "2022").own is None


# Laws

_VENUES = st.sampled_from(["CVPR", "CVPR Workshops", "ICCV", "TPAMI", "ACL (Findings)", "Odd"])
_CANDIDATES = st.lists(
    st.builds(
        listed,
        st.sampled_from([DBLP, CROSSREF, SCHOLAR]),
        _VENUES,
        st.sampled_from(["", "2021", "2022", "2023"]),
        doi=st.sampled_from(["", "10.1/a", "10.1/b"]),
        item_type=st.sampled_from(["conferencePaper", "journalArticle", "bookSection", ""]),
    ),
    max_size=5,
)


@given(_CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_in_which_sources_answer_does_not_matter(
    candidates: list[IndexedWork], random: object
) -> None:
    one_each = list({each.source: each for each in candidates}.values())
    shuffled = sorted(one_each, key=lambda each: each.source.value, reverse=True)

    assert decide(*one_each) == decide(*shuffled)


@given(_CANDIDATES)
def test_what_is_applied_is_named_by_every_source_that_names_a_venue(
    candidates: list[IndexedWork],
) -> None:
    found = decide(*candidates)

    if isinstance(found, Published):
        named = {each.source for each in candidates if each.is_published}
        assert {each.source for each in found.why} == named
        assert found.year


@given(_CANDIDATES, _VENUES, st.sampled_from(["2021", "2022"]))
def test_whatever_is_heard_the_own_venue_and_year_stay(
    candidates: list[IndexedWork], venue: str, year: str
) -> None:
    mine = own(venue, year)
    found = decide(*candidates, work=mine)

    assert mine.own is not None
    assert said(found) == (mine.own.venue.name, year)
