"""Proceedings as an entry names them: own year and ordinal, parts, volumes, publishers."""

from __future__ import annotations

import pytest

from tests.bibtex.items import BIBLATEX, a_paper, fields_of
from zoterodigest.core.values.venue import VenueTable, official_name
from zoterodigest.mapping import venue_table

TABLE: VenueTable = venue_table()
ACL = "Association for Computational Linguistics"
ICML = "International Conference on Machine Learning"
NEURIPS = "Advances in Neural Information Processing Systems"
WITH_YEAR = [venue.id for venue in TABLE.venues if "{year}" in venue.official]
WITH_ORDINAL = [v.id for v in TABLE.venues if "{ordinal}" in v.official and v.annual]


def booktitle(name: str, date: str) -> str:
    """Return the booktitle of a paper in the proceedings `name`."""
    return fields_of(a_paper(proceedingsTitle=name, date=date), BIBLATEX)["booktitle"]


@pytest.mark.parametrize("name", WITH_YEAR)
def test_the_year_in_a_venues_own_name_wins_over_the_items_date(name: str) -> None:
    official = official_name(next(v for v in TABLE.venues if v.id == name), "2022")

    assert "2022" in official
    assert booktitle(official, "2023") == official
    assert booktitle(f"{name} 2022", "2023") == official


@pytest.mark.parametrize("name", WITH_ORDINAL)
def test_the_ordinal_in_a_venues_own_name_wins_over_the_items_date(name: str) -> None:
    official = official_name(next(v for v in TABLE.venues if v.id == name), "2022")

    assert booktitle(official, "2023") == official
    assert booktitle(f"{name} 2022", "2023") == official
    assert booktitle(f"{name} '22", "2023") == official


@pytest.mark.parametrize(
    ("name", "date", "expected"),
    [
        ("Computer Vision – ECCV 2024", "2025", "Computer Vision – ECCV 2024"),
        ("European Conference on Computer Vision", "2025", "Computer Vision – ECCV 2024"),
        ("ECCV", "2023-02-01", "Computer Vision – ECCV 2022"),
        ("ECCV Workshops", "2025", "Computer Vision – ECCV 2024 Workshops"),
        ("Asian Conference on Computer Vision", "2023", "Computer Vision – ACCV 2022"),
        ("ACCV", "2007", "Computer Vision – ACCV 2007"),
        (f"Proceedings of the 40th {ICML}", "2024", f"Proceedings of the 40th {ICML}"),
        (f"Proceedings of the Fortieth {ICML}", "2024", f"Proceedings of the 40th {ICML}"),
        (f"The Thirty-Ninth {ICML} (ICML)", "2023", f"Proceedings of the 39th {ICML}"),
        (
            f"Proceedings of the 18th Conference of the European Chapter of the {ACL}",
            "2024",
            f"Proceedings of the 18th Conference of the European Chapter of the {ACL}",
        ),
    ],
)
def test_an_edition_is_called_by_its_own_year(name: str, date: str, expected: str) -> None:
    assert booktitle(name, date) == expected


ANNUAL = f"Proceedings of the 61st Annual Meeting of the {ACL}"
NAACL = (
    f"Proceedings of the 2019 Conference of the North American Chapter of the {ACL}: "
    "Human Language Technologies"
)


@pytest.mark.parametrize(
    ("name", "date", "expected"),
    [
        (f"{ANNUAL} (Volume 2: Short Papers)", "2023", f"{ANNUAL} (Volume 2: Short Papers)"),
        (f"{ANNUAL} (Volume 1: Long Papers)", "2023-07", f"{ANNUAL} (Volume 1: Long Papers)"),
        (f"{ANNUAL} - Volume 1: Long Papers", "2023", f"{ANNUAL}, Volume 1: Long Papers"),
        (
            f"{NAACL}, Volume 1 (Long and Short Papers)",
            "2019",
            f"{NAACL}, Volume 1 (Long and Short Papers)",
        ),
        (
            f"Proceedings of the 16th Conference of the European Chapter of the {ACL}: Main Volume",
            "2021",
            f"Proceedings of the 16th Conference of the European Chapter of the {ACL}: Main Volume",
        ),
        (
            "Machine Learning and Knowledge Discovery in Databases: Research Track",
            "2023",
            "Machine Learning and Knowledge Discovery in Databases: Research Track",
        ),
        (
            "Machine Learning and Knowledge Discovery in Databases. Applied Data Science Track",
            "2021",
            "Machine Learning and Knowledge Discovery in Databases: Applied Data Science Track",
        ),
        (
            "Computer Vision – ECCV 2022: 17th European Conference, Tel Aviv, Israel, "
            "October 23–27, 2022, Proceedings, Part XXI",
            "2022",
            "Computer Vision – ECCV 2022, Part XXI",
        ),
        (
            "Proceedings of the 31st ACM SIGKDD Conference on Knowledge Discovery and "
            "Data Mining V.2",
            "2025",
            "Proceedings of the 31st ACM SIGKDD Conference on Knowledge Discovery and "
            "Data Mining V.2",
        ),
    ],
)
def test_the_part_of_the_proceedings_stays(name: str, date: str, expected: str) -> None:
    assert booktitle(name, date) == expected


