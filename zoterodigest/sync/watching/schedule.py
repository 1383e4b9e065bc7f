"""When a watcher runs: what it has noticed so far, and what it is to do next.

All of it is pure: moments are seconds of a clock that never goes back, and whoever carries out a
step says what came of it. A change is never forgotten before a run has begun that takes it in, so
what changes during a run leads to another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from math import inf

from zoterodigest.frozen import dataclass

LIBRARY = ""
"""Stands for the library among the files that changed: a run always reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a watcher waits, in seconds.

    A run begins when nothing has changed for `quiet`. While some file keeps changing, the others
    wait for it no longer than `patience`, and the run leaves it out. If more than `many` files
    change within `crowd`, such as in a checkout, all wait until nothing changes for as long.

    The library is asked every `poll`. After each failure in a row, of the library or of a run, the
    pause is doubled, up to `longest`; that after a run begins with `pause`. A run that only a
    person can let go on is repeated after `late`, if nothing changes before.
    """

    quiet: float = 10
    patience: float = 60
    many: int = 20
    crowd: float = 10
    poll: float = 15
    pause: float = 5
    longest: float = 300
    late: float = 3600


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing until this moment (it may be infinite), or until something is noticed."""

    until: float


@dataclass(frozen=True, slots=True)
class AskLibrary:
    """Ask the library for its token."""


@dataclass(frozen=True, slots=True)
class BeginRun:
    """Begin a run over all files but those that are still changing."""

    but: frozenset[str]


Step = Wait | AskLibrary | BeginRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What a watcher has noticed.

    `changed` tells when each file that waits for a run changed last, `since` when the first of them
    came. `token` is that of the library, None before it was asked first. No run begins before
    `run_from`; one begins at `retry_at`, also if nothing changed.
    """

    pace: Pace
    changed: Mapping[str, float] = field(default_factory=dict)
    since: float = 0
    is_crowded: bool = False
    is_running: bool = False
    is_paused: bool = False
    token: str | None = None
    ask_at: float = 0
    failed_asks: int = 0
    run_from: float = 0
    retry_at: float = inf
    failed_runs: int = 0


def begin_watching(pace: Pace, now: float) -> Schedule:
    """Return the schedule of a watcher that starts: its first run takes in all that came before."""
    return Schedule(pace=pace, changed={LIBRARY: now - pace.quiet}, since=now, ask_at=now)


def next_step(schedule: Schedule, now: float) -> Step:
    """Return what to do at `now`."""
    if schedule.is_running or schedule.is_paused:
        return Wait(inf)
    # Before the first run: what changes in the library after that shows by another token.
    if schedule.ask_at <= now:
        return AskLibrary()
    run_at = _run_at(schedule)
    if run_at <= now:
        return BeginRun(_still_changing(schedule, now) - {LIBRARY})
    return Wait(min(run_at, schedule.ask_at))


def _run_at(schedule: Schedule) -> float:
    """Return when the next run is due, as far as is known; infinite if none is."""
    # While the library can't be reached, a run could only fail.
    if schedule.failed_asks:
        return inf
    return max(min(_quiet_at(schedule), schedule.retry_at), schedule.run_from)


def _quiet_at(schedule: Schedule) -> float:
    """Return when a run may take in what changed; infinite if nothing did."""
    if not schedule.changed:
        return inf
    pace = schedule.pace
    quiet_at = [at + pace.quiet for at in schedule.changed.values()]
    if schedule.is_crowded:
        return max(max(quiet_at), max(schedule.changed.values()) + pace.crowd)
    return min(max(quiet_at), max(schedule.since + pace.patience, min(quiet_at)))


def _still_changing(schedule: Schedule, now: float) -> frozenset[str]:
    quiet = schedule.pace.quiet
    return frozenset(file for file, at in schedule.changed.items() if at + quiet > now)


def file_changed(schedule: Schedule, file: str, at: float) -> Schedule:
    """Note that a file changed."""
    before, pace = schedule.changed, schedule.pace
    changed = {**before, file: max(at, before.get(file, at))}
    is_crowded = schedule.is_crowded or pace.many < sum(
        at - then < pace.crowd for one, then in changed.items() if one != LIBRARY
    )
    since = schedule.since if before else at
    return replace(schedule, changed=changed, since=since, is_crowded=is_crowded)


def library_answered(schedule: Schedule, token: str, at: float) -> Schedule:
    """Note the library's token, and so whether the library has changed since it was asked last.

    If it did not answer before, such as for a key that it refused, a refused run is repeated.
    """
    is_news = schedule.token is not None and token != schedule.token
    is_refused = schedule.failed_asks > 0 and schedule.retry_at < inf
    known = replace(
        schedule,
        token=token,
        failed_asks=0,
        ask_at=at + schedule.pace.poll,
        retry_at=at if is_refused else schedule.retry_at,
    )
    return file_changed(known, LIBRARY, at) if is_news else known


def library_failed(schedule: Schedule, at: float) -> Schedule:
    """Note that the library did not answer."""
    pause = _doubled(schedule.pace.poll, schedule.failed_asks, schedule.pace)
    return replace(schedule, failed_asks=schedule.failed_asks + 1, ask_at=at + pause)


def paused(schedule: Schedule, *, is_paused: bool) -> Schedule:
    """Note whether a person paused the watcher; what changes meanwhile waits."""
    return replace(schedule, is_paused=is_paused)


def run_begun(schedule: Schedule, at: float) -> Schedule:
    """Note that a run begins: only what it leaves out, and what comes from now on, still waits."""
    left = {file: schedule.changed[file] for file in _still_changing(schedule, at)}
    begun = replace(schedule, changed=left, since=at, is_crowded=False)
    return replace(begun, is_running=True, retry_at=inf)


def run_put_off(schedule: Schedule, at: float) -> Schedule:
    """Note that the run that is due can't begin now."""
    return replace(schedule, run_from=at + schedule.pace.crowd)


def run_ended(schedule: Schedule) -> Schedule:
    """Note that the run ended and took in all that it was about."""
    return replace(schedule, is_running=False, failed_runs=0)


def run_failed(schedule: Schedule, at: float) -> Schedule:
    """Note that the run has to be repeated, for a reason that passes."""
    pause = _doubled(schedule.pace.pause, schedule.failed_runs, schedule.pace)
    waiting = {LIBRARY: at - schedule.pace.quiet, **schedule.changed}
    since = schedule.since if schedule.changed else at
    failed = replace(schedule, changed=waiting, since=since, is_running=False)
    return replace(failed, run_from=at + pause, failed_runs=schedule.failed_runs + 1)


def run_refused(schedule: Schedule, at: float) -> Schedule:
    """Note that a person has to do something before the run can be repeated."""
    return replace(run_ended(schedule), retry_at=at + schedule.pace.late)


def _doubled(first: float, failures: int, pace: Pace) -> float:
    """Return the pause after another failure behind so many."""
    # Of few failures more is known than of many: 1 << 2000 is no float.
    return min(first * (1 << min(failures, 20)), max(first, pace.longest))
