"""What a killed run achieved: its journal, compared with what the library and the files hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from zoterodigest.core.links.link import LockFile, fingerprint
from zoterodigest.core.links.merge import FieldEnds
from zoterodigest.core.links.shown import Shown
from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.record import EMPTY, Entry
from zoterodigest.core.works.pairing import PairingScope, UnreadText, pair
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.records.contents import Contents
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.lock.lock import lock_hash
from zoterodigest.project.log.journal import RecordedRun
from zoterodigest.project.recovery import (
    BibFacts,
    EntryFacts,
    Facts,
    LibraryFacts,
    bibs_in,
    fold_journal,
    rows_of_files,
)
from zoterodigest.sync.gathering.others import read_others
from zoterodigest.sync.gathering.sources import ReadDigest, Source, core_entries
from zoterodigest.sync.gathering.stored_keys import as_stored
from zoterodigest.sync.gathering.workspace import Workspace


def with_achieved(
    lock: LockFile,
    recorded: RecordedRun,
    sources: Sequence[Source],
    known: tuple[bytes | None, Seen | None, Contents],
    workspace: Workspace,
) -> LockFile:
    """Return `lock` with what the run achieved that left the journal `recorded`.

    `sources` are the files that were read, `known` the lock file's bytes, what is remembered, and
    the library.
    """
    data, seen, contents = known
    files: dict[str, bytes | None] = {read.key: read.data for read in sources}
    written = (*sources, *_others_of(recorded, workspace, files))
    entries = core_entries(written, workspace, with_notes=True)
    return fold_journal(
        lock,
        lock_hash(data),
        as_stored(recorded, workspace.library.stored_keys),
        facts_of(contents),
        _standing_bibs(workspace.project, recorded, files),
        entries=_shown_by_entries(entries, lock, recorded, workspace.zotero.folding()),
        seen=seen,
    )


def _others_of(
    recorded: RecordedRun, workspace: Workspace, known: Mapping[str, object]
) -> tuple[ReadDigest, ...]:
    """Read the digests that a killed run was about to write, without those `known`, if they can be.

    Only this run sees the journal: the next one would not know what both ends agreed on.
    """
    keys = {row.digest for row in rows_of_files(recorded).values() if row.links_digest}
    with suppress(ZoterodigestError):
        return read_others(workspace, keys - known.keys())
    return ()


def facts_of(contents: Contents) -> Facts:
    """Return what is live in the library, by key, as the journal's recovery asks for it."""
    objects = (key for key, one in contents.by_key.items() if not one.is_trashed)
    collections = (one.key for one in contents.collections if not one.is_trashed)
    facts = {key: LibraryFacts() for key in (*objects, *collections)}
    for item in contents.items:
        tags = frozenset(contents.by_key[item.key].json.tags)
        known = {item.key: LibraryFacts(_prints(item.raws), tags, item.collections)}
        for note in item.notes.values():
            whole = fingerprint(note.whole.raw) if note.whole else ""
            known[note.key] = LibraryFacts(_prints(note.raws), whole=whole)
        facts |= {key: found for key, found in known.items() if key in facts}
    return facts


def _prints(raws: Mapping[str, str]) -> dict[str, str]:
    return {name: fingerprint(raw) for name, raw in raws.items()}


def _shown_by_entries(
    entries: Sequence[Entry], lock: LockFile, recorded: RecordedRun, folding: Folding
) -> EntryFacts:
    """Return what `entries` show, by the rows that a killed run was about to record for them."""
    rows = {row.id: row for row in lock.rows} | rows_of_files(recorded)
    scope = PairingScope(frozenset(entry.digest for entry in entries))
    paired = pair(entries, rows.values(), scope, UnreadText()).rows.items()
    return {
        row.id: _shown(entries[index], folding)
        for index, row in paired
        if not entries[index].is_unreadable
    }


def _shown(entry: Entry, folding: Folding) -> Shown:
    ends = (
        FieldEnds(name, value, EMPTY, entry.raws.get(name, ""), "")
        for name, value in entry.fields.items()
    )
    shown = {one.name: one.entry_print(folding) for one in ends}
    return {**shown, **dict.fromkeys(entry.unreadable)}


def _standing_bibs(
    project: ProjectFolder, recorded: RecordedRun, known: Mapping[str, bytes | None]
) -> BibFacts:
    """Return the prints of all entries of the .bib files that a killed run was about to write.

    `known` are files that were read already, by key.
    """
    keys = sorted(bibs_in(recorded))
    if not keys:
        return {}
    # Only a project with a .bib pays for what reads one.
    from zoterodigest.bibtex.edit.document import standing_prints

    found = {}
    for key in keys:
        source = known[key] if key in known else read_if_present(project.root / key)
        found[key] = standing_prints(source or b"")
    return found
