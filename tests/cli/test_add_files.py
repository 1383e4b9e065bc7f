"""`add` in a vault: each paper gets a file of its own, like those around it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest

CONFIG = """\
[[digest]]
path = "Papers/**/*.md"
entry = "file"
new = {{ {new} }}
"""
NOTE = """\
---
citekey: vaswani2017attention
title: Attention Is All You Need
authors: [Ashish Vaswani, Noam Shazeer]
year: 2017
doi: 10.1000/1
status: read
---
# Attention Is All You Need

Nice.
"""
BIB = """\
@inproceedings{he2016deep, title = {Deep Learning: a "Residual" One}, year = {2016},
  author = {He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing}, doi = {10.1109/CVPR.2016.90}}
"""
MADE = """\
---
citekey: he2016deep
title: "Deep Learning: a \\"Residual\\" One"
authors: [Kaiming He, Xiangyu Zhang, Shaoqing Ren]
year: 2016
doi: 10.1109/CVPR.2016.90
status:
---

# Deep Learning: a "Residual" One
"""


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """The folder of a vault with one note."""
    folder = tmp_path / "Papers"
    folder.mkdir()
    (folder / "@vaswani2017attention.md").write_text(NOTE, encoding="utf-8")
    (tmp_path / "new.bib").write_text(BIB, encoding="utf-8")
    _configure(tmp_path, 'file = "@{citekey}.md"')
    return folder


def _configure(root: Path, new: str) -> None:
    (root / "zoterodigest.toml").write_text(CONFIG.format(new=new), encoding="utf-8")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_paper_gets_a_file_and_its_path_is_said(zoterodigest: Zoterodigest, vault: Path) -> None:
    planned = zoterodigest("add", "new.bib", "--offline", "--dry-run")
    before = _names(vault)
    done = zoterodigest("add", "new.bib", "--offline", "--to", "Papers/")
    again = zoterodigest("add", "new.bib", "--offline")

    assert before == ["@vaswani2017attention.md"]
    assert "Planned: 1 file written." in planned.out
    assert (done.code, done.err) == (0, "")
    assert "Done: 1 file written: Papers/@he2016deep.md.\n" in done.out
    assert (vault / "@he2016deep.md").read_text(encoding="utf-8") == MADE
    assert again.code == 1
    assert "he2016deep: is already at Papers/@he2016deep.md:1" in again.err


def test_a_new_file_is_an_entry_at_once_and_undo_takes_it_back(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    zoterodigest("add", "new.bib", "--offline")

    all_files = zoterodigest("push", "--yes", "--offline", "--brief")
    pushed = zoterodigest("push", vault / "@he2016deep.md", "--yes", "--offline", "--brief")
    zoterodigest("undo", "--yes")
    undone = zoterodigest("undo", "--yes")

    # Of files that just changed, only one that is named alone is synced at once.
    assert all_files.out.startswith("Nothing to push; 2 files changed a moment ago")
    assert pushed.out == "Done: 1 item and 1 collection written.\n"
    assert (undone.code, _names(vault)) == (0, ["@vaswani2017attention.md"])


def test_json_has_the_file_of_each_paper(zoterodigest: Zoterodigest, vault: Path) -> None:
    data = json.loads(zoterodigest("add", "new.bib", "--offline", "--json").out)

    assert (data["digest"], data["written"]) == ("Papers", True)
    assert [one["digest"] for one in data["added"]] == ["Papers/@he2016deep.md"]


def test_a_template_makes_the_file(zoterodigest: Zoterodigest, vault: Path, tmp_path: Path) -> None:
    _configure(tmp_path, 'file = "{authors} {year} {title}.md", template = "paper.md"')
    (tmp_path / "paper.md").write_text(
        "---\ntitle: {{title}}\ncitekey: {{citekey}}\n---\n\n## Notes\n", encoding="utf-8"
    )

    ran = zoterodigest("add", "new.bib", "--offline")

    name = "He et al. 2016 Deep Learning - a Residual One.md"
    assert f"Papers/{name}" in ran.out
    assert (vault / name).read_text(encoding="utf-8") == (
        '---\ntitle: "Deep Learning: a \\"Residual\\" One"\ncitekey: he2016deep\n---\n\n## Notes\n'
    )


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ('template = "lost.md"', "lost.md: no such file"),
        ('template = "paper.md"', "the note does not say the title of the paper"),
        ('file = "{year}.md"', "there is a file 2016.md already"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is_written(
    zoterodigest: Zoterodigest, vault: Path, tmp_path: Path, new: str, reason: str
) -> None:
    _configure(tmp_path, new)
    (tmp_path / "paper.md").write_text("# {{authors}}\n", encoding="utf-8")
    (vault / "2016.MD").write_text("Mine.\n", encoding="utf-8")
    before = _names(vault)

    ran = zoterodigest("add", "new.bib", "--offline")

    assert ran.code != 0
    assert reason in ran.err
    assert _names(vault) == before


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--section", "New"], "--section is for a digest with headings, not for a vault"),
        (["--to", "Papers/@new.md"], "is a file of a vault: name the folder, as --to Papers"),
    ],
)
def test_what_means_nothing_in_a_vault_is_wrong_usage(
    zoterodigest: Zoterodigest, vault: Path, more: list[str], reason: str
) -> None:
    ran = zoterodigest("add", "new.bib", "--offline", *more)

    assert (ran.code, ran.out) == (2, "")
    assert reason in " ".join(ran.err.split())


def test_a_folder_within_a_vault_takes_a_file(zoterodigest: Zoterodigest, vault: Path) -> None:
    (vault / "Vision").mkdir()

    ran = zoterodigest("add", "new.bib", "--offline", "--to", "Papers/Vision/")

    assert (ran.code, ran.err) == (0, "")
    assert (vault / "Vision" / "@he2016deep.md").read_text(encoding="utf-8") == MADE
    assert "Papers/Vision/@he2016deep.md" in ran.out


def test_without_new_the_way_out_is_named(
    zoterodigest: Zoterodigest, vault: Path, tmp_path: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n', encoding="utf-8"
    )

    ran = zoterodigest("add", "new.bib", "--offline")

    assert (ran.code, ran.out) == (2, "")
    assert "has no [digest.new], so zoterodigest makes no file in it" in ran.err
    assert 'new = { file = "@{citekey}.md" }' in ran.err


def test_two_papers_of_one_name_get_two_files(
    zoterodigest: Zoterodigest, vault: Path, tmp_path: Path
) -> None:
    _configure(tmp_path, 'file = "{title}.md"')
    (tmp_path / "new.bib").write_text(
        "@misc{a, title = {Learning}, doi = {10.1/1}, year = {2001}, author = {Bee, A.}}\n"
        "@misc{b, title = {LEARNING}, doi = {10.1/2}, year = {2002}, author = {Cat, D.}}\n",
        encoding="utf-8",
    )

    ran = zoterodigest("add", "new.bib", "--offline")

    assert ran.code == 0
    assert _names(vault)[1:] == ["LEARNING 2.md", "Learning.md"]
