"""The run of `duplicates`: open what is meant, look, tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.places import linked_digests, open_library, project_in
from zoterodigest.cli.base.screen import emit
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.show.duplicate_text import as_data, as_text, command_for
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.project.layout import BibFile, Project, parted
from zoterodigest.sync.gathering.workspace import Workspace, open_workspace
from zoterodigest.sync.items.duplicates import duplicates_in

FINE, FAILED = 0, 1


def show(asked: Invocation) -> int:
    """List what stands twice in files, else in the project, and the library; return the code."""
    workspace = meant(asked)
    with workspace.library:
        with busy("Reading digests and library"):
            found = duplicates_in(workspace)
        if asked.as_json:
            emit_json(as_data(found, workspace, command_for(asked.address)))
        else:
            emit(as_text(found, workspace, command_for(asked.address)))
    return FAILED if found.sure else FINE


def meant(asked: Invocation) -> Workspace:
    """Open what is to be looked at; without a digest the library has to be there."""
    start = Path()
    digests, named = parted(asked.files)
    project = None if asked.files else project_in(start)
    if project:
        digests = [path for path in linked_digests(project) if path.exists()]
    meaning = chosen(asked.address, project)
    workspace = open_workspace(digests, start, chosen=meaning, wanted_format=asked.format_name)
    if named:
        bibs = tuple(_read_as_entries(workspace.project, file) for file in named)
        given = workspace.digests if digests else ()
        return replace(workspace, digests=given, bibs=bibs)
    if not workspace.digests:
        return replace(workspace, library=open_library(asked.address, start))
    return workspace


def _read_as_entries(project: Project, file: Path) -> BibFile:
    """Return a .bib whose entries are looked at like those of digests."""
    bib = project.bib_file(file)
    return replace(bib, rules=bib.rules.model_copy(update={"push": True}))
