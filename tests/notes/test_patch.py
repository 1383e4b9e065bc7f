"""Changing a note where it stands."""

from __future__ import annotations

import pytest

from tests.notes.texts import OUR_ID, a_note, html_of
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.note import LONGEST_NOTE, NoteContent, Part, TooLong
from zoterodigest.notes.patch import QuotationLost, patch_html, without_headings
from zoterodigest.notes.read import PartsDiffer, read_note

OURS = f'<h2 id="{OUR_ID}">Summary · Digest</h2>'


def wrapped(*blocks: str) -> str:
    inside = "\n".join(blocks)
    return f'<div data-schema-version="9">{inside}\n</div>'


def patched(present: str, note: NoteContent) -> str:
    html = patch_html(present, note)
    assert isinstance(html, str)
    return html


def test_a_changed_paragraph_is_the_only_thing_that_changes() -> None:
    present = wrapped("<p>mine</p>", OURS, "<p>one</p>", "<p>two  <b>odd</b></p>", "<h2>Mine</h2>")

    html = patched(present, a_note("ONE\n\ntwo **odd**"))

    assert html == present.replace("<p>one</p>", "<p>ONE</p>")


def test_a_changed_bullet_leaves_images_highlights_and_colours_of_the_others() -> None:
    image = 'b <img alt="" width="9" height="9" data-attachment-key="ABCD1234">'
    colour = '<span style="color: rgb(255, 0, 0);">c</span>'
    highlight = '<span class="highlight" data-annotation="%7B%7D">“d”</span>'
    items = "\n".join(f"<li>\n{text}\n</li>" for text in ("a", image, colour, highlight))
    present = wrapped(OURS, f"<ul>\n{items}\n</ul>")

    html = patched(present, a_note("- A\n- b\n- c\n- “d”\n- e"))

    assert html == present.replace("<li>\na\n", "<li>\nA\n").replace(
        "</li>\n</ul>", "</li>\n<li>\ne\n</li>\n</ul>"
    )


def test_images_and_citations_of_a_block_that_changes_or_goes_are_kept() -> None:
    image = '<img alt="" data-attachment-key="ABCD1234">'
    citation = '<span class="citation" data-citation="%7B%7D">(Doe)</span>'
    present = wrapped(OURS, f"<p>one {image}</p>", f"<p>two {citation}</p>", "<p>three</p>")

    html = patched(present, a_note("ONE\n\nthree"))

    assert html == wrapped(OURS, f"<p>ONE {image}</p>", f"<p>{citation}</p>", "<p>three</p>")


HIGHLIGHT = (
    '<span class="highlight" data-annotation="%7B%22p%22%3A1%7D">“so <strong>fast</strong>”</span>'
)
CITATION = '<span class="citation" data-citation="%7B%7D">(Doe, p. 3)</span>'


def test_a_paragraph_that_changes_around_a_highlight_keeps_its_link() -> None:
    present = wrapped(OURS, f"<p>He says {HIGHLIGHT} {CITATION} and means it.</p>")

    html = patched(present, a_note("She says “so **fast**” and means it, *too*."))

    assert html == wrapped(
        OURS, f"<p>She says {HIGHLIGHT} {CITATION} and means it, <em>too</em>.</p>"
    )


def test_two_highlights_of_one_paragraph_stay_in_their_order() -> None:
    other = HIGHLIGHT.replace("so <strong>fast</strong>", "and small")
    present = wrapped(OURS, f"<ul>\n<li>\n{HIGHLIGHT}, {other}\n</li>\n</ul>")

    html = patched(present, a_note("- “so **fast**”, and also “and small”"))

    assert html == wrapped(OURS, f"<ul>\n<li>\n{HIGHLIGHT}, and also {other}\n</li>\n</ul>")


YELLOW = '<span style="background-color: rgb(255, 212, 0);">'


