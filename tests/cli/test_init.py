"""`init`: a first configuration, never an overwritten one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from zoterodigest.project.config import load_configuration


def test_init_writes_a_configuration_that_names_the_digests(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "papers.md").write_text(a_digest(), encoding="utf-8")

    ran = zoterodigest("init", "notes/papers.md")

    configuration = load_configuration(tmp_path / "zoterodigest.toml")
    assert ran.code == 0
    assert [digest.path for digest in configuration.digests] == ["notes/papers.md"]
    assert "Next: `zoterodigest inspect` shows" in ran.out


def test_init_writes_the_library_that_it_is_given(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(), encoding="utf-8")

    refused = zoterodigest("init", "papers.md", "--library", "grp:45")
    ran = zoterodigest("init", "papers.md", "--library", "group:45")

    assert (refused.code, ran.code) == (2, 0)
    assert "names no library" in refused.err
    assert load_configuration(tmp_path / "zoterodigest.toml").library == "group:45"


def test_init_without_digests_names_those_that_are_linked(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    for name in ("papers.md", "other.md"):
        (tmp_path / name).write_text(
            a_digest(("Attention Is All You Need", "1706.03762")), encoding="utf-8"
        )
    zoterodigest("push", "papers.md", "--yes")

    zoterodigest("init")

    configuration = load_configuration(tmp_path / "zoterodigest.toml")
    assert [digest.path for digest in configuration.digests] == ["papers.md"]
    assert "Already up to date." in zoterodigest("sync").out


def test_init_without_digests_writes_a_configuration_that_can_be_read(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ran = zoterodigest("init")

    assert ran.code == 0
    assert load_configuration(tmp_path / "zoterodigest.toml").digests


def test_a_bib_becomes_a_bibliography_that_is_exported_into(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    text = a_digest(("Attention Is All You Need", "1706.03762"))
    (tmp_path / "papers.md").write_text(text, encoding="utf-8")
    (tmp_path / "old.bib").write_text("@book{knuth, title = {The TeXbook}}\n")

    ran = zoterodigest("init", "papers.md", "old.bib", "paper/refs.bib")

    configuration = load_configuration(tmp_path / "zoterodigest.toml")
    assert ran.code == 0
    assert [digest.path for digest in configuration.digests] == ["papers.md"]
    bibliographies = configuration.bibliographies
    assert [bib.path for bib in bibliographies] == ["old.bib", "paper/refs.bib"]
    assert {(bib.push, bib.pull) for bib in bibliographies} == {(False, False)}


NOTE = "---\ntitle: Attention Is All You Need\ncitekey: {key}\n---\n\nWhat I think.\n"


@pytest.mark.parametrize("named", ["Papers", "Papers/**/*.md"])
def test_a_folder_of_notes_is_proposed_as_a_vault(
    zoterodigest: Zoterodigest, tmp_path: Path, named: str
) -> None:
    (tmp_path / "Papers" / "more").mkdir(parents=True)
    for name in ("a2017", "more/b2018"):
        (tmp_path / "Papers" / f"{name}.md").write_text(NOTE.format(key=name[-5:]))
    (tmp_path / "Papers" / "index.md").write_text("# All my papers\n")

    ran = zoterodigest("init", named)

    (rules,) = load_configuration(tmp_path / "zoterodigest.toml").digests
    assert (rules.path, rules.is_vault) == ("Papers/**/*.md", True)
    assert 'entry = "file", as 2 of 3 files are notes of one paper each' in ran.out


@pytest.mark.parametrize("folder", [".", "My papers"])
def test_a_folder_is_inspected_as_the_vault_that_it_was_set_up_as(
    zoterodigest: Zoterodigest, tmp_path: Path, folder: str
) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "a2017.md").write_text(NOTE.format(key="a2017"))

    ran = zoterodigest("init", folder)
    inspected = zoterodigest("inspect")

    assert "Next: `zoterodigest inspect` shows what is understood," in ran.out
    assert (inspected.code, inspected.err) == (0, "")
    assert inspected.out.startswith(f"{folder}: 1 file, 1 note of one paper\n")


def test_a_folder_of_lists_is_no_vault(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "daily").mkdir()
    front = "---\ntitle: Papers of the day\nauthor: Ada\nyear: 2024\n---\n"
    text = a_digest(("Attention Is All You Need", "1706.03762"))
    (tmp_path / "daily" / "2024-05-01.md").write_text(front + text)

    zoterodigest("init", "daily")

    (rules,) = load_configuration(tmp_path / "zoterodigest.toml").digests
    assert (rules.path, rules.is_vault) == ("daily/**/*.md", False)


def test_a_pattern_stays_a_pattern(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "daily").mkdir()
    for day in range(1, 6):
        path = tmp_path / "daily" / f"2024-05-0{day}.md"
        path.write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    (tmp_path / "papers.md").write_text(a_digest(("Diffusion", "2006.11239")))

    ran = zoterodigest("init", "papers.md", "daily/*.md")

    configuration = load_configuration(tmp_path / "zoterodigest.toml")
    assert ran.code == 0
    assert [digest.path for digest in configuration.digests] == ["papers.md", "daily/*.md"]
    assert [digest.pull for digest in configuration.digests] == [True, False]
    assert "  daily/*.md\n    pull = false, as it is one of a series: 4 dated files" in ran.out


def test_a_pattern_that_matches_nothing_is_refused(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ran = zoterodigest("init", "daily/*.md")

    assert ran.code == 10
    assert "daily/*.md: no file matches this pattern" in ran.err
    assert not (tmp_path / "zoterodigest.toml").exists()


def test_init_never_overwrites(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "zoterodigest.toml").write_text("mine = 1\n")

    ran = zoterodigest("init")

    assert ran.code == 15
    assert ran.err == (
        "error: zoterodigest.toml cannot be written: it exists already\n"
        "hint: Edit it, or move it away first.\n"
    )
    assert (tmp_path / "zoterodigest.toml").read_text() == "mine = 1\n"


def test_init_for_a_file_that_is_missing_writes_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ran = zoterodigest("init", "missing.md")

    assert ran.code == 10
    assert list(tmp_path.iterdir()) == []


def test_inspect_obeys_the_configuration(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "a.md"\nformat = "table"\n', encoding="utf-8"
    )
    (tmp_path / "a.md").write_text(
        a_digest(("Attention Is All You Need", "1706.03762")), encoding="utf-8"
    )

    ran = zoterodigest("inspect", "a.md")

    assert ran.code == 1
    assert "no entries recognised" in ran.out


def test_fresh_sets_the_links_aside_and_the_next_push_adopts(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    text = a_digest(("Attention Is All You Need", "1706.03762"))
    (tmp_path / "papers.md").write_text(text, encoding="utf-8")
    zoterodigest("push", "papers.md")
    before = zoterodigest("ls", "--json", "--children").out
    other = zoterodigest("push", "papers.md", "--library", "embedded:other.sqlite")

    ran = zoterodigest("init", "--fresh")
    pushed = zoterodigest("push", "papers.md", "--yes")

    assert other.code == 13
    assert "init --fresh" in other.err
    assert "take its items along with `zoterodigest library copy FROM TO`" in other.err
    assert ran.code == 0
    assert (tmp_path / "zoterodigest.lock.old").exists()
    assert pushed.code == 0
    assert zoterodigest("ls", "--json", "--children").out == before


def test_fresh_without_a_lock_file_says_so(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    ran = zoterodigest("init", "--fresh")

    assert ran.code == 0
    assert "There is no lock file" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_init_says_what_it_proposes_and_why(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    for name in ("papers.md", "papers.zh.md", "papers-2025-04-07.md"):
        papers = [(f"A Paper on the Number {n}", f"2401.{n:05}") for n in range(5)]
        text = a_digest(*(papers if "2025" not in name else [("Something Else", "2402.00001")]))
        (tmp_path / name).write_text(text, encoding="utf-8")

    ran = zoterodigest("init", "papers.md", "papers.zh.md", "papers-2025-04-07.md")

    digests = load_configuration(tmp_path / "zoterodigest.toml").digests
    assert [(one.push, one.pull) for one in digests] == [
        (True, True),
        (("summary",), True),
        (True, False),
    ]
    assert ran.out.splitlines()[1:7] == [
        "Proposed in it:",
        "  papers.zh.md",
        '    push = ["summary"], as 100% of its works are those of papers.md, which has',
        "    the say",
        "  papers-2025-04-07.md",
        "    pull = false, as its name bears a date, like those of programs",
    ]


# --- git --------------------------------------------------------------------------------------

LINE = b"zoterodigest.lock -diff merge=zoterodigest"


def test_init_tells_git_how_to_merge_the_lock_file(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)

    ran = zoterodigest("init")

    assert (tmp_path / ".gitattributes").read_bytes() == LINE + b"\n"
    assert "merge.zoterodigest.driver 'zoterodigest merge-lock %O %A %B'" in ran.out
    asked = ["git", "check-attr", "diff", "merge", "--", "zoterodigest.lock"]
    told = subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert told.split()[2::3] == ["unset", "zoterodigest"]


def test_git_shows_only_that_the_lock_file_changed(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    zoterodigest("init")
    lock = tmp_path / "zoterodigest.lock"
    lock.write_text("one row\n")
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    lock.write_text("another row\n")

    asked = ["git", "diff", "--", "zoterodigest.lock"]
    shown = subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    assert shown.splitlines()[-1].startswith("Binary files ")
    assert "row" not in shown


def test_init_adds_no_git_file_outside_of_git(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    zoterodigest("init")

    assert not (tmp_path / ".gitattributes").exists()


def test_init_adds_the_line_for_git_to_a_project_that_is_older(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    zoterodigest("init")
    (tmp_path / ".git").mkdir()
    before = (tmp_path / "zoterodigest.toml").read_bytes()

    first, second = zoterodigest("init"), zoterodigest("init")

    assert (tmp_path / ".gitattributes").read_bytes() == LINE + b"\n"
    assert (first.code, second.code) == (0, 15)
    assert first.out.startswith("Added zoterodigest.lock to .gitattributes.")
    assert first.out.endswith("zoterodigest.toml exists already and stays as it is.\n")
    assert (tmp_path / "zoterodigest.toml").read_bytes() == before


def test_a_second_init_with_files_changes_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    zoterodigest("init")
    (tmp_path / ".git").mkdir()

    ran = zoterodigest("init", "papers.md")

    assert ran.code == 15
    assert not (tmp_path / ".gitattributes").exists()
    assert "zoterodigest.toml cannot be written: it exists already" in ran.err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"*.png binary\n", b"*.png binary\n" + LINE + b"\n"),
        (b"*.png binary", b"*.png binary\n" + LINE + b"\n"),
        (b"*.png binary\r\n", b"*.png binary\r\n" + LINE + b"\r\n"),
        (b"# zoterodigest.lock\n", b"# zoterodigest.lock\n" + LINE + b"\n"),
        (b"\xff\xe9 binary\n", b"\xff\xe9 binary\n" + LINE + b"\n"),
    ],
)
def test_init_only_adds_to_attributes_that_are_there(
    zoterodigest: Zoterodigest, tmp_path: Path, before: bytes, after: bytes
) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    (tmp_path / ".gitattributes").write_bytes(before)

    zoterodigest("init")

    assert (tmp_path / ".gitattributes").read_bytes() == after


@pytest.mark.parametrize(
    "before",
    [
        b"zoterodigest.lock merge=union\n",
        b"/zoterodigest.lock diff\n",
        "*.png binary\n".encode("utf-16"),
    ],
)
def test_init_leaves_attributes_that_it_should_not_change(
    zoterodigest: Zoterodigest, tmp_path: Path, before: bytes
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitattributes").write_bytes(before)

    ran = zoterodigest("init")

    assert (tmp_path / ".gitattributes").read_bytes() == before
    assert ".gitattributes" not in ran.out


def test_init_leaves_attributes_that_are_a_link(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "shared").write_bytes(b"")
    (tmp_path / ".gitattributes").symlink_to("shared")

    assert zoterodigest("init").code == 0

    assert (tmp_path / "shared").read_bytes() == b""
