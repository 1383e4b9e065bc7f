"""What a copy writes: new objects, what is there gains, and relations said anew."""

from __future__ import annotations

import pytest

from tests.builders import an_item
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.contents import read_contents
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.sync.copying.counterparts import Counterparts
from zoterodigest.sync.copying.scope import LeftBehind, Portion
from zoterodigest.sync.copying.writes import Relations, compile_copy

MINE = "http://zotero.org/users/1/items"
KEYS = {"AAAA2222": "AAAA2222", "BBBB2222": "BBBB9999"}


def moved(relations: dict[str, object], source: str = "user:1", target: str = "group:7") -> object:
    return dict(Relations(source, target, KEYS).moved({"relations": relations}))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"dc:relation": f"{MINE}/BBBB2222"}, ["http://zotero.org/groups/7/items/BBBB9999"]),
        ({"dc:relation": f"{MINE}/GANE2222"}, None),
        ({"dc:relation": "http://zotero.org/groups/3/items/BBBB2222"}, None),
        ({"dc:relation": "https://example.org/"}, None),
        ({"dc:replaces": [f"{MINE}/GANE2222"]}, ["http://zotero.org/groups/7/items/GANE2222"]),
        ({"owl:sameAs": "http://zotero.org/groups/3/items/BBBB2222"}, "as it is"),
    ],
)
def test_relations_are_said_by_the_addresses_there(
    before: dict[str, object], after: object
) -> None:
    (name,) = before
    expected = {} if after is None else {name: after if after != "as it is" else [before[name]]}

    assert moved(before) == expected


def test_a_library_whose_address_nobody_knows_gets_no_relations() -> None:
    assert moved({"dc:relation": f"{MINE}/BBBB2222"}, target="desktop:5a1f") == {}
    assert moved({"dc:relation": f"{MINE}/BBBB2222"}, source="embedded:5a1f") != {}


def gained(item: LibraryItem, present: LibraryItem) -> object:
    """Return what `present` gains by an item that it is the counterpart of."""
    target = read_contents(Snapshot(3, (present,), ()), ZoteroMapping())
    found = Counterparts({item.key: present.key})
    writes = compile_copy(Portion((), (item,), (), LeftBehind()), found, target)
    return [dict(write.item.data) for write in writes.items]


def test_what_is_there_gains_what_is_empty_and_loses_nothing() -> None:
    item = an_item(title="Mine", DOI="10.1/x", tags=[{"tag": "a"}], collections=["GANE2222"])
    present = an_item("THERE222", title="Theirs", DOI="", tags=[{"tag": "b"}])

    assert gained(item, present) == [{"DOI": "10.1/x", "tags": [{"tag": "b"}, {"tag": "a"}]}]


def test_an_item_of_another_type_gains_only_what_it_has_a_place_for() -> None:
    author = {"creatorType": "author", "name": "Ada"}
    item = an_item(DOI="10.1/x", issue="3", creators=[author])

    assert gained(item, an_item("THERE222", itemType="book", title="B")) == [{"DOI": "10.1/x"}]
    assert gained(item, an_item("THERE222", itemType="hologram", title="B")) == []


def test_what_is_there_gains_the_lines_of_extra_that_it_lacks() -> None:
    item = an_item(
        title="Mine", extra="arXiv: 1\nRead in May\ntex.note: mine\nLink: <https://a.org>"
    )
    present = an_item("THERE222", title="Theirs", extra="Read in May\nLink: <https://b.org> code")

    gained_extra = (
        "Read in May\nLink: <https://b.org> code\narXiv: 1\ntex.note: mine\nLink: <https://a.org>"
    )
    assert gained(item, present) == [{"extra": gained_extra}]
    assert gained(item, an_item("THERE222", title="Theirs", extra=gained_extra)) == []


def test_a_key_of_extra_that_states_one_value_keeps_its_value() -> None:
    item = an_item(extra="ARXIV: 2 [cs.CL]\nComment: Mine\nCitation Key: mine2020")
    present = an_item("THERE222", extra="arXiv: 2\nComment: Theirs\nCitation Key: theirs2020")

    assert gained(item, present) == []
