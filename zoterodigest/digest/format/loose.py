"""Loose templates: entries may part and mark values otherwise, as strangers do in their lists.

Where the template has blanks or a sign between two values, any sign may stand, or none. A quotation
mark stands for any, a period may be missing behind a `?`, and marks (`**`, `[]`, `<u>`) may stand
around a value with a codec.
"""

from __future__ import annotations

import re

from zoterodigest.regex import lazy_regex

_SIGNS = ",.;:|，。：；、"
_WIDE_SIGNS = "，。：；、"
_DASHES = "–—/·•|-"
_QUOTES = '"“”„«»‹›《》〈〉「」『』'

GAP = rf"(?:[ \t]*[{_SIGNS}]{{0,2}}[ \t]+(?:[{_DASHES}][ \t]+)?|[ \t]*[{_WIDE_SIGNS}])"
"""What parts two values where the template has blanks: blanks, with a sign before or among them.

Behind a wide sign, which brings its own room, none stand.
"""

MAYBE_GAP = rf"[ \t]*[{_SIGNS}]{{0,2}}[ \t]*(?:[{_DASHES}][ \t]+)?"
GAP_OF_TAIL = rf"[ \t]*[{_SIGNS}]{{0,2}}[ \t]+"
LINE_END = rf"[ \t]*[{_SIGNS}]?[ \t]*$"
BESIDE_MARKS = frozenset({"links", "short_title", "award"})
"""The slots that are told from their neighbors without anything between."""

_WORD_EDGE = rf"\s\[\](){{}}<>*_`{_QUOTES}|#!~{_SIGNS}"
_TITLE_ANY = r"[^\n\[\]<>|]"
# A pair within: what begins with a blank or a sign stands between two quoted texts.
_INNER = (
    rf"(?:[“„«‹「『《〈][^\s{_QUOTES}][^\n{_QUOTES}]*[”“»›」』》〉]"
    rf'|"[^\s{_SIGNS}{_QUOTES}](?:[^\n{_QUOTES}]*[^\s{_QUOTES}])?")'
)
_QUOTED = rf"(?:[^\n{_QUOTES}]|{_INNER})"
_QUOTED_EDGE = rf"(?:[^\s*_{_QUOTES}]|{_INNER})"

_PERSONS = rf"\n\d\[\]<>{_QUOTES}|*`(){{}}:?!=@#/\\"
_OPEN = r"(?:[*_`\[(（【]|<(?:u|b|i|em|ins)>)"
_CLOSE = r"(?:[*_`\])）】]|</(?:u|b|i|em|ins)>)"
_OPENS, _CLOSES = rf"{_OPEN}{{0,4}}", rf"{_CLOSE}{{0,4}}"

_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    "|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_YEAR = (
    rf"(?:(?:{_MONTHS})\.?,?[ ]?(?:\d{{1,2}}(?:st|nd|rd|th)?,?[ ])?)?"
    r"(?:(?:19|20)\d\d|['’]\d\d)(?:[./-]\d{1,2}){0,2}"
)
_NAME = rf"[^{_WORD_EDGE}&-][^\n\[\]<>{_QUOTES}|*`{{}}=?!,;:()\\]*?"
_DATED = rf"(?:[ ]?\([^()\n]+\))?[ ,.(-]{{0,3}}{_YEAR}\)?"
_AWARD = r"[A-Za-z\x{4e00}-\x{9fff}][A-Za-z0-9%, \x{4e00}-\x{9fff}-]*?"
_AWARDS = rf"(?:[ \t,:(|·（-]{{1,3}}{_AWARD}[)）]?)?"
_EMOJI = r"[\x{2190}-\x{21ff}\x{2600}-\x{27bf}\x{2b00}-\x{2bff}\x{1f000}-\x{1faff}\x{fe0f}\x{200d}]"
_LINK = (
    r"\\?[\[(*_`]{0,2}!?\[[^\n]*?\]\([^\n]*?\)[\])*_`]{0,2}|<a\b[^\n]*?</a>|<?https?://[^\s<>]+>?"
)
_NAMELESS = r"(?:\*\*|<u>|<b>)\?(?:\*\*|</u>|</b>):?"
_ANCHOR = r"<a (?:name|id)=[^<>\n]*></a>"
MARKS = rf"(?:(?:{_EMOJI}+|:[a-z0-9_+-]+:|\[[ xX]\]|{_NAMELESS}|{_ANCHOR})[ \t]*)*"
"""Emoji, a checkbox, a `?` for a nickname, an anchor: what may stand before a line's values."""

