"""`export`: a plain .bib of the library."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import bibtexparser
import pytest

from tests.cli.conftest import EXAMPLES, Zoterodigest, a_digest, edited_item

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")


def _pushed(zoterodigest: Zoterodigest, folder: Path) -> None:
    (folder / "papers.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md")


def test_a_bib_holds_every_live_item(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _pushed(zoterodigest, tmp_path)

    ran = zoterodigest("export", "-o", "papers.bib")

    entries = bibtexparser.loads((tmp_path / "papers.bib").read_text(encoding="utf-8")).entries
    assert (ran.code, ran.out.splitlines()[0]) == (0, "papers.bib: 2 entries added (a new file)")
    assert {entry["eprint"] for entry in entries} == {ATTENTION[1], RESNET[1]}


def test_what_is_shown_is_what_is_written(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _pushed(zoterodigest, tmp_path)

    zoterodigest("export", "-o", "papers.bib")
    shown = zoterodigest("export")

    assert shown.out == (tmp_path / "papers.bib").read_text(encoding="utf-8")


def test_its_own_file_is_replaced_and_another_one_gains_entries(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)
    mine = tmp_path / "mine.bib"
    standing = "% mine\n@misc{mine, eprint = {1706.03762}}\n@misc{x, t = {"
    mine.write_text(standing)

    first = zoterodigest("export", "-o", "papers.bib")
    second = zoterodigest("export", "-o", "papers.bib")
    added = zoterodigest("export", "-o", "mine.bib")
    again = zoterodigest("export", "-o", "mine.bib")

    assert (first.code, second.code, added.code) == (0, 0, 0)
    assert added.out == "mine.bib: 1 entry added, 1 unchanged\n"
    assert added.err == "mine.bib:3:14: a brace that is never closed\n"
    assert again.out == "mine.bib: nothing to do, 2 unchanged\n"
    before, _, after = standing.partition("\n@misc{x")
    assert mine.read_text().startswith(before)
    assert mine.read_text().endswith(f"\n@misc{{x{after}")
    assert zoterodigest("export", "-o", "mine.bib", "--overwrite").code == 0
    assert "@misc{mine" not in mine.read_text()


def test_entries_are_added_to_a_bib_and_to_no_other_file(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)

    for name in ("papers.md", "zoterodigest.lock"):
        before = (tmp_path / name).read_bytes()
        for arguments in (("export", "-o", name), ("export", "papers.md", "-o", name)):
            refused = zoterodigest(*arguments)

            assert refused.code == 15
            assert "what it holds is something else" in refused.err
        assert (tmp_path / name).read_bytes() == before


def test_a_new_bib_without_an_entry_is_not_written_and_says_so(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)
    (tmp_path / "main.tex").write_text("\\cite{lost}\n")

    ran = zoterodigest("export", "--cited", "main.tex", "-o", "refs.bib")

    assert ran.code == 0
    assert ran.out == "refs.bib: not written, as it would have no entry\n"
    assert not (tmp_path / "refs.bib").exists()


def test_only_what_is_cited_is_written_and_keys_that_are_missing_are_told(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)
    whole = bibtexparser.loads(zoterodigest("export").out).entries
    (key,) = (entry["ID"] for entry in whole if entry["eprint"] == RESNET[1])
    (tmp_path / "main.tex").write_text(f"\\input{{part}}\n\\cite{{{key}}}\n")
    (tmp_path / "part.tex").write_text("\n\\cite{lost}\\cite{lost}\n")
    (tmp_path / "all.tex").write_text("\\nocite{*}")

    ran = zoterodigest("export", "--cited", "main.tex")
    everything = zoterodigest("export", "--cited", "main.tex", "--cited", "all.tex")

    assert [entry["ID"] for entry in bibtexparser.loads(ran.out).entries] == [key]
    assert ran.err.splitlines()[0] == "part.tex:2: no work has the key lost"
    assert len(bibtexparser.loads(everything.out).entries) == 2


def test_no_library_is_no_empty_bibliography(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    ran = zoterodigest("export", "-o", "papers.bib")

    assert ran.code == 14
    assert list(tmp_path.iterdir()) == []


def test_digests_are_exported_without_a_library(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    (tmp_path / "two.md").write_text(a_digest(ATTENTION), encoding="utf-8")

    ran = zoterodigest("export", "one.md", "two.md", "-o", "refs.bib", "--to", "biblatex")

    assert ran.code == 0
    assert ran.out.splitlines() == [
        "refs.bib: 2 entries",
        "2 keys are provisional: authors or the year are missing, or are user names",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.md", "refs.bib", "two.md"]
    assert "eprinttype = {arxiv}" in (tmp_path / "refs.bib").read_text(encoding="utf-8")


def test_papers_with_one_page_are_all_exported_and_one_paper_in_two_forms_once(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    pages = (
        "- [Drawing Maps of Many Things](https://jmlr.org/papers/v26/), CVPR 2025.\n"
        "- [Reading Maps of Many Things](https://jmlr.org/papers/v26/), CVPR 2025.\n"
        "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762), NeurIPS 2017.\n"
    )
    doi = "- [Attention is all you need](https://doi.org/10.5555/3295222), NeurIPS 2017.\n"
    (tmp_path / "one.md").write_text(f"# Papers\n\n{pages}", encoding="utf-8")
    (tmp_path / "two.md").write_text(f"# Papers\n\n{doi}", encoding="utf-8")

    ran = zoterodigest("export", "one.md", "two.md")

    titles = re.findall(r"  title = {(\w+)", ran.out)
    assert sorted(titles) == ["Attention", "Drawing", "Reading"]


def test_authors_that_a_digest_leaves_out_are_others(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("export", str(EXAMPLES / "daily-bullets-2025-01-15.md"))

    assert " and others},\n" in ran.out


def test_items_of_a_json_file_are_exported(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    items = [
        {
            "itemType": "journalArticle",
            "title": "Zoo",
            "publicationTitle": "Nature",
            "date": "2024",
        },
        {"itemType": "book", "title": "Ant", "citationKey": "ant:1", "tags": [{"tag": "task:x"}]},
        {"itemType": "note", "note": "no"},
        {"key": "ABCD2345", "version": 3, "data": {"itemType": "book", "title": "Bee"}},
        {"itemType": "book", "title": "Gone", "deleted": 1},
    ]
    (tmp_path / "items.json").write_text(json.dumps(items), encoding="utf-8")

    ran = zoterodigest("export", "--items", "items.json", "--sort", "key")
    tagged = zoterodigest("export", "--items", "items.json", "--tag", "task:x", "--to", "csljson")

    assert re.findall(r"^@.*", ran.out, re.M) == ["@misc{ant:1,", "@misc{Bee,", "@article{Zoo2024,"]
    assert json.loads(tagged.out) == [
        {"id": "ant:1", "type": "book", "title": "Ant", "keyword": "x"}
    ]


def test_what_is_no_list_of_items_is_bad_input(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    told = {
        "{": "items.json:1:2: it is not JSON",
        "\n\x00": "items.json:2:1: it is not JSON",
        "{}": "items.json: it should be a list",
        "[1]": "items.json: 0: it should be a JSON object",
    }
    for text, sentence in told.items():
        (tmp_path / "items.json").write_text(text, encoding="utf-8")

        ran = zoterodigest("export", "--items", "items.json")

        assert (ran.code, ran.out) == (10, "")
        assert sentence in " ".join(ran.err.split())


def test_two_sources_at_once_are_a_usage_error(zoterodigest: Zoterodigest) -> None:
    assert zoterodigest("export", "a.md", "--items", "b.json").code == 2
    assert zoterodigest("export", "a.md", "--collection", "c").code == 2


def test_a_key_that_two_items_have_is_told(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    items = [{"itemType": "book", "title": title, "citationKey": "same"} for title in ("A张", "B")]
    (tmp_path / "items.json").write_text(json.dumps(items), encoding="utf-8")

    ran = zoterodigest("export", "--items", "items.json", "-o", "refs.bib")

    assert "samea replaces the key same, which another work has" in ran.err
    assert "1 entry has signs that pdflatex lacks (张)" in ran.err


def test_a_file_that_says_the_same_already_is_left_alone(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "items.json").write_text('[{"itemType": "book", "title": "A"}]', encoding="utf-8")
    arguments = ("export", "--items", "items.json", "--to", "csljson", "-o", "refs.json")

    zoterodigest(*arguments)
    before = (tmp_path / "refs.json").stat().st_mtime_ns
    ran = zoterodigest(*arguments)

    assert ran.code == 0
    assert (tmp_path / "refs.json").stat().st_mtime_ns == before


# --- in a project --------------------------------------------------------------------------------

CONFIG = """\
[[digest]]
path = "papers.md"

