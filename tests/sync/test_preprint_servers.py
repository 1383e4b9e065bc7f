"""A preprint server in a digest says nothing about where the work of a published item appeared."""

from __future__ import annotations

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import Conflict, DivergedField
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

TITLE = "Restoring Images with Shifted Windows"
OWN = "KEEPKEEP"
SYNC = Options(intent.SYNC)
DIGEST = notes(quoted(TITLE, "2401.00001", venue="arXiv 2024"))
HOMES = {
    "conferencePaper": "proceedingsTitle",
    "journalArticle": "publicationTitle",
    "webpage": "websiteTitle",
}


def own_item(world: World, **data: object) -> None:
    world.put(LibraryItem(OWN, 0, {"title": TITLE, "extra": "arXiv: 2401.00001", **data}))


def is_quiet(world: World) -> bool:
    plan = world.plan(SYNC)
    return plan.is_settled and not reports(plan, DivergedField) + reports(plan, Conflict)


@pytest.mark.parametrize("item_type", HOMES)
def test_an_adopted_item_that_is_no_preprint_gets_no_server_as_its_venue(
    world: World, item_type: str
) -> None:
    own_item(world, itemType=item_type)
    world.markdown("notes.md", DIGEST)

    world.push(SYNC)

    assert not world.items()[OWN].get(HOMES[item_type])
    assert world.items()[OWN]["itemType"] == item_type
    assert (world.root / "notes.md").read_text() == DIGEST
    assert is_quiet(world)


def test_a_survivor_of_a_merge_that_is_no_preprint_gets_no_server_as_its_venue(
    world: World,
) -> None:
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    own_item(world, itemType="conferencePaper")
    world.merge(OWN, next(key for key in world.items() if key != OWN))

    world.push(SYNC)

    assert "proceedingsTitle" not in world.items()[OWN]
    assert (world.root / "notes.md").read_text() == DIGEST
    assert is_quiet(world)


def test_a_new_item_takes_the_server_as_its_repository(world: World) -> None:
    world.markdown("notes.md", notes(quoted(TITLE, "2401.00001", venue="bioRxiv 2024")))

    world.first_push(SYNC)

    assert world.item(TITLE)["repository"] == "bioRxiv"
    assert is_quiet(world)


def test_a_venue_that_the_entry_gets_later_is_filled_in(world: World) -> None:
    own_item(world, itemType="conferencePaper")
    world.markdown("notes.md", DIGEST)
    world.push(SYNC)

    world.edit("notes.md", ("*arXiv 2024*", "*CVPR 2024*"))
    world.push(SYNC)

    assert "Computer Vision" in world.items()[OWN]["proceedingsTitle"]
    assert is_quiet(world)


def test_a_venue_that_the_item_gets_later_comes_into_the_entry(world: World) -> None:
    own_item(world, itemType="conferencePaper")
    world.markdown("notes.md", DIGEST)
    world.push(SYNC)

    world.change(OWN, proceedingsTitle="CVPR")
    world.push(SYNC)

    text = (world.root / "notes.md").read_text()
    assert text == DIGEST.replace("*arXiv 2024*", "*CVPR 2024*")
    assert is_quiet(world)


def test_a_venue_that_the_item_has_already_is_reported(world: World) -> None:
    own_item(world, itemType="conferencePaper", proceedingsTitle="CVPR")
    world.markdown("notes.md", DIGEST)

    plan = world.push(SYNC).prepared.plan

    found = [one.name for one in reports(plan, DivergedField) if isinstance(one, DivergedField)]
    assert found == ["venue"]
    assert world.items()[OWN]["proceedingsTitle"] == "CVPR"


def test_a_preprint_that_becomes_a_published_item_keeps_the_entry(world: World) -> None:
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)

    data = {"itemType": "conferencePaper", "repository": "", "archiveID": ""}
    world.change(world.key(TITLE), **data, extra="arXiv: 2401.00001")
    world.push(SYNC)

    assert (world.root / "notes.md").read_text() == DIGEST
    assert is_quiet(world)
