"""Choosing: what a person chose, or prefers, decides exactly that field and nothing else."""

from __future__ import annotations

import pytest

from tests.core.world import TWO_WAY, World, an_entry, an_item
from zoterodigest.core.plan.plan import ChangeEntry, ChangeItem, ChangeNote, Plan
from zoterodigest.core.plan.reports import Conflict, DivergedField
from zoterodigest.core.plan.run_options import Choices, Directions, End, Rules, RunOptions
from zoterodigest.core.values.record import EMPTY, Blocks, Hyperlink, Names, Value, WebLinks

AUTHORS = Names(("Ada Lovelace", "Alan Turing", "Grace Hopper"))


def a_conflict(name: str = "title", entry: Value = "By Ada", item: Value = "By Ben") -> World:
    """A paper pushed, then changed at both ends in the field `name`."""
    world = World()
    entry_before = an_entry(
        arxiv="2401.00001", title="A paper", venue="CVPR 2024", authors=AUTHORS, links=EMPTY,
        summary=("One.", "Two."),
    )  # fmt: skip
    world.digests["a.md"] = [entry_before]
    world.run()
    world.edit("a.md", 0, **{name: entry})
    change_item(world, name, item)
    return world


def change_item(world: World, name: str, value: Value) -> None:
    row = world.row_of("a.md", 0)
    if name == "summary":
        world.edit_note(row.item, row.id, summary=value)
    else:
        world.edit_item(row.item, **{name: value})


def ends(world: World, name: str) -> tuple[Value, Value]:
    row, entry = world.row_of("a.md", 0), world.digests["a.md"][0]
    item = world.items[row.item]
    held = item.notes[row.id].fields[name] if name == "summary" else item.fields[name]
    return entry.fields[name], held


def run_options(
    choices: Choices | None = None,
    prefer: dict[str, End] | None = None,
    directions: Directions = TWO_WAY,
) -> RunOptions:
    return RunOptions(
        {"a.md": Rules(directions, ("a.md",))},
        prefer=prefer or {},
        choices=choices or Choices(),
        only_choices=choices is not None,
    )


def chosen(world: World, name: str, choice: End | Value) -> Choices:
    key = (world.row_of("a.md", 0).id, name)
    return Choices({key: choice}, seen={key: ends(world, name)})


def conflicts(plan: Plan) -> list[str]:
    return [report.name for report in plan.reports if isinstance(report, Conflict)]


def code(url: str) -> WebLinks:
    return WebLinks((Hyperlink("Code", url),))


KINDS: list[tuple[str, Value, Value, Value]] = [
    ("title", "By Ada", "By Ben", "By both"),
    ("venue", "ICCV 2024", "ECCV 2024", "NeurIPS 2024"),
    ("authors", Names(("Ada Lovelace",)), Names(("Alan Turing",)), AUTHORS),
    ("links", code("https://a.org"), code("https://b.org"), code("https://c.org")),
    ("summary", Blocks(("Uno.", "Two.")), Blocks(("Eins.", "Two.")), Blocks(("Un.", "Two."))),
]


@pytest.mark.parametrize(("name", "entry", "item", "value"), KINDS)
def test_a_choice_brings_both_ends_to_what_was_chosen(
    name: str, entry: Value, item: Value, value: Value
) -> None:
    for choice, expected in ((End.MARKDOWN, entry), (End.ZOTERO, item), (value, value)):
        world = a_conflict(name, entry, item)

        world.run(run_options(chosen(world, name, choice)))

        assert ends(world, name) == (expected, expected)
        assert world.plan(run_options()).is_settled


def test_links_under_other_labels_stay_whichever_end_holds() -> None:
    paper, page = Hyperlink("Paper", "https://p.org"), Hyperlink("Page", "https://q.org")
    entry, item = code("https://a.org"), code("https://b.org")
    world = a_conflict(
        "links", WebLinks((*entry.hyperlinks, paper)), WebLinks((*item.hyperlinks, page))
    )

    world.run(run_options(chosen(world, "links", End.ZOTERO)))

    found = ends(world, "links")
    assert [set(links.hyperlinks) for links in found if isinstance(links, WebLinks)] == [
        {*item.hyperlinks, paper, page}
    ] * 2


