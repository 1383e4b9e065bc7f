"""What a plan does, counted: per end, digest and kind, with the first few examples of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import groupby
from typing import assert_never

from rich.cells import cell_len

from zoterodigest.cli.base.screen import cut, hanging, separated, styled, visible, width
from zoterodigest.cli.show.differences import opcodes
from zoterodigest.cli.show.report_names import (
    ReportNames,
    entry_title,
    field_name,
    fields_title,
    path_text,
    value_text,
)
from zoterodigest.core.plan.plan import (
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CollectionAction,
    CreateCollection,
    CreateEntry,
    CreateItem,
    CreateNote,
    FileAction,
    ItemAction,
    MoveEntry,
    Plan,
    RemoveEntry,
    RenameCollection,
    RenameHeading,
    ShowAnnotations,
    TrashItem,
    TrashNote,
)
from zoterodigest.core.plan.run_options import End, entry_end
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.core.values.record import CITEKEY, EMPTY, Fields, Value, text_in, value_parts
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.run.consent import published_notes

MOST = 3
"""How many examples of one kind are listed; the others are counted. --json has them all."""

_MANY = 20
"""Above this many changes of one kind those of the same fields are listed by their fields only."""

HEADINGS: Mapping[End, str] = {
    End.ZOTERO: "Into the library",
    End.MARKDOWN: "Into the digests",
    End.BIB: "Into the bibliographies",
}
"""How the parts of a plan are headed, by the end that changes."""

_IN_LIBRARY = (
    *("new items", "shared items", "adopted items", "linked entries", "filled-in items"),
    *("completed items", "changed items", "moved items", "trashed items"),
    *("new notes", "changed notes", "restored notes", "duplicate notes"),
    *("new collections", "renamed collections"),
)
LABELS = (
    *_IN_LIBRARY,
    *("new entries", "changed entries", "published notes", "moved entries", "removed entries"),
    *("renamed headings", "new annotations", "changed annotations", "removed annotations"),
)
"""The kinds of things in the order in which they are listed."""

_LABEL_WIDTH = max(map(len, LABELS))
_MOST_FILES = 8
"""So many files of a vault are listed one by one."""
SHARED = "of no single digest"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that a plan does: the digest it is listed under, its kind, and its subject.

    `before` and `after` have the values that change. `where` is the target of a move.
    """

    digest: SourceKey
    label: str
    what: str
    fields: tuple[str, ...] = ()
    before: Fields = field(default_factory=dict)
    after: Fields = field(default_factory=dict)
    where: str = ""

    def change(self, *, of_same_fields: bool) -> str:
        """Return what many things may have in common: where they go to, what was replaced by what,
        or, `of_same_fields`, which fields change; "" for anything else.
        """
        if self.where:
            return f"→ {self.where}"
        fields = ", ".join(self.fields) if of_same_fields else ""
        return change_text(self.before, self.after) or fields

    @property
    def end(self) -> End:
        """The end that changes."""
        return End.ZOTERO if self.label in _IN_LIBRARY else entry_end(self.digest)


def things(plan: Plan, names: ReportNames) -> Iterator[Thing]:
    """Yield what `plan` does; new links are listed even if they change nothing."""
    # An item that becomes an entry is listed as a new entry, not as an adopted item too.
    becoming = {action.item.key for action in plan.actions if isinstance(action, CreateEntry)}
    adopted = set[str]()
    for link in plan.links:
        if link.before is None and link.row.digest.is_bib:
            yield Thing(link.row.digest, "linked entries", entry_title(link.entry))
        elif link.before is None and link.item and link.item.key not in adopted | becoming:
            adopted.add(link.item.key)
            yield Thing(link.row.digest, "adopted items", names.item_title(link.item.key))
    for action in plan.actions:
        if isinstance(action, FileAction):
            yield from _in_file(action, names)
        else:
            yield from _in_library(action, names, adopted)


def _in_library(
    action: CollectionAction | ItemAction, names: ReportNames, adopted: Collection[str]
) -> Iterator[Thing]:
    match action:
        case CreateCollection():
            yield Thing(action.digest, "new collections", visible(action.name))
        case RenameCollection():
            row = names.collection_rows.get(action.key)
            renamed = _arrow(visible(action.before), visible(action.after))
            yield Thing(row.digest if row else DigestKey(""), "renamed collections", renamed)
        case CreateItem():
            digest, *others = map(names.digest, action.row_ids)
            yield Thing(digest, "new items", fields_title(action.fields))
            yield from (Thing(other, "shared items", "") for other in others if not other.is_bib)
            # What a lookup filled in is counted by itself: no digest has it.
            if action.sources:
                yield Thing(digest, "completed items", "", _names(action.sources))
        case ChangeItem():
            yield from _changes(action, names)
            # An adopted item is only added to its entries' collections.
            if action.unplaced or (action.placed and action.key not in adopted):
                yield _moved(action, names)
        case TrashItem():
            title = names.item_title(action.key)
            yield Thing(names.digest(action.row_id), "trashed items", title)
        case TrashNote():
            yield Thing(action.digest, "duplicate notes", names.item_title(action.item))
        case CreateNote():
            yield Thing(action.digest, "new notes", "")
        case ChangeNote(_, _, _, row_id, digest, before, after):
            label = "restored notes" if action.is_restored else "changed notes"
            yield Thing(digest, label, names.title(row_id), _names(after), before, after)
        case _:
            # mypy refuses an action that has no case above.
            assert_never(action)


