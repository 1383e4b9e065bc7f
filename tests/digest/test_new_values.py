"""A new entry shows each value of its item once, in the item's order, and nothing else."""

from __future__ import annotations

import pytest

from tests.digest.corpus import new_lines
from zoterodigest.core.values.record import Blocks, Fields, Hyperlink, Members, Names, WebLinks

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


@pytest.mark.parametrize("nothing", ["", " ", "  "])
def test_an_empty_cell_is_as_wide_as_others_in_its_column(nothing: str) -> None:
    rows = ["| A title of paper {0} | One thing. |", "| A title of paper {0} |" + nothing + "|"]
    end = " [pdf](https://arxiv.org/abs/200{0}.00001) |\n"
    source = "| Title | Summary | Link |\n|---|---|---|\n"
    source += "".join((rows[at % 2] + end).format(at) for at in range(1, 6))

    new = new_lines(source, PAPER)

    assert new == f"| A New Paper |{nothing}| [pdf](https://arxiv.org/abs/2401.00001) |"


@pytest.mark.parametrize("blank", ["", " "])
def test_a_cell_has_the_blanks_of_its_table_beside_a_row_without_it(blank: str) -> None:
    head = "| Title | Summary | Link |\n|---|---|---|\n"
    row = "|{0}A title of paper {1}{0}||{0}[pdf](https://arxiv.org/abs/200{1}.00001){0}|\n"
    fields: Fields = {**PAPER, "summary": Blocks(("Two things.",))}

    new = new_lines(head + "".join(row.format(blank, at) for at in "123"), fields)

    assert f"|{blank}Two things.{blank}|{blank}[pdf]" in new


def test_a_column_whose_cells_are_equally_wide_stays_so_beside_an_empty_cell() -> None:
    source = "| Title              | Summary     | Link |\n|---|---|---|\n"
    row = "| A title of paper {0} | {1} | [pdf](https://arxiv.org/abs/200{0}.00001) |\n"
    source += "".join(row.format(at, "Good so far" if at < 3 else " " * 11) for at in range(1, 4))
    fields: Fields = {**PAPER, "summary": Blocks(("Better.",))}

    assert "| Better.     | [pdf]" in new_lines(source, fields)


EMPHASIZED = (
    "- [202{0}/0{0}] **A Title by {2}.** *{1}.* [[paper](https://arxiv.org/abs/200{0}.00001)]\n"
)
COX = Names(("Cy Cox",), truncated=True)


@pytest.mark.parametrize(
    ("others", "fields", "written"),
    [
        ("{} et al. arXiv", {}, ""),
        ("{} et al. arXiv", {"authors": COX, "venue": "arXiv"}, " *Cy Cox et al. arXiv.*"),
        ("{} et al. arXiv", {"venue": "arXiv"}, " *arXiv.*"),
        ("{} (Lab of {}) at CVPR 2021", {"venue": "ICML", "year": "2024"}, " *ICML 2024.*"),
        ("{} (Lab of {}) at CVPR 2021", {}, ""),
    ],
)
def test_marks_around_two_values_go_with_both(others: str, fields: Fields, written: str) -> None:
    names = enumerate(("Ann Abt", "Bo Bo", "Di Do"), 1)
    source = "".join(EMPHASIZED.format(at, others.format(it, it), it) for at, it in names)

    new = new_lines(source, {**PAPER, **fields, "date": "2024-01"})

    page = "https://arxiv.org/abs/2401.00001"
    assert new == f"- [2024/01] **A New Paper.**{written} [[paper]({page})]"


def test_words_of_all_neighbors_that_nothing_reads_leave_their_signs_to_a_new_entry() -> None:
    line = "+ [202{0}/01/05] [A title of paper {0}](https://arxiv.org/abs/200{0}.00001) "
    line += "({1}, ICML 202{0}) [:book:](./cite/{0}.txt)\n"
    teams = ("Ann Abt & Bo Bo et al.", "Cy Cox et al.", "Di Do & Ed Eck et al.")
    source = "".join(line.format(at, team) for at, team in enumerate(teams, 1))
    links = WebLinks((Hyperlink(":book:", "./cite/new.txt"),))
    fields: Fields = {**PAPER, "date": "2024-01-02", "venue": "ICML", "year": "2024"}

    new = new_lines(source, {**fields, "links": links})

    page = "https://arxiv.org/abs/2401.00001"
    assert new == f"+ [2024/01/02] [A New Paper]({page}) (ICML 2024) [:book:](./cite/new.txt)"


def test_code_that_nothing_reads_at_the_end_of_a_line_is_of_that_line() -> None:
    line = "{0}. [A title of paper {0}](https://arxiv.org/abs/200{0}.00001) "
    line += "([Paper](https://lab.org/{0})) `Team {0}` `201{0}`\n"
    fields: Fields = {**PAPER, "links": WebLinks((Hyperlink("Paper", "https://lab.org/new"),))}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new.endswith("(https://arxiv.org/abs/2401.00001) ([Paper](https://lab.org/new))")


