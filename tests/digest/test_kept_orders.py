"""A new entry stands where it keeps the order of its list."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Fields, Names
from zoterodigest.digest.write.kept_orders import kept_orders, place_among
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry


def titled(*titles: str) -> list[Fields]:
    return [{"title": title} for title in titles]


def shown(*years_and_ids: tuple[str, str]) -> list[Fields]:
    return [{"year": year, "arxiv": arxiv} for year, arxiv in years_and_ids]


@pytest.mark.parametrize(
    ("entries", "new", "above"),
    [
        (
            shown(("2015", "1512.00002"), ("2016", "1511.00001"), ("2017", "1603.00001")),
            {"year": "2016", "arxiv": "1703.00001"},
            2,
        ),
        (
            shown(("2021", "2105.00001"), ("2021", "2103.00001"), ("2020", "2001.00001")),
            {"year": "2021", "arxiv": "2104.00001"},
            1,
        ),
        (
            shown(("2016", "1601.00001"), ("2018", "1801.00001"), ("2017", "1701.00001"))
            + shown(("2019", "1901.00001"), ("2020", "2001.00001"), ("2021", "2101.00001")),
            {"arxiv": "1802.00001"},
            3,
        ),
        (
            shown(("2013", "1312.00001"), ("2016", "1511.00001"), ("2018", "1710.00001")),
            {"date": "2016", "year": "2016", "arxiv": "1509.00001"},
            1,
        ),
        (titled("Alpha", "“Beta”", "Éclair", "Fish", "Gold"), {"title": "Dogs"}, 2),
        (titled("Alpha", "Gold", "Beta", "Fish", "Dogs"), {"title": "Cats"}, 5),
        (titled("Alpha", "Beta", "Gold"), {"title": "Cats"}, 3),
        (
            [{"title": it, "venue": it[:1]} for it in ("B 2", "B 1", "A 4", "C 1")],
            {"title": "A", "venue": "B"},
            2,
        ),
        (
            [{"authors": Names((f"Ann {last}",))} for last in ("Abt", "Bo", "Dow", "Eck", "Fox")],
            {"authors": Names(("Zoe Cox",))},
            2,
        ),
        (
            [
                {"date": it}
                for it in ("2024-01", "2023-10", "2023-03", "2023", "2023-03", "2023-04")
            ],
            {"date": "2023-11"},
            1,
        ),
        ([], {"title": "A"}, 0),
    ],
    ids=[
        "by the years shown, not by arXiv",
        "within a year by arXiv",
        "where it is on the wrong side of the fewest",
        "by arXiv and not by a date that is but a year",
        "by title",
        "titles in no order",
        "too few titles to tell",
        "within its venue",
        "by the last name of the first author",
        "by dates that fall but for the last",
        "an empty list",
    ],
)
def test_a_new_entry_breaks_the_fewest_orders(
    entries: Sequence[Fields], new: Fields, above: int
) -> None:
    assert place_among(kept_orders(entries), len(entries), new).above == above


ROW = "| {} | [A title of a paper {}](https://arxiv.org/abs/{}.0000{}) |\n"
ITEM = "{}. [A title of a paper {}](https://arxiv.org/abs/{}.0000{})\n"


@pytest.mark.parametrize(
    ("head", "line"), [("| # | Title |\n|---|---|\n", ROW), ("", ITEM)], ids=["rows", "items"]
)
@pytest.mark.parametrize(
    ("numbers", "expected"),
    [((1, 2, 3), (0, 1, 2, "a", "b")), ((3, 2, 1), ("b", "a", 0, 1, 2))],
    ids=["rising", "falling"],
)
def test_numbers_go_on_where_they_end_whatever_the_dates(
    head: str, line: str, numbers: tuple[int, ...], expected: tuple[object, ...]
) -> None:
    months = ("2001", "2101", "2201")
    lines = [line.format(no, no, month, no) for no, month in zip(numbers, months, strict=True)]
    source = "# Papers\n\n" + head + "".join(lines)
    news = [
        NewEntry(tag, (), {"title": f"New Paper {tag}", "arxiv": "2012.00001"[:-1] + str(at)})
        for at, tag in enumerate("ab")
    ]

    outcome = rearrange(read(source.encode()), news, read)

    assert outcome.refusals == ()
    assert outcome.origins == expected
    written = [it for it in outcome.source.decode().split("\n") if "New Paper" in it]
    by_tag = sorted(written, key=lambda it: "New Paper b" in it)
    assert [it.strip("| ").split(".")[0].split(" ")[0] for it in by_tag] == ["4", "5"]


SECTIONS = "# Papers\n\n## One\n\n{}\n## Two\n\n{}"


@pytest.mark.parametrize(
    ("one", "two", "written"),
    [
        ((1, 2, 4), (5, 6), [1, 2, 3, 4, 7, 5, 6]),
        ((1, 2, 4), (6, 7), [1, 2, 4, 5, 8, 6, 7]),
        ((1, 2, 3), (4, 5), [1, 2, 3, 6, 7, 4, 5]),
        ((1, 2, 4), (1, 2, 3), [1, 2, 4, 5, 6, 1, 2, 3]),
        ((1, 2, 4), (3, 5), [1, 2, 4, 6, 7, 3, 5]),
        ((1, 3, 7), (8, 9), [1, 2, 3, 4, 7, 8, 9]),
        ((4, 2, 1), (8, 9), [6, 5, 4, 2, 1, 8, 9]),
        ((2, 3, 4), (5, 6), [1, 2, 3, 4, 7, 5, 6]),
        ((4, 5, 6), (2, 2), [4, 5, 6, 7, 8, 2, 2]),
        ((7,), (1, 2), [7, 8, 9, 1, 2]),
        ((1, 2, 4, 5, 9, 6, 7), (1, 2), [1, 2, 4, 5, 9, 6, 7, 8, 9, 1, 2]),
    ],
    ids=[
        "one is lacking in a list that is counted on",
        "one is lacking behind it",
        "none is lacking",
        "counted anew",
        "it stands elsewhere",
        "several",
        "falling",
        "the first",
        "below numbers that come twice",
        "one in its section",
        "an odd one",
    ],
)
def test_a_number_that_a_list_lacks_stays_free_unless_the_next_would_stand_before_smaller_ones(
    one: tuple[int, ...], two: tuple[int, ...], written: list[int]
) -> None:
    lists = ["".join(ITEM.format(no, no, "2001", no) for no in part) for part in (one, two)]
    news = [
        NewEntry(tag, ("One",), {"title": f"New Paper {tag}", "arxiv": f"2012.0000{at}"})
        for at, tag in enumerate("ab")
    ]

    outcome = rearrange(read(SECTIONS.format(*lists).encode()), news, read)

    assert outcome.refusals == ()
    text = outcome.source.decode()
    assert [int(it) for it in re.findall(r"(?m)^(\d+)\. ", text)][: len(written)] == written


@pytest.mark.parametrize(
    ("numbers", "months", "written"),
    [
        ((1, 2, 4), ("2001", "2003", "2101"), ["1", "2", "3 new", "4"]),
        ((1, 2, 3), ("2001", "2003", "2101"), ["1", "2", "3", "4 new"]),
        ((1, 3, 4), ("2001", "2003", "2101"), ["1", "3", "4", "5 new"]),
        ((1, 2, 4), ("2001", "2003", "2004"), ["1", "2", "4", "5 new"]),
        ((4, 3, 1), ("2101", "2012", "2003"), ["4", "3", "2 new", "1"]),
        ((2, 3, 4), ("2101", "2102", "2103"), ["1 new", "2", "3", "4"]),
    ],
    ids=[
        "at its place",
        "none is lacking",
        "elsewhere",
        "the latest",
        "falling",
        "the earliest",
    ],
)
def test_a_number_that_a_list_lacks_is_taken_where_the_dates_say_so(
    numbers: tuple[int, ...], months: tuple[str, ...], written: list[str]
) -> None:
    lines = [ITEM.format(no, no, month, no) for no, month in zip(numbers, months, strict=True)]
    source = "# Papers\n\n" + "".join(lines)
    new = NewEntry("new", (), {"title": "A New Paper", "arxiv": "2010.00001"})

    outcome = rearrange(read(source.encode()), [new], read)

    found = re.findall(r"(?m)^(\d)\. \[A (New|title)", outcome.source.decode())
    assert [f"{no}{' new' if it == 'New' else ''}" for no, it in found] == written


def test_a_row_takes_the_number_that_its_table_lacks_where_the_dates_say_so() -> None:
    numbers = [no for no in range(1, 13) if no != 5]
    rows = [ROW.format(no, no, f"20{no:02}", no % 10) for no in numbers]
    source = "# Papers\n\n| # | Title |\n|---|---|\n" + "".join(rows)
    new = NewEntry("new", (), {"title": "A New Paper", "arxiv": "2005.00001"})

    outcome = rearrange(read(source.encode()), [new], read)

    assert outcome.origins == (0, 1, 2, 3, "new", 4, 5, 6, 7, 8, 9, 10)
    assert "| 5 | [A New Paper](https://arxiv.org/abs/2005.00001) |\n" in outcome.source.decode()


def test_a_free_number_beside_the_best_place_is_better_than_the_end() -> None:
    line = "{0}. **A title of paper {0}** CVPR {1} [[paper](https://arxiv.org/abs/{2}.00001)]\n"
    rows = ((1, 2021, "2106"), (2, 2020, "2011"), (4, 2020, "2012"), (5, 2019, "1905"))
    source = "".join(line.format(*it) for it in (*rows, (6, 2018, "1804"), (7, 2017, "1703")))
    fields: Fields = {"title": "A New Paper", "arxiv": "2008.00033", "venue": "ICML"}

    outcome = rearrange(
        read(source.encode()), [NewEntry("new", (), {**fields, "year": "2020"})], read
    )

    assert outcome.origins == (0, 1, "new", 2, 3, 4, 5)
    assert "\n3. **A New Paper** ICML 2020" in outcome.source.decode()
