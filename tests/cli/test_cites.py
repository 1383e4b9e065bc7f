"""`check-cites`: what documents cite, held against bibliographies."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Zoterodigest

MAIN = """\
\\documentclass{article}
\\addbibresource{refs.bib}
\\input{chapter}
\\cite{a,lost}
"""
REFS = """\
@misc{a, title = {A}}
@misc{Smith, title = {B}}
@misc{a, title = {again}}
@misc{idle, title = {C}}
@misc{broken, title = {D}
"""


def _write(folder: Path) -> None:
    (folder / "main.tex").write_text(MAIN)
    (folder / "chapter.tex").write_text("See \\citet{smith}.\n\\input{nowhere}\n")
    (folder / "refs.bib").write_text(REFS)


def test_missing_and_doubled_keys_fail_and_are_listed(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path)

    ran = zoterodigest("check-cites", "main.tex", "refs.bib")

    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "chapter.tex:1: no entry has the key smith; there is Smith\n"
        "main.tex:4: no entry has the key lost\n"
        "refs.bib:3: the key a stands in line 1 too\n"
        "refs.bib:5: the entry here cannot be read: a block that is never closed\n"
        "chapter.tex:2: nowhere is read in here and was not found\n"
        "note: 2 entries are cited nowhere: Smith, idle\n"
        "3 keys are cited, 2 missing, 1 doubled\n"
    )


def test_a_comment_at_which_bibtex_stops_is_told_and_fails_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "main.tex").write_text("\\cite{a}\n")
    (tmp_path / "refs.bib").write_text("@misc{a,\n  % mine\n  title = {A}}\n")

    ran = zoterodigest("check-cites", "main.tex", "refs.bib")

    told = "refs.bib:2: a comment inside an entry: biber reads over it, BibTeX skips what follows"
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(told)


def test_bibliographies_that_the_document_names_are_read(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path)

    assert zoterodigest("check-cites", "main.tex") == zoterodigest(
        "check-cites", "main.tex", "refs.bib"
    )


def test_github_gets_an_annotation_for_each(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path)

    ran = zoterodigest("check-cites", "main.tex", "--report", "github")

    assert ran.code == 1
    assert "::error file=main.tex,line=4::no entry has the key lost\n" in ran.out
    assert "::error file=refs.bib,line=3::the key a stands in line 1 too\n" in ran.out
    assert "::warning file=refs.bib,line=5::the entry here cannot be read" in ran.out
    assert "::notice file=refs.bib,line=4::idle is cited nowhere\n" in ran.out


def test_no_key_writes_an_annotation_of_its_own(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "a,b.md").write_text("[@{x\x1b::error file=y%0A::z}]\n")
    (tmp_path / "refs.bib").write_text("")

    ran = zoterodigest("check-cites", "a,b.md", "refs.bib", "--report", "github")

    assert ran.out == (
        "::error file=a%2Cb.md,line=1::no entry has the key x\\x1b::error file=y%250A::z\n"
    )


def test_all_is_well_if_every_key_has_one_entry(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text("As @a says.\n")
    (tmp_path / "refs.bib").write_text("@misc{a}\n")

    ran = zoterodigest("check-cites", "draft.md", "refs.bib")

    assert (ran.code, ran.out) == (0, "1 key is cited, 0 missing, 0 doubled\n")


def test_nothing_to_check_is_wrong_usage_and_a_lost_file_bad_input(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path)
    (tmp_path / "bare.tex").write_text("\\cite{a}\n")

    assert zoterodigest("check-cites", "refs.bib").code == 2
    assert zoterodigest("check-cites", "bare.tex").code == 2
    assert zoterodigest("check-cites", "gone.tex", "refs.bib").code == 10
    assert zoterodigest("check-cites", "main.tex", "gone.bib").code == 10
