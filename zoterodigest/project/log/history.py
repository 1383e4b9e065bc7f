"""History: one file for each run that wrote something, with the values before, on this machine.

A file is written before a run's first write and again at its end, each time as a whole. Its
first record is what `log` lists of the run, its second all that the run changed.
Its name holds the run's number and its time: `000012-20260131T094500Z.json`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from os import SEEK_END
from pathlib import Path

from pydantic import Field, TypeAdapter

from zoterodigest.core.links.link import NO_LINKS
from zoterodigest.core.plan.found import Pending, PendingChange
from zoterodigest.core.plan.history import (
    CollectionChange,
    DigestChange,
    ObjectChange,
    Run,
    RunSummary,
    joined,
    listed,
)
from zoterodigest.core.plan.reversal import Hunk
from zoterodigest.core.values.file_keys import DigestKey, file_key
from zoterodigest.errors import ZoterodigestError
from zoterodigest.foreign import JsonObject
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    put_file,
    read_file,
    remove_leftovers,
    writing_failed,
)
from zoterodigest.project.lock.rows import LinksText, render_rows
from zoterodigest.project.log.journal import (
    FORMAT,
    BadRecord,
    fields_by_name,
    read_log_record,
    record_parts,
    render_record,
)
from zoterodigest.project.pending import PendingData, pending_data
from zoterodigest.project.running import last_killed
from zoterodigest.regex import lazy_regex

_LOG = logging.getLogger(__name__)

MOST_RUNS = 200
LONGEST = timedelta(days=90)
ALWAYS_KEPT = 20
"""A run is forgotten when `MOST_RUNS` newer ones are kept, or when it is older than `LONGEST` and
not one of the newest, which are kept however old they seem: a clock may be years ahead.
"""

_NAME = lazy_regex(r"(\d{6,})-(\d{8}T\d{6}Z)\.json")
_TIME = "%Y%m%dT%H%M%SZ"
_END = b"}\n"


class NoSuchRun(ZoterodigestError):
    """The history holds no run that was asked for."""

    exit_code = 10

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence, hint or "`zoterodigest log` lists the runs that are kept.")


@dataclass(frozen=True, slots=True)
class History:
    """The runs in `folder` as they are listed, oldest first, and files that are damaged."""

    folder: Path
    runs: tuple[RunSummary, ...]
    damaged: tuple[Path, ...] = ()

    def run(self, number: int) -> Run:
        """Return the run with this number, whole.

        Raises `NoSuchRun` if it is not kept, `BadInput` if its file cannot be read.
        """
        for path in _files(self.folder):
            if _number(path) == number:
                return _read_run(path)
        raise NoSuchRun(f"no run {number} is kept")

    def whole_run(self, number: int) -> Run:
        """Return a run; an undo that went on with killed ones did what they did as well.

        Raises as `run` does.
        """
        run = self.run(number)
        known = {one.number: one for one in self.runs}
        killed = known.get(number - 1)
        while run.undoes and killed and killed.undoes == run.undoes and not killed.is_finished:
            run = joined(self.run(killed.number), run)
            killed = known.get(killed.number - 1)
        return run

    def facts_taken(self) -> tuple[Pending, ...]:
        """Return the facts of added papers that the runs gave to items, oldest first.

        Facts of a run whose file is damaged are missing.
        """
        taken: list[Pending] = []
        for listed_run in self.runs:
            with suppress(BadInput):
                taken += self.run(listed_run.number).pending.taken
        return tuple(taken)


def history_folder(state_folder: Path) -> Path:
    """Return where the history lies; it may not exist."""
    return state_folder / "history"


def read_history(folder: Path) -> History:
    """List the runs in `folder`; one that is torn, damaged or cannot be read stops nothing.

    A run that was killed when all was done, but before it could say so, counts as not finished: the
    same command given again is to go on with it, and does not mean the run before.
    """
    runs: list[RunSummary] = []
    # Before a run holds the project: holding it empties what the killed run said.
    killed = last_killed(folder.parent)
    damaged: list[Path] = []
    for path in _files(folder):
        try:
            run = read_log_record(path, 1, _first_line(path), _LISTED)
            is_killed = killed is not None and run.number == killed.number
            runs.append(replace(run, is_finished=False) if is_killed else run)
        except (OSError, ValueError):
            _LOG.info("%s cannot be read: its run is left out", path)
            damaged.append(path)
    return History(folder, tuple(sorted(runs, key=lambda run: run.number)), tuple(damaged))


def _first_line(path: Path) -> bytes:
    """Return the first line of a file that ends as we end it."""
    with path.open("rb") as stream:
        first = stream.readline()
        stream.seek(-len(_END), SEEK_END)
        if stream.read() != _END:
            raise ValueError("its end is missing")
    return first


class _FileChangeRecord(JsonObject):
    key: str
    hunks: tuple[Hunk, ...]
    is_created: bool = False
    is_removed: bool = False
    # Earlier versions did not write these.
    earlier: tuple[Hunk, ...] = ()
    is_digest: bool = False

    def change(self) -> DigestChange:
        fields = dict(self)
        # A .json may be a digest or an export: its name does not tell.
        key = DigestKey(self.key) if fields.pop("is_digest") else file_key(self.key)
        return DigestChange(**(fields | {"key": key}))


class _PendingChangeRecord(JsonObject):
    taken: PendingData = ()
    kept: PendingData = ()


class _WholeRun(JsonObject):
    number: int
    when: str
    command: str
    library: str
    undoes: int
    is_finished: bool
    objects: tuple[ObjectChange, ...]
    collections: tuple[CollectionChange, ...]
    digests: tuple[_FileChangeRecord, ...]
    before: LinksText
    after: LinksText
    # Earlier versions wrote none of these.
    pending: _PendingChangeRecord = Field(default_factory=_PendingChangeRecord)
    stopped: str = ""
    names: dict[str, str] = Field(default_factory=dict)
    address: str = ""
    identities: tuple[str, str] = ("", "")


_LISTED = TypeAdapter(RunSummary)
_RUN = TypeAdapter(_WholeRun)


def _read_run(path: Path) -> Run:
    hint = "Delete the file: it cannot be undone."
    try:
        # Both records are read: a file cut between them must not pass for a whole run.
        first, _, second = read_file(path).data.partition(b"\n")
        read_log_record(path, 1, first, _LISTED)
        found = read_log_record(path, 2, second, _RUN)
    except BadRecord as error:
        raise BadInput(path, "this run cannot be read", hint, position=error.position) from error
    fields = dict(found)
    before, after = fields.pop("identities")
    own = {
        "digests": tuple(one.change() for one in found.digests),
        "before": replace(found.before, identity=before),
        "after": replace(found.after, identity=after),
        "pending": PendingChange(found.pending.taken, found.pending.kept),
    }
    return Run(**(fields | own))


def _render(run: Run) -> Iterator[bytes]:
    sides = {"before": run.before, "after": run.after}
    own = {name: render_rows(one) for name, one in sides.items()}
    taken, kept = pending_data(run.pending.taken), pending_data(run.pending.kept)
    plain = replace(run, before=NO_LINKS, after=NO_LINKS, pending=PendingChange())
    whole = fields_by_name(plain) | own | {"pending": {"taken": taken, "kept": kept}}
    whole["digests"] = [
        fields_by_name(one) | {"is_digest": one.key.is_digest} for one in run.digests
    ]
    whole |= {"identities": (run.before.identity, run.after.identity)}
    summary = {"format": FORMAT} | fields_by_name(listed(run))
    yield render_record(summary)
    # In parts: as one text, the first push of 10,000 holds 30 MB more (10 %).
    yield from record_parts(whole)


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
    put_file(path, _render(run))


def forget_run(folder: Path, run: Run) -> None:
    """Remove the file of `run`, which has written nothing after all."""
    with suppress(OSError):  # it then stands there as a run that was killed: harmless
        _path(folder, run).unlink(missing_ok=True)


def prune_history(folder: Path, now: datetime) -> None:
    """Remove runs that are too old or too many, and what a killed run left half written.

    Call it only while running is held.
    """
    remove_leftovers(folder)
    # The newest are those with the highest numbers: a clock may go back, numbers do not.
    paths = _files(folder)
    oldest = (now - LONGEST).astimezone(UTC).strftime(_TIME)
    for place, path in enumerate(reversed(paths)):
        is_old = path.stem.partition("-")[2] < oldest
        if place >= MOST_RUNS or (is_old and place >= ALWAYS_KEPT):
            with suppress(OSError):  # what cannot be removed is kept
                path.unlink()
                _LOG.debug("Removed %s: this run is no longer kept", path)


def run_moment(now: datetime) -> str:
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
