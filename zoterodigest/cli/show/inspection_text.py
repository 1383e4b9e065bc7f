"""What `inspect` shows to people: per file what was read, what was not, and what looks odd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.cells import cell_len

from zoterodigest.cli.base.screen import (
    IN_JSON,
    counted,
    cut,
    few_of,
    first_of,
    hanging,
    styled,
    visible,
    width,
    wrapped,
)
from zoterodigest.cli.base.tables import Column, table
from zoterodigest.cli.show.inspection import (
    InspectedBib,
    InspectedDigest,
    Inspection,
    Unreadable,
    doubled_works,
    work_cells,
)
from zoterodigest.core.values.record import text_in

if TYPE_CHECKING:
    from zoterodigest.bibtex.reading import BibRecord

_MOST = 8
"""How many lines or places of one kind are listed; the others are counted. --json has them all."""

_MOST_PROBLEMS = 4 * _MOST
_LINE, *_WORK = (
    Column("line", 8, is_right=True),
    Column("title"),
    Column("id", 16),
    Column("venue or date", 18),
)
_DIGEST_COLUMNS = (_LINE, *_WORK, Column("has", 7))
_BIB_COLUMNS = (_LINE, Column("key", 24), *_WORK)
_LEGEND = "has: a authors, t task, l links, s summary, b abstract, c comment, n nickname"


def digests_text(
    found: Sequence[InspectedDigest | Unreadable], *, is_overview: bool
) -> Iterator[str]:
    """Yield the lines of the report on the digests that could be read; as an overview only how much
    of each was understood.
    """
    read = [one for one in found if isinstance(one, InspectedDigest)]
    for one in read:
        yield from _head(one) if is_overview else (*_file(one), "")
    yield from () if is_overview else _duplicates(read)
    if len(found) > 1:
        entries = sum(len(one.inspection.works) for one in read)
        failed = len(found) - len(read)
        unread = f", {counted(failed, 'file')} could not be read" if failed else ""
        yield f"{counted(entries, 'entry')} in {counted(len(read), 'file')}{unread}"
    if is_overview:
        yield "Next: `zoterodigest inspect FILE` lists the entries of one."


def bibs_text(found: Sequence[InspectedBib | Unreadable]) -> Iterator[str]:
    """Yield the lines of the report on .bib files that could be read."""
    for one in found:
        if not isinstance(one, InspectedBib):
            continue
        number = counted(len(one.records), "entry")
        yield f"{styled(visible(one.name), 'bold')}: {number}"
        if one.records:
            yield from table(_BIB_COLUMNS, [_bib_row(record) for record in one.records])
        lines = [
            f"    line {problem.place.line}:{problem.place.column}  {visible(problem.reason)}"
            for problem in one.problems
        ]
        shown = first_of(lines, _MOST_PROBLEMS, indent=4, in_json=True)
        yield from _titled("wrong, not changed", shown)
        yield ""


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield a title and the lines below it, nothing if there are none."""
    for number, line in enumerate(lines):
        yield from () if number else ("", styled(f"  {title}", "bold"))
        yield line


def _bib_row(record: BibRecord) -> tuple[str, ...]:
    work = work_cells(text_in(record.fields, "title"), record.identifiers, record.fields)
    return str(record.line), visible(record.key) or "?", *work


def _file(one: InspectedDigest) -> Iterator[str]:
    found = one.inspection
    yield from _head(one)
    if found.is_blank:
        return
    if not found.works:
        yield from _nothing(found)
        return
    yield from table(_DIGEST_COLUMNS, found.rows)
    yield from (styled(line, "dim") for line in wrapped(_LEGEND, indent=2))
    yield from _titled("not understood, not changed", _unreadable(found))
    yield from _titled("skipped", _skipped(found))
    yield from _titled("suspicious (`zoterodigest lint` has other checks)", _suspicions(found))


