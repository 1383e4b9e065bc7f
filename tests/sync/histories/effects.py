"""Side effects of a run in this process, counted: one of them may never happen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_EFFECTS = ("fsync", "replace", "unlink", "mkdir")


class Killed(BaseException):
    """The run is killed here."""


class Effects:
    """Counts what changes files, and what changes the library if it is told so.

    While armed, the effect at `place` raises `error` before it happens, once.
    """

    def __init__(self) -> None:
        self._left = 0
        self._error: BaseException | None = None
        self._before: Callable[[], object] = lambda: None

    @property
    def has_struck(self) -> bool:
        """Whether the error was raised, or none was to be."""
        return self._error is None

    def arm(
        self, place: int, error: BaseException, before: Callable[[], object] = lambda: None
    ) -> None:
        """Have the effect number `place` from now, from 1, call `before` and raise `error`."""
        self._left, self._error, self._before = place, error, before

    def disarm(self) -> None:
        """Let everything happen."""
        self._error = None

    def spend(self, _number: int = 0) -> None:
        """Count one effect."""
        if self._error is None:
            return
        self._left -= 1
        if self._left <= 0:
            error, self._error = self._error, None
            self._before()
            raise error

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the effects of this process on files."""
        originals = {name: getattr(os, name) for name in _EFFECTS}
        for name, effect in originals.items():
            setattr(os, name, self._counting(effect))
        try:
            yield
        finally:
            for name, effect in originals.items():
                setattr(os, name, effect)

    def _counting(self, effect: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **options: Any) -> Any:
            self.spend()
            return effect(*arguments, **options)

        return counting
