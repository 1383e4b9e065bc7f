"""The running Zotero, as a person at the command line meets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, cache_of, config_of
from tests.cli.keyrings import KeyringInMemory, installed, no_keyring
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


def test_init_names_the_library_that_the_lock_file_links_with(
    zoterodigest: Zoterodigest, desktop: Desktop, tmp_path: Path
) -> None:
    desktop.zotero.account = 0
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    zoterodigest("push", "papers.md", "--library", address(desktop))

    ran = zoterodigest("init", "papers.md")

    assert ran.code == 0
    assert '\nlibrary = "desktop"\n' in (tmp_path / "zoterodigest.toml").read_text()


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


def test_a_zotero_that_does_not_run_is_reported_at_once(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", refuse_to_sleep)

    listed = zoterodigest("ls", "--library", "desktop?url=http://127.0.0.1:9/api")

    assert listed.code == 20
    assert "no Zotero is running on this computer" in listed.err
    assert "Start Zotero, then run the command again." in listed.err


def test_nobody_is_sent_to_a_dialog_of_a_zotero_that_does_not_run(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    asked = zoterodigest("auth", "desktop?url=http://127.0.0.1:9/api")

    assert asked.code == 20
    assert "dialog" not in asked.err


def refuse_to_sleep(seconds: float) -> None:
    pytest.fail(f"it waited {seconds} s")


def test_auth_status_says_that_the_permission_was_withdrawn(
    zoterodigest: Zoterodigest, desktop: Desktop, keyring: KeyringInMemory
) -> None:
    zoterodigest("auth", address(desktop))
    version = desktop.zotero.library.version()
    desktop.zotero.keys.clear()

    status = zoterodigest("auth", "status", address(desktop))

    assert status.code == 19
    assert "Zotero no longer accepts the key of zoterodigest" in status.err
    assert "`zoterodigest auth desktop`" in status.err
    assert desktop.zotero.library.version() == version
    assert len(desktop.zotero.prompts) == 1


@pytest.mark.parametrize("action", ["status", "remove"])
def test_auth_waits_for_no_zotero_to_say_how_things_are(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setattr("time.sleep", refuse_to_sleep)

    ran = zoterodigest("auth", action, "desktop?url=http://127.0.0.1:9/api")

    assert ran.code == 20
    assert "no Zotero is running on this computer" in ran.err


def test_auth_asks_no_more_while_the_permission_holds(
    zoterodigest: Zoterodigest, desktop: Desktop, keyring: KeyringInMemory
) -> None:
    """Each Always Allow leaves one more key in Zotero."""
    zoterodigest("auth", address(desktop))

    again = zoterodigest("auth", address(desktop))

    assert again.code == 0
    assert "lets zoterodigest write" in again.out
    assert len(desktop.zotero.keys) == 1
    desktop.zotero.keys.clear()
    assert zoterodigest("auth", address(desktop)).code == 0
    assert len(desktop.zotero.prompts) == 2


@pytest.mark.parametrize("is_silent", [False, True], ids=["no keyring", "one that keeps nothing"])
def test_without_a_keyring_it_is_said_that_no_permission_is_kept(
    zoterodigest: Zoterodigest, desktop: Desktop, tmp_path: Path, is_silent: bool
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    backend = KeyringInMemory() if is_silent else no_keyring()
    if is_silent:
        backend.set_password = lambda *_: None  # type: ignore[method-assign]  # as keyring's null

    with installed(backend):
        pushed = zoterodigest("push", "papers.md", "--library", address(desktop))
        status = zoterodigest("auth", "status", address(desktop))

    assert pushed.code == 0
    assert pushed.err.count("`zoterodigest auth desktop --key-file`") == 1
    assert "one more key" in pushed.err
    assert "asks before each write" in status.out
    assert not config_of(tmp_path).exists()


def test_a_key_file_outside_the_project_takes_the_place_of_a_keyring(
    zoterodigest: Zoterodigest, desktop: Desktop, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))

    with installed(no_keyring()):
        asked = zoterodigest("auth", address(desktop), "--key-file")
        pushed = zoterodigest("push", "papers.md", "--library", address(desktop))
        status = zoterodigest("auth", "status", address(desktop))
        (key,) = desktop.zotero.keys
        (kept,) = (path for path in config_of(tmp_path).rglob("*") if path.is_file())
        mode, text = kept.stat().st_mode & 0o777, kept.read_text()
        removed = zoterodigest("auth", "remove", address(desktop))

    assert [one.code for one in (asked, pushed, status, removed)] == [0, 0, 0, 0]
    assert len(desktop.zotero.prompts) == 1
    assert "key-file" not in pushed.err
    assert str(kept) in status.out.replace("\n", "")
    assert (mode, key in text) == (0o600, True)
    assert not kept.exists()
    folders = (tmp_path, cache_of(tmp_path))
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if key.encode() in path.read_bytes()]
    assert key not in "".join(one.out + one.err for one in (asked, pushed, status, removed))


def test_a_key_file_takes_the_key_of_a_later_permission(
    zoterodigest: Zoterodigest, desktop: Desktop, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    with installed(no_keyring()):
        zoterodigest("auth", address(desktop), "--key-file")
        desktop.zotero.keys.clear()

        zoterodigest("push", "papers.md", "--library", address(desktop))
        status = zoterodigest("auth", "status", address(desktop))

    assert "lets zoterodigest write" in status.out
    assert len(desktop.zotero.prompts) == 2
