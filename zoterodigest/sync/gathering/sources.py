"""The digests and bibliographies of a run, read from their files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zoterodigest.core.links.link import Exported
from zoterodigest.core.values.file_keys import BibKey, DigestKey, SourceKey
from zoterodigest.core.values.record import Entry
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.later import KnownAreas
from zoterodigest.frozen import dataclass
from zoterodigest.project.config import DigestRules
from zoterodigest.project.digests import (
    FormatChoice,
    choice_in,
    format_choice,
    holds_nothing,
    read_digest,
)
from zoterodigest.project.files import BadInput, read_if_present, require_text
from zoterodigest.project.kept import hashed, written_last
from zoterodigest.project.layout import BibFile, Digest
from zoterodigest.project.walks import find_project
from zoterodigest.sync.gathering.compared import compared_entry
from zoterodigest.sync.gathering.workspace import Workspace

if TYPE_CHECKING:
    from zoterodigest.bibtex.edit.document import BibDocument
    from zoterodigest.digest.format.format import DigestFormat


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
    entries = (entry for read in sources for entry in _entries_of(read, exported))
    return compared_entries(entries, workspace, with_notes=with_notes)


def compared_entries(
    entries: Iterable[Entry], workspace: Workspace, *, with_notes: bool
) -> tuple[Entry, ...]:
    """Return entries as they stand in their files in the form in which they are compared."""
    zotero = workspace.zotero
    return tuple(compared_entry(entry, zotero, with_notes=with_notes) for entry in entries)


def _entries_of(read: Source, exported: Sequence[Exported]) -> tuple[Entry, ...]:
    if isinstance(read, ReadDigest):
        return read.document.core_entries()
    written = {one.key: one.prints for one in exported if one.bibliography == read.key}
    return read.document.core_entries(written)


def reread(read: ReadDigest, source: bytes, workspace: Workspace) -> Document:
    """Return the document of a digest when its file holds `source`."""
    return _document(read.key, source, read.formats, workspace, read.known)


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
        return replace(read, document=reread(read, source, workspace))
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


_NO_NOTES = (
    "this vault makes no notes by itself: to get one for each such item, add"
    ' new = { file = "@{citekey}.md" } to its [[digest]] in zoterodigest.toml'
)


def why_no_new_entries(read: ReadDigest) -> str:
    """Return why no format of this digest lets a sync write a new entry; "" if one does."""
    if read.digest.rules.is_vault:
        return why_no_new_notes(read.digest.rules)
    formats = formats_tried(read)
    if any(map(takes_any, formats)):
        return ""
    if kind := next((form.data for form in formats if form.data), None):
        return f"zoterodigest adds no papers to {kind.upper()} files: add it to the file by hand"
    if named := sorted({form.name for form in formats if form.new is not None}):
        return (
            f"entries of the format {', '.join(named)} are added only when asked for"
            ' ([new] has `when = "asked"`): run `zoterodigest add` with its identifier'
        )
    names = ", ".join(dict.fromkeys(form.name for form in formats))
    return (
        f"the format {names} has no [new] section, so zoterodigest can't add entries;"
        " `zoterodigest docs format-reference` shows how to write one"
    )


def why_no_new_notes(rules: DigestRules) -> str:
    """Return why a vault gets no note for an item; "" if it does, and for any other digest."""
    return _NO_NOTES if rules.is_vault and not rules.new else ""


def takes_any(form: DigestFormat) -> bool:
    """Tell whether a sync writes new entries in this format."""
    return form.new is not None and form.new.when == "always"


def formats_tried(read: ReadDigest) -> Sequence[DigestFormat]:
    """Return the formats of a digest's entries; without entries, those that were tried."""
    return tuple(entry.format for entry in read.document.entries) or read.formats
