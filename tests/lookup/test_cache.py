"""The cache of lookups: answers by source and key, with the time they came; it may be lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.lookup.cache import Ages, Cache, CachedAnswer, cache_file, is_damaged
from zoterodigest.lookup.work import Source

NOW = datetime(2026, 8, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return cache_file(tmp_path / "not" / "yet")


def kept_in(path: Path | None, *keys: str) -> dict[str, CachedAnswer]:
    with Cache(path) as cache:
        return cache.recall(Source.ARXIV, keys)


def keep_in(path: Path, **answers: str | None) -> None:
    with Cache(path) as cache:
        cache.keep(Source.ARXIV, answers, NOW)


def test_what_is_kept_comes_back_in_another_run(path: Path) -> None:
    keep_in(path, a="text", b=None)

    assert kept_in(path, "a", "b", "c") == {
        "a": CachedAnswer("text", NOW),
        "b": CachedAnswer(None, NOW),
    }


def test_sources_do_not_mix(path: Path) -> None:
    keep_in(path, a="text")

    with Cache(path) as cache:
        assert cache.recall(Source.DBLP, ["a"]) == {}


def test_a_later_answer_takes_the_place_of_an_earlier_one(path: Path) -> None:
    keep_in(path, a="text")
    keep_in(path, a=None)

    assert kept_in(path, "a") == {"a": CachedAnswer(None, NOW)}


def test_many_keys_are_recalled_at_once(path: Path) -> None:
    keys = [f"k{at}" for at in range(2_345)]
    keep_in(path, **dict.fromkeys(keys, "x"))

    assert list(sorted(kept_in(path, *keys))) == sorted(keys)


@given(st.dictionaries(st.text(), st.none() | st.text()))
def test_any_text_is_kept(answers: dict[str, str | None]) -> None:
    with Cache(None) as cache:
        cache.keep(Source.CROSSREF, answers, NOW)

        kept = cache.recall(Source.CROSSREF, answers)

    assert {key: each.answer for key, each in kept.items()} == answers


def test_without_a_file_answers_last_as_long_as_the_object() -> None:
    with Cache(None) as cache:
        cache.keep(Source.ARXIV, {"a": "text"}, NOW)

        assert cache.recall(Source.ARXIV, ["a"]) == {"a": CachedAnswer("text", NOW)}


@pytest.mark.parametrize(
    ("answer", "days", "is_fresh"),
    [("x", 0, True), ("x", 29, True), ("x", 30, False), (None, 1, True), (None, 2, False)],
)
def test_what_there_is_not_is_believed_for_less_long(
    answer: str | None, days: int, is_fresh: bool
) -> None:
    kept = CachedAnswer(answer, NOW - timedelta(days=days))

    assert Ages().is_fresh(kept, NOW) is is_fresh


def test_an_answer_of_the_future_is_not_believed() -> None:
    assert not Ages().is_fresh(CachedAnswer("x", NOW + timedelta(seconds=1)), NOW)


def damaged(path: Path) -> bytes:
    keep_in(path, a="text" * 5_000)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["text", "torn", "zeroed", "no text", "other"])
def test_a_damaged_file_is_begun_anew_and_told_once(path: Path, kind: str) -> None:
    good = damaged(path)
    match kind:
        case "text":
            path.write_text("not a database, but long enough to be looked at" * 30)
        case "torn":
            path.write_bytes(good[: len(good) // 2])
        case "zeroed":
            path.write_bytes(good[:4_096] + bytes(len(good) - 4_096))
        case "no text":  # SQLite quotes its own statements in messages
            path.write_bytes(good.replace(b"NOT NULL", b"NOT NUL\xcc"))
            assert is_damaged(path)
        case _:
            path.unlink()
            with closing(sqlite3.connect(path)) as other:
                other.execute("CREATE TABLE answers (other TEXT)")
    told: list[str] = []

    with Cache(path, tell=told.append) as cache:
        before = cache.recall(Source.ARXIV, ["a"])
        cache.keep(Source.ARXIV, {"b": "text"}, NOW)

    assert before == {}
    assert told == [f"the cache of lookups at {path} was damaged and is begun anew"]
    assert kept_in(path, "b") == {"b": CachedAnswer("text", NOW)}


def test_a_place_that_cannot_be_used_is_done_without_and_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    told: list[str] = []

    with Cache(tmp_path / "file" / "lookups.sqlite", tell=told.append) as cache:
        cache.keep(Source.ARXIV, {"a": "text"}, NOW)
        assert cache.recall(Source.ARXIV, ["a"]) == {}

    assert len(told) == 1
    assert "cannot be used" in told[0]


def test_a_folder_in_the_place_of_the_file_is_left_alone(path: Path) -> None:
    path.mkdir(parents=True)
    told: list[str] = []

    with Cache(path, tell=told.append) as cache:
        assert cache.recall(Source.ARXIV, ["a"]) == {}

    assert path.is_dir()
    assert len(told) == 1


def test_values_of_a_wrong_kind_are_as_good_as_none(path: Path) -> None:
    keep_in(path, a="text", b="text")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE answers SET answer = x'00ff' WHERE key = 'a'")
        connection.execute("UPDATE answers SET asked = 'once' WHERE key = 'b'")

    kept = kept_in(path, "a", "b")

    assert not Ages().is_fresh(kept["b"], NOW)
    assert "a" not in kept


def test_the_folder_is_for_its_owner_alone(path: Path) -> None:
    keep_in(path, a="text")

    assert os.name == "nt" or path.parent.stat().st_mode & 0o077 == 0


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoterodigest.lookup.cache import Cache
from zoterodigest.lookup.work import Source

with Cache(Path(sys.argv[1]), tell=sys.exit) as cache:
    for at in range(100):
        cache.keep(Source.ARXIV, {f"{sys.argv[2]}{at}": "x"}, datetime(2026, 8, 1, tzinfo=UTC))
"""


def test_processes_write_at_once_and_lose_nothing(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")
    ]

    assert [writer.wait(60) for writer in writers] == [0, 0]
    keys = [f"{name}{at}" for name in ("a", "b") for at in range(100)]
    assert set(kept_in(path, *keys)) == set(keys)
