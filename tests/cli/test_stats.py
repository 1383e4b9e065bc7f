"""The command `stats`: what it counts, its table, and its page."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, a_digest, edited_item
from zoterodigest.sync.items.stats import last_weeks

CONFIGURATION = """\
library = "embedded:.zoterodigest/library.sqlite"

[[digest]]
path = "papers.md"

[[bibliography]]
path = "refs.bib"
cited = ["thesis.tex", "lost.tex"]
"""
HOSTILE = "<script>alert(1)</script> $x$ & more"


@pytest.fixture
def pushed(tmp_path: Path, zoterodigest: Zoterodigest) -> Path:
    """A project with two linked papers, of which the document cites one."""
    text = a_digest(("Sharp Images", "2501.00001"), ("Dark Rain", "2501.00002"))
    (tmp_path / "papers.md").write_text(text.replace("CVPR", "cvpr", 1), encoding="utf-8")
    (tmp_path / "zoterodigest.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "thesis.tex").write_text(r"\cite{Rain}", encoding="utf-8")
    assert zoterodigest("push", "--yes", "--offline").code == 0
    edited_item(tmp_path, "Dark Rain", citationKey="Rain", dateAdded="2026-11-04T10:00:00Z")
    return tmp_path


def stats_in(zoterodigest: Zoterodigest) -> Any:
    return json.loads(zoterodigest("stats", "--json").out)


def test_items_and_entries_are_counted_under_one_spelling(
    pushed: Path, zoterodigest: Zoterodigest
) -> None:
    found = stats_in(zoterodigest)

    assert (found["items"], found["entries"], found["linked"]) == (2, 2, 2)
    assert found["years"] == [{"name": "2025", "items": 2, "entries": 2}]
    assert found["venues"] == [{"name": "CVPR", "items": 2, "entries": 2}]
    assert found["tasks"] == [{"name": "image restoration", "items": 2, "entries": 2}]
    assert found["digests"] == [{"digest": "papers.md", "entries": 2, "linked": 2}]
    assert {"week": "2026-11-02", "items": 1} in found["weeks"]


def test_a_field_is_missing_in_an_entry_if_others_of_its_digest_have_it(
    pushed: Path, zoterodigest: Zoterodigest
) -> None:
    path = pushed / "papers.md"
    path.write_text(path.read_text().replace("> Task: image restoration\n", "", 1))

    missing = {one["name"]: one["entries"] for one in stats_in(zoterodigest)["missing"]}

    assert (missing["task"], missing["authors"]) == (1, 0)


def test_a_cited_paper_is_listed_until_it_is_marked_as_read(
    pushed: Path, zoterodigest: Zoterodigest
) -> None:
    before = stats_in(zoterodigest)
    zoterodigest("tag", "Rain", "+mark:read")
    after = stats_in(zoterodigest)

    assert [one["title"] for one in before["unread"]] == ["Dark Rain"]
    assert (after["cited"], after["unread"]) == (1, [])
    assert "Every cited paper is marked as read (1)." in zoterodigest("stats").out
    assert "lost.tex" in after["problems"][0]


def test_a_box_that_is_checked_in_a_digest_marks_a_paper_as_read(
    tmp_path: Path, zoterodigest: Zoterodigest
) -> None:
    link = "- [{}] [{}](https://arxiv.org/abs/{}). CVPR 2025.\n"
    papers = link.format("x", "Sharp Images", "2501.00001"), link.format(" ", "Rain", "2501.00002")
    (tmp_path / "papers.md").write_text(f"# Papers\n\n{''.join(papers)}", encoding="utf-8")
    (tmp_path / "zoterodigest.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "thesis.tex").write_text(r"\nocite{*}", encoding="utf-8")
    zoterodigest("push", "--yes", "--offline")

    found = stats_in(zoterodigest)

    assert found["cited"] == 2
    assert [one["title"] for one in found["unread"]] == ["Rain"]


def test_a_vault_counts_as_one_digest(tmp_path: Path, zoterodigest: Zoterodigest) -> None:
    (tmp_path / "notes").mkdir()
    for number in (1, 2):
        front = f"---\ntitle: Paper {number}\nyear: 2025\ndoi: 10.1000/{number}\n---\n"
        (tmp_path / "notes" / f"{number}.md").write_text(front, encoding="utf-8")
    rules = '[[digest]]\npath = "notes/*.md"\nentry = "file"\n'
    (tmp_path / "zoterodigest.toml").write_text(rules, encoding="utf-8")

    found = stats_in(zoterodigest)

    assert found["digests"] == [{"digest": "notes/*.md", "entries": 2, "linked": 0}]


def test_the_table_fits_a_narrow_terminal(
    pushed: Path, zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    lines = zoterodigest("stats").out.splitlines()

    assert lines[0] == "2 items in the library, 2 entries in 1 digest, 2 of them"
    assert max(map(len, lines)) <= 60


def test_weeks_without_an_item_are_shown_between_others() -> None:
    weeks = {date(2026, 10, 5): 1, date(2026, 10, 19): 2}

    assert [number for _, number in last_weeks(weeks, 12)] == [1, 0, 2]
    assert [number for _, number in last_weeks(weeks, 2)] == [0, 2]
    assert last_weeks({}, 12) == []


def test_without_the_library_that_draws_the_page_is_refused(
    pushed: Path, zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoterodigest.cli.commands.stats.find_spec", lambda name: None)

    ran = zoterodigest("stats", "--html", "stats.html")

    assert (ran.code, (pushed / "stats.html").exists()) == (10, False)
    assert 'pip install "zoterodigest[stats]"' in ran.err


def test_a_file_that_is_no_such_page_is_never_replaced(
    pushed: Path, zoterodigest: Zoterodigest
) -> None:
    pytest.importorskip("matplotlib")
    (pushed / "stats.html").write_text("<!doctype html><title>Mine</title>")

    ran = zoterodigest("stats", "--html", "stats.html")

    assert ran.code == 2
    assert (pushed / "stats.html").read_text() == "<!doctype html><title>Mine</title>"


def test_the_page_escapes_what_papers_say_and_asks_no_host(
    pushed: Path, zoterodigest: Zoterodigest
) -> None:
    pytest.importorskip("matplotlib")
    edited_item(pushed, "Dark Rain", title=HOSTILE, proceedingsTitle=HOSTILE)

    zoterodigest("stats", "--html", "stats.html")
    page = (pushed / "stats.html").read_text(encoding="utf-8")
    again = zoterodigest("stats", "--html", "stats.html")

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; $x$ &amp; more" in page
    assert "Content-Security-Policy" in page
    assert not {"<link", "<img", "<iframe", "@import", "src="} & {*page.split()}
    assert again.code == 0
