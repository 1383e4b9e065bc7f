"""Setting: fields of one item, the text of its note, or tags of items, as a person gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from zoterodigest.core.plan.history import Run
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.keys import free_key
from zoterodigest.core.values.names import parse_authors
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import ItemJson, names_of_tags
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.library.records.properties import with_names
from zoterodigest.library.rules.schema import ItemType, item_types
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.note import NoteContent, Part, TooLong, has_private_heading, own_note_html
from zoterodigest.notes.patch import QuotationLost, patch_html
from zoterodigest.notes.read import PartsDiffer, read_note
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import Changes, Results, Sent
from zoterodigest.sync.apply.recording import Present, intended_run
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.exports.keying import keys_of
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.note_writes import why_unwritable
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.items.finding import item_meant

COMMAND = "set"
"""What the history calls a run that sets fields or a note."""

AUTHORS = "authors"
"""The name under which the main creators are set, whatever the item's type calls them."""


class CannotSet(ZoterodigestError):
    """An item has no such field, or its note cannot be given this text."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """What is to be written into items, each object as it was read; nothing has been written.

    `command` is what the history calls the run. `remarks` are what a person should know of it.
    """

    workspace: Workspace
    gathered: Gathered
    sent: Sent
    command: str = COMMAND
    remarks: tuple[str, ...] = ()

    @property
    def run(self) -> Run:
        """What will be changed, as the history will tell it."""
        lock = self.gathered.lock
        return intended_run(Present(self.gathered.contents, lock), self.sent, lock)


def prepare_setting(
    workspace: Workspace, name: str, values: Mapping[str, str], note: str | None
) -> Setting:
    """Plan to set fields of the item that `name` means, and its note's text.

    An empty value clears a field. `note` is Markdown: it takes the place of the summary in the
    item's note that zoterodigest made, or of the whole of a note that `name` is the key of; an item
    without a note of ours gets a new one. Raises `NotInLibrary`, `SeveralItems` and `CannotSet`.
    """
    workspace = workspace.library_alone
    gathered = gather(workspace)
    item = item_meant(
        tuple(gathered.contents.by_key.values()), name, lambda: keys_of(workspace, gathered).item_of
    )
    items = []
    if patch := _patch(item, values):
        items.append(LibraryItem(item.key, item.version, patch))
    if note is not None:
        items += _noted(gathered.contents, item, note)
    return Setting(workspace, gathered, Sent(tuple(items)))


def write_setting(setting: Setting, progress: Progress) -> Results:
    """Write what was planned; the history can take it back."""
    links = setting.gathered.lock
    changes = Changes(setting.workspace, setting.gathered, setting.command, setting.sent, links)
    return apply(changes, progress)


# --- fields --------------------------------------------------------------------------------------


def _patch(item: LibraryItem, values: Mapping[str, str]) -> dict[str, object]:
    """Return what changes in the data of an item."""
    kind = item_types()[item.json.item_type]
    patch: dict[str, object] = {}
    for name, value in values.items():
        if name == AUTHORS and kind.creators:
            creators = item.json.stored("creators")
            patch["creators"] = with_names(creators, parse_authors(value), kind.creators[0])
        else:
            patch[_field(kind, name)] = value
    return {name: value for name, value in patch.items() if item.data.get(name, "") != value}


def _field(kind: ItemType, name: str) -> str:
    """Return what items of this type call the field `name`; raises `CannotSet`."""
    if name == "citationKey":
        raise CannotSet(
            "a citation key is checked against all others before it is written",
            "Use `zoterodigest citekeys set ITEM KEY`.",
        )
    if field := kind.field_for(name):
        return field
    known = sorted({*kind.fields, *([AUTHORS] if kind.creators else [])})
    close = get_close_matches(name, known, n=1) or known
    raise CannotSet(
        f"an item of the type {kind.name} has no field {name}",
        f"Did you mean {close[0]}?" if len(close) == 1 else f"Fields: {', '.join(known)}.",
    )


# --- the note ------------------------------------------------------------------------------------


def _noted(contents: Contents, item: LibraryItem, text: str) -> list[LibraryItem]:
    """Return the note that is to hold `text`, none where it does."""
    written = split_blocks(text)
    if has_private_heading(written):  # in a summary it would be shown in the digest
        raise CannotSet(
            "the text has a heading “Private”, and all of the text would be shown in a digest",
            "Leave that part out. Write private text in Zotero, under a heading of that name.",
        )
    blocks = tuple(filter(None, canonical_blocks(written)))
    note = item if item.json.is_note else _our_note(contents, item)
    if note is None:
        html = _html(own_note_html(blocks))
        key = free_key(set(contents.by_key), "note", item.key, text)
        data = {"itemType": "note", "parentItem": item.key, "note": html}
        return [LibraryItem(key, 0, data)]
    before = note.json.note
    html = _html(_rewritten(before, blocks))
    return [LibraryItem(note.key, note.version, {"note": html})] if html != before else []


def _our_note(contents: Contents, item: LibraryItem) -> LibraryItem | None:
    """Return the item's note that zoterodigest made; of several the person names one."""
    items = (one for one in contents.items if one.key == item.key)
    notes = [note.key for one in items for note in one.notes.values() if not note.is_trashed]
    if len(notes) > 1:
        raise CannotSet(
            f"{item.key} has several notes of digests: {', '.join(sorted(notes))}",
            "Give the key of the note in place of the item's.",
        )
    return contents.by_key[notes[0]] if notes else None


def _rewritten(html: str, blocks: tuple[str, ...]) -> str | TooLong | PartsDiffer | QuotationLost:
    """Return a note with other text: ours keeps its heading and its sections."""
    reading = read_note(html)
    if reading is None:
        return own_note_html(blocks)
    return patch_html(html, NoteContent(reading.id, "", (Part(None, blocks),)))


def _html(patched: str | TooLong | PartsDiffer | QuotationLost) -> str:
    if isinstance(patched, str):
        return patched
    raise CannotSet(f"the note cannot be given this text: {why_unwritable(patched)}")


# --- tags ----------------------------------------------------------------------------------------


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
