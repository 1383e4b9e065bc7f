"""Exporting: what the .bib files of a project are to hold, and which entries in them are ours.

Pure but for the documents whose citations decide. What is planned and what is then written come
from the same functions, over the library as it is foreseen and over the library as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from zoterodigest.bibtex.cited.cited import Cited, KeyAt
from zoterodigest.bibtex.edit.document import FIELDS, read_bib
from zoterodigest.bibtex.edit.operations import TYPE, DeclinedBibEdit
from zoterodigest.bibtex.edit.splice import (
    TAKEN_OUT,
    Updated,
    free_bib_key,
    update,
)
from zoterodigest.bibtex.export.entry import to_entry
from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.reading import bib_fields_of
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.links.link import Exported, LockFile, LockRow
from zoterodigest.core.plan.plan import BibEntryId, Plan, bib_entry_id
from zoterodigest.core.values.file_keys import BibKey
from zoterodigest.core.values.record import Entry
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents, collection_paths, collections_within
from zoterodigest.project.documents import read_cited
from zoterodigest.project.layout import BibFile
from zoterodigest.project.log.journal import Exporting
from zoterodigest.sync.bibliographies.aliases import aliases_in
from zoterodigest.sync.bibliographies.bib_edits import BibEdit, bib_style
from zoterodigest.sync.bibliographies.works import (
    LinkedItems,
    Works,
    all_in_order,
    linked_by,
    works_of,
)
from zoterodigest.sync.gathering.foreseeing import contents_after
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.gathering.writes import Writes


@dataclass(frozen=True, slots=True)
class NewBib:
    """One .bib as an export leaves it.

    `before` is what stands in it (None: there is no file), `entries` are those of ours afterwards
    and `known` those of ours before; `following` are the keys of those that were brought up to date
    with their items. `is_made` tells whether our exports made the file. `missing`
    are citations of works that stand nowhere, `unsettable` the signs of each entry that pdflatex
    lacks, `wanted` the number of works that belong in it, `failure` why nothing could be exported.
    """

    bib: BibFile
    before: bytes | None
    updated: Updated
    known: tuple[Exported, ...] = ()
    entries: tuple[Exported, ...] = ()
    following: frozenset[str] = frozenset()
    was_made: bool = False
    is_made: bool = False
    missing: tuple[KeyAt, ...] = ()
    unsettable: tuple[str, ...] = ()
    wanted: int = 0
    failure: str = ""

    @classmethod
    def unchanged(cls, bib: BibFile, data: bytes | None, source: bytes, lock: LockFile) -> NewBib:
        """Return a .bib that holds `data`, with edits `source`, before anything is exported."""
        known = tuple(one for one in lock.exported if one.bibliography == bib.key)
        is_made, now = bib.key in lock.made, Updated(source)
        return cls(bib, data, now, known, known, was_made=is_made, is_made=is_made)

    @property
    def key(self) -> BibKey:
        """What the lock file calls it."""
        return self.bib.key

    @property
    def source(self) -> bytes:
        """The bytes that are to stand in it."""
        return self.updated.source

    @property
    def is_change(self) -> bool:
        """Whether the file will differ."""
        return self.source != (self.before or b"")

    @property
    def exporting(self) -> Exporting:
        """What the journal says of it before it is written."""
        made = frozenset([self.key] if self.is_made and not self.was_made else ())
        return Exporting(self.key, LockFile(exported=self.entries, made=made))

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to write into it, and nothing of it to record."""
        is_known = self.entries == self.known and self.is_made == self.was_made
        return is_known and not self.is_change


def with_exports(lock: LockFile, exports: Iterable[NewBib]) -> LockFile:
    """Return `lock` with the entries that are ours after `exports`."""
    new = {bib.key: bib for bib in exports}
    others = (one for one in lock.exported if one.bibliography not in new)
    ours = (one for bib in new.values() for one in bib.entries)
    ordered = sorted((*others, *ours), key=lambda one: one.place)
    made = lock.made | {key for key, bib in new.items() if bib.is_made}
    return replace(lock, exported=tuple(ordered), made=made)


