"""A slip of the pen spoils one entry at most, and that entry is unreadable, not gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, ROOT, SHARED_DIGESTS, document, read
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import Members
from zoterodigest.digest.read.document import DigestEntry, Document, core_entry

FOLDED = ROOT / "examples" / "world-models.zh.md"
QUOTED = ROOT / "examples" / "quoted-notes.md"
TABLES = [
    path for path in EXAMPLES if b"|---" in path.read_bytes() or b"| ---" in path.read_bytes()
]


def fields_by_work(whole: Document) -> list[object]:
    """What is known of each entry that can be read, in order."""
    return [entry.reading.fields for entry in whole.entries]


def assert_one_spoilt(before: Document, after: Document, line: int) -> None:
    """At most the entry on the 0-based `line` differs, and its work is still known."""
    spoilt = next((at for at, it in enumerate(before.entries) if it.first <= line <= it.last), None)
    assert len(after.entries) == len(before.entries)
    for at, (old, new) in enumerate(zip(before.entries, after.entries, strict=True)):
        if at == spoilt:
            assert_same_or_unreadable(old, new)
        else:
            assert new.reading.fields == old.reading.fields


def assert_same_or_unreadable(old: DigestEntry, new: DigestEntry) -> None:
    """No field has another value: it is as it was, or not carried."""
    assert old.reading.identifiers & new.reading.identifiers or old.title == new.title
    entry = core_entry(DigestKey("digest.md"), new)
    for name, value in entry.fields.items():
        assert old.reading.fields.get(name) == value
    lost = old.reading.fields.keys() - entry.fields.keys()
    assert not lost or entry.is_unreadable or entry.unreadable


@pytest.mark.parametrize("number", range(24))
def test_one_deleted_end_tag_spoils_only_its_own_entry(number: int) -> None:
    source = FOLDED.read_bytes()
    ends = [found.span() for found in re.finditer(rb"</details>\n?", source)]
    start, end = ends[number]

    after = read(source[:start] + source[end:])

    line = source.count(b"\n", 0, start)
    assert_one_spoilt(document(FOLDED), after, line)
    assert sum(bool(entry.broken) for entry in after.entries) == 1


def test_a_misspelt_label_makes_its_field_unreadable_and_not_empty() -> None:
    source = QUOTED.read_bytes()
    at = source.index(b"Task: ")

    after = read(source[:at] + b"Taks: " + source[at + 6 :])

    index = next(i for i, e in enumerate(after.entries) if e.unreadable)
    before = document(QUOTED).entries[index]
    assert isinstance(before.reading.fields["task"], Members)
    assert after.entries[index].unreadable == {"task"}
    assert "task" not in core_entry(DigestKey("d.md"), after.entries[index]).fields
    assert after.entries[index].reading.fields.get("summary") == before.reading.fields.get(
        "summary"
    )
    assert_one_spoilt(document(QUOTED), after, source.count(b"\n", 0, at))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_one_missing_pipe_spoils_only_its_own_row(path: Path) -> None:
    source = path.read_bytes()
    before = document(path)
    rows = [entry for entry in before.entries if entry.format.columns is not None]
    assert rows

    for entry in rows:
        row = source[entry.span.start : entry.span.end]
        math = [found.span() for found in re.finditer(rb"\$[^$]*\$", row)]
        for found in re.finditer(rb"(?<!\\)\|", row):
            if any(start < found.start() < end for start, end in math):
                continue  # a pipe of the formula: taking it out edits the text
            at = entry.span.start + found.start()
            after = read(source[:at] + source[at + 1 :])
            assert_one_spoilt(before, after, entry.first)


def test_invalid_utf8_in_one_entry_leaves_the_others_readable() -> None:
    source = QUOTED.read_bytes()
    entry = document(QUOTED).entries[2]
    at = source.index(b"Task", entry.span.start) + 8

    after = read(source[:at] + b"\xff\xfe" + source[at:])

    (broken,) = [it for it in after.entries if it.broken]
    (problem,) = broken.problems
    line_start = source.rindex(b"\n", 0, at) + 1
    assert (problem.line, problem.column) == (source.count(b"\n", 0, at) + 1, at - line_start + 1)
    assert len(after.entries) == len(document(QUOTED).entries)


def test_invalid_utf8_in_a_title_makes_the_entry_unreadable_and_not_gone() -> None:
    source = QUOTED.read_bytes()
    at = document(QUOTED).entries[1].span.start + 6

    after = read(source[:at] + b"\xff" + source[at:])

    assert [bool(entry.broken) for entry in after.entries].index(True) == 1
    assert len(after.entries) == len(document(QUOTED).entries)


@pytest.mark.parametrize("path", [*EXAMPLES, *SHARED_DIGESTS], ids=lambda path: path.name)
def test_windows_line_endings_and_a_byte_order_mark_change_no_value(path: Path) -> None:
    source = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")

    after = read(source)

    assert fields_by_work(after) == fields_by_work(document(path))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_unclosed_fence_above_the_entries_hides_none_of_them(path: Path) -> None:
    after = read(b"~~~~\n\n" + path.read_bytes())

    assert fields_by_work(after) == fields_by_work(document(path))


def test_an_entry_in_a_code_fence_is_none() -> None:
    source = QUOTED.read_bytes()

    after = read(b"~~~~\n" + source + b"\n~~~~\n")

    assert after.entries == ()


INNER = "- **[T](https://arxiv.org/abs/2504.04603)**  `cs.CV`\n"


@pytest.mark.parametrize("end", ["", "</details>\n"])
def test_a_folded_entry_ends_before_an_entry_of_an_earlier_format_that_stands_in_it(
    end: str,
) -> None:
    outer = "<details>\n<summary><b>Outer</b></summary>\n* **Authors:** A, B\n"

    found = read(f"{outer}{INNER}{end}".encode())

    assert [(entry.title, entry.first, entry.last) for entry in found.entries] == [
        ("Outer", 0, 2),
        ("T", 3, 3),
    ]
    assert found.entries[0].broken == "an entry of another format stands in its <details>"


def test_a_list_item_ends_before_a_table_that_stands_in_its_details() -> None:
    row = "| [A b c](https://arxiv.org/abs/1706.03762) | 2024 |\n"
    item = "- [X y z](https://arxiv.org/abs/2504.04603), ICML 2020.\n<details>\n\n"

    found = read(f"{item}| Title | Date |\n|---|---|\n{row}\n</details>\n".encode())

    assert [(entry.title, entry.first) for entry in found.entries] == [("X y z", 0), ("A b c", 5)]
    assert found.entries[0].last < 5
