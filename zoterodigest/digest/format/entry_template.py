"""Entry templates: an entry written down once, with the names of slots in place of its values.

`{name}` is a slot, `{? … ?}` a group that an entry may lack; `{{` and `}}` are plain signs.
The first line tells the container. docs/formats.md teaches the language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, product
from typing import Literal

from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

CODECS = frozenset(
    {"date", "year", "url", "arxiv", "doi", "venue", "authors", "links", "short_title"}
)
"""The slots that hold only what can be read as such a value."""

SEVERAL_LINES = frozenset({"summary", "abstract", "section"})
"""The slots that may hold several lines."""

EVIDENCE = frozenset({"url", "links", "arxiv", "doi", "venue", "authors"})
"""The slots one of which shows that an entry is a paper."""

_REPEATABLE = frozenset({"links", "ignored"})

MOST_GROUPS = 6
"""The most groups of a line: each may be there or not, and 64 choices are the most to be tried."""

TemplateContainer = Literal["item", "quote", "heading", "details", "paragraph", "lines"]


class BadTemplate(ValueError):
    """A template breaks a rule; `line` and `column` count from 1 in its own text."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(f"line {line}, column {column}: {reason}")
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """Text that stands in a template for itself; a line break in it is white space."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class SlotPlace:
    """The place of a slot."""

    slot: str
    column: int

    @property
    def has_codec(self) -> bool:
        """Whether it holds only what can be read as its value."""
        return self.slot in CODECS


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of a line that are there all together, or not at all."""

    parts: tuple[TemplateWords | SlotPlace, ...]
    column: int


Part = TemplateWords | SlotPlace | Group
Flat = Sequence[TemplateWords | SlotPlace | None]
"""Parts of a line under one choice of its groups; None is the edge of a group."""


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A line of a template without its indentation; `number` is that in the template's text.

    `end` is the `\\` or `<br>` that it ends in, which an entry may lack.
    """

    number: int
    parts: tuple[Part, ...]
    end: str = ""

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups, from left to right."""
        return tuple(part for part in self.parts if isinstance(part, Group))

    @property
    def places(self) -> tuple[SlotPlace, ...]:
        """The places of slots, from left to right, those in groups too."""
        return tuple(part for part in self.flat() if isinstance(part, SlotPlace))

    @property
    def parts_always_there(self) -> list[TemplateWords | SlotPlace | None]:
        """The parts outside of groups."""
        return [None if isinstance(part, Group) else part for part in self.parts]

    @property
    def may_be_missing(self) -> bool:
        """Whether nothing but groups stands in it."""
        around = (part for part in self.parts if not isinstance(part, Group))
        return bool(self.groups) and all(is_only_blanks(part) for part in around)

    @property
    def several(self) -> str:
        """The slot that may hold several lines: it stands last in the line, behind a label at most.

        "" if there is none.
        """
        filled = [part for part in self.flat() if part is not None and not is_only_blanks(part)]
        last = filled[-1] if filled else None
        if not isinstance(last, SlotPlace) or last.slot not in SEVERAL_LINES:
            return ""
        return last.slot if not any(isinstance(part, SlotPlace) for part in filled[:-1]) else ""

    @property
    def begins_with_text(self) -> bool:
        """Whether its first sign stands for itself."""
        return bool(self._first_words)

    @property
    def begins_with_bullet(self) -> bool:
        """Whether it is a list item."""
        return bool(_BULLET.match(self._first_words))

    @property
    def _first_words(self) -> str:
        filled = (part for part in self.flat() if part is not None and not is_only_blanks(part))
        first = next(filled, None)
        return first.text if isinstance(first, TemplateWords) else ""

    def flat(self, present: Sequence[bool] | None = None) -> list[TemplateWords | SlotPlace | None]:
        """Return the parts with those of the groups that are `present` (None: all)."""
        parts: list[TemplateWords | SlotPlace | None] = []
        choice = iter(present if present is not None else [True] * len(self.groups))
        for part in self.parts:
            if isinstance(part, Group):
                parts += [None, *part.parts, None] if next(choice) else [None]
            else:
                parts.append(part)
        return parts

    def choices(self) -> Iterator[tuple[bool, ...]]:
        """Yield which groups may be there: each one present first, from left to right."""
        return product((True, False), repeat=len(self.groups))


