"""A notice on the desktop: shown by what the system has, and never read as markup or a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoterodigest.cli.base.programs import show_notice

SHOWS = '#!/bin/sh\nfor one in "$@"; do echo "$one" >> "$0.shown"; done\nexit 1\n'


def a_program(folder: Path, name: str) -> Path:
    """Make a program that keeps what it was given, and fails."""
    path = folder / name
    path.write_text(SHOWS)
    path.chmod(0o755)
    return path.with_name(f"{name}.shown")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("notify-send", ["--", "zoterodigest", "&lt;b&gt; needs you"]), ("osascript", ["end run"])],
)
def test_a_notice_is_shown_by_the_program_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, shown: list[str]
) -> None:
    kept = a_program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))

    show_notice("<b> needs you")

    lines = kept.read_text().splitlines()
    if name == "osascript":
        shown = [*shown, "<b> needs you", "zoterodigest"]
    assert lines[-len(shown) :] == shown


def test_where_nothing_shows_a_notice_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    show_notice("papers needs you")

    assert list(tmp_path.iterdir()) == []
