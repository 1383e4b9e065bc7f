"""`doctor` of a vault: each kind of trouble is one finding, whatever the number of files."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree

import pytest

from tests.cli.conftest import Ran, Zoterodigest
from tests.made_once import made_once

CONFIGURATION = '[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n[sync]\nhold = 0\n'
NOTE = """\
---
citekey: {key}
title: {title}
authors: Ada Lovelace, Alan Turing
year: 2021
{more}---
{body}
"""


def _note(key: str, title: str, more: str = "", body: str = "Mine.") -> str:
    return NOTE.format(key=key, title=title, more=more, body=body)


@pytest.fixture
def vault(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A vault of two notes, in sync."""
    folder = tmp_path / "Papers"

    def make() -> None:
        (tmp_path / "zoterodigest.toml").write_text(CONFIGURATION, encoding="utf-8")
        folder.mkdir()
        for key, title in (("a2021", "Learning to See"), ("b2021", "Learning to Hear")):
            (folder / f"@{key}.md").write_text(_note(key, title), encoding="utf-8")
        assert zoterodigest("push", "--yes", "--offline").code == 0

    made_once(tmp_path, make)
    return folder


def _checks(ran: Ran) -> Mapping[str, dict[str, list[object]]]:
    return {one["check"]: one for one in json.loads(ran.out)["checks"]}


def _whats(ran: Ran, check: str = "vaults") -> list[str]:
    return [str(one["what"]) for one in _checks(ran)[check]["findings"] if isinstance(one, dict)]


