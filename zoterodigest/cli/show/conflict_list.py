"""What `conflicts` lists: open fields, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.cells import cell_len

from zoterodigest.cli.base.screen import (
    counted,
    cut,
    excerpts,
    flowing,
    section,
    styled,
    width,
)
from zoterodigest.cli.show.attention import Attention
from zoterodigest.cli.show.encoder import with_kind
from zoterodigest.cli.show.report_text import Wording
from zoterodigest.cli.show.subjects import (
    conflict_text,
    entry_title,
    field_name,
    looked_up_text,
    place_of,
    subjects_of,
    value_text,
)
from zoterodigest.core.plan.reports import ApartField, NameConflict, PlaceConflict
from zoterodigest.core.plan.terms import End
from zoterodigest.sync.run.conflicts import Kind, OpenField
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.acknowledging import acknowledged_reports

_PLACES = (PlaceConflict, NameConflict)
_INDENT = 8
_ZOTERO = End.ZOTERO.value

_HEADINGS = {
    Kind.CONFLICT: ("Conflicts", "{why}; both ends stay as they are until you decide:"
                    " `zoterodigest resolve`."),
    Kind.APART: ("Apart", "Different from the beginning, or looked up for the library alone: each"
                 " end keeps its own, and changes do not travel. `zoterodigest resolve ID` joins"
                 " them."),
    Kind.WAITING: ("Waiting for the library", "Another machine or commit brought these on, and this"
                   " library has not caught up. `zoterodigest resolve ID` decides now."),
}  # fmt: skip


def conflicts_text(
    prepared: Prepared, fields: Sequence[OpenField], *, with_apart: bool
) -> Iterator[str]:
    """Yield the open fields; diverged ones are counted, and listed only `with_apart`."""
    shown = set(Kind) if with_apart else {Kind.CONFLICT, Kind.WAITING}
    lines = [line for kind in Kind if kind in shown for line in _section(kind, fields)]
    attention = Attention(prepared.plan.reports, Wording(subjects_of(prepared), ()))
    lines += attention.lines(_PLACES, len(prepared.plan.reports))
    if not with_apart:
        lines += _apart_counted(_unacknowledged(prepared, fields))
    if not has_conflicts(prepared, fields):
        lines.insert(0, "No conflicts.")
    yield from lines if lines[0] else lines[1:]


def has_conflicts(prepared: Prepared, fields: Sequence[OpenField]) -> bool:
    """Return whether a field, a place or a name changed at both ends."""
    return any(one.kind is Kind.CONFLICT for one in fields) or any(
        isinstance(report, _PLACES) for report in prepared.plan.reports
    )


def conflicts_data(prepared: Prepared, fields: Sequence[OpenField]) -> dict[str, Any]:
    """Return what is open as JSON can hold it, by kind."""
    data: dict[str, Any] = {
        name: [field_data(one) for one in fields if one.kind is kind]
        for name, kind in zip(("conflicts", "apart", "waiting"), Kind, strict=True)
    }
    places = [report for report in prepared.plan.reports if isinstance(report, _PLACES)]
    return {**data, "places": [with_kind(report) for report in places]}


def field_data(field: OpenField) -> dict[str, Any]:
    """Return one open field as JSON can hold it; a base that is not known is absent.

    What the entry holds is called `markdown` in a digest and `bib` in a bibliography; `source` is
    where the library's value was looked up.
    """
    known = {} if field.base is None else {"base": field.base}
    source = {"source": field.source} if field.source else {}
    return {
        "id": field.id,
        "row": field.row_id,
        "digest": field.entry.digest,
        "line": field.entry.place.start_line,
        "title": field.entry.fields.get("title"),
        "field": field.name,
        **known,
        field.end.value: field.at_entry,
        "zotero": field.at_item,
        **source,
    }


def head_of(field: OpenField) -> str:
    """Return by what people know the link of a field: its ID, its place, its title."""
    place = place_of(field.entry)
    room = width() - len(field.id) - cell_len(place) - 6
    title = cut(entry_title(field.entry), max(room, 12))
    return f"{styled(field.id, 'yellow')}  {place}  {title}"


def _section(kind: Kind, fields: Sequence[OpenField]) -> Iterator[str]:
    found = [one for one in fields if one.kind is kind]
    if not found:
        return
    heading, advice = _HEADINGS[kind]
    yield ""
    why = conflict_text((one.name, one.at_item) for one in found)
    yield from section(heading, len(found), advice.replace("{why}", why))
    for _, of_one in groupby(found, key=lambda one: one.row_id):
        group = list(of_one)
        yield ""
        yield f"  {head_of(group[0])}"
        for field in group:
            yield from _field(field)


def _field(field: OpenField) -> Iterator[str]:
    indent = " " * _INDENT
    name = field_name(field.name) + looked_up_text(field.source)
    yield indent + cut(name, width() - _INDENT)
    room = width() - _INDENT - 12
    at_entry, at_item = value_text(field.at_entry), value_text(field.at_item)
    # The ends are compared with each other: a base that differs earlier hides no difference.
    shown = dict(zip((field.end.value, _ZOTERO), excerpts([at_entry, at_item], room), strict=True))
    if field.base is not None:
        base = value_text(field.base)
        shown = {
            "base": excerpts([base, at_entry if base != at_entry else at_item], room)[0]
        } | shown
    for label, text in shown.items():
        yield f"{indent}  {styled(f'{label:<10}', 'dim')}{text or '(empty)'}"


def _unacknowledged(prepared: Prepared, fields: Sequence[OpenField]) -> list[OpenField]:
    """Return the diverged fields that nobody acknowledged."""
    reports = acknowledged_reports(prepared)
    known = {(one.row_id, one.name) for one in reports if isinstance(one, ApartField)}
    apart = (one for one in fields if one.kind is Kind.APART)
    return [one for one in apart if (one.row_id, one.name) not in known]


def _apart_counted(apart: Sequence[OpenField]) -> Iterator[str]:
    if not apart:
        return
    counts = Counter(field_name(one.name) for one in apart)
    entries = counted(len({one.row_id for one in apart}), "entry", "entries")
    yield ""
    kinds = {bool(one.source) for one in apart}
    reasons = {False: "different from the beginning", True: "looked up for the library alone"}
    why = " or ".join(reasons[kind] for kind in sorted(kinds))
    yield styled(f"Apart ({len(apart):,})", "bold") + f" in {entries}, {why}"
    yield from flowing([f"{cut(name, 30)} {number:,}" for name, number in counts.most_common()], 2)
    yield "  `zoterodigest conflicts --apart` lists them."
