"""Clues: what must stand in a text before fields in it can show that it is a paper's.

Any heading over some text may be a title with fields below it. Where nothing in any of them could
show that it is a paper, none is read: two thirds of the time for pages of headings with links.
"""

from __future__ import annotations

from zoterodigest.core.values.identity import MAY_NAME_WORK
from zoterodigest.digest.format.pattern import Pattern
from zoterodigest.digest.read.found import EntryRange

_NAMES_WORK = Pattern(MAY_NAME_WORK)

# Outside ASCII, any sign may be a capital, a comma or a whole name.
_PEOPLE = Pattern(
    r"[A-Z].*[^A-Za-z\d][A-Z]|et\.? ?al|others|more|\.\.\.|[^\x00-\x7f]|&#?\w+;|<[A-Za-z/!]"
    r"|(?i:aut(?:h?or|eur)|creator|written|verfasser)"
)
"""What stands in any line with the names of people, and in most text that names somebody."""

_LISTED = Pattern(r"[,;&<]|\b(?i:and|und|by|with|et|others|more)\b|\.\.\.|[^\x00-\x7f]")
"""What stands in the line of a title that authors follow."""


def has_clue(found: EntryRange) -> bool:
    """Whether an entry with fields below its title may show that it is a paper (`is_evident`).

    It must have an identifier, the address of a paper, or authors.
    """
    text = found.text.data
    if _NAMES_WORK.matches(text):
        return True
    start, end = found.match.groups.get("title", (0, 0))
    return _PEOPLE.matches(text[:start] + b"\n" + text[end:]) or _LISTED.matches(text[start:end])
