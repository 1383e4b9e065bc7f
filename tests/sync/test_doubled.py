"""The same new paper in two clones at once, in the middle of each other's run: nothing is twice."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.trouble import silent, troubled
from tests.sync.world import World, actions
from zoterodigest.project.lock.lock import merge_locks
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

SYNC, PULL = Options(intent.SYNC), Options(intent.PULL)
OLD = quoted("Restoring Images with Shifted Windows", "2401.00001")
TITLE = "Adversarial Losses for Sharper Pictures"
NEW = quoted(TITLE, "2401.00002", links=["[code](https://github.com/lab/sharp)"])


@dataclass
class Pair:
    """Two clones of one digest with one library, and the lock file that both come from."""

    one: World
    other: World
    ancestor: bytes

    def merge(self) -> None:
        """Have both clones hold what git makes of their lock files."""
        one, other = (world.lock_path.read_bytes() for world in (self.one, self.other))
        merged = merge_locks(one, other, self.ancestor, self.one.lock_path)
        for world in (self.one, self.other):
            world.lock_path.write_bytes(merged)

    def notes(self) -> list[str]:
        """Return the texts of the live notes of the new paper."""
        children = self.one.children(TITLE).values()
        return [str(one["note"]) for one in children if one["itemType"] == "note"]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Both clones in sync over one paper; then each writes the same entry of a new one."""
    one, other = (World(tmp_path / name) for name in ("one", "other"))
    for world in (one, other):
        world.markdown("notes.md", notes(OLD))
    library = one.root / ".zoterodigest" / "library.sqlite"
    other.configure(f'library = "embedded:{library}"\n[[digest]]\npath = "notes.md"\n')
    one.push(SYNC)
    shutil.copy(one.lock_path, other.lock_path)
    other.push(SYNC)
    for world in (one, other):
        world.markdown("notes.md", notes(OLD, NEW))
    return Pair(one, other, one.lock_path.read_bytes())


def met(pair: Pair, number: int) -> Pair:
    """Have one clone sync, and the other one all of a sudden before its write `number`."""

    def hook(now: int) -> None:
        if now == number:
            pair.other.push(SYNC)

    outcome = carry_out(prepare(troubled(pair.one, before=hook), SYNC), silent)
    assert outcome.failures == ()
    return pair


@pytest.mark.parametrize("number", [1, 2])
def test_the_same_paper_from_two_clones_is_one_item_with_one_note(pair: Pair, number: int) -> None:
    met(pair, number).merge()

    pair.one.push(SYNC)

    shutil.copy(pair.one.lock_path, pair.other.lock_path)
    assert sorted(pair.one.keys_by_title()) == sorted(
        [TITLE, "Restoring Images with Shifted Windows"]
    )
    assert len(pair.notes()) == 1
    assert len(pair.one.links(TITLE)) == 1
    assert pair.one.plan(SYNC).is_settled
    assert pair.other.plan(SYNC).is_settled


def test_a_doubled_note_that_somebody_changed_stays(pair: Pair) -> None:
    met(pair, 2).merge()
    for key, data in pair.one.children(TITLE).items():
        if data["itemType"] == "note":
            pair.one.change(key, note=f"{data['note']}<h2>Private</h2><p>Mine.</p>")

    pair.one.push(SYNC)

    assert len(pair.notes()) == 2
    assert pair.one.plan(SYNC).is_settled


def test_a_pull_leaves_a_doubled_note_for_a_run_that_may_put_it_away(pair: Pair) -> None:
    met(pair, 2).merge()

    pair.one.push(PULL)

    assert len(pair.notes()) == 2
    assert pair.one.plan(PULL).is_settled
    assert actions(pair.one.plan(SYNC)) == {"TrashNote": 1}


def test_undo_brings_a_doubled_note_back(pair: Pair) -> None:
    met(pair, 2).merge()
    pair.one.push(SYNC)
    history = read_history(history_folder(pair.one.root / ".zoterodigest"))
    last = history.run(max(one.number for one in history.runs))

    undone = apply_undo(prepare_undo(pair.one.workspace(), last), silent)

    assert undone.declined == ()
    assert len(pair.notes()) == 2


def test_of_two_entries_of_one_paper_each_keeps_its_note(pair: Pair) -> None:
    pair.one.markdown("notes.md", notes(OLD, NEW, NEW.replace("It is fast", "It is slow")))
    pair.one.push(SYNC)
    pair.one.markdown("notes.md", notes(OLD, NEW))

    pair.one.push(SYNC)

    assert len(pair.notes()) == 2
