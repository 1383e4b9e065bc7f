"""The signs, words and links of a new entry are those of most entries around, and no one's own."""

from __future__ import annotations

import pytest

from tests.digest.corpus import new_lines, read
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, Members, Names, WebLinks
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

PAPER: Fields = {"title": "A New Paper", "arxiv": "2401.00001"}
LINKS = WebLinks(
    (Hyperlink("code", "https://github.com/a/b"), Hyperlink("project", "https://a.org/b"))
)


def test_links_stand_in_the_order_in_which_most_lists_have_them() -> None:
    line = (
        "- **A title of paper {0}** [[paper](https://arxiv.org/abs/200{0}.00001)]"
        " [[project](https://b.org/{0})] [[code](https://github.com/c/{0})]\n"
    )

    new = new_lines("".join(map(line.format, "123")), {**PAPER, "links": LINKS})

    assert new.endswith(" [[project](https://a.org/b)] [[code](https://github.com/a/b)]")


@pytest.mark.parametrize("teams", [("One", "Two", "Two", "Three"), ("One", "Two", "Three", "Four")])
def test_what_two_entries_say_of_their_papers_is_no_form(teams: tuple[str, ...]) -> None:
    line = (
        '* **Name{0}**: "A title of paper {0}", ICLR, 2022 (*{1}*).'
        " [[Paper](https://arxiv.org/abs/210{0}.00001)]\n"
    )
    source = "".join(line.format(at, team) for at, team in enumerate(teams, start=1))

    new = new_lines(source, {**PAPER, "venue": "ICLR", "year": "2024"})

    assert new == '* "A New Paper", ICLR, 2024. [[Paper](https://arxiv.org/abs/2401.00001)]'


def test_a_period_that_closes_a_title_within_its_link_stays_there() -> None:
    line = (
        "**[A title of paper {1}.](https://arxiv.org/abs/200{0}.00001)**<br>\n*Ann Abt.*<br>\n"
        "CVPR 202{0}. [[PDF](https://a.org/{0}.pdf)]\n\n"
    )
    source = "".join(line.format(at, word) for at, word in enumerate(("one", "two", "three")))
    fields: Fields = {**PAPER, "venue": "CVPR", "year": "2024"}

    new = new_lines(source, fields)
    asked = new_lines(source, {**fields, "title": "Is This New?"})

    assert new.startswith("**[A New Paper.](https://arxiv.org/abs/2401.00001)**<br>\n")
    assert asked.startswith("**[Is This New?](https://arxiv.org/abs/2401.00001)**<br>\n")


def test_a_year_is_written_once() -> None:
    line = "+ [A title of paper {0}](https://arxiv.org/abs/200{0}.00001) ({1})\n"
    entries = [(1, "CVPR, 2020"), (2, "Sep., 2021"), (3, "ICML, 2022"), (4, "Oct., 2023")]
    fields: Fields = {**PAPER, "venue": "ICLR", "year": "2024", "date": "2024"}

    new = new_lines("".join(line.format(*it) for it in entries), fields)

    assert new == "+ [A New Paper](https://arxiv.org/abs/2401.00001) (ICLR, 2024)"


def test_marks_that_part_tags_part_those_of_a_new_entry() -> None:
    line = (
        "- **A title of paper {0}** (202{0}. 3)\n\t- ****`One`****, ****`Two{0}`****\n"
        "\t- [arXiv](https://arxiv.org/abs/200{0}.00001)\n"
    )
    tight = line.replace("****, ****", "****,****")
    fields: Fields = {**PAPER, "date": "2024-05", "task": Members(("Three", "Four"))}

    new = new_lines("".join(map(line.format, "123")) + tight.format(4), fields)

    assert new.split("\n")[1] == "\t- ****`Three`****, ****`Four`****"


def test_the_page_that_a_title_links_to_is_not_in_the_list_behind_it_as_well() -> None:
    line = "1. [A title of paper {0}](https://lab.org/{0}) (Bee et al., 202{0}) "
    line += "[[arXiv](https://arxiv.org/abs/200{0}.00001)]\n"
    fields: Fields = {**PAPER, "url": "https://lab.org/new", "year": "2024", "arxiv": EMPTY}
    fields = {**fields, "authors": Names(("Cee",), truncated=True)}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new.split(". ", 1)[1] == "[A New Paper](https://lab.org/new) (Cee et al., 2024)"


