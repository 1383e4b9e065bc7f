"""`published`: what is found, why, and what becomes of it, over HTTP."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran, Zoterodigest, edited_item
from tests.lookup.answers import Paper, dblp_info
from tests.lookup.indexes import SERVICES, Indexes
from tests.lookup.site import Site, dropped, serving
from tests.sync.digests import notes, quoted
from tests.sync.world import World
from zoterodigest.library.connect import connect
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

FIRST, SECOND, THIRD, FOURTH = (
    "Small Lenses for Large Skies",
    "Large Lenses for Small Skies",
    "Cooking Soup with Gradients",
    "The Weather on Distant Planets",
)
DIGEST = notes(
    quoted(FIRST, "2201.10001", venue="arXiv 2022"),
    quoted(SECOND, "2201.10002", venue="ICCV 2023"),
    quoted(THIRD, "2201.10003", venue="arXiv 2022"),
    quoted(FOURTH, "2201.10004", venue="arXiv 2022"),
)
BIBLIOGRAPHY = '[[bibliography]]\npath = "refs.bib"\n'


def dblp(title: str, venue: str, year: str, **fields: Any) -> dict[str, Any]:
    return dblp_info(title=f"{title}.", venue=venue, year=year, **{"doi": "", "pages": ""} | fields)


@dataclass
class Project:
    """A digest in a project that asks sources of ours."""

    folder: Path
    site: Site
    indexes: Indexes
    zoterodigest: Zoterodigest

    def run(self, *arguments: str) -> Ran:
        return self.zoterodigest(*arguments)

    def papers(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Return what `published --json` says of each paper, by title."""
        data = json.loads(self.run("published", "--json", *arguments).out)
        return {paper["title"]: paper for paper in data["papers"]}

    @property
    def text(self) -> str:
        return (self.folder / "papers.md").read_text(encoding="utf-8")

    @property
    def bib(self) -> str:
        return (self.folder / "refs.bib").read_text(encoding="utf-8")

    @property
    def keys(self) -> list[str]:
        """Return the citation keys in the .bib, in order."""
        return re.findall(r"^@\w+\{(.*),$", self.bib, re.MULTILINE)

    def item(self, title: str) -> dict[str, Any]:
        with connect("embedded:.zoterodigest/library.sqlite", base=self.folder) as library:
            (found,) = (one for one in library.read().items if one.data.get("title") == title)
        return {"key": found.key, **found.data}


def configure(folder: Path, url: str, *left_out: str) -> None:
    addresses = {name: "" if name in left_out else f"{url}/{name}" for name in SERVICES}
    lookup = "".join(f'{name} = "{address}"\n' for name, address in addresses.items())
    digest = '[[digest]]\npath = "papers.md"\n'
    text = f"{digest}{BIBLIOGRAPHY}[lookup]\n{lookup}"
    (folder / "zoterodigest.toml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module", name="in_sync")
