"""Pending facts: what is known of added papers and not in the library yet.

A digest shows a title and a link where a bib entry has authors, pages and a citation key. `add`
keeps the rest in the state folder; the run that makes the item gives it to the item.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, assert_never

from pydantic import PlainValidator, TypeAdapter

from zoterodigest.core.plan.found import LookupResult, Pending
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Hyperlink, Members, Names, Value, WebLinks, value_parts
from zoterodigest.foreign import WHEN_USED, BadJson, JsonObject, as_shape, read_json, refuse_newer
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    SourceChanged,
    read_if_present,
    remove_file,
    replace_file,
)

_NAME = "added.json"
_FORMAT = 1
_HINT = (
    "Correct the file, or delete it: then the library gets only what the digests show of "
    "these papers."
)


def pending_path(state_folder: Path) -> Path:
    """Return where the facts of a project are kept."""
    return state_folder / _NAME


def read_pending(state_folder: Path) -> tuple[Pending, ...]:
    """Return what is kept in `state_folder`.

    Raises `BadInput` for a file that cannot be read: nothing else knows what it held, so no run
    goes on as if it had held nothing. Raises `NewerFormat` for one of a newer version.
    """
    path = pending_path(state_folder)
    data = read_if_present(path)
    if data is None:
        return ()
    try:
        value = read_json(data)
        refuse_newer(path, value, "format", _FORMAT)
        return as_shape(_FILE, value).papers
    except BadJson as error:
        reason = f"what is known of added papers cannot be read: {error.reason}"
        raise BadInput(path, reason, _HINT, position=error.position) from error


def keep_pending(state_folder: Path, pending: Sequence[Pending]) -> None:
    """Keep `pending`, and nothing else, in `state_folder`, which exists."""
    path = pending_path(state_folder)
    present = read_if_present(path)
    if pending:
        content = {"format": _FORMAT, "papers": pending_data(pending)}
        # A title from a file may hold lone surrogates, which UTF-8 cannot.
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
    return [
        {
            "digest": one.digest,
            "title": one.title,
            "identifiers": [[each.scheme, each.value] for each in sorted(one.identifiers)],
            "fields": {name: _value_data(value) for name, value in one.found.fields.items()},
            "sources": dict(one.found.sources),
            "details": dict(one.found.details),
        }
        for one in pending
    ]


def _value_data(value: Value) -> object:
    match value:
        case Names(people, truncated):
            return {"names": list(people), "truncated": truncated}
        case Members(texts):
            return {"members": list(texts)}
        case WebLinks(hyperlinks):
            return {"links": [[link.label, link.url] for link in hyperlinks]}
        case _:
            return "\n\n".join(value_parts(value))


class _PendingNames(JsonObject):
    names: tuple[str, ...]
    truncated: bool


class _PendingMembers(JsonObject):
    members: tuple[str, ...]


class _Links(JsonObject):
    links: tuple[tuple[str, str], ...]


class _PendingPaper(JsonObject):
    digest: str
    title: str
    identifiers: tuple[tuple[str, str], ...]
    fields: dict[str, str | _PendingNames | _PendingMembers | _Links]
    sources: dict[str, str]
    details: dict[str, str]


_PAPERS = TypeAdapter(tuple[_PendingPaper, ...], config=WHEN_USED)


def _pending_in(data: object) -> tuple[Pending, ...]:
    papers = as_shape(_PAPERS, data)
    return tuple(_pending(one) for one in papers)


PendingData = Annotated[tuple[Pending, ...], PlainValidator(_pending_in)]
"""What `pending_data` made, in the JSON of a file."""


class _PendingFile(JsonObject):
    format: Literal[1]
    papers: PendingData


_FILE = TypeAdapter(_PendingFile)


def _pending(kept: _PendingPaper) -> Pending:
    identifiers = frozenset(Identifier(scheme, value) for scheme, value in kept.identifiers)
    fields = {name: _value(data) for name, data in kept.fields.items()}
    found = LookupResult(fields, kept.sources, details=kept.details)
    return Pending(DigestKey(kept.digest), identifiers, kept.title, found)


def _value(data: str | _PendingNames | _PendingMembers | _Links) -> Value:
    match data:
        case str():
            return data
        case _PendingNames():
            return Names(data.names, data.truncated)
        case _PendingMembers():
            return Members(data.members)
        case _Links():
            return WebLinks(tuple(Hyperlink(label, url) for label, url in data.links))
        case never:
            assert_never(never)
