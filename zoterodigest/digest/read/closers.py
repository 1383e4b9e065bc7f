"""Closing tags: a line that closes what was opened above an entry is no part of the entry."""

from __future__ import annotations

import re

from zoterodigest.digest.read.lines import Lines
from zoterodigest.regex import lazy_regex

_NAMES = rb"(details|table|thead|tbody|tr|td|th|ul|ol|div|section|center|blockquote)\b"
_CLOSER = lazy_regex(rb"[ \t]*</" + _NAMES, re.I)
_TAG = lazy_regex(rb"<(/?)" + _NAMES, re.I)


class OpenTags:
    """The elements that are open in the lines of an entry, which begins on the line `first`."""

    def __init__(self, lines: Lines, first: int) -> None:
        self._lines = lines
        self._at = lines.starts[first]
        self._open: dict[bytes, int] = {}

    def are_closed_by(self, line: int) -> bool:
        """Whether the line begins by closing an element that was opened above the entry.

        The lines are asked about in their order.
        """
        data = self._lines[line]
        if b"</" not in data or not (found := _CLOSER.match(data)):
            return False
        # Each byte is looked at once, however many closing tags an entry has.
        start = self._lines.starts[line]
        for tag in _TAG.finditer(self._lines.source, self._at, start):
            name = tag[2].lower()
            self._open[name] = self._open.get(name, 0) + (-1 if tag[1] else 1)
        self._at = start
        return self._open.get(found[1].lower(), 0) <= 0
