"""Exporting: what the .bib files of a project are to hold, and which entries in them are ours.

Pure but for the documents whose citations decide. What is planned and what is then written come
from the same functions, over the library as it is foreseen and over the library as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from zoterodigest.bibtex.cited.cited import Cited, CitedKey
from zoterodigest.bibtex.edit.splice import (
    TAKEN_OUT,
    DeclinedBibEdit,
    Updated,
    free_bib_key,
    update,
)
from zoterodigest.bibtex.export.entry import BibEntry, to_entry
from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.links.link import Exported
from zoterodigest.core.plan.plan import Plan, bib_entry_id
from zoterodigest.core.values.file_keys import BibKey
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.records.contents import Contents, collection_paths, collections_within
from zoterodigest.project.digests import read_cited
from zoterodigest.project.layout import BibFile
from zoterodigest.project.lock.lock import LockFile
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
    missing: tuple[CitedKey, ...] = ()
    unsettable: tuple[str, ...] = ()
    wanted: int = 0
    failure: str = ""

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
        return Exporting(self.key, self.entries, self.is_made and not self.was_made)

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
    ordered = sorted((*others, *ours), key=lambda one: (one.bibliography, one.key))
    made = lock.made | {key for key, bib in new.items() if bib.is_made}
    return replace(lock, exported=tuple(ordered), made=made)


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

    What `edits` change in its entries comes first.
    """
    works = works_of(workspace, gathered, contents, linked)
    edited = {edit.read.key: edit.source for edit in edits}
    return tuple(
        replace(
            new_bib(read.bib, edited.get(read.key, read.data), works, gathered.lock, workspace),
            before=read.data,
        )
        for read in gathered.bibs
    )


def new_bib(
    bib: BibFile, source: bytes | None, works: Works, lock: LockFile, workspace: Workspace
) -> NewBib:
    """Return the .bib that holds `source` (None: there is none) with what it is to hold.

    An entry keeps the citation key under which it stands there. Where a collection is not in the
    library or a document cannot be read, nothing changes and the reason is told.
    """
    return _Export(bib, source, works, lock, workspace).new_bib()


