"""Consent: what a person is asked about before a run writes."""

from __future__ import annotations

from collections import Counter

from zoterodigest.core.plan.plan import Action, ChangeEntry, CreateNote, Plan
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import NOTE, is_empty, value_parts
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import is_group
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace

_MANY_CHANGES = 20
"""Above this many changes a run asks for consent."""

_HEADING = lazy_regex(r"#{1,6}[ \t]+(.+?)[ \t]*#*\s*\Z")


def needs_consent(plan: Plan, gathered: Gathered, workspace: Workspace) -> bool:
    """Tell whether a person has to agree to a plan before it is carried out."""
    if not plan.actions:
        return False
    if gathered.seen is None and gathered.lock.rows and workspace.library.instance:
        return True  # this machine's first run against this copy of the library
    is_first = not (gathered.lock.rows or gathered.quiet.links)
    has_own_items = any(not item.is_trashed for item in gathered.contents.items)
    is_many = len(plan.actions) > _MANY_CHANGES
    if (is_first and has_own_items) or is_many or any(map(published_notes, plan.actions)):
        return True
    return bool(little_read(plan, gathered) or leaving_texts(plan, gathered, workspace))


def published_notes(action: Action) -> tuple[str, ...]:
    """Return the notes of the person's own that come into an entry where they did not stand."""
    if not isinstance(action, ChangeEntry):
        return ()
    names = (name for name in action.after if name.startswith(NOTE))
    return tuple(name for name in names if is_empty(action.before[name]))


@dataclass(frozen=True, slots=True)
class LittleRead:
    """A digest, how many of its entries were read, and about how many stand in it."""

    digest: DigestKey
    read: int
    about: int


def little_read(plan: Plan, gathered: Gathered) -> tuple[LittleRead, ...]:
    """Return the digests whose first entries get items, and most of whose entries were not read."""
    linked = {link.entry.digest for link in plan.links if link.before is None}
    # A row stays when its entry is gone or unlinked: what was pushed once is not asked about again.
    fresh = linked - {row.digest for row in gathered.lock.rows}
    counts = (
        (read.key, len(read.document.entries), missed_entries(read.document))
        for read in gathered.digests
        if read.key in fresh
    )
    return tuple(
        LittleRead(key, read, read + missed) for key, read, missed in counts if missed > read
    )


@dataclass(frozen=True, slots=True)
class LeavingTexts:
    """How many notes are to be made of a vault's files, and the headings in them, most first."""

    notes: int
    headings: tuple[str, ...]


def leaving_texts(plan: Plan, gathered: Gathered, workspace: Workspace) -> LeavingTexts | None:
    """Return what text of a vault a plan brings into a group's library for the first time.

    Others read it there. None if it brings nothing.
    """
    if not is_group(workspace.library.identity):
        return None
    vaults = {read.key for read in gathered.digests if read.digest.rules.is_vault}
    created = [one for one in plan.actions if isinstance(one, CreateNote) and one.digest in vaults]
    if not created:
        return None
    texts = (
        text for one in created for value in one.fields.values() for text in value_parts(value)
    )
    found = Counter(match[1] for text in texts if (match := _HEADING.match(text)))
    return LeavingTexts(len(created), tuple(name for name, _ in found.most_common()))
