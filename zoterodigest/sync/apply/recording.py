"""What a run does, kept in the history: told before its first write, and again when it is done."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from zoterodigest.core.links.link import NO_LINKS, LockFile, hex_fingerprint
from zoterodigest.core.plan.history import (
    CollectionChange,
    CollectionState,
    Data,
    DigestChange,
    ObjectChange,
    Run,
    changed_links,
)
from zoterodigest.core.plan.reversal import Hunk, hunks_between
from zoterodigest.core.works.catalogue import survivors_of
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import EMPTY_LIBRARY, Contents
from zoterodigest.project.files import CannotWrite
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.log.history import (
    forget_run,
    history_folder,
    next_number,
    prune_history,
    run_moment,
    write_run,
)
from zoterodigest.project.running import note_run
from zoterodigest.sync.apply.changes import FileChange, Sent
from zoterodigest.sync.apply.file_lines import both_lines, file_lines
from zoterodigest.sync.apply.unwritten import (
    data_unwritten,
    joined_changes,
    lines_unwritten,
    links_unwritten,
)

_NAMING_OTHERS = frozenset({"collections", "parentItem", "relations"})
_BOOKKEEPING = frozenset({"dateAdded", "dateModified"})


@dataclass(frozen=True, slots=True)
class Present:
    """What stands there before a run: what the library holds, and what the lock file says.

    `first` is what the run has written already, if it was planned again since: it goes on with
    that as one run, and what it changed is told from what stood there before both.
    """

    contents: Contents = EMPTY_LIBRARY
    lock: LockFile = NO_LINKS
    first: Run | None = None

    @property
    def links_before(self) -> LockFile:
        """The links before all that the run writes."""
        return links_unwritten(self.lock, self.first) if self.first else self.lock


@dataclass
class Recording:
    """A run that is being recorded: its file says what it intends until it is finished."""

    folder: Path
    present: Present
    run: Run

    def intend(self, sent: Sent, after: LockFile) -> None:
        """Write down what is intended instead, with the links as they are to be after it.

        Call it before any of that is written which the file does not tell yet. Raises
        `CannotWrite`.
        """
        self.run = _intended(self.run, self.present, sent, after)
        write_run(self.folder, self.run)

    def finish(
        self, sent: Sent, stored: Contents, after: LockFile, *, is_left: bool = False
    ) -> Run:
        """Write down what was written, as the library has `stored` it, and the links as they are.

        Returns the run as the log will list it.
        A run that has written nothing is forgotten, but for an undo: what it undoes is undone, if
        only because nothing of it was left. Where the file cannot be written, what was intended
        stands there still, and that is enough to undo it.
        `is_left` tells that something could not be written: the same undo, given again, is to go
        on with that and not to mean the run before.
        """
        is_broken = is_left and bool(self.run.undoes)
        why = "something could not be written" if is_broken else ""
        # A broken undo stays unfinished: `run_to_undo` then means it, and not the run before.
        run = replace(self.run, is_finished=not is_broken, stopped=why)
        run = _with_changes(run, self.present, sent, stored, after)
        if run.is_empty and not run.undoes:
            forget_run(self.folder, run)
        else:
            try:
                write_run(self.folder, run)
            except CannotWrite:
                # The next undo or redo goes by what is finished: this one is to be given again.
                if run.undoes:
                    raise
        return run


@contextmanager
def telling_why(recording: Recording) -> Iterator[None]:
    """Write down why a run stopped if the block raises what this program can still tell."""
    try:
        yield
    except (ZoterodigestError, KeyboardInterrupt) as error:
        why = str(error) or "it was interrupted"
        run = replace(recording.run, stopped=why)
        if run.undoes or not run.is_empty:
            with suppress(ZoterodigestError):  # the first error is the one to tell
                write_run(recording.folder, run)
        raise


def begin_recording(
    project: ProjectFolder, present: Present, head: Run, sent: Sent, after: LockFile
) -> Recording:
    """Write down what a run is about to write, with what stands there now; forget what is old.

    `head` says what it is: its command, its library, which run it undoes. Call it while running is
    held, before anything is written. Raises `CannotWrite`. A run that is to change nothing but
    marks of the lock file is not kept: there is nothing to undo. A run that goes on with what it
    wrote first keeps its number: its file is replaced, so that at every moment the log knows it as
    one.
    """
    folder = history_folder(project.state_folder)
    now = datetime.now(UTC)
    prune_history(folder, now)
    first = present.first
    run = replace(
        _intended(head, present, sent, after),
        number=first.number if first else next_number(folder),
        when=first.when if first else run_moment(now),
    )
    if run.undoes or not run.is_empty:
        # The run before its number is noted: a person who is told the number finds it in the log.
        write_run(folder, run)
        note_run(project.state_folder, run.number)
    return Recording(folder, present, run)


def _intended(run: Run, present: Present, sent: Sent, after: LockFile) -> Run:
    run = _with_changes(run, present, sent, None, after)
    return replace(run, before=_with_touched(run.before, present, sent), is_finished=False)


def _with_touched(before: LockFile, present: Present, sent: Sent) -> LockFile:
    """Return `before` with the rows of all that is about to be written.

    A run may be killed when the lock file is written and this is not told here yet: what an undo
    then takes back must not look like an edit.
    """
    keys = {item.key for item in sent.all_items} | {file.key for file in sent.files}
    known = {row.id for row in before.rows}
    touched = (
        row
        for row in present.links_before.rows
        if not keys.isdisjoint({row.digest, row.item, row.note})
    )
    return replace(before, rows=(*before.rows, *(row for row in touched if row.id not in known)))


def intended_run(present: Present, sent: Sent, after: LockFile) -> Run:
    """Return what a run that sends this is going to change, with no number and time."""
    run = Run(0, "", "", present.lock.identity, is_finished=False)
    return _with_changes(run, present, sent, None, after)


def _with_changes(
    run: Run, present: Present, sent: Sent, stored: Contents | None, links: LockFile
) -> Run:
    before, after = changed_links(present.links_before, links)
    # Of what a copy or `set` makes, no lock row tells whether it still is as it was.
    is_alone = bool(run.address) or not after.rows
    changes = _object_changes(present, sent, stored, is_alone=is_alone)
    # Most was written as it was intended: held twice, that is 4 % of the peak of a first push.
    intended = {one.key: one for one in run.objects}
    objects = tuple(one if one != (known := intended.get(one.key)) else known for one in changes)
    changed = replace(
        run,
        objects=objects,
        names=_collection_names(objects, (*present.contents.collections, *sent.collections)),
        collections=tuple(_collection_changes(present, sent.collections)),
        digests=tuple(_file_changes(sent.files, present.first, is_finished=stored is not None)),
        before=before,
        after=after,
        pending=sent.pending,
    )
    return changed if present.first is None else joined_changes(present.first, changed)


# --- the library ---------------------------------------------------------------------------------


def _object_changes(
    there: Present, sent: Sent, stored: Contents | None, *, is_alone: bool
) -> Iterator[ObjectChange]:
    """Yield what changes in each object: once for each, as the library stores it if known."""
    present = there.contents
    known = {one.key: one for one in there.first.objects} if there.first else {}
    # What was there goes first, then what is sent first: a later patch may name no title.
    titled = (*reversed(sent.all_items), *present.by_key.values())
    titles = {one.key: ItemJson(one.data).title for one in titled}
    # Few runs trash or restore anything: to find all children takes 0.5 kB for each short entry.
    left = cache(
        lambda: families_of((stored.by_key if stored else _with_sent(present, sent)).values())
    )
    survivors = survivors_of(present.items)
    by_key: dict[str, list[LibraryItem]] = defaultdict(list)
    for item in sent.all_items:
        by_key[item.key].append(item)
    for key, items in by_key.items():
        before = present.by_key.get(key)
        after = _data_after(key, items, before, sent, stored)
        parent = ItemJson(after).parent
        title = titles.get(parent) or titles[key]
        # What stood there before both parts of a run that was planned again.
        stood = held(before.data) if before else None
        if stood is not None and key in known:
            stood = data_unwritten(stood, known[key])
        if stood is not None:
            change = _change(stood, after)
        elif is_alone:
            change = _made_alone(after)
        else:
            new = after if ItemJson(after).is_attachment else {}
            change = ObjectChange(key, title, after=new, is_created=True)
        is_note = ItemJson(after).is_note
        was_trashed, is_trashed = ("deleted" in one for one in (change.before, change.after))
        state = change.left
        if was_trashed and not is_trashed:
            state = state_below(key, left())
        elif is_trashed and not was_trashed and key in survivors:
            state = state_beside(key, left(), survivors[key])
        yield replace(change, key=key, title=title, parent=parent, left=state, is_note=is_note)


def _made_alone(data: Data) -> ObjectChange:
    """Return what is kept of a new object that no lock row names: what tells if it changes."""
    placed = {name: data[name] for name in ("collections",) if name in data}
    kept = data if ItemJson(data).is_attachment else placed
    return ObjectChange("", "", after=kept, is_created=True, left=state_alone(data))


def state_alone(data: Data) -> str:
    """Return a fingerprint of all that an object holds but what names other objects."""
    own = {name: value for name, value in held(data).items() if name not in _NAMING_OTHERS}
    return hex_fingerprint(json.dumps(own, sort_keys=True))


def _collection_names(
    changes: Iterable[ObjectChange], collections: Iterable[Collection]
) -> dict[str, str]:
    """Return the names of the collections that objects came into or left: keys tell nobody."""
    sides = (side for change in changes for side in (change.before, change.after))
    keys = {key for side in sides for key in ItemJson(side).collections}
    return {one.key: one.name for one in collections if one.key in keys}


def _with_sent(present: Contents, sent: Sent) -> Mapping[str, LibraryItem]:
    objects = dict(present.by_key)
    for item in sent.all_items:
        data = {**objects[item.key].data, **item.data} if item.key in objects else item.data
        objects[item.key] = LibraryItem(item.key, item.version, data)
    return objects


Families = Mapping[str, Sequence[LibraryItem]]
"""Objects with their children, by key."""


def families_of(objects: Iterable[LibraryItem]) -> Families:
    """Return `objects` with their children: looked for one by one, many would take minutes."""
    found: dict[str, list[LibraryItem]] = defaultdict(list)
    for one in objects:
        for key in {one.key, one.json.parent}:
            found[key].append(one)
    return found


def state_below(key: str, families: Families) -> str:
    """Return a fingerprint of all that an object and its children hold."""
    states = sorted((one.key, sorted(held(one.data).items())) for one in families.get(key, ()))
    return hex_fingerprint(repr(states))


def state_beside(key: str, families: Families, survivors: Iterable[str]) -> str:
    """Return a fingerprint of an item, its children, and the keys of those it was merged into."""
    return hex_fingerprint(repr((state_below(key, families), sorted(survivors))))


def _data_after(
    key: str,
    items: Sequence[LibraryItem],
    before: LibraryItem | None,
    sent: Sent,
    stored: Contents | None,
) -> Data:
    """Return the data of an object as it was stored, or as sent if somebody wrote it after us."""
    found = stored.by_key.get(key) if stored else None
    if found is not None and found.version == sent.versions.get(key):
        return held(found.data)
    data: dict[str, object] = dict(before.data) if before else {}
    for item in items:
        data |= item.data
    return held(data)


def held(data: Data) -> Data:
    """Return what `data` holds: without empty fields, and without times."""
    return {name: value for name, value in data.items() if value and name not in _BOOKKEEPING}


def _change(before: Data, after: Data) -> ObjectChange:
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    fields = [name for name in names if name != "note"]
    return ObjectChange(
        "",
        "",
        before={name: before[name] for name in fields if name in before},
        after={name: after[name] for name in fields if name in after},
        hunks=note_hunks(ItemJson(before).note, ItemJson(after).note),
    )


def note_hunks(before: str, after: str) -> tuple[Hunk, ...]:
    """Return the hunks between two texts of a note, outside of what is private in either."""
    if before == after:
        return ()
    # What reads notes takes 20 ms to import, and most runs change none.
    from zoterodigest.notes.own import holds_private, note_pieces

    # What is private is never copied out of the note: the history is a file in the project.
    hunks = hunks_between(note_pieces(before).pieces, note_pieces(after).pieces)
    return tuple(hunk for hunk in hunks if not holds_private((*hunk.before, *hunk.after)))


def _collection_changes(present: Present, sent: Sequence[Collection]) -> Iterator[CollectionChange]:
    known = {one.key: _state(one) for one in present.contents.collections}
    firsts = {one.key: one for one in present.first.collections} if present.first else {}
    for one in sent:
        before, first = known.get(one.key), firsts.get(one.key)
        if first is not None and before == first.after:
            before = first.before
        yield CollectionChange(one.key, before, _state(one))


def _state(one: Collection) -> CollectionState:
    return CollectionState(one.name, one.parent, one.is_trashed)


# --- files ---------------------------------------------------------------------------------------


def _file_changes(
    files: Iterable[FileChange], first: Run | None, *, is_finished: bool
) -> Iterator[DigestChange]:
    known = {one.key: one for one in first.digests} if first else {}
    for file in files:
        if file.after == file.before:
            continue
        earlier_change = known.get(file.key)
        is_created = earlier_change.is_created if earlier_change else file.before is None
        is_removed = file.after is None
        # A file that the run makes or removes holds only what this program wrote, masked or not: to
        # redo that takes all of it.
        note = None if is_created or is_removed else file.note
        now = file_lines(file.before or b"", note)
        earlier = earlier_change.hunks if earlier_change else ()
        before, after = both_lines(now.showing(earlier), file_lines(file.after or b"", note))
        if earlier_change is not None:
            before = lines_unwritten(before, earlier_change)
        hunks = hunks_between(before, after)
        change = DigestChange(file.key, hunks, is_created=is_created, is_removed=is_removed)
        yield change if is_finished else replace(change, earlier=earlier)
