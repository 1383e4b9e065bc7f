"""Slots: the ranges of an entry's text where its values stand, found by the format's rules.

The head's groups come first, then line by line the lines, labels and sections of the format; the
first line that none of them claims begins the rest. What nothing claims is named, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from zoterodigest.digest.containers import Found
from zoterodigest.digest.format import Compiled, Format, fold
from zoterodigest.digest.layers import Text, peel_indent, peel_quote
from zoterodigest.digest.pattern import Match

BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot: what it holds, its exact text, and the section's name if it is one.

    `section` is None for a slot that is no named section.
    """

    name: str
    text: Text
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that no rule claimed, by its 0-based number within the entry's body, and why."""

    line: int
    reason: str


@dataclass
class Claims:
    """What has been claimed of one entry so far (local while one entry is read)."""

    slots: list[Slot] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    used_lines: set[int] = field(default_factory=set)


_LABEL = re.compile(
    rb"^[ \t]*(?:(?:[-*+]|\xe2\x80\xa2)[ \t]+)?(?:\*\*|__|\*|_)?"
    rb"([^:*_|\[\](){}<>`\n]{1,60}?)(?:\*\*|__|\*|_)?"
    rb"[ \t]*(?::|\xef\xbc\x9a)[ \t]*(?:\*\*|__)?[ \t]*"
)
_FULL_COLON = "：".encode()
_DETAILS_OPEN = re.compile(rb"<details\b[^>\n]*>", re.I)
_DETAILS_END = re.compile(rb"</details\s*>", re.I)
_SUMMARY = re.compile(rb"[ \t\n]*<summary\b[^>\n]*>(.*?)</summary\s*>", re.I | re.S)
_TAGS = re.compile(r"<[^<>]*>")


def slots_of(found: Found, form: Format) -> Claims:
    """Return the slots of one entry in the order in which they stand."""
    claims = Claims()
    _claim_groups(claims, found.text.slice(*found.head), found.match, form)
    body = found.text.slice(*found.body)
    _read_body(claims, body, form)
    return claims


def trimmed(text: Text, start: int, end: int) -> Text:
    """Return the range without outer blanks; a blank range is the point behind its first blank."""
    data = text.data[start:end]
    left = len(data) - len(data.lstrip(BLANKS))
    if left == len(data):
        point = start + min(1, len(data))
        return text.slice(point, point)
    return text.slice(start + left, start + len(data.rstrip(BLANKS)))


def group_slots(text: Text, match: Match) -> Iterator[Slot]:
    """Yield a slot for every group of `match` in `text`."""
    for name, (start, end) in sorted(match.groups.items(), key=lambda group: group[1]):
        yield Slot(name, trimmed(text, start, end))


def _claim_groups(claims: Claims, text: Text, match: Match, form: Format) -> None:
    for slot in group_slots(text, match):
        claims.slots.append(slot)
        claims.slots.extend(searched(slot, form.compiled))


def searched(slot: Slot, rules: Compiled) -> Iterator[Slot]:
    """Yield the slots that the format's `find` patterns find within `slot`, each name once."""
    seen: set[str] = set()
    for pattern in rules.find.get(slot.name, ()):
        match = pattern.search(slot.text.data)
        if match is not None and not seen & set(match.groups):
            seen |= set(match.groups)
            yield from group_slots(slot.text, match)


def _read_body(claims: Claims, body: Text, form: Format) -> None:
    """Claim the body line by line; what follows the first unclaimed line is the rest."""
    ranges = [(start, end) for start, end in body.lines()]
    line = 0
    while line < len(ranges):
        start, end = ranges[line]
        data = body.data[start:end]
        if not data.strip():
            line += 1
            continue
        stop = _claim_section(claims, body, ranges, line, form)
        if stop is None and _claim_line(claims, body, ranges, line, form):
            stop = line + 1
        if stop is None and form.rest is not None:
            claims.slots.append(Slot(form.rest, _block_text(body, start, len(body.data))))
            return
        if stop is None:
            claims.unread.append(Unread(line, "no rule of the format reads this line"))
        line = stop if stop is not None else line + 1


def _block_text(body: Text, start: int, end: int) -> Text:
    """Return whole lines without blank lines at either end; the first line keeps its indent."""
    stop = start + len(body.data[start:end].rstrip(BLANKS))
    lead = body.data[start:stop]
    while lead and not lead.split(b"\n", 1)[0].strip():
        start += lead.find(b"\n") + 1 or len(lead)
        lead = body.data[start:stop]
    return body.slice(start, max(stop, start))


def _claim_line(
    claims: Claims, body: Text, ranges: list[tuple[int, int]], line: int, form: Format
) -> bool:
    start, end = ranges[line]
    data = body.data[start:end]
    for index, pattern in enumerate(form.compiled.lines):
        if index in claims.used_lines:
            continue
        if match := pattern.search(data):
            claims.used_lines.add(index)
            _claim_groups(claims, body.slice(start, end), match, form)
            return True
    return _claim_label(claims, body, ranges, line, form.compiled)


