"""Answers to writes, judged element by element. Pure.

A write is HTTP 200 even if every object failed; `failed` carries no keys, and messages are escaped
as HTML (https://www.zotero.org/support/dev/web_api/v3/write_requests).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zoterodigest.library.http.trouble import plain_message
from zoterodigest.library.port import Outcome, Refused, Stale, Unchanged, Written

Bodies = Sequence[Mapping[str, Any]]


def judged(bodies: Bodies, answer: Any, secret: str = "") -> list[Outcome | None]:
    """Return what became of each of `bodies`; None where the answer does not tell.

    An outcome has the key that the body has, or that the server gave to a body without one (""
    before that). The API key `secret` is left out of messages that repeat it.
    """
    parts = answer if isinstance(answer, Mapping) else {}
    return [_judged(body, str(index), parts, secret) for index, body in enumerate(bodies)]


def objects_in(answer: Any) -> list[Any]:
    """Return the objects that were written, as they are stored now."""
    written = _part(answer, "successful") if isinstance(answer, Mapping) else {}
    return list(written.values())


def _judged(
    body: Mapping[str, Any], index: str, parts: Mapping[str, Any], secret: str
) -> Outcome | None:
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
