"""Writing .bib files: what was edited and exported goes into each in one replacement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from zoterodigest.library.contents import Contents
from zoterodigest.project.files import CannotWrite, SourceChanged, replace_file
from zoterodigest.project.layout import BibFile
from zoterodigest.project.lock import LockFile
from zoterodigest.project.log.journal import Exporting, Journal
from zoterodigest.sync.bibs.exporting import NewBib, new_bibs
from zoterodigest.sync.bibs.following import WrittenBib, as_written
from zoterodigest.sync.bibs.works import linked_by
from zoterodigest.sync.ledger import Ledger
from zoterodigest.sync.run import Prepared


@dataclass(frozen=True, slots=True)
class BibsWritten:
    """The .bib files of a run by key, those `written` and all that are as planned (`done`), and
    what was exported into them.
    """

    written: Mapping[str, WrittenBib] = field(default_factory=dict)
    done: Mapping[str, WrittenBib] = field(default_factory=dict)
    exports: tuple[NewBib, ...] = ()

    @property
    def sources(self) -> Mapping[str, bytes]:
        """What the files that were written hold now, by key."""
        return {key: bib.source for key, bib in self.written.items()}

    def recorded(self, lock: LockFile) -> LockFile:
        """Return `lock` with the entries of these files that are ours."""
        return with_exports(lock, self.exports)


def with_exports(lock: LockFile, exports: Iterable[NewBib]) -> LockFile:
    """Return `lock` with the entries that are ours after `exports`."""
    new = {bib.key: bib for bib in exports}
    others = (one for one in lock.exported if one.bibliography not in new)
    ours = (one for bib in new.values() for one in bib.entries)
    ordered = sorted((*others, *ours), key=lambda one: (one.bibliography, one.key))
    made = lock.made | {key for key, bib in new.items() if bib.is_made}
    return replace(lock, exported=tuple(ordered), made=made)


def write_bibs(
    prepared: Prepared, contents: Contents, journal: Journal | None, ledger: Ledger
) -> BibsWritten:
    """Replace the .bib files that change, after the library and the digests.

    `contents` is what the library holds now. A file that cannot be written stops no other one and
    keeps what is known of it (law 6).
    """
    written: dict[str, WrittenBib] = {}
    exports: list[NewBib] = []
    keys = {bib.key for bib in prepared.bibs}
    for edit in prepared.bib_edits:
        is_alone = edit.read.key not in keys
        if is_alone and _is_replaced(edit.read.bib, edit.source, edit.read.data, ledger):
            written[edit.read.key] = WrittenBib(edit.source)
    if not keys:
        return BibsWritten(written, written)
    reads = tuple(read for read in prepared.gathered.bibs if read.key in keys)
    gathered, linked = replace(prepared.gathered, bibs=reads), linked_by(prepared.plan)
    done = dict(written)
    for bib in new_bibs(prepared.workspace, gathered, contents, prepared.bib_edits, linked):
        if bib.is_change and not _write_export(bib, journal, ledger):
            continue
        exports.append(bib)
        done[bib.key] = as_written(bib)
        if bib.is_change:
            written[bib.key] = done[bib.key]
    return BibsWritten(written, done, tuple(exports))


def _write_export(bib: NewBib, journal: Journal | None, ledger: Ledger) -> bool:
    """Replace one .bib, telling the journal before what will be ours; say whether it was."""
    if journal is not None:
        journal.exporting(exporting_of(bib))
    return _is_replaced(bib.bib, bib.source, bib.before, ledger)


def exporting_of(bib: NewBib) -> Exporting:
    """Return what the journal says of a .bib before it is written."""
    return Exporting(bib.key, bib.entries, bib.is_made and not bib.was_made)


def _is_replaced(bib: BibFile, source: bytes, before: bytes | None, ledger: Ledger) -> bool:
    try:
        replace_file(bib.path, source, before)
    except (CannotWrite, SourceChanged) as error:
        ledger.unwritten[bib.key] = str(error)
        return False
    ledger.written_bibs += 1
    return True
