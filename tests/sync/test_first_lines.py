"""The first line of our note, which a person deletes or retypes: the lock file still knows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import MissingNote
from zoterodigest.library.port import LibraryItem
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
TITLE = "Restoring Images with Shifted Windows"
RULES = '[[digest]]\npath = "{}"\n{}[sync]\nhold = 0\n'
FRONT = f"---\ntitle: {TITLE}\ncitekey: liang2021\nyear: 2021\n---\n\n"
BLOCKS = "- It restores images.\n- It is fast.\n"

LIST = "notes.md", notes(quoted(TITLE, "2401.00001")), RULES.format("notes.md", "")
VAULT = "Papers/@liang2021.md", FRONT + BLOCKS, RULES.format("Papers/*.md", 'entry = "file"\n')


@pytest.fixture(params=[LIST, VAULT], ids=["list", "vault"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> World:
    """A digest or vault of one paper with two list items, in sync."""
    name, text, rules = request.param
    world = World(tmp_path)
    world.markdown(name, text)
    world.configure(rules)
    world.first_push(SYNC)
    return world


def file(world: World) -> str:
    return (world.root / world.digests[0]).read_text(encoding="utf-8")


def line(words: str) -> Callable[[str], str]:
    """Return what puts other HTML in place of the first line of a note."""
    return lambda html: editor_form(re.sub(r"<h2.*?</h2>", words, html, count=1))


def name_of(world: World) -> str:
    return str(re.findall(r"<h2[^>]*>(.*?)</h2>", world.note(TITLE))[0])


LINES = {
    "deleted": "",
    "half": "<h2>Summary</h2>",
    "nearly all": "<h1>Summary ·</h1>",
    "of level 1": "<h1>{}</h1>",
    "of level 4": "<h4>{}</h4>",
    "a paragraph": "<p>{}</p>",
}


@pytest.mark.parametrize("kind", LINES)
def test_a_note_without_its_first_line_is_synced_and_gets_the_line_back(
    world: World, kind: str
) -> None:
    key, name = world.note_key(TITLE), name_of(world)
    world.change_note(TITLE, line(LINES[kind].format(name)))
    assert "zd-" not in world.note(TITLE)
    assert world.plan(SYNC).is_settled
    world.change_note(TITLE, lambda html: html.replace("restores", "repairs"))

    world.push(SYNC)

    assert "- It repairs images.\n" in file(world)
    assert "Summary" not in file(world)
    assert world.plan(SYNC).is_settled
    world.edit(world.digests[0], ("It is fast.", "It is very fast."))
    world.push(SYNC)
    assert world.note_key(TITLE) == key
    assert "It repairs images." in world.note(TITLE)
    assert "It is very fast." in world.note(TITLE)
    assert re.findall(r'<h2 id="zd-\w+">(.*)</h2>', world.note(TITLE)) == [name]
    assert world.note(TITLE).count("Summary") == 1
    assert world.plan(SYNC).is_settled


def test_a_note_whose_first_line_was_edited_stays_as_it_is(world: World) -> None:
    world.change_note(TITLE, lambda html: re.sub(r"Summary · [^<]*", "Sum", html))

    world.edit(world.digests[0], ("It is fast.", "It is very fast."))
    world.push(SYNC)

    assert name_of(world) == "Sum"
    assert "It is very fast." in world.note(TITLE)
    assert "Sum" not in file(world)


def test_a_heading_typed_in_place_of_the_first_line_takes_no_text_with_it(world: World) -> None:
    world.change_note(TITLE, line("<h1>What I think</h1>"))

    world.push(SYNC)

    assert BLOCKS in file(world).replace("> ", "")
    assert reports(world.plan(SYNC), MissingNote) == []
    assert world.plan(SYNC).is_settled


def test_a_heading_private_in_place_of_the_first_line_is_not_made_public(world: World) -> None:
    secret = "<h2>Private</h2><p>secret</p><h2>Summary</h2>"
    world.change_note(TITLE, line(secret))

    world.push(SYNC)

    assert "secret" not in file(world)
    assert "<h2>Private</h2>\n<p>secret</p>" in world.note(TITLE)


def test_a_note_with_neither_line_nor_text_counts_as_deleted(world: World) -> None:
    before = file(world)
    world.change(world.note_key(TITLE), note="")

    world.push(SYNC)

    assert file(world) == before
    assert len(reports(world.plan(SYNC), MissingNote)) == 1


def test_a_copy_of_our_note_is_never_taken_for_it(world: World) -> None:
    key = world.note_key(TITLE)
    data = {"itemType": "note", "parentItem": world.key(TITLE), "note": world.note(TITLE)}
    world.put(LibraryItem("22222222", 0, data))

    world.edit(world.digests[0], ("It is fast.", "It is very fast."))
    world.push(SYNC)

    assert "It is very fast." in world.everything()[key]["note"]
    assert world.everything()["22222222"]["note"] == data["note"]
    assert world.plan(SYNC).is_settled


def test_a_note_that_says_what_another_said_stays_the_note_of_its_entry(world: World) -> None:
    """Its whole text was replaced by a copy of another note of ours, the first line included."""
    world.change_note(TITLE, lambda html: re.sub("zd-[a-z0-9]+", "zd-aaaaaaaaaa", html))

    world.edit(world.digests[0], ("It is fast.", "It is very fast."))
    world.push(SYNC)

    assert "It is very fast." in world.note(TITLE)
    assert world.plan(SYNC).is_settled
