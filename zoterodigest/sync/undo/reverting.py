"""Reverting: what a run wrote goes back to what stood there, as far as it still is as it was left.

Every field is judged by itself; what has changed since is left alone and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import field
from functools import cached_property
from html import unescape
from typing import Any

from zoterodigest.core.plan.history import (
    CollectionChange,
    CollectionState,
    Data,
    DigestChange,
    ObjectChange,
    Run,
)
from zoterodigest.core.plan.reversal import Hunk, hunks_between, turn_back
from zoterodigest.core.works.catalogue import survivors_of
from zoterodigest.digest.format.format import NoteRule, note_rule
from zoterodigest.digest.read.vault_file import private_spans
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.rules.relations import item_named, relations_of
from zoterodigest.library.rules.rules import place_in
from zoterodigest.library.rules.schema import item_types
from zoterodigest.notes.own import note_pieces
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.apply.changes import FileChange, Sent
from zoterodigest.sync.apply.file_lines import file_lines
from zoterodigest.sync.apply.recording import (
    Families,
    families_of,
    held,
    state_alone,
    state_below,
    state_beside,
)
from zoterodigest.sync.apply.unwritten import SETS, members, members_back
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.removal.removal import MERGED, Removal, emptied, used_collections


@dataclass(frozen=True, slots=True)
class Declined:
    """Something that stays as it is, and why. `key` is that of its item, collection or digest."""

    title: str
    reason: str
    key: str


@dataclass
class Reverting:
    """A run that is being turned back; `removal` judges what it created.

    `present` is what the files that it wrote hold now, by key; None where there is none.
    """

    run: Run
    gathered: Gathered
    removal: Removal
    present: Mapping[str, bytes | None]
    items: list[LibraryItem] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    files: list[FileChange] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)

    def revert(self) -> Sent:
        """Plan to turn back all that still is as the run left it; return what is to be written."""
        created = [one for one in self.run.objects if one.is_created]
        # Items first. A child goes or stays with its item. Alone is judged only a child whose item
        # the run did not make, or that has moved to another item.
        self._revert_created([one for one in created if not one.parent])
        items = {one.key for one in created if not one.parent}
        self._revert_created([one for one in created if one.parent and not self._goes(one, items)])
        for change in self.run.objects:
            if not change.is_created:
                self._revert_object(change)
        for digest in self.run.digests:
            self._revert_file(digest)
        self._revert_collections()
        return Sent(tuple(self.items), tuple(self.collections), tuple(self.files))

    # --- objects

    def _goes(self, child: ObjectChange, items: Set[str]) -> bool:
        """Tell whether a child goes or stays with one of `items`: a merge takes it to another."""
        present = self.gathered.contents.by_key.get(child.key)
        return child.parent in items and not _has_moved(child, present)

    def _revert_created(self, changes: Iterable[ObjectChange]) -> None:
        for change in changes:
            present = self.gathered.contents.by_key.get(change.key)
            if present is None or present.is_trashed:
                continue
            reason = self._reason_to_keep(change, present)
            if reason:
                self._decline_object(change, reason)
            else:
                self.items.append(LibraryItem(present.key, present.version, {"deleted": 1}))

    def _reason_to_keep(self, change: ObjectChange, present: LibraryItem) -> str:
        if change.left:
            return self._reason_to_keep_copy(change, present)
        if not change.parent:
            return self.removal.reason_to_keep(change.key)
        is_link = present.json.is_attachment
        if _has_moved(change, present):
            what = "a link that was attached to it" if is_link else "its note"
            return f"{what} has moved to another item"
        if is_link:
            is_left = held(present.data) == change.after
            return "" if is_left else "a link that was attached to it has changed since"
        rows = [row for row in self.run.after.rows if row.note == change.key]
        is_left = any(map(self.removal.is_untouched, rows))
        return "" if is_left else "its note has changed since"

    def _reason_to_keep_copy(self, change: ObjectChange, present: LibraryItem) -> str:
        """Return why a copy stays: it, or something below it, has changed or is used since.

        Relations came to it later in the run, so they count only where they lead out of the run.
        """
        if state_alone(present.data) != change.left:
            return "it has changed since"
        uris = [uri for some in relations_of(present.data).values() for uri in some]
        named = {(item_named(uri) or ("", uri))[1] for uri in uris}
        if named - self._written.keys():
            return "it is related to another item"
        if set(present.json.collections) - {*ItemJson(change.after).collections}:
            return "it is in a collection of your own"
        for child in self.gathered.contents.children.get(change.key, ()):
            copy = self._written.get(child.key)
            is_own = copy is None or _has_moved(copy, child) or self._reason_to_keep(copy, child)
            if is_own and not child.is_trashed:
                return "it has a note or an attachment that is new or has changed since"
        return ""

    @cached_property
    def _written(self) -> Mapping[str, ObjectChange]:
        return {one.key: one for one in self.run.objects}

    def _revert_object(self, change: ObjectChange) -> None:
        present = self.gathered.contents.by_key.get(change.key)
        if present is None:
            self._decline_object(change, "it is no longer in the library")
            return
        data = held(present.data)
        patch = self._type_back(change, data, dict(self._fields_back(change, data)))
        if change.hunks:
            stands = ItemJson(data).note
            html = self._note_back(change, stands)
            if html != stands:
                patch["note"] = html
        if patch:
            self.items.append(LibraryItem(present.key, present.version, patch))

    def _fields_back(self, change: ObjectChange, data: Data) -> Iterator[tuple[str, Any]]:
        for name in sorted({*change.before, *change.after}):
            now, before, after = (one.get(name) for one in (data, change.before, change.after))
            if name in SETS:
                yield from self._members_back(change, name, data)
            elif name == "deleted" and self._is_merged_since(change):
                # Its note and links live on elsewhere: beside them its work would stand twice.
                self._decline_object(change, MERGED)
            elif before and now == after and name == "deleted" and not self._is_as_left(change):
                # In the trash nobody would see what was written since.
                self._decline_object(change, "it, or something below it, has changed since")
            elif now == after:
                yield name, _emptied(now) if before is None else before
            elif now != before:
                yield from self._lines_back(change, name, data)

    def _type_back(self, change: ObjectChange, data: Data, patch: dict[str, Any]) -> dict[str, Any]:
        """Return `patch`, with all that Zotero does to other fields when a type changes.

        It moves what has a place in the new type, such as a repository that becomes the publisher,
        and drops the rest. So if somebody filled in such a field since, the item stays as it is.
        """
        if "itemType" not in {*change.before, *change.after}:
            return patch
        if "itemType" not in patch:
            # It has a third type: `_lines_back` declined that.
            is_third = ItemJson(data).item_type != ItemJson(change.before).item_type
            return {} if is_third else patch
        old, new = (item_types()[ItemJson(one).item_type] for one in (data, patch))
        places = {name: place_in(new, old, name) for name in old.fields if data.get(name)}
        own = {name: place for name, place in places.items() if name not in patch}
        if lost := sorted(name for name, place in own.items() if not place or place in patch):
            what = f"{', '.join(lost)} changed since: a {new.name} has no place for it"
            self._decline_object(change, what)
            return {}
        moved = {place for it, place in places.items() if place and it in patch and place != it}
        return dict.fromkeys(moved - patch.keys(), "") | patch

    @cached_property
    def _merged(self) -> Set[str]:
        """The items in the trash that were merged into one that is not there, not by the run."""
        by_run = (ItemJson(change.after).replaced for change in self.run.objects)
        return self.removal.merged.keys() - {key for replaced in by_run for key in replaced}

    def _is_merged_since(self, change: ObjectChange) -> bool:
        """Tell whether an item was merged into one that it did not stand beside before the run."""
        if change.key not in self._merged:
            return False
        into = self._survivors.get(change.key, ())
        return change.left != state_beside(change.key, self._families, into)

    @cached_property
    def _survivors(self) -> Mapping[str, Set[str]]:
        return survivors_of(self.gathered.contents.items)

    def _is_as_left(self, change: ObjectChange) -> bool:
        return not change.left or state_below(change.key, self._families) == change.left

    @cached_property
    def _families(self) -> Families:
        return families_of(self.gathered.contents.by_key.values())

    def _lines_back(self, change: ObjectChange, name: str, data: Data) -> Iterator[tuple[str, Any]]:
        """Yield the text of Extra without our lines; another field that has changed stays."""
        before, after, now = (str(one.get(name, "")) for one in (change.before, change.after, data))
        if name == "extra":
            hunks = hunks_between(before.split("\n"), after.split("\n"))
            reversal = turn_back(now.split("\n"), hunks)
            if not reversal.refused:
                yield name, "\n".join(reversal.pieces)
                return
        self._decline_object(change, f"{name} has changed since")

    def _members_back(
        self, change: ObjectChange, name: str, data: Data
    ) -> Iterator[tuple[str, Any]]:
        back = members_back(change.before.get(name), change.after.get(name), data.get(name))
        if back is None:
            # What stands there was written over what the run added, and so over what it removed:
            # that would come back beside its own successor.
            self._decline_object(change, f"its {name} have changed since")
            return
        if name == "collections":
            known = {one.key for one in self.gathered.contents.collections}
            if not back.keys() <= known:
                self._decline_object(change, "a collection it was in is no longer there")
            back = {key: one for key, one in back.items() if key in known}
        if back.keys() != members(data.get(name)).keys():
            yield name, list(back.values())

    def _note_back(self, change: ObjectChange, html: str) -> str:
        note = note_pieces(html)
        private = self._private_words(change.key)
        hunks = [one for one in change.hunks if not _tells(one, private)]
        if len(hunks) < len(change.hunks):
            self._decline_object(change, "text of its note is private in the file now")
        reversal = turn_back(note.pieces, hunks)
        if reversal.refused:
            self._decline_object(change, "its note has changed since")
        return note.joined(reversal.pieces)

    def _private_words(self, note: str) -> frozenset[str]:
        """Return the words that are private by now in the file of a vault whose note this is."""
        files = {row.digest for row in self.gathered.lock.rows if row.note == note}
        texts = (
            read.data[span.start : span.end]
            for read in self.gathered.digests
            if read.key in files and (rule := note_rule(read.formats))
            for span in private_spans(read.data, rule)
        )
        return frozenset(_WORD.findall(b"\n".join(texts).decode("utf-8", "replace")))

    def _decline_object(self, change: ObjectChange, reason: str) -> None:
        key = change.parent or change.key
        self._decline(change.title or key, reason, key)

    def _decline(self, title: str, reason: str, key: str) -> None:
        self.declined.append(Declined(title, reason, key))

    # --- files

    def _revert_file(self, change: DigestChange) -> None:
        present = self.present[change.key]
        if present is None and not change.is_removed:
            if not change.is_created:  # else it is as before the run, which may well be our doing
                self._decline(change.key, "there is no such file now", change.key)
            return
        source = self._turned_back(change, present or b"")
        if source is None:
            self._decline(change.key, "what is private in it has changed since", change.key)
            return
        # Nothing is left of it: it goes if the run made it, or if it is a .bib.
        is_gone = not source and (
            change.is_created or present is None or (change.key.is_bib and bool(present))
        )
        after = None if is_gone else source
        if after != present:
            path = self.removal.workspace.project.root / change.key
            rule = self._note_rules.get(change.key)
            self.files.append(FileChange(change.key, path, present, after, note=rule))

    def _turned_back(self, change: DigestChange, present: bytes) -> bytes | None:
        """Return what a file holds without what the run wrote; None if private texts are lost."""
        is_whole = change.is_created or change.is_removed
        file = file_lines(present, None if is_whole else self._note_rules.get(change.key))
        file = file.showing((*change.hunks, *change.earlier))
        reversal = turn_back(file.lines, change.hunks)
        if change.earlier:
            # Killed before it wrote the file once more, the run left it as it had written it first.
            reversal = min(
                reversal, turn_back(file.lines, change.earlier), key=lambda one: len(one.refused)
            )
        for hunk in reversal.refused:
            where = f"{change.key}:{hunk.at + 1}"
            self._decline(where, "what was written there has changed since", change.key)
        return file.bytes_of(reversal.pieces)

    @cached_property
    def _note_rules(self) -> Mapping[str, NoteRule | None]:
        return {read.key: note_rule(read.formats) for read in self.gathered.digests}

    # --- collections

    def _revert_collections(self) -> None:
        known = {one.key: one for one in self.gathered.contents.collections}
        created: list[Collection] = []
        for change in self.run.collections:
            present = known.get(change.key)
            if present is None:
                continue
            if change.before is not None:
                self._revert_collection(change, change.before, present)
            elif present.name == change.after.name or present.is_trashed:
                created.append(present)
            else:
                why = "this collection was renamed since: it is yours now"
                self._decline(present.name, why, change.key)
        empty = emptied(
            self.gathered.contents,
            {one.key for one in created} - used_collections(self.gathered.contents, self.items),
        )
        self.collections += empty
        gone = {one.key for one in empty}
        for one in created:
            if one.key not in gone and not one.is_trashed:
                self._decline(one.name, "this collection is not empty", one.key)

    def _revert_collection(
        self, change: CollectionChange, before: CollectionState, present: Collection
    ) -> None:
        now = CollectionState(present.name, present.parent, present.is_trashed)
        if now == before:
            return
        if now != change.after:
            self._decline(present.name, "this collection has changed since", change.key)
            return
        key, version = present.key, present.version
        back = Collection(key, version, before.name, before.parent, is_trashed=before.is_trashed)
        self.collections.append(back)


_MARKUP, _WORD = lazy_regex(r"<[^<>]*>"), lazy_regex(r"\w+")


def _tells(hunk: Hunk, private: frozenset[str]) -> bool:
    """Tell whether to revert `hunk` would bring back a piece all words of which are `private`.

    By their words, as a file and a note spell one text in two ways.
    """
    new = [piece for piece in hunk.before if piece not in hunk.after]
    words = (set(_WORD.findall(unescape(_MARKUP.sub(" ", piece)))) for piece in new)
    return any(some and some <= private for some in words)


def _has_moved(child: ObjectChange, present: LibraryItem | None) -> bool:
    return present is not None and present.json.parent != child.parent


def _emptied(value: object) -> object:
    match value:
        case list():
            return []
        case dict():
            return {}
        case int():
            return 0
        case _:
            return ""
