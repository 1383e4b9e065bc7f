"""Edits: a changed field is written into its slots, and nothing else moves.

Every edit begins with the text that stands in the slot, so that what did not change keeps its form.
All edits of a document are checked before they are returned: the new bytes are read again, and an
edit that does not come out exactly as asked, or that disturbs anything else, is dropped and
reported; the others are written (laws 1 and 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zoterodigest.core.record import Fields, Value
from zoterodigest.core.span import Edit, OverlappingEdits, splice
from zoterodigest.digest.document import DigestEntry, Document
from zoterodigest.digest.shown import Unwritable, shows
from zoterodigest.digest.write_references import in_moved_terms, with_moved_pages
from zoterodigest.digest.writing import units, write_unit

Reader = Callable[[bytes], Document]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A field of one entry (by its index in the document) that could not be written, and why."""

    entry: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Edited:
    """The outcome of `put`: the new bytes, and what was refused."""

    source: bytes
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """Fields of one entry that are written together, and the edits that write them."""

    entry: int
    names: tuple[str, ...]
    edits: tuple[Edit, ...]


def put(document: Document, changes: Mapping[int, Fields], read: Reader) -> Edited:
    """Write `changes` (entry index to fields; EMPTY clears) into the document.

    `read` reads bytes as the document was read. What cannot be written so that it reads as asked
    is refused. With nothing to change the source is returned as it is.
    """
    asked = {
        index: in_moved_terms(document.entries[index].reading.fields, changes[index])
        for index in sorted(changes)
    }
    trial = _Trial(document, asked, read)
    wanted = [
        (index, unit)
        for index, fields in asked.items()
        for unit in units(document.entries[index], _differing(document.entries[index], fields))
    ]
    kept = trial.settle(wanted, ())
    refusals = sorted(trial.refusals, key=lambda refusal: (refusal.entry, refusal.field))
    return Edited(trial.applied(kept) or document.source, tuple(refusals))


def _differing(entry: DigestEntry, asked: Fields) -> list[str]:
    return [
        name for name in sorted(asked) if not shows(entry.reading.fields.get(name), asked[name])
    ]


class _Trial:
    """Tries edits of one document until all that are kept read back as asked."""

    def __init__(self, document: Document, changes: Mapping[int, Fields], read: Reader) -> None:
        self.refusals: list[Refusal] = []
        self._document = document
        self._changes = changes
        self._read = read

    def settle(
        self, wanted: Sequence[tuple[int, tuple[str, ...]]], kept: tuple[Unit, ...]
    ) -> tuple[Unit, ...]:
        """Return `kept` and all of `wanted` that can be written with it, halving what fails."""
        if len(wanted) == 1:
            return self._single(*wanted[0], kept)
        planned = [self._planned(index, names, armoured=False) for index, names in wanted]
        together = (*kept, *(unit for unit in planned if isinstance(unit, Unit)))
        if len(together) == len(kept) + len(wanted) and self._is_sound(together):
            return together
        middle = len(wanted) // 2
        return self.settle(wanted[middle:], self.settle(wanted[:middle], kept)) if wanted else kept

    def _single(
        self, index: int, names: tuple[str, ...], kept: tuple[Unit, ...]
    ) -> tuple[Unit, ...]:
        reason = ""
        for armoured in (False, True):
            unit = self._planned(index, names, armoured=armoured)
            if isinstance(unit, str):
                reason = unit
            elif self._is_sound((*kept, unit)):
                return (*kept, unit)
        if len(names) > 1:
            return self.settle([(index, (name,)) for name in names], kept)
        reason = reason or "it would not read back as written"
        self.refusals += [Refusal(index, name, reason) for name in names]
        return kept

    def _planned(self, index: int, names: tuple[str, ...], *, armoured: bool) -> Unit | str:
        entry = self._document.entries[index]
        if entry.broken:
            return entry.broken
        try:
            asked = {name: self._changes[index][name] for name in names}
            edits = write_unit(entry, asked, self._document.source, armoured=armoured)
        except Unwritable as error:
            return str(error)
        return Unit(index, names, tuple(edits))

    def applied(self, kept: Sequence[Unit]) -> bytes | None:
        """Return the document's bytes with the edits of `kept`; None if they touch each other."""
        try:
            return splice(self._document.source, (edit for unit in kept for edit in unit.edits))
        except OverlappingEdits:
            return None

    def _is_sound(self, kept: Sequence[Unit]) -> bool:
        source = self.applied(kept)
        if source is None:
            return False
        after = self._read(source).entries
        if len(after) != len(self._document.entries):
            return False
        asked: dict[int, dict[str, Value]] = {}
        for unit in kept:
            fields = asked.setdefault(unit.entry, {})
            fields.update({name: self._changes[unit.entry][name] for name in unit.names})
        pairs = enumerate(zip(self._document.entries, after, strict=True))
        return all(_is_as_asked(old, new, asked.get(index, {})) for index, (old, new) in pairs)


def _is_as_asked(old: DigestEntry, new: DigestEntry, asked: Fields) -> bool:
    same = old.format.name == new.format.name and old.headings == new.headings
    if not same or old.broken != new.broken or old.unreadable != new.unreadable:
        return False
    before = with_moved_pages(old.reading.fields, asked)
    after = new.reading.fields
    return all(
        shows(after.get(name), asked[name])
        if name in asked
        else before.get(name) == after.get(name)
        for name in before.keys() | after.keys() | asked.keys()
    )
