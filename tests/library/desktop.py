"""Our client of the running Zotero over HTTP, and a server with the desktop's manners."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.library.faults import Fault, Proxy, faulty
from tests.library.running_zotero import RunningZotero, running
from tests.library.web import Clock
from zoterodigest.library.access import Access
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.library import DesktopLibrary
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary


@dataclass
class Desktop:
    """A Zotero that runs at `url`, and what this machine keeps of it."""

    zotero: RunningZotero
    url: str
    folder: Path | None = None
    clock: Clock = field(default_factory=Clock)
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def access(self) -> Access:
        """How this machine reaches it."""
        return Access(
            wait=self.clock.wait,
            desktop_folder=self.folder,
            local_key_of=lambda instance: self.keys.get(instance, ""),
            keep_local_key=self.keys.__setitem__,
        )

    def client(self, group: int | None = None) -> DesktopLibrary:
        """Return a client as a process of its own would have it."""
        return DesktopLibrary(
            DesktopAddress(self.url, group), self.access, now=lambda: self.clock.now
        )

    @contextmanager
    def breaking(self, *faults: Fault, first: int = 1) -> Iterator[Proxy]:
        """Break requests on the way to it, from the one with the number `first` on."""
        upstream = self.url
        numbered = dict(enumerate(faults, start=first))
        with faulty(upstream.removesuffix("/api"), numbered) as proxy:
            self.url = f"{proxy.url}/api"
            yield proxy
        self.url = upstream


@contextmanager
def a_desktop(
    folder: Path | None = None,
    prepare: Callable[[RunningZotero], None] = lambda zotero: None,
    clock: Callable[[], datetime] = lambda: datetime(2026, 8, 1, tzinfo=UTC),
) -> Iterator[Desktop]:
    """Give a Zotero with an empty library and an empty group, both in memory."""
    with ExitStack() as stack:
        libraries = [
            stack.enter_context(
                EmbeddedLibrary(
                    DatabaseInMemory(f"embedded:{name}"),
                    clock=clock,
                )
            )
            for name in ("5a1f", "6b2e")
        ]
        zotero = RunningZotero(libraries[0], {7: libraries[1]})
        prepare(zotero)
        url = stack.enter_context(running(zotero))
        yield Desktop(zotero, url, folder)
