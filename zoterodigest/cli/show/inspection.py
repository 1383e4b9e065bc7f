"""`inspect`: read digests, and say what was understood of them as data or for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import Format
from zoterodigest.digest.read import report
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry, Document, Problem
from zoterodigest.errors import ZoterodigestError
from zoterodigest.mapping import venue_table
from zoterodigest.project.digests import formats_for, read_digest

_FAILED = 1


@dataclass(frozen=True, slots=True)
class ReadDigest:
    """A digest as read, and the formats that were tried on it."""

    document: Document
    formats: tuple[Format, ...]

    @property
    def is_blank(self) -> bool:
        """Whether the file holds nothing at all."""
        return not self.document.source.strip(b" \t\r\n\xef\xbb\xbf")

    def counts(self) -> Mapping[str, int]:
        """Return the number of entries by the format that read them, most first."""
        counted = Counter(entry.format.name for entry in self.document.entries)
        return dict(counted.most_common())

    def unreadable(self) -> Iterator[tuple[DigestEntry, Problem]]:
        """Yield what was not understood inside entries, by line."""
        for entry in self.document.entries:
            for problem in dict.fromkeys(entry.problems):
                yield entry, problem


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read at all, and why."""

    name: str
    error: ZoterodigestError


@dataclass(frozen=True)
class Inspection:
    """What was found in each file, in the order given."""

    found: tuple[ReadDigest | Unreadable, ...]

    @cached_property
    def digests(self) -> tuple[ReadDigest, ...]:
        """The files that could be read."""
        return tuple(one for one in self.found if isinstance(one, ReadDigest))

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the files that could be read."""
        return tuple(one.document for one in self.digests)

    @property
    def errors(self) -> tuple[ZoterodigestError, ...]:
        """Why files could not be read at all."""
        return tuple(one.error for one in self.found if isinstance(one, Unreadable))

    @property
    def exit_code(self) -> int:
        """The code of the first file that could not be read; 1 where something was not understood.

        That is a file in which nothing was recognised, or an entry that is unreadable as a whole.
        """
        if self.errors:
            return self.errors[0].exit_code
        is_understood = all(
            one.is_blank
            or (one.document.entries and not any(e.broken for e in one.document.entries))
            for one in self.digests
        )
        return 0 if is_understood else _FAILED


def inspect_files(paths: Sequence[Path], wanted: str = "") -> Inspection:
    """Read the digests at `paths`, each once, by the format `wanted` or whatever fits.

    A file that cannot be read is in the result with its error and does not stop the others.
    """
    venues = venue_table()
    return Inspection(tuple(_inspect(path, wanted, venues) for path in dict.fromkeys(paths)))


def _inspect(path: Path, wanted: str, venues: VenueTable) -> ReadDigest | Unreadable:
    try:
        source = read_digest(path).data
        formats = formats_for(path, wanted)
    except ZoterodigestError as error:
        return Unreadable(str(path), error)
    return ReadDigest(read_document(str(path), source, formats, venues), formats)


def as_data(inspection: Inspection) -> dict[str, list[Any]]:
    """Return an inspection as plain data: files, entries, and what else was found."""
    return {
        "files": [_file_data(one) for one in inspection.found],
        "entries": [
            report.entry_json(document, entry)
            for document in inspection.documents
            for entry in document.entries
        ],
        "skipped": [
            {"file": document.name, "start_line": it.start_line, "end_line": it.end_line}
            | {"reason": it.reason}
            for document in inspection.documents
            for it in document.skipped
        ],
        "unreadable": [
            {"file": one.document.name, "line": problem.line, "column": problem.column or None}
            | {"reason": problem.reason, "whole_entry": bool(entry.broken)}
            for one in inspection.digests
            for entry, problem in one.unreadable()
        ],
        "duplicates": [
            {
                "work": twins.work,
                "places": [{"file": at, "line": line} for at, line in twins.places],
            }
            for twins in report.duplicates(inspection.documents)
        ],
        "suspicions": [
            {"file": document.name, "line": it.line, "what": it.what}
            for document in inspection.documents
            for it in report.suspicions(document)
        ],
    }


def _file_data(one: ReadDigest | Unreadable) -> dict[str, Any]:
    if isinstance(one, Unreadable):
        return {"file": one.name, "error": str(one.error), "hint": one.error.hint}
    document = one.document
    return {
        "file": document.name,
        "formats": one.counts(),
        "entries": len(document.entries),
        "coverage": round(report.coverage(document), 4),
        "lines": len(document.lines),
        "bytes": len(document.source),
    }
