"""Files of a run are replaced, each by itself: one that can't be written stops no other (law 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from zoterodigest.core.values.file_keys import FileKey
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    SourceChanged,
    put_file,
    remove_file,
    replace_file,
    writing_failed,
)
from zoterodigest.project.kept import keep_written
from zoterodigest.project.log.journal import Journal
from zoterodigest.sync.apply.changes import FileChange
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Backups:
    """Where copies are kept of files of vaults, `keys`, before they are first written.

    They are for the person, who may take one back by hand. No run reads them.
    """

    state_folder: Path
    keys: frozenset[str] = frozenset()

    @classmethod
    def of(cls, workspace: Workspace) -> Backups:
        """Return those of a project with these digests."""
        vaults = frozenset(one.key for one in workspace.digests if one.rules.is_vault)
        return cls(workspace.project.state_folder, vaults)

    def keep(self, file: FileChange) -> None:
        """Keep a copy of a file that is about to be written, unless one is there.

        Raises `CannotWrite`.
        """
        if file.key not in self.keys or not file.is_change or file.before is None:
            return
        folder = self.state_folder / "backups"
        # A digest may lie outside the project: its copy does not.
        name = "/".join("_" if level in ("..", "") else level for level in file.key.split("/"))
        if folder.is_dir() and any((one / name).exists() for one in folder.iterdir()):
            return
        copy = folder / f"{datetime.now(UTC):%Y-%m-%d}" / name
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(copy, *writing_failed(error)) from error
        put_file(copy, [file.before])


def write_files(
    files: Iterable[FileChange], journal: Journal | None, backups: Backups
) -> dict[str, ZoterodigestError]:
    """Replace files; return why some could not be, by key. One stops no other (law 6)."""
    unwritten: dict[str, ZoterodigestError] = {}
    written: list[bytes] = []
    for file in files:
        # Before the .bib is replaced: only the journal tells which of its entries are ours then.
        if journal is not None and file.export is not None and file.is_change:
            journal.exporting(file.export.exporting)
        try:
            backups.keep(file)
            _put(file)
        except (BadInput, CannotWrite, SourceChanged) as error:
            unwritten[file.key] = error
            continue
        if file.key in backups.keys and file.is_change and file.after is not None:
            written.append(file.after)
    keep_written(backups.state_folder, written)
    return unwritten


def contents_of_files(files: Iterable[FileChange]) -> Mapping[FileKey, bytes | None]:
    """Return what files that change are to hold, by key."""
    return {file.key: file.after for file in files if file.is_change}


def _put(file: FileChange) -> None:
    if file.after is not None:
        replace_file(file.path, file.after, file.before)
    elif file.before is not None:
        remove_file(file.path, file.before)
