"""JSON as a tree of values with their bytes."""

from __future__ import annotations

from zoterodigest.digest.read.data_tree import BadData, DataNode, DataScalar, TreeBuilder
from zoterodigest.foreign import BadJson, read_json
from zoterodigest.regex import lazy_regex

_TOKEN = lazy_regex(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+')


def json_tree(source: bytes, offset: int) -> DataNode:
    """Return the values in `source`, text that stands at `offset` of its file; raises `BadData`."""
    text = source.decode("utf-8")
    try:
        # Numbers are read as text: one of thousands of digits would be refused.
        read_json(text, number=str)
    except BadJson as error:
        if not error.line:
            raise BadData("its values are nested too deep", 1, 1) from error
        raise BadData(error.reason, error.line, error.column) from error
    return _tree(source, offset)


def _tree(source: bytes, offset: int) -> DataNode:
    # It is known to be JSON: what stands between values need not be looked at.
    built = TreeBuilder()
    for found in _TOKEN.finditer(source):
        start, end = found.start() + offset, found.end() + offset
        try:
            match token := found[0]:
                case b"{" | b"[":
                    built.open(start, is_mapping=token == b"{")
                case b"}" | b"]":
                    built.close(end)
                case _ if token[:1] == b'"':
                    built.add(DataScalar(_string(token), start, end, '"'))
                case _:
                    plain = None if token == b"null" else token.decode()
                    built.add(DataScalar(plain, start, end))
        except ValueError as error:
            above = source[: found.start()]
            line = above.count(b"\n") + 1
            column = len(above[above.rfind(b"\n") + 1 :].decode()) + 1
            raise BadData(str(error), line, column) from error
    return built.root


def _string(token: bytes) -> str:
    text = str(read_json(token)) if b"\\" in token else token[1:-1].decode()
    # Half of a pair that stands for one character alone has no bytes.
    return text.encode("utf-8", "replace").decode()
