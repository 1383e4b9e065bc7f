"""What stands in .bib files, to compare it with what was written there."""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.bibtex.edit.document import Prints, prints_of
from zoterodigest.bibtex.reading import standing_entries
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
        found[key] = standing_prints(source or b"")
    return found


def standing_prints(source: bytes) -> dict[str, Prints]:
    """Return the prints of all entries of a .bib, by citation key: of two with one the first."""
    return {entry.key: prints_of(entry) for entry in reversed(standing_entries(scan(source)))}
