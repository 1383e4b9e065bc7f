"""The table of venues."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zoterodigest.core.values.venue import Venue, VenueKind, VenueTable, official_name
from zoterodigest.core.values.venue_slot import parse_venue
from zoterodigest.mapping import venue_table

KNOWN = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "venues.json"
TABLE = venue_table()


def _id(text: str) -> str | None:
    found = TABLE.find(text)
    return found.id if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cvpr", "CVPR"),
        ("NIPS", "NeurIPS"),
        ("CVPR Workshop", "CVPRW"),
        ("ICCV 2023 Workshops", "ICCVW"),
        ("Findings of EMNLP", "EMNLP Findings"),
        ("NeurIPS Datasets and Benchmarks Track", "NeurIPS D&B"),
        ("IEEE T-PAMI", "TPAMI"),
        ("SIGGRAPH Asia (TOG)", "TOG"),
        ("arxiv", "arXiv"),
        ("arXiv:2301.00001", "arXiv"),
        ("Accepted by IEEE Transactions on Image Processing", "TIP"),
        ("Accepted to ICML", "ICML"),
        ("European Conference on Computer Vision (ECCV)", "ECCV"),
        ("ICML workshop on Efficient Systems", "ICML Workshop"),
        ("Nature", "Nature"),
        ("Nature Something Else", None),
        ("CVPR Tiny Papers", None),
        ("WWW (Companion Volume)", None),
        ("EMNLP (Industry Track)", None),
        ("Conference on Empirical Methods in Natural Language Processing: Demos", None),
        ("SIGGRAPH 2023 Posters", None),
        ("ICLR (Poster)", "ICLR"),
        ("Under review", None),
        ("", None),
    ],
)
def test_a_venue_is_found_by_any_of_its_names(text: str, expected: str | None) -> None:
    assert _id(text) == expected


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("ICML", "2023", "Proceedings of the 40th International Conference on Machine Learning"),
        ("ICML", "", "Proceedings of the International Conference on Machine Learning"),
        ("ECCV", "2022", "Computer Vision – ECCV 2022"),
        (
            "ACL",
            "2021",
            "Proceedings of the 59th Annual Meeting of the "
            "Association for Computational Linguistics",
        ),
        (
            "CVPR",
            "2017",
            "Proceedings of the IEEE Conference on Computer Vision and Pattern Recognition",
        ),
        (
            "CVPR",
            "2019",
            "Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition",
        ),
    ],
)
def test_the_official_name_is_that_of_the_year(text: str, year: str, expected: str) -> None:
    venue = TABLE.find(text)

    assert venue is not None
    assert official_name(venue, year) == expected


@pytest.mark.parametrize("year", ["", "1996", "2011", "2017", "2018", "2021", "2023", "2025"])
def test_every_official_name_leads_back_to_its_venue(year: str) -> None:
    for venue in TABLE.venues:
        assert TABLE.by_official(official_name(venue, year)) == venue


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2021 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)", "CVPR"),
        ("Computer Vision – ECCV 2020: 16th European Conference, Glasgow", "ECCV"),
        ("The Twelfth International Conference on Learning Representations", "ICLR"),
        ("Proceedings of the Thirty-Eighth AAAI Conference on Artificial Intelligence", "AAAI"),
        ("Advances in Neural Information Processing Systems 30", "NeurIPS"),
        ("2023 IEEE/CVF International Conference on Computer Vision Workshops (ICCVW)", "ICCVW"),
    ],
)
def test_official_names_as_publishers_write_them_are_known(name: str, expected: str) -> None:
    found = TABLE.by_official(name)

    assert found is not None
    assert found.id == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Neural Networks: Tricks of the Trade", None),
        ("Science: A Many-Splendored Thing", None),
        (
            "Neural Networks: The Official Journal of the International Neural Network Society",
            "Neural Networks",
        ),
        ("Thirty-seventh Conference on Neural Information Processing Systems", "NeurIPS"),
        (
            "Thirty-sixth Conference on Neural Information Processing Systems "
            "Datasets and Benchmarks Track",
            "NeurIPS D&B",
        ),
        ("Science & Robotics", None),
    ],
)
def test_a_book_is_no_journal_and_a_numbered_conference_is_known(
    name: str, expected: str | None
) -> None:
    assert _id(name) == expected


def test_venues_are_compared_by_what_they_mean() -> None:
    assert TABLE.canonical("NIPS") == TABLE.canonical("NeurIPS")
    assert TABLE.canonical("My  Own Meeting") == TABLE.canonical("my own meeting")
    assert TABLE.canonical("CVPR") != TABLE.canonical("CVPR Workshop")
    assert TABLE.canonical("ICML Workshop on A") != TABLE.canonical("ICML Workshop on B")


def test_preprints_and_reviews_are_not_published() -> None:
    assert TABLE.is_published("CVPR")
    assert TABLE.is_published("Some Unknown Conference")
    assert not any(map(TABLE.is_published, ["arXiv", "Under review", "Tech Report", "-", ""]))


def test_the_first_of_two_venues_keeps_a_shared_name() -> None:
    first = Venue("A", VenueKind.JOURNAL, "Annals", ("X",))
    second = Venue("B", VenueKind.CONFERENCE, "Big Meeting", ("X",))

    assert VenueTable.of([first, second]).find("x") == first


def test_the_known_spellings_in_the_wild_are_found() -> None:
    if not KNOWN.is_file():
        pytest.skip("the shared table is not here")
    for text, expected, year in json.loads(KNOWN.read_text(encoding="utf-8"))["in_the_wild"]:
        reading = parse_venue(text)
        if expected is not None:
            assert _id(reading.venue) == expected
        assert reading.year == (str(year) if year else "")
