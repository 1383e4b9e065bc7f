"""`pull` and `sync`: what they show, what they write, and the exit codes."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Zoterodigest, a_digest, edited_item
from tests.cli.test_push import ATTENTION, RESNET

TITLE = "Deep Residual Learning"


def pushed(zoterodigest: Zoterodigest, folder: Path) -> Path:
    """Push a digest of two papers and return its path."""
    digest = folder / "papers.md"
    digest.write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    return digest


def test_a_pull_shows_and_writes_what_changed_in_the_library(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = pushed(zoterodigest, tmp_path)
    before = digest.read_text(encoding="utf-8")
    edited_item(tmp_path, RESNET[0], title=TITLE)

    shown = zoterodigest("pull", "--dry-run")
    unchanged = digest.read_text(encoding="utf-8")
    pulled = zoterodigest("pull")

    assert unchanged == before
    assert "changed entries          1" in shown.out
    assert pulled.code == 0
    assert pulled.out.endswith("Done: 1 digest changed.\n")
    assert digest.read_text(encoding="utf-8") == before.replace(RESNET[0], TITLE)
    assert "Everything is in step." in zoterodigest("sync").out


def test_a_sync_with_a_conflict_exits_with_3_and_changes_neither_end(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = pushed(zoterodigest, tmp_path)
    edited = digest.read_text(encoding="utf-8").replace(RESNET[0], "Residual Nets")
    digest.write_text(edited, encoding="utf-8")
    edited_item(tmp_path, RESNET[0], title=TITLE)

    synced = zoterodigest("sync")

    assert synced.code == 3
    assert "Conflicts (1)" in synced.out
    assert digest.read_text(encoding="utf-8") == edited


def test_a_pull_says_nothing_of_entries_that_are_not_in_the_library(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = pushed(zoterodigest, tmp_path)
    more = a_digest(ATTENTION, RESNET, ("Adam: A Method for Stochastic Optimization", "1412.6980"))
    digest.write_text(more, encoding="utf-8")

    pulled = zoterodigest("pull")

    assert pulled.code == 0
    assert "Not pushed" not in pulled.out
    assert "Adam" not in pulled.out
