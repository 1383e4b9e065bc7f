"""Who is answered by our server, and what it makes of hostile requests."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.builders import a_collection, a_key, a_note, an_item
from tests.library.served import KEY, KEYS, USER, Api, article, client, in_memory, served
from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library
from zoterodigest.library.server import answering, listener
from zoterodigest.library.server.api import answer_request
from zoterodigest.library.server.listening import MAX_BODY, MAX_CONNECTIONS, new_key
from zoterodigest.library.server.messages import Rejected, read_request
from zoterodigest.library.server.site import site
from zoterodigest.library.web.library import WebLibrary


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with served() as api:
        yield api


def _status(url: str, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client().get(url, headers=named).status_code


# Keys


def test_a_key_is_taken_from_either_header_or_the_query(api: Api) -> None:
    url = f"{api.url}/{USER}/items"

    assert _status(url, Zotero_API_Key=KEY) == 200
    assert _status(url, Authorization=f"Bearer {KEY}") == 200
    assert _status(f"{url}?key={KEY}") == 200


@pytest.mark.parametrize("path", [f"/{USER}/items", "/keys/current", "/itemTypes", "/", "/x"])
def test_without_the_key_nothing_is_told(api: Api, path: str) -> None:
    url = api.url + path

    assert _status(url) == 403
    assert _status(url, Zotero_API_Key="wrong") == 403
    assert _status(url, Zotero_API_Key=KEY[:-1]) == 403
    assert _status(url, Authorization=f"Basic {KEY}") == 403
    assert _status(f"{url}?key=%FFä") == 403


def test_each_key_opens_its_own_library_and_groups_without_a_key() -> None:
    libraries: dict[str, Library] = {
        path: in_memory(path) for path in ("users/1", "users/2", "groups/7", "groups/8")
    }
    keys = {"users/1": "first-key", "users/2": "second-key", "groups/8": "group-key"}

    with answering(listener(libraries, keys)) as url:
        opened = {
            key: [path for path in libraries if not _is_refused(f"{url}/{path}/items", key)]
            for key in keys.values()
        }
        groups = client().get(f"{url}/users/1/groups", headers={"Zotero-API-Key": "first-key"})

    assert opened == {
        "first-key": ["users/1", "groups/7"],
        "second-key": ["users/2", "groups/7"],
        "group-key": ["groups/8"],
    }
    assert [group["id"] for group in groups.json()] == [7]


def _is_refused(url: str, key: str) -> bool:
    return _status(url, Zotero_API_Key=key) == 403


def test_a_user_may_have_a_group_and_no_library() -> None:
    header = {"Zotero-API-Key": KEY}

    with answering(listener({"groups/7": in_memory()}, {"users/3": KEY})) as url:
        rights = client().get(f"{url}/keys/current", headers=header).json()
        in_group = client().get(f"{url}/groups/7/items", headers=header)
        groups = client().get(f"{url}/users/3/groups", headers=header).json()

        assert _is_refused(f"{url}/users/3/items", KEY)

    assert (rights["userID"], rights["access"]) == (
        3,
        {"groups": {"7": {"library": True, "write": True}}},
    )
    assert in_group.status_code == 200
    assert [group["id"] for group in groups] == [7]


def test_a_user_without_a_key_is_not_served() -> None:
    with pytest.raises(ValueError, match="no key"), answering(listener({USER: in_memory()}, {})):
        pass


def test_no_answer_and_no_error_repeats_a_wrong_key(api: Api) -> None:
    said = client().get(f"{api.url}/keys/hush-hush", headers={"Zotero-API-Key": "hush-hush"})

    assert "hush" not in said.text + str(said.headers)


# Web pages


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_name_that_was_pointed_here_is_refused(api: Api, host: str) -> None:
    assert _status(f"{api.url}/{USER}/items", Host=host, Zotero_API_Key=KEY) == 403


def test_the_loopback_names_are_answered(api: Api) -> None:
    port = urlsplit(api.url).port

    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
        assert _status(f"{api.url}/{USER}/items", Host=host, Zotero_API_Key=KEY) == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_a_web_page_is_refused_even_with_the_key(api: Api, origin: str) -> None:
    assert _status(f"{api.url}/{USER}/items", Origin=origin, Zotero_API_Key=KEY) == 403
    assert _status(f"{api.url}/{USER}/items", Origin=api.url, Zotero_API_Key=KEY) == 200


def test_the_server_is_bound_to_loopback(api: Api) -> None:
    assert urlsplit(api.url).hostname == "127.0.0.1"


# Requests that are none


POST = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nZotero-API-Key: {KEY}\r\n".encode()


def _raw(api: Api, request: bytes) -> bytes:
    """Send bytes and return the first line of the answer."""
    address = urlsplit(api.url)
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request)
        return connection.makefile("rb").readline()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"431"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (POST + b"\r\n", b"411"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (POST + b"Content-Length: x\r\n\r\n", b"400"),
        (POST + b"Content-Length: -1\r\n\r\n", b"400"),
        (POST + b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1), b"413"),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n", b"400"),
        (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999999\r\n\r\n", b"403"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
        (b"GET /?" + b"&".join(b"a=%d" % n for n in range(200)) + b" HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused(api: Api, request_: bytes, status: bytes) -> None:
    assert _raw(api, request_).split(b" ")[1] == status
    assert api.keys("/items") == []


def test_a_body_that_ends_early_is_not_written(api: Api) -> None:
    body = json.dumps([article()]).encode()
    head = (
        f"POST /{USER}/items HTTP/1.1\r\nHost: 127.0.0.1\r\nZotero-API-Key: {KEY}\r\n"
        f"Content-Length: {len(body) + 10}\r\n\r\n"
    )

    address = urlsplit(api.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        status = connection.makefile("rb").readline()

    assert status.split(b" ")[1] == b"400"

    assert api.keys("/items") == []


GET = f"GET /{USER}/items HTTP/1.1\r\nHost: 127.0.0.1\r\nZotero-API-Key: {KEY}\r\n".encode()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (GET + b"Content-Length: %d\r\n\r\n" % len(GET + b"\r\n"), GET + b"\r\n"),
        (POST + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n" + GET),
        (POST + b"Transfer-Encoding: identity\r\n\r\n", GET + b"\r\n"),
        (POST + b"Content-Length: 0\r\nContent-Length: 9\r\n\r\n", GET + b"\r\n"),
    ],
)
def test_no_body_is_taken_for_a_request(api: Api, head: bytes, body: bytes) -> None:
    address = urlsplit(api.url)
    place = str(address.hostname), int(address.port or 0)
    with socket.create_connection(place, timeout=5) as connection:
        connection.sendall(head + body)
        connection.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answers.count(b"HTTP/1.1 ") == 1


def test_a_connection_is_kept_for_many_requests(api: Api) -> None:
    address = urlsplit(api.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)

    statuses = []
    for path in ("/items", "/nonsense", "/items"):
        connection.request("GET", f"/{USER}{path}", headers={"Zotero-API-Key": KEY})
        found = connection.getresponse()
        found.read()
        statuses.append(found.status)
    connection.close()

    assert statuses == [200, 404, 200]


# Many at once, and libraries in trouble


def test_more_connections_than_there_are_threads_for_are_told_to_come_again(api: Api) -> None:
    waiting = [_asked(api) for _ in range(MAX_CONNECTIONS)]
    one_more, turned_away = _asked(api)
    said = turned_away.read()
    for connection, _ in (*waiting, (one_more, turned_away)):
        connection.close()

    assert {answer.status for _, answer in waiting} == {404}
    assert said == b"Too many connections.\n"
    assert (turned_away.status, turned_away.headers["Retry-After"]) == (503, "1")
    assert _answers_again(api)


def _asked(api: Api) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Return a connection that stays open and the answer to its first request."""
    address = urlsplit(api.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)
    connection.request("GET", f"/{USER}/nothing", headers={"Zotero-API-Key": KEY})
    return connection, connection.getresponse()


