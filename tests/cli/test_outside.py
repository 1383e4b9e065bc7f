"""Paths in the files of a project that lead outside of its folder."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, config_of

DIGEST = a_digest(("Attention Is All You Need", "1706.03762"))
ATTACKED = a_digest(("A Paper of Somebody", "2401.00001"))
BELOW = '[[digest]]\npath = "papers.md"\n'

NAMED_OUTSIDE = {
    "a digest": '[[digest]]\npath = "../other.md"\n',
    "an absolute path": '[[digest]]\npath = "{outside}/other.md"\n',
    "a pattern": '[[digest]]\npath = "../*.md"\n',
    "a pattern that climbs": '[[digest]]\npath = "*/../../other.md"\n',
    "a bibliography": BELOW + '[[bibliography]]\npath = "../refs.bib"\n',
    "documents that cite": BELOW + '[[bibliography]]\npath = "a.bib"\ncited = ["../main.tex"]\n',
    "a feed": BELOW + '[[feed]]\ndigest = "../{{year}}.md"\ncategories = ["cs.CV"]\n',
    "formats": BELOW + '[formats]\nfolders = ["../formats"]\n',
    "a library": 'library = "embedded:../library.sqlite"\n' + BELOW,
    "a lock file": 'lock = "../links.lock"\n' + BELOW,
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zoterodigest: Zoterodigest) -> Path:
    """A project in a folder of its own, beside a file that is none of its business."""
    root = tmp_path / "project"
    (root / "sub").mkdir(parents=True)
    (root / "papers.md").write_text(DIGEST)
    (tmp_path / "other.md").write_text(ATTACKED)
    monkeypatch.chdir(root)
    return root


def configure(project: Path, text: str) -> None:
    (project / "zoterodigest.toml").write_text(text.format(outside=project.parent))


def files_outside(project: Path) -> dict[str, bytes]:
    found = (path for path in project.parent.iterdir() if path.is_file())
    return {path.name: path.read_bytes() for path in found}


Say = Callable[[str], None]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Let a person at a terminal answer."""

    def say(answer: str) -> None:
        terminal = io.StringIO(f"{answer}\n")
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    return say


@pytest.mark.parametrize("named", NAMED_OUTSIDE)
def test_what_the_configuration_names_outside_is_refused(
    zoterodigest: Zoterodigest, project: Path, named: str
) -> None:
    configure(project, NAMED_OUTSIDE[named])
    before = files_outside(project)

    ran = zoterodigest("sync", "--yes", "--offline")

    assert ran.code == 25
    assert "zoterodigest.toml names " in ran.err
    assert "--allow-outside" in ran.err
    assert files_outside(project) == before
    assert not (project / "zoterodigest.lock").exists()


@pytest.mark.parametrize("where", ["file", "folder", "state", "lock"])
def test_a_symbolic_link_that_leads_outside_is_refused(
    zoterodigest: Zoterodigest, project: Path, where: str
) -> None:
    configure(project, '[[digest]]\npath = "**/*.md"\n')
    elsewhere = project.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.md").write_text(ATTACKED)
    links = {
        "file": ("sub/x.md", elsewhere / "x.md"),
        "folder": ("linked", elsewhere),
        "state": (".zoterodigest", elsewhere),
        "lock": ("zoterodigest.lock", elsewhere / "x.md"),
    }
    name, target = links[where]
    (project / name).symlink_to(target)

    ran = zoterodigest("push", "--yes", "--offline")

    assert ran.code == 25
    assert [path.name for path in elsewhere.iterdir()] == ["x.md"]
    assert (elsewhere / "x.md").read_text() == ATTACKED


@pytest.mark.parametrize("name", [b"../other.md", b"%2E./other.md", b"../other.md headings"])
@pytest.mark.parametrize("is_configured", [True, False])
def test_what_the_lock_file_names_outside_is_refused(
    zoterodigest: Zoterodigest, project: Path, is_configured: bool, name: bytes
) -> None:
    if is_configured:
        configure(project, BELOW)
    zoterodigest("push", "papers.md", "--yes", "--offline")
    lock = project / "zoterodigest.lock"
    lock.write_bytes(lock.read_bytes().replace(b"\ndigest papers.md", b"\ndigest " + name))

    ran = zoterodigest("sync", "--yes", "--offline")

    assert ran.code == 25
    assert "zoterodigest.lock names ../other.md" in " ".join(ran.err.split())
    assert (project.parent / "other.md").read_text() == ATTACKED


