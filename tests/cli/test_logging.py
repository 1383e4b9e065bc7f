"""What a run tells a log of its files: names, sizes and what it recovers; never what they say."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from tests.cli.test_earlier_state import STATE
from tests.cli.test_earlier_state import killed as killed
from tests.cli.test_earlier_state import waiting as waiting
from tests.library.test_logging import everything, ours


@pytest.fixture(autouse=True)
def all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_files_that_are_read_and_written_are_logged_with_their_sizes(
    zoterodigest: Zoterodigest, waiting: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock, bib = waiting / "zoterodigest.lock", waiting / "refs.bib"
    before = {path: path.stat().st_size for path in (lock, bib)}

    ran = zoterodigest("sync", "--yes")

    told = ours(caplog, logging.DEBUG)
    assert ran.code == 0
    for path, size in before.items():
        assert f"Read {path}: {size} bytes" in told
        now = path.stat().st_size
        assert f"Wrote {path}: {now} bytes in place of {size}" in told
    assert not [line for line in ours(caplog, logging.INFO) if str(waiting) in line]


def test_what_is_recovered_is_logged_as_information(
    zoterodigest: Zoterodigest, killed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = killed / STATE / ".zoterodigest-0123456789abcdef.tmp"
    left.write_bytes(b"half")

    zoterodigest("sync", "--yes")

    recovered = [line for line in ours(caplog, logging.INFO) if "kill" in line]
    assert recovered == [
        "A run was killed: with its journal, 11 links become 12",
        "The last run that wrote, sync, was killed",
        f"Removed what a killed run left: {left}",
        "Recovering a killed run: writing what it achieved into the lock file",
    ]


def test_no_text_of_a_digest_or_note_and_no_key_is_in_any_record(
    zoterodigest: Zoterodigest,
    killed: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", "aSecretKeyOfAPerson12345")
    notes = killed / "notes.md"
    notes.write_text(notes.read_text() + "> \n> ## Private\n> my opinion of soup\n")

    for command in ("status", "sync --yes", "undo --yes", "log", "export"):
        zoterodigest(*command.split())

    told = everything(caplog)
    for secret in ("aSecretKeyOfAPerson12345", "my opinion", "Soup is stirred", "Doe, Jane"):
        assert secret not in told


def test_nothing_is_shown_unless_somebody_asks_for_a_log(
    zoterodigest: Zoterodigest, killed: Path
) -> None:
    ran = zoterodigest("sync", "--yes")
    again = zoterodigest("sync", "--yes")

    (note,) = ran.err.splitlines()
    assert note.startswith("note: zoterodigest.lock is now in version 2, ")
    assert (ran.code, again.code, again.err) == (0, 0, "")


def test_v_shows_what_was_recovered_and_vv_each_file_too(
    zoterodigest: Zoterodigest, killed: Path
) -> None:
    lock = killed / "zoterodigest.lock"

    planned = zoterodigest("-v", "plan")
    synced = zoterodigest("sync", "--yes", "-vv")

    recovered = "] A run was killed: with its journal, 11 links become 12\n"
    assert recovered in planned.err
    assert f"Read {lock}: " not in planned.err
    assert recovered in synced.err
    assert f"] Read {lock}: " in synced.err
    assert synced.out.startswith("library ")


def test_a_run_shows_no_log_after_one_that_did(zoterodigest: Zoterodigest, waiting: Path) -> None:
    told = zoterodigest("status", "-v", "-v").err
    silent = zoterodigest("status").err

    assert told
    assert silent == ""


def test_behind_two_dashes_v_is_an_argument(zoterodigest: Zoterodigest, waiting: Path) -> None:
    ran = zoterodigest("show", "--", "-v")

    assert "-v" in ran.err
    assert " s] " not in ran.err


def test_no_private_note_is_shown_with_vv(zoterodigest: Zoterodigest, killed: Path) -> None:
    notes = killed / "notes.md"
    notes.write_text(notes.read_text() + "> \n> ## Private\n> my opinion of soup\n")

    ran = zoterodigest("sync", "--yes", "-vv")

    assert "] Read " in ran.err
    for secret in ("my opinion", "Soup is stirred", "Doe, Jane"):
        assert secret not in ran.err


def test_the_name_of_a_file_reaches_no_terminal_as_a_command(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a\x1b[31m.md").write_text(a_digest(("Attention", "1706.03762")))

    ran = zoterodigest("push", "a\x1b[31m.md", "-vv")

    assert ran.code == 0
    assert "a\\x1b[31m.md" in ran.err
    assert "\x1b" not in ran.err
