"""`plan --report github`: what a pull request edits in digests, told without any library."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Zoterodigest, a_digest
from tests.cli.test_push import ATTENTION, RESNET

NEW = "ImageNet Classification with Deep Networks", "1404.5997"
AND_THEN = "The next sync takes them to the library, or reports why not."
NOTHING = "Nothing was edited in digests since the last sync.\n"


@pytest.fixture
def cloned(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """The digest of a clone: its lock file is there, its library and its API key are not."""
    digest = tmp_path / "papers.md"
    digest.write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    assert zoterodigest("push", "papers.md", "--yes", "--offline").code == 0
    shutil.rmtree(tmp_path / ".zoterodigest")
    (tmp_path / "zoterodigest.toml").write_text(
        'library = "group:7"\n[[digest]]\npath = "papers.md"\n', encoding="utf-8"
    )
    return digest


def test_each_entry_that_a_pull_request_edits_is_annotated_at_its_line(
    zoterodigest: Zoterodigest, cloned: Path
) -> None:
    edited = a_digest(RESNET, NEW).replace(RESNET[0], "Residual Learning")
    cloned.write_text(edited.replace("What it does", "What it really does", 1), encoding="utf-8")

    ran = zoterodigest("plan", "--report", "github")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "::notice file=papers.md,line=1::Edited since the last sync: summary, title",
        "::notice file=papers.md,line=8::New entry",
        f"::notice file=papers.md,line=1::No longer here since the last sync: arxiv:{ATTENTION[1]}",
        f"1 new entry, 1 edited entry, 1 removed entry. {AND_THEN}",
    ]
    assert not (cloned.parent / ".zoterodigest").exists()


def test_without_an_edit_there_is_no_annotation(zoterodigest: Zoterodigest, cloned: Path) -> None:
    assert zoterodigest("plan", "--report", "github").out == NOTHING


def test_what_an_entry_gains_is_an_edit_and_a_line_that_left_is_none(
    zoterodigest: Zoterodigest, cloned: Path
) -> None:
    # A sync clears nothing because its line is gone: it reports that.
    text = cloned.read_text(encoding="utf-8").replace("> Task: image restoration\n", "", 1)
    code = f"arxiv.org/abs/{RESNET[1]}), [code](https://github.com/ada/resnet)"
    cloned.write_text(text.replace(f"arxiv.org/abs/{RESNET[1]})", code), encoding="utf-8")

    shown = zoterodigest("plan", "--report", "github").out

    assert shown.splitlines() == [
        "::notice file=papers.md,line=7::Edited since the last sync: links",
        f"1 edited entry. {AND_THEN}",
    ]


def test_lines_that_are_no_longer_read_are_a_warning(
    zoterodigest: Zoterodigest, cloned: Path
) -> None:
    text = cloned.read_text(encoding="utf-8")
    cloned.write_text(text.replace("> **", "**", 1).replace("\n>", "\n\n>", 1), encoding="utf-8")

    shown = zoterodigest("plan", "--report", "github").out

    assert f"::warning file=papers.md,line=1::Can't be read any more: arxiv:{ATTENTION[1]}" in shown


def test_a_digest_that_is_not_there_is_a_warning_and_hides_no_other(
    zoterodigest: Zoterodigest, cloned: Path
) -> None:
    config = cloned.parent / "zoterodigest.toml"
    config.write_text(
        config.read_text(encoding="utf-8") + '[[digest]]\npath = "more.md"\n', encoding="utf-8"
    )
    cloned.write_text(a_digest(ATTENTION, RESNET, NEW), encoding="utf-8")

    shown = zoterodigest("plan", "--report", "github").out

    assert "::warning file=more.md,line=1::no such file" in shown
    assert "::notice file=papers.md,line=15::New entry" in shown


def test_the_citation_key_of_a_note_is_no_edit(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "bold-titles.md"\n[[digest]]\npath = "Notes/*.md"\nentry = "file"\n'
        '[[bibliography]]\npath = "refs.bib"\n[sync]\nhold = 0\n',
        encoding="utf-8",
    )
    # Its items have citation keys after an export, and the note's item has none.
    shutil.copy(EXAMPLES / "bold-titles.md", tmp_path)
    (tmp_path / "Notes").mkdir()
    head = "---\ntitle: A Careful Note on Networks\ncitekey: ada2020\ndoi: 10.1000/182\n---\n\n"
    note = tmp_path / "Notes" / "ada2020.md"
    note.write_text(f"{head}Text of mine.\n", encoding="utf-8")
    for _ in range(2):
        assert zoterodigest("sync", "--yes", "--offline").code == 0

    assert zoterodigest("plan", "--report", "github").out == NOTHING

    note.write_text(f"{head}Words of mine.\n", encoding="utf-8")
    shown = zoterodigest("plan", "--report", "github").out
    assert "::notice file=Notes/ada2020.md,line=1::Edited since the last sync: summary\n" in shown


def test_no_format_of_a_digest_takes_what_a_push_read_for_an_edit(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    digests = sorted(path.name for path in tmp_path.glob("*.md"))
    assert zoterodigest("push", *digests, "--yes", "--offline").code in (0, 1, 3, 6)

    shown = zoterodigest("plan", *digests, "--report", "github").out

    assert "Edited" not in shown
    assert "No longer" not in shown
