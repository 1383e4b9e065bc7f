"""`docs` shows the pages of documentation that come with the program."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Zoterodigest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.stem != "index")
SOURCES = [path for path in (ROOT / "zoterodigest").rglob("*.py") if path.parent.name != "docs"]


def test_without_a_topic_every_page_is_listed_with_its_title(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("docs")

    assert [line.split()[0] for line in ran.out.splitlines()] == [path.stem for path in PAGES]
    assert re.search(r"^  vaults +Vaults of notes$", ran.out, re.M)


def test_a_topic_is_shown_as_it_stands(zoterodigest: Zoterodigest) -> None:
    for page in PAGES:
        assert zoterodigest("docs", page.stem).out == page.read_text(encoding="utf-8")
    assert zoterodigest("docs", "vaults.md").out == zoterodigest("docs", "vaults").out


def test_an_unknown_topic_is_told_with_one_like_it(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("docs", "formts")

    assert ran.code == 2
    assert "there is no page formts" in ran.err
    assert "Did you mean `zoterodigest docs formats`?" in ran.err


def test_every_topic_that_a_message_names_exists() -> None:
    named = {
        topic
        for path in SOURCES
        for topic in re.findall(r"`zoterodigest docs ([a-z-]+)`", path.read_text(encoding="utf-8"))
    }

    assert "formats" in named
    assert named <= {path.stem for path in PAGES}
