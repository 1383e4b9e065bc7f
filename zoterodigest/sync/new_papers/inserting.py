"""Digests open for new entries: papers become entries in their format, under a fitting heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from zoterodigest.core.plan.found import LookupResult, Pending
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat, folded_label, note_rule
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.heading_names import name_of_heading
from zoterodigest.digest.write.house_style import in_house_style
from zoterodigest.digest.write.new_section import DigestSection, sections_of
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.project.dated_files import dates_in
from zoterodigest.project.digests import formats_for, require_digest
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.sync.apply.changes import FileChange
from zoterodigest.sync.new_papers.papers import Paper, unshown


@dataclass(frozen=True, slots=True)
class OpenDigest:
    """A digest: its bytes on the disk (None: there is no file yet), and what is to stand there."""

    path: Path
    on_disk: bytes | None
    document: Document
    formats: tuple[DigestFormat, ...]
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
        rule = note_rule(self.formats)
        return FileChange(self.key, self.path, self.on_disk, self.document.source, note=rule)


def open_digest(project: ProjectFolder, path: Path, venues: VenueTable) -> OpenDigest:
    """Read the digest at `path`, empty if there is no file; raise `BadInput` if it is no text."""
    (digest,) = project.digests([path])
    data = read_if_present(digest.path)
    require_digest(digest.path, data or b"")
    formats = formats_for(digest.path, digest.rules.format or "", project)
    document = read_document(digest.key, data or b"", formats, venues)
    return OpenDigest(digest.path, data, document, formats, venues)


def open_all(
    project: ProjectFolder, more: Iterable[Path], venues: VenueTable
) -> dict[str, OpenDigest]:
    """Read the digests of a project that are there, and `more`, by what the project calls them."""
    paths = [digest.path for digest in project.digests() if digest.path.exists()]
    digests = project.digests([*paths, *more]) if paths or more else ()
    return {it.key: open_digest(project, it.path, venues) for it in digests}


_MOST_LISTED = 20


class UnclearSection(ZoterodigestError):
    """It is not clear under which heading of a digest new entries are to stand."""

    exit_code = 2

    def __init__(self, digest: str, reason: str, sections: Sequence[DigestSection]) -> None:
        names = [f"“{' / '.join(section.path)}”" for section in sections if section.path]
        listed = ", ".join(names[:_MOST_LISTED]) + (", …" if len(names) > _MOST_LISTED else "")
        hint = f"Name it with --section (in a feed: section): {listed}." if names else ""
        super().__init__(f"{digest}: {reason}", hint)
        self.digest = digest
        self.sections = tuple(sections)


@dataclass(frozen=True, slots=True)
class Came:
    """A paper that came into a digest, and the entry it became."""

    paper: Paper
    entry: DigestEntry


@dataclass(frozen=True, slots=True)
class Addition:
    """A digest with new entries: the papers that came, and those that could not, each with why."""

    digest: OpenDigest
    came: tuple[Came, ...] = ()
    refused: tuple[tuple[Paper, str], ...] = ()

    @property
    def pending(self) -> tuple[Pending, ...]:
        """What is known of the papers that came and that the digest cannot show."""
        kept: list[Pending] = []
        for came in self.came:
            paper, fields = came.paper, unshown(came.paper, came.entry.reading.fields)
            if fields or paper.details:
                named = dict.fromkeys(fields, paper.name)
                found = LookupResult(fields, named, details=paper.details)
                kept.append(Pending(self.digest.key, paper.identifiers, paper.title, found))
        return tuple(kept)


def insert(
    digest: OpenDigest,
    papers: Sequence[Paper],
    path: tuple[str, ...],
    first: DigestFormat | None = None,
) -> Addition:
    """Insert `papers` under the heading at `path`; every other byte stays as it is.

    `first` is the format of the first entry of all. A paper that cannot be written so that it is
    read as it should be is refused.
    """
    document = digest.document
    form = None if document.entries else first or first_form(digest)
    # By number: two papers may have equal fields, and each refusal names its own.
    changes = {
        str(at): NewEntry(
            str(at), path, in_house_style(document, paper.fields), form, version=paper.version
        )
        for at, paper in enumerate(papers)
    }
    done = rearrange(document, list(changes.values()), digest.read, canonical_blocks)
    reasons = {change.tag: why for change, why in done.refusals if isinstance(change, NewEntry)}
    after = replace(digest, document=done.document)
    pairs = zip(done.origins, after.document.entries, strict=True)
    came = tuple(Came(papers[int(tag)], entry) for tag, entry in pairs if isinstance(tag, str))
    return Addition(after, came, tuple((papers[int(tag)], why) for tag, why in reasons.items()))


def first_form(digest: OpenDigest) -> DigestFormat | None:
    """Return the format in which the first entry of a digest is written, None if none can be."""
    usual = (form for form in digest.formats if form.new is not None and form.new.when == "always")
    any_ = (form for form in digest.formats if form.new is not None)
    return next(usual, None) or next(any_, None)


def section_for(document: Document, wanted: str = "") -> tuple[str, ...]:
    """Return the path of the heading for new entries: the one `wanted`, else the evident one.

    Evident is the only heading, the only one with entries, or of dated ones with entries the
    newest. Raises `UnclearSection`.
    """
    sections = sections_of(document)
    if wanted:
        return _named(document, wanted, sections)
    filled = [section for section in sections if section.entries] or list(sections)
    if not filled:
        return ()
    if len(filled) == 1:
        return filled[0].path
    if all(map(day_of, filled)):
        return max(filled, key=day_of).path
    what = "entries stand under" if document.entries else "it has"
    reason = f"{what} several headings"
    raise UnclearSection(document.name, reason, filled)


def day_of(section: DigestSection) -> str:
    """Return the date in a heading, as far as it goes; "" for none."""
    found = dates_in(section.text)
    return "-".join(filter(None, found[-1].group("year", "month", "day"))) if found else ""


def _named(document: Document, wanted: str, sections: Sequence[DigestSection]) -> tuple[str, ...]:
    # A heading may be given as it is written.
    wanted = name_of_heading(wanted).text
    parts = [folded_label(part) for part in re.split(r"\s*/\s*", wanted)]
    whole = [it for it in sections if it.path and folded_label(it.path[-1]) == folded_label(wanted)]
    below = [it for it in sections if it.path and _ends(it.path, parts)]
    within = [
        it for it in sections if it.path and folded_label(wanted) in folded_label(it.path[-1])
    ]
    for found in (whole, below, within):
        if len(found) == 1:
            return found[0].path
        if found:
            reason = f"several headings are called “{wanted}”"
            raise UnclearSection(document.name, reason, found)
    if folded_label(wanted) == folded_label(document.title):
        return ()
    raise UnclearSection(document.name, f"there is no heading “{wanted}”", sections)


def _ends(path: Sequence[str], parts: Sequence[str]) -> bool:
    return [folded_label(key) for key in path[-len(parts) :]] == list(parts)
