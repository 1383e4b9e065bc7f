"""`export` in a project: its .bib files, or one that is named, with the keys of its lock file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.places import linked_digests, near, open_library, project_in
from zoterodigest.cli.base.screen import emit, emit_text, tell, tell_failure, visible
from zoterodigest.cli.base.telling import tell_failures
from zoterodigest.cli.commands.writing_over import Writing
from zoterodigest.cli.show.bib_text import notes_text, summary, unsettable_text
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.library.port import Library
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import BibFile, Project, find_project
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.running import require_idle
from zoterodigest.sync.bibliographies.exporting import NewBib
from zoterodigest.sync.exports.export_run import ExportsDone, carry_out_exports, prepare_exports
from zoterodigest.sync.gathering.gather import known_as
from zoterodigest.sync.gathering.workspace import Workspace, open_workspace
from zoterodigest.sync.run.failures import failures_of_bibs

_FAILED = 1


Given = Mapping[str, object]
"""The rules that are asked for, by name; they go before those of the configuration."""


def project_here(address: str, output: str, *, may_be_all: bool) -> Workspace | None:
    """Return what the project of the current folder works on; None if there is none.

    `output` is where the export goes; with `may_be_all` and none, into all .bib files there are.
    Raises `AlreadyRunning` before the library is asked, if another run works on what is written.

    A library that is named by `address` and is not the one that is linked has no project here.
    Digests that are missing take no part. Raises `NoLibraryYet` where the project's library does
    not exist.
    """
    start = Path()
    config = find_project(start)
    project = project_in(start)
    if config is None and not project.lock_path.exists():
        return None
    if names_bib(output) or (may_be_all and project.bibliographies()):
        require_idle(project.state_folder)
    with open_library(address, start, project) as library:
        if address and not _may_be_linked(project, library):
            return None
    linked = [path for path in linked_digests(project) if path.exists()]
    workspace = open_workspace(linked, start, chosen=chosen(address, project))
    present = tuple(digest for digest in workspace.digests if digest.path.is_file())
    return replace(workspace, digests=present)


def _may_be_linked(project: Project, library: Library) -> bool:
    """Tell whether the lock file links with `library`, or with none."""
    data = read_if_present(project.lock_path)
    lock = read_lock(data, project.lock_path) if data is not None else None
    return lock is None or not lock.rows or lock.identity in known_as(library)


def export_all(workspace: Workspace, given: Given, writing: Writing) -> int:
    """Bring all .bib files of the project up to date, or write them anew.

    Returns the exit code.
    """
    return _export(_with(workspace, workspace.bibs, given), writing)


def export_into(workspace: Workspace, output: Path, given: Given, writing: Writing) -> int:
    """Bring the .bib at `output` up to date, or write it anew; return the exit code."""
    return _export(_with(workspace, [workspace.project.bib_file(output)], given), writing)


def show(workspace: Workspace, given: Given) -> int:
    """Show what a new .bib of the project would hold, and return the exit code."""
    nowhere = workspace.project.bib_file(workspace.project.root / "-.bib")
    with workspace.library:
        (bib,) = prepare_exports(_with(workspace, [nowhere], given), anew=True).bibs
    emit_text(bib.source.decode("utf-8", "replace"))
    _tell(bib)
    failures = tuple(failures_of_bibs([bib]))
    for failure in failures:
        tell_failure(failure.title, failure.reason)
    return _FAILED if failures else 0


def _with(workspace: Workspace, bibs: Iterable[BibFile], given: Given) -> Workspace:
    asked = (replace(bib, rules=bib.rules.model_copy(update=given)) for bib in bibs)
    return replace(workspace, bibs=tuple(asked))


def _export(workspace: Workspace, writing: Writing) -> int:
    with workspace.library:
        exports = prepare_exports(workspace, anew=writing.may_overwrite)
        if writing.may_overwrite:
            for bib in exports.bibs:
                writing.require_agreement(bib.key, bib.before or b"", bib.source)
        planned = ExportsDone(failures=exports.failures)
        done = planned if writing.asked.is_dry_run else carry_out_exports(exports)
    unwritten = {failure.where for failure in done.failures if not failure.title}
    for bib in exports.bibs:
        if bib.key not in unwritten:
            emit([f"{visible(str(near(bib.bib.path)))}: {summary(bib)}"])
        _tell(bib)
    emit(writing.nothing_written())
    tell_failures(done.failures)
    return _FAILED if done.failures else 0


def _tell(bib: NewBib) -> None:
    tell(notes_text(bib))
    tell(unsettable_text(bib.unsettable))


def known_keys(workspace: Workspace | None) -> tuple[Mapping[str, str], str]:
    """Return the citation keys that exports of a project gave, by item, and its formula."""
    if workspace is None:
        return {}, ""
    project = workspace.project
    data = read_if_present(project.lock_path)
    exported = read_lock(data, project.lock_path).exported if data is not None else ()
    keys = {one.item: one.key for one in reversed(exported)}
    return keys, project.configuration.citekeys.formula or ""
