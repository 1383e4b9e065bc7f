"""Edits of bibliographies: what a plan changes in entries of a .bib, as its new bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set

from zoterodigest.bibtex.edit.edit import put_bib
from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    Plan,
    bib_entry_id,
    diverged_entries,
    items_behind,
)
from zoterodigest.frozen import dataclass
from zoterodigest.project.layout import BibFile
from zoterodigest.sync.edits.edits import RefusedField
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.sources import ReadBib


@dataclass(frozen=True, slots=True)
class BibEdit:
    """A bibliography as read, its bytes once the edits are made, and what is refused."""

    read: ReadBib
    source: bytes
    refused: tuple[RefusedField, ...] = ()


def compile_bib_edits(
    plan: Plan,
    gathered: Gathered,
    exported: Set[str],
    unfollowed: Set[tuple[str, str]] = frozenset(),
) -> tuple[BibEdit, ...]:
    """Return the edits of every bibliography whose entries `plan` changes, in their order.

    A field that would not read back as asked is refused and stays as it is. What nobody edited in
    an entry of ours is left to the export, where one follows that rewrites the .bib (`exported`);
    it does not rewrite those that diverged or whose items are behind, or those `unfollowed` (by
    file and key).
    """
    changes: dict[str, dict[str, ChangeEntry]] = defaultdict(dict)
    for action in plan.actions:
        if isinstance(action, ChangeEntry):
            changes[action.entry.digest][action.entry.key] = action
    edits: list[BibEdit] = []
    for read in gathered.bibs:
        if asked := changes[read.key]:
            left = _left_to_export(read, gathered, plan) if read.key in exported else frozenset()
            left -= {key for file, key in unfollowed if file == read.key}
            edits.append(_edit(read, asked, left))
    return tuple(edits)


def bib_style(bib: BibFile) -> Style:
    """Return the style in which a bibliography is written."""
    rules = bib.rules
    return Style(
        Dialect(rules.to),
        short_venues=rules.short_venues,
        abstract=rules.abstract,
        note=rules.note,
        awards=rules.awards,
    )


def _left_to_export(read: ReadBib, gathered: Gathered, plan: Plan) -> frozenset[str]:
    behind, diverged = items_behind(plan.links), diverged_entries(plan.links, plan.rows)
    exports = (one for one in gathered.lock.exported if one.bibliography == read.key)
    ours = (one for one in exports if one.prints and one.item not in behind)
    return frozenset(one.key for one in ours if bib_entry_id(read.key, one.key) not in diverged)


def _edit(read: ReadBib, changes: Mapping[str, ChangeEntry], ours: Set[str]) -> BibEdit:
    asked = {
        key: {
            name: value
            for name, value in change.after.items()
            if key not in ours or name not in change.entry.ours
        }
        for key, change in changes.items()
    }
    edited = put_bib(read.document.bibliography, asked, bib_style(read.bib), bib_rules())
    refused = (
        RefusedField(changes[one.key].row_id, changes[one.key].entry, one.field, one.reason)
        for one in edited.refusals
    )
    return BibEdit(read, edited.source, tuple(refused))
