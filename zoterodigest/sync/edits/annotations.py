"""Annotations: brought from the library into the notes of papers, one way.

Only the blocks that we wrote are ever written again (`digest/annotations/region.py`). What was
written is kept in the lock row, once the file holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile

from zoterodigest.core.plan.plan import Link, Plan, ShowAnnotations, items_behind
from zoterodigest.core.plan.reports import HeldFile, KeptAnnotations
from zoterodigest.core.values.annotation import ItemAnnotations, WrittenBlocks
from zoterodigest.core.values.span import splice
from zoterodigest.digest.annotations.region import (
    RegionRules,
    RegionUpdate,
    known_annotations,
    update_region,
)
from zoterodigest.digest.annotations.templates import (
    BULLET,
    CALLOUT,
    parse_annotation_template,
)
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.vault_file import text_below_front
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import Library, Snapshot
from zoterodigest.project.config import DigestRules
from zoterodigest.sync.gathering.gather import ReadDigest, reread
from zoterodigest.sync.gathering.workspace import Workspace

_HEADING = "## Annotations"
_PROPERTY = re.compile(rb"[\w-]+::")
_IN_ITEM = re.compile(rb"-(?: |$)|[ \t]")


@dataclass(frozen=True, slots=True)
class ShownAnnotations:
    """The bytes of a file with the annotations of its paper, and what to remember of these."""

    source: bytes
    written: WrittenBlocks


def with_annotations(
    plan: Plan, showing: Sequence[ReadDigest], snapshot: Snapshot, workspace: Workspace
) -> Plan:
    """Return `plan` with what becomes of the annotations in the digests that are `showing` them.

    The library is asked only about annotations that were written and that `snapshot` lacks.
    """
    linked = list(_linked(plan, showing))
    now = _annotations_now(linked, snapshot, workspace.library)
    actions, reports = list[ShowAnnotations](), list[KeptAnnotations]()
    written, shown = dict[str, WrittenBlocks](), dict[str, ItemAnnotations]()
    for link, read in linked:
        of_item, before = now[link.row.item], link.row.annotations
        if not (of_item.annotations or before):
            continue
        text = text_below_front(read.data).data
        update = update_region(text, of_item, before, _rules(read.digest.rules, text))
        if update.edits and not _leaves_the_rest(read, of_item, before, workspace):
            update = RegionUpdate(text, before, is_refused=True)
        reports += _reports(link, update)
        if update.edits:
            shown[link.row.id] = of_item
            keys = update.added, update.refreshed, update.removed
            actions.append(ShowAnnotations(link.entry, link.row.id, *keys))
        else:
            written[link.row.id] = update.written
    rows = (replace(one, annotations=written.get(one.id, one.annotations)) for one in plan.rows)
    return replace(
        plan,
        actions=(*plan.actions, *actions),
        reports=(*plan.reports, *reports),
        rows=tuple(rows) if written else plan.rows,
        annotations=shown,
    )


def _leaves_the_rest(
    read: ReadDigest, now: ItemAnnotations, written: WrittenBlocks, workspace: Workspace
) -> bool:
    """Tell whether a note says what it did: a rule at its end may be read as that of a tool."""
    shown = with_shown(read.document, now, written, read.digest.rules)
    return say_the_same(read.document, reread(read, shown.source, workspace).document)


def say_the_same(document: Document, other: Document) -> bool:
    """Tell whether the entries of two documents have equal fields."""
    of_both = (document.core_entries(), other.core_entries())
    one, two = ([(it.fields, it.identifiers, it.unreadable) for it in each] for each in of_both)
    return one == two


def _annotations_now(
    linked: Iterable[tuple[Link, ReadDigest]], snapshot: Snapshot, library: Library
) -> Mapping[str, ItemAnnotations]:
    """Return what the library has of the annotations of linked items, and of those it had."""
    asked: dict[str, dict[str, str]] = {}
    for link, read in linked:
        before = link.row.annotations
        found = known_annotations(text_below_front(read.data).data, before) if before else {}
        known = asked.setdefault(link.row.item, {})
        known |= {key: file or known.get(key, "") for key, file in found.items()}
    return library.annotations(snapshot, asked) if asked else {}


def with_shown(
    document: Document, now: ItemAnnotations, written: WrittenBlocks, rules: DigestRules
) -> ShownAnnotations:
    """Return a note with the annotations `now`, of which `written` were written earlier."""
    text = text_below_front(document.source)
    update = update_region(text.data, now, written, _rules(rules, text.data))
    # The front matter of a note without a body may end without a line break.
    is_joined = not text.data and not document.source.endswith(b"\n")
    lead = b"\n" if document.source and is_joined else b""
    edits = [text.edit(one.span.start, one.span.end, lead + one.new) for one in update.edits]
    return ShownAnnotations(splice(document.source, edits), update.written)


def _linked(plan: Plan, showing: Iterable[ReadDigest]) -> Iterator[tuple[Link, ReadDigest]]:
    """Yield the links whose entries show annotations, each with its file.

    Of several files about one item, that which owns its record shows them.
    """
    reads: Mapping[str, ReadDigest] = {read.key: read for read in showing}
    held = {one.entry.digest for one in plan.reports if isinstance(one, HeldFile)}
    behind = items_behind(plan.links)
    for link in plan.links:
        read = reads.get(link.entry.digest)
        if read is None or link.item is None or link.item.is_trashed:
            continue
        is_left = link.entry.is_unreadable or link.entry.digest in held
        if not (is_left or link.is_note_only or link.row.item in behind):
            yield link, read


def _rules(rules: DigestRules, text: bytes) -> RegionRules:
    if rules.annotation_template:
        return RegionRules(parse_annotation_template(rules.annotation_template), _HEADING)
    return RegionRules(BULLET) if _is_outline(text) else RegionRules(CALLOUT, _HEADING)


def _is_outline(text: bytes) -> bool:
    """Tell whether a note is a page of Logseq: properties, and then nothing but list items."""
    lines = [line for line in text.split(b"\n") if line.strip()]
    items = list(dropwhile(_PROPERTY.match, lines))
    return 0 < len(items) < len(lines) and all(map(_IN_ITEM.match, items))


def _reports(link: Link, update: RegionUpdate) -> Iterator[KeptAnnotations]:
    kept = update.edited, update.unreadable, update.other_tool, update.is_refused
    if any(kept):
        yield KeptAnnotations(link.entry.digest, *kept)