def test_authors_are_cut_where_the_entry_cuts_them() -> None:
    cut = Names(("Ada Lovelace",), truncated=True)
    world = a_conflict("authors", cut, Names(("Grace Hopper", "Alan Turing")))

    world.run(run_options(chosen(world, "authors", End.ZOTERO)))

    full = Names(("Grace Hopper", "Alan Turing"))
    assert ends(world, "authors") == (Names(("Grace Hopper",), truncated=True), full)


def test_nothing_but_what_was_chosen_travels() -> None:
    world = a_conflict()
    world.edit("a.md", 0, venue="ICCV 2024")
    change_item(world, "summary", Blocks(("One.", "Two.", "Three.")))

    plan = world.plan(
        run_options(chosen(world, "title", End.ZOTERO), prefer={"venue": End.MARKDOWN})
    )

    (action,) = plan.actions
    assert isinstance(action, ChangeEntry)
    assert action.after == {"title": "By Ben"}


def test_what_is_preferred_decides_nothing_where_a_person_chooses() -> None:
    world = a_conflict()
    world.edit("a.md", 0, venue="ICCV 2024")
    change_item(world, "venue", "ECCV 2024")

    plan = world.plan(
        run_options(chosen(world, "title", End.ZOTERO), prefer={"venue": End.MARKDOWN})
    )

    assert conflicts(plan) == ["venue"]
    assert [type(action) for action in plan.actions] == [ChangeEntry]


def test_a_choice_goes_where_the_directions_do_not() -> None:
    world = a_conflict()

    world.run(run_options(chosen(world, "title", End.ZOTERO), directions=Directions()))

    assert ends(world, "title") == ("By Ben", "By Ben")


@pytest.mark.parametrize("choice", [End.MARKDOWN, End.ZOTERO, "By both"])
def test_a_choice_over_other_values_than_were_seen_changes_nothing(choice: End | str) -> None:
    at_item, at_entry = a_conflict(), a_conflict()
    first, second = (chosen(world, "title", choice) for world in (at_item, at_entry))

    change_item(at_item, "title", "By Ben, later")
    at_entry.edit("a.md", 0, title="By Ada, later")

    for world, choices in ((at_item, first), (at_entry, second)):
        plan = world.plan(run_options(choices))
        assert plan.actions == ()
        assert conflicts(plan) == ["title"]


Seen = dict[tuple[str, str], tuple[Value, Value]]


def twins_in_conflict() -> tuple[World, str, Seen]:
    """Return a world in which the titles of two twins and of their item were edited apart, the
    item's key, and what a person sees of each twin's title.
    """
    world = World()
    for digest in ("a.md", "b.md"):
        world.digests[digest] = [an_entry(digest, arxiv="2401.00001", title="A paper")]
    world.run()
    world.edit("a.md", 0, title="By Ada")
    world.edit("b.md", 0, title="By Bob")
    item = world.row_of("a.md", 0).item
    world.edit_item(item, title="By Ben")
    keys = [(world.row_of(digest, 0).id, "title") for digest in ("a.md", "b.md")]
    seen: Seen = dict(zip(keys, [("By Ada", "By Ben"), ("By Bob", "By Ben")], strict=True))
    return world, item, seen


def test_of_twins_that_hold_against_each_other_the_second_stays_in_conflict() -> None:
    world, item, seen = twins_in_conflict()
    both = Choices(dict.fromkeys(seen, End.MARKDOWN), seen=seen)
    rules = {digest: Rules(TWO_WAY, (digest,)) for digest in ("a.md", "b.md")}

    plan = world.run(RunOptions(rules, choices=both, only_choices=True))

    assert world.items[item].fields["title"] == "By Ada"
    assert [entries[0].fields["title"] for entries in world.digests.values()] == [
        "By Ada", "By Bob"
    ]  # fmt: skip
    assert conflicts(plan) == ["title"]


def test_twins_that_both_follow_the_item_are_joined_in_one_run() -> None:
    world, item, seen = twins_in_conflict()
    rules = {digest: Rules(TWO_WAY, (digest,)) for digest in ("a.md", "b.md")}

    world.run(
        RunOptions(rules, choices=Choices(dict.fromkeys(seen, End.ZOTERO), seen), only_choices=True)
    )

    titles = [entries[0].fields["title"] for entries in world.digests.values()]
    assert [*titles, world.items[item].fields["title"]] == ["By Ben"] * 3
    assert world.plan(RunOptions(rules)).is_settled


