"""Tagging: tags of items, added and removed as a person does it in Zotero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from zoterodigest.library.item_json import ItemJson, names_of_tags
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.apply.changes import Sent
from zoterodigest.sync.exports.keying import keys_of
from zoterodigest.sync.gathering.gather import gather
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.items.finding import item_meant
from zoterodigest.sync.items.setting import CannotSet, Setting


def prepare_tagging(
    workspace: Workspace, names: Sequence[str], added: Sequence[str], removed: Sequence[str]
) -> Setting:
    """Plan to add and remove tags of the items that `names` mean.

    A tag that is there by an import becomes the person's own if it is added. One that is not there
    is a remark if it is removed. Raises `NotInLibrary`, `SeveralItems` and `CannotSet`.
    """
    if both := sorted({*added} & {*removed}):
        raise CannotSet(f"the tag {both[0]} is added and removed", "Give it once.")
    workspace = workspace.library_alone
    gathered = gather(workspace)
    held = tuple(gathered.contents.by_key.values())
    found = (item_meant(held, name, lambda: keys_of(workspace, gathered).item_of) for name in names)
    items = {item.key: item for item in found}
    patches = [(item, _tags_after(item.json, added, removed)) for item in items.values()]
    changed = (
        LibraryItem(item.key, item.version, {"tags": tags})
        for item, tags in patches
        if tags != item.json.stored("tags")
    )
    remarks = tuple(_remarks(tuple(items.values()), removed))
    return Setting(workspace, gathered, Sent(tuple(changed)), "tag", remarks)


def _tags_after(item: ItemJson, added: Sequence[str], removed: Sequence[str]) -> list[Any]:
    """Return the tags of an item as they are stored afterwards, in the order that they have."""
    new = {name: {"tag": name} for name in added}
    stored = [(one, "".join(names_of_tags([one]))) for one in item.stored("tags")]
    kept = [new.pop(name, one) for one, name in stored if name not in removed]
    return [*kept, *new.values()]


def _remarks(items: Sequence[LibraryItem], removed: Sequence[str]) -> Iterator[str]:
    known = sorted({name for item in items for name in item.json.tags})
    for name in removed:
        if name not in known:
            folded = {one.casefold(): one for one in known}
            close = get_close_matches(name.casefold(), folded, n=1)
            meant = f"; did you mean {folded[close[0]]}?" if close else ""
            yield f"there is no tag {name} to remove{meant}"
