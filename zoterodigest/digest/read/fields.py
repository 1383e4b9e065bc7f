"""Fields: what an entry's slots mean, as the core compares and merges it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence

from zoterodigest.core.values import dates, identity, names, venue_slot
from zoterodigest.core.values.blocks import split_blocks, unescaped
from zoterodigest.core.values.record import SECTION, Blocks, Members, Names, Value
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.references import with_links
from zoterodigest.digest.read.shapes import NOTHING
from zoterodigest.digest.read.slots import Draft, EntryReading, Slot, one_line

_LONGEST_PLACEHOLDER = 100
_ENOUGH_LETTERS = 150


def read_slots(slots: Sequence[Slot], placeholders: Collection[str]) -> EntryReading:
    """Return what the slots of one entry mean.

    A slot that holds one of the format's `placeholders` (the template's own words) is EMPTY.
    """
    draft = Draft()
    found_placeholders: list[str] = []
    for slot in slots:
        text = slot.words
        if text and len(text) < _LONGEST_PLACEHOLDER and folded_label(text) in placeholders:
            found_placeholders.append(text)
            text = ""
        if value_of := _VALUES.get(slot.name):
            if (value := value_of(text)) is not None:
                draft.put(slot.name, value, text)
        elif reader := _READERS.get(slot.name):
            reader(draft, text)
        elif slot.name == "section":
            _put_blocks(draft, _section_name(draft, slot.section or ""), text)
        elif slot.name == "abstract":
            _put_abstract(draft, text, slot.section)
    return with_links(draft, slots, tuple(found_placeholders))


def _section_name(draft: Draft, name: str) -> str:
    """Return the field of a section; one whose name stood before gets a number behind it."""
    number = draft.counts.get(name, 0) + 1
    field_name = SECTION + name if number == 1 else f"{SECTION}{name} ({number})"
    while field_name in draft.fields:
        number += 1
        field_name = f"{SECTION}{name} ({number})"
    draft.counts[name] = number
    return field_name


def _put_blocks(draft: Draft, name: str, text: str) -> None:
    draft.put(name, Blocks(split_blocks(text)), text)


def _put_abstract(draft: Draft, text: str, section: str | None) -> None:
    """Put the abstract in its field, or in a section if it is a translation (another script)."""
    title = draft.fields.get("title", "")
    # The title is in the draft already: it stands above, and slots come in the order of the text.
    if isinstance(title, str) and is_translated(title, text):
        _put_blocks(draft, _section_name(draft, section or "Abstract"), text)
    else:
        draft.put("abstract", html.unescape(unescaped(text)), text)


def is_translated(title: str, text: str) -> bool:
    """Tell whether `text` is written in another script than `title`, as a translation is."""
    return bool(title and text) and _script(title) != _script(text)


def _script(text: str) -> str:
    """Return the script most letters are in; ideographs count for three (a word is short)."""
    head = text[:_ENOUGH_LETTERS]
    if head.isascii():
        return "LATIN" if any(map(str.isalpha, head)) else ""
    weights: dict[str, int] = {}
    for char in head:
        if char.isalpha():
            script = "LATIN" if char.isascii() else unicodedata.name(char, "").split(" ")[0]
            weights[script] = weights.get(script, 0) + (1 if char.isascii() else 3)
    return max(sorted(weights), key=weights.__getitem__, default="")


def _title(text: str) -> str:
    plain = unescaped(text)
    # A bracket left open is half of a link that a formatter cut in two: `no_titles` know that.
    is_whole = plain.count("[") == plain.count("]")
    return one_line(plain if is_whole else text)


def _authors(text: str) -> Names:
    found = names.parse_names(text)
    return Names(tuple(map(one_line, found.people)), found.truncated)


def _put_venue(draft: Draft, text: str) -> None:
    reading = venue_slot.parse_venue(one_line(text))
    draft.put("venue", reading.venue, text)
    draft.put("year", reading.year, text)
    draft.put("award", _parts(reading.award, AWARD), text)
    if reading.date:
        draft.put("date", reading.date, text)


def _put_date(draft: Draft, text: str) -> None:
    bare = text.strip("()[] `*_")
    iso = dates.parse_date(bare)
    if iso or text.strip().encode().lower() in NOTHING:
        draft.put("date", iso or "", text)
    elif len(bare) <= _LONGEST_DATE and (dates.year_in(bare) or _NO_DATE.fullmatch(bare)):
        draft.put("date", one_line(bare), text)  # a date in words is compared as a text


_LONGEST_DATE = 40
_NO_DATE = re.compile(r"n\. ?d\.|(?i:in press|forthcoming|to appear|undated|no date)")


def _year(text: str) -> str:
    found = re.search(r"(?:19|20)\d\d", text)
    return found[0] if found else ""


_ENTITY = r"&\w{1,30};|&#\w{1,8};"
TASK = re.compile(rf"(?:{_ENTITY}|[^;；])+")
"""One of several tasks, parted by semicolons: a comma may be part of a task."""

AWARD = re.compile(rf"(?:{_ENTITY}|[^,;，；])+")
"""One of several awards."""


def _parts(text: str, pattern: re.Pattern[str]) -> Members:
    parts = (one_line(found[0]) for found in pattern.finditer(text))
    return Members(tuple(dict.fromkeys(part for part in parts if part)))


ARXIV_CATEGORY = re.compile(
    r"(?:astro-ph|cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat)\.[A-Za-z-]{2,}"
    r"|astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph"
)
"""A category of arXiv among tags, where nothing else says that it is one."""

ELEMENT = re.compile(r"</?[A-Za-z][^<>]*>")
"""A tag of HTML."""


def _put_tags(draft: Draft, text: str) -> None:
    """Put tags as tasks, categories of arXiv apart; what holds HTML is not understood."""
    if ELEMENT.search(text):
        return
    parts = [one_line(part.strip("`#*_ \n")) for part in re.split(r"[,;、，；\n]|`\s+`", text)]
    kept = [part for part in parts if part and part.encode().lower() not in NOTHING]
    found = [part for part in kept if ARXIV_CATEGORY.fullmatch(part)]
    tasks = dict.fromkeys(part for part in kept if part not in found)
    draft.put("task", Members(tuple(tasks)), text)
    if found:
        draft.put("categories", Members(tuple(dict.fromkeys(found))), text)


CHIP = re.compile(r"[ \t]*`([^`]*)`")
"""A chip, with the blanks before it."""

CATEGORY = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]{2,})?")
"""An arXiv category: `cs.CV`, `quant-ph`."""


def _put_chips(draft: Draft, text: str) -> None:
    chips = [found[1].strip() for found in CHIP.finditer(text)]
    ids = [found for chip in chips for found in identity.arxiv_in_text(chip)]
    if ids:
        draft.put("arxiv", ids[0], text)
    categories = tuple(dict.fromkeys(chip for chip in chips if CATEGORY.fullmatch(chip)))
    draft.put("categories", Members(categories), text)


def _categories(text: str) -> Members:
    parts = (part.strip("` ") for part in re.split(r"[,;\s]+", text))
    return Members(tuple(dict.fromkeys(part for part in parts if part)))


def _arxiv(text: str) -> str | None:
    return _first(identity.arxiv_in_text(text), text)


def _doi(text: str) -> str | None:
    return _first([identity.doi_as_written(doi, text) for doi in identity.doi_in_text(text)], text)


def _first(found: Sequence[str], text: str) -> str | None:
    """Return the first identifier found, "" if the text says that there is none."""
    return found[0] if found else "" if text.strip().encode().lower() in NOTHING else None


_VALUES: Mapping[str, Callable[[str], Value | None]] = {
    "title": _title,
    "authors": _authors,
    "year": _year,
    "award": lambda text: _parts(text, AWARD),
    "task": lambda text: _parts(text, TASK),
    "categories": _categories,
    "arxiv": _arxiv,
    "doi": _doi,
    "comment": lambda text: html.unescape(unescaped(text)),
    "summary": lambda text: Blocks(split_blocks(text)),
}
"""What the text of a slot says of the field of its name; None if that is not understood."""

_READERS: Mapping[str, Callable[[Draft, str], None]] = {
    "venue": _put_venue,
    "date": _put_date,
    "tags": _put_tags,
    "chips": _put_chips,
}
"""The readers of slots that hold several fields, or that are read by more than their text."""
