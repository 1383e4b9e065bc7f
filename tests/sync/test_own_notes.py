"""Notes of the person's own that say hostile things, shown in digests of every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notes.test_own import HOSTILE
from tests.sync.test_hostile_notes import DIGESTS, PULL, SYNC, TITLES, VICTIM
from tests.sync.world import World
from zoterodigest.core.plan.reports import HiddenNotes
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import NOTE, Entry, Value
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.run.run import prepare
from zoterodigest.sync.syncing.sync_run import carry_out

KEY = "ABCD2345"
TABLES = tuple(name for name in sorted(DIGESTS) if "table" in name or name == "html-list")
ROOMY = tuple(sorted(DIGESTS.keys() - set(TABLES)))
PRIVATE = "<h1>Private</h1><p>mysecretword</p>"


def with_note(root: Path, name: str) -> World:
    """A world with a digest that shows all notes, pushed, and a hostile note in the library."""
    world = World(root)
    world.markdown(f"{name}.md", DIGESTS[name])
    world.configure(f'[[digest]]\npath = "{name}.md"\nnotes = "all"\n')
    world.first_push()
    data = {"itemType": "note", "parentItem": world.key(VICTIM), "note": "".join(HOSTILE) + PRIVATE}
    world.put(LibraryItem(KEY, 0, data))
    return world


def a_note(world: World, key: str, title: str) -> LibraryItem:
    """Return a note of the person's own for the item with this title."""
    data = {"itemType": "note", "parentItem": world.key(title), "note": "<p>Mine.</p>"}
    return LibraryItem(key, 0, data)


def entries(world: World) -> tuple[Entry, ...]:
    return prepare(world.workspace(), SYNC).gathered.entries


def others(entry: Entry) -> dict[str, Value]:
    return {name: value for name, value in entry.fields.items() if not name.startswith(NOTE)}


@pytest.mark.parametrize("name", ROOMY)
def test_a_hostile_note_is_shown_in_its_region_and_nothing_else_moves(
    tmp_path: Path, name: str
) -> None:
    world = with_note(tmp_path, name)
    before = entries(world)

    outcome = carry_out(prepare(world.workspace(), PULL), lambda done, total: None)

    after = entries(world)
    assert outcome.failures == ()
    assert [others(one) for one in after] == [others(one) for one in before]
    shown = [one.fields["title"] for one in after if NOTE + KEY in one.fields]
    assert shown == [VICTIM]
    assert b"mysecretword" not in (tmp_path / f"{name}.md").read_bytes()
    assert prepare(world.workspace(), SYNC).plan.is_settled


@pytest.mark.parametrize("name", ROOMY)
def test_a_note_that_goes_to_the_trash_gives_the_digest_back_as_it_was(
    tmp_path: Path, name: str
) -> None:
    world = with_note(tmp_path, name)
    carry_out(prepare(world.workspace(), PULL), lambda done, total: None)

    world.change(KEY, deleted=1)
    carry_out(prepare(world.workspace(), SYNC), lambda done, total: None)

    assert (tmp_path / f"{name}.md").read_text("utf-8") == DIGESTS[name]
    assert prepare(world.workspace(), SYNC).plan.is_settled


@pytest.mark.parametrize("name", TABLES)
def test_a_table_or_html_has_no_place_for_a_note_which_is_a_limit_and_no_failure(
    tmp_path: Path, name: str
) -> None:
    world = with_note(tmp_path, name)
    world.put(a_note(world, "ABCD6789", TITLES[0]), a_note(world, "ABCD6788", TITLES[0]))

    outcome = carry_out(prepare(world.workspace(), PULL), lambda done, total: None)

    assert outcome.failures == ()
    reports = [one for one in outcome.last.plan.reports if isinstance(one, HiddenNotes)]
    assert reports == [HiddenNotes(DigestKey(f"{name}.md"), 3)]
    assert (tmp_path / f"{name}.md").read_text("utf-8") == DIGESTS[name]
    assert prepare(world.workspace(), SYNC).is_settled


@pytest.mark.parametrize("name", ROOMY)
@pytest.mark.parametrize("half", ["", "/"], ids=["beginning", "end"])
def test_a_torn_region_changes_nothing_in_the_library_and_nothing_is_written(
    tmp_path: Path, name: str, half: str
) -> None:
    world = with_note(tmp_path, name)
    carry_out(prepare(world.workspace(), PULL), lambda done, total: None)
    text = (tmp_path / f"{name}.md").read_text("utf-8")
    torn = text.replace(f"<!-- {half}zotero-note {KEY} -->", "", 1)
    library = world.everything()

    world.markdown(f"{name}.md", torn)
    outcome = carry_out(prepare(world.workspace(), SYNC), lambda done, total: None)

    above, _, below = entries(world)
    assert world.everything() == library
    assert (tmp_path / f"{name}.md").read_text("utf-8") == torn
    assert (above.fields["title"], below.fields["title"]) == (TITLES[0], TITLES[2])
    assert all("torn" in one.reason for one in outcome.failures)
