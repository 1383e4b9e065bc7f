"""`inspect FOLDER`: which files of a folder are notes of one paper, and why others aren't."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import chain
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.projects import near, project_in
from zoterodigest.cli.base.screen import counted, few_of, hanging, visible
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.digest.format.format import data_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.frozen import dataclass
from zoterodigest.mapping import venue_table
from zoterodigest.project.digests import choice_in, read_digest
from zoterodigest.project.files import BadInput
from zoterodigest.project.layout import ProjectFolder, matching_files
from zoterodigest.project.lock.lock import BadLockFile, lock_at
from zoterodigest.project.vaults import why_no_files

_MOST = 5
"""So many files of one kind are named; --json names each."""


@dataclass(frozen=True, slots=True)
class InspectedVault:
    """A folder and its Markdown files: the note that each is, or the reason why it is not.

    `linked` are the notes that have an item, as the lock file says.
    """

    folder: str
    notes: Mapping[str, DigestEntry]
    others: Mapping[str, str]
    linked: Set[str]


def inspect_vault(folder: Path) -> InspectedVault:
    """Read the files of Markdown and Quarto in a folder as the notes of a vault."""
    project = project_in(folder)
    keys, linked = _linked_keys(project), set()
    notes: dict[str, DigestEntry] = {}
    others: dict[str, str] = {}
    files = (matching_files(Path(), f"{folder}/**/*.{end}") for end in ("md", "qmd"))
    for path in chain.from_iterable(files):
        name = str(near(path))
        try:
            document = _read(project, path)
        except BadInput as error:
            others[name] = error.reason
            continue
        if document.entries:
            (notes[name],) = document.entries
            linked |= {name} if project.key_of(path) in keys else set()
        else:
            others[name] = next((one.reason for one in document.skipped), "it is empty")
    if not notes and (reason := why_no_files(folder)):
        others[str(near(folder))] = reason
    return InspectedVault(str(folder), notes, others, linked)


def _linked_keys(project: ProjectFolder) -> Set[SourceKey]:
    """Return the files whose entries have an item, as the lock file says; none if it is damaged."""
    try:
        lock = lock_at(project.lock_path)
    except BadLockFile:  # `doctor` reports it
        lock = None
    rows = lock.rows if lock else ()
    return {row.digest for row in rows if row.is_linked}


def _read(project: ProjectFolder, path: Path) -> Document:
    """Read a file as the configuration says; if it names no vault there, as of any vault."""
    data = read_digest(path).data
    (digest,) = project.digests([path])
    is_vault = digest.rules.is_vault
    formats = choice_in(project, digest).read().formats() if is_vault else None
    return read_document(digest.key, data, formats or (data_formats()["note"],), venue_table())


def vault_text(vault: InspectedVault) -> Iterator[str]:
    """Yield how many files are notes, what tells their papers, and why the others are not."""
    number = counted(len(vault.notes) + len(vault.others), "file")
    papers = counted(len(vault.notes), "note of one paper", "notes of one paper each")
    linked = f", {len(vault.linked):,} linked" if vault.linked else ""
    yield f"{visible(vault.folder)}: {number}, {papers}{linked}"
    yield from _listed((name, _evidence(entry)) for name, entry in vault.notes.items())
    if vault.others:
        yield "Not notes:"
        yield from _listed(vault.others.items())
    problems = {
        (name, problem.reason): None
        for name, entry in vault.notes.items()
        for problem in entry.problems
    }
    if problems:
        yield "Not understood (`zoterodigest lint` may say more, `inspect FILE` has the lines):"
        yield from _listed(problems)


def _listed(kinds: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield how many files are of each kind, and the names of some; `kinds` are files with one."""
    names_of: dict[str, list[str]] = defaultdict(list)
    for name, kind in kinds:
        names_of[kind].append(name)
    for kind, names in sorted(names_of.items(), key=lambda one: (-len(one[1]), one[0])):
        few = few_of(list(map(visible, names)), _MOST)
        yield from hanging(f"{len(names):>5,}  ", f"{visible(kind)}: {few}")


def _evidence(entry: DigestEntry) -> str:
    """Return what tells the paper of a note, the surest first."""
    if entry.keys.item:
        return "by item key"
    if entry.keys.citation:
        return "by citation key"
    if any(not one.is_page for one in entry.reading.identifiers):
        return "by identifier"
    return "by title and authors"


def vault_data(vault: InspectedVault) -> dict[str, Any]:
    """Return the files of a folder as JSON can hold them."""
    return {
        "folder": vault.folder,
        "notes": [
            {
                "file": name,
                "title": entry.title,
                "item": entry.keys.item or None,
                "citekey": entry.keys.citation or None,
                "identifiers": sorted(map(str, entry.reading.identifiers)),
                "is_linked": name in vault.linked,
            }
            for name, entry in vault.notes.items()
        ],
        "skipped": [{"file": name, "reason": why} for name, why in vault.others.items()],
    }
