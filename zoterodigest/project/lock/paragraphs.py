"""Paragraphs of the lock file: a first line that names a thing, then a line for each of its keys.

The values are JSON. Whatever stands there twice is given to its reader as variants, to be folded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zoterodigest.foreign import BadJson, read_json

Line = tuple[int, str]
"""The 1-based number of a line and its text without the line end."""

Values = Mapping[str, object]
"""The values of a paragraph by key; one that may stand there for several names by both."""

ID = re.compile(r"[A-Za-z0-9_-]+")
"""What the id of a row and the key of an object of the library look like."""

_LENGTH, _DIGITS = 16, "0123456789abcdef"
"""Of a fingerprint."""
COLLECTION = "shelf "
BIB = "bib "
ACKNOWLEDGED = "acknowledged "

# Keys that a paragraph may have several times, each with the name of a field or report.
_NAMED = frozenset({"base", "print", "report", "source"})
_OF_ROWS = frozenset(
    {"apart", "base", "digest", "headings", "identifiers", "item", "key", "note", "origin", "state"}
    | {"source", "texts", "title"}
)
_KEYS = _OF_ROWS | {"collection", "name", "ours"} | {"item", "made", "print", "report"}


class BadLine(ValueError):
    """Line `number` is no line of a lock file, for `reason`; `hint` may say what to do."""

    def __init__(self, number: int, reason: str, hint: str = "") -> None:
        super().__init__(f"line {number}: {reason}")
        self.number = number
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class LockParagraph:
    """One thing as it stands: its first line, and the values given for each key."""

    number: int
    head: str
    values: dict[str, list[object]] = field(default_factory=dict)

    def variants(self) -> Iterator[Values]:
        """Yield its values; where a key is given twice, once with each of its values.

        A person who ends a merge conflict by keeping both sides leaves such doubled lines.
        """
        for turn in range(max(map(len, self.values.values()), default=1)):
            yield {key: given[min(turn, len(given) - 1)] for key, given in self.values.items()}


def paragraphs_of(lines: Iterable[Line]) -> list[LockParagraph]:
    """Return the paragraphs of `lines`; blank lines do not count.

    Raises `BadLine` for a line that has no place in any.
    """
    paragraphs: list[LockParagraph] = []
    for number, line in lines:
        key, blank, text = line.partition(" ")
        # An id has no blank in it, and every line of a key has one: no key can pass for a row.
        if ID.fullmatch(line) or line.startswith((COLLECTION, BIB, ACKNOWLEDGED)):
            paragraphs.append(LockParagraph(number, line))
        elif line and not (paragraphs and blank and key in _KEYS):
            raise BadLine(number, f"{line[:40]!r} has no place here")
        elif line:
            value = _json(number, text)
            name = f"{key} {_name(number, key, value)}" if key in _NAMED else key
            paragraphs[-1].values.setdefault(name, []).append(value)
    return paragraphs


def _json(number: int, text: str) -> object:
    try:
        value: object = read_json(text)
    except BadJson as error:
        raise BadLine(number, f"{text[:40]!r} is no JSON") from error
    return value


def _name(number: int, key: str, value: object) -> str:
    match value:
        case [str(name), str(), *_]:
            return name
        case _:
            raise BadLine(number, f"a {key} needs a field and its prints")


def to_json(value: object) -> str:
    """Return `value` as JSON on one line; a text that is not all printable is escaped."""
    text = _PLAIN.encode(value)
    # Line separators and control characters are escaped: git and terminals act on them.
    return text if text.isprintable() else _ESCAPED.encode(value)


_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_ESCAPED = json.JSONEncoder(separators=(",", ":"), sort_keys=True)


# --- values, each read or refused with a `ValueError` --------------------------------------------


def values_by_name(values: Values, key: str) -> list[tuple[str, object]]:
    """Return what is given for each name of a key, such as the field of each `base`."""
    prefix = f"{key} "
    found = ((name, value) for name, value in values.items() if name.startswith(prefix))
    return [(name.removeprefix(prefix), value) for name, value in found]


def paragraph_text(values: Values, key: str, default: str | None = None) -> str:
    """Return the text given for `key`, or `default`."""
    value = values.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"its {key} is missing" if value is None else f"its {key} is no text")
    return value


def object_key(values: Values, name: str, default: str | None = None) -> str:
    """Return the key of an object of the library; empty where there is none."""
    key = paragraph_text(values, name, default)
    if key and not ID.fullmatch(key):
        raise ValueError(f"{to_json(key)[:40]} is no key")
    return key


def path_of(text: str, name: str) -> str:
    """Return `text` if it can be the path of a file."""
    if "\0" in text:
        raise ValueError(f"its {name} is no path")
    return text


def text_list(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"{to_json(value)[:40]} is no list of texts")
    return tuple(value)


def one_print(value: object, reason: str) -> str:
    """Return the fingerprint in a list of a name and one fingerprint; else refuse for `reason`."""
    _, *prints = text_list(value)
    if len(prints) != 1:
        raise ValueError(reason)
    return fingerprint_of(prints[0])


def fingerprint_of(text: str) -> str:
    """Return `text` if it is a fingerprint."""
    if len(text) != _LENGTH or text.strip(_DIGITS):  # asked very often, and a pattern is slower
        raise ValueError(f"{text[:40]!r} is no fingerprint")
    return text
