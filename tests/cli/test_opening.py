"""`open` and the one line of `--brief`: what a hotkey of an editor runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.builders import a_file, an_item
from tests.cli.conftest import Zoterodigest, a_digest
from tests.library.web import Server
from zoterodigest.cli.base.programs import at_line, editor
from zoterodigest.library.connect import connect
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.items.looking import page_of

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")


@pytest.fixture
def linked(zoterodigest: Zoterodigest, server: Server, tmp_path: Path) -> Zoterodigest:
    """A note of one paper and a list of two, in sync with a library behind a server."""
    (tmp_path / "zoterodigest.toml").write_text(
        f'library = "{server.url}/users/1"\n\n[[digest]]\npath = "*.md"\n', encoding="utf-8"
    )
    (tmp_path / "note.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    (tmp_path / "list.md").write_text(
        "# List\n\n## Vision\n\n" + a_digest(RESNET, ("Gradients", "2301.10003")), encoding="utf-8"
    )
    assert zoterodigest("push", "--yes", "--offline").code == 0
    return zoterodigest


def _key(server: Server, title: str) -> str:
    (item,) = (one for one in server.behind.read().items if one.data.get("title") == title)
    return item.key


def test_a_file_with_one_item_leads_to_it_without_a_request(
    linked: Zoterodigest, server: Server
) -> None:
    server.counted()

    ran = linked("open", "note.md", "--print")

    link = f"zotero://select/library/items/{_key(server, ATTENTION[0])}"
    assert (ran.code, ran.out, ran.err) == (0, f"{link}\n", "")
    assert server.counted() == (0, 0)


def test_a_paper_is_found_by_its_identifier_and_by_its_citation_key(
    linked: Zoterodigest, server: Server
) -> None:
    key = _key(server, RESNET[0])
    (item,) = server.behind.fetch([key])
    server.behind.write([LibraryItem(key, item.version, {"citationKey": "he2016deep"})])

    links = {linked("open", name, "--print").out for name in ("1512.03385", "he2016deep", key)}
    unknown = linked("open", "nobody2000", "--print")

    assert links == {f"zotero://select/library/items/{key}\n"}
    assert (unknown.code, "the library has no item nobody2000" in unknown.err) == (10, True)


def test_a_file_that_links_several_items_or_none_is_refused(
    linked: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a b.txt").write_text("Hello.\n", encoding="utf-8")

    several, none = linked("open", "list.md"), linked("open", "a b.txt")

    assert (several.code, none.code) == (10, 10)
    assert "list.md links 2 items" in several.err
    assert "a b.txt is not linked with an item" in none.err
    assert "`zoterodigest sync 'a b.txt'` links it." in none.err


@pytest.mark.parametrize("way", [["note.md"], ["note.md:3"]])
def test_nothing_is_linked_before_the_first_sync(
    zoterodigest: Zoterodigest, tmp_path: Path, way: list[str]
) -> None:
    (tmp_path / "note.md").write_text(a_digest(ATTENTION), encoding="utf-8")

    ran = zoterodigest("open", *way, "--web", "--print")

    assert ran.code == 10
    assert "is not linked with an item" in ran.err
    assert "`zoterodigest sync note.md` links it." in ran.err


def test_a_line_of_a_list_leads_to_the_item_of_its_entry_without_a_request(
    linked: Zoterodigest, server: Server, tmp_path: Path
) -> None:
    lines = (tmp_path / "list.md").read_text().splitlines()
    server.counted()

    links = [
        linked("open", f"list.md:{at}", "--print").out
        for title in (RESNET[0], "Gradients")
        for at in [next(at for at, line in enumerate(lines, 1) if title in line)]
    ]
    in_note = linked("open", "note.md:3", "--print").out

    keys = [_key(server, title) for title in (RESNET[0], "Gradients", ATTENTION[0])]
    assert [*links, in_note] == [f"zotero://select/library/items/{key}\n" for key in keys]
    assert server.counted() == (0, 0)


def test_show_takes_a_note_and_a_line_of_a_list(linked: Zoterodigest, tmp_path: Path) -> None:
    lines = (tmp_path / "list.md").read_text().splitlines()
    at = next(at for at, line in enumerate(lines, 1) if "Gradients" in line)

    ran = linked("show", "note.md", f"list.md:{at}")
    several = linked("show", "list.md")

    assert [line for line in ran.out.split("\n") if line in (ATTENTION[0], "Gradients")] == [
        ATTENTION[0],
        "Gradients",
    ]
    assert (several.code, "list.md links 2 items" in several.err) == (10, True)


def test_a_line_without_a_linked_entry_is_refused(linked: Zoterodigest, tmp_path: Path) -> None:
    path = tmp_path / "list.md"
    path.write_text(path.read_text() + "\n" + a_digest(("New", "2401.00001")), encoding="utf-8")

    outside, new = linked("open", "list.md:1000"), linked("open", f"list.md:{_last_line(path)}")

    assert (outside.code, new.code) == (10, 10)
    assert "line 1000 of list.md is in no entry" in outside.err
    assert "is not linked with an item" in new.err


def _last_line(path: Path) -> int:
    return len(path.read_text().rstrip().splitlines())


def test_an_item_of_a_group_is_shown_in_the_group(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("open", "ABCD2345", "--library", "group:5", "--print", "--json")

    link = "zotero://select/groups/5/items/ABCD2345"
    assert json.loads(ran.out) == {"item": "ABCD2345", "link": link, "is_opened": False}


def test_zotero_does_not_have_the_trial_library(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("open", "ABCD2345")

    assert ran.code == 14
    assert "Zotero doesn't have the trial library" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows opens links by itself")
@pytest.mark.parametrize("code", [0, 127])
def test_the_system_opens_the_link(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    opened: list[str] = []

    def launch(link: str) -> int:
        opened.append(link)
        return code

    monkeypatch.setattr("typer.launch", launch)

    ran = zoterodigest("open", "ABCD2345", "--library", "user:5")

    link = "zotero://select/library/items/ABCD2345"
    assert opened == [link]
    if code == 0:
        assert (ran.code, ran.out) == (0, f"Opened {link}\n")
    else:
        assert (ran.code, ran.out) == (14, "")
        assert "no program on this computer opens links of Zotero" in ran.err
        assert link in ran.err


def test_the_page_of_a_paper_is_that_of_its_doi_then_at_arxiv_then_its_own(
    linked: Zoterodigest, server: Server
) -> None:
    key = _key(server, ATTENTION[0])

    def page(**data: str) -> str:
        (item,) = server.behind.fetch([key])
        server.behind.write([LibraryItem(key, item.version, data)])
        return linked("open", key, "--web", "--print").out

    assert page() == "https://arxiv.org/abs/1706.03762\n"
    assert page(DOI="10.1109/5.771073") == "https://doi.org/10.1109/5.771073\n"
    bare = {"DOI": "", "extra": "", "archiveID": "", "libraryCatalog": ""}
    assert page(**bare, url="https://example.org/a") == "https://example.org/a\n"


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("https://", ""),
        ("HTTPS://Example.org/A", "https://Example.org/A"),
    ],
)
def test_a_browser_gets_addresses_of_the_web_only(url: str, page: str) -> None:
    assert page_of(ItemJson({"url": url})) == page


def test_the_pdf_is_the_one_in_zotero_else_that_at_arxiv(
    linked: Zoterodigest, server: Server
) -> None:
    key = _key(server, ATTENTION[0])
    at_arxiv = linked("open", "note.md", "--pdf", "--print").out
    server.behind.write([a_file(key, "FILE2222")])

    in_zotero = linked("open", "attention need", "--pdf", "--print").out

    assert at_arxiv == "https://arxiv.org/pdf/1706.03762\n"
    assert in_zotero == "zotero://open-pdf/library/items/FILE2222\n"


def test_the_trial_library_has_pages_and_pdfs_too(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "note.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "note.md", "--offline")

    links = [zoterodigest("open", "note.md", way, "--print").out for way in ("--web", "--pdf")]

    assert links == ["https://arxiv.org/abs/1706.03762\n", "https://arxiv.org/pdf/1706.03762\n"]


@pytest.mark.skipif(sys.platform == "win32", reason="the editor is a shell script")
def test_the_entry_of_an_item_is_shown_at_its_line_in_the_editor(
    linked: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vim = tmp_path / "bin" / "vim"
    vim.parent.mkdir()
    vim.write_text('#!/bin/sh\necho "$@" > "$(dirname "$0")/said"\n', encoding="utf-8")
    vim.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"{vim} --clean")
    lines = (tmp_path / "list.md").read_text(encoding="utf-8").splitlines()
    line = next(at for at, text in enumerate(lines, 1) if "Gradients" in text)

    ran = linked("open", "gradients", "--file")

    assert ran.code == 0
    assert (tmp_path / "bin" / "said").read_text() == f"--clean +{line} list.md\n"
    assert linked("open", "2301.10003", "--file", "--print").out == f"list.md:{line}\n"
    assert linked("open", f"list.md:{line}", "--file", "--print").out == f"list.md:{line}\n"


@pytest.mark.parametrize(
    ("named", "arguments"),
    [
        ("vi", ["vi", "+12", "a b.md"]),
        ("/usr/bin/nvim -u none", ["/usr/bin/nvim", "-u", "none", "+12", "a b.md"]),
        ("emacsclient -nw", ["emacsclient", "-nw", "+12", "a b.md"]),
        ("code --wait", ["code", "--wait", "--goto", "a b.md:12"]),
        ("subl", ["subl", "a b.md:12"]),
        ("unheard-of", ["unheard-of", "a b.md"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(named: str, arguments: list[str]) -> None:
    assert at_line(named.split(), Path("a b.md"), 12) == arguments


@pytest.mark.parametrize("name", ["+!touch hacked", "-c quit"])
def test_the_name_of_a_file_is_no_option_or_command_of_an_editor(name: str) -> None:
    for named in ("vi", "code", "subl", "unheard-of"):
        for line in (0, 12):
            *_, shown = at_line([named], Path(name), line)
            assert shown.startswith(f".{os.sep}{name}")


def test_a_blank_variable_names_no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "  ")
    monkeypatch.setenv("EDITOR", "nano -l")

    assert editor() == ["nano", "-l"]


def test_without_a_page_a_pdf_or_an_entry_there_is_nothing_to_open(
    linked: Zoterodigest, server: Server
) -> None:
    server.behind.write([an_item("BARE2222", title="Bare of Everything")])

    ran = {way: linked("open", "BARE2222", way) for way in ("--web", "--pdf", "--file")}

    assert {one.code for one in ran.values()} == {10}
    assert "has no DOI, arXiv id or web address" in ran["--web"].err
    assert "has no PDF in Zotero and none at arXiv" in ran["--pdf"].err
    assert "no digest here has an entry" in ran["--file"].err
    assert linked("open", "BARE2222", "--web", "--pdf").code == 2


def test_brief_runs_print_one_line(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "note.md", "--offline")
    note.write_text(note.read_text().replace("What it does.", "What it did."), encoding="utf-8")

    lines = [
        zoterodigest("sync", "note.md", "--offline", "--brief", *more).out
        for more in (["--dry-run"], [], [])
    ]

    assert lines == [
        "Planned: 1 note written.\n",
        "Done: 1 note written.\n",
        "Already up to date.\n",
    ]


@pytest.mark.parametrize("way", [[], ["--dry-run"]], ids=["run", "dry run"])
def test_a_brief_run_that_the_guard_stops_prints_one_line(
    zoterodigest: Zoterodigest, tmp_path: Path, way: list[str]
) -> None:
    note = tmp_path / "note.md"
    note.write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "note.md", "--offline")
    note.write_text(note.read_text().replace("What it does.", "What it did."), encoding="utf-8")

    limit = ("--max-changes", "0")
    ran = zoterodigest("sync", "note.md", "--offline", "--yes", "--brief", *limit, *way)

    assert ran.code == 5
    (line,) = (ran.out + ran.err).splitlines()
    assert line.startswith(
        "error: summary would change in 1 entry: more than the 0 that a run changes"
    )
    assert line.endswith(". Nothing was written. If you intend this, add --max-changes 1.")


def test_undo_of_a_file_takes_back_the_newest_run_that_concerns_it_and_says_what_else(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.md", tmp_path / "two.md"
    one.write_text(a_digest(ATTENTION), encoding="utf-8")
    two.write_text(a_digest(RESNET), encoding="utf-8")
    zoterodigest("push", "one.md", "two.md", "--offline")
    for path in (one, two):
        path.write_text(path.read_text().replace("What it does.", "New."), encoding="utf-8")
        zoterodigest("sync", path.name, "--offline")

    dry = zoterodigest("undo", "one.md", "--brief", "--dry-run")
    first = zoterodigest("undo", "one.md", "--yes", "--brief")
    second = zoterodigest("undo", "one.md", "--yes", "--brief")
    third = zoterodigest("undo", "one.md", "--yes", "--brief")

    assert dry.out.startswith("Planned: run 2 (sync, ")
    assert first.out.startswith("Done: run 2 (sync, ")
    assert first.out.endswith(") is undone: 1 note.\n")
    assert second.out.startswith("Done: run 1 (push, ")
    assert second.out.endswith(" This run concerns 1 other file too.\n")
    assert [ran.out.count("\n") for ran in (dry, first, second)] == [1, 1, 1]
    assert (third.code, third.out) == (10, "")
    assert "there is no run to undo that concerns one.md" in third.err


def test_undo_of_a_file_finds_its_project_from_another_folder(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, elsewhere = tmp_path / "vault", tmp_path / "elsewhere"
    vault.mkdir()
    elsewhere.mkdir()
    (vault / "note.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    zoterodigest("push", vault / "note.md", "--offline")

    undone = zoterodigest("undo", vault / "note.md", "--yes", "--brief")

    assert (undone.code, undone.err) == (0, "")
    with connect("embedded:.zoterodigest/library.sqlite", base=vault) as library:
        assert [one.is_trashed for one in library.read().items if not one.json.parent] == [True]


def test_a_quiet_run_prints_only_what_needs_the_person(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = tmp_path / "note.md"
    digest.write_text(a_digest(ATTENTION), encoding="utf-8")

    first = zoterodigest("push", "note.md", "--offline", "--yes", "-q")
    again = zoterodigest("sync", "note.md", "--offline", "--quiet")
    key = json.loads(zoterodigest("ls", "--json").out)[0]["key"]
    assert zoterodigest("set", key, "title=Attention Is Enough").code == 0
    digest.write_text(digest.read_text("utf-8").replace("All You Need", "What You Need"), "utf-8")
    conflict = zoterodigest("sync", "note.md", "--offline", "--quiet")

    assert (first.code, first.out, again.code, again.out) == (0, "", 0, "")
    assert conflict.code == 3
    assert len(conflict.out.splitlines()) == 1
    assert "needs your attention" in conflict.out


def test_the_other_entries_of_an_item_are_named(linked: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "zz.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    assert linked("push", "--yes", "--offline").code == 0

    ran = linked("open", "1706.03762", "--file", "--print")

    assert ran.out == "note.md:1\n"
    assert "the item also has an entry at zz.md:1\n" in ran.err
    assert linked("open", "zz.md:1", "--file", "--print").out == "zz.md:1\n"


def test_the_entry_in_the_digest_that_is_configured_first_is_opened(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    """It was that of the link whose random id came first."""
    names = [f"{letter}.md" for letter in "fbdace"]
    tables = (f'[[digest]]\npath = "{name}"\n' for name in names)
    (tmp_path / "zoterodigest.toml").write_text("".join(tables), encoding="utf-8")
    for name in names:
        (tmp_path / name).write_text(a_digest(ATTENTION), encoding="utf-8")
    assert zoterodigest("push", "--yes", "--offline").code == 0

    ran = zoterodigest("open", "1706.03762", "--file", "--print")

    assert ran.out == "f.md:1\n"
    told = [line.rpartition(" ")[2] for line in ran.err.splitlines()]
    assert told == [f"{name}:1" for name in names[1:]]


@pytest.mark.parametrize(
    ("command", "said"),
    [("false", "the editor ended with 1"), ("vi '", "$EDITOR is not understood: vi '")],
)
def test_an_editor_that_does_not_work_is_told(
    linked: Zoterodigest, monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("VISUAL", command)

    ran = linked("open", "1706.03762", "--file")

    assert ran.code != 0
    assert said in ran.err
