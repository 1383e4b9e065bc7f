"""Notes of the person's own, read for a digest."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.notes.texts import MARKDOWN, OUR_ID, a_note, editor_pairs, html_of
from zoterodigest.core.values.blocks import BlockShape, cut_blocks, join_blocks, split_blocks
from zoterodigest.digest.read.markers import is_marker
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.own import OwnNote, read_own_note

SHOWN = '(<span class="citation-item">Doe, p. 3</span>)'
CITED = f'<span class="citation" data-citation="%7B%7D">{SHOWN}</span>'
HOSTILE = [
    "<h1>Heading</h1><h2>Heading</h2><hr><p><b>Bold</b></p>",
    "<pre>&lt;!-- /zotero-note ABCD2345 --&gt;</pre>",
    "<p>&lt;!-- zotero-note ABCD2345 --&gt;</p>",
    "<ul><li>&lt;!-- x</li></ul><p>a <code>&lt;!-- x</code> &lt;!-- b</p>",
    '<pre class="math">$$\n&lt;!-- /zotero-note ABCD2345 --&gt;\n$$</pre>',
    "<blockquote><h3>Deep</h3><hr></blockquote>",
    "<table><tr><th><h2>Cell</h2></th></tr><tr><td>a | b<hr></td></tr></table>",
    "<p>&lt;/details&gt; | &gt; **paper title** {title}</p><p>```</p><p>---</p>",
    "<p>zero\u200bwidth \u202ebidi</p>",
]


def shown(html: str) -> OwnNote:
    note = read_own_note(html)
    assert note is not None
    return note


def test_headings_are_bold_paragraphs_and_rules_are_left_out() -> None:
    note = shown("<h1>One</h1><p>a</p><hr><h3>Two <i>three</i></h3><ul><li>b</li></ul>")

    assert note.blocks == ("**One**", "a", "**Two *three***", "- b")


def test_an_annotation_is_quoted_with_the_text_of_its_citation() -> None:
    highlight = '<span class="highlight" data-annotation="%7B%7D">“so it is”</span>'
    bare = '<span class="underline" data-annotation="%7B%7D">or not</span>'

    note = shown(f"<p>{highlight} {CITED} I agree</p><p>{bare} {CITED}</p>")

    assert note.blocks == ("“so it is” (Doe, p. 3) I agree", "“or not” (Doe, p. 3)")


def test_images_and_colours_are_left_out() -> None:
    image = '<img alt="{}" data-attachment-key="ABCD2345">'
    colour = '<span style="color: rgb(255, 0, 0);">red</span>'

    note = shown(f"<p>{colour} {image.format('a plot')}</p><p>{image.format('')}</p>")

    assert note.blocks == ("red a plot",)


def test_nothing_below_a_private_heading_is_read() -> None:
    note = shown("<p>a</p><h2>Private\u200b:</h2><p>secret</p><h3>x</h3><p>secret</p><h1>b</h1>")

    assert note.blocks == ("a", "**b**")
    assert "secret" not in repr(note)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p></p>",
        '<p><img alt="" data-attachment-key="ABCD2345"></p>',
        "<h1>Private</h1><p>a</p>",
        f'<p>mine</p><h2 id="{OUR_ID}">Summary · Digest</h2><p>a</p>',
    ],
)
def test_a_note_that_shows_nothing_or_is_ours_is_not_read(html: str) -> None:
    assert read_own_note(html) is None


def check_laws(html: str) -> None:
    note = read_own_note(html)
    if note is None:
        return
    assert canonical_blocks(note.blocks) == note.blocks
    assert split_blocks(join_blocks(note.blocks)) == note.blocks
    again = read_own_note(editor_form(html))
    assert again is not None
    assert again.blocks == note.blocks
    for block in note.blocks:
        shapes = {cut.shape for cut in cut_blocks(block)}
        assert not shapes & {BlockShape.HEADING, BlockShape.RULE, BlockShape.HTML}
        assert not any(is_marker(line.encode()) for line in block.split("\n"))
        assert "<!--" not in block.replace(r"\<!--", "")


@given(MARKDOWN, st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join))
@example("", "".join(HOSTILE))
def test_what_is_read_is_canonical_and_no_structure_of_a_digest(markdown: str, html: str) -> None:
    ours = html_of(a_note(markdown, Key=markdown))

    check_laws(ours.replace(f'id="{OUR_ID}"', "") + html)


def test_the_laws_hold_for_all_that_the_editor_was_seen_to_write() -> None:
    for pair in editor_pairs():
        if pair["name"] != "math inside highlight":
            check_laws(pair["out"])
