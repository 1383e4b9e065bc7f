"""What the rules of values promise for every item, and what only they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.library.rules.rules import patched
from zoterodigest.library.rules.schema import item_types
from zoterodigest.library.rules.values import NotAccepted, is_key, timestamp

NOW = "2026-08-01T00:00:00Z"
LATER = "2026-08-02T00:00:00Z"

days = st.sampled_from(["", "2014-02-01", "2014-02-01 01:23:45", "2014-02-01T01:23:45-0400"])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
tags = st.lists(texts.filter(lambda text: bool(text.strip("\x7f\t\r\n ").strip())), max_size=4)

NAMES = texts.map(lambda text: f"L{text}")


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what a caller may give for a new top-level item of any type."""
    kind = draw(st.sampled_from([kind for kind in item_types().values() if not kind.is_part]))
    names = st.sampled_from(sorted(kind.fields - {"accessDate"}))
    fields = draw(st.dictionaries(names, texts, max_size=5))
    creator = st.fixed_dictionaries(
        {"creatorType": st.sampled_from(kind.creators), "firstName": texts, "lastName": NAMES}
    )
    return {
        "itemType": kind.name,
        **fields,
        "accessDate": draw(days),
        "creators": draw(st.lists(creator, max_size=3)),
        "tags": [{"tag": f"t{text}"} for text in draw(tags)],
    }


@given(items())
def test_writing_what_was_read_changes_nothing(given_data: dict[str, Any]) -> None:
    stored = patched(None, given_data, now=NOW)

    assert patched(stored, stored, now=LATER) == stored
    assert patched(stored, given_data, now=LATER) == stored
    assert patched(stored, {}, now=LATER) == stored


@given(items(), st.sampled_from(sorted(item_types())))
def test_a_change_of_type_leaves_an_item_of_that_type(
    given_data: dict[str, Any], name: str
) -> None:
    kind = item_types()[name]
    stored = patched(None, given_data, now=NOW)
    if kind.is_part:
        with pytest.raises(NotAccepted):
            patched(stored, {"itemType": name}, now=LATER)
        return

    after = patched(stored, {"itemType": name}, now=LATER)

    assert patched(None, after, now=NOW) == after


@pytest.mark.parametrize(
    ("change", "date"),
    [
        ({"title": "B"}, LATER),
        ({"tags": [{"tag": "new"}]}, LATER),
        ({"title": "A"}, NOW),
        ({"collections": ["SHELF222"]}, NOW),
        ({"deleted": 1}, LATER),
        ({"relations": {"dc:replaces": "http://zotero.org/users/1/items/AAAA2222"}}, NOW),
        ({"title": "B", "dateModified": "2020-01-01T00:00:00Z"}, "2020-01-01T00:00:00Z"),
    ],
)
def test_the_date_modified_follows_changes_of_content(change: dict[str, Any], date: str) -> None:
    stored = patched(None, {"itemType": "book", "title": "A"}, now=NOW)

    assert patched(stored, change, now=LATER)["dateModified"] == date


@pytest.mark.parametrize(
    "data",
    [
        {"itemType": "book", "creators": [{"creatorType": "performer", "name": "Ada"}]},
        {"itemType": "book", "creators": [{"creatorType": "author", "name": "A", "lastName": "B"}]},
        {"itemType": "book", "creators": [{"creatorType": "author", "name": "A", "x": "B"}]},
        {"itemType": "book", "tags": [{"tag": "a", "type": 7}]},
        {"itemType": "book", "collections": "SHELF222"},
        {"itemType": "book", "collections": ["collection"]},
        {"itemType": "book", "relations": ["a"]},
        {"itemType": "book", "relations": {"half \ud800:x": "a"}},
        {"itemType": "book", "deleted": "yes"},
        {"itemType": "book", "parentItem": "nowhere"},
        {"itemType": "book", "dateAdded": 2020},
        {"itemType": "book", "key": "ITEM2222"},
        {"itemType": "note", "creators": []},
        {"itemType": "attachment"},
        {"itemType": "attachment", "linkMode": "teleport"},
        {"itemType": "annotation"},
    ],
)
def test_what_is_malformed_is_not_accepted(data: dict[str, Any]) -> None:
    with pytest.raises(NotAccepted) as refusal:
        patched(None, data, now=NOW)

    assert refusal.value.code == 400
    assert refusal.value.message


def test_a_creator_without_a_name_is_left_out_as_in_templates() -> None:
    blank = {"creatorType": "author", "firstName": "", "lastName": " "}

    assert patched(None, {"itemType": "book", "creators": [blank]}, now=NOW)["creators"] == []


def test_a_note_that_comes_below_an_item_leaves_its_collections() -> None:
    note = patched(None, {"itemType": "note", "collections": ["SHELF222"]}, now=NOW)

    below = patched(note, {"parentItem": "ITEM2222"}, now=LATER)

    assert "collections" not in below
    assert patched(below, {"parentItem": False}, now=LATER)["collections"] == []


@given(st.text())
def test_only_eight_letters_of_the_alphabet_are_a_key(text: str) -> None:
    alphabet = set("23456789ABCDEFGHIJKLMNPQRSTUVWXYZ")

    assert is_key(text) == (len(text) == 8 and set(text) <= alphabet)


def test_a_timestamp_is_utc_to_the_second() -> None:
    moment = datetime(2026, 8, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))

    assert timestamp(moment) == "2026-08-01T00:03:04Z"
    assert timestamp(datetime(2026, 8, 1, tzinfo=UTC)) == timestamp(datetime(2026, 8, 1))