[[bibliography]]
path = "refs.bib"
"""


def _project(zoterodigest: Zoterodigest, folder: Path) -> None:
    (folder / "zoterodigest.toml").write_text(CONFIG)
    _pushed(zoterodigest, folder)


def test_a_plan_shows_the_bib_as_the_sync_then_writes_it(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _project(zoterodigest, tmp_path)

    planned = zoterodigest("plan")
    pending = zoterodigest("status", "--check").code
    data = json.loads(zoterodigest("plan", "--json").out)
    synced = zoterodigest("sync", "--yes")

    lines = planned.out.splitlines()
    assert "Exports (`zoterodigest export`)" in lines
    assert all("\n\n\n" not in ran.out for ran in (planned, synced))
    assert "  refs.bib: 2 entries added (a new file)" in lines
    assert pending == 4
    assert data["in_sync"] is False
    (bib,) = data["bibliographies"]
    keys = re.findall(r"@\w+{(.*),", (tmp_path / "refs.bib").read_text())
    assert (bib["bibliography"], bib["added"]) == ("refs.bib", keys)
    assert "Done: 1 bibliography changed." in synced.out
    assert "Already up to date." in zoterodigest("sync").out
    assert zoterodigest("status", "--check").code == 0


def test_an_export_of_a_project_writes_its_bibs_and_nothing_else(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _project(zoterodigest, tmp_path)
    digest = (tmp_path / "papers.md").read_bytes()

    first = zoterodigest("export")
    second = zoterodigest("export")

    assert first.out == "refs.bib: 2 entries added (a new file)\n"
    assert second.out == "refs.bib: nothing to do, 2 unchanged\n"
    assert "Already up to date." in zoterodigest("sync").out
    assert (tmp_path / "papers.md").read_bytes() == digest


def test_what_an_export_added_follows_the_library_and_leaves_with_prune(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _pushed(zoterodigest, tmp_path)
    mine = tmp_path / "mine.bib"
    mine.write_text("% mine\n@misc{x, title = {Something of My Own}}\n")
    zoterodigest("export", "-o", "mine.bib")
    edited_item(tmp_path, RESNET[0], title="Deep Residual Learning, Again", tags=[{"tag": "kept"}])

    added = zoterodigest("export", "-o", "mine.bib")
    updated = zoterodigest("export", "-o", "mine.bib", "--update")
    pruned = zoterodigest("export", "-o", "mine.bib", "--update", "--prune", "--tag", "kept")

    assert added.out == "mine.bib: nothing to do, 2 unchanged\n"
    assert updated.out.startswith("mine.bib: 1 entry changed, 1 unchanged")
    assert pruned.out.startswith("mine.bib: 1 entry removed, 1 unchanged")
    assert "Again" in mine.read_text()
    assert "Attention" not in mine.read_text()
    assert mine.read_text().startswith("% mine\n@misc{x, title = {Something of My Own}}\n")


def test_what_somebody_edited_in_the_bib_is_told_quietly_and_stays(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _project(zoterodigest, tmp_path)
    zoterodigest("export")
    bib = tmp_path / "refs.bib"
    bib.write_text(bib.read_text().replace(" title = {Deep", " title = {Very Deep"))
    edited_item(tmp_path, RESNET[0], title="Residual Learning")

    ran = zoterodigest("export")

    assert ran.code == 0
    assert ran.err.splitlines()[0] == "refs.bib: 1 thing left as it is"
    assert ran.err.splitlines()[1].endswith("title: edited in the file")
    assert "Very Deep" in bib.read_text()


@pytest.mark.parametrize("arguments", [["papers.md"], []])
def test_entries_that_overwriting_drops_are_counted_and_named(
    zoterodigest: Zoterodigest, tmp_path: Path, arguments: list[str]
) -> None:
    _pushed(zoterodigest, tmp_path)
    kept = "".join(f"@misc{{mine{number}, title = {{Number {number}}}}}\n" for number in range(6))
    (tmp_path / "mine.bib").write_text(kept)

    ran = zoterodigest("export", *arguments, "-o", "mine.bib", "--overwrite")
    again = zoterodigest("export", *arguments, "-o", "mine.bib", "--overwrite")

    assert ran.code == 0
    assert ran.err.splitlines()[0] == "mine.bib: 6 entries that it had are no longer in it"
    assert ran.err.splitlines()[1:7:5] == ["    mine0", "    … and 1 more"]
    assert "no longer" not in again.err


def test_prune_where_entries_are_only_added_is_told_to_take_out_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "refs.bib").write_text("@misc{x, title = {Something of My Own}}\n")
    _project(zoterodigest, tmp_path)
    (tmp_path / "zoterodigest.toml").write_text(f"{CONFIG}prune = true\n")

    synced = zoterodigest("sync", "--yes")
    updated = zoterodigest("export", "--update")
    only_added = zoterodigest("export", "--add-only")

    told = "refs.bib: prune removes nothing here: "
    assert f"{told}no export made the file, and without" in " ".join(synced.out.split())
    assert told not in updated.err
    assert f"{told}with add_only entries are only added\n" in only_added.err


def test_exported_entries_that_stay_as_they_are_in_a_file_of_the_person_are_counted(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "refs.bib").write_text("@misc{x, title = {Something of My Own}}\n")
    _project(zoterodigest, tmp_path)
    zoterodigest("sync", "--yes")
    fresh = zoterodigest("export")
    zoterodigest("set", "1706.03762", "volume=30")

    behind = zoterodigest("export")
    wished = zoterodigest("export", "--add-only")
    zoterodigest("export", "--update")
    updated = zoterodigest("export")

    assert " ".join(behind.err.split()).startswith(
        "refs.bib: 1 entry differs from the library; `add_only = false` (`export --update`)"
    )
    assert "differs" not in fresh.err + wished.err + updated.err


def test_a_file_that_is_called_json_gets_csl_json(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _project(zoterodigest, tmp_path)

    ran = zoterodigest("export", "-o", "refs.json")
    said = zoterodigest("export", "-o", "said.json", "--to", "biblatex")

    assert (ran.code, said.code) == (0, 0)
    assert len(json.loads((tmp_path / "refs.json").read_text())) == 2
    assert (tmp_path / "said.json").read_text().startswith("@")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("@misc{x}\n".encode("utf-16"), "the text is encoded as UTF-16"),
        (b"@misc{x}\n\0", "a binary file, not a text"),
    ],
)
@pytest.mark.parametrize(
    ("arguments", "code"),  # a sync goes on with the digests, an export has nothing else to do
    [(["sync"], 1), (["export"], 10), (["export", "papers.md", "-o", "refs.bib"], 10)],
)
def test_a_bib_that_is_no_text_is_left_alone_and_reported(
    zoterodigest: Zoterodigest,
    tmp_path: Path,
    *,
    source: bytes,
    told: str,
    arguments: list[str],
    code: int,
) -> None:
    _project(zoterodigest, tmp_path)
    (tmp_path / "refs.bib").write_bytes(source)

    ran = zoterodigest(*arguments)

    assert ran.code == code
    assert f"refs.bib: {told}" in ran.err
    assert (tmp_path / "refs.bib").read_bytes() == source


def test_a_document_that_cannot_be_read_is_told_and_nothing_is_called_in_step(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _project(zoterodigest, tmp_path)
    (tmp_path / "zoterodigest.toml").write_text(f'{CONFIG}cited = ["nope.tex"]\n')

    planned, status = zoterodigest("plan"), zoterodigest("status")
    synced = zoterodigest("sync", "--yes")
    failures = json.loads(zoterodigest("sync", "--json").out)["failures"]

    assert (planned.code, status.code, synced.code) == (1, 1, 1)
    assert "Nothing to write; 1 entry needs your attention" in synced.out
    assert synced.err.startswith("error: refs.bib: ")
    assert synced.err.endswith("nope.tex: no such file\n")
    assert "no such file" in failures[0]["reason"]
    for shown in (planned, status):
        assert "Cannot be written (1)" in shown.out
        assert "up to date" not in shown.out + synced.out


def test_a_bib_that_cannot_be_written_is_a_failure(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _project(zoterodigest, tmp_path)
    (tmp_path / "refs.bib").symlink_to("/proc/nowhere/refs.bib")

    exported = zoterodigest("export", "--allow-outside")
    synced = zoterodigest("sync", "--yes", "--allow-outside")

    assert (exported.code, synced.code) == (1, 1)
    assert exported.err.startswith("error: refs.bib cannot be written: ")


def test_options_for_a_project_are_a_usage_error_without_one(zoterodigest: Zoterodigest) -> None:
    assert zoterodigest("export", "a.md", "--prune").code == 2
    assert zoterodigest("export", "--items", "a.json", "--update").code == 2


@pytest.fixture
def hand_kept(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A digest that was pushed, without configuration, and a .bib kept by hand beside it."""
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md")
    bib = tmp_path / "own.bib"
    bib.write_text("@misc{mine, title={T}}", encoding="utf-8")
    return bib


