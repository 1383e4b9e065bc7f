"""Works that stand more than once are found: the sure ones, and those that may be one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import an_entry, an_item
from tests.growth import LINEAR, growth
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Entry, Fields, Item, Names
from zoterodigest.core.works.duplicates import Copy, Duplicate, Why, copies_of, find_duplicates

TITLE = "Denoising Diffusion Probabilistic Models"
HO = ("Jonathan Ho", "Ajay Jain", "Pieter Abbeel")


def found(
    items: Sequence[Item] = (), linked: Sequence[tuple[Entry, str]] = ()
) -> list[tuple[tuple[str, ...], tuple[Why, ...]]]:
    """Return what is found: by item keys, or digests of entries alone, and why."""
    return [(names(one), one.why) for one in find_duplicates(copies_of(items, linked))]


def names(duplicate: Duplicate) -> tuple[str, ...]:
    return tuple(copy.item or copy.entries[0].digest for copy in duplicate.copies)


def test_items_of_one_identifier_are_one_work() -> None:
    items = [an_item("A", arxiv="2006.11239", title=TITLE), an_item("B", arxiv="2006.11239")]

    (one,) = find_duplicates(copies_of(items, ()))

    assert (names(one), one.why, one.is_sure) == (("A", "B"), (Why.IDENTIFIER,), True)
    assert one.shared == (Identifier("arxiv", "2006.11239"),)


def test_preprint_and_published_version_are_one_work() -> None:
    preprint = an_item("A", arxiv="2006.11239", title=TITLE, authors=HO)
    published = an_item("B", doi="10.5555/3495724", title=TITLE.upper(), authors=("Ho, Jonathan",))

    assert found([preprint, published]) == [(("A", "B"), (Why.TITLE, Why.PUBLISHED))]


def test_a_title_of_other_first_authors_is_another_work() -> None:
    items = [an_item("A", title=TITLE, authors=HO), an_item("B", title=TITLE, authors=("Li Wei",))]

    assert found(items) == []


def test_one_identifier_beside_contradicting_ones_is_for_a_person_to_judge() -> None:
    items = [an_item(key, arxiv="2006.11239", doi=f"10.1/{key}".lower()) for key in "AB"]

    assert found(items) == [(("A", "B"), (Why.CONTRADICTION,))]


def test_one_title_and_author_with_two_identifiers_may_be_one_work() -> None:
    items = [an_item(key, doi=f"10.1/{key}".lower(), title=TITLE, authors=HO) for key in "AB"]

    assert found(items) == [(("A", "B"), (Why.CONTRADICTION,))]


def test_a_short_title_without_authors_may_be_one_work() -> None:
    items = [an_item("A", title="Flow", authors=HO), an_item("B", title="Flow")]

    assert found(items) == [(("A", "B"), (Why.SHORT_TITLE,))]


def test_nearly_equal_titles_of_the_same_authors_may_be_one_work() -> None:
    misspelt = an_item("B", title="Denoising Difusion Probabilistic Models", authors=HO[:2])
    others = an_item("C", title="Denoising Difusion Probabilistic Models", authors=("Jo Ho", "A B"))

    items = [an_item("A", title=TITLE, authors=HO), misspelt]
    assert found(items) == [(("A", "B"), (Why.NEAR_TITLE,))]
    assert found([an_item("A", title=TITLE, authors=HO), others]) == []


def test_nearly_equal_titles_with_two_identifiers_are_two_works() -> None:
    one = an_item("A", arxiv="2006.11239", title=TITLE, authors=HO)
    other = an_item("B", arxiv="2102.09672", title=f"Improved {TITLE}", authors=HO)

    assert found([one, other]) == []


def test_entries_that_are_linked_with_one_item_are_no_duplicates() -> None:
    item = an_item("A", arxiv="2006.11239", title=TITLE)
    entries = [an_entry(name, arxiv="2006.11239", title=TITLE) for name in ("a.md", "b.md")]

    assert found([item], [(entry, "A") for entry in entries]) == []


def test_entries_that_the_next_push_links_with_one_item_are_no_duplicates() -> None:
    item = an_item("A", arxiv="2006.11239", title=TITLE)
    entries = [an_entry(name, arxiv="2006.11239", title=TITLE) for name in ("a.md", "b.md")]

    assert found([item], [(entry, "") for entry in entries]) == []


def test_entries_alone_are_duplicates_of_each_other() -> None:
    entries = [an_entry(name, arxiv="2006.11239", title=TITLE) for name in ("a.md", "b.md")]

    assert found((), [(one, "") for one in entries]) == [(("a.md", "b.md"), (Why.IDENTIFIER,))]


def test_an_item_is_known_by_the_identifiers_of_its_entries_too() -> None:
    items = [an_item("A", title="What it was called"), an_item("B", arxiv="2006.11239")]
    entry = an_entry("a.md", arxiv="2006.11239", title="What it was called")

    assert found(items, [(entry, "A")]) == [(("A", "B"), (Why.IDENTIFIER,))]


def test_what_lies_in_the_trash_is_no_duplicate() -> None:
    items = [an_item(key, arxiv="2006.11239", is_trashed=key == "B") for key in "AB"]

    assert found(items) == []


def test_the_address_of_a_page_makes_no_duplicate() -> None:
    page = (Identifier("url", "https://example.org/list"),)
    entries = [an_entry("a.md", ids=page, title=f"Paper {number}") for number in (1, 2)]

    assert found((), [(entry, "") for entry in entries]) == []


def test_what_surely_is_one_is_told_once_beside_what_may_be() -> None:
    items = [
        an_item("A", arxiv="2006.11239", title=TITLE, authors=HO),
        an_item("B", arxiv="2006.11239", title=TITLE, authors=HO),
        an_item("C", title=f"{TITLE} Revised", authors=HO),
    ]

    assert found(items) == [
        (("A", "B"), (Why.IDENTIFIER,)),
        (("A", "C"), (Why.NEAR_TITLE,)),
    ]


KEYS = st.lists(st.sampled_from(["2006.11239", "2102.09672", ""]), max_size=6)
TITLES = st.sampled_from([TITLE, "Flow", "Attention Is All You Need", ""])


@given(KEYS, st.data())
def test_no_item_is_surely_two_works_and_no_work_is_told_twice(
    arxivs: list[str], data: st.DataObject
) -> None:
    items = [
        an_item(f"K{at}", arxiv=arxiv, title=data.draw(TITLES)) for at, arxiv in enumerate(arxivs)
    ]

    duplicates = find_duplicates(copies_of(items, ()))
    told = [key for one in duplicates if one.is_sure for key in one.items]

    assert len(told) == len(set(told))
    for one in duplicates:
        if one.is_sure:
            assert len({found for copy in one.copies for found in copy.identifiers}) <= 1


@pytest.mark.deep
def test_libraries_of_one_title_take_linear_time() -> None:
    def work(size: int) -> None:
        fields: Fields = {"title": TITLE, "authors": Names(HO)}
        find_duplicates(
            [
                Copy(f"K{at}", fields, frozenset({Identifier("doi", f"10.1/{at}")}))
                for at in range(size)
            ]
        )

    assert growth(work, 500) < LINEAR
