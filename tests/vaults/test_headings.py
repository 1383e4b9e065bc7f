"""Headings that a person types into a note in Zotero: they arrive in the file with the text below.

The note of a file has no sections of its own: of its headings none but ours ends the text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_laws import planned, sync
from zoterodigest.core.plan.reports import HeldFile
from zoterodigest.core.reconcile.holding import TEXT_HIDDEN_IN_ZOTERO, TEXT_LOST_IN_ZOTERO
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.syncing.sync_run import carry_out

RULES = '[[digest]]\npath = "Papers/*.md"\nentry = "file"\n\n[sync]\nhold = 0\n'
TITLE = "A Paper about Headings in Notes of Zotero"
FRONT = f"---\ntitle: {TITLE}\ncitekey: headings2020\nyear: 2020\n---\n\n"
PARAGRAPHS = tuple(f"Paragraph {number} of my thoughts." for number in range(4))


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    made_once(tmp_path, lambda: a_vault_of_one_note(world))
    return world


def a_vault_of_one_note(world: World) -> World:
    """Return a vault of one note of four paragraphs, synced."""
    world.configure(RULES)
    write(world, "\n\n".join(PARAGRAPHS))
    sync(world)
    return world


def write(world: World, body: str) -> None:
    path = world.root / "Papers" / "@headings2020.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{FRONT}{body}\n")


def body(world: World) -> str:
    text = (world.root / "Papers" / "@headings2020.md").read_text()
    assert text.startswith(FRONT)
    return text.removeprefix(FRONT).rstrip("\n")


def type_in_zotero(world: World, change: Callable[[str], str]) -> None:
    def typed(html: str) -> str:
        changed = change(html)
        assert changed != html
        return editor_form(changed)

    world.change_note(TITLE, typed)


def before(text: str, html: str) -> Callable[[str], str]:
    return lambda note: note.replace(f"<p>{text}</p>", f"{html}\n<p>{text}</p>")


def words(text: str) -> list[str]:
    """Return the blocks of a file's text, each heading without its level."""
    return [re.sub(r"^#+ ", "# ", block) for block in text.split("\n\n")]


@pytest.mark.parametrize("level", range(1, 7))
@pytest.mark.parametrize("at", range(4))
def test_a_heading_typed_anywhere_arrives_and_takes_no_text_with_it(
    world: World, level: int, at: int
) -> None:
    type_in_zotero(world, before(PARAGRAPHS[at], f"<h{level}>My heading</h{level}>"))

    sync(world)

    assert words(body(world)) == [*PARAGRAPHS[:at], "# My heading", *PARAGRAPHS[at:]]
    assert planned(world).is_settled


@pytest.mark.parametrize("level", range(1, 7))
def test_text_below_a_heading_at_the_end_arrives_and_stays_in_sync(
    world: World, level: int
) -> None:
    heading = f"<h{level}>More</h{level}>\n<p>Typed in Zotero.</p>\n"
    type_in_zotero(world, lambda html: html.replace("</div>", f"{heading}</div>"))
    sync(world)

    type_in_zotero(world, lambda html: html.replace("Typed in Zotero.", "Typed anew."))
    write(world, body(world).replace("Paragraph 0", "Paragraph nought"))
    sync(world)

    wanted = [PARAGRAPHS[0].replace("0", "nought"), *PARAGRAPHS[1:], "# More", "Typed anew."]
    assert words(body(world)) == wanted
    note = world.note(TITLE)
    assert f"<h{level}>More</h{level}>\n<p>Typed anew.</p>" in note
    assert "<p>Paragraph nought of my thoughts.</p>" in note
    assert planned(world).is_settled


@pytest.mark.parametrize(
    ("above", "level"), [("", 2), ("# Mine\n\n", 1), ("### Mine\n\n", 3), ("##### Mine\n\n", 2)]
)
@pytest.mark.parametrize("typed", [1, 2, 3, 4])
def test_a_new_heading_has_the_level_of_most_others_in_its_file(
    world: World, above: str, level: int, typed: int
) -> None:
    write(world, above + body(world))
    sync(world)

    type_in_zotero(world, before(PARAGRAPHS[2], f"<h{typed}>New</h{typed}>"))
    sync(world)

    assert "\n\n" + "#" * level + " New\n\n" in body(world)
    assert planned(world).is_settled


