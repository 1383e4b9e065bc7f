"""What a plan and its reports look like, kind by kind, from plans made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from tests.growth import MORE_CALLS, growth_of_calls
from tests.sync.world import World
from zoterodigest.cli.show import plan_lines
from zoterodigest.cli.show.encoder import json_value
from zoterodigest.cli.show.plan_text import news_text
from zoterodigest.cli.show.report_names import ReportNames, conflict_text
from zoterodigest.cli.show.report_sections import open_text, reports_text
from zoterodigest.cli.show.report_text import SECTIONS, section_of, settling_command
from zoterodigest.core.links.link import CollectionRow, LockRow
from zoterodigest.core.links.merge import ClashReason
from zoterodigest.core.plan import reports
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    CreateEntry,
    CreateItem,
    Link,
    MoveEntry,
    Plan,
    RemoveEntry,
    RenameCollection,
    RenameHeading,
    TrashItem,
    TrashNote,
)
from zoterodigest.core.reconcile.holding import RECENT, TEXT_LOST
from zoterodigest.core.values.file_keys import BibKey, DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import EMPTY, Entry, EntryLines, Item
from zoterodigest.digest.read.document import Document
from zoterodigest.library.port import LibraryItem

KEY = "AAAA2222"
OTHER = "BBBB2222"
HOSTILE = "\x1b[31mred\u202e\nnext"
HOSTILE_KEY = DigestKey(HOSTILE)


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def an_entry(title: str = "A Paper") -> Entry:
    return Entry(
        DigestKey("papers.md"), {"title": title}, {"title": title}, place=EntryLines(8, 12)
    )


def a_row(row_id: str = "zd-1", item: str = KEY) -> LockRow:
    return LockRow(row_id, DigestKey("papers.md"), item)


def a_plan(*actions: Action) -> Plan:
    """A plan over one link that was there before, and the collections of two headings."""
    link = Link(0, an_entry(), Item(KEY, 1, {}, {}), a_row(), a_row())
    collection_rows = (
        CollectionRow(DigestKey("papers.md"), ("Vision",), "VVVV2222"),
        CollectionRow(DigestKey("papers.md"), ("Vision", "Images"), "IIII2222"),
    )
    return Plan(actions, links=(link,), rows_before=(a_row(),), collection_rows=collection_rows)


def subjects(plan: Plan) -> ReportNames:
    held = (LibraryItem(KEY, 1, {"title": "A Paper"}), LibraryItem(OTHER, 1, {"title": "Another"}))
    return ReportNames(plan, {one.key: one for one in held})


class Unread(tuple[Document, ...]):
    """Documents in which nobody may look."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Document]:
        raise AssertionError("an entry was looked for")


def test_no_unreadable_entry_is_looked_for_unless_a_report_names_one() -> None:
    names = ReportNames(a_plan(), {}, Unread())

    assert names.entry("zd-1") == "papers.md:8  A Paper"
    with pytest.raises(AssertionError, match="looked for"):
        names.fault(an_entry())


def shown(*actions: Action) -> list[str]:
    plan = a_plan(*actions)
    return list(plan_lines.as_lines(plan, subjects(plan)))


def told(*found: reports.Report) -> list[str]:
    return [line for line in reports_text(found, subjects(a_plan()), most=5) if line]


def test_a_file_that_just_changed_is_to_be_synced_again_later() -> None:
    lines = " ".join(told(reports.HeldFile(an_entry(), RECENT)))

    assert "Run the command again in 10 seconds." in lines
    assert "--accept" not in lines


def test_a_file_that_lost_its_text_is_to_be_accepted_or_restored() -> None:
    lines = " ".join(told(reports.HeldFile(an_entry(), TEXT_LOST)))

    assert "run `zoterodigest sync FILE --accept`" in " ".join(lines.split())
    assert "seconds" not in lines
    assert "backups" not in lines


