"""`watch` learns from the system which files change, or reports that the system can't tell."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import pytest

from tests.processes import ended, started
from zoterodigest.sync.watching.noticing import CannotWatch, Noticing
from zoterodigest.sync.watching.watched import Watched

_NEW_USERS = 0x10000000
_NOT_ALLOWED = 77

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of inotify")


def notice_within(limit: str, folder: Path, said: Path) -> None:
    """Watch a folder and its tree where the system allows no watch, and keep the messages."""
    try:
        assert ctypes.CDLL(None).unshare(_NEW_USERS) == 0
        Path(f"/proc/sys/user/max_inotify_{limit}").write_text("0")
    except (AssertionError, OSError):
        sys.exit(_NOT_ALLOWED)
    watched = Watched(frozenset(), frozenset({folder}), {}, (), ())
    try:
        with Noticing(watched, folder, print):
            pass
    except CannotWatch as error:
        said.write_text(f"{error}\n{error.hint}")


@pytest.mark.parametrize("limit", ["watches", "instances"])
def test_a_limit_of_the_system_is_said_and_how_to_raise_it(limit: str, tmp_path: Path) -> None:
    said = tmp_path / "said"
    said.touch()

    if ended(started(notice_within, limit, tmp_path, said)) == _NOT_ALLOWED:
        pytest.skip("nobody may lower the limits here")

    sentence, hint = said.read_text().splitlines()
    assert sentence.startswith("the system does not tell which files change (")
    assert "[" not in sentence
    assert f"fs.inotify.max_user_{limit}=" in hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_keeps_nobody_from_watching_the_others(
    tmp_path: Path,
) -> None:
    (tmp_path / "locked").mkdir(mode=0)
    watched = Watched(frozenset(), frozenset({tmp_path}), {}, (), ())

    with Noticing(watched, tmp_path, print) as noticing:
        assert not noticing.is_outdated

    (tmp_path / "locked").chmod(0o700)
