"""What an entry says where its type has no field for it: notes, days of access, publishers."""

from __future__ import annotations

import re

from zoterodigest.bibtex.facts.style import Style
from zoterodigest.bibtex.facts.work import Work
from zoterodigest.bibtex.tex.latex import Dialect, encode


def note_of(work: Work, style: Style, accessed: str) -> str:
    """Return the note: what has no field in BibTeX, and if they are asked for awards and remarks.

    BibTeX's styles know neither the number of a patent, the version of a program, nor the day of
    access of a page; its @unpublished needs a note.
    """
    notes: list[str] = []
    if style.dialect is Dialect.BIBTEX:
        notes += [_patent_number(work), _version(work), _state(work)]
        notes += [f"Accessed: {accessed}"] if accessed else []
    note = ". ".join(filter(None, (*notes, *_remarks(work, style))))
    return encode(note, style.dialect) if note else ""


def accessed_of(work: Work, dialect: Dialect, *, has_url: bool) -> str:
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


def publication_of(work: Work) -> str:
    """Return how a work without a container came out: in a series, at a meeting, by whom."""
    match work.item_type:
        case "presentation":
            return ", ".join(filter(None, (work.fact("genre"), work.fact("meeting"))))
        case "podcast":
            return work.fact("series") or work.fact("publisher")
        case "videoRecording" | "film" | "audioRecording" | "map" | "computerProgram" | "dataset":
            return work.fact("publisher")
    return ""


_PAGES_ONLINE = frozenset(
    {"webpage", "blogPost", "forumPost", "encyclopediaArticle", "dictionaryEntry"}
)
_COMMENT = re.compile(r"^Comment\s?:\s?(.+)$", re.I | re.M)
_EXTRA_LINE = re.compile(r"^[\w .-]{1,40}:")


def _patent_number(work: Work) -> str:
    if work.item_type != "patent":
        return ""
    number, application = work.fact("number"), work.fact("application")
    kind, number = ("Patent", number) if number else ("Patent application", application)
    country = "" if number[:1].isalpha() else work.fact("place")
    return " ".join(filter(None, (country, kind, number))) if number else ""


def _version(work: Work) -> str:
    if work.item_type not in ("computerProgram", "dataset"):
        return ""
    number = re.sub(r"^(?:version\s|v\.?\s?(?=\d))", "", work.fact("number"), flags=re.IGNORECASE)
    return f"Version {number}" if number else ""


def _state(work: Work) -> str:
    """Return that a work is not published, or not yet."""
    if work.item_type == "manuscript":
        return work.fact("genre") or "Unpublished manuscript"
    return "In press" if work.is_forthcoming else ""


def _remarks(work: Work, style: Style) -> list[str]:
    """Return awards, the comment and own lines of Extra, those that are asked for."""
    notes = list(work.awards) if style.awards else []
    if style.note:
        extra = work.fact("extra")
        notes += [found.strip() for found in _COMMENT.findall(extra)]
        lines = (line.strip() for line in extra.split("\n"))
        notes += [line for line in lines if line and not _EXTRA_LINE.match(line)]
    return notes
