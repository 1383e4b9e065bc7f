"""Our note as it is in a library: its parts, and what must not be changed or shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zoterodigest.frozen import dataclass
from zoterodigest.notes.canonical import write_block
from zoterodigest.notes.editor import Placed, read_nodes
from zoterodigest.notes.model import (
    Annotated,
    Image,
    Node,
    NoteCitation,
    NoteHeading,
    NoteParagraph,
    NoteText,
    Run,
    Runs,
    flatten,
    runs_of,
    walk,
)
from zoterodigest.notes.normal import is_private, normal_blocks, plain_runs
from zoterodigest.notes.note import NOTE_LEVEL, OUR_ID, PART_LEVEL, SUMMARY, note_heading
from zoterodigest.notes.serialise import nodes_html, note_html


@dataclass(frozen=True, slots=True)
class PartReading:
    """One part of a note: Markdown blocks in canonical form, and its HTML as the editor has it.

    `name` is None for the summary, which stands first.
    """

    name: str | None
    blocks: tuple[str, ...]
    html: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteReading:
    """The text of a note under our heading.

    `whole` is all of it as one part, sections and headings of any level as text, up to the end of
    the note; None if that is the summary alone. `parts` has the summary first. It is empty if our
    heading itself is in a private part; then the sections are unknown. `kept` names what Markdown
    cannot hold and stays in the note, once each. `has_private` tells whether private text was
    skipped, `is_doubled` whether our heading is in the note more than once. `private` are the
    blocks that no one may be shown.
    """

    id: str
    heading: str
    parts: tuple[PartReading, ...]
    kept: tuple[str, ...] = ()
    has_private: bool = False
    is_doubled: bool = False
    whole: PartReading | None = None
    private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartsDiffer:
    """The sections of a note no longer correspond to those expected; nothing may be written."""

    found: tuple[str | None, ...]
    expected: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """One part by its nodes in the source: its heading from `start` to `after`, the rest to `end`.

    `placed` leaves out private nodes; they lie before `end`.
    """

    name: str | None
    placed: tuple[Placed, ...]
    start: int
    after: int
    end: int


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The parts of a note in its source, without private ones."""

    heading: NoteHeading
    parts: tuple[PlacedPart, ...]
    has_private: bool
    is_doubled: bool


def read_note(html: str) -> NoteReading | None:
    """Read the part of a note under the first heading with an id of ours; None if there is none."""
    nodes = read_nodes(html)
    anatomy = _anatomy(nodes, is_whole=False)
    if anatomy is None:
        return None
    runs = runs_of(placed.node for part in anatomy.parts for placed in part.placed)
    as_text = _anatomy(nodes, is_whole=True)
    whole = as_text.parts if as_text else ()
    # Each node once: notes of lists have sections, and to read 300 of them twice takes a second.
    # By identity: several nodes may be read from one place of the source.
    said = {id(placed): _said(placed.node) for part in whole for placed in part.placed}
    return NoteReading(
        anatomy.heading.id,
        heading_name(anatomy.heading),
        tuple(_reading(part, said) for part in anatomy.parts),
        tuple(dict.fromkeys(_without_place(runs))),
        anatomy.has_private,
        anatomy.is_doubled,
        None if whole == anatomy.parts else _reading(whole[0], said),
        _private_blocks(nodes) if as_text and as_text.has_private else (),
    )


def read_known_note(html: str, note_id: str) -> NoteReading | None:
    """Read a note that is known to be ours, also one whose heading a person deleted or retyped.

    None for one that says nothing without its heading: that counts as deleted.
    """
    as_parts, as_text = (
        read_note(with_our_heading(html, note_id, SUMMARY, is_whole=is_whole))
        for is_whole in (False, True)
    )
    if as_parts is None or as_text is None or not (as_text.whole or as_text.parts[0]).blocks:
        return None
    return replace(as_parts, whole=as_text.whole)


def with_our_heading(html: str, note_id: str, heading: str, *, is_whole: bool) -> str:
    """Return a note of ours with its heading, put back above the text if it lost it.

    What a person made of the heading's line (`Summary`, a paragraph) is in its place. So is any
    heading at the top that would end the summary; none does if the note `is_whole`.
    """
    nodes = read_nodes(html)
    if any(our_headings(nodes)):
        return html
    line = note_heading(heading, note_id)
    if not nodes:
        return note_html((line,))
    start, end = nodes[0].start, nodes[0].end
    if _was_our_heading(nodes[0].node, is_whole=is_whole):
        return f"{html[:start]}{nodes_html((line,))}{html[end:]}"
    return f"{html[:start]}{nodes_html((line,))}\n{html[start:]}"


