"""Relatives of the known digests, as they stand in the wild: right entries, right fields, no guess.

All texts here are our own.
"""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
)
from zoterodigest.digest.read.document import DigestEntry, core_entry
from zoterodigest.digest.read.report import suspicions

ID = "2401.00001"
URL = f"https://arxiv.org/abs/{ID}"
OTHER = "https://arxiv.org/abs/2401.00002"
MORE = f"(Read more on [arXiv]({URL}) or [HuggingFace](https://huggingface.co/papers/{ID}))"
HF = "| Title | Authors | Summary |\n|-------|---------|---------|\n"
DAILY = (
    "| **Title** | **Date** | **Abstract** | **Comment** | **CodeRepository** |\n"
    "| --- | --- | --- | --- | --- |\n"
)
FOLDED = "<details>\n<summary><b>A Plain Title</b></summary>\n\n{}\n</details>\n"


def entries(source: str) -> tuple[DigestEntry, ...]:
    """Read a digest's entries."""
    return read(source.encode()).entries


def one(source: str) -> DigestEntry:
    """Read a digest that holds one entry."""
    (entry,) = entries(source)
    return entry


def titles(source: str) -> list[str]:
    """Read a digest's titles."""
    return [entry.title for entry in entries(source)]


def field(entry: DigestEntry, name: str) -> Value:
    """The value that the core sees; EMPTY also where it is not carried."""
    return core_entry(DigestKey("digest.md"), entry).fields.get(name, EMPTY)


# Tables


def test_a_row_broken_over_two_lines_is_one_row() -> None:
    first, second = entries(
        f"{HF}| A Title {MORE}| ada, Kurt G | It says\nthis and that |\n"
        f"| B Title (Read more on [arXiv]({OTHER}))| bo | Short. |\n"
    )

    assert (first.title, first.first, first.last) == ("A Title", 2, 3)
    assert field(first, "summary") == Blocks(("It says this and that",))
    assert (second.title, field(second, "authors")) == ("B Title", Names(("bo",), False))


def test_an_empty_author_cell_is_empty_and_shifts_nothing() -> None:
    entry = one(f"{HF}| A Title {MORE}|  | It says this |\n")

    assert entry.reading.fields["authors"] == EMPTY
    assert field(entry, "summary") == Blocks(("It says this",))
    assert entry.unreadable == frozenset()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bounds $|x|$ tightly", "bounds $|x|$ tightly"),
        (r"bounds \|x\| tightly", "bounds |x| tightly"),
        ("runs `a | b` in a shell", "runs `a | b` in a shell"),
        ("models p(x|y) well", "models p(x|y) well"),
    ],
)
def test_a_pipe_in_a_summary_is_text(written: str, meant: str) -> None:
    entry = one(f"{HF}| A Title {MORE}| ada | {written} |\n")

    assert field(entry, "authors") == Names(("ada",), False)
    assert field(entry, "summary") == Blocks((meant,))


def test_a_pipe_in_a_title_is_text() -> None:
    entry = one(f"{HF}| A | B Title {MORE}| ada, bo | Short. |\n")

    assert entry.title == "A | B Title"
    assert field(entry, "authors") == Names(("ada", "bo"), False)


def test_a_pipe_in_a_folded_abstract_is_text() -> None:
    entry = one(
        f"{DAILY}| **[A Title]({URL}v2)** | 2025-02-14 | <details><summary>Show</summary>"
        "<p>so |x| and p(a|b)</p></details> | 10 pages | None |\n"
    )

    assert field(entry, "abstract") == "so |x| and p(a|b)"
    assert field(entry, "comment") == "10 pages"


def test_a_row_without_its_last_cell_keeps_what_stands_before_it() -> None:
    entry = one(
        f"{DAILY}| **[A Title]({URL}v2)** | 2025-02-14 | <details><summary>Show</summary>"
        "<p>Text</p></details> | None |\n"
    )

    assert (entry.title, field(entry, "date")) == ("A Title", "2025-02-14")
    assert field(entry, "abstract") == "Text"
    assert entry.unreadable == {"comment", "code"}


