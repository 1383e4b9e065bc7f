"""The history's files: every run as it was, old ones gone, damaged ones passed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zoterodigest.core.links.link import CollectionRow, Exported, LockFile, LockRow
from zoterodigest.core.plan.history import (
    CollectionChange,
    CollectionState,
    DigestChange,
    ObjectChange,
    Run,
    RunSummary,
    joined,
    killed_undos,
    listed,
    run_to_redo,
    run_to_undo,
    undone_by,
)
from zoterodigest.core.plan.reversal import hunks_between
from zoterodigest.core.values.file_keys import BibKey, CslKey, DigestKey
from zoterodigest.project.files import BadInput
from zoterodigest.project.log.history import (
    History,
    NoSuchRun,
    forget_run,
    history_folder,
    next_number,
    prune_history,
    read_history,
    run_moment,
    write_run,
)
from zoterodigest.project.running import running

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HUNKS = hunks_between(["a\n", "b\udcff\n"], ["a\n", "c\n"])
RUN = Run(
    7,
    run_moment(NOON),
    "sync",
    "embedded:1",
    (
        ObjectChange("AAAA2222", "A title", "", {"date": "2024"}, {"tags": [{"tag": "x"}]}),
        ObjectChange("BBBB2222", "A title", "AAAA2222", hunks=HUNKS),
        ObjectChange("CCCC2222", "A title", "AAAA2222", is_created=True),
    ),
    (
        CollectionChange("DDDD2222", None, CollectionState("New", "EEEE2222")),
        CollectionChange("EEEE2222", CollectionState("Old"), CollectionState("Name", None, True)),
    ),
    (DigestChange(DigestKey("papers.md"), HUNKS),),
    LockFile("", (LockRow("zd-1", DigestKey("papers.md"), "AAAA2222"),)),
    LockFile("", (), (CollectionRow(DigestKey("papers.md"), (), "DDDD2222"),)),
    undoes=3,
    is_finished=False,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return history_folder(tmp_path)


def test_a_run_is_read_as_it_was_written(folder: Path) -> None:
    write_run(folder, RUN)

    history = read_history(folder)
    assert (history.runs, history.run(7)) == ((listed(RUN),), RUN)


def test_a_file_is_still_of_its_kind_when_it_is_read_again(folder: Path) -> None:
    keys = (DigestKey("papers.json"), CslKey("refs.json"), BibKey("refs.bib"))
    run = replace(RUN, digests=tuple(DigestChange(key, HUNKS) for key in keys))
    write_run(folder, run)

    found = read_history(folder).run(7).digests

    assert [type(one.key) for one in found] == [type(key) for key in keys]


def test_writing_a_run_again_replaces_what_was_said_of_it(folder: Path) -> None:
    write_run(folder, RUN)
    finished = replace(RUN, is_finished=True, objects=())

    write_run(folder, finished)

    assert read_history(folder).run(7) == finished


def test_of_an_entry_of_a_bib_that_two_undos_changed_what_stood_first_and_last_holds() -> None:
    first, then = (Exported(BibKey("refs.bib"), "a", "AAAA2222", {"": one}) for one in "xy")
    killed = replace(RUN, before=LockFile(exported=(first,)), after=LockFile(exported=(first,)))
    finished = replace(RUN, before=LockFile(exported=(then,)), after=LockFile(exported=(then,)))

    both = joined(killed, finished)

    assert (both.before.exported, both.after.exported) == ((first,), (then,))


def test_no_history_is_an_empty_one(folder: Path) -> None:
    history = read_history(folder)

    assert (history.runs, history.damaged, next_number(folder)) == ((), (), 1)
    with pytest.raises(NoSuchRun, match="no run 4"):
        history.run(4)


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b'{"number": 8', b"[]", b"\xff", b'{"number": "8"}', b"[" * 9999]
)
def test_a_torn_or_damaged_run_is_passed_over_and_named(folder: Path, damage: bytes) -> None:
    write_run(folder, RUN)
    torn = folder / "000008-20260301T120000Z.json"
    torn.write_bytes(damage)

    history = read_history(folder)

    assert (history.runs, history.damaged) == ((listed(RUN),), (torn,))
    assert next_number(folder) == 9


def test_a_run_with_any_part_missing_is_damaged_and_not_half_read(folder: Path) -> None:
    write_run(folder, RUN)
    (path,) = folder.iterdir()
    data = path.read_bytes()

    for cut in range(0, len(data) - 2, 37):
        path.write_bytes(data[:cut])
        history = read_history(folder)
        if history.damaged != (path,):
            with pytest.raises(BadInput):
                history.run(7)


def test_runs_that_are_too_old_or_too_many_are_forgotten(folder: Path) -> None:
    for number in range(1, 241):
        age = timedelta(days=100) if number % 2 and number > 40 else timedelta(hours=number)
        write_run(folder, Run(number, run_moment(NOON - age), "sync", "embedded:1"))

    prune_history(folder, NOON)

    numbers = {run.number for run in read_history(folder).runs}
    newest = set(range(221, 241))
    assert numbers == newest | {number for number in range(41, 241) if number % 2 == 0}
    assert next_number(folder) == 241


def test_a_clock_that_is_years_ahead_forgets_none_of_the_newest_runs(folder: Path) -> None:
    for number in range(1, 26):
        write_run(folder, Run(number, run_moment(NOON), "sync", "embedded:1"))

    prune_history(folder, NOON + timedelta(days=3650))

    assert [run.number for run in read_history(folder).runs] == [*range(6, 26)]


def test_what_a_killed_run_left_half_written_is_swept_up(folder: Path) -> None:
    write_run(folder, RUN)
    (folder / f".zoterodigest-{16 * '0'}.tmp").write_bytes(b"half")

    prune_history(folder, NOON)

    assert len(list(folder.iterdir())) == 1


def test_a_run_that_wrote_nothing_is_forgotten(folder: Path) -> None:
    write_run(folder, RUN)

    forget_run(folder, RUN)

    assert read_history(folder).runs == ()


def _listed(*undoes: int, killed: tuple[int, ...] = ()) -> list[RunSummary]:
    """Return runs numbered from 1, each with the run that it undoes; 0 for none."""
    return [
        RunSummary(number, "", "undo" if one else "sync", one, is_finished=number not in killed)
        for number, one in enumerate(undoes, start=1)
    ]


def test_an_undo_that_was_killed_is_the_one_to_go_on_with() -> None:
    killed = _listed(0, 0, 2, killed=(3,))
    finished = [*killed, RunSummary(4, "", "undo", 2)]
    redone = [*finished, RunSummary(5, "", "redo", 4)]

    assert run_to_undo(killed) == 2
    assert (undone_by(killed), killed_undos(killed)) == ({}, {2: killed[2]})
    assert run_to_undo(finished) == 1
    assert (undone_by(finished), killed_undos(finished)) == ({2: 4}, {})
    assert run_to_undo(redone) == 2
    assert killed_undos(redone) == {}


def test_an_undo_that_was_killed_is_gone_on_with_also_after_another_run() -> None:
    runs = [*_listed(0, 0, 2, killed=(3,)), RunSummary(4, "", "sync")]

    assert run_to_undo(runs) == 4
    assert run_to_undo([*runs, RunSummary(5, "", "undo", 4)]) == 2


def test_a_redo_takes_back_the_newest_undo_that_counts() -> None:
    assert run_to_redo(_listed(0, 0)) is None
    assert run_to_redo(_listed(0, 0, 2, 1)) == 4
    assert run_to_redo(_listed(0, 0, 2, 1, 4)) == 3
    assert run_to_redo(_listed(0, 0, 2, 1, 4, 3)) is None
    assert run_to_redo(_listed(0, 0, 2, 0)) is None
    assert run_to_redo(_listed(0, 0, 2, 3, killed=(4,))) == 3


def test_a_killed_redo_is_the_one_to_go_on_with_also_where_an_earlier_one_did_all() -> None:
    assert run_to_redo(_listed(0, 0, 2, 3, 3, killed=(5,))) == 3
    assert run_to_redo(_listed(0, 0, 2, 3, 4, killed=(5,))) == 5  # it undid the redo


def test_a_redo_that_was_killed_is_what_an_undo_takes_back() -> None:
    assert run_to_undo(_listed(0, 1, 2, killed=(3,))) == 3


def test_the_run_to_undo_is_the_newest_that_still_counts() -> None:
    runs = [RunSummary(number, "", "sync") for number in (1, 2, 3)]
    undo_of_3 = RunSummary(4, "", "undo", undoes=3)
    undo_of_4 = RunSummary(5, "", "undo", undoes=4)

    assert run_to_undo(runs) == 3
    assert run_to_undo([*runs, undo_of_3]) == 2
    assert run_to_undo([*runs, undo_of_3, undo_of_4]) == 3
    assert run_to_undo([]) is None


def test_an_undo_killed_at_its_end_and_then_early_still_means_the_same_run(tmp_path: Path) -> None:
    folder = history_folder(tmp_path)
    for number, undoes in ((1, 0), (2, 0), (3, 2)):
        write_run(folder, replace(RUN, number=number, undoes=undoes, is_finished=True))
    (tmp_path / "running").write_text("4711 undo 3", encoding="ascii")

    with running(tmp_path, "undo"):
        assert run_to_undo(read_history(folder).runs) == 2
    assert run_to_undo(read_history(folder).runs) == 1


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [('"objects": [', '"objects": {{', ":2:"), ('"command": ', '"once": ', ":1: ")],
)
def test_the_place_where_a_run_cannot_be_read_is_told(
    folder: Path, old: str, new: str, place: str
) -> None:
    write_run(folder, RUN)
    (path,) = folder.iterdir()
    path.write_text(path.read_text(encoding="ascii").replace(old, new, 1), encoding="ascii")

    with pytest.raises(BadInput) as caught:
        History(folder, (listed(RUN),)).run(7)

    assert f"{path}{place}" in str(caught.value)
    assert "Delete the file" in caught.value.hint
