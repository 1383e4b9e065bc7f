"""HTML in new text, and other spellings of a block.

A value from a library never brings a live element or link into a digest. What stands in the slot
already stays. Of what is new, marks that only set letters pass if they are closed again; any other
`<` that could begin an element or a comment becomes an entity.

Plain writing can collide with a format: a bullet that is bold as a whole looks like the title of
the next entry. Each spelling is a way around that. What is written is read again and must be the
value asked for, emphasis, code and formulas included.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.regex import lazy_regex

_LIVE = "it holds HTML in code or in a formula, where it would come to life"
_TAG = lazy_regex(r"<!--|<[A-Za-z/!?][^<>]*>|<[A-Za-z/!?][\w-]*")
_MARK = lazy_regex(
    r"<(?P<end>/?)(?P<name>b|i|em|strong|u|s|sub|sup|span|code)"
    r"(?: class=\"nocase\"| style=\"font-variant: ?small-caps;?\")?>"
)
_ALONE = lazy_regex(r"<br ?/?>|<https?://[^<>\s]*>")
_FENCE = lazy_regex(r"`+|\$+")
_BLANK = lazy_regex(rb"[ \t>]*")
_ELEMENT = lazy_regex(rb"[ \t>]*(?:[-*+][ \t]+)?</?[A-Za-z]")

Range = tuple[int, int]


def inert_line(new: str, old: str) -> str:
    """Return text in which nothing begins an element, a comment or a link that `old` does not.

    `old` is the text that `new` takes the place of.
    """
    starts = (tag.start() for tag in _live_tags(new, old))
    text = _with_entities(new, [(start, start + 1) for start in starts])
    return text if "](" in old else text.replace("](", "&#93;(")


def inert_blocks(new: str, old: str, *, is_markdown: bool) -> str:
    """Return Markdown blocks in which nothing begins an element or comment that `old` does not.

    Code and formulas can hold no entity: raises `UnwritableValue` if a formula holds an element, or
    code where no Markdown is read (`is_markdown`).
    """
    literals = literal_ranges(new)
    signs: list[Range] = []
    for tag in _live_tags(new, old):
        start = tag.start()
        sign = _sign_around(literals, new, start)
        is_escaped = _is_escaped(new, start)
        if not sign and not (is_escaped and is_markdown):
            signs.append((start - is_escaped, start + 1))
        is_shown = sign == "$" or (sign == "`" and not is_markdown)
        if is_shown and tag[0].endswith((">", "<!--")):
            raise UnwritableValue(_LIVE)
    return _with_entities(new, signs)


def is_in_markdown(before: bytes) -> bool:
    """Tell whether Markdown is read behind `before`: since the last blank line no line of it
    begins with an element.
    """
    # CommonMark 4.6: an HTML block goes on up to the next blank line.
    *lines, last = before.split(b"\n")
    if _ELEMENT.match(last):
        return False
    for line in reversed(lines):
        if _ELEMENT.match(line):
            return False
        if _BLANK.fullmatch(line):
            return True
    return True


def _live_tags(new: str, old: str) -> list[re.Match[str]]:
    """Return what begins elements or comments in `new`, but for what stands in `old` as well."""
    known = set(_TAG.findall(old))
    tags = list(_TAG.finditer(new))
    closed = _closed_marks(tags)
    return [
        tag
        for tag in tags
        if tag[0] not in known and tag.start() not in closed and not _ALONE.fullmatch(tag[0])
    ]


def _closed_marks(tags: Sequence[re.Match[str]]) -> set[int]:
    """Return where the marks stand that are opened and closed in order."""
    opened: list[tuple[str, int]] = []
    closed: set[int] = set()
    for tag in tags:
        mark = _MARK.fullmatch(tag[0])
        if mark is None:
            continue
        if not mark["end"]:
            opened.append((mark["name"], tag.start()))
        elif opened and opened[-1][0] == mark["name"]:
            closed |= {opened.pop()[1], tag.start()}
    return closed


def _is_escaped(text: str, at: int) -> bool:
    start = at
    while start and text[start - 1] == "\\":
        start -= 1
    return (at - start) % 2 == 1


def _with_entities(text: str, signs: Sequence[Range]) -> str:
    pieces: list[str] = []
    cursor = 0
    for start, end in signs:
        pieces += text[cursor:start], "&lt;"
        cursor = end
    return "".join((*pieces, text[cursor:]))


def literal_ranges(text: str) -> list[Range]:
    """Return the ranges of code and formulas: from one run of their sign to the next as long."""
    runs = list(_FENCE.finditer(text))
    places: dict[str, deque[int]] = defaultdict(deque)
    for run in runs:
        places[run[0]].append(run.start())
    found: list[Range] = []
    cursor = 0
    for run in runs:
        later = places[run[0]]
        later.popleft()
        if run.start() < cursor:
            continue
        while later and later[0] < cursor:
            later.popleft()
        # A run of signs that no other of its length closes is plain text (CommonMark 6.1).
        if later:
            cursor = later[0] + len(run[0])
            found.append((run.start(), cursor))
    return found


def _sign_around(literals: Sequence[Range], text: str, at: int) -> str:
    """Return the sign of the code or formula that holds `at`, "" if none does."""
    place = bisect_right(literals, at, key=lambda one: one[0]) - 1
    return text[literals[place][0]] if place >= 0 and at < literals[place][1] else ""


Spelling = Callable[[str], str]

_ARMOUR = {ord(char): f"&#{ord(char)};" for char in "<>[]*_`|#~"}
_STRONG = lazy_regex(r"\*\*(?=[^\s*])((?:\\.|[^*\\]|\*(?!\*))+)(?<=\S)\*\*")
_EM = lazy_regex(r"(?<![*\\])\*(?=[^\s*])([^*]+)(?<=\S)\*(?!\*)")
_PERCENT = lazy_regex(r"%(?=%)")
_HIDDEN = "\0"
_MARKER = lazy_regex(r"^(\s*(?:[-*+•]|\d{1,9}[.)])\s+)?(.*)$", re.MULTILINE)


def plain(text: str) -> str:
    """Return the text as it is."""
    return text


def armour(text: str) -> str:
    """Return text with entities for the signs that could end a slot."""
    return text.translate(_ARMOUR)


def armoured_block(text: str) -> str:
    """Return a block with entities for the signs that could end a slot; bullets stay."""
    return _MARKER.sub(lambda found: (found[1] or "") + armour(found[2]), text)


def underscored(text: str) -> str:
    """Return a block whose emphasis stands between underscores."""
    return _outside_literals(text, lambda it: _EM.sub(r"_\1_", _STRONG.sub(r"__\1__", it)))


def tagged(text: str) -> str:
    """Return a block whose emphasis stands between HTML tags."""
    return _outside_literals(
        text, lambda it: _EM.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", it))
    )


def uncommented(text: str) -> str:
    """Return a block in which no `%%` begins a comment of Obsidian."""
    return _outside_literals(text, lambda it: _PERCENT.sub(r"%\\", it))


SPELLINGS: Sequence[Spelling] = (plain, underscored, tagged, uncommented, armoured_block)
"""What is tried for a block, in this order."""


def _outside_literals(text: str, change: Spelling) -> str:
    """Apply `change` to a block, code and formulas in it left as they are."""
    ranges = literal_ranges(text)
    if not ranges or _HIDDEN in text:
        return change(text) if not ranges else text
    pieces: list[str] = []
    cursor = 0
    for start, end in ranges:
        pieces += text[cursor:start], _HIDDEN
        cursor = end
    between = change("".join((*pieces, text[cursor:]))).split(_HIDDEN)
    shown = (text[start:end] for start, end in ranges)
    return "".join(chain.from_iterable(zip_longest(between, shown, fillvalue="")))