@pytest.mark.parametrize("number", ["#", "No.", "Index", "序号"])
def test_a_number_column_leads_a_table_of_any_kind(number: str) -> None:
    head = DAILY.replace("| **Title**", f"| {number} | **Title**").replace(
        "| ---", "| --- | ---", 1
    )
    entry = one(
        f"{head}| 1 | **[A Title]({URL}v2)** | 2025-02-14 | <details><summary>Show</summary>"
        "<p>Text</p></details> | 10 pages | None |\n"
    )

    assert (entry.title, field(entry, "arxiv")) == ("A Title", ID)
    assert field(entry, "abstract") == "Text"


def test_a_numbered_row_without_its_last_cell_still_has_its_title() -> None:
    entry = one(
        "| # | **Title** | **Date** | **Abstract** | **Comment** | **CodeRepository** |\n"
        "|---|---|---|---|---|---|\n"
        f"| 7 | **[A Title]({URL}v2)** | 2025-02-14 | <details><p>Text</p></details> | None |\n"
    )

    assert (entry.title, field(entry, "abstract")) == ("A Title", "Text")
    assert entry.unreadable == {"comment", "code"}


def test_columns_may_have_other_names_order_and_number() -> None:
    entry = one(
        "| Date | Title | Authors | Tags | AI Summary | KiMi |\n|---|---|---|---|---|---|\n"
        f"| 2025-01-02 | [A Title]({URL}) | Ada Lovelace, Kurt G | `nlp` `mt` "
        "| <details><summary>Show</summary><p>What it does</p></details> | kimi says so |\n"
    )

    assert entry.format.name == "table"
    assert field(entry, "date") == "2025-01-02"
    assert field(entry, "authors") == Names(("Ada Lovelace", "Kurt G"), False)
    assert field(entry, "task") == Members(("nlp", "mt"))
    assert field(entry, "summary") == Blocks(("What it does",))
    assert field(entry, "section:KiMi") == Blocks(("kimi says so",))


def test_a_kimi_column_alone_is_the_summary() -> None:
    entry = one(f"| Title | KiMi |\n|---|---|\n| [A Title]({URL}) | kimi says so |\n")

    assert field(entry, "summary") == Blocks(("kimi says so",))


def test_details_without_summary_hold_what_their_column_holds() -> None:
    entry = one(
        f"{DAILY}| **[A Title]({URL}v1)** | 2025-02-14 | <details><p>Text</p></details> "
        "| <details>to appear</details> | None |\n"
    )

    assert field(entry, "abstract") == "Text"
    assert field(entry, "comment") == "to appear"


def test_two_details_in_one_cell_are_two_fields() -> None:
    entry = one(
        f"{DAILY}| **[A Title]({URL}v1)** | 2025-02-14 | <details><summary>Show</summary>"
        "<p>Text</p></details><details><summary>KiMi</summary><p>kimi says so</p></details>"
        "| 9 pages | None |\n"
    )

    assert field(entry, "abstract") == "Text"
    assert field(entry, "summary") == Blocks(("kimi says so",))


def test_of_two_title_columns_the_papers_is_the_title() -> None:
    source = (
        "| Name | Paper | Code |\n|---|---|---|\n"
        f"| Foo | [Foo: A Model of Things]({URL}) | [GitHub](https://github.com/a/b) |\n"
        f"| Bar | [paper]({OTHER}) | - |\n"
    )

    assert titles(source) == ["Foo: A Model of Things"]


def test_bold_dates_and_links_of_a_daily_table_are_read() -> None:
    entry = one(
        "|Publish Date|Title|Authors|PDF|Code|\n|---|---|---|---|---|\n"
        f"|**2024-05-02**|**A Title**|Ada Lovelace et.al.|[{ID}]({URL}v1)"
        "|**[link](https://github.com/a/b)**|\n"
    )

    assert (entry.title, field(entry, "date")) == ("A Title", "2024-05-02")
    assert field(entry, "authors") == Names(("Ada Lovelace",), True)
    assert field(entry, "links") == WebLinks((Hyperlink("link", "https://github.com/a/b"),))


