"""Lookups of a run at arXiv: ask about the works it creates, and report the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from zoterodigest.cli.base.network import lookups_are_off, open_sources
from zoterodigest.cli.base.screen import counted, cut, first_of, section, visible, width, wrapped
from zoterodigest.cli.base.talk import progress
from zoterodigest.cli.show.encoder import with_kind
from zoterodigest.core.values.record import Entry
from zoterodigest.sync.gathering.intent import FillIn
from zoterodigest.sync.lookups.wanted import (
    NOTHING,
    LookedUp,
    NewerVersion,
    NotFound,
    NotLookedUp,
    OtherPaper,
    Remark,
    Wanted,
    WithdrawnPaper,
    created_works,
    linked_works,
    untitled_entries,
    untitled_works,
    with_found,
)
from zoterodigest.sync.run.run import Prepared

_MOST = 5


def with_lookups(
    prepared: Prepared, takes: Callable[[Entry], bool], *, may_ask: bool
) -> tuple[Prepared, LookedUp]:
    """Plan a run with what arXiv says about its works; return it with the lookup results.

    Its works are those that it creates. For `enrich` they are those of linked entries that `takes`
    accepts. If the project, the environment or an option turns lookups off, only `enrich` uses
    kept answers.
    """
    rules = prepared.workspace.project.configuration.lookup
    if isinstance(prepared.options.intent, FillIn):
        # enrich was asked for by name, so a project's `on_push` does not hold it back.
        may_ask = may_ask and not lookups_are_off()
        looked = asked(prepared, linked_works(prepared, takes), may_ask=may_ask)
    elif not rules.on_push or lookups_are_off():
        looked = NOTHING
    elif may_ask:
        looked = asked(prepared, _works_of_new(prepared), may_ask=True)
    else:
        # Nothing is asked, but the summary says how many papers this concerns.
        looked = LookedUp(_works_of_new(prepared), may_ask=False)
    return with_found(prepared, looked), looked


def _works_of_new(prepared: Prepared) -> tuple[Wanted, ...]:
    return (*created_works(prepared), *untitled_works(prepared))


def asked(prepared: Prepared, wanted: Sequence[Wanted], *, may_ask: bool) -> LookedUp:
    """Return what arXiv says about `wanted`; its kept answers if it may not be asked.

    Entries without a title that are not on arXiv are asked for elsewhere.
    """
    untitled = untitled_entries(prepared)
    if not wanted and not untitled:
        return NOTHING
    # Only a run that looks something up pays for what asks.
    from zoterodigest.sync.lookups.lookups import look_up
    from zoterodigest.sync.new_papers.titles import with_titles

    looked, venues = NOTHING, prepared.workspace.zotero.venues
    with open_sources(prepared.workspace.project.configuration.lookup) as sources:
        if not may_ask:
            return look_up(wanted, sources.arxiv, progress=None) if sources.arxiv else NOTHING
        if wanted and sources.arxiv:
            with progress("Asking arXiv", "looked up") as report:
                looked = look_up(wanted, sources.arxiv, progress=report)
        if untitled:
            with progress("Asking for titles", "looked up") as report:
                looked = with_titles(looked, untitled, sources, venues=venues, progress=report)
    return looked


def looked_text(looked: LookedUp) -> Iterator[str]:
    """Yield how many papers were looked up, and what needs a person's eye."""
    if not looked.wanted:
        return
    yield ""
    yield from wrapped(f"Looked up: {_summary(looked)}.", 0)
    for heading, advice, remarks in _sections(looked):
        yield ""
        yield from section(heading, len(remarks), advice)
        # The plan of a push names all of its papers already.
        if len(looked.failed) == len(looked.wanted):
            continue
        lines = (cut(f"    {_remark_text(one)}", width()) for one in remarks)
        yield from first_of(lines, _MOST, indent=4)


def looked_data(looked: LookedUp) -> dict[str, Any]:
    """Return what came of looking works up, as JSON can hold it."""
    return {
        "wanted": len(looked.wanted),
        "found": len(looked.found),
        "requests": looked.requests,
        "remarks": [with_kind(one) for one in looked.remarks],
    }


def _summary(looked: LookedUp) -> str:
    """Return in a few words what came of it: `12 papers at arXiv (1 request), 3 not found`."""
    if not looked.may_ask and not looked.found and not looked.remarks:
        return f"nothing of {counted(len(looked.wanted), 'paper')} (--offline)"
    requests = f" ({counted(looked.requests, 'request')})" if looked.requests else ""
    number = len(looked.wanted) - sum(not one.is_known for one in looked.failed)
    where = "at arXiv and other sources" if looked.elsewhere else "at arXiv"
    parts = [f"{counted(number, 'paper') if number else 'nothing'} {where}{requests}"]
    kinds = Counter(type(one) for one in looked.remarks)
    if kinds[NotFound]:
        parts.append(f"{kinds[NotFound]:,} not found")
    if kinds[NotLookedUp]:
        parts.append(f"{kinds[NotLookedUp]:,} not asked for")
    return ", ".join(parts)


def _sections(looked: LookedUp) -> Iterator[tuple[str, str, Sequence[Remark]]]:
    """Yield the remarks by kind, each kind with its heading and advice."""
    reasons = Counter(one.reason for one in looked.failed)
    why = "; ".join(visible(reason) for reason, _ in reasons.most_common(3))
    # Without a title there is no item yet that `enrich` could fill in.
    is_untitled = all(not one.wanted.title for one in looked.failed)
    then = "The next run asks again" if is_untitled else "`zoterodigest enrich` continues"
    sections: Mapping[type[Remark], tuple[str, str]] = {
        NotFound: ("Not at arXiv", "The id may be wrong. Nothing is filled in."),
        OtherPaper: ("Another paper at arXiv", "It has another title. Nothing is filled in."),
        WithdrawnPaper: ("Withdrawn from arXiv", "Nothing is filled in."),
        NewerVersion: ("New versions at arXiv", "Nothing changes by that."),
        NotLookedUp: (
            "Not looked up",
            f"{why}. Earlier answers are kept. {then}.",
        ),
    }
    for kind, (heading, advice) in sections.items():
        if remarks := [one for one in looked.remarks if isinstance(one, kind)]:
            yield heading, advice, remarks


def _remark_text(remark: Remark) -> str:
    wanted = remark.wanted
    head = f"{visible(wanted.arxiv)}  {visible(wanted.title)}"
    match remark:
        case NewerVersion(version=version):
            return f"{visible(wanted.arxiv)}v{version}  {visible(wanted.title)}"
        case OtherPaper(title=title):
            return f"{head} → {visible(title)}"
        case WithdrawnPaper(comment=comment) if comment:
            return f"{head}: {visible(comment)}"
        case _:
            return head.rstrip()
