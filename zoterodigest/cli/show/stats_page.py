"""`stats --html`: one page with plots and tables that asks no host for anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zoterodigest import __version__
from zoterodigest.cli.base.screen import counted
from zoterodigest.cli.show.stats_plots import bars_across, bars_upright
from zoterodigest.cli.show.stats_text import kinds_of, stats_headline
from zoterodigest.frozen import dataclass
from zoterodigest.sync.items.stats import PaperCount, PaperStats, last_weeks

_GENERATOR = b'<meta name="generator" content="zoterodigest stats'
_MOST_BARS = 12
_MOST_WEEKS = 104
_MOST_YEARS = 30


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot with its heading and the numbers behind it, the heads of their columns first."""

    heading: str
    remark: str
    svg: Markup
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def is_stats_page(data: bytes) -> bool:
    """Tell whether a file is a page that `stats_page` made."""
    return _GENERATOR in data[:1000]


def stats_page(stats: PaperStats) -> str:
    """Return the page, the same for the same counts. Every value in it is escaped."""
    environment = Environment(
        loader=PackageLoader("zoterodigest.cli.show"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    missing = [one for one in stats.missing if one.items or one.entries]
    return environment.get_template("stats.html").render(
        version=__version__,
        headline=stats_headline(stats),
        plots=list(_plots(stats)),
        missing=missing,
        stats=stats,
        documents=counted(len(stats.cited.documents), "document"),
        cited=counted(stats.cited.cited, "cited paper"),
    )


def _plots(stats: PaperStats) -> Iterator[Plot]:
    for heading, counts in kinds_of(stats):
        if counts:
            yield _counted(heading, counts)
    if weeks := last_weeks(stats.weeks, _MOST_WEEKS):
        labels, numbers = [day.isoformat() for day, _ in weeks], [number for _, number in weeks]
        svg = bars_upright("weeks", labels, {"items": numbers})
        rows: list[tuple[object, ...]] = [
            (day, number) for day, number in reversed([*stats.weeks.items()])
        ]
        remark = "items by the week of their date added"
        yield Plot("Added to the library", remark, Markup(svg), ("week of", "items"), rows)
    if stats.digests:
        first = stats.digests[:_MOST_BARS]
        series = {
            "entries": [one.entries for one in first],
            "linked": [one.linked for one in first],
        }
        svg = bars_across("digests", [one.digest for one in first], series)
        rows = [(one.digest, one.entries, one.linked) for one in stats.digests]
        heads = "digest", "entries", "linked"
        yield Plot("Digests", _first(len(first), len(rows), "digest"), Markup(svg), heads, rows)


def _counted(heading: str, counts: Sequence[PaperCount]) -> Plot:
    name = heading.removesuffix("s").lower()
    drawn, draw = counts[:_MOST_BARS], bars_across
    if name == "year":
        drawn, draw = _each_year(counts), bars_upright
    series = {"items": [one.items for one in drawn], "entries": [one.entries for one in drawn]}
    # matplotlib escapes the labels.
    svg = Markup(draw(name, [one.name for one in drawn], series))
    rows = [(one.name, one.items, one.entries) for one in counts]
    return Plot(
        heading, _first(len(drawn), len(counts), name), svg, (name, "items", "entries"), rows
    )


def _each_year(counts: Sequence[PaperCount]) -> list[PaperCount]:
    """Return the last years in their order, also those without a paper."""
    by_year = {int(one.name): one for one in counts}
    latest = max(by_year)
    years = range(max(min(by_year), latest - _MOST_YEARS + 1), latest + 1)
    return [by_year.get(year, PaperCount(str(year), 0, 0)) for year in years]


def _first(shown: int, number: int, name: str) -> str:
    return f"the first {shown} of {number:,} {name}s" if shown < number else counted(number, name)
