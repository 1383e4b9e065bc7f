"""Marks of the reader beside a title: a star, and the checkbox of a list item.

They are no part of any value. Only a project that asks for it gets tags of them.
"""

from __future__ import annotations

from zoterodigest.core.values.record import EMPTY, Members, Value
from zoterodigest.regex import lazy_regex

_STARS = "(?:[⭐🌟★]\ufe0f?|:star2?:)"
_STAR = lazy_regex(_STARS)
# A star that touches a link is the link's: `:star:[code](https://…)`.
_BEHIND = lazy_regex(rf"[*_`\"”’')\].,]*(?:\([^()\s]*\))?[*_`\"”’')\].,]*[ \t]*{_STARS}+(?![\[(<])")
_CHECKBOX = lazy_regex(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[(?P<sign>[ xX])\](?=[ \t])")
_MAYBE = lazy_regex(rb"\[[ xX]\]|\xe2\xad\x90|\xf0\x9f\x8c\x9f|\xe2\x98\x85|:star")
_LONGEST_TAIL = 2_000

STARRED, READ = "starred", "read"


def title_marks(line: bytes, start: int, end: int) -> tuple[Value, str] | None:
    """Return the marks of an entry and their text, None if it shows no place for any.

    `line` is the line of its title, which stands there between the bytes `start` and `end`.
    """
    # Most lines have none of these signs.
    if not _MAYBE.search(line):
        return None
    head, tail = (
        part.decode("utf-8", "replace") for part in (line[:start], line[end : end + _LONGEST_TAIL])
    )
    box = _CHECKBOX.match(head)
    # What stands in the cells before that of the title is not part of it.
    before = _STAR.search(head.rpartition("|")[2])
    star = before or _BEHIND.match(tail)
    if not (box or star):
        return None
    is_read = box is not None and box["sign"] != " "
    marks = (*((STARRED,) if star else ()), *((READ,) if is_read else ()))
    raw = f"{box[0].strip() if box else ''}{star[0].strip() if star else ''}"
    return Members(marks) if marks else EMPTY, raw
