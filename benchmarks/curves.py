"""The curves of RESULTS.md: `python -m benchmarks.curves RESULTS.md FILE.svg`, by matplotlib."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.figures import Figure, kind_and_size, read_results

_PANELS = {
    "Projects (list)": (
        ("first push", "list"),
        ("sync in a fresh clone", "list"),
        ("sync after 1% edits", "list"),
        ("sync after one edit in the digest", "list"),
        ("sync after a foreign item", "list"),
        ("sync without the stamp", "list"),
        ("settled sync", "list"),
        ("status", "list"),
    ),
    "Reading and writing": (
        ("inspect, cold", "list"),
        ("inspect, warm", "list"),
        ("reading", "list"),
        ("reading", "table"),
        ("read a .bib", "items"),
        ("export", "items"),
        ("export", "abstracts"),
    ),
}


def draw(figures: Iterable[Figure], path: Path) -> None:
    """Draw the CPU time of cases by the number of entries, as an SVG (or PNG) file."""
    found: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for one in figures:
        kind, size = kind_and_size(one.input)
        if size:
            found[one.case, kind].append((size, one.usage.cpu))
    # The same figures give the same bytes.
    plt.rcParams["svg.hashsalt"] = "benchmarks"
    figure, panels = plt.subplots(1, len(_PANELS), figsize=(13, 5.5), layout="constrained")
    for panel, (title, names) in zip(panels, _PANELS.items(), strict=True):
        for case, kind in names:
            if points := sorted(found[case, kind]):
                panel.plot(*zip(*points, strict=True), marker="o", label=f"{case} ({kind})")
        _dress(panel, title)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _dress(panel: Any, title: str) -> None:
    panel.set(title=title, xlabel="entries", ylabel="CPU seconds", xscale="log", yscale="log")
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_minor_formatter(NullFormatter())
    panel.grid(visible=True, which="major", alpha=0.3)
    if panel.lines:
        panel.legend(fontsize=8)


if __name__ == "__main__":
    draw(read_results(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[2]))
