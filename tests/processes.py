"""Processes that tests start, as copies of one that has imported everything already.

To import it takes a second of CPU, a copy some milliseconds. A process of tests has threads and
state of other tests, so it is not the one to be copied.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

_MOST_SECONDS = 500
_IMPORTED = "tests.sync.commands"


@cache
def processes() -> ForkServerContext:
    """Return what makes such processes, and what they share."""
    context = get_context("forkserver")
    context.set_forkserver_preload([_IMPORTED])
    return context


def started(call: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a process that calls a function of a module, in the environment of this moment."""
    process = processes().Process(target=_call, args=(dict(os.environ), call, arguments))
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Wait until a process has ended; return its exit code."""
    process.join(_MOST_SECONDS)
    assert process.exitcode is not None
    return process.exitcode


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python `code` as a program with `arguments`, in a process of its own."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        given = tuple(map(str, arguments))
        exit_code = ended(started(_run, code, given, out, err))
        return subprocess.CompletedProcess(given, exit_code, out.read_text(), err.read_text())


def _call(
    environment: Mapping[str, str], call: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    call(*arguments)


def _run(code: str, arguments: tuple[str, ...], out: Path, err: Path) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["-c", *arguments]
    exec(code, {"__name__": "__main__"})