@dataclass(frozen=True, slots=True)
class EntryTemplate:
    """A template: its container, what the first line begins with, and its lines.

    `marker` is the bullet, number or `##` as written. `blank_above` are the numbers of those lines
    (by their place) above which a blank line stands.
    """

    container: TemplateContainer
    marker: str
    lines: tuple[TemplateLine, ...]
    blank_above: frozenset[int] = frozenset()

    @property
    def slots(self) -> frozenset[str]:
        """The names of its slots."""
        return frozenset(place.slot for line in self.lines for place in line.places)


_MARKER = lazy_regex(r"[ \t]*((?:[-*+•]|\d{1,9}[.)])[ \t]+|#{1,6}[ \t]+|>[ \t]?|(?=<details\b))")
_BULLET = lazy_regex(r"(?:[-*+•]|\d{1,9}[.)])[ \t]")
_TOKEN = lazy_regex(r"\{\?|\?\}|\{\{|\}\}|\{[^{}?\n]*\}|[{}]|(?:(?!\?\})[^{}])+")
_LINE_END = lazy_regex(r"[ \t]*(?:\\|<br[ \t]*/?>)?[ \t]*$", re.I)
_SUMMARY_END = lazy_regex(r"</summary\s*>", re.I)
_DETAILS_END = lazy_regex(r"[ \t]*</details\s*>[ \t]*", re.I)


def parse_template(text: str, is_slot: Callable[[str], bool]) -> EntryTemplate:
    """Return the template that `text` states; raises `BadTemplate`.

    `is_slot` tells which names are slots.
    """
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), 1)]
    while numbered and not numbered[-1][1].strip():
        numbered.pop()
    while numbered and not numbered[0][1].strip():
        numbered.pop(0)
    if not numbered:
        raise BadTemplate(1, 1, "the template is empty")
    container, marker, bare = _unwrapped(numbered)
    if container == "details":
        bare = _with_whole_head(bare)
    lines: list[TemplateLine] = []
    blank_above: set[int] = set()
    for number, column, line in bare:
        if line.strip():
            lines.append(_line(number, column, line, is_slot))
        else:
            blank_above.add(len(lines))
    if blank_above and container == "paragraph":
        container = "lines"
    template = EntryTemplate(container, marker, tuple(lines), frozenset(blank_above))
    _check_template(template)
    return template


def parse_cell(text: str, is_slot: Callable[[str], bool]) -> TemplateLine:
    """Return the template of a table's cell that `text` states; raises `BadTemplate`."""
    line = _line(1, 1, text, is_slot)
    if not line.places:
        raise BadTemplate(1, 1, "the template of a cell needs a slot")
    _check_once([line], frozenset({"ignored"}))
    check_line(line)
    return line


_Bare = list[tuple[int, int, str]]


def _unwrapped(
    numbered: Sequence[tuple[int, str]],
) -> tuple[TemplateContainer, str, _Bare]:
    """Return container and marker, and each line without its wrapping: number, column, text."""
    found = _MARKER.match(numbered[0][1])
    marker = found[1] if found else ""
    container: TemplateContainer = "item"
    if marker.startswith(">"):
        container = "quote"
    elif marker.startswith("#"):
        container = "heading"
    elif not marker:
        container = "details" if found else "paragraph"
    wrapping = re.compile(r"[ \t]*(?:>[ \t]*)?" if container == "quote" else r"[ \t]*")
    bare: _Bare = []
    for at, (number, line) in enumerate(numbered):
        cut = found if at == 0 and found else wrapping.match(line)
        start = cut.end() if cut else 0
        bare.append((number, start + 1, line[start:]))
    return container, marker, bare


