"""What a source says of works, and the runs that take it; no digest changes by that, now or later.

A source knows of every work the same, whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.by_tool import Trouble, disturb, watched
from tests.sync.histories.effects import Killed
from tests.sync.histories.model import TOKEN, Violation, letter_of, slot_of, work_of
from tests.sync.histories.opening import a_listing, named_in
from tests.sync.histories.stage import (
    PEOPLE,
    Clone,
    Stage,
    library_sight,
    put,
    sight_of,
)
from tests.sync.trouble import silent
from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.plan.plan import CreateEntry
from zoterodigest.core.values.record import Members, Names, Value
from zoterodigest.library.port import Library
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import FillIn, Intent
from zoterodigest.sync.lookups.wanted import (
    LookedUp,
    Wanted,
    created_works,
    linked_works,
    with_found,
)
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

_MOST_EFFECTS = 25


@dataclass(frozen=True)
class Lookup:
    """A run in this direction looks up what `wanted` gives; of every third work nothing is known,
    chosen by `pick`.
    """

    direction: Intent
    wanted: Callable[[Prepared], Sequence[Wanted]]
    pick: int


def enrich(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Enrich; at once it has nothing more to do, and a sync brings nothing of it anywhere."""
    lookup = Lookup(FillIn(), linked_works, pick[0])
    _undisturbed(stage, clone, lookup)
    again = _prepared(stage, clone, lookup)
    if again.plan.actions:
        raise Violation(f"a second enrich has something to do: {again.plan.actions}")


def push(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Push, or sync, with what a source says of the items that are made."""
    direction = (intent.PUSH, intent.SYNC)[pick[1] % 2]
    _undisturbed(stage, clone, Lookup(direction, created_works, pick[0]))


def be_killed(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Kill an enrich before one of its side effects."""
    lookup = Lookup(FillIn(), linked_works, pick[0])
    trouble = Trouble(FillIn(), pick[1] % _MOST_EFFECTS + 1, Killed("killed"))
    before = _digests_after_a_sync(clone)
    disturb(stage, clone, trouble, partial(_carry_out, stage, clone, lookup))
    _require_no_news(before, clone)


def insert(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Write a row of a new work into the people's table."""
    stage.works += 1
    stage.has_lost_base = True  # two clones may link it, each for itself
    text = clone.text(PEOPLE)
    end = text.index("\n", text.index("|---")) + 1
    row = a_listing(stage.memory, stage.works, is_cut=pick[0] % 2 == 0)
    clone.write(PEOPLE, text[:end] + row + text[end:])
    stage.named |= named_in(row)
    stage.tell(f"{PEOPLE}: + entry of work {stage.works}")


def edit_hidden(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Write another name in Zotero, of an author whom no digest shows: none changes by that."""
    shown = {token for name in stage.digests for token in sight_of(clone, name).set}
    found = [
        (item, place[0])
        for item in clone.library.read().items
        if not item.is_trashed
        for author in item.data.get("creators", ())
        if (place := TOKEN.search(str(author.get("lastName")))) and place[0] not in shown
    ]
    if not found:
        return
    item, old = found[pick[0] % len(found)]
    before = _digests_after_a_sync(clone)
    new = stage.memory.new(work_of(old), letter_of(old), over=[old])
    creators = [
        {**one, "lastName": new} if one.get("lastName") == old else one
        for one in item.data["creators"]
    ]
    put(clone.library, item, creators=creators)
    stage.tell(f"zotero: creators: {old} -> {new}")
    if before.get(PEOPLE) is None:
        _require_no_news(before, clone)


# --- what a source says


def _said(stage: Stage, work: int) -> LookupResult:
    """Return what the source says of a work: the first authors are those before an "et al."."""
    if work not in stage.said:
        first = stage.named.get(work, ())
        names = [*first, *(stage.memory.new(work, "a") for _ in range(3))]
        abstract, comment = stage.memory.new(work, "x"), stage.memory.new(work, "c")
        fields: dict[str, Value] = {
            "authors": Names(tuple(f"{_FIRST[n]} {name}" for n, name in enumerate(names))),
            "abstract": f"Abstract {abstract} of it.",
            "comment": f"Comment {comment}",
            "date": f"2024-01-{work % 28 + 1:02d}",
            "categories": Members(("cs.CV", "cs.LG")),
            "doi": f"10.1000/{work}",
        }
        stage.said[work] = LookupResult(fields, dict.fromkeys(fields, "arXiv"))
        stage.looked_up |= {*names[len(first) :], abstract, comment}
    return stage.said[work]


_FIRST = ("Ada", "Bo", "Cy", "Di", "Ed")


def _looked_up(stage: Stage, wanted: Sequence[Wanted], pick: int) -> LookedUp:
    works = {one.item: int(one.arxiv.partition(".")[2]) - 10000 for one in wanted}
    known = {item: work for item, work in works.items() if (work + pick) % 3}
    found = {item: _said(stage, work) for item, work in sorted(known.items())}
    return LookedUp(tuple(wanted), found)


# --- runs


def _undisturbed(stage: Stage, clone: Clone, lookup: Lookup) -> None:
    stage.tell(f"{lookup.direction.name}, with lookups")
    before = _digests_after_a_sync(clone)
    watched(stage, clone, lookup.direction, partial(_carry_out, stage, clone, lookup))
    if isinstance(lookup.direction, FillIn):
        _require_no_news(before, clone)


def _prepared(
    stage: Stage, clone: Clone, lookup: Lookup, library: Library | None = None
) -> Prepared:
    workspace = clone.workspace if library is None else replace(clone.workspace, library=library)
    prepared = prepare(workspace, Options(lookup.direction))
    looked = _looked_up(stage, lookup.wanted(prepared), lookup.pick)
    return with_found(prepared, looked)


def _carry_out(stage: Stage, clone: Clone, lookup: Lookup, library: Library | None = None) -> None:
    prepared = _prepared(stage, clone, lookup, library)
    stage.plan = prepared.plan
    if prepared.stop is not None:
        raise Violation(f"the guard stops a small run: {prepared.stop}")
    held = library_sight(clone.library).set
    try:
        carry_out(prepared, silent)
    finally:
        _take_note(stage, clone, held - library_sight(clone.library).set)


def _take_note(stage: Stage, clone: Clone, gone: frozenset[str]) -> None:
    """User names that a digest shows may give way to what the source says, and nothing else."""
    shown = sight_of(clone, PEOPLE).set
    for token in sorted(gone & shown):
        if letter_of(token) == "u":
            for name in sorted(_names_said(stage, work_of(token))):
                stage.memory.seen[name] = stage.memory.seen[name] | stage.memory.behind(token)


def _names_said(stage: Stage, work: int) -> set[str]:
    return {one for one in stage.looked_up if slot_of(one) == f"w{work}a"}


def _digests_after_a_sync(clone: Clone) -> dict[str, bytes]:
    """Return the digests that a sync would write now, as it would write them.

    Not those into which whole entries come: a new one shows all that its item holds.
    """
    prepared = prepare(clone.workspace, Options(intent.SYNC))
    gaining = {one.digest for one in prepared.plan.actions if isinstance(one, CreateEntry)}
    edits = {one.read.key: one for one in prepared.digests}
    return {
        name: edit.source for name, edit in edits.items() if edit.is_change and name not in gaining
    }


def _require_no_news(before: dict[str, bytes], clone: Clone) -> None:
    after = _digests_after_a_sync(clone)
    names = sorted(name for name in before | after if before.get(name) != after.get(name))
    if names:
        raise Violation(f"what was looked up comes into {' '.join(names)}")
