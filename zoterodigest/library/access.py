"""What libraries over the network need of this machine: keys, a cache, patience, a tally."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from zoterodigest.frozen import dataclass
from zoterodigest.library.address import WebAddress

Wait = Callable[[float, str], None]
"""Returns after so many seconds; the text says what is waited for."""


def sleep(seconds: float, _: str) -> None:
    """Wait in silence."""
    time.sleep(seconds)


Clock = Callable[[], datetime]
"""Tells the time; tests give one that stands still."""


def utc_now() -> datetime:
    """Return the time it is."""
    return datetime.now(UTC)


DESKTOP_FILES = "desktop-*.json"
"""What the names of files are like that keep what must be known of a running Zotero."""

Tally = Counter[str]
"""How many requests were sent: `read`, `write`, and how many of them `again`."""

Pauses = dict[str, tuple[datetime, float]]
"""When a server, by its URL, asked for a pause last, and for how many seconds."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach libraries over the network.

    `key_of` returns the API key for a library, "" if none is known. Objects are kept in
    `cache_folder` between runs, or not at all (None).

    `local_key_of` returns the key that the Zotero on this computer with this ID once gave.
    `keep_local_key` keeps one, in a private file if `has_key_file`. `before_asking` is called
    before a person is asked for one. `desktop_folder` holds what must be known of the libraries of
    that Zotero between runs (None: nothing is kept). An answer must be complete after
    `longest_answer` seconds. `pauses` are those that servers asked for: whoever reaches them more
    than once keeps them in between.
    """

    key_of: Callable[[WebAddress], str] = field(default=lambda _: "", repr=False)
    cache_folder: Path | None = None
    wait: Wait = sleep
    tally: Tally = field(default_factory=Tally)
    local_key_of: Callable[[str], str] = field(default=lambda _: "", repr=False)
    keep_local_key: Callable[[str, str], None] = field(default=lambda *_: None, repr=False)
    before_asking: Callable[[], None] = lambda: None
    has_key_file: bool = False
    desktop_folder: Path | None = None
    longest_answer: float = 600.0
    pauses: Pauses = field(default_factory=Pauses)
