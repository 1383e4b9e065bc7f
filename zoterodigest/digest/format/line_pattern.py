"""Line patterns: the expressions that find the slots and groups of a template's line in a text.

For each choice of groups there is one expression, under which every slot is as short as it can be;
`Extension` then finds the next longer one. All are RE2 expressions, so each takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from zoterodigest.digest.format import loose
from zoterodigest.digest.format.entry_template import (
    EntryTemplate,
    Flat,
    SlotPlace,
    TemplateLine,
    TemplateWords,
    is_only_blanks,
)
from zoterodigest.digest.format.pattern import Match, Pattern, WhichOf
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_BLANKS = "[ \t]+"
_NO_BLANKS = "[ \t]*"
_SPACE = lazy_regex(r"(\s+)")

_LABEL = r"(?:[^\[\]\\\n]|\\.|\[(?:[^\[\]\\\n]|\\.)*\](?:\([^()\n]*\))?)*"
_ADDRESS = r"(?:[^()\s]|\([^()\s]*\))*"
_MARKDOWN_LINK = rf"!?\[{_LABEL}\]\([ \t]*{_ADDRESS}(?:[ \t]+\"[^\"\n]*\")?[ \t]*\)"
_URL_SIGN = r"[^\s<>()|\]\[\"'`]"
_URL_LAST = r"[^\s<>()|\]\[\"'`.,;:!?*_]"
_ROUND = r"\([^\s()]*\)"
_BARE = rf"(?:https?|ftp)://(?:{_URL_SIGN}|{_ROUND})*(?:{_URL_LAST}|{_ROUND})"
_LINK = (
    rf"(?:\\?[\[(*_`]{{0,2}}{_MARKDOWN_LINK}[\])*_`]{{0,2}}"
    rf"|(?i:<a\b[^<>\n]*>(?:[^<\n]|<img\b[^<>\n]*>)*</a>)|<{_BARE}>|{_BARE})"
)

_SHAPES = {
    "year": r"(?:19|20)\d\d",
    "url": _BARE,
    "arxiv": r"(?:(?i:arxiv)[:.]?[ ]?)?"
    r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?",
    "doi": r"(?:(?i:doi)[:.]?[ ]?|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/"
    r"(?:[^\s()<>\[\]\"]|\([^\s()]*\))*(?:[^\s()<>\[\]\".,;:]|\([^\s()]*\))",
    "links": rf"{_LINK}(?:[ \t]*(?:[,;|/·•&+–—-]|and\b|or\b)?[ \t]*{_LINK})*?",
}
"""What a slot of these can hold, whatever stands around it."""

LINKS_ALONE = Pattern(rf"^{_SHAPES['links']}$")
"""What matches links and what parts them."""

_IN_PARENTHESES = rf"(?:[^\s()<>]|\([^\s()]*\))+|<{_ADDRESS}>"
"""A `url` as the target of a link: any address, one of this folder too."""

_OPENS = {"[": "]", "(": ")", "‘": "’"}
_SIGN = lazy_regex(r"\*\*|\*|`|\"|[\[\]()]")
_LOOSE_SIGN = lazy_regex(rf"{_SIGN.pattern}|[‘’]")


@dataclass(frozen=True, slots=True)
class Units:
    """One sign of a slot's text, within the pairs around it: any, and any but a blank."""

    any: str
    filled: str


def _units(closings: frozenset[str]) -> Units:
    """Return the units of a slot between pairs that end in `closings`.

    The sign that ends a pair is either escaped, or within an inner pair.
    """
    if not closings:
        return Units(r"[^\n]", r"[^\s]")
    outer = "".join(sorted({re.escape(sign) for one in closings for sign in _both(one)}))
    escaped = "" if closings == {"`"} else r"|\\[^\n]"
    plain = rf"[^{outer}\n\\]" if escaped else rf"[^{outer}\n]"
    inner = "".join(rf"|{_inner(one, plain, escaped)}" for one in sorted(closings) if one != "`")
    return Units(rf"(?:{plain}{escaped}{inner})", rf"(?:[^\s{plain[2:]}{escaped}{inner})")


