"""What `published` shows: for each work where it appeared, and who says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zoterodigest.cli.base.screen import (
    counted,
    cut,
    first_of,
    hanging,
    section,
    separated,
    visible,
    width,
    wrapped,
)
from zoterodigest.cli.show.encoder import picked
from zoterodigest.cli.show.report_names import UNTITLED, value_text
from zoterodigest.core.plan.found import LookupResult
from zoterodigest.frozen import dataclass
from zoterodigest.lookup.finding import Fault
from zoterodigest.lookup.publication import (
    OTHER_VENUE,
    OTHER_YEAR,
    Publication,
    Published,
    Reported,
    Unpublished,
)
from zoterodigest.lookup.statements import Doubt, Statement
from zoterodigest.sync.lookups.publications import Blocked, ListedWork

_MOST = 5


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A work, what was found of it, and what its item is to take of that."""

    listed: ListedWork
    publication: Publication
    taken: LookupResult | Blocked | None

    @property
    def title(self) -> str:
        """The title as it is shown."""
        return visible(self.listed.work.known.title) or UNTITLED

    @property
    def state(self) -> str:
        """The state of the work, in one word or two."""
        match self.publication, self.taken:
            case Unpublished(), _:
                return "preprint"
            case Reported(), _:
                return "reported"
            case _, Blocked():
                return "blocked"
            case _, LookupResult(fields):
                return "published" if "venue" in fields else "completed"
            case _ if self.listed.item is None:
                return "not in the library"
            case _:
                return "known"


@dataclass(frozen=True, slots=True)
class ShownWorks:
    """The works that `published` lists, and the sources that did not answer."""

    rows: tuple[VenueRow, ...]
    faults: tuple[Fault, ...]
    is_offline: bool = False


_SECTIONS = {
    "published": ("Published", "Their items in the library are still preprints."),
    "completed": ("Published, with more values", "The library has the venue and lacks these."),
    "not in the library": ("Published, and not in the library", "Run `zoterodigest push` first."),
    "blocked": ("Published, but blocked", "Change their items yourself. Each has its reason."),
    "reported": (
        "For you to judge",
        "`--apply` skips these. Correct the digest or Zotero.",
    ),
}


def published_text(shown: ShownWorks) -> Iterator[str]:
    """Yield what was found, section by section, and how many works are left."""
    return separated(_lines(shown))


def _lines(shown: ShownWorks) -> Iterator[str]:
    rows = shown.rows
    for state, (heading, advice) in _SECTIONS.items():
        found = [row for row in rows if row.state == state]
        if found:
            yield from section(heading, len(found), advice)
            yield from (line for row in found for line in _row_lines(row))
            yield ""
    yield from _left(rows, is_complete=not (shown.faults or shown.is_offline))
    yield from _against(rows)
    yield from _faults(shown)


def _row_lines(row: VenueRow) -> Iterator[str]:
    yield cut(f"  {visible(row.listed.place)}  {row.title}", width())
    if isinstance(row.taken, Blocked):
        yield from hanging("      ", visible(row.taken.reason))
    match row.publication:
        case Published() as found:
            yield from hanging("      ", _publication_text(found))
            yield from _said(found.why)
        case Reported(reason, doubts, versions):
            yield from hanging("      ", visible(reason))
            yield from _versions(versions)
            # A source that is named with its version would be listed twice.
            shown = {one for version in versions for one in version.why}
            yield from _doubted([doubt for doubt in doubts if doubt.statement not in shown])
        case Unpublished():
            pass


def _versions(versions: Sequence[Published]) -> Iterator[str]:
    """Yield what each version would write, and which sources name it."""
    for version in versions:
        kind = _KINDS.get(version.item_type, version.item_type)
        yield from hanging(f"      {kind}: ", _publication_text(version))
        yield from _said(version.why)
    if versions:
        yield from hanging("      ", _CHOICE)


_KINDS = {"conferencePaper": "conference paper", "journalArticle": "journal article"}
_CHOICE = "Write the venue you cite into the digest, sync, then run `published --apply`."


def _publication_text(found: Published) -> str:
    parts = [f"{found.venue} {found.year}".strip(), found.award]
    parts += [f"pages {found.pages}" if found.pages else "", found.doi]
    return visible(", ".join(filter(None, parts)))


def _said(statements: Sequence[Statement]) -> Iterator[str]:
    for statement in statements:
        yield from hanging(f"        {_who(statement)}: ", visible(_words(statement)))


def _doubted(doubts: Sequence[Doubt]) -> Iterator[str]:
    for doubt in doubts[:_MOST]:
        reasons = f" ({'; '.join(doubt.reasons)})" if doubt.reasons else ""
        words = visible(f"{_words(doubt.statement)}{reasons}")
        yield from hanging(f"        {_who(doubt.statement)}: ", words)
    if len(doubts) > _MOST:
        yield f"        … and {len(doubts) - _MOST:,} more"


