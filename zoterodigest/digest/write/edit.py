"""Edits: a changed field is written into its slots, and nothing else moves.

Every edit begins with the text that stands in the slot, so that what did not change keeps its form.
All edits of a document are checked before they are returned: the new bytes are read again, and an
edit that does not come out exactly as asked, or that disturbs anything else, is dropped and
reported; the others are written (laws 1 and 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from zoterodigest.core.values.record import Fields
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit_check import EditCheck, EditUnit, Kept, Reader
from zoterodigest.digest.write.edit_search import EditSearches, Refusal, Search, Wanted
from zoterodigest.digest.write.links import in_moved_terms
from zoterodigest.digest.write.own_words import in_own_words, with_tags_of_note
from zoterodigest.digest.write.shown import BlockForm, plain_blocks, shows
from zoterodigest.digest.write.writing import units
from zoterodigest.frozen import dataclass

_REACH = 1
"""So many entries away an edit disturbs others, as a rule."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The outcome of `put`: the new bytes, and what was refused."""

    source: bytes
    refusals: tuple[Refusal, ...] = ()


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
    wanted: dict[int, list[Wanted]] = {}
    for index in sorted(changes):
        entry = document.entries[index]
        present = entry.reading.fields
        own = with_tags_of_note(entry, in_own_words(present, changes[index], form))
        fields = in_moved_terms(present, own)
        names = [it for it in sorted(fields) if not shows(present.get(it), fields[it], form)]
        asked[index] = fields
        if names:
            wanted[index] = [(index, unit) for unit in units(entry, names)]
    check = EditCheck(document, read, form)
    searches = EditSearches(document, asked, form)
    kept = _settled(wanted, searches, check)
    refusals = sorted(searches.refusals, key=lambda refusal: (refusal.entry, refusal.field))
    return Edited(check.applied(kept) or document.source, tuple(refusals))


def _settled(
    wanted: Mapping[int, Sequence[Wanted]], searches: EditSearches, check: EditCheck
) -> Kept:
    """Return the edits of all that is wanted and can be written.

    What does not read back as asked is looked for in many entries at a time: 500 titles with
    hostile signs take 18 readings of their digest instead of 590, 2.4 s instead of 63.
    """
    plainly = {at: searches.plainly(units) for at, units in wanted.items()}
    wrong = check.wrong([unit for units in plainly.values() for unit in units])
    fine = {at for at, units in plainly.items() if units and not _is_near(at, wrong)}
    kept = tuple(unit for at in fine for unit in plainly[at])
    if not check.is_sound(kept):
        fine, kept = set(), ()
    pending = wanted.keys() - fine
    while pending:
        wave = _apart(sorted(pending))
        refused = len(searches.refusals)
        found = _together({at: searches.settle(wanted[at], ()) for at in wave}, check, kept)
        if not check.is_sound((*kept, *found)):
            # They do not come out together: one after another, each with those before it.
            del searches.refusals[refused:]
            every = [unit for at in wave for unit in wanted[at]]
            found = _together({wave[0]: searches.settle(every, ())}, check, kept)
        kept = (*kept, *found)
        pending -= set(wave)
    return kept


def _is_near(at: int, entries: Set[int]) -> bool:
    return not entries.isdisjoint(range(at - _REACH, at + _REACH + 1))


def _apart(entries: Iterable[int]) -> list[int]:
    """Return entries of which no two have a neighbor in common.

    Between their neighbors stands one more, which tells whether an edit reaches farther.
    """
    found: list[int] = []
    for at in entries:
        if not found or at - found[-1] > 2 * _REACH + 1:
            found.append(at)
    return found


def _together(asking: Mapping[int, Search], check: EditCheck, kept: Kept) -> Kept:
    """Return what searches in entries apart from each other find, each step of all in one reading.

    What is `kept` is written with each of their trials.
    """
    found: list[EditUnit] = []
    answers: dict[int, bool | None] = dict.fromkeys(asking)
    while answers:
        trials: dict[int, Kept] = {}
        for at, answer in answers.items():
            try:
                trials[at] = asking[at].send(answer)
            except StopIteration as end:
                found += end.value
        answers = dict(_answers(trials, check, kept))
    return tuple(found)


def _answers(
    trials: Mapping[int, Kept], check: EditCheck, kept: Kept
) -> Iterator[tuple[int, bool]]:
    """Yield whether each of the trials reads back as asked, in halves if one reaches farther."""
    wrong = check.wrong([*kept, *(unit for units in trials.values() for unit in units)])
    if len(trials) <= 1:
        yield from ((at, not wrong) for at in trials)
    elif all(_is_near(at, trials.keys()) for at in wrong):
        yield from ((at, not _is_near(at, wrong)) for at in trials)
    else:
        every = list(trials.items())
        yield from _answers(dict(every[: len(every) // 2]), check, kept)
        yield from _answers(dict(every[len(every) // 2 :]), check, kept)
