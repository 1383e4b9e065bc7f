"""The white space between words that stay is kept when a text is edited."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Blocks, Fields
from zoterodigest.digest.write.blocks import blocks_text
from zoterodigest.digest.write.edit import put_digest

BROKEN = """\
<details>
<summary><b>A  Title Broken
   over Two   Lines</b></summary>

* **Authors:** Ada Lovelace
* **arXiv ID:** 2504.18524
</details>
"""
TABLE = """\
| Title | Abstract |
|---|---|
| [A  Title of  Some
Words](https://arxiv.org/abs/2504.18524) | One  abstract.  Two  sentences. |
"""


def written(source: str, **asked: str) -> str:
    fields: Fields = dict(asked)
    edited = put_digest(read(source.encode()), {0: fields}, read)
    assert edited.refusals == ()
    return edited.source.decode()


@pytest.mark.parametrize(
    ("title", "old", "new"),
    [
        ("A Title Broken over Three Lines", "Two", "Three"),
        ("The Title Broken over Two Lines", "A  Title", "The  Title"),
        ("A Title over Two Lines", "Title Broken\n   over", "Title over"),
        ("A Title Broken over Two Lines, Again", "Lines<", "Lines, Again<"),
        ("A New Title Broken over Two Lines", "A  Title", "A New Title"),
    ],
)
def test_an_edit_of_a_title_over_two_lines_leaves_its_other_white_space(
    title: str, old: str, new: str
) -> None:
    assert written(BROKEN, title=title) == BROKEN.replace(old, new)


def test_an_edit_of_a_title_in_a_row_over_two_lines_keeps_the_line_break() -> None:
    assert written(TABLE, title="A Title of Many Words") == TABLE.replace("Some", "Many")


def test_an_edit_of_an_abstract_keeps_its_double_blanks() -> None:
    after = written(TABLE, abstract="One abstract. Three sentences.")

    assert after == TABLE.replace("Two  sentences", "Three  sentences")


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
@pytest.mark.parametrize(
    ("above", "added", "below"),
    [(("1. one", "2. two"), "3. three", ("- a", "- b")), (("- a", "- b"), "- c", ("1. one",))],
)
def test_an_item_added_to_a_list_leaves_what_parts_it_from_the_next_list(
    above: tuple[str, ...], added: str, below: tuple[str, ...], gap: str
) -> None:
    old = "\n".join(above) + gap + "\n".join(below)

    text = blocks_text(old, Blocks((*above, added, *below)))

    assert text == "\n".join((*above, added)) + gap + "\n".join(below)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        # A list in which no item is new keeps its numbers, whatever their order.
        ("1. a\n3. b\n2. c\n\nText", ("1. a", "3. b", "2. c", "New"), "1. a\n3. b\n2. c\n\nNew"),
        # One number doesn't tell that all are alike.
        ("3. a", ("3. a", "1. b"), "3. a\n4. b"),
        ("1. a\n1. b", ("1. a", "1. b", "1. c"), "1. a\n1. b\n1. c"),
        # What is inside of the last item is indented by the width of its number.
        ("8. a\n9. b\n\n   c", ("8. a", "1. n", "9. b", "   c"), "8. a\n9. n\n9. b\n\n   c"),
        # What stood behind a block that goes doesn't part the two beside it.
        ("# H\n- a\n\nText", ("# H", "Text"), "# H\n\nText"),
    ],
)
def test_numbers_and_gaps_of_blocks_that_stay(old: str, new: tuple[str, ...], text: str) -> None:
    assert blocks_text(old, Blocks(new)) == text
