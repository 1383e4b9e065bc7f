"""All entries of the open lists are read, and rightly, but for what is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.digest.manners.score import IDENTIFIERS, lists, score

# A venue that is the text of a link to code could not be edited without that link; one word alone
# is not known to be a name. A column beside that of the titles is not known to hold nicknames. A
# venue that is a picture's text cannot be edited without the picture, which names it, too.
# That a name without a year is a venue's, the label of a link does not tell. Last names alone may
# be topics, and one word anything. A quote below an item of one line may be any remark.
MISSING = {
    ("a-venue-as-link-text", "venue"),
    ("b-title-two-blanks", "venue"),
    ("b-title-two-blanks", "year"),
    ("c-bold-name-in-brackets-venue-after", "summary"),
    ("e-blog-posts", "authors"),
    ("e-blog-posts", "year"),
    ("f-html-rowspan", "short_title"),
    ("f-title-and-paper", "short_title"),
    ("j-badges-lead", "venue"),
    ("j-badges-lead", "year"),
    ("j-list-items", "authors"),
    ("j-summary-titles", "venue"),
    ("j-summary-titles", "year"),
}

# How many entries are not read: a title without a link behind the venue, before a remark.
UNREAD = {"c-checkbox-stars-venue": 1}
GUARDED = [*lists("open"), *lists("sealed")]


@pytest.mark.parametrize(("path", "truth"), [pytest.param(*it, id=it[0].stem) for it in GUARDED])
def test_what_stands_in_a_list_is_read_and_nothing_else(path: Path, truth: Path) -> None:
    found = score(path, json.loads(truth.read_text("utf-8")))

    assert found.invented == []
    assert len(found.unread) == UNREAD.get(found.name, 0)
    assert found.wrong == []
    missing = {(found.name, it.field) for it in found.missing}
    assert missing == {it for it in MISSING if it[0] == found.name}
    assert not {it.field for it in found.missing} & {*IDENTIFIERS}
