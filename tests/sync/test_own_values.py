"""`remove` takes back what the tool made, and no value that a person gave in Zotero alone."""

from __future__ import annotations

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.world import World
from zoterodigest.library.port import LibraryItem

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
CODE = "Link: <https://github.com/lab/swin> code"
OWN = "Link: <https://lab.example.org/swin> demo"
LINKS_IN_EXTRA = '[[digest]]\npath = "Notes.md"\n\n[zotero]\nlinks = "extra"\n'
LISTED = f"""\
## Papers for 2024-12-05

| Title | Authors | Summary |
|-------|---------|---------|
| {SWIN} (Read more on [arXiv](https://arxiv.org/abs/2401.00001) or \
[HuggingFace](https://huggingface.co/papers/2401.00001))| Ada Lovelace, Alan Turing, et al. \
| It looks up. |
"""
NOT_SHOWN = "it has a value that none of its entries shows"


@pytest.fixture
def noted(world: World) -> World:
    """A digest of two papers; links live in Extra."""
    links = ("[code](https://github.com/lab/swin)",)
    entries = quoted(SWIN, "2401.00001", links=links), quoted(GAN, "2401.00002")
    world.markdown("Notes.md", notes(*entries))
    world.configure(LINKS_IN_EXTRA)
    return world


def kept_by_removal(world: World) -> list[tuple[str, str]]:
    """Remove; return title and reason of what stays."""
    return [(one.title, one.reason) for one in world.remove().kept]


def test_a_tag_edited_before_the_lock_file_was_lost_keeps_its_item(noted: World) -> None:
    noted.push()
    noted.change(noted.key(SWIN), tags=[{"tag": "task:denoising"}])
    noted.lock_path.unlink()
    noted.push()
    assert noted.tags(SWIN) == {"task:denoising", "task:image restoration"}

    assert kept_by_removal(noted) == [(SWIN, NOT_SHOWN)]

    assert noted.keys_by_title().keys() == {SWIN}
    assert "task:denoising" in noted.tags(SWIN)


def test_a_tag_edited_before_the_lock_file_was_lost_keeps_its_item_when_the_entry_goes(
    noted: World,
) -> None:
    noted.configure(LINKS_IN_EXTRA.replace("\n\n", '\nwhen_dropped = "trash"\n\n'))
    noted.push()
    noted.change(noted.key(SWIN), tags=[{"tag": "task:denoising"}])
    noted.lock_path.unlink()
    noted.push()

    noted.markdown("Notes.md", notes(quoted(GAN, "2401.00002")))
    noted.push()

    assert noted.keys_by_title().keys() == {SWIN, GAN}


def test_a_link_edited_in_extra_before_the_lock_file_was_lost_keeps_its_item(
    noted: World,
) -> None:
    noted.push()
    noted.change(noted.key(SWIN), extra=OWN)
    noted.lock_path.unlink()
    noted.push()
    assert noted.item(SWIN)["extra"].split("\n") == [OWN, CODE]

    assert kept_by_removal(noted) == [(SWIN, NOT_SHOWN)]

    assert OWN in noted.item(SWIN)["extra"]


def test_a_link_of_ones_own_in_extra_stays_when_ours_goes(noted: World) -> None:
    own = {"itemType": "preprint", "title": SWIN, "archiveID": "arXiv:2401.00001", "extra": OWN}
    noted.put(LibraryItem("WNXTEM22", 0, own))
    noted.push()
    assert noted.item(SWIN)["extra"].split("\n") == [OWN, CODE]

    noted.remove()

    assert noted.item(SWIN)["extra"] == OWN


def test_after_a_lost_lock_file_everything_goes_that_entries_show(world: World) -> None:
    for name, task in (("Notes.md", "image restoration"), ("More.md", "denoising")):
        world.markdown(name, notes(quoted(SWIN, "2401.00001", task=task)))
    world.push()
    assert world.tags(SWIN) == {"task:denoising", "task:image restoration"}
    world.lock_path.unlink()
    world.push()

    assert kept_by_removal(world) == []

    assert (world.items(), world.collections()) == ({}, {})


def test_a_date_completed_in_zotero_keeps_its_item(world: World) -> None:
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001", venue="arXiv 2024")))
    world.first_push()
    world.change(world.key(SWIN), date="2024-07-01")
    world.edit("Notes.md", ("It restores images.", "It restores most images."))
    world.push()

    assert kept_by_removal(world) == [(SWIN, NOT_SHOWN)]

    assert world.item(SWIN)["date"] == "2024-07-01"


def test_an_author_added_in_zotero_behind_et_al_keeps_its_item(world: World) -> None:
    world.markdown("Daily.md", LISTED)
    world.first_push()
    hidden = {"creatorType": "author", "firstName": "Grace", "lastName": "Hopper"}
    world.change(world.key(SWIN), creators=[*world.item(SWIN)["creators"], hidden])
    world.lock_path.unlink()
    world.push()

    assert kept_by_removal(world) == [(SWIN, NOT_SHOWN)]

    assert world.item(SWIN)["creators"][-1] == hidden


def test_authors_before_et_al_and_years_go_with_their_items(world: World) -> None:
    world.markdown("Daily.md", LISTED)
    world.markdown("Notes.md", notes(quoted(GAN, "2401.00002", venue="CVPR 2024")))
    world.first_push()
    world.lock_path.unlink()
    world.push()

    assert kept_by_removal(world) == []

    assert (world.items(), world.collections()) == ({}, {})
