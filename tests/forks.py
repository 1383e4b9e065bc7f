"""Run the tests in processes that are forked once all tests are collected: `pytest --forks 2`.

A process of pytest-xdist imports and collects everything by itself and sends all that a report
holds: for the tests here that takes a twelfth of all processor time. Forks have it from the first.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to run tests side by side."""
    parser.addoption("--forks", type=int, default=0, help="run the tests in so many processes")


def pytest_configure(config: pytest.Config) -> None:
    """Run tests side by side if that is asked for."""
    if number := config.getoption("--forks"):
        config.pluginmanager.register(Forks(number))


@dataclass
class _Worker:
    """A forked process, as the one that waits for it knows it."""

    process: int
    told: Connection
    running: int | None = None
    """The number of the test that it runs."""


@dataclass
class Forks:
    """A plugin of pytest: forks `number` processes, which take tests until all are taken."""

    number: int
    done: set[int] = field(default_factory=set)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Have all tests run; in a forked process, run those that it takes."""
        if session.testsfailed or session.config.option.collectonly or not session.items:
            return None
        pipe = _in_pipe(shares(len(session.items), self.number))
        sys.stdout.flush()  # or each fork would write it, too
        workers = list[_Worker]()
        for _ in range(self.number):
            told, telling = Pipe(duplex=False)
            process = os.fork()
            if not process:
                _Share(pipe, telling, session).run()
                return True
            telling.close()
            workers.append(_Worker(process, told))
        os.close(pipe)
        try:
            self._listen(session, workers)
        finally:
            codes = [_exit_code(worker) for worker in workers]
        self._judge(session, workers, codes)
        return True

    def _listen(self, session: pytest.Session, workers: list[_Worker]) -> None:
        """Pass on to pytest what the workers tell until all have ended."""
        with DefaultSelector() as working:
            for worker in workers:
                working.register(worker.told, EVENT_READ, worker)
            while working.get_map():
                for key, _ in working.select():
                    try:
                        self._pass_on(session, key.data, *key.data.told.recv())
                    except EOFError:
                        working.unregister(key.fileobj)
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)

    def _pass_on(
        self,
        session: pytest.Session,
        worker: _Worker,
        number: int | None,
        reports: list[Any],
        following: int | None,
    ) -> None:
        worker.running = following
        if number is None:
            return
        self.done.add(number)
        item, hook = session.items[number], session.config.hook
        for told in reports:
            if isinstance(told, float):
                report = _report_on(item, "passed", None, told)
            else:
                report = hook.pytest_report_from_serializable(config=session.config, data=told)
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _judge(self, session: pytest.Session, workers: list[_Worker], codes: list[int]) -> None:
        """See to it that no run is fine because tests were not run."""
        for worker, code in zip(workers, codes, strict=True):
            if worker.running is not None:
                said = f"The process of this test ended with code {code}."
                report = _report_on(session.items[worker.running], "failed", said, 0.0)
                session.config.hook.pytest_runtest_logreport(report=report)
        # A process also ends with 1 if it fails after its last test.
        fine = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED if session.testsfailed else 0}
        if not fine.issuperset(codes):
            raise session.Interrupted(f"processes of tests ended with codes {codes}")
        if missing := len(session.items) - len(self.done):
            raise session.Interrupted(f"{missing} tests were not run")


def _report_on(item: pytest.Item, outcome: Any, said: str | None, took: float) -> pytest.TestReport:
    return pytest.TestReport(item.nodeid, item.location, {}, outcome, said, "call", duration=took)


def _exit_code(worker: _Worker) -> int:
    """Return the exit code of a worker, which is killed if it has not told all."""
    if worker.running is not None:
        os.kill(worker.process, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(worker.process, 0)[1])


def shares(tests: int, processes: int) -> list[range]:
    """Return shares of all tests, which processes take one after the other.

    They become smaller, so that all processes end at about the same time; tests of a module, which
    may share what is made once, mostly stay together.
    """
    found = list[range]()
    left = range(tests)
    while left:
        size = max(1, len(left) // (4 * processes))
        found.append(left[:size])
        left = left[size:]
    return found


def _in_pipe(found: list[range]) -> int:
    """Return a pipe with `found`: what one process has read, no other reads."""
    taking, filling = os.pipe()
    os.write(filling, b"".join(b"%8d%8d" % (one.start, one.stop) for one in found))
    os.close(filling)
    return taking


@dataclass
class _Share:
    """A plugin of pytest in a forked process: runs tests and tells what came of each."""

    pipe: int
    telling: Connection
    session: pytest.Session
    reports: list[Any] = field(default_factory=list)

    def run(self) -> None:
        """Run tests until all are taken."""
        session, config = self.session, self.session.config
        _become_a_worker(config)
        config.pluginmanager.register(self)
        numbers = self._taken()
        number = next(numbers, None)
        self.telling.send((None, [], number))
        while number is not None and not session.shouldfail:
            following = next(numbers, None)
            item = session.items[number]
            nextitem = None if following is None else session.items[following]
            config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            self.telling.send((number, self.reports, following))
            self.reports.clear()
            number = following

    def _taken(self) -> Iterator[int]:
        while share := os.read(self.pipe, 16):
            yield from range(int(share[:8]), int(share[8:]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a report to send; of what passed, as nearly all does, the time alone."""
        if type(report) is pytest.TestReport and report.passed and not hasattr(report, "wasxfail"):
            if report.when == "call":
                self.reports.append(report.duration)
            return
        config = self.session.config
        data = config.hook.pytest_report_to_serializable(config=config, report=report)
        self.reports.append(data)


def _become_a_worker(config: pytest.Config) -> None:
    """Leave to the process that waits what there is one of: the terminal and the cache."""
    config.pluginmanager.unregister(name="terminalreporter")
    # The sign of pytest-xdist, by which plugins know that another process keeps what is reported.
    config.workerinput = {}  # type: ignore[attr-defined]
    # The file of what is captured is the same for all forks, and so is the place in it.
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
