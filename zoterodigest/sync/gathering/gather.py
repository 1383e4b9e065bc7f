"""Gathering: both ends and what is known of them, read once, as the core sees them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoterodigest.core.links.link import Exported, LockFile, fingerprint
from zoterodigest.core.plan.found import Pending
from zoterodigest.core.plan.run_options import LastSync, NewFile
from zoterodigest.core.plan.seen import Seen, with_moved
from zoterodigest.core.reconcile.quiet import Loud, Prints
from zoterodigest.core.values.file_keys import BibKey, DigestKey, SourceKey
from zoterodigest.core.values.record import ChildNote, Entry
from zoterodigest.core.works.pairing import UnreadText
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.later import KnownAreas
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents, notes_of_rows, read_contents
from zoterodigest.project.digests import (
    FormatChoice,
    choice_in,
    format_choice,
    holds_nothing,
    read_digest,
)
from zoterodigest.project.files import (
    BadInput,
    Evicted,
    SourceChanged,
    read_if_present,
    require_text,
)
from zoterodigest.project.layout import (
    BibFile,
    Digest,
    Project,
    find_project,
    folder_before_pattern,
)
from zoterodigest.project.lock.lock import holds_conflict_marks, lock_hash, names_library, read_lock
from zoterodigest.project.log.journal import RecordedRun, read_journal
from zoterodigest.project.marks import LeftMarks, Totals
from zoterodigest.project.memory import read_memory
from zoterodigest.project.pending import read_pending
from zoterodigest.project.recovery import Facts, LibraryFacts, fold_journal, rows_of_files
from zoterodigest.project.settled import hashed
from zoterodigest.project.vaults import why_away
from zoterodigest.project.written import held_before, written_last
from zoterodigest.sync.gathering.compared import compared_entry
from zoterodigest.sync.gathering.known_lock import read_known_lock
from zoterodigest.sync.gathering.unread import unread_in
from zoterodigest.sync.gathering.workspace import Workspace

if TYPE_CHECKING:
    from zoterodigest.bibtex.edit.document import BibDocument
    from zoterodigest.digest.format.format import DigestFormat


class Unfinished(ZoterodigestError):
    """A run was killed here, and what it wrote is not in the lock file yet."""

    exit_code = 18

    def __init__(self, lock_path: Path) -> None:
        super().__init__(
            f"a run was killed: what it wrote is not in {lock_path} yet",
            "Run `zoterodigest sync`, which finishes it, then run this command again.",
        )


_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadDigest:
    """One digest of a run: its rules, its bytes as read, and what was understood by `formats`.
    `choice` tells what these follow from.

    By what is `known` of areas, entries are read when somebody asks what they say. `judged` is how
    areas were judged that were found when all was read. One that `is_recent` changed a moment
    before the run began. `new_citekey` is the citation key of a paper that gets a note: that is
    empty, and no file yet.
    """

    digest: Digest
    data: bytes
    document: Document
    formats: tuple[DigestFormat, ...]
    known: KnownAreas | None = None
    choice: bytes = b""
    is_recent: bool = False
    new_citekey: str | None = None
    judged: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> DigestKey:
        """What the lock file calls it."""
        return self.digest.key

    @property
    def is_new(self) -> bool:
        """Whether it is a note that this run may make."""
        return self.new_citekey is not None

    @property
    def is_blank(self) -> bool:
        """Whether there is no text in it, and so nothing that could be an entry."""
        return holds_nothing(self.data)

    @property
    def on_disk(self) -> bytes | None:
        """What its file holds; None if there is none yet."""
        return None if self.is_new else self.data

    @property
    def path(self) -> Path:
        """Where it stands."""
        return self.digest.path


def is_empty_digest(read: ReadDigest) -> bool:
    """Tell whether a digest has no entry and should have one: a vault has all kinds of files."""
    return not read.document.entries and not read.digest.rules.is_vault


@dataclass(frozen=True, slots=True)
class UnreadSource:
    """A digest or bibliography of a run whose file cannot be read, and why; also a vault, by its
    folder.

    `rules` is the path by which the configuration names a digest.
    """

    key: SourceKey
    path: Path
    error: BadInput
    rules: str = ""


@dataclass(frozen=True, slots=True)
class ReadBib:
    """One bibliography of a run: its rules, its bytes as read, and what was understood of them.

    `data` is None where there is no file yet.
    """

    bib: BibFile
    data: bytes | None
    document: BibDocument

    @property
    def key(self) -> BibKey:
        """What the lock file calls it."""
        return self.bib.key

    @property
    def path(self) -> Path:
        """Where it stands."""
        return self.bib.path

    @property
    def on_disk(self) -> bytes | None:
        """What its file holds; None if there is none yet."""
        return self.data


Source = ReadDigest | ReadBib
"""A file whose entries are linked with items."""


@dataclass(frozen=True, slots=True)
class FoundLoud:
    """What a run found `loud`, by its `prints` and by what the run before it `left`.

    What that says of files and areas is as this run found them.
    """

    loud: Loud
    prints: Prints
    left: LeftMarks


@dataclass(frozen=True, slots=True)
class QuietPart:
    """What a run did not look at, as nothing that bears on it has changed.

    `totals` counts everything, `digests` are the bytes of all digests of the run; if these are a
    part of the digests, it `is_part`. `found` is what it looked at instead; None if that was
    nothing.
    """

    totals: Totals = field(default_factory=Totals)
    is_part: bool = False
    digests: Mapping[SourceKey, bytes] = field(default_factory=dict)
    found: FoundLoud | None = None
    bibs: Mapping[BibKey, bytes | None] = field(default_factory=dict)

    @property
    def links(self) -> int:
        """The number of all links, also of those that it looked at; 0 for a run over everything."""
        return self.totals.rows


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything a run knows before it plans.

    `entries` are those of the digests, then those of the bibliographies whose edits travel.

    `unread_sources` tells why configured digests and bibliographies could not be read: they take no
    part, and their links stay as they are.
    `lock_data` is the lock file's bytes as read (None: there is none), `lock` what they say, with
    what a killed run achieved folded in; `recorded` is the journal that such a run left.
    `quiet` is what it left out: then `entries`, `lock` and `contents` hold the rest, and so does
    `seen` of links. `held` are the ids of the rows whose files were held by the runs before it.
    `new_files` are those that items may get, by their keys.
    """

    digests: tuple[ReadDigest, ...]
    entries: tuple[Entry, ...]
    unread: UnreadText
    lock_data: bytes | None
    lock: LockFile
    contents: Contents
    gone: frozenset[SourceKey]
    recorded: RecordedRun | None = None
    seen: Seen | None = None
    bibs: tuple[ReadBib, ...] = ()
    pending: tuple[Pending, ...] = ()
    unread_sources: tuple[UnreadSource, ...] = ()
    quiet: QuietPart = field(default_factory=QuietPart)
    held: frozenset[str] = frozenset()
    new_files: Mapping[str, NewFile] = field(default_factory=dict)

    @property
    def last_sync(self) -> LastSync:
        """The links as a run finds them, with what was last seen of them."""
        return LastSync(self.lock.rows, self.lock.collection_rows, self.seen)

    @property
    def missing(self) -> frozenset[SourceKey]:
        """The digests of the lock file that are configured and not there."""
        return self.gone & {unread.key for unread in self.unread_sources}

    @property
    def sources(self) -> tuple[Source, ...]:
        """The digests and bibliographies, in the order of their entries."""
        return (*self.digests, *self.bibs)

    @property
    def digest_keys(self) -> frozenset[SourceKey]:
        """The digests of a run that read any, with those that it did not have to read."""
        read = frozenset[SourceKey](one.key for one in self.digests)
        return read | self.quiet.digests.keys() if read else read

    def places(self, read: Source) -> Sequence[int]:
        """Return which entries of a digest or bibliography `entries` holds, by their places."""
        found = self.quiet.found
        if found is None:
            return range(len(read.document.entries))
        return sorted(found.loud.entries[read.key])

    @property
    def recovers(self) -> bool:
        """Whether what a killed run, or a merge of git, left is to be put in order; so is the name
        that the library had before its account was known.
        """
        if self.recorded is not None or holds_conflict_marks(self.lock_data):
            return True
        has_links = bool(self.lock.rows or self.lock.collection_rows)
        data = self.lock_data
        return has_links and data is not None and not names_library(data, self.lock.identity)

    @property
    def lock_hash(self) -> str:
        """The hash of the lock file as read."""
        return lock_hash(self.lock_data)


