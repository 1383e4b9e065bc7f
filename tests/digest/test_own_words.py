"""What stays in a changed entry keeps the digest's own text; what is new is written like it."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.notes.texts import MARKDOWN
from zoterodigest.core.blocks import split_blocks
from zoterodigest.digest.own_words import in_place_of, own_texts
from zoterodigest.notes.canonical import canonical_block, canonical_blocks


@pytest.mark.parametrize(
    ("own", "block", "written"),
    [
        ("- an $$x$$ here", "- an $x$ there", "- an $$x$$ there"),
        ("- $$x  + 1$$ or", "- so $x + 1$ or", "- so $$x  + 1$$ or"),
        ("- $$x$$ or $$y$$", "- $x$ or $z$", "- $$x$$ or $$z$$"),
        ("- $$x$$ or $y$", "- $x$, $y$ or $z$", "- $$x$$, $y$ or $z$"),
        ("- $x$ here", "- $x$ there", "- $x$ there"),
        ("an $$x$$", "$x$", "$x$"),
        ("an $$x$$", "`$x$` and $x$", "`$x$` and $x$"),
        ("    - an $$x$$", "    - the $x$", "    - the $$x$$"),
    ],
)
def test_formulas_keep_their_dollars_where_that_says_the_same(
    own: str, block: str, written: str
) -> None:
    assert in_place_of(own, block, canonical_blocks) == written


@pytest.mark.parametrize(
    ("own", "block", "written"),
    [
        ("one  two three", "one two four", "one  two four"),
        ("one  two  three", "one six three", "one  six  three"),
        ("- one   two", "- one two three", "- one   two three"),
        ("```\na  b\n```", "```\na b\n```", "```\na b\n```"),
        ("```\na  b\n```", "```\na c\n```", "```\na c\n```"),
    ],
)
def test_words_that_stay_keep_the_blanks_between_them_but_in_code(
    own: str, block: str, written: str
) -> None:
    assert in_place_of(own, block, canonical_blocks) == written


def test_blocks_that_say_the_same_keep_the_digests_own_text() -> None:
    own = ("* One  point", "<!-- mine -->", "* Two", "* Three")

    texts = own_texts(own, ("- One point", "- 2", "- Three"), canonical_blocks)

    assert tuple(texts) == ("* One  point", "<!-- mine -->", "- 2", "* Three")


@given(MARKDOWN, MARKDOWN)
def test_a_block_says_the_same_in_any_manner(own: str, other: str) -> None:
    for block in split_blocks(other):
        written = in_place_of(own, block, canonical_blocks)

        assert canonical_block(written) == canonical_block(block)
