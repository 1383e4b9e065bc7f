"""What a page shows of a plan: entries with their open fields, changes, and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup

from zoterodigest.cli.review.rendered_notes import html_of_note
from zoterodigest.cli.show.differences import MarkedLine, changed_lines, compared_ends
from zoterodigest.cli.show.plan_lines import HEADINGS, LABELS, SHARED, Thing, things
from zoterodigest.cli.show.report_names import (
    HOLDERS,
    entry_title,
    field_name,
    looked_up_text,
    place_of,
    report_names,
)
from zoterodigest.cli.show.report_sections import advice_of
from zoterodigest.cli.show.report_text import SECTIONS
from zoterodigest.cli.show.written_values import MANNER, written
from zoterodigest.core.plan.reports import Conflict, DivergedField, HeldFile, Waiting
from zoterodigest.core.plan.run_options import End, entry_end
from zoterodigest.core.values.record import EMPTY, FieldKind, Value, is_empty, kind_of
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.run.conflicts import OpenField, open_values
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.acknowledging import standing_reports
from zoterodigest.sync.syncing.resolve import Decision

NAMES = {End.MARKDOWN: "Markdown", End.BIB: ".bib", End.ZOTERO: "Zotero"}
"""How a page calls an end."""

_STYLE = lazy_regex("\x1b\\[[0-9;]*m")


def without_colors(lines: Iterable[str]) -> list[str]:
    """Return lines that were made for a terminal without its colors."""
    return [_STYLE.sub("", line) for line in lines]


# --- open fields ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownEnd:
    """One end of an open field: what it holds, with the words in which it differs.

    `keep` is what a form sends to keep it, "" for another entry of the item, which only shows.
    """

    name: str
    where: str
    lines: Sequence[MarkedLine]
    rendered: Markup | None = None
    keep: str = ""


@dataclass(frozen=True, slots=True)
class FieldCard:
    """An open field by its `number` among those of the plan; `text` is what a person may edit."""

    number: int
    name: str
    reason: str
    base: Sequence[MarkedLine] | None
    sides: Sequence[ShownEnd]
    text: str
    manner: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class EntryCard:
    """The open fields of one link."""

    id: str
    title: str
    place: str
    item: str
    fields: Sequence[FieldCard]


def entry_cards(prepared: Prepared, fields: Sequence[OpenField]) -> list[EntryCard]:
    """Return the open fields by their link, conflicts first, each link in its order."""
    links = {link.row.id: link for link in prepared.plan.links}
    numbers = {id(field): number for number, field in enumerate(fields)}
    by_row: dict[str, list[OpenField]] = {}
    for field in fields:
        by_row.setdefault(field.row_id, []).append(field)
    return [
        EntryCard(
            group[0].id,
            entry_title(group[0].entry),
            place_of(group[0].entry),
            links[row_id].row.item,
            [_field_card(field, numbers[id(field)], prepared) for field in group],
        )
        for row_id, group in by_row.items()
    ]


def _field_card(field: OpenField, number: int, prepared: Prepared) -> FieldCard:
    shown = compared_ends(field)
    place = place_of(field.entry)
    zotero = End.ZOTERO
    return FieldCard(
        number,
        field_name(field.name) + looked_up_text(field.source),
        field.kind.value,
        shown.get("base"),
        [
            ShownEnd(NAMES[field.end], place, *_texts(shown, field.end, field.at_entry)),
            ShownEnd(NAMES[zotero], HOLDERS[zotero], *_texts(shown, zotero, field.at_item)),
            *_others(field, prepared),
        ],
        written(field.at_entry),
        MANNER[kind_of(field.name)],
        kind_of(field.name) is not FieldKind.SCALAR or field.name == "abstract",
    )


def _texts(
    shown: Mapping[str, Sequence[MarkedLine]], end: End, value: Value
) -> tuple[Sequence[MarkedLine], Markup | None, str]:
    return shown[end.value], html_of_note(value), end.value


def _others(field: OpenField, prepared: Prepared) -> Iterator[ShownEnd]:
    """Yield what the other entries of the item hold: its digests and bibliographies."""
    links = prepared.plan.links
    item = next(link.row.item for link in links if link.row.id == field.row_id)
    before = field.at_item if field.base is None else field.base
    for link in links:
        if link.row.item == item and link.row.id != field.row_id:
            value, _ = open_values(link, field.name)
            if value is not None and not is_empty(value):
                lines = changed_lines(before, value)
                name = NAMES[entry_end(link.entry.digest)]
                yield ShownEnd(name, place_of(link.entry), lines, html_of_note(value))


# --- decisions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """A decision as it would be written: what each end loses and gains."""

    title: str
    place: str
    field: str
    chosen: str
    ends: Sequence[ShownEnd]


def decision_card(decision: Decision) -> DecisionCard:
    """Return what a decision does to both ends."""
    field, choice = decision.field, decision.choice
    value = choice
    chosen = "the text that you wrote"
    if isinstance(choice, End):
        value = field.kept(choice)
        chosen = f"what {HOLDERS[choice]} holds"
    assert not isinstance(value, End)
    ends = ((field.end, field.at_entry), (End.ZOTERO, field.at_item))
    return DecisionCard(
        entry_title(field.entry),
        place_of(field.entry),
        field_name(field.name),
        chosen,
        [
            ShownEnd(
                NAMES[end],
                "stays as it is" if held == value else "changes",
                changed_lines(held, value),
            )
            for end, held in ends
        ],
    )


# --- changes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """One thing that a plan does, and what each of its fields becomes."""

    what: str
    names: str
    fields: Sequence[tuple[str, Sequence[MarkedLine]]]


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Changes of one kind, `number` of them in the whole plan."""

    end: str
    file: str
    label: str
    number: int
    changes: Sequence[ChangeCard]


