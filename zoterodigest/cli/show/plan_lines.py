"""What a plan does, counted: per end, digest and kind, with the first few examples of each."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import assert_never

from rich.cells import cell_len

from zoterodigest.cli.base.screen import cut, hanging, styled, visible, width
from zoterodigest.cli.show.report_names import (
    ReportNames,
    field_name,
    fields_title,
    path_text,
    value_text,
)
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateCollection,
    CreateEntry,
    CreateItem,
    CreateNote,
    MoveEntry,
    Plan,
    RemoveEntry,
    RenameCollection,
    RenameHeading,
    TrashItem,
    TrashNote,
)
from zoterodigest.core.plan.run_options import End, entry_end
from zoterodigest.core.values.file_keys import DigestKey, SourceKey
from zoterodigest.core.values.record import EMPTY, Blocks, Fields, Members, Names, Value, WebLinks
from zoterodigest.sync.run.run import published_notes

MOST = 3
"""How many examples of one kind are listed; the others are counted. --json has them all."""

_MANY = 20
"""Above this many changes of one kind those of the same fields are told by these alone."""

HEADINGS: Mapping[End, str] = {
    End.ZOTERO: "Into the library",
    End.MARKDOWN: "Into the digests",
    End.BIB: "Into the bibliographies",
}
"""How the parts of a plan are headed, by the end that changes."""

_IN_LIBRARY = (
    *("new items", "shared items", "adopted items", "linked entries", "filled-in items"),
    *("completed items", "changed items", "moved items", "trashed items"),
    *("new notes", "changed notes", "restored notes", "doubled notes"),
    *("new collections", "renamed collections"),
)
_LABELS = (
    *_IN_LIBRARY,
    *("new entries", "changed entries", "published notes", "moved entries", "removed entries"),
    "renamed headings",
)
"""The kinds of things in the order in which they are told."""

_LABEL_WIDTH = max(map(len, _LABELS))
_SHARED = "above the digests' own"


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
        or, `of_same_fields`, which fields change; "" if it is none of these.
        """
        if self.where:
            return f"→ {self.where}"
        return change_text(self.before, self.after) or (
            ", ".join(self.fields) if of_same_fields else ""
        )

    @property
    def end(self) -> End:
        """The end that changes."""
        return End.ZOTERO if self.label in _IN_LIBRARY else entry_end(self.digest)


def things(plan: Plan, subjects: ReportNames) -> Iterator[Thing]:
    """Yield what `plan` does; new links are listed even if they change nothing."""
    adopted = dict[str, SourceKey]()
    for link in plan.links:
        if link.before is None and link.item is not None and not link.row.digest.is_bib:
            adopted.setdefault(link.item.key, link.row.digest)
    for action in plan.actions:
        if isinstance(action, CreateEntry):
            # An item that becomes an entry is told as a new entry, not as an adopted item too.
            adopted.pop(action.item.key, None)
    for key, digest in adopted.items():
        yield Thing(digest, "adopted items", subjects.item_title(key))
    for link in plan.links:
        if link.before is None and link.row.digest.is_bib:
            yield Thing(link.row.digest, "linked entries", fields_title(link.entry.fields))
    for action in plan.actions:
        if isinstance(action, CreateItem):
            digests = map(subjects.digest, action.row_ids[1:])
            yield from (Thing(one, "shared items", "") for one in digests if not one.is_bib)
    for action in plan.actions:
        yield from _things(action, plan, subjects, adopted)


