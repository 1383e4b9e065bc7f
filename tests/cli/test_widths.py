"""What commands show fits terminals of 60 to 200 columns, also without colors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.cli.conftest import Zoterodigest, a_digest, at_a_terminal, edited_item
from tests.cli.test_push import ATTENTION, RESNET
from tests.terminal import readable

LONG = "Lists/Papers on the restoration of images and videos.md"
CODE = "https://github.com/somebody/a-repository-with-a-long-name"
TAGS = "to read before the seminar", "cited in the second chapter", "attention"
SHOWN: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("help", "citekeys"),
    ("formats",),
    ("docs",),
    ("status",),
    ("ls",),
    ("show", "attention"),
    ("plan", "--offline"),
    ("plan", "--diff", "--offline"),
    ("conflicts",),
    ("log",),
    ("log", "1"),
    ("log", "2"),
    ("undo", "2", "--dry-run"),
    ("remove", "--dry-run"),
    ("published", "--offline"),
    ("citekeys", "list"),
    ("stats",),
    ("doctor",),
    ("inspect", LONG),
)


def _is_copied(line: str) -> bool:
    """Tell whether a line holds what people copy: it stays whole, however narrow the terminal."""
    return "zoterodigest " in line or "://" in line or LONG in line


@pytest.mark.parametrize(
    "widths",
    [
        pytest.param((60, 200), id="some"),
        pytest.param((60, 80, 120, 200), id="all", marks=pytest.mark.deep),
    ],
)
def test_no_line_is_longer_than_a_terminal_that_wants_no_color(
    zoterodigest: Zoterodigest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    widths: Sequence[int],
) -> None:
    digest = tmp_path / LONG
    digest.parent.mkdir()
    text = a_digest(ATTENTION, RESNET).replace(
        "arxiv.org/abs/1706.03762)", "arxiv.org/abs/1706.03762), [code]({CODE})"
    )
    digest.write_text(text.format(CODE=CODE), encoding="utf-8")
    zoterodigest("init", LONG)
    monkeypatch.setenv("NO_COLOR", "1")
    zoterodigest("push", "--yes", "--offline")
    zoterodigest("tag", "attention", *(f"+{one}" for one in TAGS))
    by_ada = text.format(CODE=CODE).replace(
        RESNET[0], "Residual Learning, as Ada Calls It in Her Own Long Words"
    )
    digest.write_text(by_ada.replace("What it does", "What it really does"), encoding="utf-8")
    edited_item(
        tmp_path, RESNET[0], title="Residual Learning, as Ben Calls It in His Own Long Words"
    )

    shown = {}
    for columns in widths:
        at_a_terminal(monkeypatch, columns=columns)
        for command in SHOWN:
            ran = zoterodigest(*command)
            assert "\x1b" not in ran.out, command
            shown[columns, command] = f"{ran.out}{readable(ran.err)}"

    assert [
        (command, columns, line)
        for (columns, command), text in shown.items()
        for line in text.splitlines()
        if cell_len(line) > columns and not _is_copied(line)
    ] == []
    for columns in widths:
        assert CODE in shown[columns, ("show", "attention")]
        assert f"{LONG}:" in shown[columns, ("status",)]
    # No word is cut without a sign, whatever the width.
    for (columns, command), text in shown.items():
        whole = {word for word in text.split() if "…" not in word and "█" not in word}
        assert whole - {*shown[200, command].split()} == set(), (command, columns)
