"""Fields: what an entry's slots mean, as the core compares and merges it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from zoterodigest.core.values import dates, identity, names, venue_slot
from zoterodigest.core.values.blocks import split_blocks, unescaped
from zoterodigest.core.values.key_table import first_word
from zoterodigest.core.values.record import (
    CITEKEY,
    EMPTY,
    SECTION,
    Blocks,
    Fields,
    Members,
    Names,
    text_in,
)
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.nicknames import is_nickname
from zoterodigest.digest.read.references import with_links
from zoterodigest.digest.read.shapes import NOTHING, is_said_empty
from zoterodigest.digest.read.slots import Draft, EntryReading, Slot, one_line
from zoterodigest.mapping import is_tool_tag
from zoterodigest.regex import lazy_regex

_LONGEST_PLACEHOLDER = 100
_LONGEST_NOTHING = 10
_ENOUGH_LETTERS = 150
_TEXTS = frozenset({"summary", "abstract", "section", "comment"})


def read_slots(slots: Sequence[Slot], placeholders: Collection[str]) -> EntryReading:
    """Return what the slots of one entry mean.

    A slot that holds one of the format's `placeholders` (the template's own words) is EMPTY, and so
    is a text that only says that there is none (`N/A`).
    """
    draft = Draft()
    found_placeholders: list[str] = []
    begins = _first_words(tuple(placeholders))
    for slot in slots:
        text = slot.words
        # To fold each text took 2 % of reading long entries.
        is_like = bool(begins and text) and len(text) < _LONGEST_PLACEHOLDER
        if is_like and first_word(text) in begins and folded_label(text) in placeholders:
            found_placeholders.append(text)
            text = ""
        # The raw text stays: a new reading of what nobody touched is no edit.
        raw = text
        if slot.name in _TEXTS and len(text) < _LONGEST_NOTHING and is_said_empty(text):
            text = ""
        if reader := _READERS.get(slot.name):
            for name, value in reader(text).items():
                draft.put(name, value, raw)
        # The title is in the draft already: it stands above, and slots come in the text's order.
        elif slot.name == "abstract" and not is_translated(text_in(draft.fields, "title"), text):
            draft.put("abstract", _plain(text), raw)
        elif slot.name in ("section", "abstract"):
            # A translated abstract is a section of its own: it is no other wording of the abstract.
            default = "Abstract" if slot.name == "abstract" else ""
            name = _section_name(draft, slot.section or default)
            draft.put(name, Blocks(split_blocks(text)), raw)
    _judge_nickname(draft)
    _judge_year(draft, slots)
    return _without_month(with_links(draft, slots, tuple(found_placeholders)))


def _without_month(reading: EntryReading) -> EntryReading:
    """Return what is read without a year that is the month of arXiv's ID: "arXiv 1909"."""
    year = text_in(reading.fields, "year")
    if not year.endswith(_MONTHS):
        return reading
    ids = (it.value for it in reading.identifiers if it.scheme == "arxiv")
    if not any(one.startswith(f"{year}.") for one in ids):
        return reading
    fields, raws = dict(reading.fields), dict(reading.raws)
    del fields["year"]
    raws.pop("year", None)
    return replace(reading, fields=fields, raws=raws)


_MONTHS = tuple(f"{number:02}" for number in range(1, 13))


@lru_cache(maxsize=100)
def _first_words(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(first_word, texts))


def _judge_nickname(draft: Draft) -> None:
    """Leave out what stands in the place of a nickname and is not one.

    Never is it EMPTY: an entry without a nickname takes no short title from its item.
    """
    if "short_title" not in draft.fields:
        return
    text = text_in(draft.fields, "short_title")
    if not is_nickname(text, text_in(draft.fields, "title")):
        del draft.fields["short_title"], draft.raws["short_title"]


def _judge_year(draft: Draft, slots: Sequence[Slot]) -> None:
    """Leave out an EMPTY year if digits stand in the place of one: its venue tells none either."""
    if draft.fields.get("year") == EMPTY and not all(
        says_year(slot.words) for slot in slots if slot.name == "year"
    ):
        del draft.fields["year"], draft.raws["year"]


def _section_name(draft: Draft, name: str) -> str:
    """Return the field of a section; one whose name stood before gets a number behind it."""
    number = draft.counts.get(name, 0) + 1
    field_name = SECTION + name if number == 1 else f"{SECTION}{name} ({number})"
    while field_name in draft.fields:
        number += 1
        field_name = f"{SECTION}{name} ({number})"
    draft.counts[name] = number
    return field_name


