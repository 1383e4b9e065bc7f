"""Talking with a person at a terminal: questions, progress, failures, and the log."""

from __future__ import annotations

import logging
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING, Self

import typer

from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.screen import emit, tell, tell_failure, tell_note, visible, wrapped
from zoterodigest.errors import Stopped, ZoterodigestError
from zoterodigest.frozen import dataclass

if TYPE_CHECKING:
    from rich.status import Status

    from zoterodigest.sync.run.failures import FailedRecord

Progress = Callable[[int, int], None]
Show = Callable[[str], None]


class Countdown:
    """Waits for a server, and shows the countdown on the progress bar or spinner of the moment."""

    def __init__(self) -> None:
        self._show: Show | None = None

    def __call__(self, seconds: float, why: str) -> None:
        """Return after `seconds`; `why` names what the program waits for.

        Without seconds it announces that a person is waited for; without `why`, that this is over.
        """
        if seconds <= 0:
            self._announce(why)
            return
        if self._show is None:
            tell([f"{why}: waiting {math.ceil(seconds)} s"])
            time.sleep(seconds)
            return
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._show(f" ({why}: {math.ceil(left)} s)")
            # In steps of a second: the countdown moves, and Ctrl-C is obeyed at once.
            time.sleep(min(1.0, left))
        self._show("")

    def _announce(self, what: str) -> None:
        if self._show is not None:
            self._show(f" ({what})" if what else "")
        elif what:
            tell([what])

    @contextmanager
    def shown_by(self, show: Show) -> Iterator[None]:
        """Announce by `show` while the block lasts."""
        self._show, before = show, self._show
        try:
            yield
        finally:
            self._show = before


countdown = Countdown()
"""The countdown of this program: a terminal shows only one thing at a time."""


class NotConfirmed(ZoterodigestError):
    """A run needs a person's consent and did not get it; nothing was written."""

    exit_code = 7


@dataclass(frozen=True, slots=True)
class Concern:
    """What a person should know before they agree, and an order to look at it; "" for nothing."""

    what: str
    look_at: str


UNSEEN = Concern("", "Look at the plan")
"""What there is to know of a run that only nobody has agreed to yet."""


def require_consent(
    question: str, asked: Invocation, *, is_needed: bool = True, concern: Concern = UNSEEN
) -> None:
    """Return if no consent `is_needed`, or if the person gave it or gives it at the terminal.

    Raises `NotConfirmed` otherwise, and ends the command if the person says no. A script that reads
    JSON is not asked.
    """
    if asked.is_agreed or not is_needed:
        return
    if asked.as_json or not sys.stdin.isatty():
        why = f"; {concern.what}" if concern.what else ", as nobody confirmed it"
        raise NotConfirmed(f"nothing was written{why}", f"{concern.look_at}, then add --yes.")
    tell(["", *wrapped(f"{concern.what[:1].upper()}{concern.what[1:]}.")] if concern.what else [""])
    if not says_yes(question):
        # To say no is no error.
        tell(["Nothing was written."])
        raise typer.Exit(NotConfirmed.exit_code)


def says_yes(question: str) -> bool:
    """Ask the person at the terminal; return whether the answer is yes."""
    # On standard error: standard output may go into a pipe or a file.
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # Ctrl-D leaves the cursor behind the question
        tell([""])
    return answer.strip().casefold() in ("y", "yes")


def emit_unless_json(asked: Invocation, lines: Iterable[str]) -> None:
    """Write to standard output what people read; with --json it is for the data alone.

    With --brief and --quiet it is for the result alone, and --diff uses a pager.
    """
    if asked.as_json or asked.is_brief or asked.is_quiet:
        return
    if asked.with_diff:
        emit_long(lines)
    else:
        emit(lines)


