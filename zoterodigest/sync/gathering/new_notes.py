"""New notes: the files that papers get in a vault, called and filled in as its `new` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from zoterodigest.core.plan.run_options import NewFile
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.file_names import file_name, free_name
from zoterodigest.core.values.names import PersonName, split_name
from zoterodigest.core.values.record import Item, Names, text_in
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.new_note import (
    NewPaper,
    NoNote,
    folder_of,
    note_by_template,
    note_like,
)
from zoterodigest.frozen import dataclass
from zoterodigest.project.config import FOLDER, DigestRules, NewFileRules
from zoterodigest.project.digests import choice_in
from zoterodigest.project.files import read_file, without_stand_in
from zoterodigest.project.layout import Digest, ProjectFolder, folder_before_pattern
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.sources import ReadDigest
from zoterodigest.sync.gathering.workspace import Workspace

_MOST_NEIGHBORS = 30
"""So many notes tell how those of a vault look."""


@dataclass(frozen=True, slots=True)
class NewNotes:
    """A vault that takes new notes."""

    project: ProjectFolder
    rules: DigestRules
    new: NewFileRules

    def file(self, paper: NewPaper, more: Iterable[str] = (), inner: str = "") -> Digest:
        """Return the file of a paper, which is called as no other; raises `NoNote`.

        `more` are the names of files that are about to be made. `inner` is the folder that it comes
        into, within that of the vault.
        """
        below, pattern = folder_before_pattern(self.rules.path), self.new.file
        below = "/".join(filter(None, (below, inner)))
        fields, folder = paper.fields, self.project.root / below
        year = text_in(fields, "year") or text_in(fields, "date")[:4]
        values = {"citekey": paper.keys.citation, "title": text_in(fields, "title"), "year": year}
        values["authors"] = _short(fields.get("authors"))
        name = file_name(pattern, values, below)
        if not name:
            raise NoNote(f'"{pattern}" names no file: the paper lacks what it asks for')
        present = (
            [without_stand_in(one.name) for one in folder.iterdir()] if folder.is_dir() else []
        )
        free = free_name(name, (*present, *more))
        if free != name and "{title}" not in pattern:
            raise NoNote(f"there is a file {name} already, perhaps in other capitals")
        digest = self.project.file_of_vault(self.rules, "/".join(filter(None, (inner, free))))
        if digest is None:
            raise NoNote(f'a file {free} would not match the digest\'s path "{self.rules.path}"')
        return digest

    def note(
        self, file: Digest, paper: NewPaper, neighbors: Iterable[Document], read: Reader
    ) -> bytes:
        """Return what stands in the file of a paper; raises `NoNote`, and `BadInput` without the
        template.
        """
        if self.new.template is None:
            folder = file.key.rpartition("/")[0]
            nearest_last = sorted(neighbors, key=lambda one: folder_of(one) == folder)
            return note_like(nearest_last[-_MOST_NEIGHBORS:], paper, read, folder)
        text = read_file(self.project.root / self.new.template).data
        return note_by_template(text.decode("utf-8", "replace"), paper, read)


def _short(authors: object) -> str:
    """Return the last names of one or two authors, of more the first and "et al."."""
    if not isinstance(authors, Names):
        return ""
    split = map(split_name, authors.people)
    last = [one.last if isinstance(one, PersonName) else one.name for one in split]
    if len(last) > 2 or authors.truncated:
        return f"{last[0]} et al." if last else ""
    return " and ".join(last)


def with_new_files(workspace: Workspace, gathered: Gathered) -> Gathered:
    """Return what was gathered with a file, to be made, for each item that came into the collection
    of a vault.

    Which of these are made is for the plan to say.
    """
    seen = gathered.seen
    if seen is None:
        return gathered
    made: list[ReadDigest] = []
    files: dict[str, NewFile] = {}
    for rules in workspace.project.configuration.digests:
        reads = [read for read in gathered.digests if read.digest.rules is rules]
        if not (rules.new and reads):
            continue
        vault = NewNotes(workspace.project, rules, rules.new)
        items = [it for it in _added(vault, gathered, seen) if it.key not in files]
        for item, citekey in _with_citekeys(items, reads, workspace, gathered):
            try:
                if workspace.is_named:
                    raise NoNote("`zoterodigest sync` without a path makes a note for it")
                paper = NewPaper(item.fields, ItemKeys("", citekey))
                inner = _folder_of(vault, item, gathered, reads)
                digest = vault.file(paper, [one.path.name for one in made], inner)
            except NoNote as error:
                files[item.key] = NewFile(reads[0].key, str(error))
                continue
            choice = choice_in(workspace.project, digest).read()
            formats = choice.formats()
            empty = read_document(digest.key, b"", formats, workspace.zotero.venues)
            made.append(
                ReadDigest(digest, b"", empty, formats, choice=choice.key, new_citekey=citekey)
            )
            files[item.key] = NewFile(digest.key)
    return replace(gathered, digests=(*gathered.digests, *made), new_files=files)


def without_unmade(gathered: Gathered, made: Iterable[str]) -> Gathered:
    """Return what was gathered without the files that are not `made`."""
    kept = {*made}
    reads = tuple(read for read in gathered.digests if not read.is_new or read.key in kept)
    return replace(gathered, digests=reads) if len(reads) < len(gathered.digests) else gathered


def _added(vault: NewNotes, gathered: Gathered, seen: Seen) -> Iterator[Item]:
    """Yield the items that lie in the collection of a vault, and did not when it was last seen."""
    lock, project = gathered.lock, vault.project
    own = {row.digest for row in lock.rows} | {row.digest for row in lock.collection_rows}
    # A collection above those of folders may be of no digest.
    own = {key for key in own if key and project.former_rules(key) is vault.rules}
    linked = {it.item for it in lock.rows if it.digest in own and it.is_linked}
    collections = {row.collection for row in lock.collection_rows if row.digest in own}
    collections &= seen.collections.keys()
    for item in gathered.contents.items:
        came = (key for key in item.collections & collections if not seen.held(key, item))
        if not item.is_trashed and item.key not in linked and any(came):
            yield item


def _folder_of(vault: NewNotes, item: Item, gathered: Gathered, reads: Sequence[ReadDigest]) -> str:
    """Return the folder of a vault whose collection `item` lies in, "" for the vault's own; where
    its folders have no collections, the usual one.
    """
    project, top = vault.project, folder_before_pattern(vault.rules.path)
    if FOLDER not in (vault.rules.collection or "").split("/"):
        # The folder of most notes; "" for the top itself, also if it has only some.
        notes = (read.key.rpartition("/")[0] for read in reads if read.document.entries)
        counts = Counter(folder.removeprefix(top).strip("/") for folder in notes)
        return "" if "" in counts else max(sorted(counts), key=counts.__getitem__, default="")
    rows = (row for row in gathered.lock.collection_rows if row.collection in item.collections)
    # A collection above those of folders may be of no digest.
    every = (row.digest for row in rows if row.digest)
    keys = (key for key in every if project.former_rules(key) is vault.rules)
    found = {key.rpartition("/")[0].removeprefix(top).strip("/") for key in keys}
    # The deepest one counts: its collection lies in those of the folders above it.
    inner = max(sorted(found), key=len, default="")
    return inner if (project.root / top / inner).is_dir() else ""


def _with_citekeys(
    items: Sequence[Item], reads: Iterable[ReadDigest], workspace: Workspace, gathered: Gathered
) -> Iterator[tuple[Item, str]]:
    """Yield items with their citation keys; without one, with that of the project's formula."""
    if not items:
        return
    # Only who gets new notes pays for what makes citation keys.
    from zoterodigest.bibtex.facts.rules import bib_rules
    from zoterodigest.library.records.works import references

    data = [gathered.contents.by_key[item.key] for item in items]
    taken = {it.keys.citation for read in reads for it in read.document.entries}
    taken |= {one.json.stated_citekey for one in gathered.contents.by_key.values()}
    formula = workspace.project.configuration.citekeys.formula or ""
    made = references(
        [{**one.data, "key": one.key} for one in data],
        bib_rules(),
        formula=formula,
        taken=frozenset(taken - {""}),
    )
    for item, reference in zip(items, made, strict=True):
        yield item, reference.key.text