@pytest.mark.parametrize(
    "arguments",
    [("-o", "own.bib"), ("-o", "own.bib", "--overwrite"), ("papers.md", "-o", "own.bib")],
)
def test_undo_of_an_export_that_no_configuration_names_gives_the_file_back(
    arguments: tuple[str, ...], zoterodigest: Zoterodigest, hand_kept: Path
) -> None:
    exported = zoterodigest("export", *arguments)
    written = hand_kept.read_text(encoding="utf-8")

    undone = zoterodigest("undo", "--yes")

    assert (exported.code, undone.code) == (0, 0)
    assert written.count("@") >= 2
    assert hand_kept.read_text(encoding="utf-8") == "@misc{mine, title={T}}"
    assert zoterodigest("redo", "--yes").code == 0
    assert hand_kept.read_text(encoding="utf-8") == written


def test_undo_of_an_export_into_a_new_file_removes_it(
    zoterodigest: Zoterodigest, hand_kept: Path
) -> None:
    zoterodigest("export", "-o", "new.bib")
    zoterodigest("export", "-o", "new.json")
    new = [hand_kept.with_name(name) for name in ("new.bib", "new.json")]
    written = [path.read_bytes() for path in new]

    assert zoterodigest("undo", "--yes").code == 0
    assert zoterodigest("undo", "--yes").code == 0
    assert not any(path.exists() for path in new)
    assert zoterodigest("redo", "--yes").code == 0
    assert zoterodigest("redo", "--yes").code == 0
    assert [path.read_bytes() for path in new] == written