# Folded entries


def test_details_around_a_whole_section_of_a_list_or_table_are_no_entry() -> None:
    source = (
        "<details>\n<summary>2024</summary>\n\n| Title | Venue |\n|---|---|\n"
        f"| [A Title]({URL}) | CVPR 2024 |\n\n</details>\n\n<details open>\n"
        f"<summary><b>Surveys</b></summary>\n\n- [B Title]({OTHER}), ACL 2019\n\n</details>\n"
    )

    assert titles(source) == ["A Title", "B Title"]


def test_details_around_a_whole_section_of_folded_entries_are_no_entry() -> None:
    inner = FOLDED.format(
        f"* **Authors:** Ada Lovelace\n* **arXiv ID:** {ID}\n\n"
        "<details>\n    <summary>Key points</summary>\n    * one\n</details>"
    )
    source = (
        f"<details>\n<summary><b>Surveys</b></summary>\n\n{inner}\n{inner}</details>\n\n{inner}"
    )

    found = entries(source)

    assert [entry.title for entry in found] == ["A Plain Title"] * 3
    assert not any(entry.broken for entry in found)
    assert [field(entry, "section:Key points") for entry in found] == [Blocks(("* one",))] * 3


@pytest.mark.parametrize(
    "line",
    [
        "*   **作者：** 张三, 李四",
        "* **作者**：张三, 李四",
        "- **Authors**: 张三, 李四",
        "作者：张三, 李四",
        "*\t**Authors:**\t张三, 李四",
        "**Authors:** 张三, 李四",
    ],
)
def test_a_key_may_be_written_in_many_ways(line: str) -> None:
    entry = one(FOLDED.format(f"{line}\n*   **发表于：** ICML 2021\n*   **arXiv ID:** {ID}"))

    assert field(entry, "authors") == Names(("张三", "李四"), False)
    assert (field(entry, "venue"), field(entry, "year")) == ("ICML", "2021")
    assert field(entry, "arxiv") == ID


@pytest.mark.parametrize("key", ["Model", "Model ID"])
def test_an_entry_without_any_arxiv_id_is_one_by_its_title(key: str) -> None:
    entry = one(
        FOLDED.format(
            f"* **Authors:** OpenAI\n* **{key}:** some-model-1\n* **One-liner:** It talks\n"
            "* **Links:** [[Page]](https://openai.com/some-model)"
        )
    )

    assert (entry.title, entry.reading.identifiers) == ("A Plain Title", frozenset())
    assert field(entry, "summary") == Blocks(("It talks",))
    assert entry.problems == ()


def test_key_points_without_bullets_are_paragraphs() -> None:
    entry = one(
        FOLDED.format(
            f"* **arXiv ID:** {ID}\n\n<details>\n    <summary>Key points</summary>\n"
            "    first point\n\n    second point\n</details>"
        )
    )

    assert field(entry, "section:Key points") == Blocks(("first point", "second point"))


def test_an_abstract_may_have_many_lines() -> None:
    entry = one(
        FOLDED.format(
            f"* **arXiv ID:** {ID}\n\n<details>\n    <summary>Abstract</summary>\n"
            "    first line\n    second line\n\n    second paragraph\n</details>"
        )
    )

    assert field(entry, "abstract") == "first line\nsecond line\n\nsecond paragraph"


def test_an_abstract_whose_end_tag_is_lost_is_unreadable_and_not_empty() -> None:
    first, second = entries(
        f"- **[A Title]({URL})**  `cs.CV`\n  _Ada Lovelace_\n  <details open><summary>Abstract"
        f"</summary>\n  Text\n- **[B Title]({OTHER})**  `cs.CV`\n  _Kurt G_\n"
    )

    assert (first.title, second.title) == ("A Title", "B Title")
    assert first.unreadable == {"abstract"}
    assert (first.last, second.first) == (3, 4)


