"""Blocks: the parts of a digest that may be entries, by each way in which they may be wrapped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from zoterodigest.digest.format.entry_template import TemplateContainer
from zoterodigest.digest.read.lines import Lines, depth_change
from zoterodigest.digest.read.slots import decoded
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_BULLET = lazy_regex(r"([ \t]*)([-*+•]|\d{1,9}[.)])[ \t]+")
_QUOTED = lazy_regex(r" {0,3}>[ \t]?")
_HEADING = lazy_regex(r" {0,3}(#{1,6})[ \t]+")
_TABLE = lazy_regex(r"[ \t]*\|")
_RULE = lazy_regex(r" {0,3}(?:[-*_][ \t]*){3,}$")
_DETAILS = lazy_regex(r" {0,3}<details\b", re.I)
_SUMMARY_END = lazy_regex(r"</summary\s*>", re.I)
_LINE_END = lazy_regex(r"(?:[ \t]*<br[ \t]*/?>)+[ \t]*$", re.I)
_LEAD = lazy_regex(r"(\*\*|\W)?[ \t]*([^\W\d_]+|\d+)?")
_LEAD_LABEL = lazy_regex(r"\W*[^\W\d_][\w ]{0,20}[ \t*_]{0,5}[:：=]")


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of a block without its wrapping, and whether a blank line stands above it."""

    number: int
    text: str
    is_below_blank: bool


