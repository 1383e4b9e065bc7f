"""Pending facts: what is known of added papers and not in the library yet.

A digest shows a title and a link where a bib entry has authors, pages and a citation key. `add`
keeps the rest in the state folder; the run that makes the item gives it to the item.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from zoterodigest.core.found import Found, Pending
from zoterodigest.core.identity import Identifier
from zoterodigest.core.record import Hyperlink, Links, Members, Names, Value, parts_of
from zoterodigest.project.files import (
    CannotWrite,
    SourceChanged,
    read_if_present,
    remove_file,
    replace_file,
)

_NAME = "added.json"
_FORMAT = 1


def read_pending(state_folder: Path) -> tuple[Pending, ...]:
    """Return what is kept in `state_folder`; nothing if there is nothing that can be read."""
    data = read_if_present(state_folder / _NAME)
    try:
        kept = json.loads(data) if data else {}
        return pending_in(kept["papers"]) if kept.get("format") == _FORMAT else ()
    except (ValueError, KeyError, AttributeError, RecursionError):
        return ()


def keep_pending(state_folder: Path, pending: Sequence[Pending]) -> None:
    """Keep `pending`, and nothing else, in `state_folder`, which exists."""
    path = state_folder / _NAME
    present = read_if_present(path)
    if pending:
        content = {"format": _FORMAT, "papers": pending_data(pending)}
        new = json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        replace_file(path, new, present)
    elif present is not None:
        remove_file(path, present)


def keep_more_pending(state_folder: Path, more: Sequence[Pending]) -> None:
    """Keep `more` in `state_folder`, besides what is kept there."""
    if more:
        known = read_pending(state_folder)
        keep_pending(state_folder, (*known, *(one for one in more if one not in known)))


def forget_pending(state_folder: Path, pending: Sequence[Pending]) -> None:
    """Keep `pending` in `state_folder` no longer.

    On a full disk they stay. That does no harm: the next sync forgets facts without an entry, and
    an item takes only what it lacks.
    """
    if pending:
        known = read_pending(state_folder)
        with suppress(CannotWrite, SourceChanged):
            keep_pending(state_folder, [one for one in known if one not in pending])


def pending_data(pending: Sequence[Pending]) -> list[dict[str, Any]]:
    """Return `pending` as JSON can hold it."""
    return [_data(one) for one in pending]


def pending_in(data: Any) -> tuple[Pending, ...]:
    """Return what `pending_data` has made `data` of; raise `ValueError` if it is not that."""
    try:
        return tuple(map(_pending, data))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{data!r} holds no facts of papers") from error


def _data(one: Pending) -> dict[str, Any]:
    return {
        "digest": one.digest,
        "title": one.title,
        "identifiers": [[each.scheme, each.value] for each in sorted(one.identifiers)],
        "fields": {name: _value_data(value) for name, value in one.found.fields.items()},
        "sources": dict(one.found.sources),
        "details": dict(one.found.details),
    }


def _pending(kept: dict[str, Any]) -> Pending:
    identifiers = (Identifier(str(scheme), str(value)) for scheme, value in kept["identifiers"])
    found = Found(
        {str(name): _value(data) for name, data in kept["fields"].items()},
        {str(name): str(source) for name, source in kept["sources"].items()},
        details={str(name): str(text) for name, text in kept["details"].items()},
    )
    return Pending(str(kept["digest"]), frozenset(identifiers), str(kept["title"]), found)


def _value_data(value: Value) -> object:
    match value:
        case Names(people, truncated):
            return {"names": list(people), "truncated": truncated}
        case Members(texts):
            return {"members": list(texts)}
        case Links(hyperlinks):
            return {"links": [[link.label, link.url] for link in hyperlinks]}
        case _:
            return "\n\n".join(parts_of(value))


def _value(data: Any) -> Value:
    match data:
        case str():
            return data
        case {"names": list(people), "truncated": bool(truncated)}:
            return Names(tuple(map(str, people)), truncated)
        case {"members": list(texts)}:
            return Members(tuple(map(str, texts)))
        case {"links": list(links)}:
            return Links(tuple(Hyperlink(str(label), str(url)) for label, url in links))
        case _:
            raise ValueError("no value of a field")