def test_slow_connections_without_the_key_keep_nobody_out(api: Api) -> None:
    address = urlsplit(api.url)
    with ExitStack() as stack:
        place = str(address.hostname), int(address.port or 0)
        for number in range(3 * MAX_CONNECTIONS):
            slow = stack.enter_context(socket.create_connection(place, timeout=5))
            slow.sendall(POST[: number % len(POST)])

        assert api.get("/items").status_code == 200


def _answers_again(api: Api) -> bool:
    """Tell whether the server answers once the threads of closed connections have ended."""
    return any(api.get("/items").status_code == 200 for _ in range(100))


@pytest.mark.parametrize("place", ["memory", "disk"])
def test_clients_that_write_at_once_lose_nothing(tmp_path: Path, place: str) -> None:
    library = in_memory() if place == "memory" else embedded(tmp_path / "library.sqlite")

    with served(library) as api, ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda number: api.post(*[article()] * 5).json(), range(16)))
        items = api.get("/items?format=versions").json()

    assert sum(len(report["success"]) for report in reports) == 80
    assert sorted(items.values()) == list(range(1, 81))


def test_of_two_that_change_one_item_at_once_one_is_told(api: Api) -> None:
    api.post(article("ITEM2222"))
    header = {"If-Unmodified-Since-Version": "1"}

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda title: api("PATCH", "/items/ITEM2222", {"title": title}, headers=header),
                ("one", "two"),
            )
        )

    assert sorted(one.status_code for one in answers) == [204, 412]