def without_edited(lock: LockFile, entries: Iterable[Entry]) -> LockFile:
    """Return `lock` without the prints of fields that somebody has edited in `entries` of .bib
    files, if both ends of their links agree on that now.

    Else what an export wrote there before would be no edit when a person brings it back. An export
    renews the prints of what it rewrites; but not every run exports, nor rewrites every entry.
    """
    ours: dict[BibEntryId, Exported] = {one.place: one for one in lock.exported if one.prints}
    linked = (row for row in lock.rows if row.digest.is_bib and row.is_linked)
    rows: dict[BibEntryId, LockRow] = {(row.digest, row.key): row for row in linked if ours}
    for entry in entries if rows else ():
        place: BibEntryId = entry.digest, entry.key
        row = rows.get(bib_entry_id(*place)) if place in ours else None
        if row is None:
            continue
        edited = (name for name in FIELDS if name not in entry.ours)
        agreed = (it for it in edited if row.agrees_at_entry(it, entry.raws.get(it, "")))
        if homes := {home for name in agreed for home in bib_fields_of(name)}:
            prints = {name: each for name, each in ours[place].prints.items() if name not in homes}
            ours[place] = replace(ours[place], prints=prints)
    exported = (ours.get(one.place, one) for one in lock.exported)
    return replace(lock, exported=tuple(exported))


def only_adds(bib: BibFile, source: bytes | None, lock: LockFile) -> bool:
    """Tell whether an export into a .bib that holds `source` touches nothing that stands there."""
    if bib.rules.add_only is not None:
        return bib.rules.add_only
    is_ours = bib.key in lock.made or not (source or b"").strip()
    return not is_ours and bib.rules.pull is False


def planned_bibs(
    plan: Plan, writes: Writes, gathered: Gathered, edits: Iterable[BibEdit], workspace: Workspace
) -> tuple[NewBib, ...]:
    """Return every .bib of the project as it is to be when `plan` is done."""
    if not gathered.bibs:
        return ()
    items = (write.item for write in writes.all)
    contents = contents_after(gathered.contents, items, workspace.zotero, writes.collections)
    return new_bibs(workspace, gathered, contents, edits, linked_by(plan))


def new_bibs(
    workspace: Workspace,
    gathered: Gathered,
    contents: Contents,
    edits: Iterable[BibEdit],
    linked: LinkedItems,
) -> tuple[NewBib, ...]:
    """Return every .bib of the project as it is to be with `contents` in the library.

    What `edits` change in its entries comes first. An entry keeps the citation key under which it
    stands in the .bib. Where a collection is not in the library or a document cannot be read,
    nothing changes and the reason is told.
    """
    works = works_of(workspace, gathered, contents, linked)
    is_older = gathered.seen is not None and gathered.seen.has_gone_back
    older = works_of(workspace, gathered, gathered.contents, linked) if is_older else None
    edited = {edit.read.key: edit.source for edit in edits}
    lock, exports = gathered.lock, []
    for read in gathered.bibs:
        source = edited.get(read.key, read.data) or b""
        present = NewBib.unchanged(read.bib, read.data, source, lock)
        adds, prunes = only_adds(read.bib, source, lock), read.bib.rules.prune
        known, there = present.known, (*_keys_in(source),)
        export = _Export(present, known, there, works, workspace, only_adds=adds, prunes=prunes)
        if older is not None:
            export = replace(export, known=_without_older(export, older))
        exports.append(export.new_bib())
    return tuple(exports)


