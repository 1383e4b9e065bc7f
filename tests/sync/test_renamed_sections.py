"""A section's label is changed in the digest: the note gets the new heading for the old one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.sync.digests import folded
from tests.sync.world import World
from zoterodigest.core.plan.reports import Conflict

TITLE = "A Paper about Perfectly Normal Things"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A paper with three sections, pushed."""
    world = World(tmp_path)
    sections = [("Key points", ("one", "two")), ("Limits", ("three",)), ("Results", ("four",))]
    world.markdown("Survey.md", f"## Survey\n\n{folded(TITLE, '2401.00001', sections=sections)}")
    world.first_push()
    return world


def headings(world: World) -> list[str]:
    return re.findall("<h3>(.*?)</h3>", world.note(TITLE))


@pytest.mark.parametrize("name", ["Main point", "limits", "核心", "Key  points & <b>"])
def test_a_new_label_is_the_new_heading_of_the_same_text(world: World, name: str) -> None:
    html = world.note(TITLE)
    world.edit("Survey.md", ("<summary>Limits</summary>", f"<summary>{name}</summary>"))

    world.push()

    assert world.plan().is_settled
    assert world.plan().reports == ()
    assert len(headings(world)) == 3
    assert [headings(world)[0], headings(world)[2]] == ["Key points", "Results"]
    assert html.count("three") == world.note(TITLE).count("three")
    world.edit("Survey.md", ("* three", "* three, edited"))
    world.push()
    assert "three, edited" in world.note(TITLE)
    assert world.plan().is_settled


def test_two_labels_may_change_at_once(world: World) -> None:
    world.edit(
        "Survey.md", ("<summary>Limits<", "<summary>B<"), ("<summary>Results<", "<summary>C<")
    )

    world.push()

    assert headings(world) == ["Key points", "B", "C"]
    assert world.plan().is_settled


def test_what_a_person_put_under_the_old_heading_stays(world: World) -> None:
    private = "<h4>Private</h4>\n<p>mine</p>"
    world.change_note(
        TITLE, lambda html: html.replace("<h3>Results</h3>", f"{private}\n<h3>Results</h3>")
    )
    world.edit("Survey.md", ("<summary>Limits<", "<summary>New<"))

    world.push()

    assert private in world.note(TITLE)
    assert "New" in headings(world)
    assert world.plan().is_settled


def test_a_section_that_was_edited_in_the_note_too_is_kept(world: World) -> None:
    world.change_note(TITLE, lambda html: html.replace("three", "three, by Ben"))
    world.edit("Survey.md", ("<summary>Limits<", "<summary>New<"))

    world.push()

    assert "three, by Ben" in world.note(TITLE)
    assert headings(world) == ["Key points", "Limits", "New", "Results"]
    assert world.plan().is_settled


def test_a_section_that_was_edited_with_its_label_comes_beside_the_old_one(world: World) -> None:
    world.edit("Survey.md", ("<summary>Limits<", "<summary>New<"), ("* three", "* three, by Ada"))

    world.push()

    assert headings(world) == ["Key points", "Limits", "New", "Results"]
    assert world.plan().is_settled
    assert not [one for one in world.plan().reports if isinstance(one, Conflict)]
