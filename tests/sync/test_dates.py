"""Dates: whatever form they have, an edit reaches the other end or is reported."""

from __future__ import annotations

import pytest

from tests.sync.digests import daily, folded, notes, quoted
from tests.sync.world import World, actions
from zoterodigest.core.plan.plan import ChangeItem
from zoterodigest.core.plan.reports import Conflict, UnreadableDate
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

TITLE = "Seeing Further with Larger Lenses"
SYNC = Options(intent.SYNC)
JOURNAL = "Nature Machine Intelligence (13 Dec 2024)"


def survey(world: World, venue: str, date: str = "") -> None:
    """Write a survey of one paper and push it."""
    text = folded(TITLE, "2102.00001", sections=[("Method", ["It works."])])
    text = text.replace("arxiv (24 Feb 2021)", venue)
    if date:
        text = text.replace("* **Links:**", f"* **Date:** {date}\n* **Links:**")
    world.markdown("survey.md", f"# Survey\n\n{text}")
    world.push(SYNC)


def date_to(world: World, date: str) -> None:
    """Give the item another date, as a person does in Zotero."""
    world.change(world.key(TITLE), date=date)


def shown(world: World, label: str) -> str:
    """Return what stands behind a label of the entry."""
    (line,) = (one for one in _lines(world) if one.startswith(f"* **{label}:**"))
    return line.removeprefix(f"* **{label}:** ")


def _lines(world: World) -> list[str]:
    return (world.root / "survey.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("venue", "date", "expected"),
    [
        (JOURNAL, "2025-03", "Nature Machine Intelligence (Mar 2025)"),
        (JOURNAL, "2025-03-05", "Nature Machine Intelligence (5 Mar 2025)"),
        (JOURNAL, "March 5, 2025", "Nature Machine Intelligence (5 Mar 2025)"),
        (JOURNAL, "2024-03", "Nature Machine Intelligence (Mar 2024)"),
        (JOURNAL, "2025", "Nature Machine Intelligence (2025)"),
        (JOURNAL, "", "Nature Machine Intelligence"),
        ("arxiv (24 Feb 2021)", "2025-03", "arxiv (Mar 2025)"),
    ],
)
def test_a_new_date_is_written_beside_the_venue_in_whatever_year(
    world: World, venue: str, date: str, expected: str
) -> None:
    survey(world, venue)

    date_to(world, date)
    world.push(SYNC)

    assert shown(world, "Published in") == expected
    again = world.plan(SYNC)
    assert (actions(again), again.reports) == ({}, ())


def test_a_date_that_became_a_mere_year_and_a_date_again_leaves_nothing_open(
    world: World,
) -> None:
    survey(world, JOURNAL)
    date_to(world, "2025")
    world.push(SYNC)

    date_to(world, "2025-06")
    world.push(SYNC)

    assert shown(world, "Published in") == "Nature Machine Intelligence (2025)"
    again = world.plan(SYNC)
    assert (actions(again), again.reports) == ({}, ())


@pytest.mark.parametrize("text", ["Spring 2025", "12/03/2025", "n.d.", "2024-2025"])
def test_a_date_that_cannot_be_read_is_reported_and_the_entry_stays(
    world: World, text: str
) -> None:
    survey(world, JOURNAL)
    before = world.traces()

    date_to(world, text)
    world.push(SYNC)

    (report,) = world.plan(SYNC).reports
    assert isinstance(report, UnreadableDate)
    assert (report.name, report.text) == ("date", text)
    assert world.traces() == before

    date_to(world, "2025-03")
    world.push(SYNC)
    assert shown(world, "Published in") == "Nature Machine Intelligence (Mar 2025)"


def test_a_year_that_cannot_be_read_is_reported(world: World) -> None:
    survey(world, "CVPR 2024")

    date_to(world, "n.d.")
    world.push(SYNC)

    (report,) = world.plan(SYNC).reports
    assert isinstance(report, UnreadableDate)
    assert (report.name, report.text) == ("year", "n.d.")


def test_an_edit_of_the_entrys_date_beside_one_that_cannot_be_read_is_a_conflict(
    world: World,
) -> None:
    survey(world, JOURNAL)
    date_to(world, "Spring 2025")
    world.push(SYNC)

    world.edit("survey.md", ("13 Dec 2024", "14 Dec 2024"))
    world.push(SYNC)

    (report,) = world.plan(SYNC).reports
    assert isinstance(report, Conflict)
    assert (report.at_entry, report.at_item) == ("2024-12-14", "Spring 2025")


