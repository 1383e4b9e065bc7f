"""Keys derived from what they stand for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.keys import ALPHABET, derived_key, free_key, is_our_item, item_key

ARXIV = Identifier("arxiv", "2401.00001")


@given(st.lists(st.text()))
def test_derived_keys_are_zotero_keys_and_always_the_same(parts: list[str]) -> None:
    key = derived_key(*parts)

    assert len(key) == 8
    assert set(key) <= set(ALPHABET)
    assert key == derived_key(*parts)


def test_taken_key_gives_way_to_another() -> None:
    first = free_key((), "item", "x")

    assert free_key({first}, "item", "x") not in ("", first)


def test_our_item_is_known_by_its_key_while_one_identifier_or_the_title_stays() -> None:
    key = item_key((), [ARXIV, Identifier("url", "https://a.org")], "A title")
    titled = item_key((), [], "A title")

    assert is_our_item(key, [ARXIV, Identifier("doi", "10.1/x")], "Another title")
    assert is_our_item(titled, [ARXIV], "a Title")
    assert not is_our_item("ABCD2345", [ARXIV], "A title")
