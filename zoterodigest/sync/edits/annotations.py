"""Annotations: brought from the library into the entries of papers, one way.

In a vault they stand among the person's own text, in a list between markers at the end of an entry.
Only the blocks that we wrote are ever written again (`digest/annotations/region.py`). What was
written is kept in the lock row, once the file holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import dropwhile

from zoterodigest.core.plan.plan import CreateEntry, Link, Plan, ShowAnnotations, items_behind
from zoterodigest.core.plan.reports import HeldFile, KeptAnnotations
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.annotation import (
    Annotation,
    AnnotationAbsence,
    ItemAnnotations,
    WrittenBlocks,
)
from zoterodigest.core.values.record import NOTE
from zoterodigest.core.values.span import Edit, splice
from zoterodigest.digest.annotations.awaited import without_awaited
from zoterodigest.digest.annotations.region import (
    RegionRules,
    RegionUpdate,
    known_annotations,
    update_region,
)
from zoterodigest.digest.annotations.templates import (
    BULLET,
    CALLOUT,
    QUOTE,
    parse_annotation_template,
)
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.later import is_same_area
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.markers import marked_annotations
from zoterodigest.digest.read.vault_file import text_below_front
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Library, Snapshot
from zoterodigest.project.config import DigestRules
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.sources import ReadDigest, reread
from zoterodigest.sync.gathering.workspace import Workspace

_HEADING = "## Annotations"
_PROPERTY = lazy_regex(rb"[\w-]+::")
_IN_ITEM = lazy_regex(rb"-(?: |$)|[ \t]")


@dataclass(frozen=True, slots=True)
class AskedAnnotations:
    """What is to stand in the entry of a row: the annotations `now` of its `item`; `written` were
    earlier.
    """

    row_id: str
    item: str
    now: ItemAnnotations
    written: WrittenBlocks


@dataclass(frozen=True, slots=True)
class ShownAnnotations:
    """A digest with annotations in entries, by their index: what to remember of these.

    Those that are `refused` would change what else the digest says, so they are left out.
    """

    document: Document
    written: Mapping[int, WrittenBlocks]
    refused: frozenset[int] = frozenset()


def with_annotations(
    plan: Plan, showing: Sequence[ReadDigest], gathered: Gathered, workspace: Workspace
) -> Plan:
    """Return `plan` with what becomes of the annotations in the digests that are `showing` them.

    The library is asked only about annotations that were written and that it does not list.
    """
    linked, created = _linked(plan, showing), _created(plan, showing)
    now = _annotations_now(linked, created, gathered.contents.snapshot, workspace.library)
    actions, reports = list[ShowAnnotations](), list[KeptAnnotations]()
    written, current = dict[str, WrittenBlocks](), dict[str, frozenset[str]]()
    shown = {one.row_id: now[one.item.key] for one in created if now[one.item.key].annotations}
    for read, links in linked:
        asked = _asked(read, links, now, gathered.seen)
        updates = _updates(read, asked, workspace)
        reports += _reports(read, asked, updates)
        for index, update in updates.items():
            row_id = asked[index].row_id
            current[row_id] = frozenset(one.key for one in asked[index].now.annotations)
            if update.edits:
                shown[row_id] = asked[index].now
                keys = update.added, update.refreshed, update.removed
                actions.append(ShowAnnotations(links[index].entry, row_id, *keys))
            else:
                written[row_id] = update.written
    rows = (replace(one, annotations=written.get(one.id, one.annotations)) for one in plan.rows)
    return replace(
        plan,
        actions=(*plan.actions, *actions),
        reports=(*plan.reports, *reports),
        rows=tuple(rows) if written else plan.rows,
        annotations=shown,
        shown_annotations=current,
    )


def _asked(
    read: ReadDigest,
    links: Mapping[int, Link],
    now: Mapping[str, ItemAnnotations],
    seen: Seen | None,
) -> dict[int, AskedAnnotations]:
    """Return what is asked for of the entries whose items have annotations, or had some."""
    asked: dict[int, AskedAnnotations] = {}
    for index, link in links.items():
        row, of_item = link.row, now[link.row.item]
        if row.annotations:
            known = seen.rows.get(row.id) if seen else None
            # Of whichever item: a merge leaves annotations their keys.
            before = known.annotations if known else {}
            source = partial(_source, read, index)
            of_item = without_awaited(of_item, row.annotations, before, source)
        if of_item.annotations or row.annotations:
            asked[index] = AskedAnnotations(row.id, row.item, of_item, row.annotations)
    return asked


def _source(read: ReadDigest, index: int, annotation: Annotation) -> str:
    """Return the print of what an annotation shows in an entry."""
    text = _text(read.document, index, read.digest.rules)
    return _rules(read.digest.rules, text.data if text else b"").template.source(annotation)


def _updates(
    read: ReadDigest, asked: Mapping[int, AskedAnnotations], workspace: Workspace
) -> dict[int, RegionUpdate]:
    """Return the update of each entry that has a place for annotations; one may be refused."""
    document, rules = read.document, read.digest.rules
    updates = {index: _update(document, index, one, rules) for index, one in asked.items()}
    found = {index: update for index, update in updates.items() if update is not None}
    changed = {index: asked[index] for index, update in found.items() if update.edits}
    refused = with_shown(read, document, changed, workspace).refused
    for index in refused:
        found[index] = RegionUpdate(b"", asked[index].written, is_refused=True)
    return found


def with_shown(
    read: ReadDigest,
    document: Document,
    asked: Mapping[int, AskedAnnotations],
    workspace: Workspace,
) -> ShownAnnotations:
    """Return `document`, as `read` or as edited since, with the annotations that are `asked` for.

    `asked` is by the index of entries. What makes the digest say something else is left out: a rule
    at the end of a note may be read as that of a tool.
    """
    if not asked:
        return ShownAnnotations(document, {})
    shown = _written_at_once(read, document, asked, workspace)
    if say_the_same(document, shown.document):
        return shown
    if len(asked) == 1:
        return ShownAnnotations(document, {}, frozenset(asked))
    # To read a digest takes long, so each by itself only if one of them does harm.
    ones = [with_shown(read, document, {at: one}, workspace) for at, one in asked.items()]
    refused = frozenset[int]().union(*(one.refused for one in ones))
    left = {at: one for at, one in asked.items() if at not in refused}
    return replace(_written_at_once(read, document, left, workspace), refused=refused)


def _written_at_once(
    read: ReadDigest,
    document: Document,
    asked: Mapping[int, AskedAnnotations],
    workspace: Workspace,
) -> ShownAnnotations:
    rules = read.digest.rules
    edits, written = list[Edit](), dict[int, WrittenBlocks]()
    for index, one in asked.items():
        update = _update(document, index, one, rules)
        if update is not None and update.edits:
            edits += _edits(document, index, one.item, update, rules)
            written[index] = update.written
    source = splice(document.source, edits)
    return ShownAnnotations(reread(read, source, workspace), written)


def say_the_same(document: Document, other: Document) -> bool:
    """Tell whether the entries of two documents have equal fields."""
    if len(document.entries) != len(other.entries):
        return False
    # To read all entries of a digest of 10,000 takes a second.
    pairs = enumerate(zip(document.entries, other.entries, strict=True))
    changed = [at for at, (one, two) in pairs if not is_same_area(one, two)]
    of_both = ([each.core_entry_at(at) for at in changed] for each in (document, other))
    one, two = ([(it.fields, it.identifiers, it.unreadable) for it in each] for each in of_both)
    return one == two


def _text(document: Document, index: int, rules: DigestRules) -> LayeredText | None:
    """Return the text in which the annotations of an entry stand; None if it has no place."""
    if rules.is_vault:
        return text_below_front(document.source)
    entry = document.entries[index]
    return entry.annotations.text if entry.annotations else entry.room


def _update(
    document: Document, index: int, asked: AskedAnnotations, rules: DigestRules
) -> RegionUpdate | None:
    text = _text(document, index, rules)
    if text is None:
        return None
    return update_region(text.data, asked.now, asked.written, _rules(rules, text.data))


def _edits(
    document: Document, index: int, item: str, update: RegionUpdate, rules: DigestRules
) -> Iterator[Edit]:
    """Yield the edits of the digest that make an update of an entry's annotations."""
    text, entry = _text(document, index, rules), document.entries[index]
    assert text is not None, "it is updated"
    if rules.is_vault:
        # The front matter of a note without a body may end without a line break.
        is_joined = not text.data and not document.source.endswith(b"\n")
        lead = b"\n" if document.source and is_joined else b""
        yield from (text.edit(it.span.start, it.span.end, lead + it.new) for it in update.edits)
    elif text.data and update.data.strip():
        yield from (text.edit(it.span.start, it.span.end, it.new) for it in update.edits)
    elif place := entry.annotations.whole if entry.annotations else entry.room:
        shown = update.data.decode("utf-8", "surrogateescape").strip("\n")
        new = f"\n{marked_annotations(item, shown)}" if shown else ""
        yield place.edit(0, len(place.data), new.encode("utf-8", "surrogateescape"))


