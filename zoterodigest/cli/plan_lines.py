"""What a plan does, counted: per digest, by kind, with the first few examples of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from zoterodigest.cli.screen import cut, hanging, styled, visible, width
from zoterodigest.cli.subjects import Subjects, field_name, fields_title
from zoterodigest.core.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateItem,
    CreateNote,
    CreateShelf,
    Plan,
    RenameShelf,
)

MOST = 3
"""How many examples of one kind are listed; the others are counted. --json has them all."""

_LABELS = (
    "new items",
    "shared items",
    "adopted items",
    "filled-in items",
    "changed items",
    "moved items",
    "new notes",
    "changed notes",
    "changed entries",
    "new collections",
    "renamed collections",
)
_LABEL_WIDTH = max(map(len, _LABELS))
_SHARED = "above the digests' own"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing a plan does: to which digest's part it belongs, its kind, what it is done to."""

    digest: str
    label: str
    what: str
    fields: tuple[str, ...] = ()


def things(plan: Plan, subjects: Subjects) -> Iterator[Thing]:
    """Yield what `plan` does; what new links join is told even if nothing in it changes."""
    adopted = dict[str, str]()
    for link in plan.links:
        if link.before is None and link.item is not None:
            adopted.setdefault(link.item.key, link.row.digest)
    for key, digest in adopted.items():
        yield Thing(digest, "adopted items", subjects.item_title(key))
    for action in plan.actions:
        if isinstance(action, CreateItem):
            for row_id in action.row_ids[1:]:
                yield Thing(subjects.digest(row_id), "shared items", "")
    owners = {shelf.collection: shelf.digest for shelf in plan.shelves}
    for action in plan.actions:
        yield from _things(action, subjects, owners)


def _things(action: Action, subjects: Subjects, owners: Mapping[str, str]) -> Iterator[Thing]:
    match action:
        case CreateShelf():
            yield Thing(action.digest, "new collections", visible(action.name))
        case RenameShelf():
            names = f"{visible(action.before)} → {visible(action.after)}"
            yield Thing(owners.get(action.key, ""), "renamed collections", names)
        case CreateItem():
            digest = subjects.digest(action.row_ids[0])
            yield Thing(digest, "new items", fields_title(action.fields))
        case ChangeItem():
            yield from _item_things(action, subjects)
        case CreateNote():
            yield Thing(action.digest, "new notes", "")
        case ChangeNote():
            title = subjects.title(action.row_id)
            yield Thing(action.digest, "changed notes", title, _names(action.after))
        case ChangeEntry():
            title = fields_title(action.entry.fields)
            yield Thing(action.entry.digest, "changed entries", title, _names(action.after))


def _item_things(action: ChangeItem, subjects: Subjects) -> Iterator[Thing]:
    digest, title = subjects.digest(action.row_ids[0]), subjects.item_title(action.key)
    if edits := _names(name for name in action.after if name not in action.fills):
        yield Thing(digest, "changed items", title, edits)
    if fills := _names(name for name in action.after if name in action.fills):
        yield Thing(digest, "filled-in items", "", fills)
    if action.unplaced:
        yield Thing(digest, "moved items", title)


def _names(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(field_name(name) for name in fields)


def as_lines(plan: Plan, subjects: Subjects) -> Iterator[str]:
    """Yield what `plan` does, digest by digest in the order of the lock file."""
    groups: dict[str, dict[str, list[Thing]]] = defaultdict(lambda: defaultdict(list))
    for thing in things(plan, subjects):
        groups[thing.digest][thing.label].append(thing)
    for digest in sorted(groups, key=lambda digest: (not digest, digest)):
        yield styled(visible(digest) or _SHARED, "bold")
        for label in _LABELS:
            if found := groups[digest].get(label):
                yield from _kind(label, found)


def _kind(label: str, found: Sequence[Thing]) -> Iterator[str]:
    """Yield one kind: its count, and its examples below each other."""
    head = f"  {label:<{_LABEL_WIDTH}} {len(found):>6,}"
    if label == "filled-in items":
        counts = Counter(name for thing in found for name in thing.fields)
        yield from hanging(f"{head}  ", ", ".join(f"{name} {n:,}" for name, n in counts.items()))
        return
    if label == "shared items":
        yield f"{head}  new as well, but listed once"
        return
    examples = [_example(thing) for thing in found[:MOST] if thing.what]
    if examples and len(found) > MOST:
        examples.append(f"… and {len(found) - MOST:,} more")
    yield f"{head}  {examples[0]}" if examples else head
    yield from (" " * (cell_len(head) + 2) + example for example in examples[1:])


def _example(thing: Thing) -> str:
    room = width() - _LABEL_WIDTH - 11
    if not thing.fields:
        return cut(thing.what, room)
    fields = cut(", ".join(thing.fields), room // 2)
    return f"{cut(thing.what, room - cell_len(fields) - 2)}: {fields}"
