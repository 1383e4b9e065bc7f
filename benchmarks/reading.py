"""Cases of reading digests: the start of the program, one reading, and `inspect` as a whole."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path

from benchmarks.case import Case, Measured, piece_of, rivals_of
from benchmarks.figures import Usage
from benchmarks.processes import ours
from benchmarks.workshop import REAL, Project, Workshop


def _reading(workshop: Workshop, name: str) -> Measured:
    paths = workshop.digests(name)
    usage = piece_of(workshop, "reading", paths)
    return usage, rivals_of(workshop, ("markdown-it-py", "mistune"), paths)


def _reading_again(workshop: Workshop, name: str) -> Measured:
    _, paths = _inspected(workshop, name)
    usage = piece_of(workshop, "reading again", paths)
    return usage, rivals_of(workshop, ("markdown-it-py",), paths)


def _inspect(workshop: Workshop, name: str, *, is_warm: bool) -> Measured:
    project, paths = _inspected(workshop, name)
    command = ("inspect", *(path.name for path in paths), "--json")
    if is_warm:
        project.run(*command)
        return workshop.best(lambda: project.run(*command)), {}

    def cold() -> Usage:
        project.forget_cache()
        return project.run(*command)

    return workshop.best(cold), {"reading": piece_of(workshop, "reading", paths).cpu}


def _inspected(workshop: Workshop, name: str) -> tuple[Project, list[Path]]:
    """Return a project with an input's digests in its folder: only a project keeps readings."""
    project = workshop.project("list 2")
    paths = (shutil.copy(path, project.folder) for path in workshop.digests(name))
    return project, list(map(Path, paths))


def _start(workshop: Workshop, name: str) -> Measured:
    bare = workshop.best(lambda: workshop.usage([sys.executable, "-c", "pass"]))
    return workshop.best(lambda: workshop.usage(ours(name))), {"python": bare.cpu}


_SINGLE = ("list 1,000", "table 1,000", "list 10,000", "table 10,000", "long 456")

CASES = (
    Case("start-up", "The whole process.", _start, ("--version", "--help")),
    Case(
        "reading",
        "Inside a process, after its imports: every field of every entry, as `inspect --json`"
        " prints them. As in the program, and for rivals, too, cycles are hardly looked for.",
        _reading,
        (*_SINGLE, REAL),
        ("list 50,000", "table 50,000"),
    ),
    Case(
        "reading again",
        "The same in a project that keeps readings.",
        _reading_again,
        ("list 10,000", "table 10,000", REAL),
    ),
    Case(
        "inspect, cold",
        "The whole process of `inspect --json`.",
        partial(_inspect, is_warm=False),
        (*_SINGLE, REAL),
        ("list 50,000",),
    ),
    Case(
        "inspect, warm",
        "The same again, in a project that keeps readings.",
        partial(_inspect, is_warm=True),
        (*_SINGLE, REAL),
        ("list 50,000",),
    ),
)
