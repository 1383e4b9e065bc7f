"""Proposals: a template in parts, as learning makes and mends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from zoterodigest.digest.format.entry_template import (
    MOST_GROUPS,
    BadTemplate,
    TemplateContainer,
    TemplateLine,
    parse_template_line,
)
from zoterodigest.digest.format.format import SLOTS
from zoterodigest.digest.learn.skeletons import RepeatedWords, Skeleton, are_whole
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_LONGEST_CUT = 6
"""So many signs of the text beside a slot may go with it, cut at any of them."""


@dataclass(frozen=True, slots=True)
class SlotPart:
    """A slot in a line; `group` is the number of its group, 0 for none."""

    slot: str
    group: int


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A line of a template; one that `may_be_missing` is one group, or nothing but groups."""

    parts: tuple[RepeatedWords | SlotPart, ...]
    is_below_blank: bool = False
    may_be_missing: bool = False

    @property
    def slots(self) -> frozenset[str]:
        """The names of its slots."""
        return frozenset(part.slot for part in self.parts if isinstance(part, SlotPart))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is read in it."""
        return self.slots <= {"ignored"}

    @property
    def text(self) -> str:
        """The line as a template has it, without the wrapping of its container."""
        inner = self._inner
        is_grouped = any(part.group for part in self.parts)
        return f"{{?{inner}?}}" if self.may_be_missing and not is_grouped else inner

    @property
    def _inner(self) -> str:
        text, group = "", 0
        for part in self.parts:
            if part.group != group:
                text += ("?}" if group else "") + ("{?" if part.group else "")
                group = part.group
            if isinstance(part, RepeatedWords):
                text += part.text.replace("{", "{{").replace("}", "}}")
            else:
                text += f"{{{part.slot}}}"
        return text + ("?}" if group else "")

    @property
    def parsed(self) -> TemplateLine | None:
        """The line as a template reads it; None if a template may not have it."""
        try:
            return parse_template_line(self.text, SLOTS.__contains__)
        except BadTemplate:
            return None

    def without_groups(self) -> ProposedLine:
        """Return it with what all lines have alone."""
        return replace(self, parts=tuple(part for part in self.parts if not part.group))

    def variants(self) -> Iterator[ProposedLine]:
        """Yield the line with one slot more or less that may be missing, or with its text alone."""
        groups = {part.group for part in self.parts if part.group}
        number = max(groups, default=0) + 1
        if self.may_be_missing or len(groups) >= MOST_GROUPS:
            return
        yield from self._with_period()
        for at, part in enumerate(self.parts):
            if isinstance(part, SlotPart) and part.slot != "title" and not part.group:
                for before in _cuts(self.parts[at - 1] if at else None, behind=False):
                    behind = self.parts[at + 1] if at + 1 < len(self.parts) else None
                    for after in _cuts(behind, behind=True):
                        line = self._with_group(at, number, before, after)
                        if are_whole([it for it in line.parts if isinstance(it, RepeatedWords)]):
                            yield line

    def _with_period(self) -> Iterator[ProposedLine]:
        """Yield the line with the period that ends its title."""
        if self.parts and _is_slot(self.parts[-1], "title") and not self.parts[-1].group:
            yield replace(self, parts=(*self.parts, RepeatedWords(".", 0)))

    def _with_group(self, at: int, number: int, before: int, after: int) -> ProposedLine:
        """Return it with a slot in a group, with so many signs of the text on both sides."""
        parts: list[RepeatedWords | SlotPart] = list(self.parts)
        parts[at] = replace(parts[at], group=number)
        if after and isinstance(text := parts[at + 1], RepeatedWords):
            cut = (
                RepeatedWords(text.text[:after], number),
                RepeatedWords(text.text[after:], text.group),
            )
            parts[at + 1 : at + 2] = [one for one in cut if one.text]
        if before and isinstance(text := parts[at - 1], RepeatedWords):
            place = len(text.text) - before
            cut = (
                RepeatedWords(text.text[:place], text.group),
                RepeatedWords(text.text[place:], number),
            )
            parts[at - 1 : at] = [one for one in cut if one.text]
        return replace(self, parts=tuple(parts))


def _cuts(part: RepeatedWords | SlotPart | None, *, behind: bool) -> Iterator[int]:
    """Yield how many signs of the text beside a slot may go with it."""
    yield 0
    if isinstance(part, RepeatedWords) and not part.group:
        yield from range(1, min(len(part.text), _LONGEST_CUT) + 1)
        if len(part.text) > _LONGEST_CUT:
            yield len(part.text)


def named_line(skeleton: Skeleton, slots: Sequence[str]) -> ProposedLine:
    """Return the line of a skeleton whose holes are these slots."""
    names = iter(slots)
    parts = [
        part if isinstance(part, RepeatedWords) else SlotPart(next(names), part.group)
        for part in skeleton.parts
    ]
    return ProposedLine(tuple(_with_whole_title(parts)))


_NO_END = lazy_regex(
    r"[ \t]*[*_]{0,2}[:：][*_]{0,2}[ \t]*"
    r"|(?:[ \t]*[*_]{0,2}[:：][*_]{0,2})?[ \t]*[A-Z][\w'’-]*(?:[ \t]+[\w'’-]+)*[ \t]*"
)
"""What stands within a title and parts no values: a colon, or words of which the first is great."""


def _with_whole_title(
    parts: Sequence[RepeatedWords | SlotPart],
) -> Sequence[RepeatedWords | SlotPart]:
    """Return the parts of a line with the free text that is torn from its title.

    Before a colon stands a nickname; a word that many titles have is a word of theirs.
    """
    title = next((at for at, it in enumerate(parts) if _is_slot(it, "title")), None)
    if title is None:
        return parts
    first, last = title, title
    while (torn := _torn(parts[:first][::-1])) is not None:
        first -= torn
    while (torn := _torn(parts[last + 1 :])) is not None:
        last += torn
    if first == last:
        return parts
    whole = SlotPart("title", parts[title].group)
    return [*parts[:first], whole, *parts[last + 1 :]]


def _torn(beside: Sequence[RepeatedWords | SlotPart]) -> int | None:
    """Return how many parts beside a title are words of it: up to a free slot; None if none are."""
    for at, part in enumerate(beside):
        if isinstance(part, SlotPart):
            words = [it.text for it in beside[:at] if isinstance(it, RepeatedWords)]
            is_free = part.slot in ("ignored", "summary")
            ways = ("".join(words), "".join(reversed(words)))
            return at + 1 if is_free and words and any(map(_NO_END.fullmatch, ways)) else None
    return None


def _is_slot(part: RepeatedWords | SlotPart, name: str) -> bool:
    return isinstance(part, SlotPart) and part.slot == name


@dataclass(frozen=True, slots=True)
class TemplateProposal:
    """A template: its container, what its first line begins with, its lines."""

    container: TemplateContainer
    marker: str
    lines: tuple[ProposedLine, ...]

    @property
    def text(self) -> str:
        """The template as a format has it."""
        below = {"item": " " * len(self.marker), "quote": "> "}.get(self.container, "")
        texts: list[str] = []
        for at, line in enumerate(self.lines):
            if at and line.is_below_blank:
                texts.append(below.rstrip())
            texts.append((below if at else self.marker) + line.text)
        return "\n".join([*texts, *(["</details>"] if self.container == "details" else [])])

    def with_line(self, at: int, line: ProposedLine) -> TemplateProposal:
        """Return it with another line in the place of one."""
        return replace(self, lines=(*self.lines[:at], line, *self.lines[at + 1 :]))

    def led_by(self, lead: str) -> TemplateProposal | None:
        """Return it with a sign and a blank before the title; None if that is in a group."""
        for number, line in enumerate(self.lines):
            for at, part in enumerate(line.parts):
                if isinstance(part, SlotPart) and part.slot == "title" and not part.group:
                    parts = (*line.parts[:at], RepeatedWords(f"{lead} ", 0), *line.parts[at:])
                    return self.with_line(number, replace(line, parts=parts))
        return None

    def with_venue(self) -> TemplateProposal | None:
        """Return it with a venue behind the title; None if it has one, or a title in a group."""
        if any("venue" in line.slots for line in self.lines):
            return None
        for number, line in enumerate(self.lines):
            for at, part in enumerate(line.parts):
                if _is_slot(part, "title") and not part.group:
                    venue = RepeatedWords(" ", 0), SlotPart("venue", 0)
                    parts = (*line.parts[: at + 1], *venue, *line.parts[at + 1 :])
                    return self.with_line(number, replace(line, parts=parts))
        return None

    def variants(self) -> Iterator[TemplateProposal]:
        """Yield what differs from it in one group or line."""
        for at, line in enumerate(self.lines):
            if at:
                yield replace(self, lines=(*self.lines[:at], *self.lines[at + 1 :]))
                yield self.with_line(at, replace(line, may_be_missing=not line.may_be_missing))
            yield from (self.with_line(at, one) for one in line.variants())
