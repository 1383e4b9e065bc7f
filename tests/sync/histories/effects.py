"""Side effects of a run in this process, counted: any of them may never happen, or be watched."""

from __future__ import annotations

import builtins
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_EFFECTS = ("fsync", "replace", "rename", "unlink", "mkdir")
_CREATING = frozenset("wax+")


def _nothing() -> None:
    """Let nothing happen before an error."""


class Killed(BaseException):
    """The run is killed here."""


class Effects:
    """Counts what changes files, and what changes the library if it is told so.

    While armed, the effect at `place` raises `error` before it happens: once, or with `stays` that
    one and all that follow. While watched, each effect is announced before it happens.
    """

    def __init__(self) -> None:
        self._left = 0
        self._error: BaseException | None = None
        self._stays = False
        self._watch: Callable[[], None] | None = None
        self._before: Callable[[], object] = _nothing
        self.has_raised = False
        """Whether the error was raised since it was armed, and was not disarmed."""

    @property
    def has_struck(self) -> bool:
        """Whether the error was raised, or none was to be."""
        return self._error is None or (self._stays and self._left <= 0)

    def arm(
        self,
        place: int,
        error: BaseException,
        before: Callable[[], object] = _nothing,
        *,
        stays: bool = False,
    ) -> None:
        """Have the effect number `place` from now, from 1, call `before` and raise `error`."""
        self._left, self._error, self._stays, self._before = place, error, stays, before
        self.has_raised = False

    def disarm(self) -> None:
        """Let everything happen."""
        self._error, self._stays, self.has_raised = None, False, False

    def watch(self, announced: Callable[[], None] | None) -> None:
        """Call `announced` before each effect; what it does itself is not counted."""
        self._watch = announced

    def spend(self, _number: int = 0) -> None:
        """Count one effect."""
        if self._watch is not None:
            announced, self._watch = self._watch, None
            announced()
            self._watch = announced
        if self._error is None:
            return
        self._left -= 1
        if self._left <= 0:
            error = self._error
            self._error = error if self._stays else None
            self.has_raised = True
            self._before()
            raise error.with_traceback(None)

    @contextmanager
    def counted(self, *, is_thorough: bool = False) -> Iterator[None]:
        """Count the effects of this process on files.

        With `is_thorough` files that are opened to be written count too, once before they are there
        and once while they hold nothing new, and the transactions of databases.
        """
        with pytest.MonkeyPatch.context() as patch:
            for name in _EFFECTS:
                patch.setattr(os, name, self._counting(getattr(os, name)))
            if is_thorough:
                self._count_openings(patch)
                self._count_transactions(patch)
            yield

    def kills(self, place: int, act: Callable[[], object]) -> bool:
        """Kill `act` at its effect number `place` on files; tell whether it has so many."""
        with self.counted():
            self.arm(place, Killed())
            try:
                act()
            except Killed:
                return True
            finally:
                self.disarm()
        return False

    def _counting(self, effect: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **options: Any) -> Any:
            self.spend()
            return effect(*arguments, **options)

        return counting

    def _count_openings(self, patch: pytest.MonkeyPatch) -> None:
        open_number, open_stream = os.open, io.open

        def opened_number(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            if not flags & os.O_CREAT:
                return open_number(path, flags, *arguments, **options)
            self.spend()
            number = open_number(path, flags, *arguments, **options)
            self._spend_or(lambda: os.close(number))
            return number

        def opened_stream(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            if isinstance(file, int) or not _CREATING & set(mode):
                return open_stream(file, mode, *arguments, **options)
            self.spend()
            stream = open_stream(file, mode, *arguments, **options)
            self._spend_or(stream.close)
            return stream

        patch.setattr(os, "open", opened_number)
        patch.setattr(io, "open", opened_stream)
        patch.setattr(builtins, "open", opened_stream)

    def _spend_or(self, close: Callable[[], object]) -> None:
        """Count one effect; where it is the last one, `close` what was opened."""
        try:
            self.spend()
        except BaseException:
            close()
            raise

    def _count_transactions(self, patch: pytest.MonkeyPatch) -> None:
        connect = sqlite3.connect

        def connected(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*arguments, factory=_Counted, **options)
            assert isinstance(connection, _Counted)
            connection.spend = self.spend
            return connection

        patch.setattr(sqlite3, "connect", connected)


class _Counted(sqlite3.Connection):
    """A connection to a database whose disk may be full when a transaction ends."""

    spend: Callable[[], None]

    def execute(self, statement: str, *arguments: Any) -> sqlite3.Cursor:
        if statement == "COMMIT":
            self._spend()
        return super().execute(statement, *arguments)

    def __exit__(self, *raised: Any) -> Any:
        if raised[0] is None and self.in_transaction:
            self._spend()
        return super().__exit__(*raised)

    def _spend(self) -> None:
        try:
            self.spend()
        except OSError as error:
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise full from error


EFFECTS = Effects()
"""The effects of the run that a history plays."""
