"""What git does to the tracked files of a clone, and what a person does where it stops."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sync.histories.by_markdown import Pick, strays_in
from tests.sync.histories.model import FIELDS, slot_of, work_of
from tests.sync.histories.opening import works_of
from tests.sync.histories.stage import (
    LOCK,
    NOTES,
    TRACKED,
    Clone,
    Commit,
    Files,
    Stage,
    library_sight,
    shown_elsewhere,
    sight_of,
    tokens_of,
)
from zoterodigest.core.links.link import Base
from zoterodigest.core.plan.history import killed_undos
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history


def commit(stage: Stage, clone: Clone, pick: Pick = (0, 0, 0)) -> None:
    """Commit what the clone holds."""
    _commit(stage, clone, ())


def _commit(stage: Stage, clone: Clone, others: tuple[int, ...]) -> None:
    files = clone.files()
    if files == stage.commits[clone.head].files and not others:
        return
    parents = (clone.head, *others)
    ancestors = frozenset(parents).union(*(stage.commits[one].ancestors for one in parents))
    stage.commits.append(Commit(files, parents, ancestors))
    clone.head = len(stage.commits) - 1
    stage.tell(f"git: commit {clone.head}")


def merge(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Commit both clones and merge the other one's branch into this one's."""
    for one in stage.clones:
        commit(stage, one)
    _share_what_was_met(stage)
    (other,) = (one for one in stage.clones if one is not clone)
    ours, theirs = stage.commits[clone.head], stage.commits[other.head]
    if other.head in ours.ancestors | {clone.head}:
        return
    if clone.head in theirs.ancestors:
        clone.check_out(theirs.files)
        clone.head = other.head
        stage.tell(f"git: fast forward to {other.head}")
        return
    base = max((ours.ancestors | {clone.head}) & (theirs.ancestors | {other.head}))
    _merge_files(stage, clone, (stage.commits[base].files, ours.files, theirs.files), pick)
    _commit(stage, clone, (other.head,))


def _share_what_was_met(stage: Stage) -> None:
    """Commits bring along the lock file of another clone."""
    met = frozenset[str]().union(*(one.met for one in stage.clones))
    for one in stage.clones:
        one.met = met


def _merge_files(stage: Stage, clone: Clone, sides: tuple[Files, Files, Files], pick: Pick) -> None:
    """Merge file by file; a person decides for one side of each digest where git stops.

    The lock file keeps its conflict marks every second time.
    """
    merged: dict[str, bytes] = {}
    stage.has_lost_base = True
    favour = ("--ours", "--theirs")[pick[0] % 2]
    for name in TRACKED:
        base, ours, theirs = (side.get(name) for side in sides)
        if ours == theirs or theirs == base:
            kept = ours
        elif ours == base:
            kept = theirs
        elif ours is None or theirs is None:
            kept = ours or theirs
        elif name == LOCK and pick[1] % 2:
            kept = merge_file(ours or b"", base or b"", theirs or b"", "--diff3")
        else:
            kept = merge_file(ours or b"", base or b"", theirs or b"", favour)
        if kept is not None:
            merged[name] = kept
        if name == NOTES:
            _note_strays(stage, *((text or b"").decode() for text in (ours, theirs, kept)))
        if name in stage.sources:
            shown = [tokens_of(name, (text or b"").decode()) for text in (ours, theirs, kept)]
            wanted = frozenset(shown[2])
            stage.memory.decide(frozenset(shown[0] + shown[1]), wanted)
            stage.memory.wished |= wanted
            stage.has_twins = stage.has_twins or max(shown[2].values(), default=0) > 1
    clone.check_out(merged)
    stage.tell(f"git: merge, {favour} in conflicts")


def _note_strays(stage: Stage, ours: str, theirs: str, kept: str) -> None:
    """Note what only the merge put into entries of other works, where both branches changed one
    place: the one to another entry, the other to other words.
    """
    for token, work in sorted(strays_in(kept) - strays_in(ours) - strays_in(theirs)):
        stage.strayed.setdefault(token, set()).add(work)
        stage.tell(f"git: {token} into the entry of work {work}")


