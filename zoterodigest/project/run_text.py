"""A run of the history as text: a line for the list of runs, then one for the run itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from zoterodigest.core.found import PendingChange
from zoterodigest.core.history import (
    CollectionChange,
    CollectionState,
    DigestChange,
    Links,
    Listed,
    ObjectChange,
    Run,
    listed,
)
from zoterodigest.core.reversal import Hunk
from zoterodigest.project.bib_text import sorted_entries
from zoterodigest.project.pending import pending_data, pending_in
from zoterodigest.project.rows import read_rows, render_rows

_Values = Mapping[str, object]


def render_run(run: Run) -> bytes:
    """Return the file of `run`; its first line is read by `read_listed`, all by `read_run`."""
    return "".join(map(_line, (asdict(listed(run)), _json(run)))).encode("ascii")


def read_listed(line: bytes) -> Listed:
    """Read the first line of a run's file; raise `ValueError` if it is none."""
    return _listed(json.loads(line))


def read_run(data: bytes) -> Run:
    """Read a run's file; raise `ValueError` if it is none."""
    return _run(json.loads(data.partition(b"\n")[2]))


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


def _json(run: Run) -> dict[str, object]:
    return {
        "number": run.number,
        "when": run.when,
        "command": run.command,
        "library": run.library,
        "undoes": run.undoes,
        "is_finished": run.is_finished,
        "stopped": run.stopped,
        "names": dict(run.names),
        "objects": [asdict(one) for one in run.objects],
        "collections": [asdict(one) for one in run.collections],
        "digests": [asdict(one) for one in run.digests],
        "pending": {
            "taken": pending_data(run.pending.taken),
            "kept": pending_data(run.pending.kept),
        },
        "before": _links_text(run.before),
        "after": _links_text(run.after),
    }


def _links_text(links: Links) -> str:
    return render_rows(links.rows, links.shelves, links.exported)


def _listed(value: object) -> Listed:
    values = _mapping(value)
    counts = _mapping(values.get("counts"))
    return Listed(
        _integer(values, "number"),
        _text(values, "when"),
        _text(values, "command"),
        _integer(values, "undoes"),
        values.get("is_finished") is True,
        {name: _integer(counts, name) for name in counts},
        str(values.get("stopped", "")),
    )


def _run(value: object) -> Run:
    values = _mapping(value)
    return Run(
        number=_integer(values, "number"),
        when=_text(values, "when"),
        command=_text(values, "command"),
        library=_text(values, "library"),
        objects=tuple(map(_object, _list(values, "objects"))),
        collections=tuple(map(_collection, _list(values, "collections"))),
        digests=tuple(map(_digest, _list(values, "digests"))),
        before=_links(_text(values, "before")),
        after=_links(_text(values, "after")),
        undoes=_integer(values, "undoes"),
        is_finished=values.get("is_finished") is True,
        stopped=str(values.get("stopped", "")),
        # Older versions have none.
        names={key: str(name) for key, name in _mapping(values.get("names", {})).items()},
        pending=_pending(_mapping(values.get("pending", {}))),
    )


def _pending(values: _Values) -> PendingChange:
    return PendingChange(pending_in(values.get("taken", ())), pending_in(values.get("kept", ())))


def _object(values: _Values) -> ObjectChange:
    return ObjectChange(
        key=_text(values, "key"),
        title=_text(values, "title"),
        parent=_text(values, "parent"),
        before=_mapping(values.get("before")),
        after=_mapping(values.get("after")),
        hunks=tuple(_hunks(values)),
        is_created=values.get("is_created") is True,
        left=str(values.get("left", "")),  # older versions have none
        is_note=values.get("is_note") is True,
    )


def _collection(values: _Values) -> CollectionChange:
    before = values.get("before")
    return CollectionChange(
        _text(values, "key"),
        None if before is None else _state(_mapping(before)),
        _state(_mapping(values.get("after"))),
    )


def _state(values: _Values) -> CollectionState:
    parent = values.get("parent")
    return CollectionState(
        _text(values, "name"),
        None if parent is None else _text(values, "parent"),
        is_trashed=values.get("is_trashed") is True,
    )


def _digest(values: _Values) -> DigestChange:
    return DigestChange(
        _text(values, "key"),
        tuple(_hunks(values)),
        is_created=values.get("is_created") is True,
        is_removed=values.get("is_removed") is True,
    )


def _hunks(values: _Values) -> Iterator[Hunk]:
    for one in _list(values, "hunks"):
        parts = (_texts(one, name) for name in ("before", "after", "above", "below"))
        yield Hunk(_integer(one, "at"), *parts)


def _links(text: str) -> Links:
    linked = read_rows(enumerate(text.split("\n"), start=1))
    return Links(
        tuple(linked.rows.values()),
        tuple(linked.shelves.values()),
        sorted_entries(linked.exported),
    )


def _mapping(value: object) -> _Values:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is no object")
    return value


def _list(values: _Values, name: str) -> list[_Values]:
    return [_mapping(one) for one in _sequence(values, name)]


def _sequence(values: _Values, name: str) -> Sequence[object]:
    value = values.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} is no list")
    return value


def _texts(values: _Values, name: str) -> tuple[str, ...]:
    found = _sequence(values, name)
    return tuple(_text({name: one}, name) for one in found)


def _text(values: _Values, name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _integer(values: _Values, name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int):
        raise ValueError(f"{name} is no number")
    return value