def test_a_new_heading_ends_no_section_that_alone_is_synced(world: World) -> None:
    world.configure(RULES.replace('"file"', '"file"\nsections = ["Notes"]'))
    write(world, f"## Notes\n\n{body(world)}\n\n## More\n\nNot synced.")
    sync(world, Options(SYNC, accepts=True))

    type_in_zotero(world, before(PARAGRAPHS[2], "<h1>New</h1>"))
    sync(world)

    assert f"{PARAGRAPHS[1]}\n\n#### New\n\n{PARAGRAPHS[2]}" in body(world)
    assert planned(world).is_settled


def test_a_heading_edited_on_either_side_is_the_same_on_both(world: World) -> None:
    type_in_zotero(world, before(PARAGRAPHS[2], "<h2>Firts</h2>"))
    sync(world)

    write(world, body(world).replace("Firts", "First"))
    sync(world)
    assert ">First</h" in world.note(TITLE)
    type_in_zotero(world, lambda html: html.replace("First", "Last"))
    sync(world)

    assert words(body(world)) == [*PARAGRAPHS[:2], "# Last", *PARAGRAPHS[2:]]
    assert planned(world).is_settled


def test_a_private_part_of_the_note_stays_in_zotero_whatever_heading_follows(
    world: World,
) -> None:
    private = "<h1>Private</h1>\n<p>secret</p>\n<h1>Open</h1>\n<p>shown</p>\n"
    type_in_zotero(world, lambda html: html.replace("</div>", f"{private}</div>"))

    sync(world)

    assert words(body(world)) == [*PARAGRAPHS, "# Open", "shown"]
    assert "<p>secret</p>" in world.note(TITLE)
    assert planned(world).is_settled


@pytest.mark.parametrize("name", ["Abstract", "Annotations", "Reviews"])
@pytest.mark.parametrize("level", [1, 2, 4])
def test_a_heading_that_would_hide_text_in_the_file_is_refused(
    world: World, name: str, level: int
) -> None:
    world.configure(RULES.replace('"file"', '"file"\nprivate = ["Reviews"]'))
    sync(world)
    type_in_zotero(world, before(PARAGRAPHS[1], f"<h{level}>{name}</h{level}>"))

    outcome = carry_out(planned(world), silent)

    assert [one.reason for one in outcome.failures if name in one.reason]
    assert body(world) == "\n\n".join(PARAGRAPHS)
    assert all(one in world.note(TITLE) for one in PARAGRAPHS)


@pytest.mark.parametrize("name", ["Abstract", "Reviews"])
def test_a_heading_that_is_refused_holds_up_no_other_edit_of_its_note(
    world: World, name: str
) -> None:
    world.configure(RULES.replace('"file"', '"file"\nprivate = ["Reviews"]'))
    type_in_zotero(world, before(PARAGRAPHS[1], f"<h2>{name}</h2>\n<p>Typed below it.</p>"))
    type_in_zotero(world, lambda html: html.replace("Paragraph 0", "Paragraph nought"))
    type_in_zotero(world, lambda html: html.replace("Paragraph 1", "Paragraph one"))
    type_in_zotero(world, lambda html: html.replace("</div>", "<p>The last one.</p>\n</div>"))
    write(world, body(world).replace("Paragraph 2", "Paragraph two"))

    (failure,) = carry_out(planned(world), silent).failures

    texts = ("Paragraph nought", "Paragraph one", "Paragraph two", "Paragraph 3")
    written = [*(f"{text} of my thoughts." for text in texts), "The last one."]
    assert body(world).split("\n\n") == written
    assert f"“#### {name}” would not be read as it is" in failure.reason
    assert all(f"<p>{text}</p>" in world.note(TITLE) for text in (*written, "Typed below it."))
    # What arrived is in sync: it can be edited on either side.
    type_in_zotero(world, lambda html: html.replace("Paragraph one", "Paragraph 1"))
    write(world, body(world).replace("Paragraph nought", "Paragraph 0"))
    carry_out(planned(world), silent)
    type_in_zotero(world, lambda html: html.replace(f">{name}<", ">Mine<"))
    sync(world)
    texts = ("Paragraph 0", "Paragraph 1", "Paragraph two", "Paragraph 3")
    thoughts = [f"{text} of my thoughts." for text in texts]
    assert words(body(world)) == [
        thoughts[0],
        "# Mine",
        "Typed below it.",
        *thoughts[1:],
        "The last one.",
    ]
    assert planned(world).is_settled


