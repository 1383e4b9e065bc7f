"""The heading of a note that repeats its title follows the title, whoever edits it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_laws import RULES, TITLES, linked, notes, path_of, planned, sync, undo_last
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.quiet_run import prepare_run
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

KEY, OTHER, NEW = "adam2015", "resnet2016", "Adam: A Method for #1 Networks"


def lay_out(world: World, heading: str, more: str = "") -> str:
    """Sync two notes below a heading; return the file of the first."""
    world.configure(RULES + more)
    (world.root / "Papers").mkdir()
    for key in (KEY, OTHER):
        front = f'---\ntitle: "{TITLES[key]}"\ncitekey: {key}\nyear: 2017\n---\n'
        path_of(world, key).write_text(f"{front}\n{heading.format(TITLES[key])}\n\nMine.\n")
    for _ in range(2):
        carry_out(prepare_run(world.workspace(), Options(SYNC)), silent)
    assert planned(world).is_settled
    return path_of(world, KEY).read_text()


def retitle(world: World) -> None:
    path = path_of(world, KEY)
    path.write_text(path.read_text().replace(TITLES[KEY], NEW, 1))


@pytest.mark.parametrize("plan", [prepare_run, prepare], ids=["in part", "over everything"])
def test_the_heading_follows_a_title_that_is_edited_in_front_matter(
    world: World, plan: Callable[[Workspace, Options], Prepared]
) -> None:
    text = lay_out(world, "# {}")
    retitle(world)

    outcome = carry_out(plan(world.workspace(), Options(SYNC)), silent)

    assert outcome.failures == ()
    in_heading = NEW.replace("#1", r"\#1")
    expected = text.replace(TITLES[KEY], NEW, 1).replace(TITLES[KEY], in_heading)
    assert path_of(world, KEY).read_text() == expected
    assert "Networks" not in world.note(NEW)
    assert planned(world).is_settled


def test_the_heading_follows_a_title_that_is_edited_in_zotero(world: World) -> None:
    text = lay_out(world, "## [[@adam2015|{}]]")
    world.change(linked(world)["Papers/@adam2015.md"], title="Adam for Networks")

    sync(world)

    assert path_of(world, KEY).read_text() == text.replace(TITLES[KEY], "Adam for Networks")
    assert planned(world).is_settled


@pytest.mark.parametrize("heading", ["# What I think of it", "Mine, too: # {}"])
def test_a_heading_of_the_persons_own_follows_no_title(world: World, heading: str) -> None:
    text = lay_out(world, heading)
    retitle(world)

    sync(world)

    assert path_of(world, KEY).read_text() == text.replace(TITLES[KEY], NEW, 1)


def test_a_heading_stays_where_no_title_may_come_into_the_file(world: World) -> None:
    text = lay_out(world, "# {}", "pull = false\n")
    retitle(world)

    sync(world)

    assert path_of(world, KEY).read_text() == text.replace(TITLES[KEY], NEW, 1)
    assert planned(world).is_settled


def test_an_undone_sync_leaves_the_title_as_the_person_wrote_it(world: World) -> None:
    lay_out(world, "# {}")
    retitle(world)
    edited = notes(world)
    sync(world)

    undo_last(world)

    assert notes(world) == edited
    assert TITLES[KEY] in {data["title"] for data in world.items().values()}


@pytest.mark.parametrize(
    ("aliases", "title", "written"),
    [
        ("aliases: [{}, '@adam2015']", "Adam", "aliases: [Adam, '@adam2015']"),
        ('aliases:\n  - "{}"\n  - Mine', "Adam: #1", 'aliases:\n  - "Adam: #1"\n  - Mine'),
        ("alias: {}", "Adam", "alias: Adam"),
        ("aliases: [{}]", "Adam, Optimized", 'aliases: ["Adam, Optimized"]'),
        ("aliases: [The Adam Paper]", "Adam", "aliases: [The Adam Paper]"),
    ],
)
def test_an_alias_that_is_the_title_follows_it_and_others_stay(
    world: World, aliases: str, title: str, written: str
) -> None:
    world.configure(RULES)
    path = path_of(world, KEY)
    path.parent.mkdir()
    line = aliases.format(TITLES[KEY])
    path.write_text(
        f'---\ntitle: "{TITLES[KEY]}"\n{line}\ncitekey: {KEY}\nyear: 2017\n---\nMine.\n'
    )
    sync(world)
    world.change(linked(world)["Papers/@adam2015.md"], title=title)

    sync(world)

    head = f'---\ntitle: "{title}"\n{written}\ncitekey: {KEY}\n'
    assert path.read_text() == f"{head}year: 2017\n---\nMine.\n"
    assert planned(world).is_settled
