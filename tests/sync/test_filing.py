"""An item comes into the collection of its heading, whichever run made that collection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.recovery import a_line, a_list
from tests.sync.trouble import silent, troubled
from tests.sync.world import World, actions
from zoterodigest.core.values.record import Entry
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
FLOW = "Straight Flows for Fast Sampling Steps"
NERF = "Radiance Fields of Single Small Objects"
LINES = {
    title: a_line(title, f"2401.0000{number}")
    for number, title in enumerate((SWIN, GAN, FLOW, NERF), start=1)
}
DIGEST = '[[digest]]\npath = "List.md"\n'
BY_DIGEST = DIGEST + "headings = false\n"


def only(*titles: str) -> Options:
    """A push of these papers alone."""

    def takes(entry: Entry) -> bool:
        return entry.fields["title"] in titles

    return Options(selection=takes)


def listed(**sections: tuple[str, ...]) -> str:
    return a_list({name: [LINES[title] for title in titles] for name, titles in sections.items()})


def write(world: World, **sections: tuple[str, ...]) -> None:
    world.markdown("List.md", listed(**sections))


@pytest.fixture
def flat(world: World) -> World:
    """A pushed digest whose headings have no collections yet; from now on they are to have them."""
    write(world, Vision=(SWIN, GAN), Theory=(FLOW,))
    world.configure(BY_DIGEST)
    world.push()
    world.configure(DIGEST)
    return world


@pytest.fixture
def filed(world: World) -> World:
    """A pushed digest with collections for its headings."""
    write(world, Vision=(SWIN, GAN), Theory=(FLOW, NERF))
    world.push()
    return world


# Collections that are made for headings that were there


def test_papers_come_into_the_collection_that_a_push_of_another_paper_made(flat: World) -> None:
    flat.push(only(SWIN))
    assert (flat.shelved(SWIN), flat.shelved(GAN)) == ({"List/Vision"}, {"List"})

    flat.push()

    assert flat.shelved(GAN) == {"List/Vision"}
    assert flat.shelved(FLOW) == {"List/Theory"}
    assert flat.plan().is_settled


def test_a_paper_comes_into_a_collection_made_while_its_item_was_refused(flat: World) -> None:
    refused = flat.key(GAN)
    workspace = troubled(flat, is_accepted=lambda key, _: key != refused)
    outcome = carry_out(prepare(workspace, Options()), silent)
    assert outcome.failures
    assert (flat.shelved(SWIN), flat.shelved(GAN)) == ({"List/Vision"}, {"List"})

    flat.push()

    assert flat.shelved(GAN) == {"List/Vision"}
    assert flat.plan().is_settled


def test_a_paper_comes_into_a_collection_made_while_its_entry_was_unreadable(flat: World) -> None:
    line = LINES[GAN]
    flat.edit("List.md", (line, line.replace("](", "] (")))
    flat.push()
    assert flat.shelved(SWIN) == {"List/Vision"}

    flat.edit("List.md", (line.replace("](", "] ("), line))
    flat.push()

    assert flat.shelved(GAN) == {"List/Vision"}
    assert flat.plan().is_settled


def test_what_a_person_takes_out_of_a_collection_stays_out_after_pushes_of_some(
    flat: World,
) -> None:
    flat.push(only(SWIN))
    flat.push()
    flat.change(flat.key(GAN), collections=[])

    flat.push(only(SWIN))
    flat.push(only(GAN))
    flat.push()

    assert flat.shelved(GAN) == set()
    assert flat.plan().is_settled


# Headings that are filed, then not, then again


def test_items_come_back_into_the_collections_of_headings_that_are_filed_again(
    filed: World,
) -> None:
    before = filed.collections()
    filed.configure(BY_DIGEST)
    filed.push()
    assert {title: filed.shelved(title) for title in LINES} == {key: {"List"} for key in LINES}
    assert filed.plan().is_settled

    filed.configure(DIGEST)
    filed.push()

    assert filed.shelved(GAN) == {"List/Vision"}
    assert filed.shelved(FLOW) == {"List/Theory"}
    assert filed.collections() == before
    assert filed.plan().is_settled


def test_what_a_person_takes_out_of_a_digests_collection_stays_out_where_headings_had_some(
    filed: World,
) -> None:
    filed.configure(BY_DIGEST)
    filed.push()
    filed.change(filed.key(GAN), collections=[])

    outcome = filed.push()

    assert outcome.written == 0
    assert filed.shelved(GAN) == set()


# Headings that are renamed, and runs of some entries


def test_a_push_of_a_moved_paper_leaves_the_collection_of_its_heading_to_the_others(
    filed: World,
) -> None:
    vision = filed.collections()["List/Vision"]
    write(filed, Vision=(GAN,), Pictures=(SWIN,), Theory=(FLOW, NERF))

    filed.push(only(SWIN))

    assert filed.collections()["List/Vision"] == vision
    assert (filed.shelved(SWIN), filed.shelved(GAN)) == ({"List/Pictures"}, {"List/Vision"})
    assert filed.plan().is_settled


def test_a_push_of_most_papers_of_a_heading_does_not_rename_its_collection(world: World) -> None:
    write(world, Vision=(SWIN, GAN, NERF), Theory=(FLOW,))
    world.push()
    vision = world.collections()["List/Vision"]
    write(world, Vision=(GAN,), Pictures=(SWIN, NERF), Theory=(FLOW,))

    world.push(only(SWIN, NERF))

    assert world.collections()["List/Vision"] == vision
    assert world.shelved(GAN) == {"List/Vision"}
    assert world.shelved(SWIN) == world.shelved(NERF) == {"List/Pictures"}
    assert world.plan().is_settled


def test_a_push_of_one_paper_of_a_renamed_heading_renames_the_collection_of_all(
    filed: World,
) -> None:
    vision = filed.collections()["List/Vision"]
    write(filed, Pictures=(SWIN, GAN), Theory=(FLOW, NERF))

    outcome = filed.push(only(SWIN))

    assert actions(outcome.prepared.plan) == {"RenameCollection": 1}
    assert filed.collections()["List/Pictures"] == vision
    assert filed.shelved(SWIN) == filed.shelved(GAN) == {"List/Pictures"}
    assert filed.push().written == 0
    assert filed.plan().is_settled


def test_what_was_taken_out_of_a_renamed_headings_collection_stays_out(filed: World) -> None:
    filed.change(filed.key(GAN), collections=[])
    write(filed, Pictures=(SWIN, GAN), Theory=(FLOW, NERF))
    filed.push(only(SWIN))

    filed.push()

    assert (filed.shelved(SWIN), filed.shelved(GAN)) == ({"List/Pictures"}, set())
    assert filed.plan().is_settled


def test_a_push_of_a_paper_that_left_a_digest_of_two_leaves_its_collection_there(
    world: World,
) -> None:
    world.markdown("A.md", notes(quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")))
    world.first_push()
    key = world.collections()["A"]
    world.markdown("A.md", notes(quoted(GAN, "2401.00002")))
    world.markdown("B.md", notes(quoted(SWIN, "2401.00001")))

    world.push(only(SWIN))

    assert world.collections()["A"] == key
    assert (world.shelved(SWIN), world.shelved(GAN)) == ({"B"}, {"A"})
    assert world.plan().is_settled


def test_a_push_of_one_paper_of_a_renamed_digest_keeps_the_collections_of_all(
    filed: World,
) -> None:
    before = {path: key for path, key in filed.collections().items() if "/" in path}
    filed.configure("")
    filed.rename("List.md", "Papers.md")

    filed.push(only(SWIN))

    assert sorted(filed.collections().values()) == sorted(
        {*before.values(), filed.collections()["Papers"]}
    )
    filed.push()
    assert filed.shelved(SWIN) == filed.shelved(GAN) == {"Papers/Vision"}
    assert filed.shelved(FLOW) == {"Papers/Theory"}
    assert filed.plan().is_settled


# An item of two entries


def test_an_item_stays_in_a_collection_that_an_entry_of_another_file_needs(world: World) -> None:
    daily = '[[digest]]\npath = "{}.md"\ncollection = "Daily"\n'
    world.configure(daily.format("A") + daily.format("B") + '[[digest]]\npath = "C.md"\n')
    for name in ("A.md", "B.md"):
        world.markdown(name, notes(quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")))
    world.markdown("C.md", notes(quoted(FLOW, "2401.00003")))
    world.push()
    world.markdown("A.md", notes(quoted(GAN, "2401.00002")))
    world.markdown("C.md", notes(quoted(FLOW, "2401.00003"), quoted(SWIN, "2401.00001")))

    world.push(Options(selection=lambda entry: entry.digest != "B.md"))

    assert world.shelved(SWIN) == {"Daily", "C"}
    assert world.plan().is_settled


# Collections in the trash, and entries that come from the library


def trash(world: World, key: str, *, is_trashed: bool) -> None:
    """Move a collection into the trash, or out of it."""
    (held,) = (one for one in world.library.read().collections if one.key == key)
    world.library.write_collections([replace(held, is_trashed=is_trashed)])


def test_a_paper_moved_to_a_heading_whose_collection_is_in_the_trash_comes_into_it_later(
    filed: World,
) -> None:
    theory = filed.collections()["List/Theory"]
    trash(filed, theory, is_trashed=True)
    write(filed, Vision=(SWIN,), Theory=(FLOW, NERF, GAN))
    filed.push()
    assert filed.shelved(GAN) == {"List/Vision"}
    assert filed.plan().is_settled

    trash(filed, theory, is_trashed=False)
    filed.push()

    assert filed.shelved(GAN) == {"List/Theory"}
    assert filed.plan().is_settled


def test_an_entry_of_an_added_item_is_settled_where_headings_had_collections(filed: World) -> None:
    filed.configure(BY_DIGEST)
    filed.push(Options(intent.SYNC))
    data = {"title": "Learning to Read Maps from Above", "date": "2024-02-02"}
    root = filed.collections()["List"]
    filed.put_item("NEWPAPER", **data, archiveID="arXiv:2402.00077", collections=[root])

    filed.push(Options(intent.SYNC))

    assert "Maps from Above" in (filed.root / "List.md").read_text(encoding="utf-8")
    assert filed.plan(Options(intent.SYNC)).is_settled
