"""Names of files that are made for papers: safe on every system, and in every program of notes.

Windows forbids `\\ / : * ? " < > |`, names such as CON, and a dot or blank at the end. Links of
Obsidian fail with `# ^ [ ] |`. macOS and Windows take two names that differ only in case for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import count

from zoterodigest.regex import lazy_regex

FILE_PLACEHOLDERS = frozenset({"citekey", "title", "authors", "year"})
"""What a pattern may ask for, as in `{authors} {year} {title}.md`."""

LONGEST_PATH = 240
"""Bytes of a file's name with its folder; clouds and Windows refuse longer ones."""

_PLACEHOLDER = lazy_regex(r"\{(\w+)\}")
_MARKUP = lazy_regex(r"</?(?:[bi]|su[bp]|span)\b[^<>]{0,200}>", re.IGNORECASE)
_COLON = lazy_regex(r"\s*:\s+")
_FORBIDDEN = r'[\\/:*?"<>|#^\[\]]'
_JOINING = lazy_regex(rf"(?<=\w){_FORBIDDEN}+(?=\w)")
_APART = lazy_regex(rf"(?:{_FORBIDDEN}|\s)+")
_RESERVED = lazy_regex(
    r"(?P<name>con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\.|\Z)", re.IGNORECASE
)
_JOINERS = "\u200c\u200d"
"""Invisible, but a part of words in Persian and Indic scripts, and of emoji."""


def file_name(pattern: str, values: Mapping[str, str], folder: str = "") -> str:
    """Return the name of a paper's file in `folder`, by `pattern`; "" if no value names it.

    A value that is too long is cut at a character, the longest one first: there is room for the
    number of `free_name`. `pattern` ends in the suffix of the file.
    """
    stem, dot, suffix = pattern.rpartition(".")
    room = LONGEST_PATH - len(f"{folder}/_ 99{dot}{suffix}".encode("utf-8", "replace"))
    asked = {name: "" for name in _PLACEHOLDER.findall(stem)}
    safe = {name: _safe(values.get(name, ""), "_" if name == "citekey" else "-") for name in asked}
    if not any(re.search(r"\w", text) for text in safe.values()):
        return ""
    name = _filled(stem, safe)
    if (over := _size(name) - room) > 0:
        longest = max(safe, key=lambda one: _size(safe[one]))
        safe[longest] = _cut(safe[longest], _size(safe[longest]) - over)
        name = _cut(_filled(stem, safe), room)
    # At last: what is cut may be left with a name that Windows keeps for itself.
    name = _RESERVED.sub(r"\g<name>_", name, count=1)
    return f"{name}{dot}{suffix}" if name else ""


def free_name(name: str, present: Iterable[str]) -> str:
    """Return `name`, with a number if one of the files `present` is called so on any system."""
    taken = {folded_file_name(one) for one in present}
    stem, dot, suffix = name.rpartition(".")
    numbered = (f"{stem} {number}{dot}{suffix}" for number in count(2))
    return (
        name
        if folded_file_name(name) not in taken
        else next(one for one in numbered if folded_file_name(one) not in taken)
    )


def folded_file_name(name: str) -> str:
    """Return what is equal for names that are one file on some system."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _filled(stem: str, safe: Mapping[str, str]) -> str:
    """Return a stem with its values; what stands around an empty one leaves no gap."""
    text = _safe(_PLACEHOLDER.sub(lambda found: safe[found[1]], stem), "-")
    return text.strip(". ")


def _safe(text: str, joint: str) -> str:
    """Return `text` without signs that some system refuses; `joint` joins the words around one."""
    text = _COLON.sub(" - ", _MARKUP.sub("", text))
    text = "".join(one for one in text if one.isspace() or _is_shown(one))
    text = _APART.sub(" ", _JOINING.sub(joint, unicodedata.normalize("NFC", text)))
    return text.strip()


def _is_shown(sign: str) -> bool:
    # Cc, Cf, Cn, Co, Cs: control, format, unassigned, private and half characters.
    return unicodedata.category(sign)[0] != "C" or sign in _JOINERS


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _cut(text: str, size: int) -> str:
    """Return the beginning of `text` in at most `size` bytes, no mark parted from its letter."""
    if _size(text) <= size:
        return text
    end = len(text.encode("utf-8")[: max(size, 0)].decode("utf-8", "ignore"))
    while end and (unicodedata.category(text[end])[0] == "M" or text[end] in _JOINERS):
        end -= 1
    return text[:end].rstrip(". ")
