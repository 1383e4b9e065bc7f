"""The ids of new rows are counted: every history counts anew, so a seed always makes the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class RowIds:
    """Gives the ids of a run's new rows; `next` is the number of the next one."""

    next = 0

    def __call__(self) -> Iterator[str]:
        while True:
            self.next += 1
            yield f"zd-{self.next - 1:010d}"

    @contextmanager
    def unspent(self) -> Iterator[None]:
        """Let what is only planned meanwhile use up no id."""
        before = self.next
        try:
            yield
        finally:
            self.next = before


ROW_IDS = RowIds()
