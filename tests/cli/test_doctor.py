"""`doctor` tells what is broken, why it matters and what mends it, and breaks at nothing itself."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.builders import an_item
from tests.cli.conftest import Ran, Zoterodigest, a_digest, cache_of, in_library
from tests.cli.keyrings import installed, no_keyring
from tests.library.desktop import a_desktop
from tests.library.web import KEY, Server, a_server
from tests.processes import run
from tests.sync.world import World
from zoterodigest.library.connect import connect, embedded
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.server.messages import Request, Response
from zoterodigest.lookup.cache import cache_file

NEED = ("Attention Is All You Need", "1706.03762")
DENOISING = ("Denoising Diffusion Probabilistic Models", "2006.11239")


def found(ran: Ran, name: str = "") -> list[str]:
    """Return what is wrong, of all checks or of one; the exit code must say so."""
    checks = json.loads(ran.out)["checks"]
    whats = [
        each["what"] for one in checks for each in one["findings"] if name in ("", one["check"])
    ]
    assert ran.err == ""
    assert ran.code == (1 if any(one["findings"] for one in checks) else 0)
    return whats


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file below `folder` with its bytes and its time."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two digests, a configuration, and all of it pushed; to be copied."""
    world = World(tmp_path_factory.mktemp("pushed"))
    world.markdown("papers.md", a_digest(NEED, DENOISING))
    world.markdown("others.md", a_digest(("Learning to See in the Dark", "1805.01934")))
    world.configure('[[digest]]\npath = "papers.md"\n[[digest]]\npath = "others.md"\n')
    world.push()
    return world.root


@pytest.fixture
def project(zoterodigest: Zoterodigest, tmp_path: Path, pushed: Path) -> Path:
    """Two digests, a configuration, and all of it pushed."""
    return shutil.copytree(pushed, tmp_path, dirs_exist_ok=True)


def test_the_json_of_a_check_begins_with_its_name_and_ends_with_its_findings(
    zoterodigest: Zoterodigest,
) -> None:
    (check, *_) = json.loads(zoterodigest("doctor", "--json").out)["checks"]
    assert [*check] == ["check", "is_well", "skipped", "remarks", "findings"]


def test_a_project_that_is_well_has_no_findings_and_is_not_touched(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    before = tree(project)

    ran = zoterodigest("doctor")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "configuration   fine\n"
        "formats         fine\n"
        "digests         fine\n"
        "bibliographies  fine\n"
        "lock file       fine\n"
        "state folder    fine\n"
        "packages        fine\n"
        "cache           fine\n"
        "library         fine\n"
        "links           fine\n"
        "notes           fine\n"
        "duplicates      fine\n"
        "\n"
        "12 checks: nothing is wrong\n"
    )
    assert tree(project) == before


