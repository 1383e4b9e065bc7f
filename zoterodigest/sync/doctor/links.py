"""Checks of the lock file against the library: links without an item, notes without a link."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from zoterodigest.core.links.link import LockFile, LockRow
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Item
from zoterodigest.core.works.catalogue import successors
from zoterodigest.core.works.duplicates import copies_of, find_duplicates
from zoterodigest.errors import counted
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.doctor.checked_project import CheckedProject, Finding, first_few


def link_findings(site: CheckedProject, contents: Contents) -> Iterator[Finding]:
    """Yield the links whose item or note is gone from the library, by digest."""
    rows = site.lock.rows if site.lock else ()
    linked = [row for row in rows if row.is_linked]
    followed = successors(contents.items)
    live = {item.key for item in contents.items if not item.is_trashed}
    in_order = sorted(linked, key=lambda row: row.digest)
    for digest, rows_there in groupby(in_order, lambda row: row.digest):
        of_digest = list(rows_there)
        lost = [row for row in of_digest if followed.get(row.item, row.item) not in live]
        yield from _lost_items(digest, lost, site)
        ended = {row.id for row in lost}
        held = [row for row in of_digest if row.note and row.id not in ended]
        noteless = [row for row in held if row.note not in contents.by_key]
        yield from _lost_notes(digest, noteless, site)


def _lost_items(digest: SourceKey, rows: list[LockRow], site: CheckedProject) -> Iterator[Finding]:
    if not rows:
        return
    named = "" if digest.is_bib else f" {site.named(digest)}"
    yield Finding(
        f"{_entries(rows, digest)} linked with items that are in the trash or gone from the"
        f" library: {first_few(row.item for row in rows)}",
        "What is edited in them goes nowhere. In a Zotero that has not synced yet they are late.",
        f"Take them out of the trash; or `zoterodigest sync{named}` ends these links, and"
        f" `zoterodigest push{named} --relink` makes the items anew.",
    )


def _lost_notes(digest: SourceKey, rows: list[LockRow], site: CheckedProject) -> Iterator[Finding]:
    if not rows:
        return
    yield Finding(
        f"{_entries(rows, digest)} linked with notes that are gone from the library:"
        f" {first_few(row.note or '' for row in rows)}",
        "Summaries and sections of these entries are not synced until one is edited.",
        f"`zoterodigest push {site.named(digest)} --relink` makes them anew.",
    )


def note_findings(site: CheckedProject, contents: Contents) -> Iterator[Finding]:
    """Yield our notes, at items that this project knows, whose row is in no lock file of it."""
    lock = site.lock or LockFile("")
    ids = {row.id for row in lock.rows}
    strange = [
        note.key
        for item in _known(lock, contents)
        for row_id, note in sorted(item.notes.items())
        if row_id not in ids and not note.is_trashed
    ]
    if not strange:
        return
    notes = counted(len(strange), "note")
    yield Finding(
        f"{notes} of zoterodigest's that no link knows: {first_few(strange)}",
        "The lock file that knew them was lost or is of another commit, or they belong to digests"
        " of another project.",
        "`zoterodigest push` takes up those of entries that are new to the lock file. Put those"
        " that nobody needs into the trash in Zotero.",
    )


def _known(lock: LockFile, contents: Contents) -> Iterator[Item]:
    """Yield the live items that a lock file knows, or all if it knows none."""
    items = {row.item for row in lock.rows}
    collection_rows = {one.collection for one in lock.collection_rows}
    for item in contents.items:
        is_known = item.key in items or item.collections & collection_rows or not items
        if is_known and not item.is_trashed:
            yield item


def duplicate_findings(contents: Contents) -> Iterator[Finding]:
    """Yield that works appear twice in the library."""
    found = [one for one in find_duplicates(copies_of(contents.items, ())) if one.is_sure]
    if found:
        works = counted(len(found), "work appears", "works appear")
        yield Finding(
            f"{works} twice in the library: {first_few(key for one in found for key in one.items)}",
            "A new entry of such a work is ambiguous, and a bibliography has it twice.",
            "`zoterodigest duplicates` tells which, why, and what to do.",
        )


def _entries(rows: list[LockRow], digest: str) -> str:
    return counted(len(rows), f"entry of {digest} is", f"entries of {digest} are")
