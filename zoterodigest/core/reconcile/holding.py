"""Holding: notes that another program may just have written, which a run leaves as they are.

A literature note has other writers: an editor that is still saving, and integrations that write the
whole file anew. A note that lost most of what it held is more often written anew than edited, so a
person is asked before anything of it goes to the library. So they are about a note that lost it in
Zotero before anything of that comes into the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from zoterodigest.core.links.link import LockRow, fingerprint
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.plan.run_options import RunOptions
from zoterodigest.core.values.record import (
    EMPTY,
    Entry,
    Fields,
    Item,
    is_empty,
    is_of_entry,
    is_of_note,
    value_parts,
)

RECENT = "it changed a moment ago"
TEXT_LOST = "more than half of its text that was in sync is gone"
TEXT_LOST_IN_ZOTERO = f"{TEXT_LOST} from its note in Zotero"
TEXT_HIDDEN_IN_ZOTERO = "text that was in sync stands below a heading Private in Zotero"
VALUES_LOST = "most of its values that were in sync are gone"

TEXT_HIDDEN = "its front matter can't be read any more, and text that was in sync is gone"
TEXT_REPLACED = "its text was replaced, as in other files"

_FEWEST_LOST = 2
"""A note of one paragraph may get another one, and one of one value lose it, by an edit."""
_FEWEST_REPLACED = 3
"""As many notes whose only paragraph is another one are more often a re-import than edits."""


def replaced_in_many(
    linked: Iterable[tuple[Entry, LockRow, Item | None]], run_options: RunOptions
) -> frozenset[str]:
    """Return the ids of the rows whose notes hold another paragraph than their only one.

    If these are so few that a person may have written them, only those count that were held before:
    once the others are accepted, they are no more a person's edits than they were.
    """
    found = frozenset(
        row.id
        for entry, row, item in linked
        if run_options.rules_for(entry.digest).is_file_entry
        and _is_edited_since(entry, row)
        and _paragraphs_lost(entry, row, item, run_options.folding) == (1, 1)
    )
    return found if len(found) >= _FEWEST_REPLACED else found & run_options.held


def why_held(
    entry: Entry,
    row: LockRow | None,
    item: Item | None,
    run_options: RunOptions,
    replaced: frozenset[str],
) -> str:
    """Return why a run leaves the entry of a file alone; "" if it does not.

    `row` is its link as it was, if it has one; `replaced` is as of `replaced_in_many`. What a
    person accepted is not held.
    """
    if not run_options.rules_for(entry.digest).is_file_entry:
        return ""
    if entry.digest in run_options.recent and (row is None or _is_edited_since(entry, row)):
        return RECENT
    if row is None or run_options.accepts:
        return ""
    if _has_lost_text(entry, row, item, run_options.folding):
        return TEXT_LOST
    if _has_hidden_text(entry, row, item, run_options.folding):
        return TEXT_HIDDEN
    if row.id in replaced:
        return TEXT_REPLACED
    if _has_lost_values(entry, row):
        return VALUES_LOST
    return _why_held_by_note(entry, row, item, run_options)


def _is_edited_since(entry: Entry, row: LockRow) -> bool:
    """Tell whether an entry says anything else than when it was in sync.

    What a sync has just written into a file says the same: it is not held after that.
    """
    return any(
        not row.agrees_at_entry(name, entry.raws.get(name, ""))
        if name in row.bases
        else is_of_note(name) and not is_empty(value)
        for name, value in entry.fields.items()
    )


def _has_lost_text(entry: Entry, row: LockRow, item: Item | None, folding: Folding) -> bool:
    """Tell whether more than half of the paragraphs of a base are gone, other than by an edit.

    A note of one paragraph has lost its text if nothing has come in its place.
    """
    now = _texts_in(entry.fields, folding)
    lost, before = _paragraphs_lost(entry, row, item, folding)
    # A file that is called otherwise and has nothing of the text may be another one of the paper.
    is_other = entry.digest != row.digest and lost == before > 0
    return is_other or _is_most((lost, before), now.values())


def _has_hidden_text(entry: Entry, row: LockRow, item: Item | None, folding: Folding) -> bool:
    """Tell whether text is gone while nothing of the record but the title can be read.

    Front matter of which a person has deleted the end goes on to the next rule in the text.
    """
    record = {name for name in row.bases if not is_of_entry(name)} - {"title"}
    if not record & entry.unreadable or record & entry.fields.keys():
        return False
    return _paragraphs_lost(entry, row, item, folding)[0] > 0


def _why_held_by_note(
    entry: Entry, row: LockRow, item: Item | None, run_options: RunOptions
) -> str:
    """Return why text that is gone from the note of a file is not taken out of the file, if so."""
    note = item.live_note(row.id) if item else None
    base, folding = row.bases.get("summary"), run_options.folding
    may_pull = run_options.rules_for(entry.digest).directions.pull.allows("summary")
    if base is None or note is None or not may_pull:
        return ""
    now = _texts_in(note.shown_to(entry)[0], folding)
    if all(part in now for part in base.at_item.parts):
        return ""
    in_file = _texts_in(entry.fields, folding)
    # What the file lacks as well is gone on both sides: it has nothing to lose.
    before = [part for part in base.at_item.parts if part in now or part in in_file]
    if any(part in note.private and part not in now for part in before):
        return TEXT_HIDDEN_IN_ZOTERO
    lost, number = _lost(before, now, in_file)
    # No program writes notes anew: a paragraph in the place of another one is an edit.
    lost = min(lost, number - sum(not _is_heading(text) for text in now.values()))
    return TEXT_LOST_IN_ZOTERO if _is_most((lost, number), now.values()) else ""


def _is_most(lost_of: tuple[int, int], texts: Iterable[str]) -> bool:
    lost, before = lost_of
    if before < _FEWEST_LOST:
        return lost > 0 and all(map(_is_heading, texts))
    return 2 * lost > before


def _paragraphs_lost(
    entry: Entry, row: LockRow, item: Item | None, folding: Folding
) -> tuple[int, int]:
    """Return how many paragraphs of a base are gone, other than by an edit, and of how many.

    Every block is a paragraph but a heading, which templates write again.
    """
    names = [name for name in row.bases if is_of_note(name)]
    before = [part for name in names for part in row.bases[name].at_entry.parts]
    if not before or entry.unreadable & set(names):
        return 0, 0
    note = item.notes.get(row.id) if item else None
    # The library still has the words of a block of which the base keeps a fingerprint only.
    in_note = _texts_in(note.shown_to(entry)[0], folding) if note else {}
    now = _texts_in(entry.fields, folding)
    if in_note:  # a paragraph of neither end was edited or removed at both
        before = [part for part in before if part in now or part in in_note]
    return _lost(before, now, in_note)


def _lost(
    before: Sequence[str], now: Mapping[str, str], other: Mapping[str, str]
) -> tuple[int, int]:
    """Return how many of the paragraphs `before` stand neither in `now` nor edited, of how many.

    `now` and `other` are the texts of both ends by their fingerprints.
    """
    if all(part in now for part in before):
        return 0, len(before)
    known = {**other, **now}
    before = [part for part in before if not _is_heading(known.get(part, ""))]
    came = [Counter(text.split()) for part, text in now.items() if part not in before]
    gone = [part for part in before if part not in now]
    lost = [part for part in gone if not _is_edited(known.get(part, ""), came)]
    return len(lost), len(before)


def _is_heading(text: str) -> bool:
    return text.startswith("#") and "\n" not in text and text.lstrip("#")[:1] in ("", " ")


def _texts_in(fields: Fields, folding: Folding) -> dict[str, str]:
    """Return the blocks that an end shows of a note, by their fingerprints."""
    held = ((name, value) for name, value in fields.items() if is_of_note(name))
    texts = (text for one in held for text in value_parts(canonical(*one, folding)))
    return {fingerprint(text): text for text in texts}


def _is_edited(text: str, came: Iterable[Counter[str]]) -> bool:
    """Tell whether at least half of the words of a text stand in one of those that came."""
    words = Counter(text.split())
    return bool(words) and any(2 * (words & one).total() >= words.total() for one in came)


def _has_lost_values(entry: Entry, row: LockRow) -> bool:
    """Tell whether most values of the record that were in sync are empty or gone."""
    held = [
        name for name, base in row.bases.items() if not is_of_entry(name) and base.at_entry.parts
    ]
    fields = entry.fields
    lost = [
        name for name in held if is_empty(fields.get(name, EMPTY)) and name not in entry.unreadable
    ]
    return len(lost) >= _FEWEST_LOST and 2 * len(lost) > len(held)
