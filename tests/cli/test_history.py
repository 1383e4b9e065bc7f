"""`log` and `undo`: what they show, what they ask, how they end."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, edited_item
from tests.made_once import made_once
from zoterodigest.cli.show.history_text import changes_text
from zoterodigest.core.plan.history import ObjectChange, Run

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")
RETITLED = "Attention May Be All You Need"

RUN_2 = """\
Run 2: sync, TIME, 1 note, 1 digest
Into the library
  Deep Residual Learning for Image Recognition
    - What it does.
    + What it does well.
Into the digests
  papers.md:1
    - > **Attention Is All You Need**
    + > **Attention May Be All You Need**
"""


@pytest.fixture
def synced(zoterodigest: Zoterodigest, tmp_path: Path) -> Zoterodigest:
    """A push, then a sync of an edit at either end."""

    def make() -> None:
        digest = tmp_path / "papers.md"
        digest.write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
        zoterodigest("push", "papers.md")
        text = digest.read_text(encoding="utf-8")
        at = text.rindex("What it does.")
        digest.write_text(f"{text[:at]}What it does well.\n\n", encoding="utf-8")
        edited_item(tmp_path, ATTENTION[0], title=RETITLED)
        zoterodigest("sync", "papers.md")

    made_once(tmp_path, make)
    return zoterodigest


def _timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", text)


def test_log_lists_the_newest_run_first(synced: Zoterodigest) -> None:
    ran = synced("log")
    data = json.loads(synced("log", "--json").out)

    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == ["run", "2", "1"]
    assert "2 items, 2 notes" in ran.out
    assert [run["command"] for run in data["runs"]] == ["sync", "push"]


def test_log_of_a_run_shows_what_it_changed_at_both_ends(synced: Zoterodigest) -> None:
    shown = synced("log", "2")
    data = json.loads(synced("log", "2", "--json").out)

    assert _timeless(shown.out) == RUN_2
    assert data["digests"][0]["passages"][0]["line"] == 1
    assert data["objects"][0]["title"] == RESNET[0]


def test_log_shows_the_text_of_a_note_as_the_digest_has_it(
    synced: Zoterodigest, tmp_path: Path
) -> None:
    digest = tmp_path / "papers.md"
    text = digest.read_text(encoding="utf-8")
    digest.write_text(text.replace("What it does well.", "Nets & trees, 3 < 4."), encoding="utf-8")
    synced("push")

    assert "+ Nets & trees, 3 < 4." in synced("log", "3").out


def test_log_of_no_run_and_of_a_run_that_is_not_kept(zoterodigest: Zoterodigest) -> None:
    empty = zoterodigest("log")
    missing = zoterodigest("log", "5")
    undo = zoterodigest("undo")

    assert (empty.code, empty.out) == (0, "No run that wrote something is kept here.\n")
    assert (missing.code, undo.code) == (10, 10)
    assert "no run 5 is kept" in missing.err
    assert "there is no run to undo" in undo.err


def test_undo_asks_then_gives_both_sides_back(synced: Zoterodigest, tmp_path: Path) -> None:
    planned = synced("undo", "--dry-run")
    unasked = synced("undo")
    done = synced("undo", "--yes")
    logged = synced("log")

    assert planned.code == 0
    assert "+ > **Attention Is All You Need**" in planned.out
    last = "Planned: run 2 (sync, TIME) is undone: 1 note and 1 digest. Run the command without"
    assert f"{last} `--dry-run` to do it." in " ".join(_timeless(planned.out).split())
    assert (unasked.code, done.code) == (7, 0)
    assert ATTENTION[0] in (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert "Done: run 2 (sync, TIME) is undone: 1 note and 1 digest." in _timeless(done.out)
    assert "undone by run 3" in logged.out
    assert "undoes run 2" in logged.out
    assert synced("status", "papers.md", "--check").code == 4


def test_undo_tells_what_has_changed_since_and_exits_1(
    synced: Zoterodigest, tmp_path: Path
) -> None:
    digest = tmp_path / "papers.md"
    text = digest.read_text(encoding="utf-8")
    digest.write_text(text.replace(RETITLED, "Attention Is Plenty"), encoding="utf-8")

    done = synced("undo", "--yes")
    data = json.loads(synced("undo", "2", "--json", "--yes").out)

    assert done.code == 1
    assert "papers.md:1: what was written there has changed since" in done.err
    assert "Attention Is Plenty" in digest.read_text(encoding="utf-8")
    assert [one["title"] for one in data["declined"]] == ["papers.md:1"]


def test_a_damaged_run_stops_no_command_and_is_named(synced: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / ".zoterodigest" / "history" / "000009-20260101T000000Z.json").write_bytes(b"{")

    logged = synced("log")
    done = synced("undo", "--yes")

    assert (logged.code, done.code) == (0, 0)
    assert "this run cannot be read" in logged.err


def test_undo_says_which_run_it_is_about_before_and_after(synced: Zoterodigest) -> None:
    first = synced("undo", "--yes")
    second = synced("undo", "--yes")
    third = synced("undo", "--yes")

    assert _timeless(first.out).startswith("Undo run 2 (sync, TIME)\n")
    assert "`zoterodigest undo`, typed again, undoes run 1 (push, TIME)." in _timeless(first.out)
    passed = "Run 2 (sync, TIME) is undone already; this is the run before."
    assert _timeless(second.out).startswith(f"Undo run 1 (push, TIME)\n{passed}\n")
    assert "Done: run 1 (push, TIME) is undone as far as possible: 1 item." in _timeless(second.out)
    assert f"{ATTENTION[0]}: it was changed in the library" in second.err
    assert (third.code, "there is no run to undo" in third.err) == (10, True)


def test_redo_takes_back_the_last_undo(synced: Zoterodigest, tmp_path: Path) -> None:
    after = (tmp_path / "papers.md").read_text(encoding="utf-8")
    nothing = synced("redo", "--yes")
    synced("undo", "--yes")
    planned = synced("redo", "--dry-run")

    done = synced("redo", "--yes")

    assert (nothing.code, planned.code, done.code) == (10, 0, 0)
    assert "nothing to redo: the newest run is not an undo" in nothing.err
    assert _timeless(planned.out).startswith("Redo run 2 (sync, TIME)\n")
    assert "Done: run 2 (sync, TIME) is done again: 1 note and 1 digest." in _timeless(done.out)
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == after
    assert synced("redo", "--yes").code == 10
    assert "Undo run 2 (sync" in synced("undo", "--dry-run").out


def killed(state_folder: Path, number: int, command: str) -> None:
    """Leave what a run leaves that is killed after it was recorded."""
    (path,) = (state_folder / "history").glob(f"{number:06d}-*")
    data = path.read_text(encoding="ascii").replace('"is_finished": true', '"is_finished": false')
    path.write_text(data, encoding="ascii")
    (state_folder / "running").write_text(f"4711 {command} {number}", encoding="ascii")


def test_undo_of_an_unlinking_says_that_links_come_back(synced: Zoterodigest) -> None:
    assert synced("unlink", "--yes").code == 0

    done = synced("undo", "--yes")

    assert "Done: run 3 (unlink, TIME) is undone: 2 links." in _timeless(done.out)


def test_undo_goes_on_with_an_undo_that_was_killed(synced: Zoterodigest, tmp_path: Path) -> None:
    synced("undo", "--yes")
    killed(tmp_path / ".zoterodigest", 3, "undo")
    logged, shown = synced("log"), synced("status")

    done = synced("undo", "--yes")

    assert "undoes run 2; was killed: `zoterodigest undo` completes it" in _flat(logged.out)
    assert "run 3, which was to undo it, was killed" in _flat(logged.out)
    assert "Run 3 was killed while it undid run 2" in _flat(shown.out)
    assert shown.out.splitlines()[-1].endswith("1 undo needs your attention.")
    assert "Run 3, which was to undo it, was killed. This run completes it." in done.out
    assert "Done: run 2 (sync, TIME) is undone: nothing of it was left." in _timeless(done.out)
    assert "undone by run 4" in _flat(synced("log").out)
    assert "was killed while" not in synced("status").out
    assert "Undo run 1 (push" in synced("undo", "--dry-run").out


def test_the_log_names_the_command_that_completes_a_killed_redo(
    synced: Zoterodigest, tmp_path: Path
) -> None:
    digest = tmp_path / "papers.md"
    before = digest.read_bytes()
    synced("undo", "--yes")
    synced("redo", "--yes")
    killed(tmp_path / ".zoterodigest", 4, "redo")
    logged, shown = synced("log"), synced("status")

    done = synced("redo", "--yes")

    assert "undoes run 3; was killed: `zoterodigest redo` completes it" in _flat(logged.out)
    assert "while it undid run 3: `zoterodigest redo` completes it." in _flat(shown.out)
    assert done.code == 0
    assert digest.read_bytes() == before
    assert "undone by run 5" in _flat(synced("log").out)


def test_redo_does_again_what_a_killed_undo_and_the_one_that_went_on_took_back(
    synced: Zoterodigest, tmp_path: Path
) -> None:
    digest = tmp_path / "papers.md"
    before = digest.read_bytes()
    synced("undo", "--yes")
    killed(tmp_path / ".zoterodigest", 3, "undo")
    synced("undo", "--yes")
    assert digest.read_bytes() != before

    done = synced("redo", "--yes")

    assert done.code == 0
    assert digest.read_bytes() == before
    assert done.out.splitlines()[-2].endswith("is done again: 1 note and 1 digest.")
    assert "up to date" in synced("sync", "--dry-run").out


def test_undo_does_not_mean_the_run_before_one_that_was_killed_early(
    synced: Zoterodigest, tmp_path: Path
) -> None:
    running = tmp_path / ".zoterodigest" / "running"
    running.write_text("4711 sync", encoding="ascii")

    refused = synced("undo", "--yes")
    chosen = synced("undo", "2", "--yes")

    assert refused.code == 10
    assert "the last command (sync) was killed before the log had anything of it" in refused.err
    assert "`zoterodigest undo 2` undoes the run before it" in refused.err
    assert chosen.code == 0


def test_an_undo_that_was_killed_early_is_done_by_the_same_command(
    synced: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / ".zoterodigest" / "running").write_text("4711 undo", encoding="ascii")

    assert "Done: run 2 (sync" in synced("undo", "--yes").out


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_the_log_counts_files_as_the_last_line_of_the_run_does(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "papers.md"\n[[bibliography]]\npath = "refs.bib"\n'
    )
    zoterodigest("push")
    zoterodigest("sync")
    for title, _ in (ATTENTION, RESNET):
        edited_item(tmp_path, title, title=f"{title}, Again")

    done = zoterodigest("sync")
    zoterodigest("export", "-o", "refs.json")
    exported, synced, *_ = json.loads(zoterodigest("log", "--json").out)["runs"]

    assert done.out.endswith("Done: 1 digest and 1 bibliography changed.\n")
    assert synced["counts"]["digests"] == synced["counts"]["bibliographies"] == 1
    assert synced["counts"]["passages"] > 2
    assert "sync     1 digest, 1 bibliography\n" in zoterodigest("log").out
    assert exported["counts"]["bibliographies"] == 1


def test_notes_are_listed_before_attachments_which_are_counted_whatever_their_keys() -> None:
    """Keys of what a push creates are random: the order of a run must not follow them."""
    link = {"url": "https://example.org/code"}
    attachment = ObjectChange("AAAA2222", "A title", "ITEM2222", after=link, is_created=True)
    note = ObjectChange("BBBB2222", "A title", "ITEM2222", is_created=True, is_note=True)

    another = replace(attachment, key="CCCC2222")

    lines = list(changes_text(Run(1, "", "push", "embedded:1", (attachment, note, another))))

    assert lines[-2:] == ["    new note", "    2 new attachments"]


VAULT = """\
[[digest]]
path = "Papers/*.md"
entry = "file"
new = {file = "@{citekey}.md"}
[sync]
hold = 0
"""
NOTE = (
    "---\ntitle: Learning to See\nauthors: Ada Lovelace\nyear: 2021\ncitekey: a2021\n---\nMine.\n"
)
BIB = "@misc{b2022, title={Learning to Hear}, author={Byron, Ada}, year={2022}, doi={10.1000/2}}"


@pytest.fixture
def vault(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A vault of one note, in sync."""
    (tmp_path / "zoterodigest.toml").write_text(VAULT, encoding="utf-8")
    (tmp_path / "Papers").mkdir()
    (tmp_path / "Papers" / "@a2021.md").write_text(NOTE, encoding="utf-8")
    assert zoterodigest("push", "--yes", "--offline").code == 0
    return tmp_path / "Papers"