def gather(workspace: Workspace, *, with_notes: bool = True, with_areas: bool = False) -> Gathered:
    """Read the digests, the lock file and the library of `workspace`.

    The areas of entries are found `with_areas` when a run is to leave marks of them.
    The library comes last: what another run did meanwhile is then in it, or shows in the other two
    (`require_unchanged`). Raises `BadInput`, `BadLockFile` or `BadLibrary` for what cannot be read
    at all, and `OtherLibrary`.
    """
    digests, unread_digests = read_digests(workspace, with_areas=with_areas)
    bibs, unread_bibs = read_bibs(workspace)
    _LOG.info("Read %d digests and %d bibliographies", len(digests), len(bibs))
    # After the digests, before the library: a run in between shows in one of the later two.
    data = read_if_present(workspace.project.lock_path)
    recorded = read_journal(workspace.project.journal_path)
    lock = read_known_lock(workspace, data)
    away = vaults_away(workspace, digests, unread_digests, lock)
    digests = tuple(read for read in digests if read.digest.rules.path not in away)
    unread_digests = (*(it for it in unread_digests if it.rules not in away), *away.values())
    if unread_digests and not digests:
        raise unread_digests[0].error
    sources: tuple[Source, ...] = (*digests, *bibs)
    seen = read_memory(workspace.memory_path, lock, data)
    shows_own, ours = workspace.shows_own_notes, notes_of_rows(lock.rows)
    contents = read_contents(
        workspace.library.read(), workspace.zotero, with_own_notes=shows_own, our_notes=ours
    )
    _LOG.info("Read the library: %d items, version %d", len(contents.items), contents.version)
    if recorded is not None:
        # Only after a killed run: they bring what reads a .bib, and what compiles writes.
        from zoterodigest.sync.gathering.shown_entries import shown_by_entries
        from zoterodigest.sync.gathering.standing_bibs import standing_bibs
        from zoterodigest.sync.gathering.stored_keys import as_stored

        known: dict[str, bytes | None] = {read.key: read.data for read in sources}
        facts = facts_of(contents), standing_bibs(workspace.project, recorded, known)
        written = (*sources, *_others_of(recorded, workspace, known))
        entries = core_entries(written, workspace, with_notes=True)
        shown = shown_by_entries(entries, lock, recorded, workspace.zotero.folding())
        achieved = as_stored(recorded, workspace.library.stored_keys)
        then = lock
        lock = fold_journal(lock, lock_hash(data), achieved, *facts, entries=shown, seen=seen)
        links = len(then.rows), len(lock.rows)
        _LOG.info("A run was killed: with its journal, %d links become %d", *links)
        seen = seen and with_moved(seen, then.rows, lock.rows)
    linked = {row.digest for row in lock.rows}
    # Nothing of a vault that is away takes part, so none of its files is looked for elsewhere.
    if away:
        linked = {key for key in linked if workspace.project.former_rules(key).path not in away}
    gone = frozenset(key for key in linked if not (workspace.project.root / key).is_file())
    # A library never counts back by itself: this copy is an older one, such as a backup.
    if seen is not None and contents.version < seen.version:
        seen = replace(seen, has_gone_back=True)
    entries = core_entries(sources, workspace, with_notes=with_notes, exported=lock.exported)
    unread = unread_in(read.document for read in sources)
    pending, failed = read_pending(workspace.project.state_folder), (*unread_digests, *unread_bibs)
    return Gathered(
        *(digests, entries, unread, data, lock, contents, gone, recorded, seen, bibs, pending),
        unread_sources=failed,
        held=held_before(workspace.project.state_folder),
    )


