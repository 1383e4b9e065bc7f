"""What `--diff` shows of a plan, and how a long text comes into a pager."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, at_a_terminal
from tests.cli.test_plan_text import KEY, OTHER, a_plan, an_entry, subjects
from zoterodigest.cli.base.programs import emit_paged
from zoterodigest.cli.show.diff_text import actions_diff
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateCollection,
    CreateEntry,
    CreateItem,
    CreateNote,
    MoveEntry,
    RemoveEntry,
    RenameCollection,
    RenameHeading,
    ShowAnnotations,
    TrashItem,
    TrashNote,
)
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import EMPTY, Blocks, Fields, Item, Names

PAPERS = DigestKey("papers.md")


def shown(*actions: Action) -> list[str]:
    plan = a_plan(*actions)
    return [line for line in actions_diff(plan, subjects(plan)) if line]


def changed(before: Fields, after: Fields) -> list[str]:
    return shown(ChangeEntry(an_entry(), "zd-1", before, after))[2:]


def test_each_changed_field_has_what_was_removed_and_added_marked() -> None:
    before: Fields = {"title": "Small Lenses", "venue": "ICML", "year": "2023"}
    after: Fields = {"title": "Large Lenses", "venue": EMPTY, "task": "optics"}

    assert changed(before, after) == [
        "    title  [-Small-] {+Large+} Lenses",
        "    venue  [-ICML-]",
        "    task   {+optics+}",
    ]


def test_of_a_list_of_names_each_one_is_shown() -> None:
    people = [f"Ada {letter}. Lovelace" for letter in "ABCDEFGHIJKLMNOP"]
    later = [*people[:8], "Grace Hopper", *people[9:]]

    lines = changed({"authors": Names(tuple(people))}, {"authors": Names(tuple(later))})

    text = " ".join(" ".join(lines).split())
    assert [text.count(f"Ada {letter}. Lovelace") for letter in "ABCDEFGHJKLMNOP"] == [1] * 15
    assert "[-Ada I. Lovelace-]{+Grace Hopper+}, Ada J. Lovelace" in text


def test_of_a_long_summary_only_the_changed_words_and_what_is_around_them_is_shown() -> None:
    lines = [f"- Line {n} of the summary." for n in range(1, 30)]
    long = "word " * 60
    before = Blocks((*lines[:15], f"- {long}old {long}", *lines[15:]))
    after = Blocks((*lines[:15], f"- {long}new {long}", *lines[15:]))

    assert changed({"summary": before}, {"summary": after}) == [
        "    summary  … 14 equal lines",
        "             - Line 15 of the summary.",
        "             … word word word word word word word [-old-] {+new+} word word word",
        "             word word word word word …",
        "             - Line 16 of the summary.",
        "             … 13 equal lines",
    ]


def test_a_long_name_of_a_field_stands_above_its_value() -> None:
    lines = changed({}, {"section:What this paper adds to the others": Blocks(("Much.",))})

    assert lines == ["    What this paper adds to the others", "                      {+Much.+}"]


def test_a_move_shows_where_from_and_where_to() -> None:
    moved = ChangeItem(KEY, 1, {}, {}, ("zd-1",), placed=("IIII2222",), unplaced=("VVVV2222",))

    lines = shown(MoveEntry(an_entry(), "zd-1", ("Vision",)), moved)

    assert lines == [
        "Into the library, word by word",
        "  item  AAAA2222  A Paper",
        "    collections  Vision {+/ Images+}",
        "Into the digests, word by word",
        "  papers.md:8  A Paper",
        "    under  [-no heading-]{+Vision+}",
    ]


def test_what_happens_to_an_entry_is_shown_also_if_its_name_is_cut() -> None:
    entry = replace(an_entry(), digest=DigestKey(f"Papers/{'long ' * 30}.md"))

    _, removed, marked = shown(
        RemoveEntry(entry, "zd-1"), ShowAnnotations(entry, "zd-1", refreshed=("MARK2222",))
    )

    assert removed.startswith("  removed entry  Papers/long ")
    assert marked.startswith("  annotations, 1 changed  Papers/long ")


EVERY_ACTION: tuple[Action, ...] = (
    CreateCollection("VVVV2222", "Vision", None, PAPERS, ()),
    RenameCollection("VVVV2222", 1, "Seeing", "Vision"),
    CreateItem("CCCC2222", {"title": "A New One"}, ("zd-1",)),
    ChangeItem(KEY, 1, {"title": "A Paper"}, {"title": "Paper"}, ("zd-1",)),
    TrashItem(KEY, 1, "zd-1"),
    CreateNote("NTNT2222", KEY, "zd-1", PAPERS, {"summary": Blocks(("New.",))}),
    ChangeNote("NTNT2222", 1, KEY, "zd-1", PAPERS, {}, {"summary": Blocks(("New.",))}),
    TrashNote("NTNT2222", 1, KEY, "zd-1", PAPERS),
    ChangeEntry(an_entry(), "zd-1", {}, {"title": "New"}),
    ShowAnnotations(an_entry(), "zd-1", ("ANNO2222",)),
    CreateEntry(PAPERS, "zd-2", Item(OTHER, 1, {}, {}), ("Vision",), {"title": "Another"}),
    RemoveEntry(an_entry(), "zd-1"),
    MoveEntry(an_entry(), "zd-1", ("Vision",)),
    RenameHeading(PAPERS, ("Vision",), "Vision", "Seeing"),
)


def test_every_kind_of_action_is_shown_with_its_subject() -> None:
    kinds = {kind for group in get_args(Action) for kind in (get_args(group) or (group,))}
    assert {type(action) for action in EVERY_ACTION} == kinds

    for action in EVERY_ACTION:
        _, subject, *_ = shown(action)
        assert subject.strip()


def test_a_text_longer_than_the_terminal_goes_through_the_pager(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setenv("PAGER", f"cat > '{tmp_path / 'paged'}'")

    emit_paged(["short"])
    emit_paged(["a line"] * 10)

    assert capsys.readouterr().out == "short\n"
    assert (tmp_path / "paged").read_text() == "a line\n" * 10


@pytest.mark.parametrize(
    "command", ["ls", "ls attention", "citekeys list", "inspect papers.md", "docs recipes"]
)
def test_what_may_be_long_goes_through_the_pager(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    zoterodigest("push", "papers.md", "--yes", "--offline")
    at_a_terminal(monkeypatch)
    monkeypatch.setenv("LINES", "3")
    monkeypatch.setenv("PAGER", f"cat > '{tmp_path / 'paged'}'")

    ran = zoterodigest(*command.split())

    assert (ran.code, ran.out) == (0, "")
    assert "Attention" in (tmp_path / "paged").read_text()


def test_a_text_that_no_pager_shows_is_printed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("LINES", "2")
    monkeypatch.setenv("PAGER", "no-such-pager --of-mine")

    emit_paged(["one", "two"])

    out, err = capfd.readouterr()
    assert out == "one\ntwo\n"
    assert "$PAGER names no program that could be run: no-such-pager --of-mine" in err


def test_a_blank_pager_is_no_pager(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("LINES", "2")
    monkeypatch.setenv("PAGER", " ")

    emit_paged(["one", "two"])

    assert capfd.readouterr().out == "one\ntwo\n"
