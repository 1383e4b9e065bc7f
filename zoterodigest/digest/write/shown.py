"""What a slot can show: whether a value that was read is the value that was asked for.

A slot shows text up to blanks, line breaks and HTML entities; a list of members or links up to
order; a block up to the bullet it is written with. In a block an entity is not the sign it stands
for: `&#42;&#42;` is two stars, `**` is bold.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Callable, Sequence

from zoterodigest.core.values.names import full_name, split_name
from zoterodigest.core.values.record import Blocks, Empty, Members, Names, Value, WebLinks, is_empty
from zoterodigest.digest.read.slots import one_line
from zoterodigest.regex import lazy_regex

_MARKER = lazy_regex(r"^\s*(?:[-*+•]|\d{1,9}[.)])\s+")
_FENCE = lazy_regex(r"\s*(?:`{3}|~{3})")
_LITERAL = lazy_regex(r"\\([!-/:-@\[-`{-~])|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|\w{1,31});")
# Each of these could end the link, the table cell or the HTML element that the URL stands in.
_UNSAFE = {char: f"%{ord(char):02X}" for char in ' \t\n<>|"`\\^{}[]()'}


BlockForm = Callable[[Sequence[str]], Sequence[str]]
"""The form in which the blocks of one slot are compared, a text for each block."""


class UnwritableValue(Exception):
    """A value cannot be written where it belongs; `str` says why."""


def plain_blocks(texts: Sequence[str]) -> Sequence[str]:
    """Return blocks in the form in which they are compared where nothing reads their Markdown."""
    return tuple(map(plain_block, texts))


def shows(read: Value | None, asked: Value, form: BlockForm = plain_blocks) -> bool:
    """Tell whether `read` (None: not carried) shows `asked`; EMPTY and nothing are alike."""
    if read is None or is_empty(read):
        return is_empty(asked)
    return not isinstance(read, Empty) and shown(read, form) == shown(asked, form)


def shown(value: Value, form: BlockForm = plain_blocks) -> object:
    """Return the part of a value that every slot can show, for comparing."""
    match value:
        case str():
            return _plain(value)
        case Names():
            # "Hopper, Grace" shows all of "Grace Hopper".
            people = (full_name(split_name(_plain(it))) for it in value.people)
            return tuple(people), value.truncated
        case Members():
            return frozenset(map(_plain, value.texts))
        case WebLinks():
            return frozenset((_plain(link.label), safe_url(link.url)) for link in value.hyperlinks)
        case Blocks():
            return tuple(form(value.texts))
        case Empty():
            return ()


def plain_block(text: str) -> str:
    """Return a block without its bullet, entities and surplus blanks, for comparing.

    In fenced code each blank is text.
    """
    if _FENCE.match(text):
        return text
    marker = _MARKER.match(text)
    bare = text[marker.end() :] if marker else text
    body = " ".join(_LITERAL.sub(_literal, bare).split())
    return f"- {body}" if marker else body


def _literal(found: re.Match[str]) -> str:
    """Return one spelling of an escaped sign; signs of HTML are alike in every spelling."""
    char = found[1] or html.unescape(found[0])
    is_markup = char in string.punctuation and char not in "<>&"
    return f"\\{char}" if is_markup else char


def _plain(text: str) -> str:
    return " ".join(one_line(text).split())


def safe_url(url: str) -> str:
    """Return a URL in which no sign can end the place it stands in (percent-encoded, RFC 3986)."""
    return "".join(_UNSAFE.get(char, char) for char in url.strip() if char >= " ")
