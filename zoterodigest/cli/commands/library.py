"""The commands about whole libraries: library copy."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.network import access
from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, flag, group
from zoterodigest.cli.base.outside import allowed
from zoterodigest.cli.base.project_context import (
    NoLibraryYet,
    near,
    require_idle_to_write,
    told_requests,
)
from zoterodigest.cli.base.screen import counted, emit, hanging, numbered, styled, visible, wrapped
from zoterodigest.cli.base.talk import (
    busy,
    emit_unless_json,
    progress,
    require_consent,
    tell_failures,
)
from zoterodigest.cli.show.closing import planned_line
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import library_changes_text
from zoterodigest.library.access import Access
from zoterodigest.library.address import EmbeddedAddress, parse_address
from zoterodigest.project.config import DEFAULT_LIBRARY
from zoterodigest.project.initial import library_line
from zoterodigest.sync.copying.copy_run import Copied, carry_out_copy
from zoterodigest.sync.copying.plan import Copying, CopyOptions, configured_address, prepare_copy
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace


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
        meant = (
            Chosen(one, access=reaching, allowed=allowed()) for one in (self.source, self.target)
        )
        source, target = (open_workspace((), Path(), chosen=one) for one in meant)
        # A mistyped path would be opened as a new, empty library, and copied without a word.
        match parse_address(self.source):
            case EmbeddedAddress(path) if not Path(path).exists():
                raise NoLibraryYet(near(Path(path)))
        with source.library, target.library:
            yield source, target

    def options(self, target: Workspace) -> CopyOptions:
        """Return the options of the copy."""
        address = configured_address(target, self.target)
        return CopyOptions(address, self.is_whole, self.with_trash, self.is_switched)


@command(
    "source target is_whole with_trash is_switched is_dry_run is_agreed as_json with_stats",
    epilog="Next: `zoterodigest sync` has nothing to do.",
)
def copy(wanted: _CopyRequest, asked: Invocation) -> int:
    """Copy a library to another address and continue there.

    copy takes the items that the lock file of this project links, with their notes, tags,
    relations and collections. With --all it takes every item. After that, the lock file links with
    TO, and the next sync has nothing to do. FROM and the digests don't change. copy skips attached
    files, and the trash unless you pass --trash.

    If TO has a paper already, copy adopts it: the item keeps its values and gets what is missing.
    So if a copy was interrupted, run the same command again. The lock file changes only when
    everything is copied. `undo` takes a copy back.

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
            emit(_told(copied, wanted))
    tell_failures(copied.failures)
    return FAILED if copied.failures else FINE


library = group("Copy a library to another address.", copy)

_KINDS = ("items", "notes", "attachments", "collections")


def _new(copying: Copying) -> Counter[str]:
    """Return how much is created of each kind."""
    counts = Counter({"collections": len(copying.writes.collections)})
    for write in copying.writes.all:
        if write.item.version == 0:
            kind = "notes" if write.item.json.is_note else "items"
            counts["attachments" if write.item.json.is_attachment else kind] += 1
    return counts


def _gaining(copying: Copying) -> int:
    """Return how many items that are there already gain something."""
    return sum(write.item.version > 0 for write in copying.writes.items)


def _planned(copying: Copying, wanted: _CopyRequest) -> Iterator[str]:
    """Yield the last line of a dry run, if the copy would write anything."""
    new, gaining = library_changes_text(_new(copying)), _gaining(copying)
    parts = [f"{new} written into {visible(wanted.target)}"] if new else []
    parts += [f"{counted(gaining, 'item')} changed there"] if gaining else []
    if parts:
        yield ""
        yield from wrapped(planned_line(", ".join(parts)))


def _plan(copying: Copying, wanted: _CopyRequest) -> Iterator[str]:
    yield from hanging("from       ", visible(wanted.source))
    yield from hanging("to         ", visible(wanted.target))
    if copying.is_moved and not wanted.is_whole:
        return
    yield ""
    yield styled("What goes along", "bold")
    counts = _new(copying)
    for kind in filter(counts.__getitem__, _KINDS):
        yield numbered(counts[kind], f"new {kind.removesuffix('s')}", f"new {kind}")
    if there := len(copying.found.present):
        gaining = _gaining(copying)
        gain = f", {counted(gaining, 'item')} of them with something to gain" if gaining else ""
        yield f"  {there:>6,}  already there{gain}"
    if not counts.total() and not copying.found.present:
        yield "  nothing"
    left = {kind: number for kind, number in _left(copying).items() if number}
    if left:
        yield styled("What stays behind", "bold")
    for kind, number in left.items():
        yield numbered(number, *_LEFT[kind])


_LEFT = {
    "unlinked": (
        "item that nothing links (--all takes it along)",
        "items that nothing links (--all takes them along)",
    ),
    "trashed": (
        "thing in the trash (--trash takes it along)",
        "things in the trash (--trash takes them along)",
    ),
    "files": ("attachment with a file", "attachments with files"),
    "relations": ("relation to what stays behind", "relations to what stays behind"),
}
"""How one and how several of what stays behind are called."""


def _left(copying: Copying) -> dict[str, int]:
    return {**asdict(copying.portion.left), "relations": copying.left_relations}


def _told(copied: Copied, wanted: _CopyRequest) -> Iterator[str]:
    target = visible(wanted.target)
    yield ""
    if copied.failures:
        changes = library_changes_text(copied.counts) or "Nothing"
        yield f"{changes} written into {target}; not all is there."
        stays = "The lock file stays as it was. " if copied.copying.lock is not None else ""
        yield f"{stays}Run the command again: it goes on from here."
        return
    written = library_changes_text(copied.counts)
    yield f"Done: {written} written into {target}." if written else "Nothing to write."
    if copied.is_moved:
        yield f"The lock file links with {target} now."
    elif copied.copying.is_moved:
        yield f"The lock file links with {target} already."
    yield from _differing(copied)
    if copied.is_moved or copied.copying.is_moved:
        yield from _next_step(copied, wanted)


def _differing(copied: Copied) -> Iterator[str]:
    if number := len(copied.differences):
        fields = counted(number, "field")
        yield from hanging(
            "", f"{fields} said something else there already: `zoterodigest status` lists them."
        )
    if copied.renamed_notes:
        shown = counted(copied.renamed_notes, "note")
        yield from hanging(
            "", f"{shown} of your own have new keys: the next sync writes them anew in digests."
        )


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
    counts = _new(copying)
    return {
        "from": wanted.source,
        "to": wanted.target,
        "new": {kind: counts[kind] for kind in _KINDS},
        "present": len(copying.found.present),
        "gaining": _gaining(copying),
        "left": _left(copying),
        "written": copied.written,
        "moved": copied.is_moved or copying.is_moved,
        "configured": copied.is_configured,
        "line": library_line(copying.address),
        "differences": copied.differences,
        "failures": copied.failures,
    }