def test_a_library_that_is_read_only_is_read() -> None:
    library = _ReadOnly(DatabaseInMemory("embedded:1"), clock=lambda: datetime(2026, 8, 1))
    library.write([an_item()])

    with served(library) as api:
        rights = client().get(f"{api.url}/keys/current", headers={"Zotero-API-Key": KEY}).json()

        assert api.keys("/items") == ["ITEM2222"]
        assert api.post(article()).status_code == 403
        assert rights["access"]["user"]["write"] is False


def test_a_library_that_is_damaged_is_503_and_its_path_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(b"no database at all")

    with served(embedded(path)) as api:
        found = api.get("/items")

    assert found.status_code == 503
    assert "library.sqlite" not in found.text


def test_a_library_from_elsewhere_is_served_on_but_erases_nothing(api: Api) -> None:
    api.library.write([an_item()])
    elsewhere = WebLibrary(WebAddress(api.url, "user", 12), Access(lambda _: KEY))

    with elsewhere, answering(listener({"users/1": elsewhere}, {"users/1": KEY})) as url:
        onward = Api(url, api.library, path="users/1")
        written = onward.post(article("ITEM3333")).json()
        erased = onward("DELETE", "/items/ITEM2222", headers={"If-Unmodified-Since-Version": "1"})
        listed, log = onward.keys("/items"), onward.get("/deleted?since=0")

    assert list(written["success"]) == ["0"]
    assert sorted(listed) == sorted(api.keys("/items")) == ["ITEM2222", "ITEM3333"]
    assert (erased.status_code, log.status_code) == (403, 404)


# Whatever comes


WORDS = st.sampled_from(
    [
        "items",
        "collections",
        "tags",
        "top",
        "trash",
        "children",
        "deleted",
        "new",
        "ITEM2222",
        "SHELF222",
        "NATE2222",
        "users",
        "12",
        "groups",
        "keys",
        "current",
        "",
        "..",
        "%00",
        "�",
    ]
)
PATHS = st.lists(WORDS | st.text(max_size=5), max_size=5).map(
    lambda words: "/".join([USER, *words]) if words[:1] != [""] else "/".join(words)
)
VALUES = (
    st.sampled_from(["0", "1", "-1", "versions", "keys", "bibtex", "csljson", "json", "ITEM2222"])
    | st.sampled_from(["title", "creator", "desc", "a || b", "-a", "99999999999999", "data,bibtex"])
    | st.text(max_size=8)
)
NAMES = st.sampled_from(
    [
        "format",
        "since",
        "limit",
        "start",
        "sort",
        "direction",
        "q",
        "qmode",
        "tag",
        "itemType",
        "itemKey",
        "collectionKey",
        "includeTrashed",
        "include",
        "v",
        "linkMode",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tag", "type", "creatorType", "name", "firstName", "lastName", "dc:x"])
            | st.text(max_size=3),
            some,
            max_size=3,
        )
    ),
    max_leaves=6,
)
PROPERTIES = st.sampled_from(
    [
        "key",
        "version",
        "itemType",
        "title",
        "note",
        "creators",
        "tags",
        "collections",
        "relations",
        "parentItem",
        "parentCollection",
        "deleted",
        "name",
        "dateAdded",
        "dateModified",
        "data",
        "inPublications",
        "linkMode",
        "url",
    ]
)
KNOWN = st.sampled_from(["ITEM2222", "NATE2222", "SHELF222", "book", "note", "attachment", 0, 1, 2])
OBJECTS = st.dictionaries(PROPERTIES, KNOWN | JSON, max_size=6)
BODIES = st.lists(OBJECTS | JSON, max_size=3) | OBJECTS | JSON


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    path=PATHS,
    query=st.dictionaries(NAMES, VALUES, max_size=4),
    headers=st.dictionaries(
        st.sampled_from(
            ["if-unmodified-since-version", "if-modified-since-version", "zotero-write-token"]
        ),
        st.sampled_from(["0", "1", "4", "x", "-1", "9" * 30]) | st.text(max_size=6),
    ),
    body=BODIES,
)
@example("GET", f"{USER}/items", {"itemType": "-"}, {}, None)
@example("DELETE", f"{USER}/tags", {"tag": " || "}, {"if-unmodified-since-version": "9"}, None)
def test_no_request_makes_the_server_fail(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: Any
) -> None:
    library = in_memory()
    library.write_collections([a_collection()])
    library.write([an_item(collections=["SHELF222"]), a_note(), an_item(a_key(1), deleted=1)])
    offered = site({USER: library}, KEYS, new_key)
    named = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in query.items())
    known = {"Host": "localhost", "Zotero-API-Key": KEY}

    try:
        content = json.dumps(body).encode()
        request = read_request(method, f"/{path}?{named}", {**headers, **known}, content)
        found = answer_request(request, offered)
    except Rejected:
        return

    assert 200 <= found.status < 500
    assert b"Traceback" not in found.body
    assert all(value.isprintable() for value in found.headers.values())