def _annotations_now(
    linked: Iterable[tuple[ReadDigest, Mapping[int, Link]]],
    created: Iterable[CreateEntry],
    snapshot: Snapshot,
    library: Library,
) -> Mapping[str, ItemAnnotations]:
    """Return what the library has of the annotations of these items, and of those it had."""
    asked: dict[str, dict[str, str]] = {one.item.key: {} for one in created}
    for read, links in linked:
        for index, link in links.items():
            before = link.row.annotations
            text = _text(read.document, index, read.digest.rules) if before else None
            found = known_annotations(text.data if text else b"", before)
            known = asked.setdefault(link.row.item, {})
            known |= {key: file or known.get(key, "") for key, file in found.items()}
    return library.annotations(snapshot, asked) if asked else {}


def _created(plan: Plan, showing: Iterable[ReadDigest]) -> list[CreateEntry]:
    """Return the new entries of these digests: they come with the annotations of their items."""
    keys = {read.key for read in showing}
    new = (action for action in plan.actions if isinstance(action, CreateEntry))
    return [action for action in new if action.digest in keys]


def _linked(
    plan: Plan, showing: Iterable[ReadDigest]
) -> list[tuple[ReadDigest, Mapping[int, Link]]]:
    """Return the digests with the links whose entries show annotations, by the entry's index.

    Of several files about one item, that which owns its record shows them.
    """
    reads: Mapping[str, ReadDigest] = {read.key: read for read in showing}
    held = {one.entry.digest for one in plan.reports if isinstance(one, HeldFile)}
    behind = items_behind(plan.links)
    found: dict[str, dict[int, Link]] = {}
    lines = {
        key: {one.first + 1: at for at, one in enumerate(read.document.entries)}
        for key, read in reads.items()
    }
    for link in plan.links:
        read = reads.get(link.entry.digest)
        if read is None or link.item is None or link.item.is_trashed:
            continue
        is_torn = any(name.startswith(NOTE) for name in link.entry.unreadable)
        is_left = link.entry.is_unreadable or is_torn or link.entry.digest in held
        if not (is_left or link.is_note_only or link.row.item in behind):
            at = lines[read.key][link.entry.place.start_line]
            found.setdefault(read.key, {})[at] = link
    return [(reads[key], links) for key, links in sorted(found.items())]


