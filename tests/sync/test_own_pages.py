"""The page of a work itself, where a digest lists it among its links and an item in its `url`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.world import Data, World
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
TITLE = "Neural Networks, Manifolds, and Topology"
PAGE = "https://colah.github.io/posts/2014-03-NN/"
NOTES = f"""\
# Notes

> **{TITLE}**
> *2014*, [website]({PAGE})
> Task: topology
>
> - Layers fold space.
"""
LIST = f"""\
# A list

- [Segment Anything](https://arxiv.org/abs/2304.02643), ICCV 2023. [[code]](https://github.com/f/sa)
- [Mask R-CNN](https://arxiv.org/abs/1703.06870), ICCV 2017. [[code]](https://github.com/f/mask)
- [{TITLE}]({PAGE}), 2014. [[slides]](https://slides.example.org/nn)
"""
POST: Data = {
    "itemType": "blogPost",
    "title": TITLE,
    "creators": [{"creatorType": "author", "firstName": "Chris", "lastName": "Olah"}],
    "date": "2014",
    "url": PAGE,
}


def text(world: World, name: str = "notes.md") -> str:
    return (world.root / name).read_text(encoding="utf-8")


def test_a_link_that_is_the_items_url_needs_no_attachment(world: World) -> None:
    world.put(LibraryItem("HELDXX22", 0, POST))
    world.markdown("notes.md", NOTES)

    world.push(SYNC)

    assert world.links(TITLE) == {}
    assert world.plan(SYNC).is_settled


def test_the_items_url_stays_its_own_when_the_entry_gains_a_link(world: World) -> None:
    world.put(LibraryItem("HELDXX22", 0, POST))
    world.markdown("notes.md", NOTES)
    world.push(SYNC)
    world.edit("notes.md", (f"({PAGE})", f"({PAGE}), [code](https://github.com/colah/nn)"))

    world.push(SYNC)

    assert world.links(TITLE) == {"code": "https://github.com/colah/nn"}
    assert world.plan(SYNC).is_settled


def test_a_url_filled_in_in_zotero_takes_no_link_out_of_the_digest(world: World) -> None:
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    world.change(world.key(TITLE), url=PAGE)

    world.push(SYNC)

    assert text(world) == NOTES
    assert world.links(TITLE) == {"website": PAGE}
    assert world.plan(SYNC).is_settled


@pytest.mark.parametrize("first", ["notes.md", "list.md"])
def test_a_digest_that_shows_the_page_in_its_titles_spoils_no_other(
    tmp_path: Path, first: str
) -> None:
    world = World(tmp_path)
    world.put(LibraryItem("HELDXX22", 0, {**POST, "url": ""}))

    for name in sorted(("notes.md", "list.md"), key=first.__ne__):
        world.markdown(name, NOTES if name == "notes.md" else LIST)
        world.push(SYNC)

    assert (text(world), text(world, "list.md")) == (NOTES, LIST)
    assert world.item(TITLE)["url"] == PAGE
    assert world.plan(SYNC).is_settled


@pytest.mark.parametrize("url", [PAGE, "https://example.org/a(b)?c=[1]"])
def test_an_item_with_nothing_but_a_url_becomes_an_entry(world: World, url: str) -> None:
    world.markdown("notes.md", NOTES.replace(TITLE, "Another Post on Quite Another Thing"))
    world.first_push(SYNC)
    collection_row = world.collections()["notes"]
    world.put(LibraryItem("HELDXX22", 0, {**POST, "url": url, "collections": [collection_row]}))

    world.push(SYNC)

    assert f"> **{TITLE}**\n> *2014*, [" in text(world)
    assert world.links(TITLE) == {}
    assert world.plan(SYNC).is_settled


def test_an_address_with_a_blank_is_no_link_that_went(world: World) -> None:
    world.markdown("notes.md", NOTES)
    world.first_push(SYNC)
    (link,) = (key for key, data in world.children(TITLE).items() if "url" in data)
    world.change(link, url="https://example.org/a b")

    world.push(SYNC)

    assert text(world) == NOTES.replace(PAGE, "https://example.org/a%20b")
    assert world.plan(SYNC).is_settled
