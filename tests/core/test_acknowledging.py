"""What a person acknowledges stays acknowledged until what it says changes."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from tests.core.world import an_entry
from zoterodigest.core.links.link import Acknowledged, LockRow
from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.reports import MissingItem, Report
from zoterodigest.core.reconcile.acknowledging import RULES, acknowledgement_of
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import Entry, EntryLines


def _acknowledged(entry: Entry) -> Acknowledged | None:
    row = LockRow("zd-0000000001", DigestKey("a.md"), "ITEM2222")
    return acknowledgement_of(MissingItem(row, entry, is_trashed=True), {}, Folding())


def test_an_item_in_the_trash_stays_acknowledged_when_its_entry_moves_down() -> None:
    entry = an_entry("a.md", title="A title")

    moved = replace(entry, place=EntryLines(8, 9))

    assert _acknowledged(moved) == _acknowledged(entry)


def test_an_item_in_the_trash_is_news_once_its_entry_was_edited() -> None:
    entry = an_entry("a.md", title="A title")

    edited = replace(entry, raws={**entry.raws, "title": "Another title"})

    assert _acknowledged(edited) != _acknowledged(entry)


def test_of_every_kind_of_report_it_is_decided_whether_a_person_can_acknowledge_it() -> None:
    assert set(RULES) == set(get_args(Report))
