"""Excerpts of long values show where the values differ, and fit."""

from __future__ import annotations

from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from zoterodigest.cli.base.screen import excerpts

ROOM = 40
LONG = "The same words stand at the beginning of both of these texts, and then they differ: "


@pytest.mark.parametrize("shared", [LONG, LONG.replace(" ", ""), "世界" * 40, "x" * 300])
def test_long_texts_are_shown_from_shortly_before_they_differ(shared: str) -> None:
    one, other = excerpts([f"{shared}one end.", f"{shared}the other end."], ROOM)

    assert one.endswith("one end.")
    assert other.endswith("the other end.")


def test_texts_that_fit_are_shown_whole() -> None:
    assert excerpts(["one end", "one other end"], ROOM) == ["one end", "one other end"]


def test_nothing_is_left_out_of_a_beginning_that_is_shown() -> None:
    shown = excerpts(["Denoising Diffusion Probabilistic Models", "Denoising Diffusion Models"], 30)

    assert shown == ["Denoising Diffusion Probabili…", "Denoising Diffusion Models"]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=90), min_size=1, max_size=3))
def test_an_excerpt_is_never_wider_than_its_room(texts: list[str]) -> None:
    shown = excerpts(texts, ROOM)

    assert all(cell_len(text) <= ROOM for text in shown)


@given(*repeat(st.text("ab ", max_size=120), 2))
def test_the_letter_in_which_two_texts_differ_is_shown(one: str, other: str) -> None:
    shown = excerpts([one, other], ROOM)

    assert (one == other) or shown[0] != shown[1] or one.strip() == other.strip()
