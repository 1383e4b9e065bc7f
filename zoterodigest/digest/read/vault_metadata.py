"""Properties in the body of a note: `key:: value`, bullets with keys, Logseq's lines at the top.

They count above the first heading but that of the title, under a heading that is called so, and in
a callout of metadata. Elsewhere a line with a colon is the person's own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from zoterodigest import mapping
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.span import Span
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.data_texts import as_it_stands, fixed_text, joined_text
from zoterodigest.digest.read.fields_below import keyed_slot
from zoterodigest.digest.read.layers import LayerCut, LayeredText, source_text
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.vault_identity import (
    citation_key_slot,
    identity_kind,
    in_words,
    is_of_zotero,
)
from zoterodigest.digest.read.vault_lines import BodyLine, section_spans
from zoterodigest.digest.read.vault_tags import parted_at_blanks
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

SECTIONS = ("Metadata", "Files and Links", "Zotero links", "Bibliography", "Info")
"""Headings above properties."""

_PROPERTY = lazy_regex(
    rb"(?P<lead>[ \t>]*(?:[-*+][ \t]+)?)(?P<bold>\*\*|__)?"
    rb"(?P<key>[^\s\d_:*>#`|\[\]-][^:*\n]{0,40}?)[ \t]*(?:\*\*|__)?(?P<colon>::?)(?:\*\*|__)?"
    rb"(?:[ \t]+(?P<value>[^\n]*?))?[ \t]*"
)
_LINKED = lazy_regex(
    rb"[ \t>]*(?:[-*+][ \t]+)?\[(?P<key>[^\[\]\n]+)\]\((?P<value>[^()\s]+)\)[ \t]*"
)
_ROLE = lazy_regex(rb"[ \t]*\((?:author|editor|contributor|translator)\)")
_NO_AUTHORS = lazy_regex(
    rb"\A(?:[^,()]+\((?:editor|contributor|translator)\),[ \t]*)+(?=[^,()]+\(author\))"
    rb"|,[^,()]+\((?:editor|contributor|translator)\)|[ \t]*\(author\)"
)
"""What stands beside the names of authors where a list gives each name its role."""

_COMMA_IN_LINK = lazy_regex(rb"\[\[[^\[\]\n]*,[^\[\]\n]*\]\]")
_BRACKETS = lazy_regex(rb"\[\[|\]\]")
_HASHED = lazy_regex(rb"(?:#[^\s#,]+[ \t]+)+#[^\s#,]+")
_DAY = lazy_regex(r"(?:\[\[)?([A-Z][a-z]{2,8}) (\d{1,2})(?:st|nd|rd|th), (\d{4})(?:\]\])?")
_MONTH = lazy_regex(r"(0?[1-9]|1[0-2])/(\d{4})")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_OF_NOTE = frozenset({"summary", "section", "comment", "abstract"})
_TAG_KEYS = frozenset({"tag", "tags", "keyword", "keywords"})
_TAGS = frozenset({"tags", "task", "categories"})
_CALLOUT = lazy_regex(rb"[ \t]*>[ \t]*\[!(?P<kind>[\w -]+)[^\]]*\][+-]?[ \t]*(?P<title>[^\n]*)")


@frozen()
class Property:
    """A line with a key: the line, the key as written, and where its value stands."""

    line: BodyLine
    key: str
    value: Span


def body_properties(
    lines: Sequence[BodyLine], last: int, fences: Sequence[Span]
) -> tuple[Property, ...]:
    """Return the lines of a body that say something of the paper, or stand among such.

    `fences` are those that hold metadata.
    """
    sections = section_spans(lines, SECTIONS, last, begins=lambda line: line.level > 0)
    top = top_of(lines)
    callouts = _callouts(lines)
    told = (sections, callouts, fences)
    found: list[Property] = []
    for line in lines:
        within = is_within(told, line.start)
        is_hidden = line.hidden and not is_within((fences,), line.start)
        if is_hidden or not (within or line.start < top):
            continue
        if (one := _property(line, is_told=within)) is not None:
            found.append(one)
    return tuple(_known_runs(found, lines, told))


def is_within(told: Iterable[Sequence[Span]], at: int) -> bool:
    """Tell whether `at` is in one of the spans, which are sorted and apart, kind by kind."""
    for spans in told:
        place = bisect_right(spans, at, key=lambda span: span.start)
        if place and at < spans[place - 1].end:
            return True
    return False


def top_of(lines: Sequence[BodyLine]) -> int:
    """Return where the first heading of a body stands that does not begin it."""
    first = next((line for line in lines if line.data.strip()), None)
    headings = (line for line in lines if line.level and not line.hidden and line is not first)
    return next((line.start for line in headings), lines[-1].end + 1 if lines else 0)


def _callouts(lines: Sequence[BodyLine]) -> list[Span]:
    found: list[Span] = []
    is_within = False
    for line in lines:
        is_quote = line.data.lstrip(b" \t")[:1] == b">" and not line.hidden
        if head := _CALLOUT.fullmatch(line.data) if is_quote else None:
            is_within = _is_of_metadata(head)
        is_within = is_within and is_quote
        if is_within and found and found[-1].end + 2 >= line.start:
            found[-1] = Span(found[-1].start, line.end)
        elif is_within:
            found.append(Span(line.start, line.end))
    return found


def _is_of_metadata(head: re.Match[bytes]) -> bool:
    kind, title = (folded_key(decoded(head[name])) for name in ("kind", "title"))
    return kind in ("info", "metadata") or (kind == "example" and title == "metadata")


def _property(line: BodyLine, *, is_told: bool) -> Property | None:
    found = _PROPERTY.fullmatch(line.data)
    if found is not None:
        is_pair = found["colon"] == b"::" or found["bold"] or found["lead"].strip(b" \t>")
        if not is_pair:
            return None
        at = found.span("value") if found["value"] is not None else (found.end(), found.end())
        return Property(line, decoded(found["key"]).strip(), _span(line, at))
    linked = _LINKED.fullmatch(line.data)
    if linked is None or not (is_told or is_of_zotero(decoded(linked["value"]))):
        return None
    return Property(line, decoded(linked["key"]), _span(line, linked.span("value")))


def _span(line: BodyLine, at: tuple[int, int]) -> Span:
    return Span(line.start + at[0], line.start + at[1])


def _known_runs(
    found: Sequence[Property], lines: Sequence[BodyLine], told: Sequence[Sequence[Span]]
) -> Iterator[Property]:
    """Yield the properties of which one in the run of lines is known, or that stand where told."""
    numbers = {line.start: at for at, line in enumerate(lines)}
    runs = groupby(enumerate(found), key=lambda one: numbers[one[1].line.start] - one[0])
    for _, run in runs:
        group = [one for _, one in run]
        is_told = is_within(told, group[0].line.start)
        if is_told or any(map(_is_known, group)):
            yield from group


def _is_known(one: Property) -> bool:
    slot = slot_of_property(one.key)
    return slot is not None or identity_kind(one.key) is not None


def slot_of_property(key: str) -> str | None:
    """Return the slot of the record that a key means; None for one of the person's own."""
    table = mapping.key_table()
    slot = table.slot(key) or table.slot(in_words(key))
    return None if slot in _OF_NOTE or slot == "ignored" else slot


