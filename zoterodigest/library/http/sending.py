"""Writing a batch of objects: the only module that writes over the network.

A server answers HTTP 200 even if every object failed, so each element of an answer is judged. If a
server refuses a request as a whole, its halves are sent, to find the object at fault. If an answer
is lost or an object is stale, the object is read: if it is as it was sent, it counts as written.
Only an object that the library doesn't have is sent again.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol

from zoterodigest.library.http.objects import Json, ObjectKind, Thing
from zoterodigest.library.http.patience import Answer, Lost, Result, may_try_again
from zoterodigest.library.http.session import Session
from zoterodigest.library.http.trouble import plain_message
from zoterodigest.library.port import Outcome, Refused, Stale, Unchanged, Written, count_outcomes

_LOG = logging.getLogger(__name__)

_SILENT_ATTEMPTS = 4
"""How often objects are sent if the answers say nothing about them.

A server that has seen a write token answers 412 for the whole request and nothing about its
objects. A restarted Zotero has forgotten the token. A lost answer, a restart and another lost
answer must not end a run.
"""


@dataclass
class Sending(Generic[Thing]):
    """An object that is being written: its body, and its outcome once that is known.

    `key` is the key that the caller gave, `thing.key` the key in the library.
    """

    key: str
    thing: Thing
    body: Mapping[str, Any]
    outcome: Outcome | None = None

    @property
    def is_new(self) -> bool:
        """Whether it is to be created."""
        return self.thing.version == 0


def outcomes_of(sending: Sequence[Sending[Thing]]) -> list[Outcome]:
    """Return the outcome of each object; all have one."""
    return [one.outcome for one in sending if one.outcome is not None]


class BatchWriter(Protocol[Thing]):
    """Writes objects of one kind into the library of a session.

    The writer of a dialect inherits from this class. It says what to note during a write, and how
    to find what was written.
    """

    session: Session[Any]
    kind: ObjectKind[Thing]

    def heard(self, sent: Sequence[Sending[Thing]], result: Result) -> None:
        """Note the result of one request, before the objects are judged."""
        return

    def stored(self, asked: str, key: str) -> None:
        """Note the key of an object that was created; by default it is the key asked for."""
        return

    def found(self, unsettled: Sequence[Sending[Thing]]) -> Mapping[str, Thing]:
        """Return these objects as the library has them now, by the key that the caller gave."""

    def send(self, sending: Sequence[Sending[Thing]]) -> None:
        """Send until each object has an outcome; raise if the server lets it come to none."""
        attempt, token = 0, secrets.token_hex(16)
        while left := [one for one in sending if one.outcome is None]:
            attempt += 1
            result = self.session.post(self.kind.path, [one.body for one in left], token)
            self.heard(left, result)
            if isinstance(result, Answer) and result.status in (400, 413):
                self._send_apart(left, result)
                return
            if isinstance(result, Answer) and result.is_fine:
                self._judge(left, result)
                told = [one.outcome for one in left if one.outcome is not None]
                _LOG.debug("%d %s sent: %s", len(left), self.kind.path, count_outcomes(told))
            self._settle(left, attempt, result)
            # The same token goes with the same objects: a server that has had them says so.
            if any(one.outcome is not None for one in left) or _is_repeat(result):
                token = secrets.token_hex(16)

    def _judge(self, left: Sequence[Sending[Thing]], answer: Answer) -> None:
        """Note the outcome that the answer gives for each object; others stay without one."""
        outcomes = judged([one.body for one in left], answer.body, self.session.dialect.key)
        for one, outcome in zip(left, outcomes, strict=True):
            if isinstance(outcome, Written) and one.is_new:
                self.stored(one.key, outcome.key)
            one.outcome = outcome and replace(outcome, key=one.key)

    def _send_apart(self, left: Sequence[Sending[Thing]], refused: Answer) -> None:
        """Send the halves of a request that was refused as a whole, to find the object at fault."""
        if len(left) == 1:
            message = self.session.message(refused)
            left[0].outcome = Refused(left[0].key, refused.status, message)
            return
        _LOG.info("HTTP %d for %d %s: send halves", refused.status, len(left), self.kind.path)
        middle = len(left) // 2
        self.send(left[:middle])
        self.send(left[middle:])

    def _settle(self, left: Sequence[Sending[Thing]], attempt: int, result: Result) -> None:
        """Read the objects without an outcome, and the stale ones: they may have been written.

        An object is also stale if our request reached the server twice.
        """
        unsettled = [one for one in left if one.outcome is None or isinstance(one.outcome, Stale)]
        if not unsettled:
            return
        if any(one.outcome is None for one in unsettled):
            if not _may_send_again(attempt, result):
                self.session.require_fine(result, is_write=True)
                raise self.session.dialect.garbled()
            self.session.pause(attempt, result)
        # After the pause: until then the server may act on a request whose answer was lost.
        found = self.found(unsettled)
        for one in unsettled:
            one.outcome = _settled(self.kind, one, found.get(one.key))


def _settled(kind: ObjectKind[Thing], one: Sending[Thing], present: Thing | None) -> Outcome | None:
    """Return the outcome of an object that is now as `present`; None to send it again."""
    if present is None:
        return one.outcome if one.is_new else Stale(one.key)
    if not one.is_new and present.version == one.thing.version:
        return one.outcome
    is_ours = kind.is_written(one.thing, present)
    return Written(one.key, present.version) if is_ours else Stale(one.key)


def _may_send_again(attempt: int, result: Result) -> bool:
    if isinstance(result, Lost) or not (result.is_fine or _is_repeat(result)):
        return may_try_again(attempt, result)
    return attempt < _SILENT_ATTEMPTS


def _is_repeat(result: Result) -> bool:
    """Tell whether the server has had a request under this write token before."""
    return isinstance(result, Answer) and result.status == 412


def judged(bodies: Sequence[Json], answer: Any, secret: str) -> list[Outcome | None]:
    """Return what became of each of `bodies`; None if the answer does not tell.

    An outcome has the key that the body has, or that the server gave to a body without one (""
    before that). The API key `secret` is left out of messages that repeat it.
    """
    parts = answer if isinstance(answer, Mapping) else {}
    return [_judged(body, str(index), parts, secret) for index, body in enumerate(bodies)]


def objects_in(answer: Any) -> list[Any]:
    """Return the objects that were written, as they are stored now."""
    written = _part(answer, "successful") if isinstance(answer, Mapping) else {}
    return list(written.values())


def _judged(body: Json, index: str, parts: Json, secret: str) -> Outcome | None:
    sent, expected = str(body.get("key", "")), int(body.get("version", 0))
    # `failed` first: it carries no key, and what failed counts as failed whatever else is said.
    match _part(parts, "failed").get(index), _part(parts, "successful").get(index):
        case {"code": 412}, _:
            return Stale(sent)
        case {"code": 404}, _ if expected:  # a change of what is gone; a creation names no such
            return Stale(sent)
        case {"code": int(code), **more}, _:
            return Refused(sent, code, plain_message(str(more.get("message", "")), secret))
        case None, {"key": str(key), "version": int(version)} if key == sent or not sent:
            return Written(key, version)
    if sent and _part(parts, "unchanged").get(index) == sent:
        return Unchanged(sent, expected)
    return None


def _part(parts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return one part of an answer; an empty one may be written `[]`."""
    part = parts.get(name)
    return part if isinstance(part, Mapping) else {}
