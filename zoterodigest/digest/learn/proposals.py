"""Proposals: a template in parts, as learning makes it and lets parts of it be missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from zoterodigest.digest.format.entry_template import (
    BadTemplate,
    TemplateContainer,
    TemplateLine,
    parse_template_line,
)
from zoterodigest.digest.format.format import SLOTS
from zoterodigest.digest.learn.skeletons import RepeatedWords, Skeleton, is_whole
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class SlotPart:
    """A slot in a line."""

    slot: str


@dataclass(frozen=True, slots=True)
class GroupPart:
    """Parts of a line that an entry may lack."""

    parts: tuple[RepeatedWords | SlotPart, ...]


_Part = RepeatedWords | SlotPart | GroupPart


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A line of a template; one that `may_be_missing` is one group."""

    parts: tuple[_Part, ...]
    is_below_blank: bool = False
    may_be_missing: bool = False

    @property
    def slots(self) -> frozenset[str]:
        """The names of its slots."""
        flat = (it for one in self.parts for it in _flat(one))
        return frozenset(part.slot for part in flat if isinstance(part, SlotPart))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is read in it."""
        return self.slots <= {"ignored"}

    @property
    def text(self) -> str:
        """The line as a template has it, without the wrapping of its container."""
        inner = _text(self.parts)
        return f"{{?{inner}?}}" if self.may_be_missing else inner

    @property
    def parsed(self) -> TemplateLine | None:
        """The line as a template reads it; None if a template may not have it."""
        try:
            return parse_template_line(self.text, SLOTS.__contains__)
        except BadTemplate:
            return None

    def with_group(self) -> Iterator[ProposedLine]:
        """Yield the line with one slot that may be missing, with the text before or behind it."""
        texts = ["", *(it.text if isinstance(it, RepeatedWords) else "" for it in self.parts), ""]
        for at, part in enumerate(self.parts):
            if not isinstance(part, SlotPart) or part.slot == "title":
                continue
            before, behind = texts[at], texts[at + 2]
            # With its signs and label: `| *{venue}*`, `**[{short_title}]** |`, `by: {authors};`.
            opening, closing = before.split(" ")[-1], behind.split(" ")[0]
            label = _BEHIND_CLOSING.sub("", opening)
            ways = {(before, closing): 0, (opening, behind): 0, (label, behind[:1]): 0}
            for one, two in ways:
                left, right = before.removesuffix(one), behind.removeprefix(two)
                # The blanks around a group stand outside.
                left += " " * (one[:1] == " ")
                right = " " * (two[-1:] == " ") + right
                if not is_whole(f"{one} {two}"):
                    continue
                group = GroupPart((*_words(one.lstrip(" ")), part, *_words(two.rstrip(" "))))
                first, last = max(0, at - bool(before)), at + 1 + bool(behind)
                parts = (*self.parts[:first], *_words(left), group, *_words(right))
                yield replace(self, parts=(*parts, *self.parts[last:]))


_BEHIND_CLOSING = lazy_regex(r".*[])）】》」』”›»]")


def _words(text: str) -> list[RepeatedWords]:
    return [RepeatedWords(text)] if text else []


def _flat(part: _Part) -> Sequence[RepeatedWords | SlotPart]:
    return part.parts if isinstance(part, GroupPart) else (part,)


def _text(parts: Sequence[_Part]) -> str:
    text = ""
    for part in parts:
        match part:
            case RepeatedWords():
                text += part.text.replace("{", "{{").replace("}", "}}")
            case SlotPart():
                text += f"{{{part.slot}}}"
            case GroupPart():
                text += f"{{?{_text(part.parts)}?}}"
    return text


def named_line(skeleton: Skeleton, slots: Sequence[str]) -> ProposedLine:
    """Return the line of a skeleton whose holes are these slots."""
    names = iter(slots)
    parts = (
        part if isinstance(part, RepeatedWords) else SlotPart(next(names))
        for part in skeleton.parts
    )
    return ProposedLine(tuple(parts))


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

    def variants(self) -> Iterator[TemplateProposal]:
        """Yield the template with one slot or line more, or less, that may be missing."""
        for at, line in enumerate(self.lines):
            ways = [] if line.may_be_missing else list(line.with_group())
            ways += [replace(line, may_be_missing=not line.may_be_missing)] if at else []
            for one in ways:
                if one.parsed is not None:
                    yield replace(self, lines=(*self.lines[:at], one, *self.lines[at + 1 :]))
