"""Gathering: both ends and what is known of them, read once, as the core sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zoterodigest.core import identity
from zoterodigest.core.identity import Identifier
from zoterodigest.core.link import fingerprint
from zoterodigest.core.pairing import Unread
from zoterodigest.core.record import (
    EMPTY,
    SECTION,
    Blocks,
    Empty,
    Entry,
    Fields,
    Hyperlink,
    Links,
    Members,
    Names,
    Scope,
    Value,
    scope_of,
)
from zoterodigest.core.seen import Seen
from zoterodigest.digest.detect import read_document
from zoterodigest.digest.document import Document
from zoterodigest.digest.format import Format
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.contents import Contents, read_contents, section_name
from zoterodigest.library.items import carried_links
from zoterodigest.library.zotero import LinkHome, ZoteroMapping
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.note import is_never_shown, part_name
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import SourceChanged, SourceFile, read_if_present
from zoterodigest.project.journal import Recorded, read_journal
from zoterodigest.project.layout import Digest, Project
from zoterodigest.project.lock import LockFile, lock_hash, read_lock
from zoterodigest.project.memory import read_memory, with_rows
from zoterodigest.project.recovery import Facts, Found, fold_journal
from zoterodigest.sync.workspace import Workspace


class OtherLibrary(ZoterodigestError):
    """The lock file at `path` links with another library than this one: it is no base (law 5)."""

    exit_code = 13

    def __init__(self, path: Path, linked: str, present: str) -> None:
        sentence = (
            f"{path} links with the library {linked}, and this one is {present}"
            if present
            else f"the built-in library {linked}, with which {path} links, is not here"
        )
        super().__init__(
            sentence,
            "Give that library's path with --library embedded:PATH, or begin anew with "
            "`zoterodigest init --fresh`: items that are found again are adopted.",
        )
        self.path = path
        self.linked = linked
        self.present = present


@dataclass(frozen=True, slots=True)
class ReadDigest:
    """One digest of a run: its rules, its file as read, and what was understood by `formats`."""

    digest: Digest
    file: SourceFile
    document: Document
    formats: tuple[Format, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything a run knows before it plans.

    `lock_data` is the lock file's bytes as read (None: there is none), `lock` what they say, with
    what a killed run achieved folded in; `recorded` is the journal that such a run left.
    """

    digests: tuple[ReadDigest, ...]
    entries: tuple[Entry, ...]
    unread: Unread
    lock_data: bytes | None
    lock: LockFile
    contents: Contents
    gone: frozenset[str]
    recorded: Recorded | None = None
    seen: Seen | None = None

    @property
    def recovers(self) -> bool:
        """Whether a killed run left something to be written down."""
        return self.recorded is not None

    @property
    def lock_hash(self) -> str:
        """The hash of the lock file as read."""
        return lock_hash(self.lock_data)


def gather(workspace: Workspace, *, with_notes: bool = True) -> Gathered:
    """Read the digests, the lock file and the library of `workspace`.

    The library comes last: what another run did meanwhile is then in it, or shows in the other two
    (`require_unchanged`). Raises `BadInput`, `BadLockFile` or `BadLibrary` for what cannot be read
    at all, and `OtherLibrary`.
    """
    digests = tuple(read_digests(workspace))
    entries = core_entries(digests, workspace, with_notes=with_notes)
    lock_data = read_if_present(workspace.project.lock_path)
    recorded = read_journal(workspace.project.journal_path)
    lock = read_known_lock(workspace, lock_data)
    seen = read_memory(workspace.memory_path, lock, lock_data)
    contents = read_contents(
        workspace.library.read(), workspace.zotero, with_own_notes=workspace.shows_own_notes
    )
    if recorded is not None:
        then, lock = lock, fold_journal(lock, lock_hash(lock_data), recorded, facts_of(contents))
        seen = _seen_by(then, lock, seen)
    return Gathered(
        digests,
        entries,
        unread_in(read.document for read in digests),
        lock_data,
        lock,
        contents,
        frozenset(_gone(workspace, lock)),
        recorded,
        seen,
    )


