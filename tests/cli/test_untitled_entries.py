"""Entries without a title: their items get the title that a lookup finds, and none without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran, Zoterodigest, edited_item, in_library
from tests.lookup.answers import Paper, crossref_work
from tests.lookup.arxiv_site import answering
from tests.lookup.indexes import SERVICES
from tests.lookup.site import Site, serving
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

DIGEST = """\
# to read

- 2401.10001
- arXiv:2401.10002v2
- https://doi.org/10.1000/lenses
- https://openreview.net/forum?id=AbCd
"""
SKIES, STARS, LENSES = "Small Lenses for Large Skies", "Large Lenses", "Lenses of All Sizes"
DOI = "10.1000/lenses"
WAITING = "papers.md:6  openreview:AbCd"


@pytest.fixture(name="site")
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A list of bare papers in a project that asks sources of ours."""
    monkeypatch.delenv("ZOTERODIGEST_OFFLINE")
    (tmp_path / "papers.md").write_text(DIGEST, encoding="utf-8")
    papers = [
        Paper("2401.10001", title=SKIES),
        Paper("2401.10002", version=2, title=STARS),
        Paper("2401.10003", title="Wide Skies"),
    ]
    works = {DOI: crossref_work(DOI=DOI, title=[LENSES])}
    with serving(answering(papers, works)) as site:
        lines = (f'{name} = "{site.url}"' for name in SERVICES if name != "arxiv")
        lookup = "\n".join([f'arxiv = "{site.url}/api"', *lines])
        text = f'[[digest]]\npath = "papers.md"\n\n[lookup]\n{lookup}\n'
        (tmp_path / "zoterodigest.toml").write_text(text, encoding="utf-8")
        yield site


def items(folder: Path) -> list[dict[str, Any]]:
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        found = (dict(one.data) for one in library.read().items if not one.is_trashed)
        return sorted(found, key=lambda data: str(data.get("title")))


def titles(folder: Path) -> list[str]:
    return [data["title"] for data in items(folder)]


def is_quiet(ran: Ran) -> bool:
    return ran.code == 0 and "Nothing to write; 1 entry needs your attention" in ran.out


