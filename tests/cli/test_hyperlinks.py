"""Items and files that a terminal shows are hyperlinks where it can, and never in a pipe."""

from __future__ import annotations

from io import StringIO

import pytest

from zoterodigest.cli.base.hyperlinks import Hyperlinks, shows_hyperlinks
from zoterodigest.cli.base.screen import cut, emit, linking, styled, visible

FILE = "file:///home/ada/papers.md"
LINKS = Hyperlinks({"papers.md": FILE, "Papers/a b.md": FILE}, lambda key: f"zotero:{key}")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def shown(line: str) -> str:
    """Return a line with its links as `<address|text>`."""
    text = LINKS(line).replace("\x1b]8;;\x1b\\", ">").replace("\x1b]8;;", "<")
    return text.replace("\x1b\\", "|")


@pytest.mark.parametrize(
    ("environment", "is_shown"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "6800"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4200"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-256color", "WT_SESSION": "1"}, True),
        ({"TERM": "xterm-256color", "FORCE_HYPERLINK": "1"}, True),
        ({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb", "FORCE_HYPERLINK": "1"}, False),
    ],
)
def test_only_a_terminal_that_shows_hyperlinks_gets_them(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], is_shown: bool
) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert shows_hyperlinks(Terminal(), environment) is is_shown
    assert not shows_hyperlinks(StringIO(), environment)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("    papers.md:8  A Paper", f"    <{FILE}|papers.md>:8  A Paper"),
        ("  papers.md", f"  <{FILE}|papers.md>"),
        ("papers.md: 2 entries", f"<{FILE}|papers.md>: 2 entries"),
        ("    Papers/a b.md:1  A Paper", f"    <{FILE}|Papers/a b.md>:1  A Paper"),
        ("    k3fq  papers.md:8  A Paper", f"    k3fq  <{FILE}|papers.md>:8  A Paper"),
        ("    other.md:8  A Paper on papers.md", "    other.md:8  A Paper on papers.md"),
        ("  ABCD2345  A Paper  Ada", "  <zotero:ABCD2345|ABCD2345>  A Paper  Ada"),
        ("ABCD2345, book, version 3", "<zotero:ABCD2345|ABCD2345>, book, version 3"),
        ("    papers.md  A Paper (ABCD2345)",
         f"    <{FILE}|papers.md>  A Paper (<zotero:ABCD2345|ABCD2345>)"),
        ("    A LEARNING MACHINE ABCD2345", "    A LEARNING MACHINE ABCD2345"),
        ("", ""),
    ],
)  # fmt: skip
def test_files_and_items_are_links_where_a_line_names_them(line: str, expected: str) -> None:
    assert shown(line) == expected


def test_a_place_in_color_is_a_link_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.delenv("NO_COLOR", raising=False)
    label = styled("k3fq", "yellow", Terminal())

    assert shown(f"    {label}  papers.md:8") == f"    {label}  <{FILE}|papers.md>:8"
    whole = styled("  papers.md:8  A Paper", "yellow", Terminal())
    assert shown(whole) == whole.replace("papers.md", f"<{FILE}|papers.md>")


def test_no_title_makes_a_link_of_its_own() -> None:
    hostile = visible("\x1b]8;;file:///etc/passwd\x1b\\x  ABCD2345  \x07")

    assert "\x1b" not in shown(cut(hostile, 60)).replace("<", "").replace(">", "")
    assert "<" not in shown(f"    Title: {hostile}")


def test_lines_get_links_only_in_the_block(capsys: pytest.CaptureFixture[str]) -> None:
    with linking(LINKS):
        emit(["  papers.md"])
    emit(["  papers.md"])

    assert capsys.readouterr().out == f"{LINKS('  papers.md')}\n  papers.md\n"
