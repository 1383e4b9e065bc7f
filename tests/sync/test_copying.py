"""A library copied into another one: nothing twice, nothing lost, and the links go along."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import an_item
from tests.sync.copies import (
    ATTENTION,
    CONFIGURATION,
    DIFFUSION,
    HERE,
    LABELS,
    MINE,
    WAYS,
    Mover,
    beside_zotero,
    of_examples,
    over_http,
    template,
    titles_in,
    to_desktop,
)
from tests.sync.trouble import TroubledLibrary, silent
from tests.sync.world import World, actions, reports
from zoterodigest.core.links.link import LinkState, LockFile
from zoterodigest.core.plan.reports import DivergedField, Waiting
from zoterodigest.library.connect import embedded
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.project.lock.lock import read_lock, render_lock, write_lock
from zoterodigest.sync.copying.copy_run import Copied
from zoterodigest.sync.copying.plan import NothingLinked, SameLibrary
from zoterodigest.sync.gathering.gather import Unfinished
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.remove_and_unlink import apply_removal, prepare_remove

COPIED = ["<p>What I think</p>", ATTENTION, DIFFUSION, *LABELS, "our note", "our note"]


@pytest.fixture
def zotero(tmp_path: Path) -> Iterator[Mover]:
    """A project that goes to the Zotero that runs on the same computer."""
    with to_desktop(tmp_path) as mover:
        yield mover


@pytest.fixture(scope="module", params=WAYS)
def moved(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Mover, Copied]]:
    """A project that has gone over, to be looked at only."""
    with WAYS[request.param](tmp_path_factory.mktemp("moved")) as mover:
        yield mover, mover.copy()


def test_what_is_linked_goes_along_and_the_next_sync_has_nothing_to_do(
    moved: tuple[Mover, Copied],
) -> None:
    mover, copied = moved

    assert (copied.failures, copied.differences) == ((), ())
    assert mover.titles() == sorted([*COPIED, MINE])
    assert mover.sync().is_settled
    assert mover.world.library.read() == template().library.read()


def test_the_lock_file_says_the_same_by_the_keys_there(moved: tuple[Mover, Copied]) -> None:
    mover, _ = moved
    before = read_lock(template().lock_path.read_bytes()).rows

    lock = mover.lock
    assert lock.identity != mover.world.library.identity
    assert [(row.id, row.bases) for row in lock.rows] == [(row.id, row.bases) for row in before]
    keys = {mover.there(ATTENTION), mover.there(DIFFUSION)}
    assert {row.item for row in lock.rows} == keys
    assert {one.item for one in lock.exported} == keys
    held = {one.key: one for one in mover.behind.read().items}
    for row in lock.rows:
        assert row.origin.item == row.origin.note
        assert held[row.note or ""].data["parentItem"] == row.item
        assert row.origin.attachments <= held.keys()
    collection_rows = {one.key: one.name for one in mover.behind.read().collections}
    assert [collection_rows[one.collection] for one in lock.collection_rows if one.is_ours] == [
        "notes"
    ]


def test_what_the_person_added_goes_along(moved: tuple[Mover, Copied]) -> None:
    mover, _ = moved

    held = {one.key: one.data for one in mover.behind.read().items}
    names = {one.key: one.name for one in mover.behind.read().collections}
    attention = held[mover.there(ATTENTION)]
    assert {"tag": "mine"} in attention["tags"]
    assert sorted(names[key] for key in attention["collections"]) == ["To read", "notes"]
    related = f"{mover.home}/items/{mover.there(DIFFUSION)}"
    assert attention["relations"] == {"dc:relation": related}
    added = mover.world.item(ATTENTION)["dateAdded"]
    assert attention["dateAdded"] == added


def test_the_configuration_changes_in_that_value_alone(aside: Mover) -> None:
    aside.copy()

    assert aside.configuration == CONFIGURATION.replace(HERE, aside.address)


def test_without_a_word_the_configuration_stays_as_it_is(aside: Mover) -> None:
    copied = aside.copy(aside.staying())

    assert (copied.is_moved, copied.is_configured) == (True, False)
    assert aside.configuration == CONFIGURATION
    assert aside.copy().is_configured
    assert aside.sync().is_settled


def test_a_second_copy_writes_nothing(mover: Mover) -> None:
    mover.copy()
    state, version = mover.state(), mover.behind.version()

    again = mover.copy()

    assert (again.written, again.failures) == (0, ())
    assert again.copying.is_moved
    assert (mover.state(), mover.behind.version()) == (state, version)


def test_remove_takes_back_there_what_it_would_have_taken_back_here(
    zotero: Mover,
) -> None:
    here = World(zotero.world.root.with_name("here"), ["notes.md"])
    shutil.copytree(zotero.world.root, here.root)
    here.remove()
    zotero.copy()

    workspace = zotero.workspace()
    with workspace.library:
        left = apply_removal(prepare_remove(workspace), silent)

    assert not left.failed
    kept = {*titles_in(here.library)} - {"Something that Nobody Linked", "PDF"}
    assert {*zotero.titles()} == kept | {MINE}


def test_edits_travel_on_in_the_other_library(zotero: Mover) -> None:
    zotero.copy()
    zotero.world.edit("notes.md", ("Noise is undone step by step.", "Noise is undone slowly."))
    item = next(one for one in zotero.behind.read().items if one.data.get("title") == ATTENTION)
    zotero.behind.write(
        [LibraryItem(item.key, item.version, {"title": "Attention Is All One Needs"})]
    )

    workspace = zotero.workspace()
    with workspace.library:
        outcome = carry_out(zotero.sync_over(workspace), silent)

    assert outcome.failures == ()
    assert "Attention Is All One Needs" in (zotero.world.root / "notes.md").read_text("utf-8")
    there = zotero.behind.read().items
    assert any("undone slowly" in str(one.data.get("note")) for one in there)
    assert zotero.sync().is_settled


def test_edits_that_were_pending_stay_pending(aside: Mover) -> None:
    aside.world.edit("notes.md", ("Noise is undone step by step.", "Noise is undone slowly."))
    aside.world.change(aside.world.key(ATTENTION), title="Attention Is All One Needs")

    aside.copy()

    assert actions(aside.sync().plan) == {"ChangeNote": 1, "ChangeEntry": 1}


def test_everything_goes_along_if_asked_the_trash_into_the_trash(mover: Mover) -> None:
    options = replace(mover.switching(), is_whole=True, with_trash=True)

    copied = mover.copy(options)
    again = mover.copy(options)

    thrown = [str(one.data.get("title")) for one in mover.behind.read().items if one.is_trashed]
    assert mover.titles() == sorted([*COPIED, MINE, "Something that Nobody Linked"])
    assert thrown == ["Thrown away"]
    assert copied.is_moved
    assert again.written == 0
    assert mover.sync().is_settled


def test_what_stays_behind_is_counted(aside: Mover) -> None:
    left = aside.plan().portion.left

    assert (left.unlinked, left.trashed, left.files) == (1, 1, 1)


def test_without_links_all_must_be_asked_for(aside: Mover) -> None:
    aside.world.lock_path.unlink()

    with pytest.raises(NothingLinked):
        aside.plan()
    copied = aside.copy(replace(aside.staying(), is_whole=True))

    assert copied.failures == ()
    assert not copied.is_moved
    assert not aside.world.lock_path.exists()


def test_a_lock_file_of_a_third_library_is_left_alone(aside: Mover) -> None:
    data = aside.world.lock_path.read_bytes()
    elsewhere = render_lock(LockFile("user:77", aside.lock.rows), data)
    write_lock(aside.world.lock_path, elsewhere, data)

    with pytest.raises(NothingLinked) as raised:
        aside.plan()
    copied = aside.copy(replace(aside.staying(), is_whole=True))

    assert "user:77" in str(raised.value)
    assert not copied.is_moved
    assert aside.lock.identity == "user:77"


def test_a_library_is_not_copied_into_itself(aside: Mover) -> None:
    aside.address = HERE

    with pytest.raises(SameLibrary):
        aside.plan()


def test_a_killed_run_is_finished_first(aside: Mover) -> None:
    journal = aside.world.root / ".zoterodigest" / "journal.jsonl"
    journal.write_text('{"begin":"","version":1}\n', encoding="utf-8")

    with pytest.raises(Unfinished):
        aside.plan()


def test_consent_is_needed_where_things_of_the_persons_own_stand(aside: Mover) -> None:
    first = aside.plan()
    aside.behind.erase(["MINE2222"])
    second = aside.plan()

    assert (first.needs_consent, second.needs_consent) == (True, False)


def test_a_round_trip_brings_everything_back(tmp_path: Path) -> None:
    with over_http(tmp_path) as (mover, _):
        before, lock = mover.world.everything(), mover.lock
        mover.copy()
        back = Mover(mover.world, "embedded:back.sqlite", mover.behind, "", mover.access)
        back.here = mover.address
        copied = back.copy()

        with embedded(mover.world.root / "back.sqlite") as library:
            held = {one.key: dict(one.data) for one in library.read().items}
        assert copied.failures == ()
        assert back.sync().is_settled
        assert back.lock.rows == lock.rows
        for data in held.values():
            data.pop("dateModified")
            data["relations"] = {}
        expected = {key: {**data, "relations": {}} for key, data in before.items() if key in held}
        assert held == expected
        assert before.keys() - held.keys() == {"ALQNE222", "FILE2222", "TRASH222"}


def test_from_a_running_zotero_it_goes_on_in_an_embedded_library(zotero: Mover) -> None:
    zotero.copy()
    back = Mover(zotero.world, "embedded:back.sqlite", zotero.behind, "", zotero.access)
    back.here = zotero.address

    copied = back.copy()

    assert (copied.failures, copied.differences) == ((), ())
    assert back.sync().is_settled
    with embedded(zotero.world.root / "back.sqlite") as library:
        assert titles_in(library) == sorted(COPIED)


@pytest.mark.deep
def test_our_examples_go_to_a_running_zotero_and_on_to_the_web(tmp_path: Path) -> None:
    world = of_examples(tmp_path / "examples")
    with beside_zotero(tmp_path / "zotero") as (beside, _), over_http(tmp_path / "web") as (web, _):
        to_zotero = replace(beside, world=world)
        first = to_zotero.copy()
        settled = to_zotero.sync().is_settled
        to_web = replace(web, world=world, here=beside.address)
        to_web.access = replace(web.access, desktop_folder=beside.access.desktop_folder)
        second = to_web.copy()

        assert (first.failures, first.differences) == (second.failures, second.differences)
        assert (first.failures, first.differences) == ((), ())
        assert settled
        assert to_web.sync().is_settled


def test_a_lock_file_whose_items_are_all_gone_goes_nowhere(aside: Mover) -> None:
    aside.world.library.erase(one.key for one in aside.world.library.read().items)
    aside.world.library.erase_collections(one.collection for one in aside.lock.collection_rows)

    with pytest.raises(NothingLinked):
        aside.plan()


def test_over_http_a_copy_takes_as_few_writes_as_can_be(tmp_path: Path) -> None:
    with over_http(tmp_path) as (mover, proxy):
        mover.copy()

        assert proxy.writes == 4  # collections, items, children, relations


# --- what is there already


def test_a_work_that_is_there_is_adopted_and_keeps_what_is_its_own(mover: Mover) -> None:
    theirs = {"url": "https://arxiv.org/abs/1706.03762", "title": "Attention is all you need!"}
    mover.behind.write([an_item("THEIRS22", itemType="preprint", date="2017-06", **theirs)])

    copied = mover.copy()

    (theirs_now,) = mover.behind.fetch(["THEIRS22"])
    assert theirs_now.data["title"] == "Attention is all you need!"
    assert {"tag": "mine"} in theirs_now.data["tags"]
    assert mover.titles().count(ATTENTION) == 0
    (row,) = (row for row in mover.lock.rows if row.item == "THEIRS22")
    assert not row.origin.item
    assert row.origin.note
    assert {one.name for one in copied.differences} >= {"title"}
    before = (mover.world.root / "notes.md").read_bytes()
    plan = mover.sync().plan
    assert actions(plan) == {}
    diverged = [one for one in reports(plan, DivergedField) if isinstance(one, DivergedField)]
    assert {one.name for one in diverged} == {one.name for one in copied.differences}
    assert (mover.world.root / "notes.md").read_bytes() == before


def test_a_collection_of_that_name_is_taken_and_stays_the_persons(aside: Mover) -> None:
    aside.behind.write_collections([Collection("THEIRS33", 0, "notes")])

    aside.copy()

    assert [one.name for one in aside.behind.read().collections].count("notes") == 1
    (collection_row,) = aside.lock.collection_rows
    assert (collection_row.collection, collection_row.is_ours) == ("THEIRS33", False)
    assert aside.sync().is_settled


def test_two_works_that_may_be_meant_are_left_to_the_person(aside: Mover) -> None:
    url = "https://arxiv.org/abs/1706.03762"
    aside.behind.write([an_item("THEIRS22", url=url), an_item("THEIRS33", url=url)])
    lock = aside.world.lock_path.read_bytes()

    copied = aside.copy()

    (failure,) = copied.failures
    assert (failure.where, failure.title) == ("item", ATTENTION)
    assert "THEIRS22, THEIRS33" in failure.reason
    assert aside.there(DIFFUSION)
    assert aside.world.lock_path.read_bytes() == lock
    assert aside.configuration == CONFIGURATION


def test_what_lies_in_the_trash_there_is_neither_made_again_nor_restored(aside: Mover) -> None:
    key = aside.world.key(ATTENTION)
    aside.behind.write([an_item(key, title=ATTENTION, deleted=1)])

    copied = aside.copy()

    (failure,) = copied.failures
    assert "trash" in failure.reason
    aside.behind.erase([key])
    assert aside.copy().failures == ()
    assert aside.sync().is_settled


def test_a_key_that_another_work_has_there_is_not_taken(aside: Mover) -> None:
    key = aside.world.key(ATTENTION)
    other = an_item(key, title="Quite Another Work", url="https://arxiv.org/abs/2401.00001")
    aside.behind.write([other])

    aside.copy()
    again = aside.copy()

    assert aside.titles().count("Quite Another Work") == aside.titles().count(ATTENTION) == 1
    assert again.written == 0
    assert aside.sync().is_settled


def test_two_items_of_one_work_stay_two(aside: Mover) -> None:
    data = aside.world.item(ATTENTION)
    twin = {name: data[name] for name in ("itemType", "title", "url", "collections")}
    aside.world.put(LibraryItem("TWIN2222", 0, twin))

    aside.copy()
    again = aside.copy()

    assert aside.titles().count(ATTENTION) == 2
    assert again.written == 0


def test_a_refused_object_keeps_the_links_where_they_are(mover: Mover) -> None:
    lock = mover.world.lock_path.read_bytes()

    failed = mover.copy(
        through=lambda library: TroubledLibrary(
            library, is_accepted=lambda asked, data: data.get("title") != DIFFUSION
        )
    )
    (failure,) = failed.failures
    as_before = mover.world.lock_path.read_bytes() == lock and mover.configuration == CONFIGURATION
    completed = mover.copy()

    assert (failure.title, failure.reason) == (DIFFUSION, "too odd")
    assert as_before
    assert completed.failures == ()
    assert mover.titles() == sorted([*COPIED, MINE])
    assert mover.sync().is_settled


def test_a_collection_that_is_refused_keeps_its_items_out_until_the_next_copy(aside: Mover) -> None:
    failed = aside.copy(
        through=lambda library: TroubledLibrary(
            library, is_accepted=lambda asked, data: data.get("name") != "notes"
        )
    )

    completed = aside.copy()

    assert [one.where for one in failed.failures] == ["collection"]
    assert completed.failures == ()
    assert aside.sync().is_settled


def test_what_was_edited_here_after_a_copy_that_stopped_is_told_and_goes_nowhere(
    aside: Mover,
) -> None:
    aside.copy(
        through=lambda library: TroubledLibrary(
            library, is_accepted=lambda asked, data: data.get("title") != "code"
        )
    )
    aside.world.edit("notes.md", ("Noise is undone step by step.", "Noise is undone slowly."))
    workspace = aside.workspace()
    with workspace.library:
        carry_out(aside.sync_over(workspace), silent)
    digest = (aside.world.root / "notes.md").read_bytes()

    copied = aside.copy()

    assert [(one.title, one.name) for one in copied.differences] == [(DIFFUSION, "summary")]
    plan = aside.sync().plan
    assert actions(plan) == {}
    assert len(reports(plan, DivergedField)) == 1
    assert (aside.world.root / "notes.md").read_bytes() == digest


def test_own_notes_that_a_digest_shows_are_told_where_their_keys_change(zotero: Mover) -> None:
    configuration = zotero.configuration.replace('"notes.md"\n', '"notes.md"\nnotes = "all"\n')
    zotero.world.configure(configuration)
    workspace = zotero.workspace()
    with workspace.library:
        carry_out(zotero.sync_over(workspace), silent)

    copied = zotero.copy()

    assert copied.renamed_notes == 1
    workspace = zotero.workspace()
    with workspace.library:
        carry_out(zotero.sync_over(workspace), silent)
    text = (zotero.world.root / "notes.md").read_text(encoding="utf-8")
    assert text.count("What I think") == 1
    assert "MYNATE22" not in text
    assert zotero.sync().is_settled


# --- what lags behind, and what has ended


def test_a_library_that_lags_behind_the_lock_file_lags_behind_there_too(aside: Mover) -> None:
    """Another machine's edit came by git; the library here has not seen it yet."""
    root = aside.world.root
    saved = (root / ".zoterodigest" / "library.sqlite").read_bytes()
    seen = next((root / ".zoterodigest").glob("seen-*"))
    remembered = seen.read_bytes()
    aside.world.edit("notes.md", ("Noise is undone step by step.", "Noise is undone slowly."))
    workspace = aside.workspace()
    with workspace.library:
        carry_out(aside.sync_over(workspace), silent)
    (root / ".zoterodigest" / "library.sqlite").write_bytes(saved)
    seen.write_bytes(remembered)
    assert reports(aside.sync().plan, Waiting)

    aside.copy()

    plan = aside.sync().plan
    assert actions(plan) == {}
    assert reports(plan, Waiting)


