"""Relations over our server, and who wrote an item of a group, as zotero.org has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import a_key
from tests.library.served import Api, article, in_memory, served
from zoterodigest.library.server import answering, listener

HOME = "http://zotero.org/users/12"
ONE, TWO = a_key(1), a_key(2)


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


def related(*keys: str) -> dict[str, Any]:
    uris = [f"{HOME}/items/{key}" for key in keys]
    return {"dc:relation": uris[0] if len(uris) == 1 else uris}


def relations(api: Api, key: str) -> object:
    return api.get(f"/items/{key}").json()["data"]["relations"]


# Between items


def test_a_related_item_is_related_back_at_the_version_of_the_write(api: Api) -> None:
    api.created(article(ONE), article(TWO))

    (changed,) = api.created({"key": ONE, "version": 1, "relations": related(TWO)})

    assert relations(api, TWO) == related(ONE)
    assert api.get("/items?format=versions&since=2").json() == {ONE: 3, TWO: 3}
    assert changed["version"] == 3


def test_items_of_one_batch_are_related_before_the_other_is_there(api: Api) -> None:
    _, second = api.created(article(ONE, relations=related(TWO)), article(TWO))

    assert relations(api, ONE) == related(TWO)
    assert second["data"]["relations"] == related(ONE)


def test_two_items_that_name_each_other_in_one_batch_are_written_once(api: Api) -> None:
    api.created(article(ONE), article(TWO))

    report = api.post(
        {"key": ONE, "version": 1, "relations": related(TWO)},
        {"key": TWO, "version": 2, "relations": related(ONE)},
    ).json()

    assert (report["success"], report["unchanged"]) == ({"0": ONE}, {"1": TWO})


def test_items_are_unrelated_both_ways(api: Api) -> None:
    api.created(article(ONE), article(TWO, relations=related(ONE)))

    api.created({"key": ONE, "version": 2, "relations": {}})

    assert relations(api, TWO) == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"foo:unknown": f"{HOME}/items/{ONE}"}, "Unsupported predicate 'foo:unknown'"),
        (
            {"owl:sameAs": "Not a URI"},
            "'relations' values currently must be Zotero item URIs",
        ),
        (
            {"dc:relation": [f"{HOME}/collections/{ONE}"]},
            "'relations' values currently must be Zotero item URIs",
        ),
        (["a"], "'relations' property must be an object"),
    ],
)
def test_a_relation_that_is_none_is_refused(api: Api, given: object, message: str) -> None:
    (failed,) = api.post(article(relations=given)).json()["failed"].values()

    assert (failed["code"], failed["message"]) == (400, message)


def test_relations_to_other_programs_may_be_any_text(api: Api) -> None:
    (item,) = api.created(article(relations={"mendeleyDB:documentUUID": "b95b84b9"}))

    assert item["data"]["relations"] == {"mendeleyDB:documentUUID": "b95b84b9"}


# Of collections


def test_collections_have_relations_which_a_put_without_them_takes_away(api: Api) -> None:
    same = {"owl:sameAs": f"http://zotero.org/groups/1/collections/{TWO}"}
    (made,) = api.created({"name": "A", "relations": same}, to="/collections")
    path = f"/collections/{made['key']}"

    renamed = {"key": made["key"], "version": 1, "name": "B"}
    assert api.created(renamed, to="/collections")[0]["data"]["relations"] == same
    assert api.get(path).json()["data"]["relations"] == same
    assert api("PUT", path, {"name": "B", "version": 2}).status_code == 204
    assert api.get(path).json()["data"]["relations"] == {}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dc:relation": f"{HOME}/items/{ONE}"}, "Unsupported predicate 'dc:relation'"),
        (
            {"owl:sameAs": "Not a URI"},
            "'relations' values currently must be Zotero collection URIs",
        ),
        (["a"], "'relations' property must be an object"),
    ],
)
def test_a_relation_of_a_collection_that_is_none_is_refused(
    api: Api, given: object, message: str
) -> None:
    sent = {"name": "A", "relations": given}

    (failed,) = api.post(sent, to="/collections").json()["failed"].values()

    assert (failed["code"], failed["message"]) == (400, message)


# In groups


@contextmanager
def a_group() -> Iterator[tuple[Api, Api]]:
    """Serve a group to two users."""
    keys = {"users/1": "key-of-the-first-user", "users/2": "key-of-the-second-one"}
    shared = in_memory()
    with answering(listener({"groups/5": shared}, keys)) as url:
        first = Api(url, shared, "groups/5", keys["users/1"])
        yield first, replace(first, key=keys["users/2"])


def test_an_item_of_a_group_names_who_created_and_who_last_changed_it() -> None:
    with a_group() as (first, second):
        (made,) = first.created(article(ONE))
        (changed,) = second.created({"key": ONE, "version": 1, "title": "B"})

    assert made["meta"]["createdByUser"]["id"] == 1
    assert "lastModifiedByUser" not in made["meta"]
    users = [changed["meta"][name]["id"] for name in ("createdByUser", "lastModifiedByUser")]
    assert users == [1, 2]


def test_who_changes_only_collections_or_relations_has_not_changed_the_item() -> None:
    with a_group() as (first, second):
        (collection,) = first.created({"name": "A"}, to="/collections")
        first.created(article(ONE))
        (moved,) = second.created({"key": ONE, "version": 2, "collections": [collection["key"]]})
        (trashed,) = second.created({"key": ONE, "version": 3, "deleted": 1})

    assert "lastModifiedByUser" not in moved["meta"]
    assert trashed["meta"]["lastModifiedByUser"]["id"] == 2


def test_an_item_that_is_created_again_stays_that_of_its_first_creator() -> None:
    with a_group() as (first, second):
        first.created(article(ONE))
        first("DELETE", f"/items/{ONE}", headers={"If-Unmodified-Since-Version": "1"})
        (again,) = second.created(article(ONE))

    assert again["meta"]["createdByUser"]["id"] == 1


def test_an_item_of_a_user_names_nobody(api: Api) -> None:
    (item,) = api.created(article(ONE))

    assert "createdByUser" not in item["meta"]


def test_a_group_has_no_linked_files() -> None:
    linked = {"itemType": "attachment", "linkMode": "linked_file", "path": "attachments:a.pdf"}
    with a_group() as (first, _):
        (failed,) = first.post(linked).json()["failed"].values()

    assert failed["message"] == "Linked files can only be added to user libraries"