def vaults_away(
    workspace: Workspace,
    digests: Iterable[ReadDigest],
    unread: Iterable[UnreadSource],
    lock: LockFile,
) -> Mapping[str, UnreadSource]:
    """Return the vaults of a run of which nothing is synced, by their paths in the configuration.

    Whoever names files means these, whatever is away.
    """
    found: dict[str, UnreadSource] = {}
    vaults = [it for it in workspace.project.configuration.digests if it.is_vault]
    if workspace.is_named or not vaults:
        return found
    linked = [row.digest for row in lock.rows if row.links_digest]
    for rules in vaults:
        files = [read.key for read in digests if read.digest.rules is rules]
        failed = [one for one in unread if one.rules == rules.path]
        evicted = [one.error for one in failed if isinstance(one.error, Evicted)]
        here = [*files, *(one.key for one in failed)]
        if error := why_away(workspace.project, rules, here, evicted, linked):
            key = DigestKey(folder_before_pattern(rules.path) or ".")
            found[rules.path] = UnreadSource(key, error.path, error, rules.path)
    return found


def _others_of(
    recorded: RecordedRun, workspace: Workspace, known: Mapping[str, object]
) -> tuple[ReadDigest, ...]:
    """Read the digests that a killed run was about to write, without those `known`, if they can be.

    Only this run sees the journal: the next one would not know what both ends agreed on.
    """
    keys = {row.digest for row in rows_of_files(recorded).values() if row.links_digest}
    unread = sorted(keys - known.keys())
    paths = [path for key in unread if (path := workspace.project.root / key).is_file()]
    if not paths:
        return ()
    with suppress(ZoterodigestError):
        digests = workspace.project.digests(paths)
        others = replace(workspace, digests=digests, wanted_format="", is_named=False)
        return read_digests(others)[0]
    return ()


