"""The commands about whole libraries: library copy."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.allowed_paths import allowed
from zoterodigest.cli.base.network import access
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, flag, group
from zoterodigest.cli.base.project_context import told_requests
from zoterodigest.cli.base.projects import near, require_existing, require_idle_to_write
from zoterodigest.cli.base.screen import counted, emit, hanging, numbered, styled, visible, wrapped
from zoterodigest.cli.base.talk import (
    busy,
    emit_unless_json,
    progress,
    require_consent,
    tell_failures,
)
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_json, picked
from zoterodigest.cli.show.history_text import library_changes_text
from zoterodigest.frozen import dataclass
from zoterodigest.library.access import Access
from zoterodigest.library.address import with_disk_path
from zoterodigest.project.config import DEFAULT_LIBRARY
from zoterodigest.project.initial import library_line
from zoterodigest.sync.copying.copy_run import Copied, carry_out_copy
from zoterodigest.sync.copying.plan import Copying, CopyOptions, prepare_copy
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace
from zoterodigest.sync.gathering.writes import Writes


@dataclass(frozen=True, slots=True)
class _CopyRequest:
    """What to copy: from which library to which, and how much of it."""

    source: str = argument("FROM", help="The library to copy.")
    target: str = argument("TO", help="The library to copy it into.")
    is_whole: bool = flag("--all", "Copy every item, not only linked ones.")
    with_trash: bool = flag("--trash", "Also copy the trash, into the trash.")
    is_switched: bool = flag("--switch", "Write TO into zoterodigest.toml afterwards.")

    @contextmanager
    def opened(self, reaching: Access) -> Iterator[tuple[Workspace, Workspace]]:
        """Open both libraries while the block lasts."""
        ends = self.source, self.target
        meant = (Chosen(one, access=reaching, allowed=allowed()) for one in ends)
        source, target = (open_workspace((), Path(), chosen=one) for one in meant)
        require_existing(self.source, Path())
        with source.library, target.library:
            yield source, target

    def options(self, target: Workspace) -> CopyOptions:
        """Return the options of the copy."""
        # A path as the configuration names it: as seen from the project.
        address = with_disk_path(self.target, target.instance)
        return CopyOptions(address, self.is_whole, self.with_trash, self.is_switched)


@command(
    "source target is_whole with_trash is_switched is_dry_run is_agreed as_json with_stats",
    epilog="Next: `zoterodigest sync --library TO` has nothing to do.",
)
def copy(wanted: _CopyRequest, asked: Invocation) -> int:
    """Copy a library to another address and continue there.

    copy takes the items that the lock file of this project links, with their notes, tags,
    relations and collections. With --all it takes every item. After that, the lock file links with
    TO, and a sync with TO has nothing to do. Without --switch, name TO in each command (--library),
    or in zoterodigest.toml. FROM and the digests don't change. copy skips attached files, and the
    trash unless you pass --trash.

    If TO has a paper already, copy adopts it: the item keeps its values and gets what is missing.
    So if a copy was interrupted, run the same command again. The lock file changes only when
    everything is copied. `undo` undoes a copy.

    \b
    Examples:
      zoterodigest library copy embedded:.zoterodigest/library.sqlite desktop -n
      zoterodigest library copy embedded:papers.sqlite user:1234567 --switch
      zoterodigest library copy user:1234567 embedded:copy.sqlite --all

    The exit code is 1 if something couldn't be copied. It is 7 if TO has items of yours and you
    didn't confirm (--yes confirms).
    """
    reaching = access()
    with wanted.opened(reaching) as (here, there), told_requests(asked, reaching.tally):
        require_idle_to_write(asked, here.project)
        with busy("Reading both libraries"):
            copying = prepare_copy(here, there, wanted.options(there))
        emit_unless_json(asked, _plan(copying, wanted))
        copied = Copied(copying, failures=copying.refused)
        if not asked.is_dry_run:
            question = f"{visible(wanted.target)} holds things of your own. Write this into it?"
            require_consent(question, asked, is_needed=copying.needs_consent)
            with progress("Copying", "copied") as report:
                copied = carry_out_copy(copying, report)
        if asked.as_json:
            emit_json(_data(copied, wanted))
        elif asked.is_dry_run:
            emit(_planned(copying, wanted))
        else:
            emit(_done(copied, wanted))
    tell_failures(copied.failures)
    return FAILED if copied.failures else FINE


library = group("Copy a library to another address.", copy)

_KINDS = ("items", "notes", "attachments", "collections")


def _new(copying: Copying) -> Mapping[str, int]:
    """Return how much is created of each kind."""
    writes = copying.writes
    new = tuple(write for write in writes.all if write.item.version == 0)
    counts = Writes(writes.collections, new).counts(copying.ends.target)
    return {kind: counts.get(kind, 0) for kind in _KINDS}


def _gaining(copying: Copying) -> int:
    """Return how many items that are there already get missing values."""
    return sum(write.item.version > 0 for write in copying.writes.items)


def _planned(copying: Copying, wanted: _CopyRequest) -> Iterator[str]:
    """Yield the last line of a dry run, if the copy would write anything."""
    # The same count as in the last line of the copy itself.
    if written := library_changes_text(copying.writes.counts(copying.ends.target)):
        yield ""
        yield from wrapped(planned_line(f"{written} written into {visible(wanted.target)}"))


def _plan(copying: Copying, wanted: _CopyRequest) -> Iterator[str]:
    yield from hanging("from       ", visible(wanted.source))
    yield from hanging("to         ", visible(wanted.target))
    if copying.is_moved and not wanted.is_whole:
        return
    yield ""
    yield styled("To copy", "bold")
    for kind, number in _new(copying).items():
        if number:
            yield numbered(number, f"new {kind.removesuffix('s')}", f"new {kind}")
    there, gaining = len(copying.found.present), _gaining(copying)
    if there:
        gain = f"; {counted(gaining, 'item gets', 'items get')} missing values" if gaining else ""
        yield f"  {there:>6,}  already there{gain}"
    elif not any(_new(copying).values()):
        yield "  nothing"
    if any(_left(copying).values()):
        yield styled("Not copied", "bold")
    for kind, number in _left(copying).items():
        if number:
            yield numbered(number, *_LEFT[kind])


_LEFT = {
    "unlinked": ("unlinked item (--all copies it)", "unlinked items (--all copies them)"),
    "trashed": ("trashed object (--trash copies it)", "trashed objects (--trash copies them)"),
    "files": ("attachment with a file", "attachments with files"),
    "relations": ("relation to an item not copied", "relations to items not copied"),
}
"""How one and how several of what is not copied are called."""


def _left(copying: Copying) -> dict[str, int]:
    return {**asdict(copying.portion.left), "relations": copying.left_relations}


def _done(copied: Copied, wanted: _CopyRequest) -> Iterator[str]:
    target, written = visible(wanted.target), library_changes_text(copied.counts)
    yield ""
    if copied.failures:
        yield f"{written or 'Nothing'} written into {target}; the copy is not complete."
        stays = "The lock file stays as it was. " if copied.copying.lock is not None else ""
        yield f"{stays}Run the command again to continue."
        return
    yield f"Done: {written} written into {target}." if written else "Nothing to write."
    yield from _differing(copied)
    if copied.is_moved or copied.copying.is_moved:
        when = "now" if copied.is_moved else "already"
        yield f"The lock file {when} links with {target}."
        yield from _next_step(copied, wanted)


def _differing(copied: Copied) -> Iterator[str]:
    if number := len(copied.differences):
        fields = counted(number, "field already has", "fields already have")
        yield from wrapped(f"{fields} another value there: `zoterodigest status` lists them.")
    if number := copied.renamed_notes:
        notes = counted(number, "note of your own has a", "notes of your own have a")
        yield from wrapped(f"{notes} new key. The next sync writes it into the digests.")


def _next_step(copied: Copied, wanted: _CopyRequest) -> Iterator[str]:
    """Yield which line of zoterodigest.toml names the new library, if it doesn't yet."""
    project = copied.copying.source.project
    address = copied.copying.address
    named = project.configuration.library
    if copied.is_configured:
        yield f"{visible(str(near(project.config_path)))} names it."
    elif project.is_configured and named != address:
        path = visible(str(near(project.config_path)))
        yield f"Write this line into {path}, or run this again with --switch:"
        yield f"  {visible(library_line(address))}"
    elif not project.is_configured and address != DEFAULT_LIBRARY:
        option = f"--library {visible(shlex.quote(wanted.target))}"
        text = f"give each command {option}, or write a zoterodigest.toml with this line:"
        yield from hanging("Next: ", text)
        yield f"  {visible(library_line(address))}"


def _data(copied: Copied, wanted: _CopyRequest) -> dict[str, Any]:
    copying = copied.copying
    return {
        "from": wanted.source,
        "to": wanted.target,
        "new": _new(copying),
        "present": len(copying.found.present),
        "gaining": _gaining(copying),
        "left": _left(copying),
        **picked(copied, "written", "differences", "failures", configured="is_configured"),
        "moved": copied.is_moved or copying.is_moved,
        "line": library_line(copying.address),
    }
