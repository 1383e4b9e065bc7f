"""Digests in JSON and YAML in a run: values are edited in place, papers added by hand."""

from __future__ import annotations

import json

from tests.sync.test_structure import SYNC, diffusion
from tests.sync.world import World
from zoterodigest.core.plan.reports import AddedItem

PAPERS = json.dumps(
    {
        "papers": [
            {"title": "Deep Leakage from Gradients", "arxiv": "1906.08935", "year": 2019},
            {"title": "Deep Residual Learning", "authors": ["Kaiming He"], "venue": "CVPR 2016"},
        ]
    },
    indent=1,
)


def test_papers_of_a_json_file_come_into_the_library_and_edits_of_the_file_follow(
    world: World,
) -> None:
    world.markdown("papers.json", PAPERS)
    world.first_push(SYNC)

    world.edit("papers.json", ("Residual Learning", "Residual Nets"), ("2019", '"2020"'))
    world.push(SYNC)

    assert world.item("Deep Residual Nets")["creators"][0]["lastName"] == "He"
    assert world.item("Deep Leakage from Gradients")["date"] == "2020"
    assert world.plan(SYNC).is_settled


def test_edits_in_the_library_come_into_the_values_of_a_json_file(world: World) -> None:
    path = world.markdown("papers.json", PAPERS)
    world.push(SYNC)
    world.change(world.key("Deep Leakage from Gradients"), title='"Deep" Leakage', date="2020")

    world.push(SYNC)

    expected = PAPERS.replace("Deep Leakage from Gradients", '\\"Deep\\" Leakage')
    assert path.read_text("utf-8") == expected.replace("2019", "2020")
    assert world.plan(SYNC).is_settled


def test_an_edit_that_no_value_can_show_is_reported(world: World) -> None:
    text = "- title: &t Deep Leakage from Gradients\n  arxiv: 1906.08935\n  slug: *t\n"
    path = world.markdown("papers.yml", text)
    world.push(SYNC)
    world.change(world.key("Deep Leakage from Gradients"), title="Leakage")

    outcome = world.push_with_failures(SYNC)

    assert ["can't write it" in it.reason for it in outcome.failures] == [True]
    assert path.read_text("utf-8") == text


def test_a_new_item_is_not_written_into_a_json_file(world: World) -> None:
    path = world.markdown("papers.json", PAPERS)
    world.push(SYNC)
    world.put(diffusion(world, "papers"))

    world.push(SYNC)

    assert path.read_text("utf-8") == PAPERS
    (report,) = world.plan(SYNC).reports
    assert isinstance(report, AddedItem)
    assert report.reason == "zoterodigest adds no papers to JSON files: add it to the file by hand"


def test_a_field_whose_key_stands_twice_is_not_written(world: World) -> None:
    text = PAPERS.replace('"year": 2019', '"year": 2019,\n   "year": 2020')
    path = world.markdown("papers.json", text)
    world.push(SYNC)
    world.change(world.key("Deep Leakage from Gradients"), date="2022")

    world.push(SYNC)

    assert path.read_text("utf-8") == text