def _seen_by(then: LockFile, now: LockFile, seen: Seen | None) -> Seen | None:
    """Return `seen` with the rows that a killed run made `now` of those `then`: it ran here."""
    before = {row.id: row for row in then.rows}
    written = {row.id: row for row in now.rows if before.get(row.id) != row}
    return None if seen is None else with_rows(seen, written)


def core_entries(
    digests: Iterable[ReadDigest], workspace: Workspace, *, with_notes: bool
) -> tuple[Entry, ...]:
    """Return the entries of `digests` in the form in which they are compared with the library."""
    return tuple(
        core_entry(entry, workspace.zotero, with_notes=with_notes)
        for read in digests
        for entry in read.document.core_entries()
    )


def reread(read: ReadDigest, source: bytes, workspace: Workspace) -> ReadDigest:
    """Return a digest as it is read when its file holds `source`."""
    venues = workspace.zotero.venues
    return replace(read, document=read_document(read.digest.key, source, read.formats, venues))


def read_digests(workspace: Workspace) -> Iterator[ReadDigest]:
    """Read the digests of a run, each by the formats that hold for it."""
    venues = workspace.zotero.venues
    for digest in workspace.digests:
        file = read_digest(digest.path)
        wanted = workspace.wanted_format or digest.rules.format or ""
        formats = formats_for(digest.path, wanted)
        document = read_document(digest.key, file.data, formats, venues)
        yield ReadDigest(digest, file, document, formats)


def read_known_lock(workspace: Workspace, data: bytes | None) -> LockFile:
    """Return what the lock file says; with none, that nothing is linked with this library.

    Raises `OtherLibrary` if its links are with another one.
    """
    library, path = workspace.library, workspace.project.lock_path
    present = library.identity
    lock = LockFile(present) if data is None else read_lock(data, path)
    if not lock.rows and not lock.shelves:
        return LockFile(present)
    if lock.identity != present:
        raise OtherLibrary(path, lock.identity, present if library.version() else "")
    return lock


def _gone(workspace: Workspace, lock: LockFile) -> Iterator[str]:
    """Yield the digests of the lock file whose file no longer exists."""
    for key in sorted({row.digest for row in lock.rows}):
        if not (workspace.project.root / key).exists():
            yield key


def core_entry(entry: Entry, zotero: ZoteroMapping, *, with_notes: bool = True) -> Entry:
    """Return an entry in the form in which it is compared with the library.

    Blocks are as a note holds them, sections are named as its headings; what the mapping does not
    carry, and without notes what belongs in them, is not carried.
    """
    fields: dict[str, Value] = {}
    raws: dict[str, str] = {}
    for held, name in held_names(entry.fields):
        if not _is_carried(name, zotero, with_notes=with_notes):
            continue
        if name == "year" and is_in_date(entry.fields):
            continue
        fields[held] = _canonical(entry.fields[name], entry)
        raws[held] = entry.raws[name]
    return replace(entry, fields=fields, raws=raws)


def held_names(fields: Fields) -> Iterator[tuple[str, str]]:
    """Yield every field's name as the library holds it, with the digest's own name."""
    taken: dict[str, Value] = {}
    for name in fields:
        held = name
        if name.startswith(SECTION):
            held = section_name(part_name(name.removeprefix(SECTION)), taken)
        taken[held] = EMPTY
        yield held, name


def _is_carried(name: str, zotero: ZoteroMapping, *, with_notes: bool) -> bool:
    if name == "links":
        return zotero.links is not LinkHome.OFF
    if name.startswith(SECTION) and is_never_shown(name.removeprefix(SECTION)):
        return False
    return with_notes or scope_of(name) is Scope.RECORD


