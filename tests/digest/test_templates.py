"""Templates: an entry written down once, with names of slots in it, reads others like it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from tests.digest.corpus import venues
from zoterodigest.digest.format.entry_template import BadTemplate, EntryTemplate, parse_template
from zoterodigest.digest.format.format import SLOTS, DigestFormat
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import decoded

GROUPED = """\
- **{title}** {?({venue})?} [[paper]({url})] {?{links}?}
  {?*{authors}*?}
  {?{summary}?}
"""
ID = "https://arxiv.org/abs/2006.11239"


def a_format(*templates: str, evidence: bool = False) -> DigestFormat:
    """A format of templates alone, which states nothing of evidence unless some is needed."""
    entry = {"evidence": True} if evidence else {}
    return DigestFormat.model_validate(
        {"name": "mine", "about": "", "templates": templates, "entry": entry}
    )


def read(source: str, *templates: str, evidence: bool = False) -> Document:
    """A digest as a format of these templates reads it."""
    form = a_format(*templates, evidence=evidence)
    return read_document("papers.md", source.encode(), [form], venues())


def slots_in(source: str, *templates: str) -> list[dict[str, str]]:
    """The texts of the slots of each entry that is read."""
    entries = read(source, *templates).entries
    return [{slot.name: decoded(slot.text.data) for slot in one.slots} for one in entries]


def parsed(text: str) -> EntryTemplate:
    return parse_template(text, SLOTS.__contains__)


@pytest.mark.parametrize(
    ("text", "container"),
    [
        ("- {title}", "item"),
        ("1. {title}", "item"),
        ("12) {title}", "item"),
        ("> **{title}**", "quote"),
        ("### {title}", "heading"),
        ("<details>\n<summary>{title}</summary>\n{summary}\n</details>", "details"),
        ("**{title}**\n{authors}", "paragraph"),
        ("**{title}**\n\n{authors}", "lines"),
    ],
)
def test_the_first_line_tells_the_container(text: str, container: str) -> None:
    assert parsed(text).container == container


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("- {headline}", 1, 3, "no slot “headline”"),
        ("- {title} {?({title})?}", 1, 14, "a second time"),
        ("- [{venue}]({url})", 1, 1, "needs {title}"),
        ("- {title} {comment}", 1, 11, "nothing but blanks parts {title} and {comment}"),
        ("- {title}{comment}", 1, 10, "parts {title} and {comment}"),
        ("- **{title}** {url}\n  {comment} {summary}", 2, 13, "parts {comment} and {summary}"),
        ("- {title} {?{comment} - ?}{url}", 1, 13, "{title} and {comment}"),
        ("- {title}{? - {url} - ?}{comment}", 1, 25, "only a group that may be missing"),
        ("- {title} {?({comment})?} {?({comment_stub})?}", 1, 27, "the same text as the group"),
        ("- {title} {?({comment})?} {?({venue})?}", 1, 27, "the same text as the group"),
        ("- {title} {?({date})?} {?({year})?}", 1, 24, "the same text as the group"),
        ("- **{title}** {?{award}?} {?({venue})?}", 1, 27, "the same text as the group"),
        ("- {venue} {?{comment}?} ({title})", 1, 13, "parts {venue} and {comment}"),
        ("- {title} {?({url})", 1, 11, "“?}” is missing"),
        ("- {title} {?({venue} {?{url}?})?}", 1, 22, "another group"),
        ("- {title} {?[paper]?} {url}", 1, 11, "holds no slot"),
        ("- {title} ?} {url}", 1, 11, "none begins"),
        ("- {title} { {url}", 1, 11, "“{” alone: write “{{”"),
        ("- {title} } {url}", 1, 11, "“}” alone: write “}}”"),
        ("- **{title}** {url}\n  {summary}\n  {comment}", 2, 3, "must begin with text"),
        ("- **{title}** {url}\n  Why: {section}\n  {?{comment}?}", 2, 8, "must begin with text"),
        ("{?**{title}**?}\n{url}", 1, 1, "cannot be missing"),
        ("<details>\n{title}", 1, 1, "needs a </summary>"),
        ("\n  \n", 1, 1, "empty"),
        ("- {title}" + " {?[a]({url})?}" * 2, 1, 32, "a second time"),
        (
            "- **{title}**" + "".join(f" {{?{at}: {{links}}?}}" for at in range(7)),
            1,
            105,
            "6 groups",
        ),
    ],
)
def test_a_template_that_breaks_a_rule_is_refused_with_line_column_and_reason(
    text: str, line: int, column: int, reason: str
) -> None:
    with pytest.raises(BadTemplate) as caught:
        parsed(text)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "- {title} {?{links}?}",
        "- {title} {date}",
        "- {title} {?({venue})?} {?({comment})?} {url}",
        "- **{title}** {?({comment})?} {?({venue}) ({date})?} {url}",
        "- {title} - {summary} [{url}]",
        "- {{{title}}} {url}",
        "- {links} {title} {links}",
        "- {title} {url}\n  {?Why: {summary}?}\n  Code: {code}",
        "- {title} {url}\n  {summary}",
    ],
)
def test_a_template_that_keeps_the_rules_is_taken(text: str) -> None:
    assert "title" in parsed(text).slots


def test_a_template_without_a_sign_of_a_paper_needs_evidence() -> None:
    with pytest.raises(ValueError, match=re.escape("evidence in [entry]: true if")):
        a_format("- **{title}** {?({year})?}")

    assert a_format("- **{title}** {?({year})?}", evidence=True).templates


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lines", ["^x$"]),
        ("rest", "summary"),
        ("entry", {"begin": ["^(?P<title>.+)$"]}),
        ("new", {"lines": ["- {title}"]}),
    ],
)
def test_a_format_has_templates_or_patterns(key: str, value: Any) -> None:
    given = {"name": "mine", "about": "", "templates": ["- {title} {url}"], key: value}

    with pytest.raises(ValueError, match="a format has one of them"):
        DigestFormat.model_validate(given)


def test_an_entry_is_read_with_its_groups_and_without_them() -> None:
    source = f"""\