def test_a_badge_that_names_the_page_of_a_link_names_the_new_one() -> None:
    badge = "[![views](https://img.org/views/{0})](https://video.org/watch/{0})"
    line = "- [A title of paper {1}](https://arxiv.org/abs/200{1}.00001) " + badge + "\n"
    source = "".join(line.format(f"BV1H44y1t7{at}", at) for at in "123")
    links = WebLinks((Hyperlink("views", "https://video.org/watch/BV1Zz4y1x99"),))

    new = new_lines(source, {**PAPER, "links": links})

    assert new.endswith(" " + badge.format("BV1Zz4y1x99"))
    assert "BV1H44y1t7" not in new


def test_a_page_is_not_called_by_the_name_of_a_neighbors_page() -> None:
    line = "**{0}**, [A title of paper {1}](https://arxiv.org/abs/200{1}.00001), CVPR 202{1}\n\n"
    topics = enumerate(("Topic One", "Topic Two", "Topic Three", "Topic Four"), 1)
    source = "# Papers\n\n" + "".join(line.format(it, at) for at, it in topics)

    assert "A title of paper" not in new_lines(source, PAPER)


def test_a_venue_that_holds_a_number_of_a_neighbor_is_not_the_spelling_of_another() -> None:
    line = "- **A Title of Paper {0}**, *Ann Abt*, arXiv:210{0}.04890 [physics], 202{0}. "
    line += "[[paper](https://arxiv.org/abs/210{0}.04890)]\n"
    fields: Fields = {**PAPER, "venue": "arXiv:2401.00001 [cs]", "year": "2024"}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert ".04890" not in new


def test_a_title_links_to_the_page_of_the_item_where_others_link_to_no_doi() -> None:
    line = "- [A tool for cells {0}](https://lab.org/{0}) (202{0}). "
    line += "[paper](https://doi.org/10.1101/00{0}00{0})\n"
    fields: Fields = {"title": "A New Tool", "url": "https://lab.org/new", "year": "2024"}
    paper = Hyperlink("paper", "https://doi.org/10.1186/s12859")
    fields = {**fields, "doi": "10.1186/s12859", "links": WebLinks((paper,))}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new == f"- [A New Tool](https://lab.org/new) (2024). [paper]({paper.url})"


def test_the_url_of_a_doi_stays_the_one_that_the_item_has() -> None:
    line = "- [A title of paper {0}](https://dl.acm.org/doi/abs/10.1145/00{0}) (202{0})\n"
    fields: Fields = {"title": "A New Paper", "url": "https://dl.acm.org/doi/10.1145/009"}

    new = new_lines("".join(map(line.format, "123")), {**fields, "doi": "10.1145/009"})

    assert new == "- [A New Paper](https://dl.acm.org/doi/10.1145/009)"


def test_a_title_links_to_arxiv_where_others_do_also_beside_a_publisher_s_page() -> None:
    line = "- [A title of paper {0}](https://arxiv.org/abs/200{0}.00001) (202{0})\n"
    fields: Fields = {**PAPER, "url": "https://dl.acm.org/doi/10.1145/009"}

    new = new_lines("".join(map(line.format, "123")), {**fields, "doi": "10.1145/009"})

    assert new == "- [A New Paper](https://arxiv.org/abs/2401.00001)"


def test_an_emoji_within_the_link_of_a_title_leaves_the_link() -> None:
    line = "- [{1} A title of paper {0}](https://lab.org/{0}.pdf)\n"
    source = "# Papers\n\n" + "".join(line.format(at, sign) for at, sign in enumerate("📝📜📝📚"))

    new = new_lines(source, {"title": "A New Paper", "url": "https://lab.org/new.pdf"})

    assert new == "- [A New Paper](https://lab.org/new.pdf)"


def test_a_row_without_outer_pipes_has_the_next_number() -> None:
    head = "**No.** | **Pub.** | **Title** | **Links**\n:-: | :-: | :-  | :-:\n"
    row = "0{0} | **CVPR** | A title of paper {0} | [Paper](https://arxiv.org/abs/200{0}.00001)\n"
    fields: Fields = {**PAPER, "venue": "ICML"}

    new = new_lines(head + "".join(map(row.format, "123")), fields)

    assert new.startswith("04 | **ICML** | A New Paper | [Paper]")


PADDED = [
    ("| A title of paper {0} |     CVPR     |", "| A New Paper |   SIGGRAPH   |"),
    ("| A title of paper {0} | CVPR         |", "| A New Paper | SIGGRAPH     |"),
]


@pytest.mark.parametrize(("row", "written"), PADDED, ids=["centered", "on the left"])
def test_a_cell_is_filled_up_as_most_of_its_column_are(row: str, written: str) -> None:
    end = " [pdf](https://arxiv.org/abs/200{0}.00001) |\n"
    source = "| Title | Venue | Link |\n|---|:---:|---|\n" + "".join(
        (row.replace(" CVPR ", name) + end).format(at)
        for at, name in enumerate((" CVPR ", " CoNLL", " ICLR ", " AAAI "), 1)
    )
    # One row that nobody aligned.
    source += (row.replace("  ", "") + end).format(9)

    new = new_lines(source, {**PAPER, "venue": "SIGGRAPH"})

    assert new == f"{written} [pdf](https://arxiv.org/abs/2401.00001) |"


