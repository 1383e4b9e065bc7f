"""What a person wrote in Zotero: their notes as Markdown blocks, and notes in pieces.

The blocks cannot be mistaken for the structure of a digest: headings become bold paragraphs, rules
are left out, and no line is a comment. A note in pieces is its lines of HTML, with one placeholder
(a wall) for each stretch below a heading "Private".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from itertools import chain

from zoterodigest.frozen import dataclass
from zoterodigest.notes.canonical import write_block
from zoterodigest.notes.editor import read_nodes
from zoterodigest.notes.inline import with_marks
from zoterodigest.notes.markup import element_text, parse
from zoterodigest.notes.model import (
    STRONG,
    Annotated,
    Code,
    Formula,
    Image,
    List,
    Node,
    NoteCell,
    NoteCitation,
    NoteHeading,
    NoteParagraph,
    NoteText,
    Quote,
    Run,
    Runs,
    Table,
    ThematicBreak,
    flatten,
)
from zoterodigest.notes.normal import normal_blocks
from zoterodigest.notes.read import dissect, our_headings, visible_nodes
from zoterodigest.notes.serialise import nodes_html
from zoterodigest.regex import lazy_regex

_QUOTES = "“\"'„«‘「『"
_COMMENT = lazy_regex(r"(?<!\\)<!--")
"""What begins a comment: in code and formulas, where it cannot be escaped, it is parted."""


@dataclass(frozen=True, slots=True)
class OwnNote:
    """A person's own note: Markdown blocks in canonical form, and its HTML.

    Both leave out the text below a heading "Private". The blocks hold no images, colours and rules.
    """

    blocks: tuple[str, ...]
    html: str


def read_own_note(html: str) -> OwnNote | None:
    """Read a note of the person's; None for a note of zoterodigest and for an empty one."""
    placed = read_nodes(html)
    if any(our_headings(placed)):
        return None
    visible = visible_nodes(placed)
    nodes = tuple(one.node for one, is_visible in zip(placed, visible, strict=True) if is_visible)
    normal = normal_blocks(flatten(_plain(nodes)))
    blocks = tuple(_COMMENT.sub("<! --", write_block(block)) for block in normal)
    if not blocks:
        return None
    return OwnNote(blocks, nodes_html(nodes))


def _plain(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield nodes without what has no place among a digest's own words."""
    for node in nodes:
        match node:
            case ThematicBreak():
                pass
            case NoteHeading(runs=runs):
                yield NoteParagraph(tuple(_strong(run) for run in _shown(runs)))
            case NoteParagraph(runs=runs):
                yield NoteParagraph(_shown(runs))
            case Code() | Formula():
                yield node
            case Quote(inside):
                yield Quote(tuple(_plain(inside)))
            case List(items=items):
                yield replace(node, items=tuple(tuple(_plain(item)) for item in items))
            case Table(rows):
                yield Table(tuple(tuple(map(_plain_cell, row)) for row in rows))


def _plain_cell(cell: NoteCell) -> NoteCell:
    return replace(cell, nodes=tuple(_plain(cell.nodes)))


def _shown(runs: Iterable[Run]) -> Runs:
    """Return runs with words in place of citations, highlights and images."""
    return tuple(chain.from_iterable(map(_in_words, runs)))


def _in_words(run: Run) -> Iterator[Run]:
    match run:
        case NoteCitation(shown=shown):
            yield NoteText(element_text(parse(shown)), run.marks)
        case Image(attributes=attributes):
            yield NoteText(dict(attributes).get("alt", ""))
        case Annotated(runs=quoted):
            text = "".join(one.text for one in quoted if isinstance(one, NoteText)).lstrip()
            if not text.startswith(tuple(_QUOTES)):
                quoted = (NoteText("“", run.marks), *quoted, NoteText("”", run.marks))
            yield from quoted
        case _:
            yield run


def _strong(run: Run) -> Run:
    return replace(run, marks=with_marks(run.marks, STRONG)) if isinstance(run, NoteText) else run


_WALL = "\0private "
"""Begins the piece that stands for something private; no note holds such a sign."""


_MARKUP = lazy_regex(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class NotePieces:
    """The lines of a note's HTML; `private` holds the text behind each wall and is never stored."""

    pieces: tuple[str, ...]
    private: Mapping[str, str] = field(repr=False)

    def joined(self, pieces: Iterable[str]) -> str:
        """Return the HTML of `pieces`, with what this note has behind its walls."""
        return "".join(self.private.get(piece, piece) for piece in pieces)


def note_pieces(html: str) -> NotePieces:
    """Cut `html` into lines; each private stretch becomes one wall, which shows nothing of it."""
    pieces: list[str] = []
    private: dict[str, str] = {}
    cursor = 0
    for number, (start, end) in enumerate(_private_stretches(html), start=1):
        wall = f"{_WALL}{number}"
        private[wall] = html[start:end]
        pieces += [*html[cursor:start].splitlines(keepends=True), wall]
        cursor = end
    pieces += html[cursor:].splitlines(keepends=True)
    return NotePieces(tuple(pieces), private)


def holds_private(pieces: Iterable[str]) -> bool:
    """Tell whether one of `pieces` is a wall."""
    return any(piece.startswith(_WALL) for piece in pieces)


def holds_own_text(html: str) -> bool:
    """Tell whether a note holds more than our part of it: private text, or text around it."""
    anatomy = dissect(html)
    if anatomy is None or anatomy.has_private:
        return True
    start = next(at.start for at in read_nodes(html) if at.node == anatomy.heading)
    around = html[:start] + html[anatomy.parts[-1].end :]
    return "<img" in around or bool(_MARKUP.sub("", around).strip())


def _private_stretches(html: str) -> Iterator[tuple[int, int]]:
    """Yield the longest stretches that hold a private node and no visible one.

    Each begins where the visible node before it ends, so no text between two nodes is shown.
    """
    nodes = read_nodes(html)
    start: int | None = None
    end = 0
    for placed, is_visible in zip(nodes, visible_nodes(nodes), strict=True):
        if not is_visible:
            start = end if start is None else start
            continue
        if start is not None:
            yield start, placed.start
            start = None
        end = placed.end
    if start is not None:
        yield start, len(html)
