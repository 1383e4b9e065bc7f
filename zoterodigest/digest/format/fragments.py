"""Fragments: pieces of patterns under a name, written once and used as `(?&name)`.

A pattern is one expression in the end, as fast as if it had been written in one piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from zoterodigest import mapping
from zoterodigest.regex import lazy_regex

Fragments = Mapping[str, str | list[str]]
"""A piece of a pattern by its name, or a list of whole patterns."""

_USE = lazy_regex(r"\(\?&([a-z_]+)\)")


@cache
def shared_fragments() -> Fragments:
    """Return the fragments of all formats; a format's own are for it alone."""
    tables = mapping.shipped_tables(mapping.folder() / "fragments.toml")
    return with_fragments(tables, {})


def with_fragments(own: Mapping[str, Any], shared: Fragments) -> Fragments:
    """Return the `shared` fragments and a format's own, which may hold those above them.

    Raises `ValueError` if one holds a fragment that is not there.
    """
    known = dict(shared)
    for name, text in own.items():
        known[name] = expanded(text, known)
    return known


def expanded(value: Any, fragments: Fragments) -> Any:
    """Return tables, lists and texts with each `(?&name)` replaced by its fragment.

    A text of a list that is the name of a list stands for all texts of that. Raises `ValueError`
    if there is no such fragment.
    """
    match value:
        case str():
            return _USE.sub(lambda found: _piece(found[1], fragments), value)
        case list():
            return [one for item in value for one in _items(item, fragments)]
        case dict():
            return {key: expanded(item, fragments) for key, item in value.items()}
        case _:
            return value


def _items(item: Any, fragments: Fragments) -> Iterator[Any]:
    whole = _USE.fullmatch(item) if isinstance(item, str) else None
    listed = fragments.get(whole[1]) if whole else None
    if isinstance(listed, list):
        yield from listed
    else:
        yield expanded(item, fragments)


def _piece(name: str, fragments: Fragments) -> str:
    piece = fragments.get(name)
    if not isinstance(piece, str):
        raise ValueError(f"there is no fragment {name!r}; known: {', '.join(sorted(fragments))}")
    return piece
