"""The command `published`."""

from __future__ import annotations

from typing import Annotated

import typer

from zoterodigest.cli.options import Address, AnyDigests, AsJson, DryRun, MaxChanges, Stats, Yes


def add_to(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(epilog="Next: `zoterodigest published --apply` changes what is listed.")(published)


def published(
    digests: AnyDigests = None,
    is_applied: Annotated[
        bool, typer.Option("--apply", help="Change the items, and the .bib files of the project.")
    ] = False,
    into_digests: Annotated[
        bool, typer.Option("--markdown", help="With --apply: change the digests as well.")
    ] = False,
    is_dry_run: DryRun = False,
    is_agreed: Yes = False,
    is_offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody; what was looked up before counts.")
    ] = False,
    address: Address = "",
    max_changes: MaxChanges = None,
    with_stats: Stats = False,
    as_json: AsJson = False,
) -> None:
    """Find where the papers of digests were published in the end, and why that is so.

    Read are the digest's own venue and what the authors say at arXiv; then Semantic Scholar, DBLP
    and Crossref are asked for what is still unknown. A work counts if title, first author and most
    authors agree; where sources disagree it is only listed. A venue that stands in a digest or in
    the library is never contradicted, it only gains DOI and pages.

    With --apply a preprint's item becomes that of the published version, in place: its key, its
    citation key and its arXiv id stay. Digests stay as they are, now and in later syncs, unless
    --markdown is given too.

    What was answered is kept for a month, so that a run that is broken off goes on where it was.

    \b
    Examples:
      zoterodigest published papers.md
      zoterodigest published --apply --dry-run
      zoterodigest published papers.md --apply --markdown

    Exit code 1 means that a source did not answer, or that something could not be written.
    """
    from zoterodigest.cli import publishing

    how = publishing.How(
        is_applied=is_applied or into_digests,
        into_digests=into_digests,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        is_offline=is_offline,
        max_changes=max_changes,
        with_stats=with_stats,
        as_json=as_json,
    )
    raise typer.Exit(publishing.find_published(tuple(digests or ()), address, how))
