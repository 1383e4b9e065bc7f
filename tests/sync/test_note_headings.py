"""Headings of our note that the person deletes, doubles or moves: nothing is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.digests import folded
from tests.sync.world import World
from zoterodigest.core.links.merge import ClashReason
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

TITLE = "A Paper about Perfectly Normal Things"
OTHER = "Another Paper that Has to Survive"
PULL, SYNC = Options(intent.PULL), Options(intent.SYNC)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A survey of two papers with two sections each, pushed."""
    world = World(tmp_path)
    made_once(tmp_path, lambda: a_survey(world))
    return World(tmp_path, ["Survey.md"])


def a_survey(world: World) -> None:
    sections = [("Key points", ("one", "two")), ("Limits", ("three", "four"))]
    entries = (
        folded(title, arxiv, sections=sections)
        for title, arxiv in ((TITLE, "2401.00001"), (OTHER, "2401.00002"))
    )
    world.markdown("Survey.md", "## Survey\n\n" + "\n---\n\n".join(entries))
    world.first_push()


def run(world: World, options: Options) -> FinishedRun:
    outcome = carry_out(prepare(world.workspace(), options), lambda done, total: None)
    assert outcome.failures == ()
    return outcome


def conflicts(plan: Plan) -> set[str]:
    return {one.name for one in plan.reports if isinstance(one, Conflict)}


def deleted(html: str) -> str:
    return html.replace("<h3>Limits</h3>\n", "")


def doubled(html: str) -> str:
    return html.replace("<h3>Limits</h3>", "<h3>Limits</h3>\n<p>five</p>\n<h3>Limits</h3>")


def swapped(html: str) -> str:
    html = html.replace("<h3>Limits</h3>", "<h3>\0</h3>")
    return html.replace("Key points", "Limits").replace("\0", "Key points")


def lowered(html: str) -> str:
    return html.replace("<h3>Limits</h3>", "<h4>Limits</h4>")


def split(html: str) -> str:
    return html.replace("<h3>Key points</h3>", "<h3>Key</h3>\n<h3>points</h3>")


def parted_by_the_persons_own(html: str) -> str:
    return html.replace("three", "</li></ul>\n<h3>Mine</h3>\n<ul><li>three")


def cut_off_by_the_persons_own(html: str) -> str:
    return html.replace("<h3>Limits</h3>", "<h3>Limits</h3>\n<h1>Mine</h1>")


def ours_doubled(html: str) -> str:
    heading = re.search(r"<h2 id=.*?</h2>", html)
    assert heading is not None
    return html.replace(heading.group(), f"{heading.group()}\n{heading.group()}")


def all_private(html: str) -> str:
    return html.replace("<h2 id", "<h1>Private</h1>\n<h2 id")


REARRANGED = [deleted, doubled, swapped, lowered, split, ours_doubled, all_private]
REARRANGED += [parted_by_the_persons_own, cut_off_by_the_persons_own]


@pytest.mark.parametrize("change", REARRANGED)
@pytest.mark.parametrize("options", [PULL, SYNC], ids=["pull", "sync"])
def test_sections_that_no_longer_correspond_are_a_conflict_and_nothing_is_written(
    world: World, change: Callable[[str], str], options: Options
) -> None:
    world.change_note(TITLE, lambda html: editor_form(change(html)))
    traces, notes = world.traces(), world.notes()

    outcome = run(world, options)

    found = (one for one in outcome.prepared.plan.reports if isinstance(one, Conflict))
    assert {one.why for one in found} == {ClashReason.NOTE_REARRANGED}
    assert (world.traces(), world.notes()) == (traces, notes)


