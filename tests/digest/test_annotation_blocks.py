"""Blocks of annotations are known by their keys, in the form of each tool that writes some."""

from __future__ import annotations

import pytest

from zoterodigest.digest.annotations.blocks import (
    BIBNOTES,
    ZOTERO_INTEGRATION,
    ZOTFLOW,
    ZOTLIT,
    annotation_keys,
    find_annotations,
)

KEY, FILE = "KEY22222", "FILE2222"
OPEN = f"zotero://open-pdf/library/items/{FILE}?page=3&annotation={KEY}"

FORMS = {
    "Zotero": (
        f"“A text” ([Ada, p. 3](zotero://select/library/items/ITEM2222)) ([pdf]({OPEN})) Yes",
        "",
    ),
    "Zotero Integration, a quote": (
        f"> “A text” Yellow Highlight [Page 3]({OPEN})",
        ZOTERO_INTEGRATION,
    ),
    "Zotero Integration, a callout of a color": (
        f"> [!quote|#ffd400] Highlight\n> A text [p]({OPEN})",
        ZOTERO_INTEGRATION,
    ),
    "Zotero Integration, a callout of a kind": (
        f"> [!YellowHighlight]\n> A text [p]({OPEN})",
        ZOTERO_INTEGRATION,
    ),
    "Zotero Integration, a mark": (
        f'- <mark class="hltr-yellow">A text</mark> [p. 3]({OPEN})',
        ZOTERO_INTEGRATION,
    ),
    "Zotero Integration, another mark": (
        f'<mark style="background: #ffd400">A text</mark> [p. 3]({OPEN})',
        ZOTERO_INTEGRATION,
    ),
    "ZotLit 1": (f"> [!note] Page 4\n> A text\n> ---\n> Yes\n> ^{KEY}a{FILE}p4", ZOTLIT),
    "ZotLit 1 with a link": (f"> [!note] [Page 4]({OPEN})\n> A text\n> ^{KEY}a{FILE}p4", ZOTLIT),
    "ZotFlow": (
        "> [!zotflow-highlight-#ffd400] [a.pdf, p.3](obsidian://zotflow?type=open)\n"
        f"> > A text\n^{KEY}",
        ZOTFLOW,
    ),
    "BibNotes": (f'- *"A text"* ([p. 3]({OPEN}))\n  > **Yes**', BIBNOTES),
    "ours": (f"> [!quote] Yellow · [p. 3]({OPEN})\n> A text", ""),
    "ours in plain Markdown": (f"> Yellow, [p. 3]({OPEN})\n>\n> A text", ""),
    "ours in Logseq": (f"- A text · Yellow · [p. 3]({OPEN})", ""),
    "a group's": (f"> [p](zotero://open-pdf/groups/45/items/{FILE}?annotation={KEY})", ""),
    "a link of later Zoteros": (f"> [p](zotero://open/library/items/{FILE}?annotation={KEY})", ""),
    "an old link": (f"> [p](zotero://open-pdf/library/items/0_{FILE}?annotation={KEY})", ""),
    "a nested item": (f"\t- A text [p. 3]({OPEN})\n\t  more", ""),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_block_of_each_tool_is_found_with_its_key_and_its_tool(name: str) -> None:
    text, tool = FORMS[name]

    (block,) = find_annotations(f"# Title\n\nWords\n\n{text}\n\nWords\n").blocks

    assert (block.keys, block.tool) == ((KEY,), tool)
    # A quote in an item is a block of its own.
    assert block.body == text.replace("\t", "").partition("\n  > ")[0]


@pytest.mark.parametrize(
    "text",
    [
        f"```\n[p]({OPEN})\n```",
        "[p](zotero://open-pdf/library/items/FILE2222?page=3)",
        "[p](zotero://select/library/items/ITEM2222)",
        "[p](zotero://open-pdf/library/items/FILE2222?annotation=key22222)",
        "A line ^reference",
    ],
)
def test_what_names_no_annotation_is_no_block(text: str) -> None:
    assert find_annotations(text).blocks == ()


def test_the_id_of_a_block_below_it_is_no_second_block() -> None:
    text = f"> [!quote] [p. 3]({OPEN})\n> A text\n\n^{KEY}\n\nWords\n"

    assert [block.keys for block in find_annotations(text).blocks] == [(KEY,)]


def test_the_keys_come_with_those_of_their_attachments() -> None:
    text = "\n\n".join(text for text, _ in FORMS.values())

    assert annotation_keys(text) == {KEY: FILE}


@pytest.mark.parametrize(
    ("region", "tool", "holds_annotations"),
    [
        (
            f"# Annotations%% begin annotations %%\n> [p]({OPEN})\n%% end annotations %%",
            ZOTERO_INTEGRATION,
            True,
        ),
        ("%% begin annotations %%%% end annotations %%", ZOTERO_INTEGRATION, True),
        ("%% Begin Annotations %%\n%% end annotations %%", ZOTERO_INTEGRATION, True),
        (f"%% begin notes %%\n> [p]({OPEN})\n%% end notes %%", ZOTERO_INTEGRATION, True),
        ("%% begin notes %%\nMine\n%% end notes %%", ZOTERO_INTEGRATION, False),
        (f"%%zt-managed%%\n> [p]({OPEN})\n%%/zt-managed%%", ZOTLIT, True),
        ("%%zt-managed%%\nTitle\n%%/zt-managed%%", ZOTLIT, False),
        (f"<!-- ZF_ANNO_BEG_{KEY} -->\nYes\n<!-- ZF_ANNO_END_{KEY} -->", ZOTFLOW, True),
    ],
)
def test_a_region_between_the_marks_of_a_tool_is_its_own(
    region: str, tool: str, *, holds_annotations: bool
) -> None:
    (found,) = find_annotations(f"Before\n\n{region}\n\nBehind\n").regions

    assert (found.tool, found.holds_annotations) == (tool, holds_annotations)
    assert found.end <= len("Before\n\n") + len(region)


def test_a_region_that_nobody_closes_reaches_to_the_end() -> None:
    text = f"%% begin annotations %%\n\n> [p]({OPEN})\n"

    found = find_annotations(text)

    assert [block.is_foreign for block in found.blocks] == [True]
    assert found.regions[0].end == len(text)
