"""Writing over the local API: the only function that writes into a running Zotero.

Zotero gives every new object a key of its own. So what is to be created is written down before it
is sent, under a write token; after a lost answer it is looked for among what has come since, by all
that it was to hold. Only then, and only what is not there, is sent again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol

from zoterodigest.library.desktop.finding import await_stillness, found_again
from zoterodigest.library.desktop.heard import Heard
from zoterodigest.library.desktop.kept import Sent
from zoterodigest.library.desktop.objects import Kind, Thing
from zoterodigest.library.desktop.reading import read_live, read_some, read_version
from zoterodigest.library.desktop.trouble import denied, garbled
from zoterodigest.library.desktop.wire import Wire
from zoterodigest.library.port import Outcome, Refused, Stale, Written
from zoterodigest.library.web.answers import judged
from zoterodigest.library.web.patience import Answer, Lost, Result, may_try_again


class Notes(Protocol):
    """Where it is noted which keys what was created has, and what is on its way."""

    @property
    def created(self) -> Mapping[str, str]:
        """The keys of what was created since the library was opened, by the one asked for."""
        ...

    @property
    def heard(self) -> Heard:
        """What was read since the library was opened."""
        ...

    def sending(self, sent: Sent) -> None:
        """Note what is about to be created; it is on the disk when this returns."""
        ...

    def sent(self, stored_keys: Mapping[str, str]) -> None:
        """Note the keys of what was created, and that nothing is on its way any more."""
        ...


@dataclass
class _Sending(Generic[Thing]):
    """An object on its way: as asked for and by the keys in the library; what became of it."""

    key: str
    thing: Thing
    body: Mapping[str, Any]
    outcome: Outcome | None = None

    @property
    def is_new(self) -> bool:
        return self.thing.version == 0


def write(wire: Wire, kind: Kind[Thing], things: Sequence[Thing], notes: Notes) -> list[Outcome]:
    """Write `things`; one outcome for each, by the key asked for. Parents go before children."""
    outcomes: dict[int, Outcome] = {}
    for wave in _waves(kind, things):
        _write_wave(wire, kind, {place: things[place] for place in wave}, notes, outcomes)
    return [outcomes[place] for place in range(len(things))]


def _waves(kind: Kind[Thing], things: Sequence[Thing]) -> Iterator[list[int]]:
    """Yield the places of `things`, those that come below a new one after it."""
    depth: dict[str, int] = {}
    waves: list[list[int]] = []
    for place, thing in enumerate(things):
        level = depth.get(kind.parent(thing) or "", -1) + 1
        if thing.version == 0:
            depth.setdefault(thing.key, level)
        waves += [[] for _ in range(level + 1 - len(waves))]
        waves[level].append(place)
    return (wave for wave in waves if wave)


def _write_wave(
    wire: Wire,
    kind: Kind[Thing],
    wave: Mapping[int, Thing],
    notes: Notes,
    outcomes: dict[int, Outcome],
) -> None:
    """Write objects of which none belongs to another one; note their outcomes by place."""
    since = _version_before(wire, wave.values(), notes)
    present = _present(wire, kind, wave.values(), notes)
    failed = {one.key for one in outcomes.values() if isinstance(one, Refused | Stale)}
    sending: dict[int, _Sending[Thing]] = {}
    asked: set[str] = set()
    for place, thing in wave.items():
        if kind.parent(thing) in failed:
            outcomes[place] = Refused(thing.key, 409, "what it belongs to was not written")
            continue
        found = _begun(kind, thing, present, notes)
        if isinstance(found, _Sending) and found.is_new and thing.key in asked:
            outcomes[place] = Stale(thing.key)
        elif isinstance(found, _Sending):
            sending[place] = found
            asked |= {thing.key} if found.is_new else set()
        else:
            outcomes[place] = found
    _Batch(wire, kind, notes, since).send(list(sending.values()))
    for place, one in sending.items():
        assert one.outcome is not None
        outcomes[place] = one.outcome


def _version_before(wire: Wire, things: Iterable[Thing], notes: Notes) -> int:
    """Return the library's version, after which what is created will have come."""
    if all(thing.version for thing in things):
        return 0
    known = notes.heard.version
    return read_version(wire, 0) if known is None else known


