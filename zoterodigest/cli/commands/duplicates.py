"""The command `duplicates`: list works that appear twice, and merge two items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, option
from zoterodigest.cli.base.projects import open_everything
from zoterodigest.cli.base.screen import counted, cut, emit, tell_failure, visible, width
from zoterodigest.cli.base.talk import busy, emit_unless_json, progress, require_consent
from zoterodigest.cli.show.duplicate_text import command_for, duplicate_data, duplicate_text
from zoterodigest.cli.show.encoder import emit_json, emit_result
from zoterodigest.cli.show.library_list import shown_title
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Results
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.items.duplicates import duplicates_in
from zoterodigest.sync.items.merging_items import ItemMerge, merge_items, prepare_merge


@command("paths address format_name merge is_dry_run is_agreed as_json")
def duplicates(
    asked: Invocation,
    paths: Sequence[Path] = argument("FILE", ()),
    merge: tuple[str, str] | None = option(
        "--merge KEEP OTHER",
        "Merge the item OTHER into the item KEEP, as Merge Items in Zotero does.",
        None,
    ),
) -> int:
    """Find papers that appear twice in the library or in digests.

    duplicates lists items that are the same paper, unlinked entries that are the same paper, and
    what may be the same paper. It gives the reason for each, and what to do. Entries that share an
    item are only counted. FILE is a digest or a .bib. Without FILE it uses those of the project, or
    only the library if the project has none. It changes nothing without --merge.

    With --merge, notes and attachments of OTHER move to KEEP. KEEP also gets the collections, tags,
    relations and lines of Extra of OTHER, and values for its empty fields. OTHER goes to the trash.
    The next sync links the entries of OTHER with KEEP. `zoterodigest undo` undoes the merge.

    \b
    Examples:
      zoterodigest duplicates
      zoterodigest duplicates daily/*.md
      zoterodigest duplicates --library group:12345 --json
      zoterodigest duplicates --merge R5TC8WPL 7HQ2M4XA --dry-run

    The exit code is 1 if a paper certainly appears twice.
    """
    workspace = open_everything(paths, asked)
    if merge is not None:
        return _merge_items(workspace, merge, asked)
    with workspace.library:
        with busy("Reading digests and library"):
            found = duplicates_in(workspace)
        merging = command_for(asked.address)
        text = duplicate_text(found, workspace, merging)
        data = duplicate_data(found, workspace, merging)
        emit_result(asked, text, data)
    return FAILED if found.sure else FINE


def _merge_items(workspace: Workspace, keys: tuple[str, str], asked: Invocation) -> int:
    """Merge the second of two items into the first; return the exit code."""
    with workspace.library:
        with busy("Reading digests and library"):
            planned = prepare_merge(workspace, *keys)
        emit_unless_json(asked, _plan(planned))
        done = NOTHING_FAILED
        if not asked.is_dry_run and not planned.is_settled:
            require_consent("Merge them?", asked)
            with progress("Writing") as report:
                done = merge_items(planned, report)
    if asked.as_json:
        emit_json(_data(planned, done))
    elif done.versions and not done.failed:
        emit(["", "Merged. `zoterodigest sync` links the entries with the item that stays;"
              " `zoterodigest undo` undoes the merge."])  # fmt: skip
    for key, reason in sorted(done.failed.items()):
        tell_failure(key, f"{reason}; give the command again to complete the merge")
    return FAILED if done.failed else FINE


def _plan(merge: ItemMerge) -> Iterator[str]:
    for label, item in (("keep      ", merge.keep), ("into trash", merge.other)):
        yield cut(f"{label} {visible(item.key)}  {visible(shown_title(item))}", width())
    if merge.is_settled:
        yield "They are merged already: nothing to do."
        return
    if merge.are_other_works:
        yield "careful    their identifiers say that they are two works"
    if merge.children:
        yield f"moves      {', '.join(_moving(merge))}"
    if gained := _gained(merge):
        yield f"gains      {', '.join(gained)}"
    if merge.related:
        yield f"changes    {counted(len(merge.related), 'related item')}"


def _moving(merge: ItemMerge) -> Iterator[str]:
    by_key = merge.gathered.contents.by_key
    notes = sum(by_key[child.key].json.is_note for child in merge.children)
    kinds = (notes, "note"), (len(merge.children) - notes, "attachment")
    return (counted(number, kind) for number, kind in kinds if number)


def _gained(merge: ItemMerge) -> list[str]:
    """Return the fields that the remaining item gains, without the relation to the other item."""
    names = sorted(merge.patch.data) if merge.patch else []
    return [visible(name) for name in names if name != "relations"]


def _data(merge: ItemMerge, done: Results) -> dict[str, Any]:
    return {
        "keep": merge.keep.key,
        "other": merge.other.key,
        "moves": [child.key for child in merge.children],
        "gains": _gained(merge),
        "related": [one.key for one in merge.related],
        "are_other_works": merge.are_other_works,
        "written": len(done.versions),
        "failures": {key: str(reason) for key, reason in sorted(done.failed.items())},
    }