@pytest.mark.parametrize(
    ("before", "summary", "after"),
    [
        (f"one {YELLOW}two</span> three", "one two four", f"one {YELLOW}two</span> four"),
        (
            f"one {YELLOW}two three</span>",
            "one **two** x",
            f"one <strong>{YELLOW}two</span></strong>",
        ),
        (f"{YELLOW}one</span> two", "two", "two"),
        (f"{YELLOW}one</span> two", "one of two", f"{YELLOW}one</span> of two"),
        (f"{YELLOW}one</span> two", "`one` three", "<code>one</code> three"),
        (f"{YELLOW}on</span>e two", "one three", f"{YELLOW}on</span>e three"),
        ('<u style="text-decoration-color: red;">a</u> b', "<u>a</u> c", '<u style="text-decor'),
        ('<u style="text-decoration-color: red;">a</u> b', "a c", "a c"),
        ('<span style="color: red;">新</span>的', "新 的", '<span style="color: red;">新</span>'),
    ],
)
def test_words_that_stay_keep_their_colors(before: str, summary: str, after: str) -> None:
    html = patched(wrapped(OURS, f"<p>{before}</p>"), a_note(summary))

    assert f"<p>{after}" in html
    assert editor_form(html) == html


@pytest.mark.parametrize(
    "summary", ["“so slow” I agree", "“so fast” I agree", "# “so **fast**” I agree", "I agree"]
)
def test_an_edit_of_highlighted_words_themselves_is_refused(summary: str) -> None:
    present = wrapped(OURS, f"<p>{HIGHLIGHT} I agree</p>")

    assert patch_html(present, a_note(summary)) == QuotationLost("“so fast”")


def test_a_highlight_goes_with_its_whole_paragraph() -> None:
    present = wrapped(OURS, "<p>one</p>", f"<p>{HIGHLIGHT}</p>")

    assert patched(present, a_note("one")) == wrapped(OURS, "<p>one</p>")


def test_a_private_part_and_what_stands_in_it_is_not_touched() -> None:
    private = "<h4>Private</h4>\n<p>secret  <b>odd</b></p>"
    present = wrapped(OURS, "<p>a</p>", private, "<h3>Key</h3>", "<p>b</p>")

    html = patched(present, a_note("A\n\nmore", Key="b\n\nB"))

    assert html == wrapped(
        OURS, "<p>A</p>", "<p>more</p>", private, "<h3>Key</h3>", "<p>b</p>", "<p>B</p>"
    )


def test_sections_that_are_not_named_stay() -> None:
    present = wrapped(OURS, "<p>a</p>", "<h3>Mine</h3>", "<p>x</p>")

    assert patched(present, a_note("b")) == present.replace("<p>a</p>", "<p>b</p>")


def test_a_new_section_is_added_where_it_belongs_only_when_it_is_said_to_be_new() -> None:
    present = html_of(a_note("a", One="1", Three="3"))
    note = a_note("a", One="1", Two="2", Three="3")

    assert patch_html(present, note) == PartsDiffer(
        (None, "One", "Three"), (None, "One", "Two", "Three")
    )
    assert patch_html(present, note, new_parts=frozenset({"Two"})) == html_of(note)


@pytest.mark.parametrize(
    "present",
    [
        "<p>no heading of ours</p>",
        f"{OURS}<h3>B</h3><h3>A</h3>",
        f"{OURS}<h3>A</h3><h3>A</h3><h3>B</h3>",
        f"{OURS}<h3>A</h3>",
        f"{OURS}<h3>A</h3><h3>B</h3>{OURS}",
        f"<h1>Private</h1>{OURS}<h3>A</h3><h3>B</h3>",
    ],
)
def test_nothing_is_written_when_sections_no_longer_correspond(present: str) -> None:
    result = patch_html(present, a_note("x", A="a", B="b"))

    assert isinstance(result, PartsDiffer)
    assert result.expected == (None, "A", "B")


def test_a_part_can_be_filled_and_emptied() -> None:
    empty = html_of(a_note("", Key=""))
    full = html_of(a_note("- a\n- b", Key="c"))

    assert patched(empty, a_note("- a\n- b", Key="c")) == full
    assert patched(full, a_note("", Key="")) == empty


def test_items_come_and_go_at_any_depth() -> None:
    before = "1. a\n    - b\n    - c\n2. d"
    after = "1. a\n    - c\n        - new\n2. x\n3. d"

    html = patched(html_of(a_note(before)), a_note(after))

    assert html == html_of(a_note(after))


def test_a_list_keeps_its_first_number() -> None:
    present = wrapped(OURS, '<ol start="3">\n<li>\na\n</li>\n<li>\nb\n</li>\n</ol>')

    assert patched(present, a_note("1. b")) == wrapped(
        OURS, '<ol start="3">\n<li>\nb\n</li>\n</ol>'
    )