def is_translated(title: str, text: str) -> bool:
    """Tell whether `text` is written in another script than `title`, as a translation is."""
    return bool(title and text) and _script(title) != _script(text)


def _script(text: str) -> str:
    """Return the script most letters are in; ideographs count for three (a word is short)."""
    head = text[:_ENOUGH_LETTERS]
    if head.isascii():
        return "LATIN" if any(map(str.isalpha, head)) else ""
    # More than half of them outweigh all else: to name each sign took 5 % of reading translations.
    high = head.encode("utf-16-be", "surrogatepass")[::2]
    if 2 * (len(high) - len(high.translate(None, _IDEOGRAPHS))) > len(head):
        return "CJK"
    weights: Counter[str] = Counter()
    for char, count in Counter(head).items():
        if char.isalpha():
            weights[_script_of(char)] += count if char.isascii() else 3 * count
    return max(sorted(weights), key=weights.__getitem__, default="")


_IDEOGRAPHS = bytes(range(0x4E, 0xA0))
"""The high bytes of U+4E00 to U+9FFF."""


@lru_cache(maxsize=10_000)
def _script_of(char: str) -> str:
    return "LATIN" if char.isascii() else unicodedata.name(char, "").split(" ")[0]


def _title(text: str) -> str:
    plain = unescaped(text)
    # A bracket left open is half of a link that a formatter cut in two: `no_titles` know that.
    is_whole = plain.count("[") == plain.count("]")
    return one_line(plain if is_whole else text)


def named_authors(text: str) -> Names:
    """Return the authors that a text names, each on one line."""
    found = names.parse_authors(text)
    # Then nothing is to be done to any name: 1 % of reading long entries.
    if text.isascii() and not _OF_MARKS_OR_LINES.search(text):
        return found
    return Names(tuple(map(one_name, found.people)), found.truncated)


_FOOTNOTES = lazy_regex(
    r"<sup>[^<>]*</sup>|\s*\\?[*†‡§¶∗⁎✉⋆⭐♠♣♢♡#]+(?=\s|$)|[¹²³⁴⁵⁶⁷⁸⁹⁰]+(?:[,˒][¹²³⁴⁵⁶⁷⁸⁹⁰]+)*$",
    re.I,
)


def one_name(text: str) -> str:
    """Return a name on one line, without the marks of footnotes behind it."""
    if not _OF_MARKS.search(text):
        return one_line(text)
    return one_line(_FOOTNOTES.sub("", _LINKED.sub(r"\1", text))) or one_line(text)


_OF_MARKS = lazy_regex(r"[<*#\[†‡§¶∗⁎✉⋆⭐♠♣♢♡¹²³⁴⁵⁶⁷⁸⁹⁰]")
"""What stands in any link or mark of a footnote."""

_OF_MARKS_OR_LINES = lazy_regex(r"[<*#\[&\n]")
"""What stands in any link, mark, entity or line break in plain English signs."""

_LINKED = lazy_regex(r"^\[([^\[\]]+)\]\([^()\s]*\)")


def _venue(text: str) -> Fields:
    reading = venue_slot.parse_venue(one_line(text))
    date = {"date": reading.date} if reading.date else {}
    award = _parts(reading.award, AWARD)
    return {"venue": reading.venue, "year": reading.year, "award": award, **date}


def _date(text: str) -> Fields:
    bare = text.strip("()[] `*_")
    iso = dates.parse_date(bare)
    if iso or text.strip().encode().lower() in NOTHING:
        return {"date": iso or ""}
    is_date = dates.year_in(bare) or _NO_DATE.fullmatch(bare)
    # A date in words is compared as a text.
    return {"date": one_line(bare)} if is_date and len(bare) <= _LONGEST_DATE else {}


_LONGEST_DATE = 40
_NO_DATE = lazy_regex(r"n\. ?d\.|(?i:in press|forthcoming|to appear|undated|no date)")


def _year(text: str) -> Fields:
    bare = text.strip("()[] `*_")
    year = dates.year_in(text) or (bare if _OLD_YEAR.fullmatch(bare) else "")
    # A half-typed year is no wish that the item should have none; words say that there is none.
    return {"year": year} if year or not any(map(str.isdigit, text)) else {}


_OLD_YEAR = lazy_regex(r"1[0-8]\d\d")
"""A year that is one only where nothing but a year can stand."""


def says_year(text: str) -> bool:
    """Tell whether the text of a year names one, or says that there is none."""
    return bool(_year(text))


_ENTITY = r"&\w{1,30};|&#\w{1,8};"
TASK = lazy_regex(rf"(?:{_ENTITY}|[^;；])+")
"""One of several tasks, parted by semicolons: a comma may be part of a task."""

