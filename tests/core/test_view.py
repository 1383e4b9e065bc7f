"""Ends are compared as the entry shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.core.links.view import Folding, as_shown, equal, for_item
from zoterodigest.core.values.record import EMPTY, Hyperlink, Members, Names, Value, WebLinks

FOLDING = Folding(venue=lambda text: text.lower().removeprefix("conf "))
PEOPLE = ("Ada A", "Ben B", "Cem C", "Dora D")


@pytest.mark.parametrize(
    ("name", "at_entry", "at_item"),
    [
        ("title", "A <b>Title</b>", "a title"),
        ("venue", "ICLR", "Conf ICLR"),
        ("year", "2024", "2024-05-01"),
        ("date", "2024-05", "2024-05-01"),
        ("task", Members(("B", "a")), Members(("b", "A"))),
        ("authors", Names(PEOPLE[:2], truncated=True), Names(PEOPLE)),
        ("authors", Names(("Doe, Jane",)), Names(("Jane Doe",))),
        ("abstract", "two\nlines", "two lines"),
        ("links", WebLinks((Hyperlink("Code", "http://x.org/"),)), WebLinks((Hyperlink("code", "https://x.org"),))),
        ("comment", EMPTY, ""),
    ],
)  # fmt: skip
def test_in_step_up_to_spelling(name: str, at_entry: Value, at_item: Value) -> None:
    assert equal(name, at_entry, at_item, FOLDING)
    assert as_shown(name, at_entry, at_item, FOLDING) == at_entry


@pytest.mark.parametrize(
    ("name", "at_entry", "at_item", "shown"),
    [
        ("date", "2024-05", "2024-06-01", "2024-06"),
        ("date", "2024-05-01", "2024", "2024"),
        ("year", "2023", "2024-06-01", "2024"),
        ("authors", Names(("Ada A", "X"), truncated=True), Names(PEOPLE), Names(PEOPLE[:2], True)),
        ("authors", EMPTY, Names(PEOPLE), Names(PEOPLE)),
        ("title", "A", EMPTY, EMPTY),
    ],
)
def test_what_differs_is_shown_in_the_entry_s_manner(
    name: str, at_entry: Value, at_item: Value, shown: Value
) -> None:
    assert not equal(name, at_entry, at_item, FOLDING)
    assert as_shown(name, at_entry, at_item, FOLDING) == shown


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (("Ada A", "B. B"), ("Ada A", "B. B", "Cem C", "Dora D")),
        (("Ada A", "New B"), ("Ada A", "New B", "Ben B", "Cem C", "Dora D")),
        (("Zoe Z", "Ada A", "Ben B"), ("Zoe Z", "Ada A", "Ben B", "Cem C", "Dora D")),
        (("A. A", "B. B"), ("A. A", "B. B", "Cem C", "Dora D")),
    ],
)
def test_people_behind_et_al_stay(shown: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert for_item(Names(shown, truncated=True), Names(PEOPLE)) == Names(expected)


@given(st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1).map(tuple), st.booleans())
def test_item_shows_what_was_put_into_it(people: tuple[str, ...], is_truncated: bool) -> None:
    at_entry = Names(people, is_truncated)

    assert equal("authors", at_entry, for_item(at_entry, Names(PEOPLE)), FOLDING)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (("Ada Arendt", "Nora New"), ("Ada Arendt", "Nora New", "Ben Blau", "Cem Can")),
        (("Ada Arendt", "Cem Can"), ("Ada Arendt", "Cem Can", "Ben Blau")),
        (("Ada Arendt", "B. Blau"), ("Ada Arendt", "B. Blau", "Cem Can")),
        (("Ada Arend",), ("Ada Arend", "Ben Blau", "Cem Can")),
    ],
)
def test_who_may_be_hidden_stays_if_nobody_knows_whom_the_entry_named_before(
    shown: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    held = Names(("Ada Arendt", "Ben Blau", "Cem Can"))

    assert for_item(Names(shown, truncated=True), held) == Names(expected)


@pytest.mark.parametrize(
    ("person", "shown", "is_respelled"),
    [
        ("Wei Wang", "Wen Wang", False),
        ("Wei Wang", "Wei Zhang", False),
        ("Wei Zhang", "Wei Zheng", False),
        ("Jin Li", "Jin Liu", False),
        ("Wei Wang", "Weiming Wang", False),
        ("John A. Smith", "John B. Smith", False),
        ("John Smith", "K. Smith", False),
        ("Qwen Team", "Gemma Team", False),
        ("张三", "张四", False),
        ("张三", "张三丰", False),
        ("Wei Wang", "W. Wang", True),
        ("J. Smith", "John Smith", True),
        ("John A. Smith", "John Smith", True),
        ("Wei Wang", "Wang Wei", True),
        ("Jan Müller", "Jan Mueller", True),
        ("José García", "Jose Garcia", True),
        ("Xiao-Ming Chen", "Xiaoming Chen", True),
        ("Jean-Pierre Serre", "J.-P. Serre", True),
        ("Jean-Pierre Serre", "JP Serre", True),
        ("Jan van der Berg", "Jan Berg", True),
        ("Ada Lovelace", "Ada Lovelase", True),
        ("Wang", "Wei Wang", True),
    ],
)
def test_a_name_takes_the_place_of_a_hidden_one_only_as_its_spelling(
    person: str, shown: str, is_respelled: bool
) -> None:
    people = ("Ada Arendt", person, "Cem Can")
    at_entry = Names(("Ada Arendt", shown), truncated=True)

    named = for_item(at_entry, Names(people))

    rest = () if is_respelled else (person,)
    assert named == Names(("Ada Arendt", shown, *rest, "Cem Can"))
