"""What notes seldom hold, and is read and kept all the same."""

from __future__ import annotations

import pytest

from tests.notes.texts import OUR_ID, a_note
from zoterodigest.notes.canonical import html_to_blocks
from zoterodigest.notes.inline import css_colour
from zoterodigest.notes.markdown import read_inline
from zoterodigest.notes.model import NoteText
from zoterodigest.notes.own import holds_own_text, holds_private, note_pieces
from zoterodigest.notes.patch import patch_html


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ('<p><span style="font-style: italic">a</span></p>', ("*a*",)),
        (
            "<table><tr><td><pre>a</pre></td><td><hr>b</td></tr></table>",
            ("| `a` | b |\n| --- | --- |",),
        ),
        ('<pre>a<img src="x.png">b</pre>', ("```\nab\n```",)),
        ("<p>a</p></br>", ("a",)),
        ("<p>a<b", ("a",)),
        (f"{'<div>' * 150}a{'</div>' * 150}<p>b</p>", ("a", "b")),
    ],
)
def test_html_that_the_editor_does_not_write_is_read(html: str, blocks: tuple[str, ...]) -> None:
    assert html_to_blocks(html) == blocks


def test_a_color_of_three_digits_is_one_of_six() -> None:
    assert css_colour("#f0a") == css_colour("#ff00aa") == "rgb(255, 0, 170)"


def test_an_address_between_angle_brackets_is_the_bare_address() -> None:
    assert read_inline("Ask <ada@example.org>.") == (NoteText("Ask ada@example.org."),)


def test_a_private_part_between_others_is_one_wall() -> None:
    html = "<h2>Mine</h2>\n<p>a</p>\n<h2>Private</h2>\n<p>secret</p>\n<h2>More</h2>\n<p>b</p>"

    cut = note_pieces(html)

    assert [piece for piece in cut.pieces if holds_private([piece])] == [cut.pieces[2]]
    assert "secret" not in "".join(cut.pieces)
    assert cut.joined(cut.pieces) == html
    assert holds_own_text(html)


@pytest.mark.parametrize("item", ["<p></p>\n<p>old</p>", "<p>old</p>"])
def test_a_paragraph_behind_an_empty_one_is_the_text_of_its_item(item: str) -> None:
    head = f'<h2 id="{OUR_ID}">Summary · Digest</h2>'

    html = patch_html(f"{head}\n<ul>\n<li>\n{item}\n</li>\n</ul>", a_note("- new"))

    assert html == f"{head}\n<ul>\n<li>\nnew\n</li>\n</ul>"
