"""Searches: which edits of a document can be written, and in which spelling.

A search reads nothing. It yields trials and is sent the answers, so that those of many entries can
be tried in one reading.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import field
from itertools import chain
from typing import TYPE_CHECKING

from zoterodigest.core.values.record import Blocks, Fields, is_empty, value_parts
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit_check import EditUnit, Kept
from zoterodigest.digest.write.html import SPELLINGS, Spelling, armour, plain
from zoterodigest.digest.write.shown import BlockForm, UnwritableValue
from zoterodigest.digest.write.writing import blocks_to_write, slot_of, write_unit
from zoterodigest.frozen import dataclass

if TYPE_CHECKING:
    from zoterodigest.digest.write.block_steps import Steps

Wanted = tuple[int, tuple[str, ...]]
"""An entry, and names of its fields that are written together."""
Search = Generator[Kept, bool | None, Kept]
"""Yields edits to try and is sent whether they read back as asked; returns those to be kept."""

_UNREADABLE = "it would not read back as written"
_NEEDED = "the entry cannot be without it: the rest would be read as something else"
_SHARED = "it stands in a cell of several rows, and would change in all of them"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A field of one entry (by its index in the document) that could not be written, and why."""

    entry: int
    field: str
    reason: str


@dataclass(slots=True)
class EditSearches:
    """Searches for edits of one document that read back as asked, and notes what is refused."""

    document: Document
    changes: Mapping[int, Fields]
    form: BlockForm
    refusals: list[Refusal] = field(default_factory=list)

    def plainly(self, wanted: Sequence[Wanted]) -> Kept:
        """Return the plain edits of all of `wanted`; none if one cannot even be planned."""
        try:
            return tuple(self._planned(index, names, plain) for index, names in wanted)
        except UnwritableValue:
            return ()

    def settle(self, wanted: Sequence[Wanted], kept: Kept) -> Search:
        """Return `kept` and all of `wanted` that can be written with it, halving what fails."""
        if len(wanted) == 1:
            return (yield from self._single(*wanted[0], kept))
        # An edit that cannot even be planned is found by halving, as one that reads back otherwise.
        planned = self.plainly(wanted)
        if planned and (yield (*kept, *planned)):
            return (*kept, *planned)
        # Halving finds one bad edit among n with a multiple of log n readings of the digest.
        middle = len(wanted) // 2
        kept = yield from self.settle(wanted[:middle], kept)
        return (yield from self.settle(wanted[middle:], kept))

    def _single(self, index: int, names: tuple[str, ...], kept: Kept) -> Search:
        try:
            return (yield from self._written(index, names, kept))
        except UnwritableValue as error:
            # A venue that cannot be written must not keep the year from being written.
            if len(names) > 1:
                return (yield from self.settle([(index, (name,)) for name in names], kept))
            return (yield from self._partly(index, names[0], kept, str(error)))

    def _written(self, index: int, names: tuple[str, ...], kept: Kept) -> Search:
        """Return `kept` and one unit in the first spelling that holds; raises `UnwritableValue`."""
        # Plainly first: most values need no other spelling, and each try reads the digest.
        trial = (*kept, self._planned(index, names, plain))
        if (yield trial):
            return trial
        spell = yield from self._other_spelling(index, names)
        trial = (*kept, self._planned(index, names, spell))
        if (yield trial):
            return trial
        raise UnwritableValue(self._why_unreadable(index, names))

    def _why_unreadable(self, index: int, names: tuple[str, ...]) -> str:
        entries = self.document.entries
        slot = slot_of(entries[index], names[0])
        others = (it for at, it in enumerate(entries) if at != index)
        if slot and any(slot.span == it.span for entry in others for it in entry.slots):
            return _SHARED
        asked = (self.changes[index][name] for name in names)
        return _NEEDED if all(map(is_empty, asked)) else _UNREADABLE

    def _partly(self, index: int, name: str, kept: Kept, reason: str) -> Search:
        """Return `kept` and what can be written of a field that is refused as a whole for `reason`.

        Only the text of a note in a file is written in steps: elsewhere a field is one value.
        """
        entry = self.document.entries[index]
        slot, present = slot_of(entry, name), entry.reading.fields.get(name)
        asked = self.changes[index][name]
        if slot and slot.parts and isinstance(present, Blocks) and isinstance(asked, Blocks):
            # Few runs refuse a text: the others don't import what takes it apart.
            from zoterodigest.digest.write.block_steps import halves, steps_between, why_left

            groups = steps_between(present.texts, asked.texts, self.form)
            taken: tuple[Steps, ...] = ()
            written = kept
            # Halving finds one bad step among n with a multiple of log n trials.
            waiting = halves(groups)
            while waiting:
                some = waiting.pop()
                trial = yield from self._after(index, name, (*taken, *some), kept)
                if trial:
                    taken, written = (*taken, *some), trial
                else:
                    waiting += halves(some)
            if taken:
                kept = written
                reason = why_left((one for one in groups if one not in taken), reason)
        self.refusals.append(Refusal(index, name, reason))
        return kept

    def _after(self, index: int, name: str, groups: Iterable[Steps], kept: Kept) -> Search:
        """Return `kept` and a field after some steps of what is asked of it; nothing if refused."""
        from zoterodigest.digest.write.block_steps import with_steps

        present = value_parts(self.document.entries[index].reading.fields[name])
        value = Blocks(with_steps(present, chain.from_iterable(groups)))
        # A block of an item is another one if its item goes without it.
        known = {*self.form(present), *self.form(value_parts(self.changes[index][name]))}
        if not known.issuperset(self.form(value.texts)):
            return ()
        trial = EditSearches(self.document, {index: {name: value}}, self.form)
        try:
            return (yield from trial._written(index, (name,), kept))
        except UnwritableValue:
            return ()

    def _other_spelling(
        self, index: int, names: tuple[str, ...]
    ) -> Generator[Kept, bool | None, Spelling]:
        """Return how a unit is written that does not read back plainly; raises `Unwritable`."""
        slot = slot_of(self.document.entries[index], names[0])
        if self.document.lines.is_data and not (slot and slot.parts):
            from zoterodigest.digest.write.data import quoted

            return quoted
        value = self.changes[index][names[0]]
        places = blocks_to_write(self.document.entries[index], names[0], value)
        if not isinstance(value, Blocks) or not places:
            return armour
        spelled = yield from self._spelled(index, names[0], value, places)
        return lambda text: spelled.get(text, text)

    def _spelled(
        self, index: int, name: str, value: Blocks, places: Sequence[int]
    ) -> Generator[Kept, bool | None, dict[str, str]]:
        """Return the new blocks at `places`, each with the first spelling that is read as it is.

        They are tried apart from the others, so that only those that need it are spelled otherwise.
        """
        new = set(blocks_to_write(self.document.entries[index], name, value)) - set(places)
        part = Blocks(tuple(text for at, text in enumerate(value.texts) if at not in new))
        texts = [value.texts[at] for at in places]
        for spell in SPELLINGS if len(places) == 1 else (plain,):
            if (yield (self._unit(index, {name: part}, spell),)):
                return {text: spell(text) for text in texts}
        if len(places) == 1:
            raise UnwritableValue(f"“{texts[0].strip()}” would not be read as it is")
        middle = len(places) // 2
        spelled = yield from self._spelled(index, name, value, places[:middle])
        return spelled | (yield from self._spelled(index, name, value, places[middle:]))

    def _planned(self, index: int, names: tuple[str, ...], spell: Spelling) -> EditUnit:
        """Return the edits of one unit; raises `UnwritableValue`, whatever the spelling."""
        return self._unit(index, {name: self.changes[index][name] for name in names}, spell)

    def _unit(self, index: int, asked: Fields, spell: Spelling) -> EditUnit:
        if reason := self.document.entries[index].broken:
            raise UnwritableValue(reason)
        return EditUnit(index, asked, tuple(write_unit(self.document, index, asked, spell)))
