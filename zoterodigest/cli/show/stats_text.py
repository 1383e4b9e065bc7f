"""`stats` as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zoterodigest.cli.base.screen import (
    columns_of,
    counted,
    first_of,
    section,
    separated,
    visible,
    width,
    wrapped,
)
from zoterodigest.cli.base.tables import Column, table
from zoterodigest.sync.items.stats import (
    CitedStats,
    DigestCount,
    PaperCount,
    PaperStats,
    last_weeks,
)

_MOST = 10
"""How many lines of a table are shown; --json has all."""

_WEEKS = 12
_LONGEST_BAR = 40
_SHORTEST_BAR = 8
_NUMBERS = 26
"""How many columns of the terminal two numbers and the gaps take."""


def stats_headline(stats: PaperStats) -> str:
    """Return how many papers there are, in a sentence without its full stop."""
    items = f"{counted(stats.items, 'item')} in the library"
    if not stats.digests:
        return items
    digests = counted(len(stats.digests), "digest")
    entries = counted(stats.entries, "entry")
    return f"{items}, {entries} in {digests}, {stats.linked:,} of them linked"


def stats_text(stats: PaperStats) -> Iterator[str]:
    """Yield a table for each kind of count."""
    return separated(_sections(stats))


def _sections(stats: PaperStats) -> Iterator[str]:
    yield from (*wrapped(stats_headline(stats)), "")
    for heading, counts in kinds_of(stats):
        yield from _counts(heading, counts)
    yield from _digests(stats.digests)
    yield from _weeks(stats)
    yield from _missing(stats)
    yield from _cited(stats.cited)


def kinds_of(stats: PaperStats) -> Sequence[tuple[str, Sequence[PaperCount]]]:
    """Return the counts that have a table of the same form, each with its heading."""
    return ("Years", stats.years), ("Venues", stats.venues), ("Tasks", stats.tasks)


def _counts(heading: str, counts: Sequence[PaperCount]) -> Iterator[str]:
    if not counts:
        return
    bars = _bars({one.name: max(one.items, one.entries) for one in counts})
    rows = [
        (visible(one.name), f"{one.items:,}", f"{one.entries:,}", bar)
        for one, bar in zip(counts, bars, strict=True)
    ]
    columns = (Column(heading.removesuffix("s").lower()), _number("items"), _number("entries"))
    yield from section(heading, len(counts))
    yield from _table((*columns, Column("", _LONGEST_BAR)), rows)


def _digests(digests: Sequence[DigestCount]) -> Iterator[str]:
    if not digests:
        return
    rows = [(visible(one.digest), f"{one.entries:,}", f"{one.linked:,}") for one in digests]
    yield from section("Digests", len(digests))
    yield from _table((Column("digest"), _number("entries"), _number("linked")), rows)


def _weeks(stats: PaperStats) -> Iterator[str]:
    weeks = last_weeks(stats.weeks, _WEEKS)
    if not weeks:
        return
    bars = _bars({day.isoformat(): number for day, number in weeks})
    rows = [
        (day.isoformat(), f"{number:,}", bar)
        for (day, number), bar in zip(weeks, bars, strict=True)
    ]
    yield from section("Added to the library", sum(stats.weeks.values()))
    yield from table((Column("week of"), _number("items"), Column("", _LONGEST_BAR)), rows)
    yield ""


def _missing(stats: PaperStats) -> Iterator[str]:
    missing = [one for one in stats.missing if one.items or one.entries]
    if not missing:
        return
    rows = [(one.name, f"{one.items:,}", f"{one.entries:,}") for one in missing]
    yield from section("Empty fields", len(missing))
    yield from _table((Column("field"), _number("items"), _number("entries")), rows)


def _cited(cited: CitedStats) -> Iterator[str]:
    if not cited.documents:
        return
    documents = counted(len(cited.documents), "document")
    yield from section(f"Cited in {documents} and not marked as read", len(cited.unread))
    if cited.unread:
        columns = Column("citation key", 24), Column("item", 8), Column("year", 4), Column("title")
        rows = [[*map(visible, (it.citekey, it.item, it.year, it.title))] for it in cited.unread]
        yield from _table(columns, rows)
    else:
        yield from (f"  Every cited paper is marked as read ({cited.cited:,}).", "")


def _table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    heading, *lines = table(columns, rows)
    yield heading
    yield from first_of(lines, _MOST, indent=2)
    yield ""


def _number(heading: str) -> Column:
    return Column(heading, 9, is_right=True)


def _bars(numbers: Mapping[str, int]) -> list[str]:
    """Return a bar for each name's number, as long as there is room for the greatest."""
    left = width() - _NUMBERS - max(map(columns_of, numbers))
    room, most = min(_LONGEST_BAR, max(left, _SHORTEST_BAR)), max(1, *numbers.values())
    return ["█" * max(round(room * one / most), one > 0) for one in numbers.values()]


def stats_data(stats: PaperStats) -> dict[str, Any]:
    """Return the counts as `--json` prints them."""
    cited = stats.cited
    weeks = [{"week": day.isoformat(), "items": number} for day, number in stats.weeks.items()]
    return {
        "items": stats.items,
        "entries": stats.entries,
        "linked": stats.linked,
        "years": stats.years,
        "venues": stats.venues,
        "tasks": stats.tasks,
        "digests": stats.digests,
        "weeks": weeks,
        "missing": stats.missing,
        "documents": cited.documents,
        "cited": cited.cited,
        "unread": cited.unread,
        "problems": cited.problems,
    }
