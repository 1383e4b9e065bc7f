"""Clues: what must stand in a text before fields or parts in it can show that it is a paper's.

Any heading over some text may be a title with fields below it, any bold lead of an item one with
parts beside it. Where nothing in any of them could show that it is a paper, none is read: two
thirds of the time for pages of headings with links, 8 % for pages of all kinds of items.
"""

from __future__ import annotations

from zoterodigest.core.values.identity import MAY_NAME_WORK
from zoterodigest.digest.format.pattern import Pattern
from zoterodigest.digest.read.found import EntryRange, span_of
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.slots import Claims

NAMES_WORK = Pattern(MAY_NAME_WORK + r"|\.ps|\.djvu")
"""What stands in any text with an identifier or the address of a paper, also of one beside it."""

_STATES_PAPER = frozenset({"abstract", "authors", "venue"})
"""The slots one of which shows that an entry is a paper, where no address does."""

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


def may_show(lines: Lines, claims: Claims) -> bool:
    """Whether what is claimed of an entry may show that it is a paper (`is_evident`).

    So the entries of link lists and tables need not be read: a tenth of the time for pages of all
    kinds, a fifth for bold leads over text. A broken entry shows it by an identifier alone.
    """
    if any(slot.name in _STATES_PAPER for slot in claims.slots):
        return True
    span = span_of(lines, claims.first, claims.last)
    return NAMES_WORK.matches(lines.source[span.start : span.end])
