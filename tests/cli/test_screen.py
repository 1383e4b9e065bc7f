"""What reaches the screen: safe, cut to the width, without loss in JSON."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from zoterodigest.cli.base import screen
from zoterodigest.cli.base.tables import Column, table, table_by_column
from zoterodigest.cli.show.encoder import json_text
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import EMPTY, Names

ANY_TEXT = st.text(st.characters(categories=None)) | st.text("ab \n\t\x1b\x9b\u202e\u2066世\ud800")


def _obeyed(text: str) -> list[str]:
    bidirectional = "\u200e\u200f\u061c\u2028\u2029"
    return [
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cs")
        or char in bidirectional
        or unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI")
        or unicodedata.bidirectional(char) in ("FSI", "PDI")
    ]


@given(ANY_TEXT)
def test_shown_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    assert _obeyed(screen.visible(text)) == []
    assert _obeyed("".join(screen.visible_lines(text))) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 世界 and 👩‍🔬", "plain, 世界 and 👩‍🔬"),
        ("a\u200dhidden\u200c joiner", "a\\u200dhidden\\u200c joiner"),
        ("क्\u200dष and می\u200cخواهم", "क्\u200dष and می\u200cخواهم"),
        ("red \x1b[31m", "red \\x1b[31m"),
        ("right \u202e left", "right \\u202e left"),
        ("two\nlines\tof it", "two lines of it"),
        ("file \udcff name", "file \\xff name"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("[bold]no markup[/bold]", "[bold]no markup[/bold]"),
    ],
)
def test_text_is_shown_on_one_line_with_escapes(text: str, shown: str) -> None:
    assert screen.visible(text) == shown


@given(st.lists(ANY_TEXT))
def test_json_comes_back_unchanged_and_is_safe_to_show(texts: list[str]) -> None:
    text = json_text(texts)

    assert json.loads(text) == texts
    assert _obeyed(text.replace("\n", "")) == []


def test_json_takes_values_of_the_core_wherever_they_stand() -> None:
    conflict = {"markdown": Names(("A. Person",), truncated=True), "zotero": EMPTY}

    text = json_text({"conflicts": [conflict], "ids": {Identifier("arxiv", "1706.03762")}})

    assert json.loads(text) == {
        "conflicts": [{"markdown": {"people": ["A. Person"], "truncated": True}, "zotero": None}],
        "ids": ["arxiv:1706.03762"],
    }


def test_json_is_plain_unicode_with_one_member_a_line() -> None:
    text = json_text({"entries": [{"title": "世界"}, {"title": "é"}], "skipped": []})

    assert text.split("\n") == [
        "{",
        '"entries": [',
        '{"title": "世界"},',
        '{"title": "é"}',
        "],",
        '"skipped": []',
        "}",
    ]


@given(
    st.lists(st.tuples(st.text("ab世 ", max_size=90), st.text("c界", max_size=30))),
    st.integers(40, 120),
)
def test_a_table_never_exceeds_the_width(rows: list[tuple[str, str]], columns: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))

        lines = table((Column("title"), Column("id", 12)), rows)

    assert max(map(cell_len, lines)) <= columns
    assert len(lines) == len(rows) + 1


@pytest.mark.parametrize("columns", [60, 80])
def test_a_table_whose_columns_are_all_limited_fits_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    limits = (8, 0, 16, 18, 6)
    heads = [Column("c" * 4, limit) for limit in limits]

    lines = table(heads, [["x" * 40] * len(limits)])

    assert max(map(cell_len, lines)) <= columns


def test_a_column_that_may_go_makes_room_for_titles_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heads = [Column("title"), Column("creators", 20, may_go=True)]
    row = ["A Title That Needs Some Room", "Somebody and 20 more"]

    def headings(columns: int) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        return table(heads, [row])[0]

    assert [headings(columns).split() for columns in (44, 60)] == [["title"], ["title", "creators"]]


@pytest.mark.parametrize("columns", [60, 80])
def test_a_whole_column_is_never_cut(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    heads = [Column("key", is_whole=True), Column("from", 11), Column("title")]
    key = "aVeryLongCitationKeyThatSomebodyCopies" * 2

    lines = table(heads, [[key, "provisional", "t" * 50]])

    assert key in lines[1]


def test_a_long_cell_of_a_whole_column_takes_room_from_the_last_of_its_row_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    heads = [Column("key", 20, is_whole=True), Column("title")]
    keys = ("a" * 20, "b" * 30, "c" * 58)

    _, *lines = table(heads, [[key, "t" * 50] for key in keys], indent=0)

    assert lines == [
        f"{'a' * 20}  {'t' * 37}…", f"{'b' * 30}  {'t' * 27}…", "c" * 58
    ]  # fmt: skip


@pytest.mark.parametrize(("columns", "widest"), [("", 310), ("60", 60)])
def test_in_a_pipe_no_cell_is_cut_but_for_who_asks_for_a_width(
    monkeypatch: pytest.MonkeyPatch, columns: str, widest: int
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    heads = [Column("key"), Column("title")]

    with screen.uncut_in_a_pipe():
        _, line = table(heads, [["k" * 8, "t" * 300]], indent=0)

    assert len(line) == widest
    assert screen.width() <= 80


def test_a_cut_cell_says_so_and_wide_characters_count_as_two() -> None:
    assert screen.cut("abcdef", 4) == "abc…"
    assert screen.cut("世界你好", 6) == "世界…"
    assert screen.cut("世界", 4) == "世界"


def test_hanging_lines_stand_under_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    lines = screen.hanging("  name  ", "word " * 20)

    assert lines[0].startswith("  name  word")
    assert all(re.match(" {8}word", line) for line in lines[1:])
    assert max(map(len, lines)) <= 40


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "shown"),
    [(Terminal(), "a \\u202e b\n    c\n"), (io.StringIO(), "a \u202e b\n\tc\n")],
)
def test_a_file_is_safe_on_a_terminal_and_itself_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: str
) -> None:
    monkeypatch.setattr("sys.stdout", stream)

    screen.emit_text("a \u202e b\n\tc\n")

    assert stream.getvalue() == shown


def test_a_title_of_any_length_leaves_room_for_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen.tell_failure("papers.md:3", "very " * 14_400, "Zotero refused it")

    told = capsys.readouterr().err
    assert len(told) < 600
    assert told.startswith("error: papers.md:3: very very")
    assert told.endswith("…: Zotero refused it\n")


def test_an_error_of_any_length_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    screen.tell_error("no " * 30_000, "do " * 30_000)

    assert len(capsys.readouterr().err) < 4_100


def test_an_error_calls_files_as_from_the_current_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    for name in ("here/a b.md", "here/sub/c.md", "hereafter.md"):
        screen.tell_error(f"refs.bib: {tmp_path / name}:1: no such file")

    assert capsys.readouterr().err.splitlines() == [
        "error: refs.bib: a b.md:1: no such file",
        "error: refs.bib: sub/c.md:1: no such file",
        f"error: refs.bib: {tmp_path / 'hereafter.md'}:1: no such file",
    ]


def test_an_error_and_its_hint_fit_a_terminal_and_are_a_line_each_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = "refs.bib is not written by zoterodigest, and another file of that name is in the way"
    hint = "Give another name, or --overwrite to replace it; entries are added to a .bib only."
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    screen.tell_error(error, hint)
    piped = capsys.readouterr().err
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    screen.tell_error(error, hint)

    assert piped.splitlines() == [f"error: {error}", f"hint: {hint}"]
    assert max(map(len, terminal.getvalue().splitlines())) <= 60
    assert " ".join(terminal.getvalue().split()) == f"error: {error} hint: {hint}"


@given(
    st.lists(st.text("ab-\u5b57\U0001f600", min_size=1, max_size=9), min_size=1),
    st.integers(20, 40),
)
def test_a_plain_text_is_wrapped_as_rich_wraps_it(words: list[str], room: int) -> None:
    filled = screen._filled(words, room)

    assert filled == [line.rstrip() for line in screen._broken(" ".join(words), room)]


@pytest.mark.parametrize("count", [1, 999, 1_000, 2_001])
def test_a_table_is_the_same_by_row_and_by_column(count: int) -> None:
    columns = Column("n", 6), Column("title"), Column("creators", 5, may_go=True)
    titles = ["narrow", "字" * 40, "a title that is longer than any other one " * 3]
    rows = [(str(at), titles[at % 3], "Ada") for at in range(count)]

    by_row = table(columns, rows)

    assert table_by_column(columns, list(zip(*rows, strict=True))) == by_row
    assert len(by_row) == count + 1
