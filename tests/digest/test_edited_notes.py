"""Blocks that come, go and move in a note are what changes in its file, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.digest.vault_notes import read_file
from tests.notes.texts import a_note, html_of
from zoterodigest.core.values.blocks import join_blocks, split_blocks
from zoterodigest.core.values.record import Blocks
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.editor import editor_form, read_nodes
from zoterodigest.notes.note import NoteContent, Part
from zoterodigest.notes.patch import patch_html
from zoterodigest.notes.read import read_note

HEAD = "---\ntitle: Deep Nets\ncitekey: bee2005\n---\n\n"
IN_FILE = (
    "Words {0} of mine.",
    "# One {0}",
    "## Two {0}",
    "### Three {0}",
    "##### Five {0}",
    "- item {0}\n- other {0}\n  - inner {0}",
    "1. first {0}\n2. second {0}",
    "1. first {0}\n\n   more {0}\n2. second {0}",
    "> said {0}",
    "```python\ncode {0}\n```",
    "| a {0} | b |\n|---|---|\n| c | d |",
)
NOT_OWN = ("%% CANARY {0} %%", "## Abstract\n\nCANARY {0}\n\n## After {0}", "<!-- CANARY {0} -->")
IN_NOTE = (
    "<p>Words {0} typed</p>",
    *(f"<h{level}>Heading {{0}}</h{level}>" for level in range(1, 7)),
    "<ul>\n<li>\nitem {0}\n</li>\n<li>\nother {0}\n</li>\n</ul>",
    "<ol>\n<li>\nfirst {0}\n</li>\n<li>\nsecond {0}\n</li>\n</ol>",
    "<blockquote>\n<p>said {0}</p>\n</blockquote>",
    "<pre>code {0}</pre>",
)

Pieces = list[str]


@st.composite
def numbered(draw: st.DrawFn, forms: Sequence[str], first: int, most: int) -> Pieces:
    """Blocks, each with a number of its own."""
    drawn = draw(st.lists(st.sampled_from(forms), max_size=most))
    return [form.format(first + at) for at, form in enumerate(drawn)]


@st.composite
def edited(draw: st.DrawFn, present: Pieces, new: Pieces) -> Pieces:
    """Return blocks of which some went, some moved, and between which new ones came."""
    stay = [one for one in present if draw(st.integers(0, 3))]
    is_one_moved = draw(st.booleans())
    if stay and is_one_moved:
        moved = stay.pop(draw(st.integers(0, len(stay) - 1)))
        stay.insert(draw(st.integers(0, len(stay))), moved)
    for one in new:
        stay.insert(draw(st.integers(0, len(stay))), one)
    return stay


def said_by_file(source: str) -> tuple[str, ...]:
    value = read_file(source).entries[0].reading.fields.get("summary")
    texts = value.texts if isinstance(value, Blocks) else ()
    return tuple(filter(None, canonical_blocks(texts)))


def said_by_note(html: str) -> tuple[str, ...]:
    reading = read_note(html)
    assert reading is not None
    return (reading.whole or reading.parts[0]).blocks


@given(st.data())
def test_blocks_that_come_go_and_move_in_a_note_do_so_in_its_file(data: st.DataObject) -> None:
    body = data.draw(numbered((*IN_FILE, *NOT_OWN), 100, 6))
    source = HEAD + "\n\n".join(body) + "\n"
    standing = read_file(source)
    html = html_of(a_note(join_blocks(said_by_file(source))))
    heading, *nodes = (html[one.start : one.end] for one in read_nodes(html))
    nodes = data.draw(edited(nodes, data.draw(numbered(IN_NOTE, 200, 4))))
    wanted = said_by_note(editor_form("\n".join([heading, *nodes])))

    written = put_digest(standing, {0: {"summary": Blocks(wanted)}}, read_file, canonical_blocks)

    if written.refusals and "## Abstract" in source:
        # Only a heading ends the abstract: without it, text below would be part of that.
        said, before = {*said_by_file(written.source.decode())}, {*said_by_file(source)}
        assert before & {*wanted} <= said <= before | {*wanted}
        assert written.source.count(b"CANARY") == source.count("CANARY")
        return
    assert written.refusals == ()
    assert said_by_file(written.source.decode()) == wanted
    assert written.source.count(b"CANARY") == source.count("CANARY")


@given(st.data())
def test_blocks_that_come_go_and_move_in_a_file_do_so_in_its_note(data: st.DataObject) -> None:
    typed = data.draw(numbered(IN_NOTE, 100, 6))
    html = html_of(a_note(""))
    html = editor_form(html.replace("</h2>", "\n".join(["</h2>", *typed])))
    present = [*split_blocks(join_blocks(said_by_note(html)))]
    body = data.draw(edited(present, data.draw(numbered(IN_FILE, 200, 4))))
    wanted = said_by_file(HEAD + "\n\n".join(body) + "\n")

    patched = patch_html(html, NoteContent("", "", (Part(None, wanted),)), is_whole=True)

    assert isinstance(patched, str)
    assert said_by_note(editor_form(patched)) == wanted


def test_a_block_of_an_item_stays_in_it_when_only_a_part_of_an_edit_is_written() -> None:
    item = "1. first\n\n   more of it\n2. second"
    rest = "Other words.\n\nMore words.\n\n## Abstract\n\nCANARY\n\n## After\n\nLast words."
    body = f"Words 1 of mine.\n\n{item}\n\n{rest}"
    wanted = ("Words 3 typed", "Words 2 typed", "Last words.")

    written = put_digest(
        read_file(f"{HEAD}{body}\n"),
        {0: {"summary": Blocks(wanted)}},
        read_file,
        canonical_blocks,
    )

    assert written.refusals
    assert item in written.source.decode() or "more of it" not in written.source.decode()