NAMES = [
    (
        "Proceedings of the 2019 Conference on Empirical Methods in Natural Language Processing "
        "and the 9th International Joint Conference on Natural Language Processing (EMNLP-IJCNLP)",
        "2019-11",
    ),
    (
        "Proceedings of the 2024 Joint International Conference on Computational Linguistics, "
        "Language Resources and Evaluation (LREC-COLING 2024)",
        "2024",
    ),
    ("Proceedings of the 16th International Workshop on Things", "2020"),
    (
        "Proceedings of the 22nd ACM SIGKDD International Conference on Knowledge Discovery and "
        "Data Mining",
        "2016",
    ),
    ("Medical Image Computing and Computer-Assisted Intervention – MICCAI 2015", "2015"),
    ("Neural Networks: Tricks of the Trade", "2012"),
]


@pytest.mark.parametrize(("name", "date"), NAMES)
def test_a_name_that_says_more_than_the_table_stays(name: str, date: str) -> None:
    assert booktitle(name, date) == name


@pytest.mark.parametrize(
    ("name", "date", "expected"),
    [
        (
            "Proceedings of the Fifth Conference on Machine Translation",
            "2020",
            "Proceedings of the 5th Conference on Machine Translation",
        ),
        (
            "Proceedings of the Thirty-Eighth AAAI Conference on Artificial Intelligence",
            "2024",
            "Proceedings of the 38th AAAI Conference on Artificial Intelligence",
        ),
        (
            f"{ICML}, ICML 2023, 23-29 July 2023, Honolulu, Hawaii, USA",
            "2024",
            f"Proceedings of the 40th {ICML}",
        ),
        (
            f"Proceedings of the 37th {ICML}, ICML 2020, 13-18 July 2020, Virtual Event",
            "2020",
            f"Proceedings of the 37th {ICML}",
        ),
        (
            "IEEE International Conference on Acoustics, Speech and Signal Processing, ICASSP "
            "2021, Toronto, ON, Canada, June 6-11, 2021",
            "2021",
            "IEEE International Conference on Acoustics, Speech and Signal Processing",
        ),
        (
            "Proceedings of the European Conference on Computer Vision (ECCV)",
            "2018",
            "Computer Vision – ECCV 2018",
        ),
        (
            "Proceedings of the Asian Conference on Computer Vision",
            "2023",
            "Computer Vision – ACCV 2022",
        ),
        (
            "31st Conference on Neural Information Processing Systems (NIPS 2017), Long Beach, CA",
            "2018",
            NEURIPS,
        ),
        (f"ICML'23: Proceedings of the 40th {ICML}", "2024", f"Proceedings of the 40th {ICML}"),
        (
            "MM '22: Proceedings of the 30th ACM International Conference on Multimedia",
            "2023",
            "Proceedings of the 30th ACM International Conference on Multimedia",
        ),
        (
            "CHI '22: CHI Conference on Human Factors in Computing Systems",
            "2023",
            "Proceedings of the 2022 CHI Conference on Human Factors in Computing Systems",
        ),
        (
            "2020 IEEE/CVF Conference on Computer Vision and Pattern Recognition, CVPR Workshops "
            "2020, Seattle, WA, USA, June 14-19, 2020",
            "2020",
            "2020 IEEE/CVF Conference on Computer Vision and Pattern Recognition, CVPR Workshops "
            "2020, Seattle, WA, USA, June 14-19, 2020",
        ),
    ],
)
def test_an_ordinal_stays_and_place_and_day_of_a_known_venue_go(
    name: str, date: str, expected: str
) -> None:
    assert booktitle(name, date) == expected


def test_a_volume_that_the_name_of_the_part_says_is_not_said_twice() -> None:
    item = a_paper(proceedingsTitle=f"{ANNUAL} (Volume 1: Long Papers)", volume="1", date="2023")

    assert "volume" not in fields_of(item)


