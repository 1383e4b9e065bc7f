"""The run of `add`: papers looked up, shown as they would stand, written and told."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.looking_up import is_offline, open_sources
from zoterodigest.cli.base.places import linked_digests, project_in
from zoterodigest.cli.base.screen import (
    counted,
    cut,
    emit,
    enumerated,
    styled,
    tell_error,
    tell_failure,
    visible,
    visible_lines,
    width,
    wrapped,
)
from zoterodigest.cli.base.talk import progress, require_consent
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.subjects import field_name
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.errors import ZoterodigestError
from zoterodigest.mapping import venue_table
from zoterodigest.project.files import read_file
from zoterodigest.project.layout import Project, find_project
from zoterodigest.project.running import require_idle
from zoterodigest.sync.new_papers.adding import Addition, Doubled, Goal, add, open_goal, write
from zoterodigest.sync.new_papers.asking_for import (
    Asked,
    ByBib,
    ById,
    NotAdded,
    find_papers,
    read_asked,
    read_bibtex,
)
from zoterodigest.sync.new_papers.inserting import Came
from zoterodigest.sync.new_papers.papers import Paper, unshown
from zoterodigest.sync.new_papers.standing_works import Standing, Stands

if TYPE_CHECKING:
    from zoterodigest.core.plan.found import Pending
    from zoterodigest.core.values.venue import VenueTable
    from zoterodigest.lookup.sources import Sources

FINE, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class AddOptions:
    """Which papers are to be added, and where to."""

    names: Sequence[str]
    to: Path | None = None
    section: str = ""
    may_double: bool = False


def run(wanted: AddOptions, asked: Invocation) -> int:
    """Add what is wanted, or only show it; return the exit code."""
    venues = venue_table()
    goal, project = _goal(wanted.to, venues)
    if not asked.is_dry_run:
        require_idle(goal.project.state_folder)
    read = [each for text in wanted.names for each in _read(text, venues)]
    meant = read if wanted.may_double else [_doubled(goal, each) or each for each in read]
    with ExitStack() as stack:
        sources = None
        if not (asked.is_offline or is_offline()):
            sources = stack.enter_context(open_sources(project.configuration.lookup))
        found = _found(meant, sources, venues)
    addition = add(goal, found, section=wanted.section, may_double=wanted.may_double)
    if not asked.as_json:
        emit(_shown(addition))
        emit(_unshown(addition, goal))
    if addition.came and not asked.is_dry_run:
        # Asked for by name: only a person at a terminal is asked again, or if something is lost.
        is_lossy = bool(addition.pending) and not goal.is_pushed
        may_ask = sys.stdin.isatty() and not asked.as_json
        question = f"Write this into {visible(addition.digest.key)}?"
        is_agreed = asked.is_agreed or not (may_ask or is_lossy)
        require_consent(question, is_agreed=is_agreed, may_ask=may_ask)
        write(goal, addition)
    if asked.as_json:
        emit_json(as_data(addition, is_written=bool(addition.came) and not asked.is_dry_run))
    else:
        emit(_done(addition, is_dry_run=asked.is_dry_run))
    _tell_failures(addition)
    return FAILED if addition.doubled or addition.failed else FINE


def _goal(to: Path | None, venues: VenueTable) -> tuple[Goal, Project]:
    start = Path()
    config = find_project(to or start)
    project = project_in(config.parent if config else start)
    linked = [path for path in linked_digests(project) if path.exists()]
    if config is None:
        given = [to] if to else []
        project = Project.implicit([*given, *linked] or [start / "digest.md"])
    return open_goal(project, to, venues, linked), project


def _read(text: str, venues: VenueTable) -> Iterable[Asked | NotAdded]:
    """Return the papers that one argument means."""
    if text == "-":
        given = sys.stdin.read()
        if "@" in given:
            return read_bibtex(given, "-", venues)
        return [read_asked(line) for line in given.split("\n") if line.strip()]
    if text.lstrip().startswith("@"):
        return read_bibtex(text, "BibTeX", venues)
    if names_bib(text) and "://" not in text:
        try:
            data = read_file(Path(text)).data
        except ZoterodigestError as error:
            return [NotAdded(text, str(error))]
        return read_bibtex(data.decode("utf-8", "replace"), text, venues)
    return [read_asked(text)]


def _doubled(goal: Goal, asked: Asked | NotAdded) -> Doubled | None:
    """Return where a paper stands, so that nobody need be asked for it."""
    return goal.doubled(asked) if isinstance(asked, ById) else None


def _found(
    meant: Sequence[Asked | NotAdded | Doubled], sources: Sources | None, venues: VenueTable
) -> list[Paper | NotAdded | Doubled]:
    """Look up what can be, and keep the order of the arguments."""
    asked = [each for each in meant if isinstance(each, ById | ByBib)]
    with progress("Looking up", "looked up") as report:
        papers = iter(find_papers(asked, sources, venues, report))
    return [each if isinstance(each, NotAdded | Doubled) else next(papers) for each in meant]


def _shown(addition: Addition) -> Iterator[str]:
    """Yield the new entries as they stand in the digest."""
    for came in addition.came:
        yield f"{visible(addition.digest.key)}:{came.entry.first + 1}{_below(came)}"
        for line in visible_lines(_text(addition, came)):
            yield styled(cut(f"  + {line}", width()), "green")
        for remark in came.paper.remarks:
            yield f"  note: {visible(remark)}"


def _unshown(addition: Addition, goal: Goal) -> Iterator[str]:
    """Yield what is known and the digest cannot show, and where that goes."""
    names = dict.fromkeys(name for one in addition.pending for name in _names_of(one))
    if not names:
        return
    listed = enumerated([_NAMES.get(name) or field_name(name) for name in names])
    digest = visible(addition.digest.key)
    goes = "With the next sync, the library gets the rest"
    if not goal.is_pushed:
        goes = "zoterodigest.toml keeps it from the library (push), so this is dropped"
    yield from wrapped(f"{digest} cannot show all that is known. {goes}: {listed}.", 0)


_NAMES = {"citekey": "citation key"}


def _names_of(pending: Pending) -> Iterator[str]:
    yield from pending.found.fields
    yield from (name for name in pending.found.details if name not in pending.found.fields)


def _below(came: Came) -> str:
    heading = came.entry.headings[-1:]
    return f"  below “{visible(heading[0])}”" if heading else ""


def _text(addition: Addition, came: Came) -> str:
    span = came.entry.span
    return addition.digest.document.source[span.start : span.end].decode("utf-8", "replace")


def _done(addition: Addition, *, is_dry_run: bool) -> Iterator[str]:
    digest = visible(addition.digest.key)
    number = counted(len(addition.came), "entry", "entries")
    if is_dry_run:
        yield f"{number} would come into {digest}; nothing was written."
    elif addition.came:
        yield f"Done: {number} added to {digest}."
        them = "it" if len(addition.came) == 1 else "them"
        yield f"Next: `zoterodigest sync` brings {them} into the library."
    else:
        yield f"Nothing was added to {digest}."


def _tell_failures(addition: Addition) -> None:
    for doubled in addition.doubled:
        name = visible(doubled.paper.name)
        tell_error(f"{name}: {standing_text(doubled.where)}", _hint(doubled))
    for failed in addition.failed:
        tell_failure(failed.name, failed.reason)


def standing_text(where: Standing | None) -> str:
    """Say where a paper stands already."""
    if where is None:
        return "asked for twice"
    if isinstance(where, Stands):
        how = "in text that is not understood, in" if where.is_text else "already at"
        return f"stands {how} {where.where}"
    was = "was linked from" if where.is_ended else "is linked already from"
    return f"{was} {where.digest}"


def _hint(doubled: Doubled) -> str:
    return "--allow-duplicate adds it all the same." if doubled.where is not None else ""


def as_data(addition: Addition, *, is_written: bool) -> dict[str, Any]:
    """Return what became of the papers as it is printed by --json."""
    return {
        "digest": addition.digest.key,
        "written": is_written,
        "added": [
            {
                "asked": came.paper.name,
                "title": came.paper.title,
                "identifiers": [f"{it.scheme}:{it.value}" for it in sorted(came.paper.identifiers)],
                "line": came.entry.first + 1,
                "headings": list(came.entry.headings),
                "text": _text(addition, came),
                "remarks": list(came.paper.remarks),
                "unshown": sorted({*unshown(came.paper, came.entry.reading.fields)}),
                "details": sorted(came.paper.details),
            }
            for came in addition.came
        ],
        "duplicates": [
            {
                "asked": one.paper.name,
                "title": one.paper.title,
                "reason": standing_text(one.where),
            }
            for one in addition.doubled
        ],
        "failed": [{"asked": one.name, "reason": one.reason} for one in addition.failed],
    }