def test_what_the_user_names_in_the_command_may_be_anywhere(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    configure(project, BELOW)

    ran = zoterodigest("push", "papers.md", "../other.md", "--yes", "--offline")
    listed = zoterodigest("ls", "--library", "embedded:../project/.zoterodigest/library.sqlite")
    exported = zoterodigest("export", "-o", "../mine.bib")

    assert (ran.code, listed.code) == (0, 0)
    assert "A Paper of Somebody" in listed.out
    assert exported.code == 25  # the lock file links with ../other.md, which no file may allow
    assert zoterodigest("export", "-o", "../mine.bib", "--allow-outside").code == 0


def test_a_bibliography_outside_that_the_user_named_is_not_asked_for_in_later_runs(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    configure(project, BELOW)
    zoterodigest("push", "--yes", "--offline")

    tried = zoterodigest("export", "-o", "../tried.bib", "--dry-run")
    exported = zoterodigest("export", "-o", "../mine.bib")
    lock = project / "zoterodigest.lock"

    assert (tried.code, exported.code, zoterodigest("status").code) == (0, 0, 0)
    lock.write_bytes(lock.read_bytes().replace(b"../mine.bib", b"../other.md"))
    assert zoterodigest("status").code == 25


@pytest.mark.parametrize("is_first", [True, False], ids=["before the command", "after it"])
def test_allow_outside_is_for_one_run(
    zoterodigest: Zoterodigest, project: Path, is_first: bool
) -> None:
    configure(project, NAMED_OUTSIDE["a digest"])
    command = ["push", "--yes", "--offline"]

    allowed = zoterodigest(
        *(["--allow-outside", *command] if is_first else [*command, "--allow-outside"])
    )
    again = zoterodigest("status")

    assert (allowed.code, again.code) == (0, 25)
    assert not config_of(project.parent).exists()


@pytest.mark.parametrize("named", ["a digest", "a pattern", "a library"])
def test_a_person_is_asked_once_and_the_answer_is_kept_on_this_computer(
    zoterodigest: Zoterodigest, project: Path, say: Say, named: str
) -> None:
    configure(project, NAMED_OUTSIDE[named])

    say("n")
    denied = zoterodigest("push", "--yes", "--offline")
    say("y")
    asked = zoterodigest("push", "--yes", "--offline")
    again = zoterodigest("sync", "--yes", "--offline")

    assert (denied.code, asked.code, again.code) == (25, 0, 0)
    assert "[y/N]" in asked.err
    assert "[y/N]" not in again.err
    (kept,) = (path for path in config_of(project.parent).rglob("*") if path.is_file())
    assert not kept.is_relative_to(project)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_was_allowed_allows_nothing_else(
    zoterodigest: Zoterodigest, project: Path, say: Say
) -> None:
    configure(project, '[[digest]]\npath = "../*.md"\n')
    secret = project.parent / "secret"
    secret.mkdir()
    (secret / "diary.md").write_text(ATTACKED)
    say("y")
    zoterodigest("push", "--yes", "--offline")

    (project.parent / "new.md").write_text(DIGEST)
    new_file = zoterodigest("push", "--yes", "--offline")
    configure(project, '[[digest]]\npath = "../*/*.md"\n')
    other_pattern = zoterodigest("push", "--yes", "--offline")
    configure(project, '[[digest]]\npath = "../*.md"\n[[bibliography]]\npath = "../new.bib"\n')
    other_file = zoterodigest("push", "--yes", "--offline")

    assert (new_file.code, other_pattern.code, other_file.code) == (0, 25, 25)


def test_another_project_is_asked_for_anew(
    zoterodigest: Zoterodigest, project: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, NAMED_OUTSIDE["a digest"])
    say("y")
    zoterodigest("push", "--yes", "--offline")
    other = project.parent / "a-clone"
    other.mkdir()
    (other / "zoterodigest.toml").write_text(NAMED_OUTSIDE["a digest"])
    monkeypatch.chdir(other)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    assert zoterodigest("push", "--yes", "--offline").code == 25


@pytest.mark.parametrize(
    "command",
    ["status", "plan", "ls", "export", "undo", "add 2401.00002", "feed", "duplicates", "show x"],
)
def test_no_command_uses_what_lies_outside(
    zoterodigest: Zoterodigest, project: Path, command: str
) -> None:
    configure(project, BELOW)
    zoterodigest("push", "--yes", "--offline")
    configure(project, 'library = "embedded:../library.sqlite"\n' + NAMED_OUTSIDE["a digest"])

    assert zoterodigest(*command.split()).code == 25


def test_a_history_that_came_with_a_project_undoes_nothing_outside(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    zoterodigest("push", "papers.md", "../other.md", "--yes", "--offline")
    (project.parent / ".zoterodigest").rename(project / ".zoterodigest")
    (project.parent / "zoterodigest.lock").rename(project / "zoterodigest.lock")
    run = next((project / ".zoterodigest" / "history").iterdir())
    run.write_text(run.read_text().replace("project/papers.md", "../other.md"))

    ran = zoterodigest("undo", "--yes")

    assert ran.code == 25