* **Denoising** (CVPR 2023) [[paper]({ID})] [[code](https://github.com/a/b)] <br>
    *Jonathan Ho, Ajay Jain*
    Some text.

    - more
- **Only (one)** [[paper]({ID})]
"""

    assert slots_in(source, GROUPED) == [
        {
            "title": "Denoising",
            "venue": "CVPR 2023",
            "url": ID,
            "links": "[[code](https://github.com/a/b)]",
            "authors": "Jonathan Ho, Ajay Jain",
            "summary": "Some text.\n\n- more",
        },
        {"title": "Only (one)", "url": ID},
    ]


@pytest.mark.parametrize(
    ("template", "source"),
    [
        ("> **{title}**\n> {links}\n> > {summary}", "> **T**\n> [p](U)\n> > some\n> > text\n"),
        ("### {title}\n[p]({url})\n{?{summary}?}", "## T\n\n[p](U)\n\nsome\ntext\n## Next\n"),
        (
            "<details>\n<summary><b>{title}</b></summary>\n- <{url}>\n{?{summary}?}\n</details>",
            "<details>\n<summary><b>T</b></summary>\n\n* <U>\n\nsome\ntext\n</details>\n",
        ),
        ("**{title}**\n[p]({url})\n{summary}", "**T** \\\n[p](U)<br>\nsome\ntext\n\nNo text.\n"),
        ("{title}\n[p]({url})\nNote: {summary}", "# H\nT  \n[p](U)  \nNote:  some\ntext\n\n- x\n"),
        ("**{title}**\n\n[p]({url})\n\n{summary}", "**T**\n\n[p](U)\n\nsome\ntext\n\n\nNo.\n"),
        (
            "1. {title}\n   - [p]({url})\n   - {summary}",
            "4) T\n   * [p](U)\n   * some\n     text\n",
        ),
    ],
)
def test_an_entry_is_read_in_each_container(template: str, source: str) -> None:
    found = slots_in(source.replace("U", ID), template)

    assert [(one["title"], " ".join(one["summary"].split())) for one in found] == [
        ("T", "some text")
    ]
    assert ID in (found[0].get("url"), found[0].get("links", "")[4:-1])


def test_lines_that_no_line_of_the_template_reads_are_left_and_named() -> None:
    source = f"- **T** [[paper]({ID})]\n  Unknown: x\n  *Ada Lovelace, Bob Cratchit*\n"

    document = read(source, "- **{title}** [[paper]({url})]\n  {?*{authors}*?}")

    (entry,) = document.entries
    assert [(one.line, one.reason) for one in entry.problems] == [
        (2, "no line of its template reads this line")
    ]
    assert "authors" in entry.reading.fields


def test_the_first_template_that_reads_an_entry_is_its_template() -> None:
    templates = ("- **{title}**, {venue}. [p]({url})", "- **{title}** [p]({url})")

    found = slots_in(f"- **A** [p]({ID})\n- **B**, CVPR 2023. [p]({ID})\n", *templates)

    assert [sorted(one) for one in found] == [["title", "url"], ["title", "url", "venue"]]


def test_of_two_templates_each_reads_its_own_container() -> None:
    source = f"- **A** [p]({ID})\n\n**B**\n[p]({ID})\n\n- **C**\n"

    document = read(source, "- **{title}** [p]({url})", "**{title}**\n[p]({url})")

    assert [entry.title for entry in document.entries] == ["A", "B"]


CITED = "- {title}. {authors}. {venue} [[pdf]({url})]"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A Title. Jonathan Ho, Ajay Jain. CVPR 2023", "A Title"),
        ("A Title. In Two Parts. J. Ho, A. Jain. CVPR 2023", "A Title. In Two Parts"),
        ("What? Why! Jonathan Ho. Proc. CVPR 2023", None),
        ("A Title. Graph Networks. Jonathan Ho. CVPR 2023", "A Title. Graph Networks"),
    ],
)
def test_a_line_is_read_in_one_way_or_not_at_all(text: str, title: str | None) -> None:
    document = read(f"- {text} [[pdf]({ID})]\n", CITED)

    entries = [one for one in document.entries if not one.broken]
    assert [one.title for one in entries] == ([title] if title else [])


def test_two_ways_to_read_a_line_are_told_with_both_columns() -> None:
    source = f"# H\n\n- A. B C. D E. CVPR 2023 [[pdf]({ID})]\n"

    (entry,) = read(source, "- {title}. {comment} [[pdf]({url})]").entries

    assert entry.broken == "it can be read in two ways: the title ends in column 3 or in column 8"
    assert entry.problems[0].line == 3


@pytest.mark.parametrize(
    ("text", "authors", "title"),
    [
        ("Ada Reed, Bo Finch, Cy Kite, On Graphs", "Ada Reed, Bo Finch, Cy Kite", "On Graphs"),
        ("Reed, Ada and Finch, Bo, Owls, Herons", "Reed, Ada and Finch, Bo", "Owls, Herons"),
        ("A. Reed, B.C. Finch, Owls, Herons", "A. Reed, B.C. Finch", "Owls, Herons"),
    ],
)
def test_names_before_a_title_are_all_people_before_it(text: str, authors: str, title: str) -> None:
    [slots] = slots_in(f"- {text} [[pdf]({ID})]\n", "- {authors}, {title} {links}")

    assert (slots["authors"], slots["title"]) == (authors, title)


def test_a_period_of_an_initial_ends_no_names_before_a_title() -> None:
    source = f"- Ada Q. Reed, Bo K. Finch. On Owls. KDD 2021. [[pdf]({ID})]\n"

    [slots] = slots_in(source, "- {authors}. {title}. {venue}. {links}")

    assert (slots["authors"], slots["title"]) == ("Ada Q. Reed, Bo K. Finch", "On Owls")


def test_a_line_of_links_begins_no_entry_though_its_label_is_where_a_number_stands() -> None:
    source = f"[12]On Owls<br>\n[paper]({ID})<br>\n\n[11]Herons<br>\n[paper]({ID}) | [code]({ID})\n"

    entries = read(source, "[{ignored}]{title}\n{links}").entries

    assert [entry.title for entry in entries] == ["On Owls", "Herons"]


@pytest.mark.parametrize(
    ("text", "title", "venue"),
    [
        ("On Graphs KDD 2021", "On Graphs", "KDD 2021"),
        ("Deep Nets for All NeurIPS 2020", "Deep Nets for All", "NeurIPS 2020"),
        ("On Graphs Some Venue 2021", None, None),
        ("Moving KDD 2021 to ICML 2022", "Moving KDD 2021 to", "ICML 2022"),
    ],
)
def test_behind_a_title_and_a_blank_a_venue_is_one_that_the_table_knows(
    text: str, title: str | None, venue: str | None
) -> None:
    (entry,) = read(f"- {text} 【a remark】\n", "- {title} {venue} 【{summary}】").entries

    words = {slot.name: slot.words for slot in entry.slots}
    assert (words.get("title"), words.get("venue")) == (title, venue)
    assert bool(entry.broken) == (title is None)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("16-ATC-On Caches", "On Caches"),
        ("20-OSDI-PANIC: A High-Performance NIC", "PANIC: A High-Performance NIC"),
    ],
)
def test_a_venue_behind_a_short_year_ends_before_the_next_hyphen(text: str, title: str) -> None:
    (entry,) = read(f"- {text}\n", "- {venue}-{title}").entries

    assert entry.title == title


def test_a_template_without_a_line_is_refused() -> None:
    with pytest.raises(BadTemplate, match=r"needs \{title\}"):
        parse_template("- ", {"title"}.__contains__)


def test_a_slot_between_a_pair_holds_its_end_only_escaped_or_in_an_inner_pair() -> None:
    source = f"""\
- [A [b] c]({ID}) (x)
- [A \\] c]({ID}) (x (y) z)
- [A ] c]({ID}) (x)
- [A]({ID}) (x) y)
"""

    found = slots_in(source, "- [{title}]({url}) ({comment})")

    assert [one["title"] for one in found] == ["A [b] c", "A \\] c"]


@pytest.mark.parametrize(
    ("slot", "good", "bad"),
    [
        ("year", ["2023", "1999"], ["23", "20234", "2023a"]),
        ("date", ["2023-05", "May 2023", "2023/05/01"], ["soon", "Part 2"]),
        (
            "venue",
            ["CVPR", "CVPR 2023 Oral", "Some Workshop 2021", "2023"],
            ["A Survey", "x 2021", "Xu et al., CVPR"],
        ),
        ("arxiv", ["2006.11239", "arXiv:2006.11239v2", "cs.CL/0101001"], ["2006", "v2"]),
        ("doi", ["10.1145/3292500", "doi:10.1145/3292500.1"], ["10.1", "x"]),
        (
            "authors",
            ["Ada Lovelace, B. Cratchit", "张三, 李四", "Ada Lovelace et al.", "Xu et al."],
            ["Transformer", "Transformer, BERT et al."],
        ),
    ],
)
def test_a_slot_with_a_codec_holds_only_what_its_codec_takes(
    slot: str, good: Sequence[str], bad: Sequence[str]
) -> None:
    template = f"- **{{title}}** ({{{slot}}}) [p]({{url}})".replace("({{url}})", "({url})")
    texts = [*good, *bad]
    source = "".join(f"- **T** ({text}) [p]({ID})\n" for text in texts)

    assert [one[slot] for one in slots_in(source, template)] == list(good)


@pytest.mark.parametrize(
    ("template", "title"),
    [
        ("- {title} {?{arxiv}?} [p]({url})", "On 92401.00001"),
        ("- {title} {?{authors}?} [p]({url})", "深度"),
    ],
)
def test_no_word_is_parted_into_two_values(template: str, title: str) -> None:
    assert slots_in(f"- {title} [p]({ID})\n", template) == [{"title": title, "url": ID}]


def test_entries_of_one_line_may_adjoin_though_they_begin_with_a_value() -> None:
    source = f"A word.\nOne | {ID}\nTwo | {ID}\n\nThree | {ID}\n"

    assert [one["title"] for one in slots_in(source, "{title} | {url}")] == ["One", "Two", "Three"]
    assert [one["title"] for one in slots_in(source, "{title} | {url}\n{?{summary}?}")] == ["Three"]


def test_a_group_that_is_missing_makes_no_second_reading() -> None:
    source = f"- A Title [[pdf]({ID})] [[code](https://github.com/a/b)]\n"

    (found,) = slots_in(source, "- {title} {?({venue})?} {links}")

    assert found["title"] == "A Title"


def test_a_title_takes_no_links_along() -> None:
    source = f"- A Title [p]({ID}) | [code](https://github.com/a/b), [c](d)\n"

    (found,) = slots_in(source, "- {title} {links}")

    assert found["title"] == "A Title"
    assert found["links"].startswith("[p](")
    assert found["links"].endswith("[c](d)")


def test_a_container_has_its_own_templates_alone_whatever_was_asked_before() -> None:
    form = a_format("- {title} [p]({url})", "{title}\n[p]({url})")
    assert len(form.patterns) == 2

    lists, paragraphs = form.by_container.values()

    assert [one.template.container for one in lists.patterns] == ["item"]
    assert [one.template.container for one in paragraphs.patterns] == ["paragraph"]


@pytest.mark.parametrize("sections", ["# Papers\n\n", "# Papers\n\nWords.\n\n## Owls\n\n"])
def test_a_heading_above_the_level_of_the_template_is_that_of_a_section(sections: str) -> None:
    entries = f"#### One\n[paper]({ID})\n\n#### Two\n[paper]({ID})\n\n"
    other = f"## Three\n[paper]({ID})\n\n##### Four\n[paper]({ID})\n\n## Five\n[paper]({ID})\n"

    read = slots_in(f"{sections}{entries}# More\n\n{other}", "#### {title}\n{links}")

    # `## Three` holds one of the entries, `## Five` is one.
    assert [one["title"] for one in read] == ["One", "Two", "Four", "Five"]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (
            "E. Agustsson, R. Timofte. Learning to See, ICCV, 2017",
            ["E. Agustsson, R. Timofte", "Learning to See", "ICCV, 2017"],
        ),
        (
            "Tong Tong, Gen Li. Fast Image Restoration, CVPR, 2017",
            ["Tong Tong, Gen Li", "Fast Image Restoration", "CVPR, 2017"],
        ),
        ("Jimmy SJ. Ren, Li Xu, Shepard Networks, NIPS, 2015", []),
    ],
)
def test_names_are_not_torn_and_a_venue_takes_no_title_along(line: str, read: list[str]) -> None:
    [*found] = slots_in(f"- {line}\n", "- {authors}. {title}, {venue}")

    assert [*found[0].values()] == read if read else found == []


@pytest.mark.parametrize(
    ("line", "template"),
    [
        # "E. Agustsson, R", "Timofte" and the rest as a venue would be the only way.
        (
            "E. Agustsson, R. Timofte. Learning to See, ICCV, 2017",
            "- {authors}. {title}. {venue}",
        ),
        ("Ann Bee and Andrew P. and Rob Bishop, On Owls", "- {authors}. {title}"),
        ("On Owls, ICCV (2017)", "- {title} ({venue})"),
    ],
)
def test_a_line_is_not_read_if_the_only_way_makes_wrong_values(line: str, template: str) -> None:
    assert slots_in(f"- {line}\n", template) == []


@pytest.mark.parametrize(
    ("people", "is_read"),
    [
        ("Dijkstra", True),
        ("Steele and Sussman", True),
        ("Gamma, Helm, Johnson, Vlissides", True),
        ("Ann Bee", True),
        # One person who is turned round, or two: that is not guessed.
        ("Cardelli, Wegner", False),
        ("Programming", False),
    ],
)
def test_before_a_year_last_names_are_authors(people: str, is_read: bool) -> None:
    read = slots_in(
        f"- On Owls. [{people} (1985)]({ID})\n", "- {title}. [{authors} ({year})]({url})"
    )

    assert [one["authors"] for one in read] == [people] * is_read


def test_without_a_year_behind_it_a_last_name_may_be_any_word() -> None:
    assert slots_in(f"- On Owls. [Dijkstra]({ID})\n", "- {title}. [{authors}]({url})") == []


def test_a_slot_before_the_authors_takes_none_of_them() -> None:
    template = "- {title}. [{ignored}, {authors} ({year})]({url})"

    assert slots_in(f"- On Owls. [Cardelli, Wegner (1985)]({ID})\n", template) == []


def test_a_venue_in_short_does_not_end_at_an_abbreviation() -> None:
    venue = "2021 IEEE Int. Conf. on Owls"
    text = f"- [Counting Owls by Ear](https://arxiv.org/abs/2401.00001). {venue}. Vienna.\n"

    (slots,) = slots_in(text, "- [{title}]({url}). {venue}. {?{ignored}.?}")

    assert (slots["venue"], slots["ignored"]) == (venue, "Vienna")