def emit_long(lines: Iterable[str]) -> None:
    """Write to standard output what may fill more than a screen: a terminal gets it in a pager."""
    if not sys.stdout.isatty():
        emit(lines)
        return
    # The library that starts programs takes 10 ms to import.
    from zoterodigest.cli.base.programs import emit_paged

    emit_paged(lines)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show a spinner on a terminal if the block takes longer than a moment."""
    if not sys.stderr.isatty():
        yield
        return
    with _Spinner(what) as spinner, countdown.shown_by(spinner.add):
        yield


_MOMENT = 0.5
"""Seconds that a person waits without wondering. What shows a spinner takes 50 ms to import."""


class _Spinner:
    """A spinner that a timer starts, unless it has been left before."""

    def __init__(self, what: str) -> None:
        self._what = self._shown = what
        self._status: Status | None = None
        self._is_over = False
        self._lock = Lock()
        self._timer = Timer(_MOMENT, self._start)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def add(self, more: str) -> None:
        """Show `more` behind what it says."""
        from rich.markup import escape

        with self._lock:
            self._shown = f"{self._what}{more}"
            if self._status:
                self._status.update(escape(self._shown))

    def _start(self) -> None:
        from rich.console import Console
        from rich.markup import escape

        with self._lock:
            if not self._is_over:
                self._status = Console(stderr=True).status(escape(self._shown))
                self._status.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._status:
                self._status.stop()


@contextmanager
def progress(what: str, verb: str = "done") -> Iterator[Progress]:
    """Show a bar on a terminal; the block calls what it is given with the number done and the sum.

    `verb` says what is done to them, such as "written". Raises `Stopped` on Ctrl-C.
    """
    reached = 0, 0

    with _bar(what) as show:

        def report(done: int, total: int) -> None:
            nonlocal reached
            reached = done, total
            show(done, total)

        try:
            yield report
        except KeyboardInterrupt as error:
            raise Stopped(verb, *reached) from error


@contextmanager
def _bar(what: str) -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    # transient: a bar that is done would stay above the summary.
    with Bars(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        task = bars.add_task(what, total=None, visible=False)
        with countdown.shown_by(lambda more: bars.update(task, description=f"{what}{more}")):
            yield lambda done, total: bars.update(task, completed=done, total=total, visible=True)


_MOST = 3
"""How many failures with one reason are listed one by one."""


def tell_failures(failures: Iterable[FailedRecord]) -> None:
    """Report failures; many with the same reason are counted, as `failure_lines` does."""
    for parts in failure_lines(failures):
        tell_failure(*parts)


def failure_lines(failures: Iterable[FailedRecord]) -> Iterator[tuple[str, str, str]]:
    """Yield place, title and reason of each failure; many with one reason end with their number.

    They are counted within a file, and those of whole files over all of them: where nothing in a
    vault may be written, each of its files says so.
    """
    groups: dict[tuple[str, str], list[FailedRecord]] = {}
    for failure in failures:
        file, _, _ = failure.where.rpartition(":")
        # A reason that begins with the file is about the whole of it.
        _, is_whole, rest = failure.reason.rpartition(f"{failure.where} ")
        key = ("", rest) if is_whole else (file or failure.where, failure.reason)
        groups.setdefault(key, []).append(failure)
    for (file, reason), group in groups.items():
        few = len(group) <= _MOST + 1
        for failure in group if few else group[:_MOST]:
            yield failure.where, failure.title, failure.reason
        if not few:
            more = f"{len(group) - _MOST:,} more"
            yield (file, more, reason) if file else ("", "", f"{more} files {reason}")


_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


@contextmanager
def showing_log(verbosity: int) -> Iterator[None]:
    """Show the log on standard error while the block lasts: 0 shows notes, 1 INFO, 2 DEBUG."""
    logger, shows = logging.getLogger("zoterodigest"), _OnScreen()
    level, before = _LEVELS[min(verbosity, len(_LEVELS) - 1)], logger.level
    shows.setLevel(level)
    # Notes are shown anyway; a level that a program has set for its own log stays.
    if verbosity:
        logger.setLevel(level)
    logger.addHandler(shows)
    try:
        yield
    finally:
        logger.removeHandler(shows)
        logger.setLevel(before)


class _OnScreen(logging.Handler):
    """Shows the message of a record alone: what else a record carries may be private."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            tell_note(record.getMessage())
        else:
            seconds = record.relativeCreated / 1000
            tell([f"[{seconds:.3f} s] {visible(record.getMessage())}"])
