"""Many annotations whose papers, files and texts change: what the person wrote is all there.

The library is embedded, on the web, or that of the running Zotero, which an old one follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.builders import a_file, a_highlight, a_key, an_item
from tests.library.running_zotero import RunningZotero, running
from tests.sync.digests import notes, quoted
from tests.sync.elsewhere import DESKTOP, WEB, Elsewhere, Manner, a_stage
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.core.plan.reports import KeptAnnotations
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

SYNC = Options(intent.SYNC)
NOTE, LIST = "Papers/@key1.md", "notes.md"
IN_NOTE, IN_LIST = "A Study of Many Marked Pages", "A List of Still More Marked Pages"
RULES = (
    '[[digest]]\npath = "Papers/*.md"\nentry = "file"\nannotations = true\n'
    '[[digest]]\npath = "notes.md"\nannotations = true\n'
)
TEXT = f'---\ntitle: "{IN_NOTE}"\ncitekey: key1\nyear: 2024\n---\n\n## Notes\n\nWhat I think.\n'
ITEM, LISTED, UNLISTED, SURVIVOR = "ITEM2222", "ITEM3333", "ITEM4444", "ITEM5555"


@contextmanager
def an_old_zotero(library: EmbeddedLibrary) -> Iterator[str]:
    with running(RunningZotero(library, lists_annotations=False)) as url:
        yield url.removesuffix("/api")


@dataclass(frozen=True, slots=True)
class Mark:
    """An annotation of the story: its key, the file it is in, and its number there."""

    key: str
    file: str
    at: int

    @property
    def text(self) -> str:
        return f"marked {self.key} in {self.file}"


@dataclass
class Story:
    """A note and a list in sync with items that have `files` files with `each` annotations.

    `words` are what the person wrote, by the file that holds it.
    """

    world: World
    files: int
    each: int
    words: dict[str, list[str]] = field(default_factory=lambda: {NOTE: ["What I think."], LIST: []})

    def __post_init__(self) -> None:
        world = self.world
        world.configure(RULES)
        world.markdown(NOTE, TEXT)
        world.markdown(LIST, notes(quoted(IN_LIST, "2401.10001", bullets=["It is listed."])))
        titles = {ITEM: IN_NOTE, LISTED: IN_LIST, UNLISTED: "A Third", SURVIVOR: IN_LIST}
        shared = {"collections": [], "tags": [], "date": "2024"}
        page = {"url": "https://arxiv.org/abs/2401.10001"}
        world.put(an_item(ITEM, title=titles[ITEM], citationKey="key1", **shared))
        world.put(an_item(LISTED, title=titles[LISTED], **shared, **page))
        world.put(an_item(UNLISTED, title=titles[UNLISTED], **shared))
        self.sync()
        owners = (ITEM, LISTED, UNLISTED)
        world.put(*(a_file(owners[at % 3], self.file(at)) for at in range(self.files)))
        world.put(*(self.json(one) for one in self.marks))
        self.sync()

    def file(self, at: int) -> str:
        return a_key(1_000 + at)

    @property
    def marks(self) -> list[Mark]:
        return [
            Mark(a_key(100_000 + 1_000 * file + at), self.file(file), at)
            for file in range(self.files)
            for at in range(self.each)
        ]

    def of(self, owner: int) -> list[Mark]:
        """The annotations of the note (0), of the list (1), or of neither (2)."""
        files = {self.file(at) for at in range(owner, self.files, 3)}
        return [one for one in self.marks if one.file in files]

    def json(self, mark: Mark) -> LibraryItem:
        index = f"{mark.at:05}|000000|00000"
        return a_highlight(mark.file, mark.key, text=mark.text, sortIndex=index)

    def sync(self) -> None:
        """Sync; all that the person wrote is there, and the next sync writes nothing."""
        world = self.world
        workspace = world.workspace()
        with workspace.library:
            outcome = carry_out(prepare(workspace, SYNC), silent)
        assert outcome.failures == ()
        for name, words in self.words.items():
            assert [self.text(name).count(one) for one in words] == [1] * len(words)
        before, version = world.traces(), world.library.version()
        workspace = world.workspace()
        with workspace.library:
            again = carry_out(prepare(workspace, SYNC), silent)
        assert again.prepared.is_settled
        assert (world.traces(), world.library.version()) == (before, version)

    def text(self, name: str) -> str:
        return (self.world.root / name).read_text(encoding="utf-8")

    def shown(self, name: str) -> set[str]:
        """The annotations of which a file holds the text."""
        return {one.key for one in self.marks if one.text in self.text(name)}

    def kept(self) -> Mapping[str, KeptAnnotations]:
        workspace = self.world.workspace()
        with workspace.library:
            plan = prepare(workspace, SYNC).plan
        return {one.digest: one for one in plan.reports if isinstance(one, KeptAnnotations)}


def keys(marks: list[Mark]) -> set[str]:
    return {one.key for one in marks}


def play(story: Story, blind: Manner | None) -> None:
    """Play the story; every step of it ends in a sync."""
    world = story.world
    here, listed, elsewhere = (story.of(owner) for owner in range(3))
    assert story.shown(NOTE) == keys(here)
    assert story.shown(LIST) == keys(listed)

    # The person writes below each fifth block of the note, edits one block, and deletes another.
    for mark in here[::5]:
        words = f"My remark on {mark.key}."
        world.edit(NOTE, (f"> {mark.text}\n", f"> {mark.text}\n\n{words}\n"))
        story.words[NOTE].append(words)
    edited, deleted = here[1], listed[1]
    world.edit(NOTE, (edited.text, f"MARKED {edited.text}"))
    story.words[NOTE].append(f"MARKED {edited.text}")
    address = f"{deleted.file}?page=5&annotation={deleted.key}"
    block = next(one for one in story.text(LIST).split("\n> \n") if address in one)
    world.edit(LIST, (f"{block}\n> \n", ""))
    story.sync()
    assert all(f"My remark on {one.key}." in world.note(IN_NOTE) for one in here[::5])
    assert "marked" not in world.note(IN_LIST)

    # In Zotero some get a comment, some another color, some go in the trash, some for good.
    for mark in (*here[2::5], *listed[2::5]):
        world.change(mark.key, annotationComment=f"Said of {mark.key}")
    for mark in (*here[3::5], *listed[3::5]):
        world.change(mark.key, annotationColor="#ff6666")
    gone = {one.key for one in (*here[4::10], *listed[4::10])}
    for key in gone:
        world.erase(key)
    trashed = {one.key for one in (*here[9::10], *listed[9::10])}
    for key in trashed:
        world.change(key, deleted=1)
    for mark in (edited, deleted):
        world.change(mark.key, annotationComment="not to come")
    story.sync()
    assert story.shown(NOTE) == keys(here) - gone - trashed
    assert story.shown(LIST) == keys(listed) - gone - trashed - {deleted.key}
    for name, marks in ((NOTE, here), (LIST, listed)):
        said = {one.key for one in marks if f"Said of {one.key}" in story.text(name)}
        assert said == keys(marks[2::5])
        assert story.text(name).count("Red") == len(marks[3::5])
        assert "not to come" not in story.text(name)
    assert story.kept()[NOTE].edited == (edited.key,)
    assert story.kept()[LIST].deleted == (deleted.key,)

    # An old Zotero lists none of them: nothing is known, so nothing follows.
    if blind is not None:
        assert isinstance(world, Elsewhere)
        before = [story.text(name) for name in (NOTE, LIST)]
        with blind.serve(world.behind) as url:
            seeing, world.proxy.upstream = world.proxy.upstream, url
            story.sync()
            assert {*story.kept()[NOTE].unreadable} == keys(here) - gone - trashed
        world.proxy.upstream = seeing
        story.sync()
        assert [story.text(name) for name in (NOTE, LIST)] == before

    # A PDF goes in the trash with all that is marked in it, and comes back.
    in_file = {one.key for one in here if one.file == story.file(0)}
    world.change(story.file(0), deleted=1)
    story.sync()
    assert story.shown(NOTE) == keys(here) - gone - trashed - in_file | {edited.key}
    world.change(story.file(0), deleted=0)
    story.sync()
    assert story.shown(NOTE) == keys(here) - gone - trashed

    # A merge brings the files of another item; another one brings the listed item to a survivor.
    world.merge(ITEM, UNLISTED)
    story.sync()
    assert story.shown(NOTE) == (keys(here) | keys(elsewhere)) - gone - trashed
    world.put(an_item(SURVIVOR, title=IN_LIST, collections=[], tags=[], date="2024"))
    world.merge(SURVIVOR, LISTED)
    world.erase(listed[0].key)
    story.sync()
    assert story.shown(LIST) == keys(listed[2:]) - gone - trashed


MANNERS: Mapping[str, Manner | None] = {"embedded": None, "web": WEB, "desktop": DESKTOP}
OLD = Manner("an old desktop", an_old_zotero, DESKTOP.address)
SOME, ALL = (6, 5), (10, 50)
CASES = [
    # A second of CPU time, and the one of them that has an old Zotero.
    pytest.param("desktop", *SOME, id="desktop"),
    *(pytest.param(name, *SOME, id=name, marks=pytest.mark.deep) for name in ("embedded", "web")),
    *(pytest.param(name, *ALL, id=f"{name}-all", marks=pytest.mark.deep) for name in MANNERS),
]


@pytest.mark.parametrize(("name", "files", "each"), CASES)
def test_whatever_becomes_of_annotations_what_the_person_wrote_is_there(
    name: str, files: int, each: int, tmp_path: Path
) -> None:
    manner = MANNERS[name]
    if manner is None:
        play(Story(World(tmp_path), files, each), None)
        return
    with a_stage(tmp_path, manner) as stage, stage.world() as world:
        play(Story(world, files, each), OLD if manner is DESKTOP else None)
