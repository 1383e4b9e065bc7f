"""The command `add`: papers looked up, shown as they would be, written."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.network import lookups_are_off, open_sources
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, flag, option
from zoterodigest.cli.base.project_context import linked_digests, project_in, require_idle_to_write
from zoterodigest.cli.base.screen import (
    counted,
    cut,
    enumerated,
    styled,
    tell_error,
    tell_failure,
    visible,
    visible_lines,
    width,
    wrapped,
)
from zoterodigest.cli.base.talk import emit_unless_json, progress, require_consent
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_result, picked
from zoterodigest.cli.show.report_names import field_name
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.errors import ZoterodigestError
from zoterodigest.lookup.sources import Sources
from zoterodigest.mapping import venue_table
from zoterodigest.project.files import read_file
from zoterodigest.project.layout import Project, find_project
from zoterodigest.sync.new_papers.adding import Addition, Doubled, Goal, open_goal, write_additions
from zoterodigest.sync.new_papers.adding import add_papers as new_entries
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


@command("names to section may_double is_offline is_dry_run is_agreed as_json")
def add(
    asked: Invocation,
    names: Sequence[str] = argument("ID"),
    to: Path | None = option("--to DIGEST", "The digest.", None, shown="the only one"),
    section: str = option(
        "--section HEADING",
        "Add below this heading, or A / B.",
        shown="the only one, the newest day's",
    ),
    may_double: bool = flag("--allow-duplicate", "Also add papers that a digest has already."),
) -> int:
    """Add papers to a digest.

    ID is an arXiv id, a DOI, a web address, BibTeX or a .bib. - reads any of them from standard
    input. add looks the paper up and writes an entry in the style of its neighbors, at the place
    for new entries. Nothing else in the digest changes.

    \b
    Examples:
      zoterodigest add 2103.00020 --to papers.md
      zoterodigest add 10.1109/5.771073 https://arxiv.org/abs/1706.03762v5
      zoterodigest add refs.bib --to papers.md --section "To read" --offline
      pbpaste | zoterodigest add - --dry-run

    The exit code is 1 if a paper was not added: no source knows it, or a digest has it already.
    """
    venues = venue_table()
    goal, project = _goal(to, venues)
    require_idle_to_write(asked, goal.project)
    # One argument can mean several papers: BibTeX, a .bib, or standard input.
    read = [each for text in names for each in _read(text, venues)]
    meant = read if may_double else [_unless_doubled(goal, each) for each in read]
    with ExitStack() as stack:
        # Without sources an entry gets what its argument says, and no more.
        sources = None
        if not (asked.is_offline or lookups_are_off()):
            sources = stack.enter_context(open_sources(project.configuration.lookup))
        found = _found(meant, sources, venues)
    addition = new_entries(goal, found, section=section, may_double=may_double)
    emit_unless_json(asked, chain(_shown(addition), _unshown(addition, goal)))
    if addition.came and not asked.is_dry_run:
        # Asked for by name: only a person at a terminal is asked again, or if something is lost.
        is_lossy = bool(addition.pending) and not goal.is_pushed
        is_needed = is_lossy or (sys.stdin.isatty() and not asked.as_json)
        question = f"Write this into {visible(addition.digest.key)}?"
        require_consent(question, asked, is_needed=is_needed)
        write_additions(goal, addition)
    is_written = bool(addition.came) and not asked.is_dry_run
    text = _done(addition, is_dry_run=asked.is_dry_run)
    emit_result(text, _data(addition, is_written=is_written), as_json=asked.as_json)
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


def _unless_doubled(goal: Goal, asked: Asked | NotAdded) -> Asked | NotAdded | Doubled:
    # No source is asked for a paper that a digest has already.
    return (goal.doubled(asked) if isinstance(asked, ById) else None) or asked


def _found(
    meant: Sequence[Asked | NotAdded | Doubled], sources: Sources | None, venues: VenueTable
) -> list[Paper | NotAdded | Doubled]:
    """Look up what can be, and keep the order of the arguments."""
    asked = [each for each in meant if isinstance(each, ById | ByBib)]
    with progress("Looking up", "looked up") as report:
        papers = iter(find_papers(asked, sources, venues, report))
    return [each if isinstance(each, NotAdded | Doubled) else next(papers) for each in meant]


def _shown(addition: Addition) -> Iterator[str]:
    """Yield the new entries as the digest shows them."""
    for came in addition.came:
        heading = came.entry.headings[-1:]
        below = f"  below “{visible(heading[0])}”" if heading else ""
        yield f"{visible(addition.digest.key)}:{came.entry.first + 1}{below}"
        for line in visible_lines(_text(addition, came)):
            yield styled(cut(f"  + {line}", width()), "green")
        for remark in came.paper.remarks:
            yield f"  note: {visible(remark)}"


def _unshown(addition: Addition, goal: Goal) -> Iterator[str]:
    """Yield which known values the digest can't show, and what happens to them."""
    found = [one.found for one in addition.pending]
    names = dict.fromkeys(name for one in found for name in (*one.fields, *one.details))
    if not names:
        return
    called = ("citation key" if name == "citekey" else field_name(name) for name in names)
    listed = enumerated([*called])
    digest = visible(addition.digest.key)
    goes = "With the next sync, the library gets the rest"
    if not goal.is_pushed:
        goes = "zoterodigest.toml keeps it from the library (push), so this is dropped"
    yield from wrapped(f"{digest} cannot show all that is known. {goes}: {listed}.", 0)


