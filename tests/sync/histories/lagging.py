"""Histories in which the library of one clone lags behind the lock file that git brings."""

from __future__ import annotations

import random

from tests.sync.histories.play import History, Step, number

EDITS = (
    "edit shared in markdown",
    "edit shared in markdown",
    "edit shared in zotero",
    "change date in markdown",
    "change date in zotero",
    "add in markdown",
)
RUNS = {
    "sync": 4,
    "sync one": 4,
    "be killed": 3,
    "sync, undo": 5,
    "push": 2,
    "pull": 2,
    "undo": 2,
    "be killed undoing": 2,
    "refuse": 1,
}
ACCIDENTS = ("zotero syncs", "merge", "undo", "be killed undoing", "revert", "check out", "commit")


def lagging_history_of(seed: int) -> History:
    """Return the history of a seed: edits and runs in one clone, then git, then in the other."""
    chance = random.Random(f"lagging {seed}")
    acts: list[tuple[str, int]] = []

    def edit(clone: int, count: int) -> None:
        acts.extend((chance.choice(EDITS), clone) for _ in range(count))

    def run(clone: int) -> None:
        acts.append((chance.choices(list(RUNS), list(RUNS.values()))[0], clone))

    def happens(share: float) -> bool:
        return chance.random() < share

    edit(1, chance.choice((1, 1, 2)))
    for _ in range(chance.choice((1, 1, 2))):
        run(1)
    for clone, share in ((1, 0.4), (0, 0.3)):
        if happens(share):
            edit(clone, 1)
            run(clone)
    acts.append(("merge", 0))
    if happens(0.3):
        run(0)
    edit(0, chance.choice((1, 1, 2)))
    if happens(0.6):
        run(0)
    if happens(0.3):
        acts.append((chance.choice(ACCIDENTS), chance.choice((0, 0, 1))))
    if happens(0.3):
        edit(chance.choice((0, 1)), 1)
        run(chance.choice((0, 1)))
    picks = ((number(chance), number(chance), number(chance)) for _ in acts)
    steps = tuple(Step(act, clone, pick) for (act, clone), pick in zip(acts, picks, strict=True))
    return History(steps, has_copies=True, has_bib=happens(0.6), has_lookups=happens(0.15))
