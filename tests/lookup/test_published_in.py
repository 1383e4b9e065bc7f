"""Where a work was published: the reader of comments and journal references of arXiv."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from zoterodigest.lookup.published_in import published_in
from zoterodigest.lookup.venue_claims import StatedVenue
from zoterodigest.mapping import venue_table

PHRASINGS: dict[str, list[dict[str, str]]] = tomllib.loads(
    (Path(__file__).parent / "phrasings.toml").read_text(encoding="utf-8")
)


def read(comment: str, journal_ref: str = "", submitted: str = "") -> StatedVenue:
    return published_in(comment, journal_ref, submitted=submitted, venues=venue_table())


def read_phrasing(phrasing: dict[str, str]) -> StatedVenue:
    fields = (phrasing.get(name, "") for name in ("comment", "journal_ref", "submitted"))
    return read(*fields)


@dataclass(frozen=True, slots=True)
class Score:
    """How many readings name a venue, how many of these are right, how many should name one."""

    given: int
    right: int
    expected: int

    @property
    def precision(self) -> float:
        return self.right / self.given

    @property
    def recall(self) -> float:
        return self.right / self.expected


def score(phrasings: list[dict[str, str]]) -> Score:
    given_, right, expected = 0, 0, 0
    for phrasing in phrasings:
        reading = read_phrasing(phrasing)
        venue, year = phrasing.get("venue", ""), phrasing.get("year", "")
        given_ += bool(reading.venue)
        expected += bool(venue)
        right += bool(venue) and (reading.venue, reading.year) == (venue, year)
    return Score(given_, right, expected)


def misread(phrasings: list[dict[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    for phrasing in phrasings:
        reading = read_phrasing(phrasing)
        said = {"venue": reading.venue, "year": reading.year, "pages": reading.pages}
        said["award"] = ", ".join(reading.awards)
        wrong = {name: got for name, got in said.items() if got != phrasing.get(name, "")}
        if wrong:
            yield phrasing.get("comment") or phrasing["journal_ref"], wrong


def test_there_are_phrasings_enough_of_every_sort() -> None:
    phrasings = [phrasing for part in PHRASINGS.values() for phrasing in part]
    without_venue = [phrasing for phrasing in phrasings if "venue" not in phrasing]

    assert len(phrasings) >= 300
    assert len(without_venue) >= 100
    assert len(PHRASINGS["held_out"]) >= len(PHRASINGS["tuning"]) // 3


def test_every_phrasing_that_the_reader_was_tuned_on_is_read_exactly() -> None:
    assert list(misread(PHRASINGS["tuning"])) == []


def test_a_venue_that_is_given_is_right_in_99_of_100_readings() -> None:
    scores = {part: score(phrasings) for part, phrasings in PHRASINGS.items()}
    scores["all"] = score([phrasing for part in PHRASINGS.values() for phrasing in part])
    for part, one in scores.items():
        print(f"{part}: precision {one.precision:.3f}, recall {one.recall:.3f} ({one})")

    assert all(one.precision >= 0.99 for one in scores.values())
    assert all(one.recall >= 0.94 for one in scores.values())


def test_the_words_that_were_read_are_told() -> None:
    comment = "12 pages. Accepted to CVPR 2024 (oral), code at https://x.org"

    assert read(comment).said == 'comment "Accepted to CVPR 2024 (oral"'


def test_the_journal_reference_outweighs_the_comment() -> None:
    reading = read("Accepted at ICLR 2020", "JMLR 21(140):1-67, 2020")

    assert (reading.venue, reading.pages) == ("JMLR", "1-67")
    assert reading.said.startswith("journal_ref ")


def test_a_journal_reference_that_is_none_leaves_it_to_the_comment() -> None:
    assert read("Accepted at ICLR 2020", "arXiv:2001.00001").venue == "ICLR"


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("Accepted to ICLR 2024 and to ICML 2024", ""),
        ("Accepted to ICLR 2024; accepted to the ICML 2024 workshop on agents", "ICLR"),
        ("CVPR 2019. Accepted by IEEE TPAMI", "TPAMI"),
        ("Accepted by RA-L; accepted to ICRA 2021", "RA-L"),
        ("Accepted to CVPR 2024. This is an extended version with proofs", "CVPR"),
        ("Extended version of our ICCV 2019 paper. Accepted to TPAMI", "TPAMI"),
    ],
)
def test_of_several_venues_the_one_that_holds_is_read(comment: str, venue: str) -> None:
    assert read(comment).venue == venue


@pytest.mark.parametrize(
    ("comment", "submitted", "year"),
    [
        ("Accepted at ICML", "2024-05-01", ""),
        ("Accepted at SIGMOD '99", "2004-01-01", "1999"),
        ("Accepted at SIGMOD '04", "2004-01-01", "2004"),
        ("Accepted at the 40th ICML", "", "2023"),
        ("Accepted at ICML 2094", "2024-05-01", ""),
    ],
)
def test_a_year_is_what_the_text_says_and_can_be(comment: str, submitted: str, year: str) -> None:
    reading = read(comment, submitted=submitted)

    assert reading.venue != ""
    assert reading.year == year


@pytest.mark.parametrize(
    "comment",
    [
        "Accepted to ICML AI4Science",
        "Accepted at the CVPR 2024 NTIRE challenge",
        "Accepted by IEEE",
        "Date 2024, fast version",
        "12 pages, presented at our group seminar 2024",
        "Accepted for oral presentation",
        "Accepted by the reviewers at CVPR 2024 standards",
        "This paper was not accepted at ICML 2020",
        "It will be published when accepted at NeurIPS 2025",
    ],
)
def test_what_looks_like_a_venue_is_none(comment: str) -> None:
    assert read(comment).venue == ""


_PHRASES = [phrasing.get("comment", "") for part in PHRASINGS.values() for phrasing in part]
_WORDS = st.sampled_from(sorted({word for phrase in _PHRASES for word in phrase.split()}))


@given(st.text(max_size=200) | st.lists(_WORDS, max_size=30).map(" ".join))
def test_any_text_is_read_and_the_words_told_stand_there(text: str) -> None:
    for reading, field in ((read(text), "comment"), (read("", text), "journal_ref")):
        assert bool(reading.venue) == bool(reading.said)
        if reading.said:
            assert reading.said.startswith(f'{field} "')
            assert reading.said.removeprefix(f'{field} "').removesuffix('"') in text


@pytest.mark.parametrize("unit", ["12 pages, ", "Workshop @ ", "a-", "Accepted as a-"])
def test_what_once_took_for_ever_is_read(unit: str) -> None:
    assert read(unit * 2_000, unit * 2_000).venue == ""


@pytest.mark.deep
@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "(",
        ",",
        "A ",
        "Accepted to ",
        "CVPR ",
        "2024 ",
        "in ",
        "the 1st ",
        "A, ",
        "@",
        "12",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    def work(size: int) -> None:
        text = (unit * size)[:size]
        read(f"Accepted to {text}", f"Journal {text}")

    assert growth(work, 300) < LINEAR
