"""What `inspect` reads of digests and .bib files, and what it prints of that as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zoterodigest.cli.base.options import FAILED, FINE
from zoterodigest.cli.base.screen import visible
from zoterodigest.cli.show.encoder import Encoded, json_line, json_value
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Empty, Fields, Names, Value, text_in, value_parts
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.digests import format_choice, read_digest
from zoterodigest.project.engine import engine_key
from zoterodigest.project.kept import as_kept, hashed, keep, kept, value_of
from zoterodigest.project.settled import state_folder_of

if TYPE_CHECKING:
    from zoterodigest.bibtex.reading import BibRecord
    from zoterodigest.bibtex.tiles.tiles import BibProblem

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was understood of a digest's bytes, whatever the file is called.

    All of it is data as JSON has it: it may be kept, and it is all that is shown.
    """

    counts: Mapping[str, int]
    """The number of entries by the format that read them, most first."""
    coverage: float
    missed: int
    """About how many entries were not read; 0 if nearly all were."""
    lines: int
    bytes: int
    is_understood: bool
    """Whether entries were recognised, if there is any text, and none is unreadable."""
    is_blank: bool
    entries: Sequence[str]
    """Each entry as JSON, if that is asked for."""
    rows: Sequence[Sequence[str]]
    """Each entry as the table for people shows it, if JSON is not asked for."""
    works: Sequence[Sequence[Any]]
    """The work that each entry is, and its line."""
    skipped: Sequence[Mapping[str, Any]]
    excerpts: Sequence[str | None]
    """For each of `skipped` the first line if it may be an entry, else None."""
    unreadable: Sequence[Mapping[str, Any]]
    suspicions: Sequence[Mapping[str, Any]]
    tried: Sequence[Sequence[str]]
    """Names of the formats that were tried and what each is for, if there is no entry."""


@dataclass(frozen=True, slots=True)
class InspectedDigest:
    """A digest and what was understood of it."""

    name: str
    inspection: Inspection

    @property
    def is_understood(self) -> bool:
        """Whether all of it was understood that may be entries."""
        return self.inspection.is_understood


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


def inspect_digests(
    paths: Sequence[Path], wanted: str, *, as_json: bool
) -> list[InspectedDigest | Unreadable]:
    """Read the digests at `paths`, each once, by the format `wanted` or whatever fits.

    What the same program has inspected, with the same bytes and formats, is not read again to show
    the same of it.
    """
    state_folder = state_folder_of([*map(str, paths)])
    engine = engine_key() if state_folder.is_dir() else ""
    new: dict[str, bytes] = {}

    def read(path: Path) -> InspectedDigest:
        source, files = read_digest(path).data, format_choice(path, wanted).read()
        name = _name_of(engine.encode(), files.key, b"%d" % as_json, source)
        if engine and (known := _kept_inspection(state_folder, name)):
            return InspectedDigest(str(path), known)
        # Reading takes most of the imports: what is known is shown without them.
        from zoterodigest.cli.show.inspecting import inspected

        inspection = inspected(source, files.formats(), as_json=as_json)
        if engine:
            new[name] = _as_kept(inspection)
        return InspectedDigest(str(path), inspection)

    found = _each_once(paths, read)
    keep(state_folder, new)
    return found


# The entries are JSON already: in a string of JSON, all their quotes would be escaped. Of 10,000
# entries that is a tenth of a warm `inspect`, and of what a cold one takes above reading.
def _as_kept(inspection: Inspection) -> bytes:
    members: dict[str, Any] = {it.name: getattr(inspection, it.name) for it in fields(inspection)}
    entries: Sequence[str] = members.pop("entries")
    # JSON breaks no line within a string.
    return b"\n".join([as_kept(members), *map(str.encode, entries)])


def _kept_inspection(state_folder: Path, name: str) -> Inspection | None:
    data = kept(state_folder, name)
    if data is None:
        return None
    members, *entries = data.decode("utf-8", "surrogatepass").split("\n")
    known = value_of(members.encode("utf-8", "surrogatepass"))
    return Inspection(entries=entries, **known) if known else None


