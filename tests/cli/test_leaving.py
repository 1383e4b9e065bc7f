"""`unlink` and `remove`: what they show, and what is left."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Zoterodigest, a_digest, edited_item

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")

REMOVED = """\
library    .zoterodigest/library.sqlite (a trial library, not your Zotero)

Links that end
       2  papers.md
Into the trash
       1  item, with its notes
       1  note
       1  collection
Added values removed from items that stay
       1  item
What stays (1)
  Deep Residual Learning, my favourite: it was changed in the library
"""


def _pushed(zoterodigest: Zoterodigest, folder: Path) -> None:
    (folder / "papers.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md")


def test_remove_takes_back_what_nobody_used_and_lists_the_rest(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)
    edited_item(tmp_path, RESNET[0], title="Deep Residual Learning, my favourite")

    planned = zoterodigest("remove", "papers.md", "--dry-run")
    kept = json.loads(zoterodigest("ls", "--json").out)
    removed = zoterodigest("remove", "papers.md")
    left = json.loads(zoterodigest("ls", "--json").out)

    assert (planned.code, planned.out) == (0, REMOVED)
    assert len(kept) == 2
    assert removed.code == 0
    assert removed.out.startswith(REMOVED)
    assert "Done: 1 item, 1 note and 1 collection trashed, 1 item changed." in removed.out
    assert [item["title"] for item in left] == ["Deep Residual Learning, my favourite"]


def test_unlink_forgets_and_touches_nothing(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _pushed(zoterodigest, tmp_path)
    before = zoterodigest("ls", "--json", "--children").out

    ran = zoterodigest("unlink", "papers.md")
    again = zoterodigest("unlink", "papers.md")
    pushed = zoterodigest("push")

    assert ran.code == 0
    assert "Nothing in the library and no digest changes." in ran.out
    assert "Nothing is linked here: nothing to do." in again.out
    assert "\nNothing to push; 2 entries need your attention" in pushed.out
    assert zoterodigest("ls", "--json", "--children").out == before


def test_relink_links_again_what_was_unlinked(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _pushed(zoterodigest, tmp_path)
    before = zoterodigest("ls", "--json", "--children").out
    zoterodigest("unlink", "papers.md")

    ran = zoterodigest("push", "papers.md", "--relink", "--yes")

    assert ran.code == 0
    assert zoterodigest("ls", "--json", "--children").out == before
    assert "links      2;" in zoterodigest("status").out


def test_many_removals_need_consent(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    papers = [(f"A paper on number {n} of them", f"2401.{n:05}") for n in range(1, 24)]
    (tmp_path / "papers.md").write_text(a_digest(*papers), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")

    asked = zoterodigest("remove", "papers.md")
    agreed = zoterodigest("remove", "papers.md", "--yes")

    assert (asked.code, agreed.code) == (7, 0)
    assert json.loads(zoterodigest("ls", "--json").out) == []


def test_json_tells_what_ends_and_what_stays(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _pushed(zoterodigest, tmp_path)

    ran = zoterodigest("remove", "papers.md", "--json")

    found = json.loads(ran.out)
    assert {link["digest"] for link in found["links"]} == {"papers.md"}
    assert {item["title"] for item in found["trash"]} == {ATTENTION[0], RESNET[0]}
    assert (found["kept"], found["failures"]) == ([], [])


def test_a_trashed_note_is_a_note_in_the_summary_the_log_and_the_undo(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)
    edited_item(tmp_path, RESNET[0], title="Deep Residual Learning, my favourite")

    removed = zoterodigest("remove", "papers.md")
    listed = zoterodigest("log")
    undone = zoterodigest("undo", "--yes")

    assert "1 item, 1 note and 1 collection trashed, 1 item changed." in removed.out
    assert "remove   2 items, 1 note, 1 collection\n" in listed.out
    assert "note out of the trash" in undone.out
    assert "is undone: 2 items, 1 note and 1 collection." in undone.out
    assert "attachment" not in removed.out + listed.out + undone.out
