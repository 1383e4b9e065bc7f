"""Note nodes to the HTML that the note editor itself would write."""

from __future__ import annotations

from collections.abc import Iterable

from zoterodigest.notes.model import (
    Annotated,
    Attributes,
    Break,
    Code,
    Formula,
    Image,
    List,
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
    TextMark,
    ThematicBreak,
    count_shared,
)

SCHEMA = 9
"""The version of the editor's schema in which notes are written; 11 and above open read-only."""


def note_html(nodes: Iterable[Node], *, citation_items: str = "", version: int = SCHEMA) -> str:
    """Wrap `nodes` as a whole note; a note that holds nothing is the empty string."""
    inside = tuple(nodes)
    if inside in ((), (NoteParagraph(),)):
        return ""
    items = f'data-citation-items="{_attribute(citation_items)}" ' if citation_items else ""
    return f'<div {items}data-schema-version="{version}">{nodes_html(inside)}\n</div>'


def nodes_html(nodes: Iterable[Node]) -> str:
    """Return `nodes` as HTML, one below the other."""
    return "\n".join(_node_html(node) for node in nodes)


def runs_html(runs: Iterable[Run]) -> str:
    """Return inline HTML: each mark opened once for all neighbouring runs that share it."""
    pieces: list[str] = []
    opened: list[TextMark] = []
    for run in runs:
        shared = count_shared(opened, run.marks)
        pieces += [_tags(mark)[1] for mark in reversed(opened[shared:])]
        pieces += [_tags(mark)[0] for mark in run.marks[shared:]]
        opened = list(run.marks)
        pieces.append(_run_html(run))
    pieces += [_tags(mark)[1] for mark in reversed(opened)]
    return "".join(pieces)


def text_html(text: str) -> str:
    """Escape text as the editor does: `& < >`, and U+00A0 as an entity."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\u00a0", "&nbsp;")):
        text = text.replace(character, entity)
    return text


def _node_html(node: Node) -> str:
    match node:
        case NoteParagraph():
            return f"<p{_attributes(node.attributes)}>{runs_html(node.runs)}</p>"
        case NoteHeading():
            id_attribute = (("id", node.id),) if node.id else ()
            attributes = _attributes((*id_attribute, *node.attributes))
            return f"<h{node.level}{attributes}>{runs_html(node.runs)}</h{node.level}>"
        case Code():
            # The editor writes every second blank as an entity; HTML would fold them.
            code = runs_html(node.runs).replace("  ", " &nbsp;")
            return f"<pre{_attributes(node.attributes)}>{code}</pre>"
        case Formula():
            return f'<pre class="math">$${text_html(node.tex)}$$</pre>'
        case ThematicBreak():
            return "<hr>"
        case Quote():
            return f"<blockquote>\n{nodes_html(node.nodes)}\n</blockquote>"
        case List():
            tag = "ul" if node.start is None else "ol"
            start = (("start", str(node.start)),) if node.start not in (None, 1) else ()
            items = "\n".join(f"<li>\n{_item_html(item)}\n</li>" for item in node.items)
            return f"<{tag}{_attributes((*start, *node.attributes))}>\n{items}\n</{tag}>"
        case Table():
            rows = "\n".join("\n".join(("<tr>", *map(_cell, row), "</tr>")) for row in node.rows)
            return f"<table>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _item_html(item: tuple[Node, ...]) -> str:
    if len(item) == 1 and isinstance(item[0], NoteParagraph):
        return runs_html(item[0].runs)
    return nodes_html(item)


def _cell(cell: NoteCell) -> str:
    tag = "th" if cell.is_header else "td"
    return f"<{tag}{_attributes(cell.attributes)}>\n{nodes_html(cell.nodes)}\n</{tag}>"


def _run_html(run: Run) -> str:
    match run:
        case NoteText():
            return text_html(run.text)
        case Break():
            return "<br>"
        case Math():
            return f'<span class="math">${text_html(run.tex)}$</span>'
        case Image():
            return f"<img{_attributes(run.attributes)}>"
        case NoteCitation():
            data = _attribute(run.data)
            return f'<span class="citation" data-citation="{data}">{run.shown}</span>'
        case Annotated():
            data = _attribute(run.data)
            inside = runs_html(run.runs)
            return f'<span class="{run.kind}" data-annotation="{data}">{inside}</span>'


def _tags(mark: TextMark) -> tuple[str, str]:
    """Return the tag that begins a mark, and the one that ends it."""
    value = _attribute(mark.value)
    match mark.name:
        case "link":
            title = f' title="{_attribute(mark.title)}"' if mark.title else ""
            return f'<a href="{value}"{title} rel="noopener noreferrer nofollow">', "</a>"
        case "u":
            style = f' style="text-decoration-color: {value};"' if value else ""
            return f"<u{style}>", "</u>"
        case "strike":
            return '<span style="text-decoration: line-through;">', "</span>"
        case "color":
            return f'<span style="color: {value};">', "</span>"
        case "background":
            return f'<span style="background-color: {value};">', "</span>"
        case name:
            return f"<{name}>", f"</{name}>"


def _attributes(attributes: Attributes) -> str:
    return "".join(f' {name}="{_attribute(value)}"' for name, value in attributes)


def _attribute(value: str) -> str:
    return text_html(value).replace('"', "&quot;")
