"""The command `published`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.options import (
    Address,
    AnyDigests,
    AsJson,
    DryRun,
    MaxChanges,
    Stats,
    Yes,
)


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `zoterodigest published --apply` changes the items.")(published)


def published(
    digests: AnyDigests = None,
    is_applied: Annotated[
        bool, typer.Option("--apply", help="Change the items and the project's .bib files.")
    ] = False,
    into_digests: Annotated[
        bool, typer.Option("--markdown", help="With --apply: also change the digests.")
    ] = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Annotated[
        bool, typer.Option("--offline", help="Ask no service; use kept answers.")
    ] = False,
    address: Address = "",
    max_changes: MaxChanges = None,
    with_stats: Stats = False,
    as_json: AsJson = False,
) -> None:
    """Find where papers were published, and show the evidence.

    published reads the venue in the digest and what the authors say at arXiv. It asks Semantic
    Scholar, DBLP and Crossref about the rest. A paper counts if title, first author and most
    authors match. If sources disagree, published only lists the paper. It never contradicts a
    venue in a digest or in the library; it only adds DOI and pages.

    --apply turns the item of a preprint into the published version, in place. Item key, citation
    key and arXiv id stay. Digests don't change, now or in later syncs, unless you pass --markdown.

    zoterodigest keeps the answers for 30 days, so an interrupted run can go on.

    \b
    Examples:
      zoterodigest published papers.md
      zoterodigest published --apply --dry-run
      zoterodigest published papers.md --apply --markdown

    The exit code is 1 if a source didn't answer or a record couldn't be written.
    """
    from zoterodigest.cli.commands import published_run

    asked = Invocation(
        files=tuple(digests or ()),
        address=address,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        is_offline=is_offline,
        with_stats=with_stats,
        as_json=as_json,
    )
    wanted = published_run.PublishedOptions(is_applied or into_digests, into_digests, max_changes)
    raise typer.Exit(published_run.find_published(asked, wanted))
