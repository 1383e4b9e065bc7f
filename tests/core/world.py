"""A world of plain values in which plans come true: digests, items and the lock file as dicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from zoterodigest.core.links.link import CollectionRow, LockRow
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateCollection,
    CreateItem,
    CreateNote,
    Plan,
    RenameCollection,
    TrashNote,
)
from zoterodigest.core.plan.run_options import (
    ALL,
    Directions,
    LastSync,
    LibraryState,
    Rules,
    RunOptions,
)
from zoterodigest.core.reconcile.reconcile import reconcile
from zoterodigest.core.reconcile.settle import settle
from zoterodigest.core.values.file_keys import source_key
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    ChildNote,
    Collection,
    Empty,
    Entry,
    Fields,
    Item,
    Members,
    Names,
    Value,
    WebLinks,
    is_empty,
    value_parts,
)

EVERY_RECORD_FIELD: Fields = dict.fromkeys(
    ("title", "authors", "venue", "task", "date", "arxiv", "doi", "links", "abstract"), EMPTY
)

TWO_WAY = Directions(push=ALL, pull=ALL)


def raw_of(value: Value) -> str:
    """The text that stands for a value in this world."""
    return "; ".join(value_parts(value))


def raws_of(fields: Fields) -> dict[str, str]:
    return {name: raw_of(value) for name, value in fields.items()}


def value(text: Value | Sequence[str], name: str) -> Value:
    match text:
        case str() | Names() | Members() | WebLinks() | Blocks() | Empty():
            return text
        case _ if name == "authors":
            return Names(tuple(text))
        case _ if name in ("task", "award", "categories"):
            return Members(tuple(text))
        case _:
            return Blocks(tuple(text))


def an_entry(
    digest: str = "a.md",
    *,
    arxiv: str = "",
    under: Sequence[str] = (),
    ids: Sequence[Identifier] = (),
    is_unreadable: bool = False,
    **given: Value | Sequence[str],
) -> Entry:
    fields = {name: value(text, name) for name, text in given.items()}
    identifiers = {*ids, *([Identifier("arxiv", arxiv)] if arxiv else [])}
    if arxiv:
        fields["arxiv"] = arxiv
    texts = tuple(key.partition("#")[0] for key in under)
    return Entry(
        source_key(digest), fields, raws_of(fields), frozenset(identifiers), texts, tuple(under),
        is_unreadable=is_unreadable,
    )  # fmt: skip


def an_item(
    key: str,
    *,
    arxiv: str = "",
    doi: str = "",
    collections: Sequence[str] = (),
    is_trashed: bool = False,
    **given: Value | Sequence[str],
) -> Item:
    fields = dict(EVERY_RECORD_FIELD)
    fields |= {name: value(text, name) for name, text in given.items()}
    fields |= {"arxiv": arxiv, "doi": doi}
    return identified(
        Item(key, 1, fields, raws_of(fields), frozenset(), frozenset(collections), {}, is_trashed)
    )


def identified(item: Item) -> Item:
    found = {
        Identifier(scheme, text)
        for scheme in ("arxiv", "doi")
        if isinstance(text := item.fields.get(scheme), str) and text
    }
    return replace(item, identifiers=frozenset(found))


def row_ids() -> Iterator[str]:
    return (f"zd-{number:010d}" for number in count())


@dataclass
class World:
    """Digests and a library, and what the lock file knows of them."""

    digests: dict[str, list[Entry]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)
    rows: tuple[LockRow, ...] = ()
    collection_rows: tuple[CollectionRow, ...] = ()
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ids: Iterator[str] = field(default_factory=row_ids)
    group: str = ""
    parents: dict[str, str] = field(default_factory=dict)

    def plan(self, run_options: RunOptions | None = None, **given: Directions) -> Plan:
        run_options = run_options or self.run_options(**given)
        run = [digest for digest in self.digests if digest in run_options.rules]
        return reconcile(
            [entry for digest in run for entry in self.digests[digest]],
            LastSync(self.rows, self.collection_rows),
            LibraryState(
                tuple(self.items.values()),
                tuple(self.collections.values()),
                group=self.group,
                parents=self.parents,
            ),
            run_options,
            new_ids=self.ids,
        )

    def run_options(self, directions: Directions | None = None) -> RunOptions:
        gone = frozenset(row.digest for row in self.rows) - self.digests.keys()
        rules = {
            digest: Rules(directions or Directions(), self.names.get(digest, (digest,)))
            for digest in (*self.digests, *sorted(gone))
        }
        return RunOptions(rules, gone=gone)

    def run(self, run_options: RunOptions | None = None, **given: Directions) -> Plan:
        """Plan and carry the plan out, the lock file last."""
        plan = self.plan(run_options, **given)
        for action in plan.actions:
            self.carry_out(action)
        linked = {link.row.id for link in plan.links}
        folding = (run_options or self.run_options()).folding
        settled = [
            settle(replace(link, entry=self.now(link.entry)), self.items[link.row.item], folding)
            for link in plan.links
        ]
        kept = [row for row in plan.rows if row.id not in linked]
        self.rows = tuple(sorted((*kept, *settled), key=lambda row: row.id))
        self.collection_rows = plan.collection_rows
        self._changed.clear()
        return plan

    _changed: dict[int, Entry] = field(default_factory=dict)

    def now(self, entry: Entry) -> Entry:
        return self._changed.get(id(entry), entry)

    def carry_out(self, action: object) -> None:
        match action:
            case CreateCollection(key, name, parent):
                self.collections[key] = Collection(key, 1, name, parent)
            case RenameCollection(key, version, _, name):
                self.collections[key] = replace(
                    self.collections[key], name=name, version=version + 1
                )
            case CreateItem(key, fields, _, placed):
                assert key not in self.items
                full = {**EVERY_RECORD_FIELD, **fields}
                item = Item(key, 1, full, raws_of(full), collections=frozenset(placed))
                self.items[key] = identified(item)
            case ChangeItem(key, version, before, after, _, _, placed, unplaced):
                item = self.items[key]
                assert item.version == version
                assert all(item.fields[name] == text for name, text in before.items())
                self.edit_item(key, **after)
                self.items[key] = replace(
                    self.items[key],
                    collections=(item.collections | set(placed)) - set(unplaced),
                )
            case CreateNote(key, parent, row_id, _, fields):
                item = self.items[parent]
                assert row_id not in item.notes
                note = ChildNote(key, 1, fields, raws_of(fields))
                self.items[parent] = replace(item, notes={**item.notes, row_id: note})
            case ChangeNote(_, _, parent, row_id, _, _, after):
                self.edit_note(parent, row_id, **after)
            case TrashNote(key, version, parent, row_id, _):
                item = self.items[parent]
                assert (item.notes[row_id].key, item.notes[row_id].version) == (key, version)
                note = replace(item.notes[row_id], is_trashed=True)
                self.items[parent] = replace(item, notes={**item.notes, row_id: note})
            case ChangeEntry(entry, _, _, after):
                self._changed[id(entry)] = self.edit_entry(entry, **after)
            case _:
                raise AssertionError(action)

    def edit_item(self, key: str, **changes: Value) -> None:
        item = self.items[key]
        fields = {**item.fields, **changes}
        self.items[key] = identified(
            replace(item, fields=fields, raws=raws_of(fields), version=item.version + 1)
        )

    def edit_note(self, key: str, row_id: str, **changes: Value) -> None:
        item = self.items[key]
        note = item.notes[row_id]
        fields = {**note.fields, **changes}
        note = replace(note, fields=fields, raws=raws_of(fields), version=note.version + 1)
        self.items[key] = replace(item, notes={**item.notes, row_id: note})

    def edit_entry(self, entry: Entry, **changes: Value) -> Entry:
        fields = {**entry.fields, **changes}
        new = replace(entry, fields=fields, raws=raws_of(fields))
        if "arxiv" in changes and isinstance(arxiv := changes["arxiv"], str):
            new = replace(new, identifiers=frozenset({Identifier("arxiv", arxiv)}))
        for entries in self.digests.values():
            for place, known in enumerate(entries):
                if known is entry:
                    entries[place] = new
        return new

    def edit(self, digest: str, place: int, **changes: Value) -> Entry:
        return self.edit_entry(self.digests[digest][place], **changes)

    def lose_lock(self) -> None:
        """Forget all that the lock file knew."""
        self.rows, self.collection_rows, self.ids = (), (), row_ids()

    def row_of(self, digest: str, place: int) -> LockRow:
        plan = self.plan()
        entry = self.digests[digest][place]
        return next(link.row for link in plan.links if link.entry is entry)

    def item_of(self, digest: str, place: int) -> Item:
        return self.items[self.row_of(digest, place).item]

    def path_of(self, key: str) -> tuple[str, ...]:
        collection = self.collections[key]
        above = self.path_of(collection.parent) if collection.parent else ()
        return (*above, collection.name)

    def places_of(self, item: Item) -> set[tuple[str, ...]]:
        return {self.path_of(key) for key in item.collections}


def shown(fields: Mapping[str, Value]) -> dict[str, Value]:
    return {name: text for name, text in fields.items() if not is_empty(text)}


__all__ = ["Blocks", "WebLinks", "World", "an_entry", "an_item", "shown"]