@dataclass(frozen=True, slots=True)
class EntryBlock:
    """What may be an entry: its lines, without blank ones."""

    lines: tuple[EntryLine, ...]

    @property
    def text(self) -> str:
        """All of its text."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Family:
    """Blocks that are wrapped alike; `marker` is what their first line begins with."""

    container: TemplateContainer
    marker: str
    blocks: tuple[EntryBlock, ...]


def families(lines: Lines) -> Iterator[Family]:
    """Yield the ways in which a digest may be cut into entries, those of few blocks too."""
    yield from _items(lines)
    yield from _headings(lines)
    yield from _quotes(lines)
    yield from _details(lines)
    yield from _plain(lines)


def _text(lines: Lines, line: int) -> str:
    return decoded(lines[line])


def bare(text: str) -> str:
    """Return a line without blanks, and the sign of a break that may end it."""
    return _LINE_END.sub("", text.rstrip(" \t\r\\")).strip()


def _is_boundary(lines: Lines, line: int) -> bool:
    text = _text(lines, line)
    return lines.is_hidden(line) or bool(_HEADING.match(text) or _RULE.match(text))


def _block(lines: Lines, numbers: Sequence[int], first: str, quote: bool = False) -> EntryBlock:
    found: list[EntryLine] = []
    was_blank = False
    for at, line in enumerate(numbers):
        text = _text(lines, line)
        text = _QUOTED.sub("", text, count=1) if quote else text
        text = first if at == 0 else bare(text)
        if text:
            found.append(EntryLine(line, text, was_blank))
        was_blank = not text
    return EntryBlock(tuple(found))


def _items(lines: Lines) -> Iterator[Family]:
    """Yield the list items of each depth, and those with bullets apart from those with numbers."""
    families: dict[tuple[str, bool], list[EntryBlock]] = {}
    markers: dict[tuple[str, bool], Counter[str]] = {}
    for line in range(len(lines)):
        found = _BULLET.match(_text(lines, line))
        if not found or lines.is_hidden(line) or _RULE.match(_text(lines, line)):
            continue
        numbers = [line]
        for below in range(line + 1, len(lines)):
            text = _text(lines, below)
            width = len(text) - len(text.lstrip())
            if _is_boundary(lines, below) and text.strip():
                break
            if text.strip() and width <= len(found[1]):
                is_lazy = not lines.is_blank(below - 1) and not _BULLET.match(text)
                if not is_lazy or text.lstrip()[:1] in "|><#":
                    break
            numbers.append(below)
        key = found[1].expandtabs(4), found[2][0].isdigit()
        families.setdefault(key, []).append(
            _block(lines, numbers, bare(_text(lines, line)[found.end() :]))
        )
        markers.setdefault(key, Counter())[found[2] if not key[1] else f"1{found[2][-1]}"] += 1
    for key, blocks in families.items():
        (marker, _), *_ = markers[key].most_common(1)
        yield Family("item", f"{marker} ", tuple(one for one in blocks if one.lines))


def _headings(lines: Lines) -> Iterator[Family]:
    headings = list(lines.headings())
    for level in sorted({one.level for one in headings}):
        blocks: list[EntryBlock] = []
        for at, heading in enumerate(headings):
            if heading.level != level:
                continue
            below = (one.line for one in headings[at + 1 :] if one.level <= level)
            stop = next(below, len(lines))
            numbers = [it for it in range(heading.line, stop) if not lines.is_hidden(it)]
            blocks.append(_block(lines, numbers, heading.source))
        yield Family("heading", f"{'#' * level} ", tuple(one for one in blocks if one.lines))


def _quotes(lines: Lines) -> Iterator[Family]:
    run: list[int] = []
    blocks: list[EntryBlock] = []
    for line in range(len(lines) + 1):
        if line < len(lines) and not lines.is_hidden(line) and _QUOTED.match(_text(lines, line)):
            run.append(line)
        elif run:
            first = bare(_QUOTED.sub("", _text(lines, run[0]), count=1))
            blocks.append(_block(lines, run, first, quote=True))
            run = []
    yield Family("quote", "> ", tuple(one for one in blocks if one.lines))


def _details(lines: Lines) -> Iterator[Family]:
    blocks: list[EntryBlock] = []
    after = 0
    for line in range(len(lines)):
        if line < after or lines.is_hidden(line) or not _DETAILS.match(_text(lines, line)):
            continue
        depth, last = 0, line
        for at in range(line, len(lines)):
            depth += depth_change(lines[at])
            last = at
            if depth <= 0:
                break
        block = _folded(lines, line, last)
        after = last + 1
        if block:
            blocks.append(block)
    yield Family("details", "", tuple(blocks))


def _folded(lines: Lines, first: int, last: int) -> EntryBlock | None:
    """Return the block of a `<details>`, all up to `</summary>` as its first line."""
    for line in range(first, min(last, first + 6) + 1):
        text = _text(lines, line)
        if found := _SUMMARY_END.search(text):
            above = [_text(lines, at).strip() for at in range(first, line)]
            head = "\n".join([*above, text[: found.end()].strip()])
            below = range(line + 1, last)
            rest = _block(lines, below, bare(_text(lines, line + 1))).lines if below else ()
            return EntryBlock((EntryLine(first, head, False), *rest))
    return None


def lead(text: str) -> str:
    """Return what kind of line begins so: its first sign, and a label; "w" for plain words."""
    if found := _LEAD_LABEL.match(text):
        return found[0].strip()
    found = _LEAD.match(text)
    sign = found[1] if found and found[1] else ""
    return sign or ("0" if text[:1].isdigit() else "w")


def _plain(lines: Lines) -> Iterator[Family]:
    """Yield for each kind of line the blocks that begin with one, up to the next."""
    kinds = _kinds(lines, [line for line in range(len(lines)) if _is_plain(lines, line)])
    for kind, begins in sorted(kinds.items()):
        if len(begins) < 2 or (kind in ("w", "0")):
            continue
        for blanks in (1, 2):
            found = list(_cut(lines, begins, blanks))
            if blanks == 2 and not any(it.is_below_blank for one in found for it in one.lines):
                continue
            container: TemplateContainer = "paragraph" if blanks == 1 else "lines"
            yield Family(container, "", tuple(found))


def _is_plain(lines: Lines, line: int) -> bool:
    text = _text(lines, line)
    if _is_boundary(lines, line) or not text.strip():
        return False
    return not (_BULLET.match(text) or _QUOTED.match(text) or _TABLE.match(text))


def _kinds(lines: Lines, plain: Sequence[int]) -> dict[str, list[int]]:
    """Return the lines that begin alike, those below a gap ("top"), and all of them ("any")."""
    first_words = Counter(_text(lines, line).split()[0] for line in plain)
    kinds: dict[str, list[int]] = {}
    for line in plain:
        text = bare(_text(lines, line))
        kind = lead(text)
        word = _text(lines, line).split()[0]
        if kind == "w" and first_words[word] >= max(3, len(plain) // 20) and word[:1].islower():
            kind = f"w {word}"
        is_top = line == 0 or lines.is_blank(line - 1) or _is_boundary(lines, line - 1)
        for one in (kind, "any", *(["top"] if is_top else [])):
            kinds.setdefault(one, []).append(line)
    return kinds


def _cut(lines: Lines, begins: Sequence[int], blanks: int) -> Iterator[EntryBlock]:
    for line, stop in zip(begins, [*begins[1:], len(lines)], strict=True):
        numbers = [line]
        empty = 0
        for below in range(line + 1, stop):
            if lines.is_blank(below):
                empty += 1
                if empty == blanks:
                    break
            elif _is_boundary(lines, below):
                break
            else:
                empty = 0
            numbers.append(below)
        block = _block(lines, numbers, bare(_text(lines, line)))
        if block.lines:
            yield block
