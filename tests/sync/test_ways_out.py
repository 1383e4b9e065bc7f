"""Unlink forgets; remove takes back what the tool made and nobody has changed or used since."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import a_key
from tests.sync.digests import notes, quoted
from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.undo.remove_and_unlink import (
    apply_removal,
    failures_of_removal,
    prepare_remove,
)

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def pushed(world: World) -> World:
    """A pushed digest of two papers."""
    links = ("[code](https://github.com/lab/swin)",)
    world.markdown(
        "Notes.md",
        notes(quoted(SWIN, "2401.00001", links=links), quoted(GAN, "2401.00002")),
    )
    world.first_push()
    return world


def test_remove_of_what_nobody_touched_leaves_nothing(pushed: World) -> None:
    left = pushed.remove()

    assert left.kept == []
    assert (pushed.items(), pushed.collections()) == ({}, {})


def test_a_removal_tells_of_an_item_that_was_merged_into_one_of_the_persons_own(
    pushed: World,
) -> None:
    pushed.put(LibraryItem("WNXTEM22", 0, {"itemType": "preprint", "title": "An Item of My Own"}))
    moved = pushed.children(SWIN)
    pushed.merge("WNXTEM22", pushed.key(SWIN))

    left = pushed.remove()

    assert pushed.children("An Item of My Own") == {
        key: {**one, "parentItem": "WNXTEM22"} for key, one in moved.items()
    }
    assert [(one.title, one.reason) for one in left.kept if one.title == SWIN] == [
        (SWIN, "it was merged into another item, and what it had is there")
    ]


def test_remove_leaves_the_collection_of_an_item_that_somebody_edits_meanwhile(
    pushed: World,
) -> None:
    key, collection_rows = pushed.key(SWIN), pushed.collections()

    def edit(number: int) -> None:
        if number == 1:
            pushed.change(key, tags=pushed.item(SWIN)["tags"], abstractNote="Mine")

    removal = prepare_remove(troubled(pushed, before=edit))
    left = failures_of_removal(removal, apply_removal(removal, silent))

    assert {one.title for one in left} == {SWIN, "Notes"}
    assert pushed.keys_by_title().keys() == {SWIN}
    assert pushed.collections() == collection_rows
    pushed.change(key, abstractNote="")
    assert pushed.remove().kept == []
    assert (pushed.items(), pushed.collections()) == ({}, {})


def add_note(world: World) -> None:
    data = {"itemType": "note", "parentItem": world.key(SWIN), "note": "<p>Mine</p>"}
    world.put(LibraryItem("WNNTE222", 0, data))


def add_tag(world: World) -> None:
    world.change(world.key(SWIN), tags=[*world.item(SWIN)["tags"], {"tag": "to read"}])


def add_collection(world: World) -> None:
    world.put_shelf("WNSHELF2", "Thesis")
    placed = [*world.item(SWIN)["collections"], "WNSHELF2"]
    world.change(world.key(SWIN), collections=placed)


def add_relation(world: World) -> None:
    other = "http://zotero.org/users/1/items/WNFXLE33"
    world.change(world.key(SWIN), relations={"dc:relation": other})


def add_file(world: World) -> None:
    data = {"itemType": "attachment", "linkMode": "imported_file", "title": "PDF"}
    world.put(LibraryItem("WNFXLE22", 0, {**data, "parentItem": world.key(SWIN)}))


def change_field(world: World) -> None:
    world.change(world.key(SWIN), abstractNote="What I make of it")


def change_note(world: World) -> None:
    world.change_note(SWIN, lambda html: html.replace("It is fast.", "It is not fast."))


def add_field(world: World) -> None:
    world.change(world.key(SWIN), callNumber="QA 76")


def add_line_of_extra(world: World) -> None:
    world.change(world.key(SWIN), extra="Citation Key: swin")


@pytest.mark.parametrize(
    "use",
    [
        add_note,
        add_tag,
        add_collection,
        add_relation,
        add_file,
        change_field,
        change_note,
        add_field,
        add_line_of_extra,
    ],
)
def test_what_the_person_uses_or_changed_is_kept_and_told(
    pushed: World, use: Callable[[World], None]
) -> None:
    use(pushed)

    left = pushed.remove()

    assert pushed.keys_by_title().keys() == {SWIN}
    assert SWIN in {kept.title for kept in left.kept}
    assert all(kept.reason for kept in left.kept)


def test_remove_keeps_a_collection_that_the_person_renamed(pushed: World) -> None:
    (collection_row,) = pushed.library.read().collections
    pushed.library.write_collections([replace(collection_row, name="My Thesis")])

    left = pushed.remove()

    assert pushed.items() == {}
    assert list(pushed.collections()) == ["My Thesis"]
    assert [kept.reason for kept in left.kept] == ["this collection was renamed: it is yours now"]


def test_remove_keeps_a_collection_in_which_the_person_put_a_note_by_itself(
    pushed: World,
) -> None:
    (collection,) = pushed.library.read().collections
    data = {"itemType": "note", "note": "<p>Mine</p>", "collections": [collection.key]}
    pushed.put(LibraryItem("WNNXTE22", 0, data))

    pushed.remove()

    assert list(pushed.collections()) == [collection.name]
    assert not pushed.library.fetch(["WNNXTE22"])[0].is_trashed


def test_after_remove_nothing_comes_back_by_itself(pushed: World) -> None:
    pushed.remove()
    version = pushed.library.version()

    outcome = pushed.push()

    assert outcome.written == 0
    assert pushed.library.version() == version


def test_after_remove_relink_makes_everything_once_more(pushed: World) -> None:
    pushed.remove()

    pushed.push(Options(Sync(may_pull=False, relink=True)))

    assert pushed.keys_by_title().keys() == {SWIN, GAN}
    assert pushed.shelved(SWIN) == {"Notes"}
    assert "It is fast." in pushed.note(SWIN)
    assert pushed.links(SWIN) == {"code": "https://github.com/lab/swin"}
    assert pushed.plan().is_settled
    pushed.remove()
    assert pushed.items() == {}


def test_relink_brings_the_note_back_to_an_adopted_item(world: World) -> None:
    own = {"itemType": "preprint", "title": SWIN, "archiveID": "arXiv:2401.00001"}
    world.put(LibraryItem("WNXTEM22", 0, own))
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001")))
    world.push()
    world.remove()
    assert world.children(SWIN) == {}

    world.push(Options(Sync(may_pull=False, relink=True)))

    assert world.key(SWIN) == "WNXTEM22"
    assert "It is fast." in world.note(SWIN)
    assert world.plan().is_settled


def test_remove_keeps_a_link_of_an_adopted_item_that_the_person_changed(world: World) -> None:
    own = {"itemType": "preprint", "title": SWIN, "archiveID": "arXiv:2401.00001"}
    world.put(LibraryItem("WNXTEM22", 0, own))
    urls = ["https://github.com/lab/swin", "https://lab.example.org/swin"]
    links = (f"[code]({urls[0]})", f"[project]({urls[1]})")
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001", links=links)))
    world.push()
    found = {data.get("url"): key for key, data in world.children(SWIN).items()}
    world.change(found[urls[0]], url="https://github.com/lab/swin-2")

    left = world.remove()

    assert world.links(SWIN) == {"code": "https://github.com/lab/swin-2"}
    assert [one.reason for one in left.kept] == ["a link that was attached to it was changed"]


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.md")))
def test_remove_gives_adopted_items_back_as_they_were(
    name: str, world: World, tmp_path: Path
) -> None:
    """The person has every paper already, with its title and address alone."""
    for path in (*EXAMPLES.glob("*.toml"), EXAMPLES / name):
        shutil.copy(path, world.root / path.name)
    world.digests.append(name)
    made = World(tmp_path / "made", [name])
    shutil.copytree(world.root, made.root)
    made.push()
    kept = ("itemType", "title", "url", "archiveID", "creators")
    own = [
        LibraryItem(a_key(number), 0, {field: data[field] for field in kept if field in data})
        for number, data in enumerate(made.items().values())
    ]
    world.put(*own)
    before = world.items()
    world.push()
    assert all(data["tags"] or data["collections"] for data in world.items().values())

    world.remove()

    assert world.items() == before


def test_unlink_then_relink_adopts_what_is_there(pushed: World) -> None:
    before = pushed.everything()
    pushed.unlink()
    assert pushed.everything() == before

    outcome = pushed.push(Options(Sync(may_pull=False, relink=True)))

    assert outcome.written == 0
    assert pushed.everything() == before
    assert pushed.plan().is_settled
