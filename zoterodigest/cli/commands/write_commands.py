"""The commands that bring digests into the library and back out of it, and those that look."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.options import (
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
from zoterodigest.cli.commands.enrich_command import enrich
from zoterodigest.cli.commands.export_command import export


def add_to(app: typer.Typer) -> None:
    """Add these commands to `app`, in the order in which they are listed."""
    app.command(epilog="Next: `zoterodigest ls` lists what arrived.")(push)
    app.command(epilog="Next: `git diff` shows what came back.")(pull)
    app.command(epilog="Next: `zoterodigest status` shows what needs you.")(sync)
    app.command(epilog="Next: `zoterodigest sync` does it.")(plan)
    app.command()(status)
    app.command(epilog="Next: `zoterodigest show KEY` shows where each value comes from.")(enrich)
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

    If the library has a paper already, zoterodigest adopts its item: the item keeps everything you
    entered and gets what is missing. After that, every edit of an entry goes to its item. The
    digests don't change. Without DIGEST, push uses the digests of the configuration or lock file.

    \b
    Examples:
      zoterodigest push papers.md
      zoterodigest push notes/*.md --dry-run
      zoterodigest push papers.md --only task:inpainting --only id:1706.03762
      zoterodigest push papers.md --library embedded:trial.sqlite --yes

    push asks before it makes more than 20 changes, and before the first push into a library that
    isn't empty. Without a terminal, pass --yes.
    """
    from zoterodigest.cli.commands import pushing
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
    """Bring edits made in the library into the digests.

    pull writes only the words that changed, in the style of each digest. An item that you add to a
    digest's collection becomes an entry. If you move an item to the collection of another heading,
    its entry moves. If you rename a collection, its heading gets the new name. A field that
    changed on both sides is a conflict: both sides stay as they are. The library doesn't change.

    If an entry leaves a field empty, it stays empty unless you name the field with --fill.

    \b
    Examples:
      zoterodigest pull papers.md --dry-run
      zoterodigest pull
      zoterodigest pull papers.md --fill venue --fill authors
    """
    from zoterodigest.cli.commands import pushing
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
    """Push and pull in one run.

    zoterodigest merges edits to different fields, and edits to different paragraphs or bullets of
    one summary. If a field was edited on both sides, that is a conflict: both sides stay as they
    are, and the exit code is 3. Decide it with `zoterodigest resolve`.

    \b
    Examples:
      zoterodigest sync papers.md --dry-run
      zoterodigest sync
      zoterodigest sync --yes --json
    """
    from zoterodigest.cli.commands import pushing
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
    with_stats: Stats = False,
    as_json: AsJson = False,
) -> None:
    """Show what a sync would do, change nothing.

    This is `sync --dry-run`. For one direction use `push --dry-run` or `pull --dry-run`. --json
    prints every change with its values.

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
        with_stats,
        as_json,
    )


def status(
    digests: AnyDigests = None,
    is_check: Annotated[
        bool,
        typer.Option(
            "--check", help="Exit with 4 if changes are pending, 3 if there are conflicts."
        ),
    ] = False,
    is_all: Annotated[
        bool, typer.Option("--all", help="Also list reports that you acknowledged.")
    ] = False,
    address: Address = "",
    format_name: FormatName = "",
    as_json: AsJson = False,
) -> None:
    """Show what is in sync and what is not.

    status lists pending changes on each side and everything that needs you: conflicts, ambiguous
    entries, entries that it can't read, trashed items. It only counts reports that you
    acknowledged (`zoterodigest resolve ID --acknowledge`). It changes nothing.

    \b
    Examples:
      zoterodigest status
      zoterodigest status --all
      zoterodigest status papers.md --check
    """
    from zoterodigest.cli.commands import pushing
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
    """Delete the links of digests, change nothing else.

    The library and the digests stay as they are. A later push skips these entries unless you pass
    --relink.

    \b
    Example:
      zoterodigest unlink papers.md
    """
    from zoterodigest.cli.commands import leaving

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
    """Remove what push made for digests.

    remove moves the items, notes and collections that push made to the trash, and removes its tags
    from your items. It keeps what somebody changed or used since, and lists it with the reason.
    The digests don't change.

    \b
    Examples:
      zoterodigest remove papers.md --dry-run
      zoterodigest remove papers.md
    """
    from zoterodigest.cli.commands import leaving

    raise typer.Exit(
        leaving.remove(
            digests or [], address, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json
        )
    )
