"""A .bib that takes part in a sync: its edits travel, and nothing else in it moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

SYNC = Options(intent.SYNC)

DIGEST = """\
# Papers

- [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239) - NeurIPS 2020
- [Segment Anything](https://arxiv.org/abs/2304.02643) - ICCV 2023
"""
BIB = """\
% my own bibliography, kept by hand
@string{iccv = "IEEE/CVF International Conference on Computer Vision"}

@inproceedings{ho-ddpm,
  title     = {{Denoising} Diffusion Probabilistic Models},
  author    = {Ho, Jonathan and Jain, Ajay and Abbeel, Pieter},
  booktitle = "Advances in Neural Information Processing Systems",
  year      = 2020,
  eprint    = {2006.11239},
  note      = {read twice},
}

@book{knuth, title = {The {\\TeX}book}, author = {Donald E. Knuth}, year = 1984 }
@article{broken, title = {no end
"""
CONFIG = """\
[[digest]]
path = "papers.md"

[[bibliography]]
path = "refs.bib"
push = true
pull = true
cited = []
"""
DDPM = "Denoising Diffusion Probabilistic Models"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A digest, its library and a .bib kept by hand, in sync."""
    world = World(tmp_path, ["papers.md"])

    def make() -> None:
        world.markdown("papers.md", DIGEST)
        (tmp_path / "refs.bib").write_text(BIB)
        world.configure(CONFIG)
        sync(world)

    made_once(tmp_path, make)
    return world


def sync(world: World) -> FinishedRun:
    outcome = carry_out(prepare(world.workspace(), SYNC), silent)
    assert outcome.failures == ()
    return outcome


def bib(world: World) -> str:
    return (world.root / "refs.bib").read_bytes().decode()


def edit(world: World, old: str, new: str) -> None:
    text = bib(world)
    assert text.count(old) == 1
    (world.root / "refs.bib").write_bytes(text.replace(old, new).encode())


def set_field(world: World, title: str, **data: str | list[dict[str, str]]) -> None:
    key = world.key(title)
    (item,) = (one for one in world.library.read().items if one.key == key)
    world.library.write([LibraryItem(key, item.version, data)])


def differing(before: str, after: str) -> list[str]:
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def test_first_sync_links_what_stands_there_and_changes_no_entry(world: World) -> None:
    rows = read_lock(world.lock_path.read_bytes()).rows

    assert sorted(row.item for row in rows if row.digest.is_bib) == sorted(world.items())
    start, end = bib(world).split("\n\n@inproceedings{SegmentAnything2023,")
    assert start + end[end.index("\n@article") :] == BIB
    assert set(world.keys_by_title()) == {DDPM, "Segment Anything"}


def test_second_sync_writes_nothing(world: World) -> None:
    before = bib(world), world.traces(), (world.root / "refs.bib").stat().st_mtime_ns

    outcome = sync(world)

    assert outcome.prepared.plan.is_settled
    after = bib(world), world.traces(), (world.root / "refs.bib").stat().st_mtime_ns
    assert after == before


def test_title_corrected_and_pages_added_in_the_bib_reach_library_and_digest(world: World) -> None:
    edit(world, "{{Denoising} Diffusion Probabilistic", "{{Denoising} Diffusion {P}robable")
    edit(world, "  note      =", "  pages     = {6840--6851},\n  note      =")
    before = bib(world)

    sync(world)

    item = world.item("Denoising Diffusion Probable Models")
    assert item["pages"] == "6840-6851"
    assert "- [Denoising Diffusion Probable Models](https" in (world.root / "papers.md").read_text()
    assert bib(world) == before
    assert sync(world).prepared.plan.is_settled


def test_edits_in_the_library_and_the_digest_reach_the_entry_and_no_other_byte(
    world: World,
) -> None:
    before = bib(world)
    world.edit("papers.md", (DDPM, "Denoising Diffusion Models"))
    set_field(world, DDPM, date="2021")

    sync(world)

    changed = differing(before, bib(world))
    assert [line.split("=")[0].strip() for line in changed] == ["title", "year"]
    assert "Denoising" in changed[0]
    assert "2021" in changed[1]
    assert sync(world).prepared.plan.is_settled


def test_authors_shown_in_part_come_back_in_part(world: World) -> None:
    edit(world, "Ho, Jonathan and Jain, Ajay and Abbeel, Pieter", "Ho, Jonathan and others")
    sync(world)
    creators = [
        {"creatorType": "author", "firstName": first, "lastName": last}
        for first, last in (("Jon", "Ho"), ("Ajay", "Jain"), ("Pieter", "Abbeel"))
    ]
    set_field(world, DDPM, creators=creators)

    sync(world)

    assert "author    = {Ho, Jon and others}," in bib(world)


def test_edits_at_both_ends_are_a_conflict_and_stay(world: World) -> None:
    edit(world, "year      = 2020", "year      = 2019")
    set_field(world, DDPM, date="2021")
    before = bib(world)

    outcome = sync(world)

    (conflict,) = [one for one in outcome.last.plan.reports if isinstance(one, Conflict)]
    assert conflict.name == "year"
    assert bib(world) == before
    assert world.item(DDPM)["date"] == "2021"


def test_entry_taken_out_of_the_bib_leaves_its_item_alone(world: World) -> None:
    text = bib(world)
    start, end = text.index("@inproceedings"), text.index("@book")
    (world.root / "refs.bib").write_text(text[:start] + text[end:])

    sync(world)

    rows = read_lock(world.lock_path.read_bytes()).rows
    states = {row.item: row.state for row in rows if row.digest.is_bib}
    assert states[world.key(DDPM)] is LinkState.DROPPED
    assert DDPM in world.keys_by_title()


def test_bib_that_may_not_be_pushed_keeps_its_edit(world: World) -> None:
    world.configure(CONFIG.replace("push = true", "push = false"))
    edit(world, "{{Denoising} Diffusion Probabilistic", "{My own title for")

    outcome = sync(world)

    assert DDPM in world.keys_by_title()
    assert "My own title for" in bib(world)
    assert outcome.last.plan.counts()["HeldBack"] == 1


def test_undo_brings_the_bib_back_to_the_byte(world: World) -> None:
    before = bib(world)
    world.edit("papers.md", (DDPM, "Denoising Diffusion Models"))
    sync(world)
    assert bib(world) != before
    last = read_history(history_folder(world.workspace().project.state_folder)).run(2)

    apply_undo(prepare_undo(world.workspace(), last), silent)

    assert bib(world) == before
    assert DDPM in world.keys_by_title()


def test_remove_ends_the_links_of_a_bib_with_those_of_the_digest(world: World) -> None:
    before = bib(world)

    world.remove()

    assert world.items() == {}
    assert bib(world) == before
    rows = read_lock(world.lock_path.read_bytes()).rows
    assert {row.state for row in rows} == {LinkState.UNLINKED}


def test_what_an_export_made_up_fills_in_nothing(world: World) -> None:
    world.markdown("more.md", "- [An arXiv paper](https://arxiv.org/abs/2207.12598)\n")
    world.configure(CONFIG.replace('"papers.md"', '"*.md"'))
    sync(world)
    assert "year      = 2022" in bib(world)

    outcome = sync(world)

    assert outcome.prepared.is_settled
    assert not world.item("An arXiv paper").get("date")


def test_year_that_a_person_corrects_in_an_exported_entry_reaches_the_item(world: World) -> None:
    world.markdown("more.md", "- [An arXiv paper](https://arxiv.org/abs/2207.12598)\n")
    world.configure(CONFIG.replace('"papers.md"', '"*.md"'))
    sync(world)
    edit(world, "year      = 2022", "year      = 2023")

    sync(world)

    assert world.item("An arXiv paper")["date"] == "2023"
    assert "year      = 2023" in bib(world)
    assert sync(world).prepared.is_settled


PREPRINT = """\
@article{ho-guidance,
  title   = {Classifier-Free Diffusion Guidance},
  journal = {arXiv preprint arXiv:2207.12598},
  year    = 2022,
}
"""


def test_paper_published_in_the_bib_gets_venue_and_pages_in_one_sync(tmp_path: Path) -> None:
    world = World(tmp_path)
    title = "Classifier-Free Diffusion Guidance"
    world.markdown("papers.md", f"- [{title}](https://arxiv.org/abs/2207.12598)\n")
    (tmp_path / "refs.bib").write_text(PREPRINT)
    world.configure(CONFIG)
    sync(world)
    edit(
        world,
        "arXiv preprint arXiv:2207.12598}",
        "JMLR},\n  eprint  = {2207.12598},\n  pages = {1--9}",
    )

    sync(world)

    assert world.item(title)["itemType"] == "journalArticle"
    assert world.item(title)["pages"] == "1-9"
    assert sync(world).prepared.is_settled


def test_pages_of_a_preprint_wait_for_its_venue(tmp_path: Path) -> None:
    world = World(tmp_path)
    title = "Classifier-Free Diffusion Guidance"
    world.markdown("papers.md", f"- [{title}](https://arxiv.org/abs/2207.12598)\n")
    (tmp_path / "refs.bib").write_text(PREPRINT.replace("year ", "pages   = {1--9},\n  year "))
    world.configure(CONFIG)

    sync(world)

    assert sync(world).prepared.is_settled
    assert "pages" not in world.item(title)


def publish(world: World, title: str) -> None:
    """Have the paper appear at a conference, as a person says it in Zotero."""
    set_field(
        world,
        title,
        itemType="conferencePaper",
        proceedingsTitle="Advances in Neural Information Processing Systems",
        repository="",
        archiveID="",
        extra="arXiv: 2207.12598",
    )


@pytest.mark.parametrize("direction", [intent.SYNC, intent.PULL])
@pytest.mark.parametrize(
    "bib_before",
    [
        "",
        "@misc{ho, title = {Classifier-Free Diffusion Guidance}, eprint = {2207.12598}}\n",
    ],
)
def test_paper_published_in_zotero_is_published_in_the_bib(
    tmp_path: Path, bib_before: str, direction: Intent
) -> None:
    world = World(tmp_path)
    title = "Classifier-Free Diffusion Guidance"
    world.markdown("papers.md", f"- [{title}](https://arxiv.org/abs/2207.12598)\n")
    (tmp_path / "refs.bib").write_text(bib_before)
    world.configure(CONFIG)
    sync(world)
    assert "@misc{" in bib(world)
    publish(world, title)

    carry_out(prepare(world.workspace(), Options(direction)), silent)

    assert bib(world).count("@") == bib(world).count("@inproceedings{") == 1
    assert "Neural Information Processing Systems}" in bib(world)
    assert "2207.12598" in bib(world)
    assert sync(world).prepared.is_settled


BY_HAND = """\
@inproceedings{ho2020,
  title = {Denoising Diffusion Probabilistic Models},
  author = {Ho, Jonathan},
}
"""


def test_a_title_is_corrected_in_an_entry_that_nothing_but_its_key_identifies(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.markdown("papers.md", f"# Papers\n\n- [{DDPM}](https://arxiv.org/abs/2006.11239)\n")
    world.first_push()
    set_field(world, DDPM, creators=[{"creatorType": "author", "firstName": "J", "lastName": "Ho"}])
    (tmp_path / "refs.bib").write_text(BY_HAND)
    world.configure(CONFIG)
    sync(world)

    edit(world, "Probabilistic Models", "Models that are Probable")
    sync(world)

    assert set(world.keys_by_title()) == {"Denoising Diffusion Models that are Probable"}
    assert "Models that are Probable](https" in (tmp_path / "papers.md").read_text()
    assert sync(world).prepared.is_settled


def test_works_without_a_title_are_exported_once_and_stay_linked(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("papers.md", DIGEST)
    world.configure(CONFIG.replace("cited = []", 'items = "library"'))
    creators = [{"creatorType": "author", "firstName": "Ada", "lastName": "Byron"}]
    world.library.write(
        [
            LibraryItem("AAAAAAAA", 0, {"itemType": "book", "creators": creators, "date": "1843"}),
            LibraryItem("BBBBBBBB", 0, {"itemType": "document"}),
        ]
    )
    sync(world)

    again = sync(world)

    assert again.prepared.is_settled
    assert again.prepared.plan.reports == ()
    assert bib(world).count("@") == 4


def test_an_item_that_enters_a_second_digest_gets_one_entry_in_a_new_bib(tmp_path: Path) -> None:
    world = World(tmp_path)
    notes = "> **Segment Anything**  \n> *ICCV 2023*, [arxiv](https://arxiv.org/abs/2304.02643)\n"
    world.markdown("papers.md", DIGEST)
    world.markdown("notes.md", f"# Notes\n\n{notes}")
    world.first_push(SYNC)
    world.configure('[[digest]]\npath = "*.md"\n\n[[bibliography]]\npath = "refs.bib"\n')
    collection_rows = [world.collections()[name] for name in ("papers", "notes")]
    world.change(world.key(DDPM), collections=collection_rows)

    sync(world)

    assert DDPM in (world.root / "notes.md").read_text(encoding="utf-8")
    assert bib(world).count("eprint = {2006.11239}") == 1
