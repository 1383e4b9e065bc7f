"""Handing over: facts of added papers are kept until their items stand in the library."""

from __future__ import annotations

from contextlib import suppress

from zoterodigest.core.found import Pending
from zoterodigest.library.contents import Contents
from zoterodigest.project.files import CannotWrite, SourceChanged
from zoterodigest.project.pending import keep_pending
from zoterodigest.sync.run import Prepared, takes_pending


def forget_handed_over(prepared: Prepared, contents: Contents) -> None:
    """Forget the facts that the library has now, and those whose entries are not there any more.

    One that stays, as after a kill, changes nothing: items take only what they lack.
    """
    known = prepared.gathered.pending
    left = tuple(one for one in known if _is_still_pending(one, prepared, contents))
    if left != known:
        with suppress(CannotWrite, SourceChanged):
            keep_pending(prepared.workspace.project.state_folder, left)


def _is_still_pending(pending: Pending, prepared: Prepared, contents: Contents) -> bool:
    if not takes_pending(prepared.options, prepared.gathered, pending):
        return True
    if not any(map(pending.is_about, prepared.gathered.entries)):
        return False
    links = (link for link in prepared.plan.links if pending.is_about(link.entry))
    return not any(link.row.item in contents.by_key for link in links)