def _claim_label(
    claims: Claims, body: Text, ranges: list[tuple[int, int]], line: int, rules: Compiled
) -> bool:
    if not rules.labels:
        return False
    start, end = ranges[line]
    match = _LABEL.match(body.data[start:end])
    if match is None:
        return False
    label = fold(match[1].replace(_FULL_COLON, b":").decode("utf-8", "replace"))
    slot = rules.labels.get(label)
    if slot is None:
        return _claim_misspelt(claims, label, line, rules.labels)
    if slot != "ignored":
        claims.slots.append(Slot(slot, trimmed(body, start + match.end(), end)))
    return True


def _claim_misspelt(claims: Claims, label: str, line: int, labels: Mapping[str, str]) -> bool:
    """Claim a line whose label is one slip away from a known one: its field is unreadable."""
    taken = {slot.name for slot in claims.slots}
    for known, slot in sorted(labels.items()):
        if slot not in taken and len(known) > 3 and is_one_slip(label, known):
            claims.unread.append(Unread(line, f"“{label}” looks like “{known}” misspelt"))
            claims.unreadable.add(slot)
            return True
    return False


def is_one_slip(word: str, known: str) -> bool:
    """Whether one letter added, left out, changed or swapped with the next makes `word` `known`."""
    if word == known or abs(len(word) - len(known)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), None)
    if at is None:
        return True
    left, right = word[at:], known[at:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left == right[1:] or left[1:] == right


def _claim_section(
    claims: Claims, body: Text, ranges: list[tuple[int, int]], line: int, form: Format
) -> int | None:
    """Claim the section that begins on `line`; return the line behind it, None if there is none."""
    data = body.data[slice(*ranges[line])].lstrip()
    if data[:8].lower() == b"<details" and (form.sections.details or form.details):
        return _claim_details(claims, body, ranges, line, form)
    if data[:1] == b">" and form.compiled.quote is not None:
        return _claim_quote(claims, body, ranges, line, form.compiled)
    return None


def _claim_details(
    claims: Claims, body: Text, ranges: list[tuple[int, int]], line: int, form: Format
) -> int | None:
    opened = _DETAILS_OPEN.search(body.data, ranges[line][0])
    closed = _DETAILS_END.search(body.data, opened.end()) if opened else None
    if opened is None or closed is None:
        return None
    summary = _SUMMARY.match(body.data, opened.end(), closed.start())
    name = plain(summary[1]) if summary else ""
    start = summary.end() if summary else opened.end()
    claims.slots.append(_section_slot(name, _details_text(body, start, closed.start()), form))
    return next((at for at, (begin, _) in enumerate(ranges) if begin >= closed.end()), len(ranges))


def folded_slots(text: Text, form: Format, first: str) -> list[Slot]:
    """Return a slot for each `<details>` in `text`, by its summary; one without a name of the
    format's is `first` if it comes first, else a section.
    """
    slots: list[Slot] = []
    cursor = 0
    while opened := _DETAILS_OPEN.search(text.data, cursor):
        closed = _DETAILS_END.search(text.data, opened.end())
        if closed is None:
            break
        summary = _SUMMARY.match(text.data, opened.end(), closed.start())
        name = plain(summary[1]) if summary else ""
        inner = _paragraph(text, summary.end() if summary else opened.end(), closed.start())
        slot = _section_slot(name, inner, form)
        is_first = not slots and slot.section is not None
        slots.append(Slot(first, inner) if is_first else slot)
        cursor = closed.end()
    return slots


def _paragraph(text: Text, start: int, end: int) -> Text:
    """Return the range without the `<p>` around it."""
    inner = trimmed(text, start, end)
    data = inner.data.lower()
    if data.startswith(b"<p>") and data.endswith(b"</p>"):
        return trimmed(inner, len(b"<p>"), len(inner.data) - len(b"</p>"))
    return inner


def _details_text(body: Text, start: int, end: int) -> Text:
    inner = body.data[start:end]
    if b"\n" not in inner.strip(b" \t\n") and b"\n" not in inner:
        return trimmed(body, start, end)
    first = start + (inner.find(b"\n") + 1 if not inner.split(b"\n", 1)[0].strip() else 0)
    text = _block_text(body, first, end)
    width = len(text.data) - len(text.data.lstrip(b" "))
    return peel_indent(text, width) if width else text


def _section_slot(name: str, text: Text, form: Format) -> Slot:
    rules = form.compiled
    if (slot := rules.details.get(fold(name))) is not None:
        return Slot(slot, text)
    return Slot(rules.section_names.get(fold(name), "section"), text, section=name)


def _claim_quote(
    claims: Claims, body: Text, ranges: list[tuple[int, int]], line: int, rules: Compiled
) -> int | None:
    stop = line
    while stop < len(ranges) and body.data[slice(*ranges[stop])].lstrip()[:1] == b">":
        stop += 1
    text = peel_quote(body.slice(ranges[line][0], ranges[stop - 1][1]))
    head_end = next(text.lines())[1]
    match = rules.quote.search(text.data[:head_end]) if rules.quote else None
    if match is None or "name" not in match.groups:
        return None
    name = text.data[slice(*match.groups["name"])].decode("utf-8", "replace").strip()
    inner = _block_text(text, min(head_end + 1, len(text.data)), len(text.data))
    claims.slots.append(Slot(rules.section_names.get(fold(name), "section"), inner, section=name))
    return stop


def plain(data: bytes) -> str:
    """Return a summary's text without tags and outer blanks."""
    return _TAGS.sub("", data.decode("utf-8", "replace")).strip()
