"""`pull` and `sync`: what they show, what they write, and the exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, edited_item, in_library
from tests.cli.test_push import ATTENTION, RESNET
from tests.sync.trouble import TroubledLibrary
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing import sync_run
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

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
    assert "Already up to date." in zoterodigest("sync").out


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


def test_a_plan_is_what_the_sync_then_does(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    digest = pushed(zoterodigest, tmp_path)
    digest.write_text(a_digest(ATTENTION, RESNET).replace("What it", "All it", 1), encoding="utf-8")
    edited_item(tmp_path, RESNET[0], title=TITLE)

    planned = json.loads(zoterodigest("plan", "--json").out)
    synced = json.loads(zoterodigest("sync", "--json").out)

    assert planned["direction"] == "sync"
    assert [action["kind"] for action in planned["actions"]] == ["change-note", "change-entry"]
    assert synced["actions"] == planned["actions"]
    assert (synced["written"], synced["written_digests"]) == (1, 1)
    assert synced["again"] == {"actions": [], "reports": []}


@pytest.mark.parametrize(
    ("push", "pull", "code", "is_settled"),
    [(True, True, 4, False), (True, False, 0, True), (False, True, 4, False)],
)
def test_check_exits_4_for_what_may_travel_only(
    zoterodigest: Zoterodigest, tmp_path: Path, push: bool, pull: bool, code: int, is_settled: bool
) -> None:
    pushed(zoterodigest, tmp_path)
    edited_item(tmp_path, RESNET[0], title=TITLE)
    rules = f"[[digest]]\npath = 'papers.md'\npush = {push}\npull = {pull}\n".lower()
    (tmp_path / "zoterodigest.toml").write_text(rules, encoding="utf-8")

    status, synced = zoterodigest("status", "--check"), zoterodigest("sync", "--dry-run")

    assert status.code == code
    assert ("Held back: 1 edit (`zoterodigest status`)." in synced.out) is is_settled
    assert ("\nNothing to write; 1 entry needs your attention.\n" in status.out) is is_settled
    assert ("title: changed in zotero, not pulled" in status.out) is is_settled


def test_check_exits_3_where_there_are_conflicts_and_pending_changes(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = pushed(zoterodigest, tmp_path)
    edited_item(tmp_path, RESNET[0], title=TITLE)
    edited = a_digest(ATTENTION, RESNET).replace(RESNET[0], "Residual Nets")
    digest.write_text(edited.replace("What it", "All it", 1), encoding="utf-8")

    status = zoterodigest("status", "--check")

    assert status.code == 3
    assert "needs you  1 conflict\n" in status.out
    assert "changed notes            1" in status.out


def test_a_run_of_one_direction_counts_what_it_leaves_to_the_other(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = pushed(zoterodigest, tmp_path)
    edited_item(tmp_path, RESNET[0], title=TITLE)

    ran_push = zoterodigest("push")
    zoterodigest("pull")
    text = digest.read_text(encoding="utf-8")
    digest.write_text(text.replace(TITLE, "Residual Nets"), encoding="utf-8")
    ran_pull = zoterodigest("pull")

    left = "Left for `zoterodigest pull`: 1 edit made in the library.\n\nNothing to push.\n"
    assert left in ran_push.out
    left = "Left for `zoterodigest push`: 1 edit made in the digests.\n\nNothing to pull.\n"
    assert left in ran_pull.out


def test_a_conflict_that_arises_while_a_run_writes_is_told(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = pushed(zoterodigest, tmp_path)
    edited = a_digest(ATTENTION, RESNET).replace(RESNET[0], "Residual Nets")
    digest.write_text(edited, encoding="utf-8")

    def late(prepared: Prepared, report: Progress) -> FinishedRun:
        edited_item(tmp_path, RESNET[0], title=TITLE)
        return carry_out(prepared, report)

    monkeypatch.setattr(sync_run, "carry_out", late)
    synced = zoterodigest("sync")

    assert synced.code == 3
    assert "Left to you: 1 conflict" in synced.out
    assert synced.out.index("Conflicts (1)") > synced.out.index("Done: ")
    assert digest.read_text(encoding="utf-8") == edited


def test_what_an_entry_leaves_empty_is_filled_in_where_it_is_asked_for(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    table = "| Title | Venue | Code |\n|---|---|---|\n"
    row = f"| [{RESNET[0]}](https://arxiv.org/abs/{RESNET[1]}) |  |  |\n"
    digest = tmp_path / "table.md"
    digest.write_text(table + row, encoding="utf-8")
    url = f"https://arxiv.org/abs/{RESNET[1]}"
    data = {"itemType": "conferencePaper", "title": RESNET[0], "proceedingsTitle": "CVPR"}
    in_library(tmp_path, LibraryItem("RESN2222", 0, {**data, "url": url}))

    zoterodigest("sync", "table.md", "--yes")
    unasked = digest.read_text(encoding="utf-8")
    filled = zoterodigest("pull", "--fill", "venue")
    wrong = zoterodigest("pull", "--fill", "colour")

    assert unasked == table + row
    assert filled.code == 0
    assert digest.read_text(encoding="utf-8") == table + row.replace("|  |  |", "| CVPR |  |")
    assert (wrong.code, wrong.err.partition("\n")[0]) == (2, "error: there is no field colour")


def test_a_conflict_of_what_was_planned_once_more_is_in_json(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = pushed(zoterodigest, tmp_path)
    edited = a_digest(ATTENTION, RESNET).replace(RESNET[0], "Residual Nets")
    digest.write_text(edited, encoding="utf-8")

    def edit(number: int) -> None:
        if number == 1:
            edited_item(tmp_path, RESNET[0], title=TITLE)

    def troubled(prepared: Prepared, report: Progress) -> FinishedRun:
        library = TroubledLibrary(prepared.workspace.library, before=edit)
        workspace = replace(prepared.workspace, library=library)
        return carry_out(replace(prepared, workspace=workspace), report)

    monkeypatch.setattr(sync_run, "carry_out", troubled)
    synced = zoterodigest("sync", "--json")

    told = json.loads(synced.out)
    assert synced.code == 3
    assert [action["kind"] for action in told["actions"]] == ["change-item"]
    assert [report["kind"] for report in told["again"]["reports"]] == ["conflict"]
    assert (told["written"], told["failures"]) == (0, [])


def test_status_tells_of_notes_that_hold_what_markdown_has_no_place_for(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    pushed(zoterodigest, tmp_path)
    with connect("embedded:.zoterodigest/library.sqlite", base=tmp_path) as library:
        note = next(one for one in library.read().items if one.data["itemType"] == "note")
    html = (
        str(note.data["note"]) + '<p>Drawn: <img alt="a plot" data-attachment-key="ABCD2345"></p>'
    )
    in_library(tmp_path, LibraryItem(note.key, note.version, {"note": html}))

    shown = zoterodigest("status")

    assert "1 note holds what Markdown has no place for (image)" in shown.out


def test_a_plan_shows_the_words_of_the_notes_that_it_would_publish(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    rules = '[[digest]]\npath = "papers.md"\nnotes = "all"\n'
    (tmp_path / "zoterodigest.toml").write_text(rules, encoding="utf-8")
    pushed(zoterodigest, tmp_path)
    with connect("embedded:.zoterodigest/library.sqlite", base=tmp_path) as library:
        item = next(one for one in library.read().items if one.data.get("title") == RESNET[0])
    note = {"itemType": "note", "parentItem": item.key, "note": "<p>Read it <b>twice</b>.</p>"}
    in_library(tmp_path, LibraryItem("NTE22222", 0, note))

    shown = zoterodigest("plan")
    unasked = zoterodigest("sync")

    assert "published notes          1  “Read it **twice**.”: Deep Residual" in shown.out
    assert unasked.code == 7
