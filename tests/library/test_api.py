"""What our server answers to reads: the rules of the Zotero Web API v3, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import a_collection, a_key, a_note, an_item
from tests.library.served import KEY, Api, served
from zoterodigest.library.port import Collection, LibraryItem


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


def fill(api: Api, *objects: LibraryItem | Collection) -> None:
    """Write objects into the library behind the server, one after the other."""
    for one in objects:
        if isinstance(one, Collection):
            api.library.write_collections([one])
        else:
            api.library.write([one])


# Single objects


def test_an_item_is_shown_whole_with_its_library_links_and_counts(api: Api) -> None:
    ada = {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}
    fill(api, an_item(creators=[ada], date="2017"), a_note())

    answer = api.get("/items/ITEM2222")

    item = answer.json()
    assert set(item) == {"key", "version", "library", "links", "meta", "data"}
    assert (item["key"], item["version"]) == ("ITEM2222", 1)
    assert item["library"] | {"name": "", "links": {}} == {
        "type": "user",
        "id": 12,
        "name": "",
        "links": {},
    }
    assert item["links"]["self"]["href"] == f"{api.url}/users/12/items/ITEM2222"
    assert item["meta"] == {"creatorSummary": "Lovelace", "parsedDate": "2017", "numChildren": 1}
    assert item["data"]["title"] == "Attention"
    assert item["data"]["creators"] == [ada]
    assert answer.headers["Last-Modified-Version"] == "1"
    assert answer.headers["Zotero-API-Version"] == "3"


def test_a_field_that_holds_nothing_is_shown_as_an_empty_text(api: Api) -> None:
    fill(api, an_item())

    data = api.get("/items/ITEM2222").json()["data"]

    assert (data["DOI"], data["citationKey"], data["abstractNote"]) == ("", "", "")
    assert (data["tags"], data["collections"], data["relations"]) == ([], [], {})
    assert "proceedingsTitle" not in data


def test_what_was_read_can_be_written_back_and_changes_nothing(api: Api) -> None:
    fill(api, a_collection(), an_item(collections=["SHELF222"]), a_note())
    fill(api, LibraryItem("LINK2222", 0, _link("linked_url")), an_item(a_key(1), itemType="book"))
    objects = api.get("/items").json()

    report = api.post(*objects).json()

    assert sorted(report["unchanged"].values()) == sorted(one["key"] for one in objects)
    assert (report["success"], report["failed"]) == ({}, {})


def _link(mode: str) -> dict[str, Any]:
    return {"itemType": "attachment", "linkMode": mode, "url": "https://example.org"}


def test_a_child_leads_up_to_its_parent(api: Api) -> None:
    fill(api, an_item(), a_note())

    note = api.get("/items/NATE2222").json()

    assert note["links"]["up"]["href"] == f"{api.url}/users/12/items/ITEM2222"
    assert note["data"]["parentItem"] == "ITEM2222"
    assert "collections" not in note["data"]
    assert note["meta"]["numChildren"] == 0


def test_a_collection_is_shown_with_its_parent_and_counts(api: Api) -> None:
    fill(api, a_collection(), a_collection(a_key(1), name="July", parent="SHELF222"))
    fill(api, an_item(collections=["SHELF222"]))

    collection, july = (api.get(f"/collections/{key}").json() for key in ("SHELF222", a_key(1)))

    assert collection["meta"] == {"numCollections": 1, "numItems": 1}
    assert (collection["data"]["name"], collection["data"]["parentCollection"]) == (
        "Daily",
        False,
    )
    assert july["data"]["parentCollection"] == "SHELF222"


@pytest.mark.parametrize(
    "path",
    [
        "/items/ITEM9999",
        "/items/x",
        "/items/ITEM9999/children",
        "/collections/SHELF999",
        "/collections/SHELF999/items",
        "/collections/SHELF999/collections",
        "/tags/none",
        "/items/ITEM9999/tags",
        "/nonsense",
        "/items/ITEM2222/file",
        "/tags/a/b",
    ],
)
def test_what_is_not_there_is_404(api: Api, path: str) -> None:
    assert api.get(path).status_code == 404


# Lists


def test_items_are_all_that_is_not_trashed_top_and_trash_are_parts_of_it(api: Api) -> None:
    fill(api, an_item(a_key(1)), a_note(a_key(1), a_key(2)), an_item(a_key(3), deleted=1))
    fill(api, a_note(a_key(3), a_key(4)))

    lists = [api.keys(f"/items{which}?sort=dateAdded&direction=asc") for which in _LISTS]

    assert lists == [
        [a_key(1), a_key(2), a_key(4)],
        [a_key(1)],
        [a_key(3)],
        [a_key(1), a_key(2), a_key(3), a_key(4)],
        [a_key(2)],
    ]


_LISTS = ("", "/top", "/trash", "?includeTrashed=1", f"/{a_key(1)}/children")


def test_collections_are_listed_with_the_trashed_ones_top_and_below_are_parts_of_it(
    api: Api,
) -> None:
    fill(api, a_collection(a_key(1)), a_collection(a_key(2), parent=a_key(1)))
    fill(api, a_collection(a_key(3), is_trashed=True))

    everything, top, below = (
        api.keys(f"/collections{which}") for which in ("", "/top", f"/{a_key(1)}/collections")
    )

    assert sorted(everything) == [a_key(1), a_key(2), a_key(3)]
    assert sorted(top) == [a_key(1), a_key(3)]
    assert below == [a_key(2)]
    assert api.get(f"/collections/{a_key(3)}").json()["data"]["deleted"] is True


def test_items_of_a_collection_come_with_their_children_unless_only_the_top_is_asked_for(
    api: Api,
) -> None:
    fill(api, a_collection(), an_item(collections=["SHELF222"]), a_note(), an_item(a_key(1)))

    assert sorted(api.keys("/collections/SHELF222/items")) == ["ITEM2222", "NATE2222"]
    assert api.keys("/collections/SHELF222/items/top") == ["ITEM2222"]


def test_a_page_has_25_items_and_at_most_100_and_leads_to_the_next(api: Api) -> None:
    api.library.write([an_item(a_key(number)) for number in range(50)])
    api.library.write([an_item(a_key(50 + number)) for number in range(50)])
    api.library.write([an_item(a_key(100 + number)) for number in range(10)])

    by_default, at_most = api.get("/items"), api.get("/items?limit=1000")

    assert (len(by_default.json()), len(at_most.json())) == (25, 100)
    assert by_default.headers["Total-Results"] == "110"
    links = dict(
        re.findall(r'<[^>]*[?&]start=(\d+)[^>]*>; rel="(\w+)"', by_default.headers["Link"])
    )
    assert links == {"100": "last", "25": "next"}
    assert 'rel="first"' not in by_default.headers["Link"]
    rest = api.get("/items?limit=1000&start=100")
    assert len(rest.json()) == 10
    assert set(re.findall(r'rel="(\w+)"', rest.headers["Link"])) == {"first", "prev"}
    assert {one["key"] for one in at_most.json() + rest.json()} == {a_key(n) for n in range(110)}


def test_a_link_to_the_next_page_keeps_the_parameters_but_not_the_key(api: Api) -> None:
    fill(api, *(an_item(a_key(number), title="Ä & b") for number in range(3)))

    link = api.get(f"/items?limit=2&q=%C3%A4%20b&key={KEY}").headers["Link"]

    assert "q=%C3%A4+b" in link
    assert "limit=2" in link
    assert KEY not in link


def test_versions_and_keys_are_not_paged(api: Api) -> None:
    api.library.write([an_item(a_key(number)) for number in range(40)])

    versions, keys = api.get("/items?format=versions"), api.get("/items?format=keys")

    assert versions.json() == {a_key(number): number + 1 for number in range(40)}
    assert sorted(keys.text.split()) == [a_key(number) for number in range(40)]
    assert len(api.get("/items?format=versions&limit=7").json()) == 7


def test_since_is_exclusive_and_leaves_out_what_is_trashed(api: Api) -> None:
    fill(api, an_item(a_key(1)), an_item(a_key(2)), an_item(a_key(3), deleted=1))
    fill(api, a_collection(a_key(4)))

    assert api.keys("/items?since=1") == [a_key(2)]
    assert sorted(api.keys("/items?since=1&includeTrashed=1")) == [a_key(2), a_key(3)]
    assert api.keys("/items?since=2") == []
    assert api.keys("/collections?since=3") == [a_key(4)]


def test_nothing_new_is_304_for_lists_only(api: Api) -> None:
    fill(api, an_item(), a_collection())

    for path in ("/items", "/items/top", "/collections", "/tags", "/items?since=1"):
        assert api.get(path, If_Modified_Since_Version="2").status_code == 304, path
        assert api.get(path, If_Modified_Since_Version="1").status_code == 200, path
    assert api.get("/items/ITEM2222", If_Modified_Since_Version="2").status_code == 200
    assert api.get("/items", If_Modified_Since_Version="soon").status_code == 400


def test_items_are_asked_for_by_key(api: Api) -> None:
    fill(api, an_item(a_key(1)), an_item(a_key(2)), a_note(a_key(2), a_key(3)))

    assert sorted(api.keys(f"/items?itemKey={a_key(1)},{a_key(3)},{a_key(9)}")) == [
        a_key(1),
        a_key(3),
    ]
    assert api.keys(f"/items/top?itemKey={a_key(3)}") == [a_key(2)]
    in_order = api.keys(f"/items?itemKey={a_key(2)},{a_key(1)}&sort=itemKeyList&direction=asc")
    assert in_order == [a_key(2), a_key(1)]


@pytest.mark.parametrize("keys", ["", "x", "ITEM222O"])
def test_keys_that_are_none_name_nothing_and_do_not_mean_everything(api: Api, keys: str) -> None:
    fill(api, an_item())

    assert api.keys(f"/items?itemKey={keys}") == []
    assert api.keys(f"/items?itemKey=ITEM2222,{keys}") == ["ITEM2222"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("q=attention", [1]),
        ("q=ATTENTION need", [1]),
        ('q="need all"', []),
        ('q="all you"', [1]),
        ("q=ada lovelace", [2]),
        ("q=2017", [1]),
        ("q=hidden", []),
        ("q=hidden&qmode=everything", [2]),
        ("tag=a", [1, 2]),
        ("tag=a&tag=b", [2]),
        ("tag=b || c", [2, 3]),
        ("tag=-a", [3]),
        (r"tag=\-odd", [3]),
        ("itemType=book", [3]),
        ("itemType=-book", [1, 2]),
        ("itemType=book || journalArticle", [1, 2, 3]),
    ],
)
def test_items_are_found_by_words_tags_and_types(api: Api, query: str, numbers: list[int]) -> None:
    ada = {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}
    fill(
        api,
        an_item(a_key(1), title="Attention Is All You Need", date="2017-06", tags=[{"tag": "a"}]),
        an_item(
            a_key(2),
            title="Notes",
            creators=[ada],
            abstractNote="hidden",
            tags=[{"tag": "a"}, {"tag": "b"}],
        ),
        an_item(a_key(3), itemType="book", title="B", tags=[{"tag": "c"}, {"tag": "-odd"}]),
    )

    assert sorted(api.keys(f"/items?{query}")) == [a_key(n) for n in numbers]


def test_a_child_that_matches_stands_for_its_item_at_the_top(api: Api) -> None:
    fill(api, an_item(), a_note(note="mine"), an_item(a_key(1)))

    for query in ("q=mine", "itemType=note", "itemKey=NATE2222"):
        assert api.keys(f"/items?{query}") == ["NATE2222"]
        assert api.keys(f"/items/top?{query}") == ["ITEM2222"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("sort=title", [2, 3, 1]),
        ("sort=title&direction=desc", [1, 3, 2]),
        ("sort=creator", [3, 1, 2]),
        ("sort=date", [1, 3, 2]),
        ("sort=dateAdded", [3, 2, 1]),
        ("sort=dateAdded&direction=asc", [1, 2, 3]),
        ("", [3, 2, 1]),
    ],
)
def test_items_are_sorted_as_asked_and_what_has_no_value_comes_last(
    api: Api, query: str, numbers: list[int]
) -> None:
    zoe, adam = ({"creatorType": "author", "name": name} for name in ("Zoe", "adam"))
    fill(
        api,
        an_item(a_key(1), title="zebra", creators=[zoe], date="2020"),
        an_item(a_key(2), title="Apple"),
        an_item(a_key(3), title="mango", creators=[adam], date="2018"),
    )

    assert api.keys(f"/items?{query}") == [a_key(number) for number in numbers]


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense",
        "direction=up",
        "format=atom",
        "format=nonsense",
        "content=html",
        "since=x",
        "since=-1",
        "start=x",
        "include=html",
        "v=2",
        "since=99999999999999999999",
    ],
)
def test_a_parameter_that_is_none_is_400(api: Api, query: str) -> None:
    assert api.get(f"/items?{query}").status_code == 400


# Other formats


def test_items_are_given_as_bibtex_and_csl(api: Api) -> None:
    fill(api, an_item(publicationTitle="Nature", date="2017", citationKey="ada17"), a_note())

    bib, csl, one = (
        api.get(path)
        for path in (
            "/items?format=bibtex",
            "/items?format=csljson",
            "/items/ITEM2222?format=bibtex",
        )
    )

    assert bib.headers["Content-Type"].startswith("application/x-bibtex")
    assert bib.text.startswith("@article{ada17,")
    assert [item["id"] for item in csl.json()["items"]] == ["ada17"]
    assert one.text == bib.text
    included = api.get("/items/ITEM2222?include=bibtex,csljson").json()
    assert included["bibtex"] == bib.text
    assert included["csljson"]["title"] == "Attention"
    assert "data" not in included


# Tags, deletions, and what is not kept


def test_tags_are_listed_with_type_and_count(api: Api) -> None:
    fill(api, an_item(tags=[{"tag": "b"}, {"tag": "a"}]), an_item(a_key(1), tags=[{"tag": "a"}]))
    fill(api, an_item(a_key(2), tags=[{"tag": "c d", "type": 1}]))

    tags = api.get("/tags").json()

    assert [(tag["tag"], tag["meta"]["type"], tag["meta"]["numItems"]) for tag in tags] == [
        ("a", 0, 2),
        ("b", 0, 1),
        ("c d", 1, 1),
    ]
    assert [tag["tag"] for tag in api.get("/items/ITEM2222/tags").json()] == ["a", "b"]
    assert [tag["tag"] for tag in api.get("/tags/c%20d").json()] == ["c d"]


def test_what_was_erased_is_told_with_the_children(api: Api) -> None:
    fill(api, an_item(), a_note(), a_collection())
    api.library.erase(["ITEM2222"])
    api.library.erase_collections(["SHELF222"])

    everything, later = api.get("/deleted?since=0"), api.get("/deleted?since=4")

    assert everything.json()["items"] == ["ITEM2222", "NATE2222"]
    assert everything.json()["collections"] == ["SHELF222"]
    assert later.json()["items"] == []
    assert later.json()["collections"] == ["SHELF222"]
    assert api.get("/deleted").status_code == 400


def test_what_the_library_does_not_know_is_empty(api: Api) -> None:
    found = [api.get(path).json() for path in ("/searches", "/settings", "/groups")]

    assert found == [[], {}, []]


# Zotero itself


def _ask(api: Api, path: str) -> Any:
    return Api(api.url, api.library, path="").get(path).json()


def test_types_fields_and_creators_are_told(api: Api) -> None:
    types = {one["itemType"] for one in _ask(api, "itemTypes")}
    fields = [one["field"] for one in _ask(api, "itemTypeFields?itemType=book")]
    creators = [one["creatorType"] for one in _ask(api, "itemTypeCreatorTypes?itemType=book")]

    assert {"book", "journalArticle", "note", "attachment"} <= types
    assert fields[0] == "title"
    assert "ISBN" in fields
    assert creators[0] == "author"
    assert "citationKey" in {one["field"] for one in _ask(api, "itemFields")}


@pytest.mark.parametrize(
    "kind", ["book", "journalArticle", "note", "attachment&linkMode=linked_url"]
)
def test_a_template_is_accepted_as_it_is(api: Api, kind: str) -> None:
    template = _ask(api, f"items/new?itemType={kind}")

    report = api.post(template).json()

    assert list(report["success"]) == ["0"]


def test_the_current_key_tells_its_rights(api: Api) -> None:
    rights = _ask(api, "keys/current")

    assert (rights["key"], rights["userID"]) == (KEY, 12)
    assert rights["access"]["user"]["write"] is True
    assert Api(api.url, api.library, path="").get("keys/another").status_code == 404


def test_a_head_request_has_the_headers_without_the_body(api: Api) -> None:
    fill(api, an_item())

    answer = api("HEAD", "/items")

    assert answer.headers["Total-Results"] == "1"
    assert answer.content == b""
