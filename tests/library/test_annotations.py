"""Annotations are read from what a library tells of them, and not taken for erased too soon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.builders import a_file, a_highlight, a_key, an_item
from tests.library.desktop import a_desktop
from tests.library.served import served
from tests.library.web import KEY, a_server
from zoterodigest.core.values.annotation import Annotation, AnnotationAbsence, AnnotationType
from zoterodigest.library.access import Access
from zoterodigest.library.address import ZOTERO_ORG, WebAddress
from zoterodigest.library.annotations import AnnotationSource, annotation_of, read_annotations
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.web.library import WebLibrary

ITEMS = [an_item(), a_file(), a_highlight()]


@pytest.mark.parametrize(
    ("position", "page"),
    [
        ('{"pageIndex":4,"rects":[[1,2,3,4]]}', 5),
        ('{"rects":[], "pageIndex": 0}', 1),
        ('{"pageIndex":2,"paths":[[1]],"width":2,"nextPageRects":[]}', 3),
        ('{"type":"FragmentSelector","value":"epubcfi(/6/8)"}', None),
        ('{"type":"CssSelector","value":"p","x":{"pageIndex":3}}', None),
        ('{"pageIndex":-1,"rects":[]}', None),
        ('{"pageIndex":true}', None),
        ('{"pageIndex":"4"}', None),
        ('{"rects":[],"pageIndex":', None),
        ("", None),
    ],
)
def test_the_page_of_the_file_is_read_from_the_position(position: str, page: int | None) -> None:
    assert annotation_of("MARK2222", ItemJson({"annotationPosition": position})).page == page


def test_what_an_object_does_not_say_is_what_zotero_takes_it_for() -> None:
    assert annotation_of("MARK2222", ItemJson({})) == Annotation(
        "MARK2222", "", type=AnnotationType.OTHER
    )


def test_values_of_another_type_say_nothing() -> None:
    data: dict[str, Any] = {"annotationText": ["x"], "annotationColor": None, "tags": "x"}

    assert annotation_of("MARK2222", ItemJson(data)).text == ""


@pytest.mark.parametrize(
    ("identity", "library"),
    [
        ("group:45", "groups/45"),
        ("group:45@example.org", "groups/45"),
        ("user:45", "library"),
        ("embedded:5a1f", "library"),
        ("desktop:9c", "library"),
    ],
)
def test_links_name_the_group_or_the_persons_library(identity: str, library: str) -> None:
    source = AnnotationSource(identity, lambda _: [], lists_all=True)

    found = read_annotations({"ITEM2222": {}}, ITEMS, source)

    assert [one.library for one in found["ITEM2222"].annotations] == [library]


def test_an_annotation_that_is_answered_live_and_not_listed_cannot_be_read_now() -> None:
    def fetch(keys: Sequence[str]) -> list[LibraryItem]:
        return [one for one in (a_highlight(),) if one.key in keys]

    source = AnnotationSource("desktop:9c", fetch, lists_all=False)
    asked = {"ITEM2222": {"MARK2222": "FILE2222"}}

    found = read_annotations(asked, [*ITEMS[:2], a_highlight(key="MARK3333")], source)

    assert found["ITEM2222"].absent == {"MARK2222": AnnotationAbsence.UNREADABLE}


def test_annotations_of_other_items_are_not_read() -> None:
    source = AnnotationSource("embedded:5a1f", lambda _: [], lists_all=True)

    assert list(read_annotations({"ITEM3333": {}}, ITEMS, source)) == ["ITEM3333"]


def test_what_is_listed_costs_no_request() -> None:
    with a_server() as server, server.client() as library:
        server.behind.write(ITEMS)
        snapshot = library.read()
        server.counted()

        library.annotations(snapshot, {"ITEM2222": {"MARK2222": "FILE2222"}})

        assert server.counted() == (0, 0)


def test_what_lies_in_a_trashed_file_costs_no_request() -> None:
    trashed = LibraryItem("FILE2222", 0, {**a_file().data, "deleted": 1})
    with a_desktop() as desktop, desktop.client() as library:
        desktop.zotero.library.write([an_item(), trashed, a_highlight()])
        snapshot = library.read()
        desktop.zotero.requests.clear()

        found = library.annotations(snapshot, {"ITEM2222": {"MARK2222": "FILE2222"}})

        assert found["ITEM2222"].absent == {"MARK2222": AnnotationAbsence.ATTACHMENT_TRASHED}
        assert desktop.zotero.requests == []


def test_an_old_zotero_that_lists_none_says_nothing_of_them() -> None:
    known = {"MARK2222": "FILE2222"}
    with a_desktop() as desktop:
        desktop.zotero.library.write(ITEMS)
        with desktop.client() as library:
            now = library.annotations(library.read(), {"ITEM2222": known})
        desktop.zotero.lists_annotations = False
        with desktop.client() as library:
            snapshot = library.read()
            desktop.zotero.requests.clear()
            later = library.annotations(snapshot, {"ITEM2222": known})
            requests = len(desktop.zotero.requests)

    assert [one.key for one in now["ITEM2222"].annotations] == ["MARK2222"]
    assert (later["ITEM2222"].annotations, requests) == ((), 0)
    assert later["ITEM2222"].absent == {"MARK2222": AnnotationAbsence.UNREADABLE}


@pytest.mark.parametrize(
    ("url", "lists"), [(ZOTERO_ORG, True), ("https://zotero.example.org", False)]
)
def test_of_servers_zotero_org_alone_is_known_to_list_annotations(url: str, *, lists: bool) -> None:
    with WebLibrary(WebAddress(url, "user", 1), Access(lambda _: KEY)) as library:
        assert library.lists_annotations is lists


def test_an_annotation_that_is_erased_among_others_is_erased() -> None:
    with a_server() as server, server.client() as library:
        server.behind.write([*ITEMS, a_highlight(key="MARK3333")])
        server.behind.erase(["MARK2222"])

        found = library.annotations(library.read(), {"ITEM2222": {"MARK2222": "FILE2222"}})

    assert found["ITEM2222"].absent == {"MARK2222": AnnotationAbsence.ERASED}


def test_many_that_are_missing_are_asked_for_fifty_at_a_time() -> None:
    marks = [a_highlight(key=a_key(number)) for number in range(100)]
    with a_server() as server, server.client() as library:
        server.behind.write(ITEMS[:2])
        for start in range(0, 100, 50):
            server.behind.write(marks[start : start + 50])
        server.behind.erase([mark.key for mark in marks])
        server.behind.write([a_highlight()])
        snapshot = library.read()
        server.counted()

        known = {mark.key: "" for mark in marks}
        found = library.annotations(snapshot, {"ITEM2222": known})["ITEM2222"]

        assert server.counted() == (2, 0)
    assert set(found.absent.values()) == {AnnotationAbsence.ERASED}


def test_a_server_lists_the_annotations_of_a_pdf_below_it_and_of_no_other_file() -> None:
    epub = a_file(key="FILE3333", contentType="application/epub+zip")
    with served() as api:
        api.library.write([*ITEMS, epub])

        assert api.keys("/items/FILE2222/children") == ["MARK2222"]
        assert api.keys("/items?itemType=annotation") == ["MARK2222"]
        assert api.get("/items/FILE3333/children").status_code == 400
