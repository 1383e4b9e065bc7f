"""The journal: what a killed run leaves behind can be read, and says what was intended."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.processes import run
from tests.project.links import a_row, collection_rows, exported, rows
from tests.sync.histories.effects import Effects
from zoterodigest.core.links.link import CollectionRow, Exported, LockFile, LockRow
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.project.files import CannotWrite
from zoterodigest.project.log.journal import (
    BadJournal,
    Done,
    Exporting,
    FilesToWrite,
    Intended,
    Journal,
    RecordedRun,
    discard_journal,
    fields_by_name,
    read_journal,
    record_parts,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@given(st.integers(0, 1200), st.dictionaries(st.text(), st.lists(st.text()).map(tuple)))
def test_the_parts_of_a_record_are_the_json_of_the_whole(
    number: int, others: dict[str, tuple[str, ...]]
) -> None:
    many = tuple(CollectionRow(DigestKey("d.md"), (), f"COLL{at}") for at in range(number))
    text = '\ud800 "é'
    record = {"one": 1, "text": text, "many": many, "map": {"a": ()}, **others}
    record |= {"long": text * 50 * number}

    parts = list(record_parts(record))

    assert b"".join(parts) == json.dumps(record, default=fields_by_name).encode() + b"\n"
    assert len(parts) > number // 500 + number * 200 // 100_000


def test_what_is_told_is_read_in_order(path: Path) -> None:
    journal = Journal.begin(path, "hash")
    collections = (CollectionRow(DigestKey("d.md"), (), "COLL2345"),)
    journal.intend(LockFile("", (a_row("zd-b"), a_row("zd-a")), collections))
    journal.done(["zd-b", "zd-a"])

    assert read_journal(path) == RecordedRun(
        "hash",
        (
            Intended(LockFile("", (a_row("zd-a"), a_row("zd-b")), collections)),
            Done(("zd-a", "zd-b")),
        ),
    )


@given(row=rows(), collection_row=collection_rows)
def test_any_row_and_shelf_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, row: LockRow, collection_row: CollectionRow
) -> None:
    path = tmp_path_factory.getbasetemp() / "journal.jsonl"
    links = LockFile("", (row,), (collection_row,))
    Journal.begin(path, "").intend(links)

    assert read_journal(path) == RecordedRun("", (Intended(links),))


@given(one=exported, is_made=st.booleans())
def test_any_export_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, one: Exported, is_made: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "journal.jsonl"
    made = frozenset([one.bibliography] if is_made else ())
    intended = Exporting(one.bibliography, LockFile(exported=(one,), made=made))
    Journal.begin(path, "").exporting(intended)

    assert read_journal(path) == RecordedRun("", (intended,))


@given(row=rows())
def test_any_rows_of_files_are_read_again(
    tmp_path_factory: pytest.TempPathFactory, row: LockRow
) -> None:
    path = tmp_path_factory.getbasetemp() / "journal.jsonl"
    files = FilesToWrite(LockFile(rows=(row,)))
    Journal.begin(path, "").intend_files(files)

    assert read_journal(path) == RecordedRun("", (files,))


def test_a_closed_journal_is_gone(path: Path) -> None:
    Journal.begin(path, "hash").close()

    assert not path.exists()
    assert read_journal(path) is None
    discard_journal(path)


def test_a_journal_is_there_only_once_it_says_how_its_run_began(path: Path) -> None:
    effects, seen = Effects(), []
    effects.watch(lambda: seen.append(path.exists() and read_journal(path)))
    with effects.counted(is_thorough=True):
        Journal.begin(path, "hash")

    assert seen
    assert set(seen) <= {False, RecordedRun("hash", ())}


def test_the_journal_of_a_killed_run_is_still_there(path: Path) -> None:
    killed = run(KILLED, path)

    assert killed.returncode == -signal.SIGKILL
    assert read_journal(path) == RecordedRun("hash", (Done(("zd-a",)),))


KILLED = """
import os, signal, sys
from pathlib import Path
from zoterodigest.project.log.journal import Journal
Journal.begin(Path(sys.argv[1]), "hash").done(["zd-a"])
os.kill(os.getpid(), signal.SIGKILL)
"""


@given(data=st.data())
def test_a_journal_cut_anywhere_is_what_was_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "journal.jsonl"
    journal = Journal.begin(path, "hash")
    journal.intend(LockFile(rows=(a_row("zd-a"),)))
    journal.done(["zd-a"])
    whole = path.read_bytes()
    end = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:end])

    recorded = read_journal(path)

    expected = (Intended(LockFile(rows=(a_row("zd-a"),))), Done(("zd-a",)))
    lines = whole[:end].count(b"\n")
    assert recorded == (RecordedRun("hash", expected[: lines - 1]) if lines else None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"nonsense\n", 1),
        (b'{"begin": 1}\n', 1),
        (b'{"begin": ""}\n{"done": 1}\n', 2),
        (b'{"begin": ""}\n{"done": [1]}\n', 2),
        (b'{"begin": ""}\n{"done": []}\n{"intend": "nonsense 1"}\n', 3),
        (b'{"begin": ""}\n' + b"[" * 9999 + b"\n", 2),
    ],
)
def test_a_line_that_cannot_be_read_is_told(path: Path, text: bytes, number: int) -> None:
    path.write_bytes(text)

    with pytest.raises(BadJournal) as caught:
        read_journal(path)

    assert caught.value.number == number
    assert caught.value.exit_code == 18


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="its folder does not exist"):
        Journal.begin(tmp_path / "missing" / "journal.jsonl", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b'{"begin": ""}\n{"done": [}\n', "journal.jsonl:2:11: the journal of a run"),
        (b'{"begin": ""}\n{"done": 1}\n', "journal.jsonl:2: the journal of a run"),
    ],
)
def test_the_place_of_a_bad_record_is_told(path: Path, text: bytes, told: str) -> None:
    path.write_bytes(text)

    with pytest.raises(BadJournal) as caught:
        read_journal(path)

    assert told in str(caught.value)
    assert caught.value.hint.startswith("Delete it")
