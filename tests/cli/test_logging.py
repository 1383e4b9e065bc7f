"""What a run tells a log of its files: names, sizes and what it recovers; never what they say."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest
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
    assert ours(caplog, logging.INFO) == []


def test_what_is_recovered_is_logged_as_information(
    zoterodigest: Zoterodigest, killed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = killed / STATE / ".zoterodigest-0123456789abcdef.tmp"
    left.write_bytes(b"half")

    zoterodigest("sync", "--yes")

    assert ours(caplog, logging.INFO) == [
        "A run was killed: with its journal, 11 links become 12",
        "The last run that wrote, sync, was killed",
        f"Removed what a killed run left: {left}",
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

    assert (ran.code, ran.err) == (0, "")
