"""Writing over the local API in waves: children after their parents, whose keys Zotero chooses.

Because Zotero chooses the keys, a new object can't be found by its key after a lost answer. So new
objects are noted on this machine before they are sent, under a write token. After a lost answer
they are looked for among the objects that are newer, by their content. Only an object that isn't
found is sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from zoterodigest.library.desktop.dialect import DesktopSession
from zoterodigest.library.desktop.objects import (
    SentObjects,
    body_over,
    note_edited,
    parent_of,
    renamed,
)
from zoterodigest.library.desktop.reading import await_stillness, found_again, read_with_trashed
from zoterodigest.library.desktop.state import DesktopState
from zoterodigest.library.http.objects import ObjectKind, Thing
from zoterodigest.library.http.patience import Answer, Result
from zoterodigest.library.http.reading import read_by_key, read_version
from zoterodigest.library.http.sending import BatchWriter, Sending, outcomes_of
from zoterodigest.library.port import Outcome, Refused, Stale

_QUIET = timedelta(seconds=5)
"""How long ago a note must have been saved before it is written over.

Zotero's editor saves one second after the last key. A write from outside discards what was typed
since then (measured: 24 s of typing, 34 words). Somebody who has just paused goes on typing.
Somebody who types without a pause can't be noticed.
"""


def write_in_waves(
    session: DesktopSession, kind: ObjectKind[Thing], things: Sequence[Thing], state: DesktopState
) -> list[Outcome]:
    """Write `things`; one outcome for each, by the key asked for. Parents go before children."""
    sending: dict[int, Sending[Thing]] = {}
    for wave in _waves(things):
        failed = {one.key for one in sending.values() if isinstance(one.outcome, Refused | Stale)}
        batch = _Wave(session, kind, state)
        begun = batch.begun([things[place] for place in wave], failed)
        sending.update(zip(wave, begun, strict=True))
        batch.write([one for one in begun if one.outcome is None])
    return outcomes_of([sending[place] for place in range(len(things))])


def _waves(things: Sequence[Thing]) -> Iterator[list[int]]:
    """Yield the indexes of `things` by wave: children of a new object come in a later wave."""
    depth: dict[str, int] = {}
    waves: list[list[int]] = []
    for place, thing in enumerate(things):
        level = depth.get(parent_of(thing), -1) + 1
        if thing.version == 0:
            depth.setdefault(thing.key, level)
        waves += [[] for _ in range(level + 1 - len(waves))]
        waves[level].append(place)
    return (wave for wave in waves if wave)


@dataclass
class _Wave(BatchWriter[Thing]):
    """Objects of which none belongs to another one; they are sent together.

    `since` is the library's version before, `given` has the keys that Zotero gave to new objects.
    """

    session: DesktopSession
    kind: ObjectKind[Thing]
    state: DesktopState
    since: int = 0
    given: dict[str, str] = field(default_factory=dict)

    def begun(self, things: Sequence[Thing], failed: Iterable[str]) -> list[Sending[Thing]]:
        """Return `things` to be sent, or with an outcome if they needn't or can't be sent."""
        # The version first: whatever is created from here on has a higher one.
        self.since = self._version_before(things)
        present = self._present(things)
        asked: set[str] = set()
        begun = []
        for thing in things:
            one = self._begun(thing, present)
            if parent_of(thing) in failed:
                one.outcome = Refused(thing.key, 409, "what it belongs to was not written")
            elif one.outcome is None and one.is_new:
                one.outcome = Stale(thing.key) if thing.key in asked else None
                asked.add(thing.key)
            begun.append(one)
        return begun

    def write(self, sending: Sequence[Sending[Thing]]) -> None:
        """Send them; new ones are noted on this machine meanwhile."""
        bodies = {one.key: one.body for one in sending if one.is_new}
        # Before the request: otherwise the next run can't know what a killed run has created.
        if bodies:
            self.state.sending(SentObjects(self.kind.path, self.since, bodies))
        self.send(sending)
        # After the last outcome: until then, the next run needs the note if this run is killed.
        if bodies:
            self.state.sent(self.given)

    def heard(self, sent: Sequence[Sending[Thing]], result: Result) -> None:
        """Forget the objects as they were read; take the library's version from the answer."""
        # Also if the request failed: Zotero may have written an object, or be about to.
        self.state.version = None
        if isinstance(result, Answer) and result.is_fine:
            self.state.version = result.version
        for one in sent:
            if self.state.known is not None:
                self.state.known.of(self.kind).pop(one.thing.key, None)

    def stored(self, asked: str, key: str) -> None:
        """Note the key that Zotero gave to what was asked for."""
        self.given[asked] = key

    def found(self, unsettled: Sequence[Sending[Thing]]) -> Mapping[str, Thing]:
        """Return these objects as the library has them now; new ones are found by content."""
        # First wait: an object that Zotero creates after the look would be created twice.
        if any(one.outcome is None for one in unsettled):
            await_stillness(self.session, self.since)
        found: dict[str, Thing] = {}
        if bodies := {one.key: one.body for one in unsettled if one.is_new and one.outcome is None}:
            taken = {*self.state.created.values(), *self.given.values()}
            sent = SentObjects(self.kind.path, self.since, bodies)
            found = found_again(self.session, self.kind, sent, taken)
            self.given.update({asked: present.key for asked, present in found.items()})
        old = {one.thing.key: one.key for one in unsettled if not one.is_new}
        present = read_with_trashed(self.session, self.kind, old)
        return found | {old[key]: thing for key, thing in present.items()}

    def _version_before(self, things: Iterable[Thing]) -> int:
        """Return the library's version before the write; new objects have higher ones."""
        if all(thing.version for thing in things):
            return 0
        known = self.state.version
        return read_version(self.session, 0) if known is None else known

    def _begun(self, thing: Thing, present: Mapping[str, Thing]) -> Sending[Thing]:
        created = self.state.created
        named = renamed(thing, created)
        body = body_over(self.kind, named, present.get(created.get(thing.key, thing.key)))
        if isinstance(body, dict):
            return Sending(thing.key, named, body)
        return Sending(thing.key, named, {}, replace(body, key=thing.key))

    def _present(self, things: Iterable[Thing]) -> dict[str, Thing]:
        """Return the objects that `things` would overwrite, by key.

        An object that this run has read is good enough while its version is the expected one:
        Zotero refuses the write if it isn't. Notes are read again, because somebody may be typing.
        Objects that seem unchanged are read again too: nothing is sent that Zotero could refuse.
        """
        known = None if self.state.known is None else self.state.known.of(self.kind)
        present: dict[str, Thing] = {}
        old: list[str] = []
        new: list[str] = []
        for thing in things:
            key = self.state.created.get(thing.key, thing.key)
            if known is None or thing.key in self.state.created:
                (old if thing.version else new).append(key)
            elif thing.version == 0:
                present |= {key: known[key]} if key in known else {}
            elif self._is_enough(renamed(thing, self.state.created), known.get(key)):
                present[key] = known[key]
            else:
                old.append(key)
        # Only what is written over can lie in the trash; for what is new the list is enough.
        return {**present, **read_by_key(self.session, self.kind, new), **self._read_quiet(old)}

    def _is_enough(self, thing: Thing, known: Thing | None) -> bool:
        """Tell whether an object need not be read again before `thing` is written over it."""
        if known is None or known.version != thing.version or note_edited(known) is not None:
            return False
        return isinstance(body_over(self.kind, thing, known), dict)

    def _read_quiet(self, keys: Sequence[str]) -> dict[str, Thing]:
        """Return the objects with these keys; of notes edited just now, what comes of them.

        A note that moved on meanwhile is stale: it is planned again, over what was typed.
        """
        found = read_with_trashed(self.session, self.kind, keys)
        edited = [moment for one in found.values() if (moment := note_edited(one)) is not None]
        if edited and self._await_quiet(max(edited)):
            return read_with_trashed(self.session, self.kind, keys)
        return found

    def _await_quiet(self, edited: datetime) -> bool:
        """Wait if a note was edited a few seconds ago; tell whether that was so."""
        left = edited - self.session.now() + _QUIET
        if not timedelta() < left <= _QUIET:  # one of the future is another clock's
            return False
        self.session.access.wait(left.total_seconds(), "a note was edited in Zotero just now")
        return True