def _things(
    action: Action, plan: Plan, subjects: ReportNames, adopted: Mapping[str, SourceKey]
) -> Iterator[Thing]:
    match action:
        case CreateCollection():
            yield Thing(action.digest, "new collections", visible(action.name))
        case RenameCollection():
            owners = {
                collection_row.collection: collection_row.digest
                for collection_row in plan.collection_rows
            }
            names = _arrow(visible(action.before), visible(action.after))
            yield Thing(owners.get(action.key, DigestKey("")), "renamed collections", names)
        case CreateItem():
            digest = subjects.digest(action.row_ids[0])
            yield Thing(digest, "new items", fields_title(action.fields))
            # What a lookup filled in is counted by itself: no digest has it.
            if action.sources:
                yield Thing(digest, "completed items", "", _names(action.sources))
        case ChangeItem():
            yield from _changes(action, subjects)
            if action.unplaced or (action.placed and action.key not in adopted):
                yield _moved(action, plan, subjects)
        case TrashItem():
            digest, title = subjects.digest(action.row_id), subjects.item_title(action.key)
            yield Thing(digest, "trashed items", title)
        case TrashNote():
            yield Thing(action.digest, "doubled notes", subjects.item_title(action.item))
        case CreateNote():
            yield Thing(action.digest, "new notes", "")
        case ChangeNote():
            title = subjects.title(action.row_id)
            label = "restored notes" if action.is_restored else "changed notes"
            fields = _names(action.after)
            yield Thing(action.digest, label, title, fields, action.before, action.after)
        case CreateEntry():
            where = _arrow(fields_title(action.fields), path_text(action.path))
            yield Thing(action.digest, "new entries", where)
        case ChangeEntry():
            yield from _entry_things(action)
        case MoveEntry():
            where = path_text(action.path)
            moved = _arrow(fields_title(action.entry.fields), where)
            yield Thing(action.entry.digest, "moved entries", moved, where=where)
        case RemoveEntry():
            title = fields_title(action.entry.fields)
            yield Thing(action.entry.digest, "removed entries", title)
        case RenameHeading():
            names = _arrow(visible(action.before), visible(action.after))
            yield Thing(action.digest, "renamed headings", names)
        case _:
            # mypy refuses an action that has no case above.
            assert_never(action)


def _changes(action: ChangeItem, subjects: ReportNames) -> Iterator[Thing]:
    """Yield what changes in an item, by the files whose entries hold what it changes to."""
    title = subjects.item_title(action.key)
    by_source: dict[SourceKey, list[str]] = defaultdict(list)
    if action.sources:
        digest = subjects.digest(action.row_ids[0])
        yield Thing(digest, "completed items", title, _names(action.sources))
    for name, value in action.after.items():
        if name in action.sources:
            continue
        by_source[subjects.source(action.row_ids, name, value)].append(name)
    for digest, names in by_source.items():
        if edits := {name: action.after[name] for name in names if name not in action.fills}:
            changes = action.before, edits
            yield Thing(digest, "changed items", title, _names(edits), *changes)
        if fills := _names(name for name in names if name in action.fills):
            yield Thing(digest, "filled-in items", "", fills)


def _moved(action: ChangeItem, plan: Plan, subjects: ReportNames) -> Thing:
    """Return the move of an item, with the heading whose collection it comes into."""
    paths = {
        collection_row.collection: collection_row.path for collection_row in plan.collection_rows
    }
    known = [path_text(paths[key]) for key in action.placed if paths.get(key)]
    title = subjects.item_title(action.key)
    where = ", ".join(known)
    what = _arrow(title, where) if known else title
    return Thing(subjects.digest(action.row_ids[0]), "moved items", what, where=where)


