"""One of our child notes: a digest's summary and sections of one entry, and its canonical HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from zoterodigest.frozen import dataclass
from zoterodigest.notes.markdown import read_blocks
from zoterodigest.notes.model import Node, NoteHeading, NoteText, nest, walk
from zoterodigest.notes.normal import is_private, normal_blocks, plain_runs
from zoterodigest.notes.serialise import nodes_html, note_html
from zoterodigest.notes.wikilinks import PageLinks, with_item_links
from zoterodigest.regex import lazy_regex

LONGEST_NOTE = 500_000
"""Characters above which Zotero's server refuses a note."""

OUR_ID = lazy_regex(r"zd-[a-z0-9]{10}")
"""The ids of our headings, by which a note is found again."""

SUMMARY = "Summary"
"""Begins our headings, for people; behind it comes the name of the digest."""

NOTE_LEVEL = 2
PART_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A named section, or the summary if `name` is None, by its Markdown blocks.

    What is written of it leads from its wikilinks to the items in `links`.
    """

    name: str | None
    blocks: tuple[str, ...]
    links: PageLinks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoteContent:
    """What one note shows: under a heading with our `id` the summary, then the sections in order.

    `heading` is for people only ("Summary · NAME OF THE DIGEST").
    """

    id: str
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class TooLong:
    """The note cannot be written: it has `length` characters, more than LONGEST_NOTE.

    `largest` is the name of its longest section, None if that is the summary.
    """

    length: int
    largest: str | None = None


def to_html(note: NoteContent) -> str | TooLong:
    """Return the canonical HTML of `note`, which the note editor leaves unchanged.

    Nothing in a part's blocks can end the part: their headings are lower than the note's own, and
    raw HTML is reduced to known marks. A section named "Private" is left out, because text below
    such a heading is never read back.
    """
    return checked(_whole_html(note), note.parts)


def own_note_html(blocks: tuple[str, ...]) -> str | TooLong:
    """Return the canonical HTML of a note of the person's own with these Markdown blocks."""
    return checked(note_html(part_nodes(Part(None, blocks))))


def note_length(note: NoteContent) -> int:
    """Return how many characters the HTML of `note` has, though no library may take so many."""
    return len(_whole_html(note))


def has_private_heading(blocks: Iterable[str]) -> bool:
    """Tell whether a heading in Markdown blocks makes the text below it private."""
    nodes = walk(nest(read_blocks(blocks)))
    return any(isinstance(node, NoteHeading) and is_private(node.runs) for node in nodes)


def part_nodes(part: Part) -> tuple[Node, ...]:
    """Return the nodes of a part's blocks, without its heading."""
    blocks = normal_blocks(read_blocks(part.blocks))
    return nest([with_item_links(block, part.links) for block in blocks])


def part_heading(name: str) -> NoteHeading:
    """Return the heading above a named section."""
    return _heading(PART_LEVEL, name)


def note_heading(text: str, note_id: str) -> NoteHeading:
    """Return the heading by which a note of ours is known."""
    return _heading(NOTE_LEVEL, text, note_id)


def part_name(name: str) -> str:
    """Return `name` as a heading shows it: blanks folded, control characters left out."""
    return "".join(run.text for run in plain_runs((NoteText(name),)) if isinstance(run, NoteText))


def is_never_shown(name: str) -> bool:
    """Tell whether a section of this name is left out of notes: what is called private is."""
    return is_private(part_heading(name).runs)


def checked(html: str, parts: Sequence[Part] = ()) -> str | TooLong:
    """Return `html`, or how long it and the longest of its `parts` is if a library refuses it."""
    return html if len(html) <= LONGEST_NOTE else TooLong(len(html), _largest(parts))


def _largest(parts: Sequence[Part]) -> str | None:
    """Return the name of the longest part; of equal ones the first."""
    shown = [part for part in parts if part.name is None or not is_never_shown(part.name)]
    lengths = [(part.name, len(nodes_html(part_nodes(part)))) for part in shown]
    return max(lengths, key=lambda one: one[1], default=(None, 0))[0]


def _whole_html(note: NoteContent) -> str:
    return note_html((note_heading(note.heading, note.id), *_parts(note)))


def _parts(note: NoteContent) -> Iterator[Node]:
    for part in note.parts:
        if part.name is not None:
            if is_never_shown(part.name):  # it would never be read back
                continue
            yield part_heading(part.name)
        yield from part_nodes(part)


def _heading(level: int, text: str, id_: str = "") -> NoteHeading:
    return NoteHeading(level, plain_runs((NoteText(text),)), id_)
