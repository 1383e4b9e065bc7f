"""Undo beside a .bib that may be edited: what a person wrote into it is an edit again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.commands import Command, words
from tests.sync.disturbing import kills
from tests.sync.test_killed_undo import ATTENTION, BIB, in_a_bib
from tests.sync.test_structure import RESNET, SYNC
from tests.sync.test_undo import GAN, SWIN, fail_at_the_end, history, live, undone
from tests.sync.trouble import silent, troubled
from tests.sync.world import Data, World
from zoterodigest.sync.apply.recording import Recording
from zoterodigest.sync.run.run import prepare
from zoterodigest.sync.syncing.sync_run import carry_out

MASK = "Mask R-CNN"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made_once(tmp_path, lambda: in_a_bib(tmp_path / "world"))
    return World(tmp_path / "world", ["notes.md"])


def text(world: World, name: str = "refs.bib") -> str:
    return (world.root / name).read_text(encoding="utf-8")


def edit_title(world: World, name: str = "refs.bib") -> None:
    world.edit(name, (ATTENTION, "Attention Is Plenty"))


def require_plenty(world: World, name: str = "refs.bib") -> None:
    """Sync; fail unless the person's title stands at both ends."""
    world.push(SYNC)
    assert "Attention Is Plenty" in text(world, name)
    assert "Attention Is Plenty" in world.keys_by_title()
    assert world.plan(SYNC).is_settled


@pytest.mark.parametrize("title", [ATTENTION, MASK], ids=["same entry", "other entry"])
def test_an_edit_in_a_bib_is_carried_again_where_the_undo_declines_something_else(
    world: World, title: str
) -> None:
    edit_title(world)
    world.change(world.key(title), date="2031")
    world.push(SYNC)
    world.edit("refs.bib", ("{2031}", "{2032}"))

    done = undone(world)

    assert [one.key for one in done.declined] == ["refs.bib"]
    assert ATTENTION in world.keys_by_title()
    require_plenty(world)
    assert "{2032}" in text(world)


def test_an_edit_in_a_digest_is_carried_again_where_the_undo_declines_something_else(
    world: World,
) -> None:
    edit_title(world, "notes.md")
    world.change(world.key(MASK), date="2031")
    world.push(SYNC)
    world.edit("notes.md", ("ICCV 2031", "ICCV 2032"))

    done = undone(world)

    assert [one.key for one in done.declined] == ["notes.md"]
    assert ATTENTION in world.keys_by_title()
    require_plenty(world, "notes.md")
    assert "ICCV 2032" in text(world, "notes.md")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("year = {2016}", "year = {2011}", id="year"),
        pytest.param("on Computer Vision and Pattern", "on Vision and Pattern", id="venue"),
        pytest.param("title = {Deep Residual", "title = {Deeper Residual", id="title"),
    ],
)
def test_each_field_edited_in_a_bib_is_carried_again_after_an_undo_in_part(
    world: World, old: str, new: str
) -> None:
    world.edit("refs.bib", (old, new))
    world.change(world.key(MASK), date="2031")
    world.push(SYNC)
    synced = text(world)
    world.edit("refs.bib", ("{2031}", "{2032}"))
    undone(world)

    world.push(SYNC)

    assert text(world) == synced.replace("{2031}", "{2032}")
    assert world.plan(SYNC).is_settled


def test_an_edit_in_a_bib_is_carried_again_when_an_older_run_is_undone(world: World) -> None:
    edit_title(world)
    world.push(SYNC)
    number = max(run.number for run in history(world).runs)
    world.change(world.key("Attention Is Plenty"), date="2031")
    world.push(SYNC)

    done = undone(world, number)

    assert done.declined == ()
    assert ATTENTION in world.keys_by_title()
    require_plenty(world)
    assert "{2031}" in text(world)


def test_an_edit_in_a_bib_stays_when_an_undo_in_part_is_done_again(world: World) -> None:
    edit_title(world)
    world.change(world.key(ATTENTION), date="2031")
    world.push(SYNC)
    world.edit("refs.bib", ("{2031}", "{2032}"))
    undone(world)

    undone(world, max(run.number for run in history(world).runs))

    assert "Attention Is Plenty" in world.keys_by_title()
    require_plenty(world)