VOLUMES = [
    (
        "Robotics: Science and Systems XIX",
        "2023",
        "Proceedings of Robotics: Science and Systems",
        "XIX",
    ),
    (
        f"{NEURIPS} 36: Annual Conference on Neural Information Processing Systems 2023, NeurIPS "
        "2023, New Orleans, LA, USA, December 10 - 16, 2023",
        "2023",
        NEURIPS,
        "36",
    ),
    (f"{NEURIPS} 36", "2024", NEURIPS, "36"),
    (f"{NEURIPS} 36", "2023", NEURIPS, "36"),
    (f"{NEURIPS}, Volume 33", "2021", NEURIPS, "33"),
    (f"{NEURIPS}, vol. 30", "2018", NEURIPS, "30"),
    (f"{NEURIPS} 30 (NIPS 2017)", "2018", NEURIPS, "30"),
    (f"{NEURIPS} (NeurIPS 2020)", "2021", NEURIPS, "33"),
    ("Thirty-seventh Conference on Neural Information Processing Systems", "2024", NEURIPS, "36"),
    ("NIPS", "2012", NEURIPS, "25"),
    ("NIPS", "1999", NEURIPS, "12"),
    ("NeurIPS", "2024", NEURIPS, "37"),
    ("NeurIPS", "2025", NEURIPS, "38"),
    ("ICML", "2013", f"Proceedings of the 30th {ICML}", "28"),
    ("ICML", "2015", f"Proceedings of the 32nd {ICML}", "37"),
    ("ICML", "2016", f"Proceedings of the 33rd {ICML}", "48"),
    ("ICML", "2025", f"Proceedings of the 42nd {ICML}", "267"),
    (f"Proceedings of the 40th {ICML}", "2024", f"Proceedings of the 40th {ICML}", "202"),
    (
        f"Proceedings of the 37th {ICML}, volume 119 of Proceedings of Machine Learning Research",
        "2020",
        f"Proceedings of the 37th {ICML}",
        "119",
    ),
]


@pytest.mark.parametrize(("name", "date", "title", "volume"), VOLUMES)
def test_the_volume_is_that_of_the_name_else_that_of_the_edition(
    name: str, date: str, title: str, volume: str
) -> None:
    fields = fields_of(a_paper(proceedingsTitle=name, date=date))

    assert (fields["booktitle"], fields["volume"]) == (title, volume)


@pytest.mark.parametrize(
    ("name", "date", "volume"),
    [
        ("AISTATS", "2010", "9"),
        ("AISTATS", "2016", "51"),
        ("AISTATS", "2025", "258"),
        ("CoRL", "2025", "305"),
        ("UAI", "2019", "115"),
        ("UAI", "2025", "286"),
        ("COLT", "2012", "23"),
        ("COLT", "2025", "291"),
        ("ACML", "2012", "25"),
        ("ACML", "2021", "157"),
        ("ALT", "2023", "201"),
        ("MIDL", "2019", "102"),
        ("ICML", "2012", ""),
        ("UAI", "2018", ""),
        ("CVPR", "2024", ""),
    ],
)
def test_recent_and_old_proceedings_have_their_volume(name: str, date: str, volume: str) -> None:
    assert fields_of(a_paper(proceedingsTitle=name, date=date)).get("volume", "") == volume


def test_the_page_of_a_paper_tells_its_volume() -> None:
    item = a_paper(
        proceedingsTitle="Some Workshop", url="https://proceedings.mlr.press/v139/radford21a.html"
    )

    assert fields_of(item)["volume"] == "139"


@pytest.mark.parametrize(
    ("name", "date", "publisher", "series"),
    [
        ("NIPS", "1999", "MIT Press", ""),
        ("NIPS", "1989", "Morgan Kaufmann", ""),
        ("NIPS", "2012", "Curran Associates, Inc.", ""),
        ("ICML", "2009", "", ""),
        ("ICML", "2013", "PMLR", "Proceedings of Machine Learning Research"),
        ("UAI", "2018", "AUAI Press", ""),
    ],
)
def test_old_proceedings_have_their_own_publisher(
    name: str, date: str, publisher: str, series: str
) -> None:
    fields = fields_of(a_paper(proceedingsTitle=name, date=date))

    assert (fields.get("publisher", ""), fields.get("series", "")) == (publisher, series)


def test_a_name_that_only_sounds_like_a_venue_stays() -> None:
    fields = fields_of(a_paper(proceedingsTitle="Science & Robotics"))

    assert fields["booktitle"] == r"Science \& Robotics"