def _both(closing: str) -> str:
    return {"]": "[]", ")": "()"}.get(closing, closing[0])


def _inner(closing: str, plain: str, escaped: str) -> str:
    """Return the expression of an inner pair, which holds no other one."""
    within = rf"(?:{plain}{escaped})*"
    match closing:
        case "]":
            return rf"\[{within}\]"
        case ")":
            return rf"\({within}\)"
        case "**":
            return rf"\*{within}\*"
        case "*":
            return rf"\*\*{within}\*\*"
        case _:
            return rf"{closing}{within}{closing}"


def _pairs(parts: Flat, *, is_loose: bool = False) -> list[frozenset[str]]:
    """Return for each place, in order, the signs that end the pairs around it."""
    signs: list[tuple[str, int]] = []
    places = 0
    for part in parts:
        if isinstance(part, SlotPlace):
            places += 1
        elif part is not None:
            pattern = _LOOSE_SIGN if is_loose else _SIGN
            signs += [(found[0], places) for found in pattern.finditer(part.text)]
    around: list[set[str]] = [set() for _ in range(places)]
    opened: list[tuple[str, int]] = []
    for sign, at in signs:
        closing = [i for i, (wanted, _) in enumerate(opened) if wanted == sign]
        if closing and sign not in _OPENS:
            _, start = opened[closing[-1]]
            # What was opened within and not closed is no pair.
            del opened[closing[-1] :]
            for place in range(start, at):
                around[place].add(sign)
        elif sign not in _OPENS.values():
            opened.append((_OPENS.get(sign, sign), at))
    return [frozenset(one) for one in around]


@dataclass(frozen=True, slots=True)
class LineMatch:
    """Where the slots of a line stand in its text, in order, and where its groups do.

    A group that is not there has the empty range where it would stand.
    """

    slots: tuple[tuple[int, int], ...]
    groups: tuple[tuple[int, int], ...]


class ChosenPattern:
    """A line under one choice of its groups."""

    def __init__(
        self, line: TemplateLine, present: Sequence[bool], *, is_loose: bool = False
    ) -> None:
        flat: Flat = line.flat(present)
        self._parts = _loosened(flat) if is_loose else flat
        self.present = tuple(present)
        self.label = next((part.text for part in flat if isinstance(part, TemplateWords)), "")
        self.places = tuple(part for part in self._parts if isinstance(part, SlotPlace))
        self.is_loose = is_loose
        self.parted = () if is_loose else _parted(flat)

    @cached_property
    def has_marked_title(self) -> bool:
        """Whether a pair stands around its title."""
        around = zip(self.places, _pairs(self._parts, is_loose=self.is_loose), strict=True)
        return any(pairs for place, pairs in around if place.slot == "title")

    @cached_property
    def _pieces(self) -> Sequence[_Piece]:
        return _pieces(self._parts, self.present, is_loose=self.is_loose)

    @cached_property
    def _pattern(self) -> Pattern:
        pieces = "".join(piece.text for piece in self._pieces)
        return Pattern(f"^[ \\t]*{loose.MARKS if self.is_loose else ''}{pieces}{self._end}")

    @property
    def _end(self) -> str:
        return loose.LINE_END if self.is_loose else r"[ \t]*$"

    def shortest(self, data: bytes) -> LineMatch | None:
        """Return how the line matches with every slot as short as it can be, the first first."""
        found = self._pattern.search(data)
        return None if found is None else self._line_match(found, {}, 0)

    def following(self, data: bytes, match: LineMatch) -> LineMatch | None:
        """Return the next way to read the line, its slots taken as words in a dictionary."""
        for at in reversed(range(len(self.places))):
            extension = self._extensions[at]
            end = match.slots[at][1]
            found = extension.search(data[end:]) if extension is not None else None
            if found is not None:
                kept = {f"s{i}": match.slots[i] for i in range(at)}
                kept |= {f"g{i}": span for i, span in enumerate(match.groups)}
                start = match.slots[at][0]
                grown = found.groups[f"s{at}"]
                return self._line_match(found, kept | {f"s{at}": (start, end + grown[1])}, end)
        return None

    @cached_property
    def _extensions(self) -> list[Pattern | None]:
        """What finds, behind the end of each slot, how it can go on and what then follows."""
        return [self._extension(at) for at in range(len(self.places))]

    def _extension(self, number: int) -> Pattern | None:
        places = [at for at, piece in enumerate(self._pieces) if piece.name[:1] == "s"]
        at = places[number]
        piece = self._pieces[at]
        if not piece.extension:
            return None
        rest = "".join(one.text for one in self._pieces[at + 1 :])
        # The end of a group that began before is found with its beginning.
        return Pattern(f"^(?P<{piece.name}>{piece.extension}){rest}{self._end}")

    def _line_match(self, found: Match, kept: dict[str, tuple[int, int]], offset: int) -> LineMatch:
        spans = {n: (start + offset, end + offset) for n, (start, end) in found.groups.items()}
        spans = {**spans, **{name: span for name, span in kept.items() if name[0] == "s"}}
        groups: list[tuple[int, int]] = []
        for i in range(len(self.present)):
            old = kept.get(f"g{i}", (0, 0))
            begin = spans.get(f"a{i}", (old[0], old[0]))[0]
            end = spans.get(f"b{i}", (old[1], old[1]))[0]
            groups.append((begin, end))
        slots = tuple(spans[f"s{i}"] for i in range(len(self.places)))
        return LineMatch(slots, tuple(groups))