def _text(addition: Addition, came: Came) -> str:
    span = came.entry.span
    return addition.digest.document.source[span.start : span.end].decode("utf-8", "replace")


def _done(addition: Addition, *, is_dry_run: bool) -> Iterator[str]:
    digest = visible(addition.digest.key)
    number = counted(len(addition.came), "entry", "entries")
    if is_dry_run:
        yield from wrapped(planned_line(f"{number} added to {digest}"))
    elif addition.came:
        yield f"Done: {number} added to {digest}."
        them = "it" if len(addition.came) == 1 else "them"
        yield f"Next: `zoterodigest sync` brings {them} into the library."
    else:
        yield f"Nothing was added to {digest}."


def _tell_failures(addition: Addition) -> None:
    for doubled in addition.doubled:
        name = visible(doubled.paper.name)
        is_there = doubled.where is not None
        hint = "Pass --allow-duplicate to add it anyway." if is_there else ""
        tell_error(f"{name}: {standing_text(doubled.where)}", hint)
    for failed in addition.failed:
        tell_failure(failed.name, failed.reason)


def standing_text(where: Standing | None) -> str:
    """Return where a paper is already, in words."""
    if where is None:
        return "asked for twice"
    if isinstance(where, Stands):
        how = "in text that zoterodigest can't read, in" if where.is_text else "already at"
        return f"is {how} {where.where}"
    was = "was linked from" if where.is_ended else "is linked already from"
    return f"{was} {where.digest}"


def _data(addition: Addition, *, is_written: bool) -> dict[str, Any]:
    return {
        "digest": addition.digest.key,
        "written": is_written,
        "added": [
            {
                **picked(came.paper, asked="name", title="title"),
                "identifiers": list(map(str, sorted(came.paper.identifiers))),
                "line": came.entry.first + 1,
                **picked(came.entry, "headings"),
                "text": _text(addition, came),
                **picked(came.paper, "remarks"),
                "unshown": sorted({*unshown(came.paper, came.entry.reading.fields)}),
                "details": sorted(came.paper.details),
            }
            for came in addition.came
        ],
        "duplicates": [
            {"asked": one.paper.name, "title": one.paper.title, "reason": standing_text(one.where)}
            for one in addition.doubled
        ],
        "failed": [picked(one, asked="name", reason="reason") for one in addition.failed],
    }
