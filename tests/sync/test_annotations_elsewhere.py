"""Annotations on two computers, the Zotero of one of which has not synced yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import a_file, a_highlight
from tests.sync.clones import cloned, pull_git, sync_zotero
from tests.sync.killing import copy
from tests.sync.test_list_annotations import (
    DIGEST,
    FILE,
    ONE,
    RULES,
    SYNC,
    TWO,
    kept,
    text,
    written,
)
from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

THREE = "MARK4444"
FILES = ("notes.md", "zoterodigest.lock")


@pytest.fixture
def here(tmp_path: Path) -> World:
    """A clone whose list shows two annotations."""
    (tmp_path / "here").mkdir()
    world = World(tmp_path / "here")
    world.configure(RULES)
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    world.put(a_file(world.key("Mask R-CNN"), FILE))
    world.put(
        a_highlight(FILE, ONE, text="Boxes first"),
        a_highlight(FILE, TWO, text="Masks last", sortIndex="00004|002000|00000"),
    )
    world.push(SYNC)
    return world


@pytest.fixture
def there(here: World) -> World:
    """A second clone with a copy of the same library, which has seen it as it is."""
    world = cloned(here)
    world.push(SYNC)
    return world


def left_alone(world: World) -> bool:
    """Tell whether a sync leaves the list and the lock file as they are."""
    before = [(world.root / name).read_bytes() for name in FILES]
    world.push(SYNC)
    return before == [(world.root / name).read_bytes() for name in FILES]


def test_one_that_a_library_has_not_heard_of_is_not_taken_for_erased(
    here: World, there: World
) -> None:
    here.put(a_highlight(FILE, THREE, text="Later", sortIndex="00009|000000|00000"))
    here.push(SYNC)
    pull_git(here, there)

    assert left_alone(there)
    assert [report.awaited for report in kept(there)] == [(THREE,)]

    sync_zotero(here, there)
    assert left_alone(there)
    assert kept(there) == []
    there.erase(THREE)
    there.push(SYNC)
    assert "Later" not in text(there)
    assert written(there) == {ONE, TWO}


def test_a_library_that_is_behind_does_not_write_an_older_comment(
    here: World, there: World
) -> None:
    here.change(ONE, annotationComment="So they say")
    here.push(SYNC)
    pull_git(here, there)

    assert left_alone(there)
    assert [report.awaited for report in kept(there)] == [(ONE,)]
    assert left_alone(there)

    sync_zotero(here, there)
    assert left_alone(there)
    assert kept(there) == []
    there.change(ONE, annotationComment="Do they?")
    there.push(SYNC)
    assert "Do they?" in text(there)


def test_one_that_changed_on_both_computers_is_written_as_the_library_has_it(
    here: World, there: World
) -> None:
    here.change(ONE, annotationComment="So they say")
    here.push(SYNC)
    pull_git(here, there)
    there.change(ONE, annotationComment="Do they?")

    there.push(SYNC)

    assert "Do they?" in text(there)
    assert kept(there) == []


def test_a_push_in_between_makes_nobody_think_that_it_was_seen(here: World, there: World) -> None:
    here.put(a_highlight(FILE, THREE, text="Later", sortIndex="00009|000000|00000"))
    here.push(SYNC)
    pull_git(here, there)

    there.push(Options(intent.PUSH))

    assert left_alone(there)
    assert [report.awaited for report in kept(there)] == [(THREE,)]


def test_without_a_memory_nothing_counts_as_erased(here: World) -> None:
    here.erase(ONE)
    here.lose_memory()

    assert left_alone(here)
    assert [report.awaited for report in kept(here)] == [(ONE,)]


def test_a_copy_to_another_library_forgets_none_and_takes_none_out(here: World) -> None:
    before, known = text(here), written(here)
    here.configure(f'library = "embedded:.zoterodigest/library.sqlite"\n\n{RULES}')

    copy(here)

    assert (text(here), written(here)) == (before, known)
    configured = World(here.root)
    assert left_alone(configured)
    assert [report.awaited for report in kept(configured)] == [(ONE, TWO)]