# No counted repetitions here: with them RE2 needs 50 times as long. Codecs see to the lengths.
SHAPES = {
    # Whatever begins and ends as links do: `LINKS_ALONE` tells whether they are.
    "links": rf"(?:{_LINK})(?:[^\n]*?(?:{_LINK}))??",
    # Code first: in it, a mark is a letter, and ends nothing.
    "short_title": r"(?:\**`[^\n`|]+`[*:：]*"
    r"|(?:[*_`\[]|<u>|<b>){1,4}[^\n*`\[\]<>|]+(?:[*_`\]:：]|</u>|</b>){1,6})",
    # Without a mark around it, only a year tells a venue.
    "venue": rf"(?:{_OPEN}{{1,4}}(?:{_NAME}(?:{_DATED})?|{_YEAR}){_AWARDS}{_CLOSE}{{1,4}}"
    rf"|{_NAME}{_DATED}{_AWARDS})",
    "summary": r"[^\s][^\n]*",
    "date": rf"{_OPENS}{_YEAR}{_CLOSES}",
    "award": rf"{_OPEN}{{1,4}}{_AWARD}{_CLOSE}{{1,4}}",
    "tail": rf"(?:[^{_WORD_EDGE}h–—·-]|h[^t]|\([^\[h<]|[*_`]{{1,3}}[^{_WORD_EDGE}])[^\n]*",
}
"""What a slot of these can hold in a loose template, with the marks around it."""

VENUE_OR_YEAR = f"{SHAPES['venue']}|{_YEAR}"
"""A venue behind authors, where a year alone may stand in its place."""

_BARELY_DATED = r"(?:[A-Z][A-Za-z]{2,}|ar[xX]iv)\d\d"
LABEL = rf"{_OPEN}{{1,4}}(?:{_NAME}{_DATED}|{_BARELY_DATED}){_AWARDS}{_CLOSE}{{1,4}}"
"""A venue that is the label of a link: only a year tells it from all other labels."""

_YEAR_SIGNS = r"(?:(?:19|20)\d\d|['’]\d\d)"
SKETCHES = {
    "links": r"(?:\]\(|://|(?i:<a\b))",
    "venue": rf"(?:[*_`\[(（【<]|{_YEAR_SIGNS})",
    "short_title": r"[*_`\[<]",
    "award": r"[*_`\[(<]",
}
"""What a line must hold for such a slot."""

SKETCH_OF_LABEL = rf"[*_`\[(（【>](?:[^\[\]\n]|\([^()\n]+\))*(?:{_YEAR_SIGNS}|[A-Za-z]\d\d\])"

LINE_START = r"^[ \t]*(?:(?:[^\x00-\x7f]|:[a-z0-9_+-]|\[[ xX]\]|(?:\*\*|<u>|<b>)\?|<a )[^\n]*)?"
"""What stands before the first value of a line: if `MARKS` do, they and perhaps more."""

STARTS = {
    **SKETCHES,
    "title": rf"{LINE_START}[^{_WORD_EDGE}'‘’-]",
    "venue": rf"{LINE_START}(?:{_OPEN}|[^{_WORD_EDGE}&-][^\n]*{_YEAR_SIGNS})",
    "short_title": rf"{LINE_START}[*_`\[<]",
}
"""What a line must hold for such a slot if it comes first."""