def test_links_that_have_ended_stay_ended(aside: Mover) -> None:
    aside.world.change(aside.world.key(DIFFUSION), deleted=1)
    workspace = aside.workspace()
    with workspace.library:
        carry_out(aside.sync_over(workspace), silent)

    aside.copy()

    assert [row.state for row in aside.lock.rows].count(LinkState.TRASHED) == 1
    assert DIFFUSION not in aside.titles()
    assert actions(aside.sync().plan) == {}


@pytest.mark.parametrize(
    "kind", ["webpage", "preprint", "journalArticle", "conferencePaper", "book", "document"]
)
def test_after_an_item_of_another_type_was_adopted_there_is_nothing_to_do(
    aside: Mover, kind: str
) -> None:
    aside.world.edit(
        "notes.md", (f"{ATTENTION}**  \n> *arXiv 2024*", f"{ATTENTION}**  \n> *NeurIPS 2017 Oral*")
    )
    with (workspace := aside.workspace()).library:
        carry_out(aside.sync_over(workspace), silent)
    aside.behind.write([an_item("THEIRS22", itemType=kind, title=ATTENTION, extra="mine")])

    aside.copy()

    before = (aside.world.root / "notes.md").read_bytes()
    plan = aside.sync().plan
    assert plan.is_settled
    diverged = {one.name for one in reports(plan, DivergedField) if isinstance(one, DivergedField)}
    (theirs,) = aside.behind.fetch(["THEIRS22"])
    assert ("venue" in diverged) == (kind in ("webpage", "journalArticle"))
    assert theirs.data["itemType"] == kind
    assert (aside.world.root / "notes.md").read_bytes() == before
