"""The program in processes of its own, forked from one that has imported everything already.

`python -m tests.team.program SOCKET URL` waits for commands; zotero.org is the server at URL there.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path

from tests.cli.conftest import Ran
from zoterodigest.cli.main import main
from zoterodigest.library import address

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("ZOTERO")},
    "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path]),
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    "COLUMNS": "80",
}
_MOST_SECONDS = 120


@dataclass(frozen=True)
class Program:
    """Runs commands of the program; threads may do so at the same time."""

    door: Path

    def __call__(self, folder: Path, *arguments: str, environment: Mapping[str, str]) -> Ran:
        """Run one command in `folder`, in a process of its own."""
        asked = {"folder": str(folder), "arguments": arguments, "environment": {**environment}}
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_MOST_SECONDS)
            line.connect(str(self.door))
            line.sendall(f"{json.dumps(asked)}\n".encode())
            with line.makefile("rb") as answer:
                return Ran(*json.loads(answer.read()))


@contextmanager
def program(zotero_org: str) -> Iterator[Program]:
    """Give the program, to which the server at `zotero_org` is zotero.org."""
    with tempfile.TemporaryDirectory() as folder:
        door = Path(folder) / "door"
        with subprocess.Popen(
            [sys.executable, "-m", "tests.team.program", str(door), zotero_org],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            text=True,
        ) as waiting:
            try:
                assert waiting.stdout
                assert waiting.stdout.readline() == "ready\n"
                yield Program(door)
            finally:
                waiting.kill()


@contextmanager
def serving(library: Path, keys: Mapping[int, str], group: int) -> Iterator[str]:
    """Run the command `serve` with a group of these users; give its address."""
    offered = [f"--user={number}=embedded:{library.parent}/{number}.sqlite" for number in keys]
    offered.append(f"--group={group}=embedded:{library}")
    given = ",".join(f"{number}:{key}" for number, key in keys.items())
    with subprocess.Popen(
        [sys.executable, "-m", "zoterodigest", "serve", "--port=0", *offered],
        env={**ENVIRONMENT, "ZOTERODIGEST_SERVE_KEYS": given},
        cwd=library.parent,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout
            line = server.stdout.readline()
            yield line.split()[1].partition("/users/")[0]
        finally:
            server.kill()


class _Door(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """Forks for each command."""


class _Command(socketserver.StreamRequestHandler):
    """One command, in the process that was forked for it."""

    def handle(self) -> None:
        asked = json.loads(self.rfile.readline())
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            code = main(asked["arguments"])
            sys.stdout.flush()
            sys.stderr.flush()
            self.wfile.write(json.dumps([code, _text(out.fileno()), _text(err.fileno())]).encode())


def _text(file: int) -> str:
    return os.pread(file, os.fstat(file).st_size, 0).decode()


def _import_everything() -> None:
    """Have everything imported that a run needs: its modules are, and so is what a plan needs."""
    for name in ("web", "desktop"):
        import_module(f"zoterodigest.library.{name}.library")
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        digest = Path(folder) / "a.md"
        digest.write_text("> **A**\n> *X 2024*, [arxiv](https://arxiv.org/abs/2401.00001)\n")
        main(["plan", str(digest), "--library", f"embedded:{folder}/a.sqlite"])


if __name__ == "__main__":
    address.ZOTERO_ORG = sys.argv[2]
    _import_everything()
    with _Door(sys.argv[1], _Command) as waiting_for:
        print("ready", flush=True)
        waiting_for.serve_forever()