def test_blanks_that_fill_up_one_cell_are_not_those_of_another() -> None:
    row = "| A title of paper {0} | [pdf](https://arxiv.org/abs/200{0}.00001){1}|\n"
    source = "| Title | Link |\n|---|---|\n"
    source += "".join(row.format(at, " " * (30 - 7 * at)) for at in range(1, 5))

    assert new_lines(source, PAPER).endswith("[pdf](https://arxiv.org/abs/2401.00001) |")


LINKED = "| A title of paper {0} | [CVPR202{0}](https://arxiv.org/abs/200{0}.00001) | One{0} |\n"


@pytest.mark.parametrize(
    ("fields", "cell"),
    [
        ({"venue": "ICML", "year": "2024"}, "[ICML2024](https://arxiv.org/abs/2401.00001)"),
        ({"venue": "arXiv", "year": "2024"}, "[arXiv2024](https://arxiv.org/abs/2401.00001)"),
        ({}, "[arXiv](https://arxiv.org/abs/2401.00001)"),
    ],
)
def test_a_cell_in_which_the_venue_links_to_the_paper_keeps_the_link(
    fields: Fields, cell: str
) -> None:
    source = "| Title | Published | Keywords |\n|---|---|---|\n" + "".join(
        map(LINKED.format, "123")
    )

    new = new_lines(source, {**PAPER, **fields, "task": Members(("Two",))})

    assert new == f"| A New Paper | {cell} | Two |"


def test_an_escaped_bracket_goes_with_what_stands_before_it() -> None:
    line = "- [A title of paper {0}](n{0}.md) [CVPR 202{0}]"
    line += "\\[[arxiv](https://arxiv.org/abs/200{0}.00001)\\]\n"
    fields: Fields = {
        "title": "A New Paper",
        "url": "https://lab.org/new.pdf",
        "venue": "ICML",
        "year": "2024",
    }

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new == "- [A New Paper](https://lab.org/new.pdf) [ICML 2024]"


def test_a_title_links_to_the_page_of_the_item_where_others_show_arxiv_beside_theirs() -> None:
    line = "- [A title of paper {0}](https://lab.org/{0}) (202{0}) "
    line += "[[arXiv](https://arxiv.org/abs/200{0}.00001)]\n"
    fields: Fields = {**PAPER, "url": "https://lab.org/new", "year": "2024"}

    new = new_lines("".join(map(line.format, "123")), fields)

    shown = "(2024) [[arXiv](https://arxiv.org/abs/2401.00001)]"
    assert new == f"- [A New Paper](https://lab.org/new) {shown}"


def test_a_summary_is_folded_below_the_title_where_that_of_one_neighbor_is() -> None:
    row = "| 202{0}-01 | **A Title of Paper {0}**{1} |"
    row += " [arXiv](https://arxiv.org/abs/200{0}.00001) |\n"
    fold = " <details><summary>TL;DR</summary>{0}</details>"
    rows = (row.format(at, fold.format("Short.") if at == 2 else "") for at in (3, 2, 1))
    source = "| Date | Title | Link |\n|---|---|---|\n" + "".join(rows)
    fields: Fields = {**PAPER, "date": "2024-01", "summary": Blocks(("All of it.",))}

    assert fold.format("All of it.") in new_lines(source, fields)


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        (("code", "code", "code", "code"), "code"),
        (("code", "Code", "code", "code"), "code"),
        (("code", "Code", "Code", "code"), "Code"),
        (("repo", "repo", "repo", "repo"), "Code"),
    ],
    ids=["all small", "most small", "half of them small", "other words"],
)
def test_a_label_has_the_capitals_of_most_others(labels: tuple[str, ...], written: str) -> None:
    line = "- A title of paper {0} [[paper](https://arxiv.org/abs/200{0}.00001)] [[{1}](https://github.com/a/b{0})]\n"
    lines = (line.format(at, it) for at, it in enumerate(labels, 1))
    links = WebLinks((Hyperlink("Code", "https://github.com/c/d"),))

    new = new_lines("".join(lines), {**PAPER, "links": links})

    assert new.endswith(f" [[{written}](https://github.com/c/d)]")


def test_a_day_below_ten_is_written_as_others_are() -> None:
    entry = "- **A title of paper {0}**\n  - 📅 Date: {1}\n  - [paper](https://arxiv.org/abs/240{0}.00001)\n"
    days = ("January 06, 2024", "February 27, 2024", "March 25, 2024", "April 18, 2024")
    source = "".join(entry.format(at, it) for at, it in enumerate(days, 1))

    assert "📅 Date: May 07, 2024\n" in new_lines(source, {**PAPER, "date": "2024-05-07"})
    assert "📅 Date: May 17, 2024\n" in new_lines(source, {**PAPER, "date": "2024-05-17"})
