"""Links whose library lags behind the lock file: what the library last showed here counts."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.links.link import Base, LockRow, Print
from zoterodigest.core.links.merge import FieldEnds, ends_of, is_set
from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.choosing import is_chosen
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import RunOptions
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.settle import item_end, side_of
from zoterodigest.core.values.record import Item, is_empty
from zoterodigest.frozen import dataclass


def with_last_seen(link: Link, seen: Seen | None, run_options: RunOptions) -> Link:
    """Return `link` with the fields in which this library lags behind the lock file (`_judged`).

    What a person decided does not wait. In a library that has gone back, what differs from its base
    has none: it may only be older.
    """
    held = link.item
    if seen is None or held is None:
        return link
    if seen.has_gone_back:
        link = _without_undone(link, held, run_options)
    remembered = seen.rows.get(link.row.id) or replace(link.row, bases={})
    # What was last seen of an item that was merged since is remembered under its former key.
    is_remembered = remembered.item in {held.key, *held.replaces}
    is_as_seen = remembered.bases is link.row.bases and not _has_other_export(link)
    if not is_remembered or is_as_seen:
        return link
    about = _Remembered(link, remembered, seen, run_options.folding)
    entry, item = side_of(link.entry), item_end(link, held, link.row)
    waits, bases = set[str](), dict[str, Base]()
    went_back = False
    for name in sorted(entry.fields.keys() & item.fields.keys()):
        # A choice was made over what the person saw: nothing older may hold it back.
        is_open = name in link.row.bases and not is_chosen(run_options.choices, link.row.id, name)
        ends = ends_of(name, entry, item)
        match _judged(ends, about) if is_open else None:
            case Base() as base:
                bases[name] = base
            case _Waits(is_past=is_past):
                waits.add(name)
                went_back |= is_past
        if name in link.row.diverged and _diverged_elsewhere(ends, about):
            waits.add(name)
    if not waits and not bases:
        return link
    return replace(link, waits=frozenset(waits), seen_bases=bases, lock_went_back=went_back)


@dataclass(frozen=True, slots=True)
class _Waits:
    """A field is not propagated until library and lock file are equally new; if it `is_past`, the
    lock file is of an older commit.
    """

    is_past: bool = False


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A link, and what is `seen` here: its row as `remembered`, and all others."""

    link: Link
    remembered: LockRow
    seen: Seen
    folding: Folding


def _judged(ends: FieldEnds, about: _Remembered) -> _Waits | Base | None:
    """Return whether a field waits, or the base that it merges over if the link's does not decide.

    As long as the lock file's base is the one that was in sync here, the link alone decides. If it
    has moved, an item that still shows what was seen here waits; one that shows the new base is in
    sync; any other has changed since, and merges over what was seen, but waits if the lock file is
    of an older commit: else that would undo what came after it.
    """
    name, row = ends.name, about.link.row
    base, seen_base = row.bases[name], about.remembered.bases.get(name)
    if seen_base is None:
        return _judged_new(ends, about)
    if _are_equal(name, base.at_item, seen_base.at_item):
        return _Waits() if _is_newer_export(ends, about) else None
    is_past = about.seen.is_past(row.id, name, base)
    is_later = is_past and _is_later(ends, seen_base, about.folding)
    if _shows(ends, base, about.folding) and not is_later:
        # The entry is as it was seen here before the base moved: git kept its older text, and
        # nobody edited it. Members are left alone: other links of the item may bring them.
        is_free = not is_past and not is_set(name)
        return seen_base if is_free and _is_older(ends, seen_base, base, about.folding) else None
    # The library lags, or the lock file is older: a merge would undo what came later.
    if is_past or _shows(ends, seen_base, about.folding):
        return _Waits(is_past)
    if is_set(name):
        return _with_item_only(seen_base, base)
    # An entry here changed the item: it lags as before, and the export elsewhere is newer.
    if name in about.link.entry.ours and _is_as_others_saw(ends, about):
        return _Waits()
    return seen_base


def _judged_new(ends: FieldEnds, about: _Remembered) -> _Waits | None:
    """Return whether a field waits that never was in sync here.

    It does while the item has nothing there, or what another of its links last showed.
    """
    row, base = about.link.row, about.link.row.bases[ends.name]
    if _shows(ends, base, about.folding):
        return None
    if ends.name in about.remembered.diverged and about.seen.is_past(row.id, ends.name, base):
        return _Waits(is_past=True)
    return _Waits() if is_empty(ends.item) or _is_as_others_saw(ends, about) else None


