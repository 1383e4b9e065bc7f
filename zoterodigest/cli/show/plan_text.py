"""What `plan`, `push`, `pull` and `sync` show before anything is done, and what `status` shows."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoterodigest.cli.base.project_context import ProjectContext
from zoterodigest.cli.base.screen import (
    counted,
    cut,
    enumerated,
    first_of,
    flowing,
    hanging,
    section,
    separated,
    styled,
    visible,
    width,
    wrapped,
)
from zoterodigest.cli.base.talk import UNSEEN, Concern
from zoterodigest.cli.show.closing import concerning, held_by_direction, missing_files, needs_person
from zoterodigest.cli.show.partly_read import digests_meant, partly_read_text, slips_text
from zoterodigest.cli.show.plan_lines import HEADINGS, as_lines
from zoterodigest.cli.show.report_names import field_name, report_names
from zoterodigest.cli.show.report_sections import NEWS, open_text, reports_text
from zoterodigest.cli.show.report_text import settling_command
from zoterodigest.core.plan.plan import RECORD
from zoterodigest.core.plan.reports import (
    DivergedField,
    HeldBack,
    HeldBackName,
    MissingNote,
    Report,
    RowReport,
    subjects_of,
)
from zoterodigest.core.plan.run_options import End
from zoterodigest.core.values.file_keys import BibKey, DigestKey, SourceKey
from zoterodigest.core.values.record import Entry
from zoterodigest.sync.run.conflicts import short_ids
from zoterodigest.sync.run.consent import leaving_texts, little_read
from zoterodigest.sync.run.failures import failures_of_unread, foreseen
from zoterodigest.sync.run.run import Prepared
from zoterodigest.sync.syncing.acknowledging import standing_reports, unacknowledged

_MOST = 5
_MOST_TAGS = 12
_EXPORTS = "Exports (`zoterodigest export`)"
_COMMANDS: Mapping[End, str] = {End.ZOTERO: "push", End.MARKDOWN: "pull", End.BIB: "pull"}
"""The command that writes what goes into an end."""


def plan_text(prepared: Prepared, place: ProjectContext) -> Iterator[str]:
    """Yield what a run would do at either end, or that everything is in sync."""
    return separated(_plan_lines(prepared, place))


def status_text(
    prepared: Prepared, place: ProjectContext, unfinished: Iterable[str], *, is_all: bool
) -> Iterator[str]:
    """Yield what needs the person, with the commands that settle it, then what is pending.

    `unfinished` are lines on runs that were killed. `is_all` shows every section in full, and lists
    acknowledged reports too.
    """
    return separated(_status_lines(prepared, place, unfinished, is_all=is_all))


def _plan_lines(prepared: Prepared, place: ProjectContext) -> Iterator[str]:
    names = report_names(prepared)
    yield from (*place.lines(), *_missing(prepared), "")
    if not prepared.is_settled:
        yield from as_lines(prepared.plan, names)
    yield from _unrecognised(prepared)
    if not prepared.is_settled:
        yield from ("", *_tags(prepared.new_tags))
        yield from ("", *_differences(prepared))
    yield from ("", *_exports_text(prepared))
    yield from ("", *_news(prepared, concerning(prepared)))
    yield from ("", *_kept(prepared))
    yield from ("", *_lost_notes(prepared))
    yield from ("", *_other_way(prepared))


def _status_lines(
    prepared: Prepared, place: ProjectContext, unfinished: Iterable[str], *, is_all: bool
) -> Iterator[str]:
    subjects, reports = report_names(prepared), unacknowledged(prepared)
    # All of them: the last line counts the entries of all.
    if still_open := open_text(filter(needs_person, reports), with_others=True):
        head, *more = hanging("needs you  ", still_open)
        yield from (head.replace("needs you", styled("needs you", "yellow"), 1), *more)
    yield from place.lines()
    yield from hanging("links      ", _links(prepared))
    if prepared.gathered.recorded is not None:
        advice = "the next run that writes completes it"
        yield from hanging("unfinished ", f"a run was stopped before it ended; {advice}")
    yield from unfinished
    yield from _missing(prepared)
    yield from _unrecognised(prepared)
    yield from _what_stays(prepared)
    # What needs the person comes before what a run does by itself.
    yield from ("", *_standing(prepared, reports, is_all=is_all))
    yield from refusals_text(prepared)
    yield ""
    if not prepared.is_settled:
        headings = {end: f"{HEADINGS[end]} (`zoterodigest {_COMMANDS[end]}`)" for end in HEADINGS}
        yield from as_lines(prepared.plan, subjects, headings)
        if not prepared.plan.actions and not any(bib.is_change for bib in prepared.bibs):
            yield "Nothing to write; only links are recorded in the lock file."
    yield from ("", *_exports_text(prepared))
    yield from ("", *_kept(prepared))


def concern_of(prepared: Prepared) -> Concern:
    """Return what a person should know who lets digests be pushed of which little was read."""
    leaving = leaving_texts(prepared.plan, prepared.gathered, prepared.workspace)
    if leaving is not None:
        named = ", ".join(
            visible(f"“{heading}”") for heading in first_of(leaving.headings, 10, indent=0)
        )
        below = f", with the sections {named}" if named else ""
        what = f"the text of {counted(leaving.notes, 'note')} goes to a group's library{below}"
        return Concern(what, "Look at the plan")
    few = little_read(prepared.plan, prepared.gathered)
    if not few:
        return UNSEEN
    parts = [f"{it.read:,} of about {it.about:,} entries of {visible(it.digest)}" for it in few]
    names = " ".join(visible(shlex.quote(one.digest)) for one in few)
    look_at = f"See `zoterodigest inspect {names}`"
    return Concern(f"only {enumerated(parts)} were read", look_at)


def _exports_text(prepared: Prepared) -> Iterator[str]:
    if prepared.bibs:
        # Only a project with a .bib pays for what reads and writes one.
        from zoterodigest.cli.show.bib_text import exports_text

        yield from exports_text(prepared.bibs, _EXPORTS)


def _standing(prepared: Prepared, reports: Sequence[Report], *, is_all: bool) -> Iterator[str]:
    """Yield the sections of `reports`, each report with its ID if it can be acknowledged; then
    how many were, or with `is_all` which.
    """
    standing = standing_reports(prepared)
    # By identity: a report that holds an entry has no hash.
    names, row_ids = report_names(prepared), _ids_of_rows(prepared) if prepared.plan.reports else {}
    ids = {id(one.report): one.id for one in standing if _has_id(one.report, row_ids)}

    def label(report: Report) -> str:
        return f"{styled(ids[id(report)], 'yellow')}  " if id(report) in ids else ""

    most = len(prepared.plan.reports) if is_all else _MOST
    yield from reports_text(
        reports, names, most=most, label=label,
        command=lambda report: settling_command(report, names, row_ids),
    )  # fmt: skip
    if not all(_has_id(report, row_ids) for report in reports):
        yield ""
        yield "Entries get the IDs for `resolve` with the first `zoterodigest sync`."
    if number := sum(id(report) in ids for report in reports):
        yield ""
        yield "To count a report only, until what it says changes:"
        yield "  zoterodigest resolve ID --acknowledge"
        yield from ["  zoterodigest resolve --all --acknowledge"] if number > 1 else []
    acknowledged = [one.report for one in standing if one.is_acknowledged]
    yield ""
    if acknowledged and not is_all:
        yield f"{len(acknowledged):,} acknowledged; `zoterodigest status --all` lists them."
    elif acknowledged:
        advice = "`zoterodigest resolve ID --forget` lists one again in every `status`."
        yield from section("Acknowledged", len(acknowledged), advice)
        yield from reports_text(acknowledged, names, most=most, label=label)


def _has_id(report: Report, row_ids: Mapping[str, str]) -> bool:
    """Return whether people can name a report: one of an entry without a row has no ID to keep."""
    return not isinstance(report, RowReport) or report.row_id in row_ids


def refusals_text(prepared: Prepared) -> Iterator[str]:
    """Yield what a run would leave out, as it cannot be written."""
    advice = (
        "Both sides keep their value; everything else is done. Edit the entry yourself, or"
        " give the item a value that the entry can show."
    )
    unread = list(failures_of_unread(prepared.gathered))
    refused = [
        (f"{visible(one.where)}  {visible(one.title)}".rstrip(), visible(one.reason))
        for one in foreseen(prepared)
        if one not in unread
    ]
    if refused:
        yield from ("", *_listed("Cannot be written", advice, refused))
    for failure in unread:
        yield ""
        yield from hanging(f"{visible(failure.where)}: ", visible(failure.reason))


def news_text(prepared: Prepared, shown: Prepared) -> Iterator[str]:
    """Yield what the plan `prepared` reports and `shown`, which people saw before it, did not."""
    before: dict[object, list[Report]] = defaultdict(list)
    for report in shown.plan.reports:
        before[_about(report)].append(report)
    # By value: the second plan was made anew, and its reports are other objects.
    fresh = [report for report in concerning(prepared) if report not in before[_about(report)]]
    yield from _news(prepared, fresh)


def _news(prepared: Prepared, reports: Iterable[Report]) -> Iterator[str]:
    """Yield what every run reports of `reports`, each with the command that settles it."""
    news = [report for report in reports if type(report) in NEWS]
    names, row_ids = report_names(prepared), _ids_of_rows(prepared) if news else {}
    yield from reports_text(
        news, names, most=_MOST, command=lambda report: settling_command(report, names, row_ids)
    )


def _ids_of_rows(prepared: Prepared) -> Mapping[str, str]:
    """Return the IDs of the rows that the lock file has, as people give them.

    The other rows get their ids anew in each plan: nobody can give one before a run writes them.
    """
    known = {row.id for row in prepared.plan.rows_before}
    return {row_id: one for row_id, one in short_ids(prepared.row_ids).items() if row_id in known}


def _about(report: Report) -> object:
    """Return what few reports share, and equal ones always do.

    Each report is compared with those alone: to compare each with all took 1.5 s for 2,000.
    """
    entry = getattr(report, "entry", None)
    place = (entry.digest, entry.place) if isinstance(entry, Entry) else None
    return type(report), subjects_of(report), place


def left_text(prepared: Prepared) -> str:
    """Return in one line what a run leaves to the person; "" if nothing is."""
    news = (report for report in concerning(prepared) if type(report) in NEWS)
    return open_text(filter(needs_person, news))


def files_text(prepared: Prepared) -> str:
    """Return what people call the files of a run."""
    has_bibs = any(read.bib.is_two_way for read in prepared.gathered.bibs)
    return "the digests and bibliographies" if has_bibs else "the digests"


def _lost_notes(prepared: Prepared) -> Iterator[str]:
    """Yield how many notes were deleted in the library and stay deleted."""
    if number := sum(isinstance(one, MissingNote) for one in concerning(prepared)):
        notes = counted(number, "note")
        yield f"Deleted in the library and not made again: {notes} (`zoterodigest status`)."


def _other_way(prepared: Prepared) -> Iterator[str]:
    """Yield how many edits stay: for a run of the other direction, or by the rules."""
    held = list(held_by_direction(prepared))
    intent = prepared.options.intent
    if intent.may_push and intent.may_pull:
        by_rules = [one for one in concerning(prepared) if isinstance(one, HeldBack | HeldBackName)]
        if by_rules:
            yield f"Held back: {counted(len(by_rules), 'edit')} (`zoterodigest status`)."
    elif held:
        files = files_text(prepared)
        verb, place = "sync", f"the library and {files}"
        if intent.may_push or intent.may_pull:
            verb, place = ("pull", "the library") if intent.may_push else ("push", files)
        yield f"Left for `zoterodigest {verb}`: {counted(len(held), 'edit')} made in {place}."


def _kept(prepared: Prepared) -> Iterator[str]:
    """Yield the items that stay although their entries were dropped."""
    advice = "Their entries were removed. These items stay, because you changed or use them."
    kept = [(visible(one.title), visible(one.reason)) for one in prepared.kept]
    yield from _listed("Kept in the library", advice, kept)


def _listed(heading: str, advice: str, reasons: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a section of subjects, each with its reason."""
    if reasons:
        yield from section(heading, len(reasons), advice)
    for subject, reason in reasons[:_MOST]:
        yield cut(f"    {subject}", width())
        yield from wrapped(reason, 6)
    if len(reasons) > _MOST:
        yield f"    … and {len(reasons) - _MOST:,} more"


