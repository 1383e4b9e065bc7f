"""Patterns of formats: what finds a match without its groups, and the lines of many at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.digest.format.pattern import BadPattern, LineFinder, Pattern

PARTS = [
    "^",
    "$",
    "a",
    "b",
    "[^a]",
    ".",
    "(?P<title>a+)",
    "(b*)",
    "\\s",
    "(?i)",
    "[^\\]x]",
    "\\[",
    "[(?P<x>]",
    "|",
    "*",
    "+?",
    "\\n",
    "(?:a|^b)",
    "\\b",
    "\\B",
    "(?P<url>[^()]*$)",
    "\\x{4e2d}",
    "\\Q(?P<a>\\E",
    "\\(?P<t>",
    "(?m)",
    "(?-s:.)",
    "(?-m:$)",
    "\\A",
    "\\z",
]
PATTERNS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)
LINES = st.lists(st.text("ab x(]中[P<>t?", max_size=5).map(str.encode), max_size=5)


@given(PATTERNS, LINES)
def test_a_line_finder_finds_each_line_in_which_a_pattern_matches(
    text: str, lines: list[bytes]
) -> None:
    try:
        pattern = Pattern(text)
        pattern.require_valid()
    except BadPattern:
        return

    found = list(LineFinder([pattern]).find(b"\n".join(lines)))

    assert found == sorted(set(found))
    assert {at for at, line in enumerate(lines) if pattern.matches(line)} <= set(found)


@given(PATTERNS, LINES)
def test_a_pattern_matches_where_it_has_groups(text: str, lines: list[bytes]) -> None:
    try:
        pattern = Pattern(text)
        pattern.require_valid()
    except BadPattern:
        return

    for line in lines:
        assert pattern.matches(line) is any(pattern.finditer(line))


@pytest.mark.parametrize("text", ["^b$", r"\Ab\z", "(?-m:^b$)"])
def test_the_ends_of_a_line_are_those_of_a_text(text: str) -> None:
    finder = LineFinder([Pattern("^a$"), Pattern(text)])

    found = finder.find(b"a\nab\nb\n\na")

    assert {0, 2, 4} <= set(found)
