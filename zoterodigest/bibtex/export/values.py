"""The values that fields of an entry may be taken from: every fact of a work, encoded."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from urllib.parse import quote, unquote

from zoterodigest.bibtex.facts.rules import BibRules, Style
from zoterodigest.bibtex.facts.work import ItemFacts
from zoterodigest.bibtex.tex.latex import Dialect, encode
from zoterodigest.bibtex.tex.names import Creator, encode_names
from zoterodigest.bibtex.tex.titles import encode_title
from zoterodigest.core.values.identity import identifier_of
from zoterodigest.core.values.venue import edition_in, is_ordinal, ordinal
from zoterodigest.regex import lazy_regex

Values = dict[str, str]


def encoded_values(work: ItemFacts, style: Style, rules: BibRules) -> Values:
    """Return all values that fields may be taken from, encoded; those not stated may be empty."""
    dialect = style.dialect
    values = {name: _text(text, dialect) for name, text in work.facts.items() if name in _TEXTS}
    for name, people in work.people.items():
        values[name] = encode_names(people, dialect)
    language = _language(work, rules)
    values["title"] = encode_title(work.fact("title"), dialect, rules.proper, language)
    if short_title := work.fact("short_title"):
        values["short_title"] = encode_title(short_title, dialect, rules.proper, language)
    # Later values win: what a kind of work says of its number goes before the plain number.
    values |= _when(work, dialect)
    values |= _numbers(work, dialect)
    values |= _addresses(work, dialect)
    values |= _kinds(work, dialect)
    accessed = accessed_of(work, dialect, has_url=bool(values.get("url")))
    values["urldate"] = accessed if dialect is Dialect.BIBLATEX else ""
    values["note"] = note_of(work, style, accessed)
    if style.abstract:
        values["abstract"] = encode(work.fact("abstract"), dialect)
    container = work.short_container if style.short_venues else work.container
    if container:
        values["container"] = _text(_container(work, container, dialect), dialect)
    if work.keywords:
        values["keywords"] = ", ".join([_keyword(word, dialect) for word in work.keywords])
    if dialect is Dialect.BIBLATEX:
        values["langid"] = "" if language == "en" else rules.languages.get(language, "")
    elif not (values.get("author") or values.get("editor")):
        values["key"] = _sorting_key(work.fact("title"), dialect, rules.skipped)
    return values


def is_master_thesis(work: ItemFacts) -> bool:
    """Tell whether a thesis says that it is a master's."""
    return _MASTER.search(work.fact("genre")) is not None


_TEXTS = frozenset(
    {"publisher", "place", "series", "volume", "number", "series_number", "edition", "meeting"}
    | {"genre", "page_count"}
)
_MASTER = lazy_regex(r"master|\bm\.?\s?(?:sc|a|phil|eng)\b|diplom", re.I)
_DOCTOR = lazy_regex(r"\bph\.? ?d\b|doctor|dissertation", re.I)


@lru_cache(maxsize=16384)
def _text(text: str, dialect: Dialect) -> str:
    return encode(text, dialect)


@lru_cache(maxsize=16384)
def _keyword(text: str, dialect: Dialect) -> str:
    encoded = encode(text, dialect)
    return f"{{{encoded}}}" if "," in encoded else encoded


def _language(work: ItemFacts, rules: BibRules) -> str:
    """Return the two letters of an item's language, however it is written; "" if unknown."""
    text = work.fact("language").lower()
    if not text or (text[:2] in rules.languages and not text[2:3].isalpha()):
        return text[:2]
    return next((code for code, name in rules.languages.items() if name == text), "")


