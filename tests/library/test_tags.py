"""Tags of our namespaces and their spellings."""

from __future__ import annotations

import pytest

from zoterodigest.library.records.tags import with_tag_members
from zoterodigest.library.records.zotero import ZoteroMapping, tag_text

ZOTERO = ZoteroMapping()


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("single-image super-resolution", "task:single-image super-resolution"),
        ("single image super-resolution", "task:single-image super-resolution"),
        ("Single  Image Super Resolution", "task:single-image super-resolution"),
        ("SISR", "task:single-image super-resolution"),
        ("how well VLMs handle negation", "task:how well VLMs handle negation"),
        ("zero-shot anomaly detection (ZSAD)", "task:zero-shot anomaly detection (ZSAD)"),
        ("GPT-4 evaluation", "task:GPT-4 evaluation"),
        ("gaussian splatting", "task:Gaussian splatting"),
        ("_old", "task:_old"),
        ("x" * 300, "task:" + "x" * 250),
    ],
)
def test_a_task_has_one_tag_however_it_is_spelled(text: str, tag: str) -> None:
    assert tag_text("task", text, ZOTERO) == tag


def test_awards_are_spelled_as_awards_are() -> None:
    assert tag_text("award", "spotlight", ZOTERO) == "award:Spotlight"
    assert tag_text("award", "notable-top-25%", ZOTERO) == "award:Notable Top 25%"


def test_categories_stay_as_they_are() -> None:
    assert tag_text("categories", "cond-mat.str-el", ZOTERO) == "category:cond-mat.str-el"


def test_a_low_line_before_a_tag_tells_it_from_another_one() -> None:
    fold = ZOTERO.folding().member

    assert fold("task", "_old") != fold("task", "old")
    assert fold("task", "Machine-Learning") == fold("task", "machine learning")


def test_folded_members_meet_whatever_their_spelling() -> None:
    member = ZOTERO.folding().member

    assert member("task", "single image super-resolution") == member("task", "SISR")
    assert member("task", "x" * 300) == member("task", "x" * 250)
    assert member("task", "edge detection") != member("task", "edge detectors")


def test_only_tags_of_the_namespace_change_and_known_ones_stay() -> None:
    tags: list[dict[str, object]] = [
        {"tag": "to read", "type": 1},
        {"tag": "task:single image super-resolution"},
        {"tag": "task:old"},
        {"tag": "award:Oral"},
    ]

    written = with_tag_members(tags, "task:", ["SISR", "new"], ZOTERO.spellings)

    assert written == [tags[0], tags[1], tags[3], {"tag": "task:new"}]