@dataclass(frozen=True, slots=True)
class _Export:
    """One export into one .bib."""

    bib: BibFile
    source: bytes | None
    works: Works
    lock: LockFile
    workspace: Workspace

    def new_bib(self) -> NewBib:
        nothing = Updated(self.source or b"")
        present = NewBib(
            self.bib,
            self.source,
            nothing,
            self._known,
            self._known,
            was_made=self._was_made,
            is_made=self._was_made,
        )
        try:
            wanted, cited = self._selected(), self._cited()
        except ZoterodigestError as error:
            return replace(present, failure=str(error))
        keys = self._keys()
        if cited is not None and not cited.cites_all:
            wanted = [key for key in wanted if keys[key] in cited.keys]
        if self.bib.rules.sort == "key":
            wanted.sort(key=lambda item: (keys[item].casefold(), keys[item]))
        left = self._left
        taken_out = [DeclinedBibEdit(keys[item], "", TAKEN_OUT) for item in wanted if item in left]
        wanted = [item for item in wanted if item not in left]
        entries = [self._entry(item, keys[item]) for item in wanted]
        known = () if self._is_new else self._known
        ours = {one.key: one.prints for one in known if one.prints}
        gone = {one.key for one in known if not one.prints} - {*_keys_in(self.source or b"")}
        adopted = gone | {*self._standing_keys().values()}
        standing = [entry for entry in entries if entry.key in ours]
        entering = [entry for entry in entries if entry.key not in ours]
        held = self._diverged | {keys[item] for item in wanted if item in self.works.linked.behind}
        updated = update(
            self.source or b"",
            [*standing, *entering],
            ours,
            add_only=self._only_adds,
            prune=self.bib.rules.prune,
            adopted=adopted - ours.keys(),
            held=held,
        )
        return replace(
            present,
            updated=replace(updated, kept=(*updated.kept, *taken_out)),
            entries=self._ours(updated, {keys[item]: item for item in wanted}),
            following=self._following(updated, {keys[item] for item in wanted} - held) - held,
            is_made=self._was_made or (self._is_new and bool(updated.source.strip())),
            wanted=len(wanted) + len(taken_out),
            unsettable=tuple(entry.unsettable for entry in entries if entry.unsettable),
            missing=tuple(_missing(cited, keys.values(), updated.source)),
        )

    @property
    def _known(self) -> tuple[Exported, ...]:
        return tuple(one for one in self.lock.exported if one.bibliography == self.bib.key)

    @property
    def _was_made(self) -> bool:
        return self.bib.key in self.lock.made

    @property
    def _is_new(self) -> bool:
        """Whether nothing stands there: then nobody has taken out anything."""
        return not (self.source or b"").strip()

    @property
    def _left(self) -> frozenset[str]:
        """The items whose links with entries here ended."""
        left = frozenset() if self._is_new else self.works.linked.left
        return frozenset(item for bib, item in left if bib == self.bib.key)

    @property
    def _diverged(self) -> frozenset[str]:
        """The keys of entries here that differ from their items until somebody resolves that."""
        diverged, bib = self.works.linked.diverged, self.bib
        if not diverged or not bib.is_two_way:
            return frozenset()  # the entries of a mere copy of the library have no links
        keys = _keys_in(self.source or b"")
        return frozenset(key for key in keys if bib_entry_id(bib.key, key) in diverged)

    @property
    def _only_adds(self) -> bool:
        return only_adds(self.bib, self.source, self.lock)

    # --- which works

    def _selected(self) -> list[str]:
        rules, works = self.bib.rules, self.works
        items = works.linked.items if rules.items == "digests" else all_in_order(works)
        paths = collection_paths(works.contents.collections)
        within = collections_within(paths, rules.collections)
        tags = frozenset(rules.tags)
        unlinked = self._left & self._standing_keys().keys()
        return [
            key
            for key in items
            if key not in unlinked
            and tags <= set(works.contents.by_key[key].json.tags)
            and (not rules.collections or within & {*works.contents.by_key[key].json.collections})
        ]

    def _cited(self) -> Cited | None:
        documents = [self.workspace.project.root / path for path in self.bib.rules.cited]
        return read_cited(documents) if documents else None

    # --- under which keys

    def _keys(self) -> Mapping[str, str]:
        """Return the citation key of each work in this .bib, none twice.

        An entry of ours keeps its key, also if somebody has given it another one in the file:
        `update` follows it there. One of somebody's own has the key it has now.
        """
        standing, there = self._standing_keys(), {*_keys_in(self.source or b"")}
        ours: dict[str, str] = {}
        for one in self._known:
            if not one.prints and (one.item in standing or one.key in there):
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
        if self._is_new:
            return {}
        found = self.works.standing.get(self.bib.key)
        if found is None:
            items, venues = self.works.contents.items, self.workspace.zotero.venues
            found = aliases_in(self.source or b"", self.bib.key, self._known, items, venues).keys
        standing = {**self._linked_keys(found), **found}
        return {item: key for item, key in standing.items() if item in self.works.named}

    def _linked_keys(self, found: Mapping[str, str]) -> Mapping[str, str]:
        """Return the keys of items that are not `found` by what entries here say: links tell of the
        item into which those of several entries were merged.
        """
        entries = self.works.linked.entries
        lost = {item for (bib, _), item in entries.items() if bib == self.bib.key} - found.keys()
        keys: dict[str, str] = {}
        for key in _keys_in(self.source or b"") if lost else ():
            item = entries.get(bib_entry_id(self.bib.key, key))
            if item in lost:
                keys.setdefault(item, key)
        return keys

    def _entry(self, item: str, key: str) -> BibEntry:
        return to_entry(self.works.named[item].work, key, bib_style(self.bib), bib_rules())

    # --- which of it is ours

    def _following(self, updated: Updated, wanted: Set[str]) -> frozenset[str]:
        """Return the keys in the file of our entries that hold what their items do.

        An export that only adds brings none up to date but those that it adds.
        """
        keys = {updated.aliases.get(key, key) for key in wanted}
        refused = {one.key for one in updated.refused}
        keys = {*updated.added} if self._only_adds else keys
        return frozenset((keys & updated.ours.keys()) - refused)

    def _ours(self, updated: Updated, wanted: Mapping[str, str]) -> tuple[Exported, ...]:
        """Return the entries of ours, each with its item; a work that is wanted goes before.

        After them come those of somebody's own that tell of wanted works, or did.
        """
        known = {one.key: one.item for one in self._known}
        items = {key: item for key, item in known.items() if wanted.get(key) == item}
        for key, item in wanted.items():
            items.setdefault(updated.aliases.get(key, key), item)
        told = {items[key] for key in updated.ours if key in items}
        standing = {*known, *_keys_in(updated.source)}
        adopted = {key for key, item in items.items() if key in standing and item not in told}
        items = {**known, **items}
        ours = (
            Exported(self.bib.key, key, items[key], prints) for key, prints in updated.ours.items()
        )
        others = (Exported(self.bib.key, key, items[key]) for key in adopted)
        return tuple(sorted((*ours, *others), key=lambda one: one.key))


def _keys_in(source: bytes) -> Iterable[str]:
    bibliography = scan(source)
    return map(bibliography.key, bibliography.entries)


def _missing(cited: Cited | None, keys: Iterable[str], source: bytes) -> Iterable[CitedKey]:
    """Yield the first citation of each key that no work has, and no entry of `source`."""
    known = {*keys, *_keys_in(source)} if cited else set[str]()
    for citation in cited.citations if cited else ():
        if citation.key not in known:
            known.add(citation.key)
            yield citation
