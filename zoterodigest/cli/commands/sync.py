"""The commands `push`, `pull`, `sync`, `plan` and `enrich`: what a person chooses of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zoterodigest.cli.base.options import FINE, Invocation, command, flag, option
from zoterodigest.cli.base.project_context import open_context
from zoterodigest.cli.base.screen import emit
from zoterodigest.cli.commands.runs import run
from zoterodigest.cli.show.github_annotations import (
    FindingForm,
    github_edits,
    report_option,
)
from zoterodigest.frozen import dataclass
from zoterodigest.sync.gathering.intent import FillIn, Intent, Sync
from zoterodigest.sync.gathering.selection import fields_named, selection
from zoterodigest.sync.run.run import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChoices:
    """What a person chooses of a run: its entries, its fields, and how much may change."""

    only: Sequence[str] = option(
        "--only KIND:TEXT",
        "Use only entries with this id:…, section:…, task:… or keyword:…, a word of any of their"
        " texts. Repeatable.",
        (),
    )
    fill: Sequence[str] = option(
        "--fill FIELD", "Fill in this field if an entry leaves it empty. Repeatable.", ()
    )
    no_notes: bool = flag("--no-notes", "Skip summaries and notes.")
    relink: bool = flag(
        "--relink", "Link again what you unlinked, removed or trashed; restore deleted notes."
    )
    allow_removals: bool = flag("--allow-removals", "Allow any number of removals.")
    accept: bool = flag("--accept", "Sync files that are held because most of their text is gone.")


_FIRST = "is_agreed is_offline address format_name only"
_LAST = "with_diff max_changes allow_removals accept with_stats as_json is_brief is_quiet"


@command(
    f"files is_dry_run waits {_FIRST} no_notes relink {_LAST}",
    epilog="Next: `zoterodigest ls` lists what arrived.",
)
def push(asked: Invocation, chosen: RunChoices) -> int:
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
    return _run(asked, chosen, Sync(may_pull=False, relink=chosen.relink))


@command(
    f"files is_dry_run waits {_FIRST} fill no_notes {_LAST}",
    epilog="Next: `git diff` shows what came back.",
)
def pull(asked: Invocation, chosen: RunChoices) -> int:
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
    return _run(asked, chosen, Sync(may_push=False, fills=fields_named(chosen.fill)))


@command(
    f"files is_dry_run waits {_FIRST} no_notes relink {_LAST}",
    epilog="Next: `zoterodigest status` shows what needs you.",
)
def sync(asked: Invocation, chosen: RunChoices) -> int:
    """Push and pull in one run.

    zoterodigest merges edits to different fields, and edits to different paragraphs or bullets of
    one summary. If a field was edited on both sides, that is a conflict: both sides stay as they
    are, and the exit code is 3. Decide it with `zoterodigest resolve`.

    \b
    Examples:
      zoterodigest sync papers.md --dry-run
      zoterodigest sync
      zoterodigest sync --yes --json
      zoterodigest sync Papers/vaswani2017.md --yes --brief
    """
    return _run(asked, chosen, Sync(relink=chosen.relink))


@command(
    f"files {_FIRST} no_notes relink {_LAST} report", epilog="Next: `zoterodigest sync` does it."
)
def plan(
    asked: Invocation,
    chosen: RunChoices,
    report: FindingForm = report_option(),
) -> int:
    """Show what a sync would do, change nothing.

    This is `sync --dry-run`. For one direction use `push --dry-run` or `pull --dry-run`. --diff
    shows every change word by word: what is removed as [-…-], what is added as {+…+}, on a
    terminal in color. --json prints every change with its values.

    --report github annotates, in a pull request, each entry that was added, edited or removed since
    the last sync. It compares the digests with the lock file alone, so it needs no library and no
    key.

    \b
    Examples:
      zoterodigest plan papers.md
      zoterodigest plan --diff
      zoterodigest plan --json > plan.json
      zoterodigest plan --report github
    """
    if report is FindingForm.GITHUB and not asked.as_json:
        # No run needs it.
        from zoterodigest.sync.items.edited import edits_since_sync

        # Nothing opens the library: on a pull request there is none, and no key.
        emit(github_edits(edits_since_sync(open_context(asked).workspace)))
        return FINE
    return _run(replace(asked, is_dry_run=True), chosen, Sync(relink=chosen.relink))


@command(
    f"files is_dry_run {_FIRST} with_stats with_diff as_json",
    epilog="Next: `zoterodigest show KEY` shows where each value comes from.",
)
def enrich(asked: Invocation, chosen: RunChoices) -> int:
    """Fill in what the library lacks, from arXiv.

    enrich asks arXiv about the papers of your digests: authors, abstract, first date, categories,
    DOI and comment. It fills in only what is empty. There are three exceptions, in items that
    came from a digest and that nobody edited in Zotero: real names replace user names, whole names
    replace last names and initials where the digest writes these, and missing authors are added
    after "et al.". Digests don't change. push does the same for the items it creates.

    zoterodigest keeps the answers for 30 days. --offline uses only these. If arXiv can't be
    reached, the exit code is 1, and the next enrich goes on.

    \b
    Examples:
      zoterodigest enrich papers.md --dry-run
      zoterodigest enrich --yes
    """
    return _run(asked, chosen, FillIn())


def _run(asked: Invocation, chosen: RunChoices, intent: Intent) -> int:
    options = Options(
        intent,
        selection(chosen.only),
        with_notes=not chosen.no_notes,
        max_changes=asked.max_changes,
        allow_removals=chosen.allow_removals,
        accepts=chosen.accept,
    )
    return run(asked, options)
