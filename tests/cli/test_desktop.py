"""The running Zotero, as a person at the command line meets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, cache_of
from tests.cli.keyrings import KeyringInMemory, installed
from tests.library.desktop import Desktop, a_desktop
from tests.library.running_zotero import ALLOW, DENY


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    with a_desktop() as desktop:
        yield desktop


@pytest.fixture
def keyring() -> Iterator[KeyringInMemory]:
    backend = KeyringInMemory()
    with installed(backend):
        yield backend


def address(desktop: Desktop) -> str:
    return f"desktop?url={desktop.url}"


def test_auth_asks_once_and_push_and_sync_ask_no_more(
    zoterodigest: Zoterodigest, desktop: Desktop, keyring: KeyringInMemory, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))

    asked = zoterodigest("auth", address(desktop))
    pushed = zoterodigest("push", "papers.md", "--library", address(desktop))
    zoterodigest("status", "--library", address(desktop))
    synced = zoterodigest("sync", "papers.md", "--library", address(desktop), "--stats")

    assert (asked.code, pushed.code, synced.code) == (0, 0, 0)
    assert "answer the dialog in Zotero" in asked.err
    assert "lets zoterodigest write" in asked.out
    assert len(desktop.zotero.prompts) == 1
    assert "Requests: 3 (3 to read, 0 to write)\n" in synced.err
    (key,) = keyring.kept.values()
    files = [path for path in cache_of(tmp_path).parent.rglob("*") if path.is_file()]
    assert not [path for path in files if key.encode() in path.read_bytes()]
    assert key not in asked.out + asked.err + pushed.out + pushed.err


def test_a_push_asks_by_itself_and_goes_on(
    zoterodigest: Zoterodigest, desktop: Desktop, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    desktop.zotero.dialog = lambda: ALLOW

    pushed = zoterodigest("push", "papers.md", "--library", address(desktop))

    assert pushed.code == 0
    assert pushed.err.count("answer the dialog in Zotero") == 3  # a collection, a paper, its note
    assert len(desktop.zotero.library.read().items) == 2


def test_who_says_no_is_told_that_nothing_was_written(
    zoterodigest: Zoterodigest, desktop: Desktop, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    desktop.zotero.dialog = lambda: DENY

    pushed = zoterodigest("push", "papers.md", "--library", address(desktop))

    assert pushed.code == 15
    assert "Zotero does not let zoterodigest write" in pushed.err
    assert desktop.zotero.library.read().items == ()


def test_auth_status_and_remove_tell_of_the_permission(
    zoterodigest: Zoterodigest, desktop: Desktop, keyring: KeyringInMemory
) -> None:
    before = zoterodigest("auth", "status", address(desktop))
    zoterodigest("auth", address(desktop))
    after = zoterodigest("auth", "status", address(desktop))
    removed = zoterodigest("auth", "remove", address(desktop))

    assert "asks before each write" in before.out
    assert "lets zoterodigest write" in after.out
    assert "no longer in the keyring" in removed.out
    assert keyring.kept == {}


def test_a_zotero_that_does_not_run_is_waited_for_and_told(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    listed = zoterodigest("ls", "--library", "desktop?url=http://127.0.0.1:9/api")

    assert listed.code == 20
    assert "no Zotero is running on this computer, start it: waiting 2 s" in listed.err
    assert "Start Zotero, then run the command again." in listed.err


def test_nobody_is_sent_to_a_dialog_of_a_zotero_that_does_not_run(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    asked = zoterodigest("auth", "desktop?url=http://127.0.0.1:9/api")

    assert asked.code == 20
    assert "dialog" not in asked.err
