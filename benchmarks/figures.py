"""What a benchmark finds, how `RESULTS.md` holds it, and what became slower between two runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

SLOWER = 1.15
"""A figure that grows by more than this became worse."""

_LEAST_SECONDS, _LEAST_MEBIBYTES = 0.02, 5.0
"""Differences below these are the machine's own, however large they are as a ratio."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process, or a part of one, took: seconds of CPU and of wall clock, peak memory."""

    cpu: float
    wall: float
    mebibytes: float

    def better(self, other: Usage) -> Usage:
        """Return the best of both in each respect: what other programs did counts least in it."""
        return Usage(
            min(self.cpu, other.cpu),
            min(self.wall, other.wall),
            min(self.mebibytes, other.mebibytes),
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One case with one input.

    `loops` is its CPU as a multiple of a fixed loop that ran at the same time, so that runs on
    different machines can be compared. `rivals` has the CPU of our work as a multiple of what each
    rival took for the same input in the same run: below 1, we are faster.
    """

    case: str
    input: str
    usage: Usage
    loops: float
    rivals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worse:
    """A figure that grew, and by which factor."""

    case: str
    input: str
    what: str
    factor: float

    def __str__(self) -> str:
        return f"{self.case}, {self.input}: {self.factor - 1:.0%} more {self.what}"


def worse(before: Iterable[Figure], after: Iterable[Figure]) -> Iterator[Worse]:
    """Yield what got worse by more than 15% among the figures that both runs have."""
    known = {(one.case, one.input): one for one in before}
    for now in after:
        if was := known.get((now.case, now.input)):
            yield from _worse(was, now)


def _worse(was: Figure, now: Figure) -> Iterator[Worse]:
    ratios = [now.rivals[name] / was.rivals[name] for name in now.rivals.keys() & was.rivals.keys()]
    # The loop and the rivals are each measured with the machine's noise: what truly became slower
    # did so by all of them.
    factor = min([now.loops / was.loops, *ratios])
    if factor > SLOWER and now.usage.cpu * (1 - 1 / factor) > _LEAST_SECONDS:
        yield Worse(now.case, now.input, "CPU time", factor)
    factor = now.usage.mebibytes / was.usage.mebibytes
    if factor > SLOWER and now.usage.mebibytes - was.usage.mebibytes > _LEAST_MEBIBYTES:
        yield Worse(now.case, now.input, "memory", factor)


_HEAD = ("input", "CPU s", "wall s", "peak MiB", "loops")
_CASE = re.compile(r"## (.+)")
_RIVAL = re.compile(r"x (.+)")


def results_text(figures: Sequence[Figure], about: Mapping[str, str], head: str) -> str:
    """Return the text of RESULTS.md: `head`, then a table a case with a sentence about it."""
    parts = [head.rstrip("\n")]
    for case, group in groupby(figures, key=lambda one: one.case):
        parts.append(f"## {case}")
        parts += [about[case]] if case in about else []
        parts.append("\n".join(_table(list(group))))
    return "\n\n".join(parts) + "\n"


def _table(figures: Sequence[Figure]) -> Iterator[str]:
    rivals = list(dict.fromkeys(name for one in figures for name in one.rivals))
    yield row([*_HEAD, *(f"x {name}" for name in rivals)])
    yield row(["---", *("---:" for _ in (*_HEAD[1:], *rivals))])
    for one in figures:
        ratios = (number(one.rivals[name]) if name in one.rivals else "" for name in rivals)
        used = one.usage
        numbers = (used.cpu, used.wall, used.mebibytes, one.loops)
        yield row([one.input, *map(number, numbers), *ratios])


def row(cells: Iterable[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"


def number(value: float) -> str:
    """Return three digits that mean something: no benchmark repeats better."""
    return f"{value:.0f}" if value >= 100 else f"{float(f'{value:.3g}'):g}"


def read_results(text: str) -> list[Figure]:
    """Return the figures in the text of a RESULTS.md."""
    figures = []
    case, rivals = "", [""]
    for line in text.splitlines():
        if found := _CASE.fullmatch(line):
            case = found[1]
        elif case and line.startswith("| "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if cells[0] == _HEAD[0]:
                named = map(_RIVAL.fullmatch, cells[len(_HEAD) :])
                rivals = [one[1] for one in named if one]
            elif not cells[0].startswith("---"):
                figures.append(_figure(case, cells, rivals))
    return figures


def _figure(case: str, cells: Sequence[str], rivals: Sequence[str]) -> Figure:
    name, cpu, wall, mebibytes, loops = cells[: len(_HEAD)]
    named = zip(rivals, cells[len(_HEAD) :], strict=True)
    ratios = {rival: float(cell) for rival, cell in named if cell}
    usage = Usage(float(cpu), float(wall), float(mebibytes))
    return Figure(case, name, usage, float(loops), ratios)


def merged(before: Iterable[Figure], after: Iterable[Figure], cases: Sequence[str]) -> list[Figure]:
    """Return all figures, those of `after` in place of the same ones before, by case and input."""
    figures = {(one.case, one.input): one for one in (*before, *after)}
    listed = [one for one in figures.values() if one.case in cases]
    return sorted(listed, key=lambda one: (cases.index(one.case), *kind_and_size(one.input)))


def kind_and_size(name: str) -> tuple[str, int]:
    """Return of which kind an input is and how many entries it has: 0 if its name has no number."""
    kind, _, size = name.rpartition(" ")
    number = size.replace(",", "")
    return (kind, int(number)) if number.isdecimal() else (name, 0)
