"""Handing over: facts of added papers are kept until their items stand in the library."""

from __future__ import annotations

from collections.abc import Container

from zoterodigest.core.plan.found import Pending
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.run.run import Prepared, takes_pending


def to_hand_over(prepared: Prepared) -> tuple[Pending, ...]:
    """Return the facts of papers whose items are there once the run is carried out."""
    items = {link.row.item for link in prepared.plan.links}
    known = prepared.gathered.pending
    return tuple(one for one in known if _is_taken(one, prepared, items))


def handed_over(prepared: Prepared, contents: Contents) -> tuple[Pending, ...]:
    """Return the facts that the library has now, and those whose entries are not there any more.

    One that is kept on, as after a kill, changes nothing: items take only what they lack.
    """
    known = prepared.gathered.pending
    return tuple(one for one in known if not _is_still_pending(one, prepared, contents))


def _is_still_pending(pending: Pending, prepared: Prepared, contents: Contents) -> bool:
    if not takes_pending(prepared.options, prepared.gathered, pending):
        return True
    is_entered = any(map(pending.is_about, prepared.gathered.entries))
    return is_entered and not _is_taken(pending, prepared, contents.by_key)


def _is_taken(pending: Pending, prepared: Prepared, items: Container[str]) -> bool:
    if not takes_pending(prepared.options, prepared.gathered, pending):
        return False
    links = (link for link in prepared.plan.links if pending.is_about(link.entry))
    return any(link.row.item in items for link in links)
