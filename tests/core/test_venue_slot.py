"""Venue slots read into their parts and written again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from zoterodigest.core.values.venue_slot import AWARDS, VenueReading, parse_venue, venue_slot_text

TRUTH = Path(__file__).resolve().parents[2] / ".." / "shared" / "digests" / "truth"

SLOTS = {
    "": VenueReading(),
    "CVPR 2025": VenueReading("CVPR", "2025"),
    "CVPR 2025 Highlight": VenueReading("CVPR", "2025", "Highlight"),
    "ICLR 2024 Oral": VenueReading("ICLR", "2024", "Oral"),
    "CVPR 2017 Workshop": VenueReading("CVPR Workshop", "2017"),
    "CVPR 2023 Award Candidate": VenueReading("CVPR", "2023", "Award Candidate"),
    "arXiv 2024": VenueReading("arXiv", "2024"),
    "arxiv (24 Feb 2021)": VenueReading("arxiv", "2021", "", "2021-02-24"),
    "CVPR 2021 Oral (preprint 2020-11)": VenueReading("CVPR", "2021", "Oral", "2020-11"),
    "Nature 2023 (12 May 2023)": VenueReading("Nature", "2023", "", "2023-05-12"),
    "NeurIPS'23": VenueReading("NeurIPS", "2023"),
    "SOSP' 25": VenueReading("SOSP", "2025"),
    "19-CVPR": VenueReading("CVPR", "2019"),
    "19-covid": VenueReading("19-covid"),
    "12-May": VenueReading("12-May"),
    "24-EuroSys": VenueReading("EuroSys", "2024"),
    "18-CoNEXT": VenueReading("CoNEXT", "2018"),
    "05-JAN": VenueReading("05-JAN"),
    "10-shot": VenueReading("10-shot"),
    "ASPLOS 21'": VenueReading("ASPLOS", "2021"),
    "Vision 21": VenueReading("Vision 21"),
    "CVPR2024 Highlight": VenueReading("CVPR", "2024", "Highlight"),
    "AAAI-24": VenueReading("AAAI", "2024"),
    "3DV 2024": VenueReading("3DV", "2024"),
    "ICLR 2023 (notable top 25%)": VenueReading("ICLR", "2023", "notable top 25%"),
    "ICLR 2023 Top-25%": VenueReading("ICLR", "2023", "Top-25%"),
    "Findings of EMNLP 2022": VenueReading("Findings of EMNLP", "2022"),
    "NeurIPS 2022 Datasets and Benchmarks Track": VenueReading(
        "NeurIPS Datasets and Benchmarks Track", "2022"
    ),
    "Accepted to ICML 2024 as a spotlight": VenueReading("Accepted to ICML", "2024", "spotlight"),
    "SIGGRAPH Asia 2023 (TOG)": VenueReading("SIGGRAPH Asia (TOG)", "2023"),
    "CVPR 2024 (Oral, Best Paper)": VenueReading("CVPR", "2024", "Oral, Best Paper"),
    "**CVPR 2025**": VenueReading("CVPR", "2025"),
    "arXiv:2012.01234": VenueReading("arXiv:2012.01234"),
    "COVID-19 Workshop": VenueReading("COVID-19 Workshop"),
    "Journal of Oral Science": VenueReading("Journal of Oral Science"),
    "Oral": VenueReading("Oral"),
}


@pytest.mark.parametrize(("text", "reading"), SLOTS.items())
def test_a_slot_is_read_into_its_parts(text: str, reading: VenueReading) -> None:
    assert parse_venue(text) == reading


@pytest.mark.parametrize(
    ("text", "change", "written"),
    [
        ("CVPR 2025 Highlight", {"award": "Oral"}, "CVPR 2025 Oral"),
        ("CVPR 2025 Highlight", {"award": ""}, "CVPR 2025"),
        ("CVPR 2025", {"award": "Oral"}, "CVPR 2025 Oral"),
        ("CVPR'24", {"year": "2025"}, "CVPR'25"),
        ("ASPLOS 21'", {"year": "2022"}, "ASPLOS 22'"),
        ("SOSP' 25", {"year": "2023"}, "SOSP' 23"),
        ("CVPR2024", {"venue": "ICCV"}, "ICCV2024"),
        ("CVPR 2017 Workshop", {"venue": "ICCV Workshop"}, "ICCV 2017 Workshop"),
        ("CVPR 2017 Workshop", {"venue": "CVPR"}, "CVPR 2017"),
        ("arxiv (24 Feb 2021)", {"date": "2021-03-05"}, "arxiv (5 Mar 2021)"),
        ("CVPR 2021 (preprint 2020-11)", {"date": "2020-12"}, "CVPR 2021 (preprint 2020-12)"),
        ("CVPR 2021 (preprint 2020-11)", {"date": ""}, "CVPR 2021"),
        ("arxiv (24 Feb 2021)", {"date": ""}, "arxiv (2021)"),
        ("arXiv 2024", {"date": "2024-03-05"}, "arXiv 2024-03-05"),
        ("**CVPR 2025**  ", {"award": "Oral"}, "**CVPR 2025 Oral**  "),
        ("ICLR 2023 (notable top 25%)", {"award": "Oral"}, "ICLR 2023 (Oral)"),
        ("", {"venue": "CVPR", "year": "2025"}, "CVPR 2025"),
        ("CVPR 2025 Oral", {"venue": "", "year": "", "award": ""}, ""),
    ],
)
def test_only_what_changed_is_written(text: str, change: dict[str, str], written: str) -> None:
    assert venue_slot_text(text, replace(parse_venue(text), **change)) == written


_VENUES = ["CVPR", "NeurIPS", "arXiv", "CVPR Workshop", "Findings of EMNLP", "SIGGRAPH Asia (TOG)"]
_READINGS = st.builds(
    VenueReading,
    venue=st.sampled_from(_VENUES),
    year=st.sampled_from(["", "1999", "2017", "2025"]),
    award=st.sampled_from(["", "Oral, Best Paper", *AWARDS]),
)
_DATED = st.builds(
    lambda reading, date: replace(reading, date=date, year=date[:4]),
    _READINGS,
    st.sampled_from(["2021-02-24", "2019-11", "2025-12-31"]),
)


@given(st.sampled_from(sorted(SLOTS)), _READINGS | _DATED)
def test_what_is_written_is_read_again(text: str, reading: VenueReading) -> None:
    assert parse_venue(venue_slot_text(text, reading)) == reading


@given(st.text(max_size=80) | st.sampled_from(sorted(SLOTS)))
def test_writing_what_was_read_changes_nothing(text: str) -> None:
    assert venue_slot_text(text, parse_venue(text)) == text


@pytest.mark.deep
@pytest.mark.parametrize("unit", ["a", " ", "(", "2024 ", "Oral ", "\0", "as a ", "()", "'23"])
def test_hostile_slots_take_linear_time(unit: str) -> None:
    def work(size: int) -> None:
        text = (unit * size)[:size]
        venue_slot_text(text, replace(parse_venue(text), year="2020"))

    assert growth(work, 25_000) < LINEAR


def test_the_slots_of_the_shared_digests_are_read_exactly() -> None:
    if not TRUTH.is_dir():
        pytest.skip("the shared digests are not here")
    for path in sorted(TRUTH.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["entries"]:
            if not entry["venue_raw"]:
                continue
            reading = parse_venue(entry["venue_raw"])
            year = int(reading.year) if reading.year else None
            found = {"venue": reading.venue, "year": year, "award": reading.award or None}
            for name, value in found.items():
                assert value in [entry[name], *entry["alt"].get(name, [])]
            assert (reading.date or None) == entry["date"]
