"""Requests and answers of the Web API as values, and the refusal that ends an answer early."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import parse_qs, unquote

from zoterodigest.foreign import read_json
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_NUMBER = lazy_regex(r"[0-9]{1,15}")
_MAX_PARAMETERS = 100

Headers = Mapping[str, str]


class Rejected(Exception):
    """The request as a whole is answered with an error: `status`, one sentence, and headers."""

    def __init__(self, status: int, sentence: str, headers: Headers | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Request:
    """A request: the names of `headers` are in lower case, `segments` are the decoded path.

    What may hold an API key is not shown.
    """

    method: str
    path: str
    segments: tuple[str, ...]
    query: Mapping[str, Sequence[str]] = field(repr=False)
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def parameter(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else default

    def version_header(self, name: str) -> int | None:
        """Return the library or object version in a header; raises `Rejected` for other text."""
        text = self.headers.get(name.lower())
        said = f"{name} must be a version"
        return None if text is None else number(text, f"{said}, not {text[:40]!r}")

    def json(self) -> Any:
        """Return the body, which must be JSON; raises `Rejected`."""
        try:
            value = read_json(self.body.decode("utf-8"), _no_number)
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except ValueError as error:  # also half a character (a lone surrogate)
            raise Rejected(400, "the body must be JSON in UTF-8") from error
        return value


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; the length of its body is for the server to tell."""

    status: int
    headers: Headers = field(default_factory=dict)
    body: bytes = b""


def read_request(method: str, target: str, headers: Headers, body: bytes = b"") -> Request:
    """Return what a client sent as a request; raises `Rejected` if its query is too long."""
    path, _, query = target.partition("?")
    segments = tuple(unquote(part) for part in path.split("/") if part)
    try:
        parameters = parse_qs(query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError as error:
        raise Rejected(400, "there are too many parameters") from error
    named = {name.lower(): value for name, value in headers.items()}
    return Request(method, path, segments, parameters, named, body)


def number(text: str, otherwise: str) -> int:
    """Return a whole number, 0 or more; raises `Rejected` with the sentence `otherwise`."""
    if not _NUMBER.fullmatch(text):
        raise Rejected(400, otherwise)
    return int(text)


def json_answer(value: Any, headers: Headers | None = None) -> Response:
    """Return `value` as a JSON answer."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8")
    return Response(200, {"Content-Type": "application/json", **(headers or {})}, body)


def text_answer(text: str, headers: Headers | None = None, *, status: int = 200) -> Response:
    """Return `text` as an answer."""
    body = text.encode("utf-8", "replace")
    return Response(status, {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}, body)


# Python reads NaN and Infinity, which are no JSON.
def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")
