"""Tests that run side by side in forks: what fails there fails, and none is left out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forks import shares

ROOT = Path(__file__).resolve().parents[1]
TESTS = """\
import os
import pytest

@pytest.fixture
def broken():
    yield
    raise ValueError("as it is cleared up")

@pytest.mark.parametrize("number", range(40))
def test_many(number, tmp_path):
    (tmp_path / "file").write_text("text")

def test_fails():
    print("said before")
    assert False, "it is false"

def test_is_cleared_up(broken): ...

@pytest.mark.xfail(strict=True)
def test_passes(): ...

@pytest.mark.xfail
def test_is_known_to_fail():
    assert False

@pytest.mark.skip
def test_is_skipped(): ...
"""
DYING = "import os\n\ndef test_dies():\n    os._exit(0)\n\ndef test_other(): ...\n"
LATE = """\
import pytest

def test_passes(request):
    def fail():
        raise ValueError("too late")
    request.config.add_cleanup(fail)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")


def ran(folder: Path, tests: str, *options: str) -> tuple[int, str]:
    """Run tests in two forks; return the exit code and what is printed."""
    (folder / "test_some.py").write_text(tests, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -q\n", "utf-8")
    words = [sys.executable, "-m", "pytest", "-p", "tests.forks", "--forks=2", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return told.returncode, told.stdout + told.stderr


def test_what_fails_in_a_fork_fails_and_is_run_again(tmp_path: Path) -> None:
    code, told = ran(tmp_path, TESTS)

    assert code == pytest.ExitCode.TESTS_FAILED
    assert "2 failed, 41 passed, 1 skipped, 1 xfailed, 1 error" in told
    assert "said before" in told
    named = re.findall(r"^(?:FAILED|ERROR) test_some\.py::(\w+)", told, re.MULTILINE)
    assert sorted(named) == ["test_fails", "test_is_cleared_up", "test_passes"]

    again = ran(tmp_path, TESTS, "--last-failed")[1]
    assert "2 failed, 1 passed, 1 error" in again


def test_a_test_that_ends_its_process_fails(tmp_path: Path) -> None:
    code, told = ran(tmp_path, DYING)

    assert code == pytest.ExitCode.INTERRUPTED
    assert "FAILED test_some.py::test_dies - The process of this test ended" in told


def test_a_failure_after_the_last_test_fails_the_run(tmp_path: Path) -> None:
    code, told = ran(tmp_path, LATE)

    assert code == pytest.ExitCode.INTERRUPTED
    assert "too late" in told


@pytest.mark.parametrize("tests", [0, 1, 2, 17, 12_345])
def test_each_test_is_in_one_share(tests: int) -> None:
    found = shares(tests, 2)

    assert [number for share in found for number in share] == list(range(tests))
    assert all(found)
