"""Regions: an entry shows notes of the person's own, apart from all else it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, document, read
from tests.digest.test_laws import BREAKERS, LINES
from tests.notes.test_own import HOSTILE
from zoterodigest.core.values.record import EMPTY, NOTE, Blocks, Fields
from zoterodigest.core.values.span import splice
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.markers import marked_annotations
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.shown import shows
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.own import read_own_note
from zoterodigest.sync.edits.annotations import say_the_same

KEY = "ABCD2345"
FIELD, OTHER = NOTE + KEY, NOTE + "WXYZ6789"
ROOMY = [path for path in EXAMPLES if document(path).entries[0].room is not None]
ROWS = [path for path in EXAMPLES if document(path).entries[0].format.columns is not None]
SAMPLE = Blocks(
    ("**An idea**", "- a | b", "- c", "> quoted", "```\ncode\n\n**T**\n```", "| x |\n| --- |")
)
LIKE_ENTRIES = [
    f"<!-- /zotero-note {KEY} -->",
    f"<!-- zotero-note {KEY} -->",
    "**Another Paper**",
    "- [A Paper](https://arxiv.org/abs/2401.00009)",
    "- **[A Paper](https://arxiv.org/abs/2401.00009)**  `arXiv:2401.00009`",
    "<details><summary><b>T</b></summary>",
    "* **Authors:** Nobody",
    "Task: nothing",
    "---",
    "## Heading",
    "```\n**T**\n\n<!-- a\n```",
    "> **T**",
    "| Title | Authors | Summary |\n| --- | --- | --- |\n| a | b | c |",
]
TEXTS = st.lists(
    LINES.filter(bool) | st.sampled_from([*LIKE_ENTRIES, *filter(str.strip, BREAKERS)]),
    min_size=1,
    max_size=4,
).map(lambda texts: Blocks(tuple(texts)))

QUOTED = """\
> **A Paper about Perfectly Normal Things**
> *CVPR 2024*, [arxiv](https://arxiv.org/abs/2401.00001)
> Task: images
>
> - one
> - two


> **Another Paper that Has to Survive**
> *CVPR 2024*, [arxiv](https://arxiv.org/abs/2401.00002)
> Task: images
>
> - three
"""
SHOWN = QUOTED.replace(
    "> - two\n",
    f"> - two\n> <!-- zotero-note {KEY} -->\n> \n> **Idea**\n> \n> - mine\n"
    f"> <!-- /zotero-note {KEY} -->\n",
)


def fields_at(document: Document, index: int) -> Fields:
    """The fields of one entry but for its notes."""
    fields = document.entries[index].reading.fields
    return {name: value for name, value in fields.items() if not name.startswith(NOTE)}


def with_notes(path: Path) -> Document:
    """An example each entry of which shows two notes."""
    before = document(path)
    asked = {at: {FIELD: SAMPLE, OTHER: SAMPLE} for at in range(len(before.entries))}
    edited = put_digest(before, asked, read)
    assert edited.refusals == ()
    return read(edited.source)


def test_a_region_is_a_field_of_its_own_and_no_part_of_the_summary() -> None:
    found = read(SHOWN.encode())

    fields = found.entries[0].reading.fields
    assert len(found.entries) == 2
    assert fields[FIELD] == Blocks(("**Idea**", "- mine"))
    assert fields["summary"] == Blocks(("- one", "- two"))


def test_a_region_is_added_at_the_end_of_the_entry_and_taken_out_whole() -> None:
    before = read(QUOTED.encode())

    added = put_digest(before, {0: {FIELD: Blocks(("**Idea**", "- mine"))}}, read)
    taken = put_digest(read(added.source), {0: {FIELD: EMPTY}}, read)

    assert added.source.decode() == SHOWN
    assert taken.source.decode() == QUOTED


def test_a_changed_block_of_a_region_is_the_only_line_that_changes() -> None:
    edited = put_digest(read(SHOWN.encode()), {0: {FIELD: Blocks(("**Idea**", "- yours"))}}, read)

    assert edited.source.decode() == SHOWN.replace("- mine", "- yours")


def test_summary_and_note_can_come_in_one_edit() -> None:
    asked: Fields = {"summary": Blocks(("- one", "- two", "- more")), FIELD: Blocks(("x",))}

    edited = put_digest(read(QUOTED.encode()), {0: asked}, read)

    assert edited.refusals == ()
    assert f"> - two\n> - more\n> <!-- zotero-note {KEY} -->" in edited.source.decode()


@pytest.mark.parametrize("path", ROOMY, ids=lambda path: path.name)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_notes_come_and_go_in_every_entry_and_leave_every_byte(path: Path, line_end: bytes) -> None:
    before = read(path.read_bytes().replace(b"\n", line_end))
    asked = {at: {FIELD: SAMPLE, OTHER: SAMPLE} for at in range(len(before.entries))}
    gone = {at: {FIELD: EMPTY, OTHER: EMPTY} for at in range(len(before.entries))}

    added = put_digest(before, asked, read)
    after = read(added.source)
    taken = put_digest(after, gone, read)

    assert added.refusals == ()
    for at, entry in enumerate(after.entries):
        assert entry.reading.fields[FIELD] == entry.reading.fields[OTHER] == SAMPLE
        assert fields_at(after, at) == fields_at(before, at)
    assert added.source.count(b"\n") == added.source.count(line_end)
    assert taken.source == before.source


@pytest.mark.parametrize("path", ROOMY, ids=lambda path: path.name)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_annotations_are_apart_from_all_else_in_every_entry(path: Path, line_end: bytes) -> None:
    before = read(path.read_bytes().replace(b"\n", line_end))
    new = b"\n" + marked_annotations(KEY, "\n\n".join(SAMPLE.texts)).encode()
    rooms = [entry.room for entry in before.entries]

    after = read(splice(before.source, [room.edit(0, 0, new) for room in rooms if room]))
    shown = [entry.annotations for entry in after.entries if entry.annotations]
    wholes = [region.whole for region in shown]
    without = splice(after.source, [it.edit(0, len(it.data), b"") for it in wholes])

    assert len(shown) == len(rooms)
    assert {region.text.data.decode() for region in shown} == {"\n\n".join(SAMPLE.texts)}
    assert say_the_same(before, after)
    assert without == before.source


@pytest.mark.parametrize("path", ROOMY, ids=lambda path: path.name)
def test_putting_what_a_region_says_is_no_edit(path: Path) -> None:
    shown = with_notes(path)
    asked = {
        at: {name: entry.reading.fields[name] for name in (FIELD, OTHER)}
        for at, entry in enumerate(shown.entries)
    }

    edited = put_digest(shown, asked, read)

    assert (edited.source, edited.refusals) == (shown.source, ())


@pytest.mark.parametrize("path", ROOMY, ids=lambda path: path.name)
@given(value=TEXTS, index=st.integers(0, 5), is_there=st.booleans())
@example(Blocks(tuple(LIKE_ENTRIES)), 0, False)
@example(Blocks((f"```\n<!-- /zotero-note {KEY} -->\n```",)), 0, True)
@settings(max_examples=settings().max_examples // 4)
def test_whatever_a_note_says_stays_in_its_region(
    path: Path, value: Blocks, index: int, is_there: bool
) -> None:
    before = with_notes(path) if is_there else document(path)
    at = index % len(before.entries)

    edited = put_digest(before, {at: {FIELD: value}}, read)

    after = read(edited.source)
    assert len(after.entries) == len(before.entries)
    for number in range(len(before.entries)):
        assert fields_at(after, number) == fields_at(before, number)
    if edited.refusals:
        assert edited.source == before.source
    else:
        assert shows(after.entries[at].reading.fields.get(FIELD), value)


@pytest.mark.parametrize("path", ROOMY, ids=lambda path: path.name)
def test_a_hostile_note_of_the_library_can_be_shown_and_reads_back(path: Path) -> None:
    before = document(path)
    note = read_own_note("".join(HOSTILE))
    assert note is not None
    asked = {at: {FIELD: Blocks(note.blocks)} for at in range(len(before.entries))}

    edited = put_digest(before, asked, read)

    after = read(edited.source)
    assert edited.refusals == ()
    for at, entry in enumerate(after.entries):
        found = entry.reading.fields[FIELD]
        assert isinstance(found, Blocks)
        assert canonical_blocks(found.texts) == note.blocks
        assert fields_at(after, at) == fields_at(before, at)


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.name)
def test_a_row_has_no_room_for_a_note(path: Path) -> None:
    before = document(path)

    edited = put_digest(before, {0: {FIELD: SAMPLE}}, read)

    assert edited.source == before.source
    assert [one.reason for one in edited.refusals] == ["the entry has no room for a note"]


@pytest.mark.parametrize("key", ["", "short", "abcd2345", "ABCD2345 -->", "ABCD234/"])
def test_what_is_no_key_of_a_note_is_refused(key: str) -> None:
    edited = put_digest(read(QUOTED.encode()), {0: {NOTE + key: SAMPLE}}, read)

    assert edited.source == QUOTED.encode()
    assert [one.reason for one in edited.refusals] == ["it is no key of a note"]


@pytest.mark.parametrize("path", ROOMY, ids=lambda path: path.name)
@pytest.mark.parametrize("half", ["", "/"], ids=["beginning", "end"])
def test_a_torn_region_spoils_its_own_entry_at_most(path: Path, half: str) -> None:
    before, shown = document(path), with_notes(path)
    marker = f"<!-- {half}zotero-note {KEY} -->".encode()

    torn = read(shown.source.replace(marker, b"", 1))

    assert len(torn.entries) == len(before.entries)
    for at in range(1, len(before.entries)):
        assert torn.entries[at].reading.fields == shown.entries[at].reading.fields
    entry = torn.core_entries()[0]
    assert {FIELD, "summary"} <= entry.unreadable
    assert all(value == fields_at(before, 0)[name] for name, value in entry.fields.items()
               if not name.startswith(NOTE))  # fmt: skip
    assert any(KEY in one.reason for one in torn.entries[0].problems)


def test_a_marker_in_a_code_fence_is_no_marker() -> None:
    text = (
        f"# How\n\n```\n<!-- zotero-note {KEY} -->\nx\n<!-- /zotero-note {KEY} -->\n```\n\n{QUOTED}"
    )

    found = read(text.encode())

    assert [list(entry.regions) for entry in found.entries] == [[], []]
    assert any(one.reason == "in a code fence" for one in found.skipped)


def test_a_region_outside_an_entry_is_passed_over_with_the_reason() -> None:
    text = f"{QUOTED}\n\n<!-- zotero-note {KEY} -->\n## No heading\n<!-- /zotero-note {KEY} -->\n"

    found = read(text.encode())

    assert [entry.headings for entry in found.entries] == [(), ()]
    assert "a note outside an entry" in {one.reason for one in found.skipped}


def test_a_slot_below_two_notes_that_touch_stands_where_its_bytes_are() -> None:
    notes = "".join(
        f"> <!-- zotero-note {key} -->\n> Mine.\n> <!-- /zotero-note {key} -->\n"
        for key in (KEY, "WXYZ6789")
    )
    source = QUOTED.replace("> *CVPR 2024*", f"{notes}> *CVPR 2024*", 1)

    edited = put_digest(read(source.encode()), {0: {"venue": "ECCV"}}, read)

    assert edited.source.decode() == source.replace("*CVPR 2024*", "*ECCV 2024*", 1)
    assert edited.refusals == ()
