"""`auth`: a key is taken, looked at, kept in the keyring, and shown to nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, cache_of
from tests.cli.keyrings import KeyringInMemory, installed, no_keyring
from tests.library.web import KEY, Between, Serve, Server, a_server
from zoterodigest.cli.base.network import library_in
from zoterodigest.library.server.messages import Request, Response


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.fixture
def keyring() -> Iterator[KeyringInMemory]:
    backend = KeyringInMemory()
    with installed(backend):
        yield backend


def given(monkeypatch: pytest.MonkeyPatch, key: str = KEY) -> None:
    """Let standard input hold a key."""
    monkeypatch.setattr("sys.stdin", StringIO(f"{key}\n"))


def address(server: Server) -> str:
    return f"{server.url}/users/1"


def opening(access: dict[str, Any]) -> Between:
    """Let the server say that a key opens this."""

    def between(request: Request, serve: Serve) -> Response:
        if request.segments != ("keys", "current"):
            return serve(request)
        told = {"userID": 1, "username": "ada\x1b[31m", "access": access}
        return Response(200, {"Content-Type": "application/json"}, json.dumps(told).encode())

    return between


def test_a_key_is_looked_at_kept_and_used(
    zoterodigest: Zoterodigest,
    server: Server,
    keyring: KeyringInMemory,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    given(monkeypatch)
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))

    taken = zoterodigest("auth", address(server))
    pushed = zoterodigest("push", "papers.md", "--library", address(server))
    listed = zoterodigest("ls", "--library", address(server))

    assert (taken.code, pushed.code, listed.code) == (0, 0, 0)
    assert "to read and write" in taken.out
    assert list(keyring.kept) == [("zoterodigest", f"user:1@{server.url[7:]}")]
    assert "Attention Is All You Need" in listed.out
    assert " written.\n" in pushed.out


def test_no_run_writes_or_prints_the_key(
    zoterodigest: Zoterodigest,
    server: Server,
    keyring: KeyringInMemory,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    library = ("--library", address(server))
    monkeypatch.setenv("ZOTERODIGEST_DEBUG", "1")
    given(monkeypatch)
    runs = [
        zoterodigest("auth", address(server)),
        zoterodigest("auth", "status", address(server)),
        zoterodigest("sync", "papers.md", *library),
        zoterodigest("sync", "papers.md", "--json", *library),
        zoterodigest("status", "papers.md", *library),
        zoterodigest("ls", "--library", f"{address(server)}?key={KEY}"),
        zoterodigest("auth", KEY),
    ]
    server.between = lambda request, serve: Response(400, {}, f"no {request.headers}".encode())
    runs.append(zoterodigest("ls", *library))
    server.between = lambda request, serve: Response(403, {}, f"no {KEY}".encode())
    runs += [zoterodigest("ls", *library), zoterodigest("auth", "status", address(server))]
    runs += [zoterodigest("auth", "remove", address(server))]

    shown = "".join(ran.out + ran.err for ran in runs)
    paths = [*tmp_path.rglob("*"), *cache_of(tmp_path).rglob("*")]
    written = b"".join(path.read_bytes() for path in paths if path.is_file())

    assert [ran.code for ran in runs] == [0, 0, 0, 0, 0, 2, 19, 22, 19, 19, 0]
    assert KEY not in shown
    assert KEY.encode() not in written
    assert keyring.kept == {}


def test_what_a_key_does_not_open_is_told_and_it_is_not_kept(
    zoterodigest: Zoterodigest,
    server: Server,
    keyring: KeyringInMemory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.between = opening({"groups": {"45": {"library": True}}})
    given(monkeypatch)

    ran = zoterodigest("auth", address(server))

    assert ran.code == 19
    assert "does not open user:1@127.0.0.1" in ran.err
    assert "to read only" in ran.out
    assert ran.out.replace("\n", "").isprintable()
    assert keyring.kept == {}


def test_a_key_that_hides_notes_is_told_of(
    zoterodigest: Zoterodigest,
    server: Server,
    keyring: KeyringInMemory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.between = opening({"user": {"library": True}, "groups": {"all": {"library": True}}})
    given(monkeypatch)

    ran = zoterodigest("auth", address(server))

    assert ran.code == 0
    assert "but not its notes" in ran.out
    assert "every group" in ran.out


@pytest.mark.parametrize("key", ["", "two words", "é", "WrongWrongWrongWrongWron"])
def test_what_is_no_key_is_not_kept(
    zoterodigest: Zoterodigest,
    server: Server,
    keyring: KeyringInMemory,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    given(monkeypatch, key)

    ran = zoterodigest("auth", address(server))

    assert ran.code == 19
    assert not key or key not in ran.err
    assert keyring.kept == {}


def test_without_a_terminal_auth_says_how_to_give_the_key(
    zoterodigest: Zoterodigest, keyring: KeyringInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, "")

    ran = zoterodigest("auth")

    assert ran.code == 19
    assert "there is no terminal to ask for an API key" in ran.err
    assert "`pass show zotero | zoterodigest auth`" in ran.err.replace("\n      ", " ")
    assert "ZOTERO_API_KEY" in ran.err
    assert keyring.kept == {}


def test_without_a_keyring_the_environment_is_the_way(
    zoterodigest: Zoterodigest, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch)
    with installed(no_keyring()):
        taken = zoterodigest("auth", address(server))
        without = zoterodigest("ls", "--library", address(server))
        monkeypatch.setenv("ZOTERO_API_KEY", KEY)
        listed = zoterodigest("ls", "--library", address(server))
        status = zoterodigest("auth", "status", address(server))

    assert taken.code == 23
    assert "ZOTERO_API_KEY" in taken.err
    assert (without.code, listed.code, status.code) == (19, 0, 0)
    assert "from ZOTERO_API_KEY" in status.out


@pytest.mark.usefixtures("keyring")
def test_another_server_is_not_given_the_key_of_the_environment(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)

    ran = zoterodigest("auth", "status", "https://zotero.example.org/users/1")

    assert ran.code == 19
    assert "there is no API key for user:1@zotero.example.org" in ran.err


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["remove"], 0, "The keyring holds no API key for api.zotero.org."),
        (["remove", "group:45"], 0, "The keyring holds no API key for group:45."),
        (["status"], 19, "there is no API key for api.zotero.org on this machine"),
        (["user:1", "user:2"], 2, "one library at a time"),
        (["embedded:library.sqlite"], 2, "only libraries at zotero.org or another server"),
        (["stat:us"], 2, "names no library"),
    ],
)
def test_words_of_auth(
    zoterodigest: Zoterodigest, arguments: list[str], code: int, told: str
) -> None:
    ran = zoterodigest("auth", *arguments)

    assert ran.code == code
    assert told in ran.out + ran.err


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, ""),
        ({"ZOTERO_LIBRARY_ID": "12"}, "user:12"),
        ({"ZOTERO_LIBRARY_ID": "12", "ZOTERO_LIBRARY_TYPE": "group"}, "group:12"),
        ({"ZOTERO_LIBRARY_ID": "12", "ZOTERO_LIBRARY_TYPE": "groups"}, "group:12"),
        ({"ZOTERO_LIBRARY_TYPE": "group"}, ""),
        ({"ZOTERO_LOCAL": "true", "ZOTERO_LIBRARY_ID": "0"}, "desktop"),
        (
            {"ZOTERO_LOCAL": "1", "ZOTERO_LIBRARY_ID": "9", "ZOTERO_LIBRARY_TYPE": "group"},
            "desktop:group:9",
        ),
        ({"ZOTERO_LOCAL": "false", "ZOTERO_LIBRARY_ID": "9"}, "user:9"),
    ],
)
def test_pyzoteros_variables_name_a_library(environment: dict[str, str], address: str) -> None:
    assert library_in(environment) == address


@pytest.mark.usefixtures("keyring")
def test_the_variables_count_only_where_nothing_else_names_a_library(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_LIBRARY_ID", "12")
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / "zoterodigest.toml").write_text('library = "embedded:x.sqlite"\n')

    by_environment = zoterodigest("ls")
    by_option = zoterodigest("ls", "--library", "embedded:y.sqlite")
    monkeypatch.chdir(tmp_path / "named")
    by_project = zoterodigest("ls")

    assert "no API key for user:12" in by_environment.err
    assert "y.sqlite" in by_option.err
    assert "x.sqlite" in by_project.err


def test_a_key_of_the_environment_goes_before_the_one_that_is_kept(
    zoterodigest: Zoterodigest,
    server: Server,
    keyring: KeyringInMemory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given(monkeypatch)
    monkeypatch.setenv("ZOTERO_API_KEY", "another")

    ran = zoterodigest("auth", address(server))

    assert ran.code == 0
    assert "ZOTERO_API_KEY is set, and goes before it." in ran.err


def test_no_key_of_a_server_is_kept_in_a_file(zoterodigest: Zoterodigest, server: Server) -> None:
    ran = zoterodigest("auth", address(server), "--key-file")

    assert ran.code != 0
    assert "only the key of the Zotero on this computer is kept in a file" in ran.err