def test_a_heading_whose_deletion_is_refused_stays_deleted_in_zotero_while_others_arrive(
    world: World,
) -> None:
    write(world, "## Abstract\n\nOf others.\n\n## Mine\n\n" + "\n\n".join(PARAGRAPHS))
    sync(world)
    type_in_zotero(world, lambda html: re.sub(r"<h\d>Mine</h\d>\n?", "", html))
    type_in_zotero(world, lambda html: html.replace("Paragraph 2", "Paragraph two"))

    for _run in range(2):
        assert len(carry_out(planned(world), silent).failures) == 1
        assert "## Mine" in body(world)
        assert "Paragraph two" in body(world)
        assert "Mine</h" not in world.note(TITLE)
        assert "Of others" not in world.note(TITLE)


# --- text that is gone from the note -------------------------------------------------------------


def held(world: World) -> list[str]:
    return [one.reason for one in planned(world).plan.reports if isinstance(one, HeldFile)]


def test_a_note_that_was_emptied_in_zotero_empties_its_file_only_if_it_is_accepted(
    world: World,
) -> None:
    file = body(world)
    type_in_zotero(world, lambda html: re.sub(r"(</h2>).*(</div>)", r"\1\2", html, flags=re.S))

    assert held(world) == [TEXT_LOST_IN_ZOTERO]
    sync(world)
    assert body(world) == file
    sync(world, Options(SYNC, accepts=True))

    assert body(world) == ""
    assert planned(world).is_settled


def test_a_heading_private_typed_in_zotero_takes_text_out_of_the_file_only_if_it_is_accepted(
    world: World,
) -> None:
    file = body(world)
    type_in_zotero(world, before(PARAGRAPHS[3], "<h2>Private</h2>"))

    assert held(world) == [TEXT_HIDDEN_IN_ZOTERO]
    sync(world)
    assert body(world) == file
    sync(world, Options(SYNC, accepts=True))

    assert body(world) == "\n\n".join(PARAGRAPHS[:3])
    assert PARAGRAPHS[3] in world.note(TITLE)
    assert planned(world).is_settled


def test_a_few_paragraphs_deleted_in_zotero_leave_the_file(world: World) -> None:
    type_in_zotero(world, lambda html: html.replace(f"<p>{PARAGRAPHS[1]}</p>\n", ""))

    sync(world)

    assert words(body(world)) == [PARAGRAPHS[0], *PARAGRAPHS[2:]]


def test_an_edit_in_the_file_is_no_loss_if_zotero_edited_most_paragraphs(world: World) -> None:
    type_in_zotero(world, lambda html: re.sub("Paragraph ([0-2]) of my", r"Nothing \1", html))
    write(world, body(world).replace("Paragraph 3", "The last"))

    sync(world)

    assert words(body(world)) == [
        *(f"Nothing {n} thoughts." for n in range(3)),
        "The last of my thoughts.",
    ]
    assert planned(world).is_settled


# --- histories -----------------------------------------------------------------------------------


def without(text: str, html: str) -> str:
    return html.replace(f"<p>{text}</p>", "")


def headings_and_paragraphs(html: str) -> list[str]:
    """Return what a note says, a block of a file each, its headings without their levels."""
    _, _, text = html.partition("</h2>")
    found = re.findall(r"<(h\d|p)[^>]*>(.*?)</\1>", text)
    return [f"# {words}" if tag[0] == "h" else words for tag, words in found]


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(1, 40))]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_history_of_headings_and_paragraphs_on_both_sides_loses_a_word(
    world: World, seed: int
) -> None:
    rng = random.Random(seed)
    alive, on_both = {*PARAGRAPHS}, {*PARAGRAPHS}

    for step in range(12):
        # Another paragraph, so that the sides never edit the same one between two runs.
        one, other = rng.sample(sorted(on_both), 2)
        heading, text = f"Heading {step}", f"New paragraph {step}."
        action = rng.choice(("heading", "heading", "paragraph", "in file", "delete"))
        if action == "heading":
            level = rng.randint(1, 6)
            type_in_zotero(world, before(one, f"<h{level}>{heading}</h{level}>"))
        elif action == "paragraph":
            type_in_zotero(world, before(one, f"<p>{text}</p>"))
            alive.add(text)
        elif action == "delete" and len(on_both) > 3:
            type_in_zotero(world, partial(without, one))
            alive.remove(one)
            on_both.remove(one)
        if rng.random() < 0.5 or action == "in file":
            mine = f"Typed in the file {step}."
            write(world, body(world).replace(other, f"{other}\n\n## Mine {step}\n\n{mine}"))
            alive.add(mine)
        if rng.random() < 0.6:
            sync(world)
            on_both = {*alive}
            assert {block for block in body(world).split("\n\n") if block[0] != "#"} == alive
            assert words(body(world)) == headings_and_paragraphs(world.note(TITLE))
            assert planned(world).is_settled
