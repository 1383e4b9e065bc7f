"""Items that a person merges in Zotero: the links follow, and nothing is cleared or copied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.made_once import made_once
from tests.sync.digests import daily, notes, quoted, row
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import (
    AddedItem,
    DivergedField,
    Followed,
    MergedOtherWork,
    TrashedEntry,
)
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.items.duplicates import duplicates_in
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
MASK = quoted(
    "Mask R-CNN Revisited Again",
    "1703.06870",
    venue="CVPR 2025",
    links=["[code](https://github.com/lab/mask)"],
)
OTHER = quoted("Restoring Images with Shifted Windows", "2401.00001")
DIGEST = notes(MASK, OTHER)
TITLE = "Mask R-CNN Revisited Again"
OWN = "KEEPKEEP"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A digest of two reading notes in sync, with everything pulled as well."""
    world = World(tmp_path)

    def make() -> None:
        world.markdown("notes.md", DIGEST)
        world.push(SYNC)

    made_once(tmp_path, make)
    return World(tmp_path, ["notes.md"])


def text(world: World) -> str:
    return (world.root / "notes.md").read_text(encoding="utf-8")


def own_item(world: World, **data: Any) -> None:
    """Put an item of the person's own in the library and merge the digest's item into it."""
    ours = world.key(TITLE)
    kept = {"itemType": "conferencePaper", "title": TITLE, "tags": [], **data}
    world.put(LibraryItem(OWN, 0, kept))
    world.merge(OWN, ours)


def settled(world: World) -> bool:
    return world.plan(SYNC).is_settled


def test_what_the_survivor_lacks_clears_nothing_in_the_entry(world: World) -> None:
    own_item(world)

    outcome = world.push(SYNC)

    assert text(world) == DIGEST
    assert len(reports(outcome.prepared.plan, Followed)) == 1
    assert settled(world)


def test_without_the_lock_file_an_entry_finds_the_item_that_its_own_was_merged_into(
    world: World,
) -> None:
    own_item(world, title="Mask R-CNN under another title")
    world.forget()

    plan = world.push(SYNC).prepared.plan

    assert [row.item for row in plan.rows if row.item == OWN] == [OWN]
    assert not reports(plan, TrashedEntry)
    assert text(world) == DIGEST
    assert settled(world)


def test_without_the_lock_file_an_entry_joins_no_item_of_another_work(world: World) -> None:
    own_item(world, itemType="preprint", title="Another Work", archiveID="arXiv:2402.00009")
    world.forget()

    plan = world.push(SYNC).prepared.plan

    assert all(row.item != OWN for row in plan.rows)
    assert len(reports(plan, TrashedEntry)) == 1


def test_what_the_survivor_lacks_is_filled_in_from_the_entry(world: World) -> None:
    own_item(world, itemType="preprint")

    world.push(SYNC)

    stays = world.items()[OWN]
    assert stays["archiveID"] == "arXiv:1703.06870"
    assert "https://github.com/lab/mask" in world.links(TITLE).values()
    assert text(world) == DIGEST


def test_what_the_survivor_says_differently_diverges(world: World) -> None:
    own_item(world, date="2019", proceedingsTitle="Proceedings of Something")
    before = text(world)

    plan = world.push(SYNC).prepared.plan

    assert text(world) == before
    assert world.items()[OWN]["date"] == "2019"
    assert {one.name for one in reports(plan, DivergedField) if isinstance(one, DivergedField)} == {
        "venue",
        "year",
    }
    assert settled(world)


def test_an_edit_of_the_entry_before_the_sync_reaches_the_survivor(world: World) -> None:
    own_item(world)
    world.edit(
        "notes.md", (TITLE, "Mask R-CNN"), ("> - It is fast.\n\n\n", "> - It is slow.\n\n\n")
    )

    world.push(SYNC)

    assert world.items()[OWN]["title"] == "Mask R-CNN"
    assert "It is slow." in world.note("Mask R-CNN")
    assert settled(world)


def test_remove_leaves_the_survivor_that_the_tool_did_not_make(world: World) -> None:
    own_item(world)
    world.push(SYNC)

    world.remove()

    assert world.items()[OWN]["title"] == TITLE


