"""Digests and entries that move: items, notes and collections are the same ones as before."""

from __future__ import annotations

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import DroppedEntry

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
FLOW = "Straight Flows for Fast Sampling Steps"
NERF = "Radiance Fields of Single Small Objects"


def swin(**given: str) -> str:
    return quoted(SWIN, "2401.00001", bullets=("Windows shift between layers of it.",), **given)


def gan() -> str:
    return quoted(GAN, "2401.00002", bullets=("A second network judges the pictures.",))


def flow() -> str:
    return quoted(FLOW, "2401.00003", bullets=("Straight paths need fewer sampling steps.",))


def nerf() -> str:
    return quoted(NERF, "2401.00004", bullets=("One object is seen from all of its sides.",))


def test_a_renamed_digest_keeps_items_notes_and_collection(world: World) -> None:
    world.markdown("Reading.md", notes(swin(), gan()))
    world.first_push()
    keys, note_keys, collection_row = (
        world.keys_by_title(),
        world.notes().keys(),
        world.collections()["Reading"],
    )

    world.rename("Reading.md", "Papers I read.md")
    outcome = world.push()

    assert actions(outcome.prepared.plan) == {"RenameCollection": 1}
    assert (world.keys_by_title(), world.notes().keys()) == (keys, note_keys)
    assert world.collections() == {"Papers I read": collection_row}
    assert world.plan().is_settled


def test_an_entry_that_moves_to_another_digest_keeps_its_item_and_note(world: World) -> None:
    world.markdown("A.md", notes(swin(), gan()))
    world.markdown("B.md", notes(flow()))
    world.first_push()
    keys, note_keys = world.keys_by_title(), world.notes().keys()

    world.markdown("A.md", notes(gan()))
    world.markdown("B.md", notes(flow(), swin()))
    outcome = world.push()

    assert actions(outcome.prepared.plan) == {"ChangeItem": 1}
    assert reports(outcome.prepared.plan, DroppedEntry) == []
    assert (world.keys_by_title(), world.notes().keys()) == (keys, note_keys)
    assert world.shelved(SWIN) == {"B"}
    assert world.shelved(GAN) == {"A"}
    assert world.plan().is_settled


def test_a_reordered_digest_changes_nothing(world: World) -> None:
    world.markdown("A.md", notes(swin(), gan(), flow(), nerf()))
    world.first_push()
    before = world.everything()

    world.markdown("A.md", notes(nerf(), flow(), swin(), gan()))
    outcome = world.push()

    assert outcome.written == 0
    assert world.everything() == before


@pytest.mark.parametrize(
    ("old", "new"), [(SWIN, f"{SWIN}, Again"), ("2401.00001", "2402.00009")], ids=["title", "id"]
)
def test_a_title_or_identifier_corrected_in_place_is_an_edit(
    world: World, old: str, new: str
) -> None:
    world.markdown("A.md", notes(swin(), gan()))
    world.first_push()
    key, note_keys = world.key(SWIN), world.notes().keys()

    world.edit("A.md", (old, new))
    outcome = world.push()

    assert actions(outcome.prepared.plan) == {"ChangeItem": 1}
    assert world.notes().keys() == note_keys
    assert new in str(world.items()[key])
    assert world.plan().is_settled


def test_two_digests_of_a_month_share_a_collection_and_one_that_moves_on_leaves_it(
    world: World,
) -> None:
    pattern = 'path = "*.md"\ncollection = "Daily/{year}-{month}"\n'
    world.configure(f"[[digest]]\n{pattern}headings = false\n")
    world.markdown("2024-05-13.md", notes(swin()))
    world.markdown("2024-05-14.md", notes(gan()))
    world.first_push()
    may = world.collections()["Daily/2024-05"]
    assert world.collections().keys() == {"Daily", "Daily/2024-05"}
    assert world.shelved(SWIN) == world.shelved(GAN) == {"Daily/2024-05"}

    world.rename("2024-05-14.md", "2024-06-01.md")
    world.push()

    assert world.collections()["Daily/2024-05"] == may
    assert world.shelved(SWIN) == {"Daily/2024-05"}
    assert world.shelved(GAN) == {"Daily/2024-06"}
    assert world.plan().is_settled


# --- headings ------------------------------------------------------------------------------------

