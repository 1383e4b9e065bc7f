"""What sources say comes into items, never over a person's words, and never into a digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import TWO_WAY, World, an_entry, an_item, value
from zoterodigest.core.plan.found import LookupResult, better_authors
from zoterodigest.core.plan.plan import ChangeEntry, ChangeItem, CreateItem, Plan
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.core.plan.run_options import NONE, Directions
from zoterodigest.core.values.record import EMPTY, Members, Names, Value

PAPER = "2401.00001"
FULL = Names(("Ada Lovelace", "Alan Turing", "Grace Hopper", "Kurt Gödel"))
CUT = Names(("Ada Lovelace", "Alan Turing"), truncated=True)


def found(replaces: str = "", travels: str = "", **given: Value | tuple[str, ...]) -> LookupResult:
    fields = {name: value(text, name) for name, text in given.items()}
    sources = dict.fromkeys(fields, "arXiv")
    return LookupResult(fields, sources, frozenset(replaces.split()), frozenset(travels.split()))


def key_of(world: World) -> str:
    (key,) = {link.row.item for link in world.plan().links}
    return key


def looked_up(world: World, said: LookupResult, directions: Directions = TWO_WAY) -> Plan:
    """Run with what sources say of the one item there is."""
    return world.run(replace(world.run_options(directions), found={key_of(world): said}))


def changes(plan: Plan) -> Mapping[str, Value]:
    (change,) = (one for one in plan.actions if isinstance(one, ChangeItem))
    return change.after


def is_in_sync(world: World) -> bool:
    return world.plan(directions=TWO_WAY).is_settled


def test_what_an_item_lacks_is_filled_in_and_nothing_else_is_touched() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", abstract="Mine.")]})
    world.run()

    plan = looked_up(world, found(abstract="Theirs.", date="2024-01-05", title="Other"))

    assert changes(plan) == {"date": "2024-01-05"}
    (change,) = plan.actions
    assert isinstance(change, ChangeItem)
    assert change.fills == {"date"}
    assert change.sources == {"date": "arXiv"}
    assert is_in_sync(world)


def test_a_new_item_comes_with_what_was_found() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T")]})

    plan = looked_up(world, found(abstract="Theirs.", authors=FULL))

    (create,) = (one for one in plan.actions if isinstance(one, CreateItem))
    assert create.fields == {"title": "T", "arxiv": PAPER, "abstract": "Theirs.", "authors": FULL}
    assert create.sources == {"abstract": "arXiv", "authors": "arXiv"}
    assert is_in_sync(world)


def test_an_empty_place_of_an_entry_stays_empty_whatever_becomes_of_the_item() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", abstract=EMPTY)]})
    world.run()

    looked_up(world, found(abstract="Theirs."))
    plan = world.run(directions=TWO_WAY)
    world.edit_item(key_of(world), abstract="Edited in the library.")
    later = world.run(directions=TWO_WAY)

    assert not plan.actions
    assert not later.actions
    assert not later.reports
    assert world.digests["a.md"][0].fields["abstract"] == EMPTY


def test_user_names_give_way_to_names_and_stay_in_the_digest() -> None:
    handles = Names(("Khoi Nguyen", "anhttran1111"))
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", authors=handles)]})
    world.run()

    plan = looked_up(world, found(authors=FULL))

    assert changes(plan) == {"authors": FULL}
    assert world.digests["a.md"][0].fields["authors"] == handles
    (report,) = world.run(directions=TWO_WAY).reports
    assert isinstance(report, DivergedField)
    assert is_in_sync(world)


def test_a_new_item_has_names_in_the_place_of_user_names() -> None:
    handles = Names(("anhttran1111", "viettmab"))
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", authors=handles)]})

    looked_up(world, found(authors=FULL))

    assert world.items[key_of(world)].fields["authors"] == FULL
    assert is_in_sync(world)


def test_authors_behind_et_al_are_added_and_only_those_shown_travel_later() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", authors=CUT)]})
    world.run()

    looked_up(world, found(authors=FULL))

    key = key_of(world)
    assert world.items[key].fields["authors"] == FULL
    assert is_in_sync(world)
    world.edit_item(key, authors=Names((*FULL.people[:3], "K. F. Gödel")))
    assert not world.run(directions=TWO_WAY).actions
    world.edit_item(key, authors=Names(("Ada King", *FULL.people[1:])))
    (change,) = world.run(directions=TWO_WAY).actions
    assert isinstance(change, ChangeEntry)
    assert change.after == {"authors": Names(("Ada King", "Alan Turing"), truncated=True)}


@pytest.mark.parametrize(
    ("held", "shown", "better"),
    [
        (Names(("A. Lovelace", "A. Turing")), Names(("A. Lovelace", "A. Turing"), True),
         Names(("A. Lovelace", "A. Turing", "Grace Hopper", "Kurt Gödel"))),
        (Names(CUT.people), Names(CUT.people), None),
        (Names((*CUT.people, "Me")), CUT, None),
        (Names(("Alan Turing", "Ada King")), Names(("Alan Turing", "Ada King"), True), None),
        (Names(("ada_l", "Alan Turing")), Names(("ada_l", "Alan Turing")), FULL),
        (Names(("ada_l", "Alan Turing")), Names(("Ada L", "Alan Turing")), None),
        (Names(FULL.people), Names(FULL.people, True), None),
    ],
    ids=["in short", "all are named", "edited", "in another order", "a user name",
         "a user name of the person's own", "nobody is hidden"],
)  # fmt: skip
def test_authors_give_way_only_while_they_are_a_list_that_is_cut_or_of_user_names(
    held: Names, shown: Names, better: Names | None
) -> None:
    assert better_authors(held, FULL, [shown]) == better


def test_one_entry_that_names_all_keeps_the_list_of_another_that_is_cut() -> None:
    assert better_authors(Names(CUT.people), FULL, [CUT, Names(CUT.people)]) is None


@pytest.mark.parametrize(
    ("people", "truncated", "better"),
    [
        (("Lovelace", "Turing", "Hopper", "Gödel"), False, FULL),
        (("A. Lovelace",), True, FULL),
        (("Lovelace", "Turing"), False, None),
        (("Lovelace", "Tarski"), True, None),
    ],
    ids=["all are named", "cut", "others are hidden", "somebody else"],
)
def test_whole_names_take_the_place_of_short_ones_where_the_digest_names_people_in_short(
    people: tuple[str, ...], truncated: bool, better: Names | None
) -> None:
    shown = Names(people, truncated, are_short=True)

    assert better_authors(Names(people), FULL, [shown]) == better
    assert better_authors(Names(people), FULL, [Names(people)]) is None


def test_whole_names_come_beside_a_team_and_whoever_is_named_in_whole() -> None:
    held = Names(("Lovelace", "OpenAI", "Grace Hopper"), are_short=True)
    found = Names(("Ada Lovelace", "OpenAI", "Hopper, Grace"))

    better = better_authors(held, found, [held])

    assert better == Names(("Ada Lovelace", "OpenAI", "Grace Hopper"))


def test_an_edit_of_the_same_run_goes_before_what_was_found() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", abstract=EMPTY)]})
    world.run()
    world.edit("a.md", 0, abstract="Mine.")

    looked_up(world, found(replaces="abstract", abstract="Theirs."))

    assert world.items[key_of(world)].fields["abstract"] == "Mine."
    assert is_in_sync(world)


@pytest.mark.parametrize("at_item", [False, True], ids=["in the digest", "in the library"])
def test_a_field_with_an_edit_that_waits_is_left_to_it(at_item: bool) -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", abstract="Old.")]})
    world.run()
    if at_item:
        world.edit_item(key_of(world), abstract=EMPTY)
    else:
        world.edit_item(key_of(world), abstract=EMPTY)
        world.edit("a.md", 0, abstract="Newer.")

    plan = looked_up(world, found(abstract="Theirs."), Directions(NONE, NONE))

    assert not plan.actions


def test_a_value_that_replaces_one_becomes_apart_and_nothing_of_it_travels() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", venue="arXiv")]})
    world.run()

    looked_up(world, found(replaces="venue", venue="CVPR"))

    assert world.items[key_of(world)].fields["venue"] == "CVPR"
    (report,) = world.run(directions=TWO_WAY).reports
    assert isinstance(report, DivergedField)
    assert world.digests["a.md"][0].fields["venue"] == "arXiv"
    assert is_in_sync(world)


def test_a_value_that_is_to_travel_comes_into_the_digest() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", venue="arXiv")]})
    world.run()

    looked_up(world, found(replaces="venue", travels="venue", venue="CVPR"))

    assert world.digests["a.md"][0].fields["venue"] == "CVPR"
    assert not world.plan(directions=TWO_WAY).reports
    assert is_in_sync(world)


@pytest.mark.parametrize(("digest", "travels"), [("b.md", "venue"), ("refs.bib", "")])
def test_a_value_that_is_to_travel_comes_into_a_new_entry_of_the_paper(
    digest: str, travels: str
) -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", venue="arXiv")]})
    world.run()

    world.digests[digest] = [an_entry(digest, arxiv=PAPER, title="T", venue="arXiv")]
    looked_up(world, found(replaces="venue", travels=travels, venue="CVPR"))

    assert world.digests[digest][0].fields["venue"] == "CVPR"
    assert is_in_sync(world)


def test_what_was_found_goes_on_into_a_bibliography() -> None:
    entries = {
        "a.md": [an_entry(arxiv=PAPER, title="T", doi=EMPTY)],
        "refs.bib": [an_entry("refs.bib", arxiv=PAPER, title="T", doi=EMPTY)],
    }
    world = World(entries)
    world.run()

    looked_up(world, found(doi="10.1000/1"))

    assert world.digests["refs.bib"][0].fields["doi"] == "10.1000/1"
    assert world.digests["a.md"][0].fields["doi"] == EMPTY
    assert is_in_sync(world)


def test_categories_that_were_found_do_not_travel_and_one_added_later_does() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", task=EMPTY)]})
    world.run()

    looked_up(world, found(task=("one", "two")))
    first = world.run(directions=TWO_WAY)
    world.edit_item(key_of(world), task=Members(("one", "two", "three")))
    world.run(directions=TWO_WAY)

    assert not first.actions
    assert world.digests["a.md"][0].fields["task"] == Members(("three",))
    assert is_in_sync(world)


def test_a_date_fills_in_only_where_not_even_the_year_is_known() -> None:
    entry = an_entry(arxiv=PAPER, title="T", year="2023")
    world = World({"a.md": [entry]}, {"K": an_item("K", arxiv=PAPER, title="T", year="2023")})
    world.run()

    plan = looked_up(world, found(date="2022-11-05", abstract="Theirs."))

    assert changes(plan) == {"abstract": "Theirs."}


def test_the_year_that_comes_with_a_date_does_not_travel_either() -> None:
    entry = an_entry(arxiv=PAPER, title="T", year=EMPTY)
    world = World({"a.md": [entry]}, {"K": an_item("K", arxiv=PAPER, title="T", year=EMPTY)})
    world.run()

    plan = looked_up(world, found(date="2022-11-05"))

    (link,) = plan.links
    assert changes(plan) == {"date": "2022-11-05"}
    assert link.row.diverged == {"year"}


def test_pages_come_only_with_a_venue() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T")]})
    item = an_item("K", arxiv=PAPER, title="T", pages=EMPTY)
    world.items["K"] = replace(item, homeless=frozenset({"pages"}))
    world.run()

    assert not looked_up(world, found(pages="1-8")).actions
    assert changes(looked_up(world, found(pages="1-8", venue="CVPR"))).keys() == {"pages", "venue"}


@pytest.mark.parametrize("venue", ["ICML", "Under review"])
def test_the_day_a_paper_was_first_seen_is_no_date_of_what_has_a_venue(venue: str) -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", venue=venue)]})
    world.run()

    assert not looked_up(world, found(date="2022-11-05")).actions


@pytest.mark.parametrize("people", [CUT.people, ("ada99", "alan12")])
def test_authors_that_a_person_gave_an_adopted_item_stay(people: tuple[str, ...]) -> None:
    shown = Names(people, truncated=True)
    world = World(
        {"a.md": [an_entry(arxiv=PAPER, title="T", authors=shown)]},
        {"K": an_item("K", arxiv=PAPER, title="T", authors=people)},
    )
    world.run()

    looked_up(world, found(authors=FULL))

    assert world.items["K"].fields["authors"] == Names(people)


def test_authors_that_we_filled_into_an_adopted_item_are_completed() -> None:
    world = World(
        {"a.md": [an_entry(arxiv=PAPER, title="T", authors=CUT)]},
        {"K": an_item("K", arxiv=PAPER, title="T", authors=EMPTY)},
    )
    world.run()

    looked_up(world, found(authors=FULL))

    assert world.items["K"].fields["authors"] == FULL


def test_what_fills_in_an_adopted_item_is_in_the_origin_and_what_replaces_is_not() -> None:
    world = World(
        {"a.md": [an_entry(arxiv=PAPER, title="T", authors=CUT)]},
        {"K": an_item("K", arxiv=PAPER, title="T", authors=CUT.people)},
    )
    world.run()

    looked_up(world, found(replaces="authors", abstract="Theirs.", authors=FULL))

    (row,) = world.rows
    assert row.origin.fields == {"abstract"}
    assert world.items["K"].fields["authors"] == FULL


def test_nothing_is_taken_by_an_item_that_is_not_what_it_was_when_it_was_looked_at() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", venue="arxiv")]})
    world.run()
    said = replace(
        found(replaces="venue year", venue="CVPR", year="2024", doi="10.1/x"),
        expects={"venue": "arxiv"},
    )
    world.edit_item(key_of(world), venue="Somewhere of the person's own")

    plan = looked_up(world, said, Directions(NONE, NONE))

    assert not plan.actions


def test_nothing_is_taken_while_an_edit_of_what_is_expected_is_still_to_travel() -> None:
    world = World({"a.md": [an_entry(arxiv=PAPER, title="T", venue="arxiv")]})
    world.run()
    said = replace(
        found(replaces="venue year", venue="CVPR", year="2024", doi="10.1/x"),
        expects={"venue": "arxiv"},
    )
    world.digests["a.md"] = [an_entry(arxiv=PAPER, title="T", venue="ICCV")]

    plan = looked_up(world, said, Directions(NONE, NONE))

    assert not plan.actions


Record = dict[str, Any]

_names = st.sampled_from(
    [EMPTY, CUT, FULL, Names(CUT.people), Names(("ada_l",)), Names(("Ann Other",))]
)
_texts = st.sampled_from([EMPTY, "p", "q"])
_tasks = st.sampled_from([EMPTY, Members(("a",)), Members(("a", "b"))])
_records = st.fixed_dictionaries(
    {"authors": _names, "abstract": _texts, "venue": _texts, "doi": _texts, "task": _tasks}
)


@given(
    entries=st.lists(_records, min_size=1, max_size=2),
    edited=st.none() | _records,
    said=_records,
    replaces=st.sampled_from(["", "venue", "venue doi"]),
    directions=st.sampled_from([Directions(), TWO_WAY, Directions(NONE, NONE)]),
    is_linked=st.booleans(),
)
def test_no_digest_changes_by_what_is_found_and_a_second_run_has_nothing_to_do(
    entries: list[Record],
    edited: Record | None,
    said: Record,
    replaces: str,
    directions: Directions,
    is_linked: bool,
) -> None:
    names = ("a.md", "b.md")[: len(entries)]
    world = World(
        {
            name: [an_entry(name, arxiv=PAPER, title="T", **fields)]
            for name, fields in zip(names, entries, strict=True)
        }
    )
    if is_linked:
        world.run(directions=TWO_WAY)
        if edited is not None:
            world.edit_item(key_of(world), **edited)
    planned = world.plan(directions=directions)
    expected = [one for one in planned.actions if isinstance(one, ChangeEntry)]
    then = dict(world.items)

    plan = looked_up(world, found(replaces=replaces, **said), directions)

    assert [one for one in plan.actions if isinstance(one, ChangeEntry)] == expected
    for action in plan.actions:
        match action:
            case ChangeItem(key, before=before, sources=sources):
                kept = sources.keys() - {"authors"} - set(replaces.split())
                assert all(before[name] == EMPTY == then[key].fields[name] for name in kept)
            case _:
                pass
    if directions != Directions(NONE, NONE):
        world.run(directions=TWO_WAY)
        digests = {name: list(world.digests[name]) for name in names}
        looked_up(world, found(replaces=replaces, **said))
        assert not looked_up(world, found(replaces=replaces, **said)).actions
        assert is_in_sync(world)
        assert digests == world.digests
