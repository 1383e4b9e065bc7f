"""A heading is called what a person reads: no badge, no address, no way back to the top."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.digest.read.document import Document, Headings
from zoterodigest.digest.write.new_section import NewSection, with_section
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.shown import UnwritableValue
from zoterodigest.digest.write.steps import MovedEntry, RenamedHeading

ONE = "- **One paper with a title** [[paper](https://arxiv.org/abs/2001.00001)]"
TWO = "- **Another paper with a title** [[paper](https://arxiv.org/abs/2002.00002)]"
BADGE = "[![Awesome](https://awesome.re/badge.svg)](https://awesome.re)"

NAMES = {
    # a name and nothing else
    "Models": "Models",
    "🔥 Models :fire: ##": "🔥 Models :fire:",
    "A* search, D*-Lite and snake_case_names": "A* search, D*-Lite and snake_case_names",
    "[2024] a < b, <https://a.org> [b": "[2024] a < b, <https://a.org> [b",
    "Papers  of *every": "Papers  of *every",
    # links count by their text
    "[Models](#content)": "Models",
    "[Models](<a b.md> \"of (all) kinds\")": "Models",
    "1. [Models [of] all](x(y).md) & <a href='b'>more</a>": "1. Models [of] all & more",
    # badges and anchors do not count
    f"Models {BADGE}": "Models",
    f"{BADGE} ![](logo.png) Models <img src='x.svg'>": "Models",
    "<a name='models'></a>Models": "Models",
    '<a id="models">Models</a>': "Models",
    '<font color="red">Models</font><br>': "Models",
    "Models <!-- omit in toc --> of all": "Models of all",
    "Models {#models}": "Models",
    # nor does a way back
    "Models [[back to top](#top)]": "Models",
    "Models ([↑](#readme))": "Models",
    '[⬆️](#toc) Models <sup>[Back to Top](#top)</sup>': "Models",
    "Models | [Return to contents](#contents) ##": "Models",
    '模型 <a href="#top">返回目录</a>': "模型",
    "Models [#](#models)": "Models",
    # but for one that is all there is
    "[Contents](#contents)": "Contents",
    "[↑](#top)": "↑",
    f"{BADGE}": "Awesome",
    '<img src="x.svg" alt="Papers of 2024">': "Papers of 2024",
    # a link out, or to something else, is text
    "Models of [GNN](#gnn)": "Models of GNN",
    "Models of the [top](https://top.org)": "Models of the top",
    # marks
    "**Models**": "Models",
    "__*Models*__ and `code_of_x`": "Models and code_of_x",
    "[**Models**](#content)": "Models",
}  # fmt: skip


def names(text: str) -> list[str]:
    return [heading.text for heading, _ in Headings(read(text.encode()).lines).keyed]


@pytest.mark.parametrize(("heading", "name"), NAMES.items())
def test_a_heading_is_called_what_a_person_reads(heading: str, name: str) -> None:
    assert names(f"## {heading}\n\n{ONE}\n") == [name]


def test_a_heading_of_which_nobody_reads_a_word_is_none() -> None:
    text = f"# Papers\n\n## ![](rule.png) <a id='x'></a>\n\n{ONE}\n"

    assert names(text) == ["Papers"]


def renamed(text: str, old: str, new: str) -> str:
    outcome = rearrange(read(text.encode()), [RenamedHeading((old,), new)], read)
    assert outcome.refusals == ()
    return outcome.source.decode()


@pytest.mark.parametrize("heading", [it for it in NAMES if it.count("Models") == 1])
def test_a_renamed_heading_keeps_what_is_not_its_name(heading: str) -> None:
    name = NAMES[heading]
    text = f"## {heading}\r\n\r\n{ONE}\r\n"

    after = renamed(text, name, name.replace("Models", "Methods & Data"))

    assert after == text.replace("Models", "Methods & Data")


def test_a_name_in_pieces_changes_within_one_of_them_or_not_at_all() -> None:
    text = f"## Models of [GNN](gnn.md)\n\n{ONE}\n"

    assert renamed(text, "Models of GNN", "Models of CNN") == text.replace("GNN", "CNN")
    outcome = rearrange(
        read(text.encode()), [RenamedHeading(("Models of GNN",), "Methods for CNN")], read
    )
    assert [reason for _, reason in outcome.refusals] == [
        "a link or other markup stands in its name: rename it in the digest"
    ]
    assert outcome.source == text.encode()


def test_a_link_to_a_heading_with_a_badge_follows_its_new_name() -> None:
    text = f"- [Models](#models-)\n\n## Models {BADGE}\n\n{ONE}\n"

    assert renamed(text, "Models", "Data") == text.replace("Models", "Data").replace(
        "#models-", "#data-"
    )


def with_new(text: str, like: str, *, is_below: bool = True) -> str:
    document: Document = read(text.encode())
    after, path = with_section(document, NewSection("New", (like,), is_below), read)
    assert path == ("New",)
    return after.source.decode()


def test_a_new_section_has_what_headings_share_and_nothing_that_is_one_headings_own() -> None:
    text = (
        f"## <a name='a'></a>[**A**](#content) [↑](#top) ##\n\n{ONE}\n\n"
        f"## <a name='b'></a>[**B**](#content) [↑](#top) ##\n\n{TWO}\n"
    )

    assert with_new(text, "B") == text + "\n## [**New**](#content) [↑](#top) ##\n"
    assert with_new(f"## [A](a.md) {BADGE} ##\n\n{ONE}\n", "A").endswith("\n\n## New ##\n")


UNDERLINED = f"====\n\nModels\n======\n\n{ONE}\n\nData  \n===\n{TWO}\n"


def test_an_underlined_heading_is_one() -> None:
    assert names(UNDERLINED) == ["Models", "Data"]
    after = UNDERLINED.replace("Models", "Methods & more")
    assert renamed(UNDERLINED, "Models", "Methods & more") == after
    with pytest.raises(UnwritableValue, match="not written with #"):
        with_new(UNDERLINED, "Models")


@pytest.mark.parametrize(
    "text",
    [
        "Some\nwords\n===",
        "- words\n===",
        "words\n\n===",
        "1. words\n---",
        "[a]: b.md\n---",
        "***\n---",
    ],
)
def test_a_line_of_signs_below_other_text_makes_no_heading(text: str) -> None:
    assert names(f"# Models\n\n{text}\n\n{ONE}\n") == ["Models"]


IN_TWO_LEVELS = f"""\
Papers
======

