"""What is said of papers: withdrawn or not, newer or not."""

from __future__ import annotations

import pytest

from zoterodigest.lookup.work import IndexedWork, KnownPaper, Looked, Source


def a_paper(comment: str = "", abstract: str = "We study it.", version: int = 2) -> Looked:
    return Looked("2103.00020", version, "T", ("A",), abstract, "", "", comment=comment)


@pytest.mark.parametrize(
    "text",
    [
        "This paper has been withdrawn by the author due to a crucial error in equation 3",
        "This paper has been withdrawn",
        "This article has been withdrawn by arXiv administrators because of plagiarism",
        "The paper was withdrawn because of errors in the experiments",
        "This submission has been withdrawn due to a violation of the policies of arXiv",
        "Withdrawn by the authors: Theorem 1 is wrong",
        "withdrawn",
        "Withdrawn due to a mistake",
        "(withdrawn)",
        "12 pages. This manuscript is withdrawn as the proof has a gap",
        "We have withdrawn this paper to add more experiments",
        "The authors have withdrawn this manuscript",
        "I withdraw this paper; see arXiv:2104.00001",
        "This paper has been temporarily withdrawn",
        "This work has been retracted by its authors",
        "Retracted: the data are wrong",
        "This preprint is being withdrawn for legal reasons",
        "Paper withdrawn by the author",
        "This paper was withdrawn from arXiv by the authors",
    ],
)
def test_a_withdrawn_paper_is_known_by_its_comment(text: str) -> None:
    assert a_paper(comment=text).is_withdrawn


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Accepted at CVPR 2024",
        "This paper has been withdrawn from ICLR 2023 by the authors after reviews",
        "The submission was withdrawn from NeurIPS and accepted at TMLR",
        "Withdrawn submission to ICLR 2024",
        "Withdrawn from AAAI 2022; a new version is in preparation",
        "We study withdrawn papers",
        "On articles that were withdrawn or retracted",
        "Retraction in continual learning, 10 pages",
        "A data set of 4,000 retracted papers",
        "The funding was withdrawn by the agency",
    ],
)
def test_other_papers_are_not_withdrawn(text: str) -> None:
    assert not a_paper(comment=text).is_withdrawn


def test_older_papers_say_so_in_the_abstract() -> None:
    abstract = "This paper has been withdrawn by the author due to an error."

    assert a_paper(abstract=abstract).is_withdrawn


def test_what_an_abstract_says_late_is_about_something_else() -> None:
    abstract = "We look at publishing. " * 40 + "This paper has been withdrawn is a phrase."

    assert not a_paper(abstract=abstract).is_withdrawn


@pytest.mark.parametrize(
    ("version", "is_newer"), [("v1", True), ("v2", False), ("v3", False), ("", False), ("x", False)]
)
def test_a_version_is_newer_than_that_of_a_link(version: str, is_newer: bool) -> None:
    assert a_paper(version=2).is_newer_than(version) is is_newer


@pytest.mark.parametrize(("earlier", "is_new"), [(0, False), (1, True), (2, False), (3, False)])
def test_a_version_that_came_since_is_noticed(earlier: int, is_new: bool) -> None:
    assert KnownPaper(a_paper(version=2), earlier).has_new_version is is_new


@pytest.mark.parametrize(
    ("venue", "item_type", "is_published"),
    [
        ("CVPR", "conferencePaper", True),
        ("Nature", "journalArticle", True),
        ("arXiv.org", "preprint", False),
        ("", "journalArticle", False),
        ("Somewhere", "", False),
    ],
)
def test_published_is_what_appeared_somewhere(
    venue: str, item_type: str, is_published: bool
) -> None:
    candidate = IndexedWork(Source.CROSSREF, "T", venue=venue, item_type=item_type)

    assert candidate.is_published is is_published