def _parted(parts: Flat) -> tuple[bool, ...]:
    """Return for each place but the last whether blanks of the template stand behind it."""
    found: list[bool] = []
    for part in parts:
        if isinstance(part, SlotPlace):
            found.append(False)
        elif found and part is not None:
            found[-1] = found[-1] or any(map(str.isspace, part.text))
    return tuple(found[:-1])


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of an expression: a slot has a name, and one that can be longer an extension."""

    text: str
    name: str = ""
    extension: str = ""


def _pieces(parts: Flat, present: Sequence[bool], *, is_loose: bool) -> list[_Piece]:
    around = _pairs(parts, is_loose=is_loose)
    pieces: list[_Piece] = []
    places = 0
    edges = _edge_names(present)
    for at, part in enumerate(parts):
        if part is None:
            pieces.append(_Piece("".join(f"(?P<{name}>)" for name in next(edges))))
        elif isinstance(part, TemplateWords):
            words = _loose_words_at(parts, at) if is_loose else _words_at(parts, at)
            pieces.append(_Piece(words))
        elif is_loose and (piece := _loose_place(parts, at, places, around[places])):
            pieces.append(piece)
            places += 1
        else:
            pieces.append(_place(part, places, around[places], parts, at))
            places += 1
    return pieces


def _edge_names(present: Sequence[bool]) -> Iterator[tuple[str, ...]]:
    """Yield the names of the empty groups that mark the edges of a line's groups."""
    for number, is_there in enumerate(present):
        if is_there:
            yield (f"a{number}",)
            yield (f"b{number}",)
        else:
            yield f"a{number}", f"b{number}"


def _words_at(parts: Flat, at: int) -> str:
    """Return the expression of the text that is the part at `at`: its blanks are any blanks."""
    part = parts[at]
    tokens = _SPACE.split(part.text) if isinstance(part, TemplateWords) else []
    shown = [re.escape(token) for token in tokens]
    shown[1::2] = [r"\s*" if "\n" in token else _BLANKS for token in tokens[1::2]]
    # At an edge of the line or of a group none is needed.
    if not tokens[0] and (at == 0 or parts[at - 1] is None):
        shown[1:2] = [_NO_BLANKS] if len(tokens) > 1 else []
    if not tokens[-1] and (at + 1 == len(parts) or parts[at + 1] is None):
        shown[-2:-1] = [_NO_BLANKS] if len(tokens) > 1 else []
    if not any(isinstance(one, TemplateWords | SlotPlace) for one in parts[:at]) and tokens[0]:
        shown[0] = _marked(tokens[0]) if len(tokens) > 1 else shown[0]
    return "".join(shown)


