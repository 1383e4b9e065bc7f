"""After a find-and-replace, a sort, a formatter: a kind of change is named once, with a count."""

from __future__ import annotations

import pytest

from tests.cli.test_plan_text import KEY, told
from zoterodigest.cli.base.talk import failure_lines
from zoterodigest.cli.show import plan_lines
from zoterodigest.cli.show.report_names import ReportNames
from zoterodigest.core.links.link import CollectionRow, LockRow
from zoterodigest.core.plan import reports
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    Link,
    MoveEntry,
    Plan,
    ShowAnnotations,
)
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import EMPTY, Blocks, Entry, EntryLines, Item, Members, Value
from zoterodigest.sync.run.failures import FailedRecord


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def an_entry(number: int) -> Entry:
    title = f"Paper {number}"
    place = EntryLines(number * 10, number * 10 + 5)
    return Entry(DigestKey("papers.md"), {"title": title}, {"title": title}, place=place)


def a_change(number: int, name: str, before: Value, after: Value) -> ChangeEntry:
    return ChangeEntry(an_entry(number), f"zd-{number}", {name: before}, {name: after})


def shown(*actions: Action) -> list[str]:
    rows = [LockRow(f"zd-{number}", DigestKey("papers.md"), KEY) for number in range(60)]
    links = tuple(
        Link(at, an_entry(at), Item(KEY, 1, {}, {}), row, row) for at, row in enumerate(rows)
    )
    collection_rows = (CollectionRow(DigestKey("papers.md"), ("Vision",), "VVVV2222"),)
    plan = Plan(actions, links=links, rows_before=tuple(rows), collection_rows=collection_rows)
    return list(plan_lines.as_lines(plan, ReportNames(plan, {})))


def test_a_word_replaced_everywhere_is_named_once_with_its_count() -> None:
    replaced = [
        a_change(number, "title", f"GAN for Task {number}", f"Generative Model for Task {number}")
        for number in range(38)
    ]
    other = a_change(40, "title", "An Old Title", "Another One")

    lines = shown(*replaced, other)

    assert lines == [
        "Into the digests",
        "  papers.md",
        "    changed entries         39  title: “GAN” → “Generative Model” 38",
        "                                Paper 40: title",
    ]


def test_a_task_replaced_in_many_items_is_named_once() -> None:
    changes = [
        ChangeItem(
            f"AAAA{number:04}",
            1,
            {"task": Members((f"task {number}", "SR"))},
            {"task": Members((f"task {number}", "super-resolution"))},
            (f"zd-{number}",),
        )
        for number in range(12)
    ]

    assert shown(*changes)[-1] == (
        "    changed items           12  task: “SR” → “super-resolution” 12"
    )


def test_a_line_added_and_one_removed_in_many_notes_are_named_once_each() -> None:
    def change(number: int, before: tuple[str, ...], after: tuple[str, ...]) -> ChangeNote:
        values = {"summary": Blocks(before)}, {"summary": Blocks(after)}
        return ChangeNote(f"N{number}", 1, KEY, f"zd-{number}", DigestKey("papers.md"), *values)

    text = "- what it is about"
    added = [change(number, (f"- {number}",), (f"- {number}", text)) for number in range(5)]
    removed = [change(9 + n, (f"- {n}", text), (f"- {n}",)) for n in range(4)]

    assert shown(*added, *removed)[-2:] == [
        "    changed notes            9  summary: + “- what it is about” 5",
        "                                summary: - “- what it is about” 4",
    ]


def test_many_edits_of_the_same_fields_are_named_by_their_fields() -> None:
    changes = [
        ChangeEntry(
            an_entry(number),
            f"zd-{number}",
            {"section:Idea": Blocks((f"Idea {number}",)), "section:Core": EMPTY},
            {"section:Idea": EMPTY, "section:Core": Blocks((f"Idea {number}",))},
        )
        for number in range(30)
    ]

    assert shown(*changes)[-1] == "    changed entries         30  Idea, Core 30"


def test_a_few_edits_of_one_field_are_told_by_their_titles() -> None:
    changes = [a_change(n, "title", f"A {n}", f"Other {n} words {n}") for n in range(5)]

    assert shown(*changes)[-4:] == [
        "    changed entries          5  Paper 0: title",
        "                                Paper 1: title",
        "                                Paper 2: title",
        "                                … and 2 more",
    ]


def test_entries_that_move_to_one_heading_are_named_once() -> None:
    moves = [MoveEntry(an_entry(number), f"zd-{number}", ("Vision",)) for number in range(7)]

    assert shown(*moves)[-1] == "    moved entries            7  → Vision 7"


def test_what_a_formatter_does_to_every_entry_is_reported_once() -> None:
    lost = [reports.NoLongerShown("zd-1", ("date", "venue")) for _ in range(40)]

    assert [line for line in told(*lost) if line.startswith("    ")] == [
        "    40 in papers.md: date, venue"
    ]


def test_entries_that_a_formatter_made_unreadable_are_reported_once() -> None:
    lost = [
        reports.UnreadableEntry(DigestKey("papers.md"), None, f"zd-{number}")
        for number in range(35)
    ]

    assert [line for line in told(*lost) if line.startswith("    ")] == [
        "    35 in papers.md: is in text that zoterodigest can't read"
    ]


def test_a_few_reports_of_one_kind_are_listed_one_by_one() -> None:
    found = [
        reports.NotLinked(LockRow(f"zd-{number}", DigestKey(f"{number}.md"), KEY))
        for number in range(6)
    ]

    lines = [line for line in told(*found) if line.startswith("    ")]

    assert len(lines) == 6
    assert lines[-1] == "    … and 1 more"


def test_failures_for_one_reason_are_told_once_with_their_number() -> None:
    failures = [
        FailedRecord(f"papers.md:{at}", f"Paper {at}", "title: no place") for at in range(9)
    ]
    failures.append(FailedRecord("papers.md:99", "Another", "something else"))

    assert list(failure_lines(failures)) == [
        ("papers.md:0", "Paper 0", "title: no place"),
        ("papers.md:1", "Paper 1", "title: no place"),
        ("papers.md:2", "Paper 2", "title: no place"),
        ("papers.md", "6 more", "title: no place"),
        ("papers.md:99", "Another", "something else"),
    ]


def test_files_that_fail_for_one_reason_are_told_once_with_their_number() -> None:
    reason = "cannot be written: not permitted"
    names = [f"Papers/{at}.md" for at in range(9)]
    failures = [FailedRecord(name, "", f"/home/me/{name} {reason}") for name in names]

    assert list(failure_lines(failures)) == [
        ("Papers/0.md", "", f"/home/me/Papers/0.md {reason}"),
        ("Papers/1.md", "", f"/home/me/Papers/1.md {reason}"),
        ("Papers/2.md", "", f"/home/me/Papers/2.md {reason}"),
        ("", "", f"6 more files {reason}"),
    ]


def test_papers_that_show_many_annotations_are_named_once_each() -> None:
    keys = tuple(f"MARK222{number}" for number in range(2, 6))
    some = [ShowAnnotations(an_entry(at), f"zd-{at}", added=keys) for at in range(2)]
    many = [ShowAnnotations(an_entry(at), f"zd-{at}", added=keys) for at in range(5)]

    assert [line.split("  ")[-1].strip() for line in shown(*some)[2:]] == ["Paper 0", "Paper 1"]
    assert shown(*many)[-1].strip() == "… and 2 more"
