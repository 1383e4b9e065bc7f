"""The notes of a plan as writes: a new note's HTML, and the changed blocks in a present one's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from zoterodigest.core.plan.plan import ChangeNote, CreateNote, Link
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import SECTION, Blocks, Fields, Value, is_empty
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.contents import Contents
from zoterodigest.notes.note import SUMMARY, NoteContent, Part, TooLong, to_html
from zoterodigest.notes.patch import QuotationLost, patch_html, without_headings
from zoterodigest.notes.read import PartsDiffer, read_note, with_our_heading
from zoterodigest.sync.gathering.vault_pages import VaultPages
from zoterodigest.sync.gathering.writes import UnwritableAction, Write


@dataclass(frozen=True, slots=True)
class NoteSources:
    """What notes follow from besides their actions: see `compile_writes`."""

    contents: Contents
    names: Mapping[str, str]
    pages: VaultPages
    links: Mapping[str, Link]


def write_of_note(
    action: CreateNote | ChangeNote, sources: NoteSources
) -> Write | UnwritableAction | None:
    """Return what the action writes; None if the note already is as it should be."""
    match action:
        case CreateNote():
            return _new_note(action, sources)
        case ChangeNote():
            return _changed_note(action, sources)


def _new_note(action: CreateNote, sources: NoteSources) -> Write | UnwritableAction:
    html = to_html(_note(sources, action.row_id, action.digest, action.fields))
    if isinstance(html, TooLong):
        return UnwritableAction((action.row_id,), why_unwritable(html))
    data = {"itemType": "note", "parentItem": action.item, "note": html}
    return Write(LibraryItem(action.key, 0, data), (action.row_id,))


def _changed_note(action: ChangeNote, sources: NoteSources) -> Write | UnwritableAction | None:
    """Rewrite the changed blocks in the note's present HTML; everything else in it stays."""
    present = sources.contents.by_key[action.key]
    link = sources.links.get(action.row_id)
    is_whole = link is not None and link.entry.is_file
    heading = _heading(sources, action.digest)
    html = with_our_heading(present.json.note, action.row_id, heading, is_whole=is_whole)
    # The present HTML is patched, not rendered anew: a person's formatting and annotations stay.
    reading = read_note(html)
    stands: dict[str, Value] = {}
    if reading:
        parts = (reading.whole,) if is_whole and reading.whole else reading.parts
        for part in parts:
            field = "summary" if part.name is None else SECTION + part.name
            stands[field] = Blocks(part.blocks)
    before = {name: value for name, value in action.before.items() if name in stands}
    note = _note(sources, action.row_id, action.digest, {**stands, **before, **action.after})
    added = action.after.keys() - stands.keys() - {"summary"}
    new_parts = frozenset(name.removeprefix(SECTION) for name in added)
    patched = patch_html(html, note, new_parts=new_parts, is_whole=is_whole)
    if not isinstance(patched, str):
        return UnwritableAction((action.row_id,), why_unwritable(patched))
    relabelled = (name.removeprefix(SECTION) for name in (link.renamed if link else ()))
    bare = without_headings(patched, frozenset(relabelled))
    data: dict[str, Any] = {"note": bare} if patched != html else {}
    data |= {"deleted": 0} if action.is_restored else {}
    if not data:
        return None
    return Write(LibraryItem(action.key, action.version, data), (action.row_id,))


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


def _note(sources: NoteSources, row_id: str, digest: SourceKey, fields: Fields) -> NoteContent:
    """Return the note of these fields: the summary first, then sections as the entry has them.

    What the entry does not show follows what it follows in `fields`.
    """
    link = sources.links.get(row_id)
    shown = tuple(link.entry.fields) if link else ()
    names = _in_order([name for name in fields if name.startswith(SECTION)], shown)
    texts: dict[str | None, tuple[str, ...]] = {None: _texts(fields.get("summary"))}
    texts |= {name.removeprefix(SECTION): _texts(fields[name]) for name in names}
    pages = sources.pages
    parts = (Part(name, held, pages.links_in(digest, held)) for name, held in texts.items())
    return NoteContent(row_id, _heading(sources, digest), tuple(parts))


def _heading(sources: NoteSources, digest: SourceKey) -> str:
    """Return what the heading of a note says, for people."""
    return f"{SUMMARY} · {sources.names.get(digest, digest)}"


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
