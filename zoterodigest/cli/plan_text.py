"""What `plan` and `push` show before anything is done, and `status` in the manner of git."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from zoterodigest.cli.attention import ALWAYS_SHOWN, SECTIONS, Attention
from zoterodigest.cli.places import Place
from zoterodigest.cli.plan_lines import as_lines
from zoterodigest.cli.screen import counted, flowing, hanging, styled, visible
from zoterodigest.cli.subjects import Subjects
from zoterodigest.core.link import State
from zoterodigest.core.plan import Plan
from zoterodigest.core.reports import ApartField, Held, NotPushed
from zoterodigest.sync.run import Direction, Prepared

_MOST = 5
_MOST_TAGS = 12


def plan_text(prepared: Prepared, place: Place) -> Iterator[str]:
    """Yield what a push would do, or "Everything is in step."."""
    subjects, attention = _views(prepared)
    yield from place.lines()
    yield ""
    if prepared.plan.is_settled:
        yield from _unrecognised(prepared)
        yield "Everything is in step."
    else:
        yield from as_lines(prepared.plan, subjects)
        yield from _recorded_only(prepared)
        yield from _unrecognised(prepared)
        yield from _tags(prepared.new_tags)
        yield from _differences(prepared, attention)
    yield from attention.lines(ALWAYS_SHOWN, _MOST)


def status_text(prepared: Prepared, place: Place) -> Iterator[str]:
    """Yield how things stand, section by section."""
    subjects, attention = _views(prepared)
    yield from place.lines()
    yield from hanging("links      ", _links(prepared))
    yield from _unrecognised(prepared)
    yield ""
    if prepared.plan.is_settled:
        yield "Nothing to push."
    else:
        yield styled("To push", "bold") + " (`zoterodigest push` brings it into the library)"
        yield from (f"  {line}" for line in as_lines(prepared.plan, subjects))
        yield from _recorded_only(prepared)
    yield from attention.lines((section.kind for section in SECTIONS), _MOST)


def _views(prepared: Prepared) -> tuple[Subjects, Attention]:
    subjects = Subjects(prepared.plan, prepared.gathered.contents.by_key)
    documents = [read.document for read in prepared.gathered.digests]
    return subjects, Attention(_concerning(prepared), subjects, documents)


def _concerning(prepared: Prepared) -> Plan:
    """Return the plan with the reports that concern a run of its direction: a pull creates no
    items, so that entries without one are no news to it.
    """
    plan = prepared.plan
    if prepared.options.direction is not Direction.PULL:
        return plan
    reports = (
        report
        for report in plan.reports
        if not isinstance(report, NotPushed)
        and not (isinstance(report, Held) and not report.to_entry)
    )
    return replace(plan, reports=tuple(reports))


def _recorded_only(prepared: Prepared) -> Iterator[str]:
    if not prepared.plan.actions:
        yield "Nothing to write; only links are recorded in the lock file."


def _links(prepared: Prepared) -> str:
    rows = prepared.plan.rows_before
    linked = sum(row.state is State.LINKED for row in rows)
    ended = f", {len(rows) - linked:,} ended" if len(rows) > linked else ""
    entries = counted(len(prepared.gathered.entries), "entry", "entries")
    return f"{linked:,}{ended}; {entries} in {counted(len(prepared.gathered.digests), 'digest')}"


def _unrecognised(prepared: Prepared) -> Iterator[str]:
    """Yield the digests in which no entry was recognised."""
    for read in prepared.gathered.digests:
        if not read.document.entries:
            name = visible(read.digest.key)
            if read.file.data.strip(b" \t\r\n\xef\xbb\xbf"):
                yield from hanging(f"{name}: ", "no entries recognised; `zoterodigest inspect`"
                                   " shows what was looked for")  # fmt: skip
            else:
                yield f"{name}: the file is empty"


def _tags(new_tags: Mapping[str, int]) -> Iterator[str]:
    if not new_tags:
        return
    ranked = sorted(new_tags.items(), key=lambda pair: (-pair[1], pair[0]))
    listed = [f"{visible(tag)} {number:,}" for tag, number in ranked[:_MOST_TAGS]]
    if len(ranked) > _MOST_TAGS:
        listed.append(f"… and {len(ranked) - _MOST_TAGS:,} more")
    yield ""
    yield styled(f"Tags it adds ({len(ranked):,})", "bold")
    yield from flowing(listed, 2)


def _differences(prepared: Prepared, attention: Attention) -> Iterator[str]:
    """Yield the differences that stay where entries were joined with items that were there."""
    adopts = any(link.before is None and link.item for link in prepared.plan.links)
    if adopts and any(isinstance(report, ApartField) for report in prepared.plan.reports):
        yield ""
        yield styled("Differences that stay", "bold")
        yield from attention.differences()
