"""The web library: what it asks a server for, and what it makes of answers that go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.builders import a_collection, a_key, a_note, an_item, changed
from tests.library.web import KEY, START, Between, Serve, Server, a_server, straight
from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.http import patience
from zoterodigest.library.http.trouble import KeyRefused, NotReached, ServerBusy, ServerFailed
from zoterodigest.library.port import (
    BadLibrary,
    LibraryItem,
    LibraryReadOnly,
    Refused,
    Snapshot,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.library.server.messages import Request, Response
from zoterodigest.library.web.library import WebLibrary


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.fixture
def library(server: Server) -> Iterator[WebLibrary]:
    with server.client() as library:
        yield library


def says(status: int, body: str = "", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"Content-Type": "text/plain", **named}, body.encode())


def once(fault: Between, *, at: int = 1, method: str = "") -> Between:
    """Let `fault` answer the request number `at` of this method, and no other."""
    seen = 0

    def between(request: Request, serve: Serve) -> Response:
        nonlocal seen
        seen += not method or request.method == method
        is_meant = seen == at and (not method or request.method == method)
        return fault(request, serve) if is_meant else serve(request)

    return between


def always(response: Response, method: str = "") -> Between:
    def between(request: Request, serve: Serve) -> Response:
        return serve(request) if method and request.method != method else response

    return between


def lost(request: Request, serve: Serve) -> Response:
    raise ConnectionResetError


def slower(request: Request, serve: Serve) -> Response:
    answer = serve(request)
    return replace(answer, headers={**answer.headers, "Backoff": "10"})


def acted_and_lost(request: Request, serve: Serve) -> Response:
    serve(request)
    raise ConnectionResetError


def acted_then(response: Response) -> Between:
    def between(request: Request, serve: Serve) -> Response:
        serve(request)
        return response

    return between


def half(request: Request, serve: Serve) -> Response:
    whole = serve(request)
    return replace(whole, body=whole.body[: len(whole.body) // 2])


BEFORE: dict[str, Between] = {
    "lost": lost,
    **{f"{status}": always(says(status, "Not now")) for status in (409, 412, 429, 500, 502, 503)},
    "429 with seconds": always(says(429, Retry_After="7")),
}
AFTER: dict[str, Between] = {
    "acted and lost": acted_and_lost,
    "half an answer": half,
    **{f"acted, then {status}": acted_then(says(status)) for status in (412, 429, 500, 503)},
    "acted, then nonsense": acted_then(says(200, "<html>Welcome to this hotel</html>")),
    "acted, then no element": acted_then(says(200, "{}")),
}
FAULTS_OF_WRITES = frozenset({"412", "acted, then 412", "acted, then no element"})


# Faults


@pytest.mark.parametrize("fault", [*BEFORE, *AFTER])
def test_a_write_ends_as_if_nothing_had_gone_wrong(
    server: Server, library: WebLibrary, fault: str
) -> None:
    (first, second) = (an_item(a_key(number), tags=[{"tag": "x"}]) for number in (1, 2))
    library.write([first])
    (stored,) = library.fetch([first.key])
    server.between = once({**BEFORE, **AFTER}[fault], method="POST")

    outcomes = library.write([changed(stored, title="New", tags=[]), second, a_note(second.key)])

    assert [type(outcome) for outcome in outcomes] == [Written, Written, Written]
    snapshot = server.behind.read()
    assert [item.data.get("title") for item in snapshot.items] == ["New", "Attention", None]
    assert [outcome.version for outcome in outcomes if isinstance(outcome, Written)] == [
        item.version for item in snapshot.items
    ]
    assert library.read() == snapshot


@pytest.mark.parametrize("fault", [*BEFORE, *AFTER])
def test_collections_are_written_as_if_nothing_had_gone_wrong(
    server: Server, library: WebLibrary, fault: str
) -> None:
    library.write_collections([a_collection(a_key(1))])
    server.between = once({**BEFORE, **AFTER}[fault], method="POST")

    outcomes = library.write_collections(
        [a_collection(a_key(1), version=1, name="July"), a_collection(a_key(2), parent=a_key(1))]
    )

    assert [type(outcome) for outcome in outcomes] == [Written, Written]
    collections = [(one.name, one.parent) for one in server.behind.read().collections]
    assert collections == [("July", None), ("Daily", a_key(1))]


@pytest.mark.parametrize("fault", sorted({*BEFORE, *AFTER} - FAULTS_OF_WRITES))
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_read_is_tried_again(server: Server, library: WebLibrary, fault: str, at: int) -> None:
    server.behind.write([an_item()])
    server.between = once({**BEFORE, **AFTER}[fault], at=at)

    assert library.read() == server.behind.read()


def test_of_an_error_page_in_html_only_its_title_is_in_the_message(
    server: Server, library: WebLibrary
) -> None:
    page = "<!DOCTYPE html>\n<html><head><title>502 Bad\nGateway</title></head><body>nginx"
    server.between = always(says(418, page))

    with pytest.raises(ServerFailed, match=r"HTTP 418: 502 Bad Gateway$"):
        library.read()


def test_of_an_error_page_without_a_title_nothing_is_in_the_message(
    server: Server, library: WebLibrary
) -> None:
    server.between = always(says(418, "<html><body>" + "Go away. " * 5_000))

    with pytest.raises(ServerFailed, match=r"HTTP 418$"):
        library.read()


def test_an_answer_without_end_is_cut_off_and_told(
    server: Server, library: WebLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LONGEST", 1_000)
    server.between = always(says(200, "[" * 5_000))

    with pytest.raises(ServerFailed, match="does not answer as a Zotero server does"):
        library.read()


def test_a_request_that_the_server_acts_on_late_makes_no_second_object(
    server: Server, library: WebLibrary
) -> None:
    late: list[Callable[[], Response]] = []

    def delayed(request: Request, serve: Serve) -> Response:
        if request.method == "POST" and late:
            late.pop()()
        elif request.method == "POST":
            late.append(lambda: serve(request))
            raise ConnectionResetError
        return serve(request)

    server.between = delayed

    outcomes = library.write([an_item(), an_item(a_key(1))])

    assert [type(outcome) for outcome in outcomes] == [Written, Written]
    assert len(server.behind.read().items) == 2


def test_what_somebody_else_wrote_after_a_lost_answer_is_not_taken_for_ours(
    server: Server, library: WebLibrary
) -> None:
    def overtaken(request: Request, serve: Serve) -> Response:
        server.behind.write([an_item(title="Theirs")])
        raise ConnectionResetError

    server.between = once(overtaken, method="POST")

    outcomes = library.write([an_item(), an_item(a_key(1))])

    assert outcomes == [Stale("ITEM2222"), Written(a_key(1), 2)]
    assert [item.data["title"] for item in server.behind.read().items] == ["Attention", "Theirs"]


def test_a_server_that_never_answers_is_told_of(server: Server, library: WebLibrary) -> None:
    server.between = lost

    with pytest.raises(NotReached) as error:
        library.read()

    assert [seconds for seconds, _ in server.clock.waits] == [1, 2, 4]
    assert "127.0.0.1" in str(error.value)
    assert error.value.exit_code == 20


def test_a_server_that_fails_each_time_is_told_of(server: Server, library: WebLibrary) -> None:
    server.between = always(says(500, "An error occurred", Set_Cookie="x"))

    with pytest.raises(ServerFailed, match="HTTP 500: An error occurred"):
        library.write([an_item()])


# Patience


def test_a_429_is_waited_for_as_long_as_it_says(server: Server, library: WebLibrary) -> None:
    server.between = once(always(says(429, Retry_After="42")))

    library.read()

    assert server.clock.waits == [(42, "the server asks for fewer requests")]


def test_a_retry_after_may_be_a_date(server: Server, library: WebLibrary) -> None:
    moment = format_datetime(START + timedelta(seconds=90), usegmt=True)
    server.between = once(always(says(429, Retry_After=moment)), method="POST")

    (outcome,) = library.write([an_item()])

    assert isinstance(outcome, Written)
    assert [seconds for seconds, _ in server.clock.waits] == [90]


def test_a_server_that_asks_for_a_pause_is_asked_for_nothing_meanwhile(
    server: Server, library: WebLibrary
) -> None:
    until = START + timedelta(seconds=30)

    def limited(request: Request, serve: Serve) -> Response:
        is_early = request.method == "POST" or len(server.requests) > 1
        if is_early and server.clock.now < until:
            return says(429, Retry_After="30")
        return serve(request)

    server.between = limited

    library.write([an_item()])

    assert [seconds for seconds, _ in server.clock.waits] == [30]
    assert server.counted() == (1, 2)


@pytest.mark.parametrize("when", ["", "soon", "-5", "Thu, 99 Foo", "１２"])
def test_a_retry_after_that_cannot_be_read_is_none(
    server: Server, library: WebLibrary, when: str
) -> None:
    headers = {"Retry-After": when} if when.isascii() else {}
    server.between = once(always(Response(503, headers, b"")))

    library.read()

    assert [seconds for seconds, _ in server.clock.waits] == [1]


def test_a_backoff_on_a_200_is_obeyed_before_the_next_request(
    server: Server, library: WebLibrary
) -> None:
    server.between = once(slower)

    library.write([an_item()])
    assert server.clock.waits == []
    library.version()

    assert server.clock.waits == [(10, "the server asks for a pause")]


def test_a_server_that_asks_for_an_hour_is_not_waited_for(
    server: Server, library: WebLibrary
) -> None:
    server.between = always(says(429, Retry_After="3600"))

    with pytest.raises(ServerBusy, match="60 minutes"):
        library.read()

    assert server.clock.waits == []


def test_a_pause_that_a_server_asks_for_holds_for_later_connections_too(server: Server) -> None:
    server.between = once(always(says(429, Retry_After="3600")))
    access = Access(lambda _: KEY, None, server.clock.wait)

    def read() -> None:
        address = WebAddress(server.url, "user", 1)
        with WebLibrary(address, access, now=lambda: server.clock.now) as library:
            library.version()

    for passed in (0, 1200, 1200):
        server.clock.now += timedelta(seconds=passed)
        with pytest.raises(ServerBusy):
            read()
    assert server.counted() == (1, 0)
    server.clock.now += timedelta(seconds=1000)
    read()
    assert [seconds for seconds, _ in server.clock.waits] == [200]


def test_a_clock_that_is_set_back_makes_no_pause_longer(
    server: Server, library: WebLibrary
) -> None:
    server.between = once(slower)
    library.version()
    server.clock.now -= timedelta(days=1)

    library.version()

    assert [seconds for seconds, _ in server.clock.waits] == [10]


def test_a_library_that_stays_locked_is_told_of(server: Server, library: WebLibrary) -> None:
    server.between = always(says(409, "Library is locked"), "POST")

    with pytest.raises(ServerBusy, match="locked"):
        library.write([an_item()])


# Refusals


@pytest.mark.parametrize(
    ("status", "kind"), [(403, KeyRefused), (401, KeyRefused), (404, BadLibrary), (302, BadLibrary)]
)
def test_a_refused_read_says_what_is_wrong(
    server: Server, library: WebLibrary, status: int, kind: type[BadLibrary]
) -> None:
    server.between = always(says(status, "Forbidden", Location="http://127.0.0.1:1/"))

    with pytest.raises(kind) as error:
        library.version()

    assert "user:1@127.0.0.1" in str(error.value)
    assert error.value.hint
    assert server.clock.waits == []


def test_a_key_without_write_access_makes_the_library_read_only(
    server: Server, library: WebLibrary
) -> None:
    server.between = always(says(403, "Write access denied"), "POST")

    with pytest.raises(LibraryReadOnly, match="may not write into user:1@127"):
        library.write([an_item()])


def test_without_a_key_a_persons_library_is_not_read(server: Server) -> None:
    with server.client(key="") as library, pytest.raises(KeyRefused) as error:
        library.read()

    assert "zoterodigest auth" in error.value.hint


def test_a_key_that_hides_the_notes_is_refused_as_they_would_look_deleted(
    server: Server, library: WebLibrary
) -> None:
    def hiding(request: Request, serve: Serve) -> Response:
        body = {"userID": 1, "username": "me", "access": {"user": {"library": True}}}
        is_about_key = request.segments == ("keys", "current")
        return says(200, json.dumps(body)) if is_about_key else serve(request)

    server.between = hiding

    with pytest.raises(KeyRefused, match="does not show the notes"):
        library.read()


def test_an_object_that_spoils_the_request_is_found_and_the_others_are_written(
    server: Server, library: WebLibrary
) -> None:
    def picky(request: Request, serve: Serve) -> Response:
        is_spoilt = request.method == "POST" and b"poison" in request.body
        return says(413, "Too much &quot;poison&quot;") if is_spoilt else serve(request)

    server.between = picky
    items = [an_item(a_key(number), title="poison" if number == 3 else "T") for number in range(7)]

    outcomes = library.write(items)

    assert outcomes[3] == Refused(a_key(3), 413, 'Too much "poison"')
    assert [type(one) for one in outcomes].count(Written) == 6


@pytest.mark.parametrize("body", ["7", '["a"]', '{"AAAA2222": "x"}', '{"a": 1}', "Welcome!"])
def test_an_answer_of_another_kind_of_server_is_told_of(
    server: Server, library: WebLibrary, body: str
) -> None:
    def strange(request: Request, serve: Serve) -> Response:
        is_list = request.segments[-1:] == ("items",)
        return says(200, body, Last_Modified_Version="5") if is_list else serve(request)

    server.between = strange

    with pytest.raises(ServerFailed, match="does not answer as a Zotero server does"):
        library.read()


def test_the_key_never_shows_in_an_error(server: Server, library: WebLibrary) -> None:
    def telling(request: Request, serve: Serve) -> Response:
        return says(500, f"Key {request.headers['authorization']} \x1b[31m is bad")

    server.between = telling

    with pytest.raises(ServerFailed) as error:
        library.read()

    assert "(key)" in str(error.value)
    assert KEY not in str(error.value)
    assert str(error.value).isprintable()


# What is asked for


def test_a_library_that_has_not_changed_costs_one_request(
    server: Server, library: WebLibrary
) -> None:
    server.behind.write([an_item(a_key(number)) for number in range(50)])
    first = library.read()
    server.counted()

    again = library.read()

    assert again == first
    assert server.counted() == (1, 0)


def test_another_run_reads_only_what_changed(server: Server, tmp_path: Path) -> None:
    for batch in range(3):
        server.behind.write([an_item(a_key(50 * batch + number)) for number in range(50)])
    server.behind.write_collections([a_collection()])
    with server.client(tmp_path) as library:
        library.read()
    (item,) = server.behind.fetch([a_key(7)])
    server.behind.write([changed(item, title="Changed")])
    server.counted()

    with server.client(tmp_path) as library:
        snapshot = library.read()
        requests = server.counted()
        settled = library.read()

    assert snapshot == settled == server.behind.read()
    assert requests == (3, 0)  # what changed, two lists
    assert server.counted() == (1, 0)


def test_notes_that_a_key_hides_from_now_on_do_not_look_deleted(
    server: Server, tmp_path: Path
) -> None:
    server.behind.write([an_item(), a_note(), a_note(key=a_key(1))])
    with server.client(tmp_path) as library:
        library.read()
    server.behind.erase([a_key(1)])

    def hiding(request: Request, serve: Serve) -> Response:
        body = {"userID": 1, "username": "me", "access": {"user": {"library": True}}}
        is_about_key = request.segments == ("keys", "current")
        return says(200, json.dumps(body)) if is_about_key else serve(request)

    server.between = hiding

    with (
        server.client(tmp_path) as library,
        pytest.raises(KeyRefused, match="does not show the notes"),
    ):
        library.read()


def test_what_was_written_is_not_read_again(server: Server, library: WebLibrary) -> None:
    library.read()
    library.write_collections([a_collection()])
    library.write([an_item(a_key(number), collections=["SHELF222"]) for number in range(50)])
    server.counted()

    snapshot = library.read()

    assert snapshot == server.behind.read()
    assert server.counted() == (3, 0)  # changed?, two lists


def test_a_large_library_is_read_by_pages(server: Server, library: WebLibrary) -> None:
    for batch in range(5):
        server.behind.write([an_item(a_key(50 * batch + number)) for number in range(50)])

    snapshot = library.read()

    assert snapshot == server.behind.read()
    assert server.counted() == (6, 0)  # the key's rights, two lists, three pages


def test_what_slips_through_shifting_pages_is_read_by_its_key(
    server: Server, library: WebLibrary
) -> None:
    for batch in range(3):
        server.behind.write([an_item(a_key(50 * batch + number)) for number in range(50)])

    def erased(request: Request, serve: Serve) -> Response:
        server.behind.erase([a_key(number) for number in range(30)])
        return serve(request)

    server.between = once(erased, at=5)

    snapshot = library.read()

    assert [item.key for item in snapshot.items][-1] == a_key(149)
    assert {a_key(number) for number in range(30, 150)} <= {item.key for item in snapshot.items}
    assert library.read() == server.behind.read()


def test_an_edit_between_any_two_requests_is_seen_at_the_latest_the_next_time(
    server: Server, library: WebLibrary
) -> None:
    server.behind.write([an_item()])
    for at in range(1, 6):
        server.between = once(_edited(server, str(at)), at=at)
        library.read()
        server.between = straight

        assert library.read() == server.behind.read()


def _edited(server: Server, title: str) -> Between:
    def between(request: Request, serve: Serve) -> Response:
        (item,) = server.behind.fetch(["ITEM2222"])
        server.behind.write([changed(item, title=title), an_item(a_key(int(title)))])
        return serve(request)

    return between


def test_an_edit_amid_our_batch_is_seen_afterwards(server: Server, library: WebLibrary) -> None:
    """The library version that a batch returns may be beyond an edit nobody told us of."""
    server.behind.write([an_item()])
    library.read()

    def amid(request: Request, serve: Serve) -> Response:
        (item,) = server.behind.fetch(["ITEM2222"])
        server.behind.write([changed(item, title="Theirs")])
        return serve(request)

    server.between = once(amid, method="POST")
    library.write([an_item(a_key(number)) for number in range(40)])

    snapshot = library.read()

    assert snapshot == server.behind.read()
    assert "Theirs" in [item.data["title"] for item in snapshot.items]


def test_what_was_deleted_is_gone_and_collections_take_their_own_with_them(
    server: Server, library: WebLibrary
) -> None:
    server.behind.write_collections(
        [a_collection(a_key(1)), a_collection(a_key(2), parent=a_key(1)), a_collection(a_key(3))]
    )
    server.behind.write([an_item(collections=[a_key(2), a_key(3)]), an_item(a_key(9)), a_note()])
    library.read()
    server.behind.erase([a_key(9)])
    server.behind.erase_collections([a_key(1)])

    snapshot = library.read()

    assert snapshot == server.behind.read()
    assert [collection.key for collection in snapshot.collections] == [a_key(3)]


def test_a_library_restored_from_a_backup_is_read_as_it_is(server: Server, tmp_path: Path) -> None:
    with server.client(tmp_path) as library:
        library.write([an_item(title="Old"), an_item(a_key(1))])
        library.write([changed(replace(an_item(), version=1), title="New")])
        library.read()
    with a_server() as backup, backup.client() as library:
        library.write([an_item(title="Old")])
        server.between = lambda request, serve: _passed_on(backup, request)
        with server.client(tmp_path) as library:
            snapshot = library.read()

    assert [item.data["title"] for item in snapshot.items] == ["Old"]
    assert snapshot.version == 1


def _passed_on(other: Server, request: Request) -> Response:
    with httpx2.Client(trust_env=False, verify=False) as client:
        query = {name: list(values) for name, values in request.query.items()}
        headers = {"Authorization": request.headers["authorization"]}
        found = client.get(f"{other.url}{request.path}", params=query, headers=headers)
    kept = {"Last-Modified-Version": found.headers.get("last-modified-version", "")}
    return Response(found.status_code, kept, found.content)


# What is sent


def sent(server: Server) -> list[dict[str, Any]]:
    """Return the objects of the last write."""
    body = next(request.body for request in reversed(server.requests) if request.method == "POST")
    objects: list[dict[str, Any]] = json.loads(body)
    return objects


def test_only_what_changes_is_sent_and_tags_only_when_they_differ(
    server: Server, library: WebLibrary
) -> None:
    library.write([an_item(DOI="10.1/x", tags=[{"tag": "b"}, {"tag": "a"}])])
    (item,) = library.fetch(["ITEM2222"])

    library.write(
        [changed(item, title="New", DOI=" 10.1/x ", pages="", tags=[{"tag": "a"}, {"tag": "b"}])]
    )

    assert sent(server) == [{"key": "ITEM2222", "version": item.version, "title": "New"}]


def test_tags_over_an_item_never_read_are_compared_first(server: Server) -> None:
    server.behind.write([an_item(tags=[{"tag": "a"}])])

    with server.client() as library:
        library.write([LibraryItem("ITEM2222", 1, {"title": "New", "tags": [{"tag": "a"}]})])

    assert "tags" not in sent(server)[0]


def test_a_write_of_nothing_new_sends_nothing_but_is_checked(
    server: Server, library: WebLibrary
) -> None:
    library.write([an_item(), an_item(a_key(1))])
    one, other = library.fetch([a_key(1), "ITEM2222"])
    server.behind.write([changed(other, title="Theirs")])
    server.counted()

    outcomes = library.write([changed(one, title="Attention"), changed(other, title="Attention")])

    assert outcomes == [Unchanged(one.key, one.version), Stale(other.key)]
    assert server.counted() == (1, 0)


def test_a_batch_of_fifty_is_one_request(server: Server, library: WebLibrary) -> None:
    library.write([an_item(a_key(number)) for number in range(50)])

    assert server.counted() == (0, 1)


def test_a_citation_key_that_the_server_fills_in_is_read(
    server: Server, library: WebLibrary
) -> None:
    library.read()
    library.write([an_item()])
    (item,) = server.behind.fetch(["ITEM2222"])
    server.behind.write([changed(item, citationKey="attention2017")])

    (read,) = library.read().items

    assert read.data["citationKey"] == "attention2017"


# What is kept


def kept(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


def test_neither_private_text_nor_the_key_is_kept(server: Server, tmp_path: Path) -> None:
    secret = "<h2>Pri<b>vate</b>:</h2>\n<p>my opinion</p>"
    server.behind.write([an_item(), a_note(note=f"<p>public</p>\n{secret}"), a_note(key=a_key(1))])

    with server.client(tmp_path) as library:
        library.read()
    with server.client(tmp_path) as library:
        server.counted()
        snapshot = library.read()

    assert "my opinion" not in kept(tmp_path)
    assert KEY not in kept(tmp_path)
    assert snapshot == server.behind.read()
    assert server.counted() == (2, 0)  # changed?, and the note that is not kept


@pytest.mark.parametrize("spoil", [b"", b"{", b"[]", b'{"format": 1}', b'{"format": 0}', b"\xff"])
def test_a_cache_that_cannot_be_read_is_none(server: Server, tmp_path: Path, spoil: bytes) -> None:
    server.behind.write([an_item()])
    with server.client(tmp_path) as library:
        library.read()
    (path,) = tmp_path.iterdir()
    path.write_bytes(spoil)

    with server.client(tmp_path) as library:
        assert library.read() == server.behind.read()

    assert path.read_bytes() != spoil


def test_a_cache_that_cannot_be_written_stops_nothing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with server.client(tmp_path / "file") as library:
        assert library.read() == Snapshot(0, (), ())


def test_the_cache_is_its_owners_alone(server: Server, tmp_path: Path) -> None:
    with server.client(tmp_path) as library:
        library.write([an_item()])
        library.read()

    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o077 == 0
