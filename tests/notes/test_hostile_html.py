"""Notes of any HTML: nothing fails, nothing of the person's is lost, the same is the same."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.notes.texts import OUR_ID, canonical_html
from zoterodigest.notes.canonical import canonical_blocks, html_to_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.note import NoteContent, Part
from zoterodigest.notes.patch import QuotationLost, patch_html
from zoterodigest.notes.read import NoteReading, read_note

_IMAGE = "<img alt='' data-attachment-key='A'>"
_TAGS = [
    *("p", "ul", "ol", "li", "h4", "blockquote", "table", "tr", "td", "th", "pre", "b", "em"),
    *("code", "u", "sub", "div", "details", "a href='https://u'", "span style='color:red'"),
    "span class=highlight data-annotation='%7B'",
]
_ENDS = [f"</{tag.split(' ')[0]}>" for tag in _TAGS]
_WHOLE = [
    *("<h3>K</h3>", "<h4>Private</h4>", "<h3>Private</h3>", "<pre class=math>$$x$$</pre>", "<hr>"),
    *("<span class=math>$y$</span>", "<span class=citation data-citation='%7B'>(D)</span>", "<br>"),
    *(_IMAGE, "<p></p>", "text", "- a", "# b", "1. c", "$z$", "`q`", "*e*", " ", "&nbsp;", "\n"),
    *("  ", "<", "&amp;", "|", "\\"),
]
# Not U+0338: with the `>` of a tag before it, NFC makes one character, also in the editor itself.
HTML = st.lists(
    st.sampled_from([f"<{tag}>" for tag in _TAGS] + _ENDS + _WHOLE)
    | st.text(st.characters(exclude_characters="\u0338", exclude_categories=["Cs"]), max_size=2),
    max_size=25,
).map("".join)


def note_of(reading: NoteReading, summary: tuple[str, ...]) -> NoteContent:
    sections = (Part(part.name, part.blocks) for part in reading.parts[1:])
    return NoteContent(reading.id, reading.heading, (Part(None, summary), *sections))


def kept(reading: NoteReading) -> Counter[str]:
    return Counter(kind for kind in reading.kept if kind in ("image", "citation"))


@given(HTML)
@settings(deadline=None)
def test_blocks_of_any_html_are_canonical_also_after_the_editor(html: str) -> None:
    blocks = html_to_blocks(html)

    assert canonical_blocks(blocks) == blocks
    assert html_to_blocks(editor_form(html)) == blocks
    assert html_to_blocks(canonical_html(canonical_html(html))) == html_to_blocks(
        canonical_html(html)
    )


QUOTED = "<span class=highlight data-annotation='%7B'><span class=math>$y$</span>"


@given(HTML, HTML)
@settings(deadline=None)
@example("<h4><span class=math>$y$</span>", "")  # two nodes are read from one place
@example(QUOTED, "<h3>K</h3>")  # the words of a quotation are never written over
@example("0<p><span class=highlight data-annotation='%7B'>\n0", "text<p>text0")
@example("0<p><span class=highlight data-annotation='%7B'><br>0", "text<p>text0")
def test_a_patch_changes_the_summary_and_loses_nothing(present: str, wanted: str) -> None:
    html = f'<p>mine</p><h2 id="{OUR_ID}">S</h2>{present}'
    reading = read_note(html)
    assert reading is not None
    names = [part.name for part in reading.parts]
    assume(len(set(names)) == len(names))
    blocks = html_to_blocks(wanted)

    assert patch_html(html, note_of(reading, reading.parts[0].blocks)) == html
    patched = patch_html(html, note_of(reading, blocks))

    if isinstance(patched, QuotationLost):
        assert "data-annotation" in present
        return
    if not isinstance(patched, str):
        assert reading.has_private
        return
    after = read_note(patched)
    assert after is not None
    assert after.parts[0].blocks == blocks
    assert [part.blocks for part in after.parts[1:]] == [part.blocks for part in reading.parts[1:]]
    assert kept(after) == kept(reading)


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>hidden</script>",
        "<style>hidden</style>",
        "<title>hidden</title>",
        "<noscript>hidden</noscript>",
        "<object>hidden</object>",
        "<template>hidden</template>",
        "<head>hidden</head>",
        "<head><title>hidden</title></head>",
    ],
)
@pytest.mark.parametrize("place", ["<p>a {}b</p>", "<p>a b</p>{}", "<ul><li>a b{}</li></ul>"])
def test_what_a_browser_does_not_show_is_neither_read_nor_kept(hidden: str, place: str) -> None:
    html = place.format(hidden)

    assert html_to_blocks(html) == html_to_blocks(place.format(""))
    assert canonical_html(html) == canonical_html(place.format(""))


@pytest.mark.parametrize("tag", ["svg", "math", "iframe", "form", "button", "video", "embed"])
def test_of_an_element_that_notes_do_not_have_only_its_text_is_kept(tag: str) -> None:
    html = f"<p>a <{tag} onload='x()' style='x:y'><i onclick='x()'>b</i></{tag}></p>"

    for form in (canonical_html(html), editor_form(html)):
        assert f"<{tag}" not in form
        assert "x()" not in form
        assert "x:y" not in form
        assert "b" in form


def test_a_caption_becomes_a_row_of_its_table() -> None:
    html = "<table><caption>c</caption><tr><td>x</td></tr></table>"

    assert html_to_blocks(html) == html_to_blocks(
        "<table><tr><td>c</td></tr><tr><td>x</td></tr></table>"
    )
    assert "<caption" not in canonical_html(html)
