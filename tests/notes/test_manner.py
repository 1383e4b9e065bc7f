"""A block in the place of another is written in that one's manner."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.notes.texts import MARKDOWN
from zoterodigest.core.blocks import split_blocks
from zoterodigest.notes.canonical import canonical_block
from zoterodigest.notes.manner import in_manner_of


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
    assert in_manner_of(own, block) == written


@given(MARKDOWN, MARKDOWN)
def test_a_block_says_the_same_in_any_manner(own: str, other: str) -> None:
    for block in split_blocks(other):
        written = in_manner_of(own, block)

        assert canonical_block(written) == canonical_block(block)
