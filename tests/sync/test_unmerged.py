"""A digest or .bib that git left unmerged: its marked entries wait, nothing of them travels."""

from __future__ import annotations

from tests.sync.digests import notes, quoted
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import UnreadableEntry
from zoterodigest.sync.run.conflicts import BOTH_WAYS

SWIN = "Restoring Images with Shifted Windows"
OTHER = "Adversarial Losses for Sharper Pictures"
TWO_WAY = """\
[[digest]]
path = "Notes.md"

[[bibliography]]
path = "refs.bib"
push = true
pull = true
"""


def test_nothing_of_an_unmerged_entry_travels_until_it_is_merged(world: World) -> None:
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001"), quoted(OTHER, "2401.00002")))
    world.first_push()
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


def test_nothing_of_an_unmerged_entry_of_a_bib_travels_until_it_is_merged(world: World) -> None:
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001"), quoted(OTHER, "2401.00002")))
    world.configure(TWO_WAY)
    world.first_push(BOTH_WAYS)
    before, path = world.everything(), world.root / "refs.bib"
    merged = path.read_text(encoding="utf-8")
    last = merged[merged.rindex("@") :]
    mine, theirs = last.replace(OTHER, "Mine"), last.replace(OTHER, "Theirs")
    marked = f"<<<<<<< HEAD\n{mine}=======\n{theirs}>>>>>>> other\n"
    path.write_text(merged.replace(last, marked), encoding="utf-8")

    world.push(BOTH_WAYS)

    prepared = world.prepare(BOTH_WAYS)
    assert world.everything() == before
    assert marked in path.read_text(encoding="utf-8")
    assert prepared.is_settled
    assert len(reports(prepared.plan, UnreadableEntry)) == 1
    (kept,) = prepared.bibs[0].updated.kept
    assert "may stand in what cannot be read" in kept.reason
    path.write_text(merged.replace(last, theirs), encoding="utf-8")
    world.push(BOTH_WAYS)
    assert set(world.keys_by_title()) == {SWIN, "Theirs"}
    assert world.prepare(BOTH_WAYS).is_settled
