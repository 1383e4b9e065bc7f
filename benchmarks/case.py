"""A case: what is measured, with which inputs, and beside which rivals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Usage
from benchmarks.processes import Failed, loop_seconds
from benchmarks.workshop import REAL, SHARED, Workshop

Measured = tuple[Usage, Mapping[str, float]]
"""What a case took, and the CPU seconds of each rival."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is measured, with the inputs of a usual run and those of a large one."""

    name: str
    about: str
    measure: Callable[[Workshop, str], Measured]
    inputs: Sequence[str]
    large: Sequence[str] = ()

    def sized(self, size: int) -> list[str]:
        """Return the made-up inputs of this case, each once, with another size."""
        kinds = dict.fromkeys(one.split()[0] for one in self.inputs if " " in one)
        return [f"{kind} {size:,}" for kind in kinds]


def figures(case: Case, inputs: Sequence[str], workshop: Workshop) -> Iterator[Figure]:
    """Measure a case with each of these inputs."""
    for name in inputs:
        if name == REAL and not SHARED.is_dir():
            continue
        loop = loop_seconds()
        usage, rivals = case.measure(workshop, name)
        # The machine may have become slower or faster meanwhile.
        loops = usage.cpu / min(loop, loop_seconds())
        ratios = {rival: usage.cpu / seconds for rival, seconds in rivals.items() if seconds}
        yield Figure(case.name, name, usage, loops, ratios)


def piece_of(workshop: Workshop, name: str, paths: Sequence[Path]) -> Usage:
    """Return what a piece took for all `paths`, one after the other in one process."""
    return workshop.best(lambda: workshop.piece(name, *map(str, paths))[0])


def rivals_of(workshop: Workshop, names: Sequence[str], paths: Sequence[Path]) -> dict[str, float]:
    """Return the CPU seconds of the rivals that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = piece_of(workshop, name, paths).cpu
        except Failed as error:
            print(f"  without {name}: {str(error).splitlines()[-1]}", file=sys.stderr)
    return found
