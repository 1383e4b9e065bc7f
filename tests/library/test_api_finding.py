"""Which items, tags and collections our server finds, and in which order, as zotero.org does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_collection, a_key, a_note, an_item
from tests.library.served import Api, article, served
from zoterodigest.library.embedded.database import DatabaseFile
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import LibraryItem, Snapshot, Written


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


def fill(api: Api, *items: LibraryItem) -> None:
    for item in items:
        (outcome,) = api.library.write([item])
        assert isinstance(outcome, Written), outcome


def tagged(*names: str) -> list[dict[str, str]]:
    return [{"tag": name} for name in names]


def named(api: Api, path: str) -> list[str]:
    return [tag["tag"] for tag in api.get(path).json()]


def an_attachment(key: str, parent: str) -> dict[str, object]:
    return {
        **{"key": key, "version": 0, "itemType": "attachment", "linkMode": "imported_url"},
        **{"parentItem": parent, "contentType": "application/pdf"},
    }


def an_annotation(key: str, parent: str) -> dict[str, object]:
    return {
        **{"key": key, "version": 0, "itemType": "annotation", "parentItem": parent},
        **{"annotationType": "highlight", "annotationSortIndex": "00015|002431|00000"},
    }


# Items


def test_at_the_top_the_tags_of_the_item_count_and_not_those_of_its_children(api: Api) -> None:
    fill(
        api,
        an_item(a_key(1), tags=tagged("a")),
        a_note(a_key(1), a_key(2), tags=tagged("mine")),
        an_item(a_key(3)),
        a_note(a_key(3), a_key(4)),
    )

    assert api.keys("/items/top?tag=-a") == [a_key(3)]
    assert api.keys("/items/top?tag=mine") == []
    assert api.keys("/items?tag=mine") == [a_key(2)]
    assert api.keys("/items/top?tag=a") == [a_key(1)]


@pytest.mark.parametrize("query", ["tag=Etude", "tag=étude", "tag=ÉTUDE || x", "q=algren"])
def test_tags_and_words_are_found_without_case_and_accents(api: Api, query: str) -> None:
    anna = {"creatorType": "author", "firstName": "Anna", "lastName": "Älgren"}
    fill(api, an_item(a_key(1), tags=tagged("Étude"), creators=[anna]), an_item(a_key(2)))

    assert api.keys(f"/items?{query}") == [a_key(1)]


def test_an_unknown_item_type_is_400_and_a_known_one_is_found_in_any_case(api: Api) -> None:
    fill(api, an_item(a_key(1), itemType="book"))

    unknown = api.get("/items?itemType=novel")

    assert (unknown.status_code, unknown.text) == (400, "Invalid itemType 'novel'")
    assert api.keys("/items?itemType=Book") == [a_key(1)]
    assert api.get("/items?itemType=book&itemType=note").status_code == 400


def test_what_is_not_to_be_leaves_annotations_out(api: Api) -> None:
    keys = [a_key(number) for number in (1, 2, 3)]
    book = article(keys[0], itemType="book")
    api.created(book, an_attachment(keys[1], keys[0]), an_annotation(keys[2], keys[1]))

    assert set(api.keys("/items?tag=-x")) == {keys[0], keys[1]}
    assert api.keys("/items?itemType=-book") == [keys[1]]
    assert keys[2] in api.keys("/items")


@pytest.mark.parametrize(
    ("date", "parsed"),
    [
        ("November 25, 2013", "2013-11-25"),
        ("Sept 2012", "2012-09"),
        ("2012", "2012"),
        ("12/03/2025", "2025-12-03"),
        ("25/11/2013", "2013-11-25"),
        ("05/2023", "2023-05"),
        ("Spring 2025", "2025"),
        ("June 18-22, 2023", "2023-06-18"),
        ("2012-13-45", "2012"),
        ("n.d.", None),
        ("", None),
    ],
)
def test_the_parsed_date_stands_in_meta_of_every_date_that_has_a_year(
    api: Api, date: str, parsed: str | None
) -> None:
    fill(api, an_item(a_key(1), date=date))

    assert api.get(f"/items/{a_key(1)}").json()["meta"].get("parsedDate") == parsed


def test_items_are_sorted_and_searched_by_the_parsed_date(api: Api) -> None:
    fill(
        api,
        an_item(a_key(1), date="November 25, 2013"),
        an_item(a_key(2)),
        an_item(a_key(3), date="February 12, 2013"),
        LibraryItem(a_key(4), 0, {"itemType": "case", "dateDecided": "3 May 2014"}),
    )

    rising = [a_key(2), a_key(3), a_key(1), a_key(4)]
    assert api.keys("/items?sort=date&direction=asc") == rising
    assert api.keys("/items?sort=date") == rising[::-1]
    assert sorted(api.keys("/items?q=2013")) == [a_key(1), a_key(3)]
    assert api.keys("/items?q=2014") == [a_key(4)]


def test_without_a_creator_items_come_last_or_descending_first(api: Api) -> None:
    zoe = {"creatorType": "author", "name": "Zoe"}
    fill(api, an_item(a_key(1), creators=[zoe]), an_item(a_key(2)))

    assert api.keys("/items?sort=creator") == [a_key(1), a_key(2)]
    assert api.keys("/items?sort=creator&direction=desc") == [a_key(2), a_key(1)]


def test_items_of_one_second_keep_the_order_in_which_they_were_added(api: Api) -> None:
    keys = ["ZZZZ2222", "MMMM2222", "AAAA2222"]
    api.created(*(article(key, dateModified="2026-08-01T00:00:00Z") for key in keys))

    assert api.keys("/items?sort=dateModified&direction=asc") == keys
    assert api.keys("/items") == keys[::-1]


def test_the_names_older_clients_use_still_work(api: Api) -> None:
    fill(api, an_item(a_key(1), title="b"), an_item(a_key(2), title="a"))

    assert api.keys("/items?order=title&sort=desc") == [a_key(1), a_key(2)]
    assert api.keys("/items?order=title") == [a_key(2), a_key(1)]
    assert api.keys("/items?sort=title&order=desc") == [a_key(1), a_key(2)]
    assert api.keys("/items?newer=1") == [a_key(2)]


def test_collections_come_in_the_order_of_the_keys_asked_for_or_the_latest_first(
    api: Api,
) -> None:
    keys = [a_key(number) for number in (3, 1, 2)]
    for key in keys:
        api.library.write_collections([a_collection(key)])

    asked = f"/collections?collectionKey={','.join(keys)}&order=collectionKeyList"
    assert api.keys(asked) == keys
    assert api.keys("/collections") == keys[::-1]


# Pages


def test_the_first_page_has_no_link_to_itself_and_the_others_lead_to_it_without_start(
    api: Api,
) -> None:
    fill(api, *(an_item(a_key(number)) for number in range(5)))

    first, second = (api.get(f"/items?limit=2{start}").links for start in ("", "&start=2"))

    assert set(first) == {"next", "last"}
    assert set(second) == {"first", "prev", "next", "last"}
    assert "start" not in second["first"]["url"] + second["prev"]["url"]


# Tags


@pytest.fixture(name="library")
def _library(api: Api) -> Api:
    fill(
        api,
        an_item(a_key(1), title="Foo", tags=tagged("a", "g")),
        a_note(a_key(1), a_key(2), note="Test Note 1", tags=tagged("a", "e")),
        an_item(a_key(3), title="Bar", tags=tagged("b")),
        an_item(a_key(4), title="Gone", tags=tagged("a", "z"), deleted=1),
    )
    return api


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("items/tags", "abeg"),
        ("items/top/tags", "abg"),
        ("items/tags?tag=A", "a"),
        ("tags?tag=a || b", "ab"),
        ("items/tags?itemQ=foo", "ag"),
        ("items/tags?itemQ=test%20note", "ae"),
        ("items/tags?itemTag=a&itemTag=g", "ag"),
        ("items/tags?itemTag=a&itemTag=b", ""),
        ("items/trash/tags", "az"),
        ("items/tags?includeTrashed=1", "abegz"),
        ("tags?since=2", "b"),
        ("tags?newer=3", ""),
    ],
)
def test_tags_are_listed_by_their_names_and_by_the_items_that_carry_them(
    library: Api, query: str, expected: str
) -> None:
    assert "".join(named(library, f"/{query}")) == expected


def test_tags_are_searched_from_their_beginning_if_so_asked(api: Api) -> None:
    fill(api, an_item(a_key(1), tags=tagged("a", "abc", "bab")))

    assert named(api, "/tags?q=ab") == ["abc", "bab"]
    assert named(api, "/tags?q=AB&qmode=startsWith") == ["abc"]
    assert api.get("/tags?q=ab&qmode=everything").status_code == 400
    assert api.get("/items?q=ab&qmode=startswith").status_code == 400


def test_trashed_items_are_not_counted_with_a_tag(library: Api) -> None:
    (tag,) = library.get("/items/tags?tag=a").json()

    assert tag["meta"]["numItems"] == 2


# Templates


@pytest.mark.parametrize(
    ("mode", "there", "not_there"),
    [
        ("linked_url", "url accessDate note contentType charset", "filename path md5"),
        ("linked_file", "path note contentType charset", "filename url md5"),
        ("imported_url", "url filename md5 mtime note", "path"),
        ("imported_file", "filename md5 mtime note", "path url"),
        ("embedded_image", "parentItem filename md5 mtime", "title url note tags relations"),
    ],
)
def test_the_template_of_an_attachment_has_the_fields_of_its_link_mode(
    api: Api, mode: str, there: str, not_there: str
) -> None:
    template = _ask(api, f"items/new?itemType=attachment&linkMode={mode}")

    assert template.keys() >= {"itemType", "linkMode", *there.split()}
    assert not template.keys() & set(not_there.split())
    assert {template.get("md5"), template.get("mtime")} == {None}


@pytest.mark.parametrize("kind", ["highlight", "note", "image", "ink", "underline", "text"])
def test_the_template_of_an_annotation_has_all_its_fields(api: Api, kind: str) -> None:
    template = _ask(api, f"items/new?itemType=annotation&annotationType={kind}")

    assert template["annotationSortIndex"] == "00000|000000|00000"
    assert template["annotationPosition"]["pageIndex"] == 0
    assert template["annotationComment"] == template["annotationPageLabel"] == ""
    assert ("annotationText" in template) == (kind in ("highlight", "underline"))
    assert not template.keys() & {"collections", "relations"}


@pytest.mark.parametrize("query", ["annotation", "annotation&annotationType=x", "attachment", ""])
def test_a_template_needs_to_know_what_is_made(api: Api, query: str) -> None:
    assert _site(api).get(f"items/new?itemType={query}").status_code == 400


def _ask(api: Api, path: str) -> dict[str, Any]:
    found: dict[str, Any] = _site(api).get(path).json()
    return found


def _site(api: Api) -> Api:
    return Api(api.url, api.library, path="")


def test_a_server_has_read_its_library_before_it_answers(tmp_path: Path) -> None:
    class Counting(EmbeddedLibrary):
        items_read = 0

        def read(self, since: Snapshot | None = None) -> Snapshot:
            found = super().read(since)
            self.items_read += found is not since and len(found.items)
            return found

    database = DatabaseFile(tmp_path / "library.sqlite", new_identity="embedded:5a1f")
    library = Counting(database, clock=lambda: datetime(2026, 8, 1, tzinfo=UTC))
    library.write([an_item(a_key(1), title="Graphs"), an_item(a_key(2))])

    with served(library) as api:
        assert library.items_read == 2
        assert [one["key"] for one in api.get("/items?q=graphs").json()] == [a_key(1)]

    assert library.items_read == 2
