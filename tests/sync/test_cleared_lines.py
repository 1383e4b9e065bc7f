"""What is cleared in the library and set there again stands in the digest as before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.digest.corpus import EXAMPLES, document
from tests.sync.commands import Command, words
from tests.sync.disturbing import kills
from tests.sync.test_undo import undone
from tests.sync.world import Data, World
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.core.values.record import EMPTY, Fields, is_empty
from zoterodigest.library.records.items import item_changes
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

SYNC = Options(intent.SYNC)
SYNC_COMMAND = Command(World, words("sync", "--yes"))
KEPT = {"title", "arxiv", "doi", "url"}
"""What tells which paper an entry is of: a person decides over those."""
TOGETHER = ("venue", "year", "award", "date")

_SUMMARY = re.compile(r"(?s)(Summary · [^<]*</h2>).*?(?=<h[2-6]|</div>|\Z)")

OTHERWISE = {
    ("daily-bullets-2025-01-15.md", "authors"): (", et al.", "the library does not hold it"),
    ("papers-for-2024-12-09.md", "summary"): (" ", "a note holds no runs of blanks"),
    ("quoted-notes.md", "summary"): (" ", "a note holds no blanks at the end of a line"),
}
"""By example and field: of what the digest may have less or more then, and why."""


def synced(world: World) -> str:
    """Sync; return the digest."""
    outcome = carry_out(prepare(world.workspace(), SYNC), lambda done, total: None)
    assert outcome.failures == ()
    assert prepare(world.workspace(), SYNC).plan.is_settled
    (name,) = world.digests
    return (world.root / name).read_bytes().decode()


def groups(path: Path, index: int) -> Iterator[tuple[str, ...]]:
    """What an entry shows and may lack, the parts of a venue together."""
    fields = document(path).entries[index].reading.fields
    names = [name for name in sorted(fields) if not is_empty(fields[name]) and name not in KEPT]
    if venue := tuple(name for name in TOGETHER if name in names):
        yield venue
    for name in names:
        is_shown_alone = name not in venue and not name.startswith(("section:", "note:"))
        if is_shown_alone and name != "categories":  # the library holds them on demand alone
            yield (name,)


def patches(world: World, title: str, names: tuple[str, ...]) -> dict[str, Data]:
    """Return what a person changes in the library to clear these fields, by key."""
    children = world.children(title)
    if names == ("links",):
        return {key: {"deleted": 1} for key, one in children.items() if "url" in one}
    if names == ("summary",):
        notes = {key: str(one["note"]) for key, one in children.items() if "note" in one}
        note = next(key for key, html in sorted(notes.items()) if "Summary · " in html)
        return {note: {"note": _SUMMARY.sub(r"\1", notes[note], count=1)}}
    fields: Fields = dict.fromkeys((*names, "year") if "date" in names else names, EMPTY)
    changes = item_changes(world.item(title), fields, world.workspace().zotero)
    return {world.key(title): changes}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_is_cleared_and_set_again_in_the_library_is_as_it_was(
    world: World, path: Path
) -> None:
    shutil.copy(path.parent / "bold-titles.format.toml", world.root)
    world.markdown(path.name, path.read_bytes().decode())
    world.push()
    before = synced(world)
    title = str(document(path).entries[0].reading.fields["title"])
    for names in groups(path, 0):
        held, changes = world.everything(), patches(world, title, names)
        for key, data in changes.items():
            world.change(key, **data)
        assert synced(world) != before, names

        for key, data in changes.items():
            world.change(key, **{name: held[key].get(name, 0) for name in data})
        after = synced(world)

        less, _ = OTHERWISE.get((path.name, names[0]), ("\0", ""))
        assert after.replace(less, "") == before.replace(less, ""), names
        before = after


BULLETS = next(path for path in EXAMPLES if path.name.startswith("daily-bullets"))


@pytest.fixture
def without_authors(world: World) -> tuple[World, str]:
    """A digest whose first entry lost its line of authors, and what the digest was before."""
    world.markdown(BULLETS.name, BULLETS.read_bytes().decode())
    world.push()
    before = synced(world)
    title = str(document(BULLETS).entries[0].reading.fields["title"])
    world.change(world.key(title), creators=[])
    assert synced(world) != before
    return world, before


def test_undo_brings_the_line_back_and_the_clearing_goes_on(
    without_authors: tuple[World, str],
) -> None:
    world, before = without_authors
    cleared = (world.root / BULLETS.name).read_bytes().decode()

    undone(world)

    assert (world.root / BULLETS.name).read_bytes().decode() == before
    assert synced(world) == cleared


def test_a_line_that_a_killed_sync_took_out_comes_back_with_its_value(tmp_path: Path) -> None:
    world = World(tmp_path / "template")
    world.root.mkdir()
    world.markdown(BULLETS.name, BULLETS.read_bytes().decode())
    world.push()
    before = synced(world)
    title = str(document(BULLETS).entries[0].reading.fields["title"])
    creators = world.item(title)["creators"]
    world.change(world.key(title), creators=[])
    ends = set()

    for killed in kills(SYNC_COMMAND, world, tmp_path / "kills"):
        cleared = synced(killed)
        killed.change(killed.key(title), creators=creators)
        ends |= {(cleared == before, synced(killed) == before.replace(", et al.", "", 1))}

    assert ends == {(False, True)}


def test_new_values_at_both_ends_after_the_line_went_are_a_conflict(
    without_authors: tuple[World, str],
) -> None:
    world, before = without_authors
    title = str(document(BULLETS).entries[0].reading.fields["title"])
    line = next(line for line in before.splitlines() if line.startswith("  _"))
    world.markdown(BULLETS.name, before.replace(line, "  _Ada Lovelace_", 1))
    names = [{"creatorType": "author", "firstName": "Alan", "lastName": "Turing"}]
    world.change(world.key(title), creators=names)

    plan = world.plan(SYNC)

    assert [one.name for one in plan.reports if isinstance(one, Conflict)] == ["authors"]
    assert plan.actions == ()
