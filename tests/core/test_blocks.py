"""Cutting Markdown into blocks, by lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.growth import LINEAR, growth
from zoterodigest.core.values.blocks import (
    BlockShape,
    block_spans,
    cut_blocks,
    join_blocks,
    split_blocks,
)

LINES = st.sampled_from(
    [
        "",
        "text",
        "more words",
        "- a",
        "-",
        "  - b",
        "    * c",
        "      - d",
        "1. one",
        "2. two",
        "10) ten",
        "   3. three",
        "    still inside",
        "# Heading",
        "```py",
        "  ```",
        "~~~",
        "> quoted",
        ">",
        "$$",
        "$$x_1$$",
        "  $$",
        "| a | b |",
        "|---|:-:|",
        "---",
        "===",
        "* * *",
        "<div>",
        "</details>",
        "<!-- c",
        "-->",
        "\tindented by a tab",
        "<br>text",
        "  blanks after  ",
        "a | b",
    ]
)
TEXTS = st.lists(LINES, max_size=14).map("\n".join) | st.text(
    alphabet="-*1.># `$|\n ab<", max_size=60
)


@pytest.mark.parametrize(
    ("markdown", "blocks"),
    [
        ("", ()),
        (" \n\n\t\n", ()),
        ("one\ntwo\n\nthree", ("one\ntwo", "three")),
        ("- a\n- b\n  goes on\n- c", ("- a", "- b\n  goes on", "- c")),
        ("- a\n    - b\n\n    - c", ("- a", "    - b", "    - c")),
        ("1. a\n2. b", ("1. a", "2. b")),
        ("1. a\n\n   b\n2. c\n3. d", ("1. a", "   b", "2. c", "3. d")),
        ("1. a\n   - b\n2. c", ("1. a", "   - b", "2. c")),
        ("- a\n  b\n  2. c", ("- a\n  b\n  2. c",)),
        ("Founded in\n2019. Then sold.", ("Founded in\n2019. Then sold.",)),
        ("text\n- a", ("text", "- a")),
        ("# T\ntext", ("# T", "text")),
        ("T\n===\ntext", ("T\n===", "text")),
        ("text\n\n---\n\nmore", ("text", "---", "more")),
        ("```py\na\n\n- b\n```\nafter", ("```py\na\n\n- b\n```", "after")),
        ("```\nnever closed\n\nx", ("```\nnever closed\n\nx",)),
        ("before\n$$\na\n\nb\n$$\nafter", ("before", "$$\na\n\nb\n$$", "after")),
        ("$$a$$", ("$$a$$",)),
        ("$$a$$ holds", ("$$a$$ holds",)),
        ("$$ is money\nnever closed", ("$$ is money\nnever closed",)),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nx", ("| a | b |\n|---|---|\n| 1 | 2 |", "x")),
        ("> a\nlazy\n> b\n\nx", ("> a\nlazy\n> b", "x")),
        ("<div>\n<p>x</p>\n\ny", ("<div>\n<p>x</p>", "y")),
        ("<!-- a\n\nb -->\ny", ("<!-- a\n\nb -->", "y")),
        ("one\n<br>two", ("one\n<br>two",)),
        ("- a\n\n  inside\n\noutside", ("- a", "  inside", "outside")),
        ("- a\n  ```\n  x\n  ```\n- b", ("- a", "  ```\n  x\n  ```", "- b")),
        ("text  \n", ("text",)),
    ],
)
def test_text_is_cut_at_the_blocks_a_reader_sees(markdown: str, blocks: tuple[str, ...]) -> None:
    assert split_blocks(markdown) == blocks


def test_depth_counts_the_items_around_a_block() -> None:
    cuts = cut_blocks("- a\n  - b\n    - c\n\n      inside c\n- d\n\ntext")

    assert [cut.depth for cut in cuts] == [0, 1, 2, 3, 0, 0]
    assert [cut.shape for cut in cuts][3:] == [
        BlockShape.PARAGRAPH,
        BlockShape.ITEM,
        BlockShape.PARAGRAPH,
    ]


MORE = st.sampled_from(
    [
        "",
        "\n   goes on",
        "\n\n   second",
        "\n   - inner",
        "\n   1. inner\n   2. other",
        "\n   > said",
    ]
)
BREAKS = st.sampled_from(["\n", "\n\n"])


@given(st.lists(st.tuples(MORE, BREAKS), min_size=1, max_size=4), st.sampled_from(["1.", "4)"]))
def test_as_many_items_are_cut_as_commonmark_reads(
    items: list[tuple[str, str]], first: str
) -> None:
    start, sign = int(first[0]), first[1]
    numbered = (f"{start + at}{sign} one{more}{gap}" for at, (more, gap) in enumerate(items))
    text = "".join(numbered)

    cuts = cut_blocks(text)

    tokens = MarkdownIt("commonmark").parse(text)
    read = sum(token.type == "list_item_open" for token in tokens)
    assert sum(cut.shape is BlockShape.ITEM for cut in cuts) == read


@given(TEXTS)
def test_cutting_again_what_was_joined_gives_the_same_blocks(text: str) -> None:
    blocks = split_blocks(text)

    assert split_blocks(join_blocks(blocks)) == blocks


@given(TEXTS)
def test_spans_are_in_order_and_leave_only_blanks_between_them(text: str) -> None:
    spans = block_spans(text)

    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    assert not "".join(
        text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)
    ).strip(" \t\n")
    assert tuple(text[start:end] for start, end in spans) == split_blocks(text)


@given(TEXTS)
def test_joining_keeps_shape_and_depth(text: str) -> None:
    cuts = cut_blocks(text)

    joined = cut_blocks(join_blocks(split_blocks(text)))

    assert [(cut.shape, cut.depth) for cut in joined] == [(cut.shape, cut.depth) for cut in cuts]


@pytest.mark.deep
@pytest.mark.parametrize(
    "unit",
    ["- a\n", "$$ x\n", "> " * 40 + "\n", "| a |\n", "- - - x\n", "```x\n", "<!-- \n", "a|\n-|-\n"],
)
def test_long_hostile_text_is_cut_in_linear_time(unit: str) -> None:
    assert growth(lambda size: cut_blocks(unit * (size // len(unit))), 100_000) < LINEAR


def test_a_line_of_20000_characters_is_one_block() -> None:
    line = "- " + "word | " * 3000

    assert split_blocks(line) == (line.rstrip(),)
