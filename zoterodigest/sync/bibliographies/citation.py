"""Citation keys in a project: which are fixed, and which new ones a plan writes into items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.keys import is_provisional
from zoterodigest.core.links.link import Base, LockRow, Print, fingerprint, print_of
from zoterodigest.core.plan.plan import Action, ChangeItem, CreateEntry, CreateItem, Plan, TrashItem
from zoterodigest.core.values.record import CITEKEY, EMPTY, Entry, Item, text_in
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import Contents, core_item, is_top_level
from zoterodigest.library.records.items import item_changes, new_item
from zoterodigest.library.records.works import Reference, read_work, references
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.sync.bibliographies.aliases import Aliases, project_aliases
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace


def keyed_items(
    data: Iterable[Data],
    workspace: Workspace,
    gathered: Gathered,
    contents: Contents,
    *,
    created: Sequence[Item] = (),
    noted: Mapping[str, str],
) -> tuple[tuple[Reference, ...], tuple[Aliases, ...]]:
    """Return items (API data with their keys) with the citation keys that stand for them, and the
    aliases of each .bib of the project.

    What stands in a .bib goes before what the lock file says was written there, the .bib that is
    configured first before the others. A key that an export wrote while it was provisional counts
    as well: documents may cite it. Keys of items in the trash are taken, but for those of items
    that were merged into a live one: it is that item. `created` are items about to be made, `noted`
    the keys that their notes state, by item: these go before new ones.
    """
    aliases = project_aliases(workspace, gathered, (*contents.items, *created))
    trashed = {
        one.key: one.json.stated_citekey for one in contents.by_key.values() if one.is_trashed
    }
    merged = dict(_merged(contents.items, trashed))
    fixed = {**noted, **merged} | {one.item: one.key for one in reversed(gathered.lock.exported)}
    # Reversed: the .bib that is configured first is written last, so its keys win.
    for one in reversed(aliases):
        fixed |= one.keys
    taken = {key for one in aliases for key in one.lines}
    taken |= set(trashed.values()) - set(merged.values())
    formula = workspace.project.configuration.citekeys.formula or ""
    named = references(
        data, bib_rules(), formula=formula, fixed=fixed, taken=frozenset(taken - {""})
    )
    return named, aliases


def _merged(items: Iterable[Item], trashed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each live item with the citation key of one in the trash that was merged into it."""
    for item in items:
        keys = [key for old in sorted(item.replaces) if (key := trashed.get(old, ""))]
        if keys and not item.is_trashed:
            yield item.key, keys[0]


def live_items(contents: Contents) -> Iterator[Data]:
    """Yield the data of the regular items that are not in the trash, with their keys."""
    for one in contents.by_key.values():
        if is_top_level(one) and not one.is_trashed:
            yield {**one.data, "key": one.key}


# --- in a plan -----------------------------------------------------------------------------------


def with_citation_keys(plan: Plan, workspace: Workspace, gathered: Gathered) -> Plan:
    """Return `plan` with new citation keys for the items of its links that have none.

    Only a project with a bibliography has them written, over links whose digest brings all of its
    fields to the library, those of entries that the plan makes included. An item whose Extra states
    a key, whose key would be provisional, or from which somebody took the key that we wrote, gets
    none.
    """
    lacking, data = _needing(plan, workspace, gathered)
    if not lacking:
        return plan
    created = [
        core_item(LibraryItem(action.key, 0, data[action.key]), (), workspace.zotero, {})
        for action in plan.actions
        if isinstance(action, CreateItem)
    ]
    # Reversed: of several notes about one item the first counts.
    stated = ((link.row.item, _stated_key(link.entry)) for link in reversed(plan.links))
    named, _ = keyed_items(
        data.values(),
        workspace,
        gathered,
        gathered.contents,
        created=created,
        noted={key: text for key, text in stated if text},
    )
    found = {one.work.key: one.key.text for one in named if one.is_lasting}
    return _filled(plan, {key: ids for key, ids in lacking.items() if key in found}, found)


def _stated_key(entry: Entry) -> str:
    """Return the citation key that an entry states; that of a note may be the name of its file."""
    return text_in(entry.fields, CITEKEY) or (entry.key if entry.is_file else "")


def are_keys_fixed(plan: Plan, workspace: Workspace, gathered: Gathered) -> bool:
    """Tell whether no item waits for a citation key, once `plan` has nothing to do.

    One that does gets its key when another item, which may have no link, has this key no longer.
    """
    return not _needing(plan, workspace, gathered)[0]


