"""What may stand before the title of a paper in a list: a topic, a venue or date, bars."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Fields, Members, Names
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry

ID = "https://arxiv.org/abs/1706.03762"
TITLE = "Counting Birds by Ear"


def one(line: str) -> DigestEntry:
    """The entry of a list that holds one item."""
    (entry,) = read(f"## Papers\n\n{line}\n".encode()).entries
    assert entry.title == TITLE
    assert entry.reading.identifiers
    return entry


def values(line: str) -> tuple[tuple[str, ...], str, str]:
    """The authors, the venue and the year or date of that item."""
    fields = one(line).reading.fields
    authors = fields.get("authors")
    people = authors.people if isinstance(authors, Names) else ()
    return people, str(fields.get("venue", "")), str(fields.get("date", fields.get("year", "")))


PEOPLE = ("Ada Lovelace", "Kurt Gödel")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"- **2019-08** | {TITLE} | *Ada Lovelace, Kurt Gödel* | [Web]({ID})",
            (PEOPLE, "", "2019-08"),
        ),
        (
            f"+ 2019 | {TITLE} | Ada Lovelace, Kurt Gödel | CVPR | [`PDF`]({ID})",
            (PEOPLE, "CVPR", "2019"),
        ),
        (f"* 2019 | {TITLE} | [pdf]({ID})", ((), "", "2019")),
        (f"- {TITLE} | Ada Lovelace et al. | [pdf]({ID})", (("Ada Lovelace",), "", "")),
    ],
)
def test_bars_part_the_values_of_an_item(
    line: str, expected: tuple[tuple[str, ...], str, str]
) -> None:
    assert values(line) == expected


@pytest.mark.parametrize(
    ("before", "venue", "date"),
    [
        ("ICCV-17", "ICCV", "2017"),
        ("NeurIPS 2020", "NeurIPS", "2020"),
        ("20171201", "", "2017-12-01"),
        ("20171201 arXiv", "arXiv", "2017-12-01"),
    ],
)
def test_a_venue_or_a_date_may_stand_before_a_linked_title(
    before: str, venue: str, date: str
) -> None:
    assert values(f"- {before} [{TITLE}]({ID})") == ((), venue, date)


@pytest.mark.parametrize(
    "topic", ["Bird song: ", "**Song**: ", "**Song:** ", "[Song] | ", "[鸟类-歌声] | "]
)
def test_a_linked_title_may_follow_a_topic(topic: str) -> None:
    entry = one(f"- {topic}[{TITLE}]({ID}) | [notes](https://example.org/n)")

    assert [link.label for link in entry.reading.links] == ["notes"]


def test_a_year_ends_a_title_behind_a_topic() -> None:
    assert values(f"- Bird song: [{TITLE} (2018)]({ID})") == ((), "", "2018")


@pytest.mark.parametrize("name", ["", "**[Ear]** "])
def test_a_linked_title_may_stand_in_angle_brackets(name: str) -> None:
    line = f"* {name}<[{TITLE}]({ID})> by Ada Lovelace and Kurt Gödel, 2004."

    assert values(line) == (PEOPLE, "", "2004")
    assert one(line).reading.fields.get("short_title", "") == name.strip(" *[]")


@pytest.mark.parametrize(
    ("line", "venue", "date"),
    [
        (f"- CVPR 2024, {TITLE}. [Paper]({ID}). Use birds to count the birds.", "CVPR", "2024"),
        (
            f"- :star: arXiv 2024.10, {TITLE}. [Site](https://a.b), [Paper]({ID}).",
            "arXiv",
            "2024-10",
        ),
        (f"- CVPR 2024, Oral. {TITLE}. [Paper]({ID})", "CVPR", "2024"),
        (f"- 1987, {TITLE}. [Paper]({ID})", "", "1987"),
        (f"+ {TITLE}(CVPR 2021) [PDF]({ID}) [Code](https://github.com/a/b)", "CVPR", "2021"),
    ],
)
def test_a_plain_title_may_follow_its_venue_or_touch_it(line: str, venue: str, date: str) -> None:
    assert values(line) == ((), venue, date)


@pytest.mark.parametrize("name", ["", "`Ear`: ", ":bird: `Ear`: "])
def test_authors_and_venue_may_stand_in_italics_behind_a_plain_title(name: str) -> None:
    line = (
        f"* {name}{TITLE}. _Lovelace et al. CVPR 2015_ [code](https://github.com/a/b) | [pdf]({ID})"
    )

    assert values(line) == (("Lovelace",), "CVPR", "2015")


def test_a_bold_name_before_a_dash_and_a_title_is_its_short_form() -> None:
    entry = one(f"- **Ear** - {TITLE} [[ICML 2015]]({ID}) [[Code]](https://github.com/a/b)")

    assert entry.reading.fields["short_title"] == "Ear"
    assert entry.reading.fields["venue"] == "ICML"


def test_a_remark_behind_a_bold_title_is_no_title() -> None:
    (entry,) = read(f"- **RoMa** - a model for birds of all kinds [paper]({ID})\n".encode()).entries

    assert entry.title == "RoMa"


@pytest.mark.parametrize(
    "line",
    [
        f"- Paper: [{TITLE}]({ID})",
        f"- **Code**: [{TITLE}]({ID})",
        f"- We follow: [the paper]({ID})",
        f"- CVPR 2023 Birds: [June 5]({ID})",
        "- Docs: [How to Count Birds by Ear](https://example.org/docs)",
        "- Install | run | test",
        "- 2019 | Founded in Rome | [site](https://example.org)",
    ],
)
def test_a_label_of_something_else_makes_no_paper(line: str) -> None:
    assert read(f"## Notes\n\n{line}\n{line}\n".encode()).entries == ()


@pytest.mark.parametrize(("number", "is_kept"), [("1{}", False), ("", True)])
def test_a_picture_before_a_title_is_copied_only_if_all_have_it(number: str, is_kept: bool) -> None:
    item = '- <img src="{}.svg"> [Counting {}](https://arxiv.org/abs/2101.0000{}), CVPR 2021\n'
    items = (
        item.format(number.format(at), bird, at)
        for at, bird in enumerate(("Owls", "Kites", "Wrens"))
    )
    fields: Fields = {
        "title": "Counting Bees",
        "venue": "ICCV",
        "year": "2023",
        "arxiv": "2301.00001",
    }
    document = read(f"## Birds\n\n{''.join(items)}".encode())

    after = rearrange(document, [NewEntry("new", ("Birds",), fields)], read).source.decode()

    assert ('<img src=".svg"> [Counting Bees]' in after) is is_kept
    assert ("- [Counting Bees]" in after) is not is_kept


@pytest.mark.parametrize("award", ["oral", "Oral", "highlight"])
def test_an_award_behind_the_venue_before_a_plain_title_is_read(award: str) -> None:
    entry = one(f"- CVPR 2023 {award}, {TITLE}, [arXiv]({ID})")
    assert entry.reading.fields["venue"] == "CVPR"
    assert entry.reading.fields["award"] == Members((award,))


@pytest.mark.parametrize("before", ["CVPR 2024 submission", "CVPR 2023 (oral)", "ICRA 2024 demo"])
def test_a_venue_with_what_is_no_award_is_not_taken_into_the_title(before: str) -> None:
    entries = read(f"## Papers\n\n- {before}, {TITLE}, [arXiv]({ID})\n".encode()).entries
    assert [entry.title for entry in entries if entry.title != TITLE] == []


@pytest.mark.parametrize(
    "title",
    ["Goal Synthesis via Image Editing", "Parameterized Quasi-Physical Models for Hands"],
)
def test_what_follows_a_bold_nickname_and_a_colon_is_the_title_and_no_people(title: str) -> None:
    line = f"- arXiv 2023.10, **SuSIE**: {title}, [Website](https://rail.example.org/susie/)"
    (entry,) = read(f"## Papers\n\n{line}\n".encode()).entries
    assert entry.title == title
    assert entry.reading.fields["short_title"] == "SuSIE"
    assert not entry.reading.fields.keys() & {"authors", "summary"}