def test_a_year_has_the_brackets_that_it_has_behind_what_stands_before_it() -> None:
    preprint = (
        '- Abt, Al, Bo Bo. "**A title of paper {0}**." arXiv preprint arXiv:200{0}.00001 (202{0}).'
    )
    paper = '- Abt, Al, Bo Bo. "**A title of paper {0}**." ICML. 202{0}.'
    end = " [[pdf]](https://arxiv.org/pdf/200{0}.00001.pdf)\n"
    lines = ((preprint if at < 4 else paper) + end for at in range(1, 6))
    source = "".join(line.format(at) for at, line in enumerate(lines, 1))
    fields: Fields = {"title": "A New Paper", "authors": Names(("Cy Cox", "Di Do"))}
    fields = {**fields, "venue": "ICLR", "year": "2024", "url": "https://lab.org/a.pdf"}

    new = new_lines(source, fields)

    assert '"**A New Paper**." ICLR. 2024. [[pdf]]' in new


@pytest.mark.parametrize(
    ("dates", "written"),
    [
        (("2018.8", "2019. 7", "2017. 12", "2020. 3"), "2024. 5"),
        (("2018.08", "2019.07", "2017.12", "2020.10"), "2024.05"),
        (("2018.8", "2019.12", "2017.11", "2020.10"), "2024.5"),
        (("2018.8", "2019.7", "2017.6", "2020.04"), "2024.5"),
    ],
)
def test_a_month_has_the_blank_and_the_digits_that_most_have(
    dates: tuple[str, ...], written: str
) -> None:
    line = "- **A title of paper {}** ({})\n\t- [arXiv](https://arxiv.org/abs/200{}.00001)\n"
    fields: Fields = {**PAPER, "date": "2024-05"}

    new = new_lines("".join(line.format(at, it, at) for at, it in enumerate(dates, 1)), fields)

    assert new.startswith(f"- **A New Paper** ({written})\n")


@pytest.mark.parametrize(
    ("award", "written"), [("oral", "spotlight"), ("Oral", "Spotlight"), ("SPOTLIGHT", "SPOTLIGHT")]
)
def test_an_award_is_spelled_as_others_are(award: str, written: str) -> None:
    line = "- **A title of paper {0}**\n  - Venue: CVPR 202{0} ({1})\n"
    line += "  - Paper: https://arxiv.org/abs/200{0}.00001\n"
    fields: Fields = {**PAPER, "venue": "ICML", "year": "2024", "award": Members(("Spotlight",))}

    new = new_lines("".join(line.format(at, award) for at in "123"), fields)

    assert f"\n  - Venue: ICML 2024 ({written})\n" in new


def test_the_work_itself_stands_among_links_where_most_have_it() -> None:
    line = "- [A title of paper {0}](https://arxiv.org/abs/200{0}.00001) "
    line += "[[Star](https://github.com/a/{0})] [[arXiv](https://arxiv.org/abs/200{0}.00001)] "
    line += "[[Site](https://lab.org/{0})]\n"
    fields: Fields = {**PAPER, "links": WebLinks((Hyperlink("Site", "https://lab.org/new"),))}

    new = new_lines("".join(map(line.format, "123")), fields)

    page = "https://arxiv.org/abs/2401.00001"
    assert new == f"- [A New Paper]({page}) [[arXiv]({page})] [[Site](https://lab.org/new)]"


def test_a_link_is_called_as_others_call_theirs() -> None:
    line = "- A title of paper {0} [[paper](https://arxiv.org/abs/200{0}.00001)] "
    line += "[[code](https://github.com/a/{0})]\n"
    fields: Fields = {**PAPER, "links": WebLinks((Hyperlink("Code", "https://github.com/a/b"),))}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new.endswith(" [[code](https://github.com/a/b)]")


def test_a_blank_line_above_a_value_that_is_lacking_stands_above_the_next() -> None:
    entry = "## A Title of Paper {0}\n\n*Ann Abt, Bo Bo*\n\nCVPR 202{0} | "
    entry += "[arXiv](https://arxiv.org/abs/200{0}.00001) | [code](https://github.com/a/{0})\n\nText.\n\n"
    links = WebLinks((Hyperlink("code", "https://github.com/a/b"),))
    fields: Fields = {**PAPER, "authors": Names(("Cy Cox", "Di Do")), "links": links}

    new = new_lines("# Papers\n\n" + "".join(map(entry.format, "123")), fields)

    assert new.startswith("## A New Paper\n\n*Cy Cox, Di Do*\n\n[arXiv](https://arxiv.org/abs/")


