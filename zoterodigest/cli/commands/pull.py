"""The command `pull`."""

from __future__ import annotations

import typer

from zoterodigest.cli.base.invocation import Invocation
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
    Stats,
    Yes,
)


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `git diff` shows what came back.")(pull)


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
    from zoterodigest.cli.commands import sync_run
    from zoterodigest.sync.gathering.intent import Sync
    from zoterodigest.sync.gathering.selection import fields_named, selection
    from zoterodigest.sync.run.run import Options

    options = Options(
        Sync(may_push=False, fills=fields_named(fill or ())),
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