def test_empty_paragraphs_of_the_person_stay() -> None:
    present = wrapped(OURS, "<p></p>", "<p>a</p>", "<p></p>")

    assert patched(present, a_note("a\n\nb")) == wrapped(
        OURS, "<p></p>", "<p>a</p>", "<p>b</p>", "<p></p>"
    )


def test_a_note_that_would_grow_too_long_is_not_written() -> None:
    present = html_of(a_note("a"))

    fault = patch_html(present, a_note("", Key="b" * LONGEST_NOTE), new_parts=frozenset({"Key"}))

    assert isinstance(fault, TooLong)
    assert fault.largest == "Key"


def test_one_edit_among_many_equal_blocks_changes_one_block() -> None:
    lines = ["- same"] * 800
    present = html_of(a_note("\n".join(lines)))
    lines[400] = "- other"

    html = patched(present, a_note("\n".join(lines)))

    assert html.count("same") == 799
    reading = read_note(html)
    assert reading is not None
    assert reading.parts[0].blocks == split_blocks("\n".join(lines))


def test_a_block_of_another_kind_in_place_of_an_image_keeps_the_image() -> None:
    image = '<img alt="" data-attachment-key="ABCD1234">'
    present = wrapped(OURS, f"<p>one {image}</p>")

    html = patched(present, NoteContent(OUR_ID, "S", (Part(None, ("```\ncode\n```",)),)))

    assert html == wrapped(OURS, "<pre>code</pre>", f"<p>{image}</p>")


def test_an_image_in_a_list_of_terms_is_kept() -> None:
    image = '<img alt="" data-attachment-key="ABCD1234">'
    terms = f"<dl><dt>t {image}</dt><dd>d</dd></dl>"
    present = wrapped(OURS, "<p>a</p>", terms, f"<p>b {image}</p>", f"<h4>c {image}</h4>")

    assert patched(present, a_note("one")).count(image) == 3


def test_a_block_that_would_slip_under_a_private_heading_is_not_written() -> None:
    present = wrapped(OURS, "<h4>Private</h4>", "<p>secret</p>", "<h4>Mine</h4>")

    assert isinstance(patch_html(present, a_note("no heading")), PartsDiffer)


def test_html_that_no_editor_writes_is_patched_as_the_editor_would_save_it() -> None:
    present = f"<div>{OURS}<em><p>one</div>"

    html = patched(present, a_note("two"))

    assert html == wrapped(OURS, "<p>two</p>")


@pytest.mark.parametrize(
    "left",
    [
        '<p><img alt="" data-attachment-key="ABCD1234"></p>',
        "<p>text</p>",
        "<h4>Private</h4>\n<p>mine</p>",
        # Of two sections with one name the second is not empty.
        "<h3>Old</h3>\n<p>text</p>",
    ],
)
def test_a_heading_above_anything_stays_in_its_note(left: str) -> None:
    present = wrapped(OURS, "<p>one</p>", "<h3>Old</h3>", left, "<h3>New</h3>", "<p>two</p>")
    empty = wrapped(OURS, "<p>one</p>", "<h3>Old</h3>", "<h3>New</h3>", "<p>two</p>")

    assert without_headings(present, {"Old"}) == present
    assert without_headings(empty, {"Old"}) == empty.replace("\n<h3>Old</h3>", "")


def test_an_image_between_two_paragraphs_parts_no_item_from_one_inside_of_it() -> None:
    image = '<p><img alt="" data-attachment-key="ABCD1234"></p>'
    present = wrapped(OURS, "<p>y</p>", image, "<p>z</p>")

    html = patched(present, a_note("- a\n  - b"))

    inside = "<ul>\n<li>\n<p>a</p>\n<ul>\n<li>\nb\n</li>\n</ul>\n</li>\n</ul>"
    assert html == wrapped(OURS, inside, image)


def test_a_list_that_loses_its_numbers_has_no_first_number() -> None:
    present = wrapped(OURS, '<ol start="3">\n<li>\na\n</li>\n</ol>')

    assert patched(present, a_note("- b")) == wrapped(OURS, "<ul>\n<li>\nb\n</li>\n</ul>")
    assert patched(present, a_note("1. b")) == present.replace("\na\n", "\nb\n")
