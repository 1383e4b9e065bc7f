"""`resolve --acknowledge`, `--forget` and `status --all`: what they show, write and exit with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, edited_item, in_library
from tests.cli.test_push import ATTENTION, RESNET
from tests.made_once import made_once
from zoterodigest.library.port import LibraryItem

OTHER_TITLE = "Deep Residual Learning"


@pytest.fixture
def lock(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """Return the lock file of a digest, of which one title has diverged from the library's."""
    lock = tmp_path / "zoterodigest.lock"

    def make() -> None:
        (tmp_path / "papers.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
        zoterodigest("push", "papers.md", "--yes")
        edited_item(tmp_path, RESNET[0], title=OTHER_TITLE)
        lock.unlink()
        zoterodigest("sync", "papers.md", "--yes")

    made_once(tmp_path, make)
    return lock


def reported(zoterodigest: Zoterodigest) -> dict[str, Any]:
    data = json.loads(zoterodigest("status", "--json").out)
    (report,) = data["reports"]
    assert isinstance(report, dict)
    return report


def test_status_lists_a_report_with_the_id_by_which_it_is_acknowledged(
    zoterodigest: Zoterodigest, lock: Path
) -> None:
    ran = zoterodigest("status")

    id_ = reported(zoterodigest)["id"]
    assert f"    {id_}  papers.md:" in ran.out
    assert "\n  zoterodigest resolve ID --acknowledge\n\n" in ran.out
    assert "1 entry needs your attention" in ran.out


def test_an_acknowledged_report_is_counted_only_and_listed_with_all(
    zoterodigest: Zoterodigest, lock: Path
) -> None:
    id_ = reported(zoterodigest)["id"]

    ran = zoterodigest("resolve", id_, "--acknowledge")

    assert ran.code == 0
    assert "1 report acknowledged" in ran.out
    status = zoterodigest("status")
    assert (status.code, OTHER_TITLE in status.out) == (0, False)
    assert "1 acknowledged; `zoterodigest status --all` lists them." in status.out
    assert status.out.rstrip().endswith("Already up to date.")
    everything = zoterodigest("status", "--all")
    assert "Acknowledged (1)" in everything.out
    assert OTHER_TITLE in everything.out
    assert reported(zoterodigest)["acknowledged"] is True
    assert zoterodigest("sync").out.rstrip().endswith("Already up to date.")
    assert "Apart" not in zoterodigest("conflicts").out


def test_forget_lists_a_report_again(zoterodigest: Zoterodigest, lock: Path) -> None:
    before = lock.read_bytes()
    zoterodigest("resolve", "--all", "--acknowledge")
    assert lock.read_bytes() != before

    ran = zoterodigest("resolve", "--all", "--forget", "--json")

    (forgotten,) = json.loads(ran.out)["forgotten"]
    assert forgotten["name"] == "title"
    assert lock.read_bytes() == before


def test_a_dry_run_writes_nothing(zoterodigest: Zoterodigest, lock: Path) -> None:
    before = lock.read_bytes()

    ran = zoterodigest("resolve", "--all", "--acknowledge", "--dry-run")

    assert OTHER_TITLE in ran.out
    assert lock.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--acknowledge"],
        ["zzzz", "--acknowledge"],
        ["zzzz", "--all", "--forget"],
        ["--all", "--acknowledge", "--forget"],
        ["--all", "--acknowledge", "--keep", "zotero"],
        ["--all", "--acknowledge", "--field", "abstract"],
    ],
)
def test_what_is_not_clear_is_refused(
    zoterodigest: Zoterodigest, lock: Path, arguments: list[str]
) -> None:
    before = lock.read_bytes()

    ran = zoterodigest("resolve", *arguments)

    assert ran.code == 2
    assert lock.read_bytes() == before


def test_what_is_acknowledged_does_not_change_the_exit_code_until_it_changes(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    page = f"https://arxiv.org/abs/{ATTENTION[1]}"
    for key in ("AAAA2222", "BBBB2222"):
        item = {"itemType": "preprint", "title": key, "url": page}
        in_library(tmp_path, LibraryItem(key, 0, item))
    (tmp_path / "zoterodigest.toml").write_text('[[digest]]\npath = "papers.md"\n')
    zoterodigest("sync", "--yes")
    ambiguous = zoterodigest("status")

    zoterodigest("resolve", "--all", "--acknowledge")
    acknowledged = zoterodigest("status")
    third = {"itemType": "preprint", "title": "Third", "url": page}
    in_library(tmp_path, LibraryItem("CCCC2222", 0, third))
    changed = zoterodigest("status")

    assert (ambiguous.code, acknowledged.code, changed.code) == (6, 0, 6)