def test_remove_leaves_a_task_that_the_person_gave_the_survivor_beside_ours(world: World) -> None:
    own_item(world)
    world.change(OWN, tags=[{"tag": "task:segmentation"}])
    world.push(SYNC)

    world.remove()

    assert [tag["tag"] for tag in world.items()[OWN]["tags"]] == ["task:segmentation"]


def test_remove_leaves_a_link_of_ours_that_the_person_edited_at_the_survivor(world: World) -> None:
    own_item(world)
    everything = world.everything().items()
    (link,) = (key for key, one in everything if one["itemType"] == "attachment")
    world.change(link, url="https://github.com/lab/mask-two")
    world.push(SYNC)

    world.remove()

    left = world.everything()[link]
    assert (left["url"], left.get("deleted", 0)) == ("https://github.com/lab/mask-two", 0)


def test_what_the_survivor_has_besides_does_not_come_into_the_entry(world: World) -> None:
    own_item(world, tags=[{"tag": "task:segmentation"}])

    world.push(SYNC)

    assert text(world) == DIGEST
    assert settled(world)


# --- two entries whose items are merged


SECOND = "Restoring Images with Shifted Windows"


def merge_both(world: World) -> tuple[str, str]:
    """Merge the items of both entries; the first one's stays. Return the keys."""
    keep, other = world.key(TITLE), world.key(SECOND)
    world.merge(keep, other)
    return keep, other


def test_of_two_works_whose_items_are_merged_both_entries_stay_as_they_are(world: World) -> None:
    keep, _ = merge_both(world)

    plan = world.push(SYNC).prepared.plan

    assert text(world) == DIGEST
    (report,) = reports(plan, MergedOtherWork)
    assert isinstance(report, MergedOtherWork)
    assert report.key == keep
    assert [one.value for one in report.identifiers] == ["1703.06870", "2401.00001"]
    assert settled(world)
    assert len(reports(world.plan(SYNC), MergedOtherWork)) == 1


def test_after_a_merge_with_another_work_the_survivor_goes_on_with_its_own_entry(
    world: World,
) -> None:
    keep, _ = merge_both(world)
    world.push(SYNC)
    world.change(keep, title="Masks")
    world.edit("notes.md", ("[code](https://github.com/lab/mask)", "[code](https://masks.org)"))

    world.push(SYNC)

    assert text(world) == DIGEST.replace(TITLE, "Masks").replace(
        "https://github.com/lab/mask", "https://masks.org"
    )
    assert "https://masks.org" in world.links("Masks").values()
    assert settled(world)


def test_an_item_restored_after_the_merge_is_linked_with_its_entry_as_before(world: World) -> None:
    _, other = merge_both(world)
    world.push(SYNC)
    world.change(other, deleted=0)
    world.edit("notes.md", (SECOND, "Restoring Images"))

    plan = world.push(SYNC).prepared.plan

    assert world.items()[other]["title"] == "Restoring Images"
    assert reports(plan, MergedOtherWork) == []
    assert settled(world)


def test_an_item_restored_after_the_merge_gets_the_links_again_that_went_with_it(
    world: World,
) -> None:
    code = "https://github.com/lab/mask"
    keep, other = world.key(SECOND), world.key(TITLE)
    world.merge(keep, other)
    world.push(SYNC)

    world.change(other, deleted=0)
    world.push(SYNC)

    assert text(world) == DIGEST
    assert code in world.links(TITLE).values()
    assert settled(world)


CODE = "https://github.com/lab/mask"


def restore(world: World, key: str, *, is_kept_live: bool) -> None:
    """Take an item out of the trash; the item it was merged into stays, or takes its place."""
    world.change(key, deleted=0)
    if not is_kept_live:
        world.change(OWN, deleted=1)


@pytest.mark.parametrize("is_kept_live", [True, False])
def test_an_item_restored_before_a_sync_gets_the_links_again_that_went_with_it(
    world: World, is_kept_live: bool
) -> None:
    ours = world.key(TITLE)
    own_item(world, title="Masks")
    restore(world, ours, is_kept_live=is_kept_live)

    world.push(SYNC)

    assert text(world) == DIGEST
    assert world.links(TITLE) == {"code": CODE}
    assert settled(world)


