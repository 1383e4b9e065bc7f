"""Headings of an entry and of its note: sections with a new label or mixed up, and its title."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import replace

from zoterodigest.core.links.link import Base, LockRow, fingerprint
from zoterodigest.core.links.merge import Clash, ClashReason, FieldEnds, Merge
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import RunOptions
from zoterodigest.core.values.record import (
    EMPTY,
    SECTION,
    Blocks,
    ChildNote,
    Entry,
    Fields,
    Item,
    Value,
    is_of_note,
    text_in,
    value_parts,
)
from zoterodigest.core.works.pairing import title_print


def with_renamed_sections(link: Link, run_options: RunOptions) -> Link:
    """Return `link` whose entry carries, empty, every section it now shows under a new label.

    So the note lets the old heading go as it gets the new one. A section that was edited, at either
    end, is not taken for a renamed one.
    """
    note = link.item.live_note(link.row.id) if link.item else None
    if note is None or link.entry.is_unreadable:
        return link
    pushes = run_options.rules_for(link.entry.digest).directions.push
    old = {name: base for name, base in _left(link, note, run_options) if pushes.allows(name)}
    renamed: dict[str, str] = {}
    for name, value in link.entry.fields.items():
        if old and _is_new(name, link, note) and pushes.allows(name):
            known = next((one for one in old if _are_of(value, old[one], name, run_options)), None)
            # An old section is taken once: of two new ones with equal text one is renamed, one new.
            if known is not None:
                del old[known]
                renamed[name] = known
    if not renamed:
        return link
    entry = replace(link.entry, fields=_with_old_names(link.entry.fields, renamed))
    return replace(link, entry=entry, renamed=frozenset(renamed.values()))


def _left(link: Link, note: ChildNote, run_options: RunOptions) -> Iterator[tuple[str, Base]]:
    """Yield the sections that left the entry and stand in the note as they were."""
    for name, base in sorted(link.row.bases.items()):
        is_gone = name not in link.entry.fields and name not in link.entry.unreadable
        if name.startswith(SECTION) and is_gone and base.at_entry.parts and name in note.fields:
            raw = note.raws.get(name, "")
            ends = FieldEnds(name, EMPTY, note.fields[name], "", raw)
            if not ends.changed(base, run_options.folding)[1]:
                yield name, base


def _is_new(name: str, link: Link, note: ChildNote) -> bool:
    is_known = name in link.row.bases or name in link.row.diverged or name in note.fields
    return name.startswith(SECTION) and not is_known


def _are_of(value: Value, base: Base, name: str, run_options: RunOptions) -> bool:
    return tuple(_prints(name, value, run_options.folding)) == base.at_entry.parts


def _with_old_names(fields: Fields, renamed: dict[str, str]) -> dict[str, Value]:
    """Return `fields` with each old name, empty, before the new one."""
    found: dict[str, Value] = {}
    for name, value in fields.items():
        if name in renamed:
            found[renamed[name]] = EMPTY
        found[name] = value
    return found


def are_mixed_up(entry: Entry, item: Item, row: LockRow, folding: Folding) -> bool:
    """Tell whether a section is gone from our note, stands there twice or in another order, or
    whether a heading of the person's own took text of it.

    A section counts as gone if it held something when both ends were last in sync.
    """
    note = item.live_note(row.id)
    if note is None:
        return False
    ours = {name for name in (*entry.fields, *row.bases) if is_of_note(name)}
    held = {name for name, base in row.bases.items() if name in ours and base.at_item.parts}
    at_entry = [name for name in entry.fields if name in ours and name in note.fields]
    # A note begins with the summary, wherever the entry has it: behind a column for a section.
    at_entry.sort(key=lambda name: name != "summary")
    at_note = [name for name in note.fields if name in at_entry]
    is_whole = held <= note.fields.keys() and not ours & note.doubled and at_entry == at_note
    return not is_whole or _is_text_below_another(
        note, entry, ours & row.bases.keys(), row, folding
    )


def _is_text_below_another(
    note: ChildNote, entry: Entry, ours: Set[str], row: LockRow, folding: Folding
) -> bool:
    """Tell whether text that was in sync stands in our note outside of all parts of `ours`."""
    if note.whole is None or entry.is_file:
        return False
    bases = {name: row.bases[name].at_item for name in ours}
    if all(base.raw == fingerprint(note.raws.get(name, "")) for name, base in bases.items()):
        return False
    left = {part for base in bases.values() for part in base.parts}
    for name in ours:
        left.difference_update(_prints(name, note.fields.get(name, EMPTY), folding))
    return not left.isdisjoint(_prints("summary", note.whole.blocks, folding))


def _prints(name: str, value: Value, folding: Folding) -> Iterator[str]:
    return map(fingerprint, value_parts(canonical(name, value, folding)))


def as_conflicts(merged: Merge, is_chosen: Callable[[str], bool]) -> Merge:
    """Return `merged` with a conflict for what would go to or from a note and was not chosen."""
    sent = {*merged.to_entry, *merged.to_item}
    stopped = {name for name in sent if is_of_note(name) and not is_chosen(name)}
    clash = Clash(why=ClashReason.NOTE_REARRANGED)
    return Merge({**merged.results, **dict.fromkeys(stopped, clash)})


def with_title_heading(link: Link, run_options: RunOptions) -> Link:
    """Return `link` without the heading that says the former title; `former_title` tells of it.

    While a note repeats its title above its text, the heading is no text of the person's own.
    Edited is only one of them at a time: a heading that still says what the title was until now is
    a copy that was left behind. Only where the run may write titles into the file: else the heading
    is text like any other.
    """
    summary, title = link.entry.fields.get("summary"), text_in(link.entry.fields, "title")
    if link.before is None or link.row.digest not in run_options.files or not title:
        return link
    if not (isinstance(summary, Blocks) and summary.texts and summary.texts[0].startswith("#")):
        return link
    former = summary.texts[0].lstrip("#").strip()
    is_copy = title_print(former) == link.before.title != title_print(title)
    if not (is_copy and run_options.rules_for(link.row.digest).directions.pull.allows("title")):
        return link
    texts = summary.texts[1:]
    fields = {**link.entry.fields, "summary": Blocks(texts) if texts else EMPTY}
    return replace(link, entry=replace(link.entry, fields=fields), former_title=former)
