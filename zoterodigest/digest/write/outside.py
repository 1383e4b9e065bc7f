"""Text outside of entries: dates and counts that a program writes around a list of papers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.rearrange import Reader, is_same_entry
from zoterodigest.digest.write.shown import Unwritable
from zoterodigest.digest.write.steps import bytes_of

Change = Callable[[bytes], bytes]


def with_outside(document: Document, change: Change, read: Reader) -> Document:
    """Return the document with `change` made in each piece of text between its entries.

    Raises `Unwritable` where an entry would not be read as before, or another one appeared.
    """
    pieces: list[bytes] = []
    cursor = 0
    for entry in document.entries:
        pieces += change(document.source[cursor : entry.span.start]), bytes_of(document, entry)
        cursor = entry.span.end
    source = b"".join((*pieces, change(document.source[cursor:])))
    if source == document.source:
        return document
    after = read(source)
    if len(after.entries) != len(document.entries):
        raise Unwritable("the text around the entries would be read as one")
    pairs = zip(document.entries, after.entries, strict=True)
    if not all(is_same_entry(old, new) for old, new in pairs):
        raise Unwritable("the entries would not be read as they are")
    return after


def redated(before: Sequence[str], after: Sequence[str]) -> Change:
    """Return the change of one date into another, in whatever way its numbers are parted.

    Both are year, month and, if it is known, day.
    """
    numbers = [part.encode() for part in before]
    inner = b"".join(rb"(--?|[/._]?)" + number for number in numbers[1:])
    pattern = re.compile(rb"(?<!\d)" + numbers[0] + inner + rb"(?!\d)")

    def new(found: re.Match[bytes]) -> bytes:
        gaps = [b"", *found.groups()]
        return b"".join(
            gap + part.encode() for gap, part in zip(gaps, after[: len(gaps)], strict=True)
        )

    return lambda text: pattern.sub(new, text)


_BADGE = re.compile(rb"(/badge/(?:[^-/()\s]|--){1,60}-)(\d{1,6})(?=-)")


def recounted(before: int, after: int) -> Change:
    """Return the change of badges that show how many entries there were, `before`."""

    def new(found: re.Match[bytes]) -> bytes:
        is_count = int(found[2]) == before
        return found[1] + (str(after).encode() if is_count else found[2])

    return lambda text: _BADGE.sub(new, text)
