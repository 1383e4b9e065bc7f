"""Titles that are nearly one share a key and are near; titles of two papers are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.works.titles import are_near, near_keys

NEAR = [
    ("Denoising Diffusion Probabilistic Models", "Denoising Diffusion Probablistic Models"),
    ("Visualizing and Understanding Networks", "Visualising and Understanding Networks"),
    ("A Simple Framework for Contrastive Learning", "Simple Framework for Contrastive Learning"),
    ("Image Super-Resolution via Refinement", "Image Super-Resolution via Refinements"),
    ("What Do Vision Models Learn: A Study of Layers", "What Do Vision Models Learn"),
    ("What Do Vision Models Learn — A Study of Layers", "What Do Vision Models Learn"),
    ("β-VAE: Learning Basic Visual Concepts", "beta-VAE: Learning Basic Visual Concepts"),
]
OTHERS = [
    ("Qwen2 Model Family Technical Report", "Qwen3 Model Family Technical Report"),
    ("Theory of Image Formation Part I", "Theory of Image Formation Part II"),
    ("On the Theory of Image Formation", "On the Theory of Image Formation 2"),
    ("Image Restoration with Diffusion Models", "Video Restoration with Diffusion Models"),
    ("Learning to See in the Dark", "Learning to See in the Dark: Erratum"),
    ("Learning to See in the Dark", "Learning to See in the Dark: Replies"),
    ("Symmetric Maps of Many Things", "Asymmetric Maps of Many Things"),
    ("Test Time Training of Models", "Text Time Training of Models"),
    ("Attention Is All", "Attention Is All You"),
    ("", "Attention Is All You Need"),
]


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_titles_that_are_nearly_one_are_near_and_found(one: str, other: str) -> None:
    assert are_near(one, other)
    assert are_near(other, one)
    assert set(near_keys(one)) & set(near_keys(other))


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_titles_of_two_papers_are_not_near(one: str, other: str) -> None:
    assert not are_near(one, other)
    assert not are_near(other, one)


@given(st.text(max_size=80), st.text(max_size=80))
def test_nearness_has_no_direction(one: str, other: str) -> None:
    assert are_near(one, other) == are_near(other, one)
