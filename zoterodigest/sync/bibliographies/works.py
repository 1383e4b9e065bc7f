"""The works that can stand in a .bib: their citation keys, and which are linked with entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import field, replace

from zoterodigest.bibtex.edit.document import NO_VENUES
from zoterodigest.bibtex.reading import standing_entries
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.links.link import LockRow
from zoterodigest.core.plan.plan import (
    Action,
    BibEntryId,
    ChangeItem,
    CreateEntry,
    Link,
    Plan,
    diverged_entries,
    items_behind,
    linked_entries,
)
from zoterodigest.core.values.record import Fields, Names, Value
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents
from zoterodigest.library.records.works import Reference, with_unnamed_authors
from zoterodigest.sync.bibliographies.citation import keyed_items, live_items
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.others import keys_in_notes
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LinkedItems:
    """Items that are linked with entries: `items` with those of digests, in their order; `left` are
    those whose entries somebody took out of a .bib, each with its file. Of the items in `cut`
    nobody knows all authors: an entry says "et al." behind as many as the item has. Those
    `not_read` are linked with entries that the run did not read. Those that are `behind` are older
    here than the lock file: their entries in a .bib may be newer. `entries` are the items of
    entries of .bib files; those `diverged` differ from their items until somebody resolves that.
    """

    items: tuple[str, ...] = ()
    left: frozenset[tuple[str, str]] = frozenset()
    cut: frozenset[str] = frozenset()
    not_read: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    entries: Mapping[BibEntryId, str] = field(default_factory=dict)
    diverged: frozenset[BibEntryId] = frozenset()


@dataclass(frozen=True, slots=True)
class Works:
    """What can stand in a .bib: all works of the library with their citation keys, by item key.

    `standing` are the keys of works in the .bib files of the project, by file.
    """

    contents: Contents
    named: Mapping[str, Reference]
    linked: LinkedItems
    standing: Mapping[str, Mapping[str, str]]


def works_of(
    workspace: Workspace, gathered: Gathered, contents: Contents, linked: LinkedItems
) -> Works:
    """Return the works of a library; keys that stand in a .bib or a note of the project hold."""
    cut = linked.cut.union(_cut_in_bibs(gathered, contents, linked.not_read))
    data = (with_unnamed_authors(one) if one["key"] in cut else one for one in live_items(contents))
    # Drafts cite papers by the keys of their notes, as `check-cites` and `citekeys list` read them.
    noted = keys_in_notes(workspace, gathered)
    named, aliases = keyed_items(data, workspace, gathered, contents, noted=noted)
    works = {one.work.key: one for one in named}
    items = tuple(key for key in linked.items if key in works)
    standing = {one.bibliography: one.keys for one in aliases}
    return Works(contents, works, replace(linked, items=items), standing)


def _cut_in_bibs(gathered: Gathered, contents: Contents, items: Set[str]) -> Iterator[str]:
    """Yield which of `items` have no more authors than an entry of ours names before "and others".

    Their entries in digests are not known in this run: what they said at the last export holds.
    """
    held = {item.key: item.fields.get("authors") for item in contents.items if item.key in items}
    for read in gathered.bibs if held else ():
        ours = {
            one.key: one.item
            for one in gathered.lock.exported
            if one.bibliography == read.key and one.prints and one.item in held
        }
        for entry in standing_entries(scan(read.data or b"")) if ours else ():
            if (item := ours.get(entry.key)) is None:
                continue
            if _names_all(entry.record(NO_VENUES).fields.get("authors"), held[item]):
                yield item


def is_cut(link: Link, filled: Fields) -> bool:
    """Tell whether an entry names all authors that its item has, and says that there are more.

    Authors that are still to be filled in count: the next run finds them in the item.
    """
    authors = link.entry.fields.get("authors")
    held = link.item.fields.get("authors") if link.item else authors
    held = filled.get("authors", held)
    return not link.row.digest.is_bib and _names_all(authors, held)


def _names_all(authors: Value | None, held: Value | None) -> bool:
    if not isinstance(authors, Names) or not authors.truncated:
        return False
    return isinstance(held, Names) and len(held.people) <= len(authors.people)


def linked_by(plan: Plan) -> LinkedItems:
    """Return which items are linked with entries once `plan` is done."""
    new = (action.item.key for action in plan.actions if isinstance(action, CreateEntry))
    linked = linked_items(plan.rows, plan.links, plan.actions)
    return replace(linked, items=tuple(dict.fromkeys((*linked.items, *new))))


def linked_items(
    rows: Sequence[LockRow], links: Sequence[Link], actions: Sequence[Action] = ()
) -> LinkedItems:
    """Return which items `rows` link with entries, in the order of `links`.

    Those of digests that take no part in the run come last. `actions` are still to be done.
    """
    bibs = [row for row in rows if row.digest.is_bib]
    left = {(row.digest, row.item) for row in bibs if not row.is_linked}
    left -= {(row.digest, row.item) for row in bibs if row.is_linked}
    places = {link.row.id: link.index for link in links}
    linked = (row for row in rows if row.links_digest)
    ordered = sorted(linked, key=lambda row: (places.get(row.id, len(places)), row.digest, row.id))
    filled = {action.key: action.after for action in actions if isinstance(action, ChangeItem)}
    cut = frozenset(link.row.item for link in links if is_cut(link, filled.get(link.row.item, {})))
    not_read = frozenset(row.item for row in ordered if row.id not in places)
    items = tuple(dict.fromkeys(row.item for row in ordered))
    entries = linked_entries(links, bibs)
    return LinkedItems(
        items,
        frozenset(left),
        cut,
        not_read,
        items_behind(links),
        entries,
        diverged_entries(links, rows),
    )


def all_in_order(works: Works) -> Sequence[str]:
    """Return all works: those of digests in their order, then the others by citation key."""
    others = works.named.keys() - set(works.linked.items)
    by_key = sorted(others, key=lambda item: (works.named[item].key.text, item))
    return (*works.linked.items, *by_key)
