"""Waiting for a server is told where a person looks."""

from __future__ import annotations

import pytest

from zoterodigest.cli.base.talk import Countdown


def test_without_a_terminal_a_wait_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Countdown()(0.001, "the server asks for a pause")

    assert capsys.readouterr().err == "the server asks for a pause: waiting 1 s\n"


def test_what_is_shown_counts_down_and_is_then_as_before() -> None:
    shown: list[str] = []
    countdown = Countdown()

    with countdown.shown_by(shown.append):
        countdown(0.001, "the library is locked")

    assert shown == [" (the library is locked: 1 s)", ""]


def test_after_the_block_it_is_told_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []
    countdown = Countdown()
    with countdown.shown_by(shown.append):
        pass

    countdown(0.001, "busy")

    assert shown == []
    assert "busy" in capsys.readouterr().err
