"""Conflicts decided: by a person's choice, or by the end that their configuration prefers."""

from __future__ import annotations

from collections.abc import Container

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.links.merge import (
    Clash,
    FieldEnds,
    InSync,
    Merge,
    Propagated,
    Side,
    count_named,
    ends_of,
    would_lose_identifier,
    would_lose_title,
)
from zoterodigest.core.links.view import as_links, as_shown, equal, for_item, hyperlinks_in
from zoterodigest.core.plan.run_options import Choices, End, RunOptions, entry_end
from zoterodigest.core.values.record import (
    SECTION,
    Hyperlink,
    Value,
    WebLinks,
    is_empty,
)

SECTIONS = "sections"


def decided(
    merged: Merge, sides: tuple[Side, Side], row: LockRow, run_options: RunOptions
) -> Merge:
    """Return `merged` with its conflicts, and its diverged fields, decided where they can be.

    `merged` is what the link of `row` asks for.

    A choice overrides a preference. A preference decides conflicts only. If a choice was made when
    the ends held other values, the field stays as it is.
    """
    if not (
        run_options.fills
        or run_options.prefer
        or run_options.choices.by_field
        or run_options.only_choices
    ):
        return merged
    chosen = _chosen(sides, row, run_options)
    preferred: dict[str, End | Value] = {}
    if run_options.only_choices:
        # Only what the person chose is propagated; conflicts are still reported.
        kept = merged.results.items()
        waiting = {n for n, one in kept if isinstance(one, Propagated) and n not in chosen}
        merged = Merge({**merged.results, **dict.fromkeys(waiting, InSync())})
    else:
        preferred = _preferred(merged, sides, entry_end(row.digest), run_options)
    filled = _filled(merged, sides, run_options)
    # In this order a later decision replaces an earlier one: filled in, preferred, chosen.
    decisions = {**filled, **preferred, **chosen}
    both = sides[0].fields.keys() & sides[1].fields.keys()
    results = {
        name: _propagated(ends_of(name, *sides), decisions[name], row, run_options)
        for name in decisions
        if name in both
    }
    return Merge({**merged.results, **results})


def is_chosen(choices: Choices, row_id: str, name: str) -> bool:
    """Tell whether a person chose what becomes of this field; then directions do not matter."""
    return (row_id, name) in choices.by_field


def _filled(merged: Merge, sides: tuple[Side, Side], run_options: RunOptions) -> dict[str, End]:
    """Return the fields that the entry is to be filled in with, as the person asked for it."""
    entry, item = sides[0].fields, sides[1].fields
    touched = {*merged.to_entry, *merged.to_item, *merged.conflicts}
    return {
        name: End.ZOTERO
        for name in sorted((entry.keys() & item.keys()) - touched)
        if _key(name, run_options.fills) in run_options.fills
        and is_empty(entry[name])
        and not is_empty(item[name])
    }


def _key(name: str, known: Container[str]) -> str:
    """Return the name under which a field is known: its own, or that of all sections."""
    return SECTIONS if name.startswith(SECTION) and name not in known else name


def _preferred(
    merged: Merge, sides: tuple[Side, Side], entry: End, run_options: RunOptions
) -> dict[str, End | Value]:
    """Return what is preferred for the conflicts of a link whose entry is the end `entry`.

    It clears no identifier in an entry, and no title in an item. Of a text only what collides is
    decided.
    """
    preferred: dict[str, End | Value] = {}
    for name, result in sorted(merged.results.items()):
        if not isinstance(result, Clash):
            continue
        end = run_options.prefer.get(_key(name, run_options.prefer))
        at_entry, at_item = (side.fields[name] for side in sides)
        is_safe = (
            not would_lose_identifier(name, at_item)
            if end is End.ZOTERO
            else end is entry and not would_lose_title(name, at_entry)
        )
        if end is not None and is_safe:
            merges = result.if_item if end is End.ZOTERO else result.if_entry
            preferred[name] = end if merges is None else merges
    return preferred


def _chosen(
    sides: tuple[Side, Side], row: LockRow, run_options: RunOptions
) -> dict[str, End | Value]:
    return {
        name: choice
        for (id_, name), choice in sorted(
            run_options.choices.by_field.items(), key=lambda it: it[0]
        )
        if id_ == row.id and _is_as_seen(sides, row, name, run_options)
    }


def _is_as_seen(sides: tuple[Side, Side], row: LockRow, name: str, run_options: RunOptions) -> bool:
    """Tell whether both ends hold what the person saw, or the item what was chosen already."""
    key = row.id, name
    if key not in run_options.choices.seen:
        return True
    seen_entry, seen_item = run_options.choices.seen[key]
    entry, item = (side.fields.get(name) for side in sides)
    if entry != seen_entry or item is None:
        return False
    choice = run_options.choices.by_field[key]
    seen = FieldEnds(name, seen_entry, seen_item, "", "")
    return item in (seen_item, _propagated(seen, choice, row, run_options).to_item)


def _propagated(
    ends: FieldEnds, choice: End | Value, row: LockRow, run_options: RunOptions
) -> Propagated:
    """Return what brings both ends of a field to what was chosen."""
    name, entry, item, folding = ends.name, ends.entry, ends.item, run_options.folding
    named = count_named(ends, row.bases.get(name), folding)
    match choice:
        case End.MARKDOWN | End.BIB if isinstance(entry, WebLinks) or isinstance(item, WebLinks):
            value = _joined(entry, item)
        case End.ZOTERO if isinstance(entry, WebLinks) or isinstance(item, WebLinks):
            value = _joined(item, entry)
        case End.MARKDOWN | End.BIB:
            return Propagated(to_item=for_item(entry, item, named))
        case End.ZOTERO:
            return Propagated(to_entry=as_shown(name, entry, item, folding))
        case _:
            value = choice
    to_entry = None if equal(name, entry, value, folding) else value
    to_item = None if equal(name, item, value, folding) else for_item(value, item, named)
    return Propagated(to_entry, to_item)


def _joined(first: Value, second: Value) -> Value:
    """Return the links of both, of one label those of the first."""
    links = hyperlinks_in(first)
    labels = {_label(link) for link in links}
    return as_links((*links, *(one for one in hyperlinks_in(second) if _label(one) not in labels)))


def _label(link: Hyperlink) -> str:
    return link.label.casefold().strip()
