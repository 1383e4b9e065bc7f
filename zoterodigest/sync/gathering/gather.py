"""Gathering: both ends and what is known of them, read once, as the core sees them.

So is what still stands in text that was not understood (law 6).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.found import Pending
from zoterodigest.core.plan.run_options import LastSync, NewFile
from zoterodigest.core.plan.seen import Seen, with_moved
from zoterodigest.core.reconcile.quiet import Loud, Prints
from zoterodigest.core.values import identity
from zoterodigest.core.values.file_keys import BibKey, DigestKey, SourceKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Entry
from zoterodigest.core.works.pairing import UnreadText
from zoterodigest.digest.read.document import Document
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents, notes_of_rows, read_contents
from zoterodigest.project.files import Evicted, SourceChanged, read_if_present
from zoterodigest.project.kept import held_before
from zoterodigest.project.layout import ProjectFolder, folder_before_pattern
from zoterodigest.project.lock.lock import holds_conflict_marks, names_library, read_lock
from zoterodigest.project.log.journal import RecordedRun, read_journal
from zoterodigest.project.marks import LeftMarks, Totals
from zoterodigest.project.memory import read_memory
from zoterodigest.project.pending import read_pending
from zoterodigest.project.vaults import why_away
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.gathering.known_lock import read_known_lock
from zoterodigest.sync.gathering.sources import (
    ReadBib,
    ReadDigest,
    Source,
    UnreadSource,
    core_entries,
    read_bibs,
    read_digests,
)
from zoterodigest.sync.gathering.workspace import Workspace

if TYPE_CHECKING:
    from zoterodigest.bibtex.edit.document import BibDocument

_LOG = logging.getLogger(__name__)


class Unfinished(ZoterodigestError):
    """A run was killed here, and what it wrote is not in the lock file yet."""

    exit_code = 18

    def __init__(self, lock_path: Path) -> None:
        super().__init__(
            f"a run was killed: what it wrote is not in {lock_path} yet",
            "Run `zoterodigest sync`, which finishes it, then run this command again.",
        )


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
        # Few runs follow a killed one: the others don't import what puts its work in order.
        from zoterodigest.sync.gathering.killed_run import with_achieved

        then = lock
        known = data, seen, contents
        lock = with_achieved(lock, recorded, sources, known, workspace)
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


def require_unchanged(project: ProjectFolder, gathered: Gathered) -> None:
    """Raise `SourceChanged` if a digest, the lock file or the journal is not as it was read."""
    for read in gathered.sources:
        if read_if_present(read.path) != read.on_disk:
            raise SourceChanged(read.path)
    if read_if_present(project.lock_path) != gathered.lock_data:
        raise SourceChanged(project.lock_path)
    if read_journal(project.journal_path) != gathered.recorded:
        raise SourceChanged(project.journal_path)


# Bounded: behind each bracket that is never closed the search would run to the end of the text.
_LABEL = lazy_regex(r"\[([^\[\]]{4,400})\]|\*\*([^*]{4,400})\*\*|<b>([^<]{4,400})</b>")
_MARKS = lazy_regex(r"[*_`>#|\[\]]|<[^<>]*>")


def unread_in(documents: Iterable[Document | BibDocument]) -> UnreadText:
    """Return the identifiers and titles that still stand in text that was not understood."""
    identifiers: set[Identifier] = set()
    titles: set[str] = set()
    for document in documents:
        for text in _unread_texts(document):
            identifiers |= {Identifier("arxiv", one) for one in identity.arxiv_in_text(text)}
            identifiers |= {Identifier("doi", one) for one in identity.doi_in_text(text)}
            titles.update(map(identity.match_title, _possible_titles(text)))
    return UnreadText(frozenset(identifiers), frozenset(titles - {""}))


def _unread_texts(document: Document | BibDocument) -> Iterator[str]:
    yield from document.unread_texts()
    for entry in document.entries if isinstance(document, Document) else ():
        # What a broken entry says was not understood either: no item is trashed for its sake.
        if entry.broken:
            span = entry.span
            yield document.source[span.start : span.end].decode("utf-8", "replace")


def _possible_titles(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield _MARKS.sub(" ", line).strip(" -+0123456789.\t")
        for found in _LABEL.finditer(line):
            yield next(group for group in found.groups() if group)
