"""Undo of runs that changed the type of an item: Zotero moves fields to others, and drops some."""

from __future__ import annotations

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.test_undo import GAN, SYNC, digest, live, undone
from tests.sync.world import World

ARXIV, WORKSHOP = "arXiv 2024", "NeurIPS 2024 Workshop"


@pytest.fixture
def retyped(world: World) -> World:
    """A preprint that a sync made a conference paper. Nobody knows the publisher of its venue."""
    world.markdown("Notes.md", notes(quoted(GAN, "2401.00002", venue=ARXIV)))
    world.first_push(SYNC)
    world.change(world.key(GAN), repository="arXiv")
    world.edit("Notes.md", (ARXIV, WORKSHOP))
    world.push(SYNC)
    assert world.item(GAN)["itemType"] == "conferencePaper"
    assert "publisher" not in world.item(GAN)
    return world


def test_a_redo_does_not_turn_the_repository_into_a_publisher(retyped: World) -> None:
    markdown, library = digest(retyped), live(retyped)
    undone(retyped)
    assert retyped.item(GAN)["itemType"] == "preprint"

    done = undone(retyped, 3)

    assert done.declined == ()
    assert (digest(retyped), live(retyped)) == (markdown, library)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        pytest.param("pages", "1-10", id="without a place"),
        pytest.param("publisher", "My Press", id="place taken"),
    ],
)
def test_what_somebody_filled_in_since_keeps_the_type(
    retyped: World, field: str, text: str
) -> None:
    retyped.change(retyped.key(GAN), **{field: text})
    now = live(retyped)

    done = undone(retyped)

    assert live(retyped) == now
    [declined] = done.declined
    assert declined.reason == f"{field} changed since: a preprint has no place for it"


def test_what_has_a_place_in_the_earlier_type_stays(retyped: World) -> None:
    retyped.change(retyped.key(GAN), place="Paris", abstractNote="Mine.")

    done = undone(retyped)

    assert done.declined == ()
    item = retyped.item(GAN)
    assert (item["itemType"], item["place"]) == ("preprint", "Paris")
    assert (item["repository"], item["abstractNote"]) == ("arXiv", "Mine.")


def test_a_type_that_somebody_chose_since_stays(retyped: World) -> None:
    retyped.change(retyped.key(GAN), itemType="journalArticle")
    now = live(retyped)

    done = undone(retyped)

    assert live(retyped) == now
    assert {one.reason for one in done.declined} >= {"itemType has changed since"}
