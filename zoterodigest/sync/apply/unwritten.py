"""Unwritten: what stands there as it would without what a run wrote, as far as that still is so.

A run that planned again while it wrote goes on under its number. What it changed is told from what
stood there before its first write; what somebody else edited meanwhile is no change of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.history import Data, DigestChange, ObjectChange, Run, joined
from zoterodigest.core.plan.reversal import turn_back
from zoterodigest.library.item_json import ItemJson

T = TypeVar("T")
K = TypeVar("K", bound=Any)

SETS = ("collections", "tags")
"""The fields of an object whose members are changed one by one."""


def links_unwritten(present: LockFile, run: Run) -> LockFile:
    """Return the links without what `run` made of them."""
    sides = present, run.after, run.before
    rows = put_back(*({row.id: row for row in side.rows} for side in sides))
    filed = put_back(*({row.place: row for row in side.collection_rows} for side in sides))
    exported = put_back(*({one.place: one for one in side.exported} for side in sides))
    return LockFile("", tuple(rows.values()), tuple(filed.values()), tuple(exported.values()))


def data_unwritten(data: Data, change: ObjectChange) -> Data | None:
    """Return what an object holds without `change`; None if that created it."""
    if change.is_created:
        return None
    found = dict(data)
    for name in {*change.before, *change.after}:
        now, before, after = (one.get(name) for one in (data, change.before, change.after))
        if name in SETS:
            back = members_back(before, after, now)
            found[name] = now if back is None else list(back.values())
        elif now == after:
            found[name] = before
    if change.hunks:
        from zoterodigest.notes.own import note_pieces  # as in `note_hunks`

        note = note_pieces(ItemJson(data).note)
        found["note"] = note.joined(turn_back(note.pieces, change.hunks).pieces)
    return {name: value for name, value in found.items() if value}


def members_back(before: object, after: object, now: object) -> dict[str, object] | None:
    """Return the tags, or the keys of collections, of `now` without what `before` became `after`.

    Each goes by what it is known by. None if what was added has gone with what was removed: others
    were written over it.
    """
    old, new, there = members(before), members(after), members(now)
    added, removed = new.keys() - old.keys(), old.keys() - new.keys()
    # Removed members would come back beside those that took the place of the added ones.
    if added - there.keys() and removed - there.keys():
        return None
    back = {key: one for key, one in there.items() if key not in added}
    return back | {key: one for key, one in old.items() if key in removed}


def members(value: object) -> Mapping[str, object]:
    """Return tags, or keys of collections, by what each is known by."""
    members = value if isinstance(value, list) else []
    return {str(one["tag"] if isinstance(one, dict) else one): one for one in members}


def lines_unwritten(lines: Sequence[str], change: DigestChange) -> Sequence[str]:
    """Return the lines of a file without `change`; none if that made the file."""
    return () if change.is_created else turn_back(lines, change.hunks).pieces


def joined_changes(first: Run, then: Run) -> Run:
    """Return what a run changed that wrote `first` and went on; `then` tells of both what it wrote
    once more, and has the links of both.
    """
    names = {**first.names, **then.names}
    return replace(joined(first, then), before=then.before, after=then.after, names=names)


def put_back(present: Mapping[K, T], after: Mapping[K, T], before: Mapping[K, T]) -> dict[K, T]:
    """Return `present` with what still is as it is in `after` as it was `before`."""
    # Sorted as the lock file is, so that git merges it line by line.
    found = {
        name: (before if present.get(name) == after.get(name) else present).get(name)
        for name in sorted({*present, *before})
    }
    return {name: one for name, one in found.items() if one is not None}
