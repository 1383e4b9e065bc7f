"""What `inspect` reads of digests and .bib files, and what it prints of that as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from zoterodigest.bibtex.reading import BibRecord, read_records
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import BibProblem
from zoterodigest.cli.base.options import FAILED, FINE
from zoterodigest.cli.show.encoder import json_value
from zoterodigest.core.values.record import Empty, Names, Value, value_parts
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read import report
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry, Document, Problem
from zoterodigest.errors import ZoterodigestError
from zoterodigest.mapping import venue_table
from zoterodigest.project.digests import formats_for, read_digest

BLANK = b" \t\r\n\xef\xbb\xbf"
"""What an empty file may hold: blanks, line ends, a byte order mark."""

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class InspectedDigest:
    """A digest as read, and the formats that were tried on it."""

    document: Document
    formats: tuple[DigestFormat, ...]

    @property
    def is_blank(self) -> bool:
        """Whether the file holds nothing at all."""
        return not self.document.source.strip(BLANK)

    @property
    def is_understood(self) -> bool:
        """Whether entries were recognised, if there is any text, and none is unreadable."""
        entries = self.document.entries
        return self.is_blank or bool(entries and not any(one.broken for one in entries))

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
class InspectedBib:
    """A .bib as read."""

    name: str
    records: tuple[BibRecord, ...]
    problems: tuple[BibProblem, ...]

    @property
    def is_understood(self) -> bool:
        """Whether nothing is wrong in the file."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read at all, and why."""

    name: str
    error: ZoterodigestError


def inspect_digests(paths: Sequence[Path], wanted: str = "") -> list[InspectedDigest | Unreadable]:
    """Read the digests at `paths`, each once, by the format `wanted` or whatever fits."""
    venues = venue_table()

    def read(path: Path) -> InspectedDigest:
        source, formats = read_digest(path).data, formats_for(path, wanted)
        return InspectedDigest(read_document(str(path), source, formats, venues), formats)

    return _each_once(paths, read)


def inspect_bibs(paths: Sequence[Path]) -> list[InspectedBib | Unreadable]:
    """Read the .bib files at `paths`, each once."""
    venues = venue_table()

    def read(path: Path) -> InspectedBib:
        bibliography = scan(read_digest(path).data)
        records = read_records(bibliography, venues)
        return InspectedBib(str(path), records, tuple(bibliography.problems()))

    return _each_once(paths, read)


def _each_once(paths: Sequence[Path], read: Callable[[Path], _Read]) -> list[_Read | Unreadable]:
    """Return what `read` makes of each path; a file that can't be read doesn't stop the others."""
    found: list[_Read | Unreadable] = []
    # A shell pattern and a name can give the same file twice.
    for path in dict.fromkeys(paths):
        try:
            found.append(read(path))
        except ZoterodigestError as error:
            found.append(Unreadable(str(path), error))
    return found


def inspection_code(found: Sequence[InspectedDigest | InspectedBib | Unreadable]) -> int:
    """Return the code of the first file that could not be read, else 1 if one isn't understood."""
    codes = [one.error.exit_code for one in found if isinstance(one, Unreadable)]
    read = (one for one in found if not isinstance(one, Unreadable))
    return next(iter(codes), FINE if all(one.is_understood for one in read) else FAILED)


def digests_data(found: Sequence[InspectedDigest | Unreadable]) -> dict[str, list[Any]]:
    """Return files, entries, and what else was found in digests, as JSON can hold it."""
    read = [one for one in found if isinstance(one, InspectedDigest)]
    documents = [one.document for one in read]
    return {
        "files": [_file_data(one) for one in found],
        "entries": [report.entry_json(one, entry) for one in documents for entry in one.entries],
        "skipped": [_in_file(one, it) for one in documents for it in one.skipped],
        "unreadable": [
            _in_file(one.document, problem)
            | {"column": problem.column or None, "whole_entry": bool(entry.broken)}
            for one in read
            for entry, problem in one.unreadable()
        ],
        "duplicates": [
            {"work": twins.work, "places": [{"file": at, "line": no} for at, no in twins.places]}
            for twins in report.doubled_works(documents)
        ],
        "suspicions": [_in_file(one, it) for one in documents for it in report.suspicions(one)],
    }


def _in_file(file: Document | InspectedBib, found: object) -> dict[str, Any]:
    return {"file": file.name, **json_value(found)}


def _file_data(one: InspectedDigest | Unreadable) -> dict[str, Any]:
    if isinstance(one, Unreadable):
        return {"file": one.name, "error": str(one.error), "hint": one.error.hint}
    document = one.document
    lengths = {"lines": len(document.lines), "bytes": len(document.source)}
    read = {"formats": one.counts(), "entries": len(document.entries)}
    coverage = round(report.coverage(document), 4)
    return {"file": document.name, **read, "coverage": coverage, **lengths}


def bibs_data(found: Sequence[InspectedBib | Unreadable]) -> dict[str, list[Any]]:
    """Return the entries of .bib files and what is wrong in them, as JSON can hold it."""
    read = [one for one in found if isinstance(one, InspectedBib)]
    return {
        "bib_entries": [
            {"file": one.name, "line": record.line, "key": record.key, "type": record.type}
            | {"fields": {name: _plain(value) for name, value in record.fields.items()}}
            | {"other_fields": dict(record.others), "unreadable": sorted(record.unreadable)}
            for one in read
            for record in one.records
        ],
        "bib_problems": [
            {**_in_file(one, problem.place), "reason": problem.reason}
            for one in read
            for problem in one.problems
        ],
    }


def _plain(value: Value) -> Any:
    match value:
        case str():
            return value
        case Names(people, truncated):
            return [*people, *(["et al."] if truncated else [])]
        case Empty():
            return ""
    return list(value_parts(value))