def test_a_row_has_the_blanks_of_its_own_table() -> None:
    head = "## {}\n\n| Title | Venue | Link |\n|---|---|---|\n"
    tight = "|A title of paper {0}|CVPR 202{0}|[pdf](https://arxiv.org/abs/200{0}.00001)|\n"
    wide = tight.replace("|A", "| A").replace("|CVPR", " | CVPR").replace("|[", " | [")
    wide = wide.replace(")|", ") |")
    source = head.format("One") + "".join(map(tight.format, "123"))
    source += "\n" + head.format("Two") + "".join(map(wide.format, "456789"))
    fields: Fields = {**PAPER, "venue": "ICML", "year": "2024"}

    outcome = rearrange(read(source.encode()), [NewEntry("new", ("One",), fields)], read)

    assert outcome.refusals == ()
    row = "|A New Paper|ICML 2024|[pdf](https://arxiv.org/abs/2401.00001)|\n"
    assert row in outcome.source.decode()


def test_lines_that_nothing_reads_make_most_entries_no_worse_models() -> None:
    entry = "### [N{0}] **A title of paper {0}**\n\n**Authors:** Ann Abt\n\n"
    entry += "**Links:** [arXiv](https://arxiv.org/abs/200{0}.00001)\n\n#### Notes\n- One.\n\n"
    bare = "### **A title of paper 9**\n\n**Authors:** Ann Abt\n\n"
    bare += "**Links:** [arXiv](https://arxiv.org/abs/2009.00001)\n"
    fields: Fields = {**PAPER, "short_title": "Nick", "authors": Names(("Bo Bo",))}

    new = new_lines("# Papers\n\n" + "".join(map(entry.format, "123")) + bare, fields)

    assert new.startswith("### [Nick] **A New Paper**\n\n**Authors:** Bo Bo\n")


@pytest.mark.parametrize(
    ("others", "written"),
    [
        (("Pruning", "Speech"), "Graph nets; VQA"),
        (("pruning", "Speech"), "graph nets; VQA"),
        (("pruning", "vqa"), "graph nets; vqa"),
    ],
)
def test_tags_have_the_spelling_and_the_capitals_of_others(
    others: tuple[str, str], written: str
) -> None:
    line = "- **A title of paper {}**\n  - Task: {}\n  - Paper: https://arxiv.org/abs/200{}.00001\n"
    lists = (*others, f"{others[0]}; {others[1]}")
    fields: Fields = {**PAPER, "task": Members(("graph nets", "VQA"))}

    new = new_lines("".join(line.format(at, it, at) for at, it in enumerate(lists, 1)), fields)

    assert f"  - Task: {written}\n" in new


def test_a_line_break_before_a_value_stays_behind_one_that_no_other_entry_has() -> None:
    line = "- [![arXiv](https://img.shields.io/badge/arXiv-200{0}.00001-b31b1b.svg)]"
    line += "(https://arxiv.org/abs/200{0}.00001) **A title of paper {0}**<br>CVPR 202{0}\n"
    fields: Fields = {**PAPER, "authors": Names(("Bo Bo", "Cy Cox")), "venue": "ICML"}
    named = line.replace("<br>CVPR 202{0}", "<br>*Ann Abt, Di Do*")

    source = "".join(map(line.format, "12")) + "".join(map(named.format, "34"))
    new = new_lines(source, {**fields, "year": "2024"})

    assert new.endswith("**A New Paper**<br>*Bo Bo, Cy Cox*<br>ICML 2024")


def test_a_mark_that_a_venue_with_an_award_closes_is_closed_once() -> None:
    line = "- **[A title of paper {0}](https://lab.org/{0})**  \n  Ann Abt, Di Do  \n"
    line += "  *CVPR 202{0}*{1}  \n  [[arXiv](https://arxiv.org/abs/200{0}.00001)]\n"
    fields: Fields = {**PAPER, "authors": Names(("Bo Bo", "Cy Cox")), "venue": "ICML"}
    fields = {**fields, "year": "2024", "award": Members(("Oral",))}

    new = new_lines("".join(line.format(at, " (Oral)" * (at == 3)) for at in range(1, 6)), fields)

    assert "\n  *ICML 2024* (Oral)  \n" in new


