"""A run that found nothing to do is repeated from its stamp only if all its inputs are the same."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stdout, suppress
from pathlib import Path

import pytest

from tests import processes
from tests.cli.conftest import (
    Ran,
    Zoterodigest,
    a_digest,
    changed_object,
    config_of,
    edited_item,
)
from tests.made_once import made_once
from zoterodigest.cli.base import stamps
from zoterodigest.cli.main import main
from zoterodigest.digest.format.own_files import SUFFIX
from zoterodigest.library.connect import connect
from zoterodigest.project.engine import engine_key
from zoterodigest.project.running import running
from zoterodigest.project.settled import said_before

ATTENTION, DIFFUSION = ("Attention Is All You Need", "1706.03762"), ("Diffusion", "2006.11239")
CONFIGURATION = """\
[formats]
folders = ["formats"]

[[digest]]
path = "papers.md"

[[digest]]
path = "more/*.md"

[[bibliography]]
path = "refs.bib"
"""
STATE = ".zoterodigest"


@pytest.fixture
def project(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A configured project in which every command found nothing to do and has its stamp."""

    def make() -> None:
        (tmp_path / "papers.md").write_text(a_digest(ATTENTION))
        (tmp_path / "more").mkdir()
        (tmp_path / "formats").mkdir()
        (tmp_path / "more" / "one.md").write_text(a_digest(DIFFUSION))
        (tmp_path / "zoterodigest.toml").write_text(CONFIGURATION)
        written(zoterodigest)

    made_once(tmp_path, make)
    # A stamp names the folder that it was left in.
    stamped(zoterodigest)
    assert has_stamp("sync")
    return tmp_path


def settle(zoterodigest: Zoterodigest) -> None:
    written(zoterodigest)
    stamped(zoterodigest)


def written(zoterodigest: Zoterodigest) -> None:
    assert zoterodigest("push", "--yes", "--offline").code == 0
    assert zoterodigest("sync", "--yes").code == 0


def stamped(zoterodigest: Zoterodigest) -> None:
    for _ in range(2):
        zoterodigest("sync")


def has_stamp(*arguments: str) -> bool:
    """Tell whether a command would be repeated from its stamp now."""
    request = stamps.request_of(arguments)
    return (
        request is not None
        and said_before(request.folder, request.key, stamps.token_at) is not None
    )


def ran_again(zoterodigest: Zoterodigest, project: Path, *arguments: str) -> Ran:
    """Run a command with all stamps gone."""
    shutil.rmtree(project / STATE / "cache", ignore_errors=True)
    return zoterodigest(*arguments)


def files_of(project: Path) -> dict[Path, bytes]:
    """Return the files of a project but for what it keeps for speed alone."""
    paths = (path for path in project.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in paths if path.parent.name != "cache"}


# --- what is repeated ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "sync",
        "sync --yes --json",
        "sync --dry-run",
        "push",
        "pull papers.md",
        "plan",
        "plan --json",
        "status",
        "status --check",
        "status --json",
        "status more/one.md papers.md",
        "sync --only task:inpainting",
    ],
)
def test_a_settled_command_says_from_its_stamp_what_it_would_say(
    zoterodigest: Zoterodigest, project: Path, command: str
) -> None:
    first = zoterodigest(*command.split())
    before = files_of(project)
    assert has_stamp(*command.split())

    repeated = zoterodigest(*command.split())

    assert repeated == first
    assert repeated == ran_again(zoterodigest, project, *command.split())
    assert files_of(project) == before


def test_what_stands_is_said_with_its_exit_code(zoterodigest: Zoterodigest, project: Path) -> None:
    edited_item(project, ATTENTION[0], title="Attention Is All We Need")
    papers = project / "papers.md"
    papers.write_text(papers.read_text().replace("Is All You", "Was All You"))
    assert zoterodigest("sync", "--yes").code == 3

    ran = [zoterodigest("status", "--check") for _ in range(3)]

    assert has_stamp("status", "--check")
    assert ran[0].code == 3
    assert "Attention Is All We Need" in ran[0].out
    assert ran[0] == ran[1] == ran[2] == ran_again(zoterodigest, project, "status", "--check")


