"""Tags of notes and the person's own tags in Zotero: both ways, one by one, if it was chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sync.world import World
from tests.vaults.test_laws import (
    RULES,
    TITLES,
    a_note,
    linked,
    path_of,
    planned,
    sync,
)
from zoterodigest.core.plan.run_options import End
from zoterodigest.sync.run.conflicts import open_fields
from zoterodigest.sync.syncing.resolve import Decision, prepare_resolve
from zoterodigest.sync.syncing.sync_run import carry_out

Tags = list[dict[str, Any]]
OTHERS: Tags = [
    {"tag": "Computer Science", "type": 1},
    {"tag": "C++"},
    {"tag": "ObsCite"},
    {"tag": "from Zotero"},
    {"tag": "task:translation"},
]


@pytest.fixture
def path(world: World) -> Path:
    """A synced note with tags, whose item has tags of all kinds."""
    return lay_out(world, "tags: [Machine-Learning, nets]  # mine\n", OTHERS)


def lay_out(world: World, front: str, tags: Tags, rules: str = "tags = true\n") -> Path:
    world.configure(RULES + rules)
    (world.root / "Papers").mkdir()
    path = path_of(world, "adam2015")
    path.write_text(a_note("adam2015", more=front))
    world.put_item(
        "ADAM2AAA", title=TITLES["adam2015"], date="2017", citationKey="adam2015", tags=tags
    )
    sync(world)
    return path


def tags_in(world: World) -> Tags:
    return list(world.item(TITLES["adam2015"])["tags"])


def names(tags: Tags) -> set[str]:
    return {tag["tag"] for tag in tags}


def give(world: World, tags: Tags) -> None:
    world.change(linked(world)["Papers/@adam2015.md"], tags=tags)


def test_tags_of_a_note_are_tags_in_zotero_beside_all_that_were_there(
    world: World, path: Path
) -> None:
    assert sorted(tags_in(world), key=str) == sorted(
        [*OTHERS, {"tag": "Machine-Learning"}, {"tag": "nets"}], key=str
    )
    assert "tags: [Machine-Learning, nets]  # mine\n" in path.read_text()
    assert planned(world).is_settled


def test_tags_stay_where_they_are_unless_it_was_chosen(world: World) -> None:
    path = lay_out(world, "tags: [nets]\n", OTHERS, rules="")

    assert tags_in(world) == sorted(OTHERS, key=lambda tag: tag["tag"])
    give(world, [*OTHERS, {"tag": "new"}])
    sync(world)
    assert "tags: [nets]\n" in path.read_text()


def test_a_tag_that_is_added_in_zotero_comes_into_the_note(world: World, path: Path) -> None:
    text = path.read_text()
    give(world, [*tags_in(world), {"tag": "to read"}])

    sync(world)

    assert path.read_text() == text.replace("nets]", "nets, to-read]")
    assert {"tag": "to read"} in tags_in(world)
    assert planned(world).is_settled


def test_a_tag_that_is_removed_goes_at_the_other_end(world: World, path: Path) -> None:
    text = path.read_text()
    give(world, [tag for tag in tags_in(world) if tag["tag"] != "nets"])
    sync(world)
    assert path.read_text() == text.replace("Machine-Learning, nets]", "Machine-Learning]")

    path.write_text(path.read_text().replace("[Machine-Learning]", "[]"))
    sync(world)

    assert names(tags_in(world)) == names(OTHERS)
    give(world, [*tags_in(world), {"tag": "again"}])
    sync(world)
    assert "tags: [again]  # mine\n" in path.read_text()
    assert planned(world).is_settled


def test_tags_that_both_ends_gave_are_merged(world: World, path: Path) -> None:
    path.write_text(path.read_text().replace("nets]", "nets, optimizers]"))
    give(world, [tag for tag in [*tags_in(world), {"tag": "new"}] if tag["tag"] != "nets"])

    sync(world)

    assert "tags: [Machine-Learning, optimizers, new]" in path.read_text()
    assert {"optimizers", "new"} <= names(tags_in(world))
    assert "nets" not in names(tags_in(world))


def test_remove_takes_back_only_the_tags_of_the_note(world: World, path: Path) -> None:
    text = path.read_text()

    world.remove()

    assert names(tags_in(world)) == names(OTHERS)
    assert path.read_text() == text


@pytest.mark.parametrize("spelled", ["machine learning", "Machine_Learning", "MACHINE-LEARNING"])
def test_a_tag_is_the_same_however_it_is_spelled(world: World, spelled: str) -> None:
    path = lay_out(world, "tags:\n  - machine-learning\n", [{"tag": spelled}])
    text = path.read_text()

    assert tags_in(world) == [{"tag": spelled}]
    assert path.read_text() == text
    assert planned(world).is_settled


def test_an_automatic_tag_that_the_note_gives_as_well_becomes_the_persons(world: World) -> None:
    lay_out(world, "tags: [deep-learning]\n", [{"tag": "Deep Learning", "type": 1}])

    assert tags_in(world) == [{"tag": "Deep Learning"}]
    assert planned(world).is_settled


@pytest.mark.parametrize(
    "change",
    [
        lambda tags: [*tags, {"tag": "Optimization", "type": 1}],
        lambda tags: [*tags, {"tag": "obscite"}, {"tag": "venue:ICLR"}],
        lambda tags: [*tags, {"tag": "C#"}, {"tag": "2015"}],
        lambda tags: [tag for tag in tags if tag["tag"] not in ("C++", "task:translation")],
    ],
    ids=["automatic", "of programs", "no note can have", "gone"],
)
def test_other_tags_never_come_into_the_note(
    world: World, path: Path, change: Callable[[Tags], Tags]
) -> None:
    text = path.read_text()
    give(world, change(tags_in(world)))

    sync(world)

    assert path.read_text() == text
    assert planned(world).is_settled


def test_tags_of_the_note_that_obsidian_cannot_spell_stay_in_it(world: World) -> None:
    path = lay_out(world, "tags: [C++, cs.CV, 2020, ObsCite, nets]\n", [])
    assert names(tags_in(world)) == {"nets"}

    give(world, [{"tag": "a/b"}])
    sync(world)

    assert "tags: [C++, cs.CV, 2020, ObsCite, a/b]\n" in path.read_text()
    assert planned(world).is_settled


def test_of_several_keys_that_sort_notes_one_holds_the_tags(world: World) -> None:
    lay_out(world, "categories: [blog]\ntask: x\ntopic: y\nkeywords: [deep nets]\n", [])

    assert names(tags_in(world)) == {"deep nets"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["rating: 5  # mine\n", "quote: |\n  Two\n  lines.\n", ""])
def test_the_first_tag_that_comes_from_zotero_brings_the_key(
    world: World, last: str, end: str
) -> None:
    path = lay_out(world, last, OTHERS)
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    sync(world)
    assert planned(world).is_settled
    text = path.read_bytes().decode()
    assert "tags:" not in text

    give(world, [*tags_in(world), {"tag": "to read"}, {"tag": "nets"}])
    sync(world)

    expected = text.replace(f"{end}---{end}{end}", f"{end}tags: [nets, to-read]{end}---{end}{end}")
    assert path.read_bytes().decode() == expected
    assert planned(world).is_settled


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("lead", ["  - ", "- "])
def test_the_tags_that_come_stand_as_the_lists_beside_them_do(
    world: World, lead: str, end: str
) -> None:
    more = f'kinds:\n{lead}"one"\n{lead}two\nrating: 5\n'
    path = lay_out(world, more, [])
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    sync(world)
    text = path.read_bytes().decode()

    give(world, [{"tag": "nets"}, {"tag": "to read"}])
    sync(world)

    tags = f"{end}tags:{end}{lead}nets{end}{lead}to-read"
    assert path.read_bytes().decode() == text.replace(f"rating: 5{end}", f"rating: 5{tags}{end}")
    assert planned(world).is_settled


def test_tags_whose_line_a_person_deletes_stay_in_zotero(world: World, path: Path) -> None:
    text, tags = path.read_text(), tags_in(world)
    path.write_text(text.replace("tags: [Machine-Learning, nets]  # mine\n", ""))

    sync(world)
    sync(world)

    assert tags_in(world) == tags
    assert "tags:" not in path.read_text()


@pytest.mark.parametrize("front", ["{title: 'A B C', citekey: a2005, year: 2005}\n", ""])
def test_front_matter_of_one_line_gets_no_key(world: World, front: str) -> None:
    world.configure(RULES + "tags = true\n")
    (world.root / "Papers").mkdir()
    path = world.root / "Papers" / "@a2005.md"
    path.write_text(f"---\n{front}---\n\nMine.\n" if front else "Mine.\n")
    world.put_item("ABCD2AAA", title="A B C", date="2005", citationKey="a2005")
    sync(world)
    text = path.read_text()

    world.change("ABCD2AAA", tags=[{"tag": "nets"}])
    sync(world)

    assert path.read_text() == text
    assert planned(world).is_settled


@pytest.mark.parametrize("end", [End.MARKDOWN, End.ZOTERO])
def test_a_conflict_in_a_note_without_tags_is_decided(world: World, end: End) -> None:
    path = lay_out(world, "", [])
    path.write_text(path.read_text().replace("year: 2017", "year: 2018"))
    world.change(linked(world)["Papers/@adam2015.md"], date="2019")
    (field,) = open_fields(planned(world))

    resolving = prepare_resolve(world.workspace(), [Decision(field, end)])
    assert resolving.left == ()
    carry_out(resolving.prepared, lambda done, total: None)

    year = "2018" if end is End.MARKDOWN else "2019"
    assert f"year: {year}" in path.read_text()
    assert world.item(TITLES["adam2015"])["date"] == year
