"""What `inspect` shows to people: per file what was read, what was not, and what looks odd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from rich.cells import cell_len

from zoterodigest.bibtex.reading import BibRecord
from zoterodigest.cli.base.screen import (
    Column,
    counted,
    cut,
    first_of,
    hanging,
    styled,
    table,
    visible,
    width,
)
from zoterodigest.cli.show.inspection import InspectedBib, InspectedDigest, Unreadable
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import SECTION, Fields, is_empty, text_in
from zoterodigest.digest.read import report
from zoterodigest.digest.read.document import NO_ENTRY, DigestEntry, Document, Skipped

_MOST = 8
"""How many lines or places of one kind are listed; the others are counted. --json has them all."""

_MOST_PROBLEMS = 4 * _MOST
_IN_JSON = " (--json lists all)"
_LINE, *_WORK = (
    Column("line", 8, is_right=True),
    Column("title"),
    Column("id", 16),
    Column("venue or date", 18),
)
_DIGEST_COLUMNS = (_LINE, *_WORK, Column("has", 6))
_BIB_COLUMNS = (_LINE, Column("key", 24), *_WORK)
_MARKS = {
    "a": ("authors",),
    "t": ("task", "categories"),
    "l": ("links",),
    "s": ("summary",),
    "b": ("abstract",),
    "c": ("comment",),
}
_LEGEND = "has: a authors, t task, l links, s summary or sections, b abstract, c comment"


def digests_text(found: Sequence[InspectedDigest | Unreadable]) -> Iterator[str]:
    """Yield the lines of the report on the digests that could be read."""
    read = [one for one in found if isinstance(one, InspectedDigest)]
    for one in read:
        yield from _file(one)
        yield ""
    documents = [one.document for one in read]
    yield from _duplicates(documents)
    if len(found) > 1:
        entries = sum(len(document.entries) for document in documents)
        failed = len(found) - len(read)
        unread = f", {counted(failed, 'file')} could not be read" if failed else ""
        yield f"{counted(entries, 'entry', 'entries')} in {counted(len(read), 'file')}{unread}"


def bibs_text(found: Sequence[InspectedBib | Unreadable]) -> Iterator[str]:
    """Yield the lines of the report on .bib files that could be read."""
    for one in found:
        if not isinstance(one, InspectedBib):
            continue
        number = counted(len(one.records), "entry", "entries")
        yield f"{styled(visible(one.name), 'bold')}: {number}"
        if one.records:
            yield from table(_BIB_COLUMNS, [_bib_row(record) for record in one.records])
        lines = [
            f"    line {problem.place.line}:{problem.place.column}  {visible(problem.reason)}"
            for problem in one.problems
        ]
        shown = first_of(lines, _MOST_PROBLEMS, indent=4, remark=_IN_JSON)
        yield from _titled("wrong, not changed", shown)
        yield ""


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield a title and the lines below it, nothing if there are none."""
    for number, line in enumerate(lines):
        yield from () if number else ("", styled(f"  {title}", "bold"))
        yield line


def _bib_row(record: BibRecord) -> tuple[str, ...]:
    work = _work(text_in(record.fields, "title"), record.identifiers, record.fields)
    return str(record.line), visible(record.key) or "?", *work


def _work(title: str, identifiers: Iterable[Identifier], fields: Fields) -> tuple[str, ...]:
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


def _file(one: InspectedDigest) -> Iterator[str]:
    document = one.document
    if one.is_blank:
        yield f"{_name(document)}: the file is empty"
        return
    if not document.entries:
        yield from _nothing(one)
        return
    counts = one.counts()
    formats = ", ".join(f"{name} ({number})" for name, number in counts.items())
    if len(counts) == 1:
        (formats,) = counts
    yield (
        f"{_name(document)}: {counted(len(document.entries), 'entry', 'entries')}"
        f" in the format {formats}, {report.coverage(document):.0%} of the lines"
    )
    yield from table(_DIGEST_COLUMNS, [_row(entry) for entry in document.entries])
    yield styled(f"  {cut(_LEGEND, width() - 2)}", "dim")
    yield from _titled("not understood, not changed", _unreadable(one))
    yield from _titled("skipped", _skipped(document))
    yield from _titled("suspicious", _suspicions(document))


def _name(document: Document) -> str:
    return styled(visible(document.name), "bold")


def _row(entry: DigestEntry) -> tuple[str, ...]:
    reading = entry.reading
    title, *work = _work(entry.title, reading.identifiers, reading.fields)
    title = f"(unreadable) {title}" if entry.broken else title
    return str(entry.first + 1), title, *work, _marks(entry)


