"""Learning: the templates that read most of a list, found by comparing its entries.

For each way to cut the digest into blocks, lines that stand in one place of their blocks are
compared, and what they have in common is written as a line of a template. Templates are then
tried: the one counts that reads most entries, whole and in one way. What it leaves is learned as a
further template.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from pydantic import ValidationError

from zoterodigest.core.values.names import parse_names
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.entry_template import EVIDENCE
from zoterodigest.digest.format.format import DigestFormat, folded_label
from zoterodigest.digest.format.line_pattern import LinePattern
from zoterodigest.digest.learn.blocks import EntryBlock, Family, families, lead
from zoterodigest.digest.learn.examples import example_skeletons, values_within
from zoterodigest.digest.learn.format_text import entry_rules
from zoterodigest.digest.learn.marks import VENUE_AND_YEAR, values_in
from zoterodigest.digest.learn.naming import (
    is_of_names,
    is_paper,
    lists_people,
    named,
    number_of_papers,
)
from zoterodigest.digest.learn.proposals import ProposedLine, TemplateProposal, named_line
from zoterodigest.digest.learn.rows import Row, rows
from zoterodigest.digest.learn.skeletons import Skeleton
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.people import is_person, is_without_case
from zoterodigest.digest.read.references import CODE_LABELS, PAPER_LABELS
from zoterodigest.digest.read.templates import LineRead, read_line
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_SAMPLE = 24
"""So many blocks are compared; more of them say nothing new."""
_EXCERPT = 300
_PLACES = 4
"""So many lines, of so many places, are read to try a template."""
_FEWEST = 2
_LONGEST_BLOCK = 40
_MOST_PAPERS = 3
"""An entry may name works beside its own; what names more papers, or is longer, is a list."""
_MOST_TEMPLATES = 10
_MOST_FAMILIES = 8
_MOST_GROUPS = 6
_MOST_GROUPED = 4
_MOST_TRIED = 4
_HOPELESS = -50.0
_REFUSED = -1_000_000.0
_GAIN = 0.3
"""What a further template or group must bring, that none is made for nothing."""

_WORTHS = {"title": 1.0, "authors": 0.5, "url": 0.5, "arxiv": 0.5, "doi": 0.5, "links": 0.4}
_WORTHS |= {"venue": 0.4, "date": 0.3, "year": 0.25, "code": 0.3, "summary": 0.3, "award": 0.2}
_WORTHS |= {"short_title": 0.2}
_ODD_TITLE = lazy_regex(
    r"https?://|\]\(|\*\*|\bet al\b|[|｜<>{}]|^\[\d+\]|[.,:;：-]$|\b(?:in|by|at|from)$"
    rf"|{VENUE_AND_YEAR.pattern}\W*$"
)
_LEAD = lazy_regex(r"[^\w\s\"'“‘«《(\[{$¿¡@#&.*_`-]+(?=\s)")
"""A sign before a title and none of it, such as a star or an emoji."""


@dataclass(frozen=True, slots=True)
class Learned:
    """Templates, and the digest as they alone read it.

    If it `is_told`, nothing but the person's word shows that entries are papers.
    """

    templates: tuple[str, ...]
    document: Document
    is_told: bool = False


def learn_templates(source: bytes, venues: VenueTable, line: int | None = None) -> Learned | None:
    """Return templates for the list in a digest; None if nothing repeats in it.

    With a 0-based `line`, of the list that this line is an entry of. Then that is enough if
    nothing in the list shows that it is one of papers.
    """
    found = _learned(source, venues, line, is_told=False)
    return found or (None if line is None else _learned(source, venues, line, is_told=True))


def likely_entry(lines: Lines) -> int | None:
    """Return a 0-based line that most others of the digest are like; None if there is no list."""
    largest = max((_told(one) for one in families(lines)), key=len, default=[])
    return largest[0].lines[0].number if len(largest) > _FEWEST else None


def _learned(
    source: bytes, venues: VenueTable, line: int | None, *, is_told: bool
) -> Learned | None:
    lines = Lines(source)
    found: tuple[TemplateProposal, ...] = ()
    document: Document | None = None
    best: tuple[tuple[TemplateProposal, ...], Document] | None = None
    while len(found) < (1 if is_told else _MOST_TEMPLATES):
        left = _unread(lines, document, venues)
        excerpt = _Excerpt(left, line if not found else None, venues, is_told=is_told)
        worth = _total(document, venues, is_told=is_told) + 1 if document else _REFUSED
        for proposal in _best(excerpt, found):
            # What reads entries that are left comes last, what reads titles better comes first.
            for way in ((*found, proposal), (proposal, *found)):
                read = _read(way, source, venues, is_told=is_told)
                total = _total(read, venues, is_told=is_told)
                is_used = _number_of(proposal, read, way) >= (1 if is_told else _FEWEST)
                if is_used and total > worth:
                    best, worth = (way, read), total
            if best is not None:
                break
        if best is None:
            break
        (found, document), best = best, None
    # What came later may read all that one of them was found for.
    used = [one for one in found if document and _number_of(one, document, found) >= _FEWEST]
    if not is_told and len(used) < len(found):
        found, document = tuple(used), _read(used, source, venues, is_told=is_told)
    texts = tuple(one.text for one in found)
    return Learned(texts, document, is_told) if document else None


def _read(
    proposals: Sequence[TemplateProposal], source: bytes, venues: VenueTable, *, is_told: bool
) -> Document:
    form = _format([one.text for one in proposals], is_told=is_told)
    return read_document("", source, [form], venues)


def _number_of(
    proposal: TemplateProposal, document: Document, ways: Sequence[TemplateProposal]
) -> int:
    """Return how many entries one of the templates reads."""
    number = ways.index(proposal)
    return sum(it.shape is not None and it.shape.template == number for it in document.entries)


def _total(document: Document, venues: VenueTable, *, is_told: bool) -> float:
    entries = document.entries
    return sum(_worth(document, one, venues=venues, is_told=is_told) for one in entries)


def _unread(lines: Lines, document: Document | None, venues: VenueTable) -> Lines:
    """Return the lines of no entry, and of those with other values in their titles."""
    left = Lines(lines.source)
    for entry in document.entries if document else ():
        if not (entry.broken or _is_odd(entry.title, venues)):
            left.take(entry.first, entry.last)
    return left


class _Excerpt:
    """The lines that no template reads yet, as far as they are tried."""

    def __init__(
        self, lines: Lines, wanted: int | None, venues: VenueTable, *, is_told: bool
    ) -> None:
        self.lines = lines
        self.venues = venues
        self.is_told = is_told
        numbers = list(_shown(lines, wanted))
        self.wanted = wanted
        is_shown = wanted is not None and wanted in numbers
        self._place = numbers.index(wanted) if is_shown else None
        shown = (b"" if at is None else lines[at] for at in numbers)
        self._source = b"\n".join(shown) + b"\n"
        self._known: dict[tuple[str, ...], float] = {}

    @property
    def least(self) -> float:
        """What scores no more than this is refused. What the person says counts for more."""
        return _REFUSED if self.is_told else _HOPELESS

    def families(self) -> list[Family]:
        """Return the ways to cut it, the best first."""
        rated = [(self._promise(one), one) for one in families(self.lines)]
        best = sorted((one for one in rated if one[0] > 0), key=lambda one: one[0], reverse=True)
        return [family for _, family in best[:_MOST_FAMILIES]]

    def _promise(self, family: Family) -> float:
        """Return how much blocks look like entries: most name a paper, none begins in a text."""
        papers = self.entries_of(family)
        if not papers or len(papers) < min(_FEWEST, len(family.blocks)):
            return 0
        holds = _begins_at if self.is_told else _holds
        if self.wanted is not None and not any(holds(block, self.wanted) for block in papers):
            return 0
        taken = {line.number for block in family.blocks for line in block.lines}
        cut = sum(self._is_text(block.lines[0].number - 1, taken) for block in papers)
        lengths = sum(len(block.lines) for block in papers) / len(papers)
        whole = 1 - 0.5 * cut / len(papers)
        return len(papers) ** 2 / len(family.blocks) * whole - 0.01 * lengths

    def entries_of(self, family: Family) -> list[EntryBlock]:
        """Return the blocks of a family that are entries, as far as one can tell."""
        return _told(family) if self.is_told else papers_of(family)

    def _is_text(self, line: int, taken: Iterable[int]) -> bool:
        if line < 0 or line in taken or self.lines.is_blank(line):
            return False
        return self.lines[line].lstrip()[:1] != b"#" and not self.lines.is_hidden(line)

    def score(self, proposals: tuple[TemplateProposal, ...]) -> float:
        """Return how well proposals read it; nothing if they are refused."""
        texts = tuple(one.text for one in proposals)
        if texts not in self._known:
            self._known[texts] = self._score(texts)
        return self._known[texts]

    def read(self, texts: tuple[str, ...]) -> Document:
        """Return it as templates read it."""
        return self._read(_format(texts, is_told=self.is_told))

    def _read(self, form: DigestFormat) -> Document:
        return read_document("", self._source, [form], self.venues)

    def _score(self, texts: tuple[str, ...]) -> float:
        try:
            form = _format(texts, is_told=self.is_told)
        except ValidationError:
            return _REFUSED
        document = self._read(form)
        place = self._place
        if place is not None and not any(it.first <= place <= it.last for it in document.entries):
            return _REFUSED
        worth = partial(_worth, document, venues=self.venues, is_told=self.is_told)
        worths = sum(map(worth, document.entries)) - 0.02 * sum(map(len, texts)) / 10
        return worths - _beside(document) - _COMMON * _with_common_words(document)


def _shown(lines: Lines, wanted: int | None) -> Iterator[int | None]:
    """Yield the lines that are tried, None for a run of lines that are left out.

    All are, if they are few, else those in a few places of the digest, from a blank line to the
    next.
    """
    free = [line for line in range(len(lines)) if not lines.is_taken(line)]
    last = -1
    for line in free if len(free) <= _EXCERPT else _in_places(lines, free, wanted):
        if line > last + 1:
            yield None
        yield line
        last = line


def _in_places(lines: Lines, free: Sequence[int], wanted: int | None) -> Iterator[int]:
    size = _EXCERPT // _PLACES
    # Where addresses and years stand, entries do; above them may be pages of contents.
    shown = [at for at, line in enumerate(free) if _SHOWN.search(lines[line])] or [0]
    starts = [shown[number * len(shown) // _PLACES] for number in range(_PLACES)]
    if wanted is not None:
        starts = sorted([*starts, max(0, bisect_left(free, wanted) - size // 2)])
    done = 0
    for start in starts:
        at = max(done, start)
        while done < at > start - _LONGEST_BLOCK and not lines.is_blank(free[at - 1]):
            at -= 1
        while at < len(free) and (at < start + size or not lines.is_blank(free[at - 1])):
            yield free[at]
            at += 1
            if at >= start + 2 * size:
                break
        done = max(done, at)


_SHOWN = lazy_regex(rb"://|(?:19|20)\d\d")


def _holds(block: EntryBlock, line: int) -> bool:
    return block.lines[0].number <= line <= block.lines[-1].number


def _begins_at(block: EntryBlock, line: int) -> bool:
    return block.lines[0].number == line


def _format(templates: Sequence[str], *, is_told: bool) -> DigestFormat:
    tables = {"name": "learned", "about": "", "templates": templates}
    return DigestFormat.model_validate(tables | {"entry": entry_rules(is_told=is_told)})


def _worth(document: Document, entry: DigestEntry, *, venues: VenueTable, is_told: bool) -> float:
    """Return how much an entry says as it is read; what is merged or torn costs."""
    if entry.broken:
        # It hides the entry from further templates.
        return -1.0
    names = {slot.name for slot in entry.slots if slot.words}
    is_shown = names & {"authors", "venue"} or (names & EVIDENCE and _names_paper(document, entry))
    if not (is_told or is_shown):
        return -0.5
    if _is_odd(entry.title, venues):
        return _ODD
    worth = sum(_WORTHS.get(name, 0.1) for name in names)
    worth -= _doubt_of_people(entry)
    # A remark below an entry that no template reads stays as it is: one says as much as ten.
    worth -= 0.3 * bool(entry.problems)
    for slot in entry.slots:
        # "CVPR 2018.": the sign is text of the template.
        worth -= 0.3 * (slot.name == "venue" and slot.words[-1:] in (".", ",", ";", ":"))
        if slot.name in ("ignored", "summary"):
            worth -= sum(_WORTHS.get(name, 0) for name in values_within(slot.words, venues))
            if slot.name == "ignored":
                # A word alone may be a state or a number: of more, a value may be a part.
                words = sum(any(map(str.isalpha, word)) for word in slot.words.split())
                worth -= 0.005 * len(slot.words) + 0.15 * (words > 1)
    # Universities and keywords say nothing of what is in a paper.
    worth -= sum(is_of_names(slot.words) for slot in entry.slots if slot.name == "summary")
    if "year" not in names and any(
        it.name == "venue" and _YEAR.search(it.words) for it in entry.slots
    ):
        worth += _WORTHS["year"]
    return worth - 0.002 * len(entry.title)


def _doubt_of_people(entry: DigestEntry) -> float:
    """Return what authors cost that may be any words."""
    slots = [slot.name for slot in entry.slots]
    if ("authors", "year") in pairwise(slots):
        return 0.1
    # One name alone may be any words.
    people = next((parse_names(it.words) for it in entry.slots if it.name == "authors"), None)
    if people and len(people.people) == 1 and not people.truncated:
        return _WORTHS["authors"] + (0.1 if is_person(people.people[0]) else 1)
    # In a script without capitals any words may seem names.
    return 0.5 * bool(people and any(map(is_without_case, people.people)))


_ODD = -0.1
"""What an entry is worth with other values in its title: a further template may read it better."""


def _is_odd(title: str, venues: VenueTable) -> bool:
    if _ODD_TITLE.search(title) or _LEAD.match(title) or lists_people(title):
        return True
    if folded_label(title) in PAPER_LABELS | CODE_LABELS:
        return True
    return not values_within(title, venues).isdisjoint(("authors", "venue", "links"))


_YEAR = lazy_regex(r"\d\d")
_COMMON = 0.1
"""What a word costs that all venues of a list end in: it is a word of the template."""


def _with_common_words(document: Document) -> int:
    """Return how many venues there are, if all end in one word: `CVPR 2024 see`."""
    slots = (slot for entry in document.entries for slot in entry.slots)
    venues = [slot.words for slot in slots if slot.name == "venue" and " " in slot.words]
    ends = {venue.split()[-1] for venue in venues}
    are_common = len(ends) == 1 < len(set(venues)) and all(map(str.islower, ends))
    return len(venues) if are_common else 0


def _names_paper(document: Document, entry: DigestEntry) -> bool:
    lines = (document.lines[line] for line in range(entry.first, entry.last + 1))
    return is_paper(b"\n".join(lines).decode("utf-8", "replace"))


def _beside(document: Document) -> float:
    """Return what the lines cost that stand right above or below an entry and are not read."""
    lines = document.lines
    entries = [entry for entry in document.entries if not entry.broken]
    taken = {line for entry in entries for line in range(entry.first, entry.last + 1)}
    beside = {line for entry in entries for line in (entry.first - 1, entry.last + 1)} - taken
    inside = (line for line in beside if 0 <= line < len(lines))
    texts = [lines[line].lstrip() for line in inside]
    return 0.5 * sum(bool(text) and text[:1] != b"#" for text in texts)


def papers_of(family: Family) -> list[EntryBlock]:
    """Return the blocks of a family that name a paper, and not a list of them."""
    short = (block for block in family.blocks if len(block.lines) <= _LONGEST_BLOCK)
    return [block for block in short if 0 < number_of_papers(block.text) <= _MOST_PAPERS]


def _told(family: Family) -> list[EntryBlock]:
    """Return the blocks of a family that may be entries if one of them is said to be one."""
    short = (block for block in family.blocks if len(block.lines) <= _LONGEST_BLOCK)
    return [block for block in short if "](#" not in block.lines[0].text]


def _best(excerpt: _Excerpt, known: tuple[TemplateProposal, ...]) -> Iterator[TemplateProposal]:
    """Yield the proposals that gain most before what is known, the best first."""
    start = excerpt.score(known) if known else 0.0
    scores: dict[str, tuple[float, TemplateProposal]] = {}
    for family in excerpt.families():
        for proposal in _proposals(family, excerpt.entries_of(family), excerpt.venues):
            scores[proposal.text] = excerpt.score((proposal, *known)), proposal
    ranked = sorted(scores.values(), key=lambda one: one[0], reverse=True)
    for score, proposal in ranked[:_MOST_TRIED]:
        if score > excerpt.least:
            best, highest = _with_groups(excerpt, proposal, known)
            if excerpt.is_told or highest > start + _GAIN:
                yield best


def _with_groups(
    excerpt: _Excerpt, proposal: TemplateProposal, known: tuple[TemplateProposal, ...]
) -> tuple[TemplateProposal, float]:
    """Return a template in which that may be missing which some entries lack, and its score."""
    highest = excerpt.score((proposal, *known))
    for _ in range(_MOST_GROUPED):
        variants = [(excerpt.score((one, *known)), one) for one in proposal.variants()]
        score, variant = max(variants, key=lambda one: one[0], default=(highest, proposal))
        if score <= highest + _GAIN:
            break
        proposal, highest = variant, score
    return proposal, highest


def _proposals(
    family: Family, blocks: Sequence[EntryBlock], venues: VenueTable
) -> Iterator[TemplateProposal]:
    """Yield templates for blocks of a family, and for those that begin alike."""
    groups: dict[str, list[EntryBlock]] = {}
    for block in blocks:
        text = block.lines[0].text
        signs = text[: len(text) - len(text.lstrip("[(*_~`\"'\\"))]
        for kind in (lead(text)[:1], f"signs {signs}", values_in(text)):
            groups.setdefault(kind, []).append(block)
    # A list may have entries of several shapes: those that begin alike are compared apart as well.
    apart = {tuple(one): None for one in groups.values() if _FEWEST <= len(one) < len(blocks)}
    largest = sorted(apart, key=len, reverse=True)[:_MOST_GROUPS]
    for alike in (tuple(blocks), *largest):
        # From the whole list: what the entries of one section have in common is no text of all.
        yield from _proposals_for(family, alike[:: -(-len(alike) // _SAMPLE)], venues)


def _proposals_for(
    family: Family, blocks: Sequence[EntryBlock], venues: VenueTable
) -> Iterator[TemplateProposal]:
    found = rows(blocks)
    options = [_skeletons(row.texts, venues) for row in found]
    for choice in range(max(map(len, options), default=0)):
        picked = [one[min(choice, len(one) - 1)] for one in options if one]
        kept = [row for row, one in zip(found, options, strict=True) if one]
        lines = [named_line(*one) for one in zip(picked, named(picked, venues), strict=True)]
        pairs = list(zip(kept, lines, strict=True))
        if _is_out_of_step(pairs):
            continue
        for needed in (2.0, 0.97, 0.6):
            placed = (_placed(row, line, needed) for row, line in pairs)
            proposed = (one for one in placed if not (one.may_be_missing and one.is_empty))
            yield TemplateProposal(family.container, family.marker, tuple(proposed))


def _is_out_of_step(lines: Sequence[tuple[Row, ProposedLine]]) -> bool:
    """Whether the title stands below a blank line: then it is that of the next entry."""
    for row, line in lines:
        if row.is_below_blank:
            return True
        if "title" in line.slots:
            return False
    return True


def _placed(row: Row, line: ProposedLine, needed: float) -> ProposedLine:
    is_rare = row.share < needed
    return replace(line, is_below_blank=row.is_below_blank, may_be_missing=is_rare)


_KEPT = 4


def _skeletons(texts: Sequence[str], venues: VenueTable) -> list[Skeleton]:
    """Return the skeletons that read most of the lines, the best first."""
    rated: dict[str, tuple[float, Skeleton]] = {}
    for skeleton in example_skeletons(texts, venues):
        (names,) = named([skeleton], venues)
        line = named_line(skeleton, names)
        if skeleton.is_sound and line.text not in rated:
            rated[line.text] = _reads(line, texts, venues), skeleton
    best = sorted(rated.values(), key=lambda one: one[0], reverse=True)
    return [skeleton for _, skeleton in best[:_KEPT]]


def _reads(line: ProposedLine, texts: Sequence[str], venues: VenueTable) -> float:
    """Return how well a line of a template reads these lines."""
    if (parsed := line.parsed) is None:
        return -1
    pattern = LinePattern(parsed)
    form = DigestFormat.model_construct(name="learned", about="")
    found = (read_line(pattern, text.encode(), (form, venues)) for text in texts)
    return sum(_line_worth(one) for one in found if isinstance(one, LineRead)) / len(texts)


def _line_worth(read: LineRead) -> float:
    worth = 2.0
    for place, (start, end) in zip(read.chosen.places, read.match.slots, strict=True):
        worth += _WORTHS.get(place.slot, 0.1)
        worth -= 0.005 * (end - start) if place.slot in ("ignored", "summary", "title") else 0
    return worth
