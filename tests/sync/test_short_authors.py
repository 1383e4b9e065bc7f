"""A list that writes short names is in sync with an item that has the whole ones."""

from __future__ import annotations

import pytest

from tests.sync.commands import SYNC
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import Conflict, DivergedField
from zoterodigest.library.port import LibraryItem

PROTEINS = "Learning to Fold Proteins with Graphs"
PICTURES = "Sparse Codes for Moving Pictures"
LABELS = "A Study of Noisy Labels at Scale"
STEPS = "Optimal Transport in Small Steps"
THREE = "Zhang, Ruiz, Xu"


def paper(title: str, authors: str, number: int) -> str:
    arxiv = f"2201.0000{number}"
    return f"- **{title}**\n  - Authors: {authors}\n  - Paper: https://arxiv.org/abs/{arxiv}\n"


def listed(*authors: str) -> str:
    pairs = zip((PROTEINS, PICTURES, LABELS, STEPS), authors, strict=True)
    return "# List\n\n" + "".join(paper(*pair, at) for at, pair in enumerate(pairs, 1))


def creators(*names: str) -> list[dict[str, str]]:
    split = (name.rsplit(" ", 1) for name in names)
    return [{"creatorType": "author", "firstName": a, "lastName": b} for a, b in split]


def people(world: World, title: str) -> list[str]:
    held = world.item(title)["creators"]
    return [one.get("name") or f"{one['firstName']} {one['lastName']}" for one in held]


@pytest.fixture
def short(world: World) -> World:
    """A pushed list of short names; somebody gave the names of one item in full."""
    world.markdown("List.md", listed(THREE, "Müller and Li", "Okafor et al.", "Rossi and Kim"))
    world.first_push()
    world.change(world.key(PROTEINS), creators=creators("Wei Zhang", "Ana Ruiz", "Bo Xu"))
    world.change(world.key(LABELS), creators=creators("Ada Okafor", "Eva Roux", "Kim Sato"))
    return world


def test_whole_names_in_the_library_leave_the_list_as_it_is(short: World) -> None:
    before = (short.root / "List.md").read_bytes()

    plan = short.plan(SYNC)
    short.push(SYNC)

    assert actions(plan) == {}
    assert plan.reports == ()
    assert (short.root / "List.md").read_bytes() == before
    assert people(short, LABELS) == ["Ada Okafor", "Eva Roux", "Kim Sato"]
    assert short.plan(SYNC).is_settled


def test_a_list_that_is_adopted_does_not_diverge_from_whole_names(world: World) -> None:
    world.put_item(
        "ITEM2222", title=PROTEINS, creators=creators("Wei Zhang", "Ana Ruiz", "Bo Xu"),
        url="https://arxiv.org/abs/2201.00001", extra="arXiv: 2201.00001",
    )  # fmt: skip
    world.markdown("List.md", listed(THREE, "Müller and Li", "Okafor et al.", "Rossi and Kim"))

    world.push()

    assert reports(world.plan(SYNC), DivergedField) == []
    assert people(world, PROTEINS) == ["Wei Zhang", "Ana Ruiz", "Bo Xu"]


