"""The command `serve`: a library offered to other Zotero clients."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest
from tests.library.served import article, client

KEY = "a-key-nobody-may-see"
WRONG = "1:short"


@contextmanager
def serving(folder: Path, *options: str, keys: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve` in `folder`; give the running program and the line it prints."""
    environment = {**os.environ, "ZOTERODIGEST_SERVE_KEYS": keys, "ZOTERODIGEST_LIBRARY": ""}
    command = [sys.executable, "-m", "zoterodigest", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout
        try:
            yield program, program.stdout.readline()
        finally:
            program.kill()


def test_a_library_is_served_until_ctrl_c_and_no_key_is_shown(tmp_path: Path) -> None:
    options = ("--library", "embedded:mine.sqlite", "--user", "12", "--user", "3", "--group", "7")

    with serving(tmp_path, *options, keys=f"12:{KEY},3:another-key") as (program, line):
        (url,) = re.findall(r"Serving (http://127\.0\.0\.1:\d+)/users/12, ", line)
        headers: Mapping[str, str] = {"Zotero-API-Key": KEY}
        posted = client().post(f"{url}/users/12/items", json=[article()], headers=headers)
        in_group = client().get(f"{url}/groups/7/items", headers=headers)
        elsewhere = client().get(f"{url}/users/3/items", headers=headers)
        client().get(f"{url}/users/12/items?key={KEY}")
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)

    assert posted.json()["success"]
    assert len(in_group.json()) == 1
    assert elsewhere.status_code == 403
    assert (program.returncode, out, err) == (0, "", "")
    assert KEY not in line
    assert (tmp_path / "mine.sqlite").exists()


def test_users_may_have_libraries_of_their_own(tmp_path: Path) -> None:
    options = ("--user", "1=embedded:one.sqlite", "--user", "2=embedded:two.sqlite")

    with serving(tmp_path, *options, keys=f"1:{KEY},2:{KEY}") as (_, line):
        (url,) = re.findall(r"Serving (http://127\.0\.0\.1:\d+)/users/1, ", line)
        headers = {"Zotero-API-Key": KEY}
        client().post(f"{url}/users/1/items", json=[article()], headers=headers)
        counts = [
            len(client().get(f"{url}/users/{number}/items", headers=headers).json())
            for number in (1, 2)
        ]

    assert counts == [1, 0]


@pytest.mark.parametrize("keys", [WRONG, "secret", "1:with blank in it", "x:long-enough-key"])
def test_keys_that_are_none_are_not_repeated(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    monkeypatch.setenv("ZOTERODIGEST_SERVE_KEYS", keys)

    ran = zoterodigest("serve")

    assert ran.code == 2
    assert "pair 1 of ZOTERODIGEST_SERVE_KEYS is not ID:KEY" in ran.err
    assert keys.partition(":")[2] not in ran.err or not keys.partition(":")[2]


@pytest.mark.parametrize("user", ["me", "0", "-1", "1=", "1;2"])
def test_a_user_that_is_none_is_refused(zoterodigest: Zoterodigest, user: str) -> None:
    ran = zoterodigest("serve", f"--user={user}")

    assert ran.code == 2
    assert "is not ID or ID=ADDRESS" in ran.err


def test_a_port_that_is_taken_is_told(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERODIGEST_SERVE_KEYS", f"1:{KEY}")
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = zoterodigest("serve", "--port", str(other.getsockname()[1]))

    assert ran.code == 24
    assert "cannot be used" in ran.err
    assert "--port 0" in ran.err
