"""The laws between Markdown blocks and note HTML, over generated and real text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from tests.notes.texts import MARKDOWN, a_note, canonical_html, digest_texts, editor_pairs, html_of
from zoterodigest.core.values.blocks import join_blocks, split_blocks
from zoterodigest.notes.canonical import canonical_blocks, html_to_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.patch import patch_html
from zoterodigest.notes.read import read_note


def solid(markdown: str) -> tuple[str, ...]:
    """Return the canonical blocks of a text, less those that a note cannot hold."""
    return tuple(filter(None, canonical_blocks(split_blocks(markdown))))


def check_all_laws(markdown: str) -> None:
    blocks = solid(markdown)
    note = a_note(markdown, Key=markdown)
    html = html_of(note)
    reading = read_note(html)
    assert reading is not None
    assert [(part.name, part.blocks) for part in reading.parts] == [(None, blocks), ("Key", blocks)]
    assert canonical_blocks(blocks) == blocks
    assert split_blocks(join_blocks(blocks)) == blocks
    assert editor_form(html) == html
    assert patch_html(html, note) == html


@given(MARKDOWN)
@example("$$\n\x07- - ")
@example("<b>a</b>\u0338b")
@example("- \n    - a")
@example("**a***b*")
@example("- </a>-- ")
@example("-\n\n  inside")
@example("> " * 9 + "deep")
@settings(deadline=None)
def test_a_note_reads_back_as_the_canonical_form_of_what_was_put(markdown: str) -> None:
    check_all_laws(markdown)


def test_the_laws_hold_for_every_fifth_summary_and_section_of_the_shared_digests() -> None:
    for number, text in enumerate(digest_texts()):
        if number % 5 == 0:
            check_all_laws(text)


@pytest.mark.deep
def test_the_laws_hold_for_every_summary_and_section_of_the_shared_digests() -> None:
    for text in digest_texts():
        check_all_laws(text)


def test_plain_summaries_are_canonical_but_for_their_bullets_and_blanks() -> None:
    for text in digest_texts():
        for block, canonical in zip(
            split_blocks(text), canonical_blocks(split_blocks(text)), strict=True
        ):
            if not any(mark in block for mark in "$<&\\*`[_"):
                assert canonical == " ".join(block.split(" ")).replace("  ", " ")


@given(MARKDOWN)
@settings(deadline=None)
def test_a_block_alone_has_a_canonical_form_that_is_its_own(markdown: str) -> None:
    for block in split_blocks(markdown):
        (canonical,) = canonical_blocks((block,))

        assert canonical_blocks((canonical,)) == (canonical,)


@given(MARKDOWN, MARKDOWN)
@settings(deadline=None)
def test_a_patched_note_says_what_was_put_and_is_left_alone_by_the_editor(
    before: str, after: str
) -> None:
    present = html_of(a_note(before, Key=after))

    patched = patch_html(present, a_note(after, Key=before))

    assert isinstance(patched, str)
    reading = read_note(patched)
    assert reading is not None
    assert [part.blocks for part in reading.parts] == [solid(after), solid(before)]
    assert editor_form(patched) == patched


def test_what_the_editor_writes_again_reads_as_the_same_blocks() -> None:
    for pair in editor_pairs():
        if pair["name"] == "math inside highlight":
            continue

        blocks = html_to_blocks(pair["html"])

        assert blocks == html_to_blocks(pair["out"]), pair["name"]
        assert canonical_blocks(blocks) == blocks, pair["name"]


UNFORESEEN = {
    "remote png imported by the client": "the image is fetched",
    "background-image url": "an image made of a style",
    "no metadata": "citations are written anew from metadata",
    "metadata stale, client supplies other item data": "citations are written anew from metadata",
    "itemData inline": "metadata are moved to the wrapper",
    "no data-citation": "citations are written anew from metadata",
    "broken data-citation": "citations are written anew from metadata",
    "old uri/text keys": "annotation data of an old version are migrated",
    "math inside highlight": "a formula is moved out of a highlight",
}


def test_the_editor_is_foretold_for_all_measured_pairs_but_the_named() -> None:
    unforeseen = [
        pair["name"] for pair in editor_pairs() if editor_form(pair["html"]) != pair["out"]
    ]

    assert sorted(unforeseen) == sorted(UNFORESEEN)


def test_canonical_html_is_the_same_before_and_after_the_editor() -> None:
    for pair in editor_pairs():
        canonical = canonical_html(pair["html"])

        assert canonical_html(canonical) == canonical, pair["name"]
        if pair["fixed"] or pair["name"] not in UNFORESEEN:
            assert canonical == canonical_html(pair["out"]), pair["name"]
        if pair["fixed"]:
            assert canonical == canonical_html(pair["out_after_edit"]), pair["name"]
