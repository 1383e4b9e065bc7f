"""One write request and what follows of it: the only function that writes over the network.

A write may be sent again, as every object goes under a key of ours and with the version it expects:
a repeat can be refused, but never makes a second object. After an answer was lost, objects that
stand there as they were to be count as written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from zoterodigest.library.port import (
    Collection,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.library.web.answers import judged, objects_in
from zoterodigest.library.web.exchange import Exchange
from zoterodigest.library.web.patience import Answer, Result, may_try_again
from zoterodigest.library.web.trouble import garbled

Thing = TypeVar("Thing", LibraryItem, Collection)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Thing]):
    """How one kind of object is written: items, or collections.

    `path` is where they stand; `body` gives what is sent to write one over the one that is known,
    None if that changes nothing; `fetch` reads those with these keys, `learn` is shown what the
    server says it stored.
    """

    path: str
    objection: Callable[[Thing], Refused | None]
    body: Callable[[Thing, Thing | None], dict[str, Any] | None]
    is_written: Callable[[Thing, Thing], bool]
    fetch: Callable[[Sequence[str]], Mapping[str, Thing]]
    learn: Callable[[Sequence[Any]], None]


@dataclass
class _Sending(Generic[Thing]):
    """An object on its way: its body, None if it changes nothing, and what has become of it."""

    thing: Thing
    body: Mapping[str, Any] | None
    outcome: Outcome | None = None


def write(
    exchange: Exchange, kind: Kind[Thing], things: Sequence[Thing], known: Mapping[str, Thing]
) -> list[Outcome]:
    """Write `things`, of which `known` is how they stood when last read; one outcome for each."""
    sending = [_begun(kind, thing, known.get(thing.key)) for thing in things]
    _look_at_idle(kind, [one for one in sending if one.outcome is None and one.body is None])
    _send(exchange, kind, [one for one in sending if one.outcome is None])
    return [one.outcome for one in sending if one.outcome is not None]


def _begun(kind: Kind[Thing], thing: Thing, known: Thing | None) -> _Sending[Thing]:
    refused = kind.objection(thing)
    return _Sending(thing, None if refused else kind.body(thing, known), refused)


def _look_at_idle(kind: Kind[Thing], idle: Sequence[_Sending[Thing]]) -> None:
    """Settle writes that change nothing by a look: to send them would raise versions."""
    present = kind.fetch([one.thing.key for one in idle]) if idle else {}
    for one in idle:
        key, version = one.thing.key, one.thing.version
        is_same = key in present and present[key].version == version
        one.outcome = Unchanged(key, version) if is_same else Stale(key)


def _send(exchange: Exchange, kind: Kind[Thing], sending: Sequence[_Sending[Thing]]) -> None:
    """Send until each object has an outcome; raise if the server lets it come to none."""
    attempt = 0
    while left := [one for one in sending if one.outcome is None]:
        attempt += 1
        result = exchange.post(kind.path, _bodies(left))
        if isinstance(result, Answer) and result.status in (400, 413):
            _send_apart(exchange, kind, left, result)
            return
        if isinstance(result, Answer) and result.is_fine:
            _judge(exchange, kind, left, result)
            _settle(kind, [one for one in left if isinstance(one.outcome, Stale)])
        if any(one.outcome is None for one in left):
            if not _may_send_again(attempt, result):
                exchange.require_fine(result, is_write=True)
                raise garbled(exchange.identity)
            exchange.pause(attempt, result)
            _settle(kind, [one for one in left if one.outcome is None])


def _bodies(sending: Sequence[_Sending[Thing]]) -> list[Mapping[str, Any]]:
    return [one.body for one in sending if one.body is not None]


def _may_send_again(attempt: int, result: Result) -> bool:
    is_silent = isinstance(result, Answer) and (result.is_fine or result.status == 412)
    return attempt < 2 if is_silent else may_try_again(attempt, result)


def _judge(
    exchange: Exchange, kind: Kind[Thing], left: Sequence[_Sending[Thing]], answer: Answer
) -> None:
    """Note what the answer says of each object; what it passes over stays open."""
    outcomes = judged(_bodies(left), answer.body, exchange.key)
    for one, outcome in zip(left, outcomes, strict=True):
        one.outcome = outcome
    kind.learn(objects_in(answer.body))


def _send_apart(
    exchange: Exchange, kind: Kind[Thing], left: Sequence[_Sending[Thing]], refused: Answer
) -> None:
    """Send the halves of a request that was refused as a whole, to find the object at fault."""
    if len(left) == 1:
        message = exchange.message(refused)
        left[0].outcome = Refused(left[0].thing.key, refused.status, message)
        return
    middle = len(left) // 2
    _send(exchange, kind, left[:middle])
    _send(exchange, kind, left[middle:])


def _settle(kind: Kind[Thing], sending: Sequence[_Sending[Thing]]) -> None:
    """Look what stands in the library: what was to be written may be there.

    An answer was lost, or an object is stale: so it is too when our request came twice.
    """
    found = kind.fetch([one.thing.key for one in sending]) if sending else {}
    for one in sending:
        present = found.get(one.thing.key)
        one.outcome = _settled(kind, one, present) if present else _of_missing(one)


def _of_missing(one: _Sending[Thing]) -> Outcome | None:
    """Return the outcome of an object that is not there: a change is stale, a creation is open."""
    return Stale(one.thing.key) if one.thing.version else one.outcome


def _settled(kind: Kind[Thing], one: _Sending[Thing], present: Thing) -> Outcome | None:
    if one.thing.version and present.version == one.thing.version:
        return one.outcome
    is_ours = kind.is_written(one.thing, present)
    return Written(present.key, present.version) if is_ours else Stale(present.key)