def gather_elsewhere(workspace: Workspace) -> Gathered:
    """Read the lock file, whatever library it links with, and the library; digests take no part.

    Raises `Unfinished`, and what keeps either from being read.
    """
    path, identity = workspace.project.lock_path, workspace.library.identity
    data = read_if_present(path)
    if read_journal(workspace.project.journal_path) is not None:
        raise Unfinished(path)
    lock = LockFile(identity) if data is None else read_lock(data, path)
    ours = notes_of_rows(lock.rows)
    contents = read_contents(workspace.library.read(), workspace.zotero, our_notes=ours)
    return Gathered((), (), UnreadText(), data, lock, contents, frozenset())


def core_entries(
    sources: Iterable[Source],
    workspace: Workspace,
    *,
    with_notes: bool,
    exported: Sequence[Exported] = (),
) -> tuple[Entry, ...]:
    """Return the entries of `sources` in the form in which they are compared with the library.

    `exported` are the entries of .bib files that are ours.
    """
    return tuple(
        compared_entry(entry, workspace.zotero, with_notes=with_notes)
        for read in sources
        for entry in _entries_of(read, exported)
    )


def _entries_of(read: Source, exported: Sequence[Exported]) -> tuple[Entry, ...]:
    if isinstance(read, ReadDigest):
        return read.document.core_entries()
    written = {one.key: one.prints for one in exported if one.bibliography == read.key}
    return read.document.core_entries(written)


def reread(read: ReadDigest, source: bytes, workspace: Workspace) -> ReadDigest:
    """Return a digest as it is read when its file holds `source`."""
    document = _document(read.key, source, read.formats, workspace, read.known)
    return replace(read, document=document)


def without_places(read: ReadDigest, workspace: Workspace) -> ReadDigest:
    """Return a digest that is read again if somebody asks where the values of its entries stand."""
    from zoterodigest.digest.read.known import put_aside  # as in `_document`

    # Without `read` in it: that holds all that is to be forgotten.
    about = read.key, read.data, read.formats, workspace, read.known
    return replace(read, document=put_aside(read.document, lambda: _document(*about)))


