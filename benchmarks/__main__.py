"""Measure zoterodigest: `python -m benchmarks [CASE...]`; `--help` lists the options.

RESULTS.md and curves.svg hold the figures of the last whole run. Times are CPU seconds, best of
three, each in a process of its own; rivals do the same work in the same run.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import bibtex, library, projects, reading
from benchmarks.bars import REFERENCE_LOOP, bars_text, scaled, verdict
from benchmarks.case import Case, figures
from benchmarks.figures import Figure, merged, read_results, results_text, worse
from benchmarks.processes import ROOT
from benchmarks.workshop import Workshop

CASES = (*reading.CASES, *projects.CASES, *bibtex.CASES, *library.CASES)
RESULTS, CURVES = (ROOT / "benchmarks" / name for name in ("RESULTS.md", "curves.svg"))

_HEAD = """# Results

`make bench` writes this file, `make bench-check` compares a new run with it. CPU, wall clock and
peak memory are those of one process, best of three runs, of the program as its wheel installs it.
`loops` is the CPU time as a multiple of a fixed loop in Python that ran beside it. It makes
different machines comparable. `x NAME` is our CPU time as a multiple of what NAME takes for the
same input in the same run; below 1, zoterodigest is faster. `list`, `table` and `long` are made-up
digests with that many entries. `digests` are five real ones with 640 entries, not shipped.

![CPU time by number of entries](curves.svg)

Python {python} on {system}, {cores} cores of {machine}, which other programs use as well.

These are the limits that the program is to keep, and whether it does. They were set on a machine
that takes {loop} s for the loop: measured seconds are `loops` times that.

{bars}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; return 1 if a check finds something worse."""
    asked = _parser().parse_args(arguments)
    if unknown := set(asked.case) - {one.name for one in CASES}:
        names = "\n  ".join(one.name for one in CASES)
        print(f"no such case: {', '.join(sorted(unknown))}. The cases:\n  {names}")
        return 2
    before = read_results(RESULTS.read_text("utf-8")) if RESULTS.exists() else []
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        workshop = Workshop(Path(folder), rounds=1 if asked.once else 3)
        found = list(_shown(_measured(asked, workshop)))
        if asked.check:
            return _checked(before, found, workshop)
    if asked.write:
        known = [(one.name, name) for one in CASES for name in (*one.inputs, *one.large)]
        still = [one for one in before if (one.case, one.input) in known]
        _write(merged(still, found, [one.name for one in CASES]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("case", nargs="*", help="the cases to measure; all without")
    parser.add_argument("--size", type=int, help="measure made-up inputs of this size only")
    parser.add_argument("--large", action="store_true", help="measure the large inputs as well")
    parser.add_argument("--once", action="store_true", help="one round, to see that all runs")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md and curves.svg")
    parser.add_argument("--check", action="store_true", help="compare with RESULTS.md")
    return parser


def _measured(asked: argparse.Namespace, workshop: Workshop) -> Iterator[Figure]:
    for case in CASES:
        if not asked.case or case.name in asked.case:
            yield from figures(case, _inputs(case, asked), workshop)


def _inputs(case: Case, asked: argparse.Namespace) -> Sequence[str]:
    if asked.size:
        return case.sized(asked.size)
    return (*case.inputs, *(case.large if asked.large else ()))


def _shown(found: Iterator[Figure]) -> Iterator[Figure]:
    for one in found:
        used = one.usage
        rivals = "".join(f", {ratio:.2f} x {name}" for name, ratio in one.rivals.items())
        numbers = f"{used.cpu:8.3f} s CPU {used.wall:8.3f} s {used.mebibytes:6.0f} MiB"
        there = f"scaled {scaled(one):8.3f} s"
        print(f"{one.case:36} {one.input:16} {numbers} {there}{rivals}{verdict(one)}", flush=True)
        yield one


def _checked(before: Sequence[Figure], found: Sequence[Figure], workshop: Workshop) -> int:
    """Measure again what seems worse, as the machine may have been busy; print what stays so."""
    suspects = dict.fromkeys((one.case, one.input) for one in worse(before, found))
    again = [
        figure
        for case in CASES
        if (inputs := [name for suspect, name in suspects if suspect == case.name])
        for figure in figures(case, inputs, workshop)
    ]
    stay = [str(one) for one in worse(before, again)]
    print("\n".join(stay) or "Nothing is more than 15% slower than in RESULTS.md.")
    return int(bool(stay))


def _write(found: Sequence[Figure]) -> None:
    about = {one.name: one.about for one in CASES}
    head = _HEAD.format(
        loop=f"{REFERENCE_LOOP:g}",
        bars=bars_text(found),
        python=platform.python_version(),
        system=platform.system(),
        cores=os.cpu_count(),
        machine=platform.machine(),
    )
    RESULTS.write_text(results_text(found, about, head), "utf-8")
    if importlib.util.find_spec("matplotlib"):
        # In a process of its own: it needs much memory, and this one must stay small.
        command = [sys.executable, "-m", "benchmarks.curves", str(RESULTS), str(CURVES)]
        subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
