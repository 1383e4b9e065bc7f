"""Bodies: an entry's text below its head, claimed line by line by the rules of its format.

The groups of the head come first, then the lines, labels and sections of the format. The first line
that none of them claims begins the rest. A line that nothing claims is reported, never guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import accumulate

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import PARTS, DigestFormat, folded_label
from zoterodigest.digest.format.pattern import Match
from zoterodigest.digest.read.edges import within_edges
from zoterodigest.digest.read.found import EntryRange
from zoterodigest.digest.read.layers import LayeredText, peel_indent, peel_quote
from zoterodigest.digest.read.lines import DETAILS, shorn
from zoterodigest.digest.read.markers import has_marker
from zoterodigest.digest.read.own_notes import spoil, without_notes
from zoterodigest.digest.read.references import holds_only_links
from zoterodigest.digest.read.shapes import chips, is_pictures, may_be_names
from zoterodigest.digest.read.slots import (
    Claims,
    Slot,
    UnreadLine,
    block_text,
    claim_groups,
    group_slots,
    trimmed,
)
from zoterodigest.digest.read.templates import Terms, claim_by_template
from zoterodigest.digest.read.title_edges import within_titles
from zoterodigest.regex import lazy_regex

_SUMMARY = lazy_regex(rb"[ \t\n]*<summary\b[^>\n]*>(.*?)</summary\s*>", re.I | re.S)
# A limit, or each `<summary>` without an end tag would be searched to the end of the entry.
_LONGEST_SUMMARY = 2000
_ANY_TAG = lazy_regex(r"<[^<>]*>")


class Body:
    """An entry's text below its head: its lines, and which `<details>` ends where."""

    def __init__(self, text: LayeredText) -> None:
        self.text = text
        self.lines = text.data.split(b"\n")
        starts = accumulate(map((1).__add__, map(len, self.lines)), initial=0)
        self.ranges = [
            (start, start + len(it)) for start, it in zip(starts, self.lines, strict=False)
        ]

    def line(self, number: int) -> bytes:
        """Return a line without its line break."""
        return self.lines[number]

    def line_from(self, offset: int) -> int:
        """Return the first line that begins at `offset` or behind it."""
        return bisect_left(self.ranges, offset, key=lambda line: line[0])

    @cached_property
    def folds(self) -> Mapping[int, tuple[int, int]]:
        """Where the end tag of each `<details>` stands, by where the element begins."""
        return _folds(self.text.data)


def _folds(data: bytes) -> dict[int, tuple[int, int]]:
    """Pair `<details>` with their end tags, the inner ones first; an unclosed one has none."""
    folds: dict[int, tuple[int, int]] = {}
    opened: list[int] = []
    for tag in DETAILS.finditer(data):
        if not tag[1]:
            opened.append(tag.start())
        elif opened:
            folds[opened.pop()] = tag.span()
    return folds


def claim_section(claims: Claims, body: Body, line: int, form: DigestFormat) -> int | None:
    """Claim the section that begins on `line`; return the line behind it, None if there is none."""
    data = body.line(line).lstrip()
    if data[:8].lower() == b"<details" and (form.sections.details or form.details):
        return _claim_details(claims, body, line, form)
    if data[:1] == b">" and form.sections.quote is not None:
        return _claim_quote(claims, body, line, form)
    return None


def _claim_details(claims: Claims, body: Body, line: int, form: DigestFormat) -> int | None:
    opened = DETAILS.search(body.text.data, body.ranges[line][0])
    if opened is None:
        return None
    closed = body.folds.get(opened.start())
    end = len(body.text.data) if closed is None else closed[0]
    name, start = _summary(body.text, opened.end(), end)
    if closed is None:
        return _claim_unclosed(claims, name, line, form)
    claims.slots.append(_section_slot(name, _details_text(body.text, start, end), form))
    return body.line_from(closed[1])


def _claim_unclosed(claims: Claims, name: str, line: int, form: DigestFormat) -> int | None:
    """Claim the first line of a `<details>` without an end: the field it would be is unreadable."""
    label = folded_label(name)
    slot = form.slots_by_summary.get(label) or form.slots_by_section.get(label)
    if slot is None:
        return None
    claims.unread.append(UnreadLine(line, "a </details> is missing", is_slip=True))
    claims.unreadable.add(slot)
    return line + 1


