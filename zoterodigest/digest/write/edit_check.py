"""Checks of edits: the new bytes are read again, and all entries must read as asked (law 2)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import accumulate

from zoterodigest.core.values.record import CITEKEY, EMPTY, Fields, Value
from zoterodigest.core.values.span import Edit, OverlappingEdits, splice
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.later import is_same_area
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.write.links import with_moved_pages
from zoterodigest.digest.write.shown import BlockForm, shows
from zoterodigest.digest.write.template_groups import has_shape_asked
from zoterodigest.frozen import dataclass

Reader = Callable[[bytes], Document]
"""Reads bytes as a document was read, or as a new file will be."""


@dataclass(frozen=True, slots=True)
class EditUnit:
    """Fields of one entry that are written together, what is asked of them, and their edits."""

    entry: int
    asked: Fields
    edits: tuple[Edit, ...]


Kept = tuple[EditUnit, ...]


@dataclass(slots=True)
class EditCheck:
    """Reads a document again with edits, and tells which entries do not read as asked."""

    document: Document
    read: Reader
    form: BlockForm
    last: tuple[Kept, Set[int]] = ((), frozenset())

    def applied(self, kept: Sequence[EditUnit]) -> bytes | None:
        """Return the document's bytes with the edits of `kept`; None if they touch each other."""
        # In the order of entries: of two that insert at one place the first entry's stands first.
        ordered = sorted(kept, key=lambda unit: unit.entry)
        try:
            return splice(self.document.source, (edit for unit in ordered for edit in unit.edits))
        except OverlappingEdits:
            return None

    def is_sound(self, kept: Sequence[EditUnit]) -> bool:
        """Tell whether all entries read as asked with the edits of `kept`, and the rest as ever."""
        return not self.wrong(kept)

    def wrong(self, kept: Sequence[EditUnit]) -> Set[int]:
        """Return the entries that do not read as asked; all of them if edits touch each other."""
        ordered = tuple(sorted(kept, key=lambda unit: unit.entry))
        # What was found together is mostly what was read last.
        if self.last[0] != ordered:
            self.last = (ordered, frozenset(self._wrong(ordered)))
        return self.last[1]

    def _wrong(self, kept: Kept) -> Iterator[int]:
        source = self.applied(kept)
        if source is None:
            yield from range(len(self.document.entries))
            return
        asked: dict[int, dict[str, Value]] = {}
        for unit in kept:
            asked.setdefault(unit.entry, {}).update(unit.asked)
        # Every entry is compared, not only those edited: an edit may disturb the next one.
        for at, after in self._found_again(kept, self.read(source)):
            entry = self.document.entries[at]
            if len(after) != 1 or not _is_as_asked(entry, after[0], asked.get(at, {}), self.form):
                yield at

    def _found_again(
        self, kept: Kept, after: Document
    ) -> Iterator[tuple[int, Sequence[DigestEntry]]]:
        """Yield each entry with those that it has become."""
        old, new = self.document.entries, after.entries
        if len(old) == len(new):
            yield from ((at, (entry,)) for at, entry in enumerate(new))
            return
        # By where they stand: entries that came or went must not make all below them wrong.
        moved = Counter[int]()
        for unit in kept:
            moved[unit.entry + 1] += sum(len(edit.new) - len(edit.span) for edit in unit.edits)
        shifts = accumulate(moved[at] for at in range(len(old)))
        starts = [
            self.document.lines.starts[entry.first] + shift
            for entry, shift in zip(old, shifts, strict=True)
        ]
        found = defaultdict[int, list[DigestEntry]](list)
        for entry in new:
            found[max(0, bisect_right(starts, after.lines.starts[entry.first]) - 1)].append(entry)
        yield from ((at, found[at]) for at in range(len(old)))


def _is_as_asked(old: DigestEntry, new: DigestEntry, asked: Fields, form: BlockForm) -> bool:
    if not asked and is_same_area(old, new):
        return old.headings == new.headings
    # Another format may take the entry over if it reads the same: its text tells which one does.
    are_general = old.format.entry.is_general and new.format.entry.is_general
    same = (are_general or old.format.name == new.format.name) and old.headings == new.headings
    if not same or old.broken != new.broken or old.unreadable != new.unreadable:
        return False
    if not has_shape_asked(old, new, asked) or old.kept != new.kept:
        return False
    if new.keys not in _keys_asked(old.keys, asked):
        return False
    before = with_moved_pages(old.reading.fields, asked)
    after = new.reading.fields
    return all(
        shows(after.get(name), asked[name], form)
        if name in asked
        else before.get(name, EMPTY) == after.get(name, EMPTY)
        for name in before.keys() | after.keys() | asked.keys()
    )


def _keys_asked(keys: ItemKeys, asked: Fields) -> tuple[ItemKeys, ...]:
    """Return what an entry may call its item after an edit.

    An alias may state the former citation key before the new one.
    """
    key = asked.get(CITEKEY)
    return (keys, replace(keys, citation=key)) if isinstance(key, str) else (keys,)