def test_what_goes_into_the_library_stands_before_what_comes_into_the_digests() -> None:
    item = Item(OTHER, 1, {}, {})

    lines = shown(
        CreateEntry(
            DigestKey("papers.md"), "zd-2", item, ("Vision", "Images"), {"title": "Another"}
        ),
        MoveEntry(an_entry(), "zd-1", ("Vision",)),
        RenameHeading(DigestKey("papers.md"), ("Vision",), "Vision", "Seeing"),
        RemoveEntry(an_entry("An Old One"), "zd-3"),
        TrashItem(KEY, 1, "zd-1"),
        TrashNote("NTNT2222", 1, KEY, "zd-1", DigestKey("papers.md")),
        RenameCollection("VVVV2222", 1, "Seeing", "Vision"),
        ChangeItem(KEY, 1, {}, {}, ("zd-1",), placed=("IIII2222",), unplaced=("VVVV2222",)),
    )

    assert lines == [
        "Into the library",
        "  papers.md",
        "    moved items              1  A Paper → Vision / Images",
        "    trashed items            1  A Paper",
        "    duplicate notes          1  A Paper",
        "    renamed collections      1  Seeing → Vision",
        "",
        "Into the digests",
        "  papers.md",
        "    new entries              1  Another → Vision / Images",
        "    moved entries            1  A Paper → Vision",
        "    removed entries          1  An Old One",
        "    renamed headings         1  Vision → Seeing",
    ]


def test_a_long_title_gives_way_to_the_place_it_goes_to() -> None:
    (*_, line) = shown(MoveEntry(an_entry("word " * 30), "zd-1", ("Vision", "Images")))

    assert line.endswith("… → Vision / Images")
    assert len(line) <= 80


def test_an_item_that_is_only_put_into_a_collection_is_told() -> None:
    (*_, line) = shown(ChangeItem(KEY, 1, {}, {}, ("zd-1",), placed=("VVVV2222",)))

    assert line == "    moved items              1  A Paper → Vision"


def test_every_kind_of_report_has_its_section() -> None:
    kinds = [section.kind for section in SECTIONS]

    assert sorted(kinds, key=repr) == sorted(get_args(reports.Report), key=repr)


@pytest.mark.parametrize(
    ("report", "lines"),
    [
        (
            reports.Conflict("zd-1", "title", "This", "That"),
            ["papers.md:8  A Paper", "  title: markdown “This”, zotero “That”"],
        ),
        (
            reports.DivergedField("zd-1", "venue", "ICLR 2025", EMPTY),
            ["papers.md:8  A Paper", "  venue: markdown “ICLR 2025”, zotero “(empty)”"],
        ),
        (
            reports.PlaceConflict("zd-1", ("Vision",), ()),
            ["papers.md:8  A Paper", "  markdown “Vision”, zotero “no heading”"],
        ),
        (
            reports.NameConflict(DigestKey("papers.md"), ("Vision",), "VVVV2222", "Seeing", "Eyes"),
            ["papers.md  Vision", "  markdown “Seeing”, zotero “Eyes”"],
        ),
        (
            reports.HeldBack("zd-1", "title", to_entry=True),
            ["papers.md:8  A Paper", "  title: changed in zotero, not pulled"],
        ),
        (
            reports.HeldBack("zd-1", "note:ABCD2345", to_entry=False),
            ["papers.md:8  A Paper", "  your note ABCD2345: changed in markdown, not pushed"],
        ),
        (
            reports.HeldBackName(DigestKey("papers.md"), ("Vision",), "VVVV2222", "Eyes"),
            ["papers.md  Vision", "  the collection is called Eyes"],
        ),
        (
            reports.NotFollowed(
                DigestKey("papers.md"), "Vision", ("Eyes",), "it stands there already"
            ),
            ["papers.md  Vision", "  Eyes: it stands there already"],
        ),
        (
            reports.AddedItem(
                DigestKey("papers.md"), OTHER, "Another", "a program writes this digest"
            ),
            ["papers.md  Another (BBBB2222)", "  a program writes this digest"],
        ),
        (
            reports.Relocated("zd-1", "IIII2222", is_out=False),
            ["papers.md:8  A Paper", "  added to Vision / Images"],
        ),
        (
            reports.Relocated("zd-1", "CCCC2222", is_out=True),
            ["papers.md:8  A Paper", "  removed from the collection CCCC2222"],
        ),
        (
            reports.KeptForEdit(a_row(), ("title", "section:Method")),
            ["papers.md  A Paper (AAAA2222)", "  title, Method"],
        ),
        (
            reports.Waiting("zd-1", ("title",)),
            [
                "papers.md:8  A Paper",
                "  title",
                "  this library is older than the lock file: sync Zotero",
            ],
        ),
        (
            reports.Waiting("zd-1", ("title",), is_past=True),
            [
                "papers.md:8  A Paper",
                "  title",
                "  these files are of an older commit than the library: pull, or switch back",
            ],
        ),
        (
            reports.Followed(a_row(), OTHER),
            ["papers.md  A Paper (AAAA2222)", "  now BBBB2222  Another"],
        ),
        (
            reports.Followed(a_row(), OTHER, ("zd-1",)),
            [
                "papers.md  A Paper (AAAA2222)",
                "  now BBBB2222  Another",
                "  as is papers.md:8  A Paper",
            ],
        ),
        (
            reports.MergedOtherWork(
                a_row(), OTHER, (Identifier("arxiv", "2401.00001"), Identifier("arxiv", "2401.2"))
            ),
            [
                "papers.md  A Paper (AAAA2222)",
                "  merged into BBBB2222  Another",
                "  arxiv:2401.00001, arxiv:2401.2",
            ],
        ),
        (
            reports.SameWork(Identifier("doi", "10.1/x"), (KEY, OTHER), ("zd-1", "zd-2")),
            ["doi:10.1/x", "  AAAA2222  A Paper", "  BBBB2222  Another"],
        ),
        (
            reports.HiddenNotes(DigestKey("papers.md"), 3),
            ["papers.md  3 notes"],
        ),
        (
            reports.KeptAnnotations(
                DigestKey("papers.md"), (KEY,), (KEY, OTHER), (KEY,), (KEY,), (KEY,), "ZotLit"
            ),
            [
                "papers.md",
                "  1 annotation edited here",
                "  2 annotations that the library doesn't list now",
                "  1 annotation that this library may not have yet: sync Zotero",
                "  1 annotation deleted here",
                "  1 annotation that rows of a table have no place for",
                "  ZotLit writes annotations in this file",
            ],
        ),
        (
            reports.MissingCollection(CollectionRow(DigestKey("papers.md"), (), "CCCC2222")),
            ["papers.md (CCCC2222)"],
        ),
    ],
)
def test_a_report_says_what_it_is_about_and_what_is_to_be_known(
    report: reports.Report, lines: list[str]
) -> None:
    found = [line.removeprefix("    ") for line in told(report) if line.startswith("    ")]

    assert found == lines


