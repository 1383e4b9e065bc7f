"""The commands `push`, `pull`, `sync`, `plan` and `enrich`: what a person chooses of a run."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from zoterodigest.cli.base.options import (
    Address,
    AllowRemovals,
    AnyDigests,
    AsJson,
    DryRun,
    Fill,
    FormatName,
    Invocation,
    MaxChanges,
    NoNotes,
    Offline,
    Only,
    Relink,
    Stats,
    Yes,
)
from zoterodigest.cli.commands.runs import run
from zoterodigest.sync.gathering.intent import FillIn, Intent, Sync
from zoterodigest.sync.gathering.selection import fields_named, selection
from zoterodigest.sync.run.run import Options

app = typer.Typer(rich_markup_mode=None)


@app.command(epilog="Next: `zoterodigest ls` lists what arrived.")
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
) -> int:
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
    options = _options(
        Sync(may_pull=False, relink=relink), only, no_notes, max_changes, allow_removals
    )
    asked = Invocation(
        files=digests or (),
        address=address,
        format_name=format_name,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        is_offline=is_offline,
        with_stats=with_stats,
        as_json=as_json,
    )
    return run(asked, options)


@app.command(epilog="Next: `git diff` shows what came back.")
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
) -> int:
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
    options = _options(
        Sync(may_push=False, fills=fields_named(fill or ())),
        only,
        no_notes,
        max_changes,
        allow_removals,
    )
    asked = Invocation(
        files=digests or (),
        address=address,
        format_name=format_name,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        is_offline=is_offline,
        with_stats=with_stats,
        as_json=as_json,
    )
    return run(asked, options)


@app.command(epilog="Next: `zoterodigest status` shows what needs you.")
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
) -> int:
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
    options = _options(Sync(relink=relink), only, no_notes, max_changes, allow_removals)
    asked = Invocation(
        files=digests or (),
        address=address,
        format_name=format_name,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        is_offline=is_offline,
        with_stats=with_stats,
        as_json=as_json,
    )
    return run(asked, options)


@app.command(epilog="Next: `zoterodigest sync` does it.")
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
) -> int:
    """Show what a sync would do, change nothing.

    This is `sync --dry-run`. For one direction use `push --dry-run` or `pull --dry-run`. --json
    prints every change with its values.

    \b
    Examples:
      zoterodigest plan papers.md
      zoterodigest plan --json > plan.json
    """
    return sync(
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


@app.command(epilog="Next: `zoterodigest show KEY` shows where each value comes from.")
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
) -> int:
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
    options = _options(FillIn(), only)
    asked = Invocation(
        files=digests or (),
        address=address,
        format_name=format_name,
        is_dry_run=is_dry_run,
        is_agreed=is_agreed,
        is_offline=is_offline,
        with_stats=with_stats,
        as_json=as_json,
    )
    return run(asked, options)


def _options(
    intent: Intent,
    only: Sequence[str] | None,
    no_notes: bool = False,
    max_changes: int | None = None,
    allow_removals: bool = False,
) -> Options:
    chosen = selection(only or ())
    return Options(intent, chosen, not no_notes, max_changes, allow_removals)