@pytest.mark.parametrize(
    "entry",
    [
        "<details>\n<summary><b>paper title</b></summary>\n\n* **Authors:** author 1, author 2\n"
        "* **arXiv ID:** XXXX.XXXXX\n* **Links:** [[Paper]]() | [[Code]]()\n</details>\n",
        "> **paper title**\n> *accept info*, [arxiv](), [code]()\n> Task:\n> super-brief summary\n",
    ],
)
def test_a_template_left_in_is_no_entry(entry: str) -> None:
    assert titles(entry) == []


def test_the_templates_own_words_as_values_are_empty_and_reported() -> None:
    source = f"> **A Title**\n> *accept info*, [arxiv]({URL})\n> Task: x\n> super-brief summary\n"
    document = read(source.encode())

    (entry,) = document.entries
    assert (field(entry, "venue"), field(entry, "summary")) == (EMPTY, EMPTY)
    assert len([it for it in suspicions(document) if "template" in it.what]) == 2


# Bullets


def test_details_without_summary_below_a_bullet_are_its_abstract() -> None:
    entry = one(
        f"- **[A Title]({URL})**  `arXiv:{ID}`  `cs.CV`\n  _Ada Lovelace, et al._\n"
        "  <details open>\n  Text of it\n  </details>\n"
    )

    assert field(entry, "abstract") == "Text of it"
    assert field(entry, "authors") == Names(("Ada Lovelace",), True)


def test_tabs_no_break_spaces_and_zero_width_spaces_are_blanks() -> None:
    entry = one(
        f"-\t**[A\u00a0Title\u200b]({URL})**\t`arXiv:{ID}`\t`cs.CV`\t\r\n"
        "\t_Ada\u00a0Lovelace,\u200b Kurt G_\u00a0\r\n"
        "\t<details open><summary>Abstract</summary>\r\n\tText\r\n\t</details>\r\n"
    )

    assert entry.title == "A Title"
    assert field(entry, "authors") == Names(("Ada Lovelace", "Kurt G"), False)
    assert field(entry, "abstract") == "Text"


def test_ids_of_four_digits_are_ids() -> None:
    entry = one("- **[A Title](https://arxiv.org/abs/1406.2661)**  `arXiv:1406.2661`  `stat.ML`\n")

    assert field(entry, "arxiv") == "1406.2661"
    assert field(entry, "categories") == Members(("stat.ML",))


# Notes

NOTE = [
    "**A Title**",
    f"*CVPR 2025 Highlight*, [arxiv]({URL}), [code](https://github.com/a/b)",
    "Task: super-resolution",
]


@pytest.mark.parametrize("prefix", ["> ", ">", "", "• ", "· ", ">\t", "- "])
def test_a_note_may_be_quoted_plain_or_dotted(prefix: str) -> None:
    entry = one("".join(f"{prefix}{line}\n" for line in NOTE))

    assert entry.title == "A Title"
    assert (field(entry, "venue"), field(entry, "year")) == ("CVPR", "2025")
    assert field(entry, "award") == Members(("Highlight",))
    assert field(entry, "links") == WebLinks((Hyperlink("code", "https://github.com/a/b"),))


@pytest.mark.parametrize("prefix", ["> ", "", "• ", "· "])
def test_a_note_without_a_task_has_none_and_keeps_its_summary(prefix: str) -> None:
    lines = [*NOTE[:2], "It does a thing."]
    entry = one("".join(f"{prefix}{line}\n" for line in lines))

    assert field(entry, "task") == EMPTY
    assert isinstance(summary := field(entry, "summary"), Blocks)
    assert summary.texts[0].endswith("It does a thing.")


def test_the_venue_line_of_a_note_may_be_plain() -> None:
    entry = one(f"**A Title**\nICML 2020, [arxiv]({URL})\nTask: lm\nIt does a thing.\n")

    assert (field(entry, "venue"), field(entry, "year")) == ("ICML", "2020")
    assert field(entry, "task") == Members(("lm",))
    assert field(entry, "summary") == Blocks(("It does a thing.",))


def test_windows_line_endings_change_no_value() -> None:
    source = "".join(f"> {line}\n" for line in NOTE)

    plain, windows = one(source), one(source.replace("\n", "\r\n"))

    assert windows.reading.fields == plain.reading.fields


