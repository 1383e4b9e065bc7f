"""`add` in a vault: each paper that comes gets a file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.write.new_note import NewPaper, NoNote
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.items import new_item
from zoterodigest.library.records.works import references
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.project.config import DigestRules, NewFileRules
from zoterodigest.project.digests import choice_in
from zoterodigest.project.layout import ProjectFolder, folder_before_pattern
from zoterodigest.sync.gathering.new_notes import NewNotes
from zoterodigest.sync.new_papers.adding import (
    Added,
    Doubled,
    Goal,
    standing_in,
    told_apart,
)
from zoterodigest.sync.new_papers.asking_for import NotAdded
from zoterodigest.sync.new_papers.inserting import Addition, Came, OpenDigest, open_all
from zoterodigest.sync.new_papers.papers import Paper


class NoNewFiles(ZoterodigestError):
    """The configuration of a vault does not say how a new file is called."""

    exit_code = 2

    def __init__(self, rules: DigestRules) -> None:
        super().__init__(
            f'the [[digest]] "{rules.path}" has no [digest.new], so zoterodigest makes no file in'
            " it",
            'Add it to zoterodigest.toml: new = { file = "@{citekey}.md" }.',
        )


@dataclass(frozen=True, slots=True)
class VaultGoal:
    """The vault that papers go into; `goal` tells what stands in it and in other digests.

    `inner` is the folder within that of the vault, "" for the vault's own.
    """

    rules: DigestRules
    new: NewFileRules
    goal: Goal
    files: tuple[OpenDigest, ...]
    venues: VenueTable
    inner: str = ""

    @property
    def folder(self) -> str:
        """The folder of new files, as seen from the project; "" for the project's own."""
        return "/".join(filter(None, (folder_before_pattern(self.rules.path), self.inner)))


def vault_meant(project: ProjectFolder, to: Path | None) -> tuple[DigestRules, str] | None:
    """Return the vault that has the folder `to`, and that folder within its own, "" for the same.

    Without `to` it is the project's only digest, if that is a vault. None if no vault is meant.
    """
    vaults = [rules for rules in project.configuration.digests if rules.is_vault]
    if to is None:
        is_only = len(project.configuration.digests) == 1 and not project.configuration.feeds
        return (vaults[0], "") if vaults and is_only else None
    meant = to.absolute()
    for rules in vaults:
        folder = (project.root / folder_before_pattern(rules.path)).absolute()
        if folder == meant:
            return rules, ""
        inner = meant.relative_to(folder).as_posix() if meant.is_relative_to(folder) else ""
        if inner and to.is_dir() and project.file_of_vault(rules, f"{inner}/note.md"):
            return rules, inner
    return None


def open_vault(
    project: ProjectFolder, rules: DigestRules, inner: str, venues: VenueTable
) -> VaultGoal:
    """Read the files of a vault, and the other digests of its project; raise `NoNewFiles`.

    New files come into its folder `inner`, "" for its own.
    """
    if rules.new is None:
        raise NoNewFiles(rules)
    opened = open_all(project, (), venues)
    own = {digest.key for digest in project.digests() if digest.rules is rules}
    folder = project.root / folder_before_pattern(rules.path) / inner
    # What is shown of the goal is the folder: no file stands for the others.
    empty = OpenDigest(folder, None, read_document(folder.name, b"", (), venues), (), venues)
    goal = Goal(empty, standing_in(project, opened), project, rules.push is True)
    files = tuple(one for key, one in opened.items() if key in own)
    return VaultGoal(rules, rules.new, goal, files, venues, inner)


def new_files(
    vault: VaultGoal, found: Iterable[Paper | NotAdded | Doubled], *, may_double: bool = False
) -> Added:
    """Return a file for each paper that stands nowhere yet, and what becomes of the others.

    Nothing is written. One paper that fails stops no other. Raises `BadInput` without the template.
    """
    fresh, doubled, failed = told_apart(vault.goal, found, may_double=may_double)
    made: list[Addition] = []
    for paper, citekey in zip(fresh, _citekeys(vault, fresh), strict=True):
        try:
            made.append(_made(vault, paper, citekey, [one.digest.path.name for one in made]))
        except NoNote as error:
            failed = (*failed, NotAdded(paper.name, str(error)))
    return Added(tuple(made), doubled, failed)


def _citekeys(vault: VaultGoal, papers: Sequence[Paper]) -> Iterator[str]:
    """Yield the citation key of each paper: that of its BibTeX, or one by the project's formula."""
    stated = (entry.keys.citation for one in vault.files for entry in one.document.entries)
    taken = frozenset(stated)
    formula = vault.goal.project.configuration.citekeys.formula or ""
    items = [new_item(paper.fields, ZoteroMapping()) for paper in papers]
    made = references(items, bib_rules(), formula=formula, taken=taken)
    for paper, reference in zip(papers, made, strict=True):
        is_free = bool(paper.citekey) and paper.citekey not in taken
        yield paper.citekey if is_free else reference.key.text


def _made(vault: VaultGoal, paper: Paper, citekey: str, more: Sequence[str]) -> Addition:
    notes = NewNotes(vault.goal.project, vault.rules, vault.new)
    new = NewPaper(paper.fields, ItemKeys("", citekey))
    digest = notes.file(new, more, vault.inner)
    formats = choice_in(vault.goal.project, digest).read().formats()
    empty = read_document(digest.key, b"", formats, vault.venues)
    opened = OpenDigest(digest.path, None, empty, formats, vault.venues)
    around = [one.document for one in vault.files]
    opened = opened.holding(notes.note(digest, new, around, opened.read))
    (entry,) = opened.document.entries
    # The item is to have the key by which the file names it.
    return Addition(opened, (Came(replace(paper, citekey=citekey), entry),))
