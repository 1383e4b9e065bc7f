"""No secret in any output: whatever runs print, and every file they write, also in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from tests.builders import changed
from tests.cli.conftest import Ran, Zoterodigest, a_digest, cache_of
from tests.cli.keyrings import KeyringInMemory, installed
from tests.library.desktop import a_desktop
from tests.library.web import KEY, Serve, Server, a_server
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.server.messages import Request, Response

TITLE = "Attention Is All You Need"
PRIVATE = "myopinionofit"
LOCAL = "local-key-"


@dataclass
class Watch:
    """What runs in `folder` print, and which files hold a secret when they are looked at."""

    folder: Path
    zoterodigest: Zoterodigest
    ran: list[Ran] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    secrets: tuple[str, ...] = (KEY, LOCAL, PRIVATE)

    def __call__(self, *arguments: str) -> int:
        """Run, and look at what it left."""
        ran = self.zoterodigest(*arguments)
        self.look()
        self.told |= {f"{arguments}" for one in self.secrets if one in ran.out + ran.err}
        return ran.code

    def look(self) -> None:
        """Look at every file that there is now."""
        for path in [*self.folder.rglob("*"), *cache_of(self.folder).rglob("*")]:
            if path.is_file():
                self.seen.add(path.name.partition("-")[0])
                content = path.read_bytes()
                self.told |= {path.name for one in self.secrets if one.encode() in content}

    def looking(self, request: Request, serve: Serve) -> Response:
        """Let a request through once everything was looked at."""
        self.look()
        return serve(request)


@pytest.fixture
def watch(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Watch]:
    """A project, a keyring, and errors shown with where they happened."""
    monkeypatch.setenv("ZOTERODIGEST_DEBUG", "1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    (tmp_path / "papers.md").write_text(a_digest((TITLE, "1706.03762"), ("Mask", "1703.06870")))
    bib = '[[digest]]\npath = "papers.md"\n\n[[bibliography]]\npath = "refs.bib"\n'
    (tmp_path / "zoterodigest.toml").write_text(bib)
    with installed(KeyringInMemory()):
        yield Watch(tmp_path, zoterodigest)


@contextmanager
def broken_off(server: Server) -> Iterator[None]:
    """Let the server fail at every write, and repeat all that the client told it."""
    before = server.between

    def failing(request: Request, serve: Serve) -> Response:
        if request.method != "POST":
            return before(request, serve)
        return Response(500, {}, f"no {request.headers} {request.body!r}".encode())

    server.between = failing
    yield
    server.between = before


def write_something_private(library: EmbeddedLibrary) -> None:
    """Let the person write into the note of the first paper what is nobody's business."""
    notes = [item for item in library.read().items if item.data["itemType"] == "note"]
    note = next(item for item in notes if "What it does" in item.data["note"])
    hidden = f"{note.data['note']}<h2>Private</h2><p>{PRIVATE}</p>"
    library.write([changed(note, note=hidden)])


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "papers.md"
    path.write_text(path.read_text().replace(old, new, 1))


def play(watch: Watch, library: EmbeddedLibrary, *named: str) -> list[int]:
    """Run what there is to be run over a library that holds something private."""
    codes = [watch("push", "--yes", *named), watch("sync", "--json", *named)]
    write_something_private(library)
    edit(watch.folder, "What it does", "What it really does")
    codes += [watch("plan", "--json", *named), watch("status", *named)]
    codes += [watch("sync", "--yes", "--stats", *named), watch("export", *named)]
    codes += [watch("ls", *named), watch("ls", "--json", *named), watch("log"), watch("log", "1")]
    watch("doctor", *named)
    codes += [watch("conflicts", *named), watch("undo", "--yes", *named)]
    return [*codes, watch("remove", "--dry-run", *named)]


def test_runs_over_the_web_tell_no_secret(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_server() as server:
        address, server.between = f"{server.url}/users/1", watch.looking
        monkeypatch.setattr("sys.stdin", StringIO(f"{KEY}\n"))
        auth = [watch("auth", address), watch("auth", "status", address)]

        codes = play(watch, server.behind, "--library", address)
        edit(watch.folder, "CVPR 2025", "CVPR 2024")
        with broken_off(server):
            broken = [watch("sync", "--yes", "--library", address)]
        broken += [watch("sync", "--yes", "--library", f"{address}?key={KEY}"), watch("auth", KEY)]
        server.between = lambda request, serve: Response(403, {}, f"no {KEY}".encode())
        broken += [watch("sync", "--library", address)]
        watch("doctor", "--library", address)
        auth.append(watch("auth", "remove", address))

    assert (auth, codes, broken) == ([0, 0, 0], [0] * 13, [22, 2, 19, 19])
    assert watch.told == set()
    assert {"journal.jsonl", "zoterodigest.lock", "library"} <= watch.seen


def test_runs_over_the_running_zotero_tell_no_secret(watch: Watch) -> None:
    with a_desktop() as desktop:
        address = f"desktop?url={desktop.url}"
        auth = [watch("auth", address), watch("auth", "status", address)]

        codes = play(watch, desktop.zotero.library, "--library", address)

    assert (auth, codes) == ([0, 0], [0] * 13)
    assert desktop.zotero.keys
    assert watch.told == set()
    assert {"zoterodigest.lock", "desktop"} <= watch.seen
