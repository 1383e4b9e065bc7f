"""Inserting: the lines of a new entry, by its format's template, in its neighbors' manner.

Where entries are identifiers or addresses without titles, that is one bare line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from zoterodigest.core.values.record import EMPTY, SECTION, is_empty
from zoterodigest.digest.format.format import PLACEHOLDER, folded_label
from zoterodigest.digest.format.template import Line, can_fill, fill, parse_line, takes_lines
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.write.blocks import is_list
from zoterodigest.digest.write.new_entry import NewEntryDraft, paper_url
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.regex import lazy_regex

_HEAD = lazy_regex(r"^[ \t>]*(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)?")
_WRAP = lazy_regex(r"^[ \t>]*")
_EMPTY_LINE = lazy_regex(r"^[ \t>]*$")
_CLOSING = lazy_regex(r"^[ \t]*</details>[ \t]*$", re.I)
_LINKED = {"url", "links"}
_SEVERAL = ("summary", "section", "abstract", "comment")


def new_bare_line(draft: NewEntryDraft) -> str:
    """Return the line of a new entry, as the nearest neighbor that shows most of it is written.

    Raises `UnwritableValue` if no identifier and no address of the paper is known.
    """
    stated = map(parse_line, chain.from_iterable(draft.rule.alternatives))
    shown = []
    for line in chain(draft.manner.own_lines, stated):
        texts = draft.texts(line.slots, ())
        if all(texts.values()):
            shown.append((line, texts))
    if not shown:
        raise UnwritableValue("a new entry needs an arXiv id, a DOI or the address of the paper")
    # A remark must not be lost because the line above has none. Of equals the nearest counts.
    return fill(*max(shown, key=lambda it: len(it[1])))


class NewLines:
    """Composes an entry line by line; what a line shows, no later one shows again."""

    def __init__(self, draft: NewEntryDraft) -> None:
        self._draft = draft
        self._rule = draft.rule
        self._used: set[str] = set()
        self.is_told = False
        """Whether a neighbor showed how the line of the title is written."""

    def text(self) -> str:
        """Return the lines; raises `UnwritableValue` if the entry has no title."""
        lines = self._lines()
        if "title" not in self._used:
            is_titled = not is_empty(self._draft.fields.get("title", EMPTY))
            what = "a link to the work" if is_titled else "a title"
            raise UnwritableValue(f"a new entry needs {what}")
        return "\n".join(lines)

    def _lines(self) -> list[str]:
        written: list[str] = []
        lead: list[str] = []
        left_over: list[str] = []
        for alternatives in self._rule.alternatives:
            if not any(map(PLACEHOLDER.search, alternatives)):
                lead += alternatives
            elif alternatives == ["{section}"]:
                written += [line for name in self._sections() for line in self._section(name)]
            elif (found := self._chosen(alternatives)) is not None:
                line, is_own = found
                self.is_told |= is_own and "title" in line.slots
                written += (list(line.lead) if is_own else lead) or left_over
                written.append(fill(line, self._texts(line)))
                # Also those that stayed empty: the line has a place for them.
                self._used.update(line.slots)
                lead, left_over = [], []
            else:
                # Blank lines above a line that is left out part the next one that is not.
                lead, left_over = [], left_over or self._left_over(alternatives, lead)
        while lead and _EMPTY_LINE.match(lead[0]):
            lead.pop(0)
        return [*written, *self._gap_above_end(), *lead]

    def _left_over(self, alternatives: Sequence[str], lead: list[str]) -> list[str]:
        """Return the blank lines above a line that is left out, none if no neighbor has any."""
        slots = {slot for text in alternatives for slot in parse_line(text).slots}
        leads = [it.lead for it in self._draft.manner.own_lines if slots & {*it.slots}]
        return lead if any(leads) or not self._draft.manner.entries else []

    def _gap_above_end(self) -> list[str]:
        """Return a blank line if the nearest neighbor has one above its `</details>`."""
        for entry in self._draft.manner.entries[:1]:
            lines = self._draft.manner.lines
            if _CLOSING.match(decoded(lines[entry.last])) and entry.last > entry.first:
                return [""] if lines.is_blank(entry.last - 1) else []
        return []

    def _texts(self, line: Line) -> dict[str, str]:
        fresh = [slot for slot in line.slots if slot not in self._used]
        texts = self._draft.texts(fresh, self._used)
        several = _SEVERAL if takes_lines(line) else ()
        return {slot: text for slot, text in texts.items() if "\n" not in text or slot in several}

    def _chosen(self, alternatives: Sequence[str]) -> tuple[Line, bool] | None:
        """Return the neighbors' line that shows most, else the first alternative to be filled."""
        templates = [parse_line(text) for text in alternatives]
        slots = {slot for line in templates for slot in line.slots}
        alike = [line for line in self._draft.manner.own_lines if self._is_alike(line, slots)]
        shapes = Counter(line.shape for line in alike)
        scored = [(self._score(line), shapes[line.shape], line) for line in alike]
        # Of lines that show as much the one of the form that most have, of those the nearest.
        score, _, best = max(scored, key=lambda it: it[:2], default=(0, 0, templates[0]))
        # A neighbor beats the template, also if it shows less: the list should look like one.
        if score:
            return best, True
        if not alternatives[0]:
            return None
        fitting = (self._wrapped(it) for it in templates if can_fill(it, self._texts(it)))
        return next(((line, False) for line in fitting), None)

    def _is_alike(self, line: Line, slots: set[str]) -> bool:
        has = set(line.slots)
        is_once = len(has) == len(line.slots) and not has & self._used
        is_lost = bool(slots & _LINKED and paper_url(self._draft.fields)) and not has & _LINKED
        is_of_head = "title" in slots
        return is_once and not is_lost and bool(has & slots) and ("title" in has) == is_of_head

    def _score(self, own: Line) -> float:
        texts = self._texts(own)
        if not can_fill(own, texts):
            return 0
        shown = self._shown(texts)
        samples = zip(own.slots, own.samples, strict=True)
        blocks = [(texts.get(slot, ""), sample) for slot, sample in samples if slot in _SEVERAL]
        is_like = all(is_list(text) == is_list(sample) for text, sample in blocks)
        # Half a point decides between lines that show as much; it never outweighs a field.
        return shown + (0.5 if is_like else 0)

    def _shown(self, texts: Mapping[str, str]) -> int:
        """Return how many of the entry's values are shown, its own page apart."""
        has_links = not is_empty(self._draft.fields.get("links", EMPTY))
        counted = (slot for slot in texts if slot != "url" and (slot != "links" or has_links))
        return sum(bool(texts[slot]) for slot in counted)

    def _wrapped(self, line: Line) -> Line:
        """Return a template's line with the bullet, quote prefix and indentation used around."""
        own = next((it for it in self._draft.manner.own_lines if "title" in it.slots), None)
        is_head = "title" in line.slots
        pattern = _HEAD if is_head else _WRAP
        if own is None or not (is_head or ">" in pattern.findall(line.glue[0])[0]):
            return line
        wrapping = pattern.findall(own.glue[0])[0]
        return replace(line, glue=(wrapping + pattern.sub("", line.glue[0]), *line.glue[1:]))

    def _sections(self) -> Iterator[str]:
        for name, value in self._draft.fields.items():
            is_section = name == "abstract" or name.startswith(SECTION)
            if is_section and not is_empty(value) and name not in self._used:
                yield name

    def _section(self, field: str) -> list[str]:
        name = field.removeprefix(SECTION) if field != "abstract" else "Abstract"
        manner = self._draft.manner
        for entry, slots in manner.models:
            for slot in slots:
                if slot.section is not None and folded_label(slot.section) == folded_label(name):
                    around = section_around(manner.lines, entry, slots, slot)
                    if around is not None:
                        return self._in_section(around, field, slot.words)
        template = [text.replace("{name}", name.replace("\n", " ")) for text in self._rule.section]
        return self._in_section("\n".join(template), field, "")

    def _in_section(self, around: str, field: str, sample: str) -> list[str]:
        text = self._draft.section(field, sample)
        lines = [parse_line(line) for line in around.split("\n")]
        return [fill(it, {"section": text}) if it.slots else it.glue[0] for it in lines]


def section_around(
    lines: Lines, entry: DigestEntry, slots: Sequence[Slot], section: Slot
) -> str | None:
    """Return what stands around a neighbor's section, `{section}` in its place.

    That is the blank lines and the head above it, and its end; None if there are words in it.
    """
    ends = (slot.span.end for slot in slots)
    start, end = section.span.start, section.span.end
    above = [lines.line_at(at) + 1 for at in ends if at <= start]
    first, last = max(above, default=entry.first), lines.line_at(end)
    while _CLOSING.match(decoded(lines[first])):
        first += 1
    head = decoded(lines.source[lines.starts[first] : start])
    tail = decoded(lines.source[end : lines.ends[last]])
    if "<details" in head.lower() and "</details>" not in tail.lower() and last < entry.last:
        tail += "\n" + decoded(lines[last + 1])
    bare = re.sub(r"<[^<>]*>", "", head + tail).replace(section.section or "", "", 1)
    if any(char.isalnum() for char in bare) or "{" in head + tail:
        return None
    return (head + "{section}" + tail).replace("\r\n", "\n")
