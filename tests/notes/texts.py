"""What the tests of this folder share: Markdown to generate, notes to build, the shared data."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.notes.editor import nodes_of
from zoterodigest.notes.markup import Element, parse
from zoterodigest.notes.note import NoteContent, Part, to_html
from zoterodigest.notes.serialise import note_html

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
OUR_ID = "zd-abcdefghij"


def _parted(text: str) -> list[str]:
    return text.split("|")


LAYOUT = _parted("- |* |1. |2) |    |  |\n|\n\n|# |## |> |```|~~~|$$|-|+|#|---|===|\t|1|5|:")
MARKS = _parted(r"$|**|*|_|~~|`|``|\|[|](|)|!|[t](https://x.org/é)|![i](u.png)|[j](javascript:x)")
TEXT = _parted("text|word|中文|“|”|a_b| |  |\u00a0|\u3000|{|}|'|\"|Private|&|&amp;|&lt;|<")
HIDDEN = _parted("\u200b|\u202e|\u0338|e\u0301|\x07|\x00")
TAGS = _parted(
    "<br>|<u>|</u>|<b>|</b>|<sub>x</sub>|<a href='https://x.org/?a=1&b'>|</a>|</p>|</details>"
    "|<details>|<summary>|<div>|</div>|<h2 id='zd-aaaaaaaaaa'>|<!--|-->|<span class='math'>|</span>"
    "|<pre>|<code>|</li>|<td>|</table>|<img src=x onerror=y>|<script>"
)
TABLES = ["|", "| a | b |\n|---|---|\n"]
FRAGMENTS = [*LAYOUT, *MARKS, *TEXT, *HIDDEN, *TAGS, *TABLES]
MARKDOWN = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=14).map("".join)


def a_note(summary: str, **sections: str) -> NoteContent:
    """Return a note of our own with a summary and sections by name, as Markdown."""
    named = (Part(name, split_blocks(text)) for name, text in sections.items())
    return NoteContent(OUR_ID, "Summary · Digest", (Part(None, split_blocks(summary)), *named))


def html_of(note: NoteContent) -> str:
    """Return the HTML of a note that is known not to be too long."""
    html = to_html(note)
    assert isinstance(html, str)
    return html


def editor_pairs() -> list[dict[str, Any]]:
    """Return the measured pairs of the note editor, or skip where they are not at hand."""
    path = SHARED / "data" / "note-editor-pairs.jsonl"
    if not path.exists():
        pytest.skip("the measured pairs are not at hand")
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def digest_texts() -> Iterator[str]:
    """Yield all summaries and sections of the shared digests, or skip where they are missing."""
    paths = sorted((SHARED / "digests" / "truth").glob("*.json"))
    if not paths:
        pytest.skip("the shared digests are not at hand")
    for path in paths:
        for entry in json.loads(path.read_text("utf-8"))["entries"]:
            sections = entry.get("sections") or []
            yield from filter(None, [entry.get("summary"), *(part["text"] for part in sections)])


def canonical_html(html: str) -> str:
    """Return one form for all HTML that differs only by how an editor wrote it.

    It is for comparing, not for storing. It leaves out the text of citations, which the editor
    writes again from metadata; the link of a highlight to its annotation, which any edit may cut;
    and the attributes of the wrapper.
    """
    root = parse(unicodedata.normalize("NFC", html))
    _forget_quotations(root)
    return note_html(placed.node for placed in nodes_of(root))


def _forget_quotations(element: Element) -> None:
    for child in element.children:
        if isinstance(child, Element):
            if child.attributes.get("class") == "citation":
                child.children.clear()
            given = child.attributes.items()
            child.attributes = {name: text for name, text in given if name != "data-annotation"}
            _forget_quotations(child)
