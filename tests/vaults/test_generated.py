"""Vaults of all forms mixed: each note finds its item, and each edit arrives, and nothing else.

The smallest vault takes a second: forms, values and sides of the edits are drawn together, and what
one of them breaks no smaller vault is sure to hold.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.generated import (
    FIELDS,
    OTHERS,
    GeneratedNote,
    Value,
    a_vault,
    item_value,
    other_value,
)
from tests.vaults.test_adoption import contents
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.plan import CreateItem, Plan
from zoterodigest.notes.editor import editor_form
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

RULES = '[[digest]]\npath = "**/*.md"\nentry = "file"\n\n[sync]\nhold = 0\n'
OPTIONS = Options(SYNC, max_changes=100_000)
VAULTS = [
    pytest.param((40, 1), id="40 notes"),
    *(pytest.param((300, n), id=f"seed {n}", marks=pytest.mark.deep) for n in range(1, 7)),
]


class Edited:
    """A generated vault in sync with its library, and what both must hold after each edit.

    Of the papers the last so many have no file yet: their notes are `later`.
    """

    def __init__(self, world: World, count: int, seed: int, later: int = 0) -> None:
        self.world, self.rng = world, random.Random(seed)
        papers, notes = a_vault(count, seed)
        notes, self.later = notes[: count - later], [*notes[count - later :]]
        self.notes = {note.path: note for note in notes}
        self.is_in_file: dict[tuple[str, str], bool] = {}
        assert len(self.notes) == count - later
        world.configure(RULES)
        world.put(*(paper.item() for paper in papers))
        for name, text in OTHERS.items():
            world.markdown(name, text)
        for note in notes:
            self.write(note)
        world.digests.clear()
        self.before, self.unsynced = self.files(), world.everything()
        self.adoption = self.sync()
        self.items = {key: dict(data) for key, data in world.everything().items()}
        held = self.items.items()
        self.note_of = {one["parentItem"]: key for key, one in held if one["itemType"] == "note"}

    def write(self, note: GeneratedNote) -> None:
        self.notes[note.path] = note
        path = self.world.root / note.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(note.render())

    def files(self) -> dict[str, bytes]:
        state = (".zoterodigest", "zoterodigest.", ".git/")
        held = contents(self.world.root)
        return {name: data for name, data in held.items() if not name.startswith(state)}

    def sync(self) -> Plan:
        """Sync; return the plan."""
        prepared = prepare(self.world.workspace(), OPTIONS)
        assert prepared.stop is None
        outcome = carry_out(prepared, silent)
        assert outcome.failures == (), outcome.failures
        return prepared.plan

    def is_settled(self) -> bool:
        """Whether a sync has nothing to do."""
        return prepare(self.world.workspace(), OPTIONS).is_settled

    def edit(
        self, names: Callable[[GeneratedNote], Iterable[str]], *, is_turned: bool = False
    ) -> None:
        """Edit values of all notes, each in the file or in the library.

        If it `is_turned`, a value is edited on the other side than the last time.
        """
        for note in [*self.notes.values()]:
            after, in_file = note, note
            for name in names(note):
                value = other_value(name, note.values[name])
                after = after.with_value(name, value)
                last = self.is_in_file.get((note.key, name), False)
                is_in_file = not last if is_turned else self.rng.random() < 0.5
                self.is_in_file[note.key, name] = is_in_file
                if is_in_file:
                    in_file = in_file.with_value(name, value)
                else:
                    self.edit_in_library(note, name, value)
                self.expect(note, name, value)
            self.write(in_file)
            self.notes[note.path] = after

    def edit_in_library(self, note: GeneratedNote, name: str, value: Value) -> None:
        """Edit a value as a person does in Zotero, whose editor writes the whole note anew."""
        if name in FIELDS:
            self.world.change(note.key, **{FIELDS[name]: item_value(name, value)})
            return
        key = self.note_of[note.key]
        (held,) = self.world.library.fetch([key])
        html = str(held.data["note"])
        self.world.change(key, note=editor_form(with_words(html, note, name, value)))

    def expect(self, note: GeneratedNote, name: str, value: Value) -> None:
        """Expect in the library what an edit of a value brings there."""
        if name in FIELDS:
            self.items[note.key][FIELDS[name]] = item_value(name, value)
        else:
            held = self.items[self.note_of[note.key]]
            held["note"] = with_words(held["note"], note, name, value)

    def require(self) -> None:
        """Fail unless files and library are what the edits made of them."""
        written = {path: note.render() for path, note in self.notes.items()}
        assert differences(self.files(), {**self.before, **written}) == []
        assert differences(folded(self.world.everything()), folded(self.items)) == []


def with_words(html: str, note: GeneratedNote, name: str, value: Value) -> str:
    """Return a note of Zotero in which a person wrote other words."""
    old, new = (escape(str(one), quote=False) for one in (note.values[name], value))
    assert html.count(old) == 1, (old, html)
    return html.replace(old, new)


def folded(items: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the data of items with notes as the editor of Zotero writes them."""
    return {
        key: {**data, "note": editor_form(data["note"])} if "note" in data else {**data}
        for key, data in items.items()
    }


