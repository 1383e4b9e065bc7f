"""Edits: a changed field is written into its slots, and nothing else moves.

Every edit begins with the text that stands in the slot, so that what did not change keeps its form.
All edits of a document are checked before they are returned: the new bytes are read again, and an
edit that does not come out exactly as asked, or that disturbs anything else, is dropped and
reported; the others are written (laws 1 and 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace

from zoterodigest.core.values.record import CITEKEY, EMPTY, Blocks, Fields, Value, is_empty
from zoterodigest.core.values.span import Edit, OverlappingEdits, splice
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.later import is_same_area
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.write.html import SPELLINGS, Spelling, armour, plain
from zoterodigest.digest.write.links import in_moved_terms, with_moved_pages
from zoterodigest.digest.write.own_words import in_own_words, with_tags_of_note
from zoterodigest.digest.write.shown import BlockForm, UnwritableValue, plain_blocks, shows
from zoterodigest.digest.write.template_groups import has_shape_asked
from zoterodigest.digest.write.writing import blocks_to_write, slot_of, units, write_unit
from zoterodigest.frozen import dataclass

Reader = Callable[[bytes], Document]

_UNREADABLE = "it would not read back as written"
_NEEDED = "the entry cannot be without it: the rest would be read as something else"


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
class EditUnit:
    """Fields of one entry that are written together, and the edits that write them."""

    entry: int
    names: tuple[str, ...]
    edits: tuple[Edit, ...]


Wanted = tuple[int, tuple[str, ...]]
Kept = tuple[EditUnit, ...]


def put_digest(
    document: Document,
    changes: Mapping[int, Fields],
    read: Reader,
    form: BlockForm = plain_blocks,
) -> Edited:
    """Write `changes` (entry index to fields; EMPTY clears) into the document.

    `read` reads bytes as the document was read, `form` is how blocks are compared: a block that
    says the same in it keeps its text. What cannot be written so that it reads as asked is refused.
    With nothing to change the source is returned as it is.
    """
    asked: dict[int, Fields] = {}
    wanted: list[Wanted] = []
    for index in sorted(changes):
        entry = document.entries[index]
        present = entry.reading.fields
        own = with_tags_of_note(entry, in_own_words(present, changes[index], form))
        fields = in_moved_terms(present, own)
        names = [it for it in sorted(fields) if not shows(present.get(it), fields[it], form)]
        asked[index] = fields
        wanted += [(index, unit) for unit in units(entry, names)]
    trial = _DigestTrial(document, asked, read, form)
    kept = trial.settle(wanted, ())
    refusals = sorted(trial.refusals, key=lambda refusal: (refusal.entry, refusal.field))
    return Edited(trial.applied(kept) or document.source, tuple(refusals))


@dataclass(slots=True)
class _DigestTrial:
    """Tries edits of one document until all that are kept read back as asked."""

    document: Document
    changes: Mapping[int, Fields]
    read: Reader
    form: BlockForm
    refusals: list[Refusal] = field(default_factory=list)

    def settle(self, wanted: Sequence[Wanted], kept: Kept) -> Kept:
        """Return `kept` and all of `wanted` that can be written with it, halving what fails."""
        if len(wanted) == 1:
            return self._single(*wanted[0], kept)
        # An edit that cannot even be planned is found by halving, as one that reads back otherwise.
        with suppress(UnwritableValue):
            planned = [self._planned(index, names, plain) for index, names in wanted]
            if self._is_sound((*kept, *planned)):
                return (*kept, *planned)
        # Halving finds one bad edit among n with a multiple of log n readings of the digest.
        middle = len(wanted) // 2
        return self.settle(wanted[middle:], self.settle(wanted[:middle], kept)) if wanted else kept

    def _single(self, index: int, names: tuple[str, ...], kept: Kept) -> Kept:
        asked = (self.changes[index][name] for name in names)
        reason = _NEEDED if all(map(is_empty, asked)) else _UNREADABLE
        try:
            for spell in self._spellings(index, names):
                unit = self._planned(index, names, spell)
                if self._is_sound((*kept, unit)):
                    return (*kept, unit)
        except UnwritableValue as error:
            reason = str(error)
        # A venue that cannot be written must not keep the year from being written.
        if len(names) > 1:
            return self.settle([(index, (name,)) for name in names], kept)
        self.refusals += [Refusal(index, name, reason) for name in names]
        return kept

    def _spellings(self, index: int, names: tuple[str, ...]) -> Iterator[Spelling]:
        """Yield the ways to write a unit, the plain one first; raises `Unwritable`."""
        # Plainly first: most values need no other spelling, and each try reads the digest again.
        yield plain
        slot = slot_of(self.document.entries[index], names[0])
        if self.document.lines.is_data and not (slot and slot.parts):
            from zoterodigest.digest.write.data import quoted

            yield quoted
            return
        value = self.changes[index][names[0]]
        places = blocks_to_write(self.document.entries[index], names[0], value)
        if not isinstance(value, Blocks) or not places:
            yield armour
            return
        spelled = dict(self._spelled(index, names[0], value, places))
        yield lambda text: spelled.get(text, text)

    def _spelled(
        self, index: int, name: str, value: Blocks, places: Sequence[int]
    ) -> Iterator[tuple[str, str]]:
        """Yield the new blocks at `places`, each with the first spelling that is read as it is.

        They are tried apart from the others, so that only those that need it are spelled otherwise.
        """
        new = set(blocks_to_write(self.document.entries[index], name, value)) - set(places)
        part = Blocks(tuple(text for at, text in enumerate(value.texts) if at not in new))
        trial = _DigestTrial(self.document, {index: {name: part}}, self.read, self.form)
        texts = [value.texts[at] for at in places]
        for spell in SPELLINGS if len(places) == 1 else (plain,):
            if trial._is_sound((trial._planned(index, (name,), spell),)):
                yield from ((text, spell(text)) for text in texts)
                return
        if len(places) == 1:
            raise UnwritableValue(f"“{texts[0].strip()}” would not be read as it is")
        middle = len(places) // 2
        yield from self._spelled(index, name, value, places[:middle])
        yield from self._spelled(index, name, value, places[middle:])

    def _planned(self, index: int, names: tuple[str, ...], spell: Spelling) -> EditUnit:
        """Return the edits of one unit; raises `UnwritableValue`, whatever the spelling."""
        if reason := self.document.entries[index].broken:
            raise UnwritableValue(reason)
        asked = {name: self.changes[index][name] for name in names}
        return EditUnit(index, names, tuple(write_unit(self.document, index, asked, spell)))

    def applied(self, kept: Sequence[EditUnit]) -> bytes | None:
        """Return the document's bytes with the edits of `kept`; None if they touch each other."""
        try:
            return splice(self.document.source, (edit for unit in kept for edit in unit.edits))
        except OverlappingEdits:
            return None

    def _is_sound(self, kept: Sequence[EditUnit]) -> bool:
        source = self.applied(kept)
        if source is None:
            return False
        after = self.read(source).entries
        if len(after) != len(self.document.entries):
            return False
        asked: dict[int, dict[str, Value]] = {}
        for unit in kept:
            fields = asked.setdefault(unit.entry, {})
            fields.update({name: self.changes[unit.entry][name] for name in unit.names})
        # Every entry is compared, not only those edited: an edit may disturb the next one.
        pairs = enumerate(zip(self.document.entries, after, strict=True))
        return all(
            _is_as_asked(old, new, asked.get(index, {}), self.form) for index, (old, new) in pairs
        )


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
