"""After a kill an entry proves of the bases that were to be recorded what it shows, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zoterodigest.core.links.link import Base, Print, fingerprint
from zoterodigest.core.links.merge import FieldEnds, Propagated, merge_result
from zoterodigest.core.links.shown import shown_bases
from zoterodigest.core.links.view import Folding
from zoterodigest.core.values.record import Value, value_parts, with_members

blocks = st.lists(st.sampled_from("abcdef"), max_size=5)
FOLDING = Folding()
SETS_AND_BLOCKS = pytest.mark.parametrize("name", ["summary", "task"])


def print_of(texts: Sequence[str]) -> Print:
    """The print of a value in which every letter is a part."""
    return Print(fingerprint("".join(texts)), tuple(map(fingerprint, texts)))


def base_of(texts: Sequence[str]) -> Base:
    return Base(print_of(texts), print_of(texts))


def proved(name: str, then: Sequence[str], now: Sequence[str], shown: Sequence[str]) -> Base:
    return shown_bases({name: base_of(then)}, {name: base_of(now)}, {name: print_of(shown)})[name]


def letters(base: Base) -> str:
    known = {fingerprint(one): one for one in ascii_letters}
    return "".join(known[part] for part in base.at_entry.parts)


@pytest.mark.parametrize(
    ("then", "now", "shown", "expected"),
    [
        ("abc", "axbc", "axybc", "axbc"),  # one that came, and another one beside it
        ("abc", "axbc", "aybc", "abc"),  # not written, or written and edited
        ("abc", "axbcy", "axbc", "axbc"),  # the person took one out again, or it was not written
        ("abc", "aBc", "aBcx", "aBc"),
        ("abc", "aBC", "aBD", "aBc"),
        ("abc", "aXYc", "aXYcd", "aXYc"),
        ("abc", "aXYc", "aXcd", "abc"),
        ("abc", "ac", "acx", "ac"),
        ("abc", "ac", "axc", "abc"),  # it may have been edited before it was to go
        ("abc", "ac", "abcx", "abc"),
        ("abc", "bca", "bcax", "abc"),  # it was moved: to where, nothing shows
        ("abc", "bca", "bca", "bca"),
        ("ab", "aba", "abx", "ab"),
        ("ab", "aba", "abax", "aba"),
        ("abb", "ab", "abbx", "abb"),
        ("abb", "ab", "xab", "ab"),
        ("a", "", "", ""),
        ("a", "", "x", "a"),
        ("", "ab", "a", "a"),
    ],
)
def test_blocks_that_came_and_went_are_known_as_far_as_the_entry_shows_it(
    then: str, now: str, shown: str, expected: str
) -> None:
    assert letters(proved("summary", then, now, shown)) == expected


@pytest.mark.parametrize(
    ("then", "now", "shown", "expected"),
    [("ab", "abx", "xya", "abx"), ("ab", "a", "ay", "a"), ("ab", "ax", "ab", "ab")],
)
def test_members_that_came_and_went_are_known_as_far_as_the_entry_shows_it(
    then: str, now: str, shown: str, expected: str
) -> None:
    assert letters(proved("task", then, now, shown)) == expected


def test_a_text_is_known_if_the_entry_shows_it() -> None:
    assert proved("title", "a", "x", "x") == base_of("x")
    assert proved("title", "a", "x", "y") == base_of("a")


@SETS_AND_BLOCKS
def test_a_new_base_is_known_if_the_entry_shows_all_of_it(name: str) -> None:
    now = {name: base_of("ab")}

    assert shown_bases({}, now, {name: print_of("axb")}) == now
    assert shown_bases({}, now, {name: print_of("a")}) == {}
    assert shown_bases({}, now, {}) == {}


def test_a_base_that_was_to_go_is_gone_if_nothing_stands_in_its_field() -> None:
    then = {"section:Points": base_of("a")}

    assert shown_bases(then, {}, {}) == {}
    assert shown_bases(then, {}, {"section:Points": print_of("a")}) == then
    assert shown_bases(then, {}, {"section:Points": None}) == then


def test_a_field_that_was_not_understood_proves_nothing() -> None:
    assert shown_bases({"venue": base_of("a")}, {"venue": base_of("")}, {"venue": None}) == {
        "venue": base_of("a")
    }


def test_what_nothing_stands_for_is_known_to_be_empty() -> None:
    empty = {"venue": base_of("")}
    assert shown_bases({"venue": base_of("a")}, empty, {}) == empty


def test_a_member_that_only_the_item_is_known_to_have_is_not_claimed_without_proof() -> None:
    filled = Base(print_of("a"), print_of("ab"))
    (base,) = shown_bases(
        {"task": base_of("a")}, {"task": filled}, {"task": print_of("ac")}
    ).values()
    assert base == base_of("a")


@pytest.mark.parametrize(
    ("seen", "then", "now", "shown", "expected"),
    [
        ("a", "ab", "c", "bc", "c"),  # b came elsewhere: the library is still to get it
        ("a", "ab", "c", "ab", "ab"),  # not written
        ("ab", "a", "abc", "ac", "abc"),  # b went elsewhere: the library still has it
        ("ab", "a", "abc", "a", "a"),
        ("b", "", "a", "ab", "a"),  # b went at both ends, and a person wrote it again
        ("a", "b", "bc", "c", "bc"),  # the library has got b, and a person took it out again
        ("a", "ab", "ab", "abx", "ab"),  # it waited: nothing was to be recorded
    ],
)
def test_members_of_a_library_that_lagged_are_known_as_they_were_last_seen_there(
    seen: str, then: str, now: str, shown: str, expected: str
) -> None:
    before, after, over = ({"task": base_of(one)} for one in (then, now, seen))
    bases = shown_bases(before, after, {"task": print_of(shown)}, over)
    assert letters(bases["task"]) == expected


@SETS_AND_BLOCKS
@given(then=blocks, now=blocks, more=blocks)
def test_an_entry_as_it_was_proves_nothing_and_one_as_it_was_to_be_proves_all(
    name: str, then: list[str], now: list[str], more: list[str]
) -> None:
    then, now = list(dict.fromkeys(then)), list(dict.fromkeys(now))
    if name == "task":
        assume(set(then) != set(now))

    assert proved(name, then, now, then) == base_of(then)
    assert proved(name, then, now, now) == base_of(now)


@SETS_AND_BLOCKS
@given(then=blocks, now=blocks, shown=blocks)
def test_no_end_loses_what_the_other_never_had(
    name: str, then: list[str], now: list[str], shown: list[str]
) -> None:
    """Neither what came into the library and may not have been written, nor what a person wrote."""
    if name == "task":
        then, now, shown = (list(dict.fromkeys(one)) for one in (then, now, shown))
    base = proved(name, then, now, shown)
    entry, item = with_members(name, shown), with_members(name, now)
    ends = FieldEnds(name, entry, item, "".join(shown), "".join(now))
    result = merge_result(ends, base, FOLDING, was_apart=False)
    if isinstance(result, Propagated):
        to_entry: Value = entry if result.to_entry is None else result.to_entry
        to_item: Value = item if result.to_item is None else result.to_item
        assert set(now) - set(then) <= set(value_parts(to_item))
        assert set(shown) - set(then) <= set(value_parts(to_entry))
