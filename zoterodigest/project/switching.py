"""Another library in a `zoterodigest.toml`: that one value changes and no other byte."""

from __future__ import annotations

import json
import re
import tomllib

_VALUE = re.compile(
    rb"""^(?P<key>[ \t]*(?:library|"library"|'library')[ \t]*=[ \t]*)"""
    rb"""(?P<value>"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*')""",
    re.M,
)
_BOM = b"\xef\xbb\xbf"


def library_line(address: str) -> str:
    """Return the line of a configuration that names the library at `address`."""
    return f"library = {_toml(address)}"


def with_library(source: bytes, address: str) -> bytes | None:
    """Return the configuration `source` with `address` as its library; None if it cannot be done.

    A configuration that names none gains a first line. Whatever the edit does is read again: it is
    dropped unless exactly the library has changed.
    """
    for start, end, new in _edits(source, address):
        edited = source[:start] + new + source[end:]
        if _read(edited) == {**(_read(source) or {}), "library": address}:
            return edited
    return None


def _edits(source: bytes, address: str) -> list[tuple[int, int, bytes]]:
    values = [(*found.span("value"), _toml(address).encode()) for found in _VALUE.finditer(source)]
    start = len(_BOM) if source.startswith(_BOM) else 0
    end_of_line = b"\r\n" if b"\r\n" in source else b"\n"
    return [*values, (start, start, library_line(address).encode() + end_of_line)]


def _read(source: bytes) -> dict[str, object] | None:
    try:
        return tomllib.loads(source.decode("utf-8").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
