"""The hour in minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hour.hour import run


@pytest.mark.deep
def test_no_edit_beside_watch_is_lost_and_only_true_conflicts_are_left(tmp_path: Path) -> None:
    assert run(minutes=2, edits=40, idle=20, seed=3, folder=tmp_path) == []
