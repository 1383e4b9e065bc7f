"""The texts of bases are kept on this machine, and nothing depends on them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sync.digests import notes, quoted
from tests.sync.world import World
from zoterodigest.core.links.bases import base_value, text_keys, texts_of
from zoterodigest.core.links.link import (
    Base,
    LockRow,
    fingerprint,
    hex_fingerprint,
    print_of,
)
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Entry,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
)
from zoterodigest.project.values import keep_texts, known_texts

TITLE = "Restoring Images with Shifted Windows"
TITLE_KEY = ("title", fingerprint("Ünïcode"))
TEXTS = {TITLE_KEY: "Ünïcode", ("", fingerprint("A")): "A block\nof two lines"}
EARLIER = [("title", "A"), ("title", "B"), ("", "C")]
words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
several = st.lists(words, min_size=1, max_size=4, unique=True).map(tuple)
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "title": words,
    "abstract": words,
    "authors": st.builds(Names, several, st.booleans()),
    "task": several.map(Members),
    "links": st.lists(st.builds(Hyperlink, words, words), min_size=1, max_size=3, unique=True).map(
        lambda links: WebLinks(tuple(links))
    ),
    "summary": several.map(Blocks),
    "section:Key points": several.map(Blocks),
}


def base_of(name: str, value: Value) -> Base:
    shown = print_of("", canonical(name, value, Folding()))
    return Base(shown, shown)


@given(fields=st.fixed_dictionaries({name: st.just(EMPTY) | one for name, one in VALUES.items()}))
def test_what_a_base_stands_for_is_found_again(fields: dict[str, Value]) -> None:
    bases = {name: base_of(name, value) for name, value in fields.items()}
    row = LockRow("zd-0000000000", DigestKey("a.md"), "ABCD2345", bases=bases)
    entry = Entry(DigestKey("a.md"), fields, {})

    texts = texts_of([entry], [row], Folding())

    for name, value in fields.items():
        found = base_value(name, bases[name], texts)
        assert found is not None
        assert canonical(name, found, Folding()) == canonical(name, value, Folding())


def test_a_text_of_which_nothing_is_compared_is_as_good_as_none() -> None:
    assert canonical("title", "{", Folding()) == EMPTY


def test_a_base_of_which_a_part_is_unknown_is_unknown() -> None:
    base = base_of("summary", Blocks(("One.", "Two.")))
    (first, *_) = text_keys("summary", base)

    assert base_value("summary", base, {first: "One."}) is None


def test_what_is_kept_is_known(tmp_path: Path) -> None:
    keep_texts(tmp_path / "values", TEXTS)
    keep_texts(tmp_path / "values", {TITLE_KEY: "Unicode"})

    assert known_texts(tmp_path / "values", [*TEXTS, ("title", fingerprint("no"))]) == {
        **TEXTS,
        TITLE_KEY: "Unicode",
    }


def test_what_an_earlier_version_kept_is_known(tmp_path: Path) -> None:
    keep_texts(tmp_path, {(field, hex_fingerprint(text)): text for field, text in EARLIER})

    known = known_texts(tmp_path, [(field, fingerprint(text)) for field, text in EARLIER])

    assert sorted(known.values()) == ["A", "B", "C"]
    assert known_texts(tmp_path, [("", fingerprint("B")), ("venue", fingerprint("D"))]) == {}


def test_without_a_store_nothing_is_known_and_nothing_is_made(tmp_path: Path) -> None:
    keep_texts(tmp_path / "values", {})

    assert known_texts(tmp_path / "values", TEXTS) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("found", [b"", b"NOT NULL"], ids=["another file", "flipped byte"])
def test_a_damaged_store_knows_nothing_and_begins_anew(tmp_path: Path, found: bytes) -> None:
    keep_texts(tmp_path, TEXTS)
    (store,) = tmp_path.iterdir()
    # SQLite quotes its own statements in messages, here as no text.
    flipped = store.read_bytes().replace(found, b"NOT NUL\xcc")
    store.write_bytes(flipped if found else b"no database at all" * 100)

    assert known_texts(tmp_path, TEXTS) == {}
    keep_texts(tmp_path, TEXTS)
    assert known_texts(tmp_path, TEXTS) == TEXTS


def test_a_store_that_is_no_text_or_no_file_is_as_if_lost(tmp_path: Path) -> None:
    keep_texts(tmp_path / "a", TEXTS)
    with sqlite3.connect(tmp_path / "a" / "texts.sqlite") as connection:
        connection.execute("UPDATE texts SET text = x'ff00'")
    connection.close()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "texts.sqlite").mkdir()
    (tmp_path / "c").write_text("a file")

    for name in "abc":
        assert known_texts(tmp_path / name, TEXTS) == {}
    for name in "bc":
        keep_texts(tmp_path / name, TEXTS)


# --- in runs -------------------------------------------------------------------------------------


@pytest.fixture
def pushed(world: World) -> World:
    world.markdown("Notes.md", notes(quoted(TITLE, "2401.00001", bullets=("One.", "Two."))))
    world.push()
    return world


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def stored(world: World) -> set[str]:
    with sqlite3.connect(world.root / ".zoterodigest" / "values" / "texts.sqlite") as connection:
        found = connection.execute("SELECT text FROM texts").fetchall()
    connection.close()
    return {text for (text,) in found}


def test_a_push_keeps_what_both_ends_agreed_on(pushed: World) -> None:
    assert {TITLE, "- One.", "- Two.", "image restoration"} <= stored(pushed)


def test_a_settled_run_writes_no_values(pushed: World) -> None:
    store = pushed.root / ".zoterodigest" / "values" / "texts.sqlite"
    before = (store.read_bytes(), store.stat().st_mtime_ns)

    pushed.push()

    assert (store.read_bytes(), store.stat().st_mtime_ns) == before


def test_a_run_goes_on_with_a_store_that_cannot_be_used(pushed: World) -> None:
    store = pushed.root / ".zoterodigest" / "values" / "texts.sqlite"
    store.unlink()
    store.mkdir()

    pushed.edit("Notes.md", ("Two.", "Three."))

    assert pushed.push().written == 1
    assert pushed.plan().is_settled


def test_nothing_below_private_is_kept(pushed: World) -> None:
    pushed.change_note(TITLE, lambda html: f"{html}<h2>Private</h2><p>A secret.</p>")
    pushed.edit("Notes.md", ("Two.", "Three."))

    pushed.push()

    assert not [text for text in stored(pushed) if "secret" in text]
    for path in (pushed.root / ".zoterodigest" / "values").iterdir():
        assert b"secret" not in path.read_bytes()


def test_a_store_that_is_full_begins_anew_with_the_newest_texts(tmp_path: Path) -> None:
    keys = [("title", fingerprint(str(number))) for number in range(100)]
    for key in keys:
        keep_texts(tmp_path, {key: "x" * 1000}, most_bytes=40_000)

    assert (tmp_path / "texts.sqlite").stat().st_size < 50_000
    assert keys[-1] in known_texts(tmp_path, keys[-1:])
