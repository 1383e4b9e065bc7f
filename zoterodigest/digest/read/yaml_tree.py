"""YAML as a tree of values with their bytes, from the events of PyYAML: nothing is constructed."""

from __future__ import annotations

from typing import Any

import yaml

from zoterodigest.digest.read.data_tree import BadData, DataNode, DataScalar, TreeBuilder
from zoterodigest.regex import lazy_regex

# The parser in C is ten times as fast; PyYAML may be installed without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_UNPRINTABLE = lazy_regex("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def yaml_tree(source: bytes, offset: int, loader: Any = _LOADER) -> DataNode:
    """Return the values in `source`, text that stands at `offset` of its file; raises `BadData`."""
    text = source.decode("utf-8")
    if found := _UNPRINTABLE.search(text):
        raise BadData(f"it holds the character {found[0]!a}", *_place(text, found.start()))
    reader = _Reader(text, offset)
    try:
        for event in yaml.parse(text, Loader=loader):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise BadData(f"it is not YAML ({error.problem or error.context})", *place) from error
    except ValueError as error:
        raise BadData(str(error), *_place(text, reader.at)) from error
    return reader.built.root


def is_typed_anew(old: str, new: str) -> bool:
    """Tell whether a value without quotes is a number, a date or yes to others, as `old` is not."""
    return _tag(new) not in (_tag(old), _TEXT)


_TEXT = "tag:yaml.org,2002:str"


def _tag(text: str) -> str:
    known = yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], ())
    return next((tag for tag, pattern in known if pattern.match(text)), _TEXT)


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


class _Reader:
    """Takes events; a mark counts characters, so those before it are counted as bytes."""

    def __init__(self, text: str, offset: int) -> None:
        self._text = text
        self._offset = offset
        self._is_ascii = text.isascii()
        self._anchored: dict[str, DataNode] = {}
        self._are_shared = [False]
        self.built = TreeBuilder()
        self.at = 0
        self._bytes = 0

    def take(self, event: yaml.Event) -> None:
        """Add what an event says."""
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                start = self._byte(event.start_mark.index)
                # What stands in a list with an anchor stands wherever the list does.
                self._are_shared.append(self._are_shared[-1] or bool(event.anchor or event.tag))
                self.built.open(start, is_mapping=isinstance(event, yaml.MappingStartEvent))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                # A block ends where something else begins, below blank lines and comments.
                self._are_shared.pop()
                is_flow = event.end_mark.index > event.start_mark.index
                self.built.close(self._byte(event.end_mark.index) if is_flow else None)
            case yaml.ScalarEvent():
                scalar = self._scalar(event)
                if event.anchor:
                    self._anchored[event.anchor] = scalar
                self.built.add(scalar)
            case yaml.AliasEvent():
                known = self._anchored.get(event.anchor)
                value = known.value if isinstance(known, DataScalar) else None
                span = self._byte(event.start_mark.index), self._byte(event.end_mark.index)
                self.built.add(DataScalar(value, *span, "*", is_shared=True))

    def _scalar(self, event: yaml.ScalarEvent) -> DataScalar:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        # A block's end takes in the blank lines below it.
        end -= len(self._text[start:end]) - len(self._text[start:end].rstrip())
        # Neither a tag nor an anchor is part of the bytes, but both are part of what they say.
        is_shared = self._are_shared[-1] or bool(event.anchor or event.tag)
        value = None if not style and event.value in _NULLS else event.value
        return DataScalar(value, self._byte(start), self._byte(end), style, is_shared)

    def _byte(self, at: int) -> int:
        if self._is_ascii:
            self.at = self._bytes = at
        elif at >= self.at:
            self._bytes += len(self._text[self.at : at].encode())
        else:
            self._bytes -= len(self._text[at : self.at].encode())
        self.at = at
        return self._bytes + self._offset
