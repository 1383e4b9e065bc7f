"""The server with a running Zotero's manners has them (the observations on the local API)."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from pyzotero import errors, zotero

from tests.builders import (
    a_collection,
    a_file,
    a_highlight,
    a_key,
    a_note,
    an_attachment,
    an_item,
    changed,
)
from tests.library.running_zotero import ALLOW, ALWAYS, DENY, RunningZotero, running
from tests.library.served import article, client, in_memory


@pytest.fixture(name="desktop")
def _desktop() -> Iterator[RunningZotero]:
    desktop = RunningZotero(in_memory(), groups={7: in_memory("embedded:7")})
    with running(desktop):
        yield desktop


class _Zotero(zotero.Zotero):
    def __del__(self) -> None:
        pass


@cache
def _client() -> httpx2.Client:
    return httpx2.Client(trust_env=False, timeout=10, follow_redirects=True)


def a_client(desktop: RunningZotero, **options: Any) -> Any:
    """Return pyzotero, as it speaks to a Zotero on this computer."""
    zot = _Zotero(0, "user", local=True, client=_client(), **options)
    zot.endpoint = desktop.url
    return zot


def authorised(desktop: RunningZotero) -> Any:
    """Return pyzotero with a key to keep."""
    zot = a_client(desktop)
    zot.authorize_local("zoterodigest")
    return zot


def send(desktop: RunningZotero, method: str, path: str, json: Any = None, **headers: str) -> Any:
    """Send a request with all that a write needs, but for what `headers` say otherwise."""
    desktop.keys["kept"] = True
    known = {"Zotero-Server-ID": desktop.server_id, "Zotero-API-Key": "kept"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    all_headers = {name: value for name, value in {**known, **named}.items() if value}
    return client().request(method, f"{desktop.url}{path}", json=json, headers=all_headers)


def stored(desktop: RunningZotero, **data: Any) -> dict[str, Any]:
    """Create one article over the API and return its data as they are shown."""
    report = send(desktop, "POST", "/users/0/items", [article(**data)]).json()
    return dict(report["successful"]["0"]["data"])


# Permission


def test_pyzotero_writes_once_it_is_allowed(desktop: RunningZotero) -> None:
    zot = authorised(desktop)

    (key,) = zot.create_items([article()])["success"].values()
    zot.update_item({**zot.item(key)["data"], "title": "New"})
    items = zot.everything(zot.items())

    assert [item["data"]["title"] for item in items] == ["New"]
    assert zot.server_id == desktop.server_id


def test_a_key_for_one_write_is_good_for_one(desktop: RunningZotero) -> None:
    desktop.dialog = lambda: ALLOW
    zot = authorised(desktop)

    zot.create_items([article()])
    with pytest.raises(errors.LocalAPIKeyRequiredError):
        zot.create_items([article()])
    zot.authorize_local("zoterodigest")
    zot.create_items([article()])

    assert len(zot.items()) == 2


def test_a_write_that_is_refused_spends_a_key_for_one_write(desktop: RunningZotero) -> None:
    zot = authorised(desktop)
    (key,) = zot.create_items([article()])["success"].values()
    desktop.dialog = lambda: ALLOW
    zot = authorised(desktop)

    with pytest.raises(errors.PreConditionFailedError):
        zot.update_item({"key": key, "version": 99, "title": "New"})
    with pytest.raises(errors.LocalAPIKeyRequiredError):
        zot.create_items([article()])


def test_the_person_may_deny_and_a_sixth_question_in_a_minute_is_429(
    desktop: RunningZotero,
) -> None:
    zot = a_client(desktop)
    desktop.dialog = lambda: DENY
    with pytest.raises(errors.LocalAPIDeniedError):
        zot.authorize_local("zoterodigest")
    desktop.dialog = lambda: ALWAYS
    for _ in range(4):
        zot.authorize_local("zoterodigest")

    with pytest.raises(errors.TooManyRequestsError):
        a_client(desktop).authorize_local("zoterodigest")


def test_reading_needs_no_key_and_writing_needs_key_and_server_id(desktop: RunningZotero) -> None:
    path = "/users/0/items"

    assert send(desktop, "GET", path, Zotero_API_Key="", Zotero_Server_ID="").status_code == 200
    assert send(desktop, "GET", path, Zotero_Server_ID="another").status_code == 412
    assert send(desktop, "POST", path, [article()], Zotero_Server_ID="").status_code == 428
    assert send(desktop, "POST", path, [article()], Zotero_Server_ID="another").status_code == 412
    assert send(desktop, "POST", path, [article()], Zotero_API_Key="").status_code == 401
    assert send(desktop, "POST", path, [article()], Zotero_API_Key="wrong").status_code == 401


def test_an_answer_about_permission_does_not_tell_the_server_id(desktop: RunningZotero) -> None:
    answer = send(desktop, "POST", "/users/0/items", [article()], Zotero_API_Key="wrong")

    assert answer.status_code == 401
    assert "Zotero-Server-ID" not in answer.headers


def test_every_other_answer_tells_the_server_id(desktop: RunningZotero) -> None:
    for path in ("/", "/users/0/items", "/nonsense"):
        answer = client().get(f"{desktop.url}{path}")
        assert answer.headers["Zotero-Server-ID"] == desktop.server_id


@pytest.mark.parametrize("headers", [{"User-Agent": "Mozilla/5.0"}, {"Origin": "http://x.example"}])
def test_what_looks_like_a_browser_gets_no_answer(
    desktop: RunningZotero, headers: dict[str, str]
) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        client().get(f"{desktop.url}/users/0/items", headers=headers)


def test_chunked_bodies_are_refused(desktop: RunningZotero) -> None:
    answer = client().post(f"{desktop.url}/users/0/items", content=iter([b"[]"]))

    assert answer.status_code == 400


def test_answers_are_http_1_0_without_a_length(desktop: RunningZotero) -> None:
    address = urlsplit(desktop.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)

    connection.request("GET", "/api/users/0/items")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()

    assert (answer.version, answer.getheader("Content-Length"), body) == (10, None, b"[]")


@pytest.mark.parametrize("path", ["/users/0/deleted?since=0", "/keys/current", "/items/new", "/x"])
def test_what_the_desktop_has_not_is_404(desktop: RunningZotero, path: str) -> None:
    assert send(desktop, "GET", path).status_code == 404


# Writing


def test_new_objects_get_their_keys_from_the_desktop(desktop: RunningZotero) -> None:
    mine, none = article("ITEM2222"), article()

    report = send(desktop, "POST", "/users/0/items", [mine, none]).json()
    collection = send(
        desktop, "POST", "/users/0/collections", [{"key": "SHELF222", "version": 0, "name": "A"}]
    ).json()

    message = "'primaryData' not loaded for item (null/1/ITEM2222)"
    assert report["failed"]["0"] == {"code": 400, "message": message}
    assert list(report["success"]) == ["1"]
    assert collection["failed"]["0"]["code"] == 400


def test_where_keys_of_ours_work_a_child_comes_with_its_parent(desktop: RunningZotero) -> None:
    desktop.takes_keys = True
    note = {"itemType": "note", "note": "x", "parentItem": "ITEM2222"}

    report = send(desktop, "POST", "/users/0/items", [article("ITEM2222"), note]).json()

    assert list(report["success"]) == ["0", "1"]


def test_a_stale_version_is_412_and_none_is_428(desktop: RunningZotero) -> None:
    desktop.library.write([an_item()])
    send(desktop, "PATCH", "/users/0/items/ITEM2222", {"title": "B"}, **_at(1))

    stale = send(desktop, "PATCH", "/users/0/items/ITEM2222", {"title": "C"}, **_at(1))
    none = send(desktop, "PATCH", "/users/0/items/ITEM2222", {"title": "C"})
    same = send(desktop, "PATCH", "/users/0/items/ITEM2222", {"title": "B"}, **_at(2))

    assert [one.status_code for one in (stale, none, same)] == [412, 428, 204]
    assert desktop.library.version() == 2


def test_an_object_with_a_key_and_no_version_fails_alone(desktop: RunningZotero) -> None:
    desktop.library.write([an_item()])

    answer = send(desktop, "POST", "/users/0/items", [{"key": "ITEM2222", "title": "C"}, article()])

    report = answer.json()
    assert answer.status_code == 200
    assert [(at, one["code"]) for at, one in report["failed"].items()] == [("0", 428)]
    assert list(report["successful"]) == ["1"]


def test_a_write_is_answered_with_whole_objects_at_their_versions(desktop: RunningZotero) -> None:
    desktop.library.write([an_item(DOI="10.1/x")])
    change = {"key": "ITEM2222", "version": 1, "title": "C"}

    report = send(desktop, "POST", "/users/0/items", [change, article(title="New")]).json()

    changed, new = report["successful"].values()
    assert (changed["data"]["title"], changed["data"]["DOI"]) == ("C", "10.1/x")
    for one in (changed, new):
        shown = send(desktop, "GET", f"/users/0/items/{one['key']}").json()
        assert (one["version"], one["data"]) == (shown["version"], shown["data"])


def _at(version: int) -> dict[str, str]:
    return {"If_Unmodified_Since_Version": str(version)}


def test_a_write_token_is_forgotten_by_a_restart(desktop: RunningZotero) -> None:
    token = {"Zotero_Write_Token": "0123456789"}

    def status() -> int:
        answer = send(desktop, "POST", "/users/0/items", [article()], **token)
        return int(answer.status_code)

    first, again = status(), status()
    desktop.restart()

    assert (first, again, status()) == (200, 412, 200)


def test_a_write_that_is_refused_as_stale_spends_its_write_token(desktop: RunningZotero) -> None:
    desktop.library.write([an_item()])
    token = {"Zotero_Write_Token": "0123456789"}

    stale = send(desktop, "POST", "/users/0/items", [article()], **token, **_at(0))
    again = send(desktop, "POST", "/users/0/items", [article()], **token)

    assert (stale.status_code, again.status_code) == (412, 412)
    assert "token" in again.text.lower()


def test_a_put_clears_fields_and_collections_but_not_tags_and_creators(
    desktop: RunningZotero,
) -> None:
    ada = [{"creatorType": "author", "name": "Ada"}]
    desktop.library.write_collections([a_collection()])
    desktop.library.write(
        [an_item(DOI="10.1/x", tags=[{"tag": "a"}], creators=ada, collections=["SHELF222"])]
    )

    send(desktop, "PUT", "/users/0/items/ITEM2222", article(), **_at(2))

    (item,) = desktop.library.read().items
    assert (item.data.get("DOI"), item.data["collections"]) == (None, [])
    assert (item.data["tags"], item.data["creators"]) == ([{"tag": "a"}], ada)


def test_a_delete_is_for_good_and_takes_the_children(desktop: RunningZotero) -> None:
    desktop.library.write([an_item(), a_note()])

    send(desktop, "DELETE", "/users/0/items/ITEM2222", **_at(1))

    assert desktop.library.read().items == ()


# Values


def test_fields_without_a_place_move_into_extra(desktop: RunningZotero) -> None:
    data = stored(desktop, nonsense="x", proceedingsTitle="CVPR", extra="first")

    assert data["extra"] == "first\nnonsense: x\nproceedingsTitle: CVPR"
    assert "proceedingsTitle" not in data


def test_lines_of_extra_are_lifted_into_their_fields(desktop: RunningZotero) -> None:
    data = stored(desktop, extra="Citation Key: ada17\narXiv: 1\nDOI: 10.1/x")

    assert (data["citationKey"], data["DOI"], data["extra"]) == ("ada17", "10.1/x", "arXiv: 1")


def test_an_unknown_role_is_an_author_and_an_unknown_type_fails(desktop: RunningZotero) -> None:
    data = stored(desktop, creators=[{"creatorType": "wizard", "name": "Ada"}])
    report = send(desktop, "POST", "/users/0/items", [article(itemType="nonsense")]).json()

    assert data["creators"] == [{"creatorType": "author", "name": "Ada"}]
    assert report["failed"]["0"]["code"] == 400


def test_text_is_nfc_and_empty_fields_are_absent(desktop: RunningZotero) -> None:
    data = stored(desktop, title="A\u030angstro\u0308m", tags=[{"tag": "e\u0301"}])

    shown = send(desktop, "GET", f"/users/0/items/{data['key']}").json()["data"]

    assert shown["title"] == "Ångström"
    assert shown["tags"] == [{"tag": "é"}]
    assert "abstractNote" not in shown


def test_the_frame_of_a_note_is_taken_off(desktop: RunningZotero) -> None:
    note = {"itemType": "note", "note": ' <div class="zotero-note znv1"><p>x</p></div>\n'}

    report = send(desktop, "POST", "/users/0/items", [note]).json()

    assert report["successful"]["0"]["data"]["note"] == "<p>x</p>"


def test_the_editor_saves_its_own_form_over_a_note_that_is_open(desktop: RunningZotero) -> None:
    desktop.library.write([an_item(), a_note()])
    desktop.open_notes = {"NATE2222"}

    send(desktop, "PATCH", "/users/0/items/NATE2222", {"note": "<p>b"}, **_at(2))

    (note,) = desktop.library.fetch(["NATE2222"])
    assert note.version == 4
    assert "<p>b</p>" in note.data["note"]


# Reading


def test_lists_have_no_limit_unless_one_is_asked_for(desktop: RunningZotero) -> None:
    for start in range(0, 250, 50):
        desktop.library.write([an_item(a_key(start + number)) for number in range(50)])

    everything = send(desktop, "GET", "/users/0/items").json()
    some = send(desktop, "GET", "/users/0/items?limit=120&start=100").json()
    versions = send(desktop, "GET", "/users/0/items?format=versions").json()

    assert len({item["key"] for item in everything}) == 250
    assert [len(some), len(versions)] == [120, 250]


def test_pages_lead_to_each_other(desktop: RunningZotero) -> None:
    desktop.library.write([an_item(a_key(number)) for number in range(5)])
    zot = a_client(desktop)

    assert len(zot.everything(zot.items(limit=2))) == 5


def test_trashed_items_are_hidden_unless_asked_for(desktop: RunningZotero) -> None:
    desktop.library.write([an_item(deleted=1)])

    assert send(desktop, "GET", "/users/0/items?format=versions").json() == {}
    shown = send(desktop, "GET", "/users/0/items?format=versions&includeTrashed=1").json()
    assert shown == {"ITEM2222": 1}


def test_trashed_items_asked_for_by_key_are_shown_alone_and_in_no_list(
    desktop: RunningZotero,
) -> None:
    desktop.library.write([an_item(deleted=1), an_item(a_key(1))])

    listed = send(desktop, "GET", f"/users/0/items?itemKey=ITEM2222,{a_key(1)}&includeTrashed=1")
    hidden = send(desktop, "GET", "/users/0/items?itemKey=ITEM2222&includeTrashed=1")
    alone = send(desktop, "GET", "/users/0/items/ITEM2222")

    assert [one["key"] for one in listed.json()] == [a_key(1)]
    assert hidden.json() == []
    assert alone.json()["data"]["deleted"] is True


def test_trashed_collections_are_shown_alone_and_in_no_list(desktop: RunningZotero) -> None:
    collection = a_collection(a_key(2), is_trashed=True)
    desktop.library.write_collections([a_collection(a_key(1)), collection])

    listed = send(desktop, "GET", "/users/0/collections?includeTrashed=1").json()
    named = send(desktop, "GET", f"/users/0/collections?collectionKey={a_key(2)}&includeTrashed=1")
    alone = send(desktop, "GET", f"/users/0/collections/{a_key(2)}").json()

    assert [one["key"] for one in listed] == [a_key(1)]
    assert named.json() == []
    assert alone["data"]["deleted"] is True


def test_items_by_key_bring_their_children_but_not_at_the_top(desktop: RunningZotero) -> None:
    desktop.library.write([an_item(), a_note(), an_item(a_key(1))])

    def keys(path: str) -> list[str]:
        items = send(desktop, "GET", f"/users/0/{path}?itemKey=ITEM2222").json()
        return sorted(item["key"] for item in items)

    assert keys("items") == ["ITEM2222", "NATE2222"]
    assert keys("items/top") == ["ITEM2222"]


def test_group_libraries_are_apart(desktop: RunningZotero) -> None:
    send(desktop, "POST", "/groups/7/items", [article()])

    assert len(send(desktop, "GET", "/groups/7/items").json()) == 1
    assert send(desktop, "GET", "/users/0/items").json() == []
    assert send(desktop, "GET", "/groups/8/items").status_code == 404


# Annotations, as measured on a real Zotero


LISTS = [
    "/items",
    "/items?itemKey=ITEM2222",
    "/items?format=versions",
    "/items?itemType=annotation",
]


@pytest.fixture(name="annotated")
def _annotated(desktop: RunningZotero) -> RunningZotero:
    desktop.library.write([an_item(), a_file(), a_highlight(), an_attachment()])
    return desktop


def listed(desktop: RunningZotero, path: str) -> set[str]:
    """Return the keys of what is listed at `path` in the person's own library."""
    answer = send(desktop, "GET", f"/users/0{path}").json()
    return set(answer) if isinstance(answer, dict) else {one["key"] for one in answer}


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_annotations(annotated: RunningZotero, path: str) -> None:
    assert "MARK2222" in listed(annotated, path)


