"""Shapes: whether a text looks like what a slot should hold, for rows that must be repaired."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zoterodigest.digest.format.pattern import Pattern

NOTHING = frozenset({b"", b"-", b"--", b"none", b"n/a", b"na", b"null", b"\xe2\x80\x94", b"/"})
"""What stands in a cell that says there is nothing, in lower case."""

_LONGEST_NUMBER = 12
_MARKED = ("date", "year", "code", "links", "url")
_DATE = re.compile(
    rb"^(?:\d{4}(?:[-./]\d{1,2}){0,2}|\d{1,2} [A-Za-z]{3,9}\.? \d{4}|[A-Za-z]{3,9}\.? \d{4}|\d{8})$"
)
_NO_VENUE = re.compile(rb"^\d{4}[-./]\d|^\d{1,6}$|https?://|<details|\]\(|\||\d{4}.*\d{4}")
_LINKS = re.compile(rb"^(?:!?\[|<a\b|https?://)", re.I)
_SENTENCE = re.compile(rb"[.!?][ \t]+[A-Z]|https?://|<|\|")
_MARKUP = re.compile(rb"https?://|<details|\]\(|\|")


def fits(data: bytes, slot: str, patterns: Sequence[Pattern]) -> bool:
    """Tell whether `data` may stand in a cell of `slot`, whose own `patterns` decide if any."""
    text = data.strip(b" \t\r\n*_`" if slot in _MARKED else None)
    if text.count(b"</details>") > 1:
        return False
    if patterns:
        return any(pattern.search(text) for pattern in patterns)
    match slot:
        case "date" | "year":
            return text.lower() in NOTHING or bool(_DATE.match(text))
        case "code" | "links" | "url":
            return text.lower() in NOTHING or bool(_LINKS.match(text))
        case "authors":
            return _looks_like_names(text)
        case "ignored":
            return len(text) <= _LONGEST_NUMBER
        case "title":
            return bool(text) and len(text) < 600
        case "venue":
            return len(text) < 120 and not _NO_VENUE.search(text)
        case "comment" | "award":
            return len(text) < 300 and not _MARKUP.search(text)
        case _:
            return True


def _looks_like_names(text: bytes) -> bool:
    longest = max(map(len, re.split(rb"[,;&]|\xe3\x80\x81|\xef\xbc\x8c", text)))
    return longest <= 60 and not _SENTENCE.search(text) and not re.search(rb"\b\d{4}\b", text)
