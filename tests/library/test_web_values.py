"""What the web client makes of values, without a network: bodies, answers, patience."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_collection, a_key, an_item
from zoterodigest.library.http.objects import (
    NotAnObject,
    collection_body,
    collection_of,
    item_body,
    item_of,
    objection,
)
from zoterodigest.library.http.patience import (
    ATTEMPTS,
    Answer,
    Lost,
    may_try_again,
    pause_after,
    seconds_asked,
)
from zoterodigest.library.http.reading import KnownObjects, Listing
from zoterodigest.library.http.sending import judged
from zoterodigest.library.http.trouble import NotReached
from zoterodigest.library.port import (
    Collection,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.library.web.cache import keep_known, load_known

FORMED = {"itemType", "note", "creators", "tags", "collections", "relations", "deleted", "title"}
NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "version", "data", "0", "code", "failed", "successful", "tags"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def fetched(**data: Any) -> dict[str, Any]:
    """Return an item as the API sends it."""
    key = {"key": "ITEM2222", "version": 7}
    return {**key, "library": {}, "data": {**key, "itemType": "book", **data}}


# Objects


def test_an_item_of_the_api_is_read_without_what_is_empty() -> None:
    sent = fetched(
        title="T",
        DOI="",
        creators=[],
        tags=[{"tag": "b", "type": 1}, {"tag": "a", "type": 0}],
        collections=["BBBB2222", "AAAA2222"],
        relations={},
        parentItem=False,
        mtime=None,
        deleted=True,
        newField="kept",
    )

    item = item_of(sent)

    assert item == LibraryItem(
        "ITEM2222",
        7,
        {
            "itemType": "book",
            "title": "T",
            "creators": [],
            "tags": [{"tag": "a"}, {"tag": "b", "type": 1}],
            "collections": ["AAAA2222", "BBBB2222"],
            "relations": {},
            "deleted": 1,
            "newField": "kept",
        },
    )


def test_a_collection_of_the_api_is_read() -> None:
    data = {"name": "July", "parentCollection": "AAAA2222", "deleted": True}

    collection = collection_of({"key": "SHELF222", "version": 3, "data": data})

    assert collection == Collection("SHELF222", 3, "July", "AAAA2222", is_trashed=True)


@given(JSON)
def test_anything_else_is_no_object(sent: Any) -> None:
    for parse in (item_of, collection_of):
        with pytest.raises(NotAnObject):
            parse(sent)


@pytest.mark.parametrize("tags", ["x", [1], [{}], [{"tag": 1}], {"tag": "x"}])
def test_tags_of_another_form_make_no_item(tags: object) -> None:
    with pytest.raises(NotAnObject):
        item_of(fetched(tags=tags))


@given(st.dictionaries(st.sampled_from(sorted(FORMED)), JSON))
def test_data_of_any_form_make_an_item_or_none(data: dict[str, Any]) -> None:
    with suppress(NotAnObject):
        item = item_of({"key": "ITEM2222", "version": 7, "data": {"itemType": "book", **data}})
        assert isinstance(item.data["itemType"], str)
        assert all(isinstance(one, dict) for one in item.data.get("creators", ()))
        assert isinstance(item.data.get("relations", {}), dict)


def test_a_change_of_type_sends_all_fields_that_are_given() -> None:
    stored = item_of(fetched(title="T", publisher="P", creators=[], tags=[]))
    given_data = {"itemType": "preprint", "repository": "P", "title": "T", "tags": []}

    body = item_body(LibraryItem("ITEM2222", 7, given_data), stored)

    assert body == {
        "key": "ITEM2222",
        "version": 7,
        "itemType": "preprint",
        "repository": "P",
        "title": "T",
    }


def test_a_field_that_only_the_server_can_judge_is_sent() -> None:
    stored = item_of(fetched(title="T"))

    body = item_body(LibraryItem("ITEM2222", 7, {"fieldOfTomorrow": "x", "title": "T"}), stored)

    assert body is not None
    assert body["fieldOfTomorrow"] == "x"


def test_a_collection_is_sent_with_what_changes_and_its_name() -> None:
    stored = a_collection(version=4)

    assert collection_body(stored, stored) is None
    assert collection_body(a_collection(version=4, is_trashed=True), stored) == {
        "key": "SHELF222",
        "version": 4,
        "name": "Daily",
        "deleted": 1,
    }
    assert collection_body(a_collection(), None) == {
        "key": "SHELF222",
        "version": 0,
        "name": "Daily",
        "parentCollection": False,
    }


@pytest.mark.parametrize(
    "data",
    [
        *({"title": value} for value in ({"a": "b"}, ["a"], True)),
        *({"itemType": value} for value in (None, 3, "")),
        {"tags": [{"tag": "\ud800"}]},
        {"extra": "x\udfff"},
    ],
)
def test_what_would_spoil_the_whole_request_is_not_sent(data: dict[str, Any]) -> None:
    refused = objection(an_item(**data))

    assert refused is not None
    assert refused.code == 400


# Answers


def outcomes(answer: Any, version: int = 0) -> list[Outcome | None]:
    bodies = [{"key": a_key(number), "version": version} for number in range(2)]
    return judged(bodies, answer, "S3CR3T")


@pytest.mark.parametrize(
    ("answer", "version", "first"),
    [
        ({"successful": {"0": {"key": a_key(0), "version": 9}}}, 0, Written(a_key(0), 9)),
        ({"successful": {"0": {"key": a_key(1), "version": 9}}}, 0, None),
        ({"success": {"0": a_key(0)}}, 0, None),
        ({"unchanged": {"0": a_key(0)}}, 4, Unchanged(a_key(0), 4)),
        ({"failed": {"0": {"code": 412, "message": "x"}}}, 4, Stale(a_key(0))),
        ({"failed": {"0": {"code": 404, "message": "x"}}}, 4, Stale(a_key(0))),
        ({"failed": {"0": {"code": 404, "message": "x"}}}, 0, Refused(a_key(0), 404, "x")),
        (
            {"failed": {"0": {"code": 400, "message": "&lt;b&gt; S3CR3T"}}, "success": []},
            0,
            Refused(a_key(0), 400, "<b> (key)"),
        ),
        ({"failed": {"0": {"code": 413}}}, 0, Refused(a_key(0), 413, "")),
        ({"failed": {"0": "no"}, "unchanged": []}, 0, None),
        ([], 0, None),
        (None, 0, None),
    ],
)
def test_each_element_is_judged(answer: Any, version: int, first: Outcome | None) -> None:
    assert outcomes(answer, version) == [first, None]


@given(JSON)
def test_any_answer_can_be_judged(answer: Any) -> None:
    assert len(outcomes(answer)) == 2


# Patience


def answered(status: int, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, "")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "30"}, 30),
        ({"backoff": "5"}, 5),
        ({"backoff": "50", "retry_after": "30"}, 50),
        ({"retry_after": "Sat, 01 Aug 2026 12:02:00 GMT"}, 120),
        ({"retry_after": "Sat, 01 Aug 2026 11:00:00 GMT"}, 0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "9" * 400}, 999_999_999),
    ],
)
def test_a_server_asks_for_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds_asked(answered(429, **headers).headers, NOW) == seconds


@given(st.text(), st.datetimes(timezones=st.just(UTC)))
def test_any_header_asks_for_a_time_that_can_be_waited_or_for_none(
    text: str, now: datetime
) -> None:
    seconds = seconds_asked({"retry-after": text, "backoff": text}, now)

    assert seconds is None or seconds >= 0
    assert seconds is None or timedelta(seconds=seconds) >= timedelta()


@pytest.mark.parametrize(
    ("told", "version"),
    [("17", 17), ("0", 0), ("9" * 15, 10**15 - 1), ("9" * 16, None), ("-5", None), ("", None)],
)
def test_a_version_is_a_number_that_a_server_takes_back(told: str, version: int | None) -> None:
    assert answered(200, last_modified_version=told).version == version


def test_without_a_word_of_the_server_pauses_double() -> None:
    result = answered(503)

    pauses = [pause_after(attempt, result, NOW) for attempt in range(1, ATTEMPTS)]

    assert pauses == [1, 2, 4, 8, 16]


@pytest.mark.parametrize("status", [200, 304, 400, 401, 403, 404, 412, 413, 428])
def test_what_would_be_answered_the_same_is_not_tried_again(status: int) -> None:
    assert not may_try_again(1, answered(status))


def test_tries_come_to_an_end() -> None:
    lost = Lost(NotReached("api.zotero.org cannot be reached"))

    assert [may_try_again(attempt, answered(503)) for attempt in (1, 5, 6)] == [True, True, False]
    assert [may_try_again(attempt, lost) for attempt in (1, 3, 4)] == [True, True, False]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"meta": {"parsedDate": "2025-12-03"}}, "2025-12-03"),
        ({"meta": {}}, ""),
        ({"meta": {"parsedDate": 7}}, ""),
        ({"meta": "odd"}, ""),
        ({}, ""),
    ],
)
def test_an_item_carries_its_date_as_zotero_reads_it(meta: dict[str, Any], expected: str) -> None:
    sent = {"key": "ABCD2345", "version": 3, "data": {"itemType": "book", "date": "12/03/2025"}}

    assert item_of(sent | meta).parsed_date == expected


def test_what_is_kept_of_a_library_keeps_dates_as_zotero_reads_them(tmp_path: Path) -> None:
    item = LibraryItem("ABCD2345", 3, {"itemType": "book", "date": "12/03/2025"}, "2025-12-03")
    known = KnownObjects(Listing(3, {item.key: 3}, {}), {item.key: item})

    keep_known(tmp_path / "kept.json", known)

    assert load_known(tmp_path / "kept.json").items[item.key].parsed_date == "2025-12-03"
