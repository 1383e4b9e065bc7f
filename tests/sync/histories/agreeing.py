"""A conflict needs an edit at both ends: of what both held when a run ended, as it was seen there.

What the lock file says is not asked: it only is what such a moment is known by again. Moments at
other computers do not count. A library that has changed since one that was not seen here may lag
behind it, so a conflict is right (ADR 9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tests.sync.histories.model import FIELDS, Violation, letter_of, plain, slot_of, tokens_at
from tests.sync.histories.opening import works_of
from tests.sync.histories.stage import (
    LOCK,
    Clone,
    Slots,
    Stage,
    places_in,
    texts_of,
)
from zoterodigest.core.plan.reports import Conflict, DivergedField
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, Prepared, prepare

_LETTERS = {"title": "t", "abstract": "x", "comment": "c", "summary": "s"}
"""The fields of one value, or of one text. Members never collide, and an author may be either of
two people.
"""
assert all(FIELDS[letter] == name for name, letter in _LETTERS.items())


def note_agreement(stage: Stage, clone: Clone) -> None:
    """Note what stands at both ends after a run that ended well."""
    held = _held_by(clone.library)
    stage.agreed[clone.root, clone.files().get(LOCK, b"")] = {
        (name, slot): tokens
        for name in stage.sources
        for slot, tokens in _shown_by(clone, name).items()
        if held.get(slot) == tokens
    }


def require_no_needless_conflict(stage: Stage, clone: Clone, prepared: Prepared) -> None:
    """Fail if a value is in conflict, or diverged, that has no two edits since its ends agreed.

    `prepared` was planned over what the clone and its library hold now.
    """
    agreed = stage.agreed.get((clone.root, clone.files().get(LOCK, b"")), {})
    for digest, work, name in _contested(prepared):
        slot = f"w{work}{_LETTERS[name]}"
        then = agreed.get((digest, slot))
        # What is linked to an item that another was merged into is as if it were new.
        if then is None or stage.has_twins or stage.merges or stage.merged:
            continue
        # Edits of two entries of one item collide, too.
        ends = {one: _shown_by(clone, one).get(slot) for one in stage.sources}
        ends["zotero"] = _held_by(clone.library).get(slot, ())  # a note may be in the trash
        if len(set(ends.values()) - {None, then}) < 2:
            raise Violation(f"{digest}: a needless conflict of the {name}: {then} became {ends}")


def require_edits_go_on(stage: Stage, clone: Clone) -> None:
    """Write something else over each edit that stands in a digest, and fail as above.

    A history seldom edits one value twice, and then has a run: this is its second edit.
    """
    edited = stage.memory.seen.keys()
    renewed: dict[str, str] = {}  # what two entries show of one item stays the same in both
    for name in stage.digests:
        text = clone.text(name)
        for start, old in reversed(list(places_in(name, text))):
            if letter_of(old) in _LETTERS.values() and old in edited:
                if old not in renewed:
                    renewed[old] = plain(stage.memory.edit(old))
                text = text[:start] + renewed[old] + text[start + len(plain(old)) :]
        clone.write(name, text)
    if not renewed:
        return
    stage.tell(f"{clone.root.name}: {renewed}")
    require_no_needless_conflict(stage, clone, prepare(clone.workspace, Options(intent.SYNC)))


def _contested(prepared: Prepared) -> Iterator[tuple[str, int, str]]:
    rows = {row.id: row for row in prepared.plan.rows}
    for report in prepared.plan.reports:
        if isinstance(report, Conflict | DivergedField) and report.name in _LETTERS:
            row = rows[report.row_id]
            yield from ((row.digest, work, report.name) for work in sorted(works_of(row)))


def _shown_by(clone: Clone, name: str) -> Slots:
    return _by_slot(token for _, token in places_in(name, clone.text(name)))


def _held_by(library: EmbeddedLibrary) -> Slots:
    return _held_at(library, library.version())


@lru_cache(maxsize=16)
def _held_at(library: EmbeddedLibrary, _version: int) -> Slots:
    texts = (text for _, _, text in texts_of(library.read().items))
    return _by_slot(token for text in texts for _, token in tokens_at(text))


def _by_slot(tokens: Iterable[str]) -> Slots:
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for token in tokens:
        found[slot_of(token)] += (token,)
    return found
