"""The format of journal and history: a record is a JSON object on a line of its own.

Links of the lock file stand in a record as the text that they are in the lock file. The first
record of a file may hold `format`; without it the file is of format 1, the only one there is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from zoterodigest.foreign import BadJson, as_shape, read_json, refuse_newer

FORMAT = 1

T = TypeVar("T")


class BadRecord(ValueError):
    """Line `number` is no record of its file, for `reason`; `column` counts from 1, 0 if unknown.

    It never leaves this folder: journal and history each say what it means for the person.
    """

    def __init__(self, number: int, error: BadJson) -> None:
        super().__init__(f"line {number}: {error.reason}")
        self.reason = error.reason
        self.position = f":{number}:{error.column}" if error.column else f":{number}"
        self.number = number


def render_record(values: Mapping[str, object]) -> bytes:
    """Return a record with its line end. It is ASCII, so it holds any text of any file."""
    return json.dumps(values).encode("ascii") + b"\n"


def read_record(path: Path, number: int, line: bytes, shape: TypeAdapter[T]) -> T:
    """Read line `number` of the file at `path`, counted from 1, as a record of this shape.

    Raises `BadRecord`, and `NewerFormat` if the first one says that a newer version wrote the file.
    """
    try:
        value = read_json(line)
        if number == 1:
            refuse_newer(path, value, "format", FORMAT)
        return as_shape(shape, value)
    except BadJson as error:
        raise BadRecord(number, error) from error
