"""Law 5: suspiciously large plans stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zoterodigest.core.links.link import LinkState, LockRow
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    ChangeItem,
    CreateItem,
    MoveEntry,
    Plan,
    TrashItem,
)
from zoterodigest.core.plan.reports import DroppedEntry
from zoterodigest.core.reconcile.guard import GuardStop, guard
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import EMPTY, Entry, Value


def changes(count: int, value: Value = "new", *, is_fill: bool = False) -> Plan:
    fills = frozenset({"title"} if is_fill else ())
    return Plan(
        tuple(
            ChangeItem(f"K{n}", 1, {"title": "old"}, {"title": value}, (f"r{n:04d}",), fills)
            for n in range(count)
        )
    )


def pulled(count: int, before: Value = "old") -> Plan:
    entry = Entry(DigestKey("a.md"), {}, {})
    fields = {"title": before}, {"title": "x"}
    return Plan(tuple(ChangeEntry(entry, f"r{n}", *fields) for n in range(count)))


def moved(count: int, *, at_entry: bool) -> Plan:
    """Return a plan that moves entries under other headings, or items after their entries."""
    entry, rows = Entry(DigestKey("a.md"), {}, {}), [f"r{n}" for n in range(count)]
    if at_entry:
        return Plan(tuple(MoveEntry(entry, row, ("A",)) for row in rows))
    items = (ChangeItem(f"K{row}", 1, {}, {}, (row,), unplaced=("OLD",)) for row in rows)
    return Plan(tuple(items))


def archived(count: int) -> Plan:
    """Return a plan that archives the items of entries that left."""
    reports = (DroppedEntry(LockRow(f"r{n}", DigestKey("a.md"), f"Kr{n}")) for n in range(count))
    return replace(moved(count, at_entry=False), reports=tuple(reports))


@pytest.mark.parametrize(
    ("plan", "linked", "stops"),
    [
        (changes(25), 10, False),
        (changes(26), 10, True),
        (changes(100), 1000, False),
        (changes(101), 1000, True),
        (changes(101, is_fill=True), 1000, False),
        (changes(10, EMPTY), 10, False),
        (changes(11, EMPTY), 10, True),
        (Plan(tuple(CreateItem(f"K{n}", {}, (f"r{n}",)) for n in range(500))), 0, False),
        (pulled(25), 10, False),
        (pulled(26), 10, True),
        (pulled(500, EMPTY), 10, False),
        (moved(25, at_entry=True), 10, False),
        (moved(26, at_entry=True), 10, True),
        (moved(25, at_entry=False), 10, False),
        (moved(26, at_entry=False), 10, True),
    ],
)
def test_guard_stops_above_its_limits(plan: Plan, linked: int, stops: bool) -> None:
    assert (guard(plan, linked) is not None) == stops


@pytest.mark.parametrize(
    ("linked", "lost", "trashed", "stops"),
    [(3, 3, 3, True), (3, 3, 1, True), (3, 2, 2, False), (2, 2, 2, False), (3, 3, 0, False)],
)
def test_guard_stops_a_run_that_empties_a_digest(
    linked: int, lost: int, trashed: int, stops: bool
) -> None:
    rows = tuple(LockRow(f"r{n}", DigestKey("a.md"), f"K{n}") for n in range(linked))
    reports = tuple(DroppedEntry(row) for row in rows[:lost])
    trash = tuple(TrashItem(row.item, 1, row.id) for row in rows[:trashed])
    # A link that ended long ago is no entry that the digest still has.
    ended = LockRow("old", DigestKey("a.md"), "OLD", state=LinkState.DROPPED)
    plan = Plan(trash, reports, rows_before=(*rows, ended))

    stop = guard(plan, linked)

    assert (stop is not None and stop.emptied == "a.md") == stops
    assert guard(plan, linked, allow_removals=True) is None


def test_guard_names_field_end_and_five_examples() -> None:
    found = guard(changes(26), 10)

    assert found == GuardStop(
        "title", "markdown", 26, 25, ("r0000", "r0001", "r0002", "r0003", "r0004")
    )


def test_guard_lets_pass_what_is_allowed() -> None:
    assert guard(changes(26), 10, max_changes=26) is None
    assert guard(changes(26), 10, max_changes=5) is not None
    assert guard(changes(20, EMPTY), 10, allow_removals=True) is None
    assert guard(archived(30), 10) is not None
    assert guard(archived(30), 10, allow_removals=True) is None


def test_entries_that_an_export_takes_out_are_removals_too() -> None:
    pruned = [f"refs.bib: key{n}" for n in range(9)]

    assert guard(changes(1, EMPTY), 10, pruned=pruned) is None
    assert guard(changes(2, EMPTY), 10, pruned=pruned, allow_removals=True) is None
    assert guard(changes(2, EMPTY), 10, pruned=pruned) == GuardStop(
        "", "", 11, 10, ("r0000", "r0001"), tuple(pruned[:3])
    )


def test_a_run_that_nobody_watches_removes_nothing() -> None:
    plan = Plan((TrashItem("K", 1, "r"),))

    stop = guard(plan, 500, is_unattended=True)

    assert stop is not None
    assert (stop.count, stop.limit, stop.examples) == (1, 0, ("r",))
    assert guard(plan, 500) is None
