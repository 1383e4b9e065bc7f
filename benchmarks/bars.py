"""The bars: what a figure may be at most, or has to be at least, and which of them hold.

Seconds are those of the machine for which the bars were set: of any other machine the figures are
scaled by the loop that ran beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from benchmarks.figures import Figure, kind_and_size, number, row

REFERENCE_LOOP = 0.0165
"""The CPU seconds of the loop (`loop_seconds`) on the machine for which the bars were set."""

Figures = Mapping[tuple[str, str], Figure]
"""All figures by case and input."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit for one case with one input: `least` where more is better, else `most`.

    `value` gives what is compared with it, None if the run has not measured all that it takes.
    """

    case: str
    input: str
    unit: str
    value: Callable[[Figure, Figures], float | None]
    most: float | None = None
    least: float | None = None

    def holds(self, value: float) -> bool:
        """Tell whether a value, as it is printed, is within the limit."""
        shown = float(number(value))
        return (self.least or 0) <= shown and (self.most is None or shown <= self.most)


def scaled(one: Figure) -> float:
    """Return the CPU seconds of a figure on the machine for which the bars were set."""
    return one.loops * REFERENCE_LOOP


def _seconds(case: str, name: str, most: float) -> Bar:
    return Bar(case, name, "s", lambda one, _: scaled(one), most)


def _milliseconds(case: str, name: str, most: float) -> Bar:
    return Bar(case, name, "ms", lambda one, _: 1000 * scaled(one), most)


def _rate(case: str, name: str, least: float) -> Bar:
    return Bar(case, name, "a second", lambda one, _: _size(name) / scaled(one), least=least)


def _memory(case: str, name: str, most: float) -> Bar:
    return Bar(case, name, "MiB", lambda one, _: one.usage.mebibytes, most)


def _beside(case: str, name: str, rival: str, most: float) -> Bar:
    return Bar(case, name, f"x {rival}", lambda one, _: one.rivals.get(rival), most)


def _above(case: str, name: str, part: str, most: float) -> Bar:
    """Return the bar for what a case takes more than a part of it that was measured beside it."""

    def value(one: Figure, _: Figures) -> float | None:
        ratio = one.rivals.get(part)
        return scaled(one) * (1 - 1 / ratio) if ratio else None

    return Bar(case, name, f"s above {part}", value, most)


def _growth(case: str, name: str, smaller: str, most: float) -> Bar:
    """Return the bar for what an entry takes, as a multiple of what it takes in a smaller input."""

    def value(one: Figure, figures: Figures) -> float | None:
        small = figures.get((case, smaller))
        return scaled(one) / scaled(small) * _size(smaller) / _size(name) if small else None

    return Bar(case, name, f"x {smaller}, for each entry", value, most)


def _size(name: str) -> int:
    return kind_and_size(name)[1]


_LINEAR = 1.2
"""From 10,000 to 50,000 entries, what sorts its input takes 1.17 times as long for each of them."""

_READ = ("digests", "list 10,000", "table 10,000")

BARS = (
    *(_beside("reading", name, "markdown-it-py", 1.0) for name in _READ),
    *(_beside("reading again", name, "markdown-it-py", 0.2) for name in _READ),
    *(_above("inspect, cold", name, "reading", 0.25) for name in _READ),
    _seconds("first push", "digests", 2.5),
    _growth("first push", "list 50,000", "list 10,000", _LINEAR),
    # Eight times the digest. It can't hold: docs/adr/0028.
    _memory("first push", "list 50,000", 59),
    _seconds("settled sync", "list 640", 0.4),
    _seconds("settled sync", "list 50,000", 0.6),
    _seconds("sync without the stamp", "list 10,000", 1.5),
    _seconds("sync in a fresh clone", "list 10,000", 8.0),
    _seconds("sync after one edit in the digest", "list 10,000", 2.0),
    _seconds("sync after one edit in the library", "list 10,000", 2.0),
    _seconds("sync after 1% edits", "list 10,000", 2.5),
    _seconds("sync after a foreign item", "list 10,000", 1.5),
    _seconds("status", "list 2", 0.3),
    _seconds("status without the stamp", "list 2", 0.3),
    _rate("export", "items 5,000", 15_000),
    _rate("export", "abstracts 5,000", 8_000),
    _rate("export", "items 50,000", 15_000),
    _rate("export", "abstracts 50,000", 8_000),
    _seconds("export as a process", "items 5,000", 1.0),
    _seconds("export as a process", "abstracts 5,000", 1.0),
    _memory("export as a process", "items 50,000", 300),
    _memory("export as a process", "abstracts 50,000", 300),
    _rate("read a .bib", "items 5,000", 8_000),
    _seconds("ls", "items 100,000", 1.0),
    _milliseconds("serve: a page", "items 100,000", 15),
    _milliseconds("serve: a search", "items 100,000", 100),
)


def verdict(one: Figure) -> str:
    """Tell which bars a figure holds, of those that it alone decides; "" if there are none."""
    alone = {(one.case, one.input): one}
    return "".join(
        f", {'holds' if bar.holds(value) else 'MISSES'} {limit_text(bar)}"
        for bar, value in _values(alone)
    )


def bars_text(found: Iterable[Figure]) -> str:
    """Return a table of the bars for these figures, and of which hold."""
    rows = [row(["case", "input", "bar", "measured", "holds"]), row(["---"] * 5)]
    for bar, value in _values({(one.case, one.input): one for one in found}):
        says = "yes" if bar.holds(value) else "**no**"
        rows.append(row([bar.case, bar.input, limit_text(bar), number(value), says]))
    return "\n".join(rows)


def _values(figures: Figures) -> Iterator[tuple[Bar, float]]:
    for bar in BARS:
        if one := figures.get((bar.case, bar.input)):
            value = bar.value(one, figures)
            if value is not None:
                yield bar, value


def limit_text(bar: Bar) -> str:
    """Return a limit with its unit."""
    if bar.least is not None:
        return f"at least {bar.least:,g} {bar.unit}"
    return f"at most {bar.most:,g} {bar.unit}"