COLLECTION = f"{USER}/collections/SHELF222"
ANSWERS = {
    ("GET", ""): (200, "Nothing to see here."),
    ("GET", "creatorFields"): (200, '[{"field": "firstName", "localized": "First Name"}, '),
    ("GET", "itemTypeFields?itemType=book-like"): (400, "Invalid item type 'book-like'"),
    ("GET", "users/me/items"): (400, "Invalid user ID"),
    ("GET", "groups/7"): (200, '{"id": 7, "version": 1, '),
    ("GET", f"{USER}/collections?format=bibtex"): (400, "Invalid 'format' value 'bibtex'"),
    ("GET", f"{COLLECTION}/collections/top"): (404, "Not found"),
    ("GET", f"{COLLECTION}/items/trash"): (404, "Not found"),
    ("GET", f"{USER}/items?order=itemKeyList"): (
        400,
        "order=itemKeyList requires the itemKey parameter",
    ),
    ("GET", f"{USER}/tags?tag=a&tag=b"): (400, "Cannot specify 'tag' more than once"),
    ("PATCH", f"{USER}/items/short"): (404, "Item not found"),
    ("PATCH", f"{USER}/items/PAPER222"): (400, "Uploaded data must be a JSON object"),
}


@pytest.mark.parametrize(
    ("asked", "expected"), ANSWERS.items(), ids=[" ".join(it) for it in ANSWERS]
)
def test_what_is_seldom_asked_for_is_answered(
    asked: tuple[str, str], expected: tuple[int, str]
) -> None:
    library = in_memory()
    library.write_collections([a_collection()])
    offered = site({USER: library, "groups/7": in_memory("group")}, KEYS, new_key)
    known = {"Host": "localhost", "Zotero-API-Key": KEY}
    method, path = asked

    found = answer_request(read_request(method, f"/{path}", known, b"[]"), offered)

    status, text = expected
    assert (found.status, found.body.decode()[: len(text)]) == (status, text)


@pytest.mark.parametrize("order", ["sort=addedBy", "sort=serverDateModified", "sort=desc"])
def test_items_are_listed_in_orders_that_older_clients_ask_for(api: Api, order: str) -> None:
    first, second = (api.created(article())[0]["key"] for _ in range(2))
    version = str(api.library.version())
    report = api.post({"key": second, "version": version, "extra": "read"}).json()

    assert list(report["successful"]) == ["0"]
    assert api.keys(f"/items?{order}") == [second, first][:: 1 if "desc" in order else -1]


class _ReadOnly(EmbeddedLibrary):
    """A library that nobody may write."""

    @property
    def is_read_only(self) -> bool:
        return True