def test_an_attachment_tells_its_annotations_only_if_they_are_named(
    annotated: RunningZotero,
) -> None:
    assert listed(annotated, "/items/ITEM2222/children") == {"FILE2222", "LINK2222"}
    assert listed(annotated, "/items/FILE2222/children") == set()
    assert listed(annotated, "/items/FILE2222/children?itemType=annotation") == {"MARK2222"}


@pytest.mark.parametrize("trashed", ["FILE2222", "ITEM2222"])
def test_the_trash_hides_annotations_from_each_list_and_not_from_who_has_the_key(
    annotated: RunningZotero, trashed: str
) -> None:
    (item,) = annotated.library.fetch([trashed])
    annotated.library.write([changed(item, deleted=1)])

    paths = [*LISTS, "/items/FILE2222/children?itemType=annotation", "/items?itemKey=MARK2222"]
    with_trash = [f"{path}{'&' if '?' in path else '?'}includeTrashed=1" for path in paths]
    answer = send(annotated, "GET", "/users/0/items/MARK2222").json()
    assert not any("MARK2222" in listed(annotated, path) for path in (*paths, *with_trash))
    assert "deleted" not in answer["data"]


def test_a_trashed_annotation_says_so_to_who_has_the_key(annotated: RunningZotero) -> None:
    (mark,) = annotated.library.fetch(["MARK2222"])
    annotated.library.write([changed(mark, deleted=1)])

    answer = send(annotated, "GET", "/users/0/items/MARK2222").json()

    assert answer["data"]["deleted"] is True
    assert "MARK2222" in listed(annotated, "/items?includeTrashed=1")


def test_an_old_zotero_knows_no_annotations(annotated: RunningZotero) -> None:
    annotated.lists_annotations = False

    assert not any("MARK2222" in listed(annotated, path) for path in LISTS)
    assert listed(annotated, "/items") == {"ITEM2222", "FILE2222", "LINK2222"}
    assert send(annotated, "GET", "/users/0/items/MARK2222").status_code == 404