# Lists


def test_items_nested_in_a_topic_stand_for_themselves() -> None:
    source = f"- **Diffusion**\n  - [A Title]({URL}) CVPR 2024\n  - [B Title]({OTHER})\n"

    assert titles(source) == ["A Title", "B Title"]


def test_items_nested_in_an_entry_belong_to_it() -> None:
    source = f"- [A Title]({URL})\n  - **Authors**: Ada Lovelace\n  - **Key idea** is a thing\n"

    entry = one(source)

    assert field(entry, "authors") == Names(("Ada Lovelace",), False)


@pytest.mark.parametrize(
    "item",
    [
        f"`CVPR 2024` [A Plain Title]({URL})",
        f"[CVPR'24] [A Plain Title]({URL})",
        f"**CVPR 2024** [A Plain Title]({URL})",
        f"(CVPR 2024) [A Plain Title]({URL})",
        f"**APT**: “A Plain Title”, CVPR, 2024 (*Google*). [[Paper]({URL})]",
        f"**A Plain Title**<br>\n  Ada Lovelace, Kurt Gödel<br>\n  CVPR 2024. [[Paper]({URL})]",
        f"**A Plain Title** [ChatPaper]({URL}), CVPR 2024",
        f"**A Plain Title**: [paper]({URL}) CVPR 2024",
        f":star: [A Plain Title]({URL}) | CVPR 2024",
    ],
)
def test_a_title_and_venue_of_a_list_item_stand_in_many_orders(item: str) -> None:
    entry = one(f"- {item}\n")

    assert (entry.title, field(entry, "arxiv")) == ("A Plain Title", ID)
    assert (field(entry, "venue"), field(entry, "year")) == ("CVPR", "2024")


@pytest.mark.parametrize(
    "item",
    [
        f"**News**: our [paper]({URL}) is out",
        f"**2024-03**: paper [link]({URL})",
        f"**[2024.01.02]** We release the [paper]({URL}).",
        f"[2024/05] Our work [A Title]({URL}) is accepted.",
        f"**Citation** please cite [our paper]({URL})",
        f"[Paper]({URL}) of something",
        f"[arXiv]({URL}), [code](https://github.com/a/b)",
        f"[[CVPR 2024]]({URL}) with a title behind",
        f"[2401.00001]({URL})",
        f"[PyTorch](https://pytorch.org) is a framework, see the [paper]({URL})",
        f"[My blog on a thing](https://blog.example.org/thing) explains [A Title]({URL}).",
        f"[ ] add [TODO]({URL})",
    ],
)
def test_a_link_to_a_paper_does_not_make_an_item_one(item: str) -> None:
    assert titles(f"# News\n\n- {item}\n") == []


def test_tools_among_papers_are_no_papers() -> None:
    source = (
        f"- [A Title]({URL})\n- [B Title]({OTHER})\n- [A Tool](https://github.com/a/b)\n"
        "- [A Site](https://example.org)\n- [A Video](https://www.youtube.com/watch?v=x)\n"
    )

    assert titles(source) == ["A Title", "B Title"]


@pytest.mark.parametrize(
    "tail",
    [
        "*Google Research*",
        "*Stanford University, Google Research*",
        "*Best Paper*",
        "*Nature Communications*",
        "*Ada Lovelace* <br> *Stanford University*",
        "*Ada Lovelace*, *Kurt Gödel*, **Alan Turing**",
    ],
)
def test_italics_that_may_be_no_list_of_authors_are_none(tail: str) -> None:
    entry = one(f"- [A Title]({URL}) {tail}\n")

    assert field(entry, "authors") == EMPTY


def test_a_table_of_tools_or_people_holds_no_papers_even_after_one_of_papers() -> None:
    source = (
        f"| Model | Paper |\n|---|---|\n| Foo | [A Title of a Thing]({URL}) |\n| Bar | - |\n\n"
        "| Name | Link |\n|---|---|\n| A Tool | https://example.org |\n| Ada | ada@example.org |\n"
    )

    assert titles(source) == ["A Title of a Thing"]
