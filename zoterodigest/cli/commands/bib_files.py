"""The .bib files that `export` writes: those of a project, and others."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoterodigest.bibtex.edit.splice import update
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.cli.base.allowed_paths import loaded
from zoterodigest.cli.base.options import FAILED, FINE, Invocation
from zoterodigest.cli.base.projects import (
    chosen,
    linked_digests,
    near,
    open_library,
    over_bibs,
    project_in,
)
from zoterodigest.cli.base.screen import counted, emit, emit_text, tell, tell_failure, visible
from zoterodigest.cli.base.talk import busy, require_consent, tell_failures
from zoterodigest.cli.show.bib_text import (
    dropped_text,
    notes_text,
    problem_lines,
    summary,
    unsettable_text,
)
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Library
from zoterodigest.project.files import CannotWrite, replace_file, require_text
from zoterodigest.project.layout import BibFile, ProjectFolder
from zoterodigest.project.lock.lock import lock_at
from zoterodigest.project.running import require_idle
from zoterodigest.project.walks import find_project

# See `bib_text`: what is about the .bib files of projects alone is imported where it is used.
if TYPE_CHECKING:
    from zoterodigest.sync.bibliographies.exporting import NewBib
    from zoterodigest.sync.gathering.workspace import Workspace

GivenRules = Mapping[str, object]
"""The rules that are asked for, by name; they go before those of the configuration."""


def project_here(address: str, output: str, *, may_be_all: bool) -> Workspace | None:
    """Return the workspace of the project in the current folder; None if there is no project.

    The export writes `output`; without it, and with `may_be_all`, all .bib files of the project.
    A library at `address` that the lock file doesn't link has no project here. Missing digests
    are left out.

    Raises `AlreadyRunning` before it reads the library if another run works on the project, and
    `NoLibraryYet` if the project's library does not exist.
    """
    from zoterodigest.sync.gathering.workspace import open_workspace

    start = Path()
    config = find_project(start)
    project = project_in(start)
    if config is None and not project.lock_path.exists():
        return None
    if names_bib(output) or (may_be_all and project.bibliographies()):
        require_idle(project.state_folder)
    with open_library(address, project) as library:
        if address and not _may_be_linked(project, library):
            return None
    linked = [path for path in linked_digests(project) if path.exists()]
    workspace = open_workspace(linked, start, chosen=chosen(address, project))
    present = tuple(digest for digest in workspace.digests if digest.path.is_file())
    return replace(workspace, digests=present)


def _may_be_linked(project: ProjectFolder, library: Library) -> bool:
    """Return whether the lock file links with `library`, or with no library."""
    from zoterodigest.sync.gathering.known_lock import known_as

    lock = lock_at(project.lock_path)
    return lock is None or not lock.rows or lock.identity in known_as(library)


def export_into(
    workspace: Workspace, bibs: Iterable[BibFile], given: GivenRules, writing: Writing
) -> int:
    """Bring `bibs` up to date, or write them anew; return the exit code."""
    from zoterodigest.sync.exports.export_run import carry_out_exports, prepare_exports

    workspace = over_bibs(workspace, bibs, given)
    with workspace.library:
        with busy("Reading digests and library"):
            exports = prepare_exports(workspace, anew=writing.may_overwrite)
        if writing.may_overwrite:
            for bib in exports.bibs:
                writing.require_agreement(bib.key, bib.before or b"", bib.source)
        failures = exports.failures if writing.asked.is_dry_run else carry_out_exports(exports)
    # A failure without a title is one of the whole file.
    unwritten = {failure.where for failure in failures if not failure.title}
    for bib in exports.bibs:
        if bib.key not in unwritten:
            emit([f"{visible(str(near(bib.bib.path)))}: {summary(bib)}"])
        _tell(bib)
    emit(writing.nothing_written())
    tell_failures(failures)
    return FAILED if failures else FINE


def show_new_bib(workspace: Workspace, given: GivenRules) -> int:
    """Show what a new .bib of the project would hold, and return the exit code."""
    from zoterodigest.sync.run.failures import failures_of_bibs

    with workspace.library:
        bib = new_bib(workspace, given)
    emit_text(bib.source.decode("utf-8", "replace"))
    _tell(bib)
    failures = tuple(failures_of_bibs([bib]))
    for failure in failures:
        tell_failure(failure.title, failure.reason)
    return FAILED if failures else FINE


def new_bib(workspace: Workspace, given: GivenRules) -> NewBib:
    """Return what a new .bib of the project would hold."""
    from zoterodigest.sync.exports.export_run import prepare_exports

    nowhere = workspace.project.bib_file(workspace.project.root / "-.bib")
    with busy("Reading digests and library"):
        (bib,) = prepare_exports(over_bibs(workspace, [nowhere], given), anew=True).bibs
    return bib


def _tell(bib: NewBib) -> None:
    tell(notes_text(bib))
    tell(unsettable_text(bib.unsettable))


def exported_keys(workspace: Workspace | None) -> tuple[Mapping[str, str], str]:
    """Return the citation keys that exports of a project gave, by item, and its formula."""
    if workspace is None:
        return {}, ""
    lock = lock_at(workspace.project.lock_path)
    # Reversed: if several files have a key for an item, the first one's counts.
    keys = {one.item: one.key for one in reversed(lock.exported)} if lock else {}
    return keys, workspace.project.configuration.citekeys.formula or ""


@dataclass(frozen=True, slots=True)
class Writing:
    """How to write files: as the person asked, with or without overwriting, by which command."""

    asked: Invocation
    may_overwrite: bool = False
    command: str = "export"

    def require_agreement(self, name: str, before: bytes, after: bytes) -> None:
        """Show what a file loses, and ask a person at a terminal whether to write it.

        A script is not asked: it passed `--overwrite`.
        """
        if not before:  # a new file loses nothing, and reading it takes time and memory
            return
        going: list[str] = []
        if names_bib(name):
            going = list(dropped_text(name, before, after))
        elif before != after:
            lines = counted(len(before.splitlines()), "line")
            going = [f"{visible(name)}: the {lines} that stand there go"]
        tell(going)
        if going and not self.asked.is_dry_run:
            question = f"Write {visible(name)} anew?"
            require_consent(question, self.asked, is_needed=sys.stdin.isatty())

    def replace(
        self,
        path: Path,
        data: bytes,
        present: bytes | None,
        *,
        reason: str = "there is a file already",
        hint: str = "Give another name, or --overwrite to replace it.",
    ) -> None:
        """Put `data` in place of the file at `path`, which holds `present`, if that is allowed.

        Shows what the file loses, and asks a person. Raises `CannotWrite` with `reason` and `hint`
        if nobody allowed it.
        """
        if data == present:
            return
        if present and not self.may_overwrite:
            raise CannotWrite(path, reason, hint)
        self.require_agreement(str(path), present or b"", data)
        self.write(path, data, present)

    def write(self, output: Path, data: bytes, present: bytes | None) -> None:
        """Replace the file `output`, except in a dry run or if nothing changes.

        The history keeps the old content. A new file outside of any project is not recorded: an
        undo would have nothing to bring back.
        """
        if self.asked.is_dry_run or data == (present or b""):
            return
        here = Path()
        config = find_project(here)
        project = loaded(config) if config else ProjectFolder.implicit([here / output.name])
        # apply_files would make a state folder, which a single new file is not worth.
        if not (present or config or project.state_folder.is_dir()):
            replace_file(output, data, present)
            return
        from zoterodigest.sync.apply.applying import apply_files
        from zoterodigest.sync.apply.changes import FileChange

        change = FileChange(project.key_of(output), output, present, data)
        apply_files(project, self.command, [change])

    def nothing_written(self) -> Iterator[str]:
        """Yield that nothing was written, if so."""
        if self.asked.is_dry_run:
            yield "Nothing was written."


def add_to_bib(path: Path, present: bytes, entries: Sequence[BibEntry], writing: Writing) -> None:
    """Add to the .bib at `path`, whose content is `present`, the entries of works that it lacks.

    Its own entries stay as they are. Reports works that it may have already, and places that
    can't be read. Raises `BadInput` if it is no text.
    """
    require_text(path, present)
    updated = update(present, entries, {}, add_only=True)
    writing.write(path, updated.source, present)
    there = len(entries) - len(updated.added) - len(updated.kept) - len(updated.refused)
    added = counted(len(updated.added), "entry")
    emit([f"{visible(str(path))}: {added} added, {there:,} unchanged"])
    emit(writing.nothing_written())
    left = (f"{it.key} was not added: {it.reason}" for it in (*updated.kept, *updated.refused))
    tell(map(visible, (*problem_lines(str(path), updated), *left)))