def test_a_sync_makes_items_with_the_titles_that_sources_know(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    ran = zoterodigest("sync", "--yes")

    assert ran.code == 0, ran.err
    assert "Looked up: 4 papers at arXiv and other sources" in ran.out
    assert titles(tmp_path) == [STARS, LENSES, SKIES]
    assert all(data["creators"] for data in items(tmp_path))
    assert WAITING in ran.out
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == DIGEST


def test_a_second_sync_has_nothing_to_do_and_asks_nobody(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    zoterodigest("sync", "--yes")
    lock, asked = (tmp_path / "zoterodigest.lock").read_bytes(), len(site.requests)

    ran = zoterodigest("sync", "--yes")

    assert is_quiet(ran)
    assert (tmp_path / "zoterodigest.lock").read_bytes() == lock
    assert len(site.requests) == asked


def test_a_title_edited_in_zotero_stays_there(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    zoterodigest("sync", "--yes")
    edited_item(tmp_path, SKIES, title="Skies, by Another Name")

    assert is_quiet(zoterodigest("sync", "--yes"))

    assert "Skies, by Another Name" in titles(tmp_path)
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == DIGEST


def test_what_is_shown_before_is_what_a_sync_does(zoterodigest: Zoterodigest, site: Site) -> None:
    planned = json.loads(zoterodigest("plan", "--json").out)
    done = json.loads(zoterodigest("sync", "--yes", "--json").out)

    made, wanted = (
        [one["fields"] for one in run["actions"] if one["kind"] == "create-item"]
        for run in (done, planned)
    )
    assert made == wanted
    assert len(made) == 3


def test_without_a_network_nothing_is_made_until_a_later_run(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    ran = zoterodigest("sync", "--yes", "--offline")

    assert "Without a title (4)" in ran.out
    assert not (tmp_path / ".zoterodigest" / "library.sqlite").exists()
    assert zoterodigest("sync", "--yes").code == 0
    assert titles(tmp_path) == [STARS, LENSES, SKIES]


def test_an_item_with_the_identifier_is_adopted_without_a_lookup(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    known = {"itemType": "preprint", "title": "As I Call It", "archiveID": "arXiv:2401.10001"}
    in_library(tmp_path, LibraryItem("AAAAAAAA", 0, known))
    (tmp_path / "papers.md").write_text("- 2401.10001\n- 2401.10002\n", encoding="utf-8")

    assert zoterodigest("sync", "--yes").code == 0

    assert titles(tmp_path) == ["As I Call It", STARS]
    assert "2401.10001" not in str([request.params for request in site.requests])


def test_an_item_with_the_title_that_is_found_is_adopted(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    known = {
        "itemType": "preprint",
        "title": SKIES,
        "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}],
    }
    in_library(tmp_path, LibraryItem("AAAAAAAA", 0, known))

    assert zoterodigest("sync", "--yes").code == 0

    assert titles(tmp_path) == [STARS, LENSES, SKIES]


def test_a_title_written_into_the_line_is_in_sync_with_the_one_that_was_found(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    zoterodigest("sync", "--yes")
    titled = DIGEST.replace("- 2401.10001", f"- [{SKIES}](https://arxiv.org/abs/2401.10001)")
    (tmp_path / "papers.md").write_text(titled, encoding="utf-8")

    zoterodigest("sync", "--yes")

    assert is_quiet(zoterodigest("sync", "--yes"))
    assert titles(tmp_path) == [STARS, LENSES, SKIES]
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == titled


def test_after_a_sync_that_had_nothing_to_do_a_new_line_is_no_second_item(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    """The item has the title that is found for the new line, and nothing else shows it."""
    known = {"itemType": "journalArticle", "title": LENSES}
    in_library(tmp_path, LibraryItem("AAAAAAAA", 0, known))
    (tmp_path / "papers.md").write_text(DIGEST.replace(DOI, "10.1/x"), encoding="utf-8")
    zoterodigest("sync", "--yes")
    zoterodigest("sync", "--yes")
    (tmp_path / "papers.md").write_text(DIGEST, encoding="utf-8")

    zoterodigest("sync", "--yes")

    assert titles(tmp_path) == [STARS, LENSES, SKIES]


def test_papers_that_are_added_or_put_into_the_collection_are_bare_as_the_others(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    zoterodigest("sync", "--yes")
    collection = next(iter(items(tmp_path)[0]["collections"]))
    known = {"itemType": "preprint", "title": "By Hand", "archiveID": "arXiv:2401.10004"}
    in_library(tmp_path, LibraryItem("AAAAAAAA", 0, {**known, "collections": [collection]}))

    added = zoterodigest("add", "2401.10003", "--to", "papers.md")
    ran = zoterodigest("sync", "--yes")

    assert (added.code, ran.code) == (0, 0), added.err + ran.err
    text = (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert (
        text == DIGEST + "- https://arxiv.org/abs/2401.10003\n- https://arxiv.org/abs/2401.10004\n"
    )
    assert titles(tmp_path) == ["By Hand", STARS, LENSES, SKIES, "Wide Skies"]
    assert is_quiet(zoterodigest("sync", "--yes"))


def test_titles_come_into_the_digest_if_a_person_asks_for_them(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    zoterodigest("sync", "--yes")
    planned = zoterodigest("pull", "--fill", "title", "--dry-run")

    ran = zoterodigest("pull", "--fill", "title", "--yes")

    assert (planned.code, ran.code) == (0, 0), ran.err
    assert "3  arxiv:2401.10001: title" in planned.out
    assert (tmp_path / "papers.md").read_text(encoding="utf-8") == (
        "# to read\n\n"
        f"- [{SKIES}](https://arxiv.org/abs/2401.10001)\n"
        f"- [{STARS}](https://arxiv.org/abs/2401.10002v2)\n"
        f"- [{LENSES}](https://doi.org/{DOI})\n"
        "- https://openreview.net/forum?id=AbCd\n"
    )
    edited_item(tmp_path, SKIES, title="Skies")
    assert zoterodigest("sync", "--yes").code == 0
    assert "- [Skies](https" in (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert is_quiet(zoterodigest("sync", "--yes"))


def test_an_entry_that_goes_is_called_by_its_identifier(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    zoterodigest("sync", "--yes")
    config = tmp_path / "zoterodigest.toml"
    rule = config.read_text("utf-8").replace('.md"', '.md"\nwhen_trashed = "remove"')
    config.write_text(rule, encoding="utf-8")
    edited_item(tmp_path, SKIES, deleted=1)

    ran = zoterodigest("sync", "--yes")

    assert "removed entries          1  arxiv:2401.10001" in ran.out
    assert "2401.10001" not in (tmp_path / "papers.md").read_text(encoding="utf-8")


def test_two_lines_of_one_paper_have_one_item(
    zoterodigest: Zoterodigest, site: Site, tmp_path: Path
) -> None:
    text = "- 2401.10001\n- https://arxiv.org/pdf/2401.10001v1\n"
    (tmp_path / "papers.md").write_text(text, encoding="utf-8")

    assert zoterodigest("sync", "--yes").code == 0

    assert titles(tmp_path) == [SKIES]
    assert "Already up to date." in zoterodigest("sync").out
