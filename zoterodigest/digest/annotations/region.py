"""The annotations of an item in a text: written, refreshed, taken out again, one way.

`update_region()` is pure. Its caller keeps `RegionUpdate.written` with the link of the entry, and
gives it back at the next run. Laws, each with a test in tests/digest/test_annotation_regions.py:

- A block is ours only while its bytes are those that we wrote, and only if it stands there once.
  One that the person edited becomes theirs: it is named in `edited`, and never written again.
- A block that the person took out stays out (`written` remembers its key).
- What else stands in the text stays to the byte, in its order; only blank lines come and go with
  blocks.
- Trashed, erased and moved annotations of ours are taken out, theirs stay. What is `UNCERTAIN`, as
  it cannot be read now, or of which nothing is said, changes nothing.
- Within the marks of another tool nothing is written, and where its blocks of annotations stand no
  block of ours is added: `other_tool` names it.
- The update of the result is the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache

from zoterodigest.core.links.link import fingerprint
from zoterodigest.core.values.annotation import (
    UNCERTAIN,
    Annotation,
    AnnotationAbsence,
    ItemAnnotations,
    WrittenBlock,
    WrittenBlocks,
)
from zoterodigest.core.values.blocks import BlockShape
from zoterodigest.core.values.span import Edit, splice
from zoterodigest.digest.annotations import placing
from zoterodigest.digest.annotations.blocks import (
    ANOTHER_TOOL,
    AnnotationBlock,
    FoundAnnotations,
    annotation_keys,
    find_annotations,
)
from zoterodigest.digest.annotations.placing import TextEdit
from zoterodigest.digest.annotations.templates import AnnotationTemplate
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class RegionRules:
    """How annotations are written: the template, and a heading of Markdown for the first ones."""

    template: AnnotationTemplate
    heading: str = ""


@dataclass(frozen=True, slots=True)
class RegionUpdate:
    """What comes of an update: the text, what to remember, and the keys of what is worth a word.

    `edits` make `data` of the text as it was. Where layers are around it, each is put through them
    by itself (`LayeredText.edit`): in one large edit the person's line ends would change, too.
    `edited` blocks are the person's now; `deleted` ones they took out, though the annotation is
    there; `unreadable` ones nothing is known of. Where an added block would not be found again (in
    a comment that nobody closes) nothing is written: `is_refused`.
    """

    data: bytes
    written: WrittenBlocks
    edits: tuple[Edit, ...] = ()
    added: tuple[str, ...] = ()
    refreshed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    other_tool: str = ""
    is_refused: bool = False


def update_region(
    data: bytes, now: ItemAnnotations, written: WrittenBlocks, rules: RegionRules
) -> RegionUpdate:
    """Bring the blocks of annotations in a text up to date.

    `data` is the text in which the person may have put them: an entry, a section, a body without
    front matter; peeled of its layers, with LF line ends (`LayeredText.data`). `now` are the
    annotations as read, `written` is what the last update of this text returned. A text without a
    line break at its end gets none, but for one that was empty.
    """
    update = _updated(data, now, written, rules)
    if update.data == data:
        return update
    again = _updated(update.data, now, update.written, rules)
    # An edit that does not read back as intended is dropped (law 2): nothing is left to do, and
    # each block that was added is found.
    intended = (update.data, update.written, update.edited, update.deleted)
    is_read_back = (again.data, again.written, again.edited, again.deleted) == intended
    return update if is_read_back else RegionUpdate(data, written, is_refused=True)


def known_annotations(data: bytes, written: WrittenBlocks) -> dict[str, str]:
    """Return the keys that were written, each with its attachment's as a text links it, else "".

    It is what a library is asked about before an update (`Library.annotations`).
    """
    files = annotation_keys(data.decode("utf-8", "surrogateescape"))
    return {key: files.get(key, "") for key in sorted(written)}


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands in a text, beside what is to stand there: annotations by key, in their order.

    `present` are the keys that any block names, `ours` the blocks that are as we wrote them.
    """

    text: str
    found: FoundAnnotations
    wanted: Mapping[str, Annotation]
    absent: Mapping[str, AnnotationAbsence]
    written: WrittenBlocks
    present: Set[str]
    ours: Mapping[str, AnnotationBlock]


def _updated(
    data: bytes, now: ItemAnnotations, written: WrittenBlocks, rules: RegionRules
) -> RegionUpdate:
    template = rules.template
    standing = _standing(data.decode("utf-8", "surrogateescape"), now, written, template)
    fresh, removed = _fresh(standing, template), _removed(standing)
    tool = _other_tool(standing)
    missing = [key for key in standing.wanted if key not in standing.present | written.keys()]
    added = [] if tool else missing
    bodies = {key: _rendered(template, standing.wanted[key]) for key in (*fresh, *added)}
    edits = [*_rewritten(standing, {key: bodies[key] for key in fresh})]
    edits += [*_taken_out(standing, removed), *_insertions(standing, added, bodies, rules.heading)]
    erased = {key for key in written if standing.absent.get(key) is AnnotationAbsence.ERASED}
    # What is erased comes never again, and to know what became of it costs a request each time.
    kept = written.keys() - {*removed} - erased
    sources = {key: template.source(standing.wanted[key]) for key in bodies}
    blocks = {key: WrittenBlock(fingerprint(body), sources[key]) for key, body in bodies.items()}
    of_bytes = placing.byte_edits(standing.text, edits)
    return RegionUpdate(
        splice(data, of_bytes),
        {key: written[key] for key in kept} | blocks,
        of_bytes,
        added=tuple(added),
        refreshed=tuple(key for key in fresh if bodies[key] != standing.ours[key].body),
        removed=tuple(removed),
        edited=_sorted(kept & (standing.present - standing.ours.keys() | _referred_to(standing))),
        deleted=tuple(key for key in standing.wanted if key in written.keys() - standing.present),
        unreadable=_sorted(kept & standing.present - standing.wanted.keys() - _gone(standing)),
        other_tool=tool if missing else "",
    )