def merge_file(ours: bytes, base: bytes, theirs: bytes, how: str) -> bytes:
    """Return what `git merge-file` makes of three versions."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for path, data in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(data)
        command = ["git", "merge-file", "-p", how, *map(str, paths)]
        return subprocess.run(command, capture_output=True, check=False).stdout


def check_out(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Commit, and go to any commit: an older one, or the newest again."""
    commit(stage, clone)
    _share_what_was_met(stage)
    clone.head = pick[0] % len(stage.commits)
    _check_out(stage, clone, stage.commits[clone.head].files)
    stage.tell(f"git: checkout {clone.head}")


def revert(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Commit, and revert the last commit: digests and lock file become as before it."""
    commit(stage, clone)
    parents = stage.commits[clone.head].parents
    if not parents:
        return
    _check_out(stage, clone, stage.commits[parents[0]].files)
    commit(stage, clone)
    stage.tell("git: that was a revert")


def _check_out(stage: Stage, clone: Clone, files: Files) -> None:
    """Have the tracked files be these: an edit by a person wherever the lock file says the same."""
    # What a killed run did counts from the lock file it began with: the digest alone goes back.
    was_killed = _was_killed(clone)
    is_unfinished = clone.workspace.project.journal_path.exists() or was_killed
    if was_killed:  # what it had not reached in the library comes back with the older lock file
        stage.memory.wished |= library_sight(clone.library).set
    then, now = _bases(clone.files()), _bases(files)
    before = {name: sight_of(clone, name).set for name in stage.sources}
    clone.check_out(files)
    for name in stage.sources:
        after = sight_of(clone, name).set
        sides = (_with_dropped(stage, name, before[name], after), after)
        for slot in sorted({slot_of(token) for token in sides[0] ^ sides[1]}):
            if is_unfinished or then.get((name, slot)) == now.get((name, slot)):
                old, new = ({token for token in side if slot_of(token) == slot} for side in sides)
                stage.memory.decide(old, new)
                stage.memory.wished |= new | (old & shown_elsewhere(stage, clone))


def _with_dropped(
    stage: Stage, name: str, shown: frozenset[str], after: frozenset[str]
) -> frozenset[str]:
    """Return what a file showed before; what stood in dropped entries that are back counts too.

    A dropped entry that is back in other words is edited, as if it had stood there.
    """
    back = set(map(work_of, after)) - set(map(work_of, shown))
    return shown.union(*(stage.dropped.get((name, work), ()) for work in sorted(back)))


def _was_killed(clone: Clone) -> bool:
    """Tell whether an undo was killed and not gone on with, or the newest run was: before an undo
    writes anything, the lock file lets go of what it is about.
    """
    runs = read_history(history_folder(clone.workspace.project.state_folder)).runs
    is_last = bool(runs) and not max(runs, key=lambda run: run.number).is_finished
    return is_last or bool(killed_undos(runs))


def _bases(files: Files) -> dict[tuple[str, str], Base | None]:
    """Return what a lock file says of each slot of each digest."""
    data = files.get(LOCK)
    rows = read_lock(data).rows if data else ()
    return {
        (row.digest, f"w{work}{letter}"): row.bases.get(name)
        for row in rows
        for work in works_of(row)
        for letter, name in FIELDS.items()
    }


def restore(stage: Stage, clone: Clone, pick: Pick) -> None:
    """A person wants a digest as it was in a commit, and leaves the lock file: that is an edit."""
    name = stage.sources[pick[0] % len(stage.sources)]
    old = stage.commits[pick[1] % len(stage.commits)].files.get(name)
    if old is None:
        return
    shown = sight_of(clone, name).set
    clone.write(name, old.decode())
    after = sight_of(clone, name).set
    before = _with_dropped(stage, name, shown, after)
    stage.memory.decide(before, after)
    # What a killed run brought and nobody wrote down comes once more.
    stage.memory.wished |= before | after
    stage.tell(f"{name}: as in commit {pick[1] % len(stage.commits)}")
