"""The command `push`."""

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
    """Add the command to `app`."""
    app.command(epilog="Next: `zoterodigest ls` lists what arrived.")(push)


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
    from zoterodigest.cli.commands import sync_run
    from zoterodigest.sync.gathering.intent import Sync
    from zoterodigest.sync.gathering.selection import selection
    from zoterodigest.sync.run.run import Options

    options = Options(
        Sync(may_pull=False, relink=relink),
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
