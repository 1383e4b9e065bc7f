"""Titles of entries that have none, and that are not on arXiv: looked up in the indexes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Entry, text_in
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.lookup.arxiv import Progress
from zoterodigest.lookup.sources import Sources
from zoterodigest.lookup.work import Failed, IndexedWork
from zoterodigest.sync.lookups.wanted import LookedUp, NotLookedUp, Wanted
from zoterodigest.sync.new_papers.asking_for import ById, find_by_index
from zoterodigest.sync.new_papers.papers import candidate_fields


def with_titles(
    looked: LookedUp,
    entries: Mapping[str, Entry],
    sources: Sources,
    *,
    venues: VenueTable,
    progress: Progress,
) -> LookedUp:
    """Return `looked` with what indexes say of those of the `entries` that arXiv does not have.

    `entries` are by the keys of the items that they are to get. One that no index knows gets
    nothing, without a remark: it stays without a title, which each run reports.
    """
    asked = {key: one for key, entry in entries.items() if (one := _asked(entry)) is not None}
    before = _sent(sources)
    for number, (key, one) in enumerate(asked.items(), start=1):
        wanted = Wanted(key, "", "", one.name)
        looked = _with_answer(looked, wanted, find_by_index(one, sources), venues)
        progress(number, len(asked))
    requests = looked.requests + _sent(sources) - before
    return replace(looked, requests=requests, elsewhere=len(asked))


def _with_answer(
    looked: LookedUp, wanted: Wanted, answer: IndexedWork | Failed | None, venues: VenueTable
) -> LookedUp:
    found, remarks = looked.found, looked.remarks
    if isinstance(answer, IndexedWork):
        fields = candidate_fields(answer, venues)
        result = LookupResult(fields, dict.fromkeys(fields, answer.source.value))
        found = {**found, wanted.item: result}
    elif isinstance(answer, Failed):
        remarks = (*remarks, NotLookedUp(wanted, answer.reason))
    return replace(looked, wanted=(*looked.wanted, wanted), found=found, remarks=remarks)


def _asked(entry: Entry) -> ById | None:
    """Return how an index is asked for an entry; None for a paper of arXiv."""
    known = {found.scheme: found for found in entry.identifiers}
    if "arxiv" in known or not known:
        return None
    chosen: Identifier = known.get("doi") or min(known.values())
    return ById(text_in(entry.fields, "url") or str(chosen), chosen)


def _sent(sources: Sources) -> int:
    return sum(service.sent for service in sources.services)
