"""The actions of a plan as writes, each with the version it expects.

A run that writes nothing does not import it: it brings what makes items. Few runs write notes: what
makes those stands in `note_writes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from zoterodigest.core.links.view import hyperlinks_in
from zoterodigest.core.plan.plan import (
    ChangeItem,
    ChangeNote,
    CollectionAction,
    CreateCollection,
    CreateItem,
    CreateNote,
    FileAction,
    ItemAction,
    Link,
    Plan,
    RenameCollection,
    TrashItem,
    TrashNote,
)
from zoterodigest.core.values.keys import free_key
from zoterodigest.core.values.record import EMPTY, Hyperlink
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.library.records.hyperlinks import link_attachment, link_of
from zoterodigest.library.records.items import item_changes, new_item
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping
from zoterodigest.sync.gathering.vault_pages import VaultPages
from zoterodigest.sync.gathering.writes import UnwritableAction, Write, Writes


@dataclass
class _WritesDraft:
    """Writes while they are collected."""

    contents: Contents
    zotero: ZoteroMapping
    names: Mapping[str, str]
    pages: VaultPages
    links: Mapping[str, Link]
    taken: set[str]
    collections: list[Collection] = field(default_factory=list)
    items: list[Write] = field(default_factory=list)
    children: list[Write] = field(default_factory=list)
    unwritable: list[UnwritableAction] = field(default_factory=list)


def compile_writes(
    plan: Plan,
    contents: Contents,
    zotero: ZoteroMapping,
    names: Mapping[str, str],
    pages: VaultPages,
) -> Writes:
    """Return what the actions of `plan` write; `names` is what people call each digest.

    Wikilinks to `pages` lead to items. Sections stand in a note in the order of their entry. What
    changes a digest is no write.
    """
    links = {link.row.id: link for link in plan.links}
    draft = _WritesDraft(contents, zotero, names, pages, links, {*contents.keys})
    for action in plan.actions:
        if not isinstance(action, FileAction):
            _add(draft, action)
    return Writes(
        tuple(draft.collections), tuple(draft.items), tuple(draft.children), tuple(draft.unwritable)
    )


def _add(draft: _WritesDraft, action: CollectionAction | ItemAction) -> None:
    match action:
        case CreateCollection():
            draft.collections.append(Collection(action.key, 0, action.name, action.parent))
        case RenameCollection():
            known = {one.key: one for one in draft.contents.collections}
            parent = known[action.key].parent
            draft.collections.append(Collection(action.key, action.version, action.after, parent))
        case CreateItem():
            _create_item(draft, action)
        case ChangeItem():
            _change_item(draft, action)
        case CreateNote() | ChangeNote():
            _write_note(draft, action)
        case TrashItem():
            trashed = LibraryItem(action.key, action.version, {"deleted": 1})
            draft.items.append(Write(trashed, (action.row_id,)))
        case TrashNote():
            trashed = LibraryItem(action.key, action.version, {"deleted": 1})
            draft.children.append(Write(trashed, (action.row_id,)))
        case _:
            # mypy refuses an action that has no case above: it would be planned and never written.
            assert_never(action)


def _create_item(draft: _WritesDraft, action: CreateItem) -> None:
    data = new_item(action.fields, draft.zotero)
    data |= _with_details(data, action.details) | {"collections": list(action.placed)}
    tags = frozenset_of(ItemJson(data).tags)
    citekey = ItemJson(data).text("citationKey")
    item = LibraryItem(action.key, 0, data)
    write = Write(item, action.row_ids, tags, citekey=citekey, sources=action.sources)
    draft.items.append(write)
    _attach(draft, action.key, action.row_ids, hyperlinks_in(action.fields.get("links", EMPTY)))


def _change_item(draft: _WritesDraft, action: ChangeItem) -> None:
    present = draft.contents.by_key[action.key]
    patch = item_changes(present.data, action.after, draft.zotero)
    patch |= _with_details({**present.data, **patch}, action.details)
    collections = list(present.json.collections)
    wanted = [key for key in collections if key not in action.unplaced]
    wanted += [key for key in action.placed if key not in wanted]
    if wanted != collections:
        patch["collections"] = wanted
    if patch:
        added = frozenset(ItemJson(patch).tags) - {*present.json.tags}
        written = LibraryItem(action.key, action.version, patch)
        tags = added if "tags" in patch else frozenset[str]()
        citekey = ItemJson(patch).text("citationKey")
        write = Write(written, action.row_ids, tags, citekey=citekey, sources=action.sources)
        draft.items.append(write)
    if "links" in action.after:
        _change_links(draft, action)


def _with_details(data: Data, details: Mapping[str, str]) -> dict[str, Any]:
    """Return the patch that gives an item the details of a bib entry: few runs have any."""
    if not details:
        return {}
    # It imports what reads BibTeX (10 ms).
    from zoterodigest.library.records.details import with_details

    return with_details(data, details)


def _change_links(draft: _WritesDraft, action: ChangeItem) -> None:
    """Bring the attachments that are links to those wanted: change, add, trash."""
    if draft.zotero.links is not LinkHome.ATTACHMENTS:
        return
    wanted = list(hyperlinks_in(action.after["links"]))
    before = set(hyperlinks_in(action.before.get("links", EMPTY)))
    for attachment in draft.contents.attachments(action.key):
        link = link_of(attachment.data)
        if link is None or link not in before:
            continue
        if link in wanted:
            wanted.remove(link)
            continue
        # The same label with another address is an edit: the attachment keeps its key.
        successor = next((one for one in wanted if one.label == link.label), None)
        if successor is not None:
            wanted.remove(successor)
        patch = {"url": successor.url} if successor else {"deleted": 1}
        written = LibraryItem(attachment.key, attachment.version, patch)
        draft.children.append(Write(written, action.row_ids))
    _attach(draft, action.key, action.row_ids, wanted)


def _attach(
    draft: _WritesDraft, parent: str, row_ids: tuple[str, ...], links: Iterable[Hyperlink]
) -> None:
    if draft.zotero.links is not LinkHome.ATTACHMENTS:
        return
    for link in links:
        key = free_key(draft.taken, "attachment", parent, link.label, link.url)
        draft.taken.add(key)
        written = LibraryItem(key, 0, link_attachment(link, parent))
        draft.children.append(Write(written, row_ids, attachment=key))


def _write_note(draft: _WritesDraft, action: CreateNote | ChangeNote) -> None:
    # What makes notes takes as long to import as a tenth of a sync.
    from zoterodigest.sync.gathering.note_writes import NoteSources, write_of_note

    sources = NoteSources(draft.contents, draft.names, draft.pages, draft.links)
    match write_of_note(action, sources):
        case Write() as write:
            draft.children.append(write)
        case UnwritableAction() as unwritable:
            draft.unwritable.append(unwritable)
        case None:
            pass
