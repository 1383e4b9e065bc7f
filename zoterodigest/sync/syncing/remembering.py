"""Remembering: what this instance of the library showed when a run ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from zoterodigest.core.collections.relocation import PLACE
from zoterodigest.core.links.link import Base, CollectionRow, LockFile, LockRow
from zoterodigest.core.plan.plan import CreateEntry, Link, MoveEntry, Plan
from zoterodigest.core.plan.reports import (
    AddedItem,
    AwaitedItem,
    HeldBack,
    NotFollowed,
    PlaceConflict,
)
from zoterodigest.core.plan.seen import Lagged, Seen, lagged_after, mark_of, past_after
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.entries_now import EntriesNow

_ToPlace = dict[str, set[str]]
"""Keys of items whose place in the collections of a digest is still to be acted on."""


def seen_by(prepared: Prepared, standing: EntriesNow, lock: LockFile, contents: Contents) -> Seen:
    """Return what to remember when a run ends with these entries, this lock file, this library.

    A field that waits, or that did not come to be in sync, is remembered as it was; so are the
    collections of digests that it did not look at as a whole, and the place of an item that no
    entry followed.
    """
    before, plan, entries = prepared.gathered.seen, prepared.plan, prepared.gathered.entries
    moved = {
        link.row.id
        for link in plan.links
        if link.index in standing.entries
        and standing.entries[link.index].heading_keys != entries[link.index].heading_keys
    }
    done = moved | standing.made.keys() | {one.row_id for one in standing.exported}
    is_whole = prepared.options.selection is None
    digests = prepared.gathered.digest_keys if is_whole else frozenset[str]()
    known = before.rows if before else {}
    links = {link.row.id: link for link in plan.links}
    awaited = {report.row.id for report in plan.reports if isinstance(report, AwaitedItem)}
    created = {one.row_id for one in plan.actions if isinstance(one, CreateEntry)}
    notes = {note.key for item in contents.items for note in item.notes.values()}
    rows: dict[str, LockRow] = {}
    for row in lock.rows:
        if row.id in links:
            remembered = _remembered(row, links[row.id], known.get(row.id))
            noted = _with_note_seen(remembered, known.get(row.id), notes)
            rows[row.id] = _with_annotations_seen(noted, known.get(row.id), plan)
        elif row.id in created | done:
            rows[row.id] = row
        elif row.id not in awaited and row.id in known:
            rows[row.id] = known[row.id]
    others = {one.collection for one in lock.collection_rows if one.digest not in digests}
    then = before.collections if before else {}
    looked_at = [one for one in lock.collection_rows if one.collection not in others & then.keys()]
    held, quiet = _held(contents), _passed_over(prepared)
    if contents is not prepared.gathered.contents:
        held = _without_news(prepared, held, quiet)
    held = _as_seen_then(held, then, quiet)
    collections = _collections(then, looked_at, held, _pending(plan, done))
    then_linked = {row.id: row for row in plan.rows_before}
    now_linked = {row.id: row for row in lock.rows}
    before = before or Seen()
    past = past_after(before, rows, then_linked, now_linked)
    lagged = lagged_after(before, rows, then_linked)
    for row_id, name, base in _disputed_exports(plan.links):
        if (seen := known[row_id].bases.get(name) if row_id in known else None) is not None:
            lagged[row_id] = {**lagged.get(row_id, {}), name: Lagged(mark_of(base), seen)}
    if prepared.gathered.quiet.links:
        # Of links that the run did not look at, all that is past stays so.
        past |= {one: dict(before.past[one]) for one in before.past.keys() - then_linked.keys()}
        quiet = before.lagged.keys() - then_linked.keys()
        lagged |= {one: dict(before.lagged[one]) for one in quiet}
    version = (
        contents.version if _is_over_all(prepared, lock) else max(before.version, contents.version)
    )
    return Seen(rows, collections, past, lagged, version)


def _is_over_all(prepared: Prepared, lock: LockFile) -> bool:
    """Tell whether a run looked at all links, or at all files of the project.

    One over a part does not forget that the library was restored from a backup: else the next run
    would take what is older there for edits of the other links.
    """
    gathered = prepared.gathered
    if prepared.options.selection is not None or gathered.unread_sources:
        return False
    read = gathered.digest_keys | {one.key for one in gathered.bibs} | gathered.gone
    linked = (row.digest for row in lock.rows if row.is_linked)
    return not prepared.workspace.is_named or read.issuperset(linked)


def _remembered(row: LockRow, link: Link, known: LockRow | None) -> LockRow:
    """Return `row` with the bases that were in sync here, and apart in what had become so here."""
    if not link.lagging:
        return row
    bases: dict[str, Base] = dict(row.bases)
    diverged = set(row.diverged)
    for name in sorted(link.lagging):
        is_settled = link.before is None or row.bases.get(name) != link.before.bases.get(name)
        if is_settled:
            continue
        bases.pop(name, None)
        diverged.discard(name)
        if known is not None and name in known.bases:
            bases[name] = known.bases[name]
        elif known is not None and name in known.diverged:
            diverged.add(name)
    return replace(row, bases=bases, diverged=frozenset(diverged))


def _disputed_exports(links: Sequence[Link]) -> Iterator[tuple[str, str, Base]]:
    """Yield what an export wrote elsewhere that waits beside an entry that diverged, by row id and
    field: once a person has decided there, it waits no more.
    """
    diverged = {(link.row.item, name) for link in links for name in link.diverged}
    for link in links if diverged else ():
        for name in sorted(link.entry.ours & link.waits & link.row.bases.keys()):
            if (link.row.item, name) in diverged:
                yield link.row.id, name, link.row.bases[name]


def _with_note_seen(row: LockRow, known: LockRow | None, notes: Set[str]) -> LockRow:
    """Return `row` without a note that this library never showed: it may be still to come."""
    was_seen = row.note in notes or row.note == (known.note if known is not None else None)
    return row if was_seen else replace(row, note=None)


def _with_annotations_seen(row: LockRow, known: LockRow | None, plan: Plan) -> LockRow:
    """Return `row` with what is written of annotations as this library last showed them."""
    if not row.annotations:
        return row
    shown = plan.shown_annotations.get(row.id, frozenset())
    before = known.annotations if known is not None else {}
    now = {key: row.annotations[key] for key in row.annotations if key in shown}
    kept = {key: before[key] for key in row.annotations.keys() & before.keys() - shown}
    annotations = now | kept
    return row if annotations == row.annotations else replace(row, annotations=annotations)


def _pending(plan: Plan, done: Set[str]) -> _ToPlace:
    places = {link.row.id: (link.row.digest, link.row.item) for link in plan.links}
    found: list[tuple[str, str]] = []
    for report in plan.reports:
        match report:
            case AddedItem():
                found.append((report.digest, report.key))
            case PlaceConflict():
                found.append(places[report.row_id])
            case HeldBack(name=name) if name == PLACE:
                found.append(places[report.row_id])
            case NotFollowed(row_id=row_id) if row_id in places:
                found.append(places[row_id])
            case _:
                pass
    for action in plan.actions:
        match action:
            case CreateEntry() if action.row_id not in done:
                found.append((action.digest, action.item.key))
            case MoveEntry() if action.row_id not in done:
                found.append(places[action.row_id])
            case _:
                pass
    pending: _ToPlace = defaultdict(set)
    for digest, key in found:
        pending[digest].add(key)
    return pending


def _held(contents: Contents) -> Mapping[str, set[str]]:
    """Return the items in each collection, without those in the trash."""
    held: dict[str, set[str]] = defaultdict(set)
    for item in contents.items:
        for key in item.collections if not item.is_trashed else ():
            held[key].add(item.key)
    return held


def _passed_over(prepared: Prepared) -> Set[str]:
    """Return the items that a run over a part did not look at."""
    if not prepared.gathered.quiet.links:
        return frozenset()
    contents = prepared.gathered.contents
    looked_at = {item.key for item in contents.items}
    return {one.key for one in contents.snapshot.items} - looked_at


def _without_news(
    prepared: Prepared, held: Mapping[str, set[str]], quiet: Set[str]
) -> Mapping[str, set[str]]:
    """Return `held` without what somebody else put in or took out while the run was writing.

    The run has not acted on that. The next one does, if this one has not seen it. Nothing is told
    of items that are `quiet`.
    """
    items = prepared.gathered.contents.snapshot.items
    known = {one.key: one.data for one in items if one.key not in quiet}
    writes = {write.item.key: write.item.data for write in prepared.writes.items}
    then = _filed(known)
    came = _filed({key: {**known.get(key, {}), **data} for key, data in writes.items()})
    found: dict[str, set[str]] = defaultdict(set)
    for key in held.keys() | then.keys():
        meant = then[key] - writes.keys() | came[key]
        found[key] = held.get(key, set()) & (then[key] | meant) | then[key] & meant
    return found


def _as_seen_then(
    held: Mapping[str, set[str]], then: Mapping[str, frozenset[str]], quiet: Set[str]
) -> Mapping[str, set[str]]:
    """Return `held` with `quiet` items, which the run did not look at, where they were `then`.

    They may have moved since: if a wrong cache hid that from this run, the next one has to see it.
    """
    if not quiet:
        return held
    found: dict[str, set[str]] = defaultdict(set)
    for key in held.keys() | then.keys():
        found[key] = held.get(key, set()) - quiet | then.get(key, frozenset()) & quiet
    return found


def _filed(objects: Mapping[str, Data]) -> Mapping[str, set[str]]:
    """Return which items with these data are in each collection, without those in the trash."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, data in objects.items():
        item = ItemJson(data)
        for collection in () if item.is_part or item.is_trashed else item.collections:
            found[collection].add(key)
    return found


def _collections(
    then: Mapping[str, frozenset[str]],
    collection_rows: Sequence[CollectionRow],
    held: Mapping[str, set[str]],
    pending: _ToPlace,
) -> Mapping[str, frozenset[str]]:
    """Return the items of each collection of a digest, those that are pending as last seen."""
    found: dict[str, frozenset[str]] = {}
    waiting: dict[str, set[str]] = defaultdict(set)
    for one in collection_rows:
        waiting[one.collection] |= pending.get(one.digest, set())
    for key, left in waiting.items():
        seen = then.get(key, frozenset()) & left
        found[key] = frozenset(held[key] - left) | seen
    return {**{key: then[key] for key in then if key not in found}, **found}