def test_what_an_undo_in_part_takes_out_of_a_bib_comes_again_with_the_next_sync(
    world: World,
) -> None:
    rules = BIB.format("notes.md").replace("push = true", 'items = "library"')
    world.configure(rules)
    world.put_item("WNXTEM22", title="Mine", date="2024")
    world.change(world.key(MASK), date="2031")
    world.push(SYNC)
    assert "{Mine}" in text(world)
    world.edit("refs.bib", ("{2031}", "{2032}"))

    undone(world)

    assert "{Mine}" not in text(world)
    world.push(SYNC)
    assert "{Mine}" in text(world)
    assert world.plan(SYNC).is_settled


def test_what_a_run_wrote_into_a_bib_follows_the_item_where_an_undo_leaves_it(
    world: World,
) -> None:
    """Keywords do not go from a .bib to the item: as an edit they would stay there for good."""
    tags = world.item(MASK)["tags"]
    world.edit("notes.md", ("Task: segmentation", "Task: detection"))
    world.push(SYNC)
    world.edit(
        "refs.bib", ("  keywords = {detection},\n", "  keywords = {detection},\n  x = {},\n")
    )
    world.edit("notes.md", ("Task: detection", "Task: segmentation"))

    undone(world)

    assert world.item(MASK)["tags"] == tags
    world.push(SYNC)
    assert "keywords = {segmentation}" in text(world)
    assert world.plan(SYNC).is_settled


# --- a sync that was stopped ---------------------------------------------------------------------

EARLIER = "classification"
"""A tag that a library lists before that of the entry, behind which it is added."""


def add_a_tag(world: World) -> None:
    world.edit("notes.md", ("Task: image classification", f"Task: image classification; {EARLIER}"))


def test_an_undo_of_a_sync_killed_anywhere_takes_a_tag_out_of_the_bib_again(
    world: World, tmp_path: Path
) -> None:
    command = Command(in_a_bib, words("sync", "--yes"))
    add_a_tag(world)
    bib, library = text(world), live(world)
    last = history(world).runs[-1].number

    for killed in kills(command, world, tmp_path / "kills"):
        number = history(killed).runs[-1].number
        if number == last:
            continue
        assert undone(killed, number).declined == (), killed.root.name
        assert text(killed) == bib, killed.root.name
        assert tags_of(live(killed)) == tags_of(library), killed.root.name


def tags_of(items: dict[str, Data]) -> dict[str, object]:
    return {key: one.get("tags") for key, one in items.items()}


def test_an_undo_of_a_sync_that_stopped_at_its_end_takes_a_tag_out_of_the_bib_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_a_tag(world)
    bib = text(world)
    monkeypatch.setattr(Recording, "finish", fail_at_the_end)
    with pytest.raises(KeyboardInterrupt):
        world.push(SYNC)
    monkeypatch.undo()
    assert EARLIER in text(world)

    assert undone(world).declined == ()

    assert text(world) == bib


def test_an_undo_of_a_sync_that_stopped_beside_a_refused_item_takes_the_other_out_of_the_bib(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bib = text(world)
    entries = "\n".join(a_paper(title, number) for number, title in enumerate((SWIN, GAN)))
    world.edit("notes.md", ("## Language", f"{entries}\n## Language"))
    workspace = troubled(world, is_accepted=lambda _, data: data.get("title") != GAN)
    monkeypatch.setattr(Recording, "finish", fail_at_the_end)
    with pytest.raises(KeyboardInterrupt):
        carry_out(prepare(workspace, SYNC), silent)
    monkeypatch.undo()
    assert SWIN in text(world)
    assert GAN not in text(world)

    assert undone(world).declined == ()

    assert text(world) == bib
    assert SWIN not in {one.get("title") for one in live(world).values()}


def a_paper(title: str, number: int) -> str:
    return RESNET.replace("Deep Residual Learning for Image Recognition", title).replace(
        "1512.03385", f"2401.0000{number + 1}"
    )
