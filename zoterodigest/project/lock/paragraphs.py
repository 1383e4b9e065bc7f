"""Paragraphs of the lock file: a first line that names a thing, then a line for each of its keys.

The values are JSON. Whatever stands there twice is given to its reader as variants, to be folded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from zoterodigest.foreign import BadJson, read_json
from zoterodigest.frozen import dataclass

Values = Mapping[str, object]
"""The values of a paragraph by key. A key that can occur with several names has a mapping."""

ID = re.compile(r"[A-Za-z0-9_-]+")
"""What the id of a row and the key of an object of the library look like."""

_LENGTH, _DIGITS = 16, "0123456789abcdef"
"""Of a fingerprint."""
COLLECTION = "shelf "
BIB = "bib "
ACKNOWLEDGED = "acknowledged "

# An id has no blank in it, and every line of a key has one: no key can pass for a row.
_HEAD = re.compile(rf"^(?:{ID.pattern}|(?:{COLLECTION}|{BIB}|{ACKNOWLEDGED}).*)$", re.M)

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
    """One thing as it stands: its first line, the number of that line, and its other lines."""

    text: str
    start: int
    end: int

    @property
    def head(self) -> str:
        """Its first line."""
        return self.text[self.start : self.end].partition("\n")[0]

    @property
    def number(self) -> int:
        """The number of its first line. Asked for a message only: it counts all lines before."""
        return self.text.count("\n", 0, self.start) + 1

    def variants(self) -> Sequence[Values]:
        """Return its values; where a key is given twice, once with each of its values.

        A person who ends a merge conflict by keeping both sides leaves such doubled lines. Blank
        lines do not count. Raises `BadLine` for a line that is none of a paragraph.
        """
        lines = self.text[self.start : self.end].split("\n")[1:]
        try:
            given = _given(lines)
        except ValueError:
            # Only now each line by itself: one decode for all takes a third of the time.
            given = [self._line(number, line) for number, line in enumerate(lines, 1) if line]
        by_name: dict[tuple[str, str], list[object]] = {}
        for key, name, value in given:
            by_name.setdefault((key, name), []).append(value)
        if len(by_name) == len(given):
            return (_by_key(given),)
        turns = range(max(map(len, by_name.values())))
        return [
            _by_key([(*one, each[min(turn, len(each) - 1)]) for one, each in by_name.items()])
            for turn in turns
        ]

    def _line(self, number: int, line: str) -> _Given:
        try:
            (given,) = _given([line])
        except ValueError as error:
            raise BadLine(self.number + number, str(error)) from error
        return given


_Given = tuple[str, str, object]
"""A key, the name that it is given for (empty for most keys), and its value."""


def paragraphs_of(text: str) -> Iterator[LockParagraph]:
    """Yield the paragraphs of `text`; raise `BadLine` if anything stands before the first one."""
    starts = [found.start() for found in _HEAD.finditer(text)]
    before = text[: starts[0] if starts else None]
    for number, line in enumerate(before.split("\n"), start=1):
        if line:
            raise BadLine(number, f"{line[:40]!r} has no place here")
    for start, end in pairwise([*starts, len(text)]):
        yield LockParagraph(text, start, end)


def _given(lines: Sequence[str]) -> list[_Given]:
    """Return what lines give, blank lines left out; raise `ValueError` if one gives nothing."""
    parts = [line.partition(" ") for line in lines if line]
    for part in parts:
        if not part[1] or part[0] not in _KEYS:
            raise ValueError(f"{''.join(part)[:40]!r} has no place here")
    values = _values([text for _, _, text in parts])
    named = zip((key for key, _, _ in parts), values, strict=True)
    return [(key, _name(key, value) if key in _NAMED else "", value) for key, value in named]


def _values(texts: Sequence[str]) -> Sequence[object]:
    """Return the values of JSON texts, each of which must be JSON by itself."""
    try:
        # Zeros between them: else two texts that are none alone could make one together.
        found = read_json(f"[{',0,'.join(texts)}]")
    except BadJson as error:
        raise ValueError(f"{texts[0][:40]!r} is no JSON") from error
    if len(found) != max(2 * len(texts) - 1, 0) or any(found[1::2]):
        raise ValueError(f"{texts[0][:40]!r} is no JSON")
    values: Sequence[object] = found[::2]
    return values


def _name(key: str, value: object) -> str:
    match value:
        case [str(name), str(), *_]:
            return name
        case _:
            raise ValueError(f"a {key} needs a field and its prints")


def _by_key(given: Sequence[_Given]) -> Values:
    values: dict[str, object] = {}
    named: dict[str, dict[str, object]] = {}
    for key, name, value in given:
        if key in _NAMED:
            named.setdefault(key, {})[name] = value
        else:
            values[key] = value
    return values | named


def to_json(value: object) -> str:
    """Return `value` as JSON on one line; a text that is not all printable is escaped."""
    text = _PLAIN.encode(value)
    # Line separators and control characters are escaped: git and terminals act on them.
    return text if text.isprintable() else _ESCAPED.encode(value)


_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_ESCAPED = json.JSONEncoder(separators=(",", ":"), sort_keys=True)


# --- values, each read or refused with a `ValueError` --------------------------------------------


def values_by_name(values: Values, key: str) -> Mapping[str, object]:
    """Return what is given for each name of a key, such as the field of each `base`."""
    found = values.get(key)
    return found if isinstance(found, dict) else {}


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
    if not isinstance(value, list) or not set(map(type, value)) <= {str}:
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