def _marks(entry: DigestEntry) -> str:
    held = {name for name, value in entry.reading.fields.items() if not is_empty(value)}
    if any(name.startswith(SECTION) for name in held):
        held.add("summary")
    return "".join(mark if held.intersection(names) else "·" for mark, names in _MARKS.items())


def _nothing(one: InspectedDigest) -> Iterator[str]:
    """Yield what was looked for in a file in which nothing was recognised, and how to go on."""
    document = one.document
    yield f"{_name(document)}: no entries recognised in {counted(len(document.lines), 'line')}"
    yield from _titled("skipped", _skipped(document))
    yield "  formats that were tried:"
    for form in one.formats:
        yield from hanging(f"    {form.name:<20} ", visible(form.about))
    yield "  what you can do:"
    yield "    --format NAME        read it by this format only"
    yield "    NAME.format.toml     describe your own format in such a file beside the digest;"
    yield "                         docs/formats.md shows how"


def _unreadable(one: InspectedDigest) -> Iterator[str]:
    lines: list[str] = []
    for entry, problem in one.unreadable():
        column = f":{problem.column}" if problem.column else ""
        extent = "the whole entry: " if entry.broken else ""
        lines.append(f"    line {problem.line}{column}  {extent}{visible(problem.reason)}")
    return first_of(lines, _MOST_PROBLEMS, indent=4, remark=_IN_JSON)


def _skipped(document: Document) -> Iterator[str]:
    groups: dict[str, list[Skipped]] = {}
    for skipped in document.skipped:
        groups.setdefault(skipped.reason, []).append(skipped)
    # Lines that may be entries matter most: they come last, each with an excerpt.
    unread = groups.pop(NO_ENTRY, [])
    for reason, runs in sorted(groups.items()):
        yield from _lines(reason, [(it.start_line, it.end_line) for it in runs])
    if unread:
        yield f"{len(unread):>7,}  {NO_ENTRY}:"
        lines = [f"         {_excerpt(document, it)}" for it in unread]
        yield from first_of(lines, _MOST, indent=9, remark=_IN_JSON)


def _excerpt(document: Document, skipped: Skipped) -> str:
    """Return the place of a run of lines and how its first line begins."""
    first = document.lines[skipped.start_line - 1].decode("utf-8", "replace")
    place = _range((skipped.start_line, skipped.end_line))
    return cut(f"{place:<9} {visible(first)}", width() - 9)


def _suspicions(document: Document) -> Iterator[str]:
    groups: dict[str, list[int]] = {}
    for suspicion in report.suspicions(document):
        groups.setdefault(suspicion.what, []).append(suspicion.line)
    for what, lines in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        yield from _lines(visible(what), [(line, line) for line in lines])


def _lines(what: str, places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield one kind of thing with its count and its first lines."""
    listed = ", ".join(_range(place) for place in places[:_MOST])
    rest = f" and {len(places) - _MOST:,} more" if len(places) > _MOST else ""
    noun = "line" if len(places) == 1 and places[0][0] == places[0][1] else "lines"
    yield from hanging(f"{len(places):>7,}  ", f"{what}: {noun} {listed}{rest}")


def _range(place: tuple[int, int]) -> str:
    start, end = place
    return str(start) if start == end else f"{start}-{end}"


def _duplicates(documents: Sequence[Document]) -> Iterator[str]:
    found = report.doubled_works(documents)
    if not found:
        return
    works = counted(len(found), "work that appears", "works that appear")
    yield styled(f"{works} more than once", "bold")
    names = _short_names(documents)
    named = [cut(visible(twins.work), 24) for twins in found[: 3 * _MOST]]
    room = max(map(cell_len, named))
    for work, twins in zip(named, found, strict=False):
        head = f"  {work}{' ' * (room - cell_len(work))}  "
        yield from hanging(head, _places(twins.places, names))
    if len(found) > len(named):
        yield f"  … and {len(found) - len(named):,} more{_IN_JSON}"
    yield ""


def _short_names(documents: Sequence[Document]) -> dict[str, str]:
    """Return the files' names without their folders, unless two would look alike."""
    names = {document.name: PurePath(document.name).name for document in documents}
    # Two digests can have one name in different folders.
    is_clear = len(set(names.values())) == len(names)
    return {full: visible(short if is_clear else full) for full, short in names.items()}


def _places(places: Iterable[tuple[str, int]], names: Mapping[str, str]) -> str:
    """Return the places of twins by file: `a.md:13,68; b.md:11`."""
    lines: dict[str, list[str]] = {}
    for file, line in places:
        lines.setdefault(file, []).append(str(line))
    return "; ".join(
        f"{names[file]}:{','.join(at)}" if len(names) > 1 else f"lines {', '.join(at)}"
        for file, at in lines.items()
    )