def test_where_there_is_nothing_yet_nothing_is_wrong(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ran = zoterodigest("doctor")

    assert ran.code == 0
    assert "skipped: there is no library yet\n" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_each_finding_says_what_is_wrong_why_and_what_mends_it(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "zoterodigest.toml").write_text("library = ")

    ran = zoterodigest("doctor")

    assert ran.code == 1
    assert (
        ran.out.startswith(f"configuration   1 finding\n  * {project}/zoterodigest.toml:1:11: ")
        or "configuration   1 finding\n" in ran.out
    )
    assert "    why  As long as it cannot be read, no run begins.\n" in ran.out
    assert "    do   " in ran.out
    assert "library         skipped: the configuration that names it cannot be read\n" in ran.out


def test_a_configuration_that_cannot_be_read_stops_no_other_check(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "zoterodigest.toml").write_text("[[digest]]\npath = 3\n")
    (project / "others.md").unlink()
    (project / ".zoterodigest" / "journal.jsonl").write_text('{"nothing": "known"}\n')

    ran = zoterodigest("doctor", "--json")

    assert len(found(ran, "configuration")) == 1
    assert "others.md, which the lock file links, is not there" in "\n".join(found(ran, "digests"))
    assert "the journal of a run that was killed cannot be read" in found(ran, "state folder")[0]


@pytest.mark.parametrize(
    ("name", "text", "check", "what"),
    [
        ("my.format.toml", "name = 3\n", "formats", "my.format.toml"),
        ("papers.md", "Nothing here is a paper.\n", "digests", "was understood"),
        ("papers.md", "\0\0\0", "digests", "papers.md"),
        (
            ".zoterodigest/added.json",
            '{"format":',
            "state folder",
            "added.json:1:11: what is known",
        ),
        (".zoterodigest/added.json", '{"format": 9}', "state folder", "by a newer version"),
        ("zoterodigest.lock", "not ours\n", "lock file", "the lock file cannot be used"),
        ("refs.bib", "@article{a, title = {broken\n", "bibliographies", "1 place of"),
    ],
)
def test_a_broken_file_is_found_and_the_library_still_looked_at(
    zoterodigest: Zoterodigest, project: Path, name: str, text: str, check: str, what: str
) -> None:
    with (project / "zoterodigest.toml").open("a") as stream:
        stream.write('[[bibliography]]\npath = "refs.bib"\n')
    (project / name).write_text(text)

    ran = zoterodigest("doctor", "--json")

    (only,) = found(ran, check)
    assert what in only
    states = {one["check"]: one["skipped"] for one in json.loads(ran.out)["checks"]}
    assert states["library"] is states["duplicates"] is None


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def made_a_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\x00{[=\n" * 20),
    "a folder": made_a_folder,
    "a loop": made_a_loop,
}
DEEP = ("empty", "cut", "a folder")


@pytest.mark.parametrize(
    "name",
    ["no text", "a loop", *(pytest.param(name, marks=pytest.mark.deep) for name in DEEP)],
)
def test_whatever_file_is_damaged_every_check_is_made(
    zoterodigest: Zoterodigest, project: Path, name: str
) -> None:
    names = ("zoterodigest.toml", "zoterodigest.lock", "papers.md", ".zoterodigest/library.sqlite")
    memories = (project / ".zoterodigest").glob("seen-*")
    for path in (*(project / name for name in names), *memories):
        whole = path.read_bytes()
        DAMAGES[name](path)

        ran = zoterodigest("doctor", "papers.md", "--json")

        assert len(json.loads(ran.out)["checks"]) == 12, path
        assert (ran.code in (0, 1), ran.err) == (True, ""), path
        path.rmdir() if path.is_dir() else path.unlink()
        path.write_bytes(whole)


def test_rules_that_name_nothing_are_found(zoterodigest: Zoterodigest, project: Path) -> None:
    with (project / "zoterodigest.toml").open("a") as stream:
        stream.write('[[digest]]\npath = "daily/*.md"\n[formats]\nfolders = ["layouts"]\n')
        stream.write('[[bibliography]]\npath = "refs.bib"\ncited = ["main.tex"]\n')

    whats = "\n".join(found(zoterodigest("doctor", "--json"), "configuration"))

    assert "no file matches daily/*.md" in whats
    assert f"there is no folder {project}/layouts" in whats
    assert f"{project}/main.tex is not there" in whats


def test_a_digest_that_is_gone_or_unreadable_stops_no_other(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "papers.md").unlink()
    (project / "others.md").write_text("<<<<<<< a\n" + a_digest(NEED) + ">>>>>>> b\n")

    whats = found(zoterodigest("doctor", "--json"), "digests")

    assert whats[0] == f"{project}/papers.md: no such file"
    assert len(whats) == 2
    assert "others.md" in whats[1]


def test_a_conflict_copy_of_a_list_is_found_and_is_no_digest(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    with (project / "zoterodigest.toml").open("a") as stream:
        stream.write('[[digest]]\npath = "*.md"\n')
    copy = project / "papers.sync-conflict-20260101-101010-ABCDEF.md"
    copy.write_text((project / "papers.md").read_text())

    (what,) = found(zoterodigest("doctor", "--json"), "digests")

    assert what == f"1 file made by a sync service as a second copy: {copy}"
    assert "Already up to date." in zoterodigest("status").out


def test_two_digests_that_are_one_file_are_found(zoterodigest: Zoterodigest, project: Path) -> None:
    (project / "others.md").unlink()
    (project / "others.md").hardlink_to(project / "papers.md")

    whats = found(zoterodigest("doctor", "--json"), "digests")

    assert whats == [f"{project}/papers.md and {project}/others.md are one file"]


def test_conflict_marks_in_the_lock_file_are_found_and_the_remedy_helps(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    lock = project / "zoterodigest.lock"
    text = lock.read_text()
    at = text.index("\nzd-") + 1
    lock.write_text(f"{text[:at]}<<<<<<< ours\n{text[at:]}=======\n{text[at:]}>>>>>>> theirs\n")

    (what,) = found(zoterodigest("doctor", "--json"))

    assert what == f"{lock} holds conflict marks of git"
    zoterodigest("sync")
    assert found(zoterodigest("doctor", "--json")) == []


def test_the_journal_of_a_killed_run_is_found_and_the_remedy_helps(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    journal = project / ".zoterodigest" / "journal.jsonl"
    journal.write_text('{"begin": ""}\n')

    (what,) = found(zoterodigest("doctor", "--json"))

    assert what.startswith("a run was killed")
    # `sync` alone would have no digest where the killed run was the first, with paths.
    assert "do   Run the same command again: it goes on." in zoterodigest("doctor").out
    zoterodigest("sync")
    assert found(zoterodigest("doctor", "--json")) == []


def test_a_file_in_the_place_of_the_state_folder_is_found(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(NEED))
    (tmp_path / ".zoterodigest").write_text("")

    whats = found(zoterodigest("doctor", "papers.md", "--json"), "state folder")

    assert whats == [
        f"{tmp_path}/.zoterodigest is a file, where a folder of zoterodigest's own belongs"
    ]


EXAMINED = """
import os, sys
from pathlib import Path
from zoterodigest.sync.doctor.examination import examine
from zoterodigest.sync.gathering.workspace import Chosen
list(examine(Path(sys.argv[1]), (), Chosen()))
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for check in examine(Path(sys.argv[1]), (), Chosen()):
    for finding in check.findings:
        print(check.name, finding.what, sep=": ")
"""
"""What another user than root finds; all is imported before."""


def test_folders_that_cannot_be_written_are_found(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    if not all(folder.stat().st_mode & 0o001 for folder in Path(__file__).resolve().parents):
        pytest.skip("another user may not read the checkout")
    with TemporaryDirectory() as name:  # pytest's folders are private
        root = shutil.copytree(project, Path(name).resolve() / "project")
        for path in (*root.rglob("*"), root, root.parent):
            path.chmod(0o555 if path.is_dir() else 0o444)
        told = run(EXAMINED, root)
        for path in (root.parent, root, *root.rglob("*")):
            path.chmod(0o777)

    assert told.stderr == ""
    assert told.stdout.splitlines() == [
        f"digests: {root}/papers.md cannot be written",
        f"digests: {root}/others.md cannot be written",
        f"lock file: {root}/zoterodigest.lock cannot be written",
        f"state folder: {root}/.zoterodigest cannot be written",
        "cache: this system tells no folder for caches",
        "library: embedded:.zoterodigest/library.sqlite cannot be written",
    ]


def test_a_clone_without_its_embedded_library_is_told_so_and_the_remedy_helps(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / ".zoterodigest" / "library.sqlite").unlink()

    ran = zoterodigest("doctor")

    assert "the trial library embedded:" in ran.out
    assert "skipped: the library cannot be looked at\n" in ran.out
    zoterodigest("init", "--fresh")
    assert found(zoterodigest("doctor", "--json")) == []


def test_the_lock_file_of_another_library_is_found(
    zoterodigest: Zoterodigest, project: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    in_library(other, an_item())

    address = "embedded:other/.zoterodigest/library.sqlite"
    (what,) = found(zoterodigest("doctor", "--library", address, "--json"))

    assert "zoterodigest.lock links with the library embedded:" in what


def test_a_lock_file_of_a_library_elsewhere_is_told_its_address(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    lock = project / "zoterodigest.lock"
    elsewhere = re.sub(
        "^library .*$", 'library "group:7@example.org"', lock.read_text(), flags=re.M
    )
    lock.write_text(elsewhere)
    shutil.rmtree(project / ".zoterodigest")

    ran = zoterodigest("doctor")

    assert "--library https://example.org/groups/7," in ran.out
    assert "no part of a clone" not in ran.out


def test_an_address_that_names_no_library_is_a_finding(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (what,) = found(zoterodigest("doctor", "--library", "zotero", "--json"))

    assert what == "'zotero' names no library: no address of a library begins like this"


def test_a_library_that_is_none_is_a_finding(zoterodigest: Zoterodigest, project: Path) -> None:
    (project / ".zoterodigest" / "library.sqlite").write_text("no database")

    (what,) = found(zoterodigest("doctor", "--json"), "library")

    assert "library.sqlite" in what


def erased(folder: Path, *keys: str) -> None:
    """Erase objects for good, as a person does who empties the trash."""
    with embedded(folder / ".zoterodigest" / "library.sqlite") as library:
        library.erase(keys)


def objects(folder: Path, kind: str) -> list[LibraryItem]:
    """Return what the library of the digests in `folder` holds of one kind."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        items = library.read().items
    return [one for one in items if (one.data["itemType"] == "note") == (kind == "note")]


def titled(folder: Path, title: str) -> LibraryItem:
    """Return the item with this title."""
    (item,) = (one for one in objects(folder, "item") if one.data.get("title") == title)
    return item


def test_items_that_are_gone_are_found_and_the_remedy_helps(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    key = titled(project, NEED[0]).key
    erased(project, key)

    ran = zoterodigest("doctor", "--json")

    assert found(ran) == [
        "1 entry of papers.md is linked with items that are in the trash or gone from the library:"
        f" {key}"
    ]
    assert "`zoterodigest push papers.md --relink`" in ran.out
    zoterodigest("sync", "papers.md", "--yes")
    assert found(zoterodigest("doctor", "--json")) == []
    zoterodigest("push", "papers.md", "--relink", "--yes")
    assert titled(project, NEED[0])
    assert found(zoterodigest("doctor", "--json")) == []


def test_notes_that_are_gone_are_found_and_the_remedy_helps(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    notes = {one.data["parentItem"]: one.key for one in objects(project, "note")}
    note = notes[titled(project, NEED[0]).key]
    erased(project, note)

    (what,) = found(zoterodigest("doctor", "--json"))

    assert (
        what == f"1 entry of papers.md is linked with notes that are gone from the library: {note}"
    )
    zoterodigest("push", "papers.md", "--relink", "--yes")
    assert found(zoterodigest("doctor", "--json")) == []
    assert len(objects(project, "note")) == 3


def test_notes_whose_link_is_gone_are_found_and_the_remedy_helps(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "zoterodigest.lock").unlink()

    (what,) = found(zoterodigest("doctor", "--json"))
    journal = project / ".zoterodigest" / "journal.jsonl"
    journal.write_text('{"begin": ""}\n')
    of_a_stopped_run = found(zoterodigest("doctor", "--json"), "notes")
    journal.unlink()

    assert what.startswith("3 notes of zoterodigest's that no link knows: ")
    assert of_a_stopped_run == []
    zoterodigest("push", "--yes")
    assert found(zoterodigest("doctor", "--json")) == []


def test_works_that_stand_twice_are_found(zoterodigest: Zoterodigest, project: Path) -> None:
    in_library(project, an_item("AAAA2222", title=NEED[0], extra=f"arXiv: {NEED[1]}"))

    (what,) = found(zoterodigest("doctor", "--json"))

    assert what.startswith("1 work appears twice in the library: ")
    assert "AAAA2222" in what


def test_a_damaged_cache_of_lookups_is_found_and_left(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    path = cache_file(cache_of(project) / "zoterodigest")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database " * 100)

    (what,) = found(zoterodigest("doctor", "--json"))

    assert what == f"{path}, the cache of what was looked up, is damaged"
    assert path.exists()


def test_a_package_of_another_version_is_found(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    for name, version, more in (
        ("zoterodigest", "1.0", "Requires-Dist: pyzotero<1.17,>=1.16\nRequires-Dist: absent>=1\n"),
        ("pyzotero", "1.5.28", ""),
    ):
        folder = packages / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}"
        (folder / "METADATA").write_text(text)
    monkeypatch.setattr(sys, "path", [str(packages), *sys.path])

    whats = found(zoterodigest("doctor", "--json"), "packages")

    assert whats == [
        "pyzotero 1.5.28 is installed, and zoterodigest needs pyzotero<1.17,>=1.16",
        "absent is not installed, and zoterodigest needs absent>=1",
    ]


# --- over HTTP


@pytest.fixture
def server(zoterodigest: Zoterodigest) -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.fixture
def web(server: Server, tmp_path: Path) -> Path:
    """A digest, and a configuration that names the server's library."""
    (tmp_path / "papers.md").write_text(a_digest(NEED))
    (tmp_path / "zoterodigest.toml").write_text(
        f'library = "{server.url}/users/1"\n[[digest]]\npath = "papers.md"\n'
    )
    return tmp_path


@pytest.mark.usefixtures("web")
def test_a_library_behind_http_that_is_well(
    zoterodigest: Zoterodigest, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    zoterodigest("push", "--yes")
    server.counted()

    ran = zoterodigest("doctor", "--json")

    assert found(ran) == []
    reads, writes = server.counted()
    assert (reads <= 3, writes) == (True, 0)


@pytest.mark.usefixtures("web", "server")
def test_a_missing_key_and_a_missing_keyring_are_found(zoterodigest: Zoterodigest) -> None:
    (alone,) = found(zoterodigest("doctor", "--json"), "library")
    with installed(no_keyring()):
        both = found(zoterodigest("doctor", "--json"), "library")

    assert alone.startswith("there is no API key for user:1@127.0.0.1")
    assert both == ["this system has no keyring that would keep an API key", alone]


@pytest.mark.usefixtures("web", "server")
def test_a_wrong_key_is_found_and_shown_nowhere(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "WrongKeyWrongKeyWrongKey"
    monkeypatch.setenv("ZOTERO_API_KEY", wrong)

    ran = zoterodigest("doctor", "--json")

    (what,) = found(ran, "library")
    assert "cannot be read with this API key" in what
    assert wrong not in ran.out


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize(
    ("rights", "what"),
    [
        ({"library": True, "notes": True}, "the API key may not write into user:1@"),
        ({"library": True, "write": True}, "the API key does not show the notes of user:1@"),
        ({}, "user:1@"),
    ],
)
def test_a_key_that_lacks_rights_is_found(
    zoterodigest: Zoterodigest,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    rights: dict[str, bool],
    what: str,
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    body = {"key": KEY, "userID": 1, "username": "ada", "access": {"user": rights}}

    def limited(request: Request, serve: object) -> Response:
        if request.path.endswith("/keys/current"):
            headers = {"Content-Type": "application/json"}
            return Response(200, headers, json.dumps(body).encode())
        assert callable(serve)
        answer = serve(request)
        assert isinstance(answer, Response)
        return answer

    server.between = limited

    ran = zoterodigest("doctor", "--json")

    (only,) = found(ran, "library")
    assert only.startswith(what) or what in only
    assert KEY not in ran.out


@pytest.mark.usefixtures("web")
def test_a_server_that_is_not_ready_or_away_is_not_waited_for(
    zoterodigest: Zoterodigest, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    server.between = lambda request, serve: Response(503, {"Retry-After": "300"}, b"")

    (busy,) = found(zoterodigest("doctor", "--json"), "library")
    away = zoterodigest("doctor", "--library", "http://127.0.0.1:9/users/1", "--json")

    assert "HTTP 503" in busy
    assert "127.0.0.1:9 cannot be reached" in found(away, "library")[0]


def test_a_zotero_that_runs_is_only_read(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "papers.md").write_text(a_digest(NEED))
    with a_desktop() as desktop:
        address = f"desktop?url={desktop.url}"
        before = desktop.zotero.library.version()

        well = zoterodigest("doctor", "papers.md", "--library", address, "--json")
        with installed(no_keyring()):
            keyless = zoterodigest("doctor", "papers.md", "--library", address, "--json")

        assert desktop.zotero.library.version() == before
        assert desktop.zotero.prompts == []

        with installed(no_keyring()):
            zoterodigest("auth", address, "--key-file")
            kept = zoterodigest("doctor", "papers.md", "--library", address, "--json")
    assert found(well) == []
    assert found(keyless) == [
        "this system has no keyring that would keep Zotero's permission to write"
    ]
    assert found(kept) == []


def test_a_zotero_that_does_not_run_or_is_none_is_found(
    zoterodigest: Zoterodigest, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(NEED))
    away = zoterodigest("doctor", "--library", "desktop?url=http://127.0.0.1:9/api", "--json")
    old = zoterodigest("doctor", "--library", f"desktop?url={server.url}/api", "--json")

    assert found(away, "library") == [
        "no Zotero is running on this computer (at http://127.0.0.1:9/api)"
    ]
    assert len(found(old, "library")) == 1