MARKED = frozenset({"short_title", "venue", "date", "award", "authors"})
"""The slots of these whose values may have any marks around them."""

AUTHORS = rf"{_OPENS}[^\s{_PERSONS},.;&_-](?:[^{_PERSONS}]*?[^\s{_PERSONS},.;&-])??{_CLOSES}"
MORE_AUTHORS = rf"[^{_PERSONS}]*?[^\s{_PERSONS},.;&-]{_CLOSES}"
TITLE = rf"[^{_WORD_EDGE}'‘’-](?:{_TITLE_ANY}*?[^\s\[\](<>|*_{_SIGNS}–—-])??"
MORE_TITLE = rf"{_TITLE_ANY}*?[^\s\[\](<>|*_{_SIGNS}–—-]"
QUOTED_TITLE = rf"{_QUOTED_EDGE}(?:{_QUOTED}*?{_QUOTED_EDGE})??"
MORE_QUOTED = rf"{_QUOTED}*?{_QUOTED_EDGE}"
HALF_QUOTED = r"[^\s](?:[^\n]*?[^\s])??"
MORE_HALF_QUOTED = r"[^\n]*?[^\s]"
"""A title in single quotation marks, of which one may be an apostrophe in it."""


def words(text: str, is_behind_value: bool, is_before_value: bool) -> str:
    """Return a template's text without what an entry may have otherwise: marks and signs."""
    if is_behind_value:
        text = text.lstrip("*_`])").removeprefix(".")
    if is_before_value:
        text = text.rstrip("*_`[(")
    return _ANY_SIGN.sub(" ", text)


_ANY_SIGN = lazy_regex(r"[,:;|]\s*")
_LITERAL = lazy_regex(r"\*\*|.", re.S)
_THIN = "[ \xa0\u2009\u202f]"
"""The blanks that stand within French quotation marks."""


def literal(token: str) -> str:
    """Return the expression of a template's text that holds no blanks."""
    return "".join(_EXPRESSIONS.get(it[0], re.escape(it[0])) for it in _LITERAL.finditer(token))


_EXPRESSIONS = {
    '"': rf"[*_]{{0,3}}(?:[{_QUOTES}]|[«‹]{_THIN}|{_THIN}[»›])[*_]{{0,3}}",
    "‘": "['‘]",
    "’": "['’]",
    "**": r"(?:\*{2,3}|__)",
    "-": "[-–—]",
    # Behind `?` or `)` there is no end of a word, so a period need not stand there.
    ".": r"(?:\.|\B)",
}


_PAIRS = (
    ("***", "***"), ("**", "**"), ("__", "__"), ("*", "*"), ("_", "_"), ("`", "`"), ("[", "]"),
    ("(", ")"), ("（", "）"), ("【", "】"), ("<u>", "</u>"), ("<b>", "</b>"),
    ("<i>", "</i>"), ("<em>", "</em>"), ("<ins>", "</ins>"),
)  # fmt: skip
_COLONS = ":： "


def within_marks(text: str) -> tuple[int, int]:
    """Return the range of a value without the marks around it, and a colon within those."""
    start, end = 0, len(text)
    if text[:1].isalnum():
        return start, len(text.rstrip())
    while start < end:
        inside = text[start:end]
        bare = len(inside.rstrip(_COLONS))
        pair = next((one for one in _PAIRS if _is_around(one, inside[:bare])), None)
        if pair is None:
            break
        start, end = start + len(pair[0]), start + bare - len(pair[1])
    inside = text[start:end].rstrip(_COLONS if start else "")
    start += len(inside) - len(inside.lstrip())
    return start, start + len(inside.strip())


def _is_around(pair: tuple[str, str], text: str) -> bool:
    opening, closing = pair
    if len(text) <= len(opening + closing):
        return False
    inner = text[len(opening) : -len(closing)]
    is_around = text.startswith(opening) and text.endswith(closing)
    return is_around and not (opening in "[(" and inner.find(closing) < inner.find(opening))
