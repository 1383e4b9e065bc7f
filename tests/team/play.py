"""What a team does: everybody edits where they are, then all of them sync at the same time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.sync.histories import by_markdown, by_zotero
from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.ending import require_no_silent_difference, require_nothing_doubled
from tests.sync.histories.model import Violation
from tests.sync.histories.stage import DIGESTS, library_sight, sight_of
from tests.team.member import Member
from tests.team.team import Team, a_team

Act = Callable[[Team, int, Pick], None]
_MOST_ROUNDS = 8


def _in_markdown(act: Callable[..., None]) -> Act:
    return lambda team, place, pick: act(
        team.stage, team.stage.clones[place % len(team.stage.clones)], pick
    )


def _in_zotero(act: Callable[..., None]) -> Act:
    return lambda team, _, pick: act(team.stage, team.zotero, pick)


def insert_twice(team: Team, place: int, pick: Pick) -> None:
    """Two members write an entry of the same new paper: the same one, or each their own."""
    one, other = (team.stage.clones[(place + more) % len(team.members)] for more in (0, 1))
    name = DIGESTS[pick[0] % 2]
    team.stage.works += 1
    entry = by_markdown.new_entry(team.stage, name, team.stage.works, "")
    by_markdown.put_in(one, name, entry, pick[1])
    if pick[2] % 2:
        entry = by_markdown.new_entry(team.stage, name, team.stage.works, "")
    by_markdown.put_in(other, name, entry, pick[1] + pick[2] % 3)
    team.stage.has_lost_base = team.stage.has_twins = True
    team.stage.tell(f"{name}: + entry of work {team.stage.works}, twice")


ACTS: dict[str, tuple[int, Act]] = {
    "edit markdown": (8, _in_markdown(by_markdown.edit)),
    "add in markdown": (3, _in_markdown(by_markdown.add)),
    "take out in markdown": (2, _in_markdown(by_markdown.take_out)),
    "insert in markdown": (2, _in_markdown(by_markdown.insert)),
    "insert twice": (2, insert_twice),
    "edit zotero": (8, _in_zotero(by_zotero.edit)),
    "add in zotero": (3, _in_zotero(by_zotero.add)),
    "take out in zotero": (2, _in_zotero(by_zotero.take_out)),
    "insert in zotero": (1, _in_zotero(by_zotero.insert)),
    "save notes": (1, _in_zotero(by_zotero.save_notes)),
}
"""What people do to papers, and how often."""


@dataclass(frozen=True)
class Played:
    """What came of a play: edits, runs by exit code, and where git or a push met another's work."""

    edits: int
    codes: Counter[int]
    met: Counter[str]


def play(folder: Path, seed: int, edits: int, *, has_desktop: bool = False) -> Played:
    """Play `edits` random edits, with runs at the same time in between, and look how it ends."""
    chance = random.Random(seed)
    with a_team(folder, has_desktop=has_desktop) as team:
        try:
            done = 0
            while done < edits:
                number = min(chance.randint(1, 8), edits - done)
                for _ in range(number):
                    _edit(team, chance)
                done += number
                _all_at_once(team, chance)
            end(team)
        except Exception as error:
            error.add_note("\n".join([f"seed {seed}", *team.stage.told]))
            raise
        everybody = [*team.members, *([team.desktop] if team.desktop else [])]
        codes = sum((one.codes for one in everybody), Counter[int]())
        met = sum((one.met for one in everybody), Counter[str]())
        return Played(edits, codes, met)


def _edit(team: Team, chance: random.Random) -> None:
    names, weights = list(ACTS), [weight for weight, _ in ACTS.values()]
    (name,) = chance.choices(names, weights)
    place = chance.randrange(len(team.stage.clones))
    team.stage.tell(f"[{place + 1}] {name}")
    pick = (chance.randrange(10_000), chance.randrange(10_000), chance.randrange(10_000))
    ACTS[name][1](team, place, pick)


def _all_at_once(team: Team, chance: random.Random) -> None:
    """Have some members sync, or share their work, and Zotero sync, all at the same time."""
    runs: list[Callable[[], object]] = []
    for number, member in enumerate(team.members, start=1):
        what = chance.choice(("sync", "share", "share", "wait"))
        team.stage.tell(f"[{number}] {what}")
        runs += {"sync": [member.sync], "share": [member.share], "wait": []}[what]
    what, favoured = chance.choice(("sync", "share", "Zotero", "wait")), chance.randrange(2)
    team.stage.tell(f"[desktop] {what}")
    works: dict[str, Callable[[Member], object]] = {
        "sync": Member.sync,
        "share": Member.share,
        "Zotero": Member.commit,
    }
    if work := works.get(what):
        runs.append(lambda: team.sync_desktop(favoured, work))
    with ThreadPoolExecutor() as pool:
        for future in [pool.submit(run) for run in runs]:
            future.result()


def end(team: Team) -> None:
    """Have everybody share until there is nothing to share any more; fail if anything is amiss."""
    _share_all(team)
    if len({frozenset(clone.files().items()) for clone in team.stage.clones}) > 1:
        raise Violation("the clones differ")
    require_nothing_doubled(team.stage, team.group.read().items)
    if team.copy.sync(team.stage.memory):
        raise Violation("Zotero has not synced all that it holds")
    for member in team.members:
        prepared = team.prepared(member)
        if not prepared.is_settled:
            raise Violation(f"not settled: {prepared.plan.actions}")
        require_no_silent_difference(team.stage, member.clone, prepared)
    _require_no_edit_lost(team)


def _share_all(team: Team) -> None:
    for _ in range(_MOST_ROUNDS):
        before = _standing(team)
        team.sync_zotero()
        for member in team.members:
            member.share()
        team.sync_desktop(0, Member.share)
        if _standing(team) == before:
            return
    raise Violation(f"never settled: {team.members[0].git('log', '-3', '-p').stdout.decode()}")


def _standing(team: Team) -> tuple[int, bytes]:
    """Return the version of the group, and the last commit that was pushed."""
    return team.group.version(), team.members[0].git("ls-remote", "origin", "main").stdout


def _require_no_edit_lost(team: Team) -> None:
    """Fail if something that was written stands nowhere, and nobody who knew it took it out."""
    memory = team.stage.memory
    after = library_sight(team.copy.here).set
    for clone in team.stage.clones:
        after |= frozenset().union(*(sight_of(clone, name).set for name in DIGESTS))
    if lost := memory.lost(frozenset(memory.seen), after):
        raise Violation(f"lost: {' '.join(lost)}")
