"""All entries of the open lists are read, and rightly, but for what is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.digest.manners.score import IDENTIFIERS, Score, lists, score

UNREAD = {"d-quotes-month": 1}
"""How many entries of a list are not read yet."""

# A badge or a link in a heading is taken for its text.
WRONG = {("c-code-font-nickname", "headings"), ("i-bold-title-italic-authors", "headings")}
# Headings in HTML are not read; one word alone is not known to be a name. A column
# beside that of the titles is not known to hold nicknames.
MISSING = {
    ("b-title-two-blanks", "venue"),
    ("b-title-two-blanks", "year"),
    ("f-html-rowspan", "short_title"),
    ("f-title-and-paper", "short_title"),
    ("j-list-items", "authors"),
    ("j-list-items", "headings"),
}


@pytest.mark.parametrize(
    ("path", "truth"), [pytest.param(*it, id=it[0].stem) for it in lists("open")]
)
def test_what_stands_in_a_list_is_read_and_nothing_else(path: Path, truth: Path) -> None:
    found = score(path, json.loads(truth.read_text("utf-8")))

    assert found.invented == []
    assert len(found.unread) == UNREAD.get(found.name, 0)
    assert {(found.name, it.field) for it in found.wrong} == known(found, WRONG)
    assert {(found.name, it.field) for it in found.missing} == known(found, MISSING)
    assert not {it.field for it in (*found.wrong, *found.missing)} & {*IDENTIFIERS}


def known(found: Score, fields: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The fields of this list among those that are known not to be read right."""
    return {it for it in fields if it[0] == found.name}
