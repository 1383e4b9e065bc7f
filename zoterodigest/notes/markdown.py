"""Markdown blocks to note blocks. Raw HTML in them is read as hostile: only known marks pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from html import escape
from itertools import chain

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from zoterodigest.core.values.blocks import (
    INDENTATION_OF_CHILDREN,
    INLINE_FORMULA,
    BlockRange,
    BlockShape,
    cut_blocks,
    split_blocks,
    unescaped,
)
from zoterodigest.notes.inline import gathered_runs, with_marks
from zoterodigest.notes.markup import BLOCK, parse
from zoterodigest.notes.model import (
    DEEPEST_ITEM,
    DEEPEST_QUOTE,
    Block,
    Bullet,
    Code,
    Content,
    Formula,
    Image,
    Marker,
    NoteHeading,
    NoteParagraph,
    NoteText,
    Ordinal,
    Quote,
    Run,
    TextMark,
    ThematicBreak,
    nest,
    table_of,
)
from zoterodigest.notes.normal import PlainRuns, is_plain, is_safe, plain_runs
from zoterodigest.regex import lazy_regex

_BREAKING = BLOCK | {"details", "summary"}
_MARKER = lazy_regex(r"(?:[-+*]|(\d{1,9})[.)])[ \t]*")
_UNDERLINE = lazy_regex(r"\n[ \t]*(=+|-+)$")
_SIGNS = lazy_regex(r"[\\`*_\[<&~$]")
"""What may be more than text inside a paragraph."""
_CALLOUT = lazy_regex(r"\A\[![^\[\]\n]+\].*(?=\n.*\S)")
_PROPERTY = lazy_regex(r"[^\W\d_][\w /-]*::(?:\s|$)")
_BEGINS_LINE = lazy_regex(rf"\[\^[^\]\s]+\]:|:\s|%%|\^[\w-]+$|{_PROPERTY.pattern}")
"""What begins a line of its own: a footnote, a definition, a comment, a block id, a property."""
_CLOSING_HASHES = lazy_regex(r"(?:^|[ \t]+)#+$")


def read_blocks(texts: Iterable[str]) -> tuple[Block, ...]:
    """Read Markdown blocks, given in order, into note blocks; indentation tells their depth."""
    return tuple(chain.from_iterable(read_each(texts)))


def read_each(texts: Iterable[str], quotes: int = 0) -> tuple[tuple[Block, ...], ...]:
    """Read each of `texts`, blocks of one slot in order: one block each, none for a blank text.

    A text that is several blocks gives several. `quotes` counts the quotes around.
    """
    items: list[int] = []
    return tuple(tuple(_read_text(text, items, quotes)) for text in texts)


@lru_cache(maxsize=10_000)
def read_inline(markdown: str, *, allows_math: bool = True) -> PlainRuns:
    """Read inline Markdown into runs in normal form."""
    # Most texts are words only: 500 notes made and read 0.63 -> 0.45 s.
    if not _SIGNS.search(markdown) and is_plain(words := NoteText(markdown)):
        return (words,)
    root = parse(_parser().renderInline(markdown.replace("\0", "")))
    runs = map(_without_image, gathered_runs(root.children, breaking=_BREAKING))
    return plain_runs(runs, allows_math=allows_math)


def _row_cells(line: str) -> tuple[str, ...]:
    """Cut one line of a table into the inline Markdown of its cells; `\\|` is a bar in a cell."""
    inside = line.strip(" \t").removeprefix("|")
    if inside.endswith("|") and not inside.endswith("\\|"):
        inside = inside[:-1]
    cells = re.split(r"(?<!\\)\|", inside)
    return tuple(cell.replace("\\|", "|").strip(" \t") for cell in cells)


def _read_text(text: str, items: list[int], quotes: int) -> Iterator[Block]:
    """Yield the blocks of one text; `items` holds the indentation of the items it stands in."""
    for cut in cut_blocks(text):
        start = text.rfind("\n", 0, cut.start) + 1
        body = text[start : cut.end].lstrip(" \t")
        margin = text[start : cut.end].removesuffix(body)
        indent = len(margin.expandtabs(4))
        # Indentation alone tells the depth: other blocks of the slot may change at any time.
        while items and indent < items[-1] + INDENTATION_OF_CHILDREN:
            items.pop()
        depth = min(len(items), DEEPEST_ITEM)
        marker: Marker | None = None
        if cut.shape is BlockShape.ITEM and (match := _MARKER.match(body)):
            items.append(indent)
            marker = Ordinal(int(match.group(1))) if match.group(1) else Bullet()
            body = body[match.end() :]
        yield Block(_content(cut, body, indent, quotes), depth, marker)


def _content(cut: BlockRange, body: str, indent: int, quotes: int) -> Content:
    match cut.shape:
        case BlockShape.PARAGRAPH:
            return _paragraph(body)
        case BlockShape.HEADING:
            level = len(body) - len(body.lstrip("#"))
            inside = _CLOSING_HASHES.sub("", body[level:].strip(" \t"))
            return NoteHeading(level, read_inline(inside, allows_math=False))
        case BlockShape.FENCE:
            return Code((NoteText(_fenced(body, indent)),))
        case BlockShape.FORMULA:
            return Formula(body.removeprefix("$$").removesuffix("$$"))
        case BlockShape.TABLE:
            header, _, *rows = body.split("\n")
            return table_of(map(read_inline, _row_cells(row)) for row in (header, *rows))
        case BlockShape.HTML:
            runs = gathered_runs(parse(body).children, breaking=_BREAKING)
            return NoteParagraph(plain_runs(map(_without_image, runs)))
        case BlockShape.RULE:
            return ThematicBreak()
        case BlockShape.QUOTE if quotes < DEEPEST_QUOTE:
            inside = "\n".join(_unquoted(line) for line in body.split("\n"))
            # The title of a callout is a paragraph of its own: an edit must not move its end.
            inside = _CALLOUT.sub(r"\g<0>\n", inside)
            blocks = chain.from_iterable(read_each(split_blocks(inside), quotes + 1))
            return Quote(nest(tuple(blocks)))
        case _:
            return NoteParagraph(read_inline(_flowing(body)))


def _paragraph(body: str) -> NoteParagraph | NoteHeading:
    underline = _UNDERLINE.search(body)
    if underline is None:
        return NoteParagraph(read_inline(_flowing(body)))
    level = 1 if underline.group(1)[0] == "=" else 2
    return NoteHeading(level, read_inline(_flowing(body[: underline.start()]), allows_math=False))


def _flowing(body: str) -> str:
    """Return the lines of a paragraph, those that mean something as lines ended by a hard break."""
    above, *below = (line.lstrip(" \t") for line in body.split("\n"))
    text = above
    for line in below:
        is_own = _BEGINS_LINE.match(line) or _PROPERTY.match(above) or above.endswith("%%")
        text += f"  \n{line}" if is_own and not above.endswith("\\") else f"\n{line}"
        above = line
    return text


def _fenced(body: str, indent: int) -> str:
    """Return the lines inside a fence, less the fence's own indentation.

    A block at the top has lost the indentation of its first line; its closing fence still has it.
    """
    opening, *lines = body.split("\n")
    fence = opening[: len(opening) - len(opening.lstrip(opening[0]))]
    if lines and lines[-1].strip().startswith(fence) and not lines[-1].strip().strip(fence[0]):
        closing = lines.pop()
        indent = indent or len(closing) - len(closing.lstrip(" "))
    return "\n".join(_outdented(line, indent) for line in lines)


def _outdented(line: str, columns: int) -> str:
    """Return `line` without up to `columns` columns of its margin."""
    column = at = 0
    while at < len(line) and column < columns and line[at] in " \t":
        column += 4 - column % 4 if line[at] == "\t" else 1
        at += 1
    return line[at:]


def _unquoted(line: str) -> str:
    inside = line.lstrip(" \t")
    return inside[1:].removeprefix(" ") if inside.startswith(">") else line


def _without_image(run: Run) -> Run:
    """Make a link of an image: a note must not load one from elsewhere."""
    if not isinstance(run, Image):
        return run
    attributes = dict(run.attributes)
    source = attributes.get("src", "")
    if any(mark.name == "link" for mark in run.marks) or not is_safe(source):
        return NoteText(attributes["alt"], run.marks)
    return NoteText(attributes["alt"] or source, with_marks(run.marks, TextMark("link", source)))


@cache
def _parser() -> MarkdownIt:
    """Return a parser for inline Markdown that keeps URLs as written; links are checked later."""
    parser = _VerbatimLinks("commonmark", {"html": True})
    # A reference would take its address from another block, which may change without this one.
    parser.enable("strikethrough").disable("reference")
    parser.inline.ruler.before("escape", "formula", _formula_rule)
    parser.inline.ruler.before("autolink", "address", _address_rule)
    parser.add_render_rule("formula", _render_formula)
    return parser


class _VerbatimLinks(MarkdownIt):
    """A parser that neither encodes nor judges the targets of links."""

    def normalizeLink(self, url: str) -> str:
        return url

    def validateLink(self, url: str) -> bool:
        return True


def _formula_rule(state: StateInline, silent: bool) -> bool:
    """Read `$x$` or `$$x$$`; a dollar beside a blank inside or a digit outside is an amount."""
    match = INLINE_FORMULA.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("formula", "span", 0)
        token.content = unescaped(match.group(1) or match.group(2))
    state.pos = match.end()
    return True


_ADDRESS = lazy_regex(r"<([\w.+-]+@[\w.-]+)>")


def _address_rule(state: StateInline, silent: bool) -> bool:
    """Read an e-mail address between angle brackets, as a linter writes it, as the bare address."""
    match = _ADDRESS.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.pending += match.group(1)
    state.pos = match.end()
    return True


def _render_formula(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, *_: OptionsDict | EnvType
) -> str:
    return f'<span class="math">${escape(tokens[at].content)}$</span>'
