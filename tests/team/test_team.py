"""Three clones and a Zotero share a group: nothing is doubled, no edit is lost, all agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.team.play import play


def test_a_team_that_syncs_at_the_same_time_agrees_in_the_end(tmp_path: Path) -> None:
    assert play(tmp_path, seed=1, edits=6).codes[0]


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 6))
def test_a_team_that_edits_for_long_agrees_in_the_end(tmp_path: Path, seed: int) -> None:
    assert play(tmp_path, seed, edits=200, has_desktop=seed % 2 == 0).codes[0]
