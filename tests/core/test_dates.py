"""Dates as people write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.values.dates import find_date, parse_date, write_date

FORMS = {
    "24 Feb 2021": "2021-02-24",
    "2025-02-14": "2025-02-14",
    "2025-02-14T10:00:00Z": "2025-02-14",
    "Feb 2021": "2021-02",
    "2021.02": "2021-02",
    "2021/02/14": "2021-02-14",
    "20210214": "2021-02-14",
    "14 February 2021": "2021-02-14",
    "March 3rd, 2020": "2020-03-03",
    "Sept. 2020": "2020-09",
    "2021年2月4日": "2021-02-04",
    "2021年2月": "2021-02",
    "2021-2-4": "2021-02-04",
    "1 Jun 2020": "2020-06-01",
    "24-Feb-2021": "2021-02-24",
    "2021. 2": "2021-02",
    "2021. 2. 14.": "2021-02-14",
    "2021": "2021",
}


@pytest.mark.parametrize(("text", "iso"), FORMS.items())
def test_a_date_is_read_as_iso(text: str, iso: str) -> None:
    assert parse_date(text) == iso
    assert parse_date(f" {text} ") == iso


@pytest.mark.parametrize("text", ["", "31 Feb 2021", "03/04/2021", "2012.12345", "soon", "2021-13"])
def test_what_is_no_date_for_sure_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_the_first_date_in_a_text_is_found_with_its_place() -> None:
    found = find_date("arxiv (24 Feb 2021)")

    assert found is not None
    assert (found.start, found.end, found.iso) == (7, 18, "2021-02-24")


def test_a_number_behind_a_sentence_is_no_month_in_a_text() -> None:
    found = find_date("CVPR 2021. 9 pages")

    assert found is not None
    assert found.iso == "2021"


@pytest.mark.parametrize(
    ("text", "iso", "written"),
    [
        ("24 Feb 2021", "2021-03-05", "5 Mar 2021"),
        ("04 Feb 2021", "2021-03-05", "05 Mar 2021"),
        ("March 3, 2020", "2021-11-05", "November 5, 2021"),
        ("2021/02/14", "2022-03-04", "2022/03/04"),
        ("2021/2/14", "2022-03-04", "2022/3/4"),
        ("2021/1/14", "2022-03-04", "2022/3/4"),
        ("2021/10/14", "2022-03-04", "2022/03/04"),
        (" Feb 2021", "2022-03", " Mar 2022"),
        ("Aug., 2021", "2022-03", "Mar., 2022"),
        ("Aug 5, 2021", "2022-03", "Mar 2022"),
        ("2021年2月4日", "2022-03", "2022年3月"),
        ("2021. 2. 14.", "2022-03-04", "2022. 3. 4."),
        ("2021. 02", "2022-03", "2022. 03"),
        ("whenever", "2022-03", "2022-03"),
        ("2021", "", ""),
    ],
)
def test_a_date_is_written_in_the_manner_of_the_text(text: str, iso: str, written: str) -> None:
    assert write_date(text, iso) == written


@given(
    st.sampled_from(sorted(FORMS)),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)),
    st.sampled_from([4, 7, 10]),
)
def test_what_was_written_is_read_again(text: str, day: datetime.date, length: int) -> None:
    iso = day.isoformat()[:length]

    assert parse_date(write_date(text, iso)) == iso


@given(st.sampled_from(sorted(FORMS)))
def test_writing_what_stands_there_changes_nothing(text: str) -> None:
    assert write_date(text, parse_date(text) or "") == text
