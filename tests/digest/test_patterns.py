"""Patterns of formats: what finds a match without its groups, and the lines of many at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.digest.format.pattern import AnyOf, BadPattern, LineFinder, Pattern

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
    "\\pL",
    "[\\p{Lu}\\p{Lo}a]",
    "[^\\p{Lo}x]",
    "\\x61",
    "a{1,2}?",
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

    found = [at for at, _ in LineFinder([pattern]).find(b"\n".join(lines))]

    assert found == sorted(set(found))
    assert {at for at, line in enumerate(lines) if pattern.matches(line)} <= set(found)


@given(PATTERNS, st.lists(PATTERNS, min_size=2, max_size=3), LINES)
def test_several_patterns_that_begin_alike_match_where_one_of_them_does(
    begin: str, rests: list[str], lines: list[bytes]
) -> None:
    try:
        patterns = [Pattern(begin + rest) for rest in rests]
        for pattern in patterns:
            pattern.require_valid()
    except BadPattern:
        return

    found = dict(LineFinder(patterns).find(b"\n".join(lines)))
    any_of = AnyOf(patterns)

    for at, line in enumerate(lines):
        matching = [number for number, one in enumerate(patterns) if one.matches(line)]
        assert any_of.matches(line) is bool(matching)
        assert set(matching) <= set(found.get(at, ()))


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

    found = dict(finder.find(b"a\nab\nb\n\na"))

    assert {0, 2, 4} <= set(found)


def test_patterns_that_are_too_large_to_be_joined_are_searched_for_one_by_one() -> None:
    finder = LineFinder([Pattern(rf"^{sign}\pL{{100,}}$") for sign in "ab"])
    lines = [b"b" + b"x" * 100, b"b", b"a" + b"x" * 100]

    assert list(finder.find(b"\n".join(lines))) == [(0, [1]), (2, [0])]
    assert finder.finds(lines[0])
    assert not finder.finds(lines[1])
