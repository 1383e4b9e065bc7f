"""What our server does with writes: the rules of the Zotero Web API v3, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import a_key
from tests.library.served import Api, article, served


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


def _header(version: int) -> dict[str, str]:
    return {"If-Unmodified-Since-Version": str(version)}


# Batches


def test_a_batch_is_answered_object_by_object(api: Api) -> None:
    api.post(article(a_key(1)), article(a_key(2)))

    answer = api.post(
        article(),
        {"key": a_key(1), "version": 1, "title": "Changed"},
        {"key": a_key(2), "version": 2, "title": "Attention"},
        article(nonsense="x"),
    )

    report = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Last-Modified-Version"] == "5"
    assert list(report["success"]) == ["0", "1"]
    assert report["success"]["1"] == a_key(1)
    assert report["successful"]["1"]["data"]["title"] == "Changed"
    assert report["unchanged"] == {"2": a_key(2)}
    assert report["failed"]["3"]["code"] == 400
    assert "key" not in report["failed"]["3"]


def test_the_version_rises_by_one_for_each_object_written(api: Api) -> None:
    created = api.created(*(article() for _ in range(3)))

    assert [item["version"] for item in created] == [1, 2, 3]


def test_the_version_rises_for_what_changes_nothing_too(api: Api) -> None:
    same = [{"key": a_key(number), "version": number} for number in (1, 2)]
    api.created(article(a_key(1)), article(a_key(2)))

    answer = api.post(*same)

    assert list(answer.json()["unchanged"]) == ["0", "1"]
    assert answer.headers["Last-Modified-Version"] == "4"
    assert api.get("/items").headers["Last-Modified-Version"] == "4"
    assert api.get("/items?format=versions").json() == {a_key(1): 1, a_key(2): 2}


def test_objects_without_a_key_get_one(api: Api) -> None:
    first, second = api.created(article(), article())

    assert first["key"] != second["key"]
    assert api.get(f"/items/{first['key']}").status_code == 200


def test_a_batch_of_failures_is_200(api: Api) -> None:
    answer = api.post(article(itemType="nonsense"), "no object", 3, None)

    assert answer.status_code == 200
    assert {one["code"] for one in answer.json()["failed"].values()} == {400}
    assert len(answer.json()["failed"]) == 4


def test_messages_are_escaped(api: Api) -> None:
    report = api.post(article(itemType="<b>")).json()

    assert "&lt;b&gt;" in report["failed"]["0"]["message"]


def test_a_repeated_creation_is_412_with_the_version_that_stands_there(api: Api) -> None:
    api.post(article(a_key(1)))

    failed = api.post(article(a_key(1), title="Another")).json()["failed"]["0"]

    assert (failed["code"], failed["data"]) == (412, {"version": 1})
    assert api.get(f"/items/{a_key(1)}").json()["data"]["title"] == "Attention"


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ({"key": "ITEM2222"}, 428),
        ({"key": "ITEM9999"}, 428),
        ({"key": "ITEM9999", "version": 3}, 404),
        ({"version": 1}, 400),
        ({"key": "ITEM2222", "version": 7}, 412),
        ({"key": "ITEM2222", "version": "soon"}, 400),
        ({"key": "ITEM2222", "version": True}, 400),
        ({"key": "item2222", "version": 1}, 400),
        ({"key": ["ITEM2222"], "version": 1}, 400),
    ],
)
def test_what_an_object_claims_is_judged(api: Api, claim: dict[str, object], code: int) -> None:
    api.post(article("ITEM2222"))

    report = api.post({"itemType": "journalArticle", "title": "Other", **claim}).json()

    assert report["failed"]["0"]["code"] == code
    assert api.get("/items/ITEM2222").json()["data"]["title"] == "Attention"


def test_a_library_version_stands_for_the_versions_of_the_objects(api: Api) -> None:
    api.post(article("ITEM2222"))
    changes = [{"key": "ITEM2222", "title": "New"}, {**article("ITEM3333")}]

    stale = api.post(*changes, If_Unmodified_Since_Version="0")
    done = api.post(*changes, If_Unmodified_Since_Version="1")

    assert stale.status_code == 412
    assert stale.headers["Last-Modified-Version"] == "1"
    assert sorted(done.json()["success"].values()) == ["ITEM2222", "ITEM3333"]


def test_a_post_to_a_key_that_exists_changes_only_what_is_given(api: Api) -> None:
    (item,) = api.created(article("ITEM2222", DOI="10.1/x", tags=[{"tag": "a"}]))

    api.post({"key": "ITEM2222", "version": item["version"], "title": "New"})

    data = api.get("/items/ITEM2222").json()["data"]
    assert (data["title"], data["DOI"], data["tags"]) == ("New", "10.1/x", [{"tag": "a"}])


def test_a_child_comes_after_its_parent_in_one_batch(api: Api) -> None:
    note = {"itemType": "note", "note": "x", "key": a_key(2), "version": 0, "parentItem": a_key(1)}

    too_early = api.post(note, article(a_key(1))).json()
    in_order = api.post(note).json()

    assert too_early["failed"]["0"]["code"] == 409
    assert list(in_order["success"]) == ["0"]


def test_an_object_may_be_sent_whole_as_it_was_read(api: Api) -> None:
    (item,) = api.created(article())
    item["data"]["title"] = "New"

    report = api.post(item).json()

    assert report["successful"]["0"]["data"]["title"] == "New"


def test_an_old_time_sent_back_does_not_hide_a_change(api: Api) -> None:
    (item,) = api.created(article())

    (after,) = api.created({**item["data"], "title": "New"})

    assert after["data"]["dateModified"] > item["data"]["dateModified"]
    assert after["data"]["dateAdded"] == item["data"]["dateAdded"]


def test_more_than_fifty_objects_are_413_and_none_is_written(api: Api) -> None:
    fifty = [article(a_key(number)) for number in range(50)]

    answer = api.post(*fifty, article())

    assert answer.status_code == 413
    assert api.keys("/items") == []
    assert len(api.post(*fifty).json()["success"]) == 50


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}",
        b"3",
        b'"x"',
        b"null",
        b'[{"title": NaN}]',
        b"\xff",
        b"[" * 100000,
        rb'[{"itemType":"book","title":"\ud800"}]',
        b"[" + b"1" * 10000 + b"]",
    ],
)
def test_a_body_that_is_no_list_in_json_is_400(api: Api, body: bytes) -> None:
    assert api("POST", "/items", content=body).status_code == 400


# Write tokens


def test_a_write_token_is_good_for_one_write(api: Api) -> None:
    first = api.post(article(), Zotero_Write_Token="0123456789abcdef")
    again = api.post(article(), Zotero_Write_Token="0123456789abcdef")
    other = api.post(article(), Zotero_Write_Token="another-token")

    assert [first.status_code, again.status_code, other.status_code] == [200, 412, 200]
    assert len(api.keys("/items")) == 2


def test_a_token_is_not_remembered_when_the_last_object_failed(api: Api) -> None:
    token = {"Zotero_Write_Token": "0123456789abcdef"}

    api.post(article(), article(nonsense="x"), **token)

    assert api.post(article(), **token).status_code == 200


@pytest.mark.parametrize("token", ["abcd", "a" * 33])
def test_a_token_has_5_to_32_characters(api: Api, token: str) -> None:
    assert api.post(article(), Zotero_Write_Token=token).status_code == 400


# Single objects


def test_an_item_is_changed_by_patch_and_put(api: Api) -> None:
    api.post(article("ITEM2222", DOI="10.1/x"))
    whole = {"itemType": "book", "title": "P", "tags": [], "relations": {}, "collections": []}

    patched = api("PATCH", "/items/ITEM2222", {"title": "New"}, headers=_header(1))
    put = api("PUT", "/items/ITEM2222", {**whole, "version": 2})

    assert (patched.status_code, patched.headers["Last-Modified-Version"]) == (204, "2")
    assert (put.status_code, put.headers["Last-Modified-Version"]) == (204, "3")
    data = api.get("/items/ITEM2222").json()["data"]
    assert (data["itemType"], data["title"], data["DOI"]) == ("book", "P", "10.1/x")


def test_put_needs_what_every_item_has(api: Api) -> None:
    whole = {"itemType": "book", "tags": [], "relations": {}, "collections": []}

    created = api("PUT", "/items/ITEM2222", {"itemType": "book"})

    assert created.status_code == 204
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        refused = api("PUT", "/items/ITEM2222", rest, headers=_header(1))
        assert (refused.status_code, refused.text) == (400, f"'{name}' property not provided")
    assert api("PUT", "/items/ITEM2222", whole, headers=_header(1)).status_code == 204


def test_a_single_write_states_the_version_it_changes(api: Api) -> None:
    api.post(article("ITEM2222"), article("ITEM3333"))
    send = {"title": "New"}

    none = api("PATCH", "/items/ITEM2222", send)
    stale = api("PATCH", "/items/ITEM3333", send, headers=_header(1))
    other = api("PATCH", "/items/ITEM2222", {**send, "version": 2}, headers=_header(1))
    missing = api("PATCH", "/items/ITEM9999", send)
    gone = api("PATCH", "/items/ITEM9999", send, headers=_header(2))

    answers = [none, stale, other, missing, gone]
    assert [one.status_code for one in answers] == [428, 412, 400, 404, 412]
    assert stale.headers["Last-Modified-Version"] == "2"


def test_an_item_is_created_at_its_address(api: Api) -> None:
    answer = api("PATCH", "/items/ITEM2222", article(), headers=_header(0))

    assert answer.status_code == 204
    assert api.get("/items/ITEM2222").json()["data"]["title"] == "Attention"


def test_a_change_of_nothing_leaves_the_version_of_the_item(api: Api) -> None:
    api.post(article("ITEM2222"))

    answer = api("PATCH", "/items/ITEM2222", {"title": " Attention "}, headers=_header(1))

    assert (answer.status_code, answer.headers["Last-Modified-Version"]) == (204, "1")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nonsense": "x"}, 400),
        ({"abstractNote": "x" * 65_536}, 413),
        ({"collections": ["SHELF222"]}, 409),
        ({"parentItem": "ITEM9999"}, 400),
        ({"key": "ITEM9999"}, 409),
    ],
)
def test_what_the_library_refuses_is_told_by_status(
    api: Api, change: dict[str, object], code: int
) -> None:
    api.post(article("ITEM2222"))

    answer = api("PATCH", "/items/ITEM2222", change, headers=_header(1))

    assert answer.status_code == code


def test_an_item_is_trashed_and_restored(api: Api) -> None:
    api.post(article("ITEM2222"))

    api("PATCH", "/items/ITEM2222", {"deleted": 1}, headers=_header(1))
    trashed = api.keys("/items/trash")
    api("PATCH", "/items/ITEM2222", {"deleted": 0}, headers=_header(2))

    assert trashed == ["ITEM2222"]
    assert api.keys("/items") == ["ITEM2222"]


# Collections


def test_collections_are_created_renamed_and_moved(api: Api) -> None:
    top, below = api.created(
        {"key": a_key(1), "version": 0, "name": "Top", "parentCollection": ""},
        {"key": a_key(2), "version": 0, "name": "Below", "parentCollection": a_key(1)},
        to="/collections",
    )

    renamed = api("PATCH", f"/collections/{a_key(2)}", {"name": "B"}, headers=_header(2))
    moved = api("PUT", f"/collections/{a_key(2)}", {"name": "C", "version": 3, "relations": {}})

    data = api.get(f"/collections/{a_key(2)}").json()["data"]
    assert (top["data"]["name"], below["data"]["parentCollection"]) == ("Top", a_key(1))
    assert (renamed.status_code, moved.status_code) == (204, 204)
    assert (data["name"], data["parentCollection"]) == ("C", False)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, 400),
        ({"name": ""}, 400),
        ({"name": 3}, 400),
        ({"name": "x" * 256}, 413),
        ({"name": "A", "parentCollection": "SHELF999"}, 409),
        ({"name": "A", "parentCollection": 3}, 400),
        ({"name": "A", "nonsense": 1}, 400),
        ({"name": "A", "relations": {"owl:sameAs": "x"}}, 400),
        ({"name": "A", "deleted": "x"}, 400),
    ],
)
def test_a_collection_that_is_none_is_refused(api: Api, sent: dict[str, object], code: int) -> None:
    report = api.post(sent, to="/collections").json()

    assert report["failed"]["0"]["code"] == code


# Erasing


def test_items_are_erased_with_their_children(api: Api) -> None:
    note = {"itemType": "note", "note": "x", "key": a_key(2), "version": 0, "parentItem": a_key(1)}
    api.post(article(a_key(1)), note, article(a_key(3)), article(a_key(4)))

    one = api("DELETE", f"/items/{a_key(1)}", headers=_header(1))
    several = api("DELETE", f"/items?itemKey={a_key(3)},{a_key(4)}", headers=_header(5))

    assert (one.status_code, several.status_code) == (204, 204)
    assert one.headers["Last-Modified-Version"] == "5"
    assert api.keys("/items") == []
    assert api.get("/deleted?since=4").json()["items"] == [a_key(number) for number in (1, 2, 3, 4)]


def test_a_key_that_is_created_again_is_off_the_log(api: Api) -> None:
    api.post(article("ITEM2222"))
    api("DELETE", "/items/ITEM2222", headers=_header(1))

    api.post(article("ITEM2222"))

    assert api.get("/deleted?since=0").json()["items"] == []


def test_a_collection_is_erased_and_items_lose_it_without_a_new_version(api: Api) -> None:
    api.post({"key": a_key(1), "version": 0, "name": "A"}, to="/collections")
    api.post(article("ITEM2222", collections=[a_key(1)]))

    answer = api("DELETE", f"/collections/{a_key(1)}", headers=_header(1))

    item = api.get("/items/ITEM2222").json()
    assert answer.status_code == 204
    assert (item["version"], item["data"]["collections"]) == (2, [])


def test_tags_are_taken_off_all_items(api: Api) -> None:
    api.post(*(article(tags=[{"tag": "a"}, {"tag": "b c"}, {"tag": "d"}]) for _ in range(3)))

    answer = api("DELETE", "/tags?tag=a || b c", headers=_header(3))

    assert (answer.status_code, answer.headers["Last-Modified-Version"]) == (204, "6")
    assert [tag["tag"] for tag in api.get("/tags").json()] == ["d"]


@pytest.mark.parametrize(
    ("path", "version", "code"),
    [
        ("/items/ITEM2222", None, 428),
        ("/items/ITEM2222", 2, 412),
        ("/items/ITEM9999", 2, 412),
        ("/items/ITEM9999", 0, 404),
        ("/items?itemKey=ITEM2222", None, 428),
        ("/items?itemKey=ITEM2222", 1, 412),
        ("/items?itemKey=x", 2, 400),
        ("/items", 2, 400),
        (f"/items?itemKey={','.join(a_key(number) for number in range(51))}", 2, 413),
        ("/collections?collectionKey=ITEM2222", 1, 412),
        ("/tags?tag=a", None, 428),
        ("/items/top", None, 428),
        ("/settings", 2, 405),
    ],
)
def test_nothing_is_erased_that_has_changed_or_is_not_named(
    api: Api, path: str, version: int | None, code: int
) -> None:
    api.post(article("ITEM2222"), article("ITEM3333"))

    answer = api("DELETE", path, headers={} if version is None else _header(version))

    assert answer.status_code == code
    assert len(api.keys("/items")) == 2
