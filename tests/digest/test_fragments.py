"""Fragments: a piece of a pattern is written once, under a name."""

from __future__ import annotations

from typing import Any

import pytest

from zoterodigest.digest.format.format import DigestFormat


def a_format(begin: list[str], fragments: dict[str, Any]) -> DigestFormat:
    return DigestFormat.model_validate(
        {
            "name": "mine",
            "about": "",
            "fragments": fragments,
            "entry": {"containers": ["item"], "begin": begin},
        }
    )


@pytest.mark.parametrize(
    ("begin", "fragments", "expected"),
    [
        (["^(?&t)$"], {"t": "(?P<title>.+)"}, ["^(?P<title>.+)$"]),
        (["^(?&b)$"], {"a": "x", "b": "(?&a)(?&a)(?P<title>.+)"}, ["^xx(?P<title>.+)$"]),
        (
            ["(?&both)", "^c$"],
            {"both": ["^a$", "^(?P<title>b)$"]},
            ["^a$", "^(?P<title>b)$", "^c$"],
        ),
        (["^(?&year)(?P<title>.+)$"], {}, [r"^(?:19|20)\d\d(?P<title>.+)$"]),
        (["^(?&year)(?P<title>.+)$"], {"year": "own"}, ["^own(?P<title>.+)$"]),
    ],
)
def test_a_fragment_stands_in_a_pattern_in_place_of_its_name(
    begin: list[str], fragments: dict[str, Any], expected: list[str]
) -> None:
    assert [one.text for one in a_format(begin, fragments).entry.begin] == expected


@pytest.mark.parametrize("fragments", [{}, {"a": "(?&unknown)"}, {"a": "(?&a)"}])
def test_a_fragment_that_is_not_there_is_refused(fragments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="there is no fragment"):
        a_format(["^(?&a)(?&unknown)(?P<title>.+)$"], fragments)