def _diverged_elsewhere(ends: FieldEnds, about: _Remembered) -> bool:
    """Tell whether a field that has diverged by the lock file is here as it was in sync.

    It waits, but not if the item shows what was looked up.
    """
    base = about.remembered.bases.get(ends.name)
    if base is None or not _shows(ends, base, about.folding) or not ends.are_equal(about.folding):
        return False
    return not about.link.row.is_from_source(ends.name, ends.item_raw)


def _with_item_only(seen: Base, base: Base) -> Base:
    """Return the base `seen` here with the members that by `base` the item alone has: none came.

    Another clone adopted an item that others were merged into; its tags are not the entry's.
    """
    alone = (part for part in base.at_item.parts if part not in base.at_entry.parts)
    parts = tuple(dict.fromkeys((*seen.at_item.parts, *alone)))
    return replace(seen, at_item=replace(seen.at_item, parts=parts))


def _without_undone(link: Link, item: Item, run_options: RunOptions) -> Link:
    """Return `link` without the bases of fields that its item does not show any more."""
    entry, there, row = side_of(link.entry), item_end(link, item, link.row), link.row
    carried = entry.fields.keys() & there.fields.keys() & row.bases.keys()
    undone = {
        name
        for name in carried
        if ends_of(name, entry, there).changed(row.bases[name], run_options.folding)[1]
        and not is_chosen(run_options.choices, row.id, name)
    }
    # Without a base, an export overwrites what an export wrote, unless the field has diverged.
    diverged = row.diverged | (undone & link.entry.ours)
    return (
        replace(link, row=replace(row.without_bases(undone), diverged=diverged)) if undone else link
    )


def _is_as_others_saw(ends: FieldEnds, about: _Remembered) -> bool:
    """Tell whether the item holds in this field what another link of it last saw here.

    For what an export wrote, this says nothing if links of the item came to be in sync over the
    same base, or diverged beside it: then a person has decided against what was exported.
    """
    name, row, seen = ends.name, about.link.row, about.seen
    others = seen.rows_of(row.item)
    is_ours = name in about.link.entry.ours
    if is_ours and any(seen.lag_to(one.id, name, row.bases[name]) for one in others):
        return False
    bases = (one.bases.get(name) for one in others)
    return any(base is not None and _shows(ends, base, about.folding) for base in bases)


def _has_other_export(link: Link) -> bool:
    """Tell whether an export wrote another text than the one that both ends agreed on."""
    row, raws = link.row, link.entry.raws
    written = link.entry.ours & row.bases.keys()
    return not all(row.agrees_at_entry(name, raws.get(name, "")) for name in written)


def _is_newer_export(ends: FieldEnds, about: _Remembered) -> bool:
    """Tell whether another computer may have exported a newer value than that of the item.

    The item is as it was when both ends agreed, and what the export wrote never was in sync here.
    """
    name, row, folding = ends.name, about.link.row, about.folding
    is_ours = name in about.link.entry.ours
    if not is_ours or ends.changed(row.bases[name], folding) != (True, False):
        return False
    written = ends.entry_print(folding)
    return not ends.are_equal(folding) and not about.seen.was_in_sync(row.id, name, written)


def _shows(ends: FieldEnds, base: Base, folding: Folding) -> bool:
    return _are_equal(ends.name, ends.item_print(folding), base.at_item)


def _is_later(ends: FieldEnds, base: Base, folding: Folding) -> bool:
    """Tell whether the entry stands as this instance saw it: only the lock file is older."""
    return _are_equal(ends.name, ends.entry_print(folding), base.at_entry)


def _is_older(ends: FieldEnds, seen: Base, base: Base, folding: Folding) -> bool:
    """Tell whether the entry stands as this instance saw it, and not as it is in `base`.

    Where both agree, only the item moved: the entry had no part of it, as a .bib keeps the year of
    an arXiv number when the item loses its date.
    """
    return _is_later(ends, seen, folding) and not _is_later(ends, base, folding)


def _are_equal(name: str, one: Print, other: Print) -> bool:
    if one.raw == other.raw or one.parts == other.parts:
        return True
    return is_set(name) and set(one.parts) == set(other.parts)
