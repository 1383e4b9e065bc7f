"""Random histories of a vault: edits on both sides while files come, go, return and are renamed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tests.sync.world import World
from tests.vaults.generated import GeneratedNote, Value, other_value
from tests.vaults.test_generated import Edited, differences, folded

STEPS = 30
HISTORIES = [0, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(1, 60))]


class History:
    """A vault that a person changes step by step, and what its notes and items must say.

    A note of `files` has the values of its file, one of `held` those of the library, and one of
    `agreed` those of the last run that saw its file. Files that are `away` are in no folder.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.vault = Edited(world, 16, seed, later=4)
        self.rng = random.Random(seed)
        self.files = {note.key: note for note in self.vault.notes.values()}
        self.held, self.agreed = dict(self.files), dict(self.files)
        self.away: set[str] = set()
        self.unsynced: set[str] = set()
        self.names = 0

    def play(self) -> None:
        steps = (self.edit, self.edit, self.edit, self.go, self.come, self.move, self.create)
        self.rng.choice((*steps, self.sync))()

    def edit(self) -> None:
        """Edit a value in the file or in the library, but not on both sides between two runs."""
        key = self.rng.choice(sorted(self.files.keys() - self.unsynced))
        name = self.rng.choice(self.files[key].editable)
        in_file, in_library, agreed = (
            known[key].values[name] for known in (self.files, self.held, self.agreed)
        )
        if self.rng.random() < 0.5:
            if key not in self.away and in_library == agreed:
                self.files[key] = self.files[key].with_value(name, other_value(name, in_file))
                self.write(self.files[key])
        elif in_file == agreed:
            value = other_value(name, in_library)
            self.vault.edit_in_library(self.held[key], name, value)
            self.expect(key, name, value)

    def expect(self, key: str, name: str, value: Value) -> None:
        self.vault.expect(self.held[key], name, value)
        self.held[key] = self.held[key].with_value(name, value)

    def write(self, note: GeneratedNote) -> None:
        path = self.vault.world.root / note.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(note.render())

    def some(self, keys: Iterable[str]) -> str | None:
        return self.rng.choice(found) if (found := sorted(keys)) else None

    def go(self) -> None:
        """Let a file disappear: in a cloud, on another branch."""
        if key := self.some(self.files.keys() - self.away):
            (self.vault.world.root / self.files[key].path).unlink()
            self.away.add(key)

    def come(self) -> None:
        """Let a file return as it was."""
        if key := self.some(self.away):
            self.away.remove(key)
            self.write(self.files[key])

    def move(self) -> None:
        """Rename a file, or move it into another folder."""
        if key := self.some(self.files.keys() - self.away):
            old, root = PurePosixPath(self.files[key].path), self.vault.world.root
            self.names += 1
            name = f"{old.stem.partition(' ')[0]} {self.names}.md"
            new = (
                old.with_name(name) if self.rng.random() < 0.5 else f"Moved/{self.names}/{old.name}"
            )
            self.files[key] = replace(self.files[key], path=str(new))
            (root / new).parent.mkdir(parents=True, exist_ok=True)
            (root / old).rename(root / new)

    def create(self) -> None:
        """Make a note for a paper that the library has."""
        if self.vault.later:
            note = self.vault.later.pop()
            self.files[note.key] = self.held[note.key] = self.agreed[note.key] = note
            self.unsynced.add(note.key)
            self.write(note)

    def sync(self) -> None:
        """Sync; what was edited on one side of a note whose file is there is on both then."""
        self.vault.sync()
        for key in self.files.keys() - self.away - self.unsynced:
            for name in self.files[key].editable:
                value = self.files[key].values[name]
                if value != self.agreed[key].values[name]:
                    self.expect(key, name, value)
            self.files[key] = replace(self.files[key], values=self.held[key].values)
            self.agreed[key] = self.files[key]
        for key in self.unsynced - self.away:
            self.adopt(key)
        self.unsynced &= self.away
        self.require()

    def adopt(self, key: str) -> None:
        """Take the note that a new file got, with the texts of the file, as what must stay."""
        found = self.vault.world.everything()
        (note,) = (it for it, one in found.items() if one.get("parentItem") == key)
        texts = [it for name, it in self.files[key].values.items() if name.startswith("text")]
        assert all(str(text) in found[note]["note"] for text in texts)
        self.vault.note_of[key] = note
        self.vault.items |= {it: dict(found[it]) for it in (key, note)}

    def require(self) -> None:
        """Fail unless files and library are what the edits made of them."""
        there = (note for key, note in self.files.items() if key not in self.away)
        files = {note.path: note.render() for note in there}
        others = {
            name: it for name, it in self.vault.before.items() if name not in self.vault.notes
        }
        assert differences(self.vault.files(), {**others, **files}) == []
        items = self.vault.world.everything()
        assert differences(folded(items), folded(self.vault.items)) == []


@pytest.mark.parametrize("seed", HISTORIES)
def test_no_history_of_edits_and_files_loses_a_word_or_changes_another(
    world: World, seed: int
) -> None:
    history = History(world, seed)

    for _ in range(STEPS):
        history.play()
    while history.away:
        history.come()
    history.sync()

    assert history.vault.is_settled()
