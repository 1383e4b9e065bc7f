"""pyzotero uses a library of ours through the server as it uses zotero.org."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx2
import pytest
from pyzotero import errors, zotero

from tests.library.served import KEY, Api, article, served


@cache
def _client() -> httpx2.Client:
    return httpx2.Client(trust_env=False, timeout=10, follow_redirects=True)


class _Zotero(zotero.Zotero):
    """pyzotero with a client that outlives it."""

    def __del__(self) -> None:
        pass


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


@pytest.fixture(name="zot")
def _zot(api: Api) -> Any:
    zot = _Zotero(12, "user", KEY, client=_client())
    zot.endpoint = api.url
    return zot


def test_an_item_is_made_from_a_template_read_changed_trashed_and_deleted(zot: Any) -> None:
    template = zot.item_template("book")
    template |= {"title": "A book", "creators": [{"creatorType": "author", "name": "Ada"}]}

    (key,) = zot.create_items([template])["success"].values()
    item = zot.item(key)
    zot.update_item({**item["data"], "title": "Another", "date": "2020"})
    after = zot.item(key)
    zot.update_item({**after["data"], "deleted": 1})
    trashed = zot.trash()
    zot.delete_item(trashed[0])

    assert (item["data"]["title"], after["data"]["title"]) == ("A book", "Another")
    assert after["meta"]["creatorSummary"] == "Ada"
    assert [one["key"] for one in trashed] == [key]
    assert zot.deleted(since=0)["items"] == [key]
    with pytest.raises(errors.ResourceNotFoundError):
        zot.item(key)


def test_everything_comes_in_pages_of_a_hundred(zot: Any) -> None:
    for _ in range(5):
        report = zot.create_items([article() for _ in range(50)])
        assert len(report["success"]) == 50

    items = zot.everything(zot.items())
    versions = zot.item_versions()

    assert len({item["key"] for item in items}) == 250
    assert versions == {item["key"]: item["version"] for item in items}
    assert (zot.num_items(), zot.count_items(), zot.last_modified_version()) == (250, 250, 250)


def test_since_gives_what_changed(zot: Any) -> None:
    zot.create_items([article(), article()])
    version = zot.last_modified_version()
    first = zot.items(sort="dateAdded", direction="asc")[0]
    zot.update_item({**first["data"], "title": "New"})

    assert [item["data"]["title"] for item in zot.items(since=version)] == ["New"]
    assert list(zot.item_versions(since=version)) == [first["key"]]


def test_many_items_are_updated_in_batches(zot: Any) -> None:
    zot.create_items([article() for _ in range(50)])
    zot.create_items([article() for _ in range(10)])
    items = zot.everything(zot.items())

    zot.update_items([{**item["data"], "title": "New"} for item in items])

    assert {item["data"]["title"] for item in zot.everything(zot.items())} == {"New"}


def test_collections_are_made_filled_and_emptied(zot: Any) -> None:
    (top,) = zot.create_collections([{"name": "Top"}])["success"].values()
    zot.create_collections([{"name": "Below", "parentCollection": top}])
    zot.create_items([article()])
    zot.addto_collection(top, zot.items()[0])
    inside = zot.collection_items(top)
    zot.deletefrom_collection(top, inside[0])
    below = zot.collections_sub(top)[0]
    zot.update_collection({**below["data"], "name": "Renamed"})

    assert len(inside) == 1
    assert zot.collection_items(top) == []
    assert sorted(one["data"]["name"] for one in zot.all_collections()) == ["Renamed", "Top"]
    assert [one["data"]["name"] for one in zot.collections_top()] == ["Top"]
    zot.delete_collection(zot.collection(top))
    assert zot.collections() == []


def test_tags_are_listed_added_and_deleted(zot: Any) -> None:
    zot.create_items([article(tags=[{"tag": "a"}, {"tag": "b"}]), article(tags=[{"tag": "a"}])])

    zot.add_tags(zot.items(tag="b")[0], "c")
    zot.delete_tags("a")

    assert zot.tags() == ["b", "c"]
    assert zot.items(tag="a") == []


def test_children_come_with_their_item(zot: Any) -> None:
    (key,) = zot.create_items([article()])["success"].values()
    zot.create_items([{"itemType": "note", "note": "<p>x</p>"}], parentid=key)

    assert [child["data"]["note"] for child in zot.children(key)] == ["<p>x</p>"]
    assert [item["key"] for item in zot.top()] == [key]


def test_a_stale_change_is_refused(zot: Any) -> None:
    zot.create_items([article()])
    read_earlier = zot.items()[0]
    zot.update_item({**read_earlier["data"], "title": "Later"})

    with pytest.raises(errors.PreConditionFailedError):
        zot.update_item({**read_earlier["data"], "title": "Stale"})

    assert zot.items()[0]["data"]["title"] == "Later"


def test_bibtex_and_csl_are_understood(zot: Any) -> None:
    zot.create_items([article(date="2017")])

    assert zot.items(format="csljson")["items"][0]["type"] == "article-journal"
    assert zot.items(format="keys").decode().strip() == zot.items()[0]["key"]


def test_types_fields_rights_and_what_there_is_not(zot: Any) -> None:
    assert "book" in {one["itemType"] for one in zot.item_types()}
    assert "ISBN" in {one["field"] for one in zot.item_type_fields("book")}
    assert zot.item_creator_types("book")[0]["creatorType"] == "author"
    assert zot.key_info()["userID"] == 12
    assert (zot.groups(), zot.searches(), zot.publications()) == ([], [], [])
    assert zot.check_items([zot.item_template("journalArticle")])


def test_a_wrong_key_is_refused(zot: Any) -> None:
    zot.api_key = "wrong"

    with pytest.raises(errors.UserNotAuthorisedError):
        zot.items()
