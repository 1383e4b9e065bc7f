"""The blocks of one part, from those in a note to those that it should hold.

Text that was taken from an annotation keeps its link when the words around it change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from zoterodigest.frozen import dataclass
from zoterodigest.notes.canonical import write_block
from zoterodigest.notes.colours import apart, run_letters, with_colours
from zoterodigest.notes.editor import Placed
from zoterodigest.notes.inline import join_runs
from zoterodigest.notes.markdown import read_blocks
from zoterodigest.notes.model import (
    Annotated,
    Block,
    Break,
    Content,
    Image,
    List,
    Node,
    NoteCitation,
    NoteParagraph,
    NoteText,
    Run,
    Runs,
    count_shared,
    flatten,
    nest,
    runs_of,
)
from zoterodigest.notes.normal import aligned_blocks, join_plain, normal_blocks, plain_runs
from zoterodigest.notes.serialise import nodes_html
from zoterodigest.notes.wikilinks import PageLinks, with_item_links

LARGEST_COMPARISON = 4_000_000
"""Pairs of differing blocks beyond which they are not compared one by one but all replaced."""


@dataclass(frozen=True, slots=True)
class NoteUnit:
    """A block on its way into a part; `node` is the index of the part's node that it belongs to.

    `text` is its canonical Markdown; a unit without text (an image alone) stays unchanged. `lost`
    is a quotation of an annotation that was there before and that the new text does not hold.
    """

    block: Block
    node: int | None = None
    text: str = ""
    lost: str = ""


Groups = list[tuple[int | None, list[NoteUnit]]]
"""Units of one node each, with the index of the present node that they replace, None for none."""


def present_units(placed: Sequence[Placed]) -> list[NoteUnit]:
    """Return the blocks of a part in a note, each with its canonical Markdown."""
    blocks = [(number, block) for number, at in enumerate(placed) for block in flatten((at.node,))]
    normal = aligned_blocks([block for _, block in blocks])
    units: list[NoteUnit] = []
    for (number, block), same in zip(blocks, normal, strict=True):
        unit = NoteUnit(block, number, text=write_block(same) if same else "")
        if same and same.marker and not block.marker:
            # The paragraph speaks for the item it stands in, whose own was empty.
            while units and units[-1].block.marker is None:
                unit = _joined(units.pop(), unit)
            unit = _joined(units.pop(), unit)
        units.append(unit)
    return units


def regrouped(present: Sequence[NoteUnit], blocks: Sequence[str], links: PageLinks) -> Groups:
    """Return the units of a part for the Markdown `blocks`, in groups of one node each.

    Each group has the index of the node that it replaces, None for a new one. A block that says the
    same as a present unit is that unit itself: `links` come to those that are written anyway.
    """
    new = [
        NoteUnit(with_item_links(block, links), text=write_block(block))
        for block in normal_blocks(read_blocks(blocks))
    ]
    units = _merged(present, new)
    return _grouped(tuple(_kept_together(units)))


def units_html(units: Sequence[NoteUnit], present: Node | None) -> str:
    """Write units as nodes; a list that stays keeps its first number and direction."""
    nodes = nest([unit.block for unit in units])
    if isinstance(present, List) and isinstance(nodes[0], List):
        same_kind = (present.start is None) == (nodes[0].start is None)
        start = present.start if same_kind else nodes[0].start
        first = replace(nodes[0], start=start, attributes=present.attributes)
        nodes = (first, *nodes[1:])
    return nodes_html(nodes)


def _joined(above: NoteUnit, unit: NoteUnit) -> NoteUnit:
    """Join a paragraph without text and the one after it, at the place of the first."""
    runs = tuple(runs_of((above.block.content, unit.block.content)))
    return replace(unit, block=replace(above.block, content=NoteParagraph(runs)))


def _merged(old: Sequence[NoteUnit], new: Sequence[NoteUnit]) -> Iterator[NoteUnit]:
    """Yield the units of the changed part: present ones that stay, and new ones in their places."""
    comparable = [at for at, unit in enumerate(old) if unit.text]
    at = 0
    for old_span, new_span in _aligned([old[at].text for at in comparable], [u.text for u in new]):
        for count, number in enumerate(old_span):
            yield from old[at : comparable[number]]
            at = comparable[number] + 1
            here = new[new_span[count]] if count < len(new_span) else None
            yield from _replaced(old[comparable[number]], here)
        for number in new_span[len(old_span) :]:
            yield new[number]
    yield from old[at:]


def _kept_together(units: Iterable[NoteUnit]) -> Iterator[NoteUnit]:
    """Move units without text behind what follows them deeper: they must part no item."""
    waiting: list[NoteUnit] = []
    for unit in units:
        if not unit.text:
            waiting.append(unit)
            continue
        if all(other.block.depth >= unit.block.depth for other in waiting):
            yield from waiting
            waiting.clear()
        yield unit
    yield from waiting


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Yield pairs of ranges: those of `old`, and those of `new` in their place, in order."""
    # Equal ends first: SequenceMatcher takes quadratic time, and most edits are of one block.
    start = count_shared(old, new)
    tail = count_shared(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    yield range(start), range(start)
    if (old_end - start) * (new_end - start) > LARGEST_COMPARISON:
        yield range(start, old_end), range(start, new_end)
    else:
        matcher = SequenceMatcher(None, old[start:old_end], new[start:new_end], autojunk=False)
        for _, a, b, c, d in matcher.get_opcodes():
            yield range(start + a, start + b), range(start + c, start + d)
    yield range(old_end, len(old)), range(new_end, len(new))


def _replaced(old: NoteUnit, new: NoteUnit | None) -> Iterator[NoteUnit]:
    """Yield what comes in the place of `old`: itself if `new` says the same."""
    if new is not None and new.text == old.text:
        yield old
        return
    runs = tuple(runs_of((old.block.content,)))
    remains = tuple(run for run in runs if isinstance(run, Image | NoteCitation))
    if new is None and remains:
        yield NoteUnit(replace(old.block, content=NoteParagraph(remains)), old.node)
    elif new is not None and isinstance(new.block.content, NoteParagraph):
        content, lost = _rewritten(new.block.content, old.block.content, runs)
        yield NoteUnit(replace(new.block, content=content), old.node, new.text, lost)
    elif new is not None:
        lost = next((_quoted_text(run) for run in runs if isinstance(run, Annotated)), "")
        yield NoteUnit(new.block, old.node, new.text, lost)
        if remains:
            yield NoteUnit(Block(NoteParagraph(remains), new.block.depth), old.node)


def _rewritten(new: NoteParagraph, old: Content, runs: Sequence[Run]) -> tuple[NoteParagraph, str]:
    """Give a paragraph the alignment of what it replaces, and the quotations, images, citations and
    colours in it; return also the first quotation that its text does not hold.
    """
    # Quotations first: a citation right behind one goes with it, the others go to the end.
    kept, lost = _with_quotations(new.runs, runs)
    remains = [run for run in runs if isinstance(run, Image | NoteCitation)]
    for run in kept:
        if run in remains:
            remains.remove(run)
    kept = with_colours(kept, tuple(runs))
    shown = (*kept, NoteText(" "), *remains) if remains else kept
    return NoteParagraph(shown, old.attributes if isinstance(old, NoteParagraph) else ()), lost


def _grouped(units: Sequence[NoteUnit]) -> Groups:
    """Put units together that make one top-level node, with the index of the node they replace."""
    groups: Groups = []
    taken: set[int | None] = set()
    for unit in units:
        _reopen(groups, unit.node)
        node, group = groups[-1] if groups else (None, [])
        free = unit.node if unit.node not in taken else None
        if group and _joins(unit, node, group[0]):
            group.append(unit)
            groups[-1] = (free if node is None else node, group)
        else:
            groups.append((free, [unit]))
        taken.add(groups[-1][0])
    return groups


def _reopen(groups: Groups, node: int | None) -> None:
    """Take what was begun since into the last group that has a place, if its place is `node`."""
    if node is None:
        return
    last = len(groups) - 1
    while last >= 0 and groups[last][0] is None:
        last -= 1
    if last >= 0 and groups[last][0] == node:
        later = groups[last + 1 :]
        del groups[last + 1 :]
        groups[last][1].extend(unit for _, units in later for unit in units)


def _joins(unit: NoteUnit, node: int | None, first: NoteUnit) -> bool:
    """Tell whether `unit` belongs to the group at `node` that begins with `first`."""
    if unit.block.depth > first.block.depth:
        return True
    if unit.node is not None and node is not None:
        return unit.node == node
    return unit.block.marker is not None and type(unit.block.marker) is type(first.block.marker)


def _quoted_text(quotation: Annotated) -> str:
    """Return a quotation as the digest shows it, without marks."""
    return run_letters(plain_runs((quotation,)))


def _with_quotations(new: Sequence[Run], old: Sequence[Run]) -> tuple[Runs, str]:
    """Return `new` with each quotation of `old` in place of the same words, in order.

    The text of the first quotation that has no place in `new` comes with it, else "". A citation
    right behind a quotation stays there.
    """
    done: list[Run] = []
    rest = list(apart(new))
    for at, quotation in enumerate(old):
        if not isinstance(quotation, Annotated):
            continue
        words = list(apart(plain_runs((quotation,))))
        start = _place(rest, words)
        if start is None:
            return tuple(new), _quoted_text(quotation)
        done += [*rest[:start], _trimmed(quotation), *_cited(old[at + 1 :])]
        rest = rest[start + len(words) :]
    return join_runs((*done, *rest)), ""


def _trimmed(quotation: Annotated) -> Annotated:
    """Return `quotation` without blanks at its ends: they would part it from words beside it."""
    letters = list(apart(quotation.runs))
    solid = [at for at, run in enumerate(letters) if not _is_blank(run)]
    kept = letters[solid[0] : solid[-1] + 1] if solid else []
    return replace(quotation, runs=join_plain(kept))


def _is_blank(run: Run) -> bool:
    return isinstance(run, Break) or (isinstance(run, NoteText) and run.text.isspace())


def _place(runs: Sequence[Run], words: Sequence[Run]) -> int | None:
    """Return the index of `words` in `runs`, under the same marks."""
    text, wanted = run_letters(runs), run_letters(words)
    start = text.find(wanted) if wanted else -1
    while start >= 0 and list(runs[start : start + len(words)]) != words:
        start = text.find(wanted, start + 1)
    return start if start >= 0 else None


def _cited(behind: Sequence[Run]) -> Runs:
    """Return the citation that `behind` begins with, and the blank before it."""
    match behind:
        case [NoteCitation() as citation, *_]:
            return (citation,)
        case [NoteText(text) as blank, NoteCitation() as citation, *_] if not text.strip():
            return (blank, citation)
        case _:
            return ()
