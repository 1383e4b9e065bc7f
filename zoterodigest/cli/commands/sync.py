"""The commands `sync` and `plan`, which is its dry run."""

from __future__ import annotations

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import (
    Address,
    AllowRemovals,
    AnyDigests,
    AsJson,
    DryRun,
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
    """Add the commands to `app`."""
    app.command(epilog="Next: `zoterodigest status` shows what needs you.")(sync)
    app.command(epilog="Next: `zoterodigest sync` does it.")(plan)


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
    from zoterodigest.cli.commands import sync_run
    from zoterodigest.sync.gathering.intent import Sync
    from zoterodigest.sync.gathering.selection import selection
    from zoterodigest.sync.run.run import Options

    options = Options(
        Sync(relink=relink),
        selection=selection(only or ()),
        with_notes=not no_notes,
        max_changes=max_changes,
        allow_removals=allow_removals,
    )
    asked = Invocation(
        files=tuple(digests or ()),
        address=address,
        format_name=format_name,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        is_offline=is_offline,
        with_stats=with_stats,
        as_json=as_json,
    )
    raise typer.Exit(sync_run.run(asked, options))


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
