"""Cases of reading digests: the start of the program, one reading, and `inspect` as a whole."""

from __future__ import annotations

import shutil
import sys
from functools import partial

from benchmarks.case import Case, Measured, piece_of, rivals_of
from benchmarks.figures import Usage
from benchmarks.processes import ours
from benchmarks.workshop import REAL, Workshop


def _reading(workshop: Workshop, name: str) -> Measured:
    paths = workshop.digests(name)
    usage = piece_of(workshop, "reading", paths)
    return usage, rivals_of(workshop, ("markdown-it-py", "mistune"), paths)


def _inspect(workshop: Workshop, name: str, *, is_warm: bool) -> Measured:
    # Only a project keeps readings.
    project = workshop.project("list 2")
    paths = [shutil.copy(path, project.folder) for path in workshop.digests(name)]
    command = ("inspect", *map(str, paths), "--json")
    if is_warm:
        project.run(*command)
        return workshop.best(lambda: project.run(*command)), {}

    def cold() -> Usage:
        project.forget_cache()
        return project.run(*command)

    return workshop.best(cold), {}


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