def _who(statement: Statement) -> str:
    return statement.source.value if statement.source else "yours"


def _words(statement: Statement) -> str:
    """Return what a statement says: the passage that was read, or what an index has."""
    if statement.source is None:
        return f"{statement.venue.name} {statement.year}".strip() + f" ({statement.text})"
    # A comment mostly has the year in its words, an index has it in a field of its own.
    if statement.year and statement.year not in statement.text:
        return f"{statement.text} {statement.year}"
    return statement.text


def _left(rows: Sequence[VenueRow], *, is_complete: bool) -> Iterator[str]:
    """Yield how many works need nothing, and which still are preprints, if all was asked."""
    known = sum(row.state == "known" for row in rows)
    preprints = [row for row in rows if row.state == "preprint"]
    if known:
        yield f"Known as published: {counted(known, 'paper')}."
    if preprints:
        heading = "Still preprints" if is_complete else "Not known as published"
        yield f"{heading}: {counted(len(preprints), 'paper')}."
        lines = (cut(f"  {visible(row.listed.place)}  {row.title}", width()) for row in preprints)
        yield from first_of(lines, _MOST, indent=2, in_json=True)
    if not rows:
        yield "Nothing to look for."


def _against(rows: Sequence[VenueRow]) -> Iterator[str]:
    """Yield what sources say against venues in the digest or the library."""
    doubted = [row for row in rows if _contradictions(row)]
    if doubted:
        yield ""
        advice = "The venue in the digest or in Zotero counts. It stays."
        yield from section("Sources say otherwise", len(doubted), advice)
        for row in doubted:
            yield cut(f"  {visible(row.listed.place)}  {row.title}", width())
            own = row.publication
            if isinstance(own, Published):
                yield from hanging("        yours: ", visible(f"{own.venue} {own.year}".strip()))
            yield from _doubted(_contradictions(row))


def _contradictions(row: VenueRow) -> list[Doubt]:
    found = row.publication
    if not isinstance(found, Published) or not found.is_own:
        return []
    return [doubt for doubt in found.against if {OTHER_VENUE, OTHER_YEAR} & {*doubt.reasons}]


def _faults(shown: ShownWorks) -> Iterator[str]:
    if shown.is_offline:
        yield ""
        yield from wrapped(
            "Offline: zoterodigest asked no source. This is what it looked up before."
        )
    for fault in shown.faults:
        yield ""
        papers = counted(fault.works, "paper")
        reason = f"{visible(fault.reason)}: not asked about {papers}. Run it again to continue."
        yield from wrapped(reason, 0)


def published_data(shown: ShownWorks) -> dict[str, Any]:
    """Return what was found, as JSON can hold it: every work with its `state`."""
    return {
        "papers": [_row_data(row) for row in shown.rows],
        "faults": [picked(fault, "source", "reason", papers="works") for fault in shown.faults],
        "offline": shown.is_offline,
    }


def _row_data(row: VenueRow) -> dict[str, Any]:
    known = row.listed.work.known
    return {
        "state": row.state,
        "place": row.listed.place,
        "title": known.title,
        "arxiv": known.arxiv,
        "item": row.listed.key if row.listed.item else None,
        **_publication_data(row.publication),
        "takes": _taken_data(row.taken),
    }


def _publication_data(publication: Publication) -> dict[str, Any]:
    match publication:
        case Published() as found:
            return {
                **picked(found, "venue", "year", "item_type", "doi", "pages", "award"),
                "why": [_statement_data(each) for each in found.why],
                "against": [_doubt_data(each) for each in found.against],
            }
        case Reported(reason, doubts, versions):
            against = [_doubt_data(each) for each in doubts]
            data = [_publication_data(each) for each in versions]
            return {"reason": reason, "against": against, "versions": data}
        case Unpublished():
            return {}


def _taken_data(taken: LookupResult | Blocked | None) -> dict[str, Any] | None:
    match taken:
        case LookupResult(fields, sources):
            return {
                name: {"value": value_text(value), "source": sources.get(name, "")}
                for name, value in fields.items()
            }
        case Blocked(reason):
            return {"blocked": reason}
        case None:
            return None


def _statement_data(statement: Statement) -> dict[str, Any]:
    return {
        "source": statement.source.value if statement.source else "own",
        "text": statement.text,
        "venue": statement.venue.name,
        **picked(statement, "year", "doi", "pages"),
    }


def _doubt_data(doubt: Doubt) -> dict[str, Any]:
    return {**_statement_data(doubt.statement), "reasons": list(doubt.reasons)}
