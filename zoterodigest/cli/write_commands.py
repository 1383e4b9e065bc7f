"""The commands that bring digests into the library and back out of it, and those that look."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.enrich_command import enrich
from zoterodigest.cli.export_command import export
from zoterodigest.cli.options import (
    Address,
    AllowRemovals,
    AnyDigests,
    AsJson,
    DryRun,
    Fill,
    FormatName,
    MaxChanges,
    NoNotes,
    Offline,
    Only,
    Relink,
    Stats,
    Yes,
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`, in the order in which they are listed."""
    app.command(epilog="Next: `zoterodigest ls` lists what arrived.")(push)
    app.command(epilog="Next: `git diff` shows what came back.")(pull)
    app.command(epilog="Next: `zoterodigest status` tells what needs you.")(sync)
    app.command(epilog="Next: `zoterodigest sync` does what is shown.")(plan)
    app.command()(status)
    app.command(epilog="Next: `zoterodigest show KEY` tells where each value comes from.")(enrich)
    app.command()(unlink)
    app.command()(remove)
    app.command()(export)


def push(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Offline = False,
    address: Address = "",
    format_name: FormatName = "",
    only: Only = None,
    no_notes: NoNotes = False,
    relink: Relink = False,
    max_changes: MaxChanges = None,
    allow_removals: AllowRemovals = False,
    with_stats: Stats = False,
    as_json: AsJson = False,
) -> None:
    """Bring digests into the library.

    Works that are in the library already are adopted: they keep all that is yours and gain what is
    missing. Then every edit of a digest travels to its item; nothing else is touched. The digests
    themselves are never changed. Without DIGEST all of the configuration or lock file are meant.

    \b
    Examples:
      zoterodigest push papers.md
      zoterodigest push notes/*.md --dry-run
      zoterodigest push papers.md --only task:inpainting --only id:1706.03762
      zoterodigest push papers.md --library embedded:trial.sqlite --yes

    A first push into a library that is not empty, and one of more than 20 changes, is shown and
    asks first; without a terminal give --yes.
    """
    from zoterodigest.cli import pushing
    from zoterodigest.sync.run import Options
    from zoterodigest.sync.selection import selection

    options = Options(
        selection=selection(only or ()),
        with_notes=not no_notes,
        relink=relink,
        max_changes=max_changes,
        allow_removals=allow_removals,
    )
    request = pushing.Request(
        tuple(digests or ()), address, format_name, options, with_stats, is_offline
    )
    raise typer.Exit(
        pushing.run(request, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    )


def pull(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Offline = False,
    address: Address = "",
    format_name: FormatName = "",
    only: Only = None,
    fill: Fill = None,
    no_notes: NoNotes = False,
    max_changes: MaxChanges = None,
    allow_removals: AllowRemovals = False,
    with_stats: Stats = False,
    as_json: AsJson = False,
) -> None:
    """Bring edits made in the library back into the digests.

    Only the words that changed are written, in the manner of each digest; every other byte stays.
    An item added to a digest's collection becomes an entry, one moved to another heading's
    collection moves its entry, a renamed collection renames its heading. Fields that changed at
    both ends are conflicts: both stay as they are. The library itself is not changed.

    What an entry leaves empty stays empty, unless --fill names the field.

    \b
    Examples:
      zoterodigest pull papers.md --dry-run
      zoterodigest pull
      zoterodigest pull papers.md --fill venue --fill authors
    """
    from zoterodigest.cli import pushing
    from zoterodigest.sync.run import Direction, Options
    from zoterodigest.sync.selection import fields_named, selection

    options = Options(
        Direction.PULL,
        selection=selection(only or ()),
        fills=fields_named(fill or ()),
        with_notes=not no_notes,
        max_changes=max_changes,
        allow_removals=allow_removals,
    )
    request = pushing.Request(
        tuple(digests or ()), address, format_name, options, with_stats, is_offline
    )
    raise typer.Exit(
        pushing.run(request, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    )


def sync(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Offline = False,
    address: Address = "",
    format_name: FormatName = "",
    only: Only = None,
    no_notes: NoNotes = False,
    relink: Relink = False,
    max_changes: MaxChanges = None,
    allow_removals: AllowRemovals = False,
    with_stats: Stats = False,
    as_json: AsJson = False,
) -> None:
    """Push and pull in one: every edit reaches the other end.

    Edits of different fields, and of different paragraphs or bullets of one summary, meet. One
    field edited at both ends is a conflict: both stay as they are, and the exit code is 3;
    `zoterodigest resolve` decides it.

    \b
    Examples:
      zoterodigest sync papers.md --dry-run
      zoterodigest sync
      zoterodigest sync --yes --json
    """
    from zoterodigest.cli import pushing
    from zoterodigest.sync.run import Direction, Options
    from zoterodigest.sync.selection import selection

    options = Options(
        Direction.SYNC,
        selection=selection(only or ()),
        with_notes=not no_notes,
        relink=relink,
        max_changes=max_changes,
        allow_removals=allow_removals,
    )
    request = pushing.Request(
        tuple(digests or ()), address, format_name, options, with_stats, is_offline
    )
    raise typer.Exit(
        pushing.run(request, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    )


def plan(
    digests: AnyDigests = None,
    is_agreed: Yes = False,
    is_offline: Offline = False,
    address: Address = "",
    format_name: FormatName = "",
    only: Only = None,
    no_notes: NoNotes = False,
    relink: Relink = False,
    max_changes: MaxChanges = None,
    allow_removals: AllowRemovals = False,
    as_json: AsJson = False,
) -> None:
    """Show what a sync would do, and do nothing.

    The same as `sync --dry-run`, with the same options; `push --dry-run` and `pull --dry-run` show
    one direction. --json prints every change with its values.

    \b
    Examples:
      zoterodigest plan papers.md
      zoterodigest plan --json > plan.json
    """
    sync(
        digests,
        True,
        is_agreed,
        is_offline,
        address,
        format_name,
        only,
        no_notes,
        relink,
        max_changes,
        allow_removals,
        False,
        as_json,
    )


def status(
    digests: AnyDigests = None,
    is_check: Annotated[
        bool,
        typer.Option("--check", help="Exit with 4 when changes are pending, 3 with conflicts."),
    ] = False,
    is_all: Annotated[
        bool, typer.Option("--all", help="List every report, those you acknowledged too.")
    ] = False,
    address: Address = "",
    format_name: FormatName = "",
    as_json: AsJson = False,
) -> None:
    """Show what is in step and what is not.

    What would go into the library and what would come into the digests, and what needs you:
    conflicts, ambiguous and unreadable entries, works in the trash. Reports that you acknowledged
    (`zoterodigest resolve ID --acknowledge`) are counted only. Writes nothing.

    \b
    Examples:
      zoterodigest status
      zoterodigest status --all
      zoterodigest status papers.md --check
    """
    from zoterodigest.cli import pushing
    from zoterodigest.sync.run import Direction, Options

    options = Options(Direction.SYNC)
    request = pushing.Request(tuple(digests or ()), address, format_name, options)
    code = pushing.show_status(request, is_check=is_check, as_json=as_json, is_all=is_all)
    raise typer.Exit(code)


def unlink(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Forget the links of digests; touch nothing else.

    Library and digests stay as they are. A later push leaves these entries alone, unless it is
    given --relink.

    \b
    Example:
      zoterodigest unlink papers.md
    """
    from zoterodigest.cli import leaving

    raise typer.Exit(
        leaving.unlink(
            digests or [], address, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json
        )
    )


def remove(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    address: Address = "",
    as_json: AsJson = False,
) -> None:
    """Take back what push made for digests.

    Items, notes, collections and tags that push made go into the trash or off your items, but only
    what nobody has changed or used since: the rest stays and is listed with the reason. The
    digests stay as they are.

    \b
    Examples:
      zoterodigest remove papers.md --dry-run
      zoterodigest remove papers.md
    """
    from zoterodigest.cli import leaving

    raise typer.Exit(
        leaving.remove(
            digests or [], address, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json
        )
    )