def property_texts(source: bytes, found: Iterable[Property]) -> list[tuple[str, tuple[str, ...]]]:
    """Return keys and values as text, for finding what they name."""
    return [(it.key, (decoded(source[it.value.start : it.value.end]),)) for it in found]


def property_slots(
    source: bytes, found: Sequence[Property], form: DigestFormat, venues: VenueTable
) -> tuple[Slot, ...]:
    """Return the values as slots; values of one key are one list, as Dataview has it."""
    has_original = any(folded_key(it.key) == "original title" for it in found)
    by_slot: dict[str, list[tuple[str, LayeredText]]] = {}
    for one in found:
        slot = slot_of_property(one.key)
        # Where the paper's title has a key of its own, the other is the page's name.
        is_name = has_original and folded_key(one.key) == "title"
        text = _value(source, one.value, slot or "")
        is_left = slot in _TAGS and not (form.note.tags and folded_key(one.key) in _TAG_KEYS)
        if slot is None or is_name or is_left or text.data.startswith(b"`="):
            continue
        if text.data and not is_of_zotero(decoded(text.data)):
            by_slot.setdefault(slot, []).append((one.key, text))
    slots: list[Slot] = []
    for slot, held in by_slot.items():
        if slot == "links":
            slots += (Slot(slot, text, key) for key, text in held if b"http" in text.data)
            continue
        key, text = held[0]
        if slot in ("authors", "tags") and len(held) > 1:
            text = joined_text([text for _, text in held], b"; " if slot == "authors" else b", ")
        slots += filter(None, (keyed_slot(key, slot, text, venues),))
    named = [one for one in found if identity_kind(one.key) == "citation_key"]
    slots += citation_key_slot((one.key, _value(source, one.value, "")) for one in named)
    return tuple(slots)


def _value(source: bytes, span: Span, slot: str) -> LayeredText:
    text = source_text(source, span)
    data = text.data
    # A template that parts values by commas leaves one behind each.
    end = len(data.rstrip(b", ")) if slot not in ("links", "abstract") else len(data)
    text = text.slice(0, end)
    if len(text.data) > 1 and text.data[:1] == text.data[-1:] == b'"':
        text = text.slice(1, len(text.data) - 1)
    if slot == "date" and (day := _DAY.fullmatch(decoded(text.data))):
        month = _MONTHS.index(day[1][:3].lower()) + 1 if day[1][:3].lower() in _MONTHS else 0
        iso = f"{day[3]}-{month:02}-{int(day[2]):02}" if month else ""
        return fixed_text(iso.encode(), span) if iso else text
    if slot == "date" and (numbers := _MONTH.fullmatch(decoded(text.data))):
        return fixed_text(f"{numbers[2]}-{int(numbers[1]):02}".encode(), span)
    if slot == "tags" and _COMMA_IN_LINK.search(text.data):
        cuts = [LayerCut(*found.span()) for found in _BRACKETS.finditer(text.data)]
        return text.peeled(_BRACKETS.sub(b"", text.data), lambda: cuts, as_it_stands)
    if slot == "tags" and _HASHED.fullmatch(text.data):
        return parted_at_blanks(text)
    if slot == "authors" and _ROLE.search(text.data):
        beside = _NO_AUTHORS if b"(author)" in text.data else _ROLE
        cuts = [LayerCut(*found.span()) for found in beside.finditer(text.data)]
        return text.peeled(beside.sub(b"", text.data), lambda: cuts, as_it_stands)
    return text
