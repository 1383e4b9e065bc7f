"""Spellings: other ways to write a block of Markdown that say the same.

Plain writing can collide with a format: a bullet that is bold as a whole looks like the title of
the next entry. Each spelling is a way around that. None of them is trusted: what is written is read
again and must be the value asked for, emphasis, code and formulas included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest

from zoterodigest.digest.write.html import literal_ranges

Spelling = Callable[[str], str]

_ARMOUR = {ord(char): f"&#{ord(char)};" for char in "<>[]*_`|#~"}
_STRONG = re.compile(r"\*\*(?=[^\s*])((?:\\.|[^*\\]|\*(?!\*))+)(?<=\S)\*\*")
_EM = re.compile(r"(?<![*\\])\*(?=[^\s*])([^*]+)(?<=\S)\*(?!\*)")
_HIDDEN = "\0"
_MARKER = re.compile(r"^(\s*(?:[-*+•]|\d{1,9}[.)])\s+)?(.*)$", re.MULTILINE)


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


SPELLINGS: Sequence[Spelling] = (plain, underscored, tagged, armoured_block)
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
