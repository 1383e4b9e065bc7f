"""`library copy`, as a person at the command line meets it."""

from __future__ import annotations

import atexit
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.builders import an_item
from tests.cli.conftest import Zoterodigest, a_digest, in_library
from tests.library.web import KEY, Server, a_server
from tests.sync.world import World

HERE = "embedded:.zoterodigest/library.sqlite"
ATTENTION = "Attention Is All You Need"


@cache
def template() -> Path:
    """A project in sync with its embedded library; no configuration."""
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    world = World(Path(folder))
    world.markdown("papers.md", a_digest((ATTENTION, "1706.03762")))
    world.push()
    return world.root


@pytest.fixture
def project(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(template(), tmp_path, dirs_exist_ok=True)
    return tmp_path


def configured(project: Path) -> Path:
    path = project / "zoterodigest.toml"
    path.write_text(f"library = '{HERE}' # mine\n[[digest]]\npath = \"papers.md\"\n")
    return path


@pytest.fixture
def server(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    with a_server() as server:
        yield server


def test_a_copy_is_shown_done_and_told_and_the_next_sync_has_nothing_to_do(
    zoterodigest: Zoterodigest, project: Path, server: Server
) -> None:
    config = configured(project)
    in_library(project, an_item("ALQNE222", title="Something Else"))
    address = f"{server.url}/users/1"

    copied = zoterodigest("library", "copy", HERE, address, "--switch")
    synced = zoterodigest("sync")

    assert copied.code == 0
    assert copied.out == (
        f"from       {HERE}\n"
        f"to         {address}\n"
        "\n"
        "To copy\n"
        "       1  new item\n"
        "       1  new note\n"
        "       1  new collection\n"
        "Not copied\n"
        "       1  unlinked item (--all copies it)\n"
        "\n"
        f"Done: 1 item, 1 note and 1 collection written into {address}.\n"
        f"The lock file now links with {address}.\n"
        "zoterodigest.toml names it.\n"
    )
    assert config.read_text() == f'library = "{address}" # mine\n[[digest]]\npath = "papers.md"\n'
    assert synced.code == 0
    assert synced.out.endswith("Already up to date.\n")


def test_without_switch_the_line_to_write_is_told(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    config = configured(project)
    before = config.read_bytes()

    copied = zoterodigest("library", "copy", HERE, "embedded:other.sqlite")
    again = zoterodigest("library", "copy", HERE, "embedded:other.sqlite", "--switch")

    assert '  library = "embedded:other.sqlite"\n' in copied.out
    assert config.read_bytes() != before
    assert "Nothing to write.\n" in again.out
    assert "zoterodigest.toml names it." in again.out
    assert zoterodigest("sync").out.endswith("Already up to date.\n")


def test_without_a_configuration_it_is_told_how_to_go_on(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    copied = zoterodigest("library", "copy", HERE, "embedded:other.sqlite", "--switch")

    assert "Next: give each command --library embedded:other.sqlite" in copied.out
    assert not (project / "zoterodigest.toml").exists()
    assert zoterodigest("sync", "--library", "embedded:other.sqlite").code == 0


def test_a_dry_run_writes_nothing(zoterodigest: Zoterodigest, project: Path) -> None:
    lock = (project / "zoterodigest.lock").read_bytes()

    shown = zoterodigest("library", "copy", HERE, "embedded:other.sqlite", "--dry-run")

    assert (shown.code, shown.out.count("new item")) == (0, 1)
    assert "Done" not in shown.out
    assert not (project / "other.sqlite").exists()
    assert (project / "zoterodigest.lock").read_bytes() == lock


def test_nobody_who_agreed_writes_nothing_beside_things_of_ones_own(
    zoterodigest: Zoterodigest, project: Path, server: Server
) -> None:
    server.behind.write([an_item("MINE2222", title="Mine")])
    command = ("library", "copy", HERE, f"{server.url}/users/1")

    asked = zoterodigest(*command)
    agreed = zoterodigest(*command, "--yes")

    assert asked.code == 7
    assert agreed.code == 0
    assert len(server.behind.read().items) == 3


def test_what_failed_is_told_and_the_next_copy_goes_on(
    zoterodigest: Zoterodigest, project: Path, server: Server
) -> None:
    url = "https://arxiv.org/abs/1706.03762"
    server.behind.write([an_item("THEIRS22", url=url), an_item("THEIRS33", url=url)])
    command = ("library", "copy", HERE, f"{server.url}/users/1", "--yes")

    failed = zoterodigest(*command)
    server.behind.erase(["THEIRS33"])
    completed = zoterodigest(*command)

    assert failed.code == 1
    assert "The lock file stays as it was." in failed.out
    assert f"error: item: {ATTENTION}: it may be any of these there" in failed.err
    assert completed.code == 0
    assert "already there; 1 item gets missing values" in completed.out


def test_undo_and_redo_find_the_library_that_a_copy_went_to_without_its_name(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    config = configured(project)
    before = config.read_bytes(), (project / "zoterodigest.lock").read_bytes()

    zoterodigest("library", "copy", HERE, "embedded:other.sqlite")
    listed = zoterodigest("log").out
    shown = zoterodigest("log", "2").out
    undone = zoterodigest("undo", "--yes")
    after = config.read_bytes(), (project / "zoterodigest.lock").read_bytes()
    synced = zoterodigest("sync")
    redone = zoterodigest("redo", "--yes")

    assert re.search(r"copy +1 item, 1 note, 1 collection\n", listed)
    assert "The library is embedded:other.sqlite." in shown
    assert (undone.code, redone.code) == (0, 0)
    assert "1 item and 1 collection." in undone.out
    assert after == before
    assert synced.out.endswith("Already up to date.\n")
    assert zoterodigest("sync", "--library", "embedded:other.sqlite").code == 0


def test_a_dry_run_of_undo_takes_nothing_of_a_copy_back(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    configured(project)
    zoterodigest("library", "copy", HERE, "embedded:other.sqlite", "--switch")
    held = {path: path.read_bytes() for path in project.iterdir() if path.is_file()}

    shown = zoterodigest("undo", "--dry-run")

    assert "Planned: run 2" in shown.out
    assert held == {path: path.read_bytes() for path in project.iterdir() if path.is_file()}


def test_json_tells_all_of_it(zoterodigest: Zoterodigest, project: Path) -> None:
    ran = zoterodigest("library", "copy", HERE, "embedded:other.sqlite", "--json")

    told = json.loads(ran.out)
    assert (told["written"], told["moved"], told["configured"]) == (3, True, False)
    assert told["new"] == {"items": 1, "notes": 1, "attachments": 0, "collections": 1}
    assert told["line"] == 'library = "embedded:other.sqlite"'
    assert told["failures"] == []


def test_a_library_that_is_not_there_is_not_copied_as_empty(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    ran = zoterodigest("library", "copy", "embedded:typo.sqlite", "embedded:other.sqlite", "--all")

    assert ran.code == 14
    assert "there is no library at typo.sqlite yet" in ran.err


def test_no_key_is_shown(zoterodigest: Zoterodigest, project: Path, server: Server) -> None:
    ran = zoterodigest("library", "copy", HERE, f"{server.url}/users/1", "--stats")

    assert "Requests: " in ran.err
    files = (path for path in project.rglob("*") if path.is_file())
    assert KEY not in ran.out + ran.err
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
