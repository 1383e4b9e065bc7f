"""Checks of what the tool wrote beside the digests: lock file, state folder, journal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from zoterodigest.project.files import read_if_present
from zoterodigest.project.lock.lock import holds_conflict_marks, read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.project.log.journal import read_journal
from zoterodigest.project.pending import read_pending
from zoterodigest.sync.doctor.finding import Finding, told
from zoterodigest.sync.doctor.site import Site

_JOURNAL_WHY = "No run begins as long as it lies there and cannot be read."
_ADDED_WHY = "No run begins: it would lose what only this file knows of papers that were added."
_HISTORY_WHY = "Runs can't be listed or undone."


def lock_findings(site: Site) -> Iterator[Finding]:
    """Yield what is wrong with the lock file as a file."""
    path = site.project.lock_path
    data = read_if_present(path)
    if data is None:
        return
    read_lock(data, path)
    if holds_conflict_marks(data):
        yield Finding(
            f"{path} holds conflict marks of git",
            "Both sides are read; until they are put together, git takes the file for unmerged.",
            "`zoterodigest sync` puts them together; then commit the file.",
        )
    if not os.access(path, os.W_OK):
        yield Finding(
            f"{path} cannot be written",
            "No run can keep what it links.",
            "Change the permissions of the file.",
        )


def state_findings(site: Site) -> Iterator[Finding]:
    """Yield what is wrong with the state folder, and what a killed run left in it."""
    folder = site.project.state_folder
    if folder.exists() and not folder.is_dir():
        yield Finding(
            f"{folder} is a file, where a folder of zoterodigest's own belongs",
            "No run that writes begins.",
            f"Move {folder.name} away.",
        )
        return
    needed = folder if folder.exists() else folder.parent
    if not os.access(needed, os.W_OK | os.X_OK):
        yield Finding(
            f"{needed} cannot be written",
            "Runs keep there what they are about to do; none that writes begins.",
            "Change the permissions of the folder.",
        )
    yield from told(_journal(site.project.journal_path), _JOURNAL_WHY)
    yield from told(_added(folder), _ADDED_WHY)
    yield from told(_history(folder), _HISTORY_WHY)


def _journal(path: Path) -> Iterator[Finding]:
    if read_journal(path) is not None:
        yield Finding(
            f"a run was killed before it ended, or is still at work ({path})",
            "What it wrote is not in the lock file yet; nothing is lost.",
            "Run the same command again: it goes on. `zoterodigest log` shows which one.",
        )


def _added(folder: Path) -> Iterator[Finding]:
    read_pending(folder)  # what it raises is the finding
    yield from ()


def _history(folder: Path) -> Iterator[Finding]:
    for path in read_history(history_folder(folder)).damaged:
        yield Finding(
            f"{path}: this run cannot be read",
            "It is not listed and cannot be undone.",
            "Delete the file: nothing else needs it.",
        )
