"""Papers with a heading, an item or a line of their own, and their fields below."""

from __future__ import annotations

from typing import Any

import pytest

from tests.digest.corpus import read
from zoterodigest.digest.read.report import entry_json

A = "https://arxiv.org/abs/2401.00001"
B = "https://arxiv.org/abs/2401.00002"


def entries(text: str) -> list[dict[str, Any]]:
    """What is read of a digest, without what is empty."""
    found = (entry_json(entry) for entry in read(text.encode()).entries)
    return [{name: value for name, value in it.items() if value} for it in found]


FORMS = {
    "heading, bullets": f"""\
## 3. A Title of a Paper
- **Authors:** Ada Lovelace, Kurt Gödel
- **Venue**: CVPR 2023
- **Paper**: [pdf]({A})
- **Rating**: high
""",
    "heading, lines": f"""\
### A Title of a Paper
Authors: Ada Lovelace and Kurt Gödel
Venue: CVPR 2023
PDF: [pdf]({A})
""",
    "linked heading, lines in italics": f"""\
##### [A Title of a Paper]({A})

*Author(s)*: Lovelace, Ada; Gödel, Kurt
*Conference*: CVPR 2023
""",
    "heading with a venue, bare lines": f"""\
### 🔥 A Title of a Paper (CVPR 2023)

*Ada Lovelace, Kurt Gödel*

[[pdf]({A})]
""",
    "heading, venue before links": f"""\
## A Title of a Paper
Ada Lovelace, Kurt Gödel
CVPR 2023 | [pdf]({A})
""",
    "item, sub-bullets with keys": f"""\
- [x] **A Title of a Paper**
    * 👥 Authors: Ada Lovelace & Kurt Gödel
    * 📄 Paper: [pdf]({A}), Venue: none of these
    * Published in: CVPR 2023
""",
    "item, several keys in a line": f"""\
1. A Title of a Paper
   **Authors**: Ada Lovelace, Kurt Gödel | **Venue**: CVPR 2023 | **Link**: [pdf]({A})
""",
    "item, sub-bullets without keys": f"""\
+ **[CVPR 2023] A Title of a Paper**
  + Ada Lovelace and Kurt Gödel
  + [[pdf]({A})]
""",
    "item, all without keys": f"""\
* **A Title of a Paper**,
  Ada Lovelace, Kurt Gödel, CVPR 2023
  [[pdf]({A})]
""",
    "item, hard breaks, an award": f"""\
- **[A Title of a Paper]({A})**<br>
  Ada Lovelace, Kurt Gödel<br>
  *CVPR 2023* (Best Student Paper)<br>
  [[code](https://github.com/a/b)]
""",
    "item, authors beside the title": f"""\
* [2024_143] **A Title of a Paper**, Ada Lovelace, Kurt Gödel
  CVPR 2023
  [[pdf]({A})]
""",
    "plain lines": f"""\
A Title of a Paper
Ada Lovelace, Kurt Gödel
CVPR 2023 | [pdf]({A}) | [code](https://github.com/a/b)
""",
    "title in bold, keys below a blank line": f"""\
**1. A Title of a Paper**

- 作者：Ada Lovelace，Kurt Gödel
- 会议：CVPR 2023
- 链接：[pdf]({A})
""",
    "title in bold, keys in a quote": f"""\
**A Title of a Paper**
> **Authors:** Ada Lovelace, Kurt Gödel
> **Venue:** CVPR 2023
> **Paper:** [pdf]({A})
""",
    "all in a quote": f"""\
> **A Title of a Paper**
> Authors: Ada Lovelace, Kurt Gödel
> Venue: CVPR 2023
> Paper: [pdf]({A})
""",
    "title with a key": f"""\
* *Titel:* A Title of a Paper
* *Autoren:* Ada Lovelace und Kurt Gödel
* *Erschienen in:* CVPR 2023
* *Link:* [pdf]({A})
""",
    "block properties": f"""\
- [[A Title of a Paper]]
  authors:: [[Ada Lovelace]], [[People/Kurt Gödel|Kurt Gödel]]
  venue:: [[CVPR]]
  year:: [[2023]]
  link:: [pdf]({A})
""",
    "inline fields": f"""\
- A Title of a Paper [authors:: Ada Lovelace; Kurt Gödel] (venue:: CVPR 2023)
  [paper:: [pdf]({A})]
""",
}


