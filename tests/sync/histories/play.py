"""Playing: a history is a seed's list of steps; what fails is made shorter while it still fails."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.sync.histories import (
    by_annotation,
    by_bold,
    by_date,
    by_formatter,
    by_git,
    by_lag,
    by_lookup,
    by_markdown,
    by_setting,
    by_tool,
    by_undo,
    by_zotero,
)
from tests.sync.histories.agreeing import note_agreement
from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.caches import AS_IT_IS, Cache, cached, caches_of
from tests.sync.histories.ending import end
from tests.sync.histories.opening import open_stage
from tests.sync.histories.row_ids import ROW_IDS
from tests.sync.histories.stage import Clone, Stage
from tests.sync.remembered import remembering
from zoterodigest.sync.run import run as runs
from zoterodigest.sync.syncing import entries_now

Act = Callable[[Stage, Clone, Pick], None]

ACTS: dict[str, tuple[int, Act]] = {
    "edit markdown": (8, by_markdown.edit),
    "add in markdown": (3, by_markdown.add),
    "take out in markdown": (2, by_markdown.take_out),
    "insert in markdown": (2, by_markdown.insert),
    "drop in markdown": (1, by_markdown.drop),
    "move in markdown": (1, by_markdown.move),
    "rename in markdown": (1, by_markdown.rename),
    "edit zotero": (8, by_zotero.edit),
    "add in zotero": (3, by_zotero.add),
    "take out in zotero": (2, by_zotero.take_out),
    "change type": (2, by_zotero.change_type),
    "remove link": (2, by_zotero.remove_link),
    "save notes": (1, by_zotero.save_notes),
    "trash": (1, by_zotero.trash),
    "merge items": (2, by_zotero.merge),
    "lose a note": (2, by_tool.lose_note),
    "shelve": (2, by_zotero.shelve),
    "name shelf": (1, by_zotero.name_shelf),
    "insert in zotero": (2, by_zotero.insert),
    "change date in zotero": (2, by_date.in_zotero),
    "change date in markdown": (1, by_date.in_markdown),
    "set bold": (3, by_bold.set_bold),
    "formatter as an edit": (2, by_formatter.reformat),
    "zotero syncs": (3, by_zotero.replicate),
    "push": (4, by_tool.push),
    "pull": (4, by_tool.pull),
    "sync": (5, by_tool.sync),
    "be killed": (3, by_tool.be_killed),
    "fill the disk": (1, by_tool.fill_the_disk),
    "lose the library": (1, by_tool.lose_the_library),
    "refuse": (1, by_tool.refuse),
    "undo": (2, by_undo.undo),
    "be killed undoing": (1, by_undo.be_killed),
    "sync, undo": (3, by_undo.sync_first),
    "remove, undo": (1, by_undo.remove),
    "set": (2, by_setting.set_field),
    "lose lock": (1, by_tool.lose_lock),
    "lose state": (1, by_tool.lose_state),
    "commit": (2, by_git.commit),
    "merge": (4, by_git.merge),
    "check out": (1, by_git.check_out),
    "revert": (1, by_git.revert),
    "restore": (1, by_git.restore),
}
"""What can happen, and how often."""

FOR_BIBS = frozenset({"change type"})
"""What shows in a .bib above all: every second history with it has one."""

LOOKUPS: dict[str, tuple[int, Act]] = {
    "enrich": (6, by_lookup.enrich),
    "push with lookups": (3, by_lookup.push),
    "be killed enriching": (3, by_lookup.be_killed),
    "write of people": (2, by_lookup.insert),
    "edit a hidden author": (2, by_lookup.edit_hidden),
}
"""What happens besides where works are looked up."""

LAGGING: dict[str, Act] = {
    "edit shared in markdown": by_lag.edit_markdown,
    "edit shared in zotero": by_lag.edit_zotero,
    "sync one": by_lag.sync_one,
}
"""What happens besides in histories of libraries that lag (`lagging_history_of`)."""

ANNOTATING: dict[str, Act] = {"annotate": by_annotation.annotate}
"""What happens besides in histories with annotations (`annotated_history_of`)."""

LOOKUPS_EVERY = 20
"""One history in so many looks works up: those whose seed is a multiple."""

LENGTHS = range(2, 8)
FIRST_NUMBER = 100
"""Of the rows that a history makes; those of its opening have lower ones."""


@dataclass(frozen=True)
class Step:
    """One act in a clone; `pick` chooses among what there is then.

    `cache` is what is with the clone's cache when it begins.
    """

    act: str
    clone: int
    pick: Pick
    cache: Cache = AS_IT_IS


@dataclass(frozen=True)
class History:
    """What happens, whether each clone has a library of its own, and whether a .bib takes part.

    With `has_lookups` works are looked up at a source; with `has_annotations` digests show those of
    their items. `cache` is what is with the caches at its end. With `is_planned` its last syncs are
    planned and not run.
    """

    steps: tuple[Step, ...]
    has_copies: bool = False
    has_bib: bool = False
    has_lookups: bool = False
    cache: Cache = AS_IT_IS
    has_annotations: bool = False
    is_planned: bool = False


@dataclass(frozen=True)
class Failure:
    """A history that ends in a violation, made as short as can be, and what was told on the way."""

    seed: int
    history: History
    error: Exception
    told: tuple[str, ...]

    def __str__(self) -> str:
        steps = "".join(f"        {step},\n" for step in self.history.steps)
        told = "".join(f"    {line}\n" for line in self.told)
        return (
            f"seed {self.seed}: {type(self.error).__name__}: {self.error}\n{told}"
            f"    History((\n{steps}    ), has_copies={self.history.has_copies},"
            f" has_bib={self.history.has_bib}, has_lookups={self.history.has_lookups},"
            f" cache={self.history.cache}, has_annotations={self.history.has_annotations},"
            f" is_planned={self.history.is_planned})"
        )


def history_of(seed: int) -> History:
    """Return the history of a seed."""
    chance = random.Random(seed)
    names, weights = list(ACTS), [weight for weight, _ in ACTS.values()]
    acts = chance.choices(names, weights, k=chance.choice(LENGTHS))
    steps = tuple(_step(act, chance) for act in acts)
    has_copies, has_bib = chance.random() < 0.3, chance.random() < 0.1
    has_bib = has_bib or (chance.random() < 0.5 and any(step.act in FOR_BIBS for step in steps))
    has_lookups = seed % LOOKUPS_EVERY == 0
    if has_lookups:
        steps = _with_lookups(steps, chance)
    *caches, last = caches_of(seed, len(steps))
    steps = tuple(replace(step, cache=cache) for step, cache in zip(steps, caches, strict=True))
    return History(steps, has_copies, has_bib, has_lookups, last, is_planned=last == AS_IT_IS)


def _with_lookups(steps: tuple[Step, ...], chance: random.Random) -> tuple[Step, ...]:
    """Return `steps` with some acts of lookups anywhere among them."""
    found = list(steps)
    names, weights = list(LOOKUPS), [weight for weight, _ in LOOKUPS.values()]
    for act in chance.choices(names, weights, k=chance.choice((1, 2, 2, 3))):
        found.insert(chance.randrange(len(found) + 1), _step(act, chance))
    return tuple(found)


def _step(act: str, chance: random.Random) -> Step:
    clone = chance.choice((0, 0, 1))
    return Step(act, clone, (number(chance), number(chance), number(chance)))


def number(chance: random.Random) -> int:
    """Return one of the numbers of a pick."""
    return chance.randrange(10_000)


def failure_of(
    seed: int, room: Path, history_of: Callable[[int], History] = history_of
) -> Failure | None:
    """Play the history of a seed; return how it fails."""
    history = history_of(seed)
    found = play(history, room)
    if found is None:
        return None
    history = _shortened(history, room, type(found[0]))
    error, told = play(history, room) or found
    return Failure(seed, history, error, told)


def play(
    history: History, room: Path, look: Callable[[Clone], None] = lambda _: None
) -> tuple[Exception, tuple[str, ...]] | None:
    """Play a history in `room`; return what was wrong, and what had been told until then.

    After each step `look` sees the clone in which it was.
    """
    with TemporaryDirectory(dir=room) as folder:
        ROW_IDS.next = 0
        stage = open_stage(
            Path(folder),
            has_copies=history.has_copies,
            has_bib=history.has_bib,
            has_lookups=history.has_lookups,
            has_annotations=history.has_annotations,
        )
        ROW_IDS.next = FIRST_NUMBER
        note_agreement(stage, stage.clones[0])
        try:
            for step in history.steps:
                stage.tell(f"[{step.clone}] {step.act}")
                act = (LAGGING | ANNOTATING).get(step.act) or (ACTS | LOOKUPS)[step.act][1]
                clone = stage.clones[step.clone]
                with cached(stage, clone, step.cache):
                    act(stage, clone, step.pick)
                look(clone)
            end(stage, history.cache, is_planned=history.is_planned)
        except Exception as error:  # whatever it is: it is told with its history
            return error, tuple(stage.told)
    return None


def _shortened(history: History, room: Path, kind: type[Exception]) -> History:
    """Leave out steps as long as the history fails in the same way."""
    steps = list(history.steps)
    place = 0
    while place < len(steps):
        fewer = replace(history, steps=(*steps[:place], *steps[place + 1 :]))
        found = play(fewer, room)
        if found is not None and type(found[0]) is kind:
            steps = list(fewer.steps)
            place = 0
        else:
            place += 1
    return replace(history, steps=tuple(steps))


@contextmanager
def fast_and_alike() -> Iterator[Path]:
    """Give a room in memory if there is one; what is pure is computed once, ids are counted."""
    memory = Path("/dev/shm")
    with (
        TemporaryDirectory(dir=memory if memory.is_dir() else None) as room,
        remembering(),
        pytest.MonkeyPatch.context() as patch,
    ):
        for module in (runs, entries_now):
            patch.setattr(module, "row_ids", ROW_IDS)
        gc.disable()  # what histories make is soon of no use, and takes long to look through
        try:
            yield Path(room)
        finally:
            gc.enable()
