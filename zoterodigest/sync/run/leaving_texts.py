"""Text of notes that leaves a vault for a group's library, where others read it."""

from __future__ import annotations

from collections import Counter

from zoterodigest.core.plan.plan import CreateNote, Plan
from zoterodigest.core.values.record import value_parts
from zoterodigest.frozen import dataclass
from zoterodigest.library.address import is_group
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace

_HEADING = lazy_regex(r"#{1,6}[ \t]+(.+?)[ \t]*#*\s*\Z")


@dataclass(frozen=True, slots=True)
class LeavingTexts:
    """How many notes are to be made of a vault's files, and the headings in them, most first."""

    notes: int
    headings: tuple[str, ...]


def leaving_texts(plan: Plan, gathered: Gathered, workspace: Workspace) -> LeavingTexts | None:
    """Return what a plan brings into a group's library for the first time; None for nothing."""
    if not is_group(workspace.library.identity):
        return None
    vaults = {read.key for read in gathered.digests if read.digest.rules.is_vault}
    created = [one for one in plan.actions if isinstance(one, CreateNote) and one.digest in vaults]
    texts = (
        text for one in created for value in one.fields.values() for text in value_parts(value)
    )
    found = Counter(match[1] for text in texts if (match := _HEADING.match(text)))
    return (
        LeavingTexts(len(created), tuple(name for name, _ in found.most_common()))
        if created
        else None
    )
