"""A note in pieces: its lines of HTML, and a wall in place of what stands under "Private"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zoterodigest.notes.editor import read_nodes
from zoterodigest.notes.read import dissect, visible_nodes

_WALL = "\0private "
"""Begins the piece that stands for something private; no note holds such a sign."""


_MARKUP = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class NotePieces:
    """The lines of a note's HTML; `private` is what its walls stand for, never to be kept."""

    pieces: tuple[str, ...]
    private: Mapping[str, str] = field(repr=False)

    def joined(self, pieces: Iterable[str]) -> str:
        """Return the HTML of `pieces`, with what this note has behind its walls."""
        return "".join(self.private.get(piece, piece) for piece in pieces)


def note_pieces(html: str) -> NotePieces:
    """Cut `html` into lines; each private stretch is one piece that tells nothing of it."""
    pieces: list[str] = []
    private: dict[str, str] = {}
    cursor = 0
    for number, (start, end) in enumerate(_private_stretches(html), start=1):
        wall = f"{_WALL}{number}"
        private[wall] = html[start:end]
        pieces += [*html[cursor:start].splitlines(keepends=True), wall]
        cursor = end
    pieces += html[cursor:].splitlines(keepends=True)
    return NotePieces(tuple(pieces), private)


def holds_private(pieces: Iterable[str]) -> bool:
    """Whether one of `pieces` stands for something private."""
    return any(piece.startswith(_WALL) for piece in pieces)


def holds_own_text(html: str) -> bool:
    """Whether a note holds more than our part of it: something private, or text around it."""
    anatomy = dissect(html)
    if anatomy is None or anatomy.has_private:
        return True
    start = next(at.start for at in read_nodes(html) if at.node == anatomy.heading)
    around = html[:start] + html[anatomy.parts[-1].end :]
    return "<img" in around or bool(_MARKUP.sub("", around).strip())


def _private_stretches(html: str) -> Iterator[tuple[int, int]]:
    """Yield the longest stretches without a visible node that hold a private one.

    They begin where the last visible node before ends, so that no text between two nodes is shown.
    """
    nodes = read_nodes(html)
    start: int | None = None
    end = 0
    for placed, is_visible in zip(nodes, visible_nodes(nodes), strict=True):
        if not is_visible:
            start = end if start is None else start
            continue
        if start is not None:
            yield start, placed.start
            start = None
        end = placed.end
    if start is not None:
        yield start, len(html)
