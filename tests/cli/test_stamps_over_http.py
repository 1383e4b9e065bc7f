"""A run over a network that found nothing to do is repeated if one request finds all as it was."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest

from tests.cli.conftest import Ran, Zoterodigest, a_digest, cache_of
from tests.cli.keyrings import KeyringInMemory, installed
from tests.library.desktop import Desktop, a_desktop
from tests.library.web import KEY, Serve, Server, a_server
from zoterodigest.cli.base import stamps
from zoterodigest.library.address import WebAddress
from zoterodigest.library.api_keys import SERVICE
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.server.messages import Request, Response
from zoterodigest.project.settled import said_before

TITLE = "Attention Is All You Need"
PAPERS = (TITLE, "1706.03762"), ("Diffusion", "2006.11239")
STATE = ".zoterodigest"
OTHER_KEY = "Q9NiFoyLeZu2bZNvvuQPDWsd"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run wait for nothing."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture
def web(zoterodigest: Zoterodigest, tmp_path: Path, server: Server) -> Path:
    """A project over a server in which `sync` found nothing to do and has its stamp."""
    settle(zoterodigest, tmp_path, f"{server.url}/users/1")
    assert has_stamp()
    server.counted()
    return tmp_path


@pytest.fixture
def zotero() -> Iterator[Desktop]:
    """A running Zotero, whose clock goes on with each object that is written."""
    seconds = count()
    with a_desktop(
        clock=lambda: datetime(2026, 8, 1, tzinfo=UTC) + timedelta(seconds=next(seconds))
    ) as desktop:
        yield desktop


@pytest.fixture
def desktop(zoterodigest: Zoterodigest, tmp_path: Path, zotero: Desktop) -> Path:
    """A project over a running Zotero in which `sync` found nothing to do and has its stamp."""
    settle(zoterodigest, tmp_path, f"desktop?url={zotero.url}")
    assert has_stamp()
    zotero.zotero.requests.clear()
    return tmp_path


def settle(zoterodigest: Zoterodigest, project: Path, library: str) -> None:
    (project / "papers.md").write_text(a_digest(*PAPERS))
    configuration = f'library = "{library}"\n[[digest]]\npath = "papers.md"\n'
    (project / "zoterodigest.toml").write_text(configuration)
    assert zoterodigest("push", "--yes", "--offline").code == 0
    assert zoterodigest("sync", "--yes").code == 0
    for _ in range(2):
        zoterodigest("sync")


def has_stamp() -> bool:
    """Tell whether `sync` would be repeated from its stamp now."""
    request = stamps.request_of(["sync"])
    if request is None:
        return False
    return said_before(request.folder, request.key, stamps.token_at) is not None


def is_one_look(requests: Sequence[Request]) -> bool:
    """Tell whether these are the one request for the state of the library."""
    return [one.query.get("limit") for one in requests] == [["1"]]


def ran_again(zoterodigest: Zoterodigest, *arguments: str) -> Ran:
    """Run a command with all stamps gone."""
    shutil.rmtree(Path(STATE) / "cache", ignore_errors=True)
    return zoterodigest(*arguments)


def edited(library: EmbeddedLibrary, titled: str = TITLE, **data: object) -> None:
    """Edit an item as another client of the library does."""
    (item,) = (one for one in library.read().items if one.data.get("title") == titled)
    library.write([LibraryItem(item.key, item.version, data)])


def with_a_collection(library: EmbeddedLibrary) -> None:
    library.write_collections([Collection("SHELF222", 0, "New")])


@contextmanager
def restored(library: EmbeddedLibrary) -> Iterator[None]:
    """Take a copy; put it back in the place of what was done meanwhile."""
    with closing(sqlite3.connect(":memory:")) as copy:
        with library._database.reading() as now:
            now.backup(copy)
        yield
        with library._database.reading() as now:
            copy.backup(now)


def gone_another_way(zoterodigest: Zoterodigest, library: EmbeddedLibrary) -> None:
    """Find nothing to do in a library, then put back a copy and edit it up to the same version."""
    with restored(library):
        edited(library, extra="Once")
        for _ in range(2):
            assert zoterodigest("sync").code == 0
        assert has_stamp()
        version = library.version()
    edited(library, extra="Twice")
    assert library.version() == version


CHANGES: dict[str, Callable[[EmbeddedLibrary], object]] = {
    "edited": lambda library: edited(library, title="Edited"),
    "trashed": lambda library: edited(library, deleted=1),
    "collection": with_a_collection,
}


# --- the web -------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["sync", "status --check", "plan --json", "pull papers.md"])
def test_a_settled_command_over_the_web_takes_one_request(
    zoterodigest: Zoterodigest, web: Path, server: Server, command: str
) -> None:
    first = zoterodigest(*command.split())
    server.counted()

    repeated = zoterodigest(*command.split())

    assert is_one_look(server.requests)
    assert repeated == first == ran_again(zoterodigest, *command.split())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_a_library_on_the_web_makes_the_stamp_void(
    web: Path, server: Server, change: Callable[[EmbeddedLibrary], object]
) -> None:
    with restored(server.behind):
        change(server.behind)
        assert not has_stamp()

    assert has_stamp()


def test_a_restored_library_on_the_web_makes_the_stamp_void(
    zoterodigest: Zoterodigest, web: Path, server: Server
) -> None:
    gone_another_way(zoterodigest, server.behind)

    assert not has_stamp()


def test_a_stamp_has_no_key_and_holds_for_its_key_only(
    zoterodigest: Zoterodigest, web: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_any_key(request: Request, serve: Serve) -> Response:
        return serve(replace(request, headers={**request.headers, "zotero-api-key": KEY}))

    server.between = with_any_key
    keyring = KeyringInMemory()
    name = WebAddress(server.url, "user", 1).identity
    keyring.set_password(SERVICE, name, KEY)
    monkeypatch.delenv("ZOTERO_API_KEY")
    with installed(keyring):
        for _ in range(2):
            zoterodigest("sync")
        assert has_stamp()
        keyring.set_password(SERVICE, name, OTHER_KEY)
        assert not has_stamp()

    kept = b"".join(path.read_bytes() for path in (web / STATE / "cache").iterdir())
    assert KEY.encode() not in kept


def require_refused_as_without_a_stamp(zoterodigest: Zoterodigest) -> None:
    refused = zoterodigest("sync")

    assert refused.code == 20
    assert refused == ran_again(zoterodigest, "sync")


def test_a_server_that_does_not_tell_its_state_has_no_stamp(
    zoterodigest: Zoterodigest, web: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_tag(request: Request, serve: Serve) -> Response:
        found = serve(request)
        kept = {name: value for name, value in found.headers.items() if name != "ETag"}
        return replace(found, headers=kept)

    server.between = without_tag
    for _ in range(2):
        zoterodigest("sync")
    assert not has_stamp()

    # A library at zotero.org never goes back to a version: there this tells its state.
    monkeypatch.setattr("zoterodigest.library.web.library.ZOTERO_ORG", server.url)
    zoterodigest("sync")
    assert has_stamp()


def answers(*statuses: int) -> Callable[[Request, Serve], Response]:
    """Give these statuses first, one for each request, then what the server answers."""
    left = iter(statuses)

    def between(request: Request, serve: Serve) -> Response:
        status = next(left, 0)
        return Response(status, {"Retry-After": "0"}) if status else serve(request)

    return between


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_server_that_refuses_is_reported_as_without_a_stamp(
    zoterodigest: Zoterodigest, web: Path, server: Server, status: int
) -> None:
    server.between = lambda request, serve: Response(status, {"Retry-After": "0"})

    refused = zoterodigest("sync")

    assert refused.code != 0
    assert refused == ran_again(zoterodigest, "sync")


def test_a_server_that_is_busy_is_asked_again(
    zoterodigest: Zoterodigest, web: Path, server: Server
) -> None:
    first = zoterodigest("sync")
    server.counted()
    server.between = answers(429, 503)

    assert zoterodigest("sync") == first
    assert server.counted() == (3, 0)


def test_a_server_out_of_reach_is_reported_as_without_a_stamp(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    with a_server() as server:
        settle(zoterodigest, tmp_path, f"{server.url}/users/1")
        assert has_stamp()

    require_refused_as_without_a_stamp(zoterodigest)


def test_a_local_change_makes_the_stamp_void_without_a_request(web: Path, server: Server) -> None:
    (web / "papers.md").write_text(a_digest(*PAPERS, ("A New Paper", "2401.00001")))

    assert not has_stamp()
    assert server.counted() == (0, 0)


# --- the running Zotero --------------------------------------------------------------------------


def test_a_settled_command_over_zotero_takes_one_request(
    zoterodigest: Zoterodigest, desktop: Path, zotero: Desktop
) -> None:
    first = zoterodigest("sync")

    assert zotero.zotero.requests == ["GET /api/users/0/items"]
    assert first == ran_again(zoterodigest, "sync")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_a_library_of_zotero_makes_the_stamp_void(
    desktop: Path, zotero: Desktop, change: Callable[[EmbeddedLibrary], object]
) -> None:
    with restored(zotero.zotero.library):
        change(zotero.zotero.library)
        assert not has_stamp()

    assert has_stamp()


def test_a_restored_library_of_zotero_makes_the_stamp_void(
    zoterodigest: Zoterodigest, desktop: Path, zotero: Desktop
) -> None:
    gone_another_way(zoterodigest, zotero.zotero.library)

    assert not has_stamp()


def test_another_zotero_or_another_account_makes_the_stamp_void(
    desktop: Path, zotero: Desktop
) -> None:
    zotero.zotero.account = 2
    assert not has_stamp()
    zotero.zotero.account, zotero.zotero.server_id = 1, "c4d2a7b3"
    assert not has_stamp()
    zotero.zotero.server_id = "b3c1f6a2"

    assert has_stamp()


@pytest.mark.parametrize("kept", [STATE + "/seen-*", "data/zoterodigest/desktop-*.json"])
def test_what_is_kept_of_a_zotero_is_an_input(desktop: Path, kept: str) -> None:
    (path,) = [*desktop.glob(kept), *cache_of(desktop).glob(kept)]
    with path.open("ab") as file:
        file.write(b" ")

    assert not has_stamp()


def test_a_zotero_that_does_not_run_is_reported_as_without_a_stamp(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    with a_desktop() as zotero:
        settle(zoterodigest, tmp_path, f"desktop?url={zotero.url}")
        assert has_stamp()

    require_refused_as_without_a_stamp(zoterodigest)


# --- at every moment of a history ----------------------------------------------------------------


class Story:
    """A project over a server, to which something happens again and again."""

    def __init__(self, zoterodigest: Zoterodigest, project: Path, server: Server) -> None:
        self.zoterodigest = zoterodigest
        self.project = project
        self.server = server
        self.used = 0

    def happens(self, random: Random) -> None:
        """Let one thing happen, or nothing."""
        step = random.choice(
            [self.edit_item, self.edit_entry, self.restore, self.refuse, self.sync, self.sync]
        )
        step(random)

    def edit_item(self, random: Random) -> None:
        library = self.server.behind
        item = random.choice([one for one in library.read().items if "title" in one.data])
        library.write([LibraryItem(item.key, item.version, {"extra": str(random.random())})])

    def edit_entry(self, random: Random) -> None:
        path = self.project / "papers.md"
        path.write_text(path.read_text().replace("What it", f"What {random.random()} it", 1))

    def restore(self, random: Random) -> None:
        with restored(self.server.behind):
            self.edit_item(random)
            if random.random() < 0.5:
                self.sync(random)
        self.edit_item(random)

    def refuse(self, random: Random) -> None:
        self.server.between = answers(*[random.choice([403, 429, 503])] * random.randrange(3))

    def sync(self, random: Random) -> None:
        self.zoterodigest("sync", "--yes", "--offline")

    def look(self, random: Random) -> None:
        """Give a command with its stamp, if it has one, and without."""
        command = random.choice(["plan", "status --json", "pull --dry-run"]).split()
        refusals = [random.choice([0, 0, 0, 403, 503])] * random.choice([1, 9])
        self.server.between = answers(*filter(None, refusals))
        self.server.requests.clear()
        said = self.zoterodigest(*command)
        self.used += is_one_look(self.server.requests) and said.code == 0
        self.server.between = answers(*filter(None, refusals))
        assert said == ran_again(self.zoterodigest, *command)
        self.server.between = answers()
        self.zoterodigest(*command)


def play(story: Story, seed: int, steps: int) -> None:
    random = Random(seed)
    for _ in range(steps):
        story.happens(random)
        for _ in range(2):
            story.look(random)


@pytest.mark.parametrize("seed", range(2))
def test_a_command_over_the_web_says_from_its_stamp_what_it_says_without(
    zoterodigest: Zoterodigest, web: Path, server: Server, seed: int
) -> None:
    story = Story(zoterodigest, web, server)

    play(story, seed, steps=6)

    assert story.used > 1


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(10, 110))
def test_commands_of_long_histories_over_the_web_say_the_same_from_their_stamps(
    zoterodigest: Zoterodigest, web: Path, server: Server, seed: int
) -> None:
    play(Story(zoterodigest, web, server), seed, steps=20)
