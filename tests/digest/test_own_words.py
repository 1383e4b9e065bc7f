"""What stays in a changed entry keeps the digest's own text; what is new is written like it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.digest.corpus import read
from tests.notes.test_vault_markdown import CONSTRUCTS
from tests.notes.texts import MARKDOWN
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.record import Blocks
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.own_words import in_own_words, in_place_of, own_texts
from zoterodigest.notes.canonical import canonical_blocks


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

    assert tuple(texts) == ("* One  point", "<!-- mine -->", "* 2", "* Three")


@given(MARKDOWN, MARKDOWN)
def test_a_block_says_the_same_in_any_manner(own: str, other: str) -> None:
    for block in split_blocks(other):
        written = in_place_of(own, block, canonical_blocks)

        assert canonical_blocks((written,)) == canonical_blocks((block,))


@pytest.mark.parametrize("margin", ["  ", "   ", "    ", "\t"])
@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        ("- a|    - b|    - c|- z", "- a|_- b|_- c|- z"),
        ("- a|    - b|- z|    - y", "- a|_- b|- z|_- y"),
        ("- a|- b|- z", "- a|- b|- z"),
        ("- a|    - b|    - z", "- a|_- b|_- z"),
    ],
)
def test_items_are_indented_as_the_digest_indents_them(
    margin: str, wanted: str, written: str
) -> None:
    head = "> **One paper of all**\n> [arxiv](https://arxiv.org/abs/2001.00001)\n>\n> "
    standing = read(f"{head}- a\n> {margin}- b\n> - z\n".encode())
    asked = {"summary": Blocks(tuple(wanted.split("|")))}

    edited = put_digest(standing, {0: asked}, read, canonical_blocks)

    assert edited.refusals == ()
    lines = written.replace("_", margin).replace("|", "\n> ")
    assert edited.source.decode() == f"{head}{lines}\n"


ITEMS = st.sampled_from(
    [
        "- a",
        "  - b",
        "    - c",
        "        - d",
        "p q",
        "p  q",
        "1. z",
        "```\nu  v\n```",
        "<!-- c -->",
    ]
)
LISTS = st.lists(ITEMS, max_size=6).map("\n".join)


@given(LISTS | MARKDOWN, LISTS | MARKDOWN)
@example("- a\n<!-- c -->", "- a\n  - b")
@example("- a\n<!-- c -->\n- a\n  - b", "- a\n  - b")
@example("- a\n    - c\n  - b", "- a\n    - c\np q\n    - c")
def test_what_is_asked_is_said_in_whatever_words(own: str, other: str) -> None:
    asked = Blocks(canonical_blocks(split_blocks(other)))
    fields = {"summary": Blocks(tuple(split_blocks(own)))}

    written = in_own_words(fields, {"summary": asked}, canonical_blocks)["summary"]

    assert isinstance(written, Blocks)
    assert said(written.texts) == said(asked.texts)


def said(texts: Sequence[str]) -> list[str]:
    """What blocks say, without those that say nothing."""
    return [text for text in canonical_blocks(texts) if text]


@pytest.mark.parametrize("name", sorted(CONSTRUCTS.keys() - {"headings"}))  # they begin sections
def test_a_word_edited_in_a_note_is_all_that_changes_in_a_digest(name: str) -> None:
    head = "> **One paper of all**\n> [arxiv](https://arxiv.org/abs/2001.00001)\n>\n"
    lines = (f"> {line}\n" if line else ">\n" for line in CONSTRUCTS[name].split("\n"))
    source = "".join((head, *lines)).replace("\n", "\r\n")
    standing = read(source.encode())
    summary = standing.entries[0].reading.fields["summary"]
    assert isinstance(summary, Blocks)
    said = canonical_blocks(summary.texts)
    word = "wa" if "wa" in "".join(said) else "wb"
    edited = Blocks(tuple(text.replace(word, "edited") for text in said if text))

    written = put_digest(standing, {0: {"summary": edited}}, read, canonical_blocks)

    assert written.refusals == ()
    assert written.source.decode() == source.replace(word, "edited")
