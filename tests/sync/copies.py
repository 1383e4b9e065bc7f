"""A project that goes over to another library: embedded, on the web, or of the running Zotero."""

from __future__ import annotations

import atexit
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.builders import a_note, an_attachment, an_item
from tests.library.desktop import Desktop, a_desktop
from tests.library.faults import Fault, Proxy, faulty
from tests.library.web import KEY
from tests.sync.digests import notes, quoted
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.history import run_to_redo, run_to_undo
from zoterodigest.library.access import Access
from zoterodigest.library.address import with_disk_path
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library
from zoterodigest.library.server import answering, listener
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import History, history_folder, read_history
from zoterodigest.sync.copying.copy_run import Copied, carry_out_copy
from zoterodigest.sync.copying.plan import Copying, CopyOptions, prepare_copy
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import UndoResult, apply_undo, prepare_undo

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.md"))
HERE = "embedded:.zoterodigest/library.sqlite"
ATTENTION, DIFFUSION = "Attention Is All You Need", "Denoising by Small Steps of Noise"
MINE = "A Paper of My Own that Stood There Before"
LABELS = ("code", "slides", "demo", "poster")
THEN = "2024-02-29T12:00:00Z"
SYNC = Options(intent.SYNC)
CONFIGURATION = """\
# The library, to try it out:
library = "embedded:.zoterodigest/library.sqlite"  # not my Zotero

[[digest]]
path = "notes.md"

[[bibliography]]
path = "refs.bib"
"""


def same(library: Library) -> Library:
    """Leave a library as it is."""
    return library


@dataclass
class Mover:
    """A project in sync with its embedded library, and another library to go to.

    `behind` is what stands behind the other one's `address`; `home` is where its items stand by
    their relations.
    """

    world: World
    address: str
    behind: EmbeddedLibrary
    home: str
    access: Access = field(default_factory=Access)
    here: str = HERE

    def workspace(self, address: str = "") -> Workspace:
        """Open a library with this address, or the configured one."""
        return open_workspace((), self.world.root, chosen=Chosen(address, access=self.access))

    def plan(self, options: CopyOptions | None = None) -> Copying:
        """Plan a copy; without options the configuration is to follow."""
        source, target = self.workspace(self.here), self.workspace(self.address)
        with source.library, target.library:
            return prepare_copy(source, target, options or self.switching())

    def copy(
        self, options: CopyOptions | None = None, through: Callable[[Library], Library] = same
    ) -> Copied:
        """Copy; without options the configuration follows."""
        source, target = self.workspace(self.here), self.workspace(self.address)
        target = replace(target, library=through(target.library))
        with source.library, target.library:
            return carry_out_copy(prepare_copy(source, target, options or self.switching()), silent)

    def undo(
        self,
        command: str = "undo",
        number: int = 0,
        through: Callable[[Library], Library] = same,
    ) -> UndoResult:
        """Take back a run, by default the one that the command means, in the library of its own."""
        history = self.history()
        meant = run_to_undo if command == "undo" else run_to_redo
        run = history.whole_run(number or meant(history.runs) or 0)
        workspace = self.workspace(run.address)
        workspace = replace(workspace, library=through(workspace.library))
        with workspace.library:
            return apply_undo(prepare_undo(workspace, run, command=command), silent)

    def history(self) -> History:
        """The runs of the project."""
        return read_history(history_folder(self.world.root / ".zoterodigest"))

    def switching(self) -> CopyOptions:
        """Return the options of a copy that the configuration follows."""
        return replace(self.staying(), is_switched=True)

    def staying(self) -> CopyOptions:
        """Return the options of a copy after which the configuration stays as it is."""
        return CopyOptions(with_disk_path(self.address, self.workspace(self.address).instance))

    def sync(self) -> Prepared:
        """Plan a sync with the library that the configuration names."""
        workspace = self.workspace()
        with workspace.library:
            return self.sync_over(workspace)

    def sync_over(self, workspace: Workspace) -> Prepared:
        """Plan a sync over an open workspace."""
        return prepare(workspace, SYNC)

    @property
    def lock(self) -> LockFile:
        """The lock file."""
        return read_lock(self.world.lock_path.read_bytes())

    @property
    def configuration(self) -> str:
        """What stands in the configuration."""
        return (self.world.root / "zoterodigest.toml").read_text(encoding="utf-8")

    def there(self, title: str) -> str:
        """Return the key of the one live item there with this title."""
        (key,) = (
            one.key
            for one in self.behind.read().items
            if one.data.get("title") == title and not one.is_trashed
        )
        return key

    def titles(self) -> list[str]:
        """Return the titles of all live things there."""
        return titles_in(self.behind)

    def state(self) -> list[str]:
        """Return all that a copy leaves, things by their names in the place of their keys."""
        snapshot = self.behind.read()
        names = {one.key: one.name for one in snapshot.collections}
        names |= {one.key: str(one.data.get("title", "a note"))[:20] for one in snapshot.items}
        objects = [json.dumps(_named(one.data, names), sort_keys=True) for one in snapshot.items]
        objects += [f"{one.name} in {names.get(one.parent or '')}" for one in snapshot.collections]
        text = self.world.lock_path.read_text(encoding="utf-8")
        for key, name in {**names, self.lock.identity: "that library"}.items():
            text = text.replace(key, f"<{name}>")
        objects += [_in_order(line) for line in text.splitlines()]
        return [*sorted(objects), self.configuration.replace(self.address, "that address")]