def test_two_links_of_a_new_entry_are_not_called_alike() -> None:
    line = "- A title of paper {0}. In *ICML 202{0}*. [[pdf](https://arxiv.org/pdf/200{0}.00001.pdf)]\n"
    links = WebLinks((Hyperlink("pdf", "https://papers.org/new.pdf"),))
    fields: Fields = {**PAPER, "venue": "ICLR", "year": "2024", "links": links}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new.count("[[pdf](") == 1
    assert "arxiv.org" in new


def test_a_paper_of_a_conference_is_written_like_others_of_conferences() -> None:
    preprint = (
        '- Abt, Al, Bo Bo. "**A title of paper {0}**." arXiv preprint arXiv:200{0}.00001 (202{0}).'
    )
    paper = '- Abt, Al, Bo Bo. "**A title of paper {0}**." ICML. 202{0}.'
    end = " [[pdf]](https://arxiv.org/pdf/200{0}.00001.pdf)\n"
    source = "".join(((preprint if at < 4 else paper) + end).format(at) for at in range(1, 6))
    fields: Fields = {**PAPER, "authors": Names(("Cy Cox", "Di Do"))}

    new = new_lines(source, {**fields, "venue": "ICLR", "year": "2024"})

    assert '"**A New Paper**." ICLR. 2024. [[pdf]]' in new


def test_the_sign_of_a_tag_of_others_goes_with_the_tag() -> None:
    line = "- [ ] A title of paper {0} [authors:: Ann Abt; Bo Bo] [year:: 202{0}] "
    line += "[url:: https://arxiv.org/abs/200{0}.00001] #rag\n"
    fields: Fields = {**PAPER, "authors": Names(("Cy Cox", "Di Do")), "year": "2024"}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert new.endswith(" [url:: https://arxiv.org/abs/2401.00001]")


def test_a_task_stands_once_where_a_list_has_keywords_as_well() -> None:
    line = "- **A title of paper {0}**\n  - Task: Task{0}\n  - Keywords: One, Two\n"
    line += "  - Paper: https://arxiv.org/abs/200{0}.00001\n"
    fields: Fields = {**PAPER, "task": Members(("Task9",))}

    new = new_lines("".join(map(line.format, "123")), fields)

    assert "  - Task: Task9\n" in new
    assert "Keywords" not in new


FOLDED = (
    "| **A title of paper {0}** <details><summary>Abstract</summary>We do {0}.</details> | {1} |"
    " [arXiv](https://arxiv.org/abs/200{0}.00001) |"
    " <details><summary>tags</summary>`tag{0}`</details> |\n"
)
TABLE = "| Title | Team | Links | Comment |\n|---|---|---|---|\n"


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        (
            {"abstract": "We do more.", "comment": "`new`"},
            "| **A New Paper** <details><summary>Abstract</summary>We do more.</details> | - |"
            " [arXiv](https://arxiv.org/abs/2401.00001) |"
            " <details><summary>tags</summary>`new`</details> |",
        ),
        ({}, "| **A New Paper** | - | [arXiv](https://arxiv.org/abs/2401.00001) |  |"),
    ],
    ids=["folded", "nothing to fold"],
)
def test_a_row_folds_what_others_fold_and_has_no_empty_fold(fields: Fields, written: str) -> None:
    rows = [FOLDED.format(at, team) for at, team in enumerate(("One", "-", "Two"), start=1)]

    assert new_lines(TABLE + "".join(rows), {**PAPER, **fields}) == written


CARD = (
    '<tr><td><a href="https://arxiv.org/abs/200{0}.00001"><b>A title of paper {0}</b></a>{1}</td>'
    "<td>CVPR 202{0}</td><td>{2}</td></tr>\n"
)


def test_a_card_has_no_line_for_authors_that_it_lacks_and_the_sign_for_nothing() -> None:
    code = '<a href="https://github.com/a/{0}">code</a>'
    rows = [
        CARD.format(1, "<br><i>Ann Abt, Bob Bo</i>", code.format(1)),
        CARD.format(2, "", "&ndash;"),
        CARD.format(3, "<br><i>Cy Cox, Di Do</i>", code.format(3)),
    ]
    head = "<table>\n<tr><th>Paper</th><th>Venue</th><th>Code</th></tr>\n"
    fields: Fields = {**PAPER, "venue": "ICLR", "year": "2024"}

    new = new_lines(head + "".join(rows) + "</table>\n", fields)

    assert new == (
        '<tr><td><a href="https://arxiv.org/abs/2401.00001"><b>A New Paper</b></a></td>'
        "<td>ICLR 2024</td><td>&ndash;</td></tr>"
    )