@dataclass(frozen=True, slots=True)
class _Export:
    """One export into the .bib as it is at `present`; `there` are the citation keys in it, `known`
    its entries of ours, with the prints of what still is as an export wrote it.
    """

    present: NewBib
    known: tuple[Exported, ...]
    there: tuple[str, ...]
    works: Works
    workspace: Workspace
    only_adds: bool
    prunes: bool

    def new_bib(self) -> NewBib:
        present, works, bib = self.present, self.works, self.present.bib
        # In a .bib that is empty nobody has taken out anything.
        is_new = not present.source.strip()
        left = {item for file, item in works.linked.left if file == bib.key and not is_new}
        standing = {} if is_new else self._standing_keys()
        try:
            wanted, cited = self._selected(left & standing.keys()), self._cited()
        except ZoterodigestError as error:
            return replace(present, failure=str(error))
        keys = self._keys(standing)
        if cited is not None and not cited.cites_all:
            wanted = [key for key in wanted if keys[key] in cited.keys]
        if bib.rules.sort == "key":
            wanted.sort(key=lambda item: (keys[item].casefold(), keys[item]))
        taken_out = [DeclinedBibEdit(keys[item], "", TAKEN_OUT) for item in wanted if item in left]
        wanted = [item for item in wanted if item not in left]
        style, rules = bib_style(bib), bib_rules()
        entries = [to_entry(works.named[item].work, keys[item], style, rules) for item in wanted]
        known = () if is_new else self.known
        ours = {one.key: one.prints for one in known if one.prints}
        gone = {one.key for one in known if not one.prints} - {*self.there}
        diverged = works.linked.diverged
        # The entries of a mere copy of the library have no links, so none of them has diverged.
        linked = self.there if bib.is_two_way else ()
        held = {key for key in linked if bib_entry_id(bib.key, key) in diverged}
        held |= {keys[item] for item in wanted if item in works.linked.behind}
        updated = update(
            present.source,
            # Ours first: a new entry must not take the place of one that stands there.
            sorted(entries, key=lambda entry: entry.key not in ours),
            ours,
            add_only=self.only_adds,
            prune=self.prunes,
            adopted=(gone | {*standing.values()}) - ours.keys(),
            held=held,
        )
        return replace(
            present,
            updated=replace(updated, kept=(*updated.kept, *taken_out)),
            entries=self._ours(updated, {keys[item]: item for item in wanted}),
            following=self._following(updated, {keys[item] for item in wanted} - held) - held,
            is_made=present.was_made or (is_new and bool(updated.source.strip())),
            wanted=len(wanted) + len(taken_out),
            unsettable=tuple(entry.unsettable for entry in entries if entry.unsettable),
            missing=tuple(_missing(cited, keys.values(), updated.source)),
        )

    # --- which works

    def _selected(self, unlinked: Set[str]) -> list[str]:
        rules, works = self.present.bib.rules, self.works
        items = works.linked.items if rules.items == "digests" else all_in_order(works)
        paths = collection_paths(works.contents.collections)
        within = collections_within(paths, rules.collections)
        tags = frozenset(rules.tags)
        return [
            key
            for key in items
            if key not in unlinked
            and tags <= set(works.contents.by_key[key].json.tags)
            and (not rules.collections or within & {*works.contents.by_key[key].json.collections})
        ]

    def _cited(self) -> Cited | None:
        root, rules = self.workspace.project.root, self.present.bib.rules
        return read_cited([root / path for path in rules.cited]) if rules.cited else None

    # --- under which keys

    def _keys(self, standing: Mapping[str, str]) -> Mapping[str, str]:
        """Return the citation key of each work in this .bib, none twice.

        An entry of ours keeps its key, also if somebody has given it another one in the file:
        `update` follows it there. One of somebody's own has the key it has now.
        """
        ours: dict[str, str] = {}
        for one in self.known:
            if not one.prints and (one.item in standing or one.key in self.there):
                continue
            is_there = standing.get(one.item) == one.key
            if one.item in self.works.named and (is_there or one.item not in ours):
                ours[one.item] = one.key
        keys = {**standing, **ours}
        taken = {key.casefold() for key in keys.values()}
        others = {one.key.text.casefold() for one in self.works.named.values()}
        for item in sorted(self.works.named.keys() - keys.keys()):
            key = self.works.named[item].key.text
            # BibTeX compares keys without case: two that differ in case only are one to it.
            if key.casefold() in taken:
                key = free_bib_key(key, taken | others)
            keys[item] = key
            taken.add(key.casefold())
        return keys

    def _standing_keys(self) -> Mapping[str, str]:
        """Return the keys of works that stand here.

        Where no entry says which item it is, links tell: of the item into which those of several
        entries were merged.
        """
        works, bib = self.works, self.present.bib
        found = works.standing.get(bib.key)
        if found is None:
            items, venues = works.contents.items, self.workspace.zotero.venues
            document = read_bib(bib.key, self.present.source, venues)
            found = aliases_in(document, self.known, items).keys
        linked: dict[str, str] = {}
        for key in self.there:
            linked.setdefault(works.linked.entries.get(bib_entry_id(bib.key, key), ""), key)
        return {item: key for item, key in {**linked, **found}.items() if item in works.named}

    # --- which of it is ours

    def _following(self, updated: Updated, wanted: Set[str]) -> frozenset[str]:
        """Return the keys in the file of our entries that hold what their items do.

        An export that only adds brings none up to date but those that it adds.
        """
        keys = {updated.aliases.get(key, key) for key in wanted}
        refused = {one.key for one in updated.refused}
        keys = {*updated.added} if self.only_adds else keys
        return frozenset((keys & updated.ours.keys()) - refused)

    def _ours(self, updated: Updated, wanted: Mapping[str, str]) -> tuple[Exported, ...]:
        """Return the entries of ours, each with its item; a work that is wanted goes before.

        After them come those of somebody's own that tell of wanted works, or did.
        """
        bib, known = self.present.key, {one.key: one.item for one in self.known}
        items = {key: item for key, item in known.items() if wanted.get(key) == item}
        for key, item in wanted.items():
            items.setdefault(updated.aliases.get(key, key), item)
        told = {items[key] for key in updated.ours if key in items}
        standing = {*known, *_keys_in(updated.source)}
        # Of entries of somebody else only the key is kept: no print of theirs may pass for ours.
        adopted = {key for key, item in items.items() if key in standing and item not in told}
        items = {**known, **items}
        ours = [Exported(bib, key, items[key], prints) for key, prints in updated.ours.items()]
        others = [Exported(bib, key, items[key]) for key in adopted]
        return tuple(sorted((*ours, *others), key=lambda one: one.key))


