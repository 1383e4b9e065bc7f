"""What libraries over the network need of this machine: keys, a cache, patience, a tally."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from zoterodigest.library.address import WebAddress

Wait = Callable[[float, str], None]
"""Returns after so many seconds; the text says what is waited for."""


class Tally:
    """How many requests were sent: `read`, `write`, and how many of them `again`."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, kind: str) -> None:
        """Count one request of this kind."""
        self._counts[kind] += 1

    def __getitem__(self, kind: str) -> int:
        return self._counts[kind]

    @property
    def total(self) -> int:
        """All requests."""
        return self["read"] + self["write"]


def _no_key(_: WebAddress) -> str:
    return ""


def _no_local_key(_: str) -> str:
    return ""


def _forget(_: str, __: str) -> None:
    pass


def _nothing() -> None:
    pass


def _sleep(seconds: float, _: str) -> None:
    time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach libraries over the network.

    `key_of` returns the API key for a library, "" if none is known. Objects are kept in
    `cache_folder` between runs, or not at all (None).

    `local_key_of` returns the key that the Zotero on this machine with this id once gave,
    `keep_local_key` keeps one, in a file of the user's if `has_key_file`, and `before_asking` is
    called before a person is asked for one. `desktop_folder` holds what must be known of its
    libraries between runs (None: nothing is). An answer must be complete after `longest_answer`
    seconds.
    """

    key_of: Callable[[WebAddress], str] = field(default=_no_key, repr=False)
    cache_folder: Path | None = None
    wait: Wait = _sleep
    tally: Tally = field(default_factory=Tally)
    local_key_of: Callable[[str], str] = field(default=_no_local_key, repr=False)
    keep_local_key: Callable[[str, str], None] = field(default=_forget, repr=False)
    before_asking: Callable[[], None] = _nothing
    has_key_file: bool = False
    desktop_folder: Path | None = None
    longest_answer: float = 600.0
