"""Links whose library lags behind the lock file: what the library last showed here counts."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.links.link import Base, Print, fingerprint
from zoterodigest.core.links.merge import FieldEnds, ends_of, is_set
from zoterodigest.core.plan.choosing import is_chosen
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import RunOptions
from zoterodigest.core.plan.seen import LastSeen, Seen
from zoterodigest.core.reconcile.settle import item_end, side_of
from zoterodigest.core.values.record import Item, is_empty


def with_last_seen(link: Link, seen: Seen | None, run_options: RunOptions) -> Link:
    """Return `link` with what is remembered of it where the lock file says something else.

    As long as the lock file's base of a field is the one that was in sync here, the link alone
    decides. If it has moved, an item that still shows what was seen here waits; one that shows the
    new base is in sync; any other has changed since, and merges over what was seen, but waits if
    the lock file is of an older commit: else that would undo what came after it. A field that never
    was in sync here waits while the item has nothing there, or what another of its links last
    showed; in the second case a field that an export wrote elsewhere waits as well. What has
    diverged elsewhere, and is here as it was in sync, waits as well, but not if the item shows what
    was looked up. What a person decided does not wait.

    In a library that has gone back, what differs from its base has none: it may only be older.
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
    entry, item = side_of(link.entry), item_end(link, held, link.row)
    waits: set[str] = set()
    bases: dict[str, Base] = {}
    went_back = False
    carried = entry.fields.keys() & item.fields.keys()
    for name in sorted(carried & link.row.bases.keys()):
        base, seen_base = link.row.bases[name], remembered.bases.get(name)
        # A choice was made over what the person saw: nothing older may hold it back.
        if is_chosen(run_options.choices, link.row.id, name):
            continue
        ends = ends_of(name, entry, item)
        if seen_base is not None and _are_equal(name, base.at_item, seen_base.at_item):
            waits |= {name} if _is_newer_export(ends, link, seen, run_options) else set()
            continue
        is_past = seen.is_past(link.row.id, name, base)
        is_later = seen_base is not None and is_past and _is_later(ends, seen_base, run_options)
        if _shows(ends, base, run_options) and not is_later:
            # The entry is as it was seen here before the base moved: git kept its older text, and
            # nobody edited it. Members are left alone: other links of the item may bring them.
            if seen_base is not None and not is_past and not is_set(name):
                is_older = _is_older(ends, seen_base, base, run_options)
                bases |= {name: seen_base} if is_older else {}
            continue
        if seen_base is None:
            was_parted = is_past and name in remembered.diverged
            is_untouched = is_empty(ends.item) or _is_as_others_saw(ends, link, seen, run_options)
            waits |= {name} if was_parted or is_untouched else set()
            went_back |= was_parted
        # The library lags, or the lock file is older: a merge would undo what came later.
        elif _shows(ends, seen_base, run_options) or is_past:
            waits.add(name)
            went_back |= is_past
        elif is_set(name):
            bases[name] = _with_item_only(seen_base, base)
        # An entry here changed the item: it lags as before, and the export elsewhere is newer.
        elif name in link.entry.ours and _is_as_others_saw(ends, link, seen, run_options):
            waits.add(name)
        else:
            bases[name] = seen_base
    for name in sorted(carried & link.row.diverged & remembered.bases.keys()):
        ends = ends_of(name, entry, item)
        is_unchanged = _shows(ends, remembered.bases[name], run_options) and ends.are_equal(
            run_options.folding
        )
        if is_unchanged and not link.row.is_from_source(name, ends.item_raw):
            waits.add(name)
    recall = LastSeen(frozenset(waits), bases, went_back)
    return replace(link, recall=recall) if waits or bases else link


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
    bases = {name: base for name, base in row.bases.items() if name not in undone}
    # Without a base, an export overwrites what an export wrote, unless the field has diverged.
    diverged = row.diverged | (undone & link.entry.ours)
    return replace(link, row=replace(row, bases=bases, diverged=diverged)) if undone else link


def _is_as_others_saw(ends: FieldEnds, link: Link, seen: Seen, run_options: RunOptions) -> bool:
    """Tell whether the item holds in this field what another link of it last saw here.

    For what an export wrote, this says nothing if links of the item came to be in sync over the
    same base, or diverged beside it: then a person has decided against what was exported.
    """
    name, row = ends.name, link.row
    others = seen.rows_of(row.item)
    if name in link.entry.ours and any(seen.lag_to(o.id, name, row.bases[name]) for o in others):
        return False
    bases = (one.bases.get(name) for one in others)
    return any(base is not None and _shows(ends, base, run_options) for base in bases)


def _has_other_export(link: Link) -> bool:
    """Tell whether an export wrote another text than the one that both ends agreed on."""
    bases, raws = link.row.bases, link.entry.raws
    return any(
        bases[name].at_entry.raw != fingerprint(raws.get(name, ""))
        for name in link.entry.ours & bases.keys()
    )


def _is_newer_export(ends: FieldEnds, link: Link, seen: Seen, run_options: RunOptions) -> bool:
    """Tell whether another computer may have exported a newer value than that of the item.

    The item is as it was when both ends agreed, and what the export wrote never was in sync here.
    """
    name, row, folding = ends.name, link.row, run_options.folding
    if name not in link.entry.ours or ends.changed(row.bases[name], folding) != (True, False):
        return False
    written = ends.entry_print(folding)
    return not ends.are_equal(folding) and not seen.was_in_sync(row.id, name, written)


def _shows(ends: FieldEnds, base: Base, run_options: RunOptions) -> bool:
    return _are_equal(ends.name, ends.item_print(run_options.folding), base.at_item)


def _is_later(ends: FieldEnds, base: Base, run_options: RunOptions) -> bool:
    """Tell whether the entry stands as this instance saw it: only the lock file is older."""
    return _are_equal(ends.name, ends.entry_print(run_options.folding), base.at_entry)


def _is_older(ends: FieldEnds, seen: Base, base: Base, run_options: RunOptions) -> bool:
    """Tell whether the entry stands as this instance saw it, and not as it is in `base`.

    Where both agree, only the item moved: the entry had no part of it, as a .bib keeps the year of
    an arXiv number when the item loses its date.
    """
    return _is_later(ends, seen, run_options) and not _is_later(ends, base, run_options)


def _are_equal(name: str, one: Print, other: Print) -> bool:
    if one.raw == other.raw or one.parts == other.parts:
        return True
    return is_set(name) and set(one.parts) == set(other.parts)