def _present(
    wire: Wire, kind: Kind[Thing], things: Iterable[Thing], notes: Notes
) -> dict[str, Thing]:
    """Return what stands where `things` are to be written, by key.

    What was read before counts while it is at the version that is to be overwritten. Notes are
    read anew, as somebody may be writing them, and so is what seems to be as asked already: nothing
    that is sent would show that it is not.
    """
    heard = notes.heard.of(kind)
    known: dict[str, Thing] = {}
    old: list[str] = []
    new: list[str] = []
    for thing in things:
        key = notes.created.get(thing.key, thing.key)
        if heard is None or thing.key in notes.created:
            (old if thing.version else new).append(key)
        elif thing.version == 0:
            known |= {key: heard[key]} if key in heard else {}
        elif _is_enough(kind, kind.renamed(thing, notes.created), heard.get(key)):
            known[key] = heard[key]
        else:
            old.append(key)
    # Only what is written over can lie in the trash; for what is new the list is enough.
    return {**known, **read_live(wire, kind, new), **_read_quiet(wire, kind, old)}


def _read_quiet(wire: Wire, kind: Kind[Thing], keys: Sequence[str]) -> dict[str, Thing]:
    """Return the objects with these keys; of notes that were edited just now, what comes of them.

    A note that moved on meanwhile is stale: it is planned again, over what was typed.
    """
    found = read_some(wire, kind, keys)
    edited = [moment for one in found.values() if (moment := kind.edited(one)) is not None]
    if edited and wire.await_quiet(max(edited)):
        return read_some(wire, kind, keys)
    return found


def _is_enough(kind: Kind[Thing], thing: Thing, heard: Thing | None) -> bool:
    """Tell whether an object need not be read again before `thing` is written over it."""
    if heard is None or heard.version != thing.version or kind.edited(heard) is not None:
        return False
    return isinstance(kind.body(thing, heard), dict)


def _begun(
    kind: Kind[Thing], thing: Thing, present: Mapping[str, Thing], notes: Notes
) -> _Sending[Thing] | Outcome:
    """Return what is to be sent for `thing`, or what becomes of it without being sent."""
    renamed = kind.renamed(thing, notes.created)
    body = kind.body(renamed, present.get(notes.created.get(thing.key, thing.key)))
    if isinstance(body, dict):
        return _Sending(thing.key, renamed, body)
    return replace(body, key=thing.key)