def _with_whole_head(bare: _Bare) -> _Bare:
    """Return the lines of a `<details>`, all up to `</summary>` as the first, without its end."""
    last = next((at for at, one in enumerate(bare) if _SUMMARY_END.search(one[2])), None)
    if last is None:
        raise BadTemplate(bare[0][0], bare[0][1], "a <details> needs a </summary>")
    number, column, text = bare[last]
    found = _SUMMARY_END.search(text)
    end = found.end() if found else len(text)
    head = "\n".join([*(one[2] for one in bare[:last]), text[:end]])
    behind = [(number, column + end, text[end:])] if text[end:].strip() else []
    rest = [*behind, *bare[last + 1 :]]
    while rest and not rest[-1][2].strip():
        rest.pop()
    if rest and _DETAILS_END.fullmatch(rest[-1][2]):
        rest.pop()
    return [(bare[0][0], bare[0][1], head), *rest]


def parse_template_line(text: str, is_slot: Callable[[str], bool]) -> TemplateLine:
    """Return the line of a template that `text` states alone; raises `BadTemplate`."""
    line = _line(1, 1, text, is_slot)
    check_line(line)
    return line


def _line(number: int, column: int, text: str, is_slot: Callable[[str], bool]) -> TemplateLine:
    found = _LINE_END.search(text)
    stop = found.start() if found else len(text)
    parts: list[Part] = []
    opened: tuple[int, list[TemplateWords | SlotPlace]] | None = None
    for token in _TOKEN.finditer(text, 0, stop):
        word, at = token[0], column + token.start()
        current = parts if opened is None else opened[1]
        if word == "{?":
            if opened is not None:
                raise BadTemplate(number, at, "a group cannot stand in another group")
            opened = at, []
        elif word == "?}":
            if opened is None:
                raise BadTemplate(number, at, "“?}” ends a group, but none begins before it")
            parts.append(_group(number, *opened))
            opened = None
        elif word in ("{", "}"):
            raise BadTemplate(number, at, f"“{word}” alone: write “{word * 2}” for the sign itself")
        elif word in ("{{", "}}"):
            _add_words(current, word[0], at)
        elif word[0] == "{":
            current.append(_place(number, at, word[1:-1], is_slot))
        else:
            _add_words(current, word, at)
    if opened is not None:
        raise BadTemplate(number, opened[0], "the group has no end: “?}” is missing")
    return TemplateLine(number, tuple(parts), text[stop:].strip())


def _place(number: int, column: int, name: str, is_slot: Callable[[str], bool]) -> SlotPlace:
    if not is_slot(name):
        raise BadTemplate(number, column, f"there is no slot “{name}”")
    return SlotPlace(name, column)


def _group(number: int, column: int, parts: Sequence[TemplateWords | SlotPlace]) -> Group:
    if not any(isinstance(part, SlotPlace) for part in parts):
        raise BadTemplate(number, column, "the group holds no slot")
    return Group(tuple(parts), column)


def _add_words(parts: list[Part] | list[TemplateWords | SlotPlace], text: str, column: int) -> None:
    if parts and isinstance(last := parts[-1], TemplateWords):
        parts[-1] = TemplateWords(last.text + text, last.column)
    else:
        parts.append(TemplateWords(text, column))


def parts_of(part: Part) -> Sequence[TemplateWords | SlotPlace]:
    """Return the parts of a group, or the one part that it is."""
    return part.parts if isinstance(part, Group) else (part,)


def is_only_blanks(part: Part | None) -> bool:
    """Whether a part of a line is nothing but blanks."""
    return isinstance(part, TemplateWords) and not part.text.strip()


def _check_template(template: EntryTemplate) -> None:
    lines = template.lines
    if "title" not in template.slots:
        raise BadTemplate(lines[0].number if lines else 1, 1, "a template needs {title}")
    if lines[0].may_be_missing:
        raise BadTemplate(lines[0].number, 1, "the first line cannot be missing: it is one group")
    _check_once(lines)
    for line in lines:
        check_line(line)
    for line, below in pairwise(lines):
        if line.several and not below.begins_with_text:
            slot = line.places[-1]
            reason = (
                f"{{{slot.slot}}} may hold several lines: the line below it must begin with text"
            )
            raise BadTemplate(line.number, slot.column, reason)


def _check_once(lines: Iterable[TemplateLine], repeatable: frozenset[str] = _REPEATABLE) -> None:
    seen: set[str] = set()
    for line in lines:
        for place in line.places:
            if place.slot in seen and place.slot not in repeatable:
                reason = f"{{{place.slot}}} stands in the template a second time"
                raise BadTemplate(line.number, place.column, reason)
            seen.add(place.slot)


