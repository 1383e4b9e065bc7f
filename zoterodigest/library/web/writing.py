"""Writing over the Web API: every object goes under a key of ours, with the version it expects.

So a write may be sent again: a repeat can be refused, but never makes a second object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from zoterodigest.library.http.judging import objects_in
from zoterodigest.library.http.objects import ObjectKind, Thing, understood
from zoterodigest.library.http.patience import Answer, Result
from zoterodigest.library.http.sending import BatchWriter, Sending, outcomes_of
from zoterodigest.library.port import Outcome, Stale, Unchanged
from zoterodigest.library.web.dialect import WebSession
from zoterodigest.library.web.reading import read_by_keys


def write_keyed(
    session: WebSession, kind: ObjectKind[Thing], things: Sequence[Thing], known: dict[str, Thing]
) -> list[Outcome]:
    """Write `things`, of which `known` is how they stood when last read; one outcome for each.

    What the server says it stored is put into `known`.
    """
    memory = _Memory(session, kind, known)
    sending = [_begun(kind, thing, known.get(thing.key)) for thing in things]
    memory.look_at_idle([one for one in sending if one.outcome is None and not one.body])
    BatchWriter(session, kind, memory).send(sending)
    return outcomes_of(sending)


def _begun(kind: ObjectKind[Thing], thing: Thing, known: Thing | None) -> Sending[Thing]:
    """Return an object on its way, without a body if it changes nothing."""
    refused = kind.objection(thing)
    body = None if refused else kind.body(thing, known)
    return Sending(thing.key, thing, body or {}, refused)


@dataclass(frozen=True, slots=True)
class _Memory(Generic[Thing]):
    """What is known of one kind of objects, by key."""

    session: WebSession
    kind: ObjectKind[Thing]
    known: dict[str, Thing]

    def look_at_idle(self, idle: Sequence[Sending[Thing]]) -> None:
        """Settle writes that change nothing by a look: to send them would raise versions."""
        present = self.found(idle)
        for one in idle:
            key, version = one.key, one.thing.version
            is_same = key in present and present[key].version == version
            one.outcome = Unchanged(key, version) if is_same else Stale(key)

    def heard(self, sent: Sequence[Sending[Thing]], result: Result) -> None:
        """Learn how the objects are stored that the answer shows."""
        if isinstance(result, Answer) and result.is_fine:
            for thing in understood(objects_in(result.body), self.kind.parse):
                self.known[thing.key] = thing

    def stored(self, asked: str, key: str) -> None:
        """Note nothing: the key is the one asked for."""

    def found(self, unsettled: Sequence[Sending[Thing]]) -> Mapping[str, Thing]:
        """Read which of these objects stand in the library."""
        present = read_by_keys(self.session, self.kind, [one.key for one in unsettled])
        self.known.update(present)
        return present
