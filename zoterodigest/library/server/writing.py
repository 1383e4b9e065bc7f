"""Answers to what is written into a library: batches, and single objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Generic, TypeVar, assert_never

from zoterodigest.library.port import (
    BATCH_SIZE,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.library.rules.rules import is_key
from zoterodigest.library.server.kinds import Data, Kind
from zoterodigest.library.server.messages import Rejected, Request, Response, json_answer
from zoterodigest.library.server.shapes import Showing
from zoterodigest.library.server.site import Detailed, Served, Site
from zoterodigest.library.server.versions import (
    UNSTATED,
    Failure,
    claim_of,
    editable,
    expected,
    settled,
)

Stored = TypeVar("Stored")


@dataclass(frozen=True, slots=True)
class Writing(Generic[Stored]):
    """One request that writes objects of `kind` into the library `served`."""

    site: Site
    request: Request
    address: str
    served: Served
    kind: Kind[Stored]

    def batch(self) -> Response:
        """Write up to 50 objects, each for itself; raises `Rejected`."""
        token = self.site.tokens.check(self.served.path, self.request)
        sent = self._sent()
        if not sent:
            return json_answer(self._report([]), self._at([]))
        is_checked = self._is_library_unchanged()
        judged = self._judged(sent, is_library_checked=is_checked)
        asked = [one for one in judged if not isinstance(one, Failure)]
        outcomes = iter(self._write(asked))
        done = [one if isinstance(one, Failure) else next(outcomes) for one in judged]
        report = self._report(done)
        if str(len(sent) - 1) not in report["failed"]:
            self.site.tokens.remember(self.served.path, token)
        return json_answer(report, self._at(done))

    def single(self, key: str) -> Response:
        """Create or change the one object `key` by PUT or PATCH; raises `Rejected`."""
        if not is_key(key):
            raise Rejected(404, f"{self.kind.name} not found")
        token = self.site.tokens.check(self.served.path, self.request)
        data = _or_reject(editable(self.request.json(), "Uploaded data must be a JSON object"))
        stored = self.kind.stored(self.served.library, [key]).get(key)
        version = self._expected(key, data, stored)
        if self.request.method == "PUT":
            data = _or_reject(self.kind.whole(data, stored))
        asked = _or_reject(self.kind.asked(key, version, data, stored))
        (outcome,) = self._write([asked])
        if failure := self._failure(outcome):
            _or_reject(failure)
        self.site.tokens.remember(self.served.path, token)
        if isinstance(outcome, Unchanged):
            return Response(204, {"Last-Modified-Version": str(outcome.version)})
        return Response(204, self._at([outcome]))

    @property
    def _counts_all(self) -> bool:
        return self.site.counts_unchanged and isinstance(self.served.library, Detailed)

    def _write(self, asked: Sequence[Stored]) -> list[Outcome]:
        return self.kind.write(self.served.library, asked, counts_all=self._counts_all)

    def _sent(self) -> list[Any]:
        sent = self.request.json()
        if isinstance(sent, dict):
            raise Rejected(400, "Uploaded data must be a JSON array")
        if not isinstance(sent, list):
            raise Rejected(400, f"No {self.kind.name.lower()}s provided")
        if len(sent) > BATCH_SIZE:
            name = self.kind.name.lower()
            raise Rejected(413, f"Cannot add more than {BATCH_SIZE} {name}s at a time")
        return sent

    def _is_library_unchanged(self) -> bool:
        """Tell whether the client states the library version, which then must hold."""
        version = self.request.version_header("If-Unmodified-Since-Version")
        if version is None:
            return False
        require_unchanged(self.served, version)
        return True

    def _judged(self, sent: Sequence[Any], *, is_library_checked: bool) -> list[Stored | Failure]:
        """Return for each object the write it asks for, or why it is not done."""
        name = self.kind.name.lower()
        invalid = f"Invalid value for index {{}} in uploaded data; expected JSON {name} object"
        found = [editable(one, invalid.format(at)) for at, one in enumerate(sent)]
        keys = {key for one in found if is_key(key := _key(one))}
        stored = self.kind.stored(self.served.library, keys) if keys else {}
        return [
            one
            if isinstance(one, Failure)
            else self._asked(one, stored, is_library_checked=is_library_checked)
            for one in found
        ]

    def _asked(
        self, data: Data, stored: dict[str, Stored], *, is_library_checked: bool
    ) -> Stored | Failure:
        claim = claim_of(self.kind.name, data)
        if isinstance(claim, Failure):
            return claim
        known = stored.get(claim.key or "")
        version = expected(
            self.kind.name,
            claim,
            None if known is None else self.kind.version(known),
            is_library_checked=is_library_checked,
        )
        if isinstance(version, Failure):
            return version
        return self.kind.asked(claim.key or self.site.new_key(), version, data, known)

    def _report(self, done: Sequence[Outcome | Failure]) -> dict[str, dict[str, Any]]:
        report: dict[str, dict[str, Any]] = {
            "successful": {},
            "success": {},
            "unchanged": {},
            "failed": {},
        }
        written = [one.key for one in done if isinstance(one, Written)]
        now = self.kind.stored(self.served.library, written) if written else {}
        showing = Showing.without_counts(self.address, self.served)
        for at, one in enumerate(done):
            match one:
                case Written(key):
                    report["success"][str(at)] = key
                    report["successful"][str(at)] = self.kind.show(showing, now[key])
                case Unchanged(key):
                    report["unchanged"][str(at)] = key
                case Failure() | Stale() | Refused():
                    report["failed"][str(at)] = self._failed(one)
                case _:
                    assert_never(one)
        return report

    def _failed(self, one: Outcome | Failure) -> dict[str, Any]:
        failure = one if isinstance(one, Failure) else self._failure(one)
        assert failure is not None, "what was written did not fail"
        message = escape(failure.message, quote=False).replace('"', "&quot;")
        said: dict[str, Any] = {"code": failure.code, "message": message}
        about: dict[str, object] = dict(failure.data)
        if failure.version is not None:
            about["version"] = failure.version
        return said | {"data": about} if about else said

    def _failure(self, outcome: Outcome) -> Failure | None:
        """Return why an object was not written; it may have changed since it was judged."""
        match outcome:
            case Written() | Unchanged():
                return None
            case Refused(_, code, message, data):
                return Failure(code, message, data=data)
            case Stale(key):
                stored = self.kind.stored(self.served.library, [key]).get(key)
                version = None if stored is None else self.kind.version(stored)
                return Failure(412, f"{self.kind.name} has been modified", version)
            case _:
                assert_never(outcome)

    def _expected(self, key: str, data: Data, stored: Stored | None) -> int:
        """Return the version that the write of a single object overwrites; raises `Rejected`."""
        name = self.kind.name
        claim = _or_reject(claim_of(name, {"key": key} | dict(data)))
        if claim.key != key:
            said = f"'key' property in JSON does not match {name.lower()} key of request"
            raise Rejected(409, said)
        stated = self.request.version_header("If-Unmodified-Since-Version")
        if None not in (stated, claim.version) and stated != claim.version:
            said = "If-Unmodified-Since-Version value does not match JSON 'version' property"
            raise Rejected(400, f"{said} ({stated} != {claim.version})")
        version = claim.version if stated is None else stated
        if version is None and stored is not None:
            raise Rejected(428, UNSTATED)
        if version is None and self.request.method == "PATCH":
            ways = "If-Unmodified-Since-Version: 0, JSON 'version' 0, or PUT method"
            raise Rejected(404, f"{name} not found (to create, use {ways})")
        if version and stored is None:
            raise Rejected(412, f"{name} not found (expected version {version})")
        known = None if stored is None else self.kind.version(stored)
        return _or_reject(settled(self.kind.name, version or 0, known))

    def _at(self, done: Sequence[Outcome | Failure]) -> dict[str, str]:
        """Return the header with the version of the last write: no other writer's is hidden.

        What came after it and changed nothing has raised the version by one each (zotero.org).
        """
        version = 0
        for one in done:
            match one:
                case Written():
                    version = one.version
                case Unchanged() if version and self._counts_all:
                    version += 1
        version = version or self.served.library.version()
        return {"Last-Modified-Version": str(version)}


def require_unchanged(served: Served, version: int) -> None:
    """Raise `Rejected` if something in the library was written after `version`."""
    found = served.library.version()
    if found > version:
        raise Rejected(
            412,
            f"Library has been modified since specified version"
            f" (expected {version}, found {found})",
            {"Last-Modified-Version": str(found)},
        )


T = TypeVar("T")


def _or_reject(value: T | Failure) -> T:
    if isinstance(value, Failure):
        version = value.version
        headers = {} if version is None else {"Last-Modified-Version": str(version)}
        raise Rejected(value.code, value.message, headers)
    return value


def _key(data: Data | Failure) -> str:
    key = "" if isinstance(data, Failure) else data.get("key")
    return key if isinstance(key, str) else ""
