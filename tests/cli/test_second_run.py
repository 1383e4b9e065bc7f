"""A second run while another one is at work: it says so before it reads anything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from tests.made_once import made_once
from zoterodigest.project.running import running

NOWHERE = "desktop?url=http://127.0.0.1:9/api"
PUSHED = 'library = "{library}"\n[[digest]]\npath = "papers.md"\n[[bibliography]]\npath = "a.bib"\n'


@pytest.fixture
def project(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A project that has pushed, whose library has gone away since: to ask it would be noticed."""
    configuration = tmp_path / "zoterodigest.toml"

    def make() -> None:
        (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
        configuration.write_text(PUSHED.format(library="embedded:library.sqlite"))
        assert zoterodigest("push", "--yes", "--offline").code == 0

    made_once(tmp_path, make)
    feed = '[[feed]]\ndigest = "papers.md"\ncategories = ["cs.CV"]\n'
    configuration.write_text(PUSHED.format(library=NOWHERE) + feed)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "push",
        "pull",
        "sync",
        "enrich",
        "published --apply",
        "resolve --all --keep zotero",
        "resolve --all --acknowledge",
        "undo",
        "redo",
        "set x title=y --library embedded:library.sqlite",
        "unlink papers.md",
        "remove papers.md",
        "export",
        "citekeys set --all",
        "add 2401.00001 --to papers.md",
        "feed",
        "library copy embedded:library.sqlite embedded:other.sqlite",
    ],
)
def test_a_second_run_says_that_another_is_at_work_before_it_reads(
    zoterodigest: Zoterodigest, project: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("it asked for the library"))

    with running(project / ".zoterodigest"):
        ran = zoterodigest(*command.split())

    assert ran.code == 17, ran.err
    assert "is already at work" in ran.err


def test_a_sync_that_waits_runs_when_the_other_has_ended(
    zoterodigest: Zoterodigest, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ExitStack()
    other.enter_context(running(project / ".zoterodigest"))
    monkeypatch.setattr("zoterodigest.project.running.time.sleep", lambda _: other.close())

    ran = zoterodigest("sync", "--wait", "--library", "embedded:library.sqlite")

    assert ran.code == 0
    assert "Waiting: zoterodigest is already at work on" in ran.err
    assert "Done: 1 bibliography changed." in ran.out


def test_a_dry_run_goes_on_beside_another_run(zoterodigest: Zoterodigest, project: Path) -> None:
    with running(project / ".zoterodigest"):
        ran = zoterodigest("sync", "--dry-run", "--library", "embedded:library.sqlite")

    assert ran.code == 0