def test_an_edited_value_reaches_the_entry_of_an_item_with_twins() -> None:
    world = World()
    for digest in ("a.md", "b.md"):
        world.digests[digest] = [an_entry(digest, arxiv="2401.00001", title="A paper")]
    world.run()
    world.edit("a.md", 0, title="By Ada")
    item = world.row_of("a.md", 0).item
    world.edit_item(item, title="By Ben")
    key = (world.row_of("a.md", 0).id, "title")
    choices = Choices({key: "By both"}, seen={key: ("By Ada", "By Ben")})
    rules = {digest: Rules(TWO_WAY, (digest,)) for digest in ("a.md", "b.md")}

    world.run(RunOptions(rules, choices=choices))

    titles = [entries[0].fields["title"] for entries in world.digests.values()]
    assert [*titles, world.items[item].fields["title"]] == ["By both"] * 3


@pytest.mark.parametrize(
    ("prefer", "title", "summary"),
    [
        ({"title": End.ZOTERO, "summary": End.MARKDOWN}, "By Ben", "Uno."),
        ({"title": End.MARKDOWN, "summary": End.ZOTERO}, "By Ada", "Eins."),
    ],
)
def test_what_is_preferred_decides_conflicts(
    prefer: dict[str, End], title: str, summary: str
) -> None:
    world = a_conflict()
    world.edit("a.md", 0, summary=Blocks(("Uno.", "Two.")))
    change_item(world, "summary", Blocks(("Eins.", "Two.")))

    plan = world.run(run_options(prefer=prefer))

    assert conflicts(plan) == []
    assert ends(world, "title") == (title, title)
    assert ends(world, "summary") == (Blocks((summary, "Two.")),) * 2


def test_what_is_preferred_joins_no_field_that_is_apart() -> None:
    world = World()
    world.digests["a.md"] = [an_entry(arxiv="2401.00001", title="A paper", venue="CVPR 2024")]
    world.run()
    world.lose_lock()
    change_apart(world)

    plan = world.run(run_options(prefer={"venue": End.ZOTERO}))

    assert [report.name for report in plan.reports if isinstance(report, DivergedField)] == [
        "venue"
    ]


def test_a_field_apart_is_joined_by_a_choice_and_travels_from_then_on() -> None:
    world = World()
    world.digests["a.md"] = [an_entry(arxiv="2401.00001", title="A paper", venue="CVPR 2024")]
    world.run()
    world.lose_lock()
    change_apart(world)
    world.run()

    world.run(run_options(chosen(world, "venue", End.MARKDOWN)))
    change_item(world, "venue", "ICCV 2025")
    plan = world.run(run_options())

    assert not [report for report in plan.reports if isinstance(report, DivergedField)]
    assert ends(world, "venue") == ("ICCV 2025", "ICCV 2025")


def change_apart(world: World) -> None:
    (item,) = world.items
    world.edit_item(item, venue="ECCV 2024")


def test_a_choice_for_a_note_changes_the_note_and_no_item() -> None:
    name, entry, item, _ = KINDS[-1]
    world = a_conflict(name, entry, item)

    plan = world.plan(run_options(chosen(world, name, End.MARKDOWN)))

    assert [type(action) for action in plan.actions] == [ChangeNote]
    assert not [action for action in plan.actions if isinstance(action, ChangeItem)]


@pytest.mark.parametrize("named", [1, 2])
def test_a_choice_for_the_digest_drops_no_author_who_was_hidden_behind_et_al(named: int) -> None:
    people = ("Ada Bee", "Cy Cox", "Di Do")
    cut = Names(people[:named], truncated=True)
    entry = an_entry(arxiv="2401.00001", title="A paper", authors=cut)
    item = an_item("ARXIV222", arxiv="2401.00001", title="A paper", authors=people)
    world = World({"a.md": [entry]}, {item.key: item})
    world.run()
    world.edit("a.md", 0, authors=Names(("Ada Bee", "New Name"), truncated=True))
    change_item(world, "authors", Names(("Ada Bee", "Cyd Cox", "Di Do")))
    assert conflicts(world.plan(run_options())) == ["authors"]

    world.run(run_options(chosen(world, "authors", End.MARKDOWN)))

    expected = Names(("Ada Bee", "New Name", "Cyd Cox", "Di Do"))
    assert ends(world, "authors")[1] == expected
    assert world.plan(run_options()).is_settled