def _summary(text: LayeredText, start: int, end: int) -> tuple[str, int]:
    """Return the text of the `<summary>` at `start`, "" if there is none, and where it ends."""
    found = _SUMMARY.match(text.data, start, min(end, start + _LONGEST_SUMMARY))
    if found is None:
        return "", start
    return _ANY_TAG.sub("", found[1].decode("utf-8", "replace")).strip(), found.end()


def folded_slots(text: LayeredText, form: DigestFormat, first: str = "") -> list[Slot]:
    """Return a slot for each `<details>` in `text`, by its summary; one without a name of the
    format's is `first` if it comes first (and something is), else a section.
    """
    slots: list[Slot] = []
    cursor = 0
    for start, (end, after) in sorted(_folds(text.data).items()):
        opened = DETAILS.match(text.data, start)
        if opened is None or start < cursor:
            continue
        name, inner = _summary(text, opened.end(), end)
        slot = _section_slot(name, _paragraph(text, inner, end), form)
        is_first = first != "" and not slots and slot.section is not None
        slots.append(Slot(first, slot.text) if is_first else slot)
        cursor = after
    return slots


def _paragraph(text: LayeredText, start: int, end: int) -> LayeredText:
    """Return the range without the `<p>` around it."""
    inner = trimmed(text, start, end)
    data = inner.data.lower()
    if data.startswith(b"<p>") and data.endswith(b"</p>"):
        return trimmed(inner, len(b"<p>"), len(inner.data) - len(b"</p>"))
    return inner


def _details_text(body: LayeredText, start: int, end: int) -> LayeredText:
    inner = body.data[start:end]
    if b"\n" not in inner.strip(b" \t\n") and b"\n" not in inner:
        return trimmed(body, start, end)
    first = start + (inner.find(b"\n") + 1 if not inner.split(b"\n", 1)[0].strip() else 0)
    text = block_text(body, first, end)
    width = len(text.data) - len(text.data.lstrip(b" "))
    return peel_indent(text, width) if width else text


def _section_slot(name: str, text: LayeredText, form: DigestFormat) -> Slot:
    if (slot := form.slots_by_summary.get(folded_label(name))) is not None:
        return Slot(slot, text)
    return Slot(form.slots_by_section.get(folded_label(name), "section"), text, section=name)


def _claim_quote(claims: Claims, body: Body, line: int, form: DigestFormat) -> int | None:
    stop = line
    while stop < len(body.ranges) and body.line(stop).lstrip()[:1] == b">":
        stop += 1
    text = peel_quote(body.text.slice(body.ranges[line][0], body.ranges[stop - 1][1]))
    head_end = text.first_line_end
    match = form.sections.quote.search(shorn(text.data[:head_end])) if form.sections.quote else None
    if match is None or "name" not in match.groups:
        return None
    name = text.data[slice(*match.groups["name"])].decode("utf-8", "replace").strip()
    inner = block_text(text, min(head_end + 1, len(text.data)), len(text.data))
    slot = form.slots_by_section.get(folded_label(name), "section")
    claims.slots.append(Slot(slot, inner, section=name))
    return stop


_LABEL = lazy_regex(
    rb"^[ \t]*(?:(?:[-*+]|\xe2\x80\xa2)[ \t]+)?(?:\*\*|__|\*|_)?"
    rb"([^:*_|\[\](){}<>`\n]{1,60}?)(?:\*\*|__|\*|_)?"
    rb"[ \t]*(?:::?|\xef\xbc\x9a)[ \t]*(?:\*\*|__)?[ \t]*"
)
_FULL_COLON = "：".encode()


