"""New entries by a template: the nearest neighbor's, in its manner, with the new values.

The template has room for a value if a slot of it can show the field. What of the entry is no value
and no text of the template comes from the neighbor: bullet, number, level, indentation, and what
its lines end in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zoterodigest.core.values.record import SECTION, Fields, is_empty
from zoterodigest.digest.format.entry_template import EntryTemplate, SlotPlace
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.slots import EntryShape, ShapeLine, decoded
from zoterodigest.digest.write.new_entry import NewEntryDraft
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.digest.write.template_groups import SLOTS_OF, rendered
from zoterodigest.digest.write.votes import usual
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_ROOM = {
    **SLOTS_OF,
    "year": ("year", "venue", "date"),
    "arxiv": ("arxiv", "url", "links", "chips"),
    "doi": ("doi", "url", "links", "chips"),
    "url": ("url", "links"),
}
"""The slots that can show a field."""

_BULLET = lazy_regex(r"[-*+•](?=[ \t])")


@dataclass(frozen=True, slots=True)
class _Neighbor:
    """An entry that a template reads, and how it does."""

    entry: DigestEntry
    shape: EntryShape


def new_by_template(
    draft: NewEntryDraft, templates: Sequence[EntryTemplate], document: Document
) -> str:
    """Return the lines of a new entry; raises `UnwritableValue` if no template can hold it."""
    models = [_Neighbor(it, it.shape) for it in draft.manner.entries if it.shape is not None]
    first = models[0].shape.template if models else 0
    order = sorted(range(len(templates)), key=lambda at: at != first)
    written = [(at, _texts(draft, templates[at])) for at in order]
    fitting = [(at, texts) for at, texts in written if _can_fill(templates[at], texts)]
    if not fitting:
        raise UnwritableValue("no template of its format can show it: a value is missing")
    # Of those with room for as much, the neighbor's comes first.
    at, texts = max(fitting, key=lambda it: (_room(draft.fields, it[1]), it[0] == first))
    alike = [model for model in models if model.shape.template == at]
    return _EntryWriter(templates[at], texts, alike, document).text()


def without_room(fields: Fields, slots: frozenset[str]) -> tuple[str, ...]:
    """Return which fields no slot of a template can show."""
    return tuple(
        name
        for name, value in fields.items()
        if not is_empty(value) and not slots.intersection(_ROOM.get(name, (name,)))
        if not name.startswith(SECTION) or "section" not in slots
    )


def _room(fields: Fields, texts: Mapping[str, str]) -> int:
    return -len(without_room(fields, frozenset(slot for slot, text in texts.items() if text)))


def _texts(draft: NewEntryDraft, template: EntryTemplate) -> dict[str, str]:
    """Return the text of each slot of a template; one that cannot hold several lines has one."""
    texts = draft.texts(template.slots, template.slots)
    several = {line.several for line in template.lines}
    return {slot: text for slot, text in texts.items() if "\n" not in text or slot in several}


def _can_fill(template: EntryTemplate, texts: Mapping[str, str]) -> bool:
    return all(
        texts.get(place.slot)
        for line in template.lines
        for place in line.places
        if not any(place in group.parts for group in line.groups)
    )


class _EntryWriter:
    """Writes the lines of an entry in the manner of others that the same template reads."""

    def __init__(
        self,
        template: EntryTemplate,
        texts: Mapping[str, str],
        models: Sequence[_Neighbor],
        document: Document,
    ) -> None:
        self._template = template
        self._texts = texts
        self._models = models
        self._document = document

    def text(self) -> str:
        """Return the lines."""
        lines: list[str] = []
        left = dict(self._texts)
        for row, line in enumerate(self._template.lines):
            present = [_is_shown(group.parts, left) for group in line.groups]
            if line.may_be_missing and not any(present):
                continue
            if row in self._template.blank_above and lines:
                lines.append(self._prefix(row).rstrip(" \t"))
            text = self._with_bullet(row, rendered(line, left, present))
            lines += self._wrapped(row, text)
            # A slot that stands in the template again holds what is left: nothing.
            for place in line.places:
                left[place.slot] = ""
        return "\n".join([*lines, *self._tail()])

    def _wrapped(self, row: int, text: str) -> list[str]:
        first, *rest = text.split("\n")
        below = self._prefix(row) if row else self._below()
        end = "" if rest else self._end(row)
        return [self._prefix(row) + first + end, *(below + one if one else "" for one in rest)]

    def _prefix(self, row: int) -> str:
        """Return what stands before a line: the marker, or what wraps the lines below it."""
        if row == 0:
            return self._before(0) or self._marker()
        is_there = any(model.shape.lines[row] is not None for model in self._models)
        return self._before(row) if is_there else self._below()

    def _marker(self) -> str:
        return "" if self._template.container == "details" else self._template.marker

    def _below(self) -> str:
        """Return what wraps lines below the first, by any that a neighbor has."""
        for model in self._models:
            for row, line in enumerate(model.shape.lines):
                if row and line is not None:
                    return self._around(line)[0]
        marker = self._before(0) or self._marker()
        match self._template.container:
            case "item":
                return " " * len(marker)
            case "quote":
                return marker
            case _:
                return ""

    def _before(self, row: int) -> str:
        around = self._usual_around(row)
        return around[0] if around else ""

    def _end(self, row: int) -> str:
        around = self._usual_around(row)
        end = self._template.lines[row].end
        if around is None:
            return f" {end}" if end and self._template.lines[row].end.startswith("\\") else end
        return around[1]

    def _usual_around(self, row: int) -> tuple[str, str] | None:
        """Return what most neighbors have before and behind a line, whatever its number."""
        lines = [line for model in self._models if (line := model.shape.lines[row]) is not None]
        around = [self._around(line) for line in lines]
        best = usual(tuple(re.sub(r"\d+", "0", text) for text in each) for each in around)
        alike = (it for it in around if tuple(re.sub(r"\d+", "0", text) for text in it) == best)
        return next(alike, None)

    def _around(self, line: ShapeLine) -> tuple[str, str]:
        """Return what stands before and behind the text of a line in the digest."""
        lines, span = self._document.lines, line.text.source_span(0, len(line.text.data))
        start = lines.starts[lines.line_at(span.start)]
        end = lines.ends[lines.line_at(span.end)]
        source = self._document.source
        return decoded(source[start : span.start]), decoded(source[span.end : end])

    def _with_bullet(self, row: int, text: str) -> str:
        """Return a line with the bullet that the nearest neighbor's has there."""
        line = next((it for model in self._models if (it := model.shape.lines[row])), None)
        own = _BULLET.match(text)
        found = _BULLET.match(decoded(line.text.data)) if line is not None else None
        return found[0] + text[1:] if own and found else text

    def _tail(self) -> list[str]:
        """Return what ends a `<details>`, as the neighbor writes it."""
        if self._template.container != "details":
            return []
        for model in self._models:
            last = decoded(self._document.lines[model.entry.last])
            if last.strip().lower() == "</details>":
                return [last]
        return ["</details>"]


def _is_shown(parts: Sequence[object], texts: Mapping[str, str]) -> bool:
    return all(texts.get(part.slot) for part in parts if isinstance(part, SlotPlace))
