"""What a new entry has a place for and cannot show is reported, not left out in silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.digest.corpus import ROOT
from tests.sync.test_structure import SYNC, diffusion
from tests.sync.world import World
from zoterodigest.library.port import LibraryItem

DETAILS = """\
# Models

<details>
<summary><b>A First Title of a Paper</b></summary>

* **Authors:** Ada Lovelace
* **arXiv ID:** 2001.00001
* **One-liner:** A line.
</details>
"""
ABSTRACTS = (ROOT / "tests/digest/numbered-quotes.format.toml").read_text("utf-8")
ABSTRACTS = ABSTRACTS.replace("summary", "abstract").replace("TL;DR", "Abstract")
NUMBERED = """\
> **[1] A First Title of a Paper** — Ada Lovelace; CVPR, 2020. [PDF](https://a.org/1)
> Abstract: A line.
"""


def with_new_item(world: World, **data: Any) -> None:
    """Put an item with these data into the digest's collection."""
    new = diffusion(world, "notes")
    world.put(LibraryItem(new.key, 0, {**new.data, **data}))


def test_authors_that_a_new_entry_cannot_show_are_reported(world: World) -> None:
    world.markdown("notes.md", DETAILS)
    world.first_push(SYNC)
    team = {"creatorType": "author", "name": "The CMS and TOTEM Collaborations"}
    with_new_item(world, creators=[team])

    outcome = world.push_with_failures(SYNC)

    assert "Denoising Diffusion" in (world.root / "notes.md").read_text("utf-8")
    (failure,) = outcome.failures
    assert failure.title == "Denoising Diffusion Probabilistic Models"
    assert failure.reason.startswith("authors: the new entry can't show it")
    assert world.plan(SYNC).is_settled


@pytest.mark.parametrize("text", ["One paragraph.\n\nAnother one.", "One line.\nAnother one."])
def test_an_abstract_for_which_a_line_is_too_short_is_reported(world: World, text: str) -> None:
    (world.root / "mine.format.toml").write_text(ABSTRACTS, "utf-8")
    world.markdown("notes.md", NUMBERED)
    world.push(SYNC)
    with_new_item(world, abstractNote=text)

    outcome = world.push_with_failures(SYNC)

    assert [one.reason.partition(":")[0] for one in outcome.failures] == ["abstract"]


def test_what_a_new_entry_shows_or_has_no_place_for_is_not_reported(world: World) -> None:
    world.markdown("notes.md", DETAILS)
    world.first_push(SYNC)
    with_new_item(world, abstractNote="One paragraph.\n\nAnother one.")

    assert world.push(SYNC).failures == ()