def _in_file(action: FileAction, names: ReportNames) -> Iterator[Thing]:
    match action:
        case CreateEntry():
            title = fields_title(action.fields)
            # A note is a file of its own, which is under no heading.
            is_note = names.vault(action.digest)
            what = title if is_note else _arrow(title, path_text(action.path))
            yield Thing(action.digest, "new entries", what)
        case ChangeEntry():
            yield from _entry_things(action, names)
        case ShowAnnotations(entry, _, added, refreshed, removed):
            counts = {"new": added, "changed": refreshed, "removed": removed}
            for which, keys in counts.items():
                # Each counts, and all are of one paper.
                for at in range(len(keys)):
                    what = "" if at else entry_title(entry)
                    yield Thing(entry.digest, f"{which} annotations", what)
        case MoveEntry(entry, _, path):
            where = path_text(path)
            what = _arrow(entry_title(entry), where)
            yield Thing(entry.digest, "moved entries", what, where=where)
        case RemoveEntry(entry):
            yield Thing(entry.digest, "removed entries", entry_title(entry))
        case RenameHeading():
            what = _arrow(visible(action.before), visible(action.after))
            yield Thing(action.digest, "renamed headings", what)
        case _:
            assert_never(action)


def _changes(action: ChangeItem, names: ReportNames) -> Iterator[Thing]:
    """Yield what changes in an item, by the files whose entries hold what it changes to."""
    title = names.item_title(action.key)
    if action.sources:
        digest = names.digest(action.row_ids[0])
        yield Thing(digest, "completed items", title, _names(action.sources))
    by_source: dict[SourceKey, dict[str, Value]] = defaultdict(dict)
    for name, value in action.after.items():
        if name not in action.sources:
            by_source[names.source(action.row_ids, name, value)][name] = value
    for digest, after in by_source.items():
        edits = {name: value for name, value in after.items() if name not in action.fills}
        if edits:
            yield Thing(digest, "changed items", title, _names(edits), action.before, edits)
        # A fill replaces nothing, so that only the names of the fields are counted.
        if fills := _names(name for name in after if name in action.fills):
            yield Thing(digest, "filled-in items", "", fills)


def _moved(action: ChangeItem, names: ReportNames) -> Thing:
    """Return the move of an item, with the heading of its new collection."""
    rows = [names.collection_rows[key] for key in action.placed if key in names.collection_rows]
    where = ", ".join(path_text(row.path) for row in rows if row.path)
    title = names.item_title(action.key)
    what = _arrow(title, where) if where else title
    return Thing(names.digest(action.row_ids[0]), "moved items", what, where=where)


