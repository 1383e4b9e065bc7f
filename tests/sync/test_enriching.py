"""What was looked up comes into the library and stays there: over kills, clones and undo."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.sync.clones import cloned, sync_zotero
from tests.sync.digests import daily, notes, quoted
from tests.sync.histories.by_git import merge_file
from tests.sync.histories.effects import Effects
from tests.sync.looked_up import FULL, SYNC, enrich, enriching, found_for
from tests.sync.recovery import copy_of, require_truth, state_of
from tests.sync.trouble import silent, troubled
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.plan import ChangeEntry
from zoterodigest.core.plan.reports import DivergedField, Waiting
from zoterodigest.core.plan.run_options import End
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.conflicts import BOTH_WAYS, open_fields
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.resolve import Decision, prepare_resolve
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

PEOPLE = """\
## Papers for 2024-12-05

| Title | Authors | Summary |
|-------|---------|---------|
| Small Lenses for Large Skies (Read more on [arXiv](https://arxiv.org/abs/2401.10001) or \
[HuggingFace](https://huggingface.co/papers/2401.10001))| Ada Lovelace, turing42 | It looks up. |
"""
CUT = """\
# Diffusion Papers

## Paper List

- **[Large Lenses for Small Skies](https://arxiv.org/abs/2401.10002)**  `arXiv:2401.10002`
  _Ada Lovelace, Alan Turing, et al._
  <details open><summary>Abstract</summary>
  It looks down.
  </details>
"""
EMPTY_COMMENT = daily(
    [
        "| **[Lenses without Skies](http://arxiv.org/abs/2401.10003v1)** | 2024-01-05 "
        "| <details><summary>Show</summary><p>It looks away.</p></details> |  | None |\n"
    ]
)
FILES = {"people.md": PEOPLE, "cut.md": CUT, "daily.md": EMPTY_COMMENT}


def new_world(root: Path) -> World:
    world = World(root)
    for name, text in FILES.items():
        world.markdown(name, text)
    return world


def are_as_written(world: World) -> bool:
    return all((world.root / name).read_bytes() == text.encode() for name, text in FILES.items())


def authors(world: World, title: str) -> list[str]:
    creators = world.item(title).get("creators", ())
    parts = ("name", "firstName", "lastName")
    return [" ".join(filter(None, (one.get(part) for part in parts))) for one in creators]


@pytest.fixture(name="here")
def _here(tmp_path: Path) -> World:
    """A project in sync."""
    (tmp_path / "here").mkdir()
    world = new_world(tmp_path / "here")
    world.first_push(SYNC)
    return world


def test_the_library_has_it_all_and_no_digest_changes_by_a_byte(here: World) -> None:
    enrich(here)
    here.push(SYNC)

    for title in ("Small Lenses for Large Skies", "Large Lenses for Small Skies"):
        assert authors(here, title) == list(FULL.people)
    assert here.item("Lenses without Skies")["extra"].startswith("Comment: 9 pages")
    assert are_as_written(here)
    assert here.plan(SYNC).is_settled
    assert not actions(here.plan(enriching(here)))


def test_only_a_change_of_an_author_who_is_shown_comes_into_the_digest(here: World) -> None:
    enrich(here)
    key = here.key("Large Lenses for Small Skies")
    creators = here.item("Large Lenses for Small Skies")["creators"]

    here.change(key, creators=[*creators[:2], {**creators[2], "lastName": "Murray"}])
    here.push(SYNC)
    assert are_as_written(here)
    here.change(key, creators=[{**creators[0], "lastName": "King"}, *creators[1:]])
    here.push(SYNC)

    text = (here.root / "cut.md").read_text(encoding="utf-8")
    assert text == CUT.replace("Ada Lovelace", "Ada King")


def test_a_push_creates_items_with_what_was_found_and_is_settled(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    found = found_for(world.workspace())

    world.push(Options(intent.Sync(found=found)))

    assert authors(world, "Small Lenses for Large Skies") == list(FULL.people)
    assert authors(world, "Large Lenses for Small Skies") == list(FULL.people)
    assert world.plan(SYNC).is_settled
    assert are_as_written(world)


def test_an_edit_that_waits_at_either_end_stays_for_the_sync(here: World) -> None:
    here.edit("cut.md", ("It looks down.", "It looks further down."))
    here.change(here.key("Lenses without Skies"), title="Lenses with Skies")
    written = (here.root / "cut.md").read_bytes()

    enrich(here)

    assert here.item("Large Lenses for Small Skies")["abstractNote"] == "It looks down."
    assert (here.root / "cut.md").read_bytes() == written
    assert (here.root / "daily.md").read_bytes() == EMPTY_COMMENT.encode()
    here.push(SYNC)
    assert here.item("Large Lenses for Small Skies")["abstractNote"] == "It looks further down."
    assert "Lenses with Skies" in (here.root / "daily.md").read_text(encoding="utf-8")


def test_a_library_that_lags_brings_nothing_into_the_digests_later(
    here: World,
) -> None:
    there = cloned(here)
    there.push(SYNC)
    enrich(here)
    here.push(SYNC)
    shutil.copy(here.lock_path, there.lock_path)

    for _ in range(3):
        plan = there.push(SYNC).prepared.plan
    waiting = [one.names for one in reports(plan, Waiting) if isinstance(one, Waiting)]
    sync_zotero(here, there)
    there.push(SYNC)

    assert waiting == [("authors",), ("comment",)]
    assert are_as_written(there)
    assert there.lock_path.read_bytes() == here.lock_path.read_bytes()
    assert there.plan(SYNC).is_settled


def test_clones_of_one_library_settle_when_only_one_of_them_knew_what_was_looked_up(
    here: World, tmp_path: Path
) -> None:
    there = World(tmp_path / "there", list(here.digests))
    shutil.copytree(here.root, there.root)
    base = here.lock_path.read_bytes()
    enrich(here)
    library = ".zoterodigest/library.sqlite"
    shutil.copy(here.root / library, there.root / library)

    there.push(SYNC)  # before it has the lock file: what is new in Zotero may be anybody's edit
    locks = here.lock_path.read_bytes(), there.lock_path.read_bytes()
    merged = merge_file(locks[0], base, locks[1], "--diff3")
    for world in (here, there):
        world.lock_path.write_bytes(merged)
        for name in FILES:
            (world.root / name).write_bytes((there.root / name).read_bytes())
        world.push(SYNC)

    assert "Ada Lovelace, Alan Turing, Grace Hopper" in (here.root / "people.md").read_text("utf-8")
    assert (here.root / "cut.md").read_bytes() == CUT.encode()
    assert here.plan(SYNC).is_settled
    assert there.plan(SYNC).is_settled
    assert here.lock_path.read_bytes() == there.lock_path.read_bytes()
    assert here.items() == there.items()


def test_an_older_commit_brings_nothing_into_the_digests(here: World) -> None:
    older = here.lock_path.read_bytes()
    enrich(here)
    here.lock_path.write_bytes(older)

    plans = [here.push(SYNC).prepared.plan for _ in range(3)]

    assert not [one for plan in plans for one in plan.actions if isinstance(one, ChangeEntry)]
    assert are_as_written(here)


def test_what_was_found_is_taken_back_with_the_items(here: World) -> None:
    enrich(here)

    here.remove()

    assert not here.items()


def test_of_an_adopted_item_only_what_it_lacked_is_taken_back(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    own = {"itemType": "preprint", "title": "Large Lenses for Small Skies", "date": "2024"}
    world.put(LibraryItem("MYPAPER2", 0, own | {"archiveID": "arXiv:2401.10002"}))
    before = world.item("Large Lenses for Small Skies")
    world.push()

    enrich(world)
    world.remove()

    after = world.item("Large Lenses for Small Skies")
    assert {name: value for name, value in after.items() if value} == {
        name: value for name, value in before.items() if value
    }


def test_undo_takes_it_out_of_the_library_and_the_next_sync_has_nothing_to_do(
    here: World,
) -> None:
    before = here.items()
    enrich(here)
    known = read_history(history_folder(here.root / ".zoterodigest"))
    run = known.run(known.runs[-1].number)

    undone = apply_undo(prepare_undo(here.workspace(), run), silent)

    assert undone.declined == ()
    assert here.items() == before
    assert are_as_written(here)
    assert not actions(here.push(SYNC).prepared.plan)
    assert are_as_written(here)
    enrich(here)
    assert authors(here, "Small Lenses for Large Skies") == list(FULL.people)


def test_what_was_edited_since_is_no_longer_the_sources(here: World) -> None:
    enrich(here)
    key = here.key("Small Lenses for Large Skies")

    here.change(key, abstractNote="Mine.")

    (row,) = (row for row in read_lock(here.lock_path.read_bytes()).rows if row.item == key)
    assert row.credits.keys() >= {"abstract", "authors", "date"}
    assert not row.is_from_source("abstract", "Mine.")
    assert row.is_from_source("abstract", "We look.")


def test_fields_that_an_entry_shows_differently_are_apart(here: World) -> None:
    enrich(here)

    diverged = [
        one.name
        for one in reports(here.plan(SYNC), DivergedField)
        if isinstance(one, DivergedField)
    ]

    assert diverged == ["authors"]


@pytest.mark.parametrize("keep", [End.MARKDOWN, End.ZOTERO])
def test_a_person_decides_what_becomes_of_what_was_looked_up(here: World, keep: End) -> None:
    enrich(here)
    fields = open_fields(prepare(here.workspace(), BOTH_WAYS))

    assert [(one.name, one.source) for one in fields] == [("authors", "arXiv")]
    resolving = prepare_resolve(here.workspace(), [Decision(one, keep) for one in fields])
    outcome = carry_out(resolving.prepared, silent)

    assert (resolving.left, outcome.failures) == ((), ())
    shown = (here.root / "people.md").read_text(encoding="utf-8")
    held = authors(here, "Small Lenses for Large Skies")
    if keep is End.MARKDOWN:
        assert (shown, held) == (PEOPLE, ["Ada Lovelace", "turing42"])
    else:
        assert ("Alan Turing" in shown, held) == (True, list(FULL.people))
    assert here.plan(SYNC).is_settled
    assert not open_fields(prepare(here.workspace(), BOTH_WAYS))
    enrich(here)
    assert authors(here, "Small Lenses for Large Skies") == held


def test_what_a_person_took_away_is_not_filled_in_again(here: World) -> None:
    enrich(here)
    key = here.key("Large Lenses for Small Skies")
    shown = here.item("Large Lenses for Small Skies")["creators"][:2]
    here.change(key, date="", creators=shown)

    enrich(here)

    left = here.item("Large Lenses for Small Skies")
    assert (left.get("date", ""), left["creators"]) == ("", shown)
    assert here.plan(SYNC).is_settled


def test_a_date_that_a_person_just_took_away_is_not_filled_in_beside_its_year(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.markdown("notes.md", notes(quoted("Small Lenses for Large Skies", "2401.10001")))
    world.first_push(SYNC)
    key = world.key("Small Lenses for Large Skies")
    world.change(key, date="")

    enrich(world)

    assert "date" not in world.items()[key]
    world.push(SYNC)
    assert "*arXiv*" in (world.root / "notes.md").read_text(encoding="utf-8")


def test_a_run_killed_at_any_effect_writes_no_digest_and_is_completed(
    here: World, tmp_path: Path
) -> None:
    template, effects = here, Effects()
    before = read_lock(template.lock_path.read_bytes())
    undisturbed = copy_of(template, tmp_path / "undisturbed")
    enrich(undisturbed)
    expected = state_of(undisturbed)

    for place in count(1):
        world = copy_of(template, tmp_path / str(place))
        if not _is_killed(world, effects, place):
            break
        require_truth(world, before)
        world.push(SYNC)
        assert are_as_written(world)
        enrich(world)
        assert state_of(world) == expected, f"after the kill at {place}"
        assert world.plan(SYNC).is_settled

    assert place > 10


def _is_killed(world: World, effects: Effects, place: int) -> bool:
    options = enriching(world)
    spend: Callable[[int], None] = effects.spend
    prepared = prepare(troubled(world, before=spend, after=spend), options)
    return effects.kills(place, lambda: carry_out(prepared, silent))
