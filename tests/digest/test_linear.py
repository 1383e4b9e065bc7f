"""Reading takes linear time, whatever the digest: four times the bytes, four times the work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.digest.corpus import read_anew
from tests.digest.vault_notes import read_file
from zoterodigest.core.values.record import Blocks, Fields
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.blocks import blocks_text
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.respelled import respellings

NOTE = b"> **T**\n> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2504.18524)\n"
FOLDED = b"<details>\n<summary><b>T</b></summary>\n* **Authors:** A\n"
ITEM = b"- [A Title](https://arxiv.org/abs/1706.03762) "
TABLE = b"| Title | Abstract |\n|---|---|\n"
ROW = TABLE + b"| a |"

REPEATED = {
    "quoted bold lines": b"> **a**\n",
    "bold lines": b"**a**\n",
    "bare details": b"<details>\n",
    "details on one line": b"<details>",
    "cut tags": b"<details",
    "heads of details": b"<details><summary><b>T</b></summary>\n",
    "end tags": b"</details>\n",
    "pipes": b"|",
    "brackets": b"[",
    "links cut off": b"- [a](\n",
    "headings": b"# H\n",
    "headings and items": b"# H\n" + ITEM + b"\n",
    "items": ITEM + b"\n",
    "items with open details": ITEM + b"<details>\n",
    "topics": b"- **Some topic**\n",
    "unclosed fences": b"~~~~x\n```x\n",
    "unclosed comments": b"<!--\n",
    "closed comments before text": b"<!-- --> x\n",
    "rules": b"---\n",
    "blank lines": b"\n",
    "blanks": b" ",
    "stars": b"*",
    "table heads": b"| Title |\n|---|\n",
    "invalid bytes": b"- [A\xff](https://arxiv.org/abs/1706.03762)\n",
    "carriage returns": ITEM + b"\r\n",
}
WITHIN = {
    "a quoted summary": (NOTE, b"> - x\n", b""),
    "a quoted summary in CRLF": (NOTE.replace(b"\n", b"\r\n"), b"> - x\r\n", b""),
    "misspelt labels": (NOTE, b"> Tsak: x\n", b""),
    "sections": (FOLDED, b"<details>\n<summary>A</summary>\nx\n</details>\n", b"</details>\n"),
    "quoted sections": (FOLDED, b"> **A**\n> x\n\n", b"</details>\n"),
    "open details": (FOLDED, b"<details>\n", b""),
    "open summaries": (FOLDED, b"<details><summary>x\n", b"</details>\n"),
    "stray end tags": (FOLDED, b"</details>\n", b""),
    "details below an item": (ITEM + b"\n", b"  <details>\n  x\n  </details>\n", b""),
    "links of an item": (ITEM, b"[x](https://arxiv.org/abs/1706.03762) ", b"\n"),
    "italics of an item": (ITEM, b"*Ada B*, ", b"\n"),
    "a heading of blanks": (b"# a", b" ", b"x\n"),
    "markup of a heading": (b"# a ", b"[*a](#b) `c <a>[d](", b"\n"),
    "a delimiter of blanks": (b"| Title |\n-", b" ", b"|x\n"),
    "rows": (TABLE, b"| [a](https://arxiv.org/abs/1706.03762) | x |\n", b""),
    "cells": (ROW, b"x|", b"\n"),
    "a row over many lines": (TABLE + b"| a", b"\na", b"\n"),
    "details in a cell": (ROW, b"<details><summary>x</summary>y</details>", b"|\n"),
    "open details in a cell": (ROW, b"<details>", b"|\n"),
    "open paragraphs in a cell": (ROW, b"<p>|", b"|\n"),
    "pipes in math and code": (ROW, b"`|` $a|b$ <p>|</p> ", b"|\n"),
    "columns": (b"| Title ", b"| a ", b"|\n|---|---|\n"),
    "a comment closed before text": (b"", b"<!--\n", b"--> x\n"),
}


def fences_of_every_length(size: int) -> bytes:
    """Fences none of which closes another."""
    return b"".join(b"`" * length + b"\n" for length in range(int((2 * size) ** 0.5), 2, -1))


def nested_items(size: int) -> bytes:
    """Items each deeper than the one before, their details never closed."""
    return b"".join(b" " * depth + ITEM + b"<details>\n" for depth in range(int(size**0.5)))


def repeated(size: int, *, unit: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """`unit` over and over between two texts."""
    return before + unit * (size // len(unit)) + after


CASES: dict[str, Callable[[int], bytes]] = {
    **{name: partial(repeated, unit=unit) for name, unit in REPEATED.items()},
    **{
        name: partial(repeated, before=before, unit=unit, after=after)
        for name, (before, unit, after) in WITHIN.items()
    },
    "fences of every length": fences_of_every_length,
    "nested items": nested_items,
}


NOTES: dict[str, Callable[[int], bytes]] = {
    name: partial(repeated, unit=unit, before=b"---\ncitekey: bee2005\n---\n")
    for name, unit in {
        "comments in lines": b"a %% b %% c\n\n",
        "comments in one line": b"a %% b %% c ",
        "open comments": b"a %%\n",
        "blocks of a tool": b"## H\n%% begin x %%\nt\n%% end x %%\n",
        "open blocks of a tool": b"%% begin x %%\n",
        "private headings": b"# Secret\nx\n# y\n",
        "private items": b"- Secret\n",
        "properties": b"- **Year**: 2000\n",
        "sections of properties": b"# Metadata\n- **Year**: 2000\n# X\n",
        "callouts": b"> [!info]\n> Year:: 2000\n\n",
        "open fences in a quote": b"> ```x\n",
        "open fences in items": b"- ```x\n",
        "lines of Logseq": b"- a\n  id:: b\n",
        "definitions of Foam": b"[//begin]: x\ny\n",
        "rules beside comments": b"x\n---\n%% y %%\n---\n",
        **REPEATED,
    }.items()
}


def written_marks(size: int) -> None:
    """Write one bullet of marks that nothing closes in place of another."""
    marks = "- " + "**a*b" * size
    whole = read_anew(NOTE + b"> - x " + marks.encode() + b"\n")
    edited = put_digest(whole, {0: {"summary": Blocks((f"{marks} x",))}}, read_anew)
    assert edited.refusals == ()


def written_twins(size: int) -> None:
    """Change the first and the last of many bullets that are alike."""
    old = "\n".join(["- x"] * size)
    new = Blocks(("- a", *["- x"] * (size - 2), "- b"))
    assert blocks_text(old, new).startswith("- a\n- x")


def respelled_words(size: int) -> None:
    """Change every tenth word of a paragraph in which every word is spelled in its own way."""
    own = " ".join(f"__w{at}__" for at in range(size))
    said = own.replace("__", "**")
    new = " ".join(f"**{'v' if at % 10 else 'w'}{at}**" for at in range(size))
    assert next(respellings(own, said, new)).startswith("__w0__ __v1__")


WRITTEN: dict[str, tuple[Callable[[int], None], int]] = {
    "a bullet of marks": (written_marks, 250),
    "bullets that are alike": (written_twins, 1_100),
    "spellings beside edits": (respelled_words, 100),
}


def calls(source: bytes) -> int:
    """How many functions reading `source` calls, Python's and C's."""
    return calls_of(partial(read_anew, source))


def calls_of(work: Callable[[], object]) -> int:
    """How many functions `work` calls, Python's and C's."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_marks_in_one_line_take_no_quadratic_time() -> None:
    marks = [b"%%% ", b"%%a%% ", b"<!--a--> "]
    head = b"---\ncitekey: bee2005\n---\n"
    read_file(head)

    times = [seconds(head + unit * (20_000 // len(unit)) + b"x", read_file) for unit in marks]

    # A tenth of it is usual; if each mark were looked for in the whole line, it would be twice it.
    assert max(times) < 0.2


def seconds(source: bytes, read: Callable[[bytes], object] = read_anew) -> float:
    """How much processor time reading `source` takes, at best."""
    times = []
    for _ in range(2):
        start = time.process_time()
        read(source)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("name", CASES)
def test_four_times_the_digest_takes_four_times_the_calls(name: str) -> None:
    read_anew(b"")

    small, large = calls(CASES[name](1_000)), calls(CASES[name](4_000))

    assert large <= 5 * small + 2_000


@pytest.mark.parametrize("name", NOTES)
def test_four_times_the_note_takes_four_times_the_calls(name: str) -> None:
    read = partial(read_file, rule=NoteRule(private=["Secret"]))
    read(b"---\ncitekey: bee2005\n---\n# Metadata\n- **Year**: 2000\n")

    small, large = (calls_of(partial(read, NOTES[name](size))) for size in (1_000, 4_000))

    assert large <= 5 * small + 2_000


def test_code_signs_of_every_length_take_no_more_calls_than_there_are_bytes() -> None:
    head, signs = b"---\ncitekey: b\n---\n", b" ".join(b"`" * size for size in range(1, 201))
    read_file(head)

    assert calls_of(partial(read_file, head + signs)) < len(signs)


@pytest.mark.parametrize("name", WRITTEN)
def test_four_times_the_blocks_take_four_times_the_calls_to_write(name: str) -> None:
    write, size = WRITTEN[name]
    write(3)

    small, large = calls_of(partial(write, size)), calls_of(partial(write, 4 * size))

    assert large <= 5 * small + 2_000


def test_values_that_need_another_spelling_are_tried_together_however_many_they_are() -> None:
    entry = "- **A Title {0}** [[paper](https://arxiv.org/abs/2401.{0:05})]\n"
    source = "".join(entry.format(number) for number in range(48)).encode()
    readings: list[bytes] = []

    def read(source: bytes) -> Document:
        readings.append(source)
        return read_anew(source)

    titles: dict[int, Fields] = {at: {"title": f"Stars ** in it {at}"} for at in range(48)}
    edited = put_digest(read_anew(source), titles, read)

    assert not edited.refusals
    assert edited.source.count(b"Stars &#42;&#42; in it") == 48
    assert len(readings) <= 20


@pytest.mark.deep
@pytest.mark.parametrize("name", CASES)
def test_four_times_the_digest_takes_four_times_the_time(name: str) -> None:
    read_anew(b"")

    small, large = seconds(CASES[name](50_000)), seconds(CASES[name](200_000))

    assert large <= 8 * small + 0.2