@pytest.mark.parametrize("form", FORMS)
def test_fields_are_read_in_each_form(form: str) -> None:
    (entry,) = entries(FORMS[form])

    assert entry["title"] == "A Title of a Paper"
    people = [" ".join(reversed(it.split(", "))) for it in entry["authors"]]
    assert people == ["Ada Lovelace", "Kurt Gödel"]
    assert (entry["venue"], entry["year"], entry["arxiv_id"]) == ("CVPR", 2023, "2401.00001")
    assert "summary" not in entry


@pytest.mark.parametrize("form", FORMS)
def test_each_entry_ends_where_the_next_begins(form: str) -> None:
    two = FORMS[form] + "\n" + FORMS[form].replace("A Title", "B Title").replace(A, B)

    first, second = entries(two)

    assert (first["arxiv_id"], second["arxiv_id"]) == ("2401.00001", "2401.00002")
    assert second["title"] == "B Title of a Paper"


def test_a_heading_over_titles_with_fields_is_a_section() -> None:
    text = f"## Topic\n\n**Some Title of a Paper**\n\n- Paper: {A}\n\n"
    text += f"**Next Title of a Paper**\n\n- Paper: {B}\n"

    found = entries(text)

    assert [it["title"] for it in found] == ["Some Title of a Paper", "Next Title of a Paper"]
    assert {tuple(it["headings"]) for it in found} == {("Topic",)}


def test_deeper_headings_are_parts_of_an_entry() -> None:
    text = (
        f"## [A Title]({A})\n\n- Venue: CVPR 2023\n\n### TL;DR\n\nShort.\n\n### Method\n\nLong.\n"
    )

    (entry,) = read((text + text.replace("A Title", "B")).encode()).entries[:1]

    assert entry.reading.raws["summary"] == "Short."
    assert entry.reading.raws["section:Method"] == "Long."


def test_a_text_with_a_key_is_the_summary_and_no_other() -> None:
    (entry,) = entries(f"- **A Title of It**\n  - some words\n  - Paper: {A}\n  - Note: the note\n")

    assert entry["summary"] == "the note"


def test_lines_of_an_unknown_key_are_left_alone() -> None:
    source = f"- **A Title of It**\n  - Paper: {A}\n  - Robot: yes\n  - Venue: CVPR 2023\n"

    (entry,) = read(source.encode()).entries

    assert (entry.problems, "summary" in entry.reading.fields) == ((), False)


@pytest.mark.parametrize(
    "text",
    [
        "## Meeting 12\n- **Date**: 2024-05-01\n- **Venue**: Room 5\n- **Link**: https://zoom.us/j/1\n",
        f"### ResNet\n- Paper: {A}\n- Weights: https://x.org/w\n",
        f"# A Title of a Paper\n- Authors: Ada Lovelace\n- Venue: CVPR 2023\n- Link: {A}\n",
        "- Part one\n  - [Paper](#one)\n  - [Code](#two)\n",
        f"### 4.4 VGG\n- Paper: [Very Deep Convolutional Networks for Images]({A})\n",
        f"## Citation\n- Paper: {A}\n- Code: https://github.com/a/b\n",
        "### Great Book of Things\n- Author: Ada Lovelace\n- Year: 2019\n- ISBN: 1234567890\n",
        f"## Surveys of this field\n- Paper: {A}\n- Paper: {B}\n",
    ],
)
def test_what_is_no_paper_is_no_entry(text: str) -> None:
    assert entries(text) == []


def test_a_topic_over_linked_papers_is_none_of_them() -> None:
    first, second = "Attention Is All You Need", "Deep Residual Learning for Images"

    found = entries(f"- Reading\n  - [{first}]({A})\n  - [{second}]({B})\n")

    assert [it["title"] for it in found] == [first, second]


