"""Blanks at the ends of lines stay with their lines when blocks come and go."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, document, read
from zoterodigest.core.values.record import SECTION, Blocks
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import put_digest

NOTES = """\
> **A Title of a Paper**
> *arXiv 2020*, [arxiv](https://arxiv.org/abs/2006.11239)
> Task: image generation
>
> - One point.{}
> - Two points.{}
> - Three points.{}
"""
ENDS = [("", "", ""), ("  ", "  ", "  "), ("  ", "  ", ""), ("", "", "  "), ("   ", "", " ")]


def written(source: str, *texts: str) -> str:
    edited = put_digest(read(source.encode()), {0: {"summary": Blocks(texts)}}, read)
    assert edited.refusals == ()
    return edited.source.decode()


@pytest.mark.parametrize("ends", ENDS)
def test_a_block_added_at_the_end_leaves_the_line_before_as_it_is(ends: tuple[str, ...]) -> None:
    source = NOTES.format(*ends)

    after = written(source, "- One point.", "- Two points.", "- Three points.", "- Four.")

    assert after.startswith(source.removesuffix("\n"))
    assert after.removeprefix(source).strip() == "> - Four."


@pytest.mark.parametrize("ends", ENDS)
def test_the_last_block_goes_with_its_own_blanks(ends: tuple[str, ...]) -> None:
    source = NOTES.format(*ends)

    after = written(source, "- One point.", "- Two points.")

    assert after == source.replace(f"> - Three points.{ends[2]}\n", "")


def test_paragraphs_that_begin_with_a_long_number_are_parted_by_a_blank_line() -> None:
    after = written(NOTES.format("", "", ""), "1234567890. One.", "1234567891. Two.")

    assert re.search(r"1234567890\. One\.\n> ?\n> 1234567891\. Two\.", after)


def block_fields(whole: Document) -> list[tuple[int, str, Blocks]]:
    """The first few fields of a document that hold more than one block."""
    found = [
        (at, name, value)
        for at, entry in enumerate(whole.entries)
        for name, value in entry.reading.fields.items()
        if (name == "summary" or name.startswith(SECTION)) and isinstance(value, Blocks)
    ]
    return found[:12]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_block_added_at_the_end_keeps_every_line_of_the_examples(path: Path) -> None:
    whole = document(path)
    for at, name, value in block_fields(whole):
        bullet = value.texts[-1][:2] if value.texts[-1][:2] in ("- ", "* ") else ""
        edited = put_digest(whole, {at: {name: Blocks((*value.texts, f"{bullet}One more."))}}, read)
        if edited.refusals or whole.entries[at].format.columns is not None:
            continue

        lines = edited.source.split(b"\n")
        for line in whole.source.split(b"\n"):
            assert line in lines
            lines = lines[lines.index(line) + 1 :]
