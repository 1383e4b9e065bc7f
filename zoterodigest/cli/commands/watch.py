"""The command `watch`: it decides when a sync runs; what runs is a sync."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

import typer

from zoterodigest.cli.base.options import FINE, Invocation, command, flag
from zoterodigest.cli.base.programs import show_notice
from zoterodigest.cli.base.project_context import ProjectContext, open_context
from zoterodigest.cli.base.screen import emit, enumerated, files_counted, visible, wrapped
from zoterodigest.cli.base.stamps import token_at
from zoterodigest.cli.base.talk import countdown
from zoterodigest.cli.commands.unattended import PASSING, Ran, Retry, run_unattended, sentence_of
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.files import create_state_folder
from zoterodigest.project.running import is_watched, pause_path, watching
from zoterodigest.project.settled import Fact, UnknownState, state_of
from zoterodigest.sync.watching.noticing import Noticing
from zoterodigest.sync.watching.schedule import (
    LIBRARY,
    AskLibrary,
    BeginRun,
    Pace,
    Wait,
    begin_watching,
    file_changed,
    library_answered,
    library_failed,
    next_step,
    paused,
    run_begun,
    run_ended,
    run_failed,
    run_put_off,
    run_refused,
)
from zoterodigest.sync.watching.watched import held_by_editors, is_git_at_work, watched_in

_LOOK_AROUND = 30.0
"""Seconds after which a watcher looks whether it is still paused, whatever the system tells."""
_LEAST_QUIET = 2.0
"""Seconds without a change before a run, also in a project that holds no file for a while."""
# Windows tells of a closed console in another way.
_ENDING = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
_GIT = "git is in the middle of a merge, rebase or other command: nothing is synced until it ends."


@command(
    "address is_offline max_changes once pause resume",
    epilog="Next: `zoterodigest log` lists what its runs wrote.",
)
def watch(
    asked: Invocation,
    once: bool = flag("--once", "Wait until nothing changes, sync once, end."),
    pause: bool = flag("--pause", "Pause the watcher of this project."),
    resume: bool = flag("--resume", "Let it go on."),
) -> int:
    """Sync whenever a digest, a .bib or the library changes.

    watch waits until nothing has changed for 10 seconds, then runs a sync and prints a line about
    it. It leaves out a file that is being typed in, and one that an editor has locked. If more than
    20 files change within 10 seconds, as in a git checkout, it waits until all are quiet.

    watch never asks. What removes something or needs your consent is left for you to run: watch
    says so once, also by a notification on the desktop. Press Ctrl-C to end it: a run at work is
    finished first.

    \b
    Examples:
      zoterodigest watch
      zoterodigest watch --once
      zoterodigest watch --pause

    A project has one watcher. `zoterodigest docs watch` shows how to start it when you log in.
    """
    if pause or resume:
        if pause + resume + once > 1:
            raise typer.BadParameter("give one of --once, --pause and --resume")
        return _paused(open_context(asked).workspace.project.state_folder, is_paused=pause)
    place = open_context(asked)
    with watching(place.workspace.project.state_folder):
        return Watcher(asked, place, _pace, is_once=once).watch()


def _paused(folder: Path, *, is_paused: bool) -> int:
    create_state_folder(folder)
    if is_paused:
        pause_path(folder).touch()
    else:
        pause_path(folder).unlink(missing_ok=True)
    done = "Paused. `zoterodigest watch --resume` lets it go on." if is_paused else "Resumed."
    emit(wrapped(done if is_watched(folder) else f"{done} No watcher runs on this project now."))
    return FINE


def _pace(place: ProjectContext) -> Pace:
    """Return the pace for a library: who answers for others, too, is asked less often."""
    hold = max(place.workspace.project.configuration.sync.hold, _LEAST_QUIET)
    if place.library.disk_path is not None:
        return Pace(quiet=hold, poll=5)
    return Pace(quiet=hold, poll=60 if place.library.needs_network else 15)


class _Ended(Exception):
    """The watcher is to end."""


class Watcher:
    """Watches the project of `place`, and runs a sync when one is due.

    `pace_of` returns the pace of a project as it is configured. `clock` tells seconds and never
    goes back.
    """

    def __init__(
        self,
        asked: Invocation,
        place: ProjectContext,
        pace_of: Callable[[ProjectContext], Pace],
        *,
        is_once: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._asked, self._place, self._clock, self._is_once = asked, place, clock, is_once
        self._pace_of = pace_of
        self._watched = watched_in(place.workspace)
        self.schedule = begin_watching(pace_of(place), clock())
        self._changes: SimpleQueue[tuple[str, float] | None] = SimpleQueue()
        self._signals = EndSignals()
        self._said = Ran(FINE)
        self._trouble: type[ZoterodigestError] | None = None

    @property
    def _state_folder(self) -> Path:
        return self._place.workspace.project.state_folder

    def end(self) -> None:
        """End the watcher, from another thread: after the run that is at work."""
        self._changes.put(None)

    def watch(self) -> int:
        """Watch until a person ends it, or until one run is done; return its exit code."""
        if not self._is_once:
            workspace = self._place.workspace
            counts = files_counted(len(workspace.digests), len(workspace.bibs))
            names = enumerated([*counts, self._place.library_name])
            _write(f"Watching {names}. Press Ctrl-C to end it.")
        self._note_recent()
        # Nobody looks on, so nothing is counted down.
        waiting = countdown.shown_by(lambda _: self._signals.heed())
        with self._signals, waiting, suppress(_Ended, KeyboardInterrupt):
            while True:
                with Noticing(self._watched, self._state_folder, self._noticed) as noticing:
                    code = self._follow(noticing)
                if code is not None:
                    return code
                # Nobody told what changed between the two.
                self.schedule = file_changed(self.schedule, LIBRARY, self._clock())
        _write("Stopped watching.")
        return FINE

    def _note_recent(self) -> None:
        """Note which files changed so shortly before that their writer may go on."""
        now, wall = self._clock(), time.time()
        for file in {*self._watched.files.values()}:
            with suppress(OSError):  # it is not there
                age = wall - Path(file).stat().st_mtime
                if 0 <= age < self.schedule.pace.quiet:
                    self.schedule = file_changed(self.schedule, file, now - age)

    # --- steps

    def _follow(self, noticing: Noticing) -> int | None:
        """Take step after step; return the code of the only run, None if folders came or went."""
        while True:
            self._look_for_pause()
            # To ask the library may have taken minutes.
            self._take_in_all()
            match next_step(self.schedule, self._clock()):
                case Wait(until):
                    self._wait(until)
                case AskLibrary():
                    self._ask()
                    if noticing.is_outdated:
                        return None
                case BeginRun() if is_git_at_work(self._place.workspace.project.root):
                    self._wait_for_git()
                case BeginRun(but):
                    ran = self._run(but)
                    if self._is_once and not ran.passing:
                        return ran.code
                    if self._has_moved(ran):
                        return None

    def _wait(self, until: float) -> None:
        """Wait until a moment, or until something is noticed, and take that in."""
        change: tuple[str, float] | None = ("", 0.0)
        with suppress(Empty):
            change = self._changes.get(timeout=max(0, min(until - self._clock(), _LOOK_AROUND)))
        self._take_in(change)
        self._take_in_all()

    def _take_in_all(self) -> None:
        while not self._changes.empty():
            self._take_in(self._changes.get())

    def _look_for_pause(self) -> None:
        is_paused = pause_path(self._state_folder).exists() and not self._is_once
        if is_paused != self.schedule.is_paused:
            _say("Paused." if is_paused else "Resumed.")
            self.schedule = paused(self.schedule, is_paused=is_paused)

    def _wait_for_git(self) -> None:
        """Look again after a while; say so once."""
        if self._said.passing != _GIT:
            _say(_GIT)
        self._said = replace(self._said, passing=_GIT)
        self.schedule = run_put_off(self.schedule, self._clock())

    def _take_in(self, change: tuple[str, float] | None) -> None:
        if change is None:
            raise _Ended
        if file := self._watched.file_of(change[0]):
            self.schedule = file_changed(self.schedule, file, change[1])

    def _noticed(self, path: str) -> None:
        self._changes.put((path, self._clock()))

    def _ask(self) -> None:
        """Ask the library whether it has changed."""
        try:
            token = self._token()
        except ZoterodigestError as error:
            if self._is_once:
                raise
            self.schedule = library_failed(self.schedule, self._clock())
            self._tell_trouble(error)
            return
        self.schedule = library_answered(self.schedule, token, self._clock())
        if self._trouble is not None:
            _say("The library answers again.")
        self._trouble = None
        held = held_by_editors(self._said.held)
        for file in self._said.held - held:
            self.schedule = file_changed(self.schedule, file, self._clock())
        self._said = replace(self._said, held=held)

    def _tell_trouble(self, error: ZoterodigestError) -> None:
        """Report once that the library does not answer, and again if it comes to need a person."""
        needs_person = not isinstance(error, PASSING)
        if self._trouble is None or (needs_person and not isinstance(error, self._trouble)):
            # The hint of what ends by itself is to run the command again: the watcher does so.
            what = sentence_of(error) if needs_person else f"{visible(str(error))}."
            self._trouble = type(error)
            if what not in self._said.needs:  # of a run
                _say(f"{what} It is asked again later.")
                self._notify(is_news=needs_person)

    def _token(self) -> str:
        """Return what tells the library from how it was; "" if it has not been created."""
        path = self._place.library.disk_path
        if path is None:
            return token_at(self._place.address)
        with suppress(UnknownState):  # a writer is at work, or there is no file yet
            return state_of(Fact("library", str(Path(path).absolute())))
        return token_at(self._place.address) if Path(path).exists() else ""

    def _run(self, but: frozenset[str]) -> Ran:
        self.schedule = run_begun(self.schedule, self._clock())
        with self._signals.held_off():
            ran = run_unattended(self._asked, but)
        ran = self._believed(ran, but)
        self._tell(ran)
        match ran.retry:
            case Retry.NO:
                self.schedule = run_ended(self.schedule)
            case Retry.SOON:
                self.schedule = run_failed(self.schedule, self._clock())
            case Retry.LATE:
                self.schedule = run_refused(self.schedule, self._clock())
        if self._signals.is_asked:
            raise _Ended
        return ran

    def _believed(self, ran: Ran, but: frozenset[str]) -> Ran:
        """Return a run that says only what it knows of what a person has to do."""
        said = self._said
        new = tuple(one for one in ran.needs if one not in said.needs)
        if self._is_once:
            return ran
        if but or ran.held != said.held or ran.retry is not Retry.NO:
            # What it left out may need the person as before.
            return replace(ran, left=said.left, stands="", needs=(*said.needs, *new))
        return ran

    def _has_moved(self, ran: Ran) -> bool:
        """Take over where a run found the project; return whether other files are to be watched."""
        if ran.place is None:
            return False
        self._place, before = ran.place, self._watched
        self._watched = watched_in(ran.place.workspace)
        self.schedule = replace(self.schedule, pace=self._pace_of(ran.place))
        return self._watched != before

    # --- what a person learns

    def _tell(self, ran: Ran) -> None:
        """Say what a run wrote, and once how things stand and what a person has to do."""
        said = self._said
        left = ran.left if ran.left != said.left else ""
        new = [one for one in ran.needs if one not in said.needs]
        if ran.wrote:
            _say(f"{ran.wrote} {left}".rstrip())
        if ran.stands and ran.stands != said.stands:
            _say(ran.stands)
        for one in new:
            _say(one)
        if ran.passing and ran.passing != said.passing and self._is_once:
            _say(ran.passing)
        self._notify(is_news=bool(new) or bool(left and ran.code != FINE))
        # A run that could not begin says nothing of how things stand.
        stands, held = ran.stands or said.stands, ran.held if ran.place else said.held
        known = said if ran.passing else ran
        self._said = replace(known, stands=stands, passing=ran.passing, held=held)

    def _notify(self, *, is_news: bool) -> None:
        folder = visible(self._place.workspace.project.root.name)
        if is_news:
            show_notice(f"{folder} needs you: run `zoterodigest status` there.")


def _say(text: str) -> None:
    _write(f"{time.strftime('%H:%M:%S')}  {text}")


def _write(line: str) -> None:
    # The terminal may have been closed, or the disk of a log be full: a sync matters more.
    with suppress(OSError):
        emit([line])


class EndSignals:
    """Ctrl-C, SIGTERM and a closed terminal end the watcher, but not a run that writes or reads.

    If one comes twice, it ends the run, too.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._is_held_off = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> None:
        # Only the main thread gets signals; in another one somebody else sees to them.
        if threading.current_thread() is threading.main_thread():
            for one in map(signal.Signals, _ENDING):
                if signal.getsignal(one) is not signal.SIG_IGN:  # as nohup asks for
                    self._before[one] = signal.signal(one, self._end)

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    @contextmanager
    def held_off(self) -> Iterator[None]:
        """Let a run come to its end while the block lasts."""
        self._is_held_off = True
        try:
            yield
        finally:
            self._is_held_off = False

    def heed(self) -> None:
        """End a run that only waits for a server, if the watcher is to end."""
        if self.is_asked:
            raise KeyboardInterrupt

    def _end(self, number: int, frame: FrameType | None) -> None:
        is_second, self.is_asked = self.is_asked, True
        if is_second or not self._is_held_off:
            raise KeyboardInterrupt
