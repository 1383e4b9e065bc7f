"""Data: the values of a JSON or YAML file, each with the bytes that it stands on.

Nothing is built from tags, and no alias is expanded: a hostile file is only text.
"""

from __future__ import annotations

from zoterodigest.frozen import frozen

DEEPEST = 100
"""So deep values may be nested; deeper ones take square time to read, and no list needs them."""

MOST_VALUES = 1_000_000
"""So many values a file may hold: ten times as many as a list of 10,000 papers does."""


@frozen()
class DataScalar:
    """A single value: its text (None for null), its bytes with the quotes, and how it is quoted.

    `style` is the quote, `|` or `>` for a block, `*` for an alias, "" for a plain one. What is
    `shared` may stand for values elsewhere in the file, or be no plain text.
    """

    value: str | None
    start: int
    end: int
    style: str = ""
    is_shared: bool = False

    @property
    def is_alias_of_several(self) -> bool:
        """Whether it is an alias of a list or a mapping."""
        return self.style == "*" and self.value is None


@frozen()
class DataList:
    """A list, and its bytes; that of a YAML block ends with its last value."""

    items: tuple[DataNode, ...]
    start: int
    end: int


@frozen()
class DataMapping:
    """Keys and their values in order, doubled ones too, and the bytes they stand on."""

    pairs: tuple[tuple[DataScalar, DataNode], ...]
    start: int
    end: int


DataNode = DataScalar | DataList | DataMapping


class BadData(ValueError):
    """A file is no JSON or YAML that can be read, from this 1-based line and column on."""

    def __init__(self, reason: str, line: int, column: int) -> None:
        super().__init__(reason)
        self.line = line
        self.column = column


class TreeBuilder:
    """Builds a tree from values and the ends of lists and mappings, in the order of the text."""

    def __init__(self) -> None:
        self._open: list[tuple[bool, int, list[DataNode]]] = []
        self._roots: list[DataNode] = []
        self._count = 0

    def add(self, node: DataNode) -> None:
        """Add a value, or a key of a mapping; raises `ValueError` if there are too many."""
        self._count += 1
        if self._count > MOST_VALUES:
            raise ValueError(f"it holds more than {MOST_VALUES:,} values")
        (self._open[-1][2] if self._open else self._roots).append(node)

    def open(self, start: int, *, is_mapping: bool) -> None:
        """Begin a list or mapping; raises `ValueError` if it is nested too deep."""
        if len(self._open) == DEEPEST:
            raise ValueError(f"its values are nested more than {DEEPEST} deep")
        self._open.append((is_mapping, start, []))

    def close(self, end: int | None) -> None:
        """End the innermost list or mapping; without `end` where its last value does."""
        is_mapping, start, nodes = self._open.pop()
        stop = end if end is not None else nodes[-1].end if nodes else start
        if is_mapping:
            self.add(DataMapping(tuple(_pairs(nodes)), start, stop))
        else:
            self.add(DataList(tuple(nodes), start, stop))

    @property
    def root(self) -> DataNode:
        """All that was added; of a file of several documents the list of them."""
        if len(self._roots) == 1:
            return self._roots[0]
        ends = [node.end for node in self._roots]
        return DataList(tuple(self._roots), 0, max(ends, default=0))


def _pairs(nodes: list[DataNode]) -> list[tuple[DataScalar, DataNode]]:
    # A key that is a list or a mapping names no field.
    keyed = zip(nodes[::2], nodes[1::2], strict=True)
    return [(key, node) for key, node in keyed if isinstance(key, DataScalar)]