def _loosened(parts: Flat) -> Flat:
    """Return the parts of a line with blanks for what an entry of a loose format may have there."""
    shown: list[TemplateWords | SlotPlace | None] = []
    for at, part in enumerate(parts):
        if isinstance(part, TemplateWords):
            sides = [_has_marked_slot(parts, at, step) for step in (-1, 1)]
            text = loose.words(part.text, *sides)
            shown += [TemplateWords(text, part.column)] if text else []
        else:
            shown.append(part)
    return shown


def _has_marked_slot(parts: Flat, at: int, step: int) -> bool:
    """Whether a slot stands right beside whose value may be marked as the entry likes."""
    part = parts[at + step] if 0 <= at + step < len(parts) else None
    return isinstance(part, SlotPlace) and part.slot in loose.MARKED


def _loose_words_at(parts: Flat, at: int, *, has_all: bool = False) -> str:
    """Return the expression of the text at `at` in a loose template; `has_all`: of any choice."""
    part = parts[at]
    left, right = _beside(parts, at, -1), _beside(parts, at, 1)
    tokens = _SPACE.split(part.text) if isinstance(part, TemplateWords) else []
    shown = [loose.literal(token) for token in tokens]
    for place in range(1, len(tokens), 2):
        before, after = tokens[place - 1], tokens[place + 1]
        if not after and _has_blank_next(parts, at):
            shown[place] = _NO_BLANKS  # of two blanks with nothing between one is a gap
        elif left is None and not before:
            shown[place] = _NO_BLANKS
        elif isinstance(right, SlotPlace) and right.slot == "tail" and not has_all:
            shown[place] = loose.GAP_OF_TAIL
        elif (
            before or after or has_all or _is_told(left) or _is_told(right) or _is_led(left, right)
        ):
            shown[place] = loose.MAYBE_GAP if before != "." else _BLANKS
        else:
            shown[place] = loose.GAP
    return "".join(shown)


def _beside(parts: Flat, at: int, step: int) -> TemplateWords | SlotPlace | None:
    """Return the nearest part on one side that is no edge of a group and not blank."""
    at += step
    while 0 <= at < len(parts):
        if (part := parts[at]) is not None and not is_only_blanks(part):
            return part
        at += step
    return None


def _has_blank_next(parts: Flat, at: int) -> bool:
    """Whether the next part that is no edge of a group begins with a blank."""
    part = next((one for one in parts[at + 1 :] if one is not None), None)
    return isinstance(part, TemplateWords) and part.text[:1].isspace()


def _is_told(part: TemplateWords | SlotPlace | None) -> bool:
    return not isinstance(part, SlotPlace) or part.slot in loose.BESIDE_MARKS


def _is_led(
    left: TemplateWords | SlotPlace | None, right: TemplateWords | SlotPlace | None
) -> bool:
    """Whether a venue stands before a title: "[ICCV 2015]Title"."""
    names = [part.slot for part in (left, right) if isinstance(part, SlotPlace)]
    return names == ["venue", "title"]


def _loose_place(parts: Flat, at: int, number: int, closings: frozenset[str]) -> _Piece | None:
    """Return the piece of a slot whose value may be marked in a loose template, None for others."""
    place = parts[at]
    if not isinstance(place, SlotPlace):
        return None
    name = f"s{number}"
    if place.slot == "venue" and _is_label(parts, at):
        return _Piece(f"(?P<{name}>{loose.LABEL})", name)
    if place.slot == "venue" and _is_of_quoted(parts, at):
        return _Piece(f"(?P<{name}>{loose.VENUE_OR_YEAR})", name)
    if place.slot in loose.SHAPES:
        return _Piece(f"(?P<{name}>{loose.SHAPES[place.slot]})", name)
    if place.slot == "authors":
        return _Piece(f"(?P<{name}>{loose.AUTHORS})", name, loose.MORE_AUTHORS)
    if place.slot == "title" and not closings:
        return _Piece(f"(?P<{name}>{loose.TITLE})", name, loose.MORE_TITLE)
    if place.slot == "title" and closings == {'"'}:
        return _Piece(f"(?P<{name}>{loose.QUOTED_TITLE})", name, loose.MORE_QUOTED)
    if place.slot == "title" and closings == {"’"}:
        return _Piece(f"(?P<{name}>{loose.HALF_QUOTED})", name, loose.MORE_HALF_QUOTED)
    return None