@pytest.mark.parametrize(
    ("report", "command"),
    [
        (reports.Conflict("zd-1", "title", "This", "That"), "resolve 1234"),
        (reports.Waiting("zd-1", ("title",)), "resolve 1234"),
        (reports.DivergedField("zd-1", "venue", "ICLR", EMPTY), "resolve 1234"),
        (
            reports.SameWork(Identifier("doi", "10.1/x"), (KEY, OTHER), ("zd-1", "zd-2")),
            "duplicates --merge AAAA2222 BBBB2222",
        ),
        (reports.HeldFile(an_entry(), "most is gone"), "sync papers.md --accept"),
        (reports.HeldFile(an_entry(), RECENT), "sync papers.md"),
        (
            reports.UnreadableEntry(DigestKey("papers.md"), an_entry(), None),
            "inspect papers.md --explain 8",
        ),
        (
            reports.UnreadableEntry(DigestKey("my papers.md"), None, "zd-1"),
            "inspect 'my papers.md'",
        ),
        (reports.MissingItem(a_row(), an_entry(), True), "push papers.md --relink"),
        (
            reports.MissingItem(a_row(), replace(an_entry(), digest=BibKey("refs.bib")), True),
            "",
        ),
        (reports.MissingFile(a_row(), False), "resolve 1234 --acknowledge"),
        (reports.AmbiguousEntry(an_entry(), (KEY, OTHER)), "open papers.md:8 --file"),
        (reports.DroppedEntry(a_row()), ""),
    ],
)
def test_status_names_the_command_that_settles_a_report(
    report: reports.Report, command: str
) -> None:
    found = settling_command(report, subjects(a_plan()), {"zd-1": "1234"})

    assert found == (command and f"zoterodigest {command}")


