"""The journal: what a run is about to write, on the disk before each write and after it.

It lives from the first write of a run until the run's lock file is written. A journal that is still
there tells of a run that was killed; `project/recovery.py` folds it into the lock file.

Journal and history share one format: a record is a JSON object on a line. Links of the lock file
stand in a record as the text that they are in the lock file. The first record of a file holds
`format`; without it the file is of format 1, in which links are as in version 1 of the lock file.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field, TypeAdapter

from zoterodigest.core.links.link import LockFile
from zoterodigest.errors import ZoterodigestError
from zoterodigest.foreign import WHEN_USED, BadJson, JsonObject, as_shape, read_json, refuse_newer
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import (
    CannotWrite,
    append_durably,
    read_if_present,
    replace_file,
    sync_folder,
    writing_failed,
)
from zoterodigest.project.lock.rows import LinksText, render_rows

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_LOG = logging.getLogger(__name__)


class BadJournal(ZoterodigestError):
    """The journal at `path` cannot be read at line `number`, though it is not its torn end."""

    exit_code = 18

    def __init__(self, path: Path, bad: BadRecord) -> None:
        super().__init__(
            f"{path}{bad.position}: the journal of a run that was killed cannot be read",
            "Delete it: what that run created is found in the library again and adopted.",
        )
        self.path = path
        self.number = bad.number


@dataclass(frozen=True, slots=True)
class Intended:
    """Rows and collections as they are to be when what follows has been written."""

    links: Annotated[LinksText, Field(alias="intend")]


@dataclass(frozen=True, slots=True)
class Done:
    """All that was last intended for the rows with these ids has been written."""

    ids: Annotated[tuple[str, ...], Field(alias="done")]


@dataclass(frozen=True, slots=True)
class Exporting:
    """The entries of the .bib `bibliography` that are ours when it has been written.

    `links` holds them. It holds the file among those that exports `made` if this export makes it.
    """

    bibliography: Annotated[str, Field(alias="export")]
    links: Annotated[LinksText, Field(alias="bib")]


@dataclass(frozen=True, slots=True)
class FilesToWrite:
    """Files are about to be written, and the library holds its part.

    `links` holds those rows of them that change, as they are once the files are written.
    """

    links: Annotated[LinksText, Field(alias="hold")]


Event = Intended | Done | Exporting | FilesToWrite


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A journal as it was read: the hash of the lock file its run began with, and its events."""

    lock_hash: str
    events: tuple[Event, ...]

    @property
    def intended(self) -> list[LockFile]:
        """What was about to be written, in order."""
        return [event.links for event in self.events if isinstance(event, Intended)]


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of the run at work. Every call returns when its line is on the disk."""

    path: Path

    @classmethod
    def begin(cls, path: Path, lock_hash: str) -> Journal:
        """Start the journal of a run that began with the lock file of `lock_hash`.

        A journal that stands there is lost: fold it in and write the lock file before.
        """
        try:
            path.parent.stat()  # a folder that somebody has removed meanwhile stays removed
        except OSError as error:
            raise CannotWrite(path, *writing_failed(error)) from error
        first = render_record({"format": FORMAT, "begin": lock_hash})
        # In one step: a kill between creating and filling it would leave an empty journal, and
        # no run with nothing to write removes one.
        replace_file(path, first, read_if_present(path))
        return cls(path)

    def intend(self, links: LockFile) -> None:
        """Tell what is about to be written: rows and collections as they will be, keys reserved."""
        self._append({"intend": render_rows(links)})

    def done(self, ids: Iterable[str]) -> None:
        """Tell that all that was intended for the rows with these ids has been written."""
        self._append({"done": sorted(ids)})

    def exporting(self, intended: Exporting) -> None:
        """Tell which entries of a .bib will be ours when it has been written."""
        self._append({"export": intended.bibliography, "bib": render_rows(intended.links)})

    def intend_files(self, files: FilesToWrite) -> None:
        """Tell which rows hold once files have been written."""
        self._append({"hold": render_rows(files.links)})

    def close(self) -> None:
        """Remove the journal; call it when the lock file says all that the journal says."""
        discard_journal(self.path)

    def _append(self, event: dict[str, object]) -> None:
        append_durably(self.path, render_record(event))


def discard_journal(path: Path) -> None:
    """Remove the journal at `path`, if there is one."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(path, *writing_failed(error)) from error
    _LOG.debug("No journal is at %s any more", path)
    sync_folder(path.parent)