def _document(
    key: DigestKey,
    source: bytes,
    formats: Sequence[DigestFormat],
    workspace: Workspace,
    areas: KnownAreas | None,
) -> Document:
    # A run over nothing that changed reads no digest: to import what reads them takes a tenth of a
    # `status` (0.02 of 0.23 s).
    from zoterodigest.digest.read.detect import read_document

    return read_document(key, source, formats, workspace.zotero.venues, areas)


def source_with(read: Source, source: bytes, workspace: Workspace) -> Source:
    """Return a digest or bibliography as it is read when its file holds `source`."""
    if isinstance(read, ReadDigest):
        return reread(read, source, workspace)
    return replace(read, document=_bib_document(read.bib, source, workspace))


def read_digests(
    workspace: Workspace,
    areas: KnownAreas | None = None,
    known_data: Mapping[SourceKey, bytes] | None = None,
    *,
    with_areas: bool = False,
) -> tuple[tuple[ReadDigest, ...], tuple[UnreadSource, ...]]:
    """Read the digests of a run, each by the formats that hold for it; return those that could not
    be read as well. `areas` are those that are known, and `known_data` the bytes of files that were
    read before in this run. Those of a digest of which nothing is known are found `with_areas`.

    One that the configuration names stops no other one (law 6). Raises `BadInput` for one that the
    person named.
    """
    read: list[ReadDigest] = []
    unread: list[UnreadSource] = []
    known: dict[FormatChoice, tuple[bytes, tuple[DigestFormat, ...]]] = {}
    choices = format_choices(workspace)
    written = written_last(workspace.project.state_folder)
    for digest in workspace.digests:
        try:
            data = (known_data or {}).get(digest.key) or read_digest(digest.path).data
        except BadInput as error:
            if workspace.is_named:
                raise
            unread.append(UnreadSource(digest.key, digest.path, error, digest.rules.path))
            continue
        if (choice := choices[digest.key]) not in known:  # each file of formats is read once
            files = choice.read()
            known[choice] = files.key, files.formats()
        key, formats = known[choice]
        found = KnownAreas(heads=None) if with_areas else areas
        document = _document(digest.key, data, formats, workspace, found)
        is_recent = changed_lately(workspace, digest) and hashed(data) not in written
        about = digest, data, document, formats, areas, key, is_recent
        read.append(ReadDigest(*about, judged=found.seen if found else {}))
    return tuple(read), tuple(unread)


def changed_lately(workspace: Workspace, digest: Digest) -> bool:
    """Tell whether a file of a vault changed so short a time ago that its writer may go on.

    It may be our own write, too.

    Whoever names one file alone means it as it is now: an editor saves it, and runs a sync of it.
    """
    hold = workspace.project.configuration.sync.hold
    is_meant = workspace.is_named and len(workspace.digests) == 1
    if is_meant or not (digest.rules.is_vault and workspace.now and hold):
        return False
    # A date far in the future is that of another clock, and says nothing.
    return abs(workspace.now - digest.path.stat().st_mtime) < hold


def format_choices(workspace: Workspace) -> dict[DigestKey, FormatChoice]:
    """Return which formats a run reads its digests by."""
    project, config = workspace.project, workspace.project.config_path
    configs = {str(folder): find_project(folder) for folder in folders_of(workspace)}
    found: dict[DigestKey, FormatChoice] = {}
    of_vaults: dict[tuple[str, str], FormatChoice] = {}
    for digest in workspace.digests:
        folder, rules = os.path.dirname(digest.path), digest.rules  # noqa: PTH120  (thousands)
        if configs[folder] != config:
            wanted = workspace.wanted_format or rules.format or ""
            found[digest.key] = format_choice(digest.path, wanted)
        elif rules.is_vault:
            # All notes of a folder are read alike.
            if (folder, rules.path) not in of_vaults:
                choice = choice_in(project, digest, workspace.wanted_format)
                of_vaults[folder, rules.path] = choice
            found[digest.key] = of_vaults[folder, rules.path]
        else:
            found[digest.key] = choice_in(project, digest, workspace.wanted_format)
    return found