def test_a_date_in_words_travels_both_ways_where_it_has_a_place_of_its_own(world: World) -> None:
    survey(world, "Nature Machine Intelligence", "Spring 2025")
    assert world.item(TITLE)["date"] == "Spring 2025"
    assert world.plan(SYNC).reports == ()

    date_to(world, "Autumn 2025")
    world.push(SYNC)
    assert shown(world, "Date") == "Autumn 2025"

    world.edit("survey.md", ("Autumn 2025", "n.d."))
    world.push(SYNC)
    assert world.item(TITLE)["date"] == "n.d."

    date_to(world, "2026-01")
    world.push(SYNC)
    assert shown(world, "Date") == "2026-01"
    again = world.plan(SYNC)
    assert (actions(again), again.reports) == ({}, ())


def test_clearing_words_in_place_of_a_date_clears_the_year_of_other_entries_at_once(
    world: World,
) -> None:
    survey(world, "Nature Machine Intelligence", "2024-05-02")
    world.markdown("other.md", f"# Other\n\n{folded(TITLE, '2102.00001', sections=[])}")
    world.edit("other.md", ("arxiv (24 Feb 2021)", "CVPR 2024"))
    world.push(SYNC)
    world.edit("survey.md", ("2024-05-02", "n.d."))
    world.push(SYNC)

    world.edit("survey.md", ("n.d.", ""))
    world.push(SYNC)

    assert "date" not in {name for name, value in world.item(TITLE).items() if value}
    again = world.plan(SYNC)
    assert actions(again) == {}


ROW = (
    f"| **[{TITLE}](http://arxiv.org/abs/2102.00001v1)** | 2024-05-02 | <details><summary>Show"
    "</summary><p>It is bright.</p></details> | 3 pages | None |\n"
)


def test_a_cleared_date_takes_its_year_along(world: World) -> None:
    world.markdown("table.md", daily([ROW]))
    world.first_push(SYNC)

    world.edit("table.md", ("2024-05-02", ""))
    world.push(SYNC)

    assert not world.item(TITLE).get("date")
    again = world.plan(SYNC)
    assert (actions(again), again.reports) == ({}, ())


@pytest.mark.parametrize("date", ["2024-05-02", "2024"])
def test_a_date_cleared_beside_an_entry_that_states_the_year_becomes_the_year(
    world: World, date: str
) -> None:
    world.markdown("table.md", daily([ROW.replace("2024-05-02", date)]))
    world.markdown("notes.md", notes(quoted(TITLE, "2102.00001", venue="CVPR 2024")))
    world.first_push(SYNC)

    world.edit("table.md", (f"| {date} |", "|  |"))
    world.push(SYNC)

    assert world.item(TITLE)["date"] == "2024"
    assert "*CVPR 2024*" in (world.root / "notes.md").read_text(encoding="utf-8")
    again = world.plan(SYNC)
    assert (actions(again), again.reports) == ({}, ())


def test_a_range_of_years_that_was_there_first_is_apart_and_does_not_stop_other_edits(
    world: World,
) -> None:
    survey(world, JOURNAL)
    world.forget()
    date_to(world, "2023-2025")
    world.push(SYNC)

    world.edit("survey.md", ("13 Dec 2024", "14 Dec 2024"))
    world.push(SYNC)

    assert world.item(TITLE)["date"] == "2023-2025"
    assert [type(one).__name__ for one in world.plan(SYNC).reports] == ["DivergedField"]


@pytest.mark.parametrize(("date", "year"), [("2025-01-03", "2025"), ("Spring 2025", "2025")])
def test_the_year_that_another_entry_shows_follows_in_the_same_run(
    world: World, date: str, year: str
) -> None:
    world.markdown("table.md", daily([ROW]))
    world.markdown("notes.md", notes(quoted(TITLE, "2102.00001", venue="CVPR 2024")))
    world.first_push(SYNC)

    world.edit("table.md", ("2024-05-02", date))
    world.push(SYNC)

    assert world.item(TITLE)["date"] == date
    assert f"*CVPR {year}*" in (world.root / "notes.md").read_text(encoding="utf-8")
    again = world.plan(SYNC)
    assert (actions(again), again.reports) == ({}, ())