def test_a_vault_in_order_is_fine_also_with_other_files_in_it(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    (vault / "2026-01-31.md").write_text("A day.\n", encoding="utf-8")
    (vault / "map.md").write_text("- [[@a2021]]\n", encoding="utf-8")

    ran = zoterodigest("doctor", "--json")

    checks = _checks(ran)
    assert ran.code == 0
    assert (checks["vaults"]["findings"], checks["vaults"]["remarks"]) == ([], [])
    assert "vaults          fine\n" in zoterodigest("doctor").out


def test_all_files_of_a_vault_count_as_one_digest(zoterodigest: Zoterodigest, vault: Path) -> None:
    assert "2; 2 entries in 1 digest\n" in zoterodigest("status").out


def test_status_tells_of_files_whose_front_matter_is_not_synced(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    (vault / "a2021 again.md").write_text(_note("a2021", "Learning to See"), encoding="utf-8")
    zoterodigest("sync", "--yes", "--offline")
    zoterodigest("sync", "--yes", "--offline")

    quiet = zoterodigest("status").out
    rmtree(vault.parent / ".zoterodigest" / "cache")
    whole = zoterodigest("status").out

    assert "files      the front matter of 1 file is not synced: another file owns" in quiet
    assert "Already up to date." in quiet
    assert whole == quiet


def test_a_note_without_a_title_is_listed_by_its_citation_key(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    (vault / "@c2021.md").write_text("Only text of mine.\n", encoding="utf-8")

    plan = zoterodigest("plan", "--offline")

    assert "Papers/@c2021.md:1  @c2021\n" in plan.out
    assert "`title:` in the front matter of a note" in " ".join(plan.out.split())


def test_a_renamed_note_is_not_missing(zoterodigest: Zoterodigest, vault: Path) -> None:
    (vault / "@a2021.md").rename(vault / "Learning.md")

    first, second = (zoterodigest("sync", "--yes", "--offline") for _ in range(2))

    assert "missing" not in first.out
    assert (first.code, second.out.splitlines()[-1]) == (0, "Already up to date.")


def test_notes_about_no_paper_need_no_attention(zoterodigest: Zoterodigest, vault: Path) -> None:
    (vault / "2026-01-31.md").write_text("A day.\n", encoding="utf-8")

    synced = zoterodigest("sync", "--offline", "--brief")
    named = zoterodigest("plan", vault / "2026-01-31.md", "--offline", "--brief")
    linted = zoterodigest("lint")

    assert (synced.code, synced.out) == (0, "Already up to date.\n")
    assert (named.code, named.err) == (0, "")
    assert (linted.code, linted.out) == (0, "Nothing looks wrong in 2 entries.\n")


def test_a_note_that_was_just_saved_needs_nobody_and_its_run_is_named(
    zoterodigest: Zoterodigest, tmp_path: Path, vault: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n', encoding="utf-8"
    )
    saved = vault / "@a2021.md"
    text = saved.read_text(encoding="utf-8")
    saved.write_text(f"{text}\nAnd more of mine.\n", encoding="utf-8")

    waiting = zoterodigest("sync", "--brief")
    status = zoterodigest("status")
    synced = zoterodigest("sync", saved, "--brief")

    command = "`zoterodigest sync Papers/@a2021.md`"
    assert waiting.out == f"Nothing to write; Papers/@a2021.md changed a moment ago ({command}).\n"
    assert "needs you" not in status.out
    assert "These files changed a moment ago: another program" in status.out
    assert "is gone" not in status.out
    assert synced.out == "Done: 1 note written.\n"


def test_a_note_that_was_renamed_and_just_saved_is_not_missing(
    zoterodigest: Zoterodigest, tmp_path: Path, vault: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n', encoding="utf-8"
    )
    moved = (vault / "@a2021.md").rename(vault / "Learning to See.md")
    moved.write_text(moved.read_text(encoding="utf-8") + "\nMore of mine.\n", encoding="utf-8")

    waiting = zoterodigest("plan", "--offline")

    assert "Papers/Learning to See.md" in waiting.out
    assert "not here" not in waiting.out
    assert "missing" not in waiting.out


def test_many_notes_that_were_just_saved_are_counted(
    zoterodigest: Zoterodigest, tmp_path: Path, vault: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n', encoding="utf-8"
    )
    for path in vault.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("Mine.", "Ours."), encoding="utf-8")

    ran = zoterodigest("sync", "--brief")

    again = "run the command again in 10 seconds"
    assert ran.out == f"Nothing to write; 2 files changed a moment ago ({again}).\n"


def test_a_folder_is_inspected_as_a_vault(zoterodigest: Zoterodigest, vault: Path) -> None:
    (vault / "2026-01-31.md").write_text("A day.\n", encoding="utf-8")
    (vault / "gone.md").write_text("\0" * 99, encoding="utf-8")
    (vault / "note.md").write_text(
        _note("", "Learning", more="doi: 10.1000/2\n").replace("citekey: \n", ""), encoding="utf-8"
    )

    ran = zoterodigest("inspect", "Papers/")
    data = json.loads(zoterodigest("inspect", "Papers", "--json").out)["vaults"][0]

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Papers: 5 files, 3 notes of one paper each, 2 linked\n"
        "    2  by citation key: Papers/@a2021.md, Papers/@b2021.md\n"
        "    1  by identifier: Papers/note.md\n"
        "Not notes:\n"
        "    1  it has a size and no data: Papers/gone.md\n"
        "    1  it is a daily note: Papers/2026-01-31.md\n"
    )
    assert [one["citekey"] for one in data["notes"]] == ["a2021", "b2021", None]
    assert [one["file"] for one in data["skipped"]] == ["Papers/2026-01-31.md", "Papers/gone.md"]


def test_a_folder_is_inspected_with_how_many_of_its_notes_are_linked(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    (vault / "later.md").write_text(_note("c2021", "Later"), encoding="utf-8")

    ran = zoterodigest("inspect", "Papers/")
    data = json.loads(zoterodigest("inspect", "Papers", "--json").out)["vaults"][0]
    (vault.parent / "zoterodigest.lock").write_text("torn", encoding="utf-8")
    without_lock = zoterodigest("inspect", "Papers/")

    assert ran.out.startswith("Papers: 3 files, 3 notes of one paper each, 2 linked\n")
    assert [one["is_linked"] for one in data["notes"]] == [True, True, False]
    assert without_lock.out.startswith("Papers: 3 files, 3 notes of one paper each\n")


def test_front_matter_that_is_not_yaml_is_named_and_one_command_mends_all_of_it(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    for number in range(4):
        text = _note(f"c202{number}", "Seeing: an introduction")
        (vault / f"@c202{number}.md").write_text(text, encoding="utf-8")

    inspected = zoterodigest("inspect", "Papers")
    (finding,) = _checks(zoterodigest("doctor", "--json"))["vaults"]["findings"]
    mended = zoterodigest("lint", "--fix")

    assert "Not understood (`zoterodigest lint` may say more, `inspect FILE` has the" in (
        inspected.out
    )
    assert "    4  only the title of the front matter is synced, as it is not YAML (" in (
        inspected.out
    )
    assert isinstance(finding, dict)
    assert finding["remedy"].startswith("`zoterodigest lint --fix` puts quotation marks")
    assert mended.code == 0
    assert "Not understood" not in zoterodigest("inspect", "Papers").out


def test_a_folder_without_notes_fails_with_the_reasons(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "utf16.md").write_bytes("> **A**".encode("utf-16"))

    ran = zoterodigest("inspect", ".")

    assert (ran.code, ran.err) == (1, "")
    assert "    1  the text is encoded as UTF-16: utf16.md\n" in ran.out


@pytest.mark.parametrize("command", ["init", "inspect"])
def test_a_graph_of_logseq_in_a_database_is_refused_with_the_reason(
    zoterodigest: Zoterodigest, tmp_path: Path, command: str
) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "db.sqlite").write_bytes(b"SQLite format 3\0")

    ran = zoterodigest(command, "graph/")

    assert ran.code != 0
    said = " ".join((ran.out + ran.err).split())
    assert "Logseq keeps this graph in a database, not in Markdown files" in said
    assert not (tmp_path / "zoterodigest.toml").exists()


def test_each_kind_of_trouble_is_one_finding(zoterodigest: Zoterodigest, vault: Path) -> None:
    files = {
        "@c2021.md": _note("c2021", 'Deep: "Learning"'),
        "@d2021.md": _note("d2021", "Seeing: an introduction"),
        "@a2021.sync-conflict-20260131-094500.md": _note("a2021", "Learning to See"),
        "@e2021.md": _note("e2021", "Much", body="Many words. " * 40_000),
        "gone.md": "\0" * 2_000,
    }
    for name, text in files.items():
        (vault / name).write_text(text, encoding="utf-8")
    (vault / "@a2021.md").unlink()

    ran = zoterodigest("doctor", "--json")

    assert ran.code == 1
    assert _whats(ran) == [
        "1 file can't be read (it has a size and no data): Papers/gone.md",
        "1 file that the lock file links can't be found: Papers/@a2021.md",
        "1 file made by a sync service as a second copy:"
        " Papers/@a2021.sync-conflict-20260131-094500.md",
        "front matter that is not YAML in 2 files: Papers/@c2021.md, Papers/@d2021.md",
        "the note of Papers/@e2021.md has 480,052 characters in Zotero, which takes 500,000",
    ]
    assert _whats(ran, "digests") == []


def test_the_command_that_doctor_names_mends_front_matter(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    note = vault / "@c2021.md"
    note.write_text(_note("c2021", 'Deep: "Learning"'), encoding="utf-8")
    (finding,) = _checks(zoterodigest("doctor", "--json"))["vaults"]["findings"]
    assert isinstance(finding, dict)
    assert "`zoterodigest lint --fix Papers/@c2021.md`" in finding["remedy"]

    mended = zoterodigest("lint", "--fix", "Papers/@c2021.md")

    assert mended.out.startswith("Done: mended Papers/@c2021.md.\n")
    assert note.read_text(encoding="utf-8") == _note("c2021", '"Deep: \\"Learning\\""')
    assert zoterodigest("doctor").code == 0


def test_the_commands_that_doctor_names_quote_a_file_once(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    (vault / "my c2021.md").write_text(_note("c2021", "Deep: Learning"), encoding="utf-8")
    moved = (vault / "@a2021.md").rename(vault / "@a2021 seen.md")
    zoterodigest("push", "--yes", "--offline")
    moved.write_text(_note("a2021", "Learning to See", "zotero: false\n"), encoding="utf-8")

    findings = _checks(zoterodigest("doctor", "--json"))["vaults"]["findings"]

    remedies = [str(one["remedy"]) for one in findings if isinstance(one, dict)]
    assert [it.split("`")[1] for it in remedies] == [
        "zoterodigest remove 'Papers/@a2021 seen.md'",
        "zoterodigest lint --fix 'Papers/my c2021.md'",
    ]


def test_keys_of_items_that_the_library_does_not_have_are_named(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    more = "zotero-key: {}\n"
    (vault / "@c2021.md").write_text(_note("c2021", "Old", more.format("LSTK2345")))
    (vault / "@d2021.md").write_text(_note("d2021", "Theirs", more.format("LSTK2345g12")))

    ran = zoterodigest("doctor", "--json")

    assert _whats(ran, "links") == [
        "the key of an item that this library doesn't have in 1 file: Papers/@c2021.md"
    ]


def test_keys_of_pdfs_that_the_library_does_not_have_are_named(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    more = "Zotero PDF URI: zotero://open-pdf/library/items/LSTK2345\n"
    (vault / "@c2021.md").write_text(_note("c2021", "Old", more))

    ran = zoterodigest("doctor", "--json")

    assert _whats(ran, "links") == [
        "the key of a PDF that this library doesn't have in 1 file: Papers/@c2021.md"
    ]


def test_a_note_that_becomes_private_is_reported_with_what_takes_it_out_of_zotero(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    path = vault / "@a2021.md"
    path.write_text(_note("a2021", "Learning to See", "zotero: false\n"), encoding="utf-8")

    ran = zoterodigest("sync", "--yes", "--offline")
    examined = zoterodigest("doctor")
    removed = zoterodigest("remove", path, "--yes")

    assert (
        "      it says `zotero: false`, so it is no longer synced\n"
        "      Zotero keeps what it has of it; `zoterodigest remove FILE` takes that out\n"
    ) in ran.out
    assert "`zotero: false` in 1 file that the lock file links: Papers/@a2021.md" in examined.out
    assert "1 item trashed" in removed.out
    assert zoterodigest("status").code == 0


def test_a_missing_file_that_a_person_knows_of_is_no_finding(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    (vault / "@a2021.md").unlink()
    before = _whats(zoterodigest("doctor", "--json"))

    zoterodigest("resolve", "--all", "--acknowledge", "--yes")

    assert len(before) == 1
    assert _whats(zoterodigest("doctor", "--json")) == []


def test_open_says_why_a_file_of_a_vault_has_no_item(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    (vault / "2026-01-31.md").write_text("A day.\n", encoding="utf-8")

    ran = zoterodigest("open", vault / "2026-01-31.md", "--web")

    assert "is not linked with an item" in ran.err
    assert "It is no note of a paper: it is a daily note." in ran.err


def test_notes_of_quarto_are_proposed_and_inspected(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    folder = tmp_path / "Papers"
    folder.mkdir()
    (folder / "@a2021.qmd").write_text(_note("a2021", "Learning to See"), encoding="utf-8")

    begun = zoterodigest("init", "Papers/")
    inspected = zoterodigest("inspect", "Papers/")

    assert (begun.code, inspected.code) == (0, 0)
    text = (tmp_path / "zoterodigest.toml").read_text(encoding="utf-8")
    assert 'path = "Papers/**/*.qmd"' in text
    assert "Papers/**/*.md" not in text
    assert "Papers: 1 file, 1 note of one paper" in inspected.out
    assert zoterodigest("sync", "--yes", "--offline", "--brief").code == 0


def test_a_missing_vault_is_one_finding_with_what_to_do(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    vault.rename(vault.parent / "Elsewhere")

    ran = zoterodigest("doctor", "--json")
    ((finding,), others) = (
        _checks(ran)[check]["findings"] for check in ("vaults", "configuration")
    )

    assert isinstance(finding, dict)
    assert finding["what"] == f"{vault}: this folder is missing"
    assert "If you renamed or moved it, change `path`" in finding["remedy"]
    assert others == []


@pytest.mark.parametrize("command", ["sync", "status", "plan", "push", "pull"])
def test_a_run_of_a_missing_vault_says_what_is_missing_and_what_to_do(
    zoterodigest: Zoterodigest, vault: Path, command: str
) -> None:
    vault.rename(vault.parent / "Elsewhere")

    ran = zoterodigest(command)

    said = " ".join(ran.err.split())
    assert ran.code == 10
    assert "Papers: this folder is missing" in said
    assert "Nothing was changed for it in the library. Mount the drive" in said


def test_a_file_in_a_cloud_is_named_once(zoterodigest: Zoterodigest, vault: Path) -> None:
    (vault / "@a2021.md").rename(vault / ".@a2021.md.icloud")

    whats, status = _whats(zoterodigest("doctor", "--json")), zoterodigest("status")

    assert whats == ["1 file can't be read (iCloud keeps its data elsewhere): Papers/@a2021.md"]
    assert status.code == 10
    assert "Papers/@a2021.md: iCloud keeps its data elsewhere" in " ".join(status.err.split())


def test_marks_of_other_tools_and_files_of_one_item_are_no_faults(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    body = "%% begin notes %%\nMine.\n%% end notes %%\n"
    (vault / "a2021 again.md").write_text(_note("a2021", "Learning to See", body=body))
    zoterodigest("push", "--yes", "--offline")

    ran = zoterodigest("doctor", "--json")
    remarks = [str(one) for one in _checks(ran)["vaults"]["remarks"]]

    assert ran.code == 0
    assert remarks[0] == (
        "marks of Zotero Integration in 1 file: 'Papers/a2021 again.md'. zoterodigest writes"
        " nothing in what Zotero Integration owns"
    )
    assert remarks[1].startswith("the item ")
    assert remarks[1].endswith(" has 2 files: 'Papers/a2021 again.md', Papers/@a2021.md")


def test_a_file_called_by_another_citation_key_than_its_item_has_is_named(
    zoterodigest: Zoterodigest, vault: Path
) -> None:
    lock = (vault.parent / "zoterodigest.lock").read_text(encoding="utf-8")
    (item,) = re.findall(r"^digest Papers/@a2021.md\n(?:\w.*\n)*?item (\w+)", lock, re.M)
    for key in ("a2021", "lovelace2021"):
        assert zoterodigest("citekeys", "set", item, key).code == 0
        status = zoterodigest("status")
        assert zoterodigest("sync", "--yes", "--offline").code == 0
    assert "Learning to See: citekey, file name stays" in status.out

    ran = zoterodigest("doctor", "--json")

    assert ran.code == 0
    assert [*map(str, _checks(ran)["links"]["remarks"])] == [
        "1 file called by another citation key than the item has: Papers/@a2021.md. zoterodigest"
        " renames no file, and one that you rename keeps its link"
    ]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions")
def test_files_that_cannot_be_written_are_named(zoterodigest: Zoterodigest, vault: Path) -> None:
    (vault / "@b2021.md").chmod(0o400)

    assert _whats(zoterodigest("doctor", "--json")) == ["1 file can't be written: Papers/@b2021.md"]