def test_one_command_that_settles_several_reports_stands_once() -> None:
    rows = [replace(a_row(f"zd-{n}"), item=key) for n, key in enumerate((KEY, OTHER))]
    found = [reports.TakenBack(row) for row in rows]

    lines = [*reports_text(found, subjects(a_plan()), most=5, command=lambda _: "command")]

    assert lines.count("    command") == 1
    assert lines[-1] == "    command"


def test_what_a_bib_holds_is_told_as_bib() -> None:
    entry = replace(an_entry(), digest=BibKey("refs.bib"))
    row = replace(a_row(), digest=BibKey("refs.bib"))
    plan = Plan((), links=(Link(0, entry, Item(KEY, 1, {}, {}), row, row),))
    found = (
        reports.Conflict("zd-1", "year", "2020", "2021"),
        reports.HeldBack("zd-1", "pages", to_entry=False),
    )

    told = [line for one in found for line in section_of(one).details(one, subjects(plan))]

    assert told == [
        "year: bib “2020”, zotero “2021”",
        "pages: changed in bib, not pushed",
    ]


def test_entries_of_a_bib_that_change_and_are_linked_are_told_by_themselves() -> None:
    entry = replace(an_entry(), digest=BibKey("refs.bib"))
    row = LockRow("zd-2", BibKey("refs.bib"), KEY)
    new = Link(1, entry, Item(KEY, 1, {}, {}), None, row)
    change = ChangeEntry(entry, "zd-2", {"title": "A"}, {"title": "B"})

    lines = list(plan_lines.as_lines(plan := Plan((change,), links=(new,)), subjects(plan)))

    assert lines == [
        "Into the library",
        "  refs.bib",
        "    linked entries           1  A Paper",
        "",
        "Into the bibliographies",
        "  refs.bib",
        "    changed entries          1  A Paper: title",
    ]


def test_values_too_long_for_a_line_begin_where_they_part() -> None:
    shared = "words that both of the two values have in common " * 3

    lines = told(reports.Conflict("zd-1", "comment", shared + "one end", shared + "two end"))

    assert lines[-3:] == [
        "      comment:",
        "        markdown  … have in common one end",
        "        zotero    … have in common two end",
    ]


def test_subjects_are_grouped_and_those_beyond_the_first_few_counted() -> None:
    found = [reports.Conflict("zd-1", name, "a", "b") for name in ("title", "venue")]
    rows = [a_row(f"zd-{number}", f"{number:08}") for number in range(7)]

    conflicts = told(*found)
    missing = told(*(reports.MissingItem(row, an_entry(), is_trashed=True) for row in rows))

    assert conflicts[0] == "Conflicts (2)"
    assert sum("papers.md:8" in line for line in conflicts) == 1
    assert missing[-1] == "    … and 2 more"


def test_those_that_are_not_shown_are_counted_as_the_heading_counts() -> None:
    rows = [a_row(f"zd-{number}", f"{number:08}") for number in range(7)]
    found = [reports.MissingItem(row, an_entry(), is_trashed=True) for row in [*rows, rows[-1]]]

    missing = told(*found)

    assert missing[0] == "Missing in the library (8)"
    assert missing[-1] == "    … and 3 more"


def test_an_erased_item_is_named_by_the_title_of_its_entry() -> None:
    missing = told(reports.MissingItem(a_row("zd-9", "GONE2222"), an_entry(), is_trashed=False))

    assert missing[-1] == "    papers.md:8  A Paper (GONE2222)"


def test_an_ambiguous_item_that_the_plan_creates_has_its_title() -> None:
    plan = a_plan(CreateItem("NEWN2222", {"title": "A New One"}, ("zd-2",)))
    report = reports.AmbiguousEntry(an_entry(), (OTHER, "NEWN2222"))

    told = section_of(report).details(report, subjects(plan))

    assert told == ["BBBB2222  Another", "NEWN2222  A New One"]


def test_what_is_open_is_counted_in_one_line() -> None:
    found = (
        reports.Conflict("zd-1", "title", "a", "b"),
        reports.PlaceConflict("zd-1", (), ("Vision",)),
        reports.DivergedField("zd-1", "venue", "a", "b"),
        reports.DroppedEntry(a_row()),
    )

    assert open_text(found) == "2 conflicts, 1 diverged field"
    assert open_text(()) == ""


