"""The few keys that break the order of the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.digest.read.strays import strays

ALPHABET = "abcdefghijklm"


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        (ALPHABET, []),
        (ALPHABET + "c", [13]),
        ("z" + ALPHABET, [0]),
        ("aaaaaaaaaaaabbbbbbbbbbbbabbbb", [24]),
        # By chance every seventh list of five keys looks like this one.
        ("abdce", []),
        ("abababababab", []),
        ("aaaaaaaa", []),
        ("", []),
    ],
)
def test_a_stray_is_found_where_the_order_is_no_chance(keys: str, places: list[int]) -> None:
    assert strays(keys) == places


def test_a_falling_order_is_one_only_if_it_can_be() -> None:
    falling = ALPHABET[::-1] + "c"

    assert strays(falling, can_fall=True) == [13]
    assert strays(falling) == []


@given(st.lists(st.sampled_from("abcdefgh"), max_size=30))
def test_without_its_strays_a_list_is_in_order(keys: list[str]) -> None:
    out = strays(keys)

    rest = [key for at, key in enumerate(keys) if at not in out]
    assert not out or rest == sorted(rest)