def test_a_project_without_a_configuration_has_stamps(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "papers.md").write_text(a_digest(ATTENTION))
    for _ in range(3):
        zoterodigest("sync", "notes/papers.md", "--yes", "--offline")

    assert has_stamp("sync", "notes/papers.md", "--yes", "--offline")


def test_a_file_that_was_touched_is_the_same(zoterodigest: Zoterodigest, project: Path) -> None:
    for path in files_of(project):
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)

    assert has_stamp("sync")


# --- what makes a stamp void ---------------------------------------------------------------------


def _restored(project: Path) -> None:
    """Edit the library, put back a copy of it, and edit that up to the same version."""
    file = project / STATE / "library.sqlite"
    copy = file.read_bytes()
    edited_item(project, ATTENTION[0], title="Once")
    with connect(f"embedded:{STATE}/library.sqlite", base=project) as library:
        version = library.version()
    file.write_bytes(copy)
    edited_item(project, ATTENTION[0], title="Twice")
    with connect(f"embedded:{STATE}/library.sqlite", base=project) as library:
        assert library.version() == version


def _sql(project: Path) -> None:
    with closing(sqlite3.connect(project / STATE / "library.sqlite")) as database, database:
        database.execute("UPDATE items SET data = replace(data, 'Attention', 'Tension')")


def _linked_elsewhere(project: Path) -> None:
    """Have the same bytes under the same name, in another file."""
    (project / "elsewhere").mkdir()
    (project / "papers.md").rename(project / "elsewhere" / "papers.md")
    (project / "papers.md").symlink_to(project / "elsewhere" / "papers.md")


def _formats_elsewhere(project: Path) -> None:
    """Have the folder of formats lead out of the project, to an equal one."""
    elsewhere = project.parent / f"{project.name}-formats"
    (project / "formats").rename(elsewhere)
    (project / "formats").symlink_to(elsewhere)


def _append(name: str, data: bytes = b"\n") -> Callable[[Path], object]:
    def change(project: Path) -> None:
        with (project / name).open("ab") as file:
            file.write(data)

    return change


def _new(name: str, data: bytes = b"") -> Callable[[Path], object]:
    return lambda project: (project / name).write_bytes(data)


def _gone(name: str) -> Callable[[Path], object]:
    return lambda project: (project / name).unlink()


def _memory(project: Path) -> Path:
    (path,) = (project / STATE).glob("seen-*")
    return path


@pytest.mark.parametrize(
    "change",
    {
        "digest": _append("papers.md"),
        "digest gone": _gone("more/one.md"),
        "digest that matches a pattern": _new("more/two.md"),
        "digest by another path": _linked_elsewhere,
        "bibliography": _append("refs.bib"),
        "bibliography gone": _gone("refs.bib"),
        "configuration": _append("zoterodigest.toml", b"# a remark\n"),
        "configuration gone": _gone("zoterodigest.toml"),
        "nearer configuration for a digest": _new("more/zoterodigest.toml"),
        "format beside a digest": _new(f"more/mine{SUFFIX}"),
        "format in a folder of the configuration": _new(f"formats/mine{SUFFIX}"),
        "folder of formats leads outside": _formats_elsewhere,
        "lock file": _append("zoterodigest.lock"),
        "lock file gone": _gone("zoterodigest.lock"),
        "journal": _new(f"{STATE}/journal.jsonl"),
        "memory": lambda project: _memory(project).unlink(),
        "memory of a killed run": lambda project: _new(f"{_memory(project)}.next")(project),
        "facts of added papers": _new(f"{STATE}/added.json"),
        "killed run": _new(f"{STATE}/running", b"1234 undo 2"),
        "history": _new(f"{STATE}/history/000009-20250101T000000Z.json", b"{}\n"),
        "library": lambda project: edited_item(project, ATTENTION[0], title="Edited"),
        "restored library": _restored,
        "library written by another program": _sql,
        "library gone": _gone(f"{STATE}/library.sqlite"),
        "writer at work on the library": _new(f"{STATE}/library.sqlite-journal", b"\xd9\xd5"),
    }.items(),
    ids=lambda change: change[0],
)
def test_another_input_makes_the_stamp_void(
    project: Path, change: tuple[str, Callable[[Path], object]]
) -> None:
    change[1](project)

    assert not has_stamp("sync")


