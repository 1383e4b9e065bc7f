"""A write that goes on by itself: the browser shows how far it is, and may leave."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from threading import Event, Thread

from zoterodigest.errors import Stopped
from zoterodigest.sync.apply.sending import Progress


class OngoingWrite:
    """Does `work` in a thread of its own, which tells how far it is; it ends with a name.

    The thread ends with the program: a write that is cut off then is one that the next run mends.
    """

    def __init__(self, work: Callable[[Progress], str]) -> None:
        self.reached = 0, 0
        self._shall_stop = Event()
        self._came: Future[str] = Future()
        # What the person allowed this run holds in this context alone.
        Thread(target=copy_context().run, args=(self._do, work), daemon=True).start()

    def name(self, seconds: float | None = None) -> str | None:
        """Return the name that the work ended with, None if it still goes on after `seconds`.

        Raises what the work raised, and `Stopped` if a person stopped it.
        """
        try:
            return self._came.result(seconds)
        except TimeoutError:
            if self._came.done():  # the work's own
                raise
            return None

    def stop(self) -> None:
        """Let the work stop where it is, as Ctrl-C stops a command."""
        self._shall_stop.set()

    def _do(self, work: Callable[[Progress], str]) -> None:
        try:
            self._came.set_result(work(self._report))
        except KeyboardInterrupt:
            self._came.set_exception(Stopped("written", *self.reached))
        except Exception as error:  # whoever waits for the name is to have it
            self._came.set_exception(error)

    def _report(self, done: int, total: int) -> None:
        self.reached = done, total
        if self._shall_stop.is_set():
            raise KeyboardInterrupt
