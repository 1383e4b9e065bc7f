"""How each source is kept that takes part in a run: by its rules, as far as the intent goes."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.plan.run_options import (
    ALL,
    NONE,
    Directions,
    Mask,
    OwnNotes,
    Rules,
    WhenDropped,
    WhenTrashed,
)
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.library.address import is_group
from zoterodigest.project.config import Selection
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.intent import Intent, Publish
from zoterodigest.sync.gathering.sources import (
    ReadBib,
    ReadDigest,
    why_no_new_entries,
    why_no_new_notes,
)
from zoterodigest.sync.gathering.workspace import Workspace

_NOT_PULLED = "by zoterodigest.toml no whole entries come into this digest (pull)"


def rules_by_key(workspace: Workspace, intent: Intent, gathered: Gathered) -> dict[str, Rules]:
    """Return how each source is kept that takes part in the run."""
    is_shared = is_group(workspace.library.identity)
    two_way = (read for read in gathered.bibs if read.bib.is_two_way)
    return {
        **{read.key: _rules(read, intent, is_shared=is_shared) for read in gathered.digests},
        **{read.key: _bib_rules(read, intent) for read in two_way},
    }


def rules_of_gone(project: ProjectFolder, key: SourceKey) -> Rules:
    """Return what still holds for a digest whose file is gone."""
    collection, former = project.former_collection(key), project.former_rules(key)
    no_new = why_no_new_notes(former)
    return Rules(collection=collection, is_file_entry=former.is_vault, no_new=no_new)


def _rules(read: ReadDigest, intent: Intent, *, is_shared: bool) -> Rules:
    """Return how a digest is kept by a run of this direction; others read a library that
    `is_shared`.
    """
    digest, rules = read.digest, read.digest.rules
    directions = _directions(rules.push, rules.pull, intent)
    has_body = not is_shared if rules.body is None else rules.body
    if rules.is_vault and not has_body:
        # No text of a note goes there.
        text, mask = {"summary", "sections"}, directions.push
        names = mask.names | text if mask.is_all_but else mask.names - text
        directions = replace(directions, push=replace(mask, names=names))
    return Rules(
        directions,
        digest.collection if rules.push is True else (),
        # All files of a vault share one collection; the headings in a file are its own text.
        rules.headings and not rules.is_vault,
        places=directions.push != NONE and intent.creates,
        no_new=why_no_new_entries(read) if rules.pull is True else _NOT_PULLED,
        when_dropped=WhenDropped(rules.when_dropped),
        when_trashed=WhenTrashed(rules.when_trashed),
        own_notes=OwnNotes(rules.notes),
        is_file_entry=rules.is_vault,
    )


def _bib_rules(read: ReadBib, intent: Intent) -> Rules:
    """Return how a bibliography is kept: its entries make no items and go into no collections."""
    directions = _directions(read.bib.rules.push, read.bib.rules.pull, intent)
    if isinstance(intent, Publish):
        directions = replace(directions, pull=_mask(read.bib.rules.pull))
    return Rules(directions, has_headings=False, places=False, creates=False)


def _directions(push: Selection, pull: Selection, intent: Intent) -> Directions:
    pushed = _mask(push) if intent.may_push else NONE
    pulled = _mask(pull) if intent.may_pull else NONE
    return Directions(pushed, pulled, _mask(pull))


def _mask(selection: Selection) -> Mask:
    if isinstance(selection, tuple):
        return Mask(frozenset(selection))
    return ALL if selection else NONE
