"""Finding our note again and reading its parts."""

from __future__ import annotations

import pytest

from tests.notes.texts import OUR_ID, a_note, html_of
from zoterodigest.notes.note import NoteContent, Part, part_name
from zoterodigest.notes.read import NoteReading, read_note


def read(inside: str) -> NoteReading:
    reading = read_note(f'<div data-schema-version="9">{inside}\n</div>')
    assert reading is not None
    return reading


OURS = f'<h2 id="{OUR_ID}">Summary · Digest</h2>'


def blocks_by_name(reading: NoteReading) -> dict[str | None, tuple[str, ...]]:
    return {part.name: part.blocks for part in reading.parts}


def test_a_note_without_our_heading_is_none_of_ours() -> None:
    assert read_note("") is None
    assert read_note('<h2 id="mine">Summary</h2><p>a</p>') is None
    assert read_note(f'<h3 id="{OUR_ID}">Summary</h3><p>a</p>') is None


def test_our_heading_is_found_wherever_it_stands_and_ends_at_the_next_of_its_level() -> None:
    reading = read(f"<h1>Mine</h1><p>x</p>{OURS}<p>a</p><h3>Key</h3><p>b</p><h2>Mine</h2><p>y</p>")

    assert reading.id == OUR_ID
    assert reading.heading == "Summary · Digest"
    assert blocks_by_name(reading) == {None: ("a",), "Key": ("b",)}


def test_sections_come_in_the_order_they_stand_in_and_summary_first() -> None:
    reading = read(f"{OURS}<h3>B</h3><p>b</p><h3>A <em>x</em></h3>")

    assert [part.name for part in reading.parts] == [None, "B", "A x"]


@pytest.mark.parametrize("title", ["Private", "private", " PRIVATE: ", "<strong>Private</strong>"])
def test_what_stands_under_private_is_passed_over_up_to_the_next_heading_of_its_level(
    title: str,
) -> None:
    reading = read(
        f"{OURS}<p>a</p><h4>{title}</h4><p>secret</p><h5>x</h5><p>secret</p><h3>Key</h3><p>b</p>"
    )

    assert blocks_by_name(reading) == {None: ("a",), "Key": ("b",)}
    assert reading.has_private


def test_a_private_section_is_no_section() -> None:
    reading = read(f"{OURS}<h3>Private</h3><p>secret</p><h3>Key</h3><p>b</p>")

    assert [part.name for part in reading.parts] == [None, "Key"]


def test_a_private_heading_inside_a_list_hides_what_follows() -> None:
    reading = read(f"{OURS}<ul><li><h4>Private</h4></li><li>secret</li></ul><p>secret</p>")

    assert blocks_by_name(reading) == {None: ()}
    assert reading.has_private


def test_nothing_is_known_of_a_note_that_stands_under_private() -> None:
    reading = read(f"<h1>Private</h1>{OURS}<p>secret</p>")

    assert reading.parts == ()
    assert reading.has_private


def test_images_citations_highlights_and_colours_are_listed_and_not_read() -> None:
    reading = read(
        f'{OURS}<p>a <img alt="" data-attachment-key="ABCD1234"> '
        '<span class="citation" data-citation="%7B%7D">(Doe)</span> '
        '<span class="highlight" data-annotation="%7B%7D">“quoted”</span> '
        '<span style="color: #ff0000">red</span></p>'
    )

    assert blocks_by_name(reading) == {None: ("a “quoted” red",)}
    assert reading.kept == ("image", "citation", "highlight", "colour")


def test_a_doubled_heading_is_noticed() -> None:
    reading = read(f"{OURS}<p>a</p>{OURS}<p>b</p>")

    assert reading.is_doubled


def test_names_of_sections_read_back_as_they_are_shown() -> None:
    names = ("Key  points", "a <b> & $x$", "核心创新", "Ke\u0301y")
    note = NoteContent(OUR_ID, "S", (Part(None, ()), *(Part(name, ("x",)) for name in names)))

    reading = read_note(html_of(note))

    assert reading is not None
    assert [part.name for part in reading.parts[1:]] == [part_name(name) for name in names]


def test_a_section_of_a_digest_called_private_is_not_written() -> None:
    html = html_of(a_note("a", Private="b", Key="c"))

    assert "Private" not in html
    assert "Key" in html
