"""A digest that git left unmerged: its marked entries wait, and nothing of them travels."""

from __future__ import annotations

from tests.sync.digests import notes, quoted
from tests.sync.world import World, reports
from zoterodigest.core.reports import UnreadableEntry
from zoterodigest.sync.conflicts import BOTH_WAYS

SWIN = "Restoring Images with Shifted Windows"
OTHER = "Adversarial Losses for Sharper Pictures"


def test_nothing_of_an_unmerged_entry_travels_until_it_is_merged(world: World) -> None:
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001"), quoted(OTHER, "2401.00002")))
    world.push()
    before = world.everything()
    mine, theirs = "> - It restores, by Ada.", "> - It restores, by Ben."
    marked = f"<<<<<<< HEAD\n{mine}\n=======\n{theirs}\n>>>>>>> other"
    text = (world.root / "Notes.md").read_text(encoding="utf-8")
    world.markdown("Notes.md", text.replace("> - It restores images.", marked, 1))

    world.push(BOTH_WAYS)

    plan = world.plan(BOTH_WAYS)
    assert world.everything() == before
    assert plan.is_settled
    assert len(reports(plan, UnreadableEntry)) == 1
    world.edit("Notes.md", (marked, mine))
    world.push()
    assert "by Ada" in world.note(SWIN)
    assert world.plan().is_settled
