"""Changing our note where it stands: only blocks that differ are written anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import chain

from zoterodigest.notes.editor import Placed
from zoterodigest.notes.markdown import read_blocks
from zoterodigest.notes.model import (
    Block,
    Citation,
    Content,
    Image,
    List,
    Node,
    Paragraph,
    Run,
    Text,
    flatten,
    nest,
    runs_of,
)
from zoterodigest.notes.normal import aligned_blocks, is_private, normal_blocks
from zoterodigest.notes.note import (
    Note,
    Part,
    TooLong,
    checked,
    part_heading,
    part_name,
    part_nodes,
)
from zoterodigest.notes.read import Anatomy, PartsDiffer, PlacedPart, dissect
from zoterodigest.notes.serialise import nodes_html
from zoterodigest.notes.write import write_block

LARGEST_COMPARISON = 4_000_000
"""Pairs of differing blocks beyond which they are not compared one by one but all replaced."""


@dataclass(frozen=True, slots=True)
class _Splice:
    """Put `html` in place of the characters `[start, end)`."""

    start: int
    end: int
    html: str


@dataclass(frozen=True, slots=True)
class _Unit:
    """A block on its way into a part: `node` is the place in the part it belongs to, if any.

    `is_present` tells that it stands there as it is; `text` is its canonical Markdown.
    """

    block: Block
    node: int | None = None
    is_present: bool = False
    text: str = ""


def patch_html(
    present_html: str, note: Note, *, new_parts: frozenset[str] = frozenset()
) -> str | PartsDiffer | TooLong:
    """Return `present_html` with the parts that `note` names brought to its blocks.

    Blocks are compared in canonical form and changed ones written anew; every other character
    stays, so that a note that says the same comes out as it went in. Sections that `note` does not
    name, private ones and all outside our heading are left alone; images and citations in a block
    that changes or goes are kept in its place. Sections of `note` that are missing are added only
    if they are in `new_parts`; sections missing otherwise, doubled or in another order, or a
    heading of ours that is missing, doubled or private, give `PartsDiffer`.
    """
    wanted = tuple(part for part in note.parts if not _is_left_out(part))
    anatomy = dissect(present_html)
    differ = _differ(anatomy, wanted, new_parts)
    if anatomy is None or differ is not None:
        return differ or PartsDiffer((), tuple(_name(part) for part in wanted))
    splices = tuple(chain.from_iterable(_part_splices(present_html, anatomy, wanted)))
    return checked(_spliced(present_html, splices))


def _is_left_out(part: Part) -> bool:
    return part.name is not None and is_private(part_heading(part.name).runs)


def _name(part: Part) -> str | None:
    return None if part.name is None else part_name(part.name)


def _differ(
    anatomy: Anatomy | None, wanted: Sequence[Part], new_parts: frozenset[str]
) -> PartsDiffer | None:
    expected = tuple(_name(part) for part in wanted)
    found = tuple(part.name for part in anatomy.parts) if anatomy else ()
    new = {part_name(name) for name in new_parts}
    standing = tuple(name for name in expected if name in found)
    is_complete = all(name in found or name in new for name in expected)
    is_ordered = standing == tuple(name for name in found if name in expected)
    is_single = len(set(found)) == len(found) and anatomy is not None and not anatomy.is_doubled
    return (
        None if found and is_complete and is_ordered and is_single else PartsDiffer(found, expected)
    )


def _part_splices(
    html: str, anatomy: Anatomy, wanted: Sequence[Part]
) -> Iterator[Iterator[_Splice]]:
    standing = {part.name: part for part in anatomy.parts}
    end = anatomy.parts[0].end
    for part in wanted:
        at = standing.get(_name(part))
        if at is not None:
            yield _changes(html, at, part)
            end = at.end
        elif part.name is not None:
            nodes = (part_heading(part.name), *part_nodes(part))
            yield iter((_Splice(end, end, f"\n{nodes_html(nodes)}"),))


def _spliced(html: str, splices: Sequence[_Splice]) -> str:
    pieces: list[str] = []
    cursor = 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        pieces += html[cursor : splice.start], splice.html
        cursor = splice.end
    return "".join((*pieces, html[cursor:]))


def _changes(html: str, at: PlacedPart, part: Part) -> Iterator[_Splice]:
    """Yield what brings the part that stands at `at` to the blocks of `part`."""
    old = _present_units(at.placed)
    new = [
        _Unit(block, text=write_block(block)) for block in normal_blocks(read_blocks(part.blocks))
    ]
    cursor = at.after
    kept: set[int] = set()
    splices: list[_Splice] = []
    for node, units in _grouped(tuple(_merged(old, new))):
        if node is None:
            splices.append(_Splice(cursor, cursor, f"\n{_units_html(units, None)}"))
            continue
        kept.add(node)
        placed = at.placed[node]
        cursor = placed.end
        if units != [unit for unit in old if unit.node == node]:
            splices.append(_Splice(placed.start, placed.end, _units_html(units, placed.node)))
    for number, placed in enumerate(at.placed):
        if number not in kept:
            start = placed.start - html.startswith("\n", placed.start - 1)
            splices.append(_Splice(start, placed.end, ""))
    return iter(splices)


def _present_units(placed: Sequence[Placed]) -> list[_Unit]:
    blocks = [(number, block) for number, at in enumerate(placed) for block in flatten((at.node,))]
    normal = aligned_blocks([block for _, block in blocks])
    return [
        _Unit(block, number, is_present=True, text=write_block(same) if same else "")
        for (number, block), same in zip(blocks, normal, strict=True)
    ]


def _merged(old: Sequence[_Unit], new: Sequence[_Unit]) -> Iterator[_Unit]:
    """Yield the units of the changed part: present ones that stay, and new ones in their places."""
    comparable = [at for at, unit in enumerate(old) if unit.text]
    at = 0
    for old_span, new_span in _aligned([old[at].text for at in comparable], [u.text for u in new]):
        for number in old_span:
            yield from old[at : comparable[number]]
            at = comparable[number] + 1
            here = (
                new[new_span[number - old_span.start]]
                if number - old_span.start < len(new_span)
                else None
            )
            yield from _replaced(old[comparable[number]], here)
        for number in new_span[len(old_span) :]:
            yield new[number]
    yield from old[at:]


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Yield ranges of `old` and `new` that stand for each other, in order."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < min(len(old), len(new)) - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_end, new_end = len(old) - tail, len(new) - tail
    yield range(start), range(start)
    if (old_end - start) * (new_end - start) > LARGEST_COMPARISON:
        yield range(start, old_end), range(start, new_end)
    else:
        matcher = SequenceMatcher(None, old[start:old_end], new[start:new_end], autojunk=False)
        for _, a, b, c, d in matcher.get_opcodes():
            yield range(start + a, start + b), range(start + c, start + d)
    yield range(old_end, len(old)), range(new_end, len(new))


def _replaced(old: _Unit, new: _Unit | None) -> Iterator[_Unit]:
    """Yield what stands in the place of `old`: itself if `new` says the same."""
    if new is not None and new.text == old.text:
        yield old
        return
    remains = tuple(
        run for run in runs_of((old.block.content,)) if isinstance(run, Image | Citation)
    )
    if new is None and remains:
        yield _Unit(replace(old.block, content=Paragraph(remains)), old.node)
    elif new is not None and isinstance(new.block.content, Paragraph):
        content = _rewritten(new.block.content, old.block.content, remains)
        yield _Unit(replace(new.block, content=content), old.node)
    elif new is not None:
        yield _Unit(new.block, old.node)
        if remains:
            yield _Unit(Block(Paragraph(remains), new.block.depth), old.node)


def _rewritten(new: Paragraph, old: Content, remains: tuple[Run, ...]) -> Paragraph:
    """Give a paragraph the alignment of what it replaces, and the images and citations in it."""
    runs = (*new.runs, Text(" "), *remains) if remains else new.runs
    return Paragraph(runs, old.attributes if isinstance(old, Paragraph) else ())


def _grouped(units: Sequence[_Unit]) -> list[tuple[int | None, list[_Unit]]]:
    """Put units together that make one top-level node, and tell in whose place it stands."""
    groups: list[tuple[int | None, list[_Unit]]] = []
    for unit in units:
        node, group = groups[-1] if groups else (None, [])
        if group and _joins(unit, node, group[0]):
            group.append(unit)
            groups[-1] = (unit.node if node is None else node, group)
        else:
            groups.append((unit.node, [unit]))
    return groups


def _joins(unit: _Unit, node: int | None, first: _Unit) -> bool:
    """Tell whether `unit` belongs to the group at `node` that begins with `first`."""
    if unit.node is not None and node is not None:
        return unit.node == node
    is_same_list = unit.block.marker is not None and (
        type(unit.block.marker) is type(first.block.marker)
    )
    return unit.block.depth > 0 or (unit.block.depth == 0 and is_same_list)


def _units_html(units: Sequence[_Unit], present: Node | None) -> str:
    """Write units as nodes; a list that stays keeps its first number and direction."""
    nodes = nest([unit.block for unit in units])
    if isinstance(present, List) and isinstance(nodes[0], List):
        same_kind = (present.start is None) == (nodes[0].start is None)
        start = present.start if same_kind else nodes[0].start
        first = replace(nodes[0], start=start, attributes=present.attributes)
        nodes = (first, *nodes[1:])
    return nodes_html(nodes)
