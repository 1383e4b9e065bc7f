"""Values of a record as the TeX of a bib entry: what an export of the same item would write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zoterodigest.bibtex.export.values import encode_doi, encode_pages
from zoterodigest.bibtex.facts.rules import BibRules
from zoterodigest.bibtex.facts.style import Style
from zoterodigest.bibtex.facts.work import venue_names
from zoterodigest.bibtex.tex.latex import decode, encode
from zoterodigest.bibtex.tex.names import Creator, encode_name
from zoterodigest.bibtex.tex.people import texts_by_name
from zoterodigest.bibtex.tex.titles import encode_title
from zoterodigest.core.values.names import CollectiveName, PersonName, full_name, split_name
from zoterodigest.core.values.record import Names, Value, is_empty


@dataclass(frozen=True, slots=True)
class TexSlot:
    """Where a value goes: the TeX that stands there, and the year of the work."""

    style: Style
    rules: BibRules
    standing: str = ""
    year: str = ""


def tex_of(name: str, value: Value, slot: TexSlot) -> str:
    """Return the value of a record's field `name` as TeX; "" for one that holds nothing.

    Names that stand there already keep the TeX they have, and a venue stays short where the
    standing name is. The fields are those in `TEX_FIELDS`. Braces come out balanced, whatever is
    in the value; whether it reads back as it was is for the caller to see.
    """
    return "" if is_empty(value) else _WRITERS[name](value, slot)


def _title(value: Value, slot: TexSlot) -> str:
    return encode_title(_text(value), slot.style.dialect, slot.rules.proper)


def _authors(value: Value, slot: TexSlot) -> str:
    if not isinstance(value, Names):
        return ""
    standing = {_form(name): tex for name, tex in texts_by_name(slot.standing).items()}
    texts = [
        standing.get(_form(name)) or encode_name(_creator(name), slot.style.dialect)
        for name in value.people
    ]
    return " and ".join([*filter(None, texts), *(["others"] if value.truncated else [])])


def _form(name: str) -> str:
    return full_name(split_name(name))


def _creator(name: str) -> Creator:
    match split_name(name):
        case PersonName(first, last):
            return Creator("author", last, first)
        case CollectiveName(whole):
            return Creator("author", whole, is_body=True)


def _venue(value: Value, slot: TexSlot) -> str:
    official, short = venue_names(_text(value), slot.year, slot.rules)
    standing, venues = decode(slot.standing), slot.rules.venues
    is_short = slot.style.short_venues
    if standing and venues.find(standing):
        is_short = venues.by_official(standing) is None
    return encode(short if is_short else official, slot.style.dialect)


def _plain(value: Value, slot: TexSlot) -> str:
    return encode(_text(value), slot.style.dialect)


def _pages(value: Value, slot: TexSlot) -> str:
    return encode_pages(_text(value), slot.style.dialect)


def _doi(value: Value, _: TexSlot) -> str:
    return encode_doi(_text(value))


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


_WRITERS: Mapping[str, Callable[[Value, TexSlot], str]] = {
    "title": _title,
    "authors": _authors,
    "venue": _venue,
    "year": _plain,
    "pages": _pages,
    "doi": _doi,
}
TEX_FIELDS = tuple(_WRITERS)
"""The fields of a record that can be written into an entry."""
