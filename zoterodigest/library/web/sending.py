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
class _Sent(Generic[Thing]):
    """An object on its way: its place in the batch, its body, and what has become of it."""

    thing: Thing
    body: Mapping[str, Any]
    outcome: Outcome | None = None


def write(
    exchange: Exchange, kind: Kind[Thing], things: Sequence[Thing], known: Mapping[str, Thing]
) -> list[Outcome]:
    """Write `things`, of which `known` is how they stood when last read; one outcome for each."""
    outcomes: list[Outcome | None] = [kind.objection(thing) for thing in things]
    idle: list[int] = []
    sent: dict[int, _Sent[Thing]] = {}
    for index, thing in enumerate(things):
        if outcomes[index] is None:
            body = kind.body(thing, known.get(thing.key))
            if body is None:
                idle.append(index)
            else:
                sent[index] = _Sent(thing, body)
    present = kind.fetch([things[index].key for index in idle]) if idle else {}
    for index in idle:
        outcomes[index] = _of_idle(things[index], present.get(things[index].key))
    _send(exchange, kind, list(sent.values()))
    for index, one in sent.items():
        outcomes[index] = one.outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _of_idle(thing: Thing, present: Thing | None) -> Outcome:
    """Return the outcome of a write that changes nothing, if the object still is what it was."""
    is_same = present is not None and present.version == thing.version
    return Unchanged(thing.key, thing.version) if is_same else Stale(thing.key)


def _send(exchange: Exchange, kind: Kind[Thing], sent: Sequence[_Sent[Thing]]) -> None:
    """Send until each of `sent` has an outcome; raise if the server lets it come to none."""
    attempt = 0
    while left := [one for one in sent if one.outcome is None]:
        attempt += 1
        result = exchange.post(kind.path, [one.body for one in left])
        if isinstance(result, Answer) and result.status in (400, 413):
            _send_apart(exchange, kind, left, result)
            return
        is_uncertain = _judge(exchange, kind, left, result)
        if is_uncertain or attempt > 1:
            _settle(kind, left)
        if any(one.outcome is None for one in left):
            if not _may_send_again(attempt, result):
                exchange.require_fine(result, is_write=True)
                raise garbled(exchange.identity)
            exchange.pause(attempt, result)


def _may_send_again(attempt: int, result: Result) -> bool:
    is_silent = isinstance(result, Answer) and (result.is_fine or result.status == 412)
    return attempt < 2 if is_silent else may_try_again(attempt, result)


def _judge(
    exchange: Exchange, kind: Kind[Thing], left: Sequence[_Sent[Thing]], result: Result
) -> bool:
    """Note what the answer says of each object; return whether it leaves anything open."""
    if not isinstance(result, Answer) or not result.is_fine:
        return not isinstance(result, Answer) or result.status not in (401, 403, 404)
    outcomes = judged([one.body for one in left], result.body, exchange.key)
    for one, outcome in zip(left, outcomes, strict=True):
        one.outcome = outcome
    kind.learn(objects_in(result.body))
    return None in outcomes


def _send_apart(
    exchange: Exchange, kind: Kind[Thing], left: Sequence[_Sent[Thing]], refused: Answer
) -> None:
    """Send the halves of a request that was refused as a whole, to find the object at fault."""
    if len(left) == 1:
        message = exchange.message(refused)
        left[0].outcome = Refused(left[0].thing.key, refused.status, message)
        return
    middle = len(left) // 2
    _send(exchange, kind, left[:middle])
    _send(exchange, kind, left[middle:])


def _settle(kind: Kind[Thing], left: Sequence[_Sent[Thing]]) -> None:
    """Look what stands in the library after an answer was lost, or a write sent twice."""
    open_ones = [one for one in left if one.outcome is None or isinstance(one.outcome, Stale)]
    found = kind.fetch([one.thing.key for one in open_ones]) if open_ones else {}
    for one in open_ones:
        present = found.get(one.thing.key)
        one.outcome = _settled(kind, one, present) if present else _of_missing(one)


def _of_missing(one: _Sent[Thing]) -> Outcome | None:
    """Return the outcome of an object that is not there: a change is stale, a creation is open."""
    return Stale(one.thing.key) if one.thing.version else one.outcome


def _settled(kind: Kind[Thing], one: _Sent[Thing], present: Thing) -> Outcome | None:
    if one.thing.version and present.version == one.thing.version:
        return one.outcome
    is_ours = kind.is_written(one.thing, present)
    return Written(present.key, present.version) if is_ours else Stale(present.key)
