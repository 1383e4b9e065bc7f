"""Cases of projects: every command that gathers digests, lock file and library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from benchmarks.case import Case, Measured
from benchmarks.figures import Usage
from benchmarks.processes import served
from benchmarks.workshop import NEW_NOTE, NOTE, REAL, Project, Workshop


def _first_push(workshop: Workshop, name: str) -> Measured:
    return workshop.best(lambda: workshop.first_push(name)), {}


def _in_project(
    workshop: Workshop,
    name: str,
    *,
    arguments: Sequence[str],
    change: Callable[[Project], None] | None = None,
) -> Measured:
    """Measure a command in a settled project, after `change` each time if one is given."""
    project = workshop.project(name)
    if change is None:
        # What a run keeps for the next one is kept per command.
        project.run(*arguments)
        return workshop.best(lambda: project.run(*arguments)), {}

    def once() -> Usage:
        change(workshop.project(name))
        return project.run(*arguments)

    return workshop.best(once), {}


def _percent(project: Project) -> None:
    project.edit_entries(max(1, project.entries // 100))


def _edited_item(project: Project) -> None:
    project.workshop.change("edit", project.library, "1")


def _foreign_item(project: Project) -> None:
    project.workshop.change("add", project.library, "1")


def _copy(workshop: Workshop, name: str) -> Measured:
    def once() -> Usage:
        # A copy moves the links of the project to the new library.
        project = workshop.project(name)
        source = f"embedded:{project.library.name}"
        return project.run("library", "copy", source, "embedded:copy.sqlite", "--all", "-y")

    return workshop.best(once), {}


def _over_http(workshop: Workshop, name: str) -> Measured:
    project = workshop.project(name)
    everything = workshop.folder / "everything.json"
    workshop.change("dump", project.library, everything)
    (digest,) = workshop.digests(name)

    def push() -> Usage:
        with _empty_library(workshop) as url:
            alone = Project(workshop.folder / "over http", workshop)
            return alone.push_first([digest], "--library", url)

    def script() -> Usage:
        with _empty_library(workshop) as url:
            command = [sys.executable, "-m", "benchmarks.plain_pyzotero", url, str(everything)]
            return workshop.usage(command)

    return workshop.best(push), {"a plain pyzotero script": workshop.best(script).cpu}


def _empty_library(workshop: Workshop) -> AbstractContextManager[str]:
    path = workshop.folder / "served.sqlite"
    path.unlink(missing_ok=True)
    return served(path, workshop.given)


_EDITED = ("list 640", "list 10,000")
_ALL = (*_EDITED, REAL)
_LARGE = ("list 50,000",)
_VAULT = ("vault 5,000",)


def _settled(name: str, about: str, *arguments: str, inputs: Sequence[str] = _ALL) -> Case:
    measure = partial(_in_project, arguments=arguments)
    large = [one for one in _LARGE if one not in inputs]
    return Case(name, about, measure, inputs, large)


def _in_vault(name: str, about: str, change: Callable[[Project], None], *arguments: str) -> Case:
    measure = partial(_in_project, arguments=arguments or ("sync", "--yes"), change=change)
    return Case(name, about, measure, _VAULT)


def _after(
    name: str,
    about: str,
    change: Callable[[Project], None],
    *arguments: str,
    inputs: Sequence[str] = _EDITED,
) -> Case:
    measure = partial(_in_project, arguments=arguments or ("sync", "--yes"), change=change)
    return Case(name, about, measure, inputs, _LARGE)


CASES = (
    Case(
        "first push",
        "Into an empty library.",
        _first_push,
        (*_ALL, "long 456", *_VAULT, *_LARGE),
    ),
    _settled(
        "settled sync",
        "Nothing has changed since the last one.",
        "sync",
        "--yes",
        inputs=(*_ALL, *_VAULT, *_LARGE),
    ),
    _after(
        "sync without the stamp",
        "Nothing has changed, and only the cache is there.",
        Project.forget_stamp,
        inputs=(*_EDITED, *_VAULT),
    ),
    _after(
        "sync in a fresh clone",
        "Nothing has changed, and the state folder is gone.",
        Project.forget_state,
    ),
    _after("sync after one edit in the digest", "A title.", lambda one: one.edit_entries(1)),
    _after("sync after one edit in the library", "A title.", _edited_item),
    _after("sync after 1% edits", "Titles in the digest.", _percent),
    _after("sync after a foreign item", "Added to the library by hand.", _foreign_item),
    _in_vault("sync after one edited note", "A paragraph.", Project.edit_note),
    _in_vault(
        "sync of one edited note",
        "`sync FILE`, as an editor's hotkey runs it.",
        Project.edit_note,
        *("sync", NOTE, "--yes", "--brief"),
    ),
    _in_vault("sync after a note went", "Its file is missing.", Project.remove_note),
    _in_vault("sync after a file came", "It is about no paper.", Project.add_file),
    _in_vault("sync after a note came", "About a new paper.", Project.add_note),
    _in_vault(
        "sync of a note that came",
        "`sync FILE`, as an editor's hotkey runs it.",
        Project.add_note,
        *("sync", NEW_NOTE, "--yes", "--brief"),
    ),
    _in_vault("sync after a note moved", "Into another folder.", Project.move_note),
    _settled("status", "Everything is in sync.", "status", inputs=("list 2", *_ALL)),
    _after(
        "status without the stamp",
        "Everything is in sync, and only the cache is there.",
        Project.forget_stamp,
        "status",
        inputs=("list 2", *_ALL),
    ),
    _settled("pull", "Everything is in sync.", "pull", "--yes"),
    _settled("export of a project", "To a new BibTeX file.", "export", "--to", "bibtex"),
    Case("library copy", "Everything, into a new library.", _copy, _EDITED, _LARGE),
    Case(
        "push over HTTP",
        "Into an empty library behind `serve`. The script creates the same items, batch after"
        " batch, and keeps nothing in sync.",
        _over_http,
        ("list 640", "long 456"),
    ),
)
