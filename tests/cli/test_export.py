"""`export`: a plain .bib of the library."""

from __future__ import annotations

from pathlib import Path

import bibtexparser

from tests.cli.conftest import Zoterodigest, a_digest

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")


def _pushed(zoterodigest: Zoterodigest, folder: Path) -> None:
    (folder / "papers.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md")


def test_a_bib_holds_every_live_item(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _pushed(zoterodigest, tmp_path)

    ran = zoterodigest("export", "-o", "papers.bib")

    entries = bibtexparser.loads((tmp_path / "papers.bib").read_text(encoding="utf-8")).entries
    assert (ran.code, ran.out.splitlines()[0]) == (0, "papers.bib: 2 entries")
    assert {entry["eprint"] for entry in entries} == {ATTENTION[1], RESNET[1]}


def test_what_is_shown_is_what_is_written(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _pushed(zoterodigest, tmp_path)

    zoterodigest("export", "-o", "papers.bib")
    shown = zoterodigest("export")

    assert shown.out == (tmp_path / "papers.bib").read_text(encoding="utf-8")


def test_its_own_file_is_replaced_another_one_is_not(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)
    mine = tmp_path / "mine.bib"
    mine.write_text("@misc{mine}\n")

    first = zoterodigest("export", "-o", "papers.bib")
    second = zoterodigest("export", "-o", "papers.bib")
    refused = zoterodigest("export", "-o", "mine.bib")

    assert (first.code, second.code, refused.code) == (0, 0, 15)
    assert mine.read_text() == "@misc{mine}\n"
    assert "--overwrite" in refused.err
    assert zoterodigest("export", "-o", "mine.bib", "--overwrite").code == 0
    assert "@misc{mine}" not in mine.read_text()


def test_no_library_is_no_empty_bibliography(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    ran = zoterodigest("export", "-o", "papers.bib")

    assert ran.code == 14
    assert list(tmp_path.iterdir()) == []