def _is_of_quoted(parts: Flat, at: int) -> bool:
    """Whether authors stand before the place and before them a title in quotation marks.

    Behind a plain title there would be too many ways to read a line.
    """
    before = _beside(parts, at, -1)
    is_quoted = any(isinstance(it, TemplateWords) and '"' in it.text for it in parts)
    return is_quoted and isinstance(before, SlotPlace) and before.slot == "authors"


def _is_label(parts: Flat, at: int) -> bool:
    """Whether the target of a link stands behind the place, whose brackets are the value's."""
    behind = parts[at + 1 : at + 3]
    is_opened = bool(behind) and isinstance(behind[0], TemplateWords) and behind[0].text == "("
    return is_opened and isinstance(behind[-1], SlotPlace) and behind[-1].slot == "url"


def _marked(word: str) -> str:
    """Return the expression of the first word of a line: a bullet stands for any, and so on."""
    if word in ("-", "*", "+", "•"):
        return "[-*+•]"
    if found := _NUMBER.fullmatch(word):
        return rf"\d{{1,9}}\{found[1]}"
    return "#{1,6}" if _LEVEL.fullmatch(word) else re.escape(word)


_NUMBER = lazy_regex(r"\d{1,9}([.)])")
_LEVEL = lazy_regex(r"#{1,6}")


def _place(
    place: SlotPlace,
    number: int,
    closings: frozenset[str],
    parts: Flat,
    at: int,
) -> _Piece:
    name = f"s{number}"
    units = _units(closings)
    if place.slot == "url" and _is_target(parts, at):
        return _Piece(f"(?P<{name}>{_IN_PARENTHESES})", name)
    if place.slot in _SHAPES:
        return _Piece(f"(?P<{name}>{_SHAPES[place.slot]})", name)
    text = f"{units.filled}(?:{units.any}*?{units.filled})??"
    return _Piece(f"(?P<{name}>{text})", name, f"{units.any}*?{units.filled}")


def _is_target(parts: Flat, at: int) -> bool:
    """Whether the place is the target of a link: right behind `](`, or in an attribute.

    In a loose template the value before has taken the bracket.
    """
    before = parts[at - 1] if at else None
    if not isinstance(before, TemplateWords):
        return False
    is_behind_value = at > 1 and isinstance(parts[at - 2], SlotPlace)
    return before.text.endswith(("](", "](<", '="')) or (before.text == "(" and is_behind_value)