def test_nothing_in_a_plan_or_report_reaches_the_terminal_as_it_is() -> None:
    row = LockRow("zd-9", HOSTILE_KEY, HOSTILE)
    entry = Entry(HOSTILE_KEY, {"title": HOSTILE}, {})
    item = Item(HOSTILE, 1, {"title": HOSTILE}, {})
    plan = a_plan(
        CreateEntry(HOSTILE_KEY, "zd-9", item, (HOSTILE,), {"title": HOSTILE}),
        MoveEntry(entry, "zd-9", (HOSTILE,)),
        RenameHeading(HOSTILE_KEY, (HOSTILE,), HOSTILE, HOSTILE),
    )

    lines = [
        *plan_lines.as_lines(plan, subjects(plan)),
        *told(
            reports.AddedItem(HOSTILE_KEY, HOSTILE, HOSTILE, HOSTILE),
            reports.NameConflict(HOSTILE_KEY, (HOSTILE,), HOSTILE, HOSTILE, HOSTILE),
            reports.HeldBackName(HOSTILE_KEY, (HOSTILE,), HOSTILE, HOSTILE),
            reports.NotFollowed(HOSTILE_KEY, HOSTILE, (HOSTILE,), HOSTILE, "zd-1"),
            reports.PlaceConflict("zd-1", (HOSTILE,), (HOSTILE,)),
            reports.Relocated("zd-1", HOSTILE, is_out=True),
            reports.TrashedEntry(entry, HOSTILE),
            reports.AmbiguousEntry(entry, (HOSTILE,)),
            reports.SameWork(Identifier("doi", HOSTILE), (HOSTILE,), ()),
            reports.Followed(row, HOSTILE, ("zd-1",)),
            reports.MergedOtherWork(row, HOSTILE, (Identifier("doi", HOSTILE),)),
            reports.MissingCollection(CollectionRow(HOSTILE_KEY, (HOSTILE,), HOSTILE)),
            reports.Conflict("zd-1", f"section:{HOSTILE}", HOSTILE, HOSTILE),
        ),
    ]

    assert [line for line in lines if not line.isprintable()] == []


def test_an_item_is_only_named_in_json() -> None:
    item = Item(OTHER, 1, {"title": "Another", "abstract": "long"}, {"title": "Another"})

    found = json_value(
        CreateEntry(DigestKey("papers.md"), "zd-2", item, ("Vision",), {"title": "Another"})
    )

    assert found["item"] == {"key": OTHER, "title": "Another"}
    assert found["path"] == ["Vision"]


def test_news_of_many_reports_cost_in_proportion_to_their_number(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("papers.md", "# Papers\n")
    empty = world.prepare()

    def told(number: int) -> None:
        found, shown = (
            replace(empty, plan=Plan(reports=tuple(a_dropped_entry(at) for at in range(number))))
            for _ in range(2)
        )
        assert list(news_text(found, shown)) == []

    assert growth_of_calls(told, 50) < MORE_CALLS


def test_news_are_the_reports_that_were_not_shown(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("papers.md", "# Papers\n")
    empty = world.prepare()
    shown = replace(empty, plan=Plan(reports=(a_dropped_entry(1), a_dropped_entry(2))))
    found = replace(empty, plan=Plan(reports=(a_dropped_entry(2), a_dropped_entry(3))))

    (text,) = (line for line in news_text(found, shown) if "papers.md" in line)

    assert "AAAA2223" in text


def a_dropped_entry(number: int) -> reports.DroppedEntry:
    return reports.DroppedEntry(a_row(f"zd-{number}", f"AAAA222{number}"))


@pytest.mark.parametrize(
    ("whys", "text"),
    [
        (
            [ClashReason.DOUBTFUL_NAME],
            "A short name in an entry fits two authors of its item",
        ),
        (
            [ClashReason.TITLE_CLEARED, ClashReason.BOTH_CHANGED],
            "Changed on both sides, or a title was cleared in an entry",
        ),
    ],
)
def test_a_section_of_conflicts_tells_why_they_are_in_conflict(
    whys: list[ClashReason], text: str
) -> None:
    conflicts = (reports.Conflict("zd-1", "title", "", "Soup", None, None, why) for why in whys)

    assert conflict_text(conflicts) == text
