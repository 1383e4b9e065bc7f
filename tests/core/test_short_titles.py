"""Short titles that are no more than the beginning of a title, as Zotero makes them by itself."""

from __future__ import annotations

import pytest

from zoterodigest.core.works.titles import begins_title

TITLE = "Swin Transformer V2: Scaling “Up” Capacity and Resolution"


@pytest.mark.parametrize(
    ("short_title", "is_begin"),
    [
        ("Swin Transformer V2", True),
        ("swin transformer v2:", True),
        ("Swin", True),
        (TITLE, True),
        ('Swin Transformer V2: Scaling "Up"', True),
        ("Swin Trans", False),
        ("SwinV2", False),
        ("V2", False),
        (":", False),
        ("", False),
    ],
)
def test_a_short_title_may_be_the_first_words_of_the_title(
    short_title: str, is_begin: bool
) -> None:
    assert begins_title(short_title, TITLE) is is_begin


def test_a_hyphen_makes_another_name() -> None:
    assert not begins_title("Swin", "Swin-Unet: Unet-like Pure Transformer")


def test_a_question_ends_what_zotero_takes_for_the_short_title() -> None:
    title = "Is Attention Explanation? An Introduction to the Debate"

    assert begins_title("Is Attention Explanation?", title)
