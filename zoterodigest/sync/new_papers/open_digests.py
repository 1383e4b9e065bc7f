"""Digests open for new entries: as read, and as they are going to be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import Format
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.project.digests import formats_for
from zoterodigest.project.files import read_if_present, require_text
from zoterodigest.project.layout import Project
from zoterodigest.sync.apply.changes import FileChange


@dataclass(frozen=True, slots=True)
class OpenDigest:
    """A digest: its bytes on the disk (None: there is no file yet), and what is to stand there."""

    path: Path
    on_disk: bytes | None
    document: Document
    formats: tuple[Format, ...]
    venues: VenueTable

    @property
    def key(self) -> DigestKey:
        """What the project calls it."""
        return DigestKey(self.document.name)

    @property
    def is_change(self) -> bool:
        """Whether the file will differ."""
        return self.document.source != (self.on_disk or b"")

    def read(self, source: bytes) -> Document:
        """Read other bytes as this digest is read."""
        return read_document(self.key, source, self.formats, self.venues)

    def holding(self, source: bytes) -> OpenDigest:
        """Return the digest as it is when it holds `source`."""
        return replace(self, document=self.read(source))

    @property
    def change(self) -> FileChange:
        """What is to be written."""
        return FileChange(self.key, self.path, self.on_disk, self.document.source)


def open_digest(project: Project, path: Path, venues: VenueTable) -> OpenDigest:
    """Read the digest at `path`, empty if there is no file; raise `BadInput` if it is no text."""
    (digest,) = project.digests([path])
    data = read_if_present(digest.path)
    require_text(digest.path, data or b"")
    formats = formats_for(digest.path, digest.rules.format or "", project)
    document = read_document(digest.key, data or b"", formats, venues)
    return OpenDigest(digest.path, data, document, formats, venues)


def open_all(project: Project, more: Iterable[Path], venues: VenueTable) -> dict[str, OpenDigest]:
    """Read the digests of a project that are there, and `more`, by what the project calls them."""
    paths = [digest.path for digest in project.digests() if digest.path.exists()]
    digests = project.digests([*paths, *more]) if paths or more else ()
    return {it.key: open_digest(project, it.path, venues) for it in digests}
