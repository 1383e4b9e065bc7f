"""Readings: what an entry's slots mean, field by field, as the core compares and merges it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zoterodigest.core import dates, identity, names, venue_slot
from zoterodigest.core.blocks import split_blocks
from zoterodigest.core.identity import Identifier
from zoterodigest.core.record import (
    EMPTY,
    SECTION,
    Blocks,
    Fields,
    Hyperlink,
    Links,
    Members,
    Names,
    Value,
    is_empty,
)
from zoterodigest.core.venue import VenueTable
from zoterodigest.digest.format import fold
from zoterodigest.digest.hyperlinks import find_links, hyperlink
from zoterodigest.digest.shapes import NOTHING
from zoterodigest.digest.slots import Slot

_UNSEEN = {0x200B: None, 0xFEFF: None, 0x00A0: " "}
_LONGEST_PLACEHOLDER = 100
_ENOUGH_LETTERS = 150
_MOST_NAME_WORDS = 6
_MOST_PARTICLES = 3
_NO_NAME = re.compile(
    r"\b(?:academy|adobe|amazon|apple|award|best|berkeley|cent(?:er|re)|challenge|college|conference"
    r"|deepmind|department|facebook|google|honorable|institute?|international|journal|laboratory"
    r"|labs?|letters|mention|meta|microsoft|mit|nature|nvidia|openai|oral|outstanding|paper|poster"
    r"|proceedings|report|research|review|school|sciences?|spotlight|survey|symposium|transactions"
    r"|tsinghua|university|workshop)\b",
    re.I,
)
"""Words of what stands in italics beside a title and is no person."""
LINK_SLOTS = ("url", "links", "code", "tail")
CODE_LABELS = frozenset({"code", "code link", "github", "official code", "代码", "pytorch"})


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry's fields, their raw texts, its identifiers, and its labelled links as written.

    `title_url` is the title's own link; `dead_labels` are the labels of links that lead nowhere.
    """

    fields: Fields
    raws: Mapping[str, str]
    identifiers: frozenset[Identifier] = frozenset()
    links: tuple[Hyperlink, ...] = ()
    title_url: str = ""
    dead_labels: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()


@dataclass
class _Draft:
    """Fields while one entry is read."""

    fields: dict[str, Value] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, value: Value, raw: str) -> None:
        """Add a field; of two slots for one field the first that holds something counts."""
        if is_empty(self.fields.get(name, EMPTY)):
            self.fields[name] = EMPTY if is_empty(value) else value
            self.raws[name] = raw


def decoded(data: bytes) -> str:
    """Return a slot's bytes as text (they have been checked to be UTF-8)."""
    return data.decode("utf-8", "replace")


def cleaned(text: str) -> str:
    """Return one line of text: entities resolved, every break and blank a blank, none outside.

    Signs without width are left out.
    """
    return html.unescape(" ".join(text.split("\n"))).translate(_UNSEEN).strip()


def read_slots(slots: Sequence[Slot], placeholders: frozenset[str]) -> Reading:
    """Return what the slots of one entry mean.

    A slot that holds one of the format's `placeholders` (the template's own words) is EMPTY.
    """
    draft = _Draft()
    found_placeholders: list[str] = []
    for slot in slots:
        text = decoded(slot.text.data)
        if text and len(text) < _LONGEST_PLACEHOLDER and fold(text) in placeholders:
            found_placeholders.append(text)
            text = ""
        if reader := _READERS.get(slot.name):
            reader(draft, text)
        elif slot.name == "section":
            _put_blocks(draft, _section_name(draft, slot.section or ""), text)
        elif slot.name == "abstract":
            _put_abstract(draft, text, slot.section)
    return _with_links(draft, slots, tuple(found_placeholders))


def is_clear(slot: Slot, venues: VenueTable) -> bool:
    """Tell whether a slot that a general format found in free text is what it seems.

    A venue must be a known one, authors must all be written as names are: two capitalised words.
    """
    text = cleaned(decoded(slot.text.data))
    if slot.name == "venue":
        return venues.find(venue_slot.parse_venue(text).venue) is not None
    if slot.name == "authors":
        people = names.parse_names(text).people
        return bool(people) and all(map(_is_written_as_name, people))
    return True


def _is_written_as_name(text: str) -> bool:
    words = [word for word in text.replace("-", " ").split() if word[:1].isalpha()]
    capitals = [word for word in words if not word[0].islower()]
    is_short = len(words) <= _MOST_NAME_WORDS and not any(char.isdigit() for char in text)
    return (
        not _NO_NAME.search(text)
        and is_short
        and len(capitals) >= 2
        and len(words) - len(capitals) <= _MOST_PARTICLES
    )