def test_links_called_by_names_and_lists_below_a_date_are_no_fields() -> None:
    named = "- Data sets with poses\n  - [Pascal 3D](http://cvgl.stanford.edu/papers/x.pdf)\n"
    dated = f"#### 2017-08\n- The Review of NIPS 2016 in Words [[arXiv]({A})]\n- [[pdf]({B})]\n"

    assert [it["format"] for it in entries(named + dated) if it["format"] == "fields"] == []


@pytest.mark.parametrize(
    "heading",
    [
        "🔥News: the second version of this survey is here",
        "Latest news (2024.05): more than fifty papers",
        "(2024.05) Our survey was accepted by Nature",
        "We have added fifty papers",
    ],
)
def test_a_heading_that_tells_news_is_no_title(heading: str) -> None:
    assert entries(f"## Papers\n\n### {heading} [[paper]({A})]\n\nSome text.\n") == []


def test_a_title_may_be_about_news_and_may_say_we() -> None:
    text = (
        f"## Papers\n\n### News and We: Who Tells Whom [[paper]({A})]\n\nAda Lovelace, Kurt Gödel\n"
    )

    assert [it["title"] for it in entries(text)] == ["News and We: Who Tells Whom"]


@pytest.mark.parametrize("behind", ["", ". [[code](https://github.com/a/b)]", ". ![](a.png)"])
def test_a_venue_may_follow_a_bold_title_with_nothing_between(behind: str) -> None:
    (entry,) = entries(f"""\
## Papers

1. **Counting the Birds.** EMNLP 2022{behind}
   Ada Lovelace, Kurt Gödel.
   [[paper]({A})]
""")

    assert (entry["title"], entry["venue"]) == ("Counting the Birds", "EMNLP")


@pytest.mark.parametrize("behind", [" Journal of Birds.", "  ![](a.png) ![](b.png)"])
def test_a_bold_sentence_is_the_whole_title(behind: str) -> None:
    title, below = f"1. **Counting the Birds.**{behind}", "*Ada Lovelace, Kurt Gödel*"

    (entry,) = entries(f"{title}\n\n   {below} [[pdf]({A})], 2021.9\n")

    assert (entry["title"], entry["authors"][1]) == ("Counting the Birds", "Kurt Gödel")


def test_a_bold_title_below_a_heading_is_no_authors_and_venue() -> None:
    text = (
        f"# Graphs (Scene Graphs)\n\n**HiKER: Hierarchical Knowledge of Graphs**\n\n- Paper: {A}\n"
    )

    assert [it["title"] for it in entries(text)] == ["HiKER: Hierarchical Knowledge of Graphs"]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("- ECCV 2020, Oral", "venue", "ECCV"),
        ("- *NeurIPS 2021*", "year", 2021),
        ("- In 2020 this was new", "venue", None),
        ("- ****`GAN`****, ****`Speech`****", "task", "`GAN`****, ****`Speech`"),
        ("- `pip install it`", "task", None),
        ("- `GAN` is the word", "task", None),
    ],
)
def test_a_line_without_a_key_may_be_a_venue_or_tags(line: str, field: str, value: object) -> None:
    (entry,) = entries(f"- **A Title of It** (2020. 9)\n  {line}\n  - [paper]({A})\n")

    assert (entry.get(field), entry["date"]) == (value, "2020-09")


def test_a_section_is_not_the_paper_whose_fields_stand_below() -> None:
    tools = "## Tools\n\n- [[A tool]] [url:: https://github.com/a/b]\n"
    nicknamed = "## Search\n\n**Bert: A Title of It**\n\n> **Venue:** CVPR 2023\n"
    nicknamed += f"> **arXiv:** {B}\n"
    second = f"* *Title:* The Second Title of It\n* *Venue:* CVPR\n* *Paper:* {A}\n"
    third = second.replace("Second", "Third").replace("\n* ", "\n  * ")
    titled = f"## More\n\n{second}\n{third}"

    found = entries(f"# Papers\n\n{tools}\n{nicknamed}\n{titled}")

    titles = [it["title"] for it in found]
    assert titles == ["Bert: A Title of It", "The Second Title of It", "The Third Title of It"]


