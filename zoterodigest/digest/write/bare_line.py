"""Bare lines: a new entry in a list whose entries are identifiers or addresses without titles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from zoterodigest.digest.format.format import NewRule
from zoterodigest.digest.format.template import Line, fill, parse_line
from zoterodigest.digest.write.new_entry import NewEntryDraft
from zoterodigest.digest.write.shown import UnwritableValue


def new_bare_line(draft: NewEntryDraft) -> str:
    """Return the line of a new entry, as the nearest neighbor that shows most of it is written.

    Raises `UnwritableValue` if no identifier and no address of the paper is known.
    """
    shown = []
    for line in chain(draft.manner.own_lines, _lines(draft.rule)):
        texts = draft.texts(line.slots, ())
        if all(texts.values()):
            shown.append((line, texts))
    if not shown:
        raise UnwritableValue("a new entry needs an arXiv id, a DOI or the address of the paper")
    # A remark must not be lost because the line above has none. Of equals the nearest counts.
    return fill(*max(shown, key=lambda it: len(it[1])))


def _lines(rule: NewRule) -> Iterator[Line]:
    for item in rule.lines:
        yield from map(parse_line, [item] if isinstance(item, str) else item)
