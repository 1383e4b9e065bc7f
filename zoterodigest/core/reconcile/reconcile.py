"""Reconcile: a pure function from entries, lock file and library to a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from zoterodigest.core.collections.added import added_items, rows_of_new_files
from zoterodigest.core.collections.relocation import Relocations, relocations, renamed_headings
from zoterodigest.core.links.link import CollectionRow, LinkState, LockRow
from zoterodigest.core.plan.cleared import with_cleared
from zoterodigest.core.plan.plan import (
    Action,
    ChangeItem,
    CreateEntry,
    Link,
    Plan,
    RenameHeading,
    TrashItem,
)
from zoterodigest.core.plan.reports import (
    AddedItem,
    DroppedEntry,
    HeldBackName,
    NameConflict,
    Report,
    SameWork,
)
from zoterodigest.core.plan.run_options import LastSync, LibraryState, RunOptions, WhenDropped
from zoterodigest.core.reconcile.following import with_links_left
from zoterodigest.core.reconcile.last_seen import with_last_seen
from zoterodigest.core.reconcile.linking import Linking, link_entries
from zoterodigest.core.reconcile.notes import (
    hidden_notes,
    trashed_notes,
    with_lost_notes,
    with_own_notes,
)
from zoterodigest.core.reconcile.owners import with_owners
from zoterodigest.core.reconcile.places import Placing, place
from zoterodigest.core.reconcile.propagate import Propagation, propagate
from zoterodigest.core.reconcile.sections import with_renamed_sections, with_title_heading
from zoterodigest.core.reconcile.settle import settle, with_traits
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import EMPTY, Entry, Item


def reconcile(
    entries: Sequence[Entry],
    known: LastSync,
    library: LibraryState,
    run_options: RunOptions,
    *,
    new_ids: Iterator[str],
) -> Plan:
    """Return the plan that brings `entries` and `library` into agreement over the links `known`.

    `entries` are those of all digests of the run, in order; rows of other digests stay as they are.
    `new_ids` gives the ids of new rows. Under equal arguments the plan is the same.
    """
    run = known, library, run_options
    entries = _with_title_asked(entries, run_options)
    # The order of these steps is a law: each one sees what the ones before it decided.
    linking = with_owners(link_entries(entries, *run, new_ids=new_ids), *run[1:])
    back, restored = with_lost_notes(linking.links, known, library.items, run_options)
    # Cleared fields first: a field that counts as empty takes part in every step after this one.
    headed = (with_title_heading(with_cleared(link), run_options) for link in back)
    noted = [with_own_notes(link, run_options) for link in headed]
    # Renamed sections first: the old name must be in the entry when bases are compared.
    labelled = [with_renamed_sections(link, run_options) for link in noted]
    compared = [with_last_seen(link, known.seen, run_options) for link in labelled]
    # After that: it would take the base that this step gives a link for that of another run.
    links = with_links_left(compared, known.rows, library.items, run_options.folding)
    # A library that was restored from a backup shows old places: no person moved anything.
    may_follow = run_options.is_whole and not (known.seen and known.seen.has_gone_back)
    moved = relocations(links, known.collection_rows, known.seen) if may_follow else Relocations()
    dropped = _dropped(linking, library, run_options)
    filed = replace(linking, links=tuple(links))
    placing = place(filed, dropped[WhenDropped.ARCHIVE], moved, run)
    taken = {*library.taken, *(item.key for item in library.items)}  # those in the trash, too
    propagation = propagate(placing.links, run_options, taken)
    archived = {row.id: row for row, _ in placing.archived}
    rows = [archived.get(row.id, row) for row in placing.kept]
    rows += [_row(link, run_options) for link in propagation.links]
    added = _added(entries, rows, placing, propagation, run=run, new_ids=new_ids)
    created = [one for one in added if isinstance(one, CreateEntry)]
    # Once it is known which entries come under them.
    coming = [*placing.collection_actions, *placing.entry_actions, *created]
    rows_now, collections = placing.collection_rows, library.collections
    headings = list(renamed_headings(entries, rows_now, collections, coming, run_options))
    # `Plan` promises this order: collections before what is filed in them, items before their notes
    # and entries, removals after changes, new entries last.
    actions = (
        *placing.collection_actions,
        *(change for _, change in placing.archived if change is not None),
        *propagation.actions,
        *(TrashItem(one.key, one.version, row.id) for row, one in dropped[WhenDropped.TRASH]),
        *trashed_notes(linking.reports, linking.links, run_options),
        *(one for one in headings if isinstance(one, RenameHeading)),
        *placing.entry_actions,
        *linking.removed,
        *created,
    )
    return Plan(
        actions=actions,
        reports=(*linking.reports, *restored, *_reports(placing, propagation, headings, added)),
        links=propagation.links,
        rows=_sorted_rows(rows),
        collection_rows=_collection_rows(placing, created, run_options),
        rows_before=_sorted_rows(known.rows),
        collection_rows_before=tuple(sorted(known.collection_rows, key=lambda one: one.place)),
    )


def _collection_rows(
    placing: Placing, created: Iterable[CreateEntry], run_options: RunOptions
) -> tuple[CollectionRow, ...]:
    new = rows_of_new_files(created, placing.collection_rows, run_options)
    return tuple(sorted((*placing.collection_rows, *new), key=lambda one: one.place))


def _with_title_asked(entries: Sequence[Entry], run_options: RunOptions) -> Sequence[Entry]:
    """Return `entries`; if titles are to be filled in, those without one have an empty one.

    In any other run they say nothing of it, so a title that an item gets stays there.
    """
    if "title" not in run_options.fills:
        return entries
    return [
        one
        if one.is_unreadable or one.digest.is_bib or "title" in one.fields
        else replace(one, fields={**one.fields, "title": EMPTY}, raws={**one.raws, "title": ""})
        for one in entries
    ]


def _reports(
    placing: Placing,
    propagation: Propagation,
    headings: Sequence[RenameHeading | HeldBackName | NameConflict],
    added: Sequence[CreateEntry | AddedItem],
) -> tuple[Report, ...]:
    """Return what the later steps report, in their order."""
    return (
        *placing.reports,
        *propagation.reports,
        *(one for one in headings if not isinstance(one, RenameHeading)),
        *(one for one in added if isinstance(one, AddedItem)),
        *same_works(propagation.links),
        *hidden_notes(propagation.links),
    )


def _added(
    entries: Sequence[Entry],
    rows: Iterable[LockRow],
    placing: Placing,
    propagation: Propagation,
    *,
    run: tuple[LastSync, LibraryState, RunOptions],
    new_ids: Iterator[str],
) -> list[CreateEntry | AddedItem]:
    """Return what becomes of items that a person added, after all else is known."""
    known, library, run_options = run
    if not run_options.is_whole:
        return []
    # Under the headings as they are now: one renamed since has another path in the lock file.
    shelved = replace(known, collection_rows=placing.collection_rows)
    # With what this run brings to their items: else the next run would add it to the new entries.
    after = replace(library, items=_items_after(library.items, propagation.actions))
    return list(added_items(entries, rows, (shelved, after, run_options), new_ids))


def _items_after(items: Iterable[Item], actions: Iterable[Action]) -> tuple[Item, ...]:
    """Return `items` with the values that `actions` write into them, in the collections that
    `actions` leave them in.
    """
    after = {item.key: item for item in items}
    for one in actions:
        if isinstance(one, ChangeItem) and (item := after.get(one.key)) is not None:
            fields, left = {**item.fields, **one.after}, item.collections - {*one.unplaced}
            after[one.key] = replace(item, fields=fields, collections=left)
    return tuple(after.values())


def _dropped(
    linking: Linking, library: LibraryState, run_options: RunOptions
) -> dict[WhenDropped, list[tuple[LockRow, Item]]]:
    """Return the rows whose entry just left, with their items, by what is to become of these."""
    items = {item.key: item for item in library.items}
    linked = {link.row.item for link in linking.links}
    linked |= {row.item for row in linking.kept if row.is_linked}
    found: dict[WhenDropped, list[tuple[LockRow, Item]]] = {rule: [] for rule in WhenDropped}
    for report in linking.reports:
        item = items.get(report.row.item) if isinstance(report, DroppedEntry) else None
        if not isinstance(report, DroppedEntry) or item is None or item.is_trashed:
            continue
        rules = run_options.rules_for(report.row.digest)
        if rules.places and item.key not in linked:
            linked.add(item.key)
            row = replace(report.row, state=LinkState.DROPPED)
            found[rules.when_dropped].append((row, item))
    return found


def _row(link: Link, run_options: RunOptions) -> LockRow:
    """Return the row as it is to be; of an item that is still to be made no base is known."""
    if link.item is None:
        return with_traits(link.row, link.entry)
    return settle(link, link.item, run_options.folding)


def _sorted_rows(rows: Iterable[LockRow]) -> tuple[LockRow, ...]:
    return tuple(sorted(rows, key=lambda row: row.id))


def same_works(links: Sequence[Link]) -> Iterator[SameWork]:
    """Yield each identifier that items of several links share: merging them is for the person.

    The address of a page names no work for certain and does not count.
    """
    found: dict[Identifier, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        if link.item is not None:
            for identifier in link.entry.identifiers | link.item.identifiers:
                if not identifier.is_page:
                    found[identifier][link.item.key].append(link.row.id)
    # Works with a DOI and an arXiv ID in common are reported once, not twice.
    reported: set[tuple[str, ...]] = set()
    for identifier, by_key in sorted(found.items()):
        keys = tuple(sorted(by_key))
        if len(keys) > 1 and keys not in reported:
            reported.add(keys)
            yield SameWork(identifier, keys, tuple(id_ for key in keys for id_ in by_key[key]))
