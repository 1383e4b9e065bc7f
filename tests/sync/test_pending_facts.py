"""Facts of an added paper reach its item, whenever the run that brings them is killed."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from tests.core.world import an_entry
from tests.sync.histories.effects import Effects
from tests.sync.recovery import copy_of, state_of
from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.core.plan.found import LookupResult, Pending
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import CITEKEY, Fields, Names
from zoterodigest.project.pending import keep_pending, read_pending
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

SYNC = Options(intent.SYNC)
TITLE = "A New Way to Make Pictures"
FACTS: Fields = {"authors": Names(("Ada Lovelace",)), "pages": "1-9", CITEKEY: "lovelace2025"}
PAPER = Pending(
    DigestKey("papers.md"),
    frozenset({Identifier("arxiv", "2501.00001")}),
    TITLE,
    LookupResult(FACTS, dict.fromkeys(FACTS, "refs.bib"), details={"volume": "3"}),
)


def a_project(world: World) -> World:
    """Return a list with a new entry, of which more is known than it shows."""
    entry = f"- [{TITLE}](https://arxiv.org/abs/2501.00001), CVPR 2025.\n"
    world.markdown("papers.md", f"# Papers\n\n{entry}")
    state = world.root / ".zoterodigest"
    state.mkdir()
    keep_pending(state, [PAPER])
    return world


def is_killed(world: World, effects: Effects, place: int) -> bool:
    prepared = prepare(troubled(world, before=effects.spend, after=effects.spend), SYNC)
    return effects.kills(place, lambda: carry_out(prepared, silent))


def test_facts_of_a_paper_are_not_taken_for_another_of_its_title() -> None:
    of_paper = an_entry("papers.md", title=TITLE, arxiv="2501.00001")
    of_another = an_entry("papers.md", title=TITLE, arxiv="2501.00002")
    without_title = an_entry("papers.md", arxiv="2501.00002")

    assert PAPER.is_about(of_paper)
    assert PAPER.is_about(an_entry("papers.md", title=TITLE))
    assert not PAPER.is_about(of_another)
    assert not replace(PAPER, title="").is_about(without_title)


def test_a_sync_killed_at_any_effect_is_completed_with_all_facts(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    template, effects = a_project(world), Effects()
    folder = tmp_path_factory.mktemp("killed")
    undisturbed = copy_of(template, folder / "undisturbed")
    undisturbed.push(SYNC)
    expected = state_of(undisturbed)
    assert undisturbed.item(TITLE)["citationKey"] == "lovelace2025"

    for place in count(1):
        left = copy_of(template, folder / str(place))
        if not is_killed(left, effects, place):
            break
        left.push(SYNC)
        left.push(SYNC)
        assert state_of(left) == expected, f"after the kill at {place}"
        assert read_pending(left.root / ".zoterodigest") == ()

    assert place > 10