def _in_step(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in sync, to be copied."""
    world = World(tmp_path_factory.mktemp("in-step"))
    world.markdown("papers.md", DIGEST)
    world.configure(f'[[digest]]\npath = "papers.md"\n{BIBLIOGRAPHY}')
    world.push(Options(intent.SYNC))
    return world.root


@pytest.fixture(name="project")
def _project(
    in_sync: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zoterodigest: Zoterodigest
) -> Iterator[Project]:
    """Four papers: at CVPR by authors and DBLP, at ICCV by the digest, at odds, a preprint."""
    shutil.copytree(in_sync, tmp_path, dirs_exist_ok=True)
    ids = {FIRST: "2201.10001", SECOND: "2201.10002", THIRD: "2201.10003", FOURTH: "2201.10004"}
    said = {FIRST: "Accepted to CVPR 2022 (oral)", THIRD: "ICML 2022"}
    indexes = Indexes(
        [Paper(id_, title=title, comment=said.get(title, "")) for title, id_ in ids.items()],
        [
            dblp(FIRST, "CVPR", "2022", doi="10.1109/CVPR.7", pages="10-19"),
            dblp(SECOND, "ICCV", "2023", doi="10.1109/ICCV.9", pages="20-29"),
            dblp(THIRD, "NeurIPS", "2022"),
        ],
    )
    with serving(indexes.respond) as site:
        configure(tmp_path, site.url)
        monkeypatch.delenv("ZOTERODIGEST_OFFLINE")
        yield Project(tmp_path, site, indexes, zoterodigest)


GOLDEN = """\
library    .zoterodigest/library.sqlite (a trial library, not your Zotero)

Published (1)
  Their items in the library are still preprints.
  papers.md:5  Small Lenses for Large Skies
      CVPR 2022, Oral, pages 10-19, 10.1109/CVPR.7
        arXiv: comment "Accepted to CVPR 2022 (oral"
        DBLP: CVPR 2022

Published, with more values (1)
  The library has the venue and lacks these.
  papers.md:14  Large Lenses for Small Skies
      ICCV 2023, pages 20-29, 10.1109/ICCV.9
        yours: ICCV 2023 (papers.md:14)
        DBLP: ICCV 2023

For you to judge (1)
  `--apply` skips these. Correct the digest or Zotero.
  papers.md:23  Cooking Soup with Gradients
      the sources disagree about the venue
        arXiv: comment "ICML 2022"
        DBLP: NeurIPS 2022

Still preprints: 1 paper.
  papers.md:32  The Weather on Distant Planets
"""


def test_what_was_found_is_shown_with_who_says_so(project: Project) -> None:
    ran = project.run("published")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == GOLDEN
    assert project.text == DIGEST


def test_json_tells_every_paper_with_its_state_and_its_sources(project: Project) -> None:
    papers = project.papers()

    states = [papers[title]["state"] for title in (FIRST, SECOND, THIRD, FOURTH)]
    assert states == ["published", "completed", "reported", "preprint"]
    assert papers[FIRST]["item"] == project.item(FIRST)["key"]
    assert papers[FIRST]["takes"]["venue"] == {"value": "CVPR", "source": "arXiv, DBLP"}
    assert [one["source"] for one in papers[FIRST]["why"]] == ["arXiv", "DBLP"]
    assert [one["venue"] for one in papers[THIRD]["against"]] == ["ICML", "NeurIPS"]


def test_apply_changes_items_and_bib_and_no_digest_and_twice_is_once(project: Project) -> None:
    before, keys = project.item(FIRST), project.keys
    assert f"@misc{{{keys[0]}," in project.bib

    ran = project.run("published", "--apply")
    project.run("sync")
    again = project.run("published", "--apply")

    after = project.item(FIRST)
    assert ran.code == 0
    assert "Done: 2 items written" in ran.out
    assert "1 bibliography changed" in ran.out
    assert after["key"] == before["key"]
    assert (after["itemType"], after["pages"]) == ("conferencePaper", "10-19")
    assert {"tag": "award:Oral"} in after["tags"]
    assert project.item(SECOND)["DOI"] == "10.1109/ICCV.9"
    assert project.keys == keys
    assert f"@inproceedings{{{keys[0]}," in project.bib
    assert "eprint = {2201.10001}" in project.bib
    assert project.text == DIGEST
    assert " published  2 items" in project.run("log").out
    assert "Known as published: 2 papers." in again.out
    assert "Nothing to apply; " in again.out


def test_a_conference_paper_and_a_later_article_are_shown_with_what_each_would_write(
    project: Project,
) -> None:
    article = "IEEE Trans. Pattern Anal. Mach. Intell."
    project.indexes.dblp += [
        dblp(FOURTH, "NeurIPS", "2022", pages="1-9"),
        dblp_info(
            **{"title": f"{FOURTH}.", "venue": article, "year": "2024", "type": "Journal Articles"},
            **{"doi": "10.1109/TPAMI.1", "pages": "5-6"},
        ),
    ]
    before = project.item(FOURTH)

    ran = project.run("published", "--apply")

    lines = [line.strip() for line in ran.out.splitlines()]
    assert "conference paper: NeurIPS 2022, pages 1-9" in lines
    assert "journal article: TPAMI 2024, pages 5-6, 10.1109/TPAMI.1" in lines
    assert f"DBLP: {article} 2024" in lines
    assert project.item(FOURTH) == before

    shown, chosen = f"**{FOURTH}**  \n> *arXiv 2022*", f"**{FOURTH}**  \n> *NeurIPS 2022*"
    (project.folder / "papers.md").write_text(project.text.replace(shown, chosen), encoding="utf-8")
    project.run("sync")
    project.run("published", "--apply")

    after = project.item(FOURTH)
    assert (after["itemType"], after["date"], after["pages"]) == ("conferencePaper", "2022", "1-9")


def test_a_dry_run_shows_it_all_and_writes_nothing(project: Project) -> None:
    before = project.item(FIRST)

    ran = project.run("published", "--apply", "--markdown", "--dry-run")

    assert ran.code == 0
    assert "Into the digests" in ran.out
    assert "completed items          2" in ran.out
    assert project.item(FIRST) == before
    assert project.text == DIGEST


def test_markdown_takes_the_venue_where_the_digest_shows_one(project: Project) -> None:
    ran = project.run("published", "--apply", "--markdown")

    assert ran.code == 0
    first = DIGEST.replace(f"**{FIRST}**  \n> *arXiv 2022*", f"**{FIRST}**  \n> *CVPR 2022 Oral*")
    assert project.text == first
    assert project.run("status", "--check").code == 0


def test_a_venue_of_the_digest_is_only_reported_against(project: Project) -> None:
    project.indexes.dblp = [dblp(SECOND, "ECCV", "2022", doi="10.1007/ECCV.1", pages="1-2")]
    before = project.item(SECOND)

    ran = project.run("published", "--apply")

    assert "Sources say otherwise (1)" in ran.out
    assert "        yours: ICCV 2023\n        DBLP: ECCV 2022 (another venue)" in ran.out
    assert project.item(SECOND) == before


def test_a_venue_that_a_person_wrote_in_zotero_is_never_overwritten(project: Project) -> None:
    edited_item(
        project.folder, FIRST, itemType="conferencePaper", proceedingsTitle="A workshop of mine"
    )
    before = project.item(FIRST)

    ran = project.run("published", "--apply", "--markdown")

    assert "yours: A workshop of mine 2022" in ran.out
    assert project.item(FIRST) == before
    assert project.text == DIGEST


@pytest.mark.parametrize("service", SERVICES)
def test_a_source_that_fails_leaves_the_others_and_is_told_with_exit_code_1(
    project: Project, service: str
) -> None:
    authors = ("Ada", "Lovelace"), ("Alan", "Turing")
    creators = [
        {"creatorType": "author", "firstName": first, "lastName": last} for first, last in authors
    ]
    edited_item(project.folder, FIRST, creators=creators)
    project.indexes.broken = {service: dropped}

    ran = project.run("published", "--apply")

    assert ran.code == 1
    assert "Run it again to continue." in " ".join(ran.out.split())
    assert "Not known as published: " in ran.out
    assert "Still preprints" not in ran.out
    assert "\n\n\n" not in ran.out
    assert project.item(FIRST)["itemType"] == "conferencePaper"


def test_a_second_look_asks_nobody_and_offline_uses_what_was_looked_up(project: Project) -> None:
    first = project.run("published")
    asked = len(project.site.requests)

    again, offline = project.run("published", "--stats"), project.run("published", "--offline")

    assert again.out == first.out
    assert again.err == "Requests to sources: none\n"
    known = first.out.replace("Still preprints", "Not known as published")
    assert (
        offline.out
        == f"{known}\nOffline: zoterodigest asked no source. This is what it looked up before.\n"
    )
    assert len(project.site.requests) == asked


def test_a_paper_that_is_not_in_the_library_is_told_so(project: Project) -> None:
    (project.folder / "papers.md").write_text(
        DIGEST + "\n\n\n" + quoted("A New Lens for Old Skies", "2201.10005", venue="CVPR 2023"),
        encoding="utf-8",
    )

    ran = project.run("published", "--apply")

    assert "Published, and not in the library (1)" in ran.out
    assert project.papers()["A New Lens for Old Skies"]["state"] == "not in the library"


def test_an_item_that_cannot_become_a_paper_is_told_with_the_reason(project: Project) -> None:
    edited_item(project.folder, FIRST, genre="Research note")

    ran = project.run("published", "--apply")

    assert "Published, but blocked (1)" in ran.out
    assert "in Zotero it is a preprint: make it a conferencePaper there" in ran.out
    assert project.item(FIRST)["itemType"] == "preprint"


def test_many_changes_are_asked_for_first(project: Project) -> None:
    titles = [f"A Study of Lens {at} and its Skies" for at in range(21)]
    more = (quoted(title, f"2202.{at:05}", venue="arXiv 2022") for at, title in enumerate(titles))
    (project.folder / "papers.md").write_text(DIGEST + "\n\n\n" + "\n\n\n".join(more), "utf-8")
    configure(project.folder, project.site.url, "crossref", "dblp", "semantic_scholar")
    assert project.run("sync", "--yes", "--offline").code == 0
    project.indexes.papers += [
        Paper(f"2202.{at:05}", title=title, comment="CVPR 2022") for at, title in enumerate(titles)
    ]

    asked = project.run("published", "--apply")
    told = project.run("published", "--apply", "--yes")

    assert (asked.code, told.code) == (7, 0)
    assert project.item(titles[0])["itemType"] == "conferencePaper"


def test_with_no_paper_there_is_nothing_to_look_for(project: Project) -> None:
    (project.folder / "empty.md").write_text("Hello.\n", encoding="utf-8")

    assert "Nothing to look for." in project.run("published", "empty.md").out