def _in_order(line: str) -> str:
    """Return a line of a lock file whose lists do not go by keys."""
    key, *words = line.split(" ")
    return " ".join((key, *sorted(words))) if key in ("attachments", "collections") else line


def _named(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return an object's data with names in the place of keys, without when it was changed."""
    found = {name: value for name, value in data.items() if name != "dateModified"}
    found["collections"] = sorted(names[key] for key in data.get("collections", ()))
    found["parentItem"] = names.get(data.get("parentItem", ""))
    related = str(data.get("relations", {}).get("dc:relation", ""))
    return found | {"relations": names.get(related.rpartition("/")[2], related)}


def titles_in(library: Library) -> list[str]:
    """Return the titles of all live things in a library; the text of a note that is not ours."""
    live = (one for one in library.read().items if not one.is_trashed)
    found = (str(one.data.get("title") or one.data.get("note")) for one in live)
    return sorted("our note" if "zd-" in name else name for name in found)


@cache
def template() -> World:
    """A project in sync. Beside what was made the library holds a note, a tag, a collection and a
    related item of the person's, a file, an item that nothing links, and one in the trash.
    """
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = World(Path(folder))
    world.configure(CONFIGURATION)
    links = [f"[{label}](https://example.org/{label})" for label in LABELS]
    first = quoted(ATTENTION, "1706.03762", links=links)
    second = quoted(DIFFUSION, "2006.11239", bullets=["Noise is undone step by step."])
    world.markdown("notes.md", notes(first, second))
    _sync(world)
    world.put_shelf("MYSHELF2", "To read")
    attention, data = world.key(ATTENTION), world.item(ATTENTION)
    world.change(
        attention,
        tags=[*data["tags"], {"tag": "mine"}],
        collections=[*data["collections"], "MYSHELF2"],
        relations={"dc:relation": f"http://zotero.org/users/3/items/{world.key(DIFFUSION)}"},
    )
    world.put(
        a_note(attention, "MYNATE22", note="<p>What I think</p>"),
        an_attachment(attention, "FILE2222", linkMode="imported_file", url="", title="PDF"),
        an_item("ALQNE222", title="Something that Nobody Linked"),
        an_item("TRASH222", title="Thrown away", deleted=1),
    )
    _sync(world)
    return world


def _sync(world: World) -> None:
    workspace = open_workspace((), world.root)
    with workspace.library:
        assert carry_out(prepare(workspace, SYNC), silent).failures == ()


def of_examples(folder: Path) -> World:
    """Return a project of all our examples, in sync."""
    folder.mkdir()
    world = World(folder)
    for path in EXAMPLES:
        shutil.copy(path, folder)
    tables = "".join(f'[[digest]]\npath = "{path.name}"\n' for path in EXAMPLES)
    world.configure(CONFIGURATION.replace('[[digest]]\npath = "notes.md"\n', tables))
    _sync(world)
    return world


def a_project(folder: Path) -> World:
    """Return a copy of the project."""
    world = World(folder, list(template().digests))
    shutil.copytree(template().root, world.root)
    return world


Way = Callable[[Path], AbstractContextManager[Mover]]


@contextmanager
def to_embedded(folder: Path) -> Iterator[Mover]:
    world = a_project(folder / "project")
    with embedded(world.root / "other.sqlite") as behind:
        behind.write([an_item("MINE2222", title=MINE, dateAdded=THEN)])
        name = behind.identity.removeprefix("embedded:")
        home = f"http://zotero.org/users/local/{name}"
        yield Mover(world, "embedded:other.sqlite", behind, home)


@contextmanager
def to_web(folder: Path) -> Iterator[Mover]:
    with over_http(folder) as (mover, _):
        yield mover


@contextmanager
def over_http(
    folder: Path, faults: dict[int, Fault] | None = None
) -> Iterator[tuple[Mover, Proxy]]:
    world = a_project(folder / "project")
    with (
        embedded(folder / "served.sqlite") as behind,
        answering(listener({"users/9": behind}, {"users/9": KEY})) as url,
        faulty(url, faults or {}) as proxy,
    ):
        behind.write([an_item("MINE2222", title=MINE, dateAdded=THEN)])
        access = Access(lambda _: KEY, None, lambda seconds, why: None)
        address, home = f"{proxy.url}/users/9", "http://zotero.org/users/9"
        yield Mover(world, address, behind, home, access), proxy


@contextmanager
def to_desktop(folder: Path) -> Iterator[Mover]:
    with beside_zotero(folder) as (mover, _):
        yield mover


@contextmanager
def beside_zotero(folder: Path) -> Iterator[tuple[Mover, Desktop]]:
    world = a_project(folder / "project")
    with a_desktop(folder / "desktop") as desktop:
        behind = desktop.zotero.library
        behind.write([an_item("MINE2222", title=MINE, dateAdded=THEN)])
        address, home = f"desktop?url={desktop.url}", "http://zotero.org/users/1"
        yield Mover(world, address, behind, home, desktop.access), desktop


WAYS: dict[str, Way] = {"embedded": to_embedded, "web": to_web, "desktop": to_desktop}
"""Ways from the embedded library beside a project to another library."""
