"""A daily digest that is replaced by half: no paper turns into another."""

from __future__ import annotations

from tests.sync.digests import daily, row
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import DroppedEntry


def test_a_daily_digest_may_replace_half_of_its_rows(world: World) -> None:
    world.markdown("Daily.md", daily(map(row, range(98))))
    world.first_push()
    before = world.everything()
    gone = [number for number in range(98) if number % 2]
    stayed = [number for number in range(98) if number % 2 == 0]
    new = range(98, 98 + len(gone))
    mixed = [number for pair in zip(new, stayed, strict=True) for number in pair]

    world.markdown("Daily.md", daily(map(row, mixed)))
    outcome = world.push()

    assert actions(outcome.prepared.plan) == {"CreateItem": 49}
    assert len(reports(outcome.prepared.plan, DroppedEntry)) == 49
    after = world.everything()
    assert {key: after[key] for key in before} == before
    created = {data["title"] for key, data in world.items().items() if key not in before}
    assert len(created) == 49
    assert world.plan().is_settled


def test_rows_that_come_back_are_linked_to_their_items_again(world: World) -> None:
    world.markdown("Daily.md", daily(map(row, range(20))))
    world.first_push()
    before = world.everything()
    world.markdown("Daily.md", daily(map(row, range(10))))
    world.push()

    world.markdown("Daily.md", daily(map(row, reversed(range(20)))))
    outcome = world.push()

    assert actions(outcome.prepared.plan) == {}
    assert len(outcome.prepared.plan.links) == 20
    assert world.everything() == before
