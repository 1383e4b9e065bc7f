"""The outline of a library: what SQLite takes out of items is what reading them whole gives."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_collection, a_key, a_note, an_attachment, an_item
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded import tables
from zoterodigest.library.embedded.database import DatabaseInMemory
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import BadLibrary, Library, LibraryItem

TEXTS = st.text(st.sampled_from('aé文\0\n"\\\u202e🙂'), max_size=6)
NAMES = st.fixed_dictionaries(
    {}, optional={part: TEXTS for part in ("lastName", "name", "firstName")}
)
ODD = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS)
TITLES = ("title", "caseName", "nameOfAct", "subject")
DATA = st.fixed_dictionaries(
    {"itemType": st.sampled_from(["book", "case", "note", "attachment"])},
    optional={
        **{name: TEXTS for name in ("note", *TITLES)},
        "date": ODD,
        "deleted": st.sampled_from([0, 1, False, True]),
        "creators": st.lists(NAMES, max_size=3),
        "tags": st.lists(TEXTS.map(lambda text: {"tag": text}), max_size=2),
        "parentItem": st.just(a_key(0)),
    },
).filter(lambda data: data["itemType"] != "note" or not data.keys() & {*TITLES})


@given(st.lists(DATA, max_size=4))
def test_an_outline_tells_of_items_what_reading_them_whole_tells(given: list[Any]) -> None:
    database = DatabaseInMemory("embedded:5a1f")
    with database.writing() as connection:
        for number, data in enumerate([{"itemType": "book"}, *given]):
            tables.store_item(connection, LibraryItem(a_key(number), 1, data))

    with EmbeddedLibrary(database, clock=lambda: datetime.now(UTC)) as library:
        for with_tags in (False, True):
            in_sqlite = library.outline(with_tags=with_tags)
            assert in_sqlite == Library.outline(library, with_tags=with_tags)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "library.sqlite"
    library = embedded(path)
    library.write_collections([a_collection()])
    library.write([an_item(collections=["SHELF222"]), a_note(), an_attachment()])
    return path


def test_an_outline_has_the_collections_of_items(filled: Path) -> None:
    library = embedded(filled)

    in_sqlite, whole = library.outline(), Library.outline(library)
    # Items come in any order: `ls` sorts them.
    assert sorted(in_sqlite.items) == sorted(whole.items)
    assert in_sqlite.collections == whole.collections
    assert [item.collections for item in library.outline().items if not item.parent] == [
        ("SHELF222",)
    ]


@pytest.mark.parametrize("data", ["[" * 100_000, "[]", '{"itemType": 1, "tags": 1}', "no JSON"])
def test_an_item_that_no_outline_can_be_made_of_is_told_as_damaged(filled: Path, data: str) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE items SET data = ?", (data,))

    with pytest.raises(BadLibrary, match="damaged"):
        embedded(filled).outline()
