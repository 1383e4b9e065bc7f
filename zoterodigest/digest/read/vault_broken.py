"""Front matter that is no YAML as a whole: its keys and their values, each read by itself.

Values are only read. What a person may still be typing, and what YAML alone can tell, is no value:
`>-` is no title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from zoterodigest.digest.read.data_tree import (
    BadData,
    DataList,
    DataMapping,
    DataNode,
    DataScalar,
)
from zoterodigest.regex import lazy_regex

_KEY = lazy_regex(rb"^([\w$@][^:\n]*?)[ \t]*:(?:[ \t]+|(?=\r?\n)|\Z)", re.M)
_MORE = lazy_regex(rb"(?:\r?\n(?:[ \t][^\n]*|-[ \t][^\n]*|(?=\r?\n)))*")
"""The lines below a key that may belong to its value."""

_OF_YAML = lazy_regex(r"^[\[{&*!|>\"']|[ \t]#|\n")
"""What makes a value more than the text that stands there."""

_CLOSING = {"[": "]", "{": "}"}


def pairs_by_line(text: bytes, offset: int) -> Iterator[tuple[DataScalar, DataNode]]:
    """Yield the keys at the beginnings of lines, each with its value; one that is not whole is null
    and has bytes.
    """
    for found in _KEY.finditer(text):
        line_end = text.find(b"\n", found.end())
        more = _MORE.match(text, line_end if line_end >= 0 else len(text))
        end = more.end() if more else len(text)
        value = text[found.end() : end].decode("utf-8", "replace").rstrip(" \t\r\n")
        start = offset + found.end()
        key = DataScalar(found[1].decode("utf-8", "replace"), offset + found.start(), start)
        place = DataScalar(None, start, start + len(value.encode()), is_shared=True)
        yield key, _node(text[found.start() : end], value, place)


def _node(segment: bytes, value: str, place: DataScalar) -> DataNode:
    """Return the value of a key: as YAML has it, or else the text on its line, if that is whole."""
    if not _OF_YAML.search(value):
        return replace(place, value=value or None)
    node = _by_yaml(segment)
    if node is not None:
        return _only_read(node, place)
    line = value.partition("\n")[0].rstrip()
    return place if not line or _is_cut(line) else replace(place, value=line)


def _by_yaml(segment: bytes) -> DataNode | None:
    # Only who has such front matter pays for what reads it.
    from zoterodigest.digest.read.yaml_tree import yaml_tree

    try:
        root = yaml_tree(segment, 0)
    except (BadData, UnicodeDecodeError):
        return None
    pairs = root.pairs if isinstance(root, DataMapping) else ()
    return pairs[0][1] if len(pairs) == 1 else None


def _only_read(node: DataNode, place: DataScalar) -> DataNode:
    """Return a value at the place of all of it, as one that can't be written."""
    match node:
        case DataScalar():
            text = node.value.strip() if node.value else ""
            return replace(place, value=text or None)
        case DataList():
            items = tuple(_only_read(item, place) for item in node.items)
            return DataList(items, place.start, place.end)
        case DataMapping():
            return DataMapping((), place.start, place.end)


def _is_cut(line: str) -> bool:
    """Whether a value that is no YAML begins as one that goes on."""
    first, rest = line[0], line[1:]
    if first in "\"'":
        # Others hold quotations: "Why Nets?": A Review.
        return rest.replace(f"\\{first}", "").rstrip(first).count(first) == 0
    return first in "&*!|>" or (first in _CLOSING and _CLOSING[first] not in rest)
