"""The lines of a file as the history keeps them: what is private in a note of a vault is masked.

What stands behind a mask is in the file alone. Whoever turns a run back gives each mask of a line
the private text that has its place in the file by now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from zoterodigest.core.plan.history import MASK
from zoterodigest.frozen import dataclass

if TYPE_CHECKING:
    from zoterodigest.digest.format.format import NoteRule

_IN_A_LINE = re.compile(r"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class FileLines:
    """The lines of a file with their ends, masked; `private` is never stored."""

    lines: tuple[str, ...]
    private: tuple[str, ...] = field(default=(), repr=False)

    def bytes_of(self, lines: Iterable[str]) -> bytes | None:
        """Return the bytes of a file with other `lines` and the private text of this one.

        None if they have not as many masks as there are private texts.
        """
        texts = "".join(lines).split(MASK)
        if len(texts) != len(self.private) + 1:
            return None
        whole = "".join(
            f"{text}{hidden}" for text, hidden in zip(texts, (*self.private, ""), strict=True)
        )
        return whole.encode("utf-8", "surrogateescape")


def file_lines(source: bytes, note: NoteRule | None = None) -> FileLines:
    """Return the lines of a file; `note` says what is private in it, if it is one of a vault."""
    # A digest may hold bytes that are no UTF-8: they come back as they were.
    if note is None:
        return FileLines(tuple(source.decode("utf-8", "surrogateescape").splitlines(keepends=True)))
    private: list[str] = []

    def masked(found: re.Match[str]) -> str:
        private.append(found[0])
        return MASK

    parts = _parts(source, note)
    text = "".join(_IN_A_LINE.sub(masked, part) if hides else part for part, hides in parts)
    return FileLines(tuple(text.splitlines(keepends=True)), tuple(private))


def _parts(source: bytes, note: NoteRule) -> Iterator[tuple[str, bool]]:
    """Yield the text of a note in parts, each with whether it is private."""
    # Only who has a vault pays for what reads it.
    from zoterodigest.digest.read.vault_file import private_spans

    cursor = 0
    for span in private_spans(source, note):
        yield source[cursor : span.start].decode("utf-8", "surrogateescape"), False
        yield source[span.start : span.end].decode("utf-8", "surrogateescape"), True
        cursor = span.end
    yield source[cursor:].decode("utf-8", "surrogateescape"), False
