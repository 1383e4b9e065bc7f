"""How every history ends: sync and sync again; what then differs must be in a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.sync.histories import by_date, by_formatter
from tests.sync.histories.agreeing import (
    note_agreement,
    require_edits_go_on,
    require_no_needless_conflict,
)
from tests.sync.histories.by_tool import run, watched
from tests.sync.histories.caches import AS_IT_IS, Cache, cached
from tests.sync.histories.model import FIELDS, Violation, slot_of, tokens_in, work_of
from tests.sync.histories.opening import arxiv_of, works_of
from tests.sync.histories.stage import BIB, CARRIED, Clone, Stage, sight_of, texts_of
from tests.sync.trouble import silent
from zoterodigest.core.links.link import LinkState, LockRow
from zoterodigest.core.plan.reports import (
    AmbiguousEntry,
    AwaitedItem,
    Conflict,
    DivergedField,
    HeldBack,
    MergedOtherWork,
    MissingItem,
    MissingNote,
    NotLinked,
    NotPushed,
    TakenBack,
    TrashedEntry,
    UnreadableEntry,
    Waiting,
)
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.files import create_state_folder
from zoterodigest.project.pending import forget_pending
from zoterodigest.sync.apply.applying import _stored
from zoterodigest.sync.apply.files import Backups, write_files
from zoterodigest.sync.apply.lock_and_memory import record_ending
from zoterodigest.sync.apply.sending import send
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.failures import foreseen
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import _changes as changes_of

_SYNC = Options(intent.SYNC)
ALL = "all"
Reported = set[tuple[str, int, str]]
"""Digest, work and field (or all of them) of what a run reports."""


def end(stage: Stage, cache: Cache = AS_IT_IS, *, is_planned: bool = False) -> None:
    """Sync in every clone until nothing is to be done, and fail if anything is amiss.

    `cache` is what is with the cache of each clone before that. With `is_planned` a sync is only
    planned, and all is put as it plans it.
    """
    for clone in stage.clones:
        with cached(stage, clone, cache):
            prepared = _planned(stage, clone) if is_planned else _synced(stage, clone)
        _require_settled(stage, clone, prepared)
        require_no_needless_conflict(stage, clone, prepared)
        require_no_silent_difference(stage, clone, prepared)
        by_date.require_no_silent_difference(prepared)
        note_agreement(stage, clone)
    for library in stage.libraries:
        by_formatter.require_no_spelling(library)
        require_nothing_doubled(stage, library.read().items)
    require_edits_go_on(stage, stage.clones[-1])


def _synced(stage: Stage, clone: Clone) -> Prepared:
    """Return what a second sync plans after a first."""
    planned = run(stage, clone, intent.SYNC).prepared
    return planned if planned.is_settled else prepare(clone.workspace, _SYNC)


def _planned(stage: Stage, clone: Clone) -> Prepared:
    """Return what a second sync plans if all stands as a first one plans it.

    Journal, log and marks are left to the runs before the end, and to histories with caches: they
    take half of a sync.
    """
    prepared = prepare(clone.workspace, _SYNC)
    if prepared.gathered.recovers:  # only a run puts in order what a killed one left
        return _synced(stage, clone)
    stage.tell("sync, planned")
    stage.plan = prepared.plan
    if prepared.stop is not None:
        raise Violation(f"the guard stops a small run: {prepared.stop}")
    if prepared.is_settled:
        return prepared
    require_no_needless_conflict(stage, clone, prepared)
    watched(stage, clone, intent.SYNC, lambda: put_as_planned(prepared))
    return prepare(clone.workspace, _SYNC)


def put_as_planned(prepared: Prepared) -> None:
    """Have library, files, lock file and memory be as a run leaves them that ends well."""
    workspace, gathered, changes = prepared.workspace, prepared.gathered, changes_of(prepared)
    assert changes.files is not None
    assert changes.end is not None
    results = send(workspace.library, changes.sent, gathered.contents, silent)
    stored = _stored(changes, changes.foreseen or gathered.contents)
    results = replace(results, files=changes.files(results, stored))
    unwritten = write_files(results.files, None, Backups.of(workspace))
    assert not unwritten
    ending = changes.end(results, stored)
    state_folder = workspace.project.state_folder
    create_state_folder(state_folder)
    record_ending(workspace, ending, gathered.lock, gathered.lock_data)
    forget_pending(state_folder, ending.forgotten)


def _require_settled(stage: Stage, clone: Clone, prepared: Prepared) -> None:
    """Fail if there still is something to do; what is refused is planned and told every time."""
    if prepared.is_settled:
        return
    plan = f"{dict(prepared.plan.counts())} {prepared.plan.actions}"
    if not list(foreseen(prepared)):
        raise Violation(f"not settled: {plan}")
    before, version = clone.files(), clone.library.version()
    run(stage, clone, intent.SYNC)
    if (clone.files(), clone.library.version()) != (before, version):
        raise Violation(f"not settled, beside what is refused: {plan}")


def require_nothing_doubled(stage: Stage, items: tuple[LibraryItem, ...]) -> None:
    """Fail if a work or a note stands twice; an entry that git wrote twice has two notes.

    An item that a person restored beside the one it was merged into is a second one of its work:
    the other may have got the work's identifier meanwhile, and no run does away with either.
    """
    live = [one for one in items if not one.is_trashed]
    ids = (one.data.get("archiveID") for one in live if one.data["itemType"] == "preprint")
    works = Counter(filter(None, ids))  # a person's own items may have none, of any works
    for work in stage.restored:
        works.pop(f"arXiv:{arxiv_of(work)}", None)
    notes = Counter(
        (one.data["parentItem"], tuple(sorted(tokens_in(one.data["note"]))) or one.data["note"])
        for one in live
        if one.data["itemType"] == "note"
    )
    counters: tuple[Counter[Any], ...] = (works,) if stage.has_twins else (works, notes)
    twice = [key for counter in counters for key, number in counter.items() if number > 1]
    if twice:
        raise Violation(f"the library holds twice: {twice}")


def require_no_silent_difference(stage: Stage, clone: Clone, prepared: Prepared) -> None:
    rows = {row.id: row for row in prepared.gathered.lock.rows}
    reported = set(_reported(prepared, rows))
    linked = {
        (row.digest, work)
        for row in rows.values()
        if row.state is LinkState.LINKED
        for work in works_of(row)
    }
    # An item that zoterodigest did not create takes no user names from an entry.
    adopted = {
        (row.digest, work) for row in rows.values() if not row.origin.item for work in works_of(row)
    }
    held = _by_slot(
        token for _, _, text in texts_of(clone.library.read().items) for token in tokens_in(text)
    )
    for name in stage.sources:
        shown = _by_slot(sight_of(clone, name).set)
        for work in sorted({work_of(token) for tokens in shown.values() for token in tokens}):
            if (name, work, ALL) in reported:
                continue
            if name == BIB and (name, work) not in linked and not held[f"w{work}t"]:
                continue  # what a .bib holds besides is nobody's business
            if (name, work) not in linked and f"w{work}t" not in shown:
                continue  # what its item held stands in the entry of one that it was merged into
            if (name, work) not in linked:
                raise Violation(f"{name}: the entry of work {work} has no link, silently")
            for letter in CARRIED[name]:
                slot = f"w{work}{letter}"
                is_joined = (
                    letter in "la"
                    or (letter == "k" and stage.has_lost_base)
                    or (letter == "s" and stage.has_twins)
                    or work in stage.restored
                )
                hidden = {one for one in held[slot] if letter in "ac" and stage.is_looked_up(one)}
                is_shown = shown[slot] <= held[slot]
                if letter == "u" and (name, work) in adopted:
                    is_shown = is_shown or not held[slot]
                if not is_joined:
                    is_shown = is_shown and held[slot] <= shown[slot] | hidden
                if not is_shown and (name, work, FIELDS[letter]) not in reported:
                    there = f"{sorted(shown[slot])} in {name}, {sorted(held[slot])} in zotero"
                    raise Violation(f"a silent difference: {there}")


def _by_slot(tokens: Iterator[str] | frozenset[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for token in tokens:
        found[slot_of(token)].add(token)
    return found


def _reported(prepared: Prepared, rows: dict[str, LockRow]) -> Iterator[tuple[str, int, str]]:
    def of_row(row: LockRow, *names: str) -> Iterator[tuple[str, int, str]]:
        for work in works_of(row):
            yield from ((row.digest, work, name) for name in names)

    for refused in prepared.refused:
        yield from of_row(rows[refused.row_id], refused.field)
    for unwritable in prepared.writes.unwritable:
        for row_id in unwritable.row_ids:
            yield from of_row(rows[row_id], ALL)
    for report in prepared.plan.reports:
        match report:
            case Conflict(row_id=row_id, name=name) | DivergedField(row_id=row_id, name=name):
                yield from of_row(rows[row_id], name)
            case HeldBack(row_id=row_id, name=name):
                yield from of_row(rows[row_id], name)
            case Waiting(row_id=row_id, names=names):
                yield from of_row(rows[row_id], *names)
            case MissingNote(row=row):
                yield from of_row(row, FIELDS["s"])
            case MissingItem(row=row) | AwaitedItem(row=row):
                yield from of_row(row, ALL)
            case NotLinked(row=row) | TakenBack(row=row) | MergedOtherWork(row=row):
                yield from of_row(row, ALL)
            case AmbiguousEntry(entry=entry) | TrashedEntry(entry=entry) | NotPushed(entry=entry):
                title = str(entry.fields.get("title"))
                yield from ((entry.digest, work_of(one), ALL) for one in tokens_in(title))
            case UnreadableEntry(entry=entry) if entry is not None:
                title = str(entry.fields.get("title"))
                yield from ((entry.digest, work_of(one), ALL) for one in tokens_in(title))
            case _:
                pass