def _rules(rules: DigestRules, text: bytes) -> RegionRules:
    heading = _HEADING if rules.is_vault else ""
    if rules.annotation_template:
        return RegionRules(parse_annotation_template(rules.annotation_template), heading)
    # Quarto shows the first line of a callout of Obsidian as text.
    if not rules.is_vault or rules.path.endswith(".qmd"):
        return RegionRules(QUOTE, heading)
    return RegionRules(BULLET) if _is_outline(text) else RegionRules(CALLOUT, _HEADING)


def _is_outline(text: bytes) -> bool:
    """Tell whether a note is a page of Logseq: properties, and then nothing but list items."""
    lines = [line for line in text.split(b"\n") if line.strip()]
    items = list(dropwhile(_PROPERTY.match, lines))
    return 0 < len(items) < len(lines) and all(map(_IN_ITEM.match, items))


def _reports(
    read: ReadDigest, asked: Mapping[int, AskedAnnotations], updates: Mapping[int, RegionUpdate]
) -> Iterator[KeptAnnotations]:
    """Yield one report of a digest, if any annotations are not kept up to date there."""
    found = updates.values()
    unreadable = [key for one in found for key in one.unreadable]
    of_items = (one.now.absent.items() for one in asked.values())
    awaited = {key for some in of_items for key, why in some if why is AnnotationAbsence.AWAITED}
    unplaced = (one.now.annotations for index, one in asked.items() if index not in updates)
    report = KeptAnnotations(
        read.key,
        tuple(key for one in found for key in one.edited),
        tuple(key for key in unreadable if key not in awaited),
        tuple(key for one in found for key in one.deleted),
        tuple(one.key for each in unplaced for one in each),
        tuple(key for key in unreadable if key in awaited),
        next((one.other_tool for one in found if one.other_tool), ""),
        any(one.is_refused for one in found),
    )
    if report != KeptAnnotations(read.key):
        yield report
