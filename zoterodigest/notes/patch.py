"""Edits inside our note: only blocks that differ are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import groupby

from zoterodigest.frozen import dataclass
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.notes.editor import editor_form, read_nodes
from zoterodigest.notes.model import Image, NoteCitation, Run, runs_of
from zoterodigest.notes.note import (
    NoteContent,
    Part,
    TooLong,
    checked,
    is_never_shown,
    part_heading,
    part_name,
    part_nodes,
)
from zoterodigest.notes.read import Anatomy, PartsDiffer, PlacedPart, dissect, read_note
from zoterodigest.notes.serialise import nodes_html
from zoterodigest.notes.units import present_units, regrouped, units_html


@dataclass(frozen=True, slots=True)
class _Splice:
    """Put `html` in place of the characters `[start, end)`; `lost` is a quotation it cuts."""

    start: int
    end: int
    html: str
    lost: str = ""


@dataclass(frozen=True, slots=True)
class QuotationLost:
    """A change would cut the words `text` of an annotation from their link; nothing is written."""

    text: str


def patch_html(
    present_html: str,
    note: NoteContent,
    *,
    new_parts: frozenset[str] = frozenset(),
    is_whole: bool = False,
) -> str | PartsDiffer | QuotationLost | TooLong:
    """Return `present_html` with the parts that `note` names changed to its blocks.

    Blocks are compared in canonical form, and only changed ones are written; every other character
    stays. Sections that `note` does not name, private ones, and everything outside our heading stay
    as they are. Images and citations in a block that changes or goes are kept in its place. If it
    `is_whole`, the note has no sections: the summary goes on to its end.

    A section of `note` that is missing is added only if it is in `new_parts`. `PartsDiffer` is
    returned if another section is missing, if sections are doubled or in another order, if our
    heading is missing, doubled or private, and if the change would not read back as written, such
    as one that ends under a private heading. A quotation of an annotation stays in the paragraph
    that changes around it; a change of its own words gives `QuotationLost`.
    """
    wanted = tuple(one for one in note.parts if one.name is None or not is_never_shown(one.name))
    # Blocks inside unclosed or styled elements cannot be spliced: such HTML is taken as the editor
    # would save it.
    for html in (present_html, editor_form(present_html)):
        anatomy = dissect(html, is_whole=is_whole)
        if anatomy is None or not _correspond(anatomy, wanted, new_parts):
            break
        splices = list(_part_splices(html, anatomy, wanted))
        if lost := next((splice.lost for splice in splices if splice.lost), ""):
            return QuotationLost(lost)
        patched = _spliced(html, splices)
        # Read again before anything is written (law 2); what does not read back is not written.
        if patched == html or (
            _says(patched, wanted, is_whole=is_whole) and _atoms(patched) == _atoms(html)
        ):
            return checked(patched, wanted)
    found = tuple(part.name for part in anatomy.parts) if anatomy else ()
    return PartsDiffer(found, tuple(map(_name, wanted)))


def without_headings(html: str, names: Set[str]) -> str:
    """Return a note without the headings of those of its sections `names` that hold nothing.

    A heading above anything that stays, be it an image or a private part, is left.
    """
    anatomy = dissect(html)
    parts = anatomy.parts if anatomy else ()
    gone = {part_name(name) for name in names}
    empty = [part for part in parts if part.name in gone and part.after == part.end]
    cuts = [_cut(html, part.start, part.after) for part in empty]
    cut = {part.name for part in empty}
    bare = _spliced(html, cuts)
    return bare if _said(bare) == tuple(one for one in _said(html) if one[0] not in cut) else html


def _said(html: str, *, is_whole: bool = False) -> tuple[tuple[str | None, tuple[str, ...]], ...]:
    reading = read_note(html)
    if reading is None:
        return ()
    parts = (reading.whole,) if is_whole and reading.whole else reading.parts
    return tuple((part.name, part.blocks) for part in parts)


def _name(part: Part) -> str | None:
    return None if part.name is None else part_name(part.name)


def _correspond(anatomy: Anatomy, wanted: Sequence[Part], new_parts: frozenset[str]) -> bool:
    expected = tuple(map(_name, wanted))
    found = tuple(part.name for part in anatomy.parts)
    new = {part_name(name) for name in new_parts}
    standing = tuple(name for name in expected if name in found)
    is_complete = all(name in found or name in new for name in expected)
    is_ordered = standing == tuple(name for name in found if name in expected)
    is_single = len(set(found)) == len(found) and not anatomy.is_doubled
    return bool(found) and is_complete and is_ordered and is_single


def _part_splices(html: str, anatomy: Anatomy, wanted: Sequence[Part]) -> Iterator[_Splice]:
    standing = {part.name: part for part in anatomy.parts}
    end = anatomy.parts[0].end
    for part in wanted:
        at = standing.get(_name(part))
        if at is not None:
            yield from _changes(html, at, part)
            end = at.end
        elif part.name is not None:
            nodes = (part_heading(part.name), *part_nodes(part))
            yield _Splice(end, end, f"\n{nodes_html(nodes)}")


def _says(html: str, wanted: Sequence[Part], *, is_whole: bool) -> bool:
    """Tell whether the parts of a note read back as `wanted` (PutGet)."""
    said = ((_name(part), tuple(filter(None, canonical_blocks(part.blocks)))) for part in wanted)
    return set(said) <= set(_said(html, is_whole=is_whole))


def _atoms(html: str) -> Counter[Run]:
    """Return the images and citations of a note, which no change of text may lose."""
    runs = runs_of(placed.node for placed in read_nodes(html))
    return Counter(replace(run, marks=()) for run in runs if isinstance(run, Image | NoteCitation))


def _spliced(html: str, splices: Sequence[_Splice]) -> str:
    pieces: list[str] = []
    cursor = 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        pieces += html[cursor : splice.start], splice.html
        cursor = splice.end
    return "".join((*pieces, html[cursor:]))


def _changes(html: str, at: PlacedPart, part: Part) -> Iterator[_Splice]:
    """Yield the splices that change the part `at` to the blocks of `part`."""
    present = present_units(at.placed)
    whole = {number: list(units) for number, units in groupby(present, lambda unit: unit.node)}
    cursor = at.after
    gone = set(range(len(at.placed)))
    for number, units in regrouped(present, part.blocks, part.links):
        lost = next((unit.lost for unit in units if unit.lost), "")
        if number is None:
            yield _Splice(cursor, cursor, f"\n{units_html(units, None)}", lost)
            continue
        gone.remove(number)
        placed = at.placed[number]
        cursor = placed.end
        if units != whole[number]:
            yield _Splice(placed.start, placed.end, units_html(units, placed.node), lost)
    for number in sorted(gone):
        yield _cut(html, at.placed[number].start, at.placed[number].end)


def _cut(html: str, start: int, end: int) -> _Splice:
    # With the line break before it, so that no blank lines pile up.
    return _Splice(start - html.startswith("\n", start - 1), end, "")