def check_line(line: TemplateLine) -> None:
    """Raise `BadTemplate` if nothing tells where a slot of the line ends."""
    if len(line.groups) > MOST_GROUPS:
        column = line.groups[MOST_GROUPS].column
        raise BadTemplate(line.number, column, f"a line has {MOST_GROUPS} groups at most")
    _check_neighbouring_groups(line)
    _check_behind_slots(line)
    for choice in line.choices():
        _check_slots_apart(line, line.flat(choice))


def _check_slots_apart(line: TemplateLine, parts: Flat) -> None:
    last: SlotPlace | None = None
    is_at_edge = False
    for part in parts:
        if part is None:
            is_at_edge = True
        elif isinstance(part, SlotPlace):
            if last is not None and not (last.has_codec or part.has_codec):
                between = "only a group that may be missing" if is_at_edge else "nothing but blanks"
                reason = f"{between} parts {{{last.slot}}} and {{{part.slot}}}"
                raise BadTemplate(line.number, part.column, reason)
            last, is_at_edge = part, False
        elif not is_only_blanks(part):
            last, is_at_edge = None, False


def _check_behind_slots(line: TemplateLine) -> None:
    """Refuse a group that can always be there, as it takes its text from the slot before it."""
    behind: list[SlotPlace] = []
    for part in line.parts:
        if is_only_blanks(part):
            continue
        inner = [it for it in parts_of(part) if not is_only_blanks(it)]
        first, last = inner[0], inner[-1]
        if isinstance(part, Group) and behind and isinstance(first, SlotPlace):
            reason = (
                f"only a group that may be missing parts {{{behind[-1].slot}}} and {{{first.slot}}}"
            )
            if not first.has_codec:
                raise BadTemplate(line.number, first.column, reason)
        # A group may be missing: then what stands before it stands before the next part.
        behind = behind if isinstance(part, Group) else []
        behind += [last] if isinstance(last, SlotPlace) else []


def _check_neighbouring_groups(line: TemplateLine) -> None:
    parts = [part for part in line.parts if not is_only_blanks(part)]
    for one, other in pairwise(parts):
        if isinstance(one, Group) and isinstance(other, Group) and _read_the_same(one, other):
            reason = "it reads the same text as the group before it"
            raise BadTemplate(line.number, other.column, reason)


def _read_the_same(one: Group, other: Group) -> bool:
    """Whether whatever the `other` group reads, `one` before it would read."""
    if _holds(one, other):
        return True
    if len(one.parts) != len(other.parts):
        return False
    return all(map(_takes, one.parts, other.parts))


def _holds(one: Group, other: Group) -> bool:
    """Whether a group of one slot without a codec can take all that the `other` reads for it."""
    if [part.has_codec for part in one.parts if isinstance(part, SlotPlace)] != [False]:
        return False
    before, after = _shown(one.parts).strip().split("\0")
    text = _shown(other.parts).strip()
    inner = text.removeprefix(before).removesuffix(after)
    is_within = len(before + inner + after) == len(text)
    # Between a pair, a slot holds the sign that ends it only in an inner pair.
    closing = _PAIRED.get(before[-1:], "")
    return is_within and not (closing and after.startswith(closing) and closing in inner)


_PAIRED = {"(": ")", "[": "]", "*": "*", '"': '"', "`": "`"}


def _shown(parts: Sequence[TemplateWords | SlotPlace]) -> str:
    return "".join(it.text if isinstance(it, TemplateWords) else "\0" for it in parts)


def _takes(one: TemplateWords | SlotPlace, other: TemplateWords | SlotPlace) -> bool:
    if isinstance(one, TemplateWords) or isinstance(other, TemplateWords):
        both = isinstance(one, TemplateWords) and isinstance(other, TemplateWords)
        return both and _words(one) == _words(other)
    is_year_in_date = (one.slot, other.slot) == ("date", "year")
    return not one.has_codec or one.slot == other.slot or is_year_in_date


def _words(part: TemplateWords | SlotPlace) -> str:
    return " ".join(part.text.split()) if isinstance(part, TemplateWords) else ""
