"""What is closed at the end of a `with`, however that ends."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """A value that a `with` block gives as it is, and closes."""

    def close(self) -> None:
        """Let go of what is held open."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
