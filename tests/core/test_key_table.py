"""Keys: what people call the fields of a paper, in bullets, lines and front matter."""

from __future__ import annotations

import pytest

from zoterodigest.core.values.names import parse_names
from zoterodigest.core.values.record import Names
from zoterodigest.digest.format.format import SLOTS
from zoterodigest.digest.write.values import names_text
from zoterodigest.mapping import key_table


@pytest.mark.parametrize(
    ("key", "slot"),
    [
        ("Authors", "authors"),
        ("**author(s)**", "authors"),
        ("published_in", "venue"),
        ("Paper-Link", "links"),
        ("Code (PyTorch)", "code"),
        ("TL;DR", "summary"),
        ("论文链接", "links"),
        ("Schlagwörter", "tags"),
        ("zotero-key", "ignored"),
        ("Favorite color", None),
    ],
)
def test_a_key_means_a_slot_however_it_is_spelt(key: str, slot: str | None) -> None:
    assert key_table().slot(key) == slot


def test_the_keys_name_slots_that_formats_know() -> None:
    assert {*key_table().slots.values()} <= SLOTS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[[A B]], [[People/C D|C D]]", Names(("A B", "C D"))),
        ("[[A B]], et al.", Names(("A B",), truncated=True)),
        ("A B, C D und E F", Names(("A B", "C D", "E F"))),
        ("B, A; D, C u. a.", Names(("B, A", "D, C"), truncated=True)),
    ],
)
def test_names_are_read_in_the_forms_that_keyed_lines_have(text: str, names: Names) -> None:
    assert parse_names(text) == names


def test_names_linked_as_notes_are_written_so() -> None:
    old = "[[A B]], [[People/C D|C D]]"

    assert names_text(old, Names(("C D", "E F"))) == "[[People/C D|C D]], [[E F]]"
    assert names_text("[[A B]]", Names(("A B",), truncated=True)) == "[[A B]], et al."


def test_names_are_written_last_name_first_where_all_stand_so() -> None:
    new = Names(("Marie Curie", "Hannah Arendt"))

    assert names_text("Hopper, Grace; Curie, Marie", new) == "Curie, Marie; Arendt, Hannah"
    assert names_text("Curie, M.", new) == "Curie, Marie; Arendt, Hannah"
    assert names_text("Grace Hopper; Marie Curie", new) == "Marie Curie; Hannah Arendt"
    assert names_text("Hopper, Grace; Curie, Marie", Names(("Marie Curie",))) == "Curie, Marie"
    assert names_text("Hopper, Grace", Names(("Grace M. Hopper",))) == "Hopper, Grace M."
    # Turned round it would read as two people.
    gabriel = Names(("Gabriel de García Márquez",))
    assert names_text("Hopper, Grace", gabriel) == "Gabriel de García Márquez"


@pytest.mark.parametrize(
    ("old", "people", "new"),
    [
        (
            "Ann Bee (MIT), Cee Dee (Google)",
            ("Cee Dee", "Ann Bee"),
            "Cee Dee (Google), Ann Bee (MIT)",
        ),
        ("Ann Bee (MIT), Cee Dee (Google)", ("Ann Bee", "Eve Fox"), "Ann Bee (MIT), Eve Fox"),
        ("Ann Bee (ASU, Amazon)", ("Anna Bee",), "Anna Bee (ASU, Amazon)"),
        ("Ann Bee1,3, Cee Dee2", ("Ann Bee", "Eve Fox"), "Ann Bee1,3, Eve Fox"),
        ("Bee, Ann (MIT); Dee, Cee", ("Ann Bee", "Eve Fox"), "Bee, Ann (MIT); Fox, Eve"),
    ],
)
def test_a_person_keeps_the_affiliation_behind_the_name(
    old: str, people: tuple[str, ...], new: str
) -> None:
    assert names_text(old, Names(people)) == new


def test_an_affiliation_stays_before_et_al() -> None:
    old = "Ann Bee (ASU, Amazon) et al."
    assert names_text(old, Names(("Ann Bee",), truncated=True)) == old
    assert names_text(old, Names(("Ann Bee",))) == "Ann Bee (ASU, Amazon)"
