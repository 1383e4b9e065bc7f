"""Quiet links: those that a run need not look at, as nothing that bears on them has changed.

A run that finds a link in sync leaves a *mark*: prints of what it was judged by, and the keys by
which anything else could bear on it. In a later run all is *loud* that has no mark, has changed
since, or shares a key with what is loud. `reconcile` gets what is loud; the rest stays as it is.
`tests/core/test_quiet.py` shows that both come to the same plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import field, replace
from typing import Protocol, TypeVar

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import subjects_of
from zoterodigest.core.plan.run_options import LibraryState
from zoterodigest.core.reconcile.link_keys import (
    Keys,
    key_of_digest,
    key_of_item,
    keys_of_entry,
    keys_of_item,
    keys_of_link,
    keys_of_moves,
    named_items,
    named_rows,
)
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry, Item
from zoterodigest.core.works.pairing import heading_prints
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class LinkMark:
    """A link that was in sync: the prints of its row and its entry, and the keys of both.

    The row of a link that has ended, or of a digest that takes no part, has no entry.
    """

    digest: SourceKey
    row: str
    entry: str | None
    keys: Keys


@dataclass(frozen=True, slots=True)
class ItemMark:
    """An item that gave no cause for anything: its print and its keys; it may have no link."""

    print: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class Marks:
    """What a run that found everything in sync leaves: marks of links by row id, of items by key.

    `common` stands for all that bears on every link, `digests` for what bears on all of a digest.
    """

    common: str = ""
    digests: Mapping[SourceKey, str] = field(default_factory=dict)
    links: Mapping[str, LinkMark] = field(default_factory=dict)
    items: Mapping[str, ItemMark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prints:
    """What a run finds, as prints: equal ones stand for what has not changed.

    `common` covers options, collections and which digests there are; a digest's print its rules,
    headings and collections; a row's what is remembered of it; an item's its notes, its attachments
    and the collections in which it was seen. `entries` are in the order of their digest.
    """

    common: str
    digests: Mapping[SourceKey, str]
    rows: Mapping[str, str]
    entries: Mapping[SourceKey, Sequence[str]]
    items: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loud:
    """What a run has to look at: row ids, item keys, and by digest the places of entries."""

    rows: frozenset[str]
    items: frozenset[str]
    entries: Mapping[SourceKey, frozenset[int]]


def changed_since(marks: Marks, prints: Prints) -> Loud | None:
    """Return what has no mark or has changed since it got one; None if that may be everything.

    What is gone counts as well: `rows` and `items` also hold the ids and keys of that.
    """
    if marks.common != prints.common or marks.digests.keys() != prints.digests.keys():
        return None
    # Equal entries of one digest, as of twins, can't be told apart by their prints.
    now = {digest: Counter(found) for digest, found in prints.entries.items()}
    then: dict[SourceKey, Counter[str | None]] = defaultdict(Counter)
    for mark in marks.links.values():
        then[mark.digest][mark.entry] += 1
    rows = (marks.links.keys() | prints.rows.keys()) - {
        row_id
        for row_id, mark in marks.links.items()
        if prints.rows.get(row_id) == mark.row
        and marks.digests.get(mark.digest) == prints.digests.get(mark.digest)
        and (
            mark.entry is None or now[mark.digest][mark.entry] == then[mark.digest][mark.entry] == 1
        )
    }
    items = (marks.items.keys() | prints.items.keys()) - {
        key for key, mark in marks.items.items() if prints.items.get(key) == mark.print
    }
    return _loud(marks, prints, frozenset(rows), frozenset(items))


_MOST_STEPS = 10
"""Over how many others two links may be related before everything counts as loud."""


def with_all_related(marks: Marks, prints: Prints, loud: Loud, keys: Set[str]) -> Loud | None:
    """Return `loud` with all that shares a key with it, directly or over others.

    `keys` are those that it has now (`keys_now`); those that it had are in the marks. None: so
    much of it is loud that a run had better look at everything.
    """
    rows, items = set(loud.rows), set(loud.items)
    # Those of before as well: what shared a key with a link that lost it may be paired anew.
    news = set(keys).union(
        *(marks.links[row_id].keys for row_id in rows & marks.links.keys()),
        *(marks.items[key].keys for key in items & marks.items.keys()),
    )
    # No index of all keys: to look through 20,000 marks takes 4 ms, to make one 0.1 s.
    for _ in range(_MOST_STEPS):
        # Heard, not told: a move wakes its digest, but no link wakes others by standing in one.
        woken = {digest for digest in marks.digests if key_of_digest(digest) in news}
        found = {
            row_id
            for row_id, link in marks.links.items()
            if link.digest in woken or not news.isdisjoint(link.keys)
        }
        named = {key for key, one in marks.items.items() if not news.isdisjoint(one.keys)}
        # Whatever marks tell of their keys: a key that names one was looked for elsewhere, too.
        found = (found | named_rows(news) & marks.links.keys()) - rows
        named = (named | named_items(news) & marks.items.keys()) - items
        if not found and not named:
            is_most = 2 * len(rows) > len(prints.rows)
            return None if is_most else _loud(marks, prints, frozenset(rows), frozenset(items))
        rows |= found
        items |= named
        news = set[str]().union(
            *(marks.links[row_id].keys for row_id in found),
            *(marks.items[key].keys for key in named),
        )
    return None


def _loud(marks: Marks, prints: Prints, rows: frozenset[str], items: frozenset[str]) -> Loud:
    quiet: dict[SourceKey, set[str | None]] = defaultdict(set)
    for row_id, mark in marks.links.items():
        if row_id not in rows:
            quiet[mark.digest].add(mark.entry)
    entries = {
        digest: frozenset(at for at, one in enumerate(found) if one not in quiet[digest])
        for digest, found in prints.entries.items()
    }
    return Loud(rows, items, entries)


# --- planning over what is loud ------------------------------------------------------------------


_Part = TypeVar("_Part")


class LoudPlanner(Protocol[_Part]):
    """Reads and plans what is loud, as a part of everything."""

    def read(self, loud: Loud) -> _Part | None:
        """Return what is loud; None if it can't be read in part."""
        ...

    def keys(self, part: _Part) -> Keys:
        """Return the keys of a part as it is now (`keys_now`)."""
        ...

    def plan(self, part: _Part) -> Plan:
        """Return the plan of a part; rows that are quiet are not in it."""
        ...

    def near(self, part: _Part, plan: Plan) -> Keys:
        """Return further keys of what the plan of a part links anew."""
        ...


