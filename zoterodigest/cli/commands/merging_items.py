"""The run of `duplicates --merge`: show what the merge does, ask, do it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.screen import counted, cut, emit, tell_failure, visible, width
from zoterodigest.cli.base.talk import busy, progress, require_consent
from zoterodigest.cli.commands.duplicates_run import meant
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.library_list import title_of
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.items.merging_items import ItemMerge, MergedItems, merge_items, prepare_merge

FINE, FAILED = 0, 1


def merge(keys: tuple[str, str], asked: Invocation) -> int:
    """Merge the second of two items into the first; return the exit code."""
    workspace = meant(asked)
    with workspace.library:
        with busy("Reading digests and library"):
            planned = prepare_merge(workspace, *keys)
        if not asked.as_json:
            emit(_plan(planned))
        done = MergedItems(planned)
        if not asked.is_dry_run and not planned.is_settled:
            require_consent("Merge them?", is_agreed=asked.is_agreed, may_ask=not asked.as_json)
            with progress("Writing") as report:
                done = merge_items(planned, report)
    if asked.as_json:
        emit_json(_data(done))
    elif done.written and not done.failures:
        emit(["", "Merged. `zoterodigest sync` links the entries with the item that stays;"
              " `zoterodigest undo` takes the merge back."])  # fmt: skip
    for key, reason in sorted(done.failures.items()):
        tell_failure(key, f"{reason}; give the command again to complete the merge")
    return FAILED if done.failures else FINE


def _plan(merge: ItemMerge) -> Iterator[str]:
    yield cut(f"keep       {_named(merge.keep)}", width())
    yield cut(f"into trash {_named(merge.other)}", width())
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


def _named(item: LibraryItem) -> str:
    return f"{visible(item.key)}  {visible(title_of(item))}"


def _moving(merge: ItemMerge) -> Iterator[str]:
    by_key = merge.gathered.contents.by_key
    notes = sum(by_key[child.key].json.is_note for child in merge.children)
    others = len(merge.children) - notes
    yield from (counted(notes, "note") for _ in range(bool(notes)))
    yield from (counted(others, "attachment") for _ in range(bool(others)))


def _gained(merge: ItemMerge) -> list[str]:
    """Return what the item that stays gains; that it replaces the other one goes without saying."""
    names = sorted(merge.patch.data) if merge.patch else []
    return [visible(name) for name in names if name != "relations"]


def _data(done: MergedItems) -> dict[str, Any]:
    merge = done.merge
    return {
        "keep": merge.keep.key,
        "other": merge.other.key,
        "moves": [child.key for child in merge.children],
        "gains": _gained(merge),
        "related": [one.key for one in merge.related],
        "are_other_works": merge.are_other_works,
        "written": done.written,
        "failures": dict(sorted(done.failures.items())),
    }
