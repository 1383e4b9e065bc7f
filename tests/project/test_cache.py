"""The cache of readings: what it keeps, and that nothing which is wrong with it is ever noticed."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.project.unprivileged import run_as_nobody
from zoterodigest.project.cache import ReadingCache
from zoterodigest.project.files import create_state_folder

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    create_state_folder(tmp_path / ".zoterodigest")
    return tmp_path / ".zoterodigest"


def keep(state: Path, engine: str = "engine", **values: object) -> None:
    with ReadingCache(state, engine) as cache:
        cache.put("digest", values)


def kept(state: Path, *keys: str, engine: str = "engine") -> dict[str, Any]:
    with ReadingCache(state, engine) as cache:
        return cache.get("digest", keys)


def file_of(state: Path) -> Path:
    return state / "cache" / "readings.sqlite"


def test_what_one_run_kept_another_one_gets(state: Path) -> None:
    keep(state, first={"title": "Größe"}, second=[1, None])

    assert kept(state, "first", "second", "third") == {
        "first": {"title": "Größe"},
        "second": [1, None],
    }


@given(value=VALUES)
def test_every_value_of_json_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    state = tmp_path_factory.mktemp("state")

    keep(state, some=value)

    assert kept(state, "some") == {"some": value}
    shutil.rmtree(state)


def test_a_run_gets_what_it_kept_itself(state: Path) -> None:
    cache = ReadingCache(state, "engine")

    cache.put("digest", {"one": "new"})

    assert cache.get("digest", ["one"]) == {"one": "new"}
    assert not file_of(state).exists()


def test_kinds_do_not_share_keys(state: Path) -> None:
    keep(state, one="a digest")

    with ReadingCache(state, "engine") as cache:
        assert cache.get("item", ["one"]) == {}


def test_many_keys_are_found_as_few_are(state: Path) -> None:
    values = {f"key {number}": number for number in range(1000)}
    with ReadingCache(state, "engine") as cache:
        cache.put("row", values)
        cache.put("digest", {"key 7": "another kind"})

    with ReadingCache(state, "engine") as cache:
        assert cache.get("row", [*values, "unknown"]) == values
        assert cache.get("row", ["key 7"]) == {"key 7": 7}


def test_another_engine_finds_nothing_and_begins_anew(state: Path) -> None:
    keep(state, old=1)

    assert kept(state, "old", engine="newer") == {}
    keep(state, "newer", new=2)
    assert kept(state, "old", "new", engine="newer") == {"new": 2}
    assert kept(state, "old", "new") == {}


def test_a_run_that_fails_keeps_nothing(state: Path) -> None:
    def failing_run() -> None:
        with ReadingCache(state, "engine") as cache:
            cache.put("digest", {"one": 1})
            raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        failing_run()

    assert kept(state, "one") == {}


def test_a_run_that_keeps_nothing_new_writes_nothing(state: Path) -> None:
    keep(state, one=1)
    before = file_of(state).stat()

    assert kept(state, "one") == {"one": 1}

    assert file_of(state).stat() == before


def test_without_a_state_folder_nothing_is_made(tmp_path: Path) -> None:
    keep(tmp_path / ".zoterodigest", one=1)

    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_for_this_user_alone(state: Path) -> None:
    (state / "cache").mkdir(mode=0o755)

    keep(state, one=1)

    assert stat.S_IMODE((state / "cache").stat().st_mode) == 0o700
    assert [path.name for path in (state / "cache").iterdir()] == ["readings.sqlite"]


def test_a_discarded_cache_is_empty_and_can_be_filled_again(state: Path) -> None:
    keep(state, one=1)

    with ReadingCache(state, "engine") as cache:
        cache.put("digest", {"two": 2})
        cache.discard()
        cache.put("digest", {"three": 3})

    assert kept(state, "one", "two", "three") == {"three": 3}


def test_what_was_not_used_for_longest_goes_first(state: Path) -> None:
    for number in range(20):
        with ReadingCache(state, "engine", most=1000) as cache:
            cache.get("digest", ["0"])
            cache.put("digest", {str(number): "x" * 100})

    left = set(kept(state, *map(str, range(20))))
    assert "0" in left
    assert "19" in left
    assert "1" not in left
    assert 8 <= len(left) <= 10


def test_a_record_that_would_drive_out_all_others_is_not_kept(state: Path) -> None:
    with ReadingCache(state, "engine", most=1000) as cache:
        cache.put("digest", {"small": 1, "large": "x" * 600})

    assert kept(state, "small", "large") == {"small": 1}


def changed(sql: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(sql)

    return damage


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_text("something else"),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "zeros": lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(8192)),
    # SQLite quotes its own statements in messages.
    "a statement that is no text": lambda path: path.write_bytes(
        path.read_bytes().replace(b"NOT NULL", b"NOT NUL\xcc")
    ),
    "another payload": changed("UPDATE records SET payload = CAST('[2]' AS BLOB)"),
    "text for bytes": changed("UPDATE records SET payload = '[2]'"),
    "a number for bytes": changed("UPDATE records SET payload = 7"),
    "payloads of each other": changed(
        "UPDATE records SET key = CASE key WHEN 'one' THEN 'two' ELSE 'one' END WHERE key = 'one'"
    ),
    "another kind": changed("UPDATE records SET kind = 'item'"),
    "of another engine": changed("UPDATE engine SET key = 'other'"),
    "two engines": changed("INSERT INTO engine VALUES ('engine', 1)"),
    "no tables": changed("DROP TABLE records"),
    "other tables": changed("ALTER TABLE records RENAME COLUMN payload TO value"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_as_if_it_were_not_there(
    state: Path, damage: Callable[[Path], object]
) -> None:
    keep(state, one=[1])

    damage(file_of(state))

    assert kept(state, "one", "two") == {}
    keep(state, one=[3])
    assert kept(state, "one") == {"one": [3]}


def test_each_flipped_byte_gives_the_value_or_nothing(state: Path) -> None:
    keep(state, one="a value that is long enough", two=2)
    whole = file_of(state).read_bytes()

    for place in range(0, len(whole), 61):
        file_of(state).write_bytes(
            whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :]
        )
        found = kept(state, "one", "two")
        assert found.get("one", "a value that is long enough") == "a value that is long enough"
        assert found.get("two", 2) == 2


def test_a_folder_in_the_place_of_the_file_is_no_cache(state: Path) -> None:
    file_of(state).mkdir(parents=True)

    keep(state, one=1)

    assert kept(state, "one") == {}


def test_a_file_in_the_place_of_the_folder_is_no_cache(state: Path) -> None:
    (state / "cache").write_text("mine")

    keep(state, one=1)

    assert kept(state, "one") == {}
    assert (state / "cache").read_text() == "mine"


UNWRITABLE = """
from zoterodigest.project.cache import ReadingCache
for _ in range(2):
    with ReadingCache(path, "engine") as cache:
        print(cache.get("digest", ["one", "two"]))
        cache.put("digest", {"two": 2})