def _arrow(before: str, after: str) -> str:
    """Return two texts with an arrow between; the first is cut if there is no room."""
    tail = f" → {after}"
    room = max(_room() - cell_len(tail), _room() // 2)
    return f"{cut(before, room)}{tail}"


def _entry_things(action: ChangeEntry) -> Iterator[Thing]:
    """Yield what changes in an entry; a note of the person's own comes in with its words."""
    digest, title = action.entry.digest, fields_title(action.entry.fields)
    new = published_notes(action)
    if others := {name: value for name, value in action.after.items() if name not in new}:
        yield Thing(digest, "changed entries", title, _names(others), action.before, others)
    for name in new:
        yield Thing(digest, "published notes", f"“{value_text(action.after[name])}”", (title,))


def _names(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(field_name(name) for name in fields)


def as_lines(
    plan: Plan, subjects: ReportNames, headings: Mapping[End, str] = HEADINGS
) -> Iterator[str]:
    """Yield what `plan` does at either end, digest by digest in the order of the lock file."""
    by_end: dict[End, list[Thing]] = {end: [] for end in headings}
    for thing in things(plan, subjects):
        by_end[thing.end].append(thing)
    parts = [(headings[end], found) for end, found in by_end.items() if found]
    for number, (heading, found) in enumerate(parts):
        yield from [""] if number else []
        yield styled(heading, "bold")
        yield from _digests(found)


def _digests(found: Iterable[Thing]) -> Iterator[str]:
    groups: dict[str, dict[str, list[Thing]]] = defaultdict(lambda: defaultdict(list))
    for thing in found:
        groups[thing.digest][thing.label].append(thing)
    for digest in sorted(groups, key=lambda digest: (not digest, digest)):
        yield f"  {visible(digest) or _SHARED}"
        for label in _LABELS:
            if same := groups[digest].get(label):
                yield from _kind(label, same)


def _kind(label: str, found: Sequence[Thing]) -> Iterator[str]:
    """Yield one kind: its count, and its examples below each other."""
    head = f"    {label:<{_LABEL_WIDTH}} {len(found):>6,}"
    if label in ("filled-in items", "completed items"):
        counts = Counter(name for thing in found for name in thing.fields)
        yield from hanging(f"{head}  ", ", ".join(f"{name} {n:,}" for name, n in counts.items()))
        indent = " " * (cell_len(head) + 2)
        yield from (indent + _example(one) for one in found[:MOST] if one.what)
        return
    if label == "shared items":
        yield f"{head}  new as well, but listed once"
        return
    same, others = _same(found)
    examples = [cut(one, _room()) for one in same]
    examples += [_example(thing) for thing in others[:MOST] if thing.what]
    if examples and len(others) > MOST:
        examples.append(f"… and {len(others) - MOST:,} more")
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


_WORD = re.compile(r"[\w-]+|[^\w-]")
_MOST_COMPARISONS = 250_000
"""Above this many pairs of words it is not looked for what was replaced."""

_LONGEST = 60
"""Letters of a text that can be the same in many entries, and can be read on one line."""


def change_text(before: Fields, after: Fields) -> str:
    """Return what one replacement did to a record, `title: “GAN” → “model”`; "" if it was more."""
    if len(after) != 1:
        return ""
    ((name, value),) = after.items()
    found = _replaced(_parts(before.get(name, EMPTY)), _parts(value))
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


def _parts(value: Value) -> tuple[str, ...]:
    """Return a value in the parts that change one by one."""
    match value:
        case str():
            return (value,)
        case Blocks(texts) | Members(texts):
            return texts
        case Names(people):
            return people
        case WebLinks(hyperlinks):
            return tuple(f"{link.label} {link.url}" for link in hyperlinks)
        case _:
            return ()


def _replaced(before: Sequence[str], after: Sequence[str]) -> set[tuple[str, str]]:
    """Return all pairs of texts of which one took the other's place."""
    found: set[tuple[str, str]] = set()
    for start, stop, first, last in _differences(before, after):
        old, new = before[start:stop], after[first:last]
        if len(old) != len(new):
            old, new = ("\n".join(old),), ("\n".join(new),)
        for one, other in zip(old, new, strict=True):
            found |= _replaced_words(one, other) if one and other else {(one, other)}
    return found


def _replaced_words(before: str, after: str) -> set[tuple[str, str]]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    return {
        ("".join(old[start:stop]).strip(), "".join(new[first:last]).strip())
        for start, stop, first, last in _differences(old, new)
    }


def _differences(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return the ranges in which two sequences differ."""
    # SequenceMatcher takes quadratic time.
    if len(before) * len(after) > _MOST_COMPARISONS:
        return [(0, len(before), 0, len(after))]
    # autojunk would ignore frequent words in texts of 200 words and more.
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        (start, stop, first, last) for tag, start, stop, first, last in opcodes if tag != "equal"
    ]
