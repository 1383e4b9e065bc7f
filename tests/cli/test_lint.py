"""`lint`: findings as lines, as annotations and as JSON, and what --fix writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")


def _wrong(folder: Path) -> str:
    """Write a digest with a paper twice and a word in a wrong encoding; return its text."""
    text = a_digest(ATTENTION, RESNET, ATTENTION).replace("What it does.", "Whatâ€™s new.", 1)
    (folder / "a.md").write_text(text, encoding="utf-8")
    return text


def test_each_finding_is_a_line_with_file_line_and_column(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    text = _wrong(tmp_path)

    ran = zoterodigest("lint", "a.md")

    assert ran.code == 1
    assert ran.out == (
        "a.md:5:9: text in a wrong encoding: “â€™”, meant was “’”\n"
        "a.md:15:1: the same paper as in line 1 (arxiv:1706.03762)\n"
        "2 findings; `--fix` mends 1.\n"
    )
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("option", ["--report", "--format"])
def test_github_gets_annotations(zoterodigest: Zoterodigest, tmp_path: Path, option: str) -> None:
    _wrong(tmp_path)

    ran = zoterodigest("lint", "a.md", option, "github")

    assert ran.code == 1
    assert ran.out.splitlines()[1] == (
        "::warning file=a.md,line=15,col=1::the same paper as in line 1 (arxiv:1706.03762)"
    )


def test_fix_mends_what_it_can_and_undo_takes_it_back(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    text = _wrong(tmp_path)

    planned = zoterodigest("lint", "a.md", "--fix", "--dry-run")
    unwritten = (tmp_path / "a.md").read_text(encoding="utf-8")
    ran = zoterodigest("lint", "a.md", "--fix")
    mended = (tmp_path / "a.md").read_text(encoding="utf-8")
    undone = zoterodigest("undo", "--yes")

    assert "2 findings. Planned: mend 1." in planned.out
    assert unwritten == text
    assert (ran.code, mended) == (1, text.replace("â€™", "’"))
    assert "Done: mended a.md." in ran.out
    assert undone.code == 0
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == text


def test_json_holds_each_finding(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _wrong(tmp_path)

    found = json.loads(zoterodigest("lint", "a.md", "--json").out)

    assert found["written"] == []
    assert [(one["rule"], one["line"], one["fixable"]) for one in found["findings"]] == [
        ("mojibake", 5, True),
        ("duplicate", 15, False),
    ]


def test_a_digest_in_which_nothing_looks_wrong_is_fine(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "a.md")

    named, linked = zoterodigest("lint", "a.md"), zoterodigest("lint")

    assert (named.code, named.out) == (0, "Nothing looks wrong in 2 entries.\n")
    assert (linked.code, linked.out) == (0, "Nothing looks wrong in 2 entries.\n")


def test_without_paths_it_looks_at_the_digests_of_the_configuration(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    _wrong(tmp_path / "sub")
    (tmp_path / "zoterodigest.toml").write_text('[[digest]]\npath = "sub/*.md"\n', "utf-8")

    ran = zoterodigest("lint", "--fix")

    assert ran.code == 1
    assert ran.out.startswith("sub/a.md:15:1: the same paper")
    assert "Done: mended sub/a.md." in ran.out


def test_it_names_a_file_of_a_vault_that_is_no_text_and_looks_at_the_others(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    rules = '[[digest]]\npath = "Papers/*.md"\nentry = "file"\n'
    (tmp_path / "zoterodigest.toml").write_text(rules, "utf-8")
    (tmp_path / "Papers").mkdir()
    (tmp_path / "Papers/@a2020.md").write_bytes(b"\x00\x01binary")
    (tmp_path / "Papers/@b2020.md").write_text("---\ntitle: Deep: a review\n---\n", "utf-8")

    ran = zoterodigest("lint")
    alone = zoterodigest("lint", "Papers/@a2020.md")

    assert (ran.code, alone.code) == (1, 10)
    assert "Papers/@a2020.md: a binary file" in ran.err
    assert "Papers/@b2020.md:2:" in ran.out


def test_without_a_digest_or_a_file_it_says_so(zoterodigest: Zoterodigest) -> None:
    assert zoterodigest("lint").code == 2
    assert zoterodigest("lint", "none.md").code == 10


def test_it_says_how_much_of_a_digest_it_could_not_read(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("Dear reader,\n", encoding="utf-8")

    ran = zoterodigest("lint", "a.md")

    assert ran.code == 0
    assert ran.out == (
        "a.md: no entries recognised; `zoterodigest inspect a.md` shows the lines that\n"
        "      were not\n"
        "Nothing looks wrong in 0 entries.\n"
    )


def test_a_file_that_is_no_json_is_refused_with_its_line(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.json").write_text('[{"title": "One",}]')

    ran = zoterodigest("lint", "papers.json")

    assert (ran.code, "papers.json:1:18: it is not JSON" in ran.err) == (10, True)
