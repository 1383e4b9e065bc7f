"""The command `serve`: a library offered to other Zotero clients."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from tests.cli.conftest import Zoterodigest
from tests.cli.keyrings import KeyringInMemory, installed, no_keyring
from tests.library.served import article, client
from zoterodigest.cli.commands.serve import key_for
from zoterodigest.library.address import WebAddress, parse_address
from zoterodigest.library.api_keys import store_key

KEY = "a-key-nobody-may-see"
WRONG = "1:short"


@contextmanager
def serving(
    folder: Path,
    *options: str,
    keys: str,
    stdin: int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Run `serve` in `folder`, without a terminal of this process's."""
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    given = {"ZOTERODIGEST_SERVE_KEYS": keys, "ZOTERODIGEST_LIBRARY": ""}
    with subprocess.Popen(
        [sys.executable, "-m", "zoterodigest", "serve", "--port", "0", *options],
        cwd=folder,
        env={**os.environ, **paths, **given, **(environment or {})},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_ctrl_c,
    ) as program:
        never_longer = Timer(60, program.kill)
        never_longer.start()
        try:
            yield program
        finally:
            never_longer.cancel()
            program.kill()


def _heed_ctrl_c() -> None:
    """Have a program end by Ctrl-C also where the tests run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _line(program: subprocess.Popen[str]) -> str:
    """Return the line that tells where it serves."""
    assert program.stdout
    for line in program.stdout:
        if "Serving" in line:
            return line[line.index("Serving") :]
    raise AssertionError("nothing is served")


def test_libraries_are_served_until_ctrl_c_and_no_key_is_shown(tmp_path: Path) -> None:
    options = ("--library", "embedded:mine.sqlite", "--user", "12", "--group", "7")
    other = ("--user", "3=embedded:other.sqlite")

    with serving(tmp_path, *options, *other, keys=f"12:{KEY},3:another-key") as program:
        line = _line(program)
        (url,) = re.findall(r"Serving (http://127\.0\.0\.1:\d+)/users/12, ", line)
        mine, others = {"Zotero-API-Key": KEY}, {"Zotero-API-Key": "another-key"}
        posted = client().post(f"{url}/users/12/items", json=[article()], headers=mine)
        in_group = client().get(f"{url}/groups/7/items", headers=others)
        elsewhere = client().get(f"{url}/users/3/items", headers=others)
        refused = client().get(f"{url}/users/3/items?key={KEY}")
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)

    assert posted.json()["success"]
    assert [len(one.json()) for one in (in_group, elsewhere)] == [1, 0]
    assert refused.status_code == 403
    assert (program.returncode, out, err) == (0, "", "")
    assert KEY not in line
    assert (tmp_path / "mine.sqlite").exists()
    assert not [path for path in tmp_path.iterdir() if KEY.encode() in path.read_bytes()]


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


def test_without_a_key_and_a_person_to_ask_nothing_is_served(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZOTERODIGEST_SERVE_KEYS", raising=False)

    with installed(no_keyring()):
        ran = zoterodigest("serve", "--user", "12")

    assert ran.code == 2
    assert "no API key for user 12" in ran.err


def test_the_keyring_keeps_keys_where_clients_look_for_them() -> None:
    keyring = KeyringInMemory()
    served = parse_address("http://127.0.0.1:23120/users/12")
    assert isinstance(served, WebAddress)

    with installed(keyring):
        store_key(served.identity, KEY)

        assert key_for(served) == KEY


def test_a_key_that_is_typed_in_is_not_shown(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    backend = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

    with serving(tmp_path, keys="", stdin=follower, environment=backend) as program:
        assert program.stderr
        asked = program.stderr.readline(len("API key for user 1 (make one up): "))
        os.write(leader, f"{KEY}\n".encode())
        line = _line(program)
        os.close(follower)
        url = line.split()[1].partition("/users/1")[0]
        opened = client().get(f"{url}/users/1/items", headers={"Zotero-API-Key": KEY})
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)

    os.set_blocking(leader, False)
    echoed = _rest(leader)
    assert opened.status_code == 200
    assert KEY not in asked + line + out + err + echoed
    assert program.returncode == 0


def _rest(terminal: int) -> str:
    """Return what stands on the terminal, and close it."""
    try:
        return os.read(terminal, 10_000).decode()
    except OSError:
        return ""
    finally:
        os.close(terminal)


def test_a_port_that_is_taken_is_told(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERODIGEST_SERVE_KEYS", f"1:{KEY}")
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = zoterodigest("serve", "--port", str(other.getsockname()[1]))

    assert ran.code == 24
    assert "cannot be used" in ran.err
    assert "--port 0" in ran.err