def is_in_date(fields: Fields) -> bool:
    """Whether a year is that of a date which the entry shows as well: one home, one field."""
    date, year = fields.get("date"), fields.get("year")
    return isinstance(date, str) and isinstance(year, str) and date.startswith(year)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no field of a library holds."""


def _canonical(value: Value, entry: Entry) -> Value:
    match value:
        case Blocks(texts):
            held = tuple(text for text in canonical_blocks(texts) if text)
            return Blocks(held) if held else EMPTY
        case Links():
            links = carried_links(value, entry.fields).hyperlinks
            held_links = tuple(Hyperlink(_held(link.label), _held(link.url)) for link in links)
            return Links(held_links) if held_links else EMPTY
        case Members(texts):
            return Members(tuple(filter(None, map(_held, texts))))
        case Names(people):
            return replace(value, people=tuple(filter(None, map(_held, people))))
        case str():
            return _held(value)
        case Empty():
            return value


def _held(text: str) -> str:
    return _CONTROL.sub("", text)


_LABEL = re.compile(r"\[([^\[\]]{4,400})\]|\*\*([^*]{4,400})\*\*|<b>([^<]{4,400})</b>")
_MARKS = re.compile(r"[*_`>#|\[\]]|<[^<>]*>")


def unread_in(documents: Iterable[Document]) -> Unread:
    """Return the identifiers and titles that still stand in text that was not understood."""
    identifiers: set[Identifier] = set()
    titles: set[str] = set()
    for document in documents:
        for text in _unread_texts(document):
            identifiers |= {Identifier("arxiv", one) for one in identity.arxiv_in_text(text)}
            identifiers |= {Identifier("doi", one) for one in identity.doi_in_text(text)}
            titles.update(map(identity.match_title, _possible_titles(text)))
    return Unread(frozenset(identifiers), frozenset(titles - {""}))


def _unread_texts(document: Document) -> Iterator[str]:
    yield from document.unread_texts()
    for entry in document.entries:
        if entry.broken:
            span = entry.span
            yield document.source[span.start : span.end].decode("utf-8", "replace")


def _possible_titles(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield _MARKS.sub(" ", line).strip(" -+0123456789.\t")
        for found in _LABEL.finditer(line):
            yield next(group for group in found.groups() if group)


def facts_of(contents: Contents) -> Facts:
    """Return what is live in the library, by key, as the journal's recovery asks for it."""
    live = _live(contents)
    facts: dict[str, Found] = {key: Found() for key in live}
    for item in contents.items:
        tags = contents.by_key[item.key].data.get("tags", ())
        facts[item.key] = Found(
            _prints(item.raws), frozenset(str(tag["tag"]) for tag in tags), item.collections
        )
        for note in item.notes.values():
            facts[note.key] = Found(_prints(note.raws))
    return {key: found for key, found in facts.items() if key in live}


def _live(contents: Contents) -> frozenset[str]:
    items = (key for key, one in contents.by_key.items() if not one.is_trashed)
    return frozenset((*items, *(one.key for one in contents.collections if not one.is_trashed)))


def _prints(raws: Mapping[str, str]) -> dict[str, str]:
    return {name: fingerprint(raw) for name, raw in raws.items()}


def require_unchanged(project: Project, gathered: Gathered) -> None:
    """Raise `SourceChanged` if a digest, the lock file or the journal is not as it was read."""
    for read in gathered.digests:
        if read_digest(read.digest.path).data != read.file.data:
            raise SourceChanged(read.digest.path)
    if read_if_present(project.lock_path) != gathered.lock_data:
        raise SourceChanged(project.lock_path)
    if read_journal(project.journal_path) != gathered.recorded:
        raise SourceChanged(project.journal_path)


def names_by_key(digests: Iterable[ReadDigest]) -> Mapping[str, str]:
    """Return what people call each digest, by its key."""
    return {read.digest.key: read.digest.name for read in digests}