HEADINGS = f"""# Reading

## Vision

### Images

#### Restoration

- [{SWIN}](https://arxiv.org/abs/2401.00001), CVPR 2024. [[code]](https://github.com/lab/swin)
- [{GAN}](https://arxiv.org/abs/2401.00002), CVPR 2023. [[code]](https://github.com/lab/gan)

### Scenes

- [{NERF}](https://arxiv.org/abs/2401.00004), ECCV 2020. [[code]](https://github.com/lab/nerf)

## Theory

### Images

- [{FLOW}](https://arxiv.org/abs/2401.00003), ICLR 2023. [[code]](https://github.com/lab/flow)
"""

TREE = {
    "Reading",
    "Reading/Theory",
    "Reading/Theory/Images",
    "Reading/Vision",
    "Reading/Vision/Images",
    "Reading/Vision/Images/Restoration",
    "Reading/Vision/Scenes",
}


@pytest.fixture
def shelved(world: World) -> World:
    """A pushed digest with three levels of headings below its title, one text twice."""
    world.markdown("Reading.md", HEADINGS)
    world.first_push()
    return world


def test_headings_become_a_tree_of_collections(shelved: World) -> None:
    paths = {path.replace("Reading/Reading", "Reading") for path in shelved.collections()}
    assert paths == TREE
    assert {path.split("Reading/")[-1] for path in shelved.shelved(SWIN)} == {
        "Vision/Images/Restoration"
    }
    assert {path.split("Reading/")[-1] for path in shelved.shelved(FLOW)} == {"Theory/Images"}


def key_of(world: World, end: str) -> str:
    (key,) = (key for path, key in world.collections().items() if path.endswith(end))
    return key


def test_a_renamed_heading_keeps_its_collection(shelved: World) -> None:
    vision, theory = key_of(shelved, "Vision/Images"), key_of(shelved, "Theory/Images")

    shelved.edit("Reading.md", ("## Vision\n\n### Images", "## Vision\n\n### Pictures"))
    outcome = shelved.push()

    assert actions(outcome.prepared.plan) == {"RenameCollection": 1}
    assert key_of(shelved, "Vision/Pictures") == vision
    assert key_of(shelved, "Theory/Images") == theory
    assert key_of(shelved, "Vision/Pictures/Restoration")
    assert shelved.plan().is_settled


def test_a_renamed_upper_heading_keeps_all_below_it(shelved: World) -> None:
    before = set(shelved.collections().values())

    shelved.edit("Reading.md", ("## Vision", "## Seeing"))
    outcome = shelved.push()

    assert actions(outcome.prepared.plan) == {"RenameCollection": 1}
    assert set(shelved.collections().values()) == before
    assert key_of(shelved, "Seeing/Images/Restoration")


def test_an_entry_moved_between_headings_moves_between_our_collections_only(
    shelved: World,
) -> None:
    shelved.put_shelf("WNSHELF2", "Thesis")
    placed = [*shelved.item(GAN)["collections"], "WNSHELF2"]
    shelved.change(shelved.key(GAN), collections=placed)
    line = next(line for line in HEADINGS.splitlines(keepends=True) if GAN in line)

    shelved.edit("Reading.md", (line, ""), ("## Theory\n", f"{line}\n## Theory\n"))
    outcome = shelved.push()

    assert actions(outcome.prepared.plan) == {"ChangeItem": 1}
    assert set(shelved.item(GAN)["collections"]) == {key_of(shelved, "Scenes"), "WNSHELF2"}
    assert shelved.plan().is_settled


def test_an_item_taken_out_of_our_collection_is_not_put_back(shelved: World) -> None:
    shelved.change(shelved.key(GAN), collections=[])

    outcome = shelved.push()

    assert outcome.written == 0
    assert shelved.shelved(GAN) == set()


def test_one_text_twice_under_one_heading_makes_two_collections(world: World) -> None:
    twice = HEADINGS.replace("### Scenes", "### Images")
    world.markdown("Reading.md", twice)

    world.first_push()

    (first,), (second,) = world.item(SWIN)["collections"], world.item(NERF)["collections"]
    assert first != second
    names = {one.key: one.name for one in world.library.read().collections}
    assert names[second] == "Images"
    keys = set(names)

    world.markdown("Reading.md", twice.replace("### Images\n\n- [Rad", "### Scenes\n\n- [Rad"))
    world.push()
    assert world.item(NERF)["collections"] == [second]
    assert {one.key: one.name for one in world.library.read().collections} == {
        **dict.fromkeys(keys, ""),
        **names,
        second: "Scenes",
    }
    assert world.plan().is_settled