class _Batch(Generic[Thing]):
    """Objects that are sent together; `since` is the library's version before."""

    def __init__(self, wire: Wire, kind: Kind[Thing], notes: Notes, since: int) -> None:
        self._wire = wire
        self._kind: Kind[Thing] = kind
        self._notes = notes
        self._since = since

    def send(self, sending: Sequence[_Sending[Thing]]) -> None:
        """Send until each object has an outcome; raise if Zotero lets it come to none."""
        if not sending:
            return
        bodies = {one.key: one.body for one in sending if one.is_new}
        if bodies:
            self._notes.sending(Sent(self._kind.path, self._since, bodies))
        stored: dict[str, str] = {}
        self._send(sending, stored)
        if bodies:
            self._notes.sent(stored)

    def _send(self, sending: Sequence[_Sending[Thing]], stored: dict[str, str]) -> None:
        attempt, token = 0, secrets.token_hex(16)
        while left := [one for one in sending if one.outcome is None]:
            attempt += 1
            result = self._wire.write(self._kind.path, [one.body for one in left], token)
            self._note_sent(left, result)
            if isinstance(result, Answer) and result.status in (400, 413):
                self._send_apart(left, result, stored)
                return
            if isinstance(result, Answer) and result.is_fine:
                _judge(left, result, stored)
            open_ones = [one for one in left if one.outcome is None]
            if open_ones or any(isinstance(one.outcome, Stale) for one in left):
                self._settle(attempt, result, left, stored)
            if any(one.outcome is not None for one in left) or _is_repeat(result):
                token = secrets.token_hex(16)

    def _note_sent(self, left: Sequence[_Sending[Thing]], result: Result) -> None:
        """Forget what was read of the objects; the library's version is what the answer tells."""
        heard = self._notes.heard
        heard.version = None
        if isinstance(result, Answer) and result.is_fine:
            heard.version = result.version
        for one in left:
            heard.forget(self._kind, one.thing.key)

    def _send_apart(
        self, left: Sequence[_Sending[Thing]], refused: Answer, stored: dict[str, str]
    ) -> None:
        """Send the halves of a request that was refused as a whole, to find the one at fault."""
        if len(left) == 1:
            message = self._wire.message(refused)
            left[0].outcome = Refused(left[0].key, refused.status, message)
            return
        middle = len(left) // 2
        self._send(left[:middle], stored)
        self._send(left[middle:], stored)

    def _settle(
        self,
        attempt: int,
        result: Result,
        sending: Sequence[_Sending[Thing]],
        stored: dict[str, str],
    ) -> None:
        """Look what stands in the library: what was to be written may be there.

        An answer was lost, or an object is stale: so it is too when our request came twice.
        """
        if any(one.outcome is None for one in sending):
            if not _may_send_again(attempt, result):
                self._raise(result)
            self._wire.pause(attempt, result)
            await_stillness(self._wire, self._since)
        self._settle_new([one for one in sending if one.is_new and one.outcome is None], stored)
        old = [one for one in sending if not one.is_new]
        unsettled = [one for one in old if one.outcome is None or isinstance(one.outcome, Stale)]
        present = read_some(self._wire, self._kind, [one.thing.key for one in unsettled])
        for one in unsettled:
            one.outcome = self._settled(one, present.get(one.thing.key))

    def _settle_new(self, new: Sequence[_Sending[Thing]], stored: dict[str, str]) -> None:
        if not new:
            return
        taken = {*self._notes.created.values(), *stored.values()}
        bodies = {one.key: one.body for one in new}
        found = found_again(
            self._wire, self._kind, Sent(self._kind.path, self._since, bodies), taken
        )
        for one in new:
            if one.key in found:
                present = found[one.key]
                stored[one.key] = present.key
                one.outcome = Written(one.key, present.version)

    def _settled(self, one: _Sending[Thing], present: Thing | None) -> Outcome | None:
        if present is None:
            return Stale(one.key)
        if present.version == one.thing.version:
            return one.outcome
        is_ours = self._kind.is_written(one.thing, present)
        return Written(one.key, present.version) if is_ours else Stale(one.key)

    def _raise(self, result: Result) -> None:
        if isinstance(result, Answer) and result.status == 403:
            raise denied()
        self._wire.require_fine(result)
        raise garbled()


def _judge(left: Sequence[_Sending[Thing]], answer: Answer, stored: dict[str, str]) -> None:
    """Note what the answer says of each object; what it passes over stays open."""
    success = answer.body.get("success") if isinstance(answer.body, Mapping) else None
    keys = success if isinstance(success, Mapping) else {}
    heads = [
        {"key": str(keys.get(str(index), one.thing.key)), "version": one.thing.version}
        for index, one in enumerate(left)
    ]
    for one, outcome in zip(left, judged(heads, answer.body), strict=True):
        match outcome:
            case Written(key, version):
                one.outcome = Written(one.key, version)
                if one.is_new:
                    stored[one.key] = key
            case None:
                pass
            case _:
                one.outcome = replace(outcome, key=one.key)


def _is_repeat(result: Result) -> bool:
    """Tell whether Zotero has had a request under this write token before."""
    return isinstance(result, Answer) and result.status == 412


def _may_send_again(attempt: int, result: Result) -> bool:
    if isinstance(result, Lost):
        return may_try_again(attempt, result)
    return attempt < 4 if result.is_fine or _is_repeat(result) else may_try_again(attempt, result)
