"""Learning a format: templates for lists in manners that no format knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.digest.corpus import venues
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.learn.format_text import format_name, format_text
from zoterodigest.digest.learn.learning import Learned, learn_templates, likely_entry
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.report import entry_json
from zoterodigest.mapping import load

LISTS = Path(__file__).parent / "manners" / "learn"
UNLEARNED = {"l-fenced-cards"}
"""Lists in code fences, in which no format finds entries."""


def learned(text: str, line: int | None = None) -> Learned:
    """What is learned of a list that has a structure."""
    found = learn_templates(text.encode(), venues(), line)
    assert found is not None
    return found


# Learning takes half a second for each list: `make deep` learns from all of them.
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.deep] if number % 2 else [])
        for number, path in enumerate(sorted(LISTS.glob("*.md")))
    ],
)
def test_what_is_learned_of_a_list_reads_nearly_all_of_it(path: Path) -> None:
    truth = json.loads(path.with_suffix(".json").read_text("utf-8"))
    wanted = {one["line"]: (one["title"], one.get("arxiv_id")) for one in truth["entries"]}

    found = learn_templates(path.read_bytes(), venues())

    if path.stem in UNLEARNED:
        assert found is None
        return
    assert found is not None
    entries = [entry_json(entry) for entry in found.document.entries if not entry.broken]
    read = {one["start_line"]: (one["title"], one["arxiv_id"]) for one in entries}
    right = [line for line, values in wanted.items() if read.get(line) == values]
    assert len(right) >= 0.95 * len(wanted)
    assert set(read) <= set(wanted)


def test_a_list_without_a_structure_teaches_nothing() -> None:
    text = "# Notes\n\nSome words.\n\nMore words, see [here](https://example.org).\n"

    assert learn_templates(text.encode(), venues()) is None


TITLES = ("Deep Nets: A Survey", "Learning to See, Hear and Feel", "On Graphs", "A Simple Baseline")
PEOPLE = ("Jane Doe and John Roe", "Kim Lee, Ann Bee, Cem Dee", "Ada Lovelace et al.", "Kurt Gödel")
VENUES = ("CVPR 2021", "ICLR 2022", "NeurIPS 2020", "ICML 2019")


@pytest.mark.parametrize(
    ("entry", "template"),
    [
        ("- {t} [[paper]({u})]\n", "- {title} {links}"),
        ("[{n}] {a}. *{t}*. {v}. {u}\n\n", "[{ignored}] {authors}. *{title}*. {venue}. {url}"),
        ("{v} // {t} // {a} // {u}\n", "{venue} // {title} // {authors} // {url}"),
        ("* {t} ({v})\n", "* {title} ({venue})"),
        # A word that stands behind each venue is a word of the template.
        ("=> {t} <= {a} @{v} see {u}\n", "=> {title} <= {authors} @{venue} see {url}"),
        ("#### {n} May 2021\n- Paper: [{t}]({u})\n\n", "#### {date}\n- Paper: [{title}]({url})"),
        (
            "### {t} @ {v}\n\nby {a}\n\nlink -> {u}\n\n",
            "### {title} @ {venue}\n\nby {authors}\n\nlink -> {url}",
        ),
        (
            "{n}. {t}\n   - who: {a}\n   - in: {v}\n   - {u}\n",
            "1. {title}\n   - who: {authors}\n   - in: {venue}\n   - {url}",
        ),
        # Brackets that are escaped stand around links as others do.
        ("* {t} \\[[Paper]({u})] \\[[Code]({u})]\n", "* {title} {links}"),
        # A venue of all entries is a value, and no words of the template.
        ("- {t} RecSys 2022 【第 {n}】\n", "- {title} {venue} 【{ignored}】"),
        ("- {t}, KDD, 2021. [pdf]({u})\n", "- {title}, {venue}. {links}"),
        ("- 16-ATC-{t}\n", "- {venue}-{title}"),
        (
            "[{n}] {a}. {t}. {v}. [[Paper]({u})]\n\n",
            "[{ignored}] {authors}. {title}. {venue}. {links}",
        ),
        ("[{n}]{t}<br>\n[paper]({u})<br>\n\n", "[{ignored}]{title}\n{links}"),
        (
            "**{t}.** {v}\n*{a}.*\n[[PDF]({u})]\n\n",
            "**{title}.** {venue}\n*{authors}.*\n{links}",
        ),
        ("* {t}, in *{v}*. [[pdf]({u})]\n", "* {title}, in *{venue}*. {links}"),
        ("* {t}: [{v}]({u})\n", "* {title}: [{venue}]({url})"),
        ("1. {t} ｜ *{v}* ｜ [<u>论文</u>]({u})\n", "1. {title} ｜ *{venue}* ｜ {links}"),
        ("* Owl{n} - [{t}]({u})\n", "* {short_title} - [{title}]({url})"),
        # Anchors say nothing of a paper, a nickname in marks is its short title.
        (
            '- <a name="owl{n}"></a>**[Owl{n}]** {t} | **{v}** | [[pdf]({u})]\n',
            '- <a name="{ignored}"></a>**[{short_title}]** {title} | **{venue}** | {links}',
        ),
        (
            "- **{t}** &mdash; 202{n}\n  {a}\n  [pdf]({u})\n"
            "  <details><summary>Abstract</summary>Long ago, owls said {t}</details>\n",
            "- **{title}** &mdash; {year}\n  {authors}\n  {links}\n"
            "  <details><summary>Abstract</summary>{abstract}</details>",
        ),
        ("* {t}. [Dijkstra (198{n})]({u}).\n", "* {title}. [{authors} ({year})]({url})."),
        # Where the name of a venue leads is no page of the paper.
        ("- {t} ([{v}](notes/{n}.md)) [pdf]({u})\n", "- {title} ([{venue}]({ignored})) {links}"),
    ],
)
def test_a_template_has_the_words_of_the_list_and_the_slots_of_its_values(
    entry: str, template: str
) -> None:
    values = enumerate(zip(TITLES, PEOPLE, VENUES, strict=True), 1)
    text = "".join(
        entry.format(n=n, t=t, a=a, v=v, u=f"https://arxiv.org/abs/2101.0000{n}")
        for n, (t, a, v) in values
    )

    found = learned(f"# Papers\n\n{text}")

    assert found.templates == (template,)
    assert [one.title for one in found.document.entries] == list(TITLES)


@pytest.mark.parametrize(
    ("times", "slot"),
    [
        (("(2019)", "(2020)", "2021", "[2022]"), "year"),
        (("(May 2019)", "(2020)", "2021", "[2022]"), "date"),
    ],
)
def test_four_digits_in_any_brackets_are_a_year(times: tuple[str, ...], slot: str) -> None:
    values = enumerate(zip(TITLES, times, strict=True), 1)
    text = "".join(f"- {t} :: {y} :: https://arxiv.org/abs/2101.0000{n}\n" for n, (t, y) in values)

    found = learned(f"# Papers\n\n{text}")

    [template] = found.templates
    assert f"{{{slot}}}" in template


def test_a_nickname_in_marks_before_a_title_is_its_short_title() -> None:
    nicknames = ("**Owl**: ", "**Kite**: ", "", "**Gull**: ")
    text = "".join(
        f"- 202{n} best paper, {nickname}{t}, [link](https://arxiv.org/abs/2101.0000{n})\n"
        for n, (nickname, t) in enumerate(zip(nicknames, TITLES, strict=True))
    )

    found = learned(text)

    read = [(_slot(one, "short_title"), one.title) for one in found.document.entries]
    assert read == list(zip(("Owl", "Kite", "", "Gull"), TITLES, strict=True))


def _slot(entry: DigestEntry, name: str) -> str:
    return next((slot.words for slot in entry.slots if slot.name == name), "")


def test_rows_of_universities_are_no_summary() -> None:
    places = (
        "Moss College",
        "Reed Labs & Bark AI",
        "UHU & Moss College & Reed Labs",
        "Shore & UHU",
    )
    text = "".join(
        f"* {t} [pdf](https://arxiv.org/abs/2101.0000{n})\n  * {place}\n"
        for n, (t, place) in enumerate(zip(TITLES, places, strict=True))
    )

    found = learned(text)

    assert "summary" not in "".join(found.templates)
    assert [one.title for one in found.document.entries] == list(TITLES)


def test_the_period_that_ends_titles_is_none_of_them() -> None:
    text = "".join(
        f"- {t}.\n  - {a}. *{v}*. [pdf](https://arxiv.org/abs/2101.0000{n})\n"
        for n, (t, a, v) in enumerate(zip(TITLES[:3], PEOPLE[:3], VENUES[:3], strict=True))
    )

    found = learned(text)

    assert [one.title for one in found.document.entries] == list(TITLES[:3])


def test_titles_of_which_some_end_in_a_venue_are_read_by_two_templates() -> None:
    ends = (" ICDM2018", "", " KDD2021", "")
    text = "".join(
        f"- {t}{end} [Paper](https://arxiv.org/abs/2101.0000{n})\n"
        for n, (t, end) in enumerate(zip(TITLES, ends, strict=True))
    )

    found = learned(text)

    assert found.templates == ("- {title} {venue} {links}", "- {title} {links}")
    assert [one.title for one in found.document.entries] == list(TITLES)


def test_a_template_that_reads_titles_better_comes_first() -> None:
    ends = (".", "", ".", "", ".", "")
    text = "".join(
        f"- **{t}{end}** KDD 202{n} [Paper](https://arxiv.org/abs/2101.0000{n})\n"
        for n, (t, end) in enumerate(zip(TITLES + TITLES[:2], ends, strict=True))
    )

    found = learned(text)

    assert found.templates == ("- **{title}.** {venue} {links}", "- **{title}** {venue} {links}")
    assert [one.title for one in found.document.entries[:4]] == list(TITLES)


def test_a_title_that_takes_its_venue_along_is_left_out_and_so_by_the_format_file(
    tmp_path: Path,
) -> None:
    ends = ("", "", ", ICCV 2017", "", "", "")
    text = "".join(
        f"- {t}{end} [Paper](https://arxiv.org/abs/2101.0000{n})\n"
        for n, (t, end) in enumerate(zip(TITLES + TITLES[:2], ends, strict=True))
    )

    found = learned(text)

    assert "On Graphs, ICCV 2017" not in [one.title for one in found.document.entries]
    assert len(found.document.entries) == 5
    path = tmp_path / "owls.format.toml"
    path.write_text(format_text("owls", "", found.templates), "utf-8")
    again = read_document("owls.md", text.encode(), [load(path, DigestFormat)], venues())
    assert len(again.entries) == 5


def test_a_date_is_whole_though_some_entries_have_another_text_there() -> None:
    days = (*(f"{n}th Sep., 2021" for n in range(4, 14)), "in Fall, 2021", "in May, 2020")
    text = "".join(
        f"**On {n} Owls** [{day}]\n[[PDF](https://arxiv.org/abs/2101.000{n})]\n\n"
        for n, day in enumerate(days, 10)
    )

    found = learned(text)

    read = [_slot(one, "date") for one in found.document.entries]
    assert set(days[:10]) <= set(read)


def test_a_list_that_begins_far_below_is_tried_as_well() -> None:
    contents = "".join(f"* [Topic {n}](#topic-{n})\n" for n in range(600))
    entries = "".join(
        f"[{n}]{t}<br>\n[paper](https://arxiv.org/abs/2101.0000{n})<br>\n\n"
        for n, t in enumerate(TITLES * 2)
    )

    found = learned(f"{contents}\n{entries}")

    assert [one.title for one in found.document.entries] == list(TITLES * 2)


def test_a_fold_that_has_no_end_teaches_nothing() -> None:
    assert learn_templates(b"Words.\n\n<details><summary>More</summary>", venues()) is None


TWO_LISTS = "".join(
    [
        *(f"* Paper number {n} here ~> https://arxiv.org/abs/2301.0000{n}\n" for n in range(1, 7)),
        "\n## More\n\n",
        *(f"«Other work {n}» at arXiv:2302.0000{n}\n\n" for n in range(1, 5)),
    ]
)


def test_a_list_of_two_shapes_has_two_templates() -> None:
    found = learned(TWO_LISTS)

    assert [one.splitlines()[0][:1] for one in found.templates] == ["*", "«"]
    assert len(found.document.entries) == 10


def test_entries_that_begin_otherwise_are_compared_apart() -> None:
    linked = "".join(
        f"* [{title} {n}](https://arxiv.org/abs/2101.1000{n}) {n} May 2021\n"
        for n, title in enumerate(TITLES, 1)
    )
    plain = "".join(
        f"* {title} (https://arxiv.org/abs/2102.2000{n})\n" for n, title in enumerate(TITLES, 1)
    )

    found = learned(f"{linked}* [A tool](https://github.com/a/b)\n{plain}")

    assert set(found.templates) == {"* [{title}]({url}) {date}", "* {title} ({url})"}
    assert len(found.document.entries) == 8


def test_a_few_entries_among_many_that_begin_otherwise_are_compared_apart() -> None:
    addresses = [f"https://arxiv.org/abs/2101.000{n}" for n in range(10, 30)]
    plain = [
        f"- {t} KDD202{n} [Paper]({addresses[n]}) [Note]({addresses[n]})"
        for n, t in enumerate(TITLES)
    ]
    named = [f"- [[Owl{n}]{t} {n}]({addresses[n + 8]})" for n, t in enumerate(TITLES * 3)]
    linked = [f"- [{t}, {n}]({addresses[n + 4]})" for n, t in enumerate(TITLES * 2)]
    quoted = [f'- "{t}, {n}" {addresses[n + 4]}' for n, t in enumerate(TITLES * 2)]
    strong = [f"- **{t}, {n}** 2101.1000{n}" for n, t in enumerate(TITLES * 2)]

    found = learned("\n".join([*plain, *named, *linked, *quoted, *strong]) + "\n")

    assert "- {title} {venue} {links}" in found.templates


def test_a_line_says_which_of_two_lists_is_learned_first() -> None:
    assert learned(TWO_LISTS, line=11).templates[0] == "«{title}» at {arxiv}"


BARE = """\
# Birds

