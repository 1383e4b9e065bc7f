"""`check-cites`: what documents cite, held against bibliographies."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Zoterodigest

TITLE = "Attention Is All You Need"
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
        "chapter.tex:1: no entry has the key smith; did you mean Smith?\n"
        "main.tex:4: no entry has the key lost\n"
        "refs.bib:3: the key a is also in line 1\n"
        "refs.bib:5: the entry here cannot be read: a block that is never closed\n"
        "chapter.tex:2: nowhere is read in here and was not found\n"
        "note: 2 entries are cited nowhere: Smith, idle\n"
        "3 keys are cited, 2 missing, 1 doubled\n"
    )


def test_without_a_file_the_documents_of_the_configuration_are_checked(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path)
    (tmp_path / "zoterodigest.toml").write_text(
        '[[bibliography]]\npath = "refs.bib"\ncited = ["main.tex"]\n'
    )

    assert zoterodigest("check-cites").out == zoterodigest("check-cites", "main.tex").out


def test_without_any_document_it_says_what_to_give(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("check-cites")

    assert ran.code == 2
    assert "error: no document is named" in ran.err


def test_a_bib_that_is_not_there_yet_is_named_with_the_command_that_writes_it(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "main.tex").write_text("\\cite{a}\n\\bibliography{refs}\n")

    ran = zoterodigest("check-cites", "main.tex")

    assert ran.code == 10
    assert "refs.bib: no such file, and a document names it" in ran.err
    assert "`zoterodigest export --cited main.tex -o refs.bib` writes it." in ran.err


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
    assert "::error file=refs.bib,line=3::the key a is also in line 1\n" in ran.out
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


def test_a_key_nearly_spelled_right_is_proposed(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text("\\cite{vaswaniAtention2017, elsewhere}\n")
    (tmp_path / "refs.bib").write_text("@misc{vaswaniAttention2017}\n")

    ran = zoterodigest("check-cites", "main.tex", "refs.bib")

    assert ran.out.splitlines()[:2] == [
        "main.tex:1: no entry has the key vaswaniAtention2017; did you mean vaswaniAttention2017?",
        "main.tex:1: no entry has the key elsewhere",
    ]


def test_an_entry_behind_a_comment_mark_is_one_for_bibtex(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "main.tex").write_text("\\cite{a, b, c}\n\\bibliography{refs}\n")
    (tmp_path / "refs.bib").write_text(
        "% @misc{a,\n%  title = {Old}}\n@misc{a}\n% @misc{b}\n@comment{ @misc{c} }\n"
    )

    ran = zoterodigest("check-cites", "main.tex")

    behind = "BibTeX reads an entry behind a comment mark, biber does not"
    assert ran.code == 1
    assert ran.out.splitlines() == [
        f"refs.bib:1: the key a is also in line 3 ({behind})",
        f"refs.bib:4: b is cited: {behind}",
        f"refs.bib:5: c is cited: {behind}",
        "3 keys are cited, 0 missing, 1 doubled",
    ]


def test_an_entry_behind_a_comment_mark_is_none_for_biber(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "main.tex").write_text(
        "\\usepackage[style=apa]{csquotes,biblatex}\n\\bibliography{refs}\n\\cite{a, b}\n"
    )
    (tmp_path / "refs.bib").write_text("% @misc{a}\n@misc{a}\n% @misc{b}\n")

    ran = zoterodigest("check-cites", "main.tex")

    assert ran.out.splitlines()[0] == "main.tex:3: no entry has the key b"
    assert "is also in" not in ran.out


def test_a_file_of_another_type_is_refused(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "paper.docx").write_bytes(b"PK\x03\x04 \\cite{a}")
    (tmp_path / "refs.bib").write_text("@misc{a}\n")

    ran = zoterodigest("check-cites", "paper.docx", "refs.bib")

    assert (ran.code, ran.out) == (2, "")
    assert "zoterodigest cannot find citations in paper.docx" in ran.err
    assert ".typ" in ran.err


def test_a_typst_document_leads_to_its_chapters_and_its_bibliography(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "main.typ").write_text(
        '#include "one.typ"\n@fig:a and @there\n#bibliography("refs.bib", style: "apa")\n'
    )
    (tmp_path / "one.typ").write_text("#figure(x) <fig:a>\n#cite(<lost>)\n")
    (tmp_path / "refs.bib").write_text("@misc{there}\n")

    ran = zoterodigest("check-cites", "main.typ")

    assert ran.out == (
        "one.typ:2: no entry has the key lost\n2 keys are cited, 1 missing, 0 doubled\n"
    )


def test_json_names_what_is_missing_doubled_and_cited_nowhere(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path)

    ran = zoterodigest("check-cites", "main.tex", "refs.bib", "--json")

    found = json.loads(ran.out)
    assert (ran.code, found["cited"]) == (1, 3)
    assert found["missing"] == [
        {"citekey": "smith", "file": "chapter.tex", "line": 1, "similar": "Smith"},
        {"citekey": "lost", "file": "main.tex", "line": 4, "similar": None},
    ]
    assert [[one["line"] for one in entries] for entries in found["doubled"]] == [[1, 3]]
    assert [one["citekey"] for one in found["unused"]] == ["Smith", "idle"]
    assert [one["line"] for one in found["warnings"]] == [5, 2]


def test_a_draft_that_names_no_bib_is_compared_with_that_of_the_project(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text('[[bibliography]]\npath = "refs.bib"\n')
    (tmp_path / "refs.bib").write_text("@misc{a}\n")
    (tmp_path / "draft.md").write_text("As [@a; @b] say.\n")

    ran = zoterodigest("check-cites", "draft.md")

    assert ran.code == 1
    assert ran.out == (
        "draft.md:1: no entry has the key b\n2 keys are cited, 1 missing, 0 doubled\n"
    )


def test_a_draft_is_not_compared_with_a_bib_that_gets_what_another_document_cites(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    """Each key that the library has and the other document doesn't cite was called missing."""
    (tmp_path / "papers.md").write_text(
        f"- **{TITLE}** [paper](https://arxiv.org/abs/1706.03762)\n"
    )
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "papers.md"\n[[bibliography]]\npath = "refs.bib"\ncited = ["main.md"]\n'
    )
    (tmp_path / "main.md").write_text("As [@own] says.\n")
    (tmp_path / "refs.bib").write_text("@misc{own}\n")
    (tmp_path / "draft.md").write_text("As [@AttentionAllYou2017] says.\n")
    zoterodigest("push", "papers.md", "--yes", "--offline")

    draft = zoterodigest("check-cites", "draft.md")
    main = zoterodigest("check-cites", "main.md")

    assert draft.out == main.out == "1 key is cited, 0 missing, 0 doubled\n"