@pytest.mark.parametrize(
    ("old", "new", "title", "held"),
    [
        (THREE, "Zhang, Ruiz, Lee, Xu", PROTEINS, ["Wei Zhang", "Ana Ruiz", "Lee", "Bo Xu"]),
        (THREE, "Xu, Zhang, Ruiz", PROTEINS, ["Bo Xu", "Wei Zhang", "Ana Ruiz"]),
        (THREE, "Zheng, Ruiz, Xu", PROTEINS, ["Zheng", "Ana Ruiz", "Bo Xu"]),
        (THREE, "Zhang, Ruiz et al.", PROTEINS, ["Wei Zhang", "Ana Ruiz", "Bo Xu"]),
        (THREE, "Zhang and Xu", PROTEINS, ["Wei Zhang", "Bo Xu"]),
        (THREE, "Zhang, Xu", PROTEINS, ["Wei Zhang", "Bo Xu"]),
        (THREE, "Zhang, Ruiz, et al.", PROTEINS, ["Wei Zhang", "Ana Ruiz", "Bo Xu"]),
        (THREE, "Zhang, Ruiz, W. Lee", PROTEINS, ["Wei Zhang", "Ana Ruiz", "W. Lee"]),
        (THREE, "Wen Zhang, Ana Ruiz, Bo Xu", PROTEINS, ["Wen Zhang", "Ana Ruiz", "Bo Xu"]),
        (THREE, "Wei Zhang, Ruiz, Xu", PROTEINS, ["Wei Zhang", "Ana Ruiz", "Bo Xu"]),
        (THREE, "Wen Zhang, Ruiz, Xu", PROTEINS, ["Wen Zhang", "Ana Ruiz", "Bo Xu"]),
        (
            THREE,
            "Zhang, Ruiz, Xu, Kim Lee",
            PROTEINS,
            ["Wei Zhang", "Ana Ruiz", "Bo Xu", "Kim Lee"],
        ),
        (
            "Okafor et al.",
            "Okafor, Roy et al.",
            LABELS,
            ["Ada Okafor", "Roy", "Eva Roux", "Kim Sato"],
        ),
    ],
    ids=[
        "one more", "new order", "somebody else", "cut", "one fewer", "two behind a comma",
        "two behind a comma and cut", "initials beside last names", "whole names",
        "one in whole", "another in whole", "one more in whole", "behind it",
    ],
)  # fmt: skip
def test_an_edit_of_short_names_arrives_and_keeps_the_whole_names_of_all_others(
    short: World, old: str, new: str, title: str, held: list[str]
) -> None:
    short.push(SYNC)

    short.edit("List.md", (f"Authors: {old}\n", f"Authors: {new}\n"))
    short.push(SYNC)

    assert people(short, title) == held
    assert f"Authors: {new}\n" in (short.root / "List.md").read_text("utf-8")
    assert short.plan(SYNC).is_settled


def test_an_edit_in_the_library_arrives_as_the_list_names_people(short: World) -> None:
    short.push(SYNC)

    short.change(short.key(PROTEINS), creators=creators("Wei Zhang", "Luc Van Gool", "Bo Xu"))
    short.push(SYNC)

    assert "Authors: Zhang, Van Gool, Xu\n" in (short.root / "List.md").read_text("utf-8")
    assert people(short, PROTEINS) == ["Wei Zhang", "Luc Van Gool", "Bo Xu"]
    assert short.plan(SYNC).is_settled


def test_whole_names_stay_when_most_of_the_list_has_become_whole(short: World) -> None:
    short.push(SYNC)
    whole = ("Authors: Müller and Li\n", "Authors: Max Müller and Bo Li\n")
    short.edit("List.md", whole, ("Authors: Rossi and Kim\n", "Authors: Ugo Rossi and Eun Kim\n"))
    short.push(SYNC)
    settled = short.plan(SYNC)

    short.edit("List.md", (f"Authors: {THREE}\n", "Authors: Zhang, Ruiz, Lee, Xu\n"))
    short.edit("List.md", ("Authors: Okafor et al.\n", "Authors: Ada Okafor et al.\n"))
    short.push(SYNC)

    (conflict,) = reports(short.plan(SYNC), Conflict)
    assert settled.is_settled
    assert settled.reports == ()
    assert isinstance(conflict, Conflict)
    assert conflict.name == "authors"
    assert people(short, PROTEINS) == ["Wei Zhang", "Ana Ruiz", "Bo Xu"]
    assert people(short, LABELS) == ["Ada Okafor", "Eva Roux", "Kim Sato"]
    assert people(short, PICTURES) == ["Max Müller", "Bo Li"]


