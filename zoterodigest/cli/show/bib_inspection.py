"""`inspect` of .bib files: what was read of each entry, and what is wrong with the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoterodigest.bibtex.read.reading import BibRecord, read_records
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import BibProblem
from zoterodigest.cli.base.screen import Column, counted, styled, table, visible
from zoterodigest.core.values.record import Empty, Names, Value, parts_of
from zoterodigest.errors import ZoterodigestError
from zoterodigest.mapping import venue_table
from zoterodigest.project.digests import read_digest

_FAILED = 1
_MOST = 32
"""How many problems are listed; the others are counted. --json has them all."""

_COLUMNS = (
    Column("line", 8, is_right=True),
    Column("key", 24),
    Column("title"),
    Column("id", 16),
    Column("venue or date", 18),
)


@dataclass(frozen=True, slots=True)
class ReadBib:
    """A .bib as read."""

    name: str
    records: tuple[BibRecord, ...]
    problems: tuple[BibProblem, ...]


@dataclass(frozen=True, slots=True)
class BibInspection:
    """What was found in .bib files, and why others could not be read."""

    found: tuple[ReadBib, ...]
    errors: tuple[ZoterodigestError, ...]

    @property
    def exit_code(self) -> int:
        """The code of the first file that could not be read; 1 where something is wrong in one."""
        if self.errors:
            return self.errors[0].exit_code
        return _FAILED if any(one.problems for one in self.found) else 0


def inspect_bibs(paths: Sequence[Path]) -> BibInspection:
    """Read the .bib files at `paths`, each once; one that cannot be read does not stop others."""
    venues = venue_table()
    found: list[ReadBib] = []
    errors: list[ZoterodigestError] = []
    for path in dict.fromkeys(paths):
        try:
            source = read_digest(path).data
        except ZoterodigestError as error:
            errors.append(error)
            continue
        bibliography = scan(source)
        problems = tuple(bibliography.problems())
        found.append(ReadBib(str(path), read_records(bibliography, venues), problems))
    return BibInspection(tuple(found), tuple(errors))


def as_text(inspection: BibInspection) -> Iterator[str]:
    """Yield the lines of the report for people."""
    for one in inspection.found:
        number = counted(len(one.records), "entry", "entries")
        yield f"{styled(visible(one.name), 'bold')}: {number}"
        if one.records:
            yield from table(_COLUMNS, [_row(record) for record in one.records])
        if one.problems:
            yield ""
            yield styled("  wrong, left as it stands", "bold")
        for problem in one.problems[:_MOST]:
            place = f"line {problem.place.line}:{problem.place.column}"
            yield f"    {place}  {visible(problem.reason)}"
        if len(one.problems) > _MOST:
            yield f"    and {len(one.problems) - _MOST:,} more; --json lists them all"
        yield ""


def as_data(inspection: BibInspection) -> dict[str, list[Any]]:
    """Return the report as plain data: entries, and what is wrong."""
    return {
        "bib_entries": [
            {"file": one.name, "line": record.line, "key": record.key, "type": record.type}
            | {"fields": {name: _plain(value) for name, value in record.fields.items()}}
            | {"other_fields": dict(record.others), "unreadable": sorted(record.unreadable)}
            for one in inspection.found
            for record in one.records
        ],
        "bib_problems": [
            {"file": one.name, "line": problem.place.line, "column": problem.place.column}
            | {"reason": problem.reason}
            for one in inspection.found
            for problem in one.problems
        ],
    }


def _row(record: BibRecord) -> tuple[str, ...]:
    title, venue, year, date = (
        " ".join(parts_of(record.fields.get(name, "")))
        for name in ("title", "venue", "year", "date")
    )
    identifiers = sorted(record.identifiers, key=lambda it: (it.is_page, it.scheme))
    return (
        str(record.line),
        visible(record.key) or "?",
        visible(title) or "?",
        visible(identifiers[0].value) if identifiers else "-",
        visible(" ".join(filter(None, (venue, year))) if venue else date or year),
    )


def _plain(value: Value) -> Any:
    match value:
        case str():
            return value
        case Names(people, truncated):
            return [*people, *(["et al."] if truncated else [])]
        case Empty():
            return ""
    return list(parts_of(value))
