"""JSON from outside: files on a disk, answers of services, input of people.

It may be cut short, edited, or written by another version or another program. JSON is read only
here; pydantic checks it against the type that the caller wants.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from zoterodigest.errors import ZoterodigestError
from zoterodigest.regex import lazy_regex

T = TypeVar("T")


class BadJson(ValueError):
    """Text is not JSON, or JSON of another type than expected; `reason` says why.

    `line` and `column` count from 1 and give the place where the text is not JSON; else both are 0.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column

    @property
    def position(self) -> str:
        """The end of a file's name in a message: `:line:column`, or nothing."""
        return f":{self.line}:{self.column}" if self.line else ""


class NewerFormat(ZoterodigestError):
    """A newer version wrote a file that this one cannot read; the file is not changed."""

    exit_code = 26

    def __init__(self, path: object) -> None:
        super().__init__(
            f"{path} was written by a newer version of zoterodigest, so this version stops",
            "Install the newest zoterodigest. Nothing was changed.",
        )


WHEN_USED = ConfigDict(defer_build=True)
"""A run reads few of our files, so validators are built when used (all of them take 30 ms).

Tables of TOML have `defer_build`, too: a part of one needs no validator of its own, which takes
8 ms of a `status`.
"""


class JsonObject(BaseModel):
    """A JSON object in a file that zoterodigest writes."""

    model_config = WHEN_USED


TEXT = TypeAdapter(str, config=WHEN_USED)
OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any], config=WHEN_USED)
OBJECTS: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[dict[str, Any]], config=WHEN_USED)
LISTS_OF_TEXTS: TypeAdapter[dict[str, list[str]]] = TypeAdapter(
    dict[str, list[str]], config=WHEN_USED
)
"""Types for readers that check the rest themselves."""


def read_json(
    text: str | bytes,
    constant: Callable[[str], object] | None = None,
    number: Callable[[str], object] | None = None,
) -> Any:
    """Return the value of JSON text; raise `BadJson`.

    `constant` gets `NaN` and the like, `number` the text of each number.
    """
    # Not pydantic's reader of JSON: it refuses halves of characters (lone surrogates), which names
    # of files may hold.
    try:
        return json.loads(text, parse_constant=constant, parse_int=number, parse_float=number)
    except json.JSONDecodeError as error:
        raise BadJson(f"it is not JSON ({error.msg})", error.lineno, error.colno) from error
    except UnicodeDecodeError as error:
        raise BadJson(f"it is not JSON (byte {error.start} is not UTF-8)") from error
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise BadJson("it is not JSON") from error


def read_json_as(shape: TypeAdapter[T], text: str | bytes) -> T:
    """Return JSON text as a value of the type of `shape`; raise `BadJson`."""
    return as_shape(shape, read_json(text))


def each_object(read: Callable[[int], bytes]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON array one by one, so that they need not all be in memory.

    `read` gives the next bytes, at most as many as it is asked for. Raises a `ValueError` or
    `RecursionError` where the text is no such array; `read_json_as` tells what is wrong with it.
    """
    decode = codecs.getincrementaldecoder("utf-8")().decode
    text, at, expected = "", 0, "["
    # As much again as there is, or a long object would be tried from its start with each part.
    while data := read(max(_PART_OF_FILE, len(text) - at)):
        text, at = text[at:] + decode(data), 0
        while (found := _next_value(text, at)) is not None:
            mark, value, at = found
            if mark != expected or not isinstance(value, dict):
                raise BadJson("it is no array of objects")
            yield value
            expected = ","
    if not _END_OF_ARRAY.fullmatch(text, at):
        raise BadJson("it is no array of objects")


_PART_OF_FILE = 1 << 18
_MARK = lazy_regex(r"[ \t\n\r]*([\[,])[ \t\n\r]*")
_END_OF_ARRAY = lazy_regex(r"[ \t\n\r]*\][ \t\n\r]*")
_DECODER = json.JSONDecoder()


def _next_value(text: str, at: int) -> tuple[str, Any, int] | None:
    """Return the mark at `at`, the value behind it and its end; None if `text` ends before."""
    mark = _MARK.match(text, at)
    if mark is None:
        return None
    try:
        value, end = _DECODER.raw_decode(text, mark.end())
    except json.JSONDecodeError:
        return None
    return mark[1], value, end


def as_shape(shape: TypeAdapter[T], value: object) -> T:
    """Return a value that was read as one of the type of `shape`; raise `BadJson`."""
    try:
        return shape.validate_python(value)
    except ValidationError as error:
        key, reason = _first_reason(error)
        raise BadJson(f"{key}: {reason}" if key else reason) from error


def _first_reason(error: ValidationError) -> tuple[str, str]:
    """Return the dotted key of the first error, and its reason."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return key, _REASONS.get(first["type"], first["msg"].removeprefix("Value error, "))


_REASONS = {
    "extra_forbidden": "there is no such key",
    "unexpected_keyword_argument": "there is no such key",
    "missing": "this key is missing",
    "dict_type": "it should be a JSON object",
    "model_type": "it should be a JSON object",
    "dataclass_type": "it should be a JSON object",
    "list_type": "it should be a list",
    "tuple_type": "it should be a list",
}


def refuse_newer(path: object, value: object, key: str, known: int) -> None:
    """Raise `NewerFormat` if the number under `key` in a file's JSON is above the `known` one."""
    written = value.get(key) if isinstance(value, dict) else None
    if isinstance(written, int) and written > known:
        raise NewerFormat(path)