def test_two_last_names_parted_by_a_comma_are_two_people(world: World) -> None:
    world.markdown("List.md", listed("Zhang, Ruiz", "Müller and Li", "Okafor et al.", THREE))
    world.first_push()
    pushed = people(world, PROTEINS)
    world.change(world.key(PROTEINS), creators=creators("Wei Zhang", "Ana Ruiz", "Bo Xu"))
    world.push(SYNC)
    longer = (world.root / "List.md").read_text("utf-8")
    world.change(world.key(PROTEINS), creators=creators("Wei Zhang", "Bo Xu"))
    world.push(SYNC)

    assert pushed == ["Zhang", "Ruiz"]
    assert "Authors: Zhang, Ruiz, Xu\n" in longer
    # "Zhang, Xu" alone is Xu Zhang for a reader who does not know the list.
    assert "Authors: Zhang and Xu\n" in (world.root / "List.md").read_text("utf-8")
    assert people(world, PROTEINS) == ["Wei Zhang", "Bo Xu"]
    assert world.plan(SYNC).is_settled


@pytest.mark.parametrize(
    ("newcomer", "shown"),
    [
        ({"firstName": "三", "lastName": "张"}, "张三"),
        ({"firstName": "Jan", "lastName": "van der Berg"}, "van der Berg"),
        ({"name": "Qwen Team"}, "Qwen Team"),
    ],
)
def test_a_person_without_a_usual_short_name_comes_and_all_keep_their_whole_names(
    short: World, newcomer: dict[str, str], shown: str
) -> None:
    short.push(SYNC)
    came = {"creatorType": "author", **newcomer}
    held = [*creators("Wei Zhang", "Ana Ruiz"), came]

    short.change(short.key(PROTEINS), creators=held)
    short.push(SYNC)
    short.edit("List.md", (f"Authors: Zhang, Ruiz, {shown}\n", f"Authors: Zhang, {shown}, Lee\n"))
    short.push(SYNC)

    assert short.item(PROTEINS)["creators"][:2] == [held[0], came]
    assert short.plan(SYNC).is_settled


def test_whose_first_names_to_keep_is_asked_if_a_short_name_may_be_either_of_two(
    short: World,
) -> None:
    key = short.key(PICTURES)
    short.edit("List.md", ("Authors: Müller and Li\n", "Authors: Müller and Müller\n"))
    short.push(SYNC)
    short.change(key, creators=creators("Max Müller", "Ida Müller"))
    short.push(SYNC)

    short.edit("List.md", ("Authors: Müller and Müller\n", "Authors: Müller\n"))
    plan = short.plan(SYNC)

    (conflict,) = reports(plan, Conflict)
    assert isinstance(conflict, Conflict)
    assert conflict.name == "authors"
    assert people(short, PICTURES) == ["Max Müller", "Ida Müller"]


def test_an_item_is_added_with_short_names(short: World) -> None:
    short.push(SYNC)
    collection = next(iter(short.collections().values()))
    title = "Attention without a Softmax at Small Cost"
    data = {
        "itemType": "preprint",
        "title": title,
        "creators": creators("Jia-Kai Wu", "Anna Maria Ruiz"),
        "extra": "arXiv: 2201.00009",
        "url": "https://arxiv.org/abs/2201.00009",
        "collections": [collection],
    }

    short.put(LibraryItem("NEWNEW22", 0, data))
    short.push(SYNC)

    added = paper(title, "Wu and Ruiz", 9)
    assert (short.root / "List.md").read_text("utf-8").endswith(added)
    assert people(short, title) == ["Jia-Kai Wu", "Anna Maria Ruiz"]
    assert reports(short.plan(SYNC), DivergedField) == []
    assert short.plan(SYNC).is_settled


def test_in_a_list_of_whole_names_a_whole_name_takes_the_place_of_a_short_one(
    world: World,
) -> None:
    whole = ("Max Müller, Bo Li", "Ada Okafor et al.", "Ugo Rossi, Eun Kim")
    world.markdown("List.md", listed("W. Zhang, B. Xu", *whole))
    world.first_push()

    world.change(world.key(PROTEINS), creators=creators("Wei Zhang", "Bo Xu"))
    world.push(SYNC)

    assert "Authors: Wei Zhang, Bo Xu\n" in (world.root / "List.md").read_text("utf-8")
    assert world.plan(SYNC).is_settled
