"""The canonical form of Markdown blocks: what the sync compares at both ends of a link.

It keeps every difference that a person would call an edit (words, links, emphasis, formulas) and
drops what a note cannot hold (bullet characters, numbers, tight or loose, fence languages). Text is
escaped as little as makes it read back the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from html import escape
from itertools import islice

from zoterodigest.core.values.blocks import BlockShape, cut_blocks, join_blocks
from zoterodigest.frozen import dataclass
from zoterodigest.notes.editor import read_nodes
from zoterodigest.notes.markdown import read_each, read_inline
from zoterodigest.notes.model import (
    CODE,
    Block,
    Break,
    Code,
    Content,
    Formula,
    Math,
    NoteHeading,
    NoteParagraph,
    NoteText,
    Ordinal,
    Quote,
    Table,
    TextMark,
    ThematicBreak,
    flatten,
)
from zoterodigest.notes.normal import (
    PlainRun,
    PlainRuns,
    aligned_blocks,
    code_text,
    normal_blocks,
    plain_runs,
)
from zoterodigest.regex import lazy_regex

INDENTATION = "    "
"""What a block stands deeper than the item it belongs to."""

_BACKSLASH = "\\"
_ESCAPED = r"\\\g<0>"  # what was found, behind a backslash
_ESCAPED_BAR = r"\|"


def canonical_blocks(blocks: Sequence[str]) -> tuple[str, ...]:
    """Return the canonical form of each of `blocks`, the Markdown blocks of one slot in order.

    There is one text for each block, "" for one that a note cannot hold (a comment, an empty
    item). The function is idempotent, and a note of these blocks reads back as the texts that are
    not "". An item's depth depends on the items before it, nothing else on other blocks.
    """
    return _canonical_blocks(tuple(blocks))


@lru_cache(maxsize=8_192)  # a run asks for the same slots several times
def _canonical_blocks(blocks: tuple[str, ...]) -> tuple[str, ...]:
    groups = read_each(blocks)
    normal = iter(aligned_blocks([block for group in groups for block in group]))
    return tuple(
        join_blocks(write_block(block) for block in islice(normal, len(group)) if block)
        for group in groups
    )


def html_to_blocks(html: str) -> tuple[str, ...]:
    """Return the Markdown blocks, in canonical form, of what `html` shows."""
    nodes = (placed.node for placed in read_nodes(html))
    return tuple(write_block(block) for block in normal_blocks(flatten(nodes)))


def write_block(block: Block) -> str:
    """Write one block in normal form as Markdown, indented by its depth."""
    text = _content(block.content)
    if block.marker is not None:
        marker = "1." if isinstance(block.marker, Ordinal) else "-"
        is_rule = text and not text.strip("- ")  # "- --" is a rule, not an item
        text = f"{marker} {_BACKSLASH if is_rule else ''}{text}".rstrip(" ")
    indentation = INDENTATION * block.depth
    return "\n".join(indentation + line if line.strip() else "" for line in text.split("\n"))


def _content(content: Content) -> str:
    match content:
        case NoteParagraph(runs):
            return _guarded(inline_markdown(plain_runs(runs)))
        case NoteHeading(level, runs):
            text = inline_markdown(plain_runs(runs), allows_math=False)
            # Hashes at the end would be read as the end of the heading.
            return "#" * level + " " + re.sub(r"(?:^|(?<=[ \t]))#+$", _ESCAPED, text)
        case Code():
            code = code_text(content)
            fence = "`" * max(3, _longest_backticks(code) + 1)
            return f"{fence}\n{code}\n{fence}"
        case Formula(tex):
            is_one_line = "\n" not in tex and "$" not in tex
            return f"$${tex}$$" if is_one_line else f"$$\n{tex}\n$$"
        case ThematicBreak():
            return "---"
        case Quote(nodes):
            inside = join_blocks(write_block(block) for block in flatten(nodes))
            return "\n".join(f"> {line}" if line else ">" for line in inside.split("\n"))
        case Table():
            return "\n".join(_table_lines(content))


@lru_cache(maxsize=10_000)
def inline_markdown(runs: PlainRuns, *, allows_math: bool = True) -> str:
    """Write runs in normal form as inline Markdown that reads back as the same runs."""
    text = ""
    for manner in _MANNERS:
        text = _write(runs, frozenset(), manner)
        if read_inline(text, allows_math=allows_math) == runs:
            break
    return text


@dataclass(frozen=True, slots=True)
class _Manner:
    """A way to write runs: what `escape` makes of text, and whether marks are HTML tags."""

    escape: Callable[[str], str]
    in_tags: bool = False


def _write(runs: Sequence[PlainRun], opened: frozenset[TextMark], manner: _Manner) -> str:
    """Write `runs`, of their marks not yet `opened` the one that reaches furthest outermost."""
    pieces: list[str] = []
    at = 0
    while at < len(runs):
        reaches = [(_reach(runs, at, mark), mark) for mark in runs[at].marks if mark not in opened]
        reaches = [reach for reach in reaches if reach[1] != CODE]
        if not reaches:
            pieces.append(_write_run(runs[at], manner))
            at += 1
            continue
        end, mark = max(reaches, key=lambda reach: reach[0])
        inside = _write(runs[at:end], opened | {mark}, manner)
        pieces.append(_tag_mark(mark, inside) if manner.in_tags else _light_mark(mark, inside))
        at = end
    return "".join(pieces)


def _reach(runs: Sequence[PlainRun], start: int, mark: TextMark) -> int:
    end = start + 1
    while end < len(runs) and mark in runs[end].marks:
        end += 1
    return end


def _write_run(run: PlainRun, manner: _Manner) -> str:
    match run:
        case NoteText(text, marks) if CODE in marks:
            return f"<code>{manner.escape(text)}</code>" if manner.in_tags else _light_code(text)
        case NoteText(text):
            return manner.escape(text)
        case Break():
            return "<br>"
        case Math(tex):
            formula = f"${tex}$"
            is_tag = manner.in_tags
            return f'<span class="math">{manner.escape(formula)}</span>' if is_tag else formula


_DANGEROUS = lazy_regex(
    r"\\(?=[!-/:-@\[-`{-~]|$)"
    r"|`"
    r"|(?<!\s)\*|\*(?!\s)"
    r"|(?<!\w)_(?!\s)|(?<!\s)_(?!\w)"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w+;)"
    r"|\](?=\()"
    r"|~(?=~)|(?<=~)~"
)
_AUTOLINK = lazy_regex(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]+")
_SPECIAL = lazy_regex(r"[\\`*_\[\]<>&~$!]")


_SIGNS = {"strong": "**", "em": "*", "strike": "~~"}


def _light_mark(mark: TextMark, inside: str) -> str:
    match mark.name:
        case "strong" | "em" | "strike" as name:
            return f"{_SIGNS[name]}{inside}{_SIGNS[name]}"
        case "link" if inside == mark.value and not mark.title and _AUTOLINK.fullmatch(inside):
            return f"<{inside}>"
        case "link":
            escaped_title = re.sub(r'[\\"&]', _ESCAPED, mark.title)
            title = f' "{escaped_title}"' if mark.title else ""
            is_simple = re.fullmatch(r"[^\s<>()\\]*", mark.value) and (mark.value or not title)
            bracketed = re.sub(r"[<>\\&]", _ESCAPED, mark.value)
            return f"[{inside}]({mark.value if is_simple else f'<{bracketed}>'}{title})"
        case name:
            return f"<{name}>{inside}</{name}>"


def _tag_mark(mark: TextMark, inside: str) -> str:
    if mark.name == "link":
        title = f' title="{escape(mark.title)}"' if mark.title else ""
        return f'<a href="{escape(mark.value)}"{title}>{inside}</a>'
    name = "s" if mark.name == "strike" else mark.name
    return f"<{name}>{inside}</{name}>"


def _light_code(text: str) -> str:
    fence = "`" * (_longest_backticks(text) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"


# From the prettiest to the safest: the first that reads back as the same runs counts (law 2).
_MANNERS = (
    _Manner(lambda text: text.replace("<!--", r"\<!--")),
    _Manner(partial(_DANGEROUS.sub, _ESCAPED)),
    _Manner(partial(_SPECIAL.sub, _ESCAPED)),
    _Manner(partial(_SPECIAL.sub, _ESCAPED), in_tags=True),
)


def _longest_backticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _guarded(text: str) -> str:
    """Keep a paragraph from being read as another kind of block."""
    # "1. May" at the start of a paragraph would be read as an item, "# 1" as a heading.
    if text[:1].isalpha() and "\n" not in text:  # nearly all paragraphs
        return text
    cuts = cut_blocks(text)
    if not cuts or (cuts[0].shape is BlockShape.PARAGRAPH and not text.startswith("$$")):
        return text
    number = re.match(r"\d+", text)
    at = number.end() if number else 0
    return f"{text[:at]}{_BACKSLASH}{text[at:]}"


def _table_lines(table: Table) -> Iterator[str]:
    for number, row in enumerate(table.rows):
        nodes = (node for cell in row for node in cell.nodes if isinstance(node, NoteParagraph))
        yield _row(inline_markdown(plain_runs(node.runs)) for node in nodes)
        if number == 0:
            yield _row("---" for _ in row)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', _ESCAPED_BAR) for cell in cells)} |"
