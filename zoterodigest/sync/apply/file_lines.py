"""The lines of a file as the history keeps them: what is private in a note of a vault is masked.

What stands behind a mask is in the file alone. Whoever turns a run back gives each mask of a line
the private text that has its place in the file by now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import field
from itertools import zip_longest
from typing import TYPE_CHECKING

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.core.plan.history import MASK
from zoterodigest.core.plan.reversal import Hunk
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

if TYPE_CHECKING:
    from zoterodigest.digest.format.format import NoteRule

_IN_A_LINE = lazy_regex(r"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class FileLines:
    """The lines of a file with their ends, masked; `private` is never stored."""

    lines: tuple[str, ...]
    private: tuple[str, ...] = field(default=(), repr=False)

    def bytes_of(self, lines: Iterable[str]) -> bytes | None:
        """Return the bytes of a file with other `lines` and the private text of this one.

        None if they have not as many masks as there are private texts.
        """
        text = "".join(lines)
        if text.count(MASK) != len(self.private):
            return None
        return _shown(text, self.private).encode("utf-8", "surrogateescape")

    def showing(self, hunks: Iterable[Hunk]) -> FileLines:
        """Return them with each line shown that stands in `hunks` as it is: a run wrote it.

        Of a file that is private as a whole nothing is shown.
        """
        if not "".join(self.lines).replace(MASK, "").strip():
            return self
        pieces = {piece for hunk in hunks for piece in (*hunk.before, *hunk.after)}
        number, numbers = 0, set[int]()
        for line in self.lines:
            end = number + line.count(MASK)
            if end > number and _shown(line, self.private[number:end]) in pieces:
                numbers |= {*range(number, end)}
            number = end
        return self.with_shown(numbers)

    def with_shown(self, numbers: Set[int]) -> FileLines:
        """Return them with the private texts of these numbers in place of their masks."""
        if not numbers:
            return self
        texts = [it if at in numbers else MASK for at, it in enumerate(self.private)]
        lines = _shown("".join(self.lines), texts).splitlines(keepends=True)
        left = tuple(it for at, it in enumerate(self.private) if at not in numbers)
        return FileLines(tuple(lines), left)


def _shown(text: str, private: Sequence[str]) -> str:
    return "".join(map("".join, zip_longest(text.split(MASK), private, fillvalue="")))


def both_lines(before: FileLines, after: FileLines) -> tuple[Sequence[str], Sequence[str]]:
    """Return the lines of a file before and after a run, with the same masks in both.

    What only one has is no person's: the run put it in or took it out, as it does with annotations
    below a private heading. It is shown, or nothing of it could be undone.
    """
    gone, came = set[int](), set[int]()
    for start, stop, first, last in differing_ranges(before.private, after.private):
        old, new = before.private[start:stop], after.private[first:last]
        # Parted or joined anew, a private text is what it was.
        if not any(it in "".join(new) for it in old) and not any(it in "".join(old) for it in new):
            gone |= {*range(start, stop)}
            came |= {*range(first, last)}
    return before.with_shown(gone).lines, after.with_shown(came).lines


def file_lines(source: bytes, note: NoteRule | None) -> FileLines:
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