- [Owls](#owls)
- [Herons](#herons)

## Owls

- Counting Owls by Ear
- Why Barn Owls Turn Their Heads: A Field Study
- Silent Flight

## Herons

- Herons That Wait for Rain
- Fishing with Bait
"""
NOTED = """\
# Read so far

- [Counting Owls by Ear](https://notes.example.org/read/counting-owls)
- [Silent Flight](https://notes.example.org/read/silent-flight)
- [Herons That Wait for Rain](https://notes.example.org/read/herons)
"""
AFFILIATED = """\
## Owls

- Counting Owls by Ear

    Author: Wren, Ada | University of Moss
    Author: Finch, Bo | Institute of Bark
    keyword: Owls; Hearing
    Abstract : We stood in the wood and listened.

- Why Barn Owls Turn Their Heads

    Author: Kite, Cy | University of Moss
    keyword: Sight; Necks
    Abstract : They can't turn their eyes.

- Silent Flight

    Author: Heron, Di | College of Reed
    Author: Tern, Ed | College of Reed
    Author: Gull, Flo | Shore
    keyword: Wings; Feathers; Noise
    Abstract : Feathers with fringes make no sound!

- Pellets and What Is in Them

    Author: Gull, Flo | Shore
    Author: Tern, Ed | College of Reed
    keyword: Food
    Abstract : Mostly mice
"""


SLASHES = "".join(
    f"- {venue} / {title}\n"
    for venue, title in zip(("ATC", "OSDI", "NSDI", "SOSP"), TITLES, strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "template", "titles"),
    [
        (SLASHES, 0, "- {venue} / {title}", [TITLES[0], TITLES[-1]]),
        (BARE, 8, "- {title}", ["Counting Owls by Ear", "Fishing with Bait"]),
        (NOTED, 3, "- [{title}]({url})", ["Counting Owls by Ear", "Herons That Wait for Rain"]),
        (
            AFFILIATED,
            2,
            "- {title}\n\n  Author: {ignored}\n  keyword: {tags}\n  Abstract : {abstract}",
            ["Counting Owls by Ear", "Pellets and What Is in Them"],
        ),
    ],
)
def test_what_shows_no_paper_is_learned_where_a_line_is_said_to_be_an_entry(
    text: str, line: int, template: str, titles: list[str], tmp_path: Path
) -> None:
    unsaid = learn_templates(text.encode(), venues())
    said = learned(text, line)

    assert unsaid is None
    assert said.templates == (template,)
    read = [one.title for one in said.document.entries]
    assert [read[0], read[-1]] == titles
    assert not any("](#" in title for title in read)
    path = tmp_path / "birds.format.toml"
    path.write_text(format_text("birds", "", said.templates, is_told=said.is_told), "utf-8")
    form = load(path, DigestFormat)
    again = read_document("birds.md", text.encode(), [form], venues())
    assert [one.title for one in again.entries] == read


def test_the_line_that_most_others_are_like_is_named_where_nothing_shows_papers() -> None:
    lines = Lines(BARE.encode())

    assert likely_entry(lines) == 7


@pytest.mark.parametrize(
    "template", ["- {title} ''' {url}", "- {title}\u200b {url}", "- {title} {url}"]
)
def test_the_text_of_a_format_is_read_as_it_was_meant(tmp_path: Path, template: str) -> None:
    path = tmp_path / "papers.format.toml"

    path.write_text(format_text("papers", 'from "papers".md', [template]), "utf-8")

    form = load(path, DigestFormat)
    meant = DigestFormat.model_validate(
        {"name": "papers", "about": 'from "papers".md', "templates": [template]}
    )
    assert form.templates == meant.templates


@pytest.mark.parametrize(
    ("stem", "name"),
    [("My Papers (2024)", "my-papers-2024"), ("list", "my-list"), ("论文", "my-list")],
)
def test_a_format_is_called_like_its_list_but_not_like_another_format(stem: str, name: str) -> None:
    assert format_name(stem, ["list", "table"]) == name
