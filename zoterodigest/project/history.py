"""History: one file for each run that wrote something, with the values before, on this machine.

A file is written before a run's first write and once more when it has come to its end, each time
as a whole. Its name holds the run's number and time: `000012-20260131T094500Z.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zoterodigest.core.history import (
    CollectionChange,
    CollectionState,
    DigestChange,
    Links,
    ObjectChange,
    Run,
)
from zoterodigest.core.reversal import Hunk
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.files import (
    CannotWrite,
    read_if_present,
    remove_leftovers,
    replace_file,
    writing_failed,
)
from zoterodigest.project.rows import read_rows, render_rows

MOST_RUNS = 200
LONGEST = timedelta(days=90)
"""A run is forgotten when it is older than this, or when so many newer ones are kept."""

_NAME = re.compile(r"(\d{6,})-(\d{8}T\d{6}Z)\.json")
_TIME = "%Y%m%dT%H%M%SZ"


class NoSuchRun(ZoterodigestError):
    """The history holds no run that was asked for."""

    exit_code = 10

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, "`zoterodigest log` lists the runs that are kept.")


@dataclass(frozen=True, slots=True)
class History:
    """The runs that are kept, oldest first, and the files that cannot be read as one."""

    runs: tuple[Run, ...]
    damaged: tuple[Path, ...] = ()

    def run(self, number: int) -> Run:
        """Return the run with this number; raise `NoSuchRun` if it is not kept."""
        for run in self.runs:
            if run.number == number:
                return run
        raise NoSuchRun(f"no run {number} is kept")


def history_folder(state_folder: Path) -> Path:
    """Return where the history lies; it may not exist."""
    return state_folder / "history"


def read_history(folder: Path) -> History:
    """Read all runs in `folder`; one that is torn, damaged or cannot be read stops nothing."""
    runs: list[Run] = []
    damaged: list[Path] = []
    for path in _files(folder):
        try:
            runs.append(_run(json.loads(path.read_bytes())))
        except (OSError, ValueError, RecursionError):
            damaged.append(path)
    return History(tuple(sorted(runs, key=lambda run: run.number)), tuple(damaged))


def next_number(folder: Path) -> int:
    """Return the number of the next run."""
    return max((_number(path) for path in _files(folder)), default=0) + 1


def write_run(folder: Path, run: Run) -> None:
    """Write the file of `run`, in place of what was said of it before. Raises `CannotWrite`."""
    path = _path(folder, run)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotWrite(folder, *writing_failed(error)) from error
    data = json.dumps(_json(run), separators=(",", ":")).encode("ascii") + b"\n"
    replace_file(path, data, read_if_present(path))


def forget_run(folder: Path, run: Run) -> None:
    """Remove the file of `run`, which has written nothing after all."""
    with suppress(OSError):  # it then stands there as a run that was killed: harmless
        _path(folder, run).unlink(missing_ok=True)


def prune_history(folder: Path, now: datetime) -> None:
    """Remove runs that are too old or too many, and what a killed run left half written.

    Call it only while running is held.
    """
    remove_leftovers(folder)
    paths = _files(folder)
    oldest = (now - LONGEST).astimezone(UTC).strftime(_TIME)
    for place, path in enumerate(reversed(paths)):
        if place >= MOST_RUNS or path.stem.partition("-")[2] < oldest:
            with suppress(OSError):  # what cannot be removed is kept
                path.unlink()


def moment(now: datetime) -> str:
    """Return `now` as a run names its time."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _files(folder: Path) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(found, key=_number)


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _path(folder: Path, run: Run) -> Path:
    when = re.sub(r"[-:]", "", run.when)
    return folder / f"{run.number:06d}-{when}.json"


# --- as JSON -------------------------------------------------------------------------------------


def _json(run: Run) -> dict[str, object]:
    return {
        "number": run.number,
        "when": run.when,
        "command": run.command,
        "library": run.library,
        "undoes": run.undoes,
        "is_finished": run.is_finished,
        "objects": [asdict(one) for one in run.objects],
        "collections": [asdict(one) for one in run.collections],
        "digests": [asdict(one) for one in run.digests],
        "before": render_rows(run.before.rows, run.before.shelves),
        "after": render_rows(run.after.rows, run.after.shelves),
    }


_Values = Mapping[str, object]


def _run(value: object) -> Run:
    """Read a run; raise `ValueError` if it is none."""
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
    )


def _object(values: _Values) -> ObjectChange:
    return ObjectChange(
        key=_text(values, "key"),
        title=_text(values, "title"),
        parent=_text(values, "parent"),
        before=_mapping(values.get("before")),
        after=_mapping(values.get("after")),
        hunks=tuple(_hunks(values)),
        is_created=values.get("is_created") is True,
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
    return DigestChange(_text(values, "key"), tuple(_hunks(values)))


def _hunks(values: _Values) -> Iterator[Hunk]:
    for one in _list(values, "hunks"):
        parts = (_texts(one, name) for name in ("before", "after", "above", "below"))
        yield Hunk(_integer(one, "at"), *parts)


def _links(text: str) -> Links:
    rows, shelves = read_rows(enumerate(text.split("\n"), start=1))
    return Links(tuple(rows.values()), tuple(shelves.values()))


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
