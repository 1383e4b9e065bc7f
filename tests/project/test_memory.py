"""The memory of a library: what counts of it when runs are killed."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given

from tests.project.links import locks
from zoterodigest.core.links.link import Base, LockFile, Print
from zoterodigest.core.plan.seen import Lagged, Seen
from zoterodigest.project.lock.lock import render_lock
from zoterodigest.project.memory import (
    keep_memory,
    memory_head,
    prepare_memory,
    read_memory,
    read_memory_head,
    settle_memory,
)

BEFORE, AFTER = LockFile("embedded:1"), LockFile("embedded:2")


def seen(collection: str) -> Seen:
    return Seen({}, {collection: frozenset({"ITEM"})})


@given(remembered=locks(), lock=locks())
def test_what_is_remembered_is_read_whatever_the_lock_file_says_by_then(
    tmp_path_factory: pytest.TempPathFactory, remembered: LockFile, lock: LockFile
) -> None:
    path = tmp_path_factory.mktemp("state") / "seen"
    rows = {row.id: row for row in remembered.rows}

    prepare_memory(path, Seen(rows), lock, render_lock(lock))
    keep_memory(path)

    assert read_memory(path, lock, render_lock(lock)) == Seen(rows)
    assert read_memory(path, AFTER, render_lock(AFTER)) == Seen(rows)


def test_where_the_library_lagged_is_read_again(tmp_path: Path) -> None:
    path, lock_data = tmp_path / "seen", render_lock(BEFORE, b"")
    base = Base(Print("raw", ("one", "two")), Print("other raw", ()))
    remembered = Seen(lagged={"zd-1": {"title": Lagged("mark", base)}})

    prepare_memory(path, remembered, BEFORE, lock_data)
    keep_memory(path)

    assert read_memory(path, BEFORE, lock_data) == remembered
    head = read_memory_head(path, lock_data)
    assert head is not None
    assert head == memory_head(remembered, BEFORE)


def test_a_memory_of_an_earlier_version_tells_nothing_of_a_library_that_lagged(
    tmp_path: Path,
) -> None:
    path, lock_data = tmp_path / "seen", render_lock(BEFORE, b"")
    prepare_memory(path, seen("OLD"), BEFORE, lock_data)
    keep_memory(path)
    path.write_bytes(path.read_bytes().replace(b', "lagged": {}', b""))

    assert b"lagged" not in path.read_bytes()
    assert read_memory(path, BEFORE, lock_data) == seen("OLD")
    assert read_memory_head(path, lock_data) == memory_head(seen("OLD"), BEFORE)


def test_what_a_killed_run_left_prepared_outlives_a_second_run_that_is_killed(
    tmp_path: Path,
) -> None:
    path, lock_data = tmp_path / "seen", render_lock(BEFORE, b"")
    prepare_memory(path, seen("OLD"), BEFORE, lock_data)
    keep_memory(path)
    prepare_memory(path, seen("NEW"), BEFORE, lock_data)  # killed here, its lock file is written

    settle_memory(path, lock_data)
    prepare_memory(path, seen("NEWEST"), AFTER, render_lock(AFTER, lock_data))  # killed here too

    assert read_memory(path, BEFORE, lock_data) == seen("NEW")


def test_what_goes_with_a_lock_file_that_was_never_written_is_not_kept(tmp_path: Path) -> None:
    path, lock_data = tmp_path / "seen", render_lock(BEFORE, b"")
    prepare_memory(path, seen("OLD"), BEFORE, lock_data)
    keep_memory(path)
    prepare_memory(path, seen("NEW"), AFTER, render_lock(AFTER, lock_data))  # killed here

    settle_memory(path, lock_data)

    assert read_memory(path, BEFORE, lock_data) == seen("OLD")


def test_keeping_what_a_killed_run_had_prepared_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, lock_data = tmp_path / "seen", render_lock(BEFORE, b"")
    prepare_memory(path, seen("NEW"), BEFORE, lock_data)  # killed here, its lock file is written

    with caplog.at_level(logging.INFO):
        settle_memory(path, lock_data)

    assert "A killed run had prepared" in caplog.text


def test_why_a_memory_is_thrown_away_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, lock_data = tmp_path / "seen", render_lock(BEFORE, b"")
    prepare_memory(path, seen("OLD"), BEFORE, lock_data)
    keep_memory(path)
    path.write_bytes(path.read_bytes() + b"# cut and mended\n")

    with caplog.at_level(logging.INFO):
        assert read_memory(path, BEFORE, lock_data) is None

    assert "the lock file alone decides" in caplog.text
