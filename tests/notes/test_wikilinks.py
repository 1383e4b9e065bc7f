"""Wikilinks to linked papers lead to their items in a note, and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from tests.notes.test_vault_markdown import CONSTRUCTS
from tests.notes.texts import MARKDOWN, a_note, html_of
from zoterodigest.core.values.blocks import join_blocks, split_blocks
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.read import read_note
from zoterodigest.notes.wikilinks import page_of, with_item_links, without_item_links

ITEM = "zotero://select/library/items/ABCD2345"
GROUP = "zotero://select/groups/7/items/ABCD2345"
ADDRESSES = {
    "@doe2020": ITEM,
    "Papers/B c": GROUP,
    "wa": ITEM,
    "text": ITEM,
    "web": "https://x.org",
}


def canonical(markdown: str) -> tuple[str, ...]:
    return tuple(filter(None, canonical_blocks(split_blocks(markdown))))


@pytest.mark.parametrize(
    ("wikilink", "page"),
    [
        ("[[A]]", "A"),
        ("[[A|b]]", "A"),
        ("[[Papers/A.md#Some heading|b]]", "Papers/A"),
        ("[[A#^block]]", "A"),
        ("[[ A ]]", "A"),
        ("[[#heading]]", ""),
        ("[A]", ""),
        ("[[A]] [[B]]", ""),
    ],
)
def test_a_wikilink_names_its_page(wikilink: str, page: str) -> None:
    assert page_of(wikilink) == page


@pytest.mark.parametrize(
    ("markdown", "linked"),
    [
        ("see [[@doe2020]].", f"see [[[@doe2020]]]({ITEM})."),
        ("[[@doe2020#^x|Doe]] and [[none]]", f"[[[@doe2020#^x|Doe]]]({ITEM}) and [[none]]"),
        ("- **[[Papers/B c.md]]**", f"- **[[[Papers/B c.md]]]({GROUP})**"),
        ("> - [[wa]]", f"> - [[[wa]]]({ITEM})"),
        ("#### [[wa]]", f"#### [[[wa]]]({ITEM})"),
        ("| [[wa\\|b]] |\n| --- |", f"| [[[wa\\|b]]]({ITEM}) |\n| --- |"),
        ("![[wa]] `[[wa]]` [[[wa]]](https://x.org)", None),
        ("```\n[[wa]]\n```", None),
        ("[[web]]", None),
        ("[[wa|*b* c]]", None),
    ],
)
def test_only_wikilinks_to_linked_papers_lead_to_items(markdown: str, linked: str | None) -> None:
    assert with_item_links((markdown,), ADDRESSES) == (linked or markdown,)
    assert without_item_links((linked or markdown,)) == (markdown,)


@pytest.mark.parametrize("markdown", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_linked_notes_read_back_without_their_links(markdown: str) -> None:
    check_it_comes_back(markdown)


@given(MARKDOWN)
@example("[[text]]")
@settings(deadline=None, max_examples=50)
def test_any_markdown_comes_back_without_the_links(markdown: str) -> None:
    check_it_comes_back(markdown)


def check_it_comes_back(markdown: str) -> None:
    blocks = canonical(markdown)

    linked = with_item_links(blocks, ADDRESSES)
    reading = read_note(editor_form(html_of(a_note(join_blocks(linked)))))

    assert reading is not None
    assert reading.parts[0].blocks == linked
    assert without_item_links(linked) == blocks


def test_edited_words_of_a_linked_wikilink_are_an_edit_of_the_wikilink() -> None:
    html = html_of(a_note(join_blocks(with_item_links(("- see [[wa|wb]]",), ADDRESSES))))

    reading = read_note(editor_form(html.replace("|wb", "|wc")))

    assert reading is not None
    assert without_item_links(reading.parts[0].blocks) == ("- see [[wa|wc]]",)
