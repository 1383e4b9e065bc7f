"""Inputs: all that a run reads, as facts that tell later whether it would come to the same."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from zoterodigest.core.plan.reports import (
    Conflict,
    DivergedField,
    HeldFile,
    Report,
    UntitledEntry,
)
from zoterodigest.core.values.record import is_of_entry
from zoterodigest.library.access import DESKTOP_FILES
from zoterodigest.library.address import Address, DesktopAddress
from zoterodigest.project.config import PLACEHOLDER, load_configuration
from zoterodigest.project.kept import hashed
from zoterodigest.project.layout import pattern_of_stand_ins
from zoterodigest.project.log.history import history_folder
from zoterodigest.project.memory import MEMORIES
from zoterodigest.project.outside import named_paths
from zoterodigest.project.pending import pending_path
from zoterodigest.project.running import running_path
from zoterodigest.project.settled import MATCHES, Fact, states_of
from zoterodigest.project.walks import Walks
from zoterodigest.sync.gathering.quiet import has_one_configuration
from zoterodigest.sync.gathering.sources import folders_of
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.run import Prepared


def is_knowable(workspace: Workspace) -> bool:
    """Tell whether `inputs` has all that a run of `workspace` reads, and may be kept.

    Documents that cite works name further documents. What is shown of a person's own notes is
    private, and the configuration of another project may give the formats of a digest.
    """
    return (
        not any(bib.rules.cited for bib in workspace.bibs)
        and not workspace.shows_own_notes
        and has_one_configuration(workspace)
    )


def inputs(
    workspace: Workspace,
    library: Address,
    desktop_folder: Path | None,
    walks: Walks,
    *,
    writes: bool,
) -> Iterator[Fact]:
    """Yield what a run of `workspace` depends on beside what `was_read`.

    `desktop_folder` holds what is kept of a running Zotero. By `walks` the run found its digests. A
    run that `writes` must find no other run at work.
    """
    project = workspace.project
    if writes:
        yield Fact("idleness", str(project.state_folder))
    yield Fact("configuration", str(project.root))
    paths = [project.root, project.state_folder, project.lock_path]
    # Of what a pattern matches, "matches" tells where it leads: a vault has thousands of files.
    matched = _matched(workspace, walks)
    sources = [one for digest in workspace.digests if (one := str(digest.path)) not in matched]
    sources += [str(bib.path) for bib in workspace.bibs]
    # Whatever is named may come to lead outside the project, also what this run doesn't read.
    named = [path for path in named_paths(project) if path not in matched]
    yield from (Fact("real path", path) for path in (*map(str, paths), *named, *sources))
    kept = [pending_path(project.state_folder), running_path(project.state_folder)]
    yield from (Fact("file", str(path)) for path in (*kept, project.journal_path))
    yield Fact("heads", str(history_folder(project.state_folder)))
    yield from _digests(workspace)
    yield from _formats(workspace)
    yield from _library(workspace, library, desktop_folder)


def _library(workspace: Workspace, library: Address, desktop_folder: Path | None) -> Iterator[Fact]:
    """Yield what is kept of the library, and the library if it is a file."""
    if isinstance(library, DesktopAddress):
        # Which of these files it is tells the Zotero that runs; it is not asked before the run.
        yield Fact("files", f"{workspace.project.state_folder}\n{MEMORIES}")
        if desktop_folder is not None:
            yield Fact("files", f"{desktop_folder}\n{DESKTOP_FILES}")
        return
    memory = workspace.memory_path
    yield from (Fact("file", str(one)) for one in (memory, memory.with_name(f"{memory.name}.next")))
    if library.disk_path is not None:
        path = str(Path(library.disk_path).absolute())
        yield from (Fact(kind, path) for kind in ("real path", "library"))


def _digests(workspace: Workspace) -> Iterator[Fact]:
    """Yield what decides which digests there are."""
    project, rules = workspace.project, workspace.project.configuration
    for folder in folders_of(workspace):
        yield Fact("configuration", str(folder))
    dated = (PLACEHOLDER.sub("*", glob.escape(one.digest)) for one in rules.feeds)
    for pattern in [*(one.path for one in rules.digests), *dated]:
        yield Fact("presence", str(project.root / pattern))
        yield Fact(MATCHES, f"{project.root}\n{pattern}")
        if glob.has_magic(pattern):
            yield Fact(MATCHES, f"{project.root}\n{pattern_of_stand_ins(pattern)}")


def _matched(workspace: Workspace, walks: Walks) -> set[str]:
    """Return the paths of the files that patterns match: of these "matches" tells where they lead,
    also if the run does not name them.
    """
    root = workspace.project.root
    return {
        one.path
        for rules in workspace.project.configuration.digests
        if glob.has_magic(rules.path)
        for one in walks.matches(root, rules.path)
    }


def _formats(workspace: Workspace) -> Iterator[Fact]:
    """Yield what decides which formats are tried."""
    for folder in (*folders_of(workspace), *workspace.project.format_folders):
        yield Fact("formats", str(folder))
    named = {workspace.wanted_format, *(one.rules.format or "" for one in workspace.digests)}
    # A name that ends so is a path, as seen from the current folder.
    yield from (Fact("file", str(Path(one).absolute())) for one in named if one.endswith(".toml"))


def is_repeatable(prepared: Prepared) -> bool:
    """Tell whether a run that did nothing would do, and say, the same again."""
    gathered = prepared.gathered
    is_open = gathered.recovers or gathered.pending or gathered.unread_sources
    return (
        prepared.is_settled
        and not is_open
        and prepared.stop is None
        and not any(map(_shows_note, prepared.plan.reports))
        # A file that just changed is not held the next time.
        and not any(isinstance(report, HeldFile) for report in prepared.plan.reports)
        # Its title may be found the next time.
        and not any(isinstance(report, UntitledEntry) for report in prepared.plan.reports)
    )


def was_read(prepared: Prepared, walks: Walks) -> dict[Fact, str]:
    """Return the states of what a run knew by what it read: its files, and where links lead."""
    gathered, root = prepared.gathered, prepared.workspace.project.root
    read = {str(source.path): source.on_disk for source in gathered.sources}
    quiet = gathered.quiet.digests
    read |= {
        str(one.path): quiet[one.key] for one in prepared.workspace.digests if one.key in quiet
    }
    bibs = gathered.quiet.bibs
    read |= {str(one.path): bibs[one.key] for one in prepared.workspace.bibs if one.key in bibs}
    read[str(prepared.workspace.project.lock_path)] = gathered.lock_data
    states = {
        Fact("file", path): "" if data is None else hashed(data) for path, data in read.items()
    }
    linked = {*(row.digest for row in gathered.lock.rows), *quiet}
    matched = _matched(prepared.workspace, walks)
    linked = {key for key in linked if os.path.join(root, key) not in matched}  # noqa: PTH118
    states |= {Fact("presence", str(root / key)): str(key not in gathered.gone) for key in linked}
    return states | dict(states_of(Fact("real path", str(root / key)) for key in linked))


def is_configured_as_read(workspace: Workspace) -> bool:
    """Tell whether the configuration still is the one that the run read."""
    project = workspace.project
    if not project.is_configured:
        return True
    return load_configuration(project.config_path) == project.configuration


def _shows_note(report: Report) -> bool:
    """Tell whether a report has the text of a note of the library, which may be private."""
    match report:
        case Conflict(name=name) | DivergedField(name=name):
            return is_of_entry(name)
        case _:
            return False
