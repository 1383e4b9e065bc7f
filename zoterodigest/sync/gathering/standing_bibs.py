"""What stands in .bib files, as the journal of a killed run asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.bibtex.edit.document import prints_of
from zoterodigest.bibtex.reading import macros_of
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import Project
from zoterodigest.project.log.journal import RecordedRun
from zoterodigest.project.recovery import BibFacts, bibs_in


def standing_bibs(
    project: Project, recorded: RecordedRun, known: Mapping[str, bytes | None]
) -> BibFacts:
    """Return the prints of all entries of the .bib files that a killed run was about to write.

    `known` are files that were read already, by key.
    """
    found = {}
    for key in sorted(bibs_in(recorded)):
        source = known[key] if key in known else read_if_present(project.root / key)
        bibliography = scan(source or b"")
        macros = macros_of(bibliography)
        found[key] = {
            bibliography.key(entry): prints_of(bibliography, entry, macros)
            for entry in reversed(bibliography.entries)
        }
    return found
