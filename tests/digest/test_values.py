"""Values right or not at all: what lists tempt a reader to take for a value, or for a paper."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import EMPTY, Blocks, Names, Value
from zoterodigest.digest.read.document import DigestEntry

PAPER = "https://arxiv.org/abs/1706.03762"
OTHER = "https://arxiv.org/abs/1810.04805"


def one(source: str) -> DigestEntry:
    """Read a digest that holds one entry."""
    (entry,) = read(source.encode()).entries
    return entry


def titles(source: str) -> list[str]:
    """Return the titles of all entries."""
    return [entry.title for entry in read(source.encode()).entries]


def field(entry: DigestEntry, name: str) -> Value:
    """Return what a field holds."""
    return entry.reading.fields.get(name, EMPTY)


# Links


@pytest.mark.parametrize(
    "sentence",
    [
        f"**Layers you know.** Attention after [Veličković et al.]({PAPER}) is ready to use.",
        f"**`train.py`** holds the loop, as proposed in [their 2017 paper]({PAPER}).",
        f"**Membranes.** The force field goes back to Cooke and Deserno ([1706.03762]({PAPER})) and"
        " we changed little.",
        f"**Encoder** – a streaming [Conformer]({PAPER}) with 22 M parameters",
        f"**Attention** – described in our [paper]({PAPER})",
    ],
)
def test_a_link_in_a_sentence_makes_no_paper_of_what_the_sentence_is_about(sentence: str) -> None:
    assert titles(f"# Features\n\n- {sentence}\n- **Fast.** It takes no time.\n") == []


@pytest.mark.parametrize(
    "item",
    [
        f"**A Title of Words** by Ada Lovelace and Kurt Gödel [paper]({PAPER})",
        f"**A Title of Words** - an agent that writes down why it failed [Paper]({PAPER})",
        f"**A Title of Words**, published in [NeurIPS 2017]({PAPER})",
        f"**A Title of Words** NeurIPS 2017 [Transformer]({PAPER})",
        f"**A Title of Words** ([arXiv]({PAPER})) and [code](https://github.com/a/b)",
    ],
)
def test_a_link_behind_a_title_is_that_of_the_paper(item: str) -> None:
    entry = one(f"- {item}\n")

    assert (entry.title, field(entry, "arxiv")) == ("A Title of Words", "1706.03762")


def test_an_identifier_is_not_taken_from_a_link_in_a_sentence() -> None:
    entry = one(f"- [A Title]({PAPER}) improves on [BERT](https://doi.org/10.1000/182) in all.\n")

    assert (field(entry, "arxiv"), field(entry, "doi")) == ("1706.03762", EMPTY)


# Bold lines


@pytest.mark.parametrize(
    "page",
    [
        f"**ECCV**\n\n- **[X-CLIP]** Expanding Models [[paper]({PAPER})]\n",
        f"**Where to learn more**\n\n* [Attention Is All You Need]({PAPER}), [slides](b.pdf)\n",
        "**Made with love**\n\n[Back to Top](#t)\n",
        "**Contents**\n\n- [General](#general), [Speech](#speech)\n",
        "**Fast · Free**\n\n[Download](https://example.org/download) | [Manual](./manual.md)\n",
        "**Call #7**\n*2025-07-03, 14:00 CEST, BigBlueButton*\n\nin the call: Ada, Kurt\n",
    ],
)
def test_a_bold_line_over_a_list_or_other_links_is_no_paper(page: str) -> None:
    assert page.split("**")[1] not in titles(page)


def test_a_bold_line_with_venue_and_paper_below_is_a_paper() -> None:
    entry = one(f"**A Title**\n*CVPR 2025*, [arxiv]({PAPER})\nTask: lm\n\n- what it does\n")

    assert (entry.title, field(entry, "venue")) == ("A Title", "CVPR")


@pytest.mark.parametrize("prefix", ["> ", ""])
def test_a_list_of_authors_is_no_venue(prefix: str) -> None:
    lines = ["**A Title**", "*Ada Lovelace<sup>1</sup>, Kurt Gödel*", f"[arxiv]({PAPER})"]

    entries = read("".join(f"{prefix}{line}\n" for line in lines).encode()).entries

    assert [field(entry, "venue") for entry in entries] in ([], [EMPTY])


# Models


def test_a_link_that_is_called_by_one_plain_word_is_no_title() -> None:
    rows = f"| [lien]({PAPER}) | 4,9 |\n| [lien]({OTHER}) | 4,1 |\n"

    assert titles(f"| Article | CER |\n|---|---|\n{rows}") == []


def test_what_links_to_its_configuration_is_a_model() -> None:
    item = f"- **VITS / Baker** ([paper]({PAPER}) · [config](vits.yaml) · [model](vits.zip))\n"

    assert titles(f"# Model zoo\n\n{item}") == []


# Titles


@pytest.mark.parametrize(
    "head",
    [
        f"**A Title of Words.** [paper]({PAPER})",
        f'**"A Title of Words"** [paper]({PAPER})',
        f"**“A Title of Words.”**, [paper]({PAPER})",
        f"**3. A Title of Words** [paper]({PAPER})",
        f"[_A Title of Words_]({PAPER})",
        f"[A Title of Words :fire:]({PAPER})",
        f"**A Title of Words 🔥** [paper]({PAPER})",
    ],
)
def test_numbers_quotes_emoji_and_the_final_period_are_not_part_of_a_title(head: str) -> None:
    assert titles(f"- {head}\n") == ["A Title of Words"]


@pytest.mark.parametrize(
    "title",
    [
        "Why Should I Trust You?",
        "“Why Should I Trust You?”: Explaining Any Classifier",
        "3D Gaussian Splatting",
        "A Study of Everything...",
        "Learning with A.I.",
        "Robots, Tools, etc.",
        "$O(n)$ is *all* you need",
    ],
)
def test_signs_that_belong_to_a_title_stay(title: str) -> None:
    assert titles(f"- [{title}]({PAPER})\n") == [title]


def test_a_bold_title_in_a_table_may_hold_underscores() -> None:
    row = f"|**2022-12-16**|**Cartographer_glass: 2D SLAM**|A et.al.|[2212.08633]({PAPER})|"

    entry = one(f"|**Publish Date**|**Title**|**Authors**|**PDF**|\n|---|---|---|---|\n{row}\n")

    assert entry.title == "Cartographer_glass: 2D SLAM"


# Authors and venues


@pytest.mark.parametrize(
    ("italics", "people", "is_cut", "venue"),
    [
        ("Zhiyuan Liu, Jie Zhou.", ("Zhiyuan Liu", "Jie Zhou"), False, EMPTY),
        ("Liang Chen et al. arXiv.", ("Liang Chen",), True, "arXiv"),
        ("Liang Chen, et al., CVPR", ("Liang Chen",), True, "CVPR"),
        ("Liang Chen, Bob Li. arXiv.", ("Liang Chen", "Bob Li"), False, "arXiv"),
        ("Liang Chen, Bob Li. Some remark.", ("Liang Chen", "Bob Li"), False, EMPTY),
        ("John Smith Jr., J. K. Rowling", ("John Smith Jr.", "J. K. Rowling"), False, EMPTY),
        ("Ada King, Wm. Smith, Fei-Fei L.", ("Ada King", "Wm. Smith", "Fei-Fei L."), False, EMPTY),
    ],
)
def test_a_list_of_authors_ends_before_its_period_and_before_a_venue(
    italics: str, people: tuple[str, ...], is_cut: bool, venue: Value
) -> None:
    entry = one(f"- **A Title of Words** *{italics}* [[paper]({PAPER})]\n")

    assert field(entry, "authors") == Names(people, is_cut)
    assert field(entry, "venue") == venue


def test_a_venue_in_the_brackets_of_a_wiki_link_is_read_without_them() -> None:
    entry = one(f"- [A Title]({PAPER})\n  venue:: [[AAAI]]\n")

    assert field(entry, "venue") == "AAAI"


@pytest.mark.parametrize(
    "tail",
    [
        "<br>:star:[code](https://github.com/m/DL2PA_CVPR24)",
        " [code](https://example.org/ICML-2019/)",
        " https://example.org/papers/NeurIPS_2019",
    ],
)
def test_a_venue_is_not_read_out_of_an_address(tail: str) -> None:
    entry = one(f"- **A Title of Words** [[paper]({PAPER})]{tail}\n")

    assert field(entry, "venue") == EMPTY


def test_a_venue_behind_an_address_is_read() -> None:
    entry = one(f"- [A Title]({PAPER}) [code](https://github.com/m/x_CVPR24), ICCV 2023\n")

    assert (field(entry, "venue"), field(entry, "year")) == ("ICCV", "2023")


# Items


@pytest.mark.parametrize("first", ["", " ", "  "])
def test_an_item_one_blank_deeper_is_no_part_of_the_item_above(first: str) -> None:
    source = (
        f'{first}* **A**: "Title A" [[paper]({PAPER})]\n'
        f'{first} * **B**: "Title B" [[paper]({OTHER})]\n'
    )

    assert titles(source) == ["Title A", "Title B"]


@pytest.mark.parametrize("indent", ["  ", "   ", "\t"])
def test_an_item_within_an_item_is_part_of_it(indent: str) -> None:
    source = f"1. [Title A]({PAPER})\n{indent}- [Title B]({OTHER})\n"

    assert titles(source) == ["Title A"]


# Tables


def test_a_column_of_links_beside_the_titles_leads_to_the_papers() -> None:
    entry = one(f"| Title | Paper |\n|---|---|\n| Doppelgangers: Learning | [pdf]({PAPER}) |\n")

    assert (entry.title, field(entry, "arxiv")) == ("Doppelgangers: Learning", "1706.03762")


def test_a_linked_title_in_a_column_of_summaries_is_a_title_and_what_is_folded_its_summary() -> (
    None
):
    entry = one(
        "| **Date** | **AI Summary** |\n|---|---|\n"
        f"| 2026-05-14 | **[Improving X]({PAPER})**<br><details><summary>Show Summary</summary>"
        f"It beats [Y]({OTHER}).</details> |\n"
    )

    assert (entry.title, field(entry, "arxiv")) == ("Improving X", "1706.03762")
    assert (field(entry, "date"), field(entry, "links")) == ("2026-05-14", EMPTY)
    assert field(entry, "summary") == Blocks((f"It beats [Y]({OTHER}).",))


def test_tags_folded_behind_a_title_are_not_read() -> None:
    entry = one(
        "| Title | Date |\n|---|---|\n"
        f"| [A Title]({PAPER}) <details><summary>Tags</summary>[b]({OTHER}), c</details> | 2024 |\n"
    )

    assert (entry.title, field(entry, "links")) == ("A Title", EMPTY)
    assert field(entry, "summary") == EMPTY


def test_a_bold_name_with_a_number_before_and_a_sentence_behind_it_is_a_title() -> None:
    entry = one(
        "| **Paper** | **Links** |\n|---|---|\n"
        f"| 1) **DeepSeek-V3** - a 671B model … per token. | [Paper]({PAPER}) |\n"
    )

    assert entry.title == "DeepSeek-V3"
    assert field(entry, "summary") == Blocks(("a 671B model … per token.",))


def test_a_sentence_behind_a_title_is_no_summary_beside_a_column_of_summaries() -> None:
    entry = one(
        "| Paper | Summary | Links |\n|---|---|---|\n"
        f"| **DeepSeek-V3** - a 671B model | Much of it. | [Paper]({PAPER}) |\n"
    )

    assert (entry.title, field(entry, "summary")) == ("DeepSeek-V3", Blocks(("Much of it.",)))


@pytest.mark.parametrize("nothing", ["nan", "None", "-", ""])
def test_an_address_that_says_nothing_is_none(nothing: str) -> None:
    entry = one(
        "| Title | Paper | Code |\n|---|---|---|\n"
        f"| [A Title]({nothing}) | [pdf]({PAPER}) | [code]({nothing}) |\n"
    )

    assert (entry.reading.title_url, field(entry, "links")) == ("", EMPTY)
    assert field(entry, "arxiv") == "1706.03762"


# Short names


@pytest.mark.parametrize(
    "item",
    [
        f"**`NVIDIA OmniDreams`**, NVIDIA OmniDreams: Real-Time World Model. [[Paper]({PAPER})]",
        f"**[Omni]** NVIDIA OmniDreams: Real-Time World Model[[paper]({PAPER})][[code](c.zip)]",
        f"**`Omni`** NVIDIA OmniDreams: Real-Time World Model, **`CVPR 2024`**. [[Paper]({PAPER})]",
    ],
)
def test_a_short_name_before_a_title_is_not_the_title(item: str) -> None:
    entry = one(f"* {item}\n")

    assert entry.title == "NVIDIA OmniDreams: Real-Time World Model"
    assert field(entry, "arxiv") == "1706.03762"


def test_a_bold_line_over_papers_with_short_names_is_their_heading() -> None:
    assert titles(f"**ECCV**\n\n- **[X-CLIP]** Expanding … [[paper]({PAPER})]\n") == ["Expanding …"]


@pytest.mark.parametrize(
    "item",
    [
        f"**[2024/03/01]** Our paper is accepted! [[paper]({PAPER})]",
        f"**[News]** The paper is out [[paper]({PAPER})]",
        f"**`train.py`** contains the loop [[paper]({PAPER})]",
        "**`Runway`**, Introducing General World Models. [[Blog](https://example.org/blog)]",
    ],
)
def test_news_files_and_blogs_are_no_papers(item: str) -> None:
    source = f"* {item}\n* [A Title]({PAPER})\n* [B Title]({OTHER})\n* [C Title]({PAPER}1)\n"

    assert titles(source) == ["A Title", "B Title", "C Title"]


# Badges


def test_badges_below_a_title_are_links_and_no_summary() -> None:
    entry = one(
        "+ [Packing Context](https://x.github.io/) (Apr., 2025)\n"
        f"  [![arXiv](https://img.shields.io/b.svg)]({PAPER})\n"
        "  [![Website](https://img.shields.io/w.svg)](https://x.github.io/)\n"
    )

    assert (entry.title, field(entry, "arxiv")) == ("Packing Context", "1706.03762")
    assert (field(entry, "date"), field(entry, "summary")) == ("2025-04", EMPTY)
    assert [link.label for link in entry.reading.links] == ["arXiv", "Website"]


def test_a_line_of_words_and_links_below_a_title_is_its_summary() -> None:
    entry = one(f"- [A Title]({PAPER})\n  See [this]({OTHER}) as well.\n")

    assert field(entry, "summary") == Blocks((f"See [this]({OTHER}) as well.",))