def test_overwrite_counts_entries_that_stood_there_as_replaced_or_unchanged(
    zoterodigest: Zoterodigest, hand_kept: Path
) -> None:
    zoterodigest("export", "-o", "own.bib", "--overwrite")
    changed = hand_kept.read_text(encoding="utf-8").replace("1706.03762", "1706.03763")
    hand_kept.write_text(changed, encoding="utf-8")

    replaced = zoterodigest("export", "-o", "own.bib", "--overwrite")
    again = zoterodigest("export", "-o", "own.bib", "--overwrite")
    hand_kept.write_text("", encoding="utf-8")
    added = zoterodigest("export", "-o", "own.bib", "--overwrite")

    assert "1706.03763" in changed
    assert "1706.03763" not in hand_kept.read_text(encoding="utf-8")
    assert replaced.out == "own.bib: 1 entry replaced, 1 unchanged\n"
    assert again.out == "own.bib: nothing to do, 2 unchanged\n"
    assert added.out == "own.bib: 2 entries added\n"


@pytest.mark.parametrize("source", [(), ("papers.md",)])
def test_overwrite_shows_what_goes_and_a_dry_run_writes_nothing(
    source: tuple[str, ...], zoterodigest: Zoterodigest, hand_kept: Path
) -> None:
    planned = zoterodigest("export", *source, "-o", "own.bib", "--overwrite", "--dry-run")

    assert planned.code == 0
    assert "own.bib: 1 entry that it had is no longer in it\n    mine" in planned.err
    assert "Nothing was written." in planned.out
    assert hand_kept.read_text(encoding="utf-8") == "@misc{mine, title={T}}"


def test_overwrite_asks_a_person_at_a_terminal(
    zoterodigest: Zoterodigest, hand_kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    denied = zoterodigest("export", "-o", "own.bib", "--overwrite")
    text = hand_kept.read_text(encoding="utf-8")
    agreed = zoterodigest("export", "-o", "own.bib", "--overwrite", "--yes")

    assert (denied.code, agreed.code) == (7, 0)
    assert "Write own.bib anew?" in denied.err
    assert text == "@misc{mine, title={T}}"
    assert "mine" not in hand_kept.read_text(encoding="utf-8")
