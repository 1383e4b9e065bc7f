"""Nothing is read twice to decide: what a command has read is passed on.

What the laws ask for is read again: whether a project leads outside before it is used, and just
before and after a write whether a file is still as it was read and the library as it was meant.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest
from tests.cli.test_earlier_state import killed as killed
from tests.cli.test_earlier_state import waiting as waiting
from zoterodigest import mapping
from zoterodigest.bibtex.facts import rules
from zoterodigest.library.records import zotero

BEFORE = frozenset({"require_inside", "require_unchanged", "_require_unchanged"})
"""Functions that look at a file before a project is used, and just before a file is written."""

STAMPS = frozenset({"request_of", "states_of", "is_configured_as_read"})
"""Functions that look whether a run could be repeated from a stamp."""

AFTER = frozenset({"_contents_after", "_followed", "_settle_killed_run"})
"""Functions that read again what was just written."""


OWN_FORMAT = "hf-daily-table.format.toml"


class Readings:
    """Counts how often a file is opened to be read, or a library read, but for the checks."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.counts: Counter[str] = Counter()
        patch.setattr(os, "open", self._counting(os.open))
        patch.setattr(io, "open", self._counting(io.open))
        patch.setattr(sqlite3, "connect", self._counting_libraries(sqlite3.connect))

    def _counting(self, opened: Callable[..., Any]) -> Callable[..., Any]:
        def counted(path: Any, *arguments: Any, **named: Any) -> Any:
            if isinstance(path, str | Path) and not _callers() & (BEFORE | STAMPS | AFTER):
                self.counts[Path(path).name] += 1
            return opened(path, *arguments, **named)

        return counted

    def _counting_libraries(self, opened: Callable[..., Any]) -> Callable[..., Any]:
        def counted(path: Any, *arguments: Any, **named: Any) -> Any:
            callers = _callers()
            # A library of an older version is read into a copy in memory, which has our tables.
            is_copy = path == ":memory:"
            if "read" in callers and not is_copy and not callers & (STAMPS | AFTER):
                self.counts["the library"] += 1
            return opened(path, *arguments, **named)

        return counted


def _callers() -> frozenset[str]:
    """Return the names of the functions that are at work."""
    names = set()
    frame = sys._getframe(2)
    while frame.f_back is not None:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return frozenset(names)


@pytest.fixture
def project(waiting: Path) -> Path:
    """A project of two digests, a .bib and a format of one's own, with something to write."""
    shutil.copyfile(mapping.folder() / "formats" / "hf-daily-table.toml", waiting / OWN_FORMAT)
    return waiting


@pytest.mark.parametrize("command", ["status", "plan", "sync --yes", "export", "undo --yes"])
def test_a_command_reads_no_file_and_no_library_twice_to_decide(
    zoterodigest: Zoterodigest, project: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    if command.startswith("undo"):
        assert zoterodigest("sync", "--yes").code == 0

    assert_read_once(zoterodigest, monkeypatch, command)


@pytest.mark.parametrize("command", ["status", "sync --yes", "undo --yes"])
def test_a_command_after_a_killed_run_reads_nothing_twice_to_decide(
    zoterodigest: Zoterodigest,
    project: Path,
    killed: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    assert_read_once(zoterodigest, monkeypatch, command)


def assert_read_once(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Fail if a command reads a file of the project, or its library, twice to decide."""
    with monkeypatch.context() as patch:
        readings = Readings(patch)
        code = zoterodigest(*command.split()).code

    assert code == 0
    always = ("zoterodigest.toml", "zoterodigest.lock", "list.md", "refs.bib", OWN_FORMAT)
    assert {name: readings.counts[name] for name in always} == dict.fromkeys(always, 1)
    assert readings.counts["the library"] == 1
    assert readings.counts["notes.md"] <= 1  # an undo reads only what its run wrote


def test_built_in_tables_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (
        rules.bib_rules,
        zotero.item_rules,
        zotero.load_spellings,
        mapping.venue_table,
    ):
        one.cache_clear()
    mapping.shipped_tables.cache_clear()

    with monkeypatch.context() as patch:
        readings = Readings(patch)
        found = zotero.ZoteroMapping()
        for _ in range(2):
            assert all((found.rules, found.spellings, found.venues))
        rules.bib_rules()

    assert set(readings.counts.values()) == {1}, readings.counts