@pytest.mark.parametrize(
    ("versions", "written"),
    [
        (("v1", "v2", "v1"), "[2401.00001v1](http://arxiv.org/abs/2401.00001v1)"),
        (("v1", "v2", "v3"), "[2401.00001](http://arxiv.org/abs/2401.00001)"),
        (("v12", "v12", "v12"), "[2401.00001](http://arxiv.org/abs/2401.00001)"),
    ],
    ids=["the first ones", "others", "one that begins alike"],
)
def test_a_row_links_to_the_first_version_where_most_do(
    versions: tuple[str, ...], written: str
) -> None:
    row = "|2020-01-0{0}|A title of a paper {0}|[200{0}.00001{1}](http://arxiv.org/abs/200{0}.00001{1})|\n"
    rows = "".join(row.format(at, it) for at, it in enumerate(versions, 1))
    source = "|Date|Title|PDF|\n|---|---|---|\n" + rows
    new: Fields = {"title": "A New Paper", "arxiv": "2401.00001", "date": "2024-01-02"}

    outcome = rearrange(read(source.encode()), [NewEntry("new", (), new)], read)

    assert f"|A New Paper|{written}|\n" in outcome.source.decode()


def test_an_abstract_is_folded_as_others_are() -> None:
    entry = (
        "### {0}. A Title of Paper {0}\n**Authors**: Ann Abt, Di Do\n<details span>\n"
        "<summary><b>Abstract</b></summary>\nWords about paper {0}.\n</details>\n\n"
        "[Paper](https://arxiv.org/abs/200{0}.00001)\n\n"
    )
    fields: Fields = {**PAPER, "authors": Names(("Bo Bo", "Cy Cox")), "abstract": "New words."}

    new = new_lines("# Papers\n\n" + "".join(map(entry.format, "123")), fields)

    assert new == (
        "### 4. A New Paper\n**Authors**: Bo Bo, Cy Cox\n<details span>\n"
        "<summary><b>Abstract</b></summary>\nNew words.\n</details>\n\n"
        "[Paper](https://arxiv.org/abs/2401.00001)"
    )


def test_a_list_without_abstracts_gets_no_end_of_a_fold() -> None:
    entry = (
        "### {0}. A Title of Paper {0}\n**Authors**: Ann Abt, Di Do\n<details span>\n"
        "<summary><b>Abstract</b></summary>\nWords about paper {0}.\n</details>\n\n"
        "[Paper](https://arxiv.org/abs/200{0}.00001)\n\n"
    )
    fields: Fields = {**PAPER, "authors": Names(("Bo Bo", "Cy Cox"))}

    new = new_lines("# Papers\n\n" + "".join(map(entry.format, "123")), fields)

    assert new == (
        "### 4. A New Paper\n**Authors**: Bo Bo, Cy Cox\n\n"
        "[Paper](https://arxiv.org/abs/2401.00001)"
    )


def test_a_word_that_most_have_before_the_venue_stands_there_too() -> None:
    entry = "{0}. **A Title of Paper {0}**.\n   In **CVPR'202{0}**, "
    entry += "[[Paper](https://arxiv.org/abs/200{0}.00001)].\n"

    new = new_lines("".join(map(entry.format, "123")), {**PAPER, "venue": "KDD", "year": "2024"})

    assert "\n   In **KDD'2024**, [[Paper](" in new


def test_the_link_to_arxiv_leads_where_others_have_a_venue_as_its_label() -> None:
    line = "- [[{1}](https://arxiv.org/abs/200{0}.00001)] A title of paper {0}\n"
    labels = ("CVPR2021", "Arxiv", "ICCV2021", "ICML2022", "Arxiv")
    lines = (line.format(at, it) for at, it in enumerate(labels, 1))

    new = new_lines("".join(lines), PAPER)

    assert new == "- [[Arxiv](https://arxiv.org/abs/2401.00001)] A New Paper"


CODES = "| Title | Code | Note |\n|---|---|---|\n"
CODE_ROW = "| [A title of paper {0}](https://arxiv.org/abs/200{0}.00001) | {1} | {2} |\n"


