"""What `conflicts` lists: open fields, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
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
    wrapped,
)
from zoterodigest.cli.show.differences import ends_shown
from zoterodigest.cli.show.encoder import with_kind
from zoterodigest.cli.show.report_names import (
    diverged_text,
    entry_title,
    field_name,
    looked_up_text,
    place_of,
    report_names,
    value_text,
    with_reasons,
)
from zoterodigest.cli.show.report_sections import reports_text
from zoterodigest.cli.show.report_text import SECTIONS_BY_KIND
from zoterodigest.core.plan.reports import (
    Conflict,
    DivergedField,
    NameConflict,
    PlaceConflict,
    Waiting,
)
from zoterodigest.core.plan.run_options import End
from zoterodigest.sync.run.conflicts import OpenField, OpenReason
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.acknowledging import acknowledged_reports

_PLACES = (PlaceConflict, NameConflict)
_INDENT = 8
_ZOTERO = End.ZOTERO.value

_KINDS = {
    OpenReason.CONFLICT: Conflict,
    OpenReason.DIVERGED: DivergedField,
    OpenReason.WAITING: Waiting,
}
"""The kind of report that a run makes of an open field."""


def conflicts_text(
    prepared: Prepared, fields: Sequence[OpenField], *, with_diverged: bool, with_words: bool
) -> Iterator[str]:
    """Yield the open fields; diverged ones are counted, and listed only `with_diverged`.

    Each value is one line, or `with_words` as long as the words need in which it differs.
    """
    shown = set(OpenReason) if with_diverged else {OpenReason.CONFLICT, OpenReason.WAITING}
    shown_as = partial(ends_shown, indent=_INDENT) if with_words else _field
    kinds = (kind for kind in OpenReason if kind in shown)
    lines = [line for kind in kinds for line in _section(kind, fields, shown_as)]
    reports = prepared.plan.reports
    lines += reports_text(reports, report_names(prepared), most=len(reports), kinds=_PLACES)
    if not with_diverged:
        lines += _diverged_counted(_unacknowledged(prepared, fields))
    if not has_conflicts(prepared, fields):
        lines.insert(0, "No conflicts.")
    # Each section begins with an empty line; the first one needs none.
    yield from lines if lines[0] else lines[1:]


def has_conflicts(prepared: Prepared, fields: Sequence[OpenField]) -> bool:
    """Return whether a field, a place or a name changed on both sides."""
    return any(one.kind is OpenReason.CONFLICT for one in fields) or any(
        isinstance(report, _PLACES) for report in prepared.plan.reports
    )


def conflicts_data(prepared: Prepared, fields: Sequence[OpenField]) -> dict[str, Any]:
    """Return what is open as JSON can hold it, by kind."""
    data: dict[str, Any] = {
        # The names are public; `OpenReason` has them in this order.
        name: [field_data(one) for one in fields if one.kind is kind]
        for name, kind in zip(("conflicts", "diverged", "waiting"), OpenReason, strict=True)
    }
    places = [report for report in prepared.plan.reports if isinstance(report, _PLACES)]
    return {**data, "places": list(map(with_kind, places))}


def field_data(field: OpenField) -> dict[str, Any]:
    """Return one open field as JSON can hold it; a base that is not known is absent.

    What the entry holds is called `markdown` in a digest and `bib` in a bibliography; `source` is
    where the library's value was looked up.
    """
    return {
        "id": field.id,
        "row": field.row_id,
        "digest": field.entry.digest,
        "line": field.entry.place.start_line,
        "title": field.entry.fields.get("title"),
        "field": field.name,
        **({} if field.base is None else {"base": field.base}),
        field.end.value: field.at_entry,
        "zotero": field.at_item,
        **({"source": field.source} if field.source else {}),
        **({"why": field.why} if field.why else {}),
    }


def head_of(field: OpenField) -> str:
    """Return by what people know the link of a field: its ID, its place, its title."""
    place = place_of(field.entry)
    room = width() - len(field.id) - cell_len(place) - 6
    title = cut(entry_title(field.entry), max(room, 12))
    return f"{styled(field.id, 'yellow')}  {place}  {title}"


def _section(
    kind: OpenReason,
    fields: Sequence[OpenField],
    shown_as: Callable[[OpenField], Iterator[str]],
) -> Iterator[str]:
    found = [one for one in fields if one.kind is kind]
    if not found:
        return
    said = SECTIONS_BY_KIND[_KINDS[kind]]
    yield ""
    advice = with_reasons(said.in_conflicts, found, [(one.name, one.source) for one in found])
    yield from section(said.heading, len(found), advice)
    for _, of_one in groupby(found, key=lambda one: one.row_id):
        group = list(of_one)
        yield ""
        yield f"  {head_of(group[0])}"
        for field in group:
            name = field_name(field.name) + looked_up_text(field.source)
            yield " " * _INDENT + cut(name, width() - _INDENT)
            yield from shown_as(field)


def _field(field: OpenField) -> Iterator[str]:
    indent = " " * _INDENT
    room = width() - _INDENT - 12
    at_entry, at_item = value_text(field.at_entry), value_text(field.at_item)
    # The ends are compared with each other: a base that differs earlier hides no difference.
    shown = [*zip((field.end.value, _ZOTERO), excerpts([at_entry, at_item], room), strict=True)]
    if field.base is not None:
        base = value_text(field.base)
        other = at_entry if base != at_entry else at_item
        shown.insert(0, ("base", excerpts([base, other], room)[0]))
    for label, text in shown:
        yield f"{indent}  {styled(f'{label:<10}', 'dim')}{text or '(empty)'}"


def _unacknowledged(prepared: Prepared, fields: Sequence[OpenField]) -> list[OpenField]:
    """Return the diverged fields that nobody acknowledged."""
    reports = acknowledged_reports(prepared)
    known = {(one.row_id, one.name) for one in reports if isinstance(one, DivergedField)}
    diverged = (one for one in fields if one.kind is OpenReason.DIVERGED)
    return [one for one in diverged if (one.row_id, one.name) not in known]


def _diverged_counted(diverged: Sequence[OpenField]) -> Iterator[str]:
    if not diverged:
        return
    counts = Counter(field_name(one.name) for one in diverged)
    entries = counted(len({one.row_id for one in diverged}), "entry")
    yield ""
    why = diverged_text((one.name, one.source) for one in diverged)
    heading, *more = wrapped(f"Diverged ({len(diverged):,}) in {entries}: they {why}")
    yield heading.replace("Diverged", styled("Diverged", "bold"), 1)
    yield from more
    yield from flowing([f"{cut(name, 30)} {number:,}" for name, number in counts.most_common()], 2)
    yield "  `zoterodigest conflicts --diverged` lists them."
