"""Blocks in the one form that both a note and Markdown can hold.

Whatever a note or a digest has beyond it (bullet characters, numbers, fence languages, alignment,
colours, images) has no part in the comparison of the two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from zoterodigest.notes.inline import COMBINING_STROKE
from zoterodigest.notes.model import (
    CODE,
    DEEPEST_ITEM,
    DEEPEST_QUOTE,
    STRONG,
    Block,
    Break,
    Cell,
    Code,
    Content,
    Formula,
    Heading,
    Math,
    Node,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
    Text,
    flatten,
    nest,
)
from zoterodigest.notes.plain import clean_text, plain_runs

HIGHEST_HEADING = 4
"""The highest level a heading inside a summary or section may have: above are the note's own."""

_NO_BLOCK = Block(Rule(), depth=-1)


def is_private(runs: Iterable[Run]) -> bool:
    """Tell whether a heading marks what stands below it as private; unseen signs do not count."""
    shown = "".join(run.text for run in plain_runs(runs) if isinstance(run, Text))
    text = "".join(sign for sign in shown if unicodedata.category(sign) != "Cf")
    return text.strip().rstrip(":：").rstrip().casefold() == "private"


def normal_blocks(blocks: Iterable[Block], quotes: int = 0) -> tuple[Block, ...]:
    """Return `blocks`, inside so many `quotes`, in normal form, without those that hold nothing."""
    return tuple(block for block in aligned_blocks(tuple(blocks), quotes) if block is not None)


def aligned_blocks(blocks: Sequence[Block], quotes: int = 0) -> tuple[Block | None, ...]:
    """Return the normal form of each of `blocks`, None for one that holds nothing.

    An item without text of its own takes that of a paragraph that stands inside it, and else is
    kept only for what stands inside it.
    """
    normal: list[Block | None] = [None] * len(blocks)
    below, below_at = _NO_BLOCK, len(blocks)
    for at in range(len(blocks) - 1, -1, -1):
        block = replace(blocks[at], depth=min(blocks[at].depth, DEEPEST_ITEM))
        content = _normal(block.content, quotes)
        if content is None and block.marker and below.depth > block.depth:
            if isinstance(below.content, Paragraph) and not below.marker:
                below = replace(below, depth=block.depth, marker=block.marker)
                normal[below_at] = below
                continue
            content = Paragraph()
        if content:
            below, below_at = replace(block, content=content), at
            normal[at] = below
    return tuple(normal)


def _normal(content: Content, quotes: int) -> Content | None:
    match content:
        case Paragraph():
            runs = plain_runs(content.runs)
            return Paragraph(runs) if runs else None
        case Heading():
            return _heading(content)
        case Code():
            text = code_text(content)
            return Code((Text(text),)) if text else None
        case Formula():
            tex = "\n".join(line.strip() for line in clean_text(content.tex).split("\n")).strip()
            return _formula(tex) if tex else None
        case Rule():
            return content
        case Quote():
            if quotes >= DEEPEST_QUOTE:
                return _normal(Paragraph(tuple(_cell_runs(content.nodes))), quotes)
            nodes = nest(normal_blocks(flatten(content.nodes), quotes + 1))
            return Quote(nodes) if nodes else None
        case Table():
            return _table(content)


def code_text(code: Code) -> str:
    """Return the lines of `code`, without blank ones at either end; each U+00A0 is a blank."""
    pieces = (run.text for run in code.runs if isinstance(run, Text))
    text = clean_text("".join(pieces)).replace("\u00a0", " ")
    lines = [line if line.strip() else "" for line in text.split("\n")]
    solid = [number for number, line in enumerate(lines) if line]
    return "\n".join(lines[solid[0] : solid[-1] + 1]).lstrip(COMBINING_STROKE) if solid else ""


def _heading(heading: Heading) -> Heading | Paragraph | None:
    runs = plain_runs(heading.runs, allows_math=False)
    if not runs:
        return None
    if is_private(runs):
        return Paragraph((Text("Private", (STRONG,)),))
    return Heading(max(heading.level, HIGHEST_HEADING), runs)


def _formula(tex: str) -> Formula | Code:
    return Code((Text(tex),)) if "$$" in tex else Formula(tex)


def _table(table: Table) -> Table | None:
    """Return a table with one header row and as many cells in each row."""
    rows = [[plain_runs(_cell_runs(cell.nodes)) for cell in row] for row in table.rows]
    if not any(chain.from_iterable(rows)):
        return None
    width = max(len(row) for row in rows)
    return Table(
        tuple(
            tuple(
                Cell((Paragraph(runs),), is_header=number == 0)
                for runs in [*row, *([()] * (width - len(row)))]
            )
            for number, row in enumerate(rows)
        )
    )


def _cell_runs(nodes: Iterable[Node]) -> Iterator[Run]:
    """Yield all that a cell holds as one paragraph, its blocks parted by line breaks."""
    for block in flatten(nodes):
        yield Break()
        match block.content:
            case Paragraph() | Heading():
                yield from block.content.runs
            case Code():
                yield Text(code_text(block.content), (CODE,))
            case Formula():
                yield Math(block.content.tex)
            case Quote():
                yield from _cell_runs(block.content.nodes)
            case Table(rows):
                for cell in chain.from_iterable(rows):
                    yield from _cell_runs(cell.nodes)
            case Rule():
                pass
