"""The command `enrich`."""

from __future__ import annotations

import typer

from zoterodigest.cli.options import (
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

    Authors, abstract, first date, categories, DOI and comment of the papers that digests are linked
    with: only what is empty in the library. Two things give way, in items that came from a digest
    and while nobody has edited them: user names in the place of authors, and a list of authors cut
    by "et al.". Digests never change, and no edit is carried: that is for `sync`. A push does this
    for the items it creates.

    What arXiv said is kept for a month; --offline asks nobody and uses that. A run that is broken
    off, or finds arXiv out of reach, goes on where it was when it is started again: exit code 1.

    \b
    Examples:
      zoterodigest enrich papers.md --dry-run
      zoterodigest enrich --yes
    """
    from zoterodigest.cli import pushing
    from zoterodigest.sync.run import Direction, Options
    from zoterodigest.sync.selection import selection

    options = Options(Direction.ENRICH, selection=selection(only or ()))
    request = pushing.Request(
        tuple(digests or ()), address, format_name, options, with_stats, is_offline
    )
    raise typer.Exit(
        pushing.run(request, is_dry_run=is_dry_run, is_agreed=is_agreed, as_json=as_json)
    )