def test_an_item_restored_before_a_sync_gets_a_link_again_that_its_entry_once_lacked(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    link = f", [code]({CODE})"
    world.markdown("notes.md", DIGEST.replace(link, ""))
    world.first_push(SYNC)
    world.markdown("notes.md", DIGEST)
    world.push(SYNC)
    ours = world.key(TITLE)
    own_item(world, title="Masks")
    restore(world, ours, is_kept_live=False)

    world.push(SYNC)

    assert text(world) == DIGEST
    assert world.links(TITLE) == {"code": CODE}
    assert settled(world)


def test_an_item_restored_before_a_sync_gets_a_link_again_that_was_edited_since(
    world: World,
) -> None:
    ours = world.key(TITLE)
    own_item(world, title="Masks")
    (link,) = (key for key, one in world.children("Masks").items() if "url" in one)
    world.change(link, url="https://masks.org")
    restore(world, ours, is_kept_live=True)

    world.push(SYNC)

    assert text(world) == DIGEST
    assert world.links(TITLE) == {"code": CODE}
    assert world.links("Masks") == {"code": "https://masks.org"}
    assert settled(world)


@pytest.mark.parametrize("is_link_new", [True, False])
def test_a_pull_after_an_item_was_restored_leaves_its_links_for_a_push(
    tmp_path: Path, is_link_new: bool
) -> None:
    world = World(tmp_path)
    if is_link_new:
        world.markdown("notes.md", DIGEST.replace(f", [code]({CODE})", ""))
        world.push(SYNC)
    world.markdown("notes.md", DIGEST)
    world.push(SYNC)
    ours = world.key(TITLE)
    own_item(world, title="Masks")
    restore(world, ours, is_kept_live=False)

    world.push(Options(intent.PULL))

    assert text(world) == DIGEST
    assert world.links(TITLE) == {}
    world.push(SYNC)
    assert text(world) == DIGEST
    assert world.links(TITLE) == {"code": CODE}


@pytest.mark.parametrize("is_kept_live", [True, False])
@pytest.mark.parametrize("is_synced_between", [True, False])
def test_a_link_that_a_restored_item_got_again_can_be_removed_in_zotero(
    world: World, is_kept_live: bool, is_synced_between: bool
) -> None:
    keep, other = world.key(SECOND), world.key(TITLE)
    world.merge(keep, other)
    if is_synced_between:
        world.push(SYNC)
    world.change(other, deleted=0)
    if not is_kept_live:
        world.change(keep, deleted=1)
    world.push(SYNC)
    (link,) = (key for key, one in world.children(TITLE).items() if "url" in one)
    assert CODE in text(world).partition(SECOND)[0]
    world.change(link, deleted=1)

    world.push(SYNC)

    assert CODE not in text(world).partition(SECOND)[0]
    assert settled(world)


def test_edits_of_a_restored_item_in_zotero_travel_beside_the_links_that_left_it(
    world: World,
) -> None:
    world.edit("notes.md", (f"[code]({CODE})", f"[code]({CODE}), [page](https://masks.org)"))
    world.push(SYNC)
    ours = world.key(TITLE)
    (page,) = (k for k, one in world.children(TITLE).items() if one.get("title") == "page")
    own_item(world, title="Masks")
    world.change(page, parentItem=ours, deleted=1)
    restore(world, ours, is_kept_live=False)
    world.change(ours, date="2024", tags=[])

    world.push(SYNC)

    assert CODE in text(world)
    assert "2024" in text(world)
    assert settled(world)


def test_without_a_lock_file_an_item_restored_after_a_merge_gets_a_note_of_its_own(
    world: World,
) -> None:
    """Its entry is found again by identifier; the note that moved stays with the other item."""
    other = world.key(TITLE)
    own_item(world)
    world.change(other, deleted=0)
    world.forget()

    world.push(SYNC)

    assert text(world) == DIGEST
    parents = [one["parentItem"] for one in world.notes().values()]
    assert (parents.count(other), parents.count(OWN)) == (1, 1)
    assert settled(world)


def test_relink_makes_an_item_for_the_entry_of_the_other_work(world: World) -> None:
    keep, _ = merge_both(world)
    world.push(SYNC)

    world.push(Options(intent.Sync(relink=True)))

    assert text(world) == DIGEST
    assert world.key(TITLE) == keep
    assert world.item(SECOND)["archiveID"] == "arXiv:2401.00001"
    assert "It restores images." in world.note(SECOND)
    assert settled(world)


UNNAMED = """\
> **Mask Regions with Convolutional Networks**
> *ICCV 2017*
> Task: instance segmentation
>
> - One stage more.
"""


def test_two_entries_of_one_work_share_the_item_and_none_is_rewritten(tmp_path: Path) -> None:
    world = World(tmp_path)
    digest = notes(MASK, UNNAMED)
    world.markdown("notes.md", digest)
    world.first_push(SYNC)
    keep = world.key(TITLE)
    world.merge(keep, world.key("Mask Regions with Convolutional Networks"))

    plan = world.push(SYNC).prepared.plan

    assert text(world) == digest
    (report,) = reports(plan, Followed)
    assert isinstance(report, Followed)
    assert (report.key, len(report.others)) == (keep, 1)
    assert {one.name for one in reports(plan, DivergedField) if isinstance(one, DivergedField)} == {
        "title", "venue", "year",
    }  # fmt: skip
    assert settled(world)
    assert text(world) == digest


def test_an_edit_of_one_of_two_entries_with_one_item_leaves_the_other_as_it_is(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    digest = notes(MASK, UNNAMED)
    world.markdown("notes.md", digest)
    world.first_push(SYNC)
    keep = world.key(TITLE)
    world.merge(keep, world.key("Mask Regions with Convolutional Networks"))
    world.push(SYNC)
    world.edit("notes.md", (TITLE, "Masks"), ("One stage more.", "One stage less."))

    world.push(SYNC)

    assert text(world) == digest.replace(TITLE, "Masks").replace("stage more", "stage less")
    assert world.items()[keep]["title"] == "Masks"
    html = [str(one["note"]) for one in world.children("Masks").values() if "note" in one]
    assert sum("One stage less." in one for one in html) == 1
    assert settled(world)


def test_items_merged_one_into_the_next_are_followed_to_the_last(world: World) -> None:
    own_item(world, itemType="preprint")
    world.put(LibraryItem("LASTLAST", 0, {"itemType": "preprint", "title": TITLE}))
    world.merge("LASTLAST", OWN)

    plan = world.push(SYNC).prepared.plan

    (report,) = reports(plan, Followed)
    assert isinstance(report, Followed)
    assert report.key == "LASTLAST"
    assert text(world) == DIGEST


@pytest.mark.parametrize("synced_between", [True, False])
@pytest.mark.parametrize("titles", [(TITLE, SECOND), (SECOND, TITLE)])
def test_of_items_merged_one_into_the_next_the_entry_of_the_last_goes_on(
    world: World, titles: tuple[str, str], synced_between: bool
) -> None:
    """Zotero hands the relations of an item on, so the last one names all that came to it."""
    kept, other = titles
    row_ids = {one.item: one.id for one in world.plan(SYNC).rows}
    row_id, first = row_ids[world.key(kept)], world.key(kept)
    world.merge(first, world.key(other))
    if synced_between:
        world.push(SYNC)
    world.put(LibraryItem(OWN, 0, {"itemType": "webpage", "title": kept}))
    world.merge(OWN, first)
    if synced_between:
        uris = [f"http://zotero.org/users/1/items/{key}" for key in row_ids]
        world.change(OWN, relations={"dc:replaces": uris})

    plan = world.push(SYNC).prepared.plan

    (followed,), (ended,) = reports(plan, Followed), reports(plan, MergedOtherWork)
    assert isinstance(followed, Followed)
    assert isinstance(ended, MergedOtherWork)
    assert (followed.row.id, followed.key) == (row_id, OWN)
    assert ended.row.id != row_id
    assert text(world) == DIGEST
    assert settled(world)


def test_entries_of_a_bib_whose_items_are_merged_stay_as_they_are(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.configure(
        '[[digest]]\npath = "notes.md"\n\n'
        '[[bibliography]]\npath = "refs.bib"\npush = true\npull = true\n'
    )
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    world.push(SYNC)
    before = (world.root / "refs.bib").read_text(encoding="utf-8")
    assert settled(world)
    merge_both(world)

    world.push(SYNC)

    assert text(world) == DIGEST
    assert (world.root / "refs.bib").read_text(encoding="utf-8") == before
    assert settled(world)


def test_an_entry_and_its_own_entry_of_a_bib_are_no_duplicates_after_a_merge(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.configure(
        '[[digest]]\npath = "notes.md"\n\n'
        '[[bibliography]]\npath = "refs.bib"\npush = true\npull = true\n'
    )
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    merge_both(world)
    world.push(SYNC)

    assert duplicates_in(world.workspace()).duplicates == ()


BIB = """\
@inproceedings{he2017mask,
  title = {Mask Regions with Convolutional Networks},
  author = {He, Kaiming},
  year = {2017}
}

@misc{he2018masks,
  title = {Masks of Regions by Convolution},
  author = {He, K. and Girshick, Ross},
  year = {2018}
}
"""


@pytest.mark.parametrize("ids", [("", ""), ("10.1000/one", "10.1000/two")])
def test_entries_of_a_hand_kept_bib_whose_items_are_merged_stay_as_they_are(
    tmp_path: Path, ids: tuple[str, str]
) -> None:
    world = World(tmp_path)
    world.configure('[[bibliography]]\npath = "refs.bib"\nitems = "library"\npull = true\n')
    text = BIB
    for year, doi in zip(("2017", "2018"), ids, strict=True):
        text = text.replace(f"year = {{{year}}}", f"year = {{{year}}},\n  doi = {{{doi}}}")
    (tmp_path / "refs.bib").write_text(text, encoding="utf-8")
    people = [{"creatorType": "author", "firstName": "Kaiming", "lastName": "He"}]
    more = [*people, {"creatorType": "author", "firstName": "Ross", "lastName": "Girshick"}]
    world.put(
        LibraryItem(OWN, 0, {"itemType": "conferencePaper", "DOI": ids[0], "date": "2017",
                    "title": "Mask Regions with Convolutional Networks", "creators": people}),
        LibraryItem("LASTLAST", 0, {"itemType": "preprint", "DOI": ids[1], "date": "2018",
                    "title": "Masks of Regions by Convolution", "creators": more}),
    )  # fmt: skip
    world.push(SYNC)
    world.push(SYNC)
    before = (world.root / "refs.bib").read_text(encoding="utf-8")
    assert settled(world)
    world.merge(OWN, "LASTLAST")

    world.push(SYNC)

    assert (world.root / "refs.bib").read_text(encoding="utf-8") == before
    assert world.prepare(SYNC).is_settled


def test_a_merge_adds_no_entry_for_the_survivor_where_the_other_item_was_filed(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.markdown("notes.md", "# Notes\n\n## North\n\n" + MASK)
    world.markdown("more.md", "# More\n\n## South\n\n" + OTHER)
    world.first_push(SYNC)
    before = [(tmp_path / name).read_bytes() for name in world.digests]
    world.merge(world.key(TITLE), world.key(SECOND))

    plan = world.push(SYNC).prepared.plan

    assert [(tmp_path / name).read_bytes() for name in world.digests] == before
    assert {type(one) for one in plan.reports} == {MergedOtherWork}
    assert settled(world)


def test_a_merge_adds_no_entry_where_the_other_item_was_moved_before(tmp_path: Path) -> None:
    world = World(tmp_path)
    third = quoted("Reading Long Texts with Short Memories", "2402.00002")
    world.markdown("notes.md", f"# Notes\n\n## North\n\n{MASK}\n## South\n\n{third}")
    world.markdown("more.md", "# More\n\n" + OTHER)
    world.first_push(SYNC)
    before = [(tmp_path / name).read_bytes() for name in world.digests]
    world.change(world.key(TITLE), collections=[world.collections()["notes/South"]])
    world.merge(world.key(SECOND), world.key(TITLE))

    world.push(SYNC)

    assert [(tmp_path / name).read_bytes() for name in world.digests] == before
    assert settled(world)


def test_a_chain_of_merges_adds_no_entry_for_the_survivor(world: World) -> None:
    ours = world.key(TITLE)
    collection_row = world.collections()["notes"]
    for key in (OWN, "LASTLAST"):
        own = {"itemType": "document", "title": TITLE, "collections": [collection_row]}
        world.put(LibraryItem(key, 0, own))
    world.merge(OWN, ours)
    world.merge("LASTLAST", OWN)
    (world.root / "notes.md").write_text(notes(OTHER), encoding="utf-8")

    world.push(SYNC)

    assert text(world) == notes(OTHER)
    assert settled(world)


def test_after_a_merge_with_a_work_whose_entry_was_dropped_one_sync_is_enough(world: World) -> None:
    world.merge(world.key("Restoring Images with Shifted Windows"), world.key(TITLE))
    (world.root / "notes.md").write_text(notes(MASK), encoding="utf-8")

    world.push(SYNC)

    assert text(world) == notes(MASK)
    assert settled(world)


@pytest.mark.parametrize("is_dropped_first", [True, False])
def test_a_dropped_entry_does_not_come_back_for_the_survivor_of_a_merge_that_a_person_files(
    world: World, is_dropped_first: bool
) -> None:
    whole = below_a_heading(world)
    (world.root / "notes.md").write_text(notes(OTHER), encoding="utf-8")
    if is_dropped_first:
        world.push(SYNC)
    own_item(world)
    world.change(OWN, collections=[world.collections()["notes"]])

    plan = world.push(SYNC).prepared.plan

    assert text(world) == notes(OTHER)
    (report,) = reports(plan, AddedItem)
    assert isinstance(report, AddedItem)
    assert report.key == OWN
    assert "write it into the digest to link it again" in report.reason
    assert settled(world)
    (world.root / "notes.md").write_text(whole, encoding="utf-8")
    world.push(SYNC)
    plan = world.push(SYNC).prepared.plan
    assert reports(plan, AddedItem) == []
    assert text(world) == whole
    assert world.shelved(TITLE) == {"notes", "notes/Vision"}
    assert settled(world)


def test_a_survivor_of_another_work_than_a_dropped_entry_becomes_an_entry_when_it_is_filed(
    world: World,
) -> None:
    below_a_heading(world)
    (world.root / "notes.md").write_text(notes(OTHER), encoding="utf-8")
    own_item(world, itemType="preprint", archiveID="arXiv:2402.00002", title="Masks of Others")
    world.change(OWN, collections=[world.collections()["notes"]])

    plan = world.push(SYNC).prepared.plan

    assert (actions(plan).get("CreateEntry"), reports(plan, AddedItem)) == (1, [])
    assert settled(world)


def below_a_heading(world: World) -> str:
    """Have the entry whose item is merged below a heading, in sync; return the digest."""
    whole = f"{notes(OTHER)}\n## Vision\n\n{MASK}"
    (world.root / "notes.md").write_text(whole, encoding="utf-8")
    world.push(SYNC)
    return whole


def test_of_a_year_and_a_date_of_another_year_the_survivor_gets_the_first(tmp_path: Path) -> None:
    world = World(tmp_path)
    title = "A Study of Tokens in Model 1 for Images"
    world.markdown("notes.md", notes(quoted(title, "2402.10001", venue="CVPR 2024")))
    world.markdown("table.md", daily([row(1)]))
    world.first_push(SYNC)
    world.put(LibraryItem(OWN, 0, {"itemType": "conferencePaper", "title": title}))
    world.merge(OWN, next(key for key in world.items() if key != OWN))
    world.edit("table.md", ("2024-05-02", "2025-05-02"))

    plan = world.push(SYNC).prepared.plan

    assert world.items()[OWN]["date"] == "2024"
    found = [one for one in reports(plan, DivergedField) if isinstance(one, DivergedField)]
    assert [(one.name, one.at_entry, one.at_item) for one in found] == [
        ("date", "2025-05-02", "2024")
    ]
    assert settled(world)
