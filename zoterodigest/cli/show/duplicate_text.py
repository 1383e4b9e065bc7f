"""What `duplicates` lists, as text and as JSON: the works, the reasons, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from zoterodigest.cli.base.projects import near
from zoterodigest.cli.base.screen import counted, cut, hanging, section, visible, width
from zoterodigest.cli.show.encoder import picked
from zoterodigest.cli.show.report_names import UNTITLED, place_of
from zoterodigest.core.works.duplicates import Copy, Duplicate, Why
from zoterodigest.core.works.work import contradicting
from zoterodigest.library.address import is_built_in
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.items.duplicates import DuplicateSearch

_REASONS = {
    Why.TITLE: "title and first author agree, as far as they are known",
    Why.PUBLISHED: "one is the preprint, another one was published",
    Why.CONTRADICTION: "they agree otherwise: one identifier may be wrong",
    Why.SHORT_TITLE: "the short title agrees, and one names no authors",
    Why.NEAR_TITLE: "titles nearly agree, and so do the authors",
}
_FOLLOWS = "The next `zoterodigest sync` links all their entries with the item that stays."
_LOOK = (
    "Look at them. If items are one work, merge them: `duplicates --merge KEEP OTHER`, or Merge"
    " Items in Zotero. If entries are one work, give both the same identifier. If they are two"
    " works, there is nothing to do."
)


def command_for(address: str) -> str:
    """Return the command that lists duplicates of the library at `address`, "" for the usual."""
    named = f" --library {visible(shlex.quote(address))}" if address else ""
    return f"zoterodigest duplicates{named}"


def duplicate_text(found: DuplicateSearch, workspace: Workspace, command: str) -> Iterator[str]:
    """Yield the duplicates by what to do about them, then the counts; `command` lists them."""
    items = [one for one in found.sure if one.items]
    entries = [one for one in found.sure if not one.items]
    doubtful = [one for one in found.duplicates if not one.is_sure]
    yield from _section("One work, several items", items, _advice(workspace), command)
    yield from _section("One work, several entries", entries, _pushing(entries, workspace))
    yield from _section("May be one work", doubtful, _LOOK)
    yield from _counts(found)


def duplicate_data(found: DuplicateSearch, workspace: Workspace, command: str) -> dict[str, Any]:
    """Return the duplicates as JSON can hold them."""
    return {
        "checked": {"items": found.items, "entries": found.entries},
        "duplicates": [_data(one, workspace, command) for one in found.duplicates],
        "twins": [_copy_data(one) for one in found.twins],
    }


def _data(duplicate: Duplicate, workspace: Workspace, command: str) -> dict[str, Any]:
    if duplicate.is_sure:
        todo = _merging(duplicate, command) if duplicate.items else _pushing([duplicate], workspace)
    else:
        todo = _LOOK
    copies = list(map(_copy_data, duplicate.copies))
    said = picked(duplicate, "is_sure", "why", identifiers="shared")
    return {**said, "copies": copies, "todo": todo}


def _copy_data(copy: Copy) -> dict[str, Any]:
    entries = [{"digest": it.digest, "line": it.place.start_line} for it in copy.entries]
    return {"item": copy.item or None, "title": copy.title, "entries": entries}


def _section(
    heading: str, duplicates: Sequence[Duplicate], advice: str, command: str = ""
) -> Iterator[str]:
    if not duplicates:
        return
    yield from section(heading, len(duplicates), advice)
    for one in duplicates:
        yield ""
        yield from _lines(one)
        if command:
            yield from hanging("    do     ", _merging(one, command))
    yield ""


def _lines(duplicate: Duplicate) -> Iterator[str]:
    titles = dict.fromkeys(filter(None, (visible(copy.title) for copy in duplicate.copies)))
    for title in titles or [UNTITLED]:
        yield cut(f"  {title}", width())
    for copy in duplicate.copies:
        places = ", ".join(place_of(entry) for entry in copy.entries)
        if copy.item:
            yield from hanging(f"    item   {visible(copy.item)}  ", places or "in no digest")
        else:
            yield from hanging("    entry  ", places)
    yield from hanging("    why    ", "; ".join(_reasons(duplicate)))


def _reasons(duplicate: Duplicate) -> Iterator[str]:
    if duplicate.shared:
        yield visible(f"the same {', '.join(map(str, duplicate.shared))}")
    first, second = (copy.identifiers for copy in duplicate.copies[:2])
    if Why.CONTRADICTION in duplicate.why and (others := contradicting(first, second)):
        yield visible(f"but {' and '.join(map(str, others))}")
    for why in duplicate.why:
        if why in _REASONS:
            yield _REASONS[why]


def _advice(workspace: Workspace) -> str:
    # A built-in library has no window in which a person could merge items.
    has_no_window = is_built_in(workspace.library.identity)
    in_zotero = "" if has_no_window else " Or select both in Zotero, right-click, Merge Items."
    return f"Merge the items by the command below each of them.{in_zotero} {_FOLLOWS}"


def _merging(duplicate: Duplicate, command: str) -> str:
    """Return the command that merges two items of several: one that is linked stays."""
    # Merging into a linked item keeps its links; those of the other one would have to follow.
    linked = [copy.item for copy in duplicate.copies if copy.item and copy.entries]
    keep, other, *_ = dict.fromkeys((*linked, *duplicate.items))
    return f"`{command} --merge {visible(keep)} {visible(other)}`"


def _pushing(duplicates: Sequence[Duplicate], workspace: Workspace) -> str:
    entries = (entry for one in duplicates for copy in one.copies for entry in copy.entries)
    keys = dict.fromkeys(entry.digest for entry in entries if not entry.digest.is_bib)
    if not keys:
        return "Remove all but one."
    paths = (near(workspace.project.root / key) for key in keys)
    digests = " ".join(visible(shlex.quote(str(path))) for path in paths)
    return (
        f"In the library they become one item: `zoterodigest push {digests}`. Or remove all but"
        " one of them."
    )


def _counts(found: DuplicateSearch) -> Iterator[str]:
    sure, doubtful = len(found.sure), len(found.duplicates) - len(found.sure)
    looked_at = f"{counted(found.items, 'item')} and {counted(found.entries, 'entry')}"
    works = counted(sure, "work appears twice", "works appear twice")
    maybe = f", {doubtful:,} more may" if doubtful else ""
    yield f"{looked_at}: {works}{maybe}" if sure or doubtful else f"{looked_at}: no duplicates"
    if found.twins:
        number = counted(len(found.twins), "item is", "items are")
        yield f"{number} linked with several entries, which is fine"
