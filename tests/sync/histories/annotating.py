"""Histories in which people mark texts in the files of items, and digests show that."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.sync.histories.play import History, Step, history_of, number


def annotated_history_of(seed: int) -> History:
    """Return the history of a seed with annotations anywhere among its steps."""
    chance, plain = random.Random(f"annotated {seed}"), history_of(seed)
    steps = list(plain.steps)
    for _ in range(chance.choice((1, 2, 2, 3, 4))):
        pick = number(chance), number(chance), number(chance)
        step = Step("annotate", chance.choice((0, 0, 1)), pick)
        steps.insert(chance.randrange(len(steps) + 1), step)
    return replace(plain, steps=tuple(steps), has_annotations=True)
