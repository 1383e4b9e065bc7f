"""A star and a checked box beside a title become tags of the item, if the project asks for it."""

from __future__ import annotations

import pytest

from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
TITLE, OTHER = "Attention Is All You Need", "Deep Residual Learning for Image Recognition"
LIST = f"""# Papers

- [ ] [{TITLE}](https://arxiv.org/abs/1706.03762), NeurIPS 2017
- [x] ⭐ [{OTHER}](https://arxiv.org/abs/1512.03385), CVPR 2016
"""
CONFIG = """
[[digest]]
path = "list.md"

[zotero]
marks = {}
"""


@pytest.fixture
def marked(world: World) -> World:
    """A synced list of a project that asks for marks."""
    world.configure(CONFIG.format("true"))
    world.markdown("list.md", LIST)
    world.first_push(SYNC)
    return world


def marks(world: World, title: str) -> set[str]:
    return {tag for tag in world.tags(title) if tag.startswith("mark:")}


def test_marks_become_tags(marked: World) -> None:
    assert (marks(marked, TITLE), marks(marked, OTHER)) == (set(), {"mark:starred", "mark:read"})
    assert marked.plan(SYNC).actions == ()


def test_without_the_setting_no_mark_becomes_a_tag(world: World) -> None:
    world.markdown("list.md", LIST)
    world.first_push(SYNC)

    assert marks(world, OTHER) == set()


def test_marks_that_come_and_go_bring_and_take_their_tags(marked: World) -> None:
    marked.edit("list.md", ("[ ] ", "[x] "), ("⭐ ", ""))
    marked.push(SYNC)

    assert (marks(marked, TITLE), marks(marked, OTHER)) == ({"mark:read"}, {"mark:read"})
    assert marked.plan(SYNC).actions == ()


def test_tags_that_change_in_zotero_change_no_line(marked: World) -> None:
    marked.change(marked.key(TITLE), tags=[{"tag": "mark:starred"}, {"tag": "mine"}])
    marked.change(marked.key(OTHER), tags=[])

    outcome = marked.push(SYNC)

    assert (marked.root / "list.md").read_text(encoding="utf-8") == LIST
    assert marks(marked, OTHER) == set()
    assert outcome.last.plan.reports == ()
    assert marked.plan(SYNC).actions == ()


def test_a_project_that_begins_to_ask_for_marks_gets_their_tags(world: World) -> None:
    world.configure(CONFIG.format("false"))
    world.markdown("list.md", LIST)
    world.first_push(SYNC)

    world.configure(CONFIG.format("true"))
    world.push(SYNC)

    assert marks(world, OTHER) == {"mark:starred", "mark:read"}
    assert world.plan(SYNC).actions == ()
