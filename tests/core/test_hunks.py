"""Blocks merge three ways: what each end did is done, once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.links.hunks import Winner, merge_blocks
from zoterodigest.core.links.link import fingerprint

blocks = st.lists(st.sampled_from("abcdefgh"), max_size=8).map(tuple)


def merged(base: str, entry: str, item: str, winner: Winner | None = None) -> str | None:
    """Merge texts in which every letter is a block."""
    prints = [fingerprint(block) for block in base]
    found = merge_blocks(prints, tuple(entry), tuple(item), winner=winner)
    return None if found is None else "".join(found)


@pytest.mark.parametrize(
    ("base", "entry", "item", "expected"),
    [
        ("abcd", "Abcd", "abcD", "AbcD"),
        ("abcd", "aBcd", "abCd", "aBCd"),
        ("abcd", "aBcd", "aBcd", "aBcd"),
        ("abcd", "aBcd", "aBCd", "aBCd"),
        ("abcd", "abc", "Abcd", "Abc"),
        ("abcd", "xabcd", "abcdy", "xabcdy"),
        ("ab", "abx", "aby", "abxy"),
        ("ab", "abx", "abxy", "abxy"),
        ("ab", "abx", "abyx", "abyx"),
        ("abc", "xyzbc", "abC", "xyzbC"),
        ("abcd", "abd", "acd", "ad"),
        ("aab", "ab", "aabx", "abx"),
        ("", "x", "", "x"),
        ("ab", "", "abx", "x"),
        # Both ends have one change, and one of them took out the block beside it.
        ("abc", "aC", "abC", "aC"),
        ("abc", "abC", "aC", "aC"),
        ("abc", "Ac", "Abc", "Ac"),
        # Both ends have one new block, each beside an edit of its own.
        ("abc", "Axbc", "axBc", "AxBc"),
        ("abc", "axBc", "Axbc", "AxBc"),
        ("abc", "Axbc", "axbC", "AxbC"),
        # One end has what the other put in, and changed or took out the block beside it.
        ("abc", "abx", "abcx", "abx"),
        ("abc", "axbc", "axBc", "axBc"),
        ("abc", "xbc", "xabc", "xbc"),
    ],
)
def test_edits_of_different_blocks_merge(base: str, entry: str, item: str, expected: str) -> None:
    assert merged(base, entry, item) == expected


@pytest.mark.parametrize(
    ("base", "entry", "item"),
    [
        *(("abc", "aXc", "aYc"), ("abc", "ac", "aYc"), ("abc", "aXYc", "aZc"), ("ab", "", "aB")),
        # Both ends have new blocks, and one took out a block that the other one changed.
        *(("abc", "ABC", "AC"), ("abc", "AC", "ABC"), ("abcd", "aBCD", "aBD")),
    ],
)
def test_different_edits_of_one_block_do_not(base: str, entry: str, item: str) -> None:
    assert merged(base, entry, item) is None


@pytest.mark.parametrize(
    ("base", "entry", "item", "expected"),
    [
        ("abcde", "Abcxe", "AbcyE", ("AbcxE", "AbcyE")),
        ("abc", "aX", "aYC", ("aX", "aYC")),
        # What one end changed in the stretch that the other wrote anew goes with it.
        ("abcdef", "aXYZdeF", "abCdEf", ("aXYZdEF", "abCdEF")),
        ("abcd", "d", "abCDx", ("d", "CDx")),
        ("abcd", "cd", "aBcdx", ("cdx", "Bcdx")),
    ],
)
def test_where_edits_collide_the_chosen_end_holds_and_the_others_stay(
    base: str, entry: str, item: str, expected: tuple[str, str]
) -> None:
    assert merged(base, entry, item) is None
    assert tuple(merged(base, entry, item, winner) for winner in Winner) == expected


def test_a_block_that_both_ends_moved_loses_the_end_that_holds_none_of_its_new_blocks() -> None:
    assert merged("ac", "xyc", "cx", Winner.ITEM) is None
    assert merged("ba", "aA", "AXa", Winner.ENTRY) is None


@given(blocks, blocks, blocks, st.sampled_from(Winner))
def test_the_end_that_holds_loses_none_of_its_new_blocks(
    base: tuple[str, ...], entry: tuple[str, ...], item: tuple[str, ...], winner: Winner
) -> None:
    prints = [fingerprint(block) for block in base]

    found = merge_blocks(prints, entry, item, winner=winner)

    plain = merge_blocks(prints, entry, item)
    holding = entry if winner is Winner.ENTRY else item
    assert found == plain or plain is None
    assert found is None or set(holding) - set(base) <= set(found) <= {*entry, *item}


@given(blocks, blocks)
def test_what_one_end_did_alone_is_the_result(base: tuple[str, ...], new: tuple[str, ...]) -> None:
    prints = [fingerprint(block) for block in base]

    assert merge_blocks(prints, new, base) == new
    assert merge_blocks(prints, base, new) == new
    assert merge_blocks(prints, new, new) == new


@given(blocks, blocks, blocks)
def test_blocks_come_only_from_the_ends_and_new_ones_are_kept(
    base: tuple[str, ...], entry: tuple[str, ...], item: tuple[str, ...]
) -> None:
    found = merge_blocks([fingerprint(block) for block in base], entry, item)

    if found is not None:
        assert set(found) <= {*entry, *item}
        assert {*entry, *item} - set(base) <= set(found)
        twice = {one for one in found if found.count(one) > 1}
        assert all(
            found.count(one) <= max(e.count(one) for e in (base, entry, item)) for one in twice
        )


def test_thousands_of_equal_blocks_are_merged() -> None:
    prints = [fingerprint(block) for block in ("a", "b") * 10_000]
    entry, item = ("b", "a") * 10_000, ("a", "b") * 10_000

    found = merge_blocks(prints, entry, item)

    assert found == entry
