"""Lines of Extra."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.library.records.properties import extra_values, with_extra

EXTRA = "Citation Key: x\ncomment: 12 pages\nfree words\n\nComment: more"


def test_lines_are_found_whatever_the_case_of_their_key() -> None:
    assert extra_values(EXTRA, "Comment") == ("12 pages", "more")


def test_only_the_lines_of_the_key_change() -> None:
    assert with_extra(EXTRA, "Comment", ["new"]) == "Citation Key: x\nComment: new\nfree words\n"
    assert with_extra(EXTRA, "Comment", []) == "Citation Key: x\nfree words\n"
    assert with_extra("", "Comment", ["new"]) == "Comment: new"
    assert with_extra("a", "Comment", ["new"]) == "a\nComment: new"


def test_a_value_never_makes_other_lines() -> None:
    assert with_extra("", "Comment", ["a\nDOI: 10.1/x\u2028b"]) == "Comment: a DOI: 10.1/x b"


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_values_written_are_read_again(extra: str, values: list[str]) -> None:
    written = with_extra(extra, "Comment", values)

    assert with_extra(written, "Comment", list(extra_values(written, "Comment"))) == written
    assert len(extra_values(written, "Comment")) == len(values)
