"""`docs` shows the pages of documentation that come with the program."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest
from zoterodigest.cli.base.pages import address_about

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.stem != "index")
WEB = "https://github.com/zoterodigest/zoterodigest/blob/main/docs/"
EXPLAINED = [
    heading
    for heading in re.findall(
        r'^## "(.*)"$', (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8"), re.M
    )
    # The others head what is reported, and are no errors.
    if len(heading.split()) >= 3
]
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


def test_an_error_gives_the_address_of_the_page_that_its_hint_names(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text("# Papers\n", encoding="utf-8")
    (tmp_path / "my.format.toml").write_text("entry = 1\n", encoding="utf-8")

    ran = zoterodigest("inspect", "papers.md", "--format", "my.format.toml")

    *_, last = ran.err.splitlines()
    assert "`zoterodigest docs format-reference`" in ran.err
    assert last == f"more: {WEB}format-reference.md"


def test_an_error_that_a_page_explains_gives_the_address_of_its_heading(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "zoterodigest.lock").write_text("version 99\n", encoding="utf-8")
    (tmp_path / "papers.md").write_text("- [A](https://arxiv.org/abs/1706.03762)\n", "utf-8")

    ran = zoterodigest("status", "papers.md")

    *_, last = ran.err.splitlines()
    assert "the lock file cannot be used" in ran.err
    assert last == f"more: {WEB}troubleshooting.md#the-lock-file-cannot-be-used"


@pytest.mark.parametrize("heading", EXPLAINED)
def test_each_message_that_is_explained_leads_to_its_heading(heading: str) -> None:
    anchor = re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")

    assert address_about(f"papers.md: {heading}, so", "") == f"{WEB}troubleshooting.md#{anchor}"


def test_the_addresses_are_those_of_the_documentation_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["urls"]["Documentation"].replace("/tree/", "/blob/") + "/" == WEB


def test_every_topic_that_a_message_names_exists() -> None:
    named = {
        topic
        for path in SOURCES
        for topic in re.findall(r"`zoterodigest docs ([a-z-]+)`", path.read_text(encoding="utf-8"))
    }

    assert "formats" in named
    assert named <= {path.stem for path in PAGES}