def _arrow(before: str, after: str) -> str:
    """Return two texts with an arrow between; the first is cut if there is no room."""
    tail = f" → {after}"
    room = max(_room() - cell_len(tail), _room() // 2)
    return f"{cut(before, room)}{tail}"


def _entry_things(action: ChangeEntry, names: ReportNames) -> Iterator[Thing]:
    """Yield what changes in an entry; a note of the person's own comes in with its words.

    A field that cannot be written is listed among those that a run leaves out.
    """
    digest, title = action.entry.digest, entry_title(action.entry)
    new, refused = published_notes(action), names.refused
    after = {n: value for n, value in action.after.items() if (action.row_id, n) not in refused}
    if others := {name: value for name, value in after.items() if name not in new}:
        fields = _names(others)
        if CITEKEY in others and text_in(action.before, CITEKEY) in digest.rpartition("/")[2]:
            fields = (*fields, "file name stays")
        yield Thing(digest, "changed entries", title, fields, action.before, others)
    for name in (name for name in new if name in after):
        yield Thing(digest, "published notes", f"“{value_text(action.after[name])}”", (title,))


def _names(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(field_name(name) for name in fields)


def as_lines(
    plan: Plan, names: ReportNames, headings: Mapping[End, str] = HEADINGS
) -> Iterator[str]:
    """Yield what `plan` does at either end, digest by digest in the order of the lock file.

    Many files of one vault are listed as one.
    """
    found = [*things(plan, names)]
    files = Counter(map(names.vault, {one.digest for one in found}))

    def place(one: Thing) -> str:
        vault = names.vault(one.digest)
        return vault if vault and files[vault] > _MOST_FILES else one.digest

    return separated(_as_lines(found, headings, place))


def _as_lines(
    found: Iterable[Thing], headings: Mapping[End, str], place: Callable[[Thing], str]
) -> Iterator[str]:
    ends = [*headings]
    # What is of no single digest, such as the collection of all, comes last.
    order = sorted(found, key=lambda one: (ends.index(one.end), not one.digest, place(one)))
    for end, of_end in groupby(order, key=lambda one: one.end):
        yield styled(headings[end], "bold")
        for name, of_digest in groupby(of_end, key=place):
            yield f"  {visible(name) or SHARED}"
            in_order = sorted(of_digest, key=lambda one: LABELS.index(one.label))
            for label, same in groupby(in_order, key=lambda one: one.label):
                yield from _kind(label, list(same))
        yield ""


def _kind(label: str, found: Sequence[Thing]) -> Iterator[str]:
    """Yield one kind: its count, and its examples below each other."""
    head = f"    {label:<{_LABEL_WIDTH}} {len(found):>6,}"
    if label in ("filled-in items", "completed items"):
        counts = Counter(name for thing in found for name in thing.fields)
        yield from hanging(f"{head}  ", ", ".join(f"{name} {n:,}" for name, n in counts.items()))
        indent = " " * (cell_len(head) + 2)
        yield from (indent + _example(one) for one in found[:MOST] if one.what)
        return
    # It has no examples: the first entry of the item is listed among the new ones.
    if label == "shared items":
        yield f"{head}  also in a digest above, and counted there"
        return
    same, others = _same(found)
    examples = [cut(one, _room()) for one in same]
    # Of several annotations of one paper only the first names it.
    named = [thing for thing in others if thing.what]
    examples += map(_example, named[:MOST])
    if len(named) > MOST:
        examples.append(f"… and {len(named) - MOST:,} more")
    yield f"{head}  {examples[0]}" if examples else head
    yield from (" " * (cell_len(head) + 2) + example for example in examples[1:])


def _same(found: Sequence[Thing]) -> tuple[list[str], list[Thing]]:
    """Return what many of `found` have in common, each with its number, and the others."""
    if len(found) <= MOST:
        return [], list(found)
    changes = [thing.change(of_same_fields=len(found) > _MANY) for thing in found]
    counts = Counter(filter(None, changes))
    same = {change: number for change, number in counts.most_common() if number > MOST}
    others = [thing for thing, change in zip(found, changes, strict=True) if change not in same]
    return [f"{change} {number:,}" for change, number in same.items()], others


def _example(thing: Thing) -> str:
    if not thing.fields:
        return cut(thing.what, _room())
    fields = cut(", ".join(thing.fields), _room() // 2)
    return f"{cut(thing.what, _room() - cell_len(fields) - 2)}: {fields}"


def _room() -> int:
    return width() - _LABEL_WIDTH - 13


_Texts = Sequence[str]
_WORD = lazy_regex(r"[\w-]+|[^\w-]")
_MOST_COMPARISONS = 250_000
"""Above this many pairs of words it is not looked for what was replaced."""

_LONGEST = 60
"""Letters of a text that can be the same in many entries, and can be read on one line."""


def change_text(before: Fields, after: Fields) -> str:
    """Return what one replacement did to a record, `title: “GAN” → “model”`; "" if it was more."""
    if len(after) != 1:
        return ""
    ((name, value),) = after.items()
    found = set(_replaced(value_parts(before.get(name, EMPTY)), value_parts(value)))
    if len(found) != 1:
        return ""
    old, new = (visible(text) for text in found.pop())
    if max(len(old), len(new)) > _LONGEST:
        return ""
    return f"{field_name(name)}: {_replacement(old, new)}"


def _replacement(old: str, new: str) -> str:
    if not old:
        return f"+ “{new}”"
    return f"“{old}” → “{new}”" if new else f"- “{old}”"


def _replaced(before: _Texts, after: _Texts) -> Iterator[tuple[str, str]]:
    """Yield all pairs of texts of which one took the other's place."""
    for old, new in _differences(before, after):
        # A bullet that became two is one replacement, not two of unlike lines.
        if len(old) != len(new):
            old, new = ("\n".join(old),), ("\n".join(new),)
        for one, other in zip(old, new, strict=True):
            if not one or not other:
                yield one, other
                continue
            for words, others in _differences(_WORD.findall(one), _WORD.findall(other)):
                yield "".join(words).strip(), "".join(others).strip()


def _differences(before: _Texts, after: _Texts) -> Iterator[tuple[_Texts, _Texts]]:
    for tag, start, stop, first, last in opcodes(before, after, _MOST_COMPARISONS):
        if tag != "equal":
            yield before[start:stop], after[first:last]