AWARD = lazy_regex(rf"(?:{_ENTITY}|[^,;，；])+")
"""One of several awards."""


def _parts(text: str, pattern: re.Pattern[str]) -> Members:
    return _members(one_line(found[0]) for found in pattern.finditer(text)) if text else Members(())


ARXIV_CATEGORY = lazy_regex(
    r"(?:astro-ph|cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat)\.[A-Za-z-]{2,}"
    r"|astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph"
)
"""A category of arXiv among tags, where nothing else says that it is one."""

ELEMENT = lazy_regex(r"</?[A-Za-z][^<>]*>")
"""A tag of HTML."""


def _tags(text: str) -> Fields:
    """Return tags as tasks, categories of arXiv apart; what holds HTML is not understood."""
    if ELEMENT.search(text):
        return {}
    parts = [one_tag(part) for part in re.split(r"[,;、，；\n]|`\s+`", text)]
    kept = [part for part in parts if part and part.encode().lower() not in NOTHING]
    kept = [part for part in kept if not is_tool_tag(part)]
    found = [part for part in kept if ARXIV_CATEGORY.fullmatch(part)]
    tasks = {"task": _members(part for part in kept if part not in found)}
    return {**tasks, "categories": _members(found)} if found else tasks


def one_tag(text: str) -> str:
    """Return a tag without its mark: `#tag`, `[[tag]]` or in code font."""
    bare = text.strip("`#* \n")
    # A low line is emphasis on both sides only: Obsidian's tags may begin with one.
    while len(bare) > 1 and bare[0] == bare[-1] == "_":
        bare = bare[1:-1].strip("`#* \n")
    return one_line(bare[2:-2] if bare[:2] == "[[" and bare[-2:] == "]]" else bare)


CHIP = lazy_regex(r"[ \t]*`([^`]*)`")
"""A chip, with the blanks before it."""

CATEGORY = lazy_regex(r"[a-z][a-z-]+(?:\.[A-Za-z-]{2,})?")
"""An arXiv category: `cs.CV`, `quant-ph`."""


def _chips(text: str) -> Fields:
    chips = [found[1].strip() for found in CHIP.finditer(text)]
    ids = [found for chip in chips for found in identity.arxiv_in_text(chip)]
    categories = {"categories": _members(chip for chip in chips if CATEGORY.fullmatch(chip))}
    return {"arxiv": ids[0], **categories} if ids else categories


def _members(texts: Iterable[str]) -> Members:
    return Members(tuple(dict.fromkeys(text for text in texts if text)))


def _arxiv(text: str) -> Sequence[str]:
    if found := identity.arxiv_in_text(text):
        return found
    # An old id, such as hep-th/9711200, is known as one only where nothing else can stand.
    whole = identity.identifier_of(f"arXiv:{text.strip()}") if "/" in text else None
    return (whole.value,) if whole and whole.scheme == "arxiv" else ()


def _doi(text: str) -> Fields:
    found = [identity.doi_as_written(doi, text) for doi in identity.doi_in_text(text)]
    # A DOI that arXiv gives says no more than the id in it (`doi_in_text`).
    if not found and (ids := identity.arxiv_in_text(text)):
        return {"arxiv": ids[0]}
    return _identifier("doi", found, text)


def _identifier(scheme: str, found: Sequence[str], text: str) -> Fields:
    """Return the first identifier found, "" if the text says that there is none."""
    if not found and text.strip().encode().lower() not in NOTHING:
        return {}
    return {scheme: next(iter(found), "")}


def _plain(text: str) -> str:
    return html.unescape(unescaped(text))


_READERS: Mapping[str, Callable[[str], Fields]] = {
    "title": lambda text: {"title": _title(text)},
    "short_title": lambda text: {"short_title": _title(text)},
    "authors": lambda text: {"authors": named_authors(text)},
    "venue": _venue,
    "year": _year,
    "date": _date,
    "award": lambda text: {"award": _parts(text, AWARD)},
    "task": lambda text: {"task": _parts(text, TASK)},
    "tags": _tags,
    "categories": lambda text: {
        "categories": _members(part.strip("` ") for part in re.split(r"[,;\s]+", text))
    },
    "chips": _chips,
    "arxiv": lambda text: _identifier("arxiv", _arxiv(text), text),
    "doi": _doi,
    "comment": lambda text: {"comment": _plain(text)},
    "summary": lambda text: {"summary": Blocks(split_blocks(text))},
    CITEKEY: lambda text: {CITEKEY: text},
}
"""What the text of a slot says of each field that it is read for; nothing if not understood."""
