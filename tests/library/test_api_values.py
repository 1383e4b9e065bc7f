"""Which values our server takes, refuses or puts in another form, as zotero.org does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import a_collection, a_key, a_note, an_attachment, an_item
from tests.library.served import Api, article, served

MISSING = "BDARG2AV"


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


def refused(api: Api, *objects: Any, to: str = "/items") -> dict[str, Any]:
    """Return what is said of the last object, which must be refused."""
    failed: dict[str, Any] = api.post(*objects, to=to).json()["failed"]
    assert list(failed) == [str(len(objects) - 1)]
    (said,) = failed.values()
    assert isinstance(said, dict)
    return said


def an_upload(key: str = a_key(8), **data: Any) -> dict[str, Any]:
    file = {"linkMode": "imported_file", "contentType": "application/pdf"}
    return {"key": key, "version": 0, "itemType": "attachment", **file, **data}


def an_annotation(key: str = a_key(9), parent: str = a_key(8), **data: Any) -> dict[str, Any]:
    head = {"key": key, "version": 0, "itemType": "annotation", "parentItem": parent}
    mark = {"annotationType": "highlight", "annotationSortIndex": "00015|002431|00000"}
    return {**head, **mark, **data}


# Tags, creators, dates


def test_an_empty_tag_is_dropped_and_the_item_created(api: Api) -> None:
    (item,) = api.created(article(tags=[{"tag": "A"}, {"tag": " ", "type": 1}, {"tag": ""}]))

    assert item["data"]["tags"] == [{"tag": "A"}]


@pytest.mark.parametrize(
    ("tags", "code", "message"),
    [
        ([["invalid"]], 400, "Tag must be an object"),
        ([{}], 400, "Tag object is empty"),
        ([{"tag": "a", "colour": 1}], 400, "Invalid tag property 'colour'"),
        ([{"tag": ["a"]}], 400, "Invalid tag name"),
        ("a", 400, "'tags' property must be an array"),
        ([{"tag": "x" * 300}], 413, f"Tag '{'x' * 50}…' too long"),
    ],
)
def test_a_tag_that_is_none_is_refused_in_the_words_of_zotero(
    api: Api, tags: object, code: int, message: str
) -> None:
    said = refused(api, article(tags=tags))

    assert (said["code"], said["message"]) == (code, message)


def test_a_tag_that_is_too_long_is_told_whole(api: Api) -> None:
    assert refused(api, article(tags=[{"tag": "x" * 300}]))["data"] == {"tag": "x" * 300}


def test_an_author_of_a_presentation_becomes_its_presenter(api: Api) -> None:
    talk = {"itemType": "presentation", "title": "T"}

    author, editor = (
        api.post({**talk, "creators": [{"creatorType": role, "name": "Foo"}]}).json()
        for role in ("author", "editor")
    )

    creators = author["successful"]["0"]["data"]["creators"]
    assert creators == [{"creatorType": "presenter", "name": "Foo"}]
    said = "'editor' is not a valid creator type for item type 'presentation'"
    assert editor["failed"]["0"]["message"] == said


BLANK = {"creatorType": "author", "firstName": "", "lastName": " "}
NAMED = {"creatorType": "author", "name": "Ada"}


def test_an_empty_creator_is_refused_unless_it_is_the_one_of_the_template(api: Api) -> None:
    (item,) = api.created(article(a_key(1), creators=[BLANK]))
    said = refused(api, article(creators=[NAMED, BLANK]))
    changed = refused(api, {"key": a_key(1), "version": 1, "creators": [BLANK]})

    assert item["data"]["creators"] == []
    expected = "creator object must contain 'firstName'/'lastName' or 'name'"
    assert [said["message"], changed["message"]] == [expected, expected]


def test_a_creator_whose_name_cannot_be_seen_is_dropped(api: Api) -> None:
    (item,) = api.created(article(creators=[{"creatorType": "author", "name": "\ufeff"}]))

    assert item["data"]["creators"] == []
    assert "creatorSummary" not in item["meta"]


@pytest.mark.parametrize(
    ("roles", "summary"),
    [
        (["editor", "author"], "author0"),
        (["editor", "editor"], "editor0 and editor1"),
        (["contributor", "translator"], "contributor0"),
        (["author", "author", "author"], "author0 et al."),
        (["translator"], None),
    ],
)
def test_the_creator_summary_names_authors_else_editors_else_contributors(
    api: Api, roles: list[str], summary: str | None
) -> None:
    count: dict[str, int] = {}
    creators = []
    for role in roles:
        number = count[role] = count.get(role, -1) + 1
        creators.append({"creatorType": role, "firstName": "A", "lastName": f"{role}{number}"})

    (item,) = api.created(article(creators=creators))

    assert item["meta"].get("creatorSummary") == summary


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2014-02-01T01:23:45-0400", "2014-02-01T05:23:45Z"),
        ("2014-02-01 01:23:45", "2014-02-01T01:23:45Z"),
        ("2014-02-01T01:23:45Z", "2014-02-01T01:23:45Z"),
        ("2014-02-01", "2014-02-01"),
        ("", ""),
    ],
)
def test_the_access_date_is_stored_in_utc(api: Api, given: str, stored: str) -> None:
    (item,) = api.created(article(accessDate=given))

    assert item["data"]["accessDate"] == stored


def test_the_access_date_may_be_now(api: Api) -> None:
    (item,) = api.created(article(accessDate="CURRENT_TIMESTAMP"))

    assert item["data"]["accessDate"] == item["data"]["dateAdded"]


@pytest.mark.parametrize("name", ["accessDate", "dateAdded", "dateModified"])
@pytest.mark.parametrize("date", ["February 1, 2014", "2014-02-01T01:23:45", "2014-13-01 00:00:00"])
def test_a_date_that_is_none_is_refused(api: Api, name: str, date: str) -> None:
    said = refused(api, article(**{name: date}))

    assert said["code"] == 400
    assert said["message"].startswith(f"'{name}' must be in ISO 8601 or UTC 'YYYY-MM-DD")
    assert said["message"].endswith(f"({date})")


def test_a_time_sent_back_in_the_form_of_sql_is_no_change(api: Api) -> None:
    (item,) = api.created(article(a_key(1)))
    sql = item["data"]["dateModified"].replace("T", " ").rstrip("Z")

    (changed,) = api.created({"key": a_key(1), "version": 1, "title": "B", "dateModified": sql})

    assert changed["data"]["dateModified"] > item["data"]["dateModified"]


def test_a_zotero_client_means_the_time_it_sends(api: Api) -> None:
    (item,) = api.created(article(a_key(1)))
    time = item["data"]["dateModified"]

    api.post(
        {"key": a_key(1), "version": 1, "title": "B", "dateModified": time},
        **{"User-Agent": "Mozilla/5.0 Zotero/9.0"},
    )

    assert api.get(f"/items/{a_key(1)}").json()["data"]["dateModified"] == time


def test_the_trash_changes_the_date_modified(api: Api) -> None:
    (item,) = api.created(article(a_key(1)))

    (trashed,) = api.created({"key": a_key(1), "version": 1, "deleted": True})

    assert trashed["data"]["dateModified"] > item["data"]["dateModified"]


# Where items lie


def test_a_put_without_a_parent_lifts_a_child_to_the_top(api: Api) -> None:
    api.library.write_collections([a_collection()])
    api.library.write([an_item()])
    (note,) = api.created(
        {"itemType": "note", "parentItem": "ITEM2222", "key": a_key(1), "version": 0}
    )
    whole = {name: value for name, value in note["data"].items() if name != "parentItem"}

    lacking = api("PUT", f"/items/{a_key(1)}", whole)
    lifted = api("PUT", f"/items/{a_key(1)}", {**whole, "collections": ["SHELF222"]})

    assert (lacking.status_code, lacking.text) == (400, "'collections' property not provided")
    assert lifted.status_code == 204
    data = api.get(f"/items/{a_key(1)}").json()["data"]
    assert "parentItem" not in data
    assert data["collections"] == ["SHELF222"]


def test_a_child_that_is_put_into_a_collection_leaves_its_parent(api: Api) -> None:
    api.library.write_collections([a_collection()])
    api.library.write([an_item(), an_attachment()])

    changed = api("PATCH", "/items/LINK2222", {"version": 3, "collections": ["SHELF222"]})

    assert changed.status_code == 204
    assert "parentItem" not in api.get("/items/LINK2222").json()["data"]


def test_a_put_that_does_not_speak_of_the_trash_takes_an_item_out_of_it(api: Api) -> None:
    (item,) = api.created(article(a_key(1), deleted=1))
    whole = {name: value for name, value in item["data"].items() if name != "deleted"}

    assert api("PUT", f"/items/{a_key(1)}", whole).status_code == 204
    assert api.keys("/items") == [a_key(1)]


def _below(key: str, kind: str = "note") -> dict[str, Any]:
    return {"itemType": kind, "parentItem": key}


@pytest.mark.parametrize(
    ("sent", "code", "message", "about"),
    [
        (_below(MISSING), 409, f"Parent item {MISSING} not found", {"parentItem": MISSING}),
        (
            _below("NATE2222"),
            *(409, "Parent item cannot be a note or attachment", {"parentItem": "NATE2222"}),
        ),
        (
            _below("ITEM2222", "book"),
            *(400, "Child item must be note, attachment, or annotation", None),
        ),
        (
            {**_below("ITEM2222"), "collections": ["SHELF222"]},
            *(400, "Child items cannot be assigned to collections", None),
        ),
        (
            article(collections=[MISSING]),
            *(409, f"Collection {MISSING} not found", {"collection": MISSING}),
        ),
        (
            {**_below(a_key(1)), "key": a_key(1), "version": 0},
            *(400, f"Item {a_key(1)} cannot be a child of itself", None),
        ),
    ],
)
def test_what_lies_wrong_is_refused_in_the_words_of_zotero(
    api: Api, sent: dict[str, Any], code: int, message: str, about: object
) -> None:
    api.library.write([an_item(), a_note()])

    said = refused(api, sent)

    assert (said["code"], said["message"], said.get("data")) == (code, message, about)


def test_a_cycle_of_collections_is_untied(api: Api) -> None:
    api.library.write_collections([a_collection(a_key(1)), a_collection(a_key(2), parent=a_key(1))])

    moved = {"key": a_key(1), "version": 1, "parentCollection": a_key(2)}
    (changed,) = api.created(moved, to="/collections")

    assert changed["data"]["parentCollection"] == a_key(2)
    untied = api.get(f"/collections/{a_key(2)}").json()
    assert untied["data"]["parentCollection"] is False
    assert untied["version"] == changed["version"]


@pytest.mark.parametrize(
    ("sent", "code", "message"),
    [
        ({}, 400, "'name' property not provided"),
        ({"name": ""}, 400, "Collection name cannot be empty"),
        ({"name": "A", "parentCollection": MISSING}, 409, f"Parent collection {MISSING} not found"),
        ({"name": "A", "colour": 1}, 400, "Invalid property 'colour'"),
    ],
)
def test_a_collection_that_is_none_is_refused_in_the_words_of_zotero(
    api: Api, sent: object, code: int, message: str
) -> None:
    said = refused(api, sent, to="/collections")

    assert (said["code"], said["message"]) == (code, message)


# Properties


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"title": "A"}, "'itemType' property not provided"),
        ({"itemType": "novel"}, "'novel' is not a valid itemType"),
        (article(colour="red"), "Invalid property 'colour'"),
        (article(ISBN="1"), "'ISBN' is not a valid field for type 'journalArticle'"),
        (article(note="x"), "'note' property is valid only for note and attachment items"),
        (article(contentType="text/html"), "'contentType' is valid only for attachment items"),
        (article(title=["A"]), "Unexpected array for property 'title'"),
        (article(key="x"), "'x' is not a valid item key"),
        ([], "Invalid value for index 0 in uploaded data; expected JSON item object"),
        ({**article(), "version": 1}, "'version' is valid only if item key is provided"),
    ],
)
def test_what_is_no_item_is_refused_in_the_words_of_zotero(
    api: Api, sent: object, message: str
) -> None:
    said = refused(api, sent)

    assert (said["code"], said["message"]) == (400, message)


def test_an_empty_list_of_objects_is_written_at_once(api: Api) -> None:
    answer = api.post()

    assert answer.status_code == 200
    assert answer.json() == {"successful": {}, "success": {}, "unchanged": {}, "failed": {}}


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", ["items", "collections"])
def test_an_object_that_is_gone_is_412_for_who_knew_a_version_of_it(
    api: Api, method: str, kind: str
) -> None:
    sent = {"itemType": "book"} if kind == "items" else {"name": "A"}
    header = {"If-Unmodified-Since-Version": "123"}

    answer = api(method, f"/{kind}/{MISSING}", sent, headers=header)

    name = kind.removesuffix("s").capitalize()
    said = f"{name} not found (expected version 123)"
    assert (answer.status_code, answer.text) == (412, said)


@pytest.mark.parametrize(
    ("note", "excerpt"),
    [
        ("1234567890" * 50_001, "1234567890" * 7 + "123456789"),
        ("Full Text:\n\n" + "1234567890" * 50_001, "Full Text: " + ("1234567890" * 7)[:67]),
        ("<p><!-- " + "1" * 500_001 + " --></p>", "&lt;p&gt;&lt;!-- " + "1" * 71),
    ],
)
def test_a_note_that_is_too_long_is_named_by_its_first_words(
    api: Api, note: str, excerpt: str
) -> None:
    said = refused(api, {"itemType": "note", "note": note})

    assert (said["code"], said["message"]) == (413, f"Note '{excerpt}...' too long")


# Attachments


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"linkMode": "invalidName"}, "'invalidName' is not a valid linkMode"),
        ({}, "'linkMode' property not provided"),
        (
            {"linkMode": "linked_url", "md5": "c7487a750a97722ae1878ed46b215ebe"},
            "'md5' is valid only for imported and embedded-image attachments",
        ),
        (
            {"linkMode": "linked_url", "mtime": "1332807793000"},
            "'mtime' is valid only for imported and embedded-image attachments",
        ),
        (
            {"linkMode": "linked_url", "path": "a.pdf"},
            "'path' is valid only for linked file attachment items",
        ),
        ({"linkMode": "imported_file", "md5": "x"}, "'x' is not a valid MD5 hash"),
        (
            {"linkMode": "imported_file", "filename": "D:\\a.pdf"},
            "Stored-file filename 'D:\\a.pdf' cannot contain a directory path",
        ),
        (
            {"linkMode": "embedded_image", "contentType": "image/png"},
            "Embedded-image attachment must have a parent item",
        ),
        (
            {"linkMode": "embedded_image", "parentItem": "NATE2222", "contentType": "text/html"},
            "Embedded-image attachment must have an image content type",
        ),
    ],
)
def test_an_attachment_that_is_none_is_refused(
    api: Api, sent: dict[str, Any], message: str
) -> None:
    api.library.write([an_item(), a_note()])

    said = refused(api, {"itemType": "attachment", **sent})

    assert (said["code"], said["message"]) == (400, message)


def test_an_image_lies_in_a_note_and_goes_with_it(api: Api) -> None:
    api.library.write([an_item(), a_note()])
    image = {"itemType": "attachment", "linkMode": "embedded_image", "contentType": "image/png"}

    api.created({**image, "parentItem": "NATE2222", "key": a_key(1), "version": 0})

    assert api.get("/items/NATE2222").json()["meta"]["numChildren"] == 1
    moved = api("PATCH", f"/items/{a_key(1)}", {"version": 3, "parentItem": False})
    said = "Cannot change parent item of embedded-image attachment"
    assert (moved.status_code, moved.text) == (400, said)
    api("DELETE", "/items/ITEM2222", headers={"If-Unmodified-Since-Version": "1"})
    assert api.keys("/items") == []


def test_hash_and_time_of_a_file_stay_when_they_are_sent_empty(api: Api) -> None:
    hashed = "c7487a750a97722ae1878ed46b215ebe"
    api.created(an_upload(md5=hashed, mtime=1332807793000))

    api.post({"key": a_key(8), "version": 1, "md5": None, "mtime": None})

    data = api.get(f"/items/{a_key(8)}").json()["data"]
    assert (data["md5"], data["mtime"]) == (hashed, 1332807793000)


# Annotations


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"annotationType": "image", "annotationText": ""},
            "'annotationText' can only be set for highlight and underline annotations",
        ),
        ({"annotationSortIndex": "0000"}, "Invalid sortIndex '0000'"),
        (
            {"annotationColor": "ff8c19"},
            "annotationColor must be a hex color (e.g., '#FF0000')",
        ),
        (
            {"annotationPageLabel": "x" * 51},
            f"Annotation page label is too long for attachment {a_key(8)}",
        ),
        (
            {"annotationPosition": "x" * 65_536},
            f"Annotation position is too long for attachment {a_key(8)}",
        ),
        ({"annotationPosition": {"rects": []}}, "annotationPosition must be a string"),
        ({"parentItem": False}, "Annotation must have a parent item"),
        (
            {"parentItem": "LINK2222"},
            "Parent item of highlight annotation must be a PDF attachment",
        ),
    ],
)
def test_an_annotation_that_is_none_is_refused(
    api: Api, change: dict[str, Any], message: str
) -> None:
    api.library.write([an_item(), an_attachment()])
    api.created(an_upload())

    said = refused(api, an_annotation(**change))

    assert (said["code"], said["message"]) == (400, message)


def test_an_annotation_is_yellow_and_shows_its_empty_fields(api: Api) -> None:
    _, mark = api.created(an_upload(), an_annotation(annotationText="测" * 8_000))

    data = mark["data"]
    assert data["annotationColor"] == "#ffd400"
    assert len(data["annotationText"]) == 7_500
    assert data["annotationComment"] == data["annotationPageLabel"] == ""


def test_an_annotation_keeps_its_type(api: Api) -> None:
    api.created(an_upload(), an_annotation())

    changed = api("PATCH", f"/items/{a_key(9)}", {"version": 2, "annotationType": "note"})

    assert changed.status_code == 400