def _head(one: InspectedDigest) -> Iterator[str]:
    """Yield how much of a digest was understood."""
    found = one.inspection
    name = styled(visible(one.name), "bold")
    if found.is_blank:
        yield f"{name}: the file is empty"
        return
    if not found.works:
        yield f"{name}: no entries recognised in {counted(found.lines, 'line')}"
        return
    formats = ", ".join(f"{form} ({number})" for form, number in found.counts.items())
    if len(found.counts) == 1:
        (formats,) = found.counts
    heading, *more_lines = wrapped(
        f"{visible(one.name)}: {counted(len(found.works), 'entry')}"
        f" in the format {formats}, {found.coverage:.0%} of the lines"
    )
    yield heading.replace(visible(one.name), name, 1)
    yield from more_lines
    if found.missed:
        more = f"about {counted(found.missed, 'more entry')} could not be read"
        yield f"  {more} (--explain LINE says why)"


def _nothing(found: Inspection) -> Iterator[str]:
    """Yield what was looked for in a file in which nothing was recognised, and how to go on."""
    yield from _titled("skipped", _skipped(found))
    yield ""
    tried = ", ".join(visible(name) for name, _ in found.tried)
    yield from hanging("  formats tried  ", tried)
    yield "  what you can do"
    yield "    --explain LINE         see why a line isn't read"
    yield "    formats learn FILE     have a format proposed from the list itself"
    yield "    --format NAME          read it by this format only (`formats list`)"
    yield "    NAME.format.toml       write your own in such a file beside the digest"
    yield "                           (`zoterodigest docs formats`)"


def _unreadable(found: Inspection) -> Iterator[str]:
    lines: list[str] = []
    for one in found.unreadable:
        column = f":{one['column']}" if one["column"] else ""
        extent = "the whole entry: " if one["whole_entry"] else ""
        lines.append(f"    line {one['line']}{column}  {extent}{visible(one['reason'])}")
    return first_of(lines, _MOST_PROBLEMS, indent=4, in_json=True)


def _skipped(found: Inspection) -> Iterator[str]:
    groups: dict[str, list[tuple[int, int]]] = {}
    unread = []
    for one, excerpt in zip(found.skipped, found.excerpts, strict=True):
        place = one["start_line"], one["end_line"]
        if excerpt is None:
            groups.setdefault(one["reason"], []).append(place)
        else:
            unread.append((one["reason"], f"{_range(place):<9} {excerpt}"))
    for reason, runs in sorted(groups.items()):
        yield from _lines(reason, runs)
    # Lines that may be entries matter most: they come last, each with an excerpt.
    if unread:
        yield f"{len(unread):>7,}  {unread[0][0]}:"
        lines = [f"         {cut(excerpt, width() - 9)}" for _, excerpt in unread]
        yield from first_of(lines, _MOST, indent=9, in_json=True)


def _suspicions(found: Inspection) -> Iterator[str]:
    groups: dict[str, list[int]] = {}
    for one in found.suspicions:
        groups.setdefault(one["what"], []).append(one["line"])
    for what, lines in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        yield from _lines(visible(what), [(line, line) for line in lines])


def _lines(what: str, places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yield one kind of thing with its count and its first lines."""
    listed = few_of(list(map(_range, places)), _MOST)
    noun = "line" if len(places) == 1 and places[0][0] == places[0][1] else "lines"
    yield from hanging(f"{len(places):>7,}  ", f"{what}: {noun} {listed}")


def _range(place: tuple[int, int]) -> str:
    start, end = place
    return str(start) if start == end else f"{start}-{end}"


def _duplicates(read: Sequence[InspectedDigest]) -> Iterator[str]:
    found = doubled_works(read)
    if not found:
        return
    works = counted(len(found), "work that appears", "works that appear")
    yield styled(f"{works} more than once", "bold")
    names = _short_names(read)
    shown = [(cut(visible(work), 24), places) for work, places in found[: 3 * _MOST]]
    room = max(cell_len(work) for work, _ in shown)
    for work, places in shown:
        head = f"  {work}{' ' * (room - cell_len(work))}  "
        yield from hanging(head, _places(places, names))
    if len(found) > len(shown):
        yield f"  … and {len(found) - len(shown):,} more{IN_JSON}"
    yield ""


def _short_names(read: Sequence[InspectedDigest]) -> dict[str, str]:
    """Return the files' names without their folders, unless two would look alike."""
    names = {one.name: PurePath(one.name).name for one in read}
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