def _standing(
    text: str,
    now: ItemAnnotations,
    written: WrittenBlocks,
    template: AnnotationTemplate,
) -> _Standing:
    found = find_annotations(text)
    wanted = {one.key: one for one in sorted(now.annotations, key=lambda one: one.place)}
    as_written: dict[str, list[AnnotationBlock]] = {}
    for block in found.blocks:
        key, others = block.keys[0], block.keys[1:]
        if (
            not others
            and not block.is_foreign
            and _is_ours(block, wanted.get(key), written.get(key), template)
        ):
            as_written.setdefault(key, []).append(block)
    # One that stands there twice was copied by the person, who may mean either.
    ours = {key: blocks[0] for key, blocks in as_written.items() if len(blocks) == 1}
    present = {key for block in found.blocks for key in block.keys}
    return _Standing(text, found, wanted, now.absent, written, present, ours)


def _is_ours(
    block: AnnotationBlock,
    annotation: Annotation | None,
    written: WrittenBlock | None,
    template: AnnotationTemplate,
) -> bool:
    """Tell whether a block is as we wrote it or, if that is forgotten, as we would write it."""
    if written is not None and fingerprint(block.body) == written.block:
        return True
    return annotation is not None and block.body == _rendered(template, annotation)


@lru_cache(maxsize=2_000)
def _rendered(template: AnnotationTemplate, annotation: Annotation) -> str:
    return template.render(annotation)


def _fresh(standing: _Standing, template: AnnotationTemplate) -> list[str]:
    """Return the keys of our blocks that show something else than was written, in order."""
    return [
        key
        for key, annotation in standing.wanted.items()
        if key in standing.ours
        and (
            key not in standing.written
            or standing.written[key].source != template.source(annotation)
        )
    ]


def _gone(standing: _Standing) -> set[str]:
    gone = (key for key, why in standing.absent.items() if why not in UNCERTAIN)
    return {key for key in gone if key not in standing.wanted}


def _removed(standing: _Standing) -> list[str]:
    """Return the keys of our blocks that go: nothing refers to them."""
    return sorted(_gone(standing) & standing.ours.keys() - _referred_to(standing))


def _referred_to(standing: _Standing) -> set[str]:
    """Return the keys of our blocks that stay although they are gone: their id stands below."""
    ours = ((key, standing.ours[key]) for key in _gone(standing) & standing.ours.keys())
    return {key for key, block in ours if placing.is_referred_to(standing.text, block)}


def _other_tool(standing: _Standing) -> str:
    """Return the name of the tool whose blocks of annotations stand in the text; "" for none."""
    found = standing.found
    for region in found.regions:
        if region.holds_annotations:
            return region.tool
    known = standing.written.keys() | standing.ours.keys()
    # Those of other items don't count: a note on one paper quotes others.
    of_item = standing.wanted.keys() | standing.absent.keys()
    others = [one for one in found.blocks if known.isdisjoint(one.keys) and of_item & {*one.keys}]
    for block in others:
        if block.tool:
            return block.tool
    # A quote or an item that nobody known wrote: two of them are more than a person's own link.
    shapes = (BlockShape.QUOTE, BlockShape.ITEM)
    unknown = [block for block in others if block.range.shape in shapes]
    return ANOTHER_TOOL if len(unknown) > 1 and not known else ""


def _rewritten(standing: _Standing, bodies: Mapping[str, str]) -> Iterator[TextEdit]:
    starts = {block.start - len(block.margin) for block in standing.found.blocks}
    for key, body in bodies.items():
        if body != standing.ours[key].body:
            yield placing.replacement(standing.text, standing.ours[key], body, starts)


def _taken_out(standing: _Standing, keys: Sequence[str]) -> Iterator[TextEdit]:
    run: list[AnnotationBlock] = []
    for block in sorted((standing.ours[key] for key in keys), key=lambda one: one.start):
        if run and not placing.is_next_to(standing.text, run[-1], block):
            yield placing.removal(standing.text, run)
            run = []
        run.append(block)
    if run:
        yield placing.removal(standing.text, run)


def _insertions(
    standing: _Standing, added: Sequence[str], bodies: Mapping[str, str], heading: str
) -> Iterator[TextEdit]:
    """Yield the edits that put new blocks behind those that come before them in order."""
    known = standing.written.keys() | standing.ours.keys()
    anchors: dict[str, AnnotationBlock] = {}
    for block in standing.found.blocks:
        if not block.is_foreign and block.keys[0] in known:
            anchors.setdefault(block.keys[0], block)
    anchors |= standing.ours  # and not a sentence above that links one of them
    groups: dict[str, list[str]] = {}
    before = ""
    for key in standing.wanted:
        if key in anchors:
            before = key
        elif key in bodies:
            groups.setdefault(before, []).append(bodies[key])
    for key, new in groups.items():
        first = next((anchors[one] for one in standing.wanted if one in anchors), None)
        if key:
            yield placing.after_block(standing.text, standing.found, anchors[key], new)
        elif first:
            yield placing.before_block(standing.text, first, new)
        else:
            yield placing.at_end(standing.text, standing.found, new, heading)


def _sorted(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(keys))