def read_journal(path: Path) -> RecordedRun | None:
    """Read the journal that a killed run left at `path`; None if none did.

    A torn last line was never acted upon and does not count. Raises `BadJournal` for any other
    line that cannot be read.
    """
    # A write follows its line only when the line is on the disk with its line end: what stands
    # behind the last line end is a line that the kill cut.
    lines = (read_if_present(path) or b"").split(b"\n")[:-1]
    if not lines:
        return None
    try:
        begin = read_log_record(path, 1, lines[0], _BEGIN)
        events = [
            read_log_record(path, number, line, _EVENT)
            for number, line in enumerate(lines[1:], start=2)
        ]
    except BadRecord as error:
        raise BadJournal(path, error) from error
    _LOG.debug("%s tells of a run that was killed: %d records", path, len(events))
    return RecordedRun(begin.begin, tuple(events))


class _Begin(JsonObject):
    begin: str


_BEGIN = TypeAdapter(_Begin)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event, config=WHEN_USED)

FORMAT = 2

T = TypeVar("T")


class BadRecord(ValueError):
    """Line `number` is no record of its file, for `reason`; `column` counts from 1, 0 if unknown.

    It never leaves this folder: journal and history each say what it means for the person.
    """

    def __init__(self, number: int, error: BadJson) -> None:
        super().__init__(f"line {number}: {error.reason}")
        self.reason = error.reason
        self.position = f":{number}:{error.column}" if error.column else f":{number}"
        self.number = number


def render_record(values: Mapping[str, object]) -> bytes:
    """Return a record with its line end. It is ASCII, so it holds any text of any file."""
    # Not `asdict`, which copies all texts: 0.08 s of a push of 640 entries.
    return b"".join(record_parts(values))


def record_parts(values: Mapping[str, object]) -> Iterator[bytes]:
    """Yield the parts of a record: of what it holds a lot of, some at a time."""
    for place, (name, value) in enumerate(values.items()):
        yield f"{', ' if place else '{'}{_ENCODED(name)}: ".encode("ascii")
        yield from _value_parts(value)
    yield b"}\n"


def _value_parts(value: object) -> Iterator[bytes]:
    """Yield a value in JSON, a long list or text in parts: of a run's links there are megabytes."""
    many, between = (_MANY, b", ") if isinstance(value, tuple) else (_LONG, b"")
    if not isinstance(value, tuple | str) or len(value) <= many:
        yield _ENCODED(value).encode("ascii")
        return
    for start in range(0, len(value), many):
        # The first sign and the last are those of a list or a text of their own.
        encoded = _ENCODED(value[start : start + many])
        yield (between if start else encoded[:1].encode()) + encoded[1:-1].encode("ascii")
    yield b"]" if isinstance(value, tuple) else b'"'


def fields_by_name(one: DataclassInstance) -> dict[str, object]:
    """Return what a dataclass holds, by name; `render_record` does the same with those inside."""
    return {member.name: getattr(one, member.name) for member in fields(one)}


_ENCODED = json.JSONEncoder(default=fields_by_name).encode
_MANY, _LONG = 500, 100_000


def read_log_record(path: Path, number: int, line: bytes, shape: TypeAdapter[T]) -> T:
    """Read line `number` of the file at `path`, counted from 1, as a record of this shape.

    Raises `BadRecord`, and `NewerFormat` if the first one says that a newer version wrote the file.
    """
    try:
        value = read_json(line)
        if number == 1:
            refuse_newer(path, value, "format", FORMAT)
        return as_shape(shape, value)
    except BadJson as error:
        raise BadRecord(number, error) from error