def test_a_library_with_a_write_ahead_log_has_no_stamp(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    with closing(sqlite3.connect(project / STATE / "library.sqlite")) as database:
        database.execute("PRAGMA journal_mode = wal")

    for _ in range(2):
        zoterodigest("sync")

    assert not has_stamp("sync")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NO_COLOR", "1"),
        ("COLUMNS", "60"),
        ("TERM", "dumb"),
        ("TZ", "Asia/Tokyo"),
        ("LC_ALL", "C"),
        ("ZOTERODIGEST_LIBRARY", "embedded:other.sqlite"),
        ("ZOTERO_LOCAL", "1"),
        ("ZOTERODIGEST_OFFLINE", "no"),
        ("XDG_CONFIG_HOME", "/nowhere"),
        ("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring"),
    ],
)
def test_another_environment_makes_the_stamp_void(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    assert not has_stamp("sync")


def test_another_folder_or_another_encoding_makes_the_stamp_void(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.chdir(project / "more")
        assert not has_stamp("sync")
    with monkeypatch.context() as patched, Path(os.devnull).open("w", encoding="latin-1") as stream:
        patched.setattr(sys, "stdout", stream)
        assert not has_stamp("sync")

    assert has_stamp("sync")


def test_other_options_have_other_stamps(project: Path) -> None:
    assert has_stamp("sync")
    assert not has_stamp("sync", "papers.md")
    assert not has_stamp("sync", "--no-notes")
    assert not has_stamp("--allow-outside", "sync")


def test_what_the_user_allows_outside_of_projects_is_an_input(
    project: Path, tmp_path: Path
) -> None:
    file = config_of(tmp_path) / "zoterodigest" / "allowed-paths.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}")

    assert not has_stamp("sync")


def test_a_linked_digest_that_is_gone_or_comes_back_is_an_input(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    one = project / "more" / "one.md"
    data = one.read_bytes()
    zoterodigest("status", "papers.md")
    assert has_stamp("status", "papers.md")

    one.unlink()
    assert not has_stamp("status", "papers.md")

    zoterodigest("status", "papers.md")
    assert has_stamp("status", "papers.md")
    one.write_bytes(data)
    assert not has_stamp("status", "papers.md")


def test_another_engine_makes_the_stamp_void(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "installed" / "regex-2.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "installed")
    engine_key.cache_clear()

    is_void = not has_stamp("sync")

    monkeypatch.undo()
    engine_key.cache_clear()
    assert is_void


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_stream_is_no_fault_of_a_stamp(
    project: Path, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    monkeypatch.setattr(sys, stream, None)

    assert stamps.request_of(["sync"]) is not None


def test_a_stamp_that_cannot_be_shown_is_told_in_a_sentence(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert has_stamp("sync")
    codes = []
    # To close the file fails as well.
    with suppress(OSError), Path("/dev/full").open("w") as full, redirect_stdout(full):
        codes.append(main(["sync"]))

    assert codes == [10]
    assert "No space left on device" in capfd.readouterr().err


def test_a_run_beside_another_one_is_refused_as_without_a_stamp(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    with running(project / STATE):
        ran = zoterodigest("sync")

    assert ran.code == 17
    assert "is already at work" in ran.err


@pytest.mark.parametrize("damage", [b"", b"torn", b"0" * 32 + b"\n0\0000"])
def test_a_damaged_stamp_changes_nothing(
    zoterodigest: Zoterodigest, project: Path, damage: bytes
) -> None:
    first = zoterodigest("sync")
    for path in (project / STATE / "cache").glob("settled-*"):
        path.write_bytes(damage)

    assert zoterodigest("sync") == first


# --- what has no stamp ---------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", ["sync -v", "sync --stats", "sync --help", "-vv status"])
def test_what_tells_of_one_run_alone_has_no_stamp(
    zoterodigest: Zoterodigest, project: Path, arguments: str
) -> None:
    zoterodigest(*arguments.split())

    assert not has_stamp(*arguments.split())


def test_a_run_that_leaves_work_has_no_stamp(zoterodigest: Zoterodigest, project: Path) -> None:
    (project / "papers.md").write_text(a_digest(ATTENTION, ("A New Paper", "2401.00001")))

    assert zoterodigest("status").code == 0
    assert not has_stamp("status")


def test_text_of_notes_is_not_kept(zoterodigest: Zoterodigest, project: Path) -> None:
    with connect(f"embedded:{STATE}/library.sqlite", base=project) as library:
        notes = [one for one in library.read().items if "What it does" in str(one.data)]
    for note in notes:
        text = note.data["note"].replace("What it does", "What nobody may know")
        changed_object(project, note.key, note=text)
    papers = project / "papers.md"
    papers.write_text(papers.read_text().replace("What it does", "What it did"))
    zoterodigest("sync", "--yes", "--offline")

    ran = zoterodigest("status", "--json")

    assert "nobody may know" in ran.out
    assert not has_stamp("status", "--json")
    kept = b"".join(path.read_bytes() for path in (project / STATE / "cache").iterdir())
    assert b"nobody may know" not in kept


def test_a_digest_that_shows_notes_of_the_person_has_no_stamp(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    configuration = CONFIGURATION.replace('"papers.md"\n', '"papers.md"\nnotes = "tagged"\n')
    (project / "zoterodigest.toml").write_text(configuration)
    for _ in range(3):
        zoterodigest("sync", "--yes", "--offline")

    assert not has_stamp("sync", "--yes", "--offline")


def test_without_a_place_for_stamps_nothing_is_said(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    first = zoterodigest("sync")
    shutil.rmtree(project / STATE / "cache")
    (project / STATE / "cache").write_bytes(b"")

    assert zoterodigest("sync") == first == zoterodigest("sync")


def test_only_the_last_stamps_of_a_project_are_kept(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    for number in range(20):
        zoterodigest("sync", "--only", f"task:{number}")

    assert len(list((project / STATE / "cache").glob("settled-*"))) == 16


def test_a_run_that_is_repeated_imports_neither_its_command_nor_typer(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    zoterodigest("sync")
    script = (
        "import sys; from zoterodigest.cli.main import main\nmain(['sync']); print(*sys.modules)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=project
    )

    assert "Already up to date." in ran.stdout
    assert {"typer", "zoterodigest.cli.commands.sync"}.isdisjoint(ran.stdout.split())


# --- nothing that is read is missing -------------------------------------------------------------

_OPENED = """
import json, os, sys
opened = set()
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.add(os.path.realpath(arguments[0]))
sys.addaudithook(note)
from zoterodigest.cli.main import main
os.chdir(sys.argv[1])
code = main(sys.argv[2:])
print("\\n" + json.dumps(sorted(opened)))
"""


@pytest.mark.parametrize("command", ["sync", "status", "plan --json"])
def test_every_file_that_a_run_opens_is_an_input_of_its_stamp(
    zoterodigest: Zoterodigest, project: Path, tmp_path: Path, command: str
) -> None:
    zoterodigest(*command.split())
    request = stamps.request_of(command.split())
    assert request is not None
    stamp = said_before(request.folder, request.key, stamps.token_at)
    assert stamp is not None
    known = {os.path.realpath(fact.where.split("\n")[0]) for fact, _ in stamp.states}
    shutil.rmtree(project / STATE / "cache")

    ran = processes.run(_OPENED, tmp_path, *command.split())

    opened = json.loads(ran.stdout.splitlines()[-1])
    below = [path for path in opened if path.startswith(f"{tmp_path.resolve()}{os.sep}")]
    assert len(below) > 5
    unknown = [path for path in below if not {path, str(Path(path).parent)} & known]
    assert [path for path in unknown if Path(path).parent.name != "cache"] == []
