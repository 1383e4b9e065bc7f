"""Citation keys: a new entry has one where most entries around have theirs."""

from __future__ import annotations

import re

from zoterodigest.core.values.record import CITEKEY, Fields, people_of, text_in
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.house_style import HouseStyle
from zoterodigest.digest.write.kept_orders import first_author
from zoterodigest.digest.write.votes import usual
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_KEY = lazy_regex(r"\[@([\w:.+-]+)\](:?)")
_PLAIN = lazy_regex(r"[\w:.+-]+")
_BULLET = lazy_regex(r"[ \t>]*(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)?")
_LETTERS = "bcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class _KeyOfEntry:
    """A neighbor's key, whether it leads its entry, the sign behind it, its author and year."""

    key: str
    is_first: bool
    sign: str
    made: str


def with_key_like_others(text: str, fields: Fields, manner: HouseStyle, document: Document) -> str:
    """Return a new entry with its citation key (`[@abt2020]`), where most neighbors have theirs.

    It is that of the item. An item without one gets a key of its first author and its year if most
    keys are made so, and none otherwise. A key that would not stay within its brackets is left out.
    """
    found = [*filter(None, (_key_of(it, document) for it in manner.entries))]
    if 2 * len(found) <= len(manner.entries) or _KEY.search(text):
        return text
    are_made = 2 * sum(bool(it.made) and it.key.startswith(it.made) for it in found) > len(found)
    key = text_in(fields, CITEKEY) or (_unique(_made_of(fields), document) if are_made else "")
    # A key of the library may hold anything: in brackets, only what is read as a key stays within.
    if not _PLAIN.fullmatch(key):
        return text
    written = f"[@{key}]{usual(it.sign for it in found) or ''}"
    if not usual(it.is_first for it in found):
        return f"{text.rstrip()} {written}"
    bullet = _BULLET.match(text)
    start = bullet.end() if bullet else 0
    return f"{text[:start]}{written} {text[start:]}"


def _key_of(entry: DigestEntry, document: Document) -> _KeyOfEntry | None:
    text = decoded(document.source[entry.span.start : entry.span.end]).rstrip()
    found, bullet = _KEY.search(text), _BULLET.match(text)
    if found is None:
        return None
    is_first = bullet is not None and bullet.end() == found.start()
    if not is_first and found.end() < len(text):
        return None
    made = _made_of(entry.reading.fields)
    return _KeyOfEntry(found[1].casefold(), is_first, found[2], made)


def _made_of(fields: Fields) -> str:
    """Return the first author's last name and the year; "" without either."""
    has_author, year = bool(people_of(fields.get("authors"))), text_in(fields, "year")
    return re.sub(r"[^a-z]", "", first_author(fields)) + year if has_author and year else ""


def _unique(key: str, document: Document) -> str:
    """Return a key, with a letter behind it if an entry has it already."""
    # A text may cite it before its entry comes.
    known = (_key_of(entry, document) for entry in document.entries)
    taken = {it.key for it in known if it}
    keys = (key, *(key + letter for letter in _LETTERS)) if key else ()
    return next((it for it in keys if it not in taken), "")
