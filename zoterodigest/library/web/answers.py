"""Answers to writes, judged element by element. Pure.

A write is HTTP 200 even if every object failed; `failed` carries no keys, and messages are escaped
as HTML (https://www.zotero.org/support/dev/web_api/v3/write_requests).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zoterodigest.library.port import Outcome, Refused, Stale, Unchanged, Written
from zoterodigest.library.web.trouble import plain

Bodies = Sequence[Mapping[str, Any]]


def judged(bodies: Bodies, answer: Any, key: str = "") -> list[Outcome | None]:
    """Return what became of each of `bodies`; None where the answer does not tell.

    The API key `key` is left out of messages that repeat it.
    """
    parts = answer if isinstance(answer, Mapping) else {}
    return [_judged(body, str(index), parts, key) for index, body in enumerate(bodies)]


def objects_in(answer: Any) -> list[Any]:
    """Return the objects that were written, as they are stored now."""
    written = _part(answer, "successful") if isinstance(answer, Mapping) else {}
    return list(written.values())


def _judged(
    body: Mapping[str, Any], index: str, parts: Mapping[str, Any], key: str
) -> Outcome | None:
    name, expected = str(body["key"]), int(body["version"])
    match _part(parts, "failed").get(index), _part(parts, "successful").get(index):
        case {"code": 412}, _:
            return Stale(name)
        case {"code": 404}, _ if expected:
            return Stale(name)
        case {"code": int(code), **more}, _:
            return Refused(name, code, plain(str(more.get("message", "")), key))
        case None, {"key": str(found), "version": int(version)} if found == name:
            return Written(name, version)
    if _part(parts, "unchanged").get(index) == name:
        return Unchanged(name, expected)
    return None


def _part(parts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return one part of an answer; an empty one may be written `[]`."""
    part = parts.get(name)
    return part if isinstance(part, Mapping) else {}
