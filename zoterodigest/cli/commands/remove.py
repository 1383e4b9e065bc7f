"""The commands `unlink` and `remove`: show what ends, ask, do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, command
from zoterodigest.cli.base.project_context import ProjectContext, opened_context
from zoterodigest.cli.base.projects import require_idle_to_write
from zoterodigest.cli.base.screen import (
    counted,
    cut,
    emit,
    first_of,
    numbered,
    section,
    styled,
    tell_failure,
    visible,
    width,
)
from zoterodigest.cli.base.talk import (
    busy,
    emit_unless_json,
    progress,
    require_consent,
    tell_failures,
)
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import library_changes_text
from zoterodigest.cli.show.library_list import shown_title
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Results
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.removal.removal import Removal
from zoterodigest.sync.run.failures import failures_of_unread
from zoterodigest.sync.undo.remove_and_unlink import (
    apply_removal,
    failures_of_removal,
    prepare_remove,
    prepare_unlink,
)


@command("files is_dry_run is_agreed address as_json")
def unlink(asked: Invocation) -> int:
    """Delete the links of digests, change nothing else.

    The library and the digests stay as they are. A later push skips these entries unless you pass
    --relink.

    \b
    Example:
      zoterodigest unlink papers.md
    """
    return _remove(asked, prepare_unlink)


@command("files is_dry_run is_agreed address as_json with_stats")
def remove(asked: Invocation) -> int:
    """Remove what push made for digests.

    remove moves the items, notes and collections that push made to the trash, and removes its tags
    from your items. It keeps what somebody changed or used since, and lists it with the reason.
    The digests don't change.

    \b
    Examples:
      zoterodigest remove papers.md --dry-run
      zoterodigest remove papers.md
    """
    return _remove(asked, prepare_remove)


MANY = 20
"""Above this many changes of the library `remove` asks for consent, as `push` does."""

_MOST = 8


def _remove(asked: Invocation, prepare: Callable[[Workspace], Removal]) -> int:
    with opened_context(asked) as place:
        require_idle_to_write(asked, place.workspace.project)
        with busy("Reading digests and library"):
            plan = prepare(place.workspace)
        emit_unless_json(asked, _plan(plan, place))
        results = NOTHING_FAILED
        if not asked.is_dry_run:
            # The trash and the log bring everything back, so only many changes need a yes.
            require_consent("Do this?", asked, is_needed=_size(plan) > MANY)
            with progress("Writing", "written") as report:
                results = apply_removal(plan, report)
        failures = failures_of_removal(plan, results)
        if asked.as_json:
            emit_json(_data(plan, results, place))
        elif not asked.is_dry_run and not plan.is_settled:
            emit(["", f"Done: {_done(plan, results)}."])
    for failure in failures:
        tell_failure(failure.title, failure.reason)
    unread = tuple(failures_of_unread(plan.gathered))
    tell_failures(unread)
    return FAILED if failures or unread else FINE


def _done(plan: Removal, results: Results) -> str:
    """Return what was done, in the numbers of the plan if nothing failed."""
    if results.failed:
        some = library_changes_text(results.counts)
        return f"{some} trashed or changed" if some else "nothing was changed"
    changed = len(plan.patches)
    items = results.counts.get("items", 0) - changed
    trashed = library_changes_text({**results.counts, "items": items})
    parts = [f"{trashed} trashed"] if trashed else []
    parts += [f"{counted(changed, 'item')} changed"] if changed else []
    return ", ".join(parts) or "only links were ended"


_KINDS = {
    "item": ("item, with its notes", "items, with their notes"),
    "note": ("note", "notes"),
    "attachment": ("attachment", "attachments"),
    "collection": ("collection", "collections"),
}
"""How one and how several of a kind are called."""


def _size(plan: Removal) -> int:
    return len(plan.trash) + len(plan.patches) + len(plan.collections)


def _plan(plan: Removal, place: ProjectContext) -> Iterator[str]:
    """Yield which links end, what is trashed or removed from items, and what stays and why."""
    yield from place.lines()
    yield ""
    if plan.is_settled:
        yield "Nothing is linked here: nothing to do."
        return
    yield styled("Links that end", "bold")
    for digest, number in sorted(Counter(row.digest for row in plan.rows).items()):
        yield f"  {number:>6,}  {visible(digest)}"
    if not _size(plan) and not plan.kept:
        yield "Nothing in the library and no digest changes."
    yield from _trashed(plan)
    if plan.patches:
        yield styled("Added values removed from items that stay", "bold")
        yield numbered(len(plan.patches), "item")
    yield from _kept(plan)


def _trashed(plan: Removal) -> Iterator[str]:
    if plan.trash or plan.collections:
        counts = Counter(_kind(plan, item) for item in plan.trash)
        counts["collection"] = len(plan.collections)
        yield styled("Into the trash", "bold")
        yield from (numbered(counts[kind], *_KINDS[kind]) for kind in _KINDS if counts[kind])


def _kind(plan: Removal, trashed: LibraryItem) -> str:
    held = plan.gathered.contents.by_key[trashed.key].json.item_type
    return held if held in ("note", "attachment") else "item"


def _kept(plan: Removal) -> Iterator[str]:
    if not plan.kept:
        return
    yield from section("What stays", len(plan.kept))
    kept = ((visible(one.title), visible(one.reason)) for one in plan.kept)
    lines = (f"  {cut(title, width() - len(why) - 4)}: {why}" for title, why in kept)
    yield from first_of(lines, _MOST, indent=2)


def _data(plan: Removal, results: Results, place: ProjectContext) -> dict[str, Any]:
    by_key = plan.gathered.contents.by_key
    return {
        "library": {"address": place.address},
        "written": len(results.versions),
        "links": [{"id": row.id, "digest": row.digest, "item": row.item} for row in plan.rows],
        "trash": [{"key": one.key, "title": shown_title(by_key[one.key])} for one in plan.trash],
        "taken_off": [{"key": item.key, "fields": sorted(item.data)} for item in plan.patches],
        "collections": [{"key": one.key, "name": one.name} for one in plan.collections],
        "kept": plan.kept,
        "failures": failures_of_removal(plan, results),
    }