@pytest.mark.parametrize("venue", ["arXiv", "CVPR"])
@pytest.mark.parametrize("order", [("table.md", "notes.md"), ("notes.md", "table.md")])
def test_a_day_and_another_year_from_two_entries_are_a_conflict_and_neither_is_overwritten(
    world: World, venue: str, order: tuple[str, str]
) -> None:
    texts = {
        "table.md": daily([ROW]),
        "notes.md": notes(quoted(TITLE, "2102.00001", venue=f"{venue} 2024")),
    }
    for name in order:
        world.markdown(name, texts[name])
    world.push(SYNC)
    world.edit("table.md", ("2024-05-02", "2024-05-09"))
    world.edit("notes.md", (f"*{venue} 2024*", f"*{venue} 2025*"))
    (planned,) = (one for one in world.plan(SYNC).actions if isinstance(one, ChangeItem))
    assert planned.after == {"year": "2025"}

    world.push(SYNC)

    assert world.item(TITLE)["date"] == "2025"
    for _ in range(2):
        assert "| 2024-05-09 |" in (world.root / "table.md").read_text(encoding="utf-8")
        assert f"*{venue} 2025*" in (world.root / "notes.md").read_text(encoding="utf-8")
        again = world.prepare(SYNC)
        (report,) = again.plan.reports
        assert isinstance(report, Conflict)
        assert (report.name, report.at_entry, report.at_item) == ("date", "2024-05-09", "2025")
        assert again.is_settled
        world.push(SYNC)


@pytest.mark.parametrize("venue", ["arXiv", "CVPR"])
@pytest.mark.parametrize(
    ("edited", "date"),
    [
        ("nothing", "2024-05-02"),
        ("table.md", "2024-05-09"),
        ("table.md", "Spring 2024"),
        ("zotero", "2024-05-09"),
    ],
)
def test_a_year_cleared_beside_a_whole_date_leaves_the_date_and_nothing_open(
    world: World, venue: str, edited: str, date: str
) -> None:
    world.markdown("notes.md", notes(quoted(TITLE, "2102.00001", venue=f"{venue} 2024")))
    world.markdown("table.md", daily([ROW]))
    world.first_push(SYNC)
    world.edit("notes.md", (f"*{venue} 2024*", f"*{venue}*"))
    if edited == "table.md":
        world.edit("table.md", ("2024-05-02", date))
    elif edited == "zotero":
        date_to(world, date)

    world.push(SYNC)

    assert world.item(TITLE)["date"] == date
    assert f"| {date} |" in (world.root / "table.md").read_text(encoding="utf-8")
    assert f"*{venue}*" in (world.root / "notes.md").read_text(encoding="utf-8")
    assert world.prepare(SYNC).is_settled


def test_a_year_cleared_where_zotero_alone_has_the_date_leaves_the_date(world: World) -> None:
    world.markdown("notes.md", notes(quoted(TITLE, "2102.00001", venue="CVPR 2024")))
    world.first_push(SYNC)
    date_to(world, "2024-05-02")
    world.push(SYNC)

    world.edit("notes.md", ("*CVPR 2024*", "*CVPR*"))
    world.push(SYNC)

    assert world.item(TITLE)["date"] == "2024-05-02"
    assert world.prepare(SYNC).is_settled
    world.edit("notes.md", ("*CVPR*", "*CVPR 2024*"))
    world.push(SYNC)
    assert (world.prepare(SYNC).is_settled, world.plan(SYNC).reports) == (True, ())


def test_a_date_that_a_new_entry_brings_is_not_cleared_with_the_year_of_another(
    world: World,
) -> None:
    world.markdown("notes.md", notes(quoted(TITLE, "2102.00001", venue="CVPR 2024")))
    world.first_push(SYNC)

    date_to(world, "")
    world.markdown("table.md", daily([ROW]))
    world.push(SYNC)

    assert world.item(TITLE)["date"] == "2024-05-02"
    again = world.plan(SYNC)
    assert (actions(again), again.reports) == ({}, ())


PREPRINT = """\
| Title | Date | Venue |
| --- | --- | --- |
| [Seeing Further with Larger Lenses](https://arxiv.org/abs/2309.00001) | 2023-09 | ICRA 2024 |
"""


def test_a_date_before_the_year_of_the_venue_has_not_diverged(world: World) -> None:
    world.markdown("table.md", PREPRINT)
    world.push(SYNC)
    assert world.item(TITLE)["date"] == "2024"
    assert world.plan(SYNC).reports == ()

    date_to(world, "2025-05")
    world.push(SYNC)

    assert (world.root / "table.md").read_text("utf-8") == PREPRINT.replace("2024", "2025")
    assert world.plan(SYNC).reports == ()


def test_a_date_of_another_year_than_both_is_still_reported(world: World) -> None:
    world.markdown("table.md", PREPRINT)
    world.push(SYNC)
    world.markdown("table.md", PREPRINT.replace("ICRA 2024", "ICRA 2022"))
    date_to(world, "2021")

    assert "year" in {one.name for one in world.plan(SYNC).reports if isinstance(one, Conflict)}
