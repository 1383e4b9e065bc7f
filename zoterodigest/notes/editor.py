"""Note HTML as Zotero's note editor reads it, and as it would write it again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from zoterodigest.frozen import dataclass
from zoterodigest.notes.inline import (
    css_of,
    fold_blanks,
    gathered_runs,
    inline_runs,
    join_runs,
    math_tex,
    text_marks,
    with_marks,
)
from zoterodigest.notes.markup import BLOCK, Characters, Element, parse, tag_names
from zoterodigest.notes.model import (
    CODE,
    STRONG,
    Annotated,
    Attributes,
    Break,
    Code,
    Formula,
    Image,
    List,
    Marks,
    Math,
    Node,
    NoteCell,
    NoteCitation,
    NoteHeading,
    NoteParagraph,
    NoteText,
    Quote,
    Run,
    Table,
    ThematicBreak,
    runs_of,
)
from zoterodigest.notes.serialise import note_html

_LEAVES = tag_names("p pre hr blockquote ul ol table h1 h2 h3 h4 h5 h6")
_DROPPED = tag_names("caption head template")
_BLANKS = " \t\r\n\f"
_SPANS = ("colspan", "rowspan")


@dataclass(frozen=True, slots=True)
class Placed:
    """A top-level node and the characters of the source that it was read from."""

    node: Node
    start: int
    end: int


def read_nodes(html: str) -> tuple[Placed, ...]:
    """Read `html` into the nodes that the editor would make of it. Never fails."""
    return nodes_of(parse(html))


def nodes_of(root: Element) -> tuple[Placed, ...]:
    """Return the nodes that the editor would make of a parsed note."""
    return tuple(_nodes(root.children, ()))


def editor_form(html: str) -> str:
    """Return what the editor saves when a person types a character into a note and deletes it.

    This needs no library and no network, so the text of citations stays unchanged and remote images
    are not imported.
    """
    # Zotero normalizes a note when it saves it.
    text = unicodedata.normalize("NFC", html)
    root = parse(text)
    nodes = tuple(placed.node for placed in nodes_of(root))
    runs = tuple(runs_of(nodes))
    quotes = any(isinstance(run, NoteCitation | Annotated) for run in runs)
    items = _citation_items(root) if quotes else ""
    # The editor writes version 10 of its schema only for notes that need it.
    has_underline = any(isinstance(run, Annotated) and run.kind == "underline" for run in runs)
    return note_html(nodes, citation_items=items, version=10 if has_underline else 9)


def _citation_items(root: Element) -> str:
    elements = (child for child in root.children if isinstance(child, Element))
    return next(filter(None, (one.attributes.get("data-citation-items") for one in elements)), "")


def _nodes(children: Iterable[Element | Characters], marks: Marks) -> Iterator[Placed]:
    inline: list[Element | Characters] = []
    for child in children:
        if isinstance(child, Characters) or not (child.tag in BLOCK or child.has_blocks):
            inline.append(child)
            continue
        yield from _implied_paragraph(inline, marks)
        inline = []
        yield from _block(child, marks)
    yield from _implied_paragraph(inline, marks)


def _plain_nodes(element: Element, marks: Marks) -> tuple[Node, ...]:
    return tuple(placed.node for placed in _nodes(element.children, marks))


def _implied_paragraph(children: Sequence[Element | Characters], marks: Marks) -> Iterator[Placed]:
    # Blanks around a paragraph without tags belong to nobody: a patch leaves them.
    solid = [one for one in children if isinstance(one, Element) or one.text.strip(_BLANKS)]
    runs = inline_runs(children, marks) if solid else ()
    if runs:
        yield Placed(NoteParagraph(runs), solid[0].start, solid[-1].end)


def _block(element: Element, marks: Marks) -> Iterator[Placed]:
    if element.tag in _DROPPED:
        return
    if element.tag in _LEAVES:
        for node in _leaf(element, marks):
            yield Placed(node, element.start, element.end)
        return
    inner = with_marks(marks, *text_marks(element))
    yield from _nodes(element.children, with_marks(inner, STRONG) if element.tag == "dt" else inner)


def _leaf(element: Element, marks: Marks) -> Iterator[Node]:
    match element.tag:
        case "p":
            yield NoteParagraph(inline_runs(element.children, marks), _attributes(element))
        case "pre":
            yield _pre(element, marks)
        case "hr":
            yield ThematicBreak()
        case "blockquote":
            yield Quote(_plain_nodes(element, marks) or (NoteParagraph(),))
        case "ul" | "ol":
            yield from _list(element, marks)
        case "table":
            yield from _table(element, marks)
        case _:
            yield from _heading(element, marks)


def _heading(element: Element, marks: Marks) -> Iterator[Node]:
    """Yield a heading, and as a paragraph what follows from the first formula or image on."""
    # A heading of the editor holds text only.
    runs = inline_runs(element.children, marks)
    splits = (at for at, run in enumerate(runs) if isinstance(run, Math | Image))
    at = next(splits, len(runs))
    id_ = element.attributes.get("id", "")
    yield NoteHeading(int(element.tag[1]), fold_blanks(runs[:at]), id_, _attributes(element))
    if at < len(runs):
        yield NoteParagraph(fold_blanks(runs[at:]))


def _pre(element: Element, marks: Marks) -> Node:
    if "math" in element.attributes.get("class", "").split():
        return Formula(math_tex(element, "$$"))
    runs: list[Run] = []
    for run in gathered_runs(element.children, marks):
        kept = tuple(mark for mark in run.marks if mark != CODE)
        if isinstance(run, Break):
            runs.append(NoteText("\n", kept))
        elif isinstance(run, NoteText):
            runs.append(NoteText(run.text.replace("\r\n", "\n"), kept))
        else:
            runs.append(run)
    first = element.children[0] if element.children else None
    # HTML ignores one line break right behind `<pre>`.
    if runs and isinstance(first, Characters) and isinstance(runs[0], NoteText):
        runs[0] = replace(runs[0], text=runs[0].text.removeprefix("\n"))
    return Code(join_runs(runs), _direction(element))


def _list(element: Element, marks: Marks) -> Iterator[Node]:
    items: list[tuple[Node, ...]] = []
    for child in element.children:
        if not isinstance(child, Element):
            continue
        nodes = tuple(placed.node for placed in _nodes([child], marks))
        # Other programs write lists right inside lists: such a one belongs to the item before it.
        if child.tag in ("ul", "ol") and items:
            items[-1] = (*items[-1], *nodes)
        elif nodes or child.tag == "li":
            items.append(nodes or (NoteParagraph(),))
    start = element.attributes.get("start", "1")
    number = int(start) if re.fullmatch(r"\d{1,9}", start) else 1
    if items:
        yield List(tuple(items), number if element.tag == "ol" else None, _direction(element))


def _table(element: Element, marks: Marks) -> Iterator[Node]:
    rows = [row for row in _rows(element, marks) if row]
    if not rows:
        return
    # Short rows are filled up; beside cells that span others, a row may only look short.
    has_spans = any(cell.attributes and cell.attributes[0][0] in _SPANS for cell in chain(*rows))
    width = 0 if has_spans else max(len(row) for row in rows)
    empty = NoteCell((NoteParagraph(),))
    yield Table(tuple(row + (empty,) * (width - len(row)) for row in rows))


def _rows(element: Element, marks: Marks) -> Iterator[tuple[NoteCell, ...]]:
    for child in element.children:
        if not isinstance(child, Element):
            continue
        if child.tag == "caption":
            yield (NoteCell(_plain_nodes(child, marks)),)
        elif child.tag == "tr":
            yield tuple(_cells(child, marks))
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child, marks)


def _cells(row: Element, marks: Marks) -> Iterator[NoteCell]:
    for child in row.children:
        if isinstance(child, Element) and child.tag in ("td", "th"):
            nodes = _plain_nodes(child, marks) or (NoteParagraph(),)
            given = ((name, child.attributes.get(name, "")) for name in (*_SPANS, "data-colwidth"))
            attributes = tuple((name, value) for name, value in given if value not in ("", "1"))
            yield NoteCell(nodes, child.tag == "th", attributes)


def _attributes(element: Element) -> Attributes:
    styles = css_of(element)
    indent = re.fullmatch(r"[1-9]", element.attributes.get("data-indent", ""))
    declarations: list[str] = []
    if styles.get("text-align") in ("center", "right", "justify", "left"):
        declarations.append(f"text-align: {styles['text-align']};")
    attributes = list(_direction(element))
    if indent:
        attributes.append(("data-indent", indent.group()))
        declarations.append(f"padding-left: {40 * int(indent.group())}px;")
    if declarations:
        attributes.append(("style", " ".join(declarations)))
    return tuple(attributes)


def _direction(element: Element) -> Attributes:
    direction = element.attributes.get("dir", "")
    return (("dir", direction),) if direction in ("ltr", "rtl") else ()