def claims_of(found: EntryRange, form: DigestFormat, venues: VenueTable) -> Claims:
    """Return what is claimed of one entry, its slots in the order in which they stand."""
    claims = Claims(found.first, found.last, found.broken, found.head_lines)
    # Notes are cut out first, so no rule takes a person's words for the digest's.
    rest, numbers, torn = without_notes(claims, found)
    if form.templates:
        claim_by_template(claims, found, rest, (form, venues))
    else:
        if form.keys:
            from zoterodigest.digest.read.fields_below import claim_fields

            claim_fields(claims, found, rest, venues)
        else:
            head = found.text.slice(*found.head)
            if not _claim_match(claims, head, found.match, (form, venues)):
                return Claims(found.first, found.last)
            _claim_body(claims, Body(rest), (form, venues))
        has_authors = any(slot.name == "authors" for slot in claims.slots)
        if form.reads_parts and any(_is_other(slot, has_authors) for slot in claims.slots):
            return Claims(found.first, found.last)
    claims.unread = [replace(one, line=numbers[one.line]) for one in claims.unread]
    for one in torn:
        spoil(claims, one, one.line)
    if form.entry.is_general:
        claims.slots = within_titles(within_edges(claims.slots), venues)
    return claims


def _is_other(slot: Slot, has_authors: bool) -> bool:
    """Whether a text is no remark: it begins with a key that no rule knows, or with a title.

    Below a line with authors, a list item with a colon is a remark, too: "Strength: …".
    """
    if slot.name != "summary":
        return False
    first = slot.text.data.split(b"\n", 1)[0]
    is_remark = has_authors and bool(_BULLET.match(first))
    return _holds_title(first) or (not is_remark and bool(_label_in(first)))


_BULLET = lazy_regex(rb"[-*+][ \t]")


# Imported when there is something to read: many digests are in formats that need none of what reads
# parts, fields and open titles. That is 6 % of `inspect` for a digest of 20 entries.
def _holds_title(data: bytes) -> bool:
    from zoterodigest.digest.read.parts import holds_title

    return holds_title(data)


def _parts_beside(
    text: LayeredText, known: Collection[str], venues: VenueTable
) -> list[Slot] | None:
    from zoterodigest.digest.read.parts import parts_beside

    return parts_beside(text, known, venues)


def lacks_needed(found: EntryRange, form: DigestFormat) -> bool:
    """Whether it shows at the first line below the head that no entry of the format stands here.

    Where no rule claims that line, all that follows is the rest. In a digest that quotes something
    else below each of its entries, to see that takes 8 % off the time of reading.
    """
    needs = form.entry.needs
    if not needs or form.rest is None or form.has_sections or form.find:
        return False
    if form.rest in needs or not found.match.groups.keys().isdisjoint(needs):
        return False
    filled = _FILLED.search(found.text.data, *found.body)
    if filled is None:
        return True
    line = filled[0]
    return not (has_marker(line) or _label_in(line) or form.line.matches(shorn(line)))


_FILLED = lazy_regex(rb"[^\n]*[^\s][^\n]*")


def _claim_match(claims: Claims, text: LayeredText, match: Match, terms: Terms) -> bool:
    """Claim the groups of `match`; False and nothing if the parts beside a title are not read."""
    form, venues = terms
    if PARTS.isdisjoint(match.groups):
        claim_groups(claims, text, match, form)
        return True
    slots: list[Slot] = []
    for slot in group_slots(text, match):
        if slot.name == "title":
            slots += _title_and_parts(slot, venues)
            continue
        if slot.name not in PARTS:
            slots.append(slot)
            continue
        known = {it.name for it in (*claims.slots, *slots)}
        parts = _parts_beside(slot.text, known, venues)
        # Below a title: beside it a word in code font may be its short name.
        if parts is None and claims.slots and "tags" not in known:
            found = chips(slot.text.data)
            parts = [Slot("tags", slot.text.slice(*found))] if found else None
        if parts is None or (slot.name == "before" and any(it.name == "summary" for it in parts)):
            return False
        slots += parts
    claims.slots += slots
    return True


_IN_BRACKETS = lazy_regex(rb"^(.*[^\s(\[])[ \t]*([(\[][^()\[\]]{2,60}[)\]])[ \t.*_]*$")


def _title_and_parts(title: Slot, venues: VenueTable) -> list[Slot]:
    """Return a title and the parts in the brackets that end it: "Title (CVPR 2024)"."""
    found = _IN_BRACKETS.match(title.text.data)
    parts = _parts_beside(title.text.slice(*found.span(2)), (), venues) if found else None
    if found is None or not parts:
        return [title]
    return [Slot("title", title.text.slice(*found.span(1))), *parts]