def test_a_draft_of_a_project_without_a_bib_is_compared_with_the_library(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(
        "> **Attention Is All You Need**\n"
        "> *NeurIPS 2017*, [arxiv](https://arxiv.org/abs/1706.03762)\n"
        "> Task: machine translation\n>\n> - Attention alone.\n"
    )
    zoterodigest("init", "papers.md")
    (tmp_path / "draft.qmd").write_text("See [@AttentionAllYou2017, p. 3], @fig-a and @lost.\n")
    before = zoterodigest("check-cites", "draft.qmd")
    zoterodigest("push", "--yes", "--offline")

    ran = zoterodigest("check-cites", "draft.qmd")

    assert (before.code, before.out) == (2, "")
    assert (ran.code, ran.out) == (
        1,
        "draft.qmd:1: no entry has the key lost\n2 keys are cited, 1 missing, 0 doubled\n",
    )
    assert ran.err == (
        "note: no document names a .bib: compared with the citation keys of the library\n"
    )
    exported = zoterodigest("export", "--cited", "draft.qmd", "-o", "-")
    assert "{AttentionAllYou2017," in exported.out
    assert exported.err == "draft.qmd:1: no work has the key lost\n"


def test_an_export_has_the_keys_of_notes_by_which_a_draft_cites(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "Papers/*.md"\nentry = "file"\n[sync]\nhold = 0\n'
    )
    (tmp_path / "Papers").mkdir()
    front = "title: Learning to See\nauthors: Ada Lovelace\nyear: 2021\ncitekey: see2021"
    (tmp_path / "Papers" / "See.md").write_text(f"---\n{front}\n---\nMine.\n")
    (tmp_path / "draft.md").write_text("As [@see2021] says.\n")
    zoterodigest("push", "--yes", "--offline")

    checked = zoterodigest("check-cites", "draft.md")
    exported = zoterodigest("export", "--cited", "draft.md", "-o", "refs.bib")

    assert checked.out == "1 key is cited, 0 missing, 0 doubled\n"
    assert (exported.out, exported.err) == ("refs.bib: 1 entry added (a new file)\n", "")
    assert (tmp_path / "refs.bib").read_text().startswith("@misc{see2021,\n")