def folders_of(workspace: Workspace) -> tuple[Path, ...]:
    """Return the folders in which the digests of a run lie, each once: a vault has few of them."""
    paths = (os.path.dirname(digest.path) for digest in workspace.digests)  # noqa: PTH120  (thousands)
    return tuple(map(Path, dict.fromkeys(paths)))


def read_bibs(workspace: Workspace) -> tuple[tuple[ReadBib, ...], tuple[UnreadSource, ...]]:
    """Read the bibliographies of a run; return those that cannot be read or are no text as well.

    One of them stops neither the others nor the digests (law 6).
    """
    read: list[ReadBib] = []
    unread: list[UnreadSource] = []
    for bib in workspace.bibs:
        try:
            data = read_if_present(bib.path)
            require_text(bib.path, data or b"")
        except BadInput as error:
            unread.append(UnreadSource(bib.key, bib.path, error))
            continue
        read.append(ReadBib(bib, data, _bib_document(bib, data or b"", workspace)))
    return tuple(read), tuple(unread)


def _bib_document(bib: BibFile, source: bytes, workspace: Workspace) -> BibDocument:
    """Return a bibliography as read; one that is only written has no entries that take part."""
    # Only a project with a .bib pays for what reads and edits one.
    from zoterodigest.bibtex.edit.document import BibDocument, read_bib
    from zoterodigest.bibtex.tiles.scanner import scan

    if not bib.is_two_way:
        return BibDocument(bib.key, scan(source), (), ())
    return read_bib(bib.key, source, workspace.zotero.venues)


def with_all_digests(workspace: Workspace) -> Workspace:
    """Return `workspace` with the other digests of the lock file: their links are to learn of it.

    An item may stand in several digests; what it takes must not travel into one that was not named.
    """
    lock = read_known_lock(workspace, read_if_present(workspace.project.lock_path))
    rows = (row for row in lock.rows if row.links_digest)
    others = {row.digest for row in rows} - {digest.key for digest in workspace.digests}
    paths = [path for key in sorted(others) if (path := workspace.project.root / key).is_file()]
    here = [digest.path for digest in workspace.digests]
    return replace(workspace, digests=workspace.project.digests([*here, *paths]))


def facts_of(contents: Contents) -> Facts:
    """Return what is live in the library, by key, as the journal's recovery asks for it."""
    objects = (key for key, one in contents.by_key.items() if not one.is_trashed)
    collections = (one.key for one in contents.collections if not one.is_trashed)
    facts = {key: LibraryFacts() for key in (*objects, *collections)}
    for item in contents.items:
        tags = frozenset(contents.by_key[item.key].json.tags)
        known = {item.key: LibraryFacts(_prints(item.raws), tags, item.collections)}
        known |= {note.key: _note_facts(note) for note in item.notes.values()}
        facts |= {key: found for key, found in known.items() if key in facts}
    return facts


def _note_facts(note: ChildNote) -> LibraryFacts:
    whole = fingerprint(note.whole.raw) if note.whole else ""
    return LibraryFacts(_prints(note.raws), whole=whole)


def _prints(raws: Mapping[str, str]) -> dict[str, str]:
    return {name: fingerprint(raw) for name, raw in raws.items()}


def require_unchanged(project: Project, gathered: Gathered) -> None:
    """Raise `SourceChanged` if a digest, the lock file or the journal is not as it was read."""
    for read in gathered.sources:
        if read_if_present(read.path) != read.on_disk:
            raise SourceChanged(read.path)
    if read_if_present(project.lock_path) != gathered.lock_data:
        raise SourceChanged(project.lock_path)
    if read_journal(project.journal_path) != gathered.recorded:
        raise SourceChanged(project.journal_path)


def names_by_key(digests: Iterable[ReadDigest]) -> Mapping[str, str]:
    """Return what people call each digest, by its key."""
    return {read.key: read.digest.name for read in digests}