def _section_name(draft: _Draft, name: str) -> str:
    """Return the field of a section; one whose name stood before gets a number behind it."""
    number = draft.counts.get(name, 0) + 1
    while (field_name := _numbered(name, number)) in draft.fields:
        number += 1
    draft.counts[name] = number
    return field_name


def _numbered(name: str, number: int) -> str:
    return SECTION + name if number == 1 else f"{SECTION}{name} ({number})"


def _put_blocks(draft: _Draft, name: str, text: str) -> None:
    draft.put(name, Blocks(split_blocks(text)), text)


def _put_abstract(draft: _Draft, text: str, section: str | None) -> None:
    """Put the abstract in its field, or in a section if it is a translation (another script)."""
    title = draft.fields.get("title", "")
    if isinstance(title, str) and is_translated(title, text):
        _put_blocks(draft, _section_name(draft, section or "Abstract"), text)
    else:
        draft.put("abstract", html.unescape(text), text)


def is_translated(title: str, text: str) -> bool:
    """Tell whether `text` is written in another script than `title`, as a translation is."""
    return bool(title and text) and _script(title) != _script(text)


def _script(text: str) -> str:
    """Return the script most letters are in; ideographs count for three (a word is short)."""
    weights: dict[str, int] = {}
    for char in text[:_ENOUGH_LETTERS]:
        if char.isalpha():
            script = "LATIN" if char.isascii() else unicodedata.name(char, "").split(" ")[0]
            weights[script] = weights.get(script, 0) + (1 if char.isascii() else 3)
    return max(sorted(weights), key=weights.__getitem__, default="")


def _put_title(draft: _Draft, text: str) -> None:
    draft.put("title", cleaned(text), text)


def _put_authors(draft: _Draft, text: str) -> None:
    found = names.parse_names(text)
    people = tuple(cleaned(person) for person in found.people)
    draft.put("authors", Names(people, found.truncated), text)


def _put_venue(draft: _Draft, text: str) -> None:
    reading = venue_slot.parse_venue(cleaned(text))
    draft.put("venue", reading.venue, text)
    draft.put("year", reading.year, text)
    draft.put("award", Members((reading.award,) if reading.award else ()), text)
    if reading.date:
        draft.put("date", reading.date, text)


def _put_date(draft: _Draft, text: str) -> None:
    iso = dates.parse_date(text.strip("()[] `*_"))
    if iso or text.strip().encode().lower() in NOTHING:
        draft.put("date", iso or "", text)


def _put_year(draft: _Draft, text: str) -> None:
    found = re.search(r"(?:19|20)\d\d", text)
    draft.put("year", found[0] if found else "", text)


def _put_task(draft: _Draft, text: str) -> None:
    draft.put("task", Members((cleaned(text),) if text.strip() else ()), text)


def _put_tags(draft: _Draft, text: str) -> None:
    parts = [cleaned(part.strip("`#*_ \n")) for part in re.split(r"[,;、，；\n]|`\s+`", text)]
    kept = [part for part in parts if part and part.encode().lower() not in NOTHING]
    draft.put("task", Members(tuple(dict.fromkeys(kept))), text)


def _put_award(draft: _Draft, text: str) -> None:
    draft.put("award", Members((cleaned(text),) if text.strip() else ()), text)


CHIP = re.compile(r"[ \t]*`([^`]*)`")
"""A chip, with the blanks before it."""

CATEGORY = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]{2,})?")
"""An arXiv category: `cs.CV`, `quant-ph`."""


def _put_chips(draft: _Draft, text: str) -> None:
    chips = [found[1].strip() for found in CHIP.finditer(text)]
    ids = [found for chip in chips for found in identity.arxiv_in_text(chip)]
    if ids:
        draft.put("arxiv", ids[0], text)
    categories = tuple(dict.fromkeys(chip for chip in chips if CATEGORY.fullmatch(chip)))
    draft.put("categories", Members(categories), text)


def _put_categories(draft: _Draft, text: str) -> None:
    parts = (part.strip("` ") for part in re.split(r"[,;\s]+", text))
    draft.put("categories", Members(tuple(dict.fromkeys(part for part in parts if part))), text)


def _put_arxiv(draft: _Draft, text: str) -> None:
    found = identity.arxiv_in_text(text)
    if found:
        draft.put("arxiv", found[0], text)


def _put_doi(draft: _Draft, text: str) -> None:
    found = identity.doi_in_text(text)
    if found:
        draft.put("doi", found[0], text)


def _put_comment(draft: _Draft, text: str) -> None:
    draft.put("comment", html.unescape(text), text)


