"""The plots of `stats`, by matplotlib: SVG to stand in a page, in the page's own colours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zoterodigest.regex import lazy_regex

_WIDTH = 4.4
"""Inches; at 96 pixels an inch a narrow window shows it nearly in its own size."""

_COLOURS = {"#010101": "var(--ink)", "#020202": "var(--items)", "#030303": "var(--entries)"}
"""What matplotlib draws with, and the property of the page that takes its place."""

_INK, _ITEMS, _ENTRIES = _COLOURS
_LONGEST_NAME = 26
_FEWEST_BARS = 8
"""For how many standing bars there is room at least."""

# Which names there are is a type of its own in each version of matplotlib.
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "zoterodigest",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
}
"""Text stays text, so that it can be read and searched; `$` in a name is a dollar."""

_ABOUT = lazy_regex(r"<\?xml.*?(?=<svg)|<metadata>.*?</metadata>", re.S)
_SIZE = lazy_regex(r'(<svg\b[^>]*?) width="[^"]*"|(<svg\b[^>]*?) height="[^"]*"')
_ID = lazy_regex(r'(\bid="|href="#|url\(#)')

Series = Mapping[str, Sequence[int]]
"""Numbers by the name of what they count, one for each bar."""


def bars_across(name: str, labels: Sequence[str], series: Series) -> str:
    """Return lying bars, the first label at the top. `name` tells this plot's ids from others."""
    with rc_context(_STYLE):
        figure, places = _figure(0.75 + 0.42 * len(labels)), range(len(labels))
        axes = figure.add_subplot()
        for (count, numbers), colour, shift in _placed(series):
            axes.barh([at + shift for at in places], numbers, 0.38, color=colour, label=count)
        axes.set_yticks(places, [_short(label) for label in labels])
        axes.invert_yaxis()
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        return _svg(name, figure)


def bars_upright(name: str, labels: Sequence[str], series: Series) -> str:
    """Return standing bars, with as many of the `labels` as there is room for."""
    with rc_context(_STYLE):
        figure, places = _figure(2.6), range(len(labels))
        axes = figure.add_subplot()
        for (count, numbers), colour, shift in _placed(series):
            thickness = 0.38 if len(series) > 1 else 0.8
            axes.bar([at + shift for at in places], numbers, thickness, color=colour, label=count)
        # One bar alone would be as wide as the plot.
        empty = max(_FEWEST_BARS - len(labels), 0) / 2
        axes.set_xlim(-0.6 - empty, len(labels) - 0.4 + empty)
        step = -(-len(labels) // 6)
        shown = range(len(labels) - 1, -1, -step)
        longest = max(map(len, labels))
        axes.set_xticks(shown, [labels[at] for at in shown], rotation=30 if longest > 4 else 0)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        return _svg(name, figure)


def _figure(height: float) -> Figure:
    return Figure(figsize=(_WIDTH, height), layout="constrained")


def _placed(series: Series) -> list[tuple[tuple[str, Sequence[int]], str, float]]:
    shifts = (-0.2, 0.2) if len(series) > 1 else (0.0,)
    return list(zip(series.items(), (_ITEMS, _ENTRIES), shifts, strict=False))


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_NAME else f"{label[: _LONGEST_NAME - 1].rstrip()}…"


def _svg(name: str, figure: Figure) -> str:
    if figure.axes[0].get_legend_handles_labels()[1][1:]:
        figure.legend(loc="outside upper right", ncols=2, frameon=False)
    written = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    svg = _ABOUT.sub("", written.getvalue())
    # Only the view box stays: the page says how wide a plot is.
    svg = _SIZE.sub(lambda found: found[1] or found[2], svg)
    svg = _ID.sub(rf"\g<1>{name}-", svg)
    for colour, variable in _COLOURS.items():
        svg = svg.replace(colour, variable)
    return svg