def test_an_edit_of_an_item_is_undone_also_where_the_digests_are_a_vault(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    zoterodigest("set", "see", "title=Learning to Look")

    undone = zoterodigest("undo", "--yes", "--brief")

    assert (undone.code, undone.err) == (0, "")
    assert "Learning to See" in zoterodigest("ls").out


def test_the_note_of_an_added_paper_that_was_undone_comes_again_by_redo(
    zoterodigest: Zoterodigest, vault: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.bib").write_text(BIB, encoding="utf-8")
    assert zoterodigest("add", "new.bib", "--to", "Papers", "--offline", "--yes").code == 0
    added = vault / "@b2022.md"
    text = added.read_bytes()
    zoterodigest("sync", "--yes", "--offline")

    for _ in range(2):
        assert zoterodigest("undo", "--yes").code == 0
    gone = not added.exists()
    status = zoterodigest("status").out
    redone = zoterodigest("redo", "--yes")

    assert gone
    assert status.endswith("\nAlready up to date.\n")
    assert (redone.code, redone.err) == (0, "")
    assert added.read_bytes() == text


def test_what_a_run_wrote_into_a_vault_that_is_away_is_not_undone(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    vault.rename(vault.with_name("Elsewhere"))

    undone = zoterodigest("undo", "--yes")

    assert undone.code == 10
    assert "Papers: this folder is missing" in undone.err
    assert "Learning to See" in zoterodigest("ls").out
