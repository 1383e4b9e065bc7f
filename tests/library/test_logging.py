"""What the library tells a log: every request and why it is repeated, never a key or a note."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.builders import a_collection, a_key, a_note, an_item
from tests.library.desktop import a_desktop
from tests.library.faults import Answer, Drop, When
from tests.library.running_zotero import ALLOW
from tests.library.test_web import always, once, says
from tests.library.web import KEY, Serve, Server, a_server
from zoterodigest.library.connect import embedded
from zoterodigest.library.port import BadLibrary
from zoterodigest.library.server.messages import Request, Response

NOTE = "<h2>Private</h2><p>my opinion of it</p>"


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.fixture(autouse=True)
def all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def ours(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Return what zoterodigest logged at one level."""
    found = [one for one in caplog.records if one.name.startswith("zoterodigest.")]
    return [one.getMessage() for one in found if one.levelno == level]


def everything(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that any library logged: messages, what was put into them, and errors."""
    return "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records)


def test_each_request_is_logged_with_its_path_status_and_seconds(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as library:
        library.fetch([a_key(1)])

    (line,) = [one for one in ours(caplog, logging.DEBUG) if one.startswith("GET ")]
    request, status, seconds = line.replace(":", ",").split(", ")
    assert (request, status) == ("GET /users/1/items", "200")
    assert float(seconds.removesuffix(" s")) >= 0


def test_a_retry_is_logged_with_its_reason(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.between = once(always(says(429, Retry_After="42")))

    with server.client() as library:
        library.version()

    assert ours(caplog, logging.INFO) == [
        "Trying again after 42 s (attempt 2): the server asks for fewer requests"
    ]


def test_a_request_without_an_answer_is_logged_too(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def lost(request: Request, serve: Serve) -> Response:
        raise ConnectionResetError

    server.between = once(lost)

    with server.client() as library:
        library.version()

    (first, second) = [one for one in ours(caplog, logging.DEBUG) if one.startswith("GET ")]
    assert first.startswith("GET /users/1/items: no answer")
    assert second.startswith("GET /users/1/items: 200")


def test_a_request_that_is_split_says_so(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.between = once(always(says(413)), method="POST")

    with server.client() as library:
        library.write([an_item(), an_item(a_key(1))])

    assert "HTTP 413 for 2 items: send halves" in ours(caplog, logging.INFO)


def test_no_key_and_no_note_of_the_web_is_in_any_record(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def telling(request: Request, serve: Serve) -> Response:
        serve(request)
        return says(500, f"{request.headers['authorization']} {request.body.decode()}")

    server.between = once(telling, method="POST")
    with server.client(tmp_path) as library:
        library.write([an_item(), a_note(note=NOTE)])
        library.write_collections([a_collection()])
        library.read()
    server.between = always(says(403, f"Key {KEY} is bad"))
    with server.client(tmp_path) as library, suppress(BadLibrary):
        library.read()

    assert len(ours(caplog, logging.DEBUG)) > 5
    assert ours(caplog, logging.INFO)
    assert KEY not in everything(caplog)
    assert "my opinion" not in everything(caplog)


def test_no_key_and_no_note_of_the_running_zotero_is_in_any_record(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with a_desktop(tmp_path) as desktop:
        desktop.zotero.dialog = lambda: ALLOW
        faults = (Drop(When.AFTER), Answer(When.BEFORE, 500))
        with desktop.breaking(*faults, first=5), desktop.client() as library:
            library.write([an_item(), a_note(note=NOTE)])
            library.read()
        keys = set(desktop.zotero.keys) | {f"local-key-{number}" for number in range(1, 9)}

    assert len(ours(caplog, logging.DEBUG)) > 5
    assert ours(caplog, logging.INFO)
    assert [key for key in keys if key in everything(caplog)] == []
    assert "my opinion" not in everything(caplog)


def test_no_note_of_the_trial_library_is_in_any_record(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with embedded(tmp_path / "library.sqlite") as library:
        library.write([an_item(), a_note(note=NOTE)])
        library.read()

    assert ours(caplog, logging.DEBUG)
    assert "my opinion" not in everything(caplog)


def test_nothing_is_shown_unless_somebody_asks_for_a_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Python shows warnings on its own, when no program has set a log up."""
    server.between = always(says(500, "An error occurred"))

    with server.client() as library, suppress(BadLibrary):
        library.read()

    levels = {one.levelno for one in caplog.records if one.name.startswith("zoterodigest.")}
    assert levels == {logging.DEBUG, logging.INFO}
