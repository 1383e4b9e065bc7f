"""What a slot can show: whether a value that was read is the value that was asked for.

A slot shows text up to blanks, line breaks and HTML entities; a list of members or links up to
order; a block up to the bullet it is written with.
"""

from __future__ import annotations

import html
import re

from zoterodigest.core.record import Blocks, Empty, Links, Members, Names, Value, is_empty
from zoterodigest.digest.reading import cleaned

_MARKER = re.compile(r"^\s*(?:[-*+•]|\d{1,9}[.)])\s+")
_UNSAFE = {char: f"%{ord(char):02X}" for char in ' \t\n<>|"`\\^{}[]()'}


class Unwritable(Exception):
    """A value cannot be written where it belongs; `str` says why."""


def shows(read: Value | None, asked: Value) -> bool:
    """Tell whether `read` (None: not carried) shows `asked`; EMPTY and nothing are alike."""
    if read is None or is_empty(read):
        return is_empty(asked)
    return not isinstance(read, Empty) and shown(read) == shown(asked)


def shown(value: Value) -> object:
    """Return the part of a value that every slot can show, for comparing."""
    match value:
        case str():
            return _plain(value)
        case Names():
            return tuple(map(_plain, value.people)), value.truncated
        case Members():
            return frozenset(map(_plain, value.texts))
        case Links():
            return frozenset((_plain(link.label), safe_url(link.url)) for link in value.hyperlinks)
        case Blocks():
            return tuple(map(plain_block, value.texts))
        case Empty():
            return ()


def plain_block(text: str) -> str:
    """Return a block without its bullet, entities and surplus blanks, for comparing."""
    marker = _MARKER.match(text)
    bare = text[marker.end() :] if marker else text
    body = " ".join(html.unescape(bare.replace("\\<", "<")).split())
    return f"- {body}" if marker else body


def _plain(text: str) -> str:
    return " ".join(cleaned(text).split())


def safe_url(url: str) -> str:
    """Return a URL in which no sign can end the place it stands in (percent-encoded, RFC 3986)."""
    return "".join(_UNSAFE.get(char, char) for char in url.strip() if char >= " ")