class LinePattern:
    """A template's line as it reads: what may match it, and its choices of groups in order."""

    def __init__(self, line: TemplateLine, *, is_loose: bool = False) -> None:
        """Compile nothing yet: most lines of most formats are never met."""
        self.line = line
        self.is_loose = is_loose
        self._chosen: dict[tuple[bool, ...], ChosenPattern] = {}

    # Kept, as they are asked for at each line of each entry: 10 % of reading quoted titles.

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its slots."""
        return tuple(place.slot for place in self.line.places)

    @cached_property
    def may_be_missing(self) -> bool:
        """Whether an entry need not have the line."""
        return self.line.may_be_missing

    @cached_property
    def several(self) -> str:
        """The slot that may hold several lines."""
        return self.line.several

    def matches(self, data: bytes) -> bool:
        """Whether a text may be such a line, whatever its slots can hold."""
        return self.any.matches(data)

    @cached_property
    def has_open_title(self) -> bool:
        """Whether it is of a loose template and nothing tells the title: no pair, no address."""
        first = self.under(self._choices[0])
        return self.is_loose and not (first.has_marked_title or "url" in self.names)

    @cached_property
    def any(self) -> Pattern:
        """What matches each text that the line does under some choice of its groups."""
        return Pattern(beginning(self.line, is_loose=self.is_loose))

    @cached_property
    def _choices(self) -> Sequence[tuple[bool, ...]]:
        return tuple(self.line.choices())

    @cached_property
    def _sketches(self) -> WhichOf:
        return WhichOf([sketch(self.line, present) for present in self._choices])

    def fitting(self, data: bytes) -> Iterator[ChosenPattern]:
        """Yield its expressions under each choice of its groups that may take a text, in order."""
        numbers = self._sketches.find(data) if self.is_loose else range(len(self._choices))
        return (self.under(self._choices[number]) for number in numbers)

    def under(self, present: tuple[bool, ...]) -> ChosenPattern:
        """Return its expressions under one choice of its groups: most choices are never met."""
        if present not in self._chosen:
            self._chosen[present] = ChosenPattern(self.line, present, is_loose=self.is_loose)
        return self._chosen[present]


class TemplatePattern:
    """A template as it reads: its lines, and what begins an entry of it."""

    def __init__(self, template: EntryTemplate, *, is_loose: bool = False) -> None:
        """Compile nothing yet."""
        self.template = template
        self.lines = tuple(LinePattern(line, is_loose=is_loose) for line in template.lines)

    @cached_property
    def sketch(self) -> Pattern:
        """What matches each line that `begin` does, and others, in less time."""
        head = self.lines[0]
        return Pattern(sketch(head.line)) if head.is_loose else self.begin

    @cached_property
    def begin(self) -> Pattern:
        """What matches the first line of an entry."""
        head = self.lines[0]
        if self.template.container != "details":
            return head.any
        # The head of a `<details>` ends where its summary does, whatever stands behind that.
        return Pattern(beginning(head.line, is_whole=False, is_loose=head.is_loose))


def sketch(line: TemplateLine, present: Sequence[bool] | None = None) -> str:
    """Return a small expression that matches wherever the line of a loose template does.

    It does under the choice of groups that are `present`; None: under any.
    """
    flat = _loosened(line.parts_always_there if present is None else line.flat(present))
    parts = [part for part in flat if not (is_only_blanks(part) or (present and part is None))]
    shown: list[str] = []
    for at, part in enumerate(parts):
        if isinstance(part, SlotPlace):
            slots = loose.SKETCHES if at else loose.STARTS
            is_label = part.slot == "venue" and _is_label(parts, at)
            shown.append(loose.SKETCH_OF_LABEL if is_label else slots.get(part.slot, ""))
        elif part is not None:
            shown += ("" if token == "." else loose.literal(token) for token in part.text.split())
            # What stands behind a group begins the line only where that is missing.
            if at == 0 and shown[0]:
                shown[0] = loose.LINE_START + shown[0]
    return "(?s:.*)".join(filter(None, shown))


def beginning(line: TemplateLine, *, is_whole: bool = True, is_loose: bool = False) -> str:
    """Return an expression that matches each text that the line does, whatever its groups."""
    shown: list[str] = []
    flat = _loosened(line.flat()) if is_loose else line.flat()
    around = iter(_pairs(flat, is_loose=is_loose))
    is_open = False
    for at, part in enumerate(flat):
        if part is None:
            shown.append(")?" if is_open else "(?:")
            is_open = not is_open
        elif isinstance(part, TemplateWords):
            words = _loose_words_at(flat, at, has_all=True) if is_loose else _words_at(flat, at)
            shown.append(words)
        else:
            pairs = next(around)
            piece = _loose_place(flat, at, 0, pairs) if is_loose else None
            text = (piece or _place(part, 0, pairs, flat, at)).text
            shown.append(text.replace("P<s0>", ":", 1))
    marks, last = (loose.MARKS, loose.LINE_END.removesuffix("$")) if is_loose else ("", "")
    end = last + r"[ \t]*(?:(?i:<br[ \t]*/?>)[ \t]*)*$" if is_whole else ""
    return f"^[ \\t]*{marks}{''.join(shown)}{end}"
