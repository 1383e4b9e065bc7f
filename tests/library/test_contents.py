"""A library's contents: what is read over what was known is as if all were read anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_note, an_attachment, an_item
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.contents import Contents, read_contents
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.notes.note import NoteContent, Part, to_html

ZOTERO = ZoteroMapping()
KEYS = ("ENE22222", "TWA22222")
OUR_NOTE, OWN_NOTE, LINK = "NATE2222", "NATE3333", "LINK2222"
ADDRESS = "http://zotero.org/users/local/0/items/"


def a_snapshot(*items: LibraryItem) -> Snapshot:
    return Snapshot(1, tuple(sorted(items, key=lambda one: one.key)), ())


def our_note(row_id: str, text: str) -> str:
    html = to_html(NoteContent(row_id, "Summary · Daily", (Part(None, (text,)),)))
    assert isinstance(html, str)
    return html


some_data = st.fixed_dictionaries(
    {"date": st.sampled_from(["2017", "last May"])},
    optional={
        "title": st.sampled_from(["", "Attention", "Attention, later"]),
        "tags": st.sampled_from([[], [{"tag": "task:vision"}]]),
        "relations": st.sampled_from([{}, *({"dc:replaces": [ADDRESS + key]} for key in KEYS)]),
        "dateModified": st.sampled_from(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]),
        "deleted": st.sampled_from([0, 1]),
    },
)
some_dates = st.sampled_from(["", "2017-05"])
some_notes = st.sampled_from([our_note("zd-aaaaaaaaaa", "One"), our_note("zd-aaaaaaaaaa", "Two")])


@st.composite
def objects(draw: st.DrawFn, key: str) -> LibraryItem:
    if key in KEYS:
        return an_item(key, **draw(some_data))
    given = {"parentItem": draw(st.sampled_from(KEYS)), "deleted": draw(st.sampled_from([0, 0, 1]))}
    if key == LINK:
        return an_attachment(KEYS[0], key, **given)
    html = "<p>of the person</p>" if key == OWN_NOTE else draw(some_notes)
    return a_note(KEYS[0], key, note=html, tags=[{"tag": "publish"}], **given)


@st.composite
def states(draw: st.DrawFn) -> tuple[Snapshot, Snapshot]:
    """Draw a library at two times; most of it stays as it was."""
    every = (*KEYS, OUR_NOTE, OWN_NOTE, LINK)
    before = {key: replace(draw(objects(key)), parsed_date=draw(some_dates)) for key in every}
    after = {key: replace(one, version=2) for key, one in before.items()}
    for key in draw(st.sets(st.sampled_from(every), max_size=2)):
        after[key] = replace(draw(st.just(after[key]) | objects(key)), parsed_date=draw(some_dates))
    for one in (before, after):
        one.pop(draw(st.sampled_from([*every, *[""] * 5])), None)
    return a_snapshot(*before.values()), a_snapshot(*after.values())


@given(states=states(), was_own=st.booleans(), is_own=st.booleans())
def test_what_is_read_over_what_was_known_is_as_if_all_were_read_anew(
    states: tuple[Snapshot, Snapshot], was_own: bool, is_own: bool
) -> None:
    before, after = states
    known = read_contents(before, ZOTERO, with_own_notes=was_own)

    assert _all_of(read_contents(after, ZOTERO, with_own_notes=is_own, known=known)) == _all_of(
        read_contents(after, ZOTERO, with_own_notes=is_own)
    )


def _all_of(contents: Contents) -> tuple[Any, ...]:
    # What a library reports of a date is not compared otherwise.
    return contents, [one.parsed_date for one in contents.by_key.values()]


def test_an_item_that_the_library_stored_as_it_was_sent_is_not_read_again() -> None:
    note = our_note("zd-aaaaaaaaaa", "One")
    sent = (an_item(KEYS[0], relations={}), a_note(KEYS[0], note=note))
    foreseen = read_contents(a_snapshot(*sent), ZOTERO)
    held = {name: value for name, value in sent[0].data.items() if value}
    times = {"dateAdded": "2026-01-01T00:00:00Z", "dateModified": "2026-01-01T00:00:00Z"}

    item = LibraryItem(sent[0].key, 5, {**held, **times})
    child = LibraryItem(sent[1].key, 6, {**sent[1].data, **times})
    stored = read_contents(a_snapshot(item, child), ZOTERO, known=foreseen)

    (then,), (now,) = foreseen.items, stored.items
    assert now.fields is then.fields
    assert now.notes["zd-aaaaaaaaaa"].fields is then.notes["zd-aaaaaaaaaa"].fields
    assert (now.version, now.notes["zd-aaaaaaaaaa"].version) == (5, 6)


def test_a_note_that_came_back_under_another_key_is_read_anew() -> None:
    item, note = an_item(KEYS[0]), a_note(KEYS[0], OUR_NOTE, note=our_note("zd-aaaaaaaaaa", "One"))
    known = read_contents(a_snapshot(item, note), ZOTERO)
    moved = a_snapshot(item, replace(note, key="NATE4444"))

    found = read_contents(moved, ZOTERO, known=known)

    assert _all_of(found) == _all_of(read_contents(moved, ZOTERO))
