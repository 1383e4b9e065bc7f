"""The actions of a plan as writes, each with the version it expects.

A run that writes nothing does not import it: it brings what makes items and notes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

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
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.keys import free_key
from zoterodigest.core.values.record import (
    SECTION,
    Blocks,
    Fields,
    Hyperlink,
    Value,
    WebLinks,
    is_empty,
)
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.library.records.hyperlinks import link_attachment, link_of
from zoterodigest.library.records.items import item_changes, new_item
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping
from zoterodigest.notes.note import SUMMARY, NoteContent, Part, TooLong, to_html
from zoterodigest.notes.patch import QuotationLost, patch_html, without_headings
from zoterodigest.notes.read import PartsDiffer, read_note, with_our_heading
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
        case CreateNote():
            _create_note(draft, action)
        case ChangeNote():
            _change_note(draft, action)
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
    tags = frozenset(ItemJson(data).tags)
    citekey = ItemJson(data).text("citationKey")
    item = LibraryItem(action.key, 0, data)
    write = Write(item, action.row_ids, tags, citekey=citekey, sources=action.sources)
    draft.items.append(write)
    _attach(draft, action.key, action.row_ids, _hyperlinks(action.fields.get("links")))


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


def _hyperlinks(value: Value | None) -> tuple[Hyperlink, ...]:
    return value.hyperlinks if isinstance(value, WebLinks) else ()


def _change_links(draft: _WritesDraft, action: ChangeItem) -> None:
    """Bring the attachments that are links to those wanted: change, add, trash."""
    if draft.zotero.links is not LinkHome.ATTACHMENTS:
        return
    wanted = list(_hyperlinks(action.after["links"]))
    before = set(_hyperlinks(action.before.get("links")))
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


def _create_note(draft: _WritesDraft, action: CreateNote) -> None:
    note = _note(draft, action.row_id, action.digest, action.fields)
    html = to_html(note)
    if isinstance(html, TooLong):
        draft.unwritable.append(UnwritableAction((action.row_id,), why_unwritable(html)))
        return
    data = {"itemType": "note", "parentItem": action.item, "note": html}
    draft.children.append(Write(LibraryItem(action.key, 0, data), (action.row_id,)))


def _change_note(draft: _WritesDraft, action: ChangeNote) -> None:
    """Rewrite the changed blocks in the note's present HTML; everything else in it stays."""
    present = draft.contents.by_key[action.key]
    link = draft.links.get(action.row_id)
    is_whole = link is not None and link.entry.is_file
    heading = _heading(draft, action.digest)
    html = with_our_heading(present.json.note, action.row_id, heading, is_whole=is_whole)
    # The present HTML is patched, not rendered anew: a person's formatting and annotations stay.
    reading = read_note(html)
    stands: dict[str, Value] = {}
    if reading:
        parts = (reading.whole,) if is_whole and reading.whole else reading.parts
        stands |= {_field(part.name): Blocks(part.blocks) for part in parts}
    before = {name: value for name, value in action.before.items() if name in stands}
    note = _note(draft, action.row_id, action.digest, {**stands, **before, **action.after})
    added = action.after.keys() - stands.keys() - {"summary"}
    new_parts = frozenset(name.removeprefix(SECTION) for name in added)
    patched = patch_html(html, note, new_parts=new_parts, is_whole=is_whole)
    if not isinstance(patched, str):
        draft.unwritable.append(UnwritableAction((action.row_id,), why_unwritable(patched)))
        return
    relabelled = (name.removeprefix(SECTION) for name in (link.renamed if link else ()))
    bare = without_headings(patched, frozenset(relabelled))
    data: dict[str, Any] = {"note": bare} if patched != html else {}
    data |= {"deleted": 0} if action.is_restored else {}
    if data:
        written = LibraryItem(action.key, action.version, data)
        draft.children.append(Write(written, (action.row_id,)))


def why_unwritable(fault: TooLong | QuotationLost | PartsDiffer) -> str:
    """Return why a note cannot be written as it was to be."""
    match fault:
        case TooLong(length, largest):
            section = f"; its longest section is “{largest}”" if largest else ""
            return f"its note would have {length:,} characters, more than a library takes{section}"
        case QuotationLost(text):
            return (
                f"the edit changes “{text}”, which links to an annotation in Zotero. Keep these"
                " words, or edit the note in Zotero"
            )
        case PartsDiffer():
            return "the headings of its note were deleted, doubled or moved"


def _field(name: str | None) -> str:
    return "summary" if name is None else SECTION + name


def _note(draft: _WritesDraft, row_id: str, digest: SourceKey, fields: Fields) -> NoteContent:
    """Return the note of these fields: the summary first, then sections as the entry has them.

    What the entry does not show follows what it follows in `fields`.
    """
    link = draft.links.get(row_id)
    shown = tuple(link.entry.fields) if link else ()
    names = _in_order([name for name in fields if name.startswith(SECTION)], shown)
    texts: dict[str | None, tuple[str, ...]] = {None: _texts(fields.get("summary"))}
    texts |= {name.removeprefix(SECTION): _texts(fields[name]) for name in names}
    pages = draft.pages
    parts = (Part(name, held, pages.links_in(digest, held)) for name, held in texts.items())
    return NoteContent(row_id, _heading(draft, digest), tuple(parts))


def _heading(draft: _WritesDraft, digest: SourceKey) -> str:
    """Return what the heading of a note says, for people."""
    return f"{SUMMARY} · {draft.names.get(digest, digest)}"


def _in_order(names: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Return `names` in the order of `shown`; the others stay behind what they stand behind."""
    behind: dict[str, list[str]] = defaultdict(list)
    before = ""
    for name in names:
        if name in shown:
            before = name
        else:
            behind[before].append(name)
    ordered = ["", *(name for name in shown if name in names)]
    return [name for one in ordered for name in (one, *behind[one]) if name]


def _texts(value: Value | None) -> tuple[str, ...]:
    return value.texts if isinstance(value, Blocks) and not is_empty(value) else ()
