"""The command `add`: papers looked up, shown as they would be, written."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import typer

from zoterodigest.cli.base.network import lookups_are_off, open_sources
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, flag, option
from zoterodigest.cli.base.projects import linked_digests, project_in, require_idle_to_write
from zoterodigest.cli.base.screen import counted, enumerated, tell_failure, visible, wrapped
from zoterodigest.cli.base.talk import busy, emit_unless_json, progress, require_consent
from zoterodigest.cli.show.additions import (
    added_data,
    added_text,
    not_added_data,
    tell_not_added,
    unshown_text,
)
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_result
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.errors import ZoterodigestError
from zoterodigest.lookup.sources import Sources
from zoterodigest.mapping import venue_table
from zoterodigest.project.files import read_file
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.walks import find_project
from zoterodigest.sync.new_papers.adding import (
    Added,
    Doubled,
    Goal,
    add_papers,
    open_goal,
    write_additions,
)
from zoterodigest.sync.new_papers.asking_for import (
    Asked,
    ByBib,
    ById,
    NotAdded,
    find_papers,
    read_asked,
    read_bibtex,
)
from zoterodigest.sync.new_papers.inserting import Addition
from zoterodigest.sync.new_papers.new_files import VaultGoal, new_files, open_vault, vault_meant
from zoterodigest.sync.new_papers.papers import Paper


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
    for new entries. Nothing else in the digest changes. In a vault, DIGEST is its folder or one in
    it, and each paper gets a file of its own, as `new` in zoterodigest.toml says.

    \b
    Examples:
      zoterodigest add 2103.00020 --to papers.md
      zoterodigest add 10.1109/5.771073 https://arxiv.org/abs/1706.03762v5
      zoterodigest add refs.bib --to papers.md --section "To read" --offline
      zoterodigest add 2103.00020 --to Papers/
      pbpaste | zoterodigest add - --dry-run

    The exit code is 1 if a paper was not added: no source knows it, or a digest has it already.
    """
    venues = venue_table()
    project, linked = _project(to)
    rules, inner = vault_meant(project, to) or (None, "")
    if to and not rules and project.former_rules(project.key_of(to)).is_vault:
        raise typer.BadParameter(f"{to} is a file of a vault: name the folder, as --to {to.parent}")
    if rules and section:
        raise typer.BadParameter("--section is for a digest with headings, not for a vault")
    with busy("Reading digests"):
        vault = open_vault(project, rules, inner, venues) if rules else None
        goal = vault.goal if vault else open_goal(project, to, venues, linked)
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
    if vault is not None:
        return _carried_out(asked, goal, new_files(vault, found, may_double=may_double), vault)
    added = add_papers(goal, found, section=section, may_double=may_double)
    return _carried_out(asked, goal, added)


def _project(to: Path | None) -> tuple[ProjectFolder, list[Path]]:
    """Return the project of a digest, else of this folder, and what its lock file links."""
    start = Path()
    config = find_project(to or start)
    project = project_in(config.parent if config else start)
    linked = [path for path in linked_digests(project) if path.exists()]
    if config is None:
        given = [to] if to else []
        project = ProjectFolder.implicit([*given, *linked] or [start / "digest.md"])
    return project, linked


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


def _carried_out(
    asked: Invocation, goal: Goal, added: Added, vault: VaultGoal | None = None
) -> int:
    """Show the papers that come, ask if that is needed, write them; return the exit code."""
    place, additions = (vault.folder or ".") if vault else goal.digest.key, added.additions
    texts = ((added_text(it), unshown_text(it, is_pushed=goal.is_pushed)) for it in additions)
    emit_unless_json(asked, chain.from_iterable(chain.from_iterable(texts)))
    unwritten: Mapping[str, ZoterodigestError] = {}
    if additions and not asked.is_dry_run:
        # Asked for by name: only a person at a terminal is asked again, or if something is lost.
        is_lossy = not goal.is_pushed and any(one.pending for one in additions)
        is_needed = is_lossy or (sys.stdin.isatty() and not asked.as_json)
        what = counted(len(additions), "file") if vault else f"this into {visible(place)}"
        require_consent(f"Write {what}?", asked, is_needed=is_needed)
        unwritten = write_additions(goal, added)
        for key, error in unwritten.items():
            tell_failure(key, str(error))
    came = [one for one in additions if one.digest.key not in unwritten]
    data = {
        "digest": place,
        "written": bool(came) and not asked.is_dry_run,
        "added": [entry for one in came for entry in added_data(one)],
        **not_added_data(added.doubled, added.failed),
    }
    text = _done(came, goal, vault, is_dry_run=asked.is_dry_run)
    emit_result(asked, text, data)
    tell_not_added(added.doubled, added.failed)
    return FAILED if added.doubled or added.failed or unwritten else FINE


def _done(
    came: Sequence[Addition], goal: Goal, vault: VaultGoal | None, *, is_dry_run: bool
) -> Iterator[str]:
    """Yield what was written, or would be, and how to go on."""
    place = visible((vault.folder or "the vault") if vault else goal.digest.key)
    number = sum(len(one.came) for one in came)
    if not came:
        yield f"Nothing was added to {place}."
        return
    names = ""
    what = f"{counted(number, 'entry')} added to {place}"
    if vault:
        what = f"{counted(number, 'file')} written"
        names = f": {enumerated([visible(one.digest.key) for one in came])}"
    if is_dry_run:
        yield from wrapped(planned_line(what))
        return
    yield f"Done: {what}{names}."
    yield f"Next: `zoterodigest sync` brings {'it' if number == 1 else 'them'} into the library."