def changes_in_order(prepared: Prepared) -> list[Thing]:
    """Return what a plan does in the order of `plan`: by end, file and kind."""
    found = things(prepared.plan, report_names(prepared))
    ends = [*HEADINGS]
    return sorted(found, key=lambda it: (ends.index(it.end), it.digest, LABELS.index(it.label)))


def change_groups(all_things: Sequence[Thing], start: int, stop: int) -> list[ChangeGroup]:
    """Return the things from `start` to `stop` as a page shows them, grouped."""
    numbers: dict[tuple[str, str, str], int] = {}
    for thing in all_things:
        numbers[_heading(thing)] = numbers.get(_heading(thing), 0) + 1
    return [
        ChangeGroup(*heading, numbers[heading], [_change_card(one) for one in group])
        for heading, group in groupby(all_things[start:stop], key=_heading)
    ]


def _heading(thing: Thing) -> tuple[str, str, str]:
    return HEADINGS[thing.end], str(thing.digest) or SHARED, thing.label


def _change_card(thing: Thing) -> ChangeCard:
    changed = [
        (field_name(name), changed_lines(thing.before.get(name, EMPTY), value))
        for name, value in thing.after.items()
    ]
    names = "" if changed else ", ".join(thing.fields)
    return ChangeCard(thing.what, names, changed)


# --- reports -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportCard:
    """One report: what it is about, and what it says of it.

    `id` is "" where a person cannot acknowledge it, `file` is the file that one can accept.
    """

    subject: str
    details: Sequence[str]
    id: str
    field: str
    is_acknowledged: bool
    file: str


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """The reports of one kind, with what a person can do about them."""

    heading: str
    advice: str
    reports: Sequence[ReportCard]


_OPEN = (Conflict, DivergedField, Waiting)


def report_groups(prepared: Prepared, *, held: bool) -> list[ReportGroup]:
    """Return the held files, or all other reports that are no open field, in the usual order."""
    standing = {id(one.report): one for one in standing_reports(prepared)}
    names = report_names(prepared)
    groups = []
    for section in SECTIONS:
        if issubclass(section.kind, _OPEN) or (section.kind is HeldFile) is not held:
            continue
        found: list[ReportCard] = []
        for report in prepared.plan.reports:
            if type(report) is not section.kind:
                continue
            mark = standing.get(id(report))
            found.append(
                ReportCard(
                    section.subject(report, names),
                    without_colors(section.details(report, names)),
                    mark.id if mark else "",
                    mark.mark.name.partition(" ")[2] if mark else "",
                    bool(mark and mark.is_acknowledged),
                    str(report.entry.digest) if isinstance(report, HeldFile) else "",
                )
            )
        if found:
            advice = advice_of(section, prepared.plan.reports, names)
            groups.append(ReportGroup(section.heading, advice, found))
    return groups
