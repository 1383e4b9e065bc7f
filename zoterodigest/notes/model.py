"""What a Zotero note can hold, as values: nodes as the note editor knows them, and flat blocks.

The editor keeps a tree (lists hold items, items hold nodes) whose text is a flat sequence of runs,
each with its marks. Markdown travels as flat blocks, one for each item; `flatten` and `nest` lead
from one view to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from zoterodigest.frozen import dataclass

MARK_ORDER = ("strong", "em", "u", "strike", "sub", "sup", "color", "background", "link", "code")
"""Names of marks, outermost first: the order in which the editor nests them."""


DEEPEST_ITEM = 8
"""Items nested deeper than this are read as standing at this depth."""

DEEPEST_QUOTE = 4
"""Quotes nested deeper than this are read as text."""


@dataclass(frozen=True, slots=True)
class TextMark:
    """One mark; `value` is a link's address or a colour, `title` a link's title."""

    name: str
    value: str = ""
    title: str = ""


Marks = tuple[TextMark, ...]
"""The marks of one run in MARK_ORDER, none twice."""

STRONG, EM, UNDERLINE = TextMark("strong"), TextMark("em"), TextMark("u")
STRIKE, SUB, SUP, CODE = map(TextMark, ("strike", "sub", "sup", "code"))


@dataclass(frozen=True, slots=True)
class NoteText:
    """A piece of text under one set of marks."""

    text: str
    marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Break:
    """A line break inside a paragraph."""

    marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Math:
    """An inline formula; `tex` without its dollars."""

    tex: str
    marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Image:
    """An image by its attributes; Markdown blocks hold no images."""

    attributes: tuple[tuple[str, str], ...]
    marks: Marks = ()


@dataclass(frozen=True, slots=True)
class NoteCitation:
    """A Zotero citation: its encoded data, and the HTML shown, which the editor may write again."""

    data: str
    shown: str
    marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Annotated:
    """Runs taken from an annotation; `kind` is `highlight` or `underline`."""

    kind: str
    data: str
    runs: tuple[NoteText | Break | Math, ...]
    marks: Marks = ()


Run = NoteText | Break | Math | Image | NoteCitation | Annotated
Runs = tuple[Run, ...]
Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NoteParagraph:
    """A paragraph; `attributes` are direction, alignment and indentation."""

    runs: Runs = ()
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class NoteHeading:
    """A heading of level 1 to 6; an `id` that survives editing, or ""."""

    level: int
    runs: Runs
    id: str = ""
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A code block, line breaks as newlines in its text."""

    runs: Runs
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A display formula; `tex` without its dollars."""

    tex: str


@dataclass(frozen=True, slots=True)
class ThematicBreak:
    """A horizontal rule."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A list; `start` is the first number of a numbered one, None for bullets."""

    items: tuple[tuple[Node, ...], ...]
    start: int | None = None
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class NoteCell:
    """One table cell; `attributes` are spans and column widths."""

    nodes: tuple[Node, ...]
    is_header: bool = False
    attributes: Attributes = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its rows."""

    rows: tuple[tuple[NoteCell, ...], ...]


Content = NoteParagraph | NoteHeading | Code | Formula | ThematicBreak | Quote | Table
Node = Content | List


@dataclass(frozen=True, slots=True)
class Bullet:
    """The block begins an item of a bulleted list."""


@dataclass(frozen=True, slots=True)
class Ordinal:
    """The block begins an item of a numbered list; `number` counts if it is the first."""

    number: int = 1


Marker = Bullet | Ordinal


@dataclass(frozen=True, slots=True)
class Block:
    """One Markdown block: content, how many items it stands in, and its own marker if any."""

    content: Content
    depth: int = 0
    marker: Marker | None = None


def flatten(nodes: Iterable[Node], depth: int = 0) -> Iterator[Block]:
    """Yield the blocks of `nodes` in reading order, list items with the paragraph they begin with.

    An item that begins with something else is an empty paragraph, followed by what it holds.
    """
    for node in nodes:
        if not isinstance(node, List):
            yield Block(node, depth)
            continue
        marker = Bullet() if node.start is None else Ordinal(node.start)
        for item in node.items:
            first, rest = _first_paragraph(item)
            yield Block(first, depth, marker)
            yield from flatten(rest, depth + 1)


def nest(blocks: Sequence[Block]) -> tuple[Node, ...]:
    """Put `blocks` together again: items of one kind that follow each other are one list."""
    nodes: list[Node] = []
    start = 0
    while start < len(blocks):
        marker = blocks[start].marker
        if marker is None:
            nodes.append(blocks[start].content)
            start += 1
            continue
        end = start + 1
        while end < len(blocks) and _is_in_list(blocks[end], blocks[start]):
            end += 1
        items = tuple(_items(blocks[start:end]))
        nodes.append(List(items, marker.number if isinstance(marker, Ordinal) else None))
        start = end
    return tuple(nodes)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield `nodes` and every node inside them in reading order."""
    for node in nodes:
        yield node
        match node:
            case Quote(inside):
                yield from walk(inside)
            case List(items):
                yield from walk(chain.from_iterable(items))
            case Table(rows):
                yield from walk(inner for row in rows for cell in row for inner in cell.nodes)
            case _:
                pass


def runs_of(nodes: Iterable[Node]) -> Iterator[Run]:
    """Yield every run of `nodes` in reading order."""
    for node in walk(nodes):
        if isinstance(node, NoteParagraph | NoteHeading | Code):
            yield from node.runs


def _first_paragraph(item: tuple[Node, ...]) -> tuple[NoteParagraph, tuple[Node, ...]]:
    if item and isinstance(item[0], NoteParagraph):
        return item[0], item[1:]
    return NoteParagraph(), item


def table_of(rows: Iterable[Iterable[Runs]]) -> Table:
    """Return a table with these runs in its cells; the first row is its header."""
    return Table(
        tuple(
            tuple(NoteCell((NoteParagraph(runs),), is_header=number == 0) for runs in row)
            for number, row in enumerate(rows)
        )
    )


def count_shared(one: Sequence[object], other: Sequence[object]) -> int:
    """Return how many elements two sequences share at their beginnings."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _is_in_list(block: Block, first: Block) -> bool:
    if block.depth > first.depth:
        return True
    return block.depth == first.depth and type(block.marker) is type(first.marker)


def _items(blocks: Sequence[Block]) -> Iterator[tuple[Node, ...]]:
    """Yield the nodes of each item; the first block begins one and sets their depth."""
    depth = blocks[0].depth
    starts = [number for number, block in enumerate(blocks) if block.depth == depth]
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        content = blocks[start].content
        inside = nest(blocks[start + 1 : end])
        has_text = not isinstance(content, NoteParagraph) or content.runs or not inside
        yield (content, *inside) if has_text else inside