@pytest.mark.parametrize("change", REARRANGED)
def test_an_edit_of_the_entry_waits_and_other_entries_and_fields_travel(
    world: World, change: Callable[[str], str]
) -> None:
    world.change_note(TITLE, lambda html: editor_form(change(html)))
    world.change_note(OTHER, lambda html: html.replace("three", "3"))
    world.change(world.key(TITLE), title=f"{TITLE} Again")
    note = world.note(f"{TITLE} Again")
    text = (world.root / "Survey.md").read_text("utf-8")
    mine = text.replace("* one\n", "* 1\n", 1)
    world.markdown("Survey.md", mine)

    outcome = run(world, SYNC)

    first, second = mine.split("\n---\n")
    expected = first.replace(f"<b>{TITLE}</b>", f"<b>{TITLE} Again</b>") + "\n---\n"
    assert "section:Key points" in conflicts(outcome.prepared.plan)
    assert world.note(f"{TITLE} Again") == note
    assert (world.root / "Survey.md").read_text("utf-8") == expected + second.replace("three", "3")


@pytest.mark.parametrize("change", REARRANGED)
def test_headings_that_are_put_right_again_end_the_conflict(
    world: World, change: Callable[[str], str]
) -> None:
    before = world.note(TITLE)
    world.change_note(TITLE, lambda html: editor_form(change(html)))
    run(world, SYNC)

    world.change_note(TITLE, lambda html: before.replace("four", "4"))
    outcome = run(world, SYNC)

    assert conflicts(outcome.prepared.plan) == set()
    assert (world.root / "Survey.md").read_text("utf-8").count("* 4\n") == 1
    assert run(world, SYNC).prepared.plan.is_settled


def test_a_section_of_the_persons_own_is_no_conflict_and_stays_in_the_note(world: World) -> None:
    world.change_note(
        TITLE, lambda html: html.replace("\n</div>", "\n<h3>Mine</h3>\n<p>x</p>\n</div>")
    )
    source = (world.root / "Survey.md").read_bytes()

    outcome = run(world, SYNC)

    assert conflicts(outcome.prepared.plan) == set()
    assert outcome.prepared.plan.is_settled
    assert (world.root / "Survey.md").read_bytes() == source


def test_what_has_no_place_in_markdown_stays_in_the_note_when_another_bullet_is_pushed(
    world: World,
) -> None:
    image = '<img alt="" width="9" height="9" data-attachment-key="ABCD2345">'
    shown = '(<span class="citation-item">Doe</span>)'
    citation = f'<span class="citation" data-citation="%7B%7D">{shown}</span>'
    highlight = '<span class="highlight" data-annotation="%7B%7D">“three”</span>'
    colour = '<span style="color: rgb(255, 0, 0);">four</span>'

    def decorated(html: str) -> str:
        html = html.replace("\ntwo\n", f"\ntwo {image} {citation}\n")
        return html.replace("\nthree\n", f"\n{highlight}\n").replace("\nfour\n", f"\n{colour}\n")

    world.change_note(TITLE, decorated)
    run(world, SYNC)
    text = (world.root / "Survey.md").read_text("utf-8")
    world.markdown("Survey.md", text.replace("* one\n", "* 1\n", 1))
    before = world.note(TITLE)

    run(world, SYNC)

    assert world.note(TITLE) == before.replace("\none\n", "\n1\n")
    item = world.key(TITLE)
    found = {one.key: one for one in prepare(world.workspace(), SYNC).gathered.contents.items}
    (note,) = found[item].notes.values()
    assert note.kept == ("image", "citation", "highlight", "colour")


TABLE = f"""\
| Title | 笔记 | Summary |
| --- | --- | --- |
| [{TITLE}](https://arxiv.org/abs/2401.00001) | Mine | One. |
| [{OTHER}](https://arxiv.org/abs/2401.00002) | - | N/A |
"""


def test_a_note_begins_with_the_summary_also_where_its_column_stands_behind_a_section(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.markdown("Table.md", TABLE)
    world.first_push()
    world.change_note(TITLE, lambda html: html.replace("One.", "Two."))

    outcome = run(world, SYNC)

    assert conflicts(outcome.prepared.plan) == set()
    assert (world.root / "Table.md").read_text("utf-8") == TABLE.replace("One.", "Two.")


def test_a_cell_that_only_says_that_there_is_no_text_becomes_no_note(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("Table.md", TABLE)
    world.first_push()

    assert world.children(OTHER) == {}
