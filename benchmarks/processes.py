"""Measured processes: what each took of the CPU, of time and of memory.

Every measured thing runs in a process of its own. Linux counts the memory of the process that
starts another one into the peak of that other, so this process must stay small: no inputs in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Usage

ROOT = Path(__file__).resolve().parents[1]
RIVALS = Path(sys.prefix) / "rivals"
"""Where `make bench` installs the rivals that can't stand beside our dependencies."""

KEY = "benchmarks"
_LOOPS = 3


class Failed(Exception):
    """A measured command ended with an exit code that it should not have."""


def install(folder: Path) -> None:
    """Install the program into a folder as people have it: from its wheel, with compiled files."""
    how = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")
    where = ("--no-build-isolation", "--target", str(folder), str(ROOT))
    subprocess.run([sys.executable, "-m", "pip", "install", *how, *where], check=True)


def environment(home: Path, installed: Path) -> dict[str, str]:
    """Return the environment of measured processes: nothing of the person, no network.

    They run what is `installed`, not the checkout.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZOTERO")}
    # Without compiled files every start would compile the package again.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    folders = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    given = {
        "PYTHONPATH": f"{installed}:{ROOT}",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "ZOTERODIGEST_OFFLINE": "1",
        "ZOTERODIGEST_SERVE_KEYS": f"1:{KEY}",
        "ZOTERO_API_KEY": KEY,
        "COLUMNS": "80",
    }
    return kept | folders | given


def ours(*arguments: str) -> list[str]:
    """Return the command line of the program with these arguments."""
    return [sys.executable, "-m", "zoterodigest", *arguments]


def piece(name: str, *arguments: str) -> list[str]:
    """Return the command line that measures a piece of work inside a process."""
    return [sys.executable, "-m", "benchmarks.pieces", name, *arguments]


def measured(
    command: Sequence[str], folder: Path, given: Mapping[str, str], codes: Sequence[int] = (0,)
) -> tuple[Usage, str]:
    """Run a command to its end; return what it took and what it printed. Raises `Failed`."""
    printed = folder.parent / "printed"
    with printed.open("wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=given, stdout=out, stderr=out)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    # `Popen` must not wait for a process that is waited for already.
    process.returncode = os.waitstatus_to_exitcode(status)
    text = printed.read_text("utf-8", "replace")
    if process.returncode not in codes:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{text[-2000:]}")
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024), text


def measured_piece(
    command: Sequence[str], folder: Path, given: Mapping[str, str]
) -> tuple[Usage, float]:
    """Run a piece; return what its work alone took with the process's peak, and what it counted."""
    whole, text = measured(command, folder, given)
    cpu, wall, count = json.loads(text.splitlines()[-1])
    return Usage(cpu, wall, whole.mebibytes), count


def loop_seconds() -> float:
    """Return the CPU seconds of a fixed loop that does what reading does: the unit of `loops`."""
    times = []
    for _ in range(_LOOPS):
        start = time.process_time()
        words: dict[str, int] = {}
        for number in range(60_000):
            word = f"word {number % 997}".upper().split()[1]
            words[word] = words.get(word, 0) + len(word.encode())
        times.append(time.process_time() - start)
    return min(times)


@contextmanager
def served(library: Path, given: Mapping[str, str]) -> Iterator[str]:
    """Serve an embedded library by the command `serve`; give its address."""
    command = ours("serve", "--port=0", "--library", f"embedded:{library}")
    with subprocess.Popen(
        command, env=given, cwd=library.parent, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            yield line.split()[1].rstrip(",")
        finally:
            server.kill()
