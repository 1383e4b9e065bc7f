"""Names of accounts ("anhttran1111") in a digest are no authors of an item that a person made."""

from __future__ import annotations

from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

TITLE = "Restoring Images with Shifted Windows"
SYNC = Options(intent.SYNC)
KEY = "ABCDEFG2"


def listed(authors: str) -> str:
    return f"""\
| Title | Authors | Summary |
|-------|---------|---------|
| {TITLE} (Read more on [arXiv](https://arxiv.org/abs/2401.00001) or \
[HuggingFace](https://huggingface.co/papers/2401.00001))| {authors} | It looks up. |
"""


def test_an_adopted_item_without_authors_gets_no_user_names(world: World) -> None:
    world.put_item(KEY, itemType="preprint", title=TITLE, archiveID="arXiv:2401.00001")
    world.markdown("papers.md", listed("Ada Lovelace, anhttran1111"))

    world.push(SYNC)

    assert world.item(TITLE)["creators"] == []
    assert world.plan(SYNC).is_settled


def test_an_adopted_item_without_authors_gets_names_of_people(world: World) -> None:
    world.put_item(KEY, itemType="preprint", title=TITLE, archiveID="arXiv:2401.00001")
    world.markdown("papers.md", listed("Ada Lovelace, Alan Turing"))

    world.push(SYNC)

    assert [one["lastName"] for one in world.item(TITLE)["creators"]] == ["Lovelace", "Turing"]
    assert world.plan(SYNC).is_settled


def test_a_corrected_user_name_comes_into_the_adopted_item(world: World) -> None:
    world.put_item(KEY, itemType="preprint", title=TITLE, archiveID="arXiv:2401.00001")
    world.markdown("papers.md", listed("Ada Lovelace, anhttran1111"))
    world.push(SYNC)

    world.edit("papers.md", ("anhttran1111", "Anh Tran"))
    world.push(SYNC)

    assert [one["lastName"] for one in world.item(TITLE)["creators"]] == ["Lovelace", "Tran"]
    assert world.plan(SYNC).is_settled