_MONTHS = ("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _when(work: ItemFacts, dialect: Dialect) -> Values:
    if not work.date:
        return {"pubstate": "inpress"} if work.is_forthcoming else {}
    if dialect is Dialect.BIBLATEX:
        return {"date": "/".join(filter(None, (work.date, work.date_end)))}
    month = _MONTHS[int(work.date[5:7])] if len(work.date) >= 7 else ""
    return {"year": work.year, "month": month}


def encode_pages(text: str, dialect: Dialect) -> str:
    """Return page numbers as the value of a field: ranges with `--`, no "pp." before them."""
    if _RANGE.fullmatch(text):
        return _page_range(text, dialect)
    parts = re.split(r"\s*[,;]\s*", _PAGES.sub("", text))
    return ", ".join(_page_range(part, dialect) for part in parts if part)


_RANGE = lazy_regex(r"([A-Za-z]{0,3}\d[\w.:]*|[ivxlcIVXLC]+)\s?[-‐-―−]{1,3}\s?([\w.:]+)")
_PAGES = lazy_regex(r"^(?:pages?|pp?\.?)\s(?=\S)|^pp?\.(?=\d)", re.I)


def _numbers(work: ItemFacts, dialect: Dialect) -> Values:
    """Return pages with an en dash in TeX, and the number in a series that has no volume."""
    values: Values = {}
    if pages := work.fact("pages"):
        values["pages"] = encode_pages(pages, dialect)
    if number := work.fact("series_number"):
        values["volume" if not work.fact("volume") else "series_number"] = encode(number, dialect)
    if edition := work.fact("edition"):
        values["edition"] = encode(edition_of(edition, dialect), dialect)
    if work.item_type in _PERIODICAL and _ISSUES.fullmatch(work.fact("number")):
        values["number"] = "--".join(re.split(r"\s?[-‐-―]\s?", work.fact("number")))
    if count := work.fact("page_count"):
        values["pagetotal"] = encode(count, dialect)
    for name in _NUMBERS:
        if text := work.fact(name):
            values[name] = encode(one_number(name, text), dialect)
    return values


@lru_cache(maxsize=16384)
def _page_range(text: str, dialect: Dialect) -> str:
    found = _RANGE.fullmatch(text)
    return f"{found[1]}--{found[2]}" if found and found[1] != found[2] else encode(text, dialect)


def one_number(name: str, text: str) -> str:
    """Return the first number of a list of ISBNs or ISSNs, the first of 13 digits if one has them.

    `name` is isbn or issn. Entries have room for one: biber refuses to read two as a number.
    """
    found = _NUMBERS[name].findall(text)
    return next((one for one in found if one.startswith("97")), found[0] if found else text)


def edition_of(text: str, dialect: Dialect) -> str:
    """Return an edition as styles want it, without the word: a number for biblatex, else 2nd."""
    bare = _EDITION_WORD.sub("", text) or text
    if bare.isdecimal():
        return bare if dialect is Dialect.BIBLATEX else ordinal(int(bare))
    number = edition_in(bare) if is_ordinal(bare) else 0
    return str(number) if number and dialect is Dialect.BIBLATEX else bare


_PERIODICAL = frozenset({"journalArticle", "magazineArticle", "newspaperArticle"})
_ISSUES = lazy_regex(r"\d{1,4}\s?[-‐-―]\s?\d{1,4}")
_EDITION_WORD = lazy_regex(r"(?<=\w)\.?\s?(?:edition|edn\.?|ed\.?)\s*$", re.IGNORECASE)
_NUMBERS = {
    "isbn": lazy_regex(r"(?<![\w-])(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx](?![\w-])"),
    "issn": lazy_regex(r"(?<!\w)\d{4}-?\d{3}[\dXx](?!\w)"),
}
_DOI = lazy_regex(r"^\s*(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.I)
_ARXIV_DOI = "10.48550/arxiv."


def _addresses(work: ItemFacts, dialect: Dialect) -> Values:
    """Return DOI, URL and arXiv id, verbatim; what one of them says no other one repeats."""
    values: Values = {}
    arxiv, doi, url = work.arxiv, work.fact("doi"), work.fact("url")
    if doi:
        doi = _bare_doi(doi)
        if not (arxiv and doi.lower().startswith(_ARXIV_DOI)):
            values["doi"] = encode_doi(doi)
    if url and not _is_repeated(url, work, doi, dialect):
        values["url"] = _verbatim(url)
    if arxiv and dialect is Dialect.BIBTEX:
        values |= {"eprint": arxiv, "archiveprefix": "arXiv", "primaryclass": work.primary_class}
    elif arxiv:
        values |= {"eprint": arxiv, "eprinttype": "arxiv", "eprintclass": work.primary_class}
    return values


def encode_doi(text: str) -> str:
    """Return a DOI as the value of a field: bare, in ASCII, without braces and backslashes.

    Its case and its `<` and `>` stay: they belong to it.
    """
    return _verbatim(_bare_doi(text), _VERBATIM + "<>^|")


def _bare_doi(text: str) -> str:
    """Return a DOI without address and without the encoding of addresses and pages."""
    text = _DOI.sub("", text)
    return unescape(unquote(text)) if "%" in text or "&" in text else text


def _is_repeated(url: str, work: ItemFacts, doi: str, dialect: Dialect) -> bool:
    """Tell whether a URL only leads where the DOI or the printed arXiv id lead."""
    is_doi = doi and _DOI.match(url) and _bare_doi(url).lower() == doi.lower()
    if is_doi or not work.arxiv:
        return bool(is_doi)
    is_shown = work.item_type == "preprint" or dialect is Dialect.BIBLATEX
    return is_shown and "arxiv" in url.lower() and _arxiv_of(url) == work.arxiv


@lru_cache(maxsize=4096)
def _arxiv_of(url: str) -> str:
    identifier = identifier_of(url)
    return identifier.value if identifier and identifier.scheme == "arxiv" else ""


_VERBATIM = "!#$%&'()*+,-./:;=?@[]_~"
_PLAIN_ADDRESS = lazy_regex(r"[\w./:?=&%#+~-]*", re.ASCII)


def _verbatim(text: str, safe: str = _VERBATIM) -> str:
    """Return an address in ASCII without blanks, braces and backslashes, nothing else changed."""
    if _PLAIN_ADDRESS.fullmatch(text):
        return text
    text = "".join(text.split())
    return quote(text.encode("utf-8", "ignore"), safe=safe)


def _container(work: ItemFacts, container: str, dialect: Dialect) -> str:
    """Return where a work appeared; an arXiv paper's is its id, which every style then prints."""
    if work.item_type != "preprint" or not work.arxiv:
        return container
    return f"arXiv preprint arXiv:{work.arxiv}" if dialect is Dialect.BIBTEX else ""


def _kinds(work: ItemFacts, dialect: Dialect) -> Values:
    """Return what kind of thesis, report or patent it is, where the entry's type does not say."""
    genre = "Standard" if work.item_type == "standard" else work.fact("genre")
    if not genre and dialect is Dialect.BIBTEX and work.item_type != "thesis":
        return {}  # nearly always
    is_master = bool(genre) and is_master_thesis(work)
    is_doctor = not genre or bool(_DOCTOR.search(genre))
    if dialect is Dialect.BIBLATEX:
        text = _text(genre, dialect)
        thesis = "mathesis" if is_master else "phdthesis" if is_doctor else text
        return {"thesis": thesis, "report": text or "techreport", **_patent(work, dialect)}
    if work.item_type == "thesis" and (is_master or is_doctor):
        return {"genre": ""}
    return {"genre": _text(genre, dialect)} if genre else {}


def _patent(work: ItemFacts, dialect: Dialect) -> Values:
    if work.item_type != "patent":
        return {}
    number = work.fact("number") or work.fact("application")
    holders = [Creator("", one.strip(), is_body=True) for one in work.fact("holder").split(";")]
    return {
        "number": encode(number, dialect),
        "patent": "patent" if work.fact("number") else "patreq",
        "holder": encode_names(holders, dialect),
    }


def _sorting_key(title: str, dialect: Dialect, skipped: frozenset[str]) -> str:
    """Return by what a work without authors is sorted and cited: the title's first words."""
    words = re.split(r"[:?!] |(?<=\w{3})\. ", title, maxsplit=1)[0].split()[:4]
    while len(words) > 1 and words[-1].lower() in skipped:
        words.pop()
    return encode(" ".join(words), dialect)


def note_of(work: ItemFacts, style: Style, accessed: str) -> str:
    """Return the note: what has no field in BibTeX, and if they are asked for awards and remarks.

    BibTeX's styles know neither the number of a patent, the version of a program, nor the day of
    access of a page; its @unpublished needs a note.
    """
    is_silent = bool(work.date) and work.item_type not in _NOTED_TYPES
    if is_silent and not (accessed or style.awards or style.note):
        return ""  # nearly always
    notes: list[str] = []
    if style.dialect is Dialect.BIBTEX:
        notes += [_patent_number(work), _version(work), _state(work)]
        notes += [f"Accessed: {accessed}"] if accessed else []
    note = ". ".join(filter(None, (*notes, *_remarks(work, style))))
    return encode(note, style.dialect) if note else ""


def accessed_of(work: ItemFacts, dialect: Dialect, *, has_url: bool) -> str:
    """Return the day of access that an entry states, if any: it belongs to an address.

    biblatex prints it with each address. In BibTeX it is a note on web pages, and on what has no
    other date.
    """
    is_page = work.item_type in _PAGES_ONLINE
    is_stated = is_page and not work.fact("url")
    if dialect is Dialect.BIBLATEX:
        is_stated |= has_url
    else:
        is_stated |= has_url and (is_page or not work.date)
    return work.accessed if is_stated else ""


def publication_of(work: ItemFacts) -> str:
    """Return how a work without a container came out: in a series, at a meeting, by whom."""
    match work.item_type:
        case "presentation":
            return ", ".join(filter(None, (work.fact("genre"), work.fact("meeting"))))
        case "podcast":
            return work.fact("series") or work.fact("publisher")
        case "videoRecording" | "film" | "audioRecording" | "map" | "computerProgram" | "dataset":
            return work.fact("publisher")
    return ""


_NOTED_TYPES = frozenset({"patent", "computerProgram", "dataset", "manuscript"})
_PAGES_ONLINE = frozenset(
    {"webpage", "blogPost", "forumPost", "encyclopediaArticle", "dictionaryEntry"}
)
_COMMENT = lazy_regex(r"^Comment\s?:\s?(.+)$", re.I | re.M)
_EXTRA_LINE = lazy_regex(r"^[\w .-]{1,40}:")


def _patent_number(work: ItemFacts) -> str:
    if work.item_type != "patent":
        return ""
    number, application = work.fact("number"), work.fact("application")
    kind, number = ("Patent", number) if number else ("Patent application", application)
    country = "" if number[:1].isalpha() else work.fact("place")
    return " ".join(filter(None, (country, kind, number))) if number else ""


def _version(work: ItemFacts) -> str:
    if work.item_type not in ("computerProgram", "dataset"):
        return ""
    number = re.sub(r"^(?:version\s|v\.?\s?(?=\d))", "", work.fact("number"), flags=re.IGNORECASE)
    return f"Version {number}" if number else ""


def _state(work: ItemFacts) -> str:
    """Return that a work is not published, or not yet."""
    if work.item_type == "manuscript":
        return work.fact("genre") or "Unpublished manuscript"
    return "In press" if work.is_forthcoming else ""


def _remarks(work: ItemFacts, style: Style) -> list[str]:
    """Return awards, the comment and own lines of Extra, those that are asked for."""
    notes = list(work.awards) if style.awards else []
    if style.note:
        extra = work.fact("extra")
        notes += [found.strip() for found in _COMMENT.findall(extra)]
        lines = (line.strip() for line in extra.split("\n"))
        notes += [line for line in lines if line and not _EXTRA_LINE.match(line)]
    return notes
