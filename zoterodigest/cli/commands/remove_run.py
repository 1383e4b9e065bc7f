"""The runs of `unlink` and `remove`: show what ends, ask, do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.places import Place, opened_place
from zoterodigest.cli.base.screen import (
    counted,
    cut,
    emit,
    styled,
    tell_failure,
    visible,
    width,
)
from zoterodigest.cli.base.talk import busy, progress, require_consent
from zoterodigest.cli.base.telling import tell_failures
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.cli.show.history_text import library_text
from zoterodigest.cli.show.library_list import title_of
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.running import require_idle
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.failures import failures_of_unread
from zoterodigest.sync.undo.ways_out import (
    Leaving,
    Left,
    leave,
    prepare_remove,
    prepare_unlink,
)

MANY = 20
"""Above this many changes of the library a way out asks for consent, like a push."""

_MOST = 8


def unlink(asked: Invocation) -> int:
    """Forget the links of digests; return the exit code."""
    return _leave(asked, prepare_unlink)


def remove(asked: Invocation) -> int:
    """Take back what the tool made for digests; return the exit code."""
    return _leave(asked, prepare_remove)


def _leave(asked: Invocation, plan: Callable[[Workspace], Leaving]) -> int:
    with opened_place(asked) as place:
        if not asked.is_dry_run:
            require_idle(place.workspace.project.state_folder)
        with busy("Reading digests and library"):
            leaving = plan(place.workspace)
        if not asked.as_json:
            emit(_plan(leaving, place))
        left = Left(leaving)
        if not asked.is_dry_run:
            is_agreed = asked.is_agreed or _size(leaving) <= MANY
            require_consent("Do this?", is_agreed=is_agreed, may_ask=not asked.as_json)
            with progress("Writing", "written") as report:
                left = leave(leaving, report)
        if asked.as_json:
            emit_json(_data(left, place))
        elif not asked.is_dry_run and not leaving.is_settled:
            emit(["", f"Done: {_done(left)}."])
    for failure in left.failures:
        tell_failure(failure.title, failure.reason)
    unread = tuple(failures_of_unread(leaving.gathered))
    tell_failures(unread)
    return 1 if left.failures or unread else 0


def _done(left: Left) -> str:
    """Return what was done, in the numbers of the plan if nothing failed."""
    if left.failures:
        some = library_text(left.counts)
        return f"{some} trashed or changed" if some else "nothing was changed"
    changed = len(left.leaving.patches)
    trashed = library_text({**left.counts, "items": left.counts.get("items", 0) - changed})
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


def _size(leaving: Leaving) -> int:
    return len(leaving.trash) + len(leaving.patches) + len(leaving.shelves)


def _plan(leaving: Leaving, place: Place) -> Iterator[str]:
    """Yield what ends, what goes into the trash, what is taken off, and what stays and why."""
    yield from place.lines()
    yield ""
    if leaving.is_settled:
        yield "Nothing is linked here: nothing to do."
        return
    yield styled("Links that end", "bold")
    for digest, number in sorted(Counter(row.digest for row in leaving.rows).items()):
        yield f"  {number:>6,}  {visible(digest)}"
    if not _size(leaving) and not leaving.kept:
        yield "Nothing in the library and no digest changes."
    yield from _trashed(leaving)
    if leaving.patches:
        yield styled("What was added is taken off items that stay", "bold")
        yield _numbered(len(leaving.patches), ("item", "items"))
    yield from _kept(leaving)


def _trashed(leaving: Leaving) -> Iterator[str]:
    if not leaving.trash and not leaving.shelves:
        return
    counts = Counter(_kind(leaving, item) for item in leaving.trash)
    counts["collection"] = len(leaving.shelves)
    yield styled("Into the trash", "bold")
    yield from (_numbered(counts[kind], names) for kind, names in _KINDS.items() if counts[kind])


def _numbered(number: int, names: tuple[str, str]) -> str:
    return f"  {number:>6,}  {names[number != 1]}"


def _kind(leaving: Leaving, trashed: LibraryItem) -> str:
    held = leaving.gathered.contents.by_key[trashed.key].json.item_type
    return held if held in ("note", "attachment") else "item"


def _kept(leaving: Leaving) -> Iterator[str]:
    if not leaving.kept:
        return
    yield styled(f"What stays ({len(leaving.kept):,})", "bold")
    for kept in leaving.kept[:_MOST]:
        reason = visible(kept.reason)
        yield f"  {cut(visible(kept.title), width() - len(reason) - 4)}: {reason}"
    if len(leaving.kept) > _MOST:
        yield f"  … and {len(leaving.kept) - _MOST:,} more"


def _data(left: Left, place: Place) -> dict[str, Any]:
    leaving = left.leaving
    by_key = leaving.gathered.contents.by_key
    return {
        "library": {"address": place.address},
        "written": left.written,
        "links": [{"id": row.id, "digest": row.digest, "item": row.item} for row in leaving.rows],
        "trash": [{"key": item.key, "title": title_of(by_key[item.key])} for item in leaving.trash],
        "taken_off": [{"key": item.key, "fields": sorted(item.data)} for item in leaving.patches],
        "collections": [{"key": one.key, "name": one.name} for one in leaving.shelves],
        "kept": [{"title": one.title, "reason": one.reason} for one in leaving.kept],
        "failures": [{"title": one.title, "reason": one.reason} for one in left.failures],
    }