def _links(prepared: Prepared) -> str:
    """Return how many links there are, those of each bibliography by themselves."""
    gathered = prepared.gathered
    # All files of a vault are one digest.
    new = (read.digest for read in gathered.digests if read.is_new)
    vaults: dict[str, str] = {
        it.key: it.rules.path for it in (*prepared.workspace.digests, *new) if it.rules.is_vault
    }
    keys = gathered.quiet.digests or [read.key for read in gathered.digests]
    totals, digests = prepared.totals, len({vaults.get(key, key) for key in keys})
    entries = f"{counted(totals.entries, 'entry')} in {counted(digests, 'digest')}"
    parts = [f"{totals.linked:,}{_ended(totals.ended)}; {entries}"]
    for bib in gathered.bibs:
        if bib.bib.is_two_way:
            rows = [row for row in prepared.plan.rows_before if row.digest == bib.key]
            entries = counted(len(bib.document.entries), "entry")
            linked = sum(row.is_linked for row in rows)
            links = counted(linked, "link")
            parts.append(f"{visible(bib.key)}: {links}{_ended(len(rows) - linked)}, {entries}")
    return "; ".join(parts)


def _ended(ended: int) -> str:
    return f" (and {ended:,} that ended)" if ended else ""


def _missing(prepared: Prepared) -> Iterator[str]:
    """Yield the files that are linked and not here, with what can be done."""
    missing = missing_files(prepared)
    advice: dict[type[SourceKey], str] = {
        DigestKey: "if it was renamed, push it by its new path",
        BibKey: "if it was renamed, write its new path into zoterodigest.toml",
    }
    for kind, what in advice.items():
        if names := visible(", ".join(key for key in missing if isinstance(key, kind))):
            yield from hanging("missing    ", f"{names}: linked, and not here; {what}")


