"""Whether a candidate is the work that was meant: hard cases from both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.values.names import parse_names
from zoterodigest.core.values.record import Names
from zoterodigest.lookup.agreement import (
    Agreement,
    Agrees,
    Doubtful,
    Unrelated,
    WantedWork,
    agreement,
)
from zoterodigest.lookup.work import IndexedWork, Source

PEOPLE = "Ada Lovelace, Alan Turing, Grace Hopper, Kurt Gödel"
TITLE = "Learning Maps of Things without Labels"


def agree(
    title: str = TITLE,
    other: str = TITLE,
    people: str = PEOPLE,
    others: str = PEOPLE,
    **identifiers: str,
) -> Agreement:
    candidate = IndexedWork(
        Source.CROSSREF,
        other,
        parse_names(others).people,
        doi=identifiers.get("other_doi", ""),
        arxiv=identifiers.get("other_arxiv", ""),
    )
    known = WantedWork(
        title,
        parse_names(people),
        arxiv=identifiers.get("arxiv", ""),
        doi=identifiers.get("doi", ""),
    )
    return agreement(known, candidate)


def reasons(found: Agreement) -> tuple[str, ...]:
    assert isinstance(found, Doubtful), found
    return found.reasons


@pytest.mark.parametrize(
    ("title", "other"),
    [
        (TITLE, TITLE.upper()),
        (TITLE, "Learning maps of things without labels."),
        ("β-VAE: Learning Basic Concepts", r"$\beta$-{VAE}: Learning Basic Concepts"),
        ("β-VAE: Learning Basic Concepts", "beta-VAE: Learning Basic Concepts"),
        (r"$\ell_1$-Norm Balls", "ℓ1-norm balls"),
        (r"Sorting in $O(n \log n)$ Time", "Sorting in O(n log n) time"),
        (r"$\mathcal{N}=4$ Theories", "𝒩 = 4 Theories"),
        (r"G\"odel, Escher and {B}ach", "Gödel, Escher and Bach"),
        ("Naïve Bayes Is Naïve", "Naive Bayes is naive"),
        ("Making It 5× Faster", r"Making It 5$\times$ Faster"),
        ("Making It 5x Faster", "Making It 5× faster"),
        ("Don’t Stop Training", "Don&#39;t stop training"),
        ("Splitting H<sub>2</sub>O", "Splitting H$_2$O"),
        ("Q&A about Things", "Q&amp;A about things"),
        ("Real – Time Re-Identification", "Real-time reidentification"),
        ("Towards the Generalisation of Models", "Towards the generalization of models"),
        ("Learning Colour from Many Images", "Learning Color from Many Images"),
        ("Zero-Shot Text-to-Image Generation", "Zero\u2010shot text\u2011to\u2013image generation"),
        ("视觉变换器综述", "视觉变换器综述"),
    ],
)
def test_one_title_in_two_forms_agrees(title: str, other: str) -> None:
    assert agree(title, other) == Agrees()
    assert agree(other, title) == Agrees()


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("YOLOv7: Things in Real Time", "YOLOv8: Things in Real Time"),
        ("Learning Maps, Part I", "Learning Maps, Part II"),
        ("Supervised Learning of Deep Maps", "Unsupervised Learning of Deep Maps"),
        ("Symmetric Maps of Many Things", "Asymmetric Maps of Many Things"),
        ("Learning Maps with Labels Alone", "Learning Maps without Labels Alone"),
        ("Global Maps of Many Things", "Local Maps of Many Things"),
        ("Maps of Things: An Analysis", "Maps of Things: A Critique"),
        ("Training of Deep Networks", "Training for Deep Networks"),
        (TITLE, f"Correction to: {TITLE}"),
        (TITLE, f"{TITLE}: Supplementary Material"),
        (TITLE, f"{TITLE} (Extended Abstract)"),
        (TITLE, f"{TITLE}: Part 2"),
        (TITLE, f"{TITLE} - Reply to Comments"),
        (TITLE, f"{TITLE} v2"),
    ],
)
def test_titles_of_two_texts_do_not_agree(title: str, other: str) -> None:
    assert agree(title, other) != Agrees()
    assert agree(other, title) != Agrees()


@pytest.mark.parametrize(
    ("title", "other"),
    [
        (TITLE, f"{TITLE}: A Method for Cartographers"),
        (TITLE, f"{TITLE} - A Method for Cartographers"),
        (TITLE, f"{TITLE}? A Method for Cartographers"),
        ("Cartographic Transformers", "Cartographic Transformers: Learning Maps"),
        (TITLE, "Learning Maps of Things without…"),
        (TITLE, "Learning Maps of Things witho..."),
        ("视觉变换器综述", "视觉变换器综述：方法与应用"),
    ],
)
def test_a_dropped_subtitle_or_end_agrees_if_all_authors_do(title: str, other: str) -> None:
    assert agree(title, other) == Agrees()
    assert agree(other, title) == Agrees()
    found = agree(title, other, others="Ada Lovelace, Alan Turing, Grace Hopper, John Doe")
    assert reasons(found) == ("only a part of the title agrees",)


def test_a_short_head_of_a_title_does_not_agree() -> None:
    found = agree("DINO", "DINO: Maps of Things without Labels")

    assert reasons(found) == ("only a short part of the title agrees",)


def test_a_preprint_renamed_at_publication_is_only_reported() -> None:
    found = agree("Learning Maps of Things without Labels", "Label-Free Maps of Many Things")

    assert reasons(found) == ("the title differs",)


def test_a_paper_renamed_beyond_recognition_is_reported_if_an_identifier_says_so() -> None:
    found = agree(TITLE, "Cartography", arxiv="2103.00020", other_arxiv="2103.00020")

    assert reasons(found) == ("the title differs",)
    assert agree(TITLE, "Cartography") == Unrelated()


@pytest.mark.parametrize(
    "others",
    [
        "Ada Lovelace, Kurt Gödel, Grace Hopper, Alan Turing",
        "A. Lovelace, A. Turing, G. Hopper, K. Goedel",
        "Lovelace Ada, Turing Alan, Hopper Grace, Gödel Kurt",
        "Ada Lovelace, Alan M. Turing, Grace Hopper, Kurt Godel, John von Neumann",
        "Ada Lovelace, Alan Turing, Grace Hopper",
        "Ada Lovelace, Alan Turing, et al.",
        "ADA LOVELACE, ALAN TURING, GRACE HOPPER, KURT GÖDEL",
    ],
)
def test_the_same_people_in_other_words_agree(others: str) -> None:
    assert agree(others=others) == Agrees()
    assert agree(people=others, others=PEOPLE) == Agrees()


def test_authors_in_another_order_with_another_first_are_only_reported() -> None:
    found = agree(others="Alan Turing, Ada Lovelace, Grace Hopper, Kurt Gödel")

    assert reasons(found) == ("the first author differs",)


def test_the_same_title_by_others_is_only_reported() -> None:
    found = agree(others="Emmy Noether, Sofia Kovalevskaya")

    assert reasons(found) == ("the first author differs", "only 0 of 2 authors agree")


def test_a_short_title_by_others_is_another_work() -> None:
    assert agree("On Maps", "On Maps", others="Emmy Noether") == Unrelated()


def test_few_authors_in_common_are_only_reported() -> None:
    found = agree(others="Ada Lovelace, Emmy Noether, Sofia Kovalevskaya, Alan Turing")

    assert reasons(found) == ("only 2 of 4 authors agree",)


@pytest.mark.parametrize("people", ["", "ChenDY, l-li, AdaL", "taesiri"])
def test_accounts_and_nobody_agree_with_nobody(people: str) -> None:
    expected = ("the authors cannot be compared",)

    assert reasons(agree(people=people)) == expected
    assert reasons(agree(people=PEOPLE, others=people)) == expected


def test_a_cut_list_of_authors_agrees_by_those_it_names() -> None:
    assert agree(people="Ada Lovelace, et al.") == Agrees()


def test_another_arxiv_id_or_doi_is_another_version_at_best() -> None:
    other_arxiv = agree(arxiv="2103.00020", other_arxiv="2401.00001")
    other_doi = agree(doi="10.5555/a", other_doi="10.5555/B")

    assert reasons(other_arxiv) == ("it is arXiv:2401.00001",)
    assert reasons(other_doi) == ("it has the DOI 10.5555/B",)
    assert agree(doi="10.5555/A", other_doi="10.5555/a") == Agrees()


def test_a_work_without_anything_in_common_is_unrelated() -> None:
    assert agree(other="Sorting Sheep", others="Emmy Noether") == Unrelated()
    assert agree(title="", other="") == Unrelated()
    assert agree(title="!!!", other="???") == Unrelated()


@given(st.text(), st.text(), st.lists(st.text()), st.lists(st.text()))
def test_any_texts_can_be_compared(
    title: str, other: str, people: list[str], others: list[str]
) -> None:
    known = WantedWork(title, Names(tuple(people)))

    agreement(known, IndexedWork(Source.DBLP, other, tuple(others)))


@given(st.text(), st.text())
def test_titles_agree_in_both_directions(title: str, other: str) -> None:
    assert agree(title, other) == agree(other, title)
