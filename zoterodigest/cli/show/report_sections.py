"""What a run reports and does not do: grouped, each group with what a person can do about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from zoterodigest.cli.base.screen import columns_of, counted, cut, section, styled, width
from zoterodigest.cli.show.report_names import (
    ReportNames,
    held_text,
    with_reasons,
)
from zoterodigest.cli.show.report_text import SECTIONS, Section
from zoterodigest.core.plan.reports import (
    AmbiguousEntry,
    AwaitedItem,
    Conflict,
    DivergedField,
    HeldBack,
    HeldBackName,
    HeldFile,
    MergedOtherWork,
    MissingFile,
    MissingItem,
    NameConflict,
    NotFollowed,
    PlaceConflict,
    Report,
    SameWork,
    StaleItemKey,
    TrashedEntry,
    UnreadableDate,
    UnreadableEntry,
    UntitledEntry,
    Waiting,
)
from zoterodigest.regex import lazy_regex

Kind = type[Report]

_PLACE = lazy_regex(r" *(?:[a-z2-9]{4}  )?\S.*?:\d+(?=  )")
"""What a subject begins with: the ID of a report if it has one, and a place, `papers.md:12`."""

NEWS = frozenset(section.kind for section in SECTIONS if not section.is_lasting)
"""The kinds that every run reports; `status` reports the others too."""

CONFLICTS: frozenset[Kind] = frozenset({Conflict, PlaceConflict, NameConflict})
"""The kinds that make the exit code 3."""

_OPEN: tuple[tuple[Collection[Kind], str, str], ...] = (
    (CONFLICTS, "conflict", "conflicts"),
    ((AmbiguousEntry,), "ambiguous entry", "ambiguous entries"),
    ((UntitledEntry,), "entry without a title", "entries without a title"),
    ((SameWork,), "work twice", "works twice"),
    ((MergedOtherWork,), "entry merged with another work", "entries merged with other works"),
    ((HeldFile,), "held file", "held files"),
    ((UnreadableEntry,), "unreadable entry", "unreadable entries"),
    ((StaleItemKey,), "unknown item key", "unknown item keys"),
    ((TrashedEntry,), "item in the trash", "items in the trash"),
    ((MissingItem,), "missing item", "missing items"),
    ((MissingFile,), "missing file", "missing files"),
    ((DivergedField,), "diverged field", "diverged fields"),
    ((UnreadableDate,), "date that cannot be read", "dates that cannot be read"),
    ((Waiting, AwaitedItem), "entry waiting", "entries waiting"),
    ((NotFollowed,), "change not followed", "changes not followed"),
    ((HeldBack, HeldBackName), "edit held back", "edits held back"),
)


def open_text(reports: Iterable[Report], *, with_others: bool = False) -> str:
    """Return in one line how much is open: `2 conflicts, 1 diverged field`; "" if nothing is.

    Other reports only say what became of entries. They count if they are asked for.
    """
    counts = Counter(type(report) for report in reports)
    found = [(sum(counts.pop(kind, 0) for kind in kinds), one, many) for kinds, one, many in _OPEN]
    found += [(counts.total(), "other report", "other reports")] if with_others else []
    return ", ".join(counted(number, one, many) for number, one, many in found if number)


def reports_text(
    reports: Iterable[Report],
    names: ReportNames,
    *,
    most: int,
    kinds: Collection[Kind] | None = None,
    label: Callable[[Report], str] = lambda _: "",
    command: Callable[[Report], str] = lambda _: "",
) -> Iterator[str]:
    """Yield `reports` for people, section by section, those of `kinds` or all.

    Each section lists the first `most` subjects, each behind its `label` and with the `command`
    that settles it below; the others are counted.
    """
    by_kind: dict[Kind, list[Report]] = defaultdict(list)
    for report in reports:
        by_kind[type(report)].append(report)
    # In the order of the table, whatever the order of the reports.
    for kind in SECTIONS:
        if kind.kind in by_kind and (kinds is None or kind.kind in kinds):
            yield ""
            yield from _section(kind, by_kind[kind.kind], names, most, label, command)


def advice_of(kind: Section[Any], reports: Iterable[Report], names: ReportNames) -> str:
    """Return what a person can do about `reports`; those of other kinds do not count."""
    reports = [one for one in reports if type(one) is kind.kind]
    found = [one for one in reports if isinstance(one, Conflict)]
    held = [one.reason for one in reports if isinstance(one, HeldFile)]
    diverged = (one for one in reports if isinstance(one, DivergedField))
    apart = ((one.name, names.looked_up(one.row_id, one.name)) for one in diverged)
    advice = with_reasons(kind.advice, found, apart)
    return advice.replace("{held}", held_text(held, names.hold))


def _section(
    kind: Section[Any],
    reports: Sequence[Report],
    names: ReportNames,
    most: int,
    label: Callable[[Report], str],
    command: Callable[[Report], str],
) -> Iterator[str]:
    yield from section(kind.heading, len(reports), advice_of(kind, reports, names))
    # One edit of the rules or of a template can cause a report for every entry.
    commons = [kind.same(report, names) for report in reports]
    same = {one: n for one, n in Counter(commons).most_common() if one and n > most}
    for common, number in same.items():
        yield cut(f"    {number:,} in {common}", width())
    groups: dict[str, list[Report]] = {}
    for report, common in zip(reports, commons, strict=True):
        if common not in same:
            subject = label(report) + kind.subject(report, names)
            groups.setdefault(subject, []).append(report)
    yield from _listed([*groups.items()][:most], kind, names, command)
    if unlisted := sum(len(group) for group in [*groups.values()][most:]):
        yield f"    … and {unlisted:,} more"


def _listed(
    groups: Sequence[tuple[str, Sequence[Report]]],
    kind: Section[Any],
    names: ReportNames,
    command: Callable[[Report], str],
) -> Iterator[str]:
    """Yield subjects with what their reports say; a command that settles all stands once, below."""
    commands = [dict.fromkeys(filter(None, map(command, group))) for _, group in groups]
    is_one = len(groups) > 1 and len({*chain.from_iterable(commands)}) == 1
    for (subject, group), settling in zip(groups, commands, strict=True):
        yield _fitting(f"    {subject}")
        details = (line for report in group for line in kind.details(report, names))
        yield from (cut(f"      {line}", width()) for line in details)
        if not is_one:
            yield from (f"      {styled(one, 'green')}" for one in settling)
    if is_one:
        yield f"    {styled(next(chain.from_iterable(commands)), 'green')}"


def _fitting(subject: str) -> str:
    """Return a subject cut to the width; its ID and place stay whole, as people copy them."""
    place = _PLACE.match(subject)
    return place[0] if place and columns_of(place[0]) > width() - 4 else cut(subject, width())
