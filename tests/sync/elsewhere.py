"""A world whose library stands elsewhere: behind HTTP, with the manners of the web or the desktop.

Between the two is a proxy, at the same address all the time, that may break requests.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.library.faults import Fault, Proxy, faulty
from tests.library.running_zotero import RunningZotero, running
from tests.library.web import KEY, Clock
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.library.access import Access, Tally
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.server import answering, listener
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Intent
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

Between = Callable[[int], None]
"""What somebody does before the request with this number."""


def nothing(_number: int) -> None:
    """Let nothing happen."""


# Servers


@dataclass(frozen=True, slots=True)
class Manner:
    """How a library is served, and what people write to name it at a base address."""

    name: str
    serve: Callable[[EmbeddedLibrary], AbstractContextManager[str]]
    address: Callable[[str], str]


@contextmanager
def _as_the_web(library: EmbeddedLibrary) -> Iterator[str]:
    bugs: list[Exception] = []
    with answering(listener({"users/1": library}, {"users/1": KEY}, report=bugs.append)) as url:
        yield url
    if bugs:
        raise AssertionError("the server failed") from bugs[0]


@contextmanager
def _as_the_desktop(library: EmbeddedLibrary) -> Iterator[str]:
    with running(RunningZotero(library)) as url:
        yield url.removesuffix("/api")


@contextmanager
def _as_a_desktop_alone(library: EmbeddedLibrary) -> Iterator[str]:
    with running(RunningZotero(library, account=0)) as url:
        yield url.removesuffix("/api")


WEB = Manner("web", _as_the_web, lambda url: f"{url}/users/1")
DESKTOP = Manner("desktop", _as_the_desktop, lambda url: f"desktop?url={url}/api")
ALONE = replace(DESKTOP, name="desktop without an account", serve=_as_a_desktop_alone)


# Worlds


@dataclass
class Elsewhere(World):
    """A world whose library is `behind` the proxy; every run is as a process of its own.

    `tally` counts the requests that the runs say they made.
    """

    manner: Manner = WEB
    database: DatabaseInMemory = field(kw_only=True)
    behind: EmbeddedLibrary = field(kw_only=True)
    proxy: Proxy = field(kw_only=True)
    tally: Tally = field(default_factory=Tally, kw_only=True)

    @property
    def library(self) -> EmbeddedLibrary:
        """The library itself, as a person uses it."""
        return self.behind

    def workspace(self) -> Workspace:
        """Open what a run on these digests works on."""
        machine, keys = self.root / "machine", dict[str, str]()
        access = Access(
            lambda _: KEY,
            machine,
            Clock().wait,
            self.tally,
            local_key_of=lambda instance: keys.get(instance, ""),
            keep_local_key=keys.__setitem__,
            desktop_folder=machine,
        )
        chosen = Chosen(self.manner.address(self.proxy.url), access=access)
        return open_workspace([self.root / name for name in self.digests], self.root, chosen=chosen)

    def run(self, direction: Intent) -> FinishedRun:
        """Run, whatever comes of single records."""
        workspace = self.workspace()
        with workspace.library:
            return carry_out(prepare(workspace, Options(direction)), silent)

    def is_settled(self) -> bool:
        """Tell whether a sync has nothing to do."""
        workspace = self.workspace()
        with workspace.library:
            return prepare(workspace, Options(intent.SYNC)).is_settled

    def kept(self) -> DatabaseInMemory:
        """Return a backup of the library."""
        copy = a_database()
        _copy(self.database, copy)
        return copy

    @contextmanager
    def restored(self, backup: DatabaseInMemory) -> Iterator[None]:
        """Put the library back to what it was, and start its server anew."""
        _copy(backup, self.database)
        with self.manner.serve(self.behind) as url:
            self.proxy.upstream = url
            yield

    def break_requests(self, faults: Mapping[int, Fault], between: Between = nothing) -> None:
        """Break these of the requests that come now, counted from 1."""
        self.proxy.faults, self.proxy.between = faults, between
        self.proxy.requests.clear()


@dataclass(frozen=True, slots=True)
class Template:
    """A world that is copied: its folder, its digests, its library."""

    root: Path
    digests: tuple[str, ...]
    database: DatabaseInMemory


@dataclass(frozen=True, slots=True)
class Stage:
    """Where worlds of one manner live in `folder`, one at a time, behind the same proxy."""

    folder: Path
    manner: Manner
    proxy: Proxy

    @contextmanager
    def world(self, template: Template | None = None) -> Iterator[Elsewhere]:
        """Give a world like `template`, an empty one if there is none."""
        root = self.folder / "world"
        shutil.rmtree(root, ignore_errors=True)
        database = a_database()
        if template is None:
            root.mkdir(parents=True)
        else:
            shutil.copytree(template.root, root)
            _copy(template.database, database)
        digests = list(template.digests) if template else []
        behind = EmbeddedLibrary(database, clock=lambda: datetime(2026, 8, 1, tzinfo=UTC))
        with behind, self.manner.serve(behind) as url:
            self.proxy.upstream = url
            world = Elsewhere(
                root, digests, self.manner, database=database, behind=behind, proxy=self.proxy
            )
            world.break_requests({})
            yield world
        self.proxy.late.clear()

    def template(self, make: Callable[[Elsewhere], None], name: str) -> Template:
        """Return what `make` makes of an empty world."""
        with self.world() as world:
            make(world)
            root = self.folder / name
            shutil.copytree(world.root, root)
            return Template(root, tuple(world.digests), world.kept())


@contextmanager
def a_stage(folder: Path, manner: Manner) -> Iterator[Stage]:
    """Give a stage for worlds of this manner."""
    with faulty("") as proxy:
        yield Stage(folder, manner, proxy)


def a_database() -> DatabaseInMemory:
    return DatabaseInMemory("embedded:5a1f")


def _copy(source: DatabaseInMemory, target: DatabaseInMemory) -> None:
    with source.reading() as there, target.reading() as here:
        there.backup(here)
