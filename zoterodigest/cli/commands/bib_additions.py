"""An export into a .bib that no export wrote: entries are added, and what stands there stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from zoterodigest.bibtex.edit.splice import Updated, update
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.cli.base.screen import counted, emit, tell, visible
from zoterodigest.cli.commands.writing_over import Writing
from zoterodigest.project.files import require_text


def add_to_bib(path: Path, present: bytes, entries: Sequence[BibEntry], writing: Writing) -> None:
    """Add to the .bib at `path`, which holds `present`, the entries whose works it has not.

    Nothing that stands in it is touched. Works that may be in it and places of it that cannot be
    read are told. Raises `BadInput` if it is no text.
    """
    require_text(path, present)
    updated = update(present, entries, {}, add_only=True)
    writing.write(path, updated.source, present)
    there = len(entries) - len(updated.added) - len(updated.kept) - len(updated.refused)
    added = counted(len(updated.added), "entry", "entries")
    emit([f"{visible(str(path))}: {added} added, {there:,} unchanged"])
    emit(writing.nothing_written())
    tell(_told(str(path), updated))


def _told(name: str, updated: Updated) -> Iterator[str]:
    for problem in updated.problems:
        place = f"{name}:{problem.place.line}:{problem.place.column}"
        yield visible(f"{place}: {problem.reason}")
    for kept in (*updated.kept, *updated.refused):
        yield visible(f"{kept.key} was not added: {kept.reason}")
    for wanted, key in updated.aliases.items():
        if key in updated.added:
            yield visible(f"{key} stands for the key {wanted}, which is another work's there")
