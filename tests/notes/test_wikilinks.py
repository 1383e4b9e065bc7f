"""Wikilinks to linked papers lead to their items in a note, and come back as they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings

from tests.notes.test_vault_markdown import CONSTRUCTS
from tests.notes.texts import MARKDOWN, a_note, html_of
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.note import NoteContent
from zoterodigest.notes.patch import patch_html
from zoterodigest.notes.read import read_note
from zoterodigest.notes.wikilinks import pages_in

ITEM = "zotero://select/library/items/ABCD2345"
GROUP = "zotero://select/groups/7/items/ABCD2345"
LINKS = {"@doe2020": ITEM, "Papers/B c": GROUP, "wa": ITEM, "text": ITEM}
A = f'<a href="{ITEM}" rel="noopener noreferrer nofollow">'


def linked_note(markdown: str) -> NoteContent:
    note = a_note(markdown)
    return replace(note, parts=tuple(replace(part, links=LINKS) for part in note.parts))


def canonical(markdown: str) -> tuple[str, ...]:
    return tuple(filter(None, canonical_blocks(split_blocks(markdown))))


def blocks_in(html: str) -> tuple[str, ...]:
    reading = read_note(html)
    assert reading is not None
    return reading.parts[0].blocks


@pytest.mark.parametrize(
    ("wikilink", "pages"),
    [
        ("[[A]]", ["A"]),
        ("[[A|b]]", ["A"]),
        ("| [[A\\|b]] |", ["A"]),
        ("[[Papers/A.md#Some heading|b]]", ["Papers/A"]),
        ("[[A#^block]]", ["A"]),
        ("[[ A ]] [[B]]", ["A", "B"]),
        ("[[#heading]] [C] ![[D]]", []),
    ],
)
def test_wikilinks_name_their_pages(wikilink: str, pages: list[str]) -> None:
    assert pages_in(wikilink) == pages


@pytest.mark.parametrize(
    ("markdown", "linked"),
    [
        ("see [[@doe2020]].", f"see {A}[[@doe2020]]</a>."),
        ("[[@doe2020#^x|Doe]] and [[none]]", f"{A}[[@doe2020#^x|Doe]]</a> and [[none]]"),
        ("- **[[Papers/B c.md]]**", f"<strong>{A.replace(ITEM, GROUP)}[[Papers/B c.md]]</a>"),
        ("> - [[wa]]", f"{A}[[wa]]</a>"),
        ("#### [[wa]]", f"<h4>{A}[[wa]]</a></h4>"),
        ("| [[wa\\|b]] |\n| --- |", f"{A}[[wa|b]]</a>"),
        ("![[wa]] `[[wa]]` [[[wa]]](https://x.org)", ""),
        ("```\n[[wa]]\n```", ""),
        ("[[wa|*b* c]]", ""),
    ],
)
def test_only_wikilinks_to_linked_papers_lead_to_items(markdown: str, linked: str) -> None:
    html = html_of(linked_note(markdown))

    assert linked in html
    assert ("zotero://select" in html) == bool(linked)
    assert blocks_in(html) == canonical(markdown)


@pytest.mark.parametrize("markdown", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_linked_notes_read_back_without_their_links(markdown: str) -> None:
    check_it_comes_back(markdown)


@given(MARKDOWN)
@example("[[text]]")
@settings(deadline=None, max_examples=50)
def test_any_markdown_comes_back_without_the_links(markdown: str) -> None:
    check_it_comes_back(markdown)


def check_it_comes_back(markdown: str) -> None:
    html = html_of(linked_note(markdown))

    assert editor_form(html) == html
    assert blocks_in(html) == canonical(markdown)


@pytest.mark.parametrize(
    ("edited", "block"),
    [
        (lambda html: html.replace("|wb", "|wc"), "- see [[wa|wc]]"),
        (lambda html: html.replace("wb]]</a>", "wb]] and</a> more"), "- see [[wa|wb]] and more"),
        (lambda html: html.replace("wb", "<strong>wb</strong>"), "- see [[wa|**wb**]]"),
        (lambda html: html.replace(A, "").replace("</a>", ""), "- see [[wa|wb]]"),
    ],
    ids=["words of the link", "more words in the link", "bold words", "link taken away"],
)
def test_what_is_done_to_a_linked_wikilink_is_an_edit_of_its_words(
    edited: Callable[[str], str], block: str
) -> None:
    html = html_of(linked_note("- see [[wa|wb]]"))

    assert blocks_in(editor_form(edited(html))) == (block,)


def test_a_note_is_not_written_for_its_links_alone() -> None:
    html = html_of(a_note("See [[wa]].\n\nSee [[text]]."))

    assert patch_html(html, linked_note("See [[wa]].\n\nSee [[text]].")) == html
    patched = patch_html(html, linked_note("See [[wa]].\n\nNow see [[text]]."))
    assert patched == html.replace("<p>See [[text]]", f"<p>Now see {A}[[text]]</a>")


def test_a_link_of_the_persons_own_to_an_item_stays() -> None:
    assert canonical(f"[Doe]({ITEM})") == (f"[Doe]({ITEM})",)
