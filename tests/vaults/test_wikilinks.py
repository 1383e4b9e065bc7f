"""Wikilinks between the notes of a vault: links to items in Zotero, plain wikilinks in the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_adoption import name_as_a_groups
from tests.vaults.test_laws import RULES, a_note, path_of, planned, sync
from tests.vaults.test_quiet import OPTIONS
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.run.quiet_run import prepare_quietly, prepare_run
from zoterodigest.sync.syncing.sync_run import carry_out

TITLE = "A Method for Stochastic Optimization of Networks"
TARGET = "Deep Residual Learning for the Recognition of Images"
ITEM = "zotero://select/groups/7/items/RESNET22"
LINKED = f'<a href="{ITEM}" rel="noopener noreferrer nofollow">[[@resnet2016|ResNet]]</a>'
TEXT = "Compare [[@resnet2016|ResNet]] with [[nobody]] and [[Thoughts]]."


@pytest.fixture
def vault(world: World) -> World:
    """Two notes in a group's library, which has both items; the first links to the second."""
    name_as_a_groups(world, 7)
    return lay_out(world, "body = true\n")


def lay_out(world: World, rules: str) -> World:
    world.configure(RULES + rules)
    (world.root / "Papers").mkdir()
    world.put_item("ADAM2AAA", title=TITLE, date="2017", citationKey="adam2015")
    world.put_item("RESNET22", title=TARGET, date="2017", citationKey="resnet2016")
    path_of(world, "adam2015").write_text(a_note("adam2015", TEXT, "Another paragraph of it."))
    path_of(world, "resnet2016").write_text(a_note("resnet2016", "Very deep."))
    sync(world)
    return world


def test_a_wikilink_leads_to_the_item_in_the_note_and_the_file_stays(vault: World) -> None:
    text = path_of(vault, "adam2015").read_text()

    assert LINKED in vault.note(TITLE)
    assert vault.note(TITLE).count("<a ") == 1
    vault.change_note(TITLE, lambda html: editor_form(html) + "\n")
    sync(vault)
    assert path_of(vault, "adam2015").read_text() == text
    assert planned(vault).is_settled


def test_a_wikilink_to_a_note_whose_item_the_same_sync_makes_leads_there(world: World) -> None:
    name_as_a_groups(world, 7)
    world.configure(RULES + "body = true\n")
    (world.root / "Papers").mkdir()
    for key, text in (("adam2015", TEXT), ("resnet2016", "See [[@adam2015]].")):
        path_of(world, key).write_text(a_note(key, text))

    sync(world)

    items = {data["title"]: key for key, data in world.items().items()}
    for title, other in ((TITLE, TARGET), (TARGET, TITLE)):
        assert f'href="zotero://select/groups/7/items/{items[other]}"' in world.note(title)
    assert planned(world).is_settled


def test_an_edit_beside_the_link_changes_its_own_words(vault: World) -> None:
    path = path_of(vault, "adam2015")
    text = path.read_text()
    vault.change_note(TITLE, lambda html: html.replace("Compare ", "Do compare "))
    sync(vault)
    assert path.read_text() == text.replace("Compare ", "Do compare ")

    path.write_text(path.read_text().replace("Do compare", "Never compare"))
    sync(vault)

    assert f"Never compare {LINKED} with" in vault.note(TITLE)
    assert planned(vault).is_settled


def test_a_run_that_reads_one_note_knows_the_pages_of_all(vault: World) -> None:
    for _ in range(2):
        carry_out(prepare_run(vault.workspace(), OPTIONS), silent)
    path = path_of(vault, "adam2015")
    path.write_text(path.read_text().replace("Another paragraph", "[[@resnet2016|ResNet]]"))

    prepared = prepare_quietly(vault.workspace(), OPTIONS)

    assert prepared is not None
    carry_out(prepared, silent)
    assert vault.note(TITLE).count(LINKED) == 2


def test_no_link_leads_to_a_trial_library_which_zotero_does_not_have(world: World) -> None:
    lay_out(world, "")

    assert "<a " not in world.note(TITLE)
    assert "[[@resnet2016|ResNet]]" in world.note(TITLE)


@pytest.mark.parametrize(
    "change",
    [
        lambda html: html.replace(LINKED, "[[@resnet2016|ResNet]]"),
        lambda html: html.replace(ITEM, "zotero://select/library/items/RESNET22"),
    ],
    ids=["taken away", "led elsewhere"],
)
def test_a_link_that_a_person_changes_in_zotero_is_no_edit_of_the_file(
    vault: World, change: Callable[[str], str]
) -> None:
    text = path_of(vault, "adam2015").read_text()
    vault.change_note(TITLE, change)
    html = vault.note(TITLE)

    sync(vault)

    assert path_of(vault, "adam2015").read_text() == text
    assert vault.note(TITLE) == html
    assert planned(vault).is_settled


def test_a_page_that_is_linked_later_or_gone_changes_no_note(vault: World) -> None:
    html = vault.note(TITLE)
    path_of(vault, "resnet2016").unlink()
    title = "Thoughts About the Optimization of Networks"
    vault.put_item("READER23", title=title, date="2017")
    (vault.root / "Papers" / "Thoughts.md").write_text(
        f'---\ntitle: "{title}"\nyear: 2017\nzotero-key: groups/7/READER23\n---\n\nText.\n'
    )

    sync(vault)

    assert vault.note(TITLE) == html
    path = path_of(vault, "adam2015")
    path.write_text(path.read_text().replace("Compare", "Never compare"))
    sync(vault)
    assert f"Never compare {LINKED} with [[nobody]]" in vault.note(TITLE)
    assert '/groups/7/items/READER23" rel="noopener noreferrer nofollow">[[Thoughts]]</a>' in (
        vault.note(TITLE)
    )
