"""Order 1 from end to end: push, push again, lose the links, adopt, remove."""

from __future__ import annotations

import os
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sync.world import World, actions
from zoterodigest.core.values.record import Blocks
from zoterodigest.library.port import LibraryItem
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.run.run import Options

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / ".." / "shared" / "digests"


def take_in(world: World, folder: Path, pattern: str) -> None:
    for path in sorted(folder.glob(pattern)):
        shutil.copyfile(path, world.root / path.name)
        os.utime(world.root / path.name, ns=(10**18, 10**18))
        world.digests.append(path.name)


def counts(world: World) -> Counter[str]:
    live = [data for data in world.everything().values() if not data.get("deleted")]
    kinds = Counter("note" if data["itemType"] == "note" else "other" for data in live)
    kinds["item"] = sum("parentItem" not in data for data in live)
    return kinds


@dataclass(frozen=True)
class Told:
    """A paper with one note, and two plain bullets of it, each once in the digest and the note."""

    title: str
    digest: str
    first: str
    last: str


def a_told_paper(world: World, gathered: Gathered) -> Told:
    """Return the first paper whose note and entry a test can edit by replacing text."""
    notes: dict[str, list[str]] = defaultdict(list)
    for data in world.notes().values():
        notes[str(data["parentItem"])].append(str(data["note"]))
    single = {
        data["title"]: notes[key][0] for key, data in world.items().items() if len(notes[key]) == 1
    }
    for read in gathered.digests:
        text = read.data.decode()
        for entry in read.document.core_entries():
            title, summary = str(entry.fields.get("title")), entry.fields.get("summary")
            if title not in single or not isinstance(summary, Blocks) or len(summary.texts) < 2:
                continue
            first, last = (block.removeprefix("- ") for block in summary.texts[:2])
            if all(_is_plain(one, text, single[title]) for one in (first, last)):
                return Told(title, read.digest.key, first, last)
    raise AssertionError("no entry has two plain bullets")


def _is_plain(words: str, text: str, note: str) -> bool:
    is_prose = words.isascii() and not set("`$*_<>&[\\\n") & {*words}
    return is_prose and len(words) > 20 and text.count(words) == note.count(words) == 1


def go_round(world: World, *, entries: int, items: int, notes: int) -> None:
    first = world.push()

    assert len(first.prepared.gathered.entries) == entries
    assert (counts(world)["item"], counts(world)["note"]) == (items, notes)

    traces, version = world.traces(), world.library.version()
    second = world.push()

    assert second.prepared.plan.is_settled
    assert (second.written, len(second.prepared.writes)) == (0, 0)
    assert world.traces() == traces
    assert world.library.version() == version

    told, everything = a_told_paper(world, second.prepared.gathered), world.everything()
    note, digest = world.note(told.title), (world.root / told.digest).read_bytes()
    edited = editor_form(note.replace(told.first, "What I say"))
    world.change_note(told.title, lambda _: edited)
    world.edit(told.digest, (told.last, "What it says"))
    world.forget()
    third = world.push()

    assert actions(third.prepared.plan) == {}
    assert world.note(told.title) == edited
    assert len(third.prepared.plan.links) == entries

    (world.root / told.digest).write_bytes(digest)
    world.change_note(told.title, lambda _: note)
    assert world.push().written == 0
    assert world.everything() == everything

    world.remove()

    assert (counts(world)["item"], world.collections()) == (0, {})


def test_our_examples_go_all_the_way_round(world: World) -> None:
    shutil.copytree(ROOT / "examples", world.root, dirs_exist_ok=True)
    world.digests = sorted(path.name for path in world.root.glob("*.md"))

    go_round(world, entries=63, items=34, notes=21)

    assert world.plan().is_settled


def test_a_push_is_settled_after_the_note_editor_has_saved_every_note(world: World) -> None:
    shutil.copytree(ROOT / "examples", world.root, dirs_exist_ok=True)
    world.digests = sorted(path.name for path in world.root.glob("*.md"))
    world.push()

    for key, data in world.notes().items():
        as_browsers_do = (
            str(data["note"]).replace("<li>\n", "<li><p>").replace("\n</li>", "</p></li>")
        )
        world.change(key, note=editor_form(f"{as_browsers_do}\n<p></p>"))

    assert world.push().written == 0
    assert world.plan().is_settled


def test_the_five_digests_go_all_the_way_round(world: World) -> None:
    if not SHARED.is_dir():
        pytest.skip("the five digests are not here")
    take_in(world, SHARED, "[a-z]*.md")

    go_round(world, entries=640, items=617, notes=505)


@pytest.mark.deep
def test_no_byte_of_the_five_digests_changes_after_the_note_editor_has_saved_every_note(
    world: World,
) -> None:
    if not SHARED.is_dir():
        pytest.skip("the five digests are not here")
    take_in(world, SHARED, "[a-z]*.md")
    world.push()
    traces = world.traces()

    saved = [
        LibraryItem(one.key, one.version, {"note": editor_form(str(one.data["note"]))})
        for one in world.library.read().items
        if one.data["itemType"] == "note"
    ]
    world.put(*saved)
    world.push(Options(intent.PULL))

    assert len(saved) == 505
    assert world.traces() == traces
