"""One annotation as Markdown: what it looks like, and that no value leaves its place."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from tests.digest.annotations import NASTY, an_annotation, any_annotation
from zoterodigest.core.values.annotation import Annotation, AnnotationType
from zoterodigest.digest.annotations.blocks import find_annotations
from zoterodigest.digest.annotations.templates import (
    BULLET,
    CALLOUT,
    QUOTE,
    BadBlockTemplate,
    parse_annotation_template,
)

LINK = "zotero://open-pdf/library/items/FILE2222?page=5&annotation=KEY22222"
HIGHLIGHT = Annotation(
    "KEY22222",
    "FILE2222",
    text="The highlighted\ntext",
    comment="The comment",
    page_label="3",
    page=5,
    tags=("tag",),
)


def test_a_callout_has_color_page_text_comment_and_tags() -> None:
    assert CALLOUT.render(HIGHLIGHT) == (
        f"> [!quote] Yellow · [p. 3]({LINK})\n> The highlighted text\n>\n> The comment #tag"
    )


def test_a_quote_of_plain_markdown_begins_with_its_color() -> None:
    assert QUOTE.render(HIGHLIGHT).startswith(
        f"> Yellow, [p. 3]({LINK})\n>\n> The highlighted text\n"
    )


def test_a_bullet_ends_with_the_link() -> None:
    assert BULLET.render(HIGHLIGHT) == (
        f"- The highlighted text — The comment #tag · Yellow · [p. 3]({LINK})"
    )


@pytest.mark.parametrize(
    ("annotation", "head"),
    [
        (an_annotation(2, page=5), "Yellow · [p. 5 of the file]("),
        (an_annotation(2, page=5, page_label="-"), "Yellow · [p. 5 of the file]("),
        (an_annotation(2, page_label="xii"), "Yellow · [p. xii]("),
        (an_annotation(2), "Yellow · [open]("),
        (an_annotation(2, author="Ada"), "Yellow · Ada · [open]("),
        (an_annotation(2, type=AnnotationType.IMAGE), "Yellow · Image · [open]("),
        (an_annotation(2, type=AnnotationType.INK), "Yellow · Drawing · [open]("),
        (an_annotation(2, color="#5fb230"), "Green · [open]("),
    ],
)
def test_the_head_says_what_the_annotation_has(annotation: Annotation, head: str) -> None:
    assert CALLOUT.render(annotation).startswith(f"> [!quote] {head}")


def test_a_note_is_its_comment_and_a_drawing_its_head_alone() -> None:
    note = an_annotation(2, type=AnnotationType.NOTE, text="", comment="Mine")
    drawing = an_annotation(2, type=AnnotationType.INK, text="")

    assert CALLOUT.render(note).split("\n")[1:] == [">", "> Mine"]
    assert CALLOUT.render(drawing).split("\n")[1:] == []


def test_a_comment_keeps_its_lines_and_its_marks() -> None:
    comment = "One <b>bold</b>\ntwo <i>it</i>\n\n\nx<sub>1</sub>\n"

    lines = CALLOUT.render(an_annotation(2, text="", comment=comment)).split("\n")

    assert lines[2:] == ["> One **bold**", "> two *it*", ">", "> x<sub>1</sub>"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[[note]] and ![[x.pdf]]", r"\[\[note\]] and !\[\[x.pdf\]]"),
        ("#tag and C# and #1", r"\#tag and C# and \#1"),
        ("# no heading", r"\# no heading"),
        ("1. no item", r"1\. no item"),
        ("- no item", r"\- no item"),
        ("-5 degrees", "-5 degrees"),
        ("x^2 and ^id", r"x\^2 and \^id"),
        ("50%% off %%", r"50%\% off %\%"),
        ("snake_case and _it_", r"snake_case and \_it\_"),
        ("as in [12], [3]", "as in [12], [3]"),
        ("[12](x)", r"\[12\](x)"),
        ("p<0.05 and a < b", "p<0.05 and a < b"),
        ("<script> </details>", "&lt;script> &lt;/details>"),
        ("{{x}} {% y %} <% z %>", r"{\{x}} {\% y %} <\% z %>"),
        ("key:: value", r"key:\: value"),
        ("see https://x.org/a_b#c", "see https://x.org/a_b#c"),
        ("me@x.org and @cite", r"me@x.org and \@cite"),
        ("a  line\r\nbreak\tand\u00a0more", "a line break and more"),
        ("<b>bold</b>, <b>“q”</b>, <b> x </b>y", "**bold**, <b>“q”</b>, **x** y"),
        ("<b>open", "**open**"),
        ("</b>closed", "closed"),
        ("<b><i>both</i></b>", "<b><i>both</i></b>"),
    ],
)
def test_what_a_text_holds_is_shown_and_means_nothing(text: str, shown: str) -> None:
    assert CALLOUT.render(an_annotation(2, text=text)).split("\n")[1] == f"> {shown}"


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("reading", "#reading"),
        ("a/b-c_d", "#a/b-c_d"),
        ("数据", "#数据"),
        ("to read", "[to read]"),
        ("2024", "[2024]"),
        ("C++", "[C++]"),
        ("[x](y)", r"[\[x\](y)]"),
    ],
)
def test_a_tag_is_one_of_obsidian_if_obsidian_can_spell_it(tag: str, shown: str) -> None:
    assert CALLOUT.render(an_annotation(2, text="", tags=(tag,))).endswith(f"\n> {shown}")


@given(annotation=any_annotation())
@example(an_annotation(2, text="<b>a</b><i>b</i>", comment="<b>a\n\nb</b>"))
@example(an_annotation(2, text="".join(NASTY), comment="\n".join(NASTY)))
def test_an_annotation_is_one_block_that_shows_its_text_and_nothing_else(
    annotation: Annotation,
) -> None:
    tokens = _MARKDOWN.parse(CALLOUT.render(annotation))

    shown = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    kinds = {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or ()
    }
    tops = [token.type for token in tokens if token.level == 0]
    assert tops == ["blockquote_open", "blockquote_close"]
    assert kinds <= _QUIET
    assert shown.count("<a ") == 1
    seen = html.unescape(re.sub(r"<[^>]*>", "", shown))
    for text in (annotation.text, annotation.comment):
        assert _words(text) in " ".join(seen.split())


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_QUIET = {
    *("blockquote_open", "blockquote_close", "paragraph_open", "paragraph_close", "inline"),
    *("text", "softbreak", "text_special", "link_open", "link_close", "html_inline"),
    *("strong_open", "strong_close", "em_open", "em_close"),
}
"""What a block of an annotation consists of: no list, table, heading, code or image."""


def _words(text: str) -> str:
    """Return what a reader sees of a text: without marks and signs that nobody prints."""
    plain = re.sub(r"(?i)</?(?:b|i|sub|sup)>", "", re.sub(r"\r\n|[\r\u2028]", "\n", text))
    return " ".join(re.sub(r"[\x00-\x08\x0e-\x1f\ud800\ufeff]", "", plain).split())


@given(annotation=any_annotation())
def test_a_block_is_found_by_its_key_whatever_its_values_hold(annotation: Annotation) -> None:
    blocks = [template.render(annotation) for template in (CALLOUT, QUOTE, BULLET)]

    found = find_annotations("\n\n".join(["Before", *blocks, "Behind"]))

    assert [(one.keys, one.body) for one in found.blocks] == [
        (("KEY22222",), one) for one in blocks
    ]
    assert found.regions == ()
    hides = ("%%", "{{", "{%", "<%", "[[", "==", "~~", "::", "</d", "<!--")
    assert not any(sign in block for sign in hides for block in blocks)


def test_a_template_may_give_its_blocks_ids() -> None:
    template = parse_annotation_template("> [!quote] {link}\n> {text}\n> ^{key}")

    assert template.render(HIGHLIGHT).endswith("\n> ^KEY22222")


def test_a_persons_template_changes_the_form() -> None:
    template = parse_annotation_template("> {text} ({color}, p. {label})\n> [go]({address})\n")

    assert template.render(HIGHLIGHT) == (f"> The highlighted text (Yellow, p. 3)\n> [go]({LINK})")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("> {link} {journal}", "names {journal}"),
        ("> {text}", "lacks {link}"),
        ("> {link}\n\n{text}", "not always one block"),
        ("- {link}\n  - {text}", "not always one block"),
        ("```\n{link}\n```", "not always one block"),
        ("- {text}\n  {link}", "not always one block"),
    ],
)
def test_a_template_whose_blocks_could_not_be_found_again_is_refused(
    text: str, reason: str
) -> None:
    with pytest.raises(BadBlockTemplate, match=re.escape(reason)):
        parse_annotation_template(text)
