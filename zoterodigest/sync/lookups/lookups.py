"""Lookups of a run: which works are asked for at arXiv, and what it says of each, by item.

A failure is a remark and no error: what came before it counts, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.values.identity import doi_as_written, identifier_of
from zoterodigest.core.values.record import Members, Names, Value, is_empty
from zoterodigest.core.works.titles import may_be_one
from zoterodigest.lookup import work
from zoterodigest.lookup.arxiv import Arxiv, Progress
from zoterodigest.lookup.work import Looked
from zoterodigest.sync.lookups.wanted import (
    LookedUp,
    NewerVersion,
    NotFound,
    NotLookedUp,
    OtherPaper,
    Remark,
    Wanted,
    WithdrawnPaper,
)


def look_up(wanted: Sequence[Wanted], arxiv: Arxiv, *, progress: Progress | None) -> LookedUp:
    """Return what arXiv says of `wanted`; without `progress` nobody is asked, what was said counts.

    All that is not known, or was asked for too long ago, is asked for together.
    """
    ids = [one.arxiv for one in wanted]
    before = arxiv.service.sent
    answers = arxiv.recall(ids) if progress is None else arxiv.look_up(ids, progress=progress)
    found: dict[str, LookupResult] = {}
    remarks: list[Remark] = []
    for one in wanted:
        looked, told = _judged(one, answers[one.arxiv])
        remarks += told
        if looked is not None:
            found[one.item] = found_in(looked, with_title=not one.title)
    # Counted by the service: what came out of the cache was not sent.
    requests = arxiv.service.sent - before
    return LookedUp(tuple(wanted), found, tuple(remarks), requests, progress is not None)


def _judged(wanted: Wanted, answer: work.LookupAnswer) -> tuple[Looked | None, list[Remark]]:
    """Return what may be taken of an answer, and what is to be told of it."""
    match answer:
        case work.NoSuchPaper():
            return None, [NotFound(wanted)]
        case work.KnownPaper(looked) if looked.is_withdrawn:
            return None, [WithdrawnPaper(wanted, looked.comment)]
        case work.Failed(reason, earlier):
            usable, told = _judged(wanted, work.KnownPaper(earlier)) if earlier else (None, [])
            return usable, [*told, NotLookedUp(wanted, reason, is_known=usable is not None)]
        # A slip in an arXiv id leads to another paper: nothing of it may be taken.
        case work.KnownPaper(looked) if wanted.title and not may_be_one(wanted.title, looked.title):
            return None, [OtherPaper(wanted, looked.title)]
        case work.KnownPaper(looked):
            is_newer = answer.has_new_version or looked.is_newer_than(wanted.version)
            return looked, [NewerVersion(wanted, looked.version)] if is_newer else []


def found_in(looked: Looked, *, with_title: bool = False) -> LookupResult:
    """Return what arXiv says of a paper as the fields of a record, its title only if asked for.

    Where it appeared stands with the comment; a DOI that arXiv itself gives is not the work's.
    """
    categories = dict.fromkeys((looked.primary, *looked.categories))
    fields: dict[str, Value] = {
        "title": looked.title if with_title else "",
        "authors": Names(looked.authors),
        "date": looked.first,
        "categories": Members(tuple(filter(None, categories))),
        "doi": _doi(looked.doi),
        "comment": "; ".join(filter(None, (looked.comment, looked.journal_ref))),
        "abstract": looked.abstract,
    }
    held = {name: value for name, value in fields.items() if not is_empty(value)}
    return LookupResult(held, dict.fromkeys(held, looked.source.value))


def _doi(text: str) -> str:
    """Return the DOI that a text is; an author may give several, or one of arXiv's."""
    identifier = identifier_of(text.strip())
    if identifier is None or identifier.scheme != "doi":
        return ""
    return doi_as_written(identifier.value, text)
