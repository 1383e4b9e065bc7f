"""Byte spans and lossless edits of an immutable source."""

from __future__ import annotations

from collections.abc import Iterable

from zoterodigest.frozen import frozen


class OverlappingEdits(ValueError):
    """Two edits touch the same bytes, or one lies outside the source: a bug in the caller."""


@frozen(order=True)
class Span:
    """Half-open byte range `[start, end)` of one source, 0-based."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@frozen()
class Edit:
    """Put `new` in place of the bytes under `span`; an empty span inserts."""

    span: Span
    new: bytes


def splice(source: bytes, edits: Iterable[Edit]) -> bytes:
    """Apply `edits` to `source`; every byte outside their spans comes out as it went in.

    Two edits that insert at one position are applied in the order given. Raises
    `OverlappingEdits` when spans overlap or leave the source.
    """
    pieces: list[bytes] = []
    cursor = 0
    # The sort is stable: two inserts at one place stay in the order given.
    for edit in sorted(edits, key=lambda edit: edit.span):
        if not cursor <= edit.span.start <= edit.span.end <= len(source):
            raise OverlappingEdits(f"edit at {edit.span} overlaps another or leaves the source")
        pieces += source[cursor : edit.span.start], edit.new
        cursor = edit.span.end
    return b"".join((*pieces, source[cursor:]))
