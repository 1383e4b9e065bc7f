"""Vaults: folders in which each file is the note of one paper.

A vault is one digest: if a part of it is away, none of it is synced.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.project.config import DigestRules
from zoterodigest.project.files import BadInput, Evicted
from zoterodigest.project.layout import ProjectFolder, folder_before_pattern


class VaultAway(BadInput):
    """A vault, or a part of it, is not on this computer; nothing of it is synced."""

    def __init__(self, folder: Path, reason: str, hint: str) -> None:
        super().__init__(folder, reason, hint)


_MISSING = "this folder is missing"
_BRING_BACK = (
    "Nothing was changed for it in the library. Mount the drive, download the folder from the"
    " cloud, or switch to the branch that has it. If you renamed or moved it, change `path` in"
    " zoterodigest.toml."
)


_IN_DATABASE = "Logseq keeps this graph in a database, not in Markdown files"


def why_no_files(folder: Path) -> str:
    """Return why a folder has no Markdown files, if it shows; else ""."""
    return _IN_DATABASE if (folder / "db.sqlite").is_file() else ""


def why_away(
    project: ProjectFolder,
    rules: DigestRules,
    files: Sequence[SourceKey],
    evicted: Sequence[Evicted],
    linked: Iterable[SourceKey],
) -> VaultAway | None:
    """Return why nothing of a vault is synced; None if all of it seems to be there.

    `files` are those that were found, `evicted` tells which of them hold no data. `linked` are the
    digests that the lock file links: a vault that never had a note may be empty.
    """
    folder = project.root / folder_before_pattern(rules.path)
    if not folder.is_dir():
        return nothing_found(project, rules)
    if evicted:
        first = evicted[0]
        name = project.key_of(first.path)
        others = len(evicted) - 1
        more = f", and {others:,} more file{'' if others == 1 else 's'}" if others else ""
        hint = "Download them from the cloud. `zoterodigest sync FILE` syncs one file that is here."
        return VaultAway(folder, f"{name}{more}: {first.reason}", hint)
    if not files and any(project.former_rules(key) is rules for key in linked):
        return nothing_found(project, rules)
    return None


def nothing_found(project: ProjectFolder, rules: DigestRules) -> VaultAway:
    """Return that a vault's folder, or every file in it, is missing."""
    folder = project.root / folder_before_pattern(rules.path)
    if not folder.is_dir():
        return VaultAway(folder, _MISSING, _BRING_BACK)
    none = f"no file in this folder matches {rules.path}"
    return VaultAway(folder, why_no_files(folder) or none, _BRING_BACK)
