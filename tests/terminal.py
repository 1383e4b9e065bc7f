"""A terminal in which a test runs programs as a person does: it reads, types and presses Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CTRL_C = "\x03"

_PATIENCE = 60
"""Seconds until a program that shows nothing new counts as stuck."""

_LINK = re.compile(r"\x1b\]8;.*?(?:\x1b\\|\x07)")
_ERASED = re.compile(r"[^\n]*\n(?:\x1b\[\?25h)?\r\x1b\[1A\x1b\[2K")
"""A line that the program takes back once it is done, such as a spinner or a bar."""
_OBEYED = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a terminal got from a program until it ended, with colors and all, and its exit code."""

    raw: str
    code: int

    @property
    def text(self) -> str:
        """What a person reads in the end: no colors, no links, nothing that was taken back."""
        return readable(self.raw)


def colored(raw: str) -> str:
    """Return the lines that stay of what a terminal got, with their colors."""
    lines = _LINK.sub("", _ERASED.sub("", raw)).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rpartition("\r")[2] for line in lines)


def readable(raw: str) -> str:
    """Return what a person reads of what a terminal got."""
    return _OBEYED.sub("", colored(raw))


@dataclass(slots=True)
class Program:
    """A program that runs in a terminal."""

    _process: subprocess.Popen[bytes]
    _terminal: int
    _raw: bytearray = field(default_factory=bytearray)
    _read: int = 0

    def until(self, pattern: str) -> str:
        """Wait until `pattern` is shown, which it was not before the last wait; return its text."""
        while not (found := re.search(pattern, new := readable(self._text[self._read :]))):
            assert self._more(), f"it ended without {pattern!r}:\n{new}"
        self._read = len(self._text)
        return found[0]

    def type(self, text: str) -> None:
        """Type `text`; a line needs its end, `CTRL_C` needs none."""
        os.write(self._terminal, text.encode())

    def end(self) -> Shown:
        """Wait until the program ends."""
        while self._more():
            pass
        return Shown(self._text, self._process.wait(_PATIENCE))

    @property
    def _text(self) -> str:
        return self._raw.decode(errors="replace")

    def _more(self) -> bool:
        """Read what is there now; return False once the program has closed the terminal."""
        ready, _, _ = select.select([self._terminal], [], [], _PATIENCE)
        assert ready, f"nothing came for {_PATIENCE} s after:\n{readable(self._text)}"
        try:
            new = os.read(self._terminal, 65_536)
        except OSError:  # Linux says so; macOS gives no bytes
            return False
        self._raw += new
        return bool(new)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal of a size, in a folder and an environment."""

    folder: Path
    environment: Mapping[str, str]
    columns: int = 80
    lines: int = 40

    @contextmanager
    def running(self, command: Sequence[str]) -> Iterator[Program]:
        """Start a program that is killed at the latest when the block ends."""
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", self.lines, self.columns, 0, 0))
        try:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=its,
                stdout=its,
                stderr=its,
                start_new_session=True,
                preexec_fn=_take_terminal,
            )
        finally:
            os.close(its)
        try:
            yield Program(process, ours)
        finally:
            process.kill()
            process.wait()
            os.close(ours)

    def run(self, command: Sequence[str], *answers: tuple[str, str]) -> Shown:
        """Run a program to its end; type each answer once its question is shown."""
        with self.running(command) as program:
            for question, answer in answers:
                program.until(re.escape(question))
                time.sleep(0.05)  # a person is not faster than the terminal's echo
                program.type(f"{answer}\n")
            return program.end()


def _take_terminal() -> None:
    """Make the terminal that of this process, so that Ctrl-C reaches it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # A shell that runs the tests in the background has them ignore the signal.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
