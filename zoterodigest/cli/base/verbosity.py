"""The log on the screen: what the other layers tell the `logging` of Python, if it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from zoterodigest.cli.base.screen import tell, visible

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


@contextmanager
def showing_log(verbosity: int) -> Iterator[None]:
    """Show the log on standard error while the block lasts: with 1 what is unusual, with 2 all."""
    logger, shows = logging.getLogger("zoterodigest"), _OnScreen()
    level, before = _LEVELS[min(verbosity, len(_LEVELS) - 1)], logger.level
    shows.setLevel(level)
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
        seconds = record.relativeCreated / 1000
        tell([f"[{seconds:.3f} s] {visible(record.getMessage())}"])