def differences(found: Mapping[str, object], wanted: Mapping[str, object]) -> list[object]:
    """Return what is not as wanted: its name, what it is and what it should be."""
    return [
        (name, found.get(name), wanted.get(name))
        for name in sorted(found.keys() | wanted.keys())
        if found.get(name) != wanted.get(name)
    ]


@pytest.fixture(scope="module", params=VAULTS)
def vault(request: pytest.FixtureRequest) -> Iterator[Edited]:
    """A generated vault that was synced once: tests of one seed go on with each other's edits."""
    with TemporaryDirectory() as folder:
        yield Edited(World(Path(folder)), *request.param)


def test_every_note_finds_its_item_and_nothing_is_written_into_the_vault(vault: Edited) -> None:
    rows = read_lock(vault.world.lock_path.read_bytes()).rows
    linked = {row.digest: row.item for row in rows if row.state is LinkState.LINKED}

    assert linked == {note.path: note.key for note in vault.notes.values()}
    assert not [one for one in vault.adoption.actions if isinstance(one, CreateItem)]
    assert not vault.adoption.reports
    vault.require()
    assert vault.is_settled()


def test_an_edit_of_every_field_and_paragraph_arrives_and_nothing_else_changes(
    vault: Edited,
) -> None:
    for is_turned in (False, True):  # each of them on either side
        vault.edit(lambda note: note.editable, is_turned=is_turned)

        vault.sync()

        vault.require()
        assert vault.is_settled()


@pytest.mark.deep
def test_edits_of_some_fields_and_paragraphs_arrive_and_nothing_else_changes(
    vault: Edited,
) -> None:
    for _ in range(4):
        vault.edit(lambda note: [one for one in note.editable if vault.rng.random() < 0.3])
        vault.sync()

        vault.require()
        assert vault.is_settled()


_STATED = re.compile(rb"(?i)\bcit(?:e|ation)[ -]?key\b")


# Last: the others don't know the new keys.
def test_a_changed_citation_key_of_every_item_arrives_and_nothing_else_changes(
    vault: Edited,
) -> None:
    before, wanted = vault.files(), dict[str, bytes]()
    for path, note in vault.notes.items():
        old = str(vault.items[note.key]["citationKey"]).encode()
        vault.world.change(note.key, citationKey=f"new-{old.decode()}")
        lines = before[path].split(b"\n")
        changed = (it.replace(old, b"new-" + old) if _STATED.search(it) else it for it in lines)
        wanted[path] = b"\n".join(changed)

    vault.sync()

    assert differences(vault.files(), {**before, **wanted}) == []
    assert sum(before[path] != data for path, data in wanted.items()) > len(wanted) / 2
    assert vault.is_settled()
