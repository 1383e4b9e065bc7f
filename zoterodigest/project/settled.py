"""Stamps: what a run printed that found nothing to do, and all that it found this by.

If all of that is as it was, the same command would print the same: `said_before` gives it without
reading anything else. A stamp can be deleted at any time. Nothing here is proved by a date of a
file: what a run read is known by its bytes.

A stamp is asked for before anything else is imported, so this module imports next to nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from zoterodigest.project.files import STATE_FOLDER, BadInput, read_if_present
from zoterodigest.project.kept import hashed, keep, kept
from zoterodigest.project.running import AlreadyRunning, require_idle
from zoterodigest.project.walks import Walks, find_project

_HEAD_OF_DATABASE = 100
# With a write-ahead log SQLite need not count: https://www.sqlite.org/fileformat2.html#the_database_header
_VERSIONS, _WAL = slice(18, 20), 2
_MOST = 16
"""Stamps of one project: one for each command line that is in use."""


class Fact(NamedTuple):
    """Something that a run depends on: a kind (`state_of`), and what it is asked of."""

    kind: str
    where: str


class Printed(NamedTuple):
    """A text that was printed, to standard error if `is_error`, and in which encoding."""

    text: str
    is_error: bool
    encoding: str


class Stamp(NamedTuple):
    """What a settled run came to, and the state of each fact that it came to this by."""

    code: int
    states: Sequence[tuple[Fact, str]]
    printed: Sequence[Printed]


MATCHES = "matches"
"""The kind of a fact about what a pattern matches below a folder."""

NETWORK = "network"
"""The kind of a fact about a library over a network, at the address that it is asked of."""

Ask = Callable[[str], str]
"""Returns the token of the library at an address."""


class UnknownState(Exception):
    """The state of a fact cannot be told now: nothing is proved by it."""


def state_of(fact: Fact, walks: Walks | None = None) -> str:
    """Return the state of a fact; raise `UnknownState`.

    What `walks` know of the disk is not asked of it again.
    """
    try:
        if fact.kind == MATCHES:
            return _matches(fact.where, walks or Walks())
        return _STATES[fact.kind](fact.where)
    except (OSError, ValueError, BadInput, AlreadyRunning) as error:
        raise UnknownState from error


def states_of(facts: Iterable[Fact], walks: Walks | None = None) -> tuple[tuple[Fact, str], ...]:
    """Return facts, each once, with their states (`state_of`); raise `UnknownState`."""
    return tuple((fact, state_of(fact, walks)) for fact in dict.fromkeys(facts))


# --- what facts are about ------------------------------------------------------------------------


def _file(where: str) -> str:
    """Return the hash of a file; "" if there is none."""
    data = read_if_present(Path(where))
    return "" if data is None else hashed(data)


def _presence(where: str) -> str:
    return str(Path(where).exists())


def _configuration(where: str) -> str:
    """Return the nearest configuration in a folder or above, with its hash."""
    path = find_project(Path(where))
    return "" if path is None else f"{path} {_file(str(path))}"


def _formats(where: str) -> str:
    """Return the format files of a folder, each with its hash."""
    # Every command imports this module, for what it prints.
    from zoterodigest.digest.format.own_files import format_files

    return " ".join(f"{path.name} {_file(str(path))}" for path in format_files([Path(where)]))


def _matches(where: str, walks: Walks) -> str:
    """Return what a pattern of paths matches below a folder, and where each leads."""
    root, pattern = where.split("\n")
    found = (f"{one.path} {one.real} {one.is_file}" for one in walks.matches(root, pattern))
    return hashed("\n".join(found).encode("utf-8", "surrogateescape"))


def _heads(where: str) -> str:
    """Return what a list of the history says: of each file its first line and its size."""
    if not Path(where).is_dir():
        return ""
    found = []
    for path in sorted(Path(where).iterdir()):
        with path.open("rb") as file:
            first = file.readline()
        found.append(f"{path.name} {hashed(first)} {path.stat().st_size}")
    return hashed("\n".join(found).encode("utf-8", "surrogateescape"))


def _library(where: str) -> str:
    """Return the state of an embedded library, and whether it may be written."""
    # As above.
    from zoterodigest.library.embedded.head import read_library_head

    path = Path(where)
    with path.open("rb") as file:
        # In it SQLite counts every write, also one of another program, which makes no token.
        counted = file.read(_HEAD_OF_DATABASE)
    is_counted = _WAL not in counted[_VERSIONS]
    if not is_counted or (head := read_library_head(path)) is None:
        raise UnknownState
    may_write = [os.access(one, os.W_OK) for one in (path, path.resolve().parent)]
    return hashed(f"{counted.hex()} {head} {may_write}".encode())


def _files(where: str) -> str:
    """Return the files of a folder whose names match a pattern, each with its hash."""
    folder, pattern = where.split("\n")
    return " ".join(
        f"{path.name} {_file(str(path))}" for path in sorted(Path(folder).glob(pattern))
    )


def _idleness(where: str) -> str:
    """Return "" if no run is at work on a project. Another one is to be reported by the command."""
    require_idle(Path(where))
    return ""


_STATES: dict[str, Callable[[str], str]] = {
    "file": _file,
    "presence": _presence,
    "real path": os.path.realpath,
    "configuration": _configuration,
    "files": _files,
    "formats": _formats,
    "heads": _heads,
    "library": _library,
    "idleness": _idleness,
}


# --- files ---------------------------------------------------------------------------------------


def said_before(folder: Path, request: str, ask: Ask) -> Stamp | None:
    """Return the stamp in the state folder `folder` for a request if all of it holds; else None.

    Raises what `ask` raises. A library is asked last, if all else holds: the command would ask it,
    too.
    """
    data = kept(folder, _name(request))
    if data is None:
        return None
    try:
        stamp = _parsed(data)
        is_valid = all(
            (ask(fact.where) if fact.kind == NETWORK else state_of(fact)) == state
            for fact, state in stamp.states
        )
    except (OSError, ValueError, UnknownState):
        return None
    return stamp if is_valid else None


def keep_stamp(folder: Path, request: str, stamp: Stamp) -> None:
    """Keep a stamp for a request in a state folder, if there is one and it can be written."""
    if (data := _rendered(stamp)) is not None:
        keep(folder, {_name(request): data}, most_files=_MOST)


def _name(request: str) -> str:
    return f"settled-{request}"


_END = "\0"


def _rendered(stamp: Stamp) -> bytes | None:
    """Return a stamp as bytes; None if a text cannot be kept."""
    fields = [str(stamp.code), str(len(stamp.states))]
    for fact, state in stamp.states:
        fields += [fact.kind, fact.where, state]
    for one in stamp.printed:
        fields += [one.text, "error" if one.is_error else "", one.encoding]
    if any(_END in field for field in fields):
        return None
    return _END.join(fields).encode("utf-8", "surrogatepass")


def _parsed(data: bytes) -> Stamp:
    code, number, *fields = data.decode("utf-8", "surrogatepass").split(_END)
    parts = [fields[at : at + 3] for at in range(0, len(fields), 3)]
    states = [(Fact(kind, where), state) for kind, where, state in parts[: int(number)]]
    printed = [Printed(text, bool(flag), encoding) for text, flag, encoding in parts[int(number) :]]
    return Stamp(int(code), states, printed)


def state_folder_of(named: Sequence[str]) -> Path:
    """Return where the state folder of the project should be that a command line is about.

    That is only where its stamp is looked for: what it was made by stands in the stamp.
    """
    paths = [Path(os.path.abspath(one)) for one in named if os.path.exists(one)]  # noqa: PTH100, PTH110
    folders = [str(path.parent) for path in paths if path.is_file()] or [str(Path.cwd())]
    config = find_project(Path(folders[0]))
    return (config.parent if config else Path(os.path.commonpath(folders))) / STATE_FOLDER
