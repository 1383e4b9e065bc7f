"""`enrich`, and what a push looks up: shown, written, credited, and never in the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, edited_item
from tests.lookup.answers import Paper, feed
from tests.lookup.site import Answer, Request, Site, serving, status
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

DIGEST = """\
## Papers for 2024-12-05

| Title | Authors | Summary |
|-------|---------|---------|
| Small Lenses for Large Skies (Read more on [arXiv](https://arxiv.org/abs/2401.10001) or \
[HuggingFace](https://huggingface.co/papers/2401.10001))| Ada Lovelace, turing42 | It looks up. |
| Large Lenses for Small Skies (Read more on [arXiv](https://arxiv.org/abs/2401.10002) or \
[HuggingFace](https://huggingface.co/papers/2401.10002))| Ada Lovelace, turing42 | It looks down. |
"""
FIRST = "Small Lenses for Large Skies"


def answer(request: Request) -> Answer:
    ids = request.params["id_list"].split(",")
    return Answer(feed([Paper(id_, title="", comment="9 pages").entry for id_ in ids]))


@pytest.fixture(name="arxiv")
def _arxiv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A digest in a project that asks an arXiv of ours."""
    monkeypatch.delenv("ZOTERODIGEST_OFFLINE")
    (tmp_path / "papers.md").write_text(DIGEST, encoding="utf-8")
    with serving(answer) as site:
        configure(tmp_path, site.url)
        yield site


def configure(folder: Path, url: str, more: str = "") -> None:
    text = f'[[digest]]\npath = "papers.md"\n\n[lookup]\narxiv = "{url}/api"\n{more}'
    (folder / "zoterodigest.toml").write_text(text, encoding="utf-8")


def item(folder: Path, title: str = FIRST) -> LibraryItem:
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        (found,) = (one for one in library.read().items if one.data.get("title") == title)
    return found


def authors(one: LibraryItem) -> list[str]:
    return [creator.get("lastName") or creator["name"] for creator in one.data["creators"]]


def test_a_push_creates_items_with_what_arxiv_says(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    ran = zoterodigest("push")

    assert ran.code == 0
    assert "completed items          2  abstract 2, authors 2, categories 2, comment" in ran.out
    assert "Looked up: 2 papers at arXiv (1 request)." in ran.out
    assert authors(item(tmp_path)) == ["Lovelace", "Turing"]
    assert item(tmp_path).data["abstractNote"] == "We study it."
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == DIGEST
    assert "Nothing to write; 2 entries need your attention" in zoterodigest("sync").out
    assert len(arxiv.requests) == 1


def test_what_a_plan_shows_is_what_the_sync_does(zoterodigest: Zoterodigest, arxiv: Site) -> None:
    planned = json.loads(zoterodigest("plan", "--json").out)
    synced = json.loads(zoterodigest("sync", "--json").out)

    created, made = (
        [(one["fields"], one["sources"]) for one in run["actions"] if one["kind"] == "create-item"]
        for run in (planned, synced)
    )
    assert created[0][1]["abstract"] == "arXiv"
    assert created == made
    assert planned["lookup"] == {"wanted": 2, "found": 2, "requests": 1, "remarks": []}
    assert synced["lookup"]["requests"] == 0


def test_enrich_fills_in_what_is_there_and_a_second_one_asks_nobody(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    zoterodigest("push", "--offline")
    before = item(tmp_path)

    shown = zoterodigest("enrich", "--dry-run")
    unchanged = item(tmp_path)
    ran = zoterodigest("enrich")
    again = zoterodigest("enrich")

    assert "completed items          2  abstract 2, authors 2, comment 2, date 2" in shown.out
    assert unchanged == before
    assert ran.code == 0
    assert authors(item(tmp_path)) == ["Lovelace", "Turing"]
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == DIGEST
    assert "Nothing to fill in; 2 entries need your attention" in again.out
    assert len(arxiv.requests) == 1


def test_enrich_leaves_edits_to_the_sync_and_says_so(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    zoterodigest("push", "--offline")
    edited_item(tmp_path, FIRST, title="Smaller Lenses for Large Skies")

    ran = zoterodigest("enrich")

    assert "Left for `zoterodigest sync`: 1 edit made in the library" in ran.out
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == DIGEST


def test_show_names_the_source_of_a_value_as_long_as_it_stands(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    zoterodigest("push")
    key = item(tmp_path).key

    first = zoterodigest("show", key)
    edited_item(tmp_path, FIRST, abstractNote="Mine.")
    (data, *_) = json.loads(zoterodigest("show", key, "--json").out)

    assert "  from arXiv          abstract, authors, comment, date" in first.out
    assert data["sources"] == {"authors": "arXiv", "comment": "arXiv", "date": "arXiv"}


def test_fields_apart_name_the_source_of_what_was_looked_up(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    zoterodigest("push")

    counted = zoterodigest("conflicts").out
    listed = zoterodigest("conflicts", "--apart").out
    told = zoterodigest("status").out
    (data, _) = json.loads(zoterodigest("conflicts", "--json").out)["diverged"]

    assert "Diverged (2) in 2 entries: they were looked up for the library only" in counted
    assert "        authors (looked up at arXiv)\n" in listed
    assert "authors (looked up at arXiv)" in told
    assert (data["field"], data["source"]) == ("authors", "arXiv")
    edited_item(tmp_path, FIRST, creators=[])
    both = " ".join(zoterodigest("conflicts").out.split())
    assert "they differed from the start, or were looked up for the library only" in both


def test_a_push_offline_looks_nothing_up_and_says_so(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    ran = zoterodigest("push", "--offline")

    assert ran.code == 0
    assert "Looked up: nothing of 2 papers (--offline)." in ran.out
    assert authors(item(tmp_path)) == ["Lovelace", "turing42"]
    assert arxiv.requests == []


@pytest.mark.parametrize("by_project", [True, False], ids=["project", "machine"])
def test_a_project_or_a_machine_can_have_it_that_no_push_asks(
    by_project: bool,
    zoterodigest: Zoterodigest,
    arxiv: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if by_project:
        configure(tmp_path, arxiv.url, "on_push = false\n")
    else:
        monkeypatch.setenv("ZOTERODIGEST_OFFLINE", "1")

    ran = zoterodigest("sync")

    assert ran.code == 0
    assert "Looked up" not in ran.out
    assert arxiv.requests == []


def test_without_a_network_a_push_goes_on_and_enrich_tells_it_by_its_exit_code(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    configure(tmp_path, "http://127.0.0.1:1")

    pushed, enriched = zoterodigest("push"), zoterodigest("enrich")
    offline = zoterodigest("enrich", "--offline")

    assert (pushed.code, enriched.code, offline.code) == (0, 1, 0)
    for ran in (pushed, enriched):
        assert ran.out.count("arXiv cannot be reached") == 1
        assert "Looked up: nothing at arXiv" in ran.out
    assert item(tmp_path).data["title"] == FIRST


def test_a_paper_that_arxiv_does_not_tell_of_is_listed_and_the_rest_is_filled_in(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    zoterodigest("push", "--offline")
    arxiv.respond = lambda _: Answer(feed([Paper("2401.10001", title="").entry]))

    ran = zoterodigest("enrich", "--json")

    data = json.loads(ran.out)
    (remark,) = data["lookup"]["remarks"]
    assert ran.code == 0
    assert (remark["kind"], remark["wanted"]["arxiv"]) == ("not-found", "2401.10002")
    assert authors(item(tmp_path)) == ["Lovelace", "Turing"]
    assert "Not at arXiv (1)" in zoterodigest("enrich").out


def test_an_arxiv_that_is_not_well_leaves_the_library_as_it_is(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path
) -> None:
    zoterodigest("push", "--offline")
    before = item(tmp_path)
    arxiv.always = status(400, "no")

    ran = zoterodigest("enrich")

    assert ran.code == 1
    assert "Not looked up (2)" in ran.out
    assert item(tmp_path) == before


def test_a_plan_that_asks_nobody_names_its_papers_once(
    zoterodigest: Zoterodigest, arxiv: Site
) -> None:
    arxiv.always = status(400, "no")

    ran = zoterodigest("plan")

    assert "Not looked up (2)\n  arXiv" in ran.out
    assert ran.out.count(FIRST) == 1


@pytest.mark.parametrize("chosen", ["papers.md", "--only=keyword:sibling"])
def test_another_entry_of_a_work_stays_as_it_is_though_only_one_is_meant(
    zoterodigest: Zoterodigest, arxiv: Site, tmp_path: Path, chosen: str
) -> None:
    other = DIGEST.replace("It looks up.", "It looks up, as its sibling does.")
    (tmp_path / "other.md").write_text(other, encoding="utf-8")
    configure(tmp_path, arxiv.url, '[[digest]]\npath = "other.md"\n')
    zoterodigest("push", "--offline")

    zoterodigest("enrich", chosen)
    synced = zoterodigest("sync")

    assert authors(item(tmp_path)) == ["Lovelace", "Turing"]
    assert synced.code == 0
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == DIGEST
    assert (tmp_path / "other.md").read_text(encoding="utf-8") == other
