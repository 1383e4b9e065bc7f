"""When a watcher runs: once it is quiet, never twice at once, and never without a change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.sync.watching.schedule import (
    LIBRARY,
    AskLibrary,
    BeginRun,
    Pace,
    Schedule,
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

PACE = Pace(quiet=10, patience=60, many=20, poll=15, pause=5, longest=300, late=400)


def settled(now: float = 0) -> Schedule:
    """Return the schedule of a watcher that has made its first run."""
    asked = library_answered(begin_watching(PACE, now), "a", now)
    return run_ended(run_begun(asked, now))


def at_work(schedule: Schedule, now: float) -> Schedule:
    """Return a schedule that has asked the library so lately that only a run can be due."""
    return library_answered(schedule, schedule.token or "a", now)


def step(schedule: Schedule, now: float) -> object:
    return next_step(at_work(schedule, now), now)


# --- one rule each


def test_the_library_is_asked_before_the_first_run_begins() -> None:
    schedule = begin_watching(PACE, 100)

    assert next_step(schedule, 100) == AskLibrary()
    assert next_step(library_answered(schedule, "a", 100), 100) == BeginRun(frozenset())


def test_without_a_change_nothing_but_the_library_is_asked() -> None:
    assert next_step(settled(), 0) == Wait(15)
    assert next_step(settled(), 15) == AskLibrary()


def test_a_run_begins_when_a_file_has_been_quiet_for_ten_seconds() -> None:
    schedule = file_changed(file_changed(settled(), "a.md", 1), "a.md", 4)

    assert step(schedule, 13.9) == Wait(14)
    assert step(schedule, 14) == BeginRun(frozenset())


def test_files_that_change_together_are_in_one_run() -> None:
    schedule = file_changed(file_changed(settled(), "a.md", 0), "b.md", 8)

    assert step(schedule, 10) == Wait(18)
    assert step(schedule, 18) == BeginRun(frozenset())


def test_a_file_that_never_gets_quiet_keeps_the_others_waiting_for_a_minute() -> None:
    schedule = file_changed(file_changed(settled(), "a.md", 0), "b.md", 1)
    for second in range(2, 70, 2):
        schedule = file_changed(schedule, "b.md", second)
        expected = BeginRun(frozenset({"b.md"})) if second >= 60 else Wait(max(60, second + 10))
        assert type(step(schedule, second)) is type(expected)

    after = run_ended(run_begun(schedule, 68))
    assert after.changed == {"b.md": 68}


def test_more_than_twenty_files_wait_until_all_are_quiet() -> None:
    schedule = settled()
    for number in range(400):
        schedule = file_changed(schedule, f"{number}.md", number / 4)

    assert step(schedule, 100) == Wait(399 / 4 + 10)
    assert step(schedule, 110) == BeginRun(frozenset())


def test_many_files_are_waited_for_also_where_no_single_one_is() -> None:
    schedule = replace(settled(), pace=replace(PACE, quiet=0))
    for number in range(30):
        schedule = file_changed(schedule, f"{number}.md", number / 4)

    assert step(schedule, 8) == Wait(29 / 4 + 10)


def test_twenty_files_are_no_checkout() -> None:
    schedule = settled()
    for number in range(20):
        schedule = file_changed(schedule, f"{number}.md", number / 10)

    assert not schedule.is_crowded


def test_another_token_of_the_library_leads_to_a_run() -> None:
    schedule = library_answered(library_answered(settled(), "a", 15), "b", 30)

    assert schedule.changed == {LIBRARY: 30}
    assert next_step(schedule, 40) == BeginRun(frozenset())


def test_a_library_that_fails_is_asked_less_and_less_often() -> None:
    schedule, pauses, now = settled(), [], 0.0
    for _ in range(8):
        schedule = library_failed(schedule, now)
        pauses.append(schedule.ask_at - now)
        now = schedule.ask_at

    assert pauses == [15, 30, 60, 120, 240, 300, 300, 300]
    assert library_answered(schedule, "a", now).ask_at - now == 15


def test_a_refused_run_is_repeated_when_the_library_answers_again() -> None:
    refused = run_refused(run_begun(settled(), 5), 6)

    again = library_answered(library_failed(refused, 15), "a", 30)

    assert next_step(library_answered(refused, "a", 30), 30) == Wait(45)
    assert next_step(again, 30) == BeginRun(frozenset())


def test_while_the_library_fails_no_run_begins_and_none_is_forgotten() -> None:
    schedule = library_failed(file_changed(settled(), "a.md", 0), 1)

    assert next_step(schedule, 15) == Wait(16)
    assert next_step(library_answered(schedule, "a", 16), 16) == BeginRun(frozenset())


def test_a_run_that_has_to_be_repeated_is_repeated_after_longer_and_longer_pauses() -> None:
    schedule, pauses, now = settled(), [], 0.0
    for _ in range(8):
        schedule = run_failed(run_begun(schedule, now), now)
        assert step(schedule, now) != BeginRun(frozenset())
        pauses.append(schedule.run_from - now)
        now = schedule.run_from
        assert step(schedule, now) == BeginRun(frozenset())

    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]


def test_a_change_during_a_run_leads_to_another_run() -> None:
    schedule = run_begun(file_changed(settled(), "a.md", 0), 10)
    schedule = run_ended(file_changed(schedule, "a.md", 11))

    assert step(schedule, 12) == Wait(21)
    assert step(schedule, 21) == BeginRun(frozenset())


def test_a_paused_watcher_does_nothing_and_forgets_nothing() -> None:
    schedule = paused(file_changed(settled(), "a.md", 0), is_paused=True)

    assert next_step(schedule, 1000) == Wait(inf)
    assert step(paused(schedule, is_paused=False), 1000) == BeginRun(frozenset())


def test_a_run_that_needs_a_person_is_repeated_when_something_changes_or_late() -> None:
    schedule = run_refused(run_begun(file_changed(settled(), "a.md", 0), 10), 12)

    assert step(schedule, 12) == Wait(27)  # for the library
    assert step(schedule, 411) == Wait(412)
    assert step(schedule, 412) == BeginRun(frozenset())
    assert step(file_changed(schedule, "zoterodigest.toml", 20), 30) == BeginRun(frozenset())


def test_a_run_that_is_put_off_is_due_again_after_a_while() -> None:
    schedule = run_put_off(file_changed(settled(), "a.md", 0), 10)

    assert step(schedule, 10) == Wait(20)
    assert step(schedule, 20) == BeginRun(frozenset())


# --- laws over any history

FILES = ("a.md", "b.md", "refs.bib")


@dataclass
class History:
    """What became of a watcher second by second; a run takes some seconds."""

    schedule: Schedule = field(default_factory=lambda: begin_watching(PACE, 0))
    now: float = 0
    run_ends: float = inf
    is_cut: bool = False
    token: int = 0
    ends: str = "work"
    changed: dict[str, float] = field(default_factory=dict)
    """When each file changed that no run has taken in since."""
    taken: dict[str, float] = field(default_factory=dict)

    def change(self, file: str) -> None:
        self.changed[file] = self.now
        if file == LIBRARY:
            self.token += 1
        else:
            self.schedule = file_changed(self.schedule, file, self.now)

    def pass_second(self) -> None:
        """Do what is due now, then let a second go by."""
        if self.run_ends <= self.now:
            self.run_ends = inf
            match self.ends:
                case "work":
                    self.schedule = run_ended(self.schedule)
                case "fail":
                    self.schedule = run_failed(self.schedule, self.now)
                case _:
                    self.schedule = run_refused(self.schedule, self.now)
            if self.ends != "work":  # it took in nothing
                self.changed = {**self.taken, **self.changed}
        for _ in range(3):
            match next_step(self.schedule, self.now):
                case AskLibrary():
                    assert self.run_ends == inf, "a library is asked during a run"
                    if self.is_cut:
                        self.schedule = library_failed(self.schedule, self.now)
                    else:
                        answer = library_answered(self.schedule, str(self.token), self.now)
                        self.schedule = answer
                case BeginRun(but):
                    self._begin(but)
                case Wait(until):
                    assert until > self.now
                    break
        self.now += 1

    def _begin(self, but: frozenset[str]) -> None:
        assert self.run_ends == inf, "two runs at once"
        typed = {file for file, at in self.changed.items() if at + PACE.quiet > self.now}
        assert typed - {LIBRARY} <= but, "a run takes in a file that is being typed in"
        self.taken = {file: at for file, at in self.changed.items() if file not in but}
        self.changed = {file: at for file, at in self.changed.items() if file in but}
        self.schedule = run_begun(self.schedule, self.now)
        self.run_ends = self.now + 3


EVENTS = st.sampled_from(
    (*FILES, LIBRARY, "cut", "mend", "fail", "refuse", "work", "pause", "resume")
)


def play(history: History, events: list[tuple[str, int]]) -> None:
    for event, seconds in events:
        match event:
            case "cut" | "mend":
                history.is_cut = event == "cut"
            case "fail" | "work" | "refuse":
                history.ends = event
            case "pause" | "resume":
                history.schedule = paused(history.schedule, is_paused=event == "pause")
            case _:
                history.change(event)
        for _ in range(seconds):
            history.pass_second()


@given(st.lists(st.tuples(EVENTS, st.integers(0, 40)), max_size=40))
def test_in_any_history_every_change_gets_into_a_run_and_none_while_it_is_typed(
    events: list[tuple[str, int]],
) -> None:
    history = History()

    play(history, events)
    play(history, [("mend", 0), ("work", 0), ("resume", 700)])

    assert history.changed == {}
    assert history.run_ends == inf
    assert history.schedule.changed == {}


@given(st.lists(st.integers(1, 9), min_size=60, max_size=80))
def test_typing_in_one_file_without_end_keeps_no_other_change_from_its_run(
    pauses: list[int],
) -> None:
    history = History()

    play(history, [("a.md", 1), ("b.md", 1), *(("b.md", pause) for pause in pauses)])

    assert "a.md" not in history.changed
    assert "b.md" in history.changed