def _needing(
    plan: Plan, workspace: Workspace, gathered: Gathered
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Data]]:
    """Return the items that are to get a lasting citation key, each with the rows of its links, and
    the data of all items; empty ones if no item is.
    """
    has_bibs = bool(workspace.project.configuration.bibliographies)
    lacking = _lacking(plan, gathered) if has_bibs else {}
    if not lacking:
        return {}, {}
    rules, data = bib_rules(), _data_after(plan, gathered.contents, workspace.zotero)
    works = {key: read_work(data[key], rules) for key in lacking}
    found = {
        key: row_ids
        for key, row_ids in lacking.items()
        if not works[key].stated_citekey and not is_provisional(works[key])
    }
    return found, data


def _data_after(plan: Plan, contents: Contents, zotero: ZoteroMapping) -> dict[str, Data]:
    """Return the data of all live items, with their keys, as they are when `plan` is done."""
    found: dict[str, Data] = {ItemJson(data).text("key"): data for data in live_items(contents)}
    for action in plan.actions:
        match action:
            case CreateItem():
                found[action.key] = {**new_item(action.fields, zotero), "key": action.key}
            case ChangeItem() if action.key in found:
                data = found[action.key]
                found[action.key] = {**data, **item_changes(data, action.after, zotero)}
            case TrashItem():
                found.pop(action.key, None)
            case _:
                pass
    return found


def _lacking(plan: Plan, gathered: Gathered) -> dict[str, tuple[str, ...]]:
    """Return the items that may get a citation key, each with the rows of its links."""
    bringing = {read.key for read in gathered.digests if read.digest.rules.push is True}
    given = {
        row.item for row in gathered.lock.rows if CITEKEY in row.bases or CITEKEY in row.diverged
    }
    leaving = {action.key for action in plan.actions if isinstance(action, TrashItem)}
    found: dict[str, tuple[str, ...]] = {}
    for link in plan.links:
        key, item = link.row.item, link.item
        is_empty = item is None or (not item.is_trashed and item.fields.get(CITEKEY) == EMPTY)
        is_linked = link.row.is_linked and link.row.digest in bringing
        if is_empty and is_linked and key not in given | leaving:
            found[key] = (*found.get(key, ()), link.row.id)
    # Entries that the plan makes have no links yet.
    for action in plan.actions:
        if not isinstance(action, CreateEntry):
            continue
        key = action.item.key
        is_empty = action.item.fields.get(CITEKEY) == EMPTY
        if is_empty and action.digest in bringing and key not in given | leaving:
            found[key] = (*found.get(key, ()), action.row_id)
    return found


def _filled(plan: Plan, lacking: Mapping[str, tuple[str, ...]], keys: Mapping[str, str]) -> Plan:
    """Return `plan` with these citation keys in the writes of these items."""
    actions: list[Action] = []
    done: set[str] = set()
    for action in plan.actions:
        if isinstance(action, CreateItem | ChangeItem) and action.key in lacking:
            done.add(action.key)
            action = _with_key(action, keys[action.key])
        actions.append(action)
    new = (one.item for one in plan.actions if isinstance(one, CreateEntry))
    linked = (link.item for link in plan.links if link.item is not None)
    versions = {item.key: item.version for item in (*new, *linked)}
    for key, row_ids in lacking.items():
        if key not in done:
            change = ChangeItem(key, versions[key], {}, {}, row_ids)
            actions.append(_with_key(change, keys[key]))
    return replace(plan, actions=tuple(actions))


def _with_key(action: CreateItem | ChangeItem, key: str) -> CreateItem | ChangeItem:
    if isinstance(action, CreateItem):
        return replace(action, fields={**action.fields, CITEKEY: key})
    return replace(
        action,
        before={**action.before, CITEKEY: EMPTY},
        after={**action.after, CITEKEY: key},
        fills=action.fills | {CITEKEY},
    )


# --- in the lock file ----------------------------------------------------------------------------


def with_key_noted(row: LockRow, key: str) -> LockRow:
    """Return `row` with the citation key that was written into its item, so that it is known as
    ours: its base has nothing at the end of an entry that doesn't show it.
    """
    base = row.bases.get(CITEKEY)
    if base is None or not base.at_entry.parts:
        base = Base(Print(fingerprint(""), ()), print_of(key, key))
    origin = row.origin
    if not origin.item:
        origin = replace(origin, fields=origin.fields | {CITEKEY})
    return replace(row, bases={**row.bases, CITEKEY: base}, origin=origin)