"""


def test_a_state_folder_that_cannot_be_written_is_read_and_left_alone(open_folder: Path) -> None:
    state = open_folder / ".zoterodigest"
    state.mkdir()
    keep(state, one=1)
    before = file_of(state).read_bytes()
    (state / "cache").chmod(0o555)
    state.chmod(0o555)

    ran = run_as_nobody(UNWRITABLE, state)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "{'one': 1}\n" * 2
    assert file_of(state).read_bytes() == before


def test_a_file_that_another_run_is_writing_is_left_alone(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(state, one=1)
    monkeypatch.setattr("zoterodigest.project.cache._SECONDS", 0.01)

    with closing(sqlite3.connect(file_of(state), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert kept(state, "one") == {}
        keep(state, two=2)
        other.execute("ROLLBACK")

    assert kept(state, "one", "two") == {"one": 1}


KEEPING = """
import sys
from pathlib import Path
from zoterodigest.project.cache import ReadingCache
for number in range(20):
    with ReadingCache(Path(sys.argv[1]), "engine") as cache:
        cache.put("digest", {f"{sys.argv[2]} {number}": [number]})
        cache.get("digest", [f"{other} {number}" for other in "ab"])
"""


@pytest.mark.deep
def test_two_runs_at_once_keep_what_both_put(state: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", KEEPING, str(state), name], stderr=subprocess.PIPE)
        for name in "ab"
    ]

    assert [run.communicate()[1] for run in runs] == [b"", b""]
    wanted = {f"{name} {number}": [number] for name in "ab" for number in range(20)}
    assert kept(state, *wanted) == wanted
