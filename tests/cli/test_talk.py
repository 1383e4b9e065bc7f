"""What lasts is shown where a person looks: the work, and the wait for a server."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, at_a_terminal
from tests.terminal import readable
from zoterodigest.cli.base import talk
from zoterodigest.cli.base.talk import Countdown, busy, countdown


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


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_work_only_once_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(talk, "_MOMENT", 0.02)

    with busy("Thinking"):
        pass
    shown_at_once = terminal.getvalue()
    with busy("Reading [the] library"):
        _until_shown(terminal, "Reading [the] library")
        countdown(0, "allow it in Zotero")
        _until_shown(terminal, "Reading [the] library (allow it in Zotero)")
        countdown(0, "")

    assert shown_at_once == ""
    assert readable(terminal.getvalue()) == ""  # it is taken back


def test_nobody_sees_work_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(talk, "_MOMENT", 0)

    with busy("Thinking"):
        time.sleep(0.01)

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("line", "work"),
    [
        ("init papers.md", "Reading digests"),
        ("inspect refs.bib", "Reading notes, Reading digests, Reading bibliographies"),
        ("check-cites main.tex refs.bib", "Reading documents, Reading bibliographies"),
        ("export papers.md -o new.bib", "Reading digests"),
        ("formats check papers.md", "Reading the entries, Editing entries"),
        ("add 1706.03762 --to papers.md --offline", "Reading digests"),
    ],
)
def test_a_terminal_shows_the_work_of_commands_that_read_much(
    zoterodigest: Zoterodigest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    line: str,
    work: str,
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention", "1706.03762")), encoding="utf-8")
    (tmp_path / "refs.bib").write_text("@misc{known,\n  title = {A}\n}\n", encoding="utf-8")
    (tmp_path / "main.tex").write_text("\\cite{known}\n", encoding="utf-8")
    shown: list[str] = []
    at_a_terminal(monkeypatch)
    monkeypatch.setattr(talk._Spinner, "__init__", lambda _, what: shown.append(what))
    monkeypatch.setattr(talk._Spinner, "__enter__", lambda spinner: spinner)
    monkeypatch.setattr(talk._Spinner, "__exit__", lambda *_: None)

    zoterodigest(*line.split())

    assert ", ".join(shown) == work


def _until_shown(terminal: Terminal, text: str) -> None:
    for _ in range(1_000):
        if text in readable(terminal.getvalue()):
            return
        time.sleep(0.01)
    raise AssertionError(f"{text} is not shown: {terminal.getvalue()}")
