"""Notes that the person wrote in Zotero, also those made from annotations, as Markdown blocks.

Nothing in the blocks reads as the structure of a digest: headings are bold paragraphs, rules are
left out, and no line is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from zoterodigest.notes.editor import read_nodes
from zoterodigest.notes.inline import with_marks
from zoterodigest.notes.markup import parse, text_of
from zoterodigest.notes.model import (
    STRONG,
    Annotated,
    Cell,
    Citation,
    Code,
    Formula,
    Heading,
    Image,
    List,
    Node,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    Text,
    flatten,
    runs_of,
    walk,
)
from zoterodigest.notes.normal import normal_blocks
from zoterodigest.notes.read import kept_in, our_headings, visible_nodes
from zoterodigest.notes.serialise import nodes_html
from zoterodigest.notes.write import write_block

_QUOTES = "“\"'„«‘「『"
_COMMENT = re.compile(r"(?<!\\)<!--")
"""What begins a comment: in code and formulas, where it cannot be escaped, it is parted."""


@dataclass(frozen=True, slots=True)
class OwnNote:
    """What a note of the person's own says: Markdown blocks in canonical form, and its HTML.

    Neither holds anything that stands below a heading "Private". `left_out` names what the blocks
    do not show (image, colour, rule), once for each.
    """

    blocks: tuple[str, ...]
    html: str
    left_out: tuple[str, ...] = ()
    has_private: bool = False


def read_own_note(html: str) -> OwnNote | None:
    """Read a note that is not ours; None for one of ours and for one that shows nothing."""
    placed = read_nodes(html)
    if any(our_headings(placed)):
        return None
    visible = visible_nodes(placed)
    nodes = tuple(one.node for one, is_visible in zip(placed, visible, strict=True) if is_visible)
    normal = normal_blocks(flatten(_plain(nodes)))
    blocks = tuple(_COMMENT.sub("<! --", write_block(block)) for block in normal)
    if not blocks:
        return None
    return OwnNote(blocks, nodes_html(nodes), tuple(_left_out(nodes)), not all(visible))


def _left_out(nodes: Sequence[Node]) -> Iterator[str]:
    shown = ("citation", "highlight", "underline")
    yield from (name for name in kept_in(runs_of(nodes)) if name not in shown)
    if any(isinstance(node, Rule) for node in walk(nodes)):
        yield "rule"


def _plain(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield nodes without what has no place among a digest's own words."""
    for node in nodes:
        match node:
            case Rule():
                pass
            case Heading(runs=runs):
                yield Paragraph(tuple(_strong(run) for run in _shown(runs)))
            case Paragraph(runs=runs):
                yield Paragraph(_shown(runs))
            case Code() | Formula():
                yield node
            case Quote(inside):
                yield Quote(tuple(_plain(inside)))
            case List(items=items):
                yield replace(node, items=tuple(tuple(_plain(item)) for item in items))
            case Table(rows):
                yield Table(tuple(tuple(_plain_cell(cell) for cell in row) for row in rows))


def _plain_cell(cell: Cell) -> Cell:
    return replace(cell, nodes=tuple(_plain(cell.nodes)))


def _shown(runs: Iterable[Run]) -> Runs:
    """Return runs with words in place of citations, highlights and images."""
    return tuple(chain.from_iterable(map(_in_words, runs)))


def _in_words(run: Run) -> Iterator[Run]:
    match run:
        case Citation(shown=shown):
            yield Text(text_of(parse(shown)), run.marks)
        case Image(attributes=attributes):
            yield Text(dict(attributes).get("alt", ""))
        case Annotated(runs=quoted):
            text = "".join(one.text for one in quoted if isinstance(one, Text)).lstrip()
            is_quoted = text.startswith(tuple(_QUOTES))
            marks = run.marks
            yield from quoted if is_quoted else (Text("“", marks), *quoted, Text("”", marks))
        case _:
            yield run


def _strong(run: Run) -> Run:
    return replace(run, marks=with_marks(run.marks, STRONG)) if isinstance(run, Text) else run
