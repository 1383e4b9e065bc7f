"""A sync with a .bib that is pushed and pulled settles: the next one has an empty plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.test_bibliographies import CONFIG, DDPM, DIGEST, bib, set_field, sync
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.core.plan.plan import ChangeEntry
from zoterodigest.core.plan.reports import Conflict
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.exports.export_run import carry_out_exports, prepare_exports
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

SYNC = Options(intent.SYNC)
PULL = Options(intent.PULL)
SAM = "Segment Anything"
GUIDANCE = "Classifier-Free Diffusion Guidance"
PREPRINT = f"""\
# Read

- [{GUIDANCE}](https://arxiv.org/abs/2207.12598)
"""


def a_world(root: Path, digest: str, config: str = CONFIG) -> World:
    world = World(root)
    world.markdown("papers.md", digest)
    world.configure(config)
    sync(world)
    assert sync(world).prepared.is_settled
    return world


def planned_edits(world: World) -> list[ChangeEntry]:
    plan = prepare(world.workspace(), SYNC).plan
    return [one for one in plan.actions if isinstance(one, ChangeEntry)]


@pytest.mark.parametrize(
    "item_type",
    ["journalArticle", "conferencePaper", "book", "report", "thesis", "webpage", "manuscript"],
)
def test_item_of_another_type_leaves_nothing_pending_after_one_sync(
    tmp_path: Path, item_type: str
) -> None:
    world = a_world(tmp_path, PREPRINT)
    set_field(world, GUIDANCE, itemType=item_type)

    sync(world)

    assert prepare(world.workspace(), SYNC).is_settled


def test_plan_names_no_field_of_a_bib_that_the_export_does_not_change(tmp_path: Path) -> None:
    world = a_world(tmp_path, PREPRINT)
    set_field(world, GUIDANCE, itemType="journalArticle")

    assert planned_edits(world) == []


def test_venue_given_after_a_change_of_type_reaches_the_bib(tmp_path: Path) -> None:
    world = a_world(tmp_path, PREPRINT)
    set_field(world, GUIDANCE, itemType="journalArticle")
    sync(world)
    set_field(world, GUIDANCE, publicationTitle="JMLR")

    sync(world)

    assert "Journal of Machine Learning Research" in bib(world)
    assert prepare(world.workspace(), SYNC).is_settled


def test_venue_edited_in_the_bib_after_a_change_of_type_reaches_the_item(tmp_path: Path) -> None:
    world = a_world(tmp_path, PREPRINT)
    set_field(world, GUIDANCE, itemType="journalArticle")
    sync(world)
    text = bib(world).replace("@misc{", "@article{").replace("  year", "  journal = {Foo},\n  year")
    (tmp_path / "refs.bib").write_text(text)

    sync(world)

    assert world.item(GUIDANCE)["publicationTitle"] == "Foo"
    assert prepare(world.workspace(), SYNC).is_settled


def merge_in_zotero(world: World, survivor: str, other: str) -> None:
    """Do what Merge Items does: the other item goes into the trash, the survivor replaces it."""
    keys = world.keys_by_title()
    for key, child in world.children(other).items():
        if "parentItem" in child:
            world.change(key, parentItem=keys[survivor])
    replaced = {"dc:replaces": f"http://zotero.org/users/local/abcdefgh/items/{keys[other]}"}
    world.change(keys[survivor], relations=replaced)
    world.change(keys[other], deleted=1)


def test_merge_of_two_items_with_bib_entries_leaves_nothing_pending(tmp_path: Path) -> None:
    world = a_world(tmp_path, DIGEST, CONFIG.replace("cited = []", 'items = "library"'))
    world.put(
        LibraryItem("AAAAAAAA", 0, {"itemType": "book", "title": "Learning", "date": "2016"}),
        LibraryItem("BBBBBBBB", 0, {"itemType": "book", "title": "Deep Ways", "date": "2017"}),
    )
    sync(world)
    before = bib(world)
    assert before.count("@") == 4
    merge_in_zotero(world, "Learning", "Deep Ways")

    sync(world)

    assert prepare(world.workspace(), SYNC).is_settled
    assert "Deep Ways" in bib(world)


def test_merge_of_two_works_of_a_digest_leaves_nothing_pending(tmp_path: Path) -> None:
    world = a_world(tmp_path, DIGEST)
    merge_in_zotero(world, DDPM, SAM)

    sync(world)

    assert prepare(world.workspace(), SYNC).is_settled


def test_new_item_of_a_collection_has_its_citation_key_after_one_sync(tmp_path: Path) -> None:
    config = CONFIG.replace('path = "papers.md"', 'path = "papers.md"\npush = true\npull = true')
    world = a_world(tmp_path, DIGEST, config)
    collection_row = world.collections()["papers"]
    data = {
        "itemType": "journalArticle",
        "title": "Deep Residual Learning",
        "creators": [{"creatorType": "author", "firstName": "Kaiming", "lastName": "He"}],
        "date": "2016",
        "publicationTitle": "JMLR",
        "url": "https://example.org/resnet",
        "collections": [collection_row],
    }
    world.put(LibraryItem("RRRRRRRR", 0, data))

    sync(world)

    assert "Deep Residual Learning" in (tmp_path / "papers.md").read_text()
    assert world.items()["RRRRRRRR"].get("citationKey")
    assert prepare(world.workspace(), SYNC).is_settled


HARD = {
    "title": "Don’t Stop: E\ufb03cient {\\'E}tudes of A \\ B Testing",
    "date": "June 18-22, 2025",
    "proceedingsTitle": "Computer Vision – ECCV 2024",
    "DOI": "10.1002/(SICI)1097-0258(19980815/30)17:15<1661::AID-SIM968>3.0.CO;2-2",
    "ISBN": "978-0-387-31073-2 0-387-31073-8",
    "pages": "1–18",
    "url": "https://a.b/c_d",
    "accessDate": "2023-06-05T10:20:30Z",
}


@pytest.mark.parametrize("flavour", ["bibtex", "biblatex"])
def test_values_of_a_hard_item_settle_and_go_back_nowhere(tmp_path: Path, flavour: str) -> None:
    world = a_world(
        tmp_path, PREPRINT, CONFIG.replace("push = true", f'push = true\nto = "{flavour}"')
    )
    set_field(world, GUIDANCE, itemType="conferencePaper")
    sync(world)

    world.change(world.key(GUIDANCE), **HARD)
    sync(world)

    assert prepare(world.workspace(), SYNC).is_settled
    item = world.item(HARD["title"])
    assert {name: item[name] for name in HARD} == HARD
    assert HARD["DOI"] in bib(world)
    assert "publisher = {Springer}" in bib(world)


@pytest.mark.parametrize("item_type", ["journalArticle", "report", "webpage"])
def test_export_after_a_change_of_type_leaves_nothing_for_two_syncs(
    tmp_path: Path, item_type: str
) -> None:
    world = a_world(tmp_path, PREPRINT)
    set_field(world, GUIDANCE, itemType=item_type)
    carry_out_exports(prepare_exports(world.workspace()))

    outcome = sync(world)

    assert not [one for one in outcome.prepared.plan.reports if isinstance(one, Conflict)]
    assert prepare(world.workspace(), SYNC).is_settled


def test_pull_after_a_change_of_type_leaves_nothing_to_pull(tmp_path: Path) -> None:
    world = a_world(tmp_path, PREPRINT)
    set_field(world, GUIDANCE, itemType="journalArticle")

    carry_out(prepare(world.workspace(), PULL), silent)

    assert prepare(world.workspace(), PULL).is_settled


def test_change_of_type_and_an_edit_of_the_entry_are_both_kept(tmp_path: Path) -> None:
    world = a_world(tmp_path, PREPRINT)
    set_field(world, GUIDANCE, itemType="journalArticle")
    (tmp_path / "refs.bib").write_text(bib(world).replace("year = {2022}", "year = {2021}"))

    sync(world)

    assert world.item(GUIDANCE)["date"] == "2021"
    assert world.item(GUIDANCE)["itemType"] == "journalArticle"
    assert prepare(world.workspace(), SYNC).is_settled


def test_pull_after_a_merge_clears_nothing_that_the_survivor_lacks(tmp_path: Path) -> None:
    world = a_world(tmp_path, PREPRINT)
    author = {"creatorType": "author", "firstName": "Jonathan", "lastName": "Ho"}
    set_field(world, GUIDANCE, creators=[author])
    sync(world)
    poorer = {"itemType": "preprint", "title": f"{GUIDANCE}."}
    world.put(LibraryItem("AAAAAAAA", 0, poorer))
    before = bib(world)
    assert "Ho, Jonathan" in before
    merge_in_zotero(world, f"{GUIDANCE}.", GUIDANCE)

    carry_out(prepare(world.workspace(), PULL), silent)
    after_pull = bib(world)
    carry_out(prepare(world.workspace(), PULL), silent)

    assert "Ho, Jonathan" in after_pull
    assert bib(world) == after_pull
    sync(world)
    assert "Ho, Jonathan" in bib(world)
    assert prepare(world.workspace(), SYNC).is_settled


def test_entry_whose_work_left_the_digests_follows_its_item(tmp_path: Path) -> None:
    world = a_world(tmp_path, f"{PREPRINT}- [Other Work](https://arxiv.org/abs/2207.00001)\n")
    world.change(world.keys_by_title()[GUIDANCE], title="Guidance Without Classifiers")
    digest = tmp_path / "papers.md"
    entry = next(line for line in digest.read_text().splitlines() if GUIDANCE in line)
    digest.write_text(digest.read_text().replace(f"{entry}\n", ""))

    sync(world)

    assert "Guidance Without Classifiers" in bib(world)
    assert prepare(world.workspace(), SYNC).is_settled
