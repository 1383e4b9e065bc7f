"""A new entry shows each value of its item once, in the item's order, and nothing else."""

from __future__ import annotations

from tests.digest.corpus import new_lines
from zoterodigest.core.values.record import Blocks, Fields, Hyperlink, Members, WebLinks

PAPER: Fields = {"title": "A New Paper", "arxiv": "2401.00001"}


def test_tags_that_neighbors_have_as_well_stand_in_the_order_of_the_item() -> None:
    line = "- **A title of paper {0}** (202{0}. 3)\n\t- ****`Sound`****, ****`Text`****\n"
    line += "\t- [arXiv](https://arxiv.org/abs/200{0}.00001)\n"
    fields: Fields = {**PAPER, "date": "2024-05", "task": Members(("Speech", "Text", "Sound"))}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new.split("\n")[1] == "\t- ****`Speech`****, ****`Text`****, ****`Sound`****"


def test_a_category_of_a_neighbor_stays_with_the_neighbor() -> None:
    line = "- **A title of paper {0}**\n\t- `cs.CL`, `One{0}`\n"
    line += "\t- [arXiv](https://arxiv.org/abs/200{0}.00001)\n"
    fields: Fields = {**PAPER, "task": Members(("Two", "Three"))}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new.split("\n")[1] == "\t- `Two`, `Three`"


NOTED = (
    "### **A Title of Paper {0}**\n\n**Authors:** Ann Abt, Bo Bo\n\n"
    "**Links:** [arXiv](https://arxiv.org/abs/200{0}.00001)\n\n#### Notes\n- One thing.\n\n"
)


def test_notes_that_are_a_list_have_one_bullet_each() -> None:
    fields: Fields = {**PAPER, "summary": Blocks(("- Fast.", "- Small."))}

    new = new_lines("# Papers\n\n" + "".join(map(NOTED.format, "123")), fields)

    assert new.endswith("#### Notes\n- Fast.\n- Small.")


def test_a_text_that_cannot_be_written_leaves_all_other_values() -> None:
    link = Hyperlink("code", "https://github.com/a/b")
    fields: Fields = {**PAPER, "links": WebLinks((link,)), "summary": Blocks(("One.", "- Two."))}

    new = new_lines("# Papers\n\n" + "".join(map(NOTED.format, "123")), fields)

    assert "Notes" not in new
    assert "(https://arxiv.org/abs/2401.00001), [code](https://github.com/a/b)" in new
