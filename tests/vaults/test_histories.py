"""Random histories of a vault: edits on both sides while files come, go, return and are renamed."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from html import escape
from pathlib import PurePosixPath

import pytest

from tests.sync.world import World
from tests.vaults.generated import GeneratedNote, Slot, Value, other_value
from tests.vaults.test_generated import Edited, differences, folded
from zoterodigest.notes.editor import editor_form, read_nodes

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
        self.headings: dict[str, list[tuple[str, int]]] = defaultdict(list)

    def play(self) -> None:
        steps = (self.edit, self.edit, self.edit, self.go, self.come, self.move, self.create)
        self.rng.choice((*steps, self.type_heading, self.sync))()

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

    def type_heading(self) -> None:
        """Type a heading in Zotero above a paragraph that stands by itself on both sides."""
        key = self.rng.choice(sorted(self.files.keys() - self.unsynced))
        note, note_key = self.files[key], self.vault.note_of[key]
        html = str(self.vault.items[note_key]["note"])
        named = (
            above.name
            for at, above in enumerate(note.pieces[2:])
            if note.pieces[at] == "\n\n" and isinstance(above, Slot)
        )
        places = [name for name in named if paragraph_of(html, self.held[key].values[name])]
        if places:
            name = self.rng.choice(places)
            self.names += 1
            self.headings[key].append((name, self.names))
            heading = f"<h{self.rng.randint(1, 6)}>Heading {self.names}</h"
            heading += f"{heading[2]}>\n"
            value = self.held[key].values[name]
            (held,) = self.vault.world.library.fetch([note_key])
            now = str(held.data["note"])
            at = paragraph_of(now, value)
            self.vault.world.change(note_key, note=editor_form(now[:at] + heading + now[at:]))
            at = paragraph_of(html, value)
            self.vault.items[note_key]["note"] = html[:at] + heading + html[at:]

    def show_headings(self, key: str) -> None:
        """Show in a file the headings typed in Zotero, at the level that they have there now."""
        note = self.files[key]
        data = (self.vault.world.root / note.path).read_bytes().decode()
        for name, number in self.headings.pop(key, ()):
            found = re.search(rf"^#+ Heading {number}(?=\r?$)", data, re.MULTILINE)
            assert found is not None
            pieces = [*note.pieces]
            at = next(
                it for it, one in enumerate(pieces) if isinstance(one, Slot) and one.name == name
            )
            pieces[at - 2 : at - 2] = ["\n\n", found[0]]
            note = replace(note, pieces=tuple(pieces))
        self.files[key] = note

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
            self.show_headings(key)
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


def paragraph_of(html: str, value: Value) -> int:
    """Return where the paragraph of a note begins that holds a value; 0 without one."""
    text = escape(str(value), quote=False)
    nodes = ((it.start, html[it.start : it.end]) for it in read_nodes(html))
    return next((at for at, node in nodes if node.startswith("<p>") and text in node), 0)


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
