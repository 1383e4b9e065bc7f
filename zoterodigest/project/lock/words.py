"""Words: how the lock file writes texts and bases, so that blanks part them.

A sign that is a blank, that cannot be printed, or that means something in the file is written as
`%` and hexadecimal digits, as in a URL; `%` alone is an empty text.
"""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from urllib.parse import quote, unquote

from zoterodigest.core.links.link import Base, Print, fingerprint
from zoterodigest.regex import lazy_regex

_EMPTY = fingerprint("")

_SPECIAL = frozenset('% "[{#<>')
"""Behind a key, version 1 has one of the three after the blank. `#` begins a comment. Of `<` and
`>` git makes conflict marks."""

_FINGERPRINT = lazy_regex(r"[A-Za-z0-9_-]{8}")
_MARKED = lazy_regex(rf"({_FINGERPRINT.pattern})\*")
_PARTS = rf"((?: {_FINGERPRINT.pattern})+| -)?"
_RAW = rf"({_FINGERPRINT.pattern}|-)"
_BASE = lazy_regex(rf"{_RAW}{_PARTS}(?: (=)| / {_RAW}{_PARTS})?")


# Kept: names of fields and digests are few, and stand in every row.
@lru_cache(maxsize=1_000)
def word(text: str) -> str:
    """Return `text` as a word: printable, without a blank, and never empty."""
    if text.isprintable() and _SPECIAL.isdisjoint(text):
        return text or "%"
    return "".join(
        sign
        if sign.isprintable() and sign not in _SPECIAL
        # Names of files may hold halves of characters (lone surrogates).
        else quote(sign, safe="", errors="surrogatepass")
        for sign in text
    )


@lru_cache(maxsize=1_000)
def text_of(word: str) -> str:
    """Return the text that is written as `word`; raise `ValueError` if none is."""
    if "%" not in word:
        return word
    return "" if word == "%" else unquote(word, errors="surrogatepass")


def texts_in(words: str) -> tuple[str, ...]:
    """Return the text of each word in `words`; blanks part them."""
    return tuple(map(text_of, words.split()))


def fingerprint_in(text: str) -> str:
    """Return `text` if it is a fingerprint."""
    if not _FINGERPRINT.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no fingerprint")
    return text


def fingerprints_in(words: str) -> tuple[str, ...]:
    """Return the fingerprints of words parted by blanks."""
    return tuple(map(fingerprint_in, words.split()))


def base_words(base: Base, marked: Set[str]) -> str:
    """Return a base in words: `ENTRY`, `ENTRY =` or `ENTRY / ITEM`.

    An end is its raw fingerprint and those of its parts. The parts are left out if the raw one is
    the only one, and behind `/` if they are the entry's; `-` stands for no parts, and for the raw
    fingerprint of an empty text. `=` is an item whose raw fingerprint is the entry's only part.
    Parts that are `marked` have a star.
    """
    entry, item = base.at_entry, base.at_item
    # Nothing refers to a fingerprint of another line: git merges line by line.
    at_entry = _end(entry, _short_parts(entry.raw), marked)
    if item == entry:
        return at_entry
    if item.parts == entry.parts == (item.raw,):
        return f"{at_entry} ="
    return f"{at_entry} / {_end(item, entry.parts, marked)}"


def _end(one: Print, left_out: tuple[str, ...], marked: Set[str]) -> str:
    raw = "-" if one.raw == _EMPTY else one.raw
    if one.parts == left_out:
        return f"{raw}*" if one.raw in marked and one.parts == (one.raw,) else raw
    return " ".join(
        (raw, *(f"{part}*" if part in marked else part for part in one.parts or ("-",)))
    )


def _short_parts(raw: str) -> tuple[str, ...]:
    """Return the parts of an entry's end of which only the raw fingerprint is given."""
    return () if raw == _EMPTY else (raw,)


def base_in(text: str) -> Base:
    """Return the base that is written in these words."""
    found = _BASE.fullmatch(_MARKED.sub(r"\1", text) if "*" in text else text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no base")
    raw, parts, equals, item_raw, item_parts = found.groups()
    at_entry = _print(raw, parts, () if raw == "-" else (raw,))
    if item_raw:
        return Base(at_entry, _print(item_raw, item_parts, at_entry.parts))
    if not equals:
        return Base(at_entry, at_entry)
    if len(at_entry.parts) != 1:
        raise ValueError(f"{text[:40]!r} is no base")
    return Base(at_entry, Print(at_entry.parts[0], at_entry.parts))


def _print(raw: str, parts: str | None, left_out: tuple[str, ...]) -> Print:
    known = left_out if parts is None else () if parts == " -" else tuple(parts.split())
    return Print(_EMPTY if raw == "-" else raw, known)


def marked_in(text: str) -> list[str]:
    """Return the fingerprints that have a star in these words of a base."""
    return _MARKED.findall(text) if "*" in text else []