def test_a_heading_that_is_linked_to_a_paper_needs_no_fields() -> None:
    one, two = f"### [A Title of It]({A}) (Lovelace et al 2016)", f"### [B Title of It]({B})"
    text = f"# Papers\n\n## Topic\n\n### Not yet\n\n{one}\n\n{two}\n\nSome words.\n"

    found = entries(text)

    assert [it["title"] for it in found] == ["A Title of It", "B Title of It"]
    # A heading of the same level is no section over it.
    assert [it["headings"] for it in found] == [["Papers", "Topic"]] * 2


def test_a_linked_heading_over_others_is_a_section() -> None:
    found = entries(
        f"# Papers\n\n## [The Survey of It]({A})\n\n### [B Title of It]({B})\n\nWords.\n"
    )

    assert [it["title"] for it in found] == ["B Title of It"]


@pytest.mark.parametrize(
    ("title", "indent", "bullet"), [("## ", "  ", "- "), ("- ", "    ", "    ")]
)
def test_indented_text_gives_way_to_what_is_called_the_summary(
    title: str, indent: str, bullet: str
) -> None:
    text = f"{indent}Words about it, for people\n{indent}who read them.\n\n"
    keyed = f"{bullet}**Summary**: Short\n{bullet}**Paper**: [pdf]({A})\n"

    (found,) = entries(f"{title}**Learning to See in the Dark**\n\n{text}{keyed}")

    assert found["summary"] == "Short"
    assert found["problems"] == ["line 3: no rule of the format reads this line"]


@pytest.mark.parametrize(
    "below",
    [
        f"BIRD SONG REPORT [[paper]({A})]\n\nEar: Counting Birds by Ear [[paper]({B})]\n\n"
        f"Eye: Counting Birds by Eye [[paper]({B}1)]\n",
        f"Counting Birds by Ear\n{A}\n\nCounting Birds by Eye\n{B}\n\nWhat Bees Say\n{A}1\n",
        f"+ Counting Song Birds Well(arXiv 2021) [PDF]({A})\n",
        f"**《Counting Birds by Ear》(ICPR 2018)**\n\n日期：20190311\n\n摘要：Loud. [论文]({A})\n",
    ],
)
def test_a_heading_over_a_list_is_none_of_its_papers(below: str) -> None:
    assert "Songs" not in [entry["title"] for entry in entries(f"## Songs\n\n{below}")]


def test_a_heading_that_leads_back_to_the_contents_is_no_title() -> None:
    text = f"### [Songs of birds and bees](#contents)\n\nAda Lovelace, Kurt Gödel\n\n[pdf]({A})\n"

    assert entries(text) == []


def test_a_day_before_links_is_no_venue() -> None:
    (entry,) = entries(
        f"- **A Title of a Paper**\n  Ada Lovelace, Kurt Gödel\n  _2026-04-09_ · {A}\n"
    )

    assert (entry["date"], entry.get("venue")) == ("2026-04-09", None)


def test_a_period_behind_authors_in_italics_is_none_of_theirs() -> None:
    text = f"- (2024 ACL) **A Title of a Paper.**\n  _Ada Lovelace, Kurt Gödel_. \n  [[pdf]({A})]\n"

    (entry,) = entries(text)

    assert entry["authors"] == ["Ada Lovelace", "Kurt Gödel"]


def test_a_name_authors_and_a_linked_title_in_one_line_are_no_title() -> None:
    (entry,) = entries(
        f"# Papers\n\n- **RoMa**: Lovelace, A., Gödel, K., *[A Title of a Paper]({A})*, CVPR 2024\n"
        f"  - Slides: [at CVPR]({B})\n- **A Title of Another Paper**\n  - Venue: CVPR 2023\n"
        f"  - Paper: [pdf]({B})\n"
    )

    assert entry["title"] == "A Title of Another Paper"