Models
------
{ONE}

Not a line of its own,
and no heading
----

{TWO}

Data
----
"""


def test_a_line_underlined_with_dashes_is_a_heading_of_the_second_level() -> None:
    document = read(IN_TWO_LEVELS.encode())

    assert document.title == "Papers"
    assert [it.heading_keys for it in document.core_entries()] == [("Models",), ("Models",)]
    outcome = rearrange(document, [RenamedHeading(("Models",), "More")], read)
    assert outcome.source.decode() == IN_TWO_LEVELS.replace("Models", "More")
    outcome = rearrange(document, [MovedEntry(0, ("Data",))], read)
    assert outcome.source.decode().endswith(f"\n\nData\n----\n\n{ONE}\n")


HTML = f"""\
<h1 align="center">Papers</h1>

<h2 id="models"><a href="#top">Models</a></h2>

{ONE}

<details><summary><H3>
  Data
</H3></summary>

{TWO}

</details>

<!--
<h2>Hidden</h2>
-->

- **A third paper with a title** [[paper](https://arxiv.org/abs/2003.00003)]
"""


def test_headings_in_html_are_headings() -> None:
    document = read(HTML.encode())

    assert document.title == "Papers"
    assert [it.heading_keys for it in document.core_entries()] == [
        ("Models",), ("Models", "Data"), ("Models", "Data"),
    ]  # fmt: skip
    outcome = rearrange(document, [RenamedHeading(("Models", "Data"), "Sets of Data")], read)
    assert outcome.source.decode() == HTML.replace("Data", "Sets of Data")


def test_a_banner_in_html_above_the_title_is_no_second_title() -> None:
    text = f"<h1>A banner</h1>\n\n# Papers\n\n{ONE}\n"

    assert read(text.encode()).title == "Papers"
    assert read(text.replace("# P", "## P").encode()).title == "A banner"


def test_no_section_is_written_in_html() -> None:
    with pytest.raises(UnwritableValue, match="the heading is not written with #"):
        with_new(f"<h2>A</h2>\n\n{ONE}\n", "A")


def test_an_item_in_html_comes_to_no_heading_without_a_list() -> None:
    text = "<h2>A</h2>\n\n<ul>\n<li><b>One paper</b>, CVPR 2024.</li>\n</ul>\n\n<h2>B</h2>\n"

    outcome = rearrange(read(text.encode()), [MovedEntry(0, ("B",))], read)

    assert [reason for _, reason in outcome.refusals] == [
        "no list of papers stands under that heading"
    ]


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# Notes\n\n## Part\n\nText.\n", "Notes"),
        ("# Notes\n\n# More notes\n", ""),
        ("<h1>Banner</h1>\n\nNotes\n=====\n\nText.\n", "Notes"),
        ("#\n\n# Notes\n", "Notes"),
        ("## Part\n", ""),
    ],
)
def test_a_page_without_entries_is_called_by_its_only_heading_of_the_first_level(
    source: str, title: str
) -> None:
    document = read(source.encode())

    assert (document.entries, document.title) == ((), title)
    assert document.title == Headings(document.lines).title(())