@pytest.mark.parametrize(
    ("codes", "notes", "written"),
    [
        (
            ("https://github.com/a/a", "---", "---"),
            ("[website](https://a.io/)", "---", "[website](https://b.io/)"),
            "| https://github.com/c/d | [website](https://c.io/) |",
        ),
        (("---", "---", "[Code](https://github.com/a/a)"), ("---",) * 3, "| --- |"),
    ],
    ids=["links in a column of notes, bare addresses of code", "dashes for nothing"],
)
def test_a_cell_holds_what_most_of_its_column_hold(
    codes: tuple[str, ...], notes: tuple[str, ...], written: str
) -> None:
    rows = (
        CODE_ROW.format(at, *cells) for at, cells in enumerate(zip(codes, notes, strict=True), 1)
    )
    links = WebLinks(
        (Hyperlink("Code", "https://github.com/c/d"), Hyperlink("website", "https://c.io/"))
    )
    fields: Fields = {**PAPER, "links": links} if "github.com/c" in written else PAPER

    new = new_lines(CODES + "".join(rows), fields)

    assert new.endswith(written)


def test_each_of_several_columns_of_links_has_its_own() -> None:
    head = "| Title | arXiv | WebSite | Github |\n|---|---|---|---|\n"
    row = "| A title of paper {0} | [arXiv](https://arxiv.org/abs/200{0}.00001) | {1} | {2} |\n"
    cells = (("[Website](https://a.io/)", "-"), ("-", "[Star](https://github.com/a/b)"))
    links = WebLinks(
        (Hyperlink("Star", "https://github.com/c/d"), Hyperlink("Website", "https://c.io/"))
    )

    rows = (row.format(at, *it) for at, it in enumerate((*cells, *cells), 1))
    new = new_lines(head + "".join(rows), {**PAPER, "links": links})

    assert new == (
        "| A New Paper | [arXiv](https://arxiv.org/abs/2401.00001) | [Website](https://c.io/) |"
        " [Star](https://github.com/c/d) |"
    )


def test_the_stars_of_a_repository_stand_behind_all_links_where_most_have_them() -> None:
    line = "- A title of paper {0} [[paper](https://arxiv.org/abs/200{0}.00001)]{1}\n"
    code = "[[code](https://github.com/a/b{0})]![Stars](https://img.shields.io/github/stars/a/b{0})"
    codes = (code.format(1), "", code.format(3), code.format(4), "[[code](https://github.com/a/b)]")
    lines = [line.format(at, it) for at, it in enumerate(codes, 1)]
    links = WebLinks((Hyperlink("code", "https://github.com/c/d"),))

    new = new_lines("".join(lines), {**PAPER, "links": links})

    assert new.endswith(
        "[[code](https://github.com/c/d)]![Stars](https://img.shields.io/github/stars/c/d)"
    )
    assert new_lines("".join(lines), PAPER).endswith("[[paper](https://arxiv.org/abs/2401.00001)]")


def test_the_sign_behind_a_nickname_goes_with_it() -> None:
    line = "- arXiv 2024.0{0}, **Nick{0}**: A title of paper {0}, [website](https://a.io/{0})\n"
    links = WebLinks((Hyperlink("website", "https://c.io/"),))
    fields: Fields = {"title": "A New Paper", "venue": "arXiv", "year": "2024", "date": "2024-05"}

    new = new_lines("".join(map(line.format, "1234")), {**fields, "links": links})

    assert new == "- arXiv 2024.05, A New Paper, [website](https://c.io/)"


def test_links_that_have_a_column_stand_in_no_other() -> None:
    head = "| Title | Summary | Links |\n|---|---|---|\n"
    row = "| A title of paper {0} | {1} | [pdf](https://arxiv.org/abs/200{0}.00001) |\n"
    summaries = ("[site](https://a.io/1)", "[site](https://a.io/2)", "Some words.")
    rows = (row.format(at, it) for at, it in enumerate(summaries, 1))
    links = WebLinks((Hyperlink("site", "https://c.io/"),))

    new = new_lines(head + "".join(rows), {**PAPER, "links": links})

    assert new.count("https://c.io/") == 1
    assert new.count("arxiv.org/abs/2401.00001") == 1


def test_a_second_address_of_code_keeps_its_name() -> None:
    entry = "- **A title of paper {0}**\n  - Paper: https://arxiv.org/abs/200{0}.00001\n"
    entry += "  - Code: https://github.com/a/b{0}\n"
    links = (("Code", "https://github.com/c/d"), ("Code(JAX)", "https://github.com/e/f"))
    fields: Fields = {**PAPER, "links": WebLinks(tuple(Hyperlink(*it) for it in links))}

    new = new_lines("".join(map(entry.format, "123")), fields)

    assert new.endswith("Code: https://github.com/c/d, [Code(JAX)](https://github.com/e/f)")
