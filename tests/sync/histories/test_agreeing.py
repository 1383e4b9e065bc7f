"""The law about needless conflicts finds a base that never moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.sync.histories.model import Violation
from tests.sync.histories.play import History, Step, fast_and_alike, play
from zoterodigest.core.links.bases import recorded
from zoterodigest.core.links.link import LockRow
from zoterodigest.core.reconcile import settle


def test_a_base_that_never_moves_makes_a_needless_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def recorded_once(known: LockRow, *ends: Any, **options: Any) -> LockRow:
        now = recorded(known, *ends, **options)
        return replace(now, bases={**now.bases, **known.bases})

    history = History((Step("edit markdown", 0, (0, 0, 0)),), is_planned=True)
    with fast_and_alike() as room:
        assert play(history, room) is None
        monkeypatch.setattr(settle, "recorded", recorded_once)
        found = play(history, room)

    assert found is not None
    assert isinstance(found[0], Violation)
    assert "a needless conflict of the title" in str(found[0])
