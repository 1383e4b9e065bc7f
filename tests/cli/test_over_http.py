"""Runs against a library over HTTP, as a person sees them."""

from __future__ import annotations

import os
import re
import signal
from itertools import count
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from tests.library.web import KEY, Serve, Server
from zoterodigest.library.server.messages import Request, Response


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Path:
    """A digest, and a configuration that names the server's library."""
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    library = f'library = "{server.url}/users/1"\n'
    (tmp_path / "zoterodigest.toml").write_text(f'{library}[[digest]]\npath = "papers.md"\n')
    return tmp_path


@pytest.mark.usefixtures("project")
def test_stats_tell_the_requests_of_a_run(zoterodigest: Zoterodigest, server: Server) -> None:
    pushed = zoterodigest("push", "--stats")
    reads, writes = server.counted()
    synced = zoterodigest("sync", "--stats", "--json")

    assert f"Requests: {reads + writes} ({reads} to read, {writes} to write)\n" in pushed.err
    assert writes == 3  # a collection, the item, its children
    assert "Requests: 1 (1 to read, 0 to write)\n" in synced.err
    assert "Requests" not in synced.out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", ["undo", "remove"])
def test_stats_tell_the_requests_of_what_is_taken_back(
    zoterodigest: Zoterodigest, server: Server, command: str
) -> None:
    zoterodigest("push")
    server.counted()

    ran = zoterodigest(command, "--yes", "--stats")

    reads, writes = server.counted()
    assert ran.code == 0
    assert writes > 0
    assert f"Requests: {reads + writes} ({reads} to read, {writes} to write)\n" in ran.err


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("words", "command"),
    [(("plan",), "sync"), (("sync", "--dry-run"), "sync"), (("push", "--dry-run"), "push")],
)
def test_a_dry_run_names_the_command_that_does_it(
    zoterodigest: Zoterodigest, words: tuple[str, ...], command: str
) -> None:
    planned, following = zoterodigest(*words).out.splitlines()[-2:]

    assert planned.startswith("Planned: ")
    assert following == f"Next: `zoterodigest {command}` does it."


@pytest.mark.usefixtures("project")
def test_vv_shows_each_request_and_never_the_key(
    zoterodigest: Zoterodigest, server: Server
) -> None:
    ran = zoterodigest("push", "-vv")

    shown = re.findall(r"] (?:GET|POST) /", ran.err)
    assert len(shown) == sum(server.counted())
    assert "] GET /users/1/" in ran.err
    assert "] POST /users/1/items: 200, " in ran.err
    assert KEY not in ran.err


@pytest.mark.usefixtures("project")
def test_a_plan_tells_its_requests(zoterodigest: Zoterodigest, server: Server) -> None:
    ran = zoterodigest("plan", "--stats")

    reads, writes = server.counted()
    assert (reads > 0, writes) == (True, 0)
    assert f"Requests: {reads} ({reads} to read, 0 to write)\n" in ran.err


def test_stats_of_the_embedded_library_are_none(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))

    ran = zoterodigest("push", "papers.md", "--stats")

    assert "Requests: 0 (" in ran.err


@pytest.mark.usefixtures("project")
def test_a_plan_names_the_library_by_its_address(
    zoterodigest: Zoterodigest, server: Server
) -> None:
    ran = zoterodigest("plan")

    assert ran.code == 0
    assert f"library    {server.url}/users/1\n" in ran.out
    assert "embedded" not in ran.out


@pytest.mark.usefixtures("project")
def test_a_wait_is_told(zoterodigest: Zoterodigest, server: Server) -> None:
    answers = iter([Response(503, {}, b"")])
    server.between = lambda request, serve: next(answers, None) or serve(request)

    ran = zoterodigest("status", "--check")

    assert ran.code == 4
    assert "the server is not ready (HTTP 503): waiting 1 s" in ran.err


@pytest.mark.usefixtures("project")
def test_a_lock_file_goes_with_one_library(zoterodigest: Zoterodigest, server: Server) -> None:
    zoterodigest("push")

    ran = zoterodigest("sync", "--library", "embedded:other.sqlite")

    assert ran.code == 13
    assert "zoterodigest.lock links with the library user:1@127.0.0.1" in ran.err
    assert f"Name that library with --library {server.url}/users/1" in ran.err


@pytest.mark.usefixtures("project")
def test_a_person_who_stops_a_run_hears_what_was_written_and_goes_on(
    zoterodigest: Zoterodigest, server: Server
) -> None:
    written = count(1)

    def stopping(request: Request, serve: Serve) -> Response:
        if request.method == "POST" and next(written) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return serve(request)

    server.between = stopping
    # A shell that runs the tests in the background has them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stopped = zoterodigest("push")
    finally:
        signal.signal(signal.SIGINT, before)
    status = zoterodigest("status")
    again = zoterodigest("push")

    assert stopped.code == 130
    assert stopped.err.endswith("\nStopped: 2 of 3 written; run the same command to go on.\n")
    assert "unfinished a run was stopped before it ended" in status.out
    assert status.out.endswith("\nChanges are pending (`zoterodigest sync`).\n")
    assert again.code == 0
    kinds = [str(one.data["itemType"]) for one in server.behind.read().items]
    assert sorted(kinds) == ["conferencePaper", "note"]
