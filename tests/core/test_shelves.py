"""However headings are renamed, moved and doubled, every item ends up where its entry stands."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.world import World, an_entry
from zoterodigest.core.values.record import Entry

Outline = list[tuple[int, ...]]
"""For every entry its heading at each level, as numbers that stand for headings."""

paths = st.lists(st.integers(0, 3), max_size=3).map(tuple)
outlines = st.lists(st.lists(paths, min_size=5, max_size=5), min_size=1, max_size=4)
TEXTS = st.lists(st.sampled_from(["One", "Two", "Two#2", "Three"]), min_size=4, max_size=4)


def entries_of(outline: Outline, texts: list[str]) -> list[Entry]:
    """Entries under the headings of an outline; twins among the texts are told by ordinals."""
    return [
        an_entry(
            arxiv=f"2401.{number:05d}", title=f"Paper {number}", under=[texts[at] for at in path]
        )
        for number, path in enumerate(outline)
    ]


@given(outlines, TEXTS)
@example([[(0,), (0,), (1,)], [(1,), (1,), (0,)]], ["Two", "Two#2", "One", "Three"])
@example([[(0, 0), (1, 0)], [(2, 0), (0, 0)]], ["One", "Two", "Three", "Two#2"])
def test_items_stand_under_the_collections_of_their_headings(
    outlines: list[Outline], texts: list[str]
) -> None:
    world = World()
    for outline in outlines:
        world.digests["a.md"] = entries_of(outline, texts)
        world.run()
        for entry, place in zip(world.digests["a.md"], range(len(outline)), strict=True):
            assert world.places_of(world.item_of("a.md", place)) == {("a.md", *entry.headings)}
        assert world.plan().is_settled
        assert len(
            {
                (collection_row.digest, collection_row.path)
                for collection_row in world.collection_rows
            }
        ) == len(world.collection_rows)


@given(outlines, TEXTS)
def test_lost_lock_file_finds_every_collection_again(
    outlines: list[Outline], texts: list[str]
) -> None:
    world = World({"a.md": entries_of(outlines[0], texts)})
    world.run()
    world.lose_lock()

    plan = world.run()

    assert not plan.actions
    assert all(collection_row.is_ours for collection_row in world.collection_rows)
