"""Answers to what is written into a library: batches, and single objects.

Each object states the version that it expects to overwrite
(https://www.zotero.org/support/dev/web_api/v3/write_requests).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, assert_never

from zoterodigest.frozen import dataclass
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import (
    BATCH_SIZE,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)
from zoterodigest.library.rules.values import NotAccepted, is_key, require
from zoterodigest.library.server.kinds import Author, Data, ServedKind
from zoterodigest.library.server.messages import Rejected, Request, Response, json_answer
from zoterodigest.library.server.shapes import Showing
from zoterodigest.library.server.site import Served, ServedSite

_UNSTATED = (
    "Either If-Unmodified-Since-Version or object version property must be provided for key-based "
    "writes"
)


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One request of `author` that writes objects of `kind` into the library `served`."""

    site: ServedSite
    request: Request
    address: str
    served: Served
    author: Author
    kind: ServedKind

    def batch(self) -> Response:
        """Write up to 50 objects, each for itself; raises `Rejected`."""
        token = self.site.tokens.check(self.served.path, self.request)
        sent = self._sent()
        if not sent:
            return json_answer(self._report([]), self._at([]))
        stated = self.request.version_header("If-Unmodified-Since-Version")
        if stated is not None:
            require_version(self.served, stated)
        judged = self._judged(sent, is_checked=stated is not None)
        # One write for all: the library checks them in order, so a parent may precede its child.
        outcomes = iter(self._write([one for one in judged if not isinstance(one, Refused)]))
        done = [one if isinstance(one, Refused) else next(outcomes) for one in judged]
        report = self._report(done)
        # Measured: zotero.org forgets the token of a batch whose last object failed.
        if str(len(sent) - 1) not in report["failed"]:
            self.site.tokens.remember(self.served.path, token)
        return json_answer(report, self._at(done))

    def single(self, key: str) -> Response:
        """Create or change the one object `key` by PUT or PATCH; raises `Rejected`."""
        if not is_key(key):
            raise Rejected(404, f"{self.kind.name} not found")
        token = self.site.tokens.check(self.served.path, self.request)
        try:
            asked = self._asked_single(key)
        except NotAccepted as refused:
            raise rejected(refused) from refused
        # The library checks the version again: another request may have come since it was read.
        (outcome,) = self._write([asked])
        if isinstance(outcome, Stale | Refused):
            raise rejected(self._refusal(outcome))
        self.site.tokens.remember(self.served.path, token)
        if isinstance(outcome, Unchanged):
            return Response(204, {"Last-Modified-Version": str(outcome.version)})
        return Response(204, self._at([outcome]))

    @property
    def _counts_all(self) -> bool:
        return self.site.counts_unchanged and isinstance(self.served.library, EmbeddedLibrary)

    def _write(self, asked: Sequence[LibraryItem]) -> list[Outcome]:
        return self.kind.write(self.served.library, asked, self.author, self._counts_all)

    def _sent(self) -> list[Any]:
        sent = self.request.json()
        if isinstance(sent, dict):
            raise Rejected(400, "Uploaded data must be a JSON array")
        name = self.kind.name.lower()
        if not isinstance(sent, list):
            raise Rejected(400, f"No {name}s provided")
        if len(sent) > BATCH_SIZE:
            raise Rejected(413, f"Cannot add more than {BATCH_SIZE} {name}s at a time")
        return sent

    def _judged(self, sent: Sequence[Any], *, is_checked: bool) -> list[LibraryItem | Refused]:
        """Return for each object the write it asks for, or why it is `Refused`."""
        found = [_editable(one) for one in sent]
        keys = [one["key"] for one in found if one and is_key(one.get("key"))]
        stored = self.kind.stored(self.served.library, keys) if keys else {}
        judged: list[LibraryItem | Refused] = []
        for at, data in enumerate(found):
            try:
                if data is None:
                    expected = f"expected JSON {self.kind.name.lower()} object"
                    said = f"Invalid value for index {at} in uploaded data; {expected}"
                    raise NotAccepted(400, said)
                judged.append(self._asked(data, stored, is_checked=is_checked))
            except NotAccepted as refused:
                judged.append(Refused("", refused.code, refused.message, refused.data))
        return judged

    def _asked(self, data: Data, stored: Mapping[str, Any], *, is_checked: bool) -> LibraryItem:
        """Return the write that one object of a batch asks for; raises `NotAccepted`."""
        key, version = _claim_of(self.kind.name, data)
        known = stored.get(key or "")
        require(key is None or version is not None or is_checked, _UNSTATED, 428)
        if version is None:
            version = known.version if known else 0
        self._require_version(version, known)
        return self.kind.asked(self.author, key or self.site.new_key(), version, data, known)

    def _require_version(self, version: int, stored: LibraryItem | None) -> None:
        """Raise `NotAccepted` unless `version` is that of the stored object, 0 if there is none."""
        name = self.kind.name
        missing = f"{name} doesn't exist (expected version {version}; use 0 instead)"
        require(stored is not None or not version, missing, 404)
        if stored is not None and version != stored.version:
            raise modified(name, version, stored.version)

    def _report(self, done: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
        parts = ("successful", "success", "unchanged", "failed")
        report: dict[str, dict[str, Any]] = {name: {} for name in parts}
        written = [one.key for one in done if isinstance(one, Written)]
        now = self.kind.stored(self.served.library, written) if written else {}
        showing = Showing(self.address, self.served)
        for at, one in enumerate(done):
            match one:
                case Written(key):
                    report["success"][str(at)] = key
                    report["successful"][str(at)] = self.kind.show(showing, now[key])
                case Unchanged(key):
                    report["unchanged"][str(at)] = key
                case Stale() | Refused():
                    report["failed"][str(at)] = _failed(self._refusal(one))
                case _:
                    assert_never(one)
        return report

    def _refusal(self, outcome: Stale | Refused) -> Refused:
        """Return why an object was not written; it may have changed since it was judged."""
        if isinstance(outcome, Refused):
            return outcome
        key = outcome.key
        stored = self.kind.stored(self.served.library, [key]).get(key)
        about = {} if stored is None else {"version": stored.version}
        return Refused(key, 412, f"{self.kind.name} has been modified", about)

    def _asked_single(self, key: str) -> LibraryItem:
        """Return the write that a PUT or PATCH asks for; raises `NotAccepted`."""
        data = _editable(self.request.json())
        if data is None:
            raise NotAccepted(400, "Uploaded data must be a JSON object")
        stored = self.kind.stored(self.served.library, [key]).get(key)
        version = self._stated_version(key, data, stored)
        self._require_version(version, stored)
        if self.request.method == "PUT":
            data = self.kind.whole(data, stored)
        return self.kind.asked(self.author, key, version, data, stored)

    def _stated_version(self, key: str, data: Data, stored: LibraryItem | None) -> int:
        """Return the version that a single write expects: by its header or its JSON."""
        name = self.kind.name
        own_key, own_version = _claim_of(name, {"key": key} | dict(data))
        mismatch = f"'key' property in JSON does not match {name.lower()} key of request"
        require(own_key == key, mismatch, 409)
        stated = self.request.version_header("If-Unmodified-Since-Version")
        if None not in (stated, own_version) and stated != own_version:
            said = "If-Unmodified-Since-Version value does not match JSON 'version' property"
            raise NotAccepted(400, f"{said} ({stated} != {own_version})")
        version = own_version if stated is None else stated
        require(version is not None or stored is None, _UNSTATED, 428)
        ways = "If-Unmodified-Since-Version: 0, JSON 'version' 0, or PUT method"
        may_create = version is not None or self.request.method != "PATCH"
        require(may_create, f"{name} not found (to create, use {ways})", 404)
        # Before the general check: with a version, a missing single object is a 412, not a 404.
        is_there = not version or stored is not None
        require(is_there, f"{name} not found (expected version {version})", 412)
        return version or 0

    def _at(self, done: Sequence[Outcome]) -> dict[str, str]:
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


def require_version(served: Served, version: int) -> None:
    """Raise `Rejected` if something in the library was written after `version`."""
    if (found := served.library.version()) > version:
        raise rejected(modified("Library", version, found))


def modified(what: str, expected: int, found: int) -> NotAccepted:
    """Return the refusal of a write over `what` that has a higher version than `expected`."""
    said = f"{what} has been modified since specified version"
    return NotAccepted(412, f"{said} (expected {expected}, found {found})", {"version": found})


def _editable(value: Any) -> Data | None:
    """Return the editable data of an object, which may be sent whole as it was read."""
    if isinstance(value, Mapping) and isinstance(value.get("data"), Mapping):
        value = value["data"]
    return {str(name): held for name, held in value.items()} if isinstance(value, Mapping) else None


def _claim_of(name: str, data: Data) -> tuple[str | None, int | None]:
    """Return key and version that the data of an object called `name` state, None if they don't."""
    key, version = data.get("key"), data.get("version")
    is_valid = key is None or is_key(key)
    require(is_valid, f"{str(key)[:40]!r} is not a valid {name.lower()} key")
    if isinstance(version, str) and re.fullmatch(r"[0-9]{1,15}", version):
        version = int(version)
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        raise NotAccepted(400, "'version' must be an integer")
    has_key = version is None or key is not None
    require(has_key, f"'version' is valid only if {name.lower()} key is provided")
    return key, version


def _failed(refused: Refused) -> dict[str, Any]:
    """Return what a report says of an object; zotero.org escapes its messages as HTML."""
    message = escape(refused.message, quote=False).replace('"', "&quot;")
    said: dict[str, Any] = {"code": refused.code, "message": message}
    return said | {"data": dict(refused.data)} if refused.data else said


def rejected(refused: NotAccepted | Refused) -> Rejected:
    """Return the refusal of one object as that of the whole request."""
    version = refused.data.get("version")
    headers = {} if version is None else {"Last-Modified-Version": str(version)}
    return Rejected(refused.code, refused.message, headers)