def keys_now(rows: Iterable[LockRow], entries: Iterable[Entry], items: Iterable[Item]) -> Keys:
    """Return the keys of all of these."""
    of_rows = (keys_of_link(row, None) for row in rows)
    return frozenset().union(*of_rows, *map(keys_of_entry, entries), *map(keys_of_item, items))


def plan_loud(
    marks: Marks, prints: Prints, planner: LoudPlanner[_Part]
) -> tuple[_Part, Plan, Loud] | None:
    """Return what is loud as it was read, its plan, and what it is; None if everything has to be
    read.
    """
    loud, moves = changed_since(marks, prints), Keys()
    while loud is not None and (part := planner.read(loud)) is not None:
        keys = planner.keys(part)
        more = with_all_related(marks, prints, loud, keys | moves)
        if more == loud:
            planned = planner.plan(part)
            news = keys_of_moves(planned.links) | planner.near(part, planned)
            if news <= moves:
                return part, planned, loud
            moves |= news
            more = with_all_related(marks, prints, loud, keys | moves)
        loud = more
    return None


# --- marks ---------------------------------------------------------------------------------------


def marks_of(
    plan: Plan, entries: Sequence[Entry], library: LibraryState, prints: Prints
) -> Marks | None:
    """Return the marks that a run leaves which planned `plan` over all of this; None if not all is
    in sync.

    What a report is about gets no mark: it is looked at, and reported, in each run.
    """
    if not plan.is_settled:
        return None
    named = [*map(subjects_of, plan.reports)]
    rows = {row_id for one in named for row_id in one.rows}
    items = {key for one in named for key in one.items}
    digests = {one.digest for one in named}
    if "" in digests:  # a collection in which those of several digests lie
        return None
    found = _link_marks(plan, entries, prints)
    known = {item.key: keys_of_item(item) for item in library.items}
    return Marks(
        prints.common,
        prints.digests,
        {
            row_id: mark
            for row_id, mark in found.items()
            if row_id not in rows and mark.digest not in digests
        },
        {
            # What belongs to no item, as a note that stands by itself, is known by its own key.
            key: ItemMark(one, known.get(key) or Keys((key_of_item(key),)))
            for key, one in prints.items.items()
            if key not in items
        },
    )


def _link_marks(plan: Plan, entries: Sequence[Entry], prints: Prints) -> dict[str, LinkMark]:
    """Return the marks of all rows of a plan; of links only where the row says where they stand."""
    # By place in its digest, as prints of entries are: `index` counts through all digests.
    places, number = list[int](), Counter[SourceKey]()
    for entry in entries:
        places.append(number[entry.digest])
        number[entry.digest] += 1
    linked = {link.row.id: link for link in plan.links}
    marks: dict[str, LinkMark] = {}
    for row in plan.rows:
        link = linked.get(row.id)
        if link is None:
            marks[row.id] = LinkMark(row.digest, prints.rows[row.id], None, keys_of_link(row, None))
        elif row.place == (link.entry.digest, heading_prints(link.entry)):
            print_ = prints.entries[row.digest][places[link.index]]
            keys = keys_of_link(row, link.entry)
            marks[row.id] = LinkMark(row.digest, prints.rows[row.id], print_, keys)
    return marks


def merged_marks(marks: Marks, news: Marks, loud: Loud) -> Marks:
    """Return `marks` with the `news` of a run that looked at what is `loud`."""
    return replace(
        marks,
        links={
            **{key: one for key, one in marks.links.items() if key not in loud.rows},
            **news.links,
        },
        items={
            **{key: one for key, one in marks.items.items() if key not in loud.items},
            **news.items,
        },
    )
