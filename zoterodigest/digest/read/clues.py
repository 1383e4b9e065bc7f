"""Clues: what must stand in a text before fields or parts in it can show that it is a paper's.

Any heading over some text may be a title with fields below it, any bold lead of an item one with
parts beside it. Where nothing in any of them could show that it is a paper, none is read: two
thirds of the time for pages of headings with links, 8 % for pages of all kinds of items.
"""

from __future__ import annotations

from zoterodigest.core.values.identity import MAY_NAME_WORK
from zoterodigest.digest.format.pattern import Pattern
from zoterodigest.digest.read.found import EntryRange

NAMES_WORK = Pattern(MAY_NAME_WORK)
"""What stands in any text with an identifier or the address of a paper."""

# Outside ASCII, any sign may be a capital, a comma or a whole name.
_PEOPLE = Pattern(
    r"[A-Z].*[^A-Za-z\d][A-Z]|et\.? ?al|others|more|\.\.\.|[^\x00-\x7f]|&#?\w+;|<[A-Za-z/!]"
    r"|(?i:aut(?:h?or|eur)|creator|written|verfasser)"
)
"""What stands in any line with the names of people, and in most text that names somebody."""

_LISTED = Pattern(r"[,;&<]|\b(?i:and|und|by|with|et|others|more)\b|\.\.\.|[^\x00-\x7f]")
"""What stands in the line of a title that authors follow."""


# Small ranges, as RE2 needs five times as long with the classes of Unicode. What is left out are
# letters that are never capitals, punctuation, arrows, symbols and emoji.
_UNCASED = r"\x{590}-\x{1fff}\x{2c00}-\x{fdff}\x{fe10}-\x{1efff}\x{1fb00}-\x{10ffff}"
_CAPITAL = r"[A-Z\x{c0}-\x{de}\x{100}-\x{58f}\x{2070}-\x{218f}]"
_APART = r"[\s\x0b\x1c-\x1f\x{85}\x{a0}\x{2000}-\x{206f},-]+"
_STATED = Pattern(
    rf"\d\d|[{_UNCASED}]|{_CAPITAL}\S*?{_APART}"
    rf"(?:(?:[^\sA-Z]{{1,5}}|[^\sA-Za-z]\S*){_APART})*{_CAPITAL}"
    r"|(?i:et\.? ?al|others|more|u\. ?a|aut(?:h?or|eur)|creator|written|verfasser)|\.\.\.|…"
)
"""What stands in text beside a title that states a date, or who wrote a paper.

Two digits, a word with a capital near another one, or what ends a list of names.
"""


def has_clue(found: EntryRange, *, has_parts: bool) -> bool:
    """Whether an entry may show that it is a paper (`is_evident`): one with fields below its title,
    or one that `has_parts` beside it.

    It must have an identifier, the address of a paper, or authors; or a date, among parts.
    """
    text = found.text.data
    if NAMES_WORK.matches(text):
        return True
    start, end = found.match.groups.get("title", (0, 0))
    title, beside = text[start:end], text[:start] + b"\n" + text[end:]
    if has_parts:
        # The brackets that end a title may hold parts, too.
        return _STATED.matches(text if b"(" in title or b"[" in title else beside)
    return _PEOPLE.matches(beside) or _LISTED.matches(title)