def _put_summary(draft: _Draft, text: str) -> None:
    _put_blocks(draft, "summary", text)


_READERS: Mapping[str, Callable[[_Draft, str], None]] = {
    "title": _put_title,
    "authors": _put_authors,
    "venue": _put_venue,
    "date": _put_date,
    "year": _put_year,
    "award": _put_award,
    "task": _put_task,
    "tags": _put_tags,
    "chips": _put_chips,
    "categories": _put_categories,
    "arxiv": _put_arxiv,
    "doi": _put_doi,
    "comment": _put_comment,
    "summary": _put_summary,
}


def slot_links(slot: Slot) -> list[Hyperlink]:
    """Return the links of one slot; a `url` slot is a link as a whole, a bare URL has its column's
    name for a label.
    """
    data = slot.text.data
    if slot.name == "url":
        return [Hyperlink("", html.unescape(decoded(data)).strip())]
    links = [hyperlink(data, span) for span in find_links(data)]
    return [Hyperlink(link.label or slot.section or "", link.url) for link in links]


def _with_links(draft: _Draft, slots: Sequence[Slot], placeholders: tuple[str, ...]) -> Reading:
    """Complete a draft by what its links say: identifiers, the paper's page, the other links."""
    found = [(slot, link) for slot in slots if slot.name in LINK_SLOTS for link in slot_links(slot)]
    titled = next((link.url for slot, link in found if slot.name == "url"), "")
    labelled = tuple(link for slot, link in found if slot.name != "url" and link.url)
    dead = tuple(link.label for slot, link in found if not link.url and slot.name != "url")
    urls = [titled, *(link.url for link in labelled)] if titled else [it.url for it in labelled]
    identifiers = _identifiers(draft.fields, urls, has_title_link=bool(titled))
    _put_identity(draft, identifiers, slots)
    page = _paper_page(draft, titled, labelled)
    if any(slot.name in LINK_SLOTS and slot.name != "url" for slot in slots):
        others = tuple(link for link in labelled if not _is_twin(link.url, draft.fields, page))
        raw = "\n".join(decoded(slot.text.data) for slot in slots if slot.name in LINK_SLOTS[1:])
        draft.put("links", Links(others), raw)
    return Reading(
        dict(draft.fields), dict(draft.raws), identifiers, labelled, titled, dead, placeholders
    )


def _identifiers(
    fields: Fields, urls: Sequence[str], *, has_title_link: bool
) -> frozenset[Identifier]:
    """Return one identifier for each scheme, the first found; a plain URL only if it is all."""
    known: dict[str, Identifier] = {}
    for scheme in ("arxiv", "doi"):
        value = fields.get(scheme)
        if isinstance(value, str) and value:
            known[scheme] = Identifier(scheme, value)
    plain: list[Identifier] = []
    for index, url in enumerate(urls):
        found = identity.identifier_of(url)
        if found is not None and found.scheme != "url":
            known.setdefault(found.scheme, found)
        elif found is not None and (identity.is_paper_url(url) or (has_title_link and index == 0)):
            plain.append(found)
    return frozenset(known.values() or plain[:1])


def _put_identity(draft: _Draft, identifiers: Iterable[Identifier], slots: Sequence[Slot]) -> None:
    raw = "\n".join(decoded(slot.text.data) for slot in slots if slot.name in LINK_SLOTS)
    for found in sorted(identifiers):
        if found.scheme in ("arxiv", "doi"):
            draft.put(found.scheme, found.value, raw)


def _paper_page(draft: _Draft, titled: str, labelled: Sequence[Hyperlink]) -> str:
    """Return the paper's own page; it is the field `url` unless it is an arXiv page."""
    pages = [titled, *(link.url for link in labelled if identity.is_paper_url(link.url))]
    has_arxiv = not is_empty(draft.fields.get("arxiv", EMPTY))
    page = next((url for url in pages if url), "")
    scheme = identity.identifier_of(page) if page else None
    if has_arxiv or page == "" or (scheme is not None and scheme.scheme == "arxiv"):
        return "" if has_arxiv else page
    draft.put("url", page, page)
    return page


def _is_twin(url: str, fields: Fields, page: str) -> bool:
    """Whether a link only leads to the paper itself: its arXiv pages, or the page in `url`."""
    found = identity.identifier_of(url)
    if url == page:
        return True
    is_arxiv_host = bool(
        re.match(r"https?://(?:[a-z]+\.)?(?:arxiv\.org|ar5iv\.[a-z.]+)/", url, re.I)
    )
    return is_arxiv_host and found == Identifier("arxiv", str(fields.get("arxiv", "")))
