"""One run at a time works on a project; a killed one holds nothing."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pytest

from tests.project.unprivileged import REPOSITORY, run_as_nobody
from zoterodigest.project.running import AlreadyRunning, note_run, running

HOLD = """
import sys, time
from pathlib import Path
from zoterodigest.project.running import running
with running(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def another_run(state_folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(state_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_state_folder_is_created_and_hidden_from_git(tmp_path: Path) -> None:
    with running(tmp_path / ".zoterodigest"):
        assert (tmp_path / ".zoterodigest" / ".gitignore").read_text() == "*\n"


def test_a_second_run_is_told_the_process_of_the_first(tmp_path: Path) -> None:
    with (
        another_run(tmp_path / "state") as other,
        pytest.raises(AlreadyRunning) as caught,
        running(tmp_path / "state"),
    ):
        pass

    assert f"(process {other.pid})" in str(caught.value)
    assert caught.value.exit_code == 17


def test_a_killed_run_does_not_block_the_next(tmp_path: Path) -> None:
    with another_run(tmp_path / "state") as other:
        other.send_signal(signal.SIGKILL)
        other.wait()

        with running(tmp_path / "state"):
            pass


def test_runs_follow_one_another_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), running(tmp_path / "state"):
        _ = 1 / 0

    with running(tmp_path / "state"):
        pass


def test_two_runs_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    with running(tmp_path / "state"), pytest.raises(AlreadyRunning), running(tmp_path / "state"):
        pass


class _FullInTheEnd(FileIO):
    """A file that cannot be truncated once something was written into it."""

    def truncate(self, size: int | None = None, /) -> int:
        if self.tell():
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().truncate(size)


def test_a_disk_that_fails_when_a_run_ends_does_not_hide_why_the_run_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fdopen", lambda number, *_, **__: _FullInTheEnd(number, "r+b"))

    with running(tmp_path / "state"):
        pass
    with pytest.raises(ZeroDivisionError), running(tmp_path / "state"):
        _ = 1 / 0


def test_a_read_only_folder_cannot_be_held_and_is_left_without_a_trace(open_folder: Path) -> None:
    open_folder.chmod(0o555)

    run = run_as_nobody(
        "try:\n    with running(path): pass\n"
        "except ZoterodigestError as error: sys.exit(f'{error.exit_code} {error}')",
        open_folder / ".zoterodigest",
    )

    assert run.stderr == f"15 {open_folder}/.zoterodigest cannot be written: not permitted\n"
    assert list(open_folder.iterdir()) == []


def test_an_undo_that_goes_on_with_a_killed_one_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state_folder = tmp_path / ".zoterodigest"
    with running(state_folder, "undo"):
        note_run(state_folder, 7)
        held = (state_folder / "running").read_bytes()
    (state_folder / "running").write_bytes(held)  # what a killed run leaves

    with caplog.at_level(logging.INFO), running(state_folder, "undo"):
        pass

    assert "This run goes on with run 7" in caplog.text
