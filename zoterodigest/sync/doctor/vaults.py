"""Checks of vaults: files that are no whole notes, are away, or are of a tool that writes them too.

A vault has thousands of files, so each finding is about all files of one kind.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.reports import MissingFile
from zoterodigest.core.reconcile.acknowledging import acknowledgement_of
from zoterodigest.core.values.record import Blocks
from zoterodigest.core.works.named_items import as_in_a_name, key_here
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import PRIVATE, Document
from zoterodigest.digest.read.vault_evidence import CONFLICT_COPY
from zoterodigest.digest.read.vault_file import NO_FRONT
from zoterodigest.digest.read.vault_front import front_matter
from zoterodigest.digest.read.vault_identity import is_like_key, key_in_name
from zoterodigest.digest.read.vault_marks import MarkKind, body_marks
from zoterodigest.errors import counted
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import group_id_of
from zoterodigest.library.records.contents import Contents
from zoterodigest.mapping import BadMapping, venue_table
from zoterodigest.notes.note import LONGEST_NOTE, NoteContent, Part, note_length
from zoterodigest.project.config import DigestRules
from zoterodigest.project.digests import choice_in, read_digest
from zoterodigest.project.files import BadInput, Evicted
from zoterodigest.project.vaults import VaultAway, why_away
from zoterodigest.project.walks import real_path
from zoterodigest.sync.doctor.checked_project import CheckedProject, Finding, first_few
from zoterodigest.sync.doctor.files import told_of_copies

_NEAR = 0.8
"""Of this part of the longest note that a library takes, a note is big."""

_NAMED = 3
"""So many files stand in a command to copy; a command for more is about all digests."""

_TOOLS: Mapping[MarkKind, str] = {
    MarkKind.FOREIGN_BEGIN: "ZotLit",
    MarkKind.ZOTFLOW_BEGIN: "ZotFlow",
    MarkKind.BEGIN: "Zotero Integration",
    MarkKind.IMPORT: "Zotero Integration",
}


@dataclass(frozen=True, slots=True)
class ReadVaults:
    """The files of all vaults of a project, by the names that a person gives them.

    `unread` are those that cannot be read, by the reason and whether they are evicted.
    """

    notes: Mapping[str, Document]
    unread: Mapping[tuple[str, bool], Sequence[str]]
    protected: Sequence[str]


def read_vaults(site: CheckedProject) -> ReadVaults | None:
    """Read the files of vaults, each once; None if the project has no vault."""
    if not any(rules.is_vault for rules in site.project.configuration.digests):
        return None
    notes: dict[str, Document] = {}
    unread: dict[tuple[str, bool], list[str]] = defaultdict(list)
    protected: list[str] = []
    venues = venue_table()
    for digest in site.digests:
        if not digest.rules.is_vault:
            continue
        name = site.named(digest.key)
        try:
            data = read_digest(digest.path).data
            formats = choice_in(site.project, digest).read().formats()
        except BadInput as error:
            unread[error.reason, isinstance(error, Evicted)].append(name)
            continue
        except BadMapping:
            continue  # which the check of the formats tells
        notes[name] = read_document(digest.key, data, formats, venues)
        if digest.rules.pull is not False and not os.access(real_path(digest.path), os.W_OK):
            protected.append(name)
    return ReadVaults(notes, unread, protected)


def vault_findings(site: CheckedProject, vaults: ReadVaults) -> Iterator[Finding]:
    """Yield what is wrong with the files of vaults, as far as they tell by themselves."""
    for (reason, is_evicted), names in sorted(vaults.unread.items()):
        yield Finding(
            f"{_files(names)} can't be read ({reason}): {first_few(names)}",
            "Nothing of their vault is synced." if is_evicted else "Nothing of them is synced.",
            "Download them from the cloud." if is_evicted else "Save text as UTF-8.",
        )
    if vaults.protected:
        yield Finding(
            f"{_files(vaults.protected)} can't be written: {first_few(vaults.protected)}",
            "Edits made in the library don't come into them.",
            "Change their permissions.",
        )
    away = {rules.path: error for rules, error in _away(site)}
    for error in away.values():
        yield Finding(str(error), "Nothing of the vault is synced.", error.hint)
    unread = {name for names in vaults.unread.values() for name in names}
    missing = [name for name in _missing(site, away) if name not in unread]
    if missing:
        yield Finding(
            f"{_files(missing)} that the lock file links can't be found: {first_few(missing)}",
            "Their items stay as they are. Nothing is synced with them until they are back.",
            "Mount the folder, switch to the branch, or download the files. A file that you"
            " renamed keeps its link.",
        )
    yield from _private(site, vaults)
    yield from _by_reading(vaults.notes)


def _private(site: CheckedProject, vaults: ReadVaults) -> Iterator[Finding]:
    """Yield the linked files that have become private: what was synced before is in Zotero."""
    rows = site.lock.rows if site.lock else ()
    linked = {site.named(row.digest) for row in rows if row.links_digest}
    names = [it for it in vaults.notes if it in linked and PRIVATE in _reasons(vaults.notes[it])]
    if names:
        files = names if len(names) <= _NAMED else ["FILE"]
        command = " ".join(["zoterodigest remove", *files])
        yield Finding(
            f"`zotero: false` in {_files(names)} that the lock file links: {first_few(names)}",
            "They are no longer synced. What Zotero has of them stays there.",
            f"`{command}` takes it out.",
        )


def _away(site: CheckedProject) -> Iterator[tuple[DigestRules, VaultAway]]:
    """Yield the vaults of which no file is there, though there should be some."""
    linked = [row.digest for row in site.lock.rows] if site.lock else []
    for rules in site.project.configuration.digests:
        files = [one.key for one in site.digests if one.rules is rules]
        if rules.is_vault and (error := why_away(site.project, rules, files, (), linked)):
            yield rules, error


def _missing(site: CheckedProject, unmounted: Container[str]) -> Iterator[str]:
    """Yield the files that a link names and that are not there, unless a person knows of them."""
    lock = site.lock
    known = frozenset(lock.acknowledged) if lock else frozenset()
    away = {
        row.digest
        for row in (lock.rows if lock else ())
        if row.is_linked
        and acknowledgement_of(MissingFile(row, is_there=False), {}, Folding()) not in known
    }
    for key in sorted(away):
        is_missing = key.is_digest and not (site.project.root / key).is_file()
        rules = site.project.former_rules(key)
        if is_missing and rules.is_vault and rules.path not in unmounted:
            yield site.named(key)


def _mending(files: Sequence[str]) -> str:
    """Return the command that mends all of `files`: without names it looks at every digest."""
    # The names are quoted already.
    return " ".join(["zoterodigest lint --fix", *(files if len(files) <= _NAMED else ())])


def _by_reading(notes: Mapping[str, Document]) -> Iterator[Finding]:
    copies = [name for name, note in notes.items() if CONFLICT_COPY in _reasons(note)]
    yield from told_of_copies(copies)
    broken = [
        name
        for name, note in notes.items()
        if any(it.reason.startswith(NO_FRONT) for one in note.entries for it in one.problems)
    ]
    if broken:
        yield Finding(
            f"front matter that is not YAML in {_files(broken)}: {first_few(broken)}",
            "Only its title is synced, and never written. The text of the note is synced.",
            f"`{_mending(broken)}` puts quotation marks around values that need them.",
        )
    for name, note in notes.items():
        if (length := _note_length(note)) > _NEAR * LONGEST_NOTE:
            yield Finding(
                f"the note of {name} has {length:,} characters in Zotero, which takes"
                f" {LONGEST_NOTE:,}",
                "A longer note is not written, and stops the sync of Zotero itself.",
                "Shorten it, or keep a part out of Zotero with `private` in zoterodigest.toml.",
            )


def _reasons(note: Document) -> Iterable[str]:
    return (one.reason for one in note.skipped)


def _note_length(note: Document) -> int:
    """Return about how long the note of a file is; of a short file 0."""
    if len(note.source) * 4 < LONGEST_NOTE:  # no text becomes four times as long
        return 0
    values = (entry.reading.fields.get("summary") for entry in note.entries)
    texts = (value.texts for value in values if isinstance(value, Blocks))
    sizes = (note_length(NoteContent("", "", (Part(None, one),))) for one in texts)
    return max(sizes, default=0)


def vault_remarks(site: CheckedProject, vaults: ReadVaults) -> Iterator[str]:
    """Yield what is no fault and good to know: other tools, and files that share an item."""
    by_tool: dict[str, list[str]] = defaultdict(list)
    for name, note in vaults.notes.items():
        marks = body_marks(note.source, front_matter(note.source).body)
        for tool in dict.fromkeys(_TOOLS[mark.kind] for mark in marks if mark.kind in _TOOLS):
            by_tool[tool].append(name)
    for tool, names in sorted(by_tool.items()):
        yield (
            f"marks of {tool} in {_files(names)}: {first_few(names)}. zoterodigest writes"
            f" nothing in what {tool} owns"
        )
    by_item: dict[str, list[str]] = defaultdict(list)
    for row in site.lock.rows if site.lock else ():
        if row.links_digest and site.project.former_rules(row.digest).is_vault:
            by_item[row.item].append(site.named(row.digest))
    for item, names in sorted(by_item.items()):
        if len(names) > 1:
            yield f"the item {item} has {_files(names)}: {first_few(names)}"


def stale_key_findings(
    site: CheckedProject, vaults: ReadVaults, contents: Contents
) -> Iterator[Finding]:
    """Yield the keys of items and attachments in files that the library does not have."""
    group = group_id_of(site.lock.identity) if site.lock else ""
    stale: dict[str, list[str]] = {"an item": [], "a PDF": []}
    for name, note in vaults.notes.items():
        for keys in (entry.keys for entry in note.entries):
            for what, stated in (("an item", keys.item), ("a PDF", keys.attachment)):
                if (key := key_here(stated, group)) and key not in contents.by_key:
                    stale[what].append(name)
    for what, names in stale.items():
        if names:
            yield Finding(
                f"the key of {what} that this library doesn't have in {_files(names)}:"
                f" {first_few(names)}",
                "No item is made for it: it may be in another library, or not synced yet.",
                "Correct the key, or remove it: then the citation key, the identifiers and the"
                " title find the item.",
            )


def other_name_remarks(site: CheckedProject, contents: Contents) -> Iterator[str]:
    """Yield the files whose names state another citation key than their item has."""
    names: list[str] = []
    for row in site.lock.rows if site.lock else ():
        item = contents.by_key.get(row.item)
        if item is None or not row.links_digest:
            continue
        stated, called = item.json.stated_citekey, key_in_name(row.digest)
        is_other = as_in_a_name(stated).casefold() != as_in_a_name(called).casefold()
        if stated and is_like_key(called) and is_other:
            names.append(site.named(row.digest))
    if names:
        yield (
            f"{_files(names)} called by another citation key than the item has:"
            f" {first_few(sorted(names))}. zoterodigest renames no file, and one that you rename"
            " keeps its link"
        )


def _files(names: Sequence[str]) -> str:
    return counted(len(names), "file")
