"""DOIs compare without case, and are written in the case in which somebody wrote them."""

from __future__ import annotations

import pytest

from tests.sync.world import World
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

TITLE = "Restoring Images with Shifted Windows"
SYNC = Options(intent.SYNC)


def listed(page: str) -> str:
    return f"# Papers\n\n- [{TITLE}]({page}), CVPR 2020.\n- [Two]({page}2), CVPR 2020.\n"


@pytest.mark.parametrize(
    "page",
    [
        "https://doi.org/10.1109/CVPR42600.2020.ABC",
        "http://dx.doi.org/10.1109%2FCVPR42600.2020.ABC",
        "https://dl.acm.org/doi/abs/10.1109/CVPR42600.2020.ABC",
    ],
)
def test_a_new_item_has_the_doi_as_the_digest_links_it(world: World, page: str) -> None:
    world.markdown("papers.md", listed(page))

    world.first_push(SYNC)

    assert world.item(TITLE)["DOI"] == "10.1109/CVPR42600.2020.ABC"
    assert world.plan(SYNC).is_settled


def test_a_doi_in_another_case_is_no_edit_and_adopts(world: World) -> None:
    data = {"itemType": "conferencePaper", "title": "Another", "DOI": "10.1109/cvpr42600.2020.abc"}
    world.put(LibraryItem("WNPAPER2", 0, data))
    page = "https://doi.org/10.1109/CVPR42600.2020.ABC"
    world.markdown("papers.md", f"# Papers\n\n- [Another]({page}), CVPR 2020.\n")
    world.push(SYNC)

    world.change("WNPAPER2", DOI="10.1109/Cvpr42600.2020.Abc")
    plan = world.plan(SYNC)

    assert list(world.items()) == ["WNPAPER2"]
    assert plan.is_settled
    assert plan.reports == ()


def test_a_doi_that_the_item_gets_comes_into_the_entry_in_its_case(world: World) -> None:
    page = "https://doi.org/10.1109/OLD.2020"
    world.markdown("papers.md", f"# Papers\n\n- [{TITLE}]({page}), CVPR 2020.\n")
    world.first_push(SYNC)

    world.change(world.key(TITLE), DOI="10.1109/NEW.2020.ABC")
    world.push(SYNC)

    assert "https://doi.org/10.1109/NEW.2020.ABC" in (world.root / "papers.md").read_text()
    assert world.plan(SYNC).is_settled