def _name_of(*parts: bytes) -> str:
    """Return the name of an inspection that follows from these parts alone."""
    # The lengths keep parts apart that say the same one after the other.
    return f"inspection-{hashed(b''.join(b'%d:%b' % (len(part), part) for part in parts))}"


def inspect_bibs(paths: Sequence[Path]) -> list[InspectedBib | Unreadable]:
    """Read the .bib files at `paths`, each once."""
    if not paths:
        return []
    # Only a .bib needs what reads one.
    from zoterodigest.bibtex.reading import read_records
    from zoterodigest.bibtex.tiles.scanner import scan
    from zoterodigest.mapping import venue_table

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


def work_cells(title: str, identifiers: Iterable[Identifier], fields: Fields) -> tuple[str, ...]:
    """Return what tells a work to a person: its title, its identifier, its venue or date."""
    venue, year, date = (text_in(fields, name) for name in ("venue", "year", "date"))
    if date and venue.casefold() in ("", "arxiv"):
        when = date
    else:
        when = " ".join(filter(None, (venue, year))) or date
    # A page comes last: several works can share it. The value breaks ties of one scheme.
    known = min(identifiers, key=lambda it: (it.is_page, it.scheme, it.value), default=None)
    return visible(title) or "?", _identifier(known), visible(when)


def _identifier(known: Identifier | None) -> str:
    match known:
        case None:
            return "-"
        case Identifier("arxiv" | "doi", value):
            return visible(value)
        case Identifier("url", value):
            return visible(value.partition("://")[2] or value)
        case _:
            return visible(str(known))


def inspection_code(found: Sequence[InspectedDigest | InspectedBib | Unreadable]) -> int:
    """Return the code of the first file that could not be read, else 1 if one isn't understood."""
    codes = [one.error.exit_code for one in found if isinstance(one, Unreadable)]
    read = (one for one in found if not isinstance(one, Unreadable))
    return next(iter(codes), FINE if all(one.is_understood for one in read) else FAILED)


def digests_data(found: Sequence[InspectedDigest | Unreadable]) -> dict[str, Sequence[Any]]:
    """Return files, entries, and what else was found in digests, as JSON can hold it."""
    read = [one for one in found if isinstance(one, InspectedDigest)]
    return {
        "files": [_file_data(one) for one in found],
        "entries": Encoded(",\n".join(entry for one in read for entry in _entries(one))),
        "skipped": [{"file": one.name, **it} for one in read for it in one.inspection.skipped],
        "unreadable": [
            {"file": one.name, **it} for one in read for it in one.inspection.unreadable
        ],
        "duplicates": [
            {"work": work, "places": [{"file": at, "line": line} for at, line in places]}
            for work, places in doubled_works(read)
        ],
        "suspicions": [
            {"file": one.name, **it} for one in read for it in one.inspection.suspicions
        ],
    }


def _entries(one: InspectedDigest) -> Iterator[str]:
    start = f"{{{json_line('file')}: {json_line(one.name)}, "
    return (start + entry[1:] for entry in one.inspection.entries)


def doubled_works(
    found: Sequence[InspectedDigest],
) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return works that stand more than once in or across digests, with file and line of each."""
    places: dict[str, list[tuple[str, int]]] = {}
    for one in found:
        for work, line in one.inspection.works:
            places.setdefault(work, []).append((one.name, line))
    return [(work, at) for work, at in places.items() if len(at) > 1 and work]


def _file_data(one: InspectedDigest | Unreadable) -> dict[str, Any]:
    if isinstance(one, Unreadable):
        return {"file": one.name, "error": str(one.error), "hint": one.error.hint}
    known = one.inspection
    number = len(known.works)
    read = {"formats": known.counts, "entries": number, "about": number + known.missed}
    coverage = round(known.coverage, 4)
    lengths = {"lines": known.lines, "bytes": known.bytes}
    return {"file": one.name, **read, "coverage": coverage, **lengths}


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
            {"file": one.name, **json_value(problem.place), "reason": problem.reason}
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
