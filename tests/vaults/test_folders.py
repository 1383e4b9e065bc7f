"""Folders of a vault as collections, if that was chosen: files lead, and no file is ever moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.sync.world import World
from tests.vaults.test_laws import RULES, TITLES, a_note, linked, notes, only, planned, sync
from zoterodigest.core.plan.reports import AddedItem, Relocated

IN_FOLDERS = 'collection = "Reading/{folder}"\n'
PLACES = {"adam2015": "", "resnet2016": "Vision/Deep/", "vaswani2017": "Language/"}


def lay_out(world: World, rules: str, folders: Mapping[str, str] = PLACES) -> World:
    world.configure(RULES + rules)
    for key, folder in folders.items():
        path = world.root / "Papers" / folder / f"@{key}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(a_note(key))
    sync(world)
    return world


@pytest.fixture
def vault(world: World) -> World:
    return lay_out(world, IN_FOLDERS)


def places(world: World) -> dict[str, list[str]]:
    """Return the collections in which the item of each note is."""
    paths = {key: path for path, key in world.collections().items()}
    return {
        name: [paths[key] for key in world.item(title)["collections"]]
        for name, title in TITLES.items()
    }


def test_all_notes_of_a_vault_share_a_collection_unless_folders_are_chosen(world: World) -> None:
    lay_out(world, "")

    assert places(world) == {key: ["Papers"] for key in TITLES}


def test_a_folder_is_a_collection_if_that_was_chosen(vault: World) -> None:
    assert places(vault) == {
        "adam2015": ["Reading"],
        "resnet2016": ["Reading/Vision/Deep"],
        "vaswani2017": ["Reading/Language"],
    }
    assert sorted(vault.collections()) == [
        "Reading", "Reading/Language", "Reading/Vision", "Reading/Vision/Deep",
    ]  # fmt: skip
    assert planned(vault).is_settled


def test_folders_become_collections_when_that_is_chosen_later(world: World) -> None:
    lay_out(world, "")
    world.configure(RULES + IN_FOLDERS.replace("Reading", "Papers"))

    sync(world)

    assert places(world) == {
        "adam2015": ["Papers"],
        "resnet2016": ["Papers/Vision/Deep"],
        "vaswani2017": ["Papers/Language"],
    }
    assert planned(world).is_settled


def test_a_folder_with_notes_holds_those_within_it_when_that_is_chosen_later(
    world: World,
) -> None:
    # The inner folder comes first in the order of the files.
    lay_out(world, "", {"adam2015": "", "resnet2016": "Vision/2024/", "vaswani2017": "Vision/"})
    world.configure(RULES + IN_FOLDERS.replace("Reading", "Papers"))

    sync(world)

    assert places(world) == {
        "adam2015": ["Papers"],
        "resnet2016": ["Papers/Vision/2024"],
        "vaswani2017": ["Papers/Vision"],
    }
    assert planned(world).is_settled


def test_notes_that_came_while_a_file_was_missing_are_no_news_when_folders_become_collections(
    world: World,
) -> None:
    lay_out(world, "", {"adam2015": "", "resnet2016": "Vision/"})
    missing = world.root / "Papers/@adam2015.md"
    text = missing.read_text()
    missing.unlink()
    lay_out(world, "", {"vaswani2017": "Vision/"})
    missing.write_text(text)
    world.configure(RULES + IN_FOLDERS.replace("Reading", "Papers"))

    assert not only(planned(world).plan, AddedItem)


def test_an_item_goes_with_its_file_into_the_collection_of_the_folder(vault: World) -> None:
    papers = vault.root / "Papers"
    (papers / "Language/@vaswani2017.md").rename(papers / "Vision/@vaswani2017.md")

    sync(vault)

    assert places(vault)["vaswani2017"] == ["Reading/Vision"]
    # Collections are the person's to delete.
    assert "Reading/Language" in vault.collections()
    assert planned(vault).is_settled


def test_an_item_that_is_moved_in_the_library_moves_no_file(vault: World) -> None:
    texts = notes(vault)
    vision = vault.collections()["Reading/Vision"]
    vault.change(linked(vault)["Papers/Language/@vaswani2017.md"], collections=[vision])

    reports = only(planned(vault).plan, Relocated)
    sync(vault)

    assert len(reports) == 1
    assert notes(vault) == texts
    assert places(vault)["vaswani2017"] == ["Reading/Vision"]
    assert planned(vault).plan.actions == ()


def rename_collection(world: World, path: str, name: str) -> None:
    known = {one.key: one for one in world.library.read().collections}
    world.library.write_collections([replace(known[world.collections()[path]], name=name)])


@pytest.mark.parametrize("rules", ["", IN_FOLDERS])
def test_a_collection_that_is_renamed_in_the_library_stays_that_of_its_folder(
    world: World, rules: str
) -> None:
    lay_out(world, rules)
    texts = notes(world)
    (path,) = places(world)["resnet2016"]
    rename_collection(world, path, "Deep Nets")
    sync(world)
    assert notes(world) == texts

    new = world.root / "Papers/Vision/Deep/new.md"
    new.write_text('---\ntitle: "Another Paper About Deep Nets"\ndoi: 10.1234/abc\n---\n\nText.\n')
    sync(world)

    item = world.item("Another Paper About Deep Nets")
    assert item["collections"] == world.item(TITLES["resnet2016"])["collections"]
    assert planned(world).is_settled
