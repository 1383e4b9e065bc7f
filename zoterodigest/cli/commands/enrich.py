"""The command `enrich`."""

from __future__ import annotations

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import (
    Address,
    AnyDigests,
    AsJson,
    DryRun,
    FormatName,
    Offline,
    Only,
    Stats,
    Yes,
)


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `zoterodigest show KEY` shows where each value comes from.")(enrich)


def enrich(
    digests: AnyDigests = None,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Offline = False,
    address: Address = "",
    format_name: FormatName = "",
    only: Only = None,
    with_stats: Stats = False,
    as_json: AsJson = False,
) -> None:
    """Fill in what the library lacks, from arXiv.

    enrich asks arXiv about the papers of your digests: authors, abstract, first date, categories,
    DOI and comment. It fills in only what is empty. There are two exceptions, in items that came
    from a digest and that nobody edited in Zotero: real names replace user names, and missing
    authors are added after "et al.". Digests don't change. push does the same for the items it
    creates.

    zoterodigest keeps the answers for 30 days. --offline uses only these. If arXiv can't be
    reached, the exit code is 1, and the next enrich goes on.

    \b
    Examples:
      zoterodigest enrich papers.md --dry-run
      zoterodigest enrich --yes
    """
    from zoterodigest.cli.commands import sync_run
    from zoterodigest.sync.gathering.intent import FillIn
    from zoterodigest.sync.gathering.selection import selection
    from zoterodigest.sync.run.run import Options

    options = Options(FillIn(), selection=selection(only or ()))
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
