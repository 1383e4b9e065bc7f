"""Rearranging: entries come, go and move, headings are renamed, and nothing else changes.

Changes are carried out together, and the result is read again: exactly the entries asked for have
come, gone or moved, every other one reads as before, byte for byte. If not, the changes are halved
until the one that fails is found; it is refused with the reason, the others are carried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from zoterodigest.core.values.record import EMPTY, Fields, Value, WebLinks, is_empty, text_in
from zoterodigest.core.values.span import OverlappingEdits, splice
from zoterodigest.digest.format.format import PLACEHOLDER
from zoterodigest.digest.read.document import DigestEntry, Document, Headings, number_at
from zoterodigest.digest.read.references import stated_links
from zoterodigest.digest.write.as_much import seldom_shown
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.house_style import style_around
from zoterodigest.digest.write.new_entry import paper_url
from zoterodigest.digest.write.new_venue import is_arxiv
from zoterodigest.digest.write.shown import (
    BlockForm,
    UnwritableValue,
    plain_blocks,
    safe_url,
    shows,
)
from zoterodigest.digest.write.steps import (
    CARES,
    Care,
    Change,
    DocumentState,
    Expected,
    NewEntry,
    Origin,
    Planner,
    Step,
    bytes_of,
)
from zoterodigest.frozen import dataclass

Refused = tuple[Change, str]
Settled = tuple[DocumentState, list[Refused]]

_MEETS = "it meets another change"
UNREAD_ENTRY = (
    "written in the digest's format, it would not be read as an entry; add it to the digest by"
    " hand, and the next sync links it"
)
_LEFT_OUT = ("venue", "year", "award")
"""What a new entry may leave out although it has a place for it, as its neighbors do."""

_PLACED = ("authors", "venue", "task", "comment", "abstract", "summary", "arxiv", "doi")

_AROUND = "the entries around it would not be read as they are"


@dataclass(frozen=True, slots=True)
class Rearranged:
    """The document as it becomes; for each entry the index it had, or the tag of its `NewEntry`.

    `refusals` are the changes that were not carried out, each with the reason.
    """

    document: Document
    origins: tuple[Origin, ...]
    refusals: tuple[Refused, ...] = ()

    @property
    def source(self) -> bytes:
        """The new bytes."""
        return self.document.source


def rearrange(
    document: Document,
    changes: Sequence[Change],
    read_again: Reader,
    form: BlockForm = plain_blocks,
) -> Rearranged:
    """Carry out `changes` of a document as far as the result reads exactly as it must.

    Paths and indices are those of `document` as given; `read_again` reads bytes as it was read,
    `form` is how blocks are compared. A refused change leaves its part of the document as it is.
    """
    state = DocumentState(document, tuple(range(len(document.entries))), document, form)
    done, refusals = _settled(state, tuple(changes), read_again)
    return Rearranged(done.document, done.origins, tuple(refusals))


def _settled(state: DocumentState, changes: Sequence[Change], read: Reader) -> Settled:
    """Return the state after all of `changes` that can be carried out, and those that cannot."""
    if not changes:
        return state, []
    if len(changes) == 1:
        return _single(state, changes[0], read)
    done = _tried(state, changes, read, CARES[0])
    if isinstance(done, DocumentState):
        return done, []
    # Not as in an edit: a change is planned on what those before it left, so they go in order.
    middle = len(changes) // 2
    state, refusals = _settled(state, changes[:middle], read)
    state, others = _settled(state, changes[middle:], read)
    return state, [*refusals, *others]


def _single(state: DocumentState, change: Change, read: Reader) -> Settled:
    reason = ""
    # The least careful writing that reads back wins: more care shows less of the work.
    for care in CARES if isinstance(change, NewEntry) else CARES[:1]:
        done = _tried(state, [change], read, care)
        if isinstance(done, DocumentState):
            return done, []
        reason = done
    return state, [(change, reason)]


def _tried(
    state: DocumentState, changes: Sequence[Change], read: Reader, care: Care
) -> DocumentState | str:
    """Return the state after `changes`, or why they cannot be carried out together."""
    planner = Planner(state, care)
    try:
        steps = _in_order([planner.step(change) for change in changes])
        if _meet(steps):
            return _MEETS
        # The order of steps decides between insertions at one place: `splice` is stable.
        source = splice(state.document.source, (it for step in steps for it in step.edits))
    except UnwritableValue as error:
        return str(error)
    except OverlappingEdits:
        return _MEETS
    if source == state.document.source:
        return state
    after = read(source)
    expected = _expected(state, planner, steps)
    if fault := _fault(state, after, steps, expected):
        return fault
    return replace(state, document=after, origins=tuple(one.origin for one in expected))


def _in_order(steps: Sequence[Step]) -> list[Step]:
    """Sort the steps by where their entries come; of several at one place, as the list is."""
    keys = sorted({step.arrival.key for step in steps if step.arrival is not None})

    def key(step: Step) -> tuple[int, int, int]:
        if step.arrival is None:
            return -1, -1, 0
        spot = step.arrival.spot
        return spot.rank, spot.offset, spot.order * keys.index(step.arrival.key)

    return sorted(steps, key=key)


def _meet(steps: Sequence[Step]) -> bool:
    """Whether one change takes away what another goes by: they must be carried out in turn."""
    gone = {step.gone for step in steps}
    spots = [step.arrival.spot for step in steps if step.arrival is not None]
    firsts = [spot.offset for spot in spots if spot.beside is None]
    return len(firsts) > len(set(firsts)) or any(
        spot.beside is not None and spot.beside in gone for spot in spots
    )


def _expected(state: DocumentState, planner: Planner, steps: Sequence[Step]) -> list[Expected]:
    """Return the entries to come out, in order."""
    gone = {step.gone for step in steps}
    arrivals = [step.arrival for step in steps if step.arrival is not None]
    result: list[Expected] = []
    # One rank more than entries: what comes to the end stands behind the last.
    for rank in range(len(state.origins) + 1):
        result += [it.entry for it in arrivals if it.spot.rank == rank]
        if rank < len(state.origins) and rank not in gone:
            entry = state.document.entries[rank]
            number, body = number_at(planner.headings, entry), bytes_of(state.document, entry)
            result.append(Expected(state.origins[rank], number, body, rank))
    return result


def _fault(
    state: DocumentState,
    after: Document,
    steps: Sequence[Step],
    expected: Sequence[Expected],
) -> str:
    """Return what is not as it must be in the document read again, "" if all is well."""
    before, headings = state.document, Headings(after.lines).keyed
    if _outline(before, steps) != [(it.level, it.text) for it, _ in headings]:
        return "the headings would not be read as they are"
    if len(after.entries) != len(expected):
        old = [one for one in expected if one.fields is None]
        is_lost = len(after.entries) == len(old) < len(expected)
        return UNREAD_ENTRY if is_lost else _AROUND
    for one, entry in zip(expected, after.entries, strict=True):
        if number_at(headings, entry) != one.heading:
            return "it would stand under another heading"
        is_whole = bytes_of(after, entry) == one.body
        if one.fields is None:
            if not (is_whole and is_same_entry(before.entries[one.index], entry)):
                return _AROUND
        elif not (is_whole and _is_shown(entry, one.fields, state.form)):
            return "it would not read back as written"
    return ""


def unshown_names(document: Document, index: int, asked: Fields) -> tuple[str, ...]:
    """Return which of the fields `asked` for a new entry lacks, though its format has a place.

    That is a line of the format's template, or a column. Links, dates and awards don't count: they
    are shown in other places too, or left out as the neighbors leave them out. So are authors and
    abstracts. The link says that a paper is on arXiv.
    """
    entry = document.entries[index]
    fields, rule = entry.reading.fields, entry.format.new
    hidden = seldom_shown(style_around(document, index), asked)
    lacking = tuple(
        name
        for name, value in asked.items()
        if name in _PLACED and not is_empty(value) and is_empty(fields.get(name, EMPTY))
        if name not in hidden
        if not (name == "venue" and is_arxiv(text_in(asked, name)) and text_in(fields, "arxiv"))
    )
    if entry.format.templates:
        return lacking  # templates say what they have room for: nothing is left out in silence
    lines = rule.alternatives if rule else []
    # A first alternative that is empty means: only if neighbors show it.
    places = {name for it in lines if it[0] for name in PLACEHOLDER.findall(" ".join(it))}
    places |= {*fields, "abstract"} if "section" in places else {*fields}
    return tuple(name for name in lacking if name in places)


def _outline(document: Document, steps: Sequence[Step]) -> list[tuple[int, str]]:
    outline = [(it.level, it.text) for it, _ in Headings(document.lines).keyed]
    for step in steps:
        if step.renamed is not None:
            number, text = step.renamed
            outline[number] = outline[number][0], text
    return outline


def is_same_entry(old: DigestEntry, new: DigestEntry) -> bool:
    """Tell whether an entry reads as before, wherever it stands now."""
    return (
        old.format.name == new.format.name
        and (old.broken, old.unreadable) == (new.broken, new.unreadable)
        and old.reading == new.reading
    )


def are_same_entries(old: Document, new: Document) -> bool:
    """Tell whether two documents of as many entries read the same, entry by entry."""
    return all(map(is_same_entry, old.entries, new.entries))


def _is_shown(entry: DigestEntry, asked: Fields, form: BlockForm) -> bool:
    """Whether a new entry shows its title, if any has one, and nothing but what was asked for."""
    if entry.broken or entry.unreadable or entry.problems:
        return False
    fields = entry.reading.fields
    has_title = bool(entry.title) or entry.format.is_untitled
    return has_title and all(_is_meant(name, fields[name], asked, form) for name in fields)


def _is_meant(name: str, read: Value, asked: Fields, form: BlockForm) -> bool:
    wanted = asked.get(name, EMPTY)
    date = asked.get("date")
    if name in _LEFT_OUT and is_empty(read):
        return True
    if name == "links":
        hyperlinks = stated_links(asked)
        present = read.hyperlinks if isinstance(read, WebLinks) else ()
        page = safe_url(paper_url(asked))
        return all(
            link.url == page
            or any(shows(WebLinks((link,)), WebLinks((other,))) for other in hyperlinks)
            for link in present
        )
    if name == "url" and read == paper_url(asked):
        return True
    # A link called "arXiv" says where the paper is, not where it appeared.
    if name == "venue" and is_empty(wanted) and text_in(asked, "arxiv"):
        return is_empty(read) or (isinstance(read, str) and is_arxiv(read))
    if name == "year" and isinstance(date, str) and read == date[:4]:
        return True
    return shows(read, wanted, form)
