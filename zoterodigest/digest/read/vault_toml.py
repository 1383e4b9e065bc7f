"""Front matter in TOML, as Hugo has it between `+++`: its keys and values with their bytes.

`tomllib` says what the values are; their bytes are found line by line. What is written in another
way than one line or one list of texts is only read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from zoterodigest.digest.read.data_tree import BadData, DataList, DataNode, DataScalar
from zoterodigest.regex import lazy_regex

_STRING = rb'"(?:[^"\\\n]|\\.)*"|' + rb"'[^'\n]*'"
_PAIR = lazy_regex(
    rb"^[ \t]*(?P<key>[\w-]+|" + _STRING + rb")[ \t]*=[ \t]*"
    rb"(?P<value>" + _STRING + rb'|\[[^\[\]{}]*\]|(?!""")[^\s\[{"\'#][^\n#]*)',
    re.M,
)
_TABLE = lazy_regex(rb"^[ \t]*\[", re.M)
_ITEM = lazy_regex(_STRING)


def toml_pairs(text: bytes, offset: int) -> tuple[tuple[DataScalar, DataNode], ...]:
    """Return the keys above the first table, each with its value; raises `BadData`."""
    try:
        # In TOML a line may end in CRLF; bytes are counted in the text as it is.
        values = tomllib.loads(text.decode("utf-8"))
    except ValueError as error:
        raise BadData(f"it is not TOML ({error})", 1, 1) from error
    return tuple(_pairs(text, offset, values))


def _pairs(
    text: bytes, offset: int, values: dict[str, Any]
) -> Iterator[tuple[DataScalar, DataNode]]:
    table = _TABLE.search(text)
    for found in _PAIR.finditer(text, 0, table.start() if table else len(text)):
        key = found["key"].strip(b"\"'").decode()
        node = _node(found["value"].rstrip(), found.start("value"), offset, values.get(key))
        if node is not None:
            start, end = found.span("key")
            yield DataScalar(key, offset + start, offset + end), node


def _node(data: bytes, at: int, offset: int, value: Any) -> DataNode | None:
    match value:
        case list():
            items = [_scalar(it[0], at + it.start(), offset, None) for it in _ITEM.finditer(data)]
            if [item.value for item in items] != value:
                return None
            return DataList(tuple(items), offset + at, offset + at + len(data))
        case str() if data[:1] in (b'"', b"'"):
            return _scalar(data, at, offset, value)
        case dict() | None:
            return None
        case _:
            return _scalar(data, at, offset, data.decode())


def _scalar(data: bytes, at: int, offset: int, value: str | None) -> DataScalar:
    style = data[:1].decode() if data[:1] in (b'"', b"'") else ""
    text = tomllib.loads(f"x = {data.decode()}")["x"] if value is None else value
    return DataScalar(text, offset + at, offset + at + len(data), style)
