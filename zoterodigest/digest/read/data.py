"""Reading digests in JSON and YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.format.own_files import DataKind
from zoterodigest.digest.read.data_entries import data_entries
from zoterodigest.digest.read.data_tree import BadData, DataList, DataNode
from zoterodigest.digest.read.document import DigestEntry, Document, Skipped
from zoterodigest.digest.read.json_tree import json_tree
from zoterodigest.digest.read.lines import Lines

_BOM = b"\xef\xbb\xbf"
_NO_PAPER = "nothing shows that it is a paper in a list"


# A file is checked when it comes in, and then read.
@lru_cache(maxsize=2)
def data_tree(source: bytes, kind: DataKind) -> DataNode:
    """Return the values in a file; raises `BadData`. A blank file holds an empty list."""
    offset = len(_BOM) if source.startswith(_BOM) else 0
    text = source[offset:]
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        above = text[: error.start]
        line, column = above.count(b"\n") + 1, error.start - above.rfind(b"\n")
        raise BadData("the bytes here are no valid UTF-8", line, column) from error
    if not text.strip():
        return DataList((), 0, 0)
    if kind == "json":
        return json_tree(text, offset)
    # Only who has a file in YAML pays for what reads it.
    from zoterodigest.digest.read.yaml_tree import yaml_tree

    return yaml_tree(text, offset)


def read_data(
    name: str, source: bytes, formats: Sequence[DigestFormat], venues: VenueTable
) -> Document:
    """Read a file in JSON or YAML by the first of `formats` that finds entries in it.

    Never fails: one that is neither has no entries.
    """
    lines = Lines(source)
    lines.hide_all()
    reason = _NO_PAPER
    entries: list[DigestEntry] = []
    try:
        for form in formats:
            tree = data_tree(source, form.data or "yaml")
            entries = entries or data_entries(lines, tree, form, venues)
    except BadData as error:
        reason = f"line {error.line}, column {error.column}: {error}"
    for entry in entries:
        lines.take(entry.first, entry.last)
    return Document(name, source, tuple(entries), tuple(_skipped(lines, reason)), lines)


def _skipped(lines: Lines, reason: str) -> Iterator[Skipped]:
    for is_taken, run in groupby(range(len(lines)), key=lines.is_taken):
        filled = [line for line in run if not lines.is_blank(line)]
        if filled and not is_taken:
            yield Skipped(filled[0] + 1, filled[-1] + 1, reason)