def _was_our_heading(node: Node, *, is_whole: bool) -> bool:
    """Tell whether the first node of a note without our heading is what became of it."""
    if not isinstance(node, NoteHeading | NoteParagraph) or is_private(node.runs):
        return False
    words = _words(node.runs)
    # The editor keeps the words when a heading becomes a paragraph or one of another level.
    if words.startswith(f"{SUMMARY} · "):
        return True
    is_high = isinstance(node, NoteHeading) and node.level <= NOTE_LEVEL
    return is_high and (words.strip(" ·") == SUMMARY or not is_whole)


def dissect(html: str, *, is_whole: bool = False) -> Anatomy | None:
    """Find the parts of our note in `html`; None without a heading of ours.

    If it `is_whole`, no heading but one of ours ends the summary.
    """
    return _anatomy(read_nodes(html), is_whole=is_whole)


def _anatomy(nodes: Sequence[Placed], *, is_whole: bool) -> Anatomy | None:
    ours = tuple(our_headings(nodes))
    if not ours:
        return None
    # If a person has copied our part, the first one is ours; nothing is written to either.
    start, heading = ours[0]
    headings = ((at, nodes[at].node) for at in range(start + 1, len(nodes)))
    ends = (at for at, one in headings if isinstance(one, NoteHeading) and one.level <= NOTE_LEVEL)
    if is_whole:
        ends = (at for at, _ in ours[1:])
    under = slice(start, next(ends, len(nodes)))
    visible = visible_nodes(nodes)[under]
    level = None if is_whole else PART_LEVEL
    parts = tuple(_parts(nodes[under], visible, level)) if visible[0] else ()
    return Anatomy(heading, parts, not all(visible), len(ours) > 1)


def heading_name(heading: NoteHeading) -> str:
    """Return a heading's text without its marks."""
    return _words(heading.runs)


def _words(runs: Runs) -> str:
    plain = plain_runs(runs, allows_math=False)
    return "".join(run.text if isinstance(run, NoteText) else " " for run in plain)


def our_headings(nodes: Sequence[Placed]) -> Iterator[tuple[int, NoteHeading]]:
    """Yield the headings with an id of ours, each with its index among `nodes`."""
    for at, placed in enumerate(nodes):
        node = placed.node
        if isinstance(node, NoteHeading) and node.level == NOTE_LEVEL and OUR_ID.fullmatch(node.id):
            yield at, node


def visible_nodes(nodes: Sequence[Placed]) -> list[bool]:
    """Tell of each node whether it may be shown: no private heading is above it."""
    visible: list[bool] = []
    private_level = 0
    for placed in nodes:
        node = placed.node
        # The order matters: a heading ends a private part before it may begin one itself.
        if isinstance(node, NoteHeading) and node.level <= private_level:
            private_level = 0
        # Also a heading inside a list or quote hides all that follows it, up to one of its level.
        headings = (inner for inner in walk((node,)) if isinstance(inner, NoteHeading))
        levels = (inner.level for inner in headings if is_private(inner.runs))
        private_level = private_level or next(levels, 0)
        visible.append(not private_level)
    return visible


def _parts(
    nodes: Sequence[Placed], visible: Sequence[bool], level: int | None
) -> Iterator[PlacedPart]:
    """Cut the nodes below our heading into parts at the visible headings of a level."""
    name: str | None = None
    start, after, end = nodes[0].start, nodes[0].end, nodes[0].end
    placed: list[Placed] = []
    for at, is_visible in zip(nodes[1:], visible[1:], strict=True):
        if is_visible and isinstance(at.node, NoteHeading) and at.node.level == level:
            yield PlacedPart(name, tuple(placed), start, after, end)
            name, start, after, placed = heading_name(at.node), at.start, at.end, []
        elif is_visible:
            placed.append(at)
        end = at.end
    yield PlacedPart(name, tuple(placed), start, after, end)


def _private_blocks(nodes: Sequence[Placed]) -> tuple[str, ...]:
    visible = visible_nodes(nodes)
    hidden = (one.node for one, is_shown in zip(nodes, visible, strict=True) if not is_shown)
    return tuple(write_block(block) for block in normal_blocks(flatten(hidden)))


_Said = tuple[tuple[str, ...], str]


def _said(node: Node) -> _Said:
    """Return the Markdown blocks of a node at the top of a note, and its HTML."""
    blocks = tuple(write_block(block) for block in normal_blocks(flatten((node,))))
    return blocks, nodes_html((node,))


def _reading(part: PlacedPart, said: Mapping[int, _Said]) -> PartReading:
    found = [said[id(placed)] for placed in part.placed]
    blocks = tuple(block for blocks, _ in found for block in blocks)
    return PartReading(part.name, blocks, tuple(html for _, html in found))


def _without_place(runs: Iterable[Run]) -> Iterator[str]:
    """Yield a name for each thing in `runs` that has no place in Markdown."""
    for run in runs:
        match run:
            case Image():
                yield "image"
            case NoteCitation():
                yield "citation"
            case Annotated():
                yield run.kind
            case _:
                pass
        if any(mark.name in ("color", "background") for mark in run.marks):
            yield "colour"
