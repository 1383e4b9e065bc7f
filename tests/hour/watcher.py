"""The program `watch` in a process of its own, and what it costs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a process has taken: seconds of CPU with its children, MB of memory, open files."""

    at: float
    cpu: float
    memory: float
    files: int

    def share_since(self, before: Cost) -> float:
        """Return the share of one core that it took, in percent."""
        return 100 * (self.cpu - before.cpu) / (self.at - before.at)

    def __str__(self) -> str:
        return f"{self.cpu:.2f} s of CPU, {self.memory:.0f} MB, {self.files} open files"


@dataclass
class Watcher:
    """A watcher of the project in `root`; `folder` has what it said and the notices it showed."""

    root: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; a notice on the desktop is a line of a file."""
        shows = self.folder / "notify-send"
        shows.write_text('#!/bin/sh\necho "$@" >> "$0.shown"\n')
        shows.chmod(0o755)
        path = os.pathsep.join((str(self.folder), os.environ["PATH"]))
        with (self.folder / "said").open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "zoterodigest", "watch"],
                cwd=self.root,
                stdout=said,
                stderr=said,
                env={**os.environ, "PATH": path},
            )
        while "Already up to date." not in self.said:
            assert self.process.poll() is None, self.said
            time.sleep(0.2)

    def kill(self) -> None:
        """End it if it still runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def end(self) -> float:
        """End it as systemd does; return after how many seconds it has ended."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.terminate()
        assert self.process.wait(60) == 0
        return time.monotonic() - begun

    @property
    def said(self) -> str:
        """What it has said so far."""
        return (self.folder / "said").read_text()

    @property
    def notices(self) -> int:
        """How many notices it has shown."""
        shown = self.folder / "notify-send.shown"
        return len(shown.read_text().splitlines()) if shown.exists() else 0

    def cost(self) -> Cost:
        """Return what it has taken so far."""
        assert self.process is not None
        place = Path("/proc") / str(self.process.pid)
        # proc(5): utime, stime, cutime and cstime are the fields 14 to 17, resident pages field 24.
        fields = (place / "stat").read_text().rsplit(")", 1)[1].split()
        pages = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        cpu = sum(map(int, fields[11:15])) / _TICKS
        return Cost(time.monotonic(), cpu, pages, len(list((place / "fd").iterdir())))
