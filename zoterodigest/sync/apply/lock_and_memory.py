"""The lock file and the memory that goes with it are written: a memory counts with it alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.found import Pending
from zoterodigest.core.plan.seen import Seen
from zoterodigest.project.files import CannotWrite, SourceChanged
from zoterodigest.project.lock.lock import render_lock, write_lock
from zoterodigest.project.lock.parts import changed_lock
from zoterodigest.project.log.journal import discard_journal
from zoterodigest.project.memory import keep_memory, prepare_memory, remember_version, settle_memory
from zoterodigest.project.pending import forget_pending
from zoterodigest.project.running import running
from zoterodigest.sync.apply.changes import Ending
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace

_LOG = logging.getLogger(__name__)


def settle_killed_run(workspace: Workspace, gathered: Gathered) -> bytes | None:
    """Write down what a killed run achieved; return the lock file's bytes as they are now.

    What it brought into sync is remembered with it, whatever becomes of the run that is at work.
    """
    project = workspace.project
    # First: a prepared memory counts only if its lock file is the one that was read.
    settle_memory(workspace.memory_path, gathered.lock_data)
    if not gathered.recovers:
        return gathered.lock_data
    _LOG.info("Recovering a killed run: writing what it achieved into the lock file")
    # The lock file before the journal goes: a kill in between folds the same journal in again.
    data = render_lock(gathered.lock, gathered.lock_data)
    _write_down(workspace, Ending(gathered.lock, gathered.seen), data, gathered.lock_data)
    discard_journal(project.journal_path)
    return data


def record_ending(
    workspace: Workspace, ending: Ending, known: LockFile, data: bytes | None
) -> bytes | None:
    """Write the lock file over the bytes `data`, which say `known`; return the bytes that it holds.

    What is remembered of its links goes with it.
    """
    new = changed_lock(data, known, ending.lock)
    _write_down(workspace, ending, new, data)
    return new


def _write_down(
    workspace: Workspace, ending: Ending, new: bytes | None, data: bytes | None
) -> None:
    """Have the lock file hold `new` in place of `data`, and keep what is remembered of its links.

    Without the memory, the next run would take the lock file for another computer's.
    """
    memory = workspace.memory_path
    # Prepared before and kept after: a memory counts only with the lock file that it goes with.
    if ending.seen is not None:
        # Names the hash of the bytes that follow: after a kill `settle_memory` can tell them apart.
        prepare_memory(memory, ending.seen, ending.lock, new)
    if new is not None:
        write_lock(workspace.project.lock_path, new, data)
    if ending.seen is not None:
        keep_memory(memory)


def remember(
    workspace: Workspace,
    command: str,
    gathered: Gathered,
    seen: Seen | None,
    forgotten: Sequence[Pending],
) -> None:
    """Remember what a run has `seen` that has nothing to write, where that can be done."""
    with suppress(CannotWrite, SourceChanged), running(workspace.project.state_folder, command):
        if seen is not None:
            prepare_memory(workspace.memory_path, seen, gathered.lock, gathered.lock_data)
            keep_memory(workspace.memory_path)
        forget_pending(workspace.project.state_folder, forgotten)


def remember_newer(workspace: Workspace, command: str, gathered: Gathered) -> None:
    """Remember that the library has a newer version, where that is all that a run saw of it."""
    version, data = gathered.contents.version, gathered.lock_data or b""
    with suppress(CannotWrite, SourceChanged), running(workspace.project.state_folder, command):
        remember_version(workspace.memory_path, data, version)