def _claim_body(claims: Claims, body: Body, terms: Terms) -> None:
    """Claim the body line by line; what follows the first unclaimed line is the rest."""
    form, _ = terms
    line = 0
    while line < len(body.ranges):
        if not body.line(line).strip():
            line += 1
            continue
        # Sections before lines: a line of a quoted or folded section may look like a labelled line.
        stop = claim_section(claims, body, line, form)
        if stop is None and _claim_line(claims, body, line, terms):
            stop = line + 1
        if stop is None and form.entry.is_general and holds_only_links(body.line(line)):
            claims.slots.append(Slot("links", trimmed(body.text, *body.ranges[line])))
            stop = line + 1
        if stop is None and form.rest is not None:
            _claim_rest(claims, body, line, form)
            return
        if stop is None:
            claims.unread.append(UnreadLine(line, "no rule of the format reads this line"))
        line = stop if stop is not None else line + 1


def _claim_rest(claims: Claims, body: Body, line: int, form: DigestFormat) -> None:
    """Claim all from a line on as the rest, in general formats without the links that end it.

    Badges are no remark, and names that are written as none can be told from other words neither.
    """
    assert form.rest is not None
    links, last = [], len(body.ranges)
    while form.entry.is_general and last > line + 1 and _ends_in_links(body.line(last - 1)):
        last -= 1
        if body.line(last).strip():
            links.append(Slot("links", trimmed(body.text, *body.ranges[last])))
    end = body.ranges[last - 1][1] if links else len(body.text.data)
    rest = block_text(body.text, body.ranges[line][0], end)
    if form.entry.is_general and may_be_names(rest.data):
        claims.unread.append(UnreadLine(line, "no rule of the format reads this line"))
    elif not (form.entry.is_general and is_pictures(rest.data)):
        claims.slots.append(Slot(form.rest, rest))
    claims.slots += reversed(links)


def _ends_in_links(line: bytes) -> bool:
    return not line.strip() or holds_only_links(line)


def _claim_line(claims: Claims, body: Body, line: int, terms: Terms) -> bool:
    """Claim a line by the first pattern not used yet that matches, else by its label."""
    form, _ = terms
    data = shorn(body.line(line))
    for index, pattern in enumerate(form.lines):
        if index in claims.used_lines:
            continue
        match = pattern.search(data)
        # A title below a title is that of another paper.
        if match is None or (form.reads_parts and _holds_title(data)):
            continue
        if _claim_match(claims, body.text.slice(*body.ranges[line]), match, terms):
            # Each pattern is used once: of two alike lines the second belongs to the next pattern.
            claims.used_lines.add(index)
            return True
    return bool(form.slots_by_label) and _claim_label(claims, body, line, form)


def _label_in(line: bytes) -> re.Match[bytes] | None:
    """Return the label that a line begins with."""
    # A line without a colon takes eight times as long as one with a label.
    return _LABEL.match(line) if b":" in line or _FULL_COLON in line else None


def _claim_label(claims: Claims, body: Body, line: int, form: DigestFormat) -> bool:
    match = _label_in(body.line(line))
    if match is None:
        return False
    label = folded_label(match[1].replace(_FULL_COLON, b":").decode("utf-8", "replace"))
    slot = form.slots_by_label.get(label)
    if slot is None:
        return _claim_misspelt(claims, label, line, form.slots_by_label)
    if slot != "ignored":
        start = body.ranges[line][0]
        behind, end = start + match.end(), start + len(shorn(body.line(line)))
        if not body.text.data[behind:end].strip():  # the slot stands one blank behind its label
            behind = start + len(match[0].rstrip(b" \t"))
        claims.slots.append(Slot(slot, trimmed(body.text, behind, end)))
    return True


def _claim_misspelt(claims: Claims, label: str, line: int, labels: Mapping[str, str]) -> bool:
    """Claim a line whose label is one slip away from a known one: its field is unreadable."""
    taken = {slot.name for slot in claims.slots}
    for known, slot in sorted(labels.items()):
        # Too many words are one slip away from a word of three letters.
        if slot not in taken and len(known) > 3 and is_one_slip(label, known):
            reason = f"“{label}” looks like “{known}” misspelt"
            claims.unread.append(UnreadLine(line, reason, is_slip=True))
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
