"""`library copy` is a run like any other: it is in the log, and undo takes it back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import a_note, an_item
from tests.library.faults import When
from tests.sync.copies import (
    ATTENTION,
    CONFIGURATION,
    DIFFUSION,
    MINE,
    WAYS,
    Mover,
    template,
)
from tests.sync.test_copy_faults import Killed, killing
from tests.sync.trouble import TroubledLibrary, silent
from zoterodigest.core.plan.history import listed
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.outside import Allowed, LeadsOutside
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import LinksChanged, prepare_undo

COPY = {"items": 2, "notes": 3, "attachments": 4, "collections": 2, "configurations": 1}


def synced(mover: Mover) -> None:
    workspace = mover.workspace()
    with workspace.library:
        assert carry_out(mover.sync_over(workspace), silent).failures == ()


def live(mover: Mover) -> list[str]:
    """Return the titles of what lies in no trash, and whose item does not."""
    items = mover.behind.read().items
    gone = {one.key for one in items if one.is_trashed}
    left = (one for one in items if one.key not in gone and one.json.parent not in gone)
    return sorted(str(one.data.get("title") or one.data.get("note")) for one in left)


def live_collections(mover: Mover) -> list[str]:
    return [one.name for one in mover.behind.read().collections if not one.is_trashed]


def require_back(mover: Mover) -> None:
    """Fail unless the project links with its first library again, and the other one is clean."""
    assert live(mover) == [MINE]
    assert live_collections(mover) == []
    assert mover.world.lock_path.read_bytes() == template().lock_path.read_bytes()
    assert mover.configuration == CONFIGURATION
    assert mover.sync().is_settled


def test_a_copy_is_in_the_log_with_what_it_wrote(mover: Mover) -> None:
    mover.copy()

    history = mover.history()
    run = history.run(history.runs[-1].number)
    assert (run.command, run.address, run.is_finished) == ("copy", mover.address, True)
    counts = listed(run).counts
    assert {name: counts[name] for name in COPY} == COPY


def test_undo_takes_a_copy_back_and_the_project_is_as_it_was(mover: Mover) -> None:
    mover.copy()

    undone = mover.undo()

    assert undone.declined == ()
    require_back(mover)


def test_redo_does_the_copy_again_and_undo_takes_it_back_again(mover: Mover) -> None:
    mover.copy()
    state = mover.state()
    mover.undo()

    redone = mover.undo("redo")
    again = mover.state()
    is_settled = mover.sync().is_settled
    undone = mover.undo(number=mover.history().runs[-1].number)

    assert (redone.declined, undone.declined) == ((), ())
    assert again == state
    assert is_settled
    require_back(mover)


def test_a_redo_that_misses_a_part_of_the_copy_leaves_the_links_where_they_are(
    aside: Mover,
) -> None:
    aside.copy()
    key = aside.there(ATTENTION)
    aside.undo()
    aside.behind.erase([key])

    redone = aside.undo("redo")

    assert {one.reason for one in redone.declined} == {"it is no longer in the library"}
    assert aside.world.lock_path.read_bytes() == template().lock_path.read_bytes()
    assert aside.configuration == CONFIGURATION
    assert aside.sync().is_settled


def test_a_redo_of_which_the_library_refuses_a_part_leaves_the_links_where_they_are(
    aside: Mover,
) -> None:
    aside.copy()
    refused = aside.there(ATTENTION)
    aside.undo()

    redone = aside.undo(
        "redo",
        through=lambda library: TroubledLibrary(library, is_accepted=lambda key, _: key != refused),
    )

    assert {one.reason for one in redone.declined} == {"too odd"}
    assert aside.world.lock_path.read_bytes() == template().lock_path.read_bytes()
    assert aside.sync().is_settled


def test_undo_keeps_what_somebody_changed_or_uses_there_since(aside: Mover) -> None:
    aside.copy()
    edited, used = aside.there(ATTENTION), aside.there(DIFFUSION)
    (present,) = aside.behind.fetch([edited])
    aside.behind.write([LibraryItem(edited, present.version, {"title": "All One Needs"})])
    aside.behind.write([a_note(used, "NEWNATE2", note="<p>Later</p>")])

    undone = aside.undo()

    reasons = {one.title: one.reason for one in undone.declined}
    assert reasons[ATTENTION] == "it has changed since"
    assert "a note" in reasons[DIFFUSION]
    assert {"All One Needs", DIFFUSION, "<p>Later</p>"} <= {*aside.titles()}
    assert aside.lock.identity == aside.world.library.identity
    assert aside.sync().is_settled


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("relations", "it is related to another item"),
        ("collections", "it is in a collection of your own"),
        ("tags", "it has changed since"),
    ],
)
def test_a_copied_item_that_is_used_stays(aside: Mover, name: str, reason: str) -> None:
    aside.copy(replace(aside.switching(), is_whole=True))
    key = aside.there("Something that Nobody Linked")
    (place,) = (one for one in aside.behind.read().collections if one.name == "To read")
    used: dict[str, object] = {
        "relations": {"dc:relation": f"{aside.home}/items/MINE2222"},
        "collections": [place.key],
        "tags": [{"tag": "later"}],
    }
    (present,) = aside.behind.fetch([key])
    aside.behind.write([LibraryItem(key, present.version, {name: used[name]})])

    undone = aside.undo()

    assert reason in {one.reason for one in undone.declined}
    assert "Something that Nobody Linked" in aside.titles()


def test_what_an_item_that_was_there_gained_is_taken_off_it(aside: Mover) -> None:
    theirs = an_item("THEIRS22", title="Attention is all you need!", itemType="preprint")
    url = {"url": "https://arxiv.org/abs/1706.03762"}
    aside.behind.write([replace(theirs, data={**theirs.data, **url})])
    (before,) = aside.behind.fetch(["THEIRS22"])
    aside.copy()
    (gained,) = aside.behind.fetch(["THEIRS22"])

    undone = aside.undo()

    (after,) = aside.behind.fetch(["THEIRS22"])
    times = ("dateModified", "relations")
    held, was = (
        {k: v for k, v in one.data.items() if k not in times and v} for one in (after, before)
    )
    assert gained.data["tags"]
    assert undone.declined == ()
    assert held == was
    assert not after.data.get("relations")


def test_a_line_that_was_edited_since_in_the_configuration_stays(aside: Mover) -> None:
    aside.copy()
    edited = aside.configuration.replace("# not my Zotero", "# mine")
    aside.world.configure(edited)

    undone = aside.undo()

    assert [one.title for one in undone.declined] == ["zoterodigest.toml:2"]
    assert aside.configuration == edited
    assert live(aside) == [MINE]


def test_links_that_changed_since_do_not_go_back_and_nothing_is_written(aside: Mover) -> None:
    aside.copy()
    number = aside.history().runs[-1].number
    aside.world.edit("notes.md", ("Noise is undone step by step.", "Noise is undone slowly."))
    synced(aside)
    state = aside.state()

    with pytest.raises(LinksChanged) as raised:
        aside.undo(number=number)

    assert f"library copy {aside.address} embedded:" in raised.value.hint
    assert aside.state() == state


def test_after_the_runs_that_came_later_a_copy_is_undone_as_well(aside: Mover) -> None:
    aside.copy()
    aside.world.edit("notes.md", ("Noise is undone step by step.", "Noise is undone slowly."))
    synced(aside)
    aside.undo()

    undone = aside.undo()

    assert undone.declined == ()
    assert live(aside) == [MINE]
    assert aside.lock.identity == aside.world.library.identity


@pytest.mark.parametrize("way", ["embedded", "desktop"])
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_a_copy_that_was_killed_and_given_again_is_undone_in_two_steps(
    way: str, place: int, tmp_path: Path
) -> None:
    with WAYS[way](tmp_path) as mover:
        with pytest.raises(Killed):
            mover.copy(through=killing(place, When.AFTER))
        mover.copy()

        undone = [mover.undo(), mover.undo()]

        assert [one.declined for one in undone] == [(), ()]
        require_back(mover)


def test_a_copy_that_was_killed_is_undone_as_far_as_it_went(mover: Mover) -> None:
    with pytest.raises(Killed):
        mover.copy(through=killing(3, When.AFTER))

    undone = mover.undo()

    assert undone.declined == ()
    require_back(mover)


def test_what_a_killed_copy_made_is_taken_back_also_after_a_sync_with_the_first_library(
    aside: Mover,
) -> None:
    with pytest.raises(Killed):
        aside.copy(through=killing(3, When.AFTER))
    number = aside.history().runs[-1].number
    aside.world.edit("notes.md", ("Noise is undone step by step.", "Noise is undone slowly."))
    synced(aside)
    lock = aside.world.lock_path.read_bytes()

    undone = aside.undo(number=number)

    assert undone.declined == ()
    assert live(aside) == [MINE]
    assert aside.world.lock_path.read_bytes() == lock


def test_a_copy_without_links_is_in_the_log_and_undone_too(aside: Mover) -> None:
    aside.world.lock_path.unlink()
    aside.copy(replace(aside.staying(), is_whole=True))
    copied = aside.titles()

    undone = aside.undo()

    assert len(copied) > 2
    assert undone.declined == ()
    assert live(aside) == [MINE]
    assert not aside.world.lock_path.exists()


def test_undo_leaves_a_library_alone_to_which_only_the_history_leads(aside: Mover) -> None:
    aside.copy()
    history = aside.history()
    run = replace(history.run(history.runs[-1].number), address="embedded:../elsewhere.sqlite")

    workspace = replace(aside.workspace(run.address), allowed=Allowed())
    with pytest.raises(LeadsOutside), workspace.library:
        prepare_undo(workspace, run)
