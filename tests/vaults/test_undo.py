"""Undo of runs that wrote notes of a vault, also across a conflict and edits since."""

from __future__ import annotations

import pytest

from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.generated import GeneratedNote
from tests.vaults.test_generated import Edited, differences, folded
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.notes.editor import editor_form
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.undo.undo import UndoResult, apply_undo, prepare_undo


def undo(world: World, number: int) -> UndoResult:
    run = read_history(history_folder(world.root / ".zoterodigest")).run(number)
    return apply_undo(prepare_undo(world.workspace(), run), silent)


@pytest.fixture
def vault(world: World) -> Edited:
    return Edited(world, 12, 5)


def test_undo_of_the_first_sync_leaves_files_and_library_as_they_were(vault: Edited) -> None:
    undone = undo(vault.world, 1)

    assert undone.declined == ()
    assert vault.files() == vault.before
    live = {key: it for key, it in vault.world.everything().items() if not it.get("deleted")}
    assert live == vault.unsynced
    assert vault.world.collections() == {}


def test_undo_of_a_run_takes_back_what_it_wrote_and_no_edit_of_a_person(vault: Edited) -> None:
    vault.edit(lambda note: note.editable)
    written, items = vault.files(), folded(vault.world.everything())
    vault.sync()

    undone = undo(vault.world, 2)

    assert undone.declined == ()
    assert differences(vault.files(), written) == []
    assert differences(folded(vault.world.everything()), items) == []


def test_undo_across_a_conflict_loses_no_word_of_the_person(vault: Edited) -> None:
    world = vault.world
    one, other = (it for it in vault.notes.values() if it.form in ("zotflow", "zotlit"))
    texts = [str(note.values[name]) for note in (one, other) for name in ("text 0", "text 1")]

    def in_file(note: GeneratedNote, old: str, new: str) -> None:
        path = world.root / note.path
        assert path.read_bytes().count(old.encode()) == 1
        path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))

    def in_note(note: GeneratedNote, old: str, new: str) -> None:
        (held,) = world.library.fetch([vault.note_of[note.key]])
        assert held.data["note"].count(old) == 1
        world.change(held.key, note=editor_form(held.data["note"].replace(old, new)))

    in_file(one, texts[0], "what I think in the file")
    in_note(one, texts[0], "what I think in Zotero")
    in_file(one, texts[1], "a second thought in the file")
    in_note(other, texts[2], "a second thought in Zotero")
    conflicts = [it for it in vault.sync().reports if isinstance(it, Conflict)]
    in_file(other, texts[3], "a later thought in the file")
    in_file(one, "a second thought in the file", "a third thought in the file")

    undone = undo(world, 2)

    def said(note: GeneratedNote) -> tuple[str, str]:
        held = world.everything()[vault.note_of[note.key]]["note"]
        return (world.root / note.path).read_text(), str(held)

    assert (len(conflicts), undone.declined) == (1, ())
    for _ in range(2):
        file, note = said(one)
        assert "what I think in the file" in file
        assert "a third thought in the file" in file
        assert "what I think in Zotero" in note
        assert "a later thought in the file" in said(other)[0]
        assert "a second thought in Zotero" in said(other)[1]
        plan = vault.sync()
    assert "a later thought in the file" in said(other)[1]
    assert "a second thought in Zotero" in said(other)[0]
    assert [type(it) for it in plan.reports] == [Conflict]


def test_undo_of_the_first_sync_leaves_notes_that_were_edited_since_and_says_so(
    vault: Edited,
) -> None:
    note = next(it for it in vault.notes.values() if it.form == "zotflow")
    key = vault.note_of[note.key]
    vault.world.change(key, note=vault.items[key]["note"].replace("thought", "my thought"))

    undone = undo(vault.world, 1)

    assert [it.reason for it in undone.declined] == ["its note has changed since"]
    assert "my thought" in vault.world.everything()[key]["note"]
    assert not vault.world.everything()[key].get("deleted")
    assert vault.files() == vault.before