def _without_older(export: _Export, older: Works) -> tuple[Exported, ...]:
    """Return the entries of ours without the prints of what a library that was restored from a
    backup, as it was read with the works `older`, would change or remove.

    The .bib may be the only place that still has it. So it counts as edited there, for later runs
    too: these don't know that the library was restored. An entry of no work keeps the print of its
    type: it stays ours, and follows once the library has the work again.
    """
    wanted = replace(export, works=older, only_adds=False, prunes=True).new_bib().updated
    known: list[Exported] = []
    for one in export.known:
        key = wanted.aliases.get(one.key, one.key)
        names = {*one.prints} - {TYPE} if key in wanted.removed else {*wanted.changed.get(key, ())}
        prints = {name: each for name, each in one.prints.items() if name not in names}
        known.append(replace(one, prints=prints))
    return tuple(known)


def _keys_in(source: bytes) -> Iterable[str]:
    bibliography = scan(source)
    return map(bibliography.key, bibliography.entries)


def _missing(cited: Cited | None, keys: Iterable[str], source: bytes) -> Iterable[KeyAt]:
    """Yield the first citation of each key that no work has, and no entry of `source`."""
    known = {*keys, *_keys_in(source)} if cited else set[str]()
    for citation in cited.citations if cited else ():
        if citation.key not in known:
            known.add(citation.key)
            yield citation