def _unrecognised(prepared: Prepared) -> Iterator[str]:
    """Yield the digests of which no entry, or not nearly all entries, were read."""
    for read in digests_meant(prepared):
        if read.is_new:  # a note that is about to be made
            continue
        if read.is_blank:
            yield f"{visible(read.key)}: the file is empty"
        else:
            yield from partly_read_text(read.key, read.document)
            yield from slips_text(read.key, read.document)


def _what_stays(prepared: Prepared) -> Iterator[str]:
    """Yield how many of our notes hold what Markdown cannot show, and how many files of a vault
    are about an item of another one: what stays where it is.
    """
    stays = prepared.totals.stays.values()
    if others := sum(RECORD in names for names in stays):
        what = f"the front matter of {counted(others, 'file')} is not synced"
        who = "another file owns the fields of the item (`zoterodigest doctor`)"
        yield from hanging("files      ", f"{what}: {who}")
    if kept := [found for names in stays if (found := {*names} - {RECORD})]:
        names = ", ".join(sorted({name for names in kept for name in names}))
        verb = "holds" if len(kept) == 1 else "hold"
        what = f"{counted(len(kept), 'note')} {verb} what Markdown has no place for ({names})"
        yield from hanging("notes      ", f"{what}; it stays in the note")


def _tags(new_tags: Mapping[str, int]) -> Iterator[str]:
    ranked = sorted(new_tags.items(), key=lambda pair: (-pair[1], pair[0]))
    listed = (f"{visible(tag)} {number:,}" for tag, number in ranked)
    if ranked:
        yield from section("Tags it adds", len(ranked))
        yield from flowing(first_of(listed, _MOST_TAGS, indent=0), 2)


def _differences(prepared: Prepared) -> Iterator[str]:
    """Yield the differences that stay of which no earlier run has told."""
    known = {row.id: row.diverged for row in prepared.plan.rows_before}
    found = (one for one in concerning(prepared) if isinstance(one, DivergedField))
    if diverged := [one for one in found if one.name not in known.get(one.row_id, ())]:
        yield styled("Differences that stay", "bold")
        for name, number in Counter(field_name(one.name) for one in diverged).most_common():
            keeps = "item keeps its" if number == 1 else "items keep their"
            yield f"  {number:>6,} {keeps} own {cut(name, 20)} (see `zoterodigest status`)"
