"""Learning: the templates that read most of a list, found by comparing its entries.

For each way to cut the digest into blocks, lines that stand in one place of their blocks are
compared, and what they have in common is written as a line of a template. Templates are then tried
and mended: the one counts that reads most entries, whole and in one way. What it leaves is learned
as a further template.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from pydantic import ValidationError

from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.entry_template import EVIDENCE
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.format.line_pattern import LinePattern
from zoterodigest.digest.learn.blocks import EntryBlock, Family, families, lead
from zoterodigest.digest.learn.format_text import TOLD
from zoterodigest.digest.learn.marks import VENUE_AND_YEAR, values_in
from zoterodigest.digest.learn.naming import (
    is_of_names,
    is_paper,
    lists_people,
    named,
    number_of_papers,
    with_venues,
)
from zoterodigest.digest.learn.proposals import ProposedLine, TemplateProposal, named_line
from zoterodigest.digest.learn.rows import Row, rows
from zoterodigest.digest.learn.skeletons import Skeleton, skeletons
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.templates import LineRead, read_line
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_SAMPLE = 24
"""So many blocks are compared; more of them say nothing new."""
_EXCERPT = 300
"""So many lines are read to try a template."""
_FEWEST = 2
_LONGEST_BLOCK = 40
_MOST_PAPERS = 3
"""An entry may name works beside its own; what names more papers, or is longer, is a list."""
_MOST_TEMPLATES = 6
_MOST_FAMILIES = 8
_MOST_GROUPS = 6
_MOST_VARIANTS = 300
_MOST_STEPS = 6
_HOPELESS = -50.0
_REFUSED = -1_000_000.0
_GAIN = 0.3
"""What a further template or group must bring, that none is made for nothing."""

_WORTHS = {"title": 1.0, "authors": 0.5, "url": 0.5, "arxiv": 0.5, "doi": 0.5, "links": 0.4}
_WORTHS |= {"venue": 0.4, "date": 0.3, "year": 0.25, "code": 0.3, "summary": 0.3, "award": 0.2}
_ODD_TITLE = lazy_regex(rf"https?://|\]\(|\*\*|\bet al\b|[|<>{{}}]|{VENUE_AND_YEAR.pattern}\W*$")
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
    while len(found) < (1 if is_told else _MOST_TEMPLATES):
        left = _unread(lines, document)
        excerpt = _Excerpt(left, line if not found else None, venues, is_told=is_told)
        trial = _best(excerpt, found)
        if trial is None:
            break
        texts = tuple(one.text for one in trial.proposals)
        read = read_document("", source, [_format(texts, is_told=is_told)], venues)
        if document is not None and _number_read(read) < _number_read(document) + _FEWEST:
            break
        found, document = trial.proposals, read
    texts = tuple(one.text for one in found)
    return Learned(texts, document, is_told) if document else None


def _number_read(document: Document) -> int:
    return sum(not entry.broken for entry in document.entries)


def _unread(lines: Lines, document: Document | None) -> Lines:
    left = Lines(lines.source)
    for entry in document.entries if document else ():
        if not entry.broken:
            left.take(entry.first, entry.last)
    return left


@dataclass(frozen=True, slots=True)
class _Trial:
    """Proposals, and how well they read an excerpt together."""

    proposals: tuple[TemplateProposal, ...]
    score: float


class _Excerpt:
    """The lines that no template reads yet, as far as they are tried."""

    def __init__(
        self, lines: Lines, wanted: int | None, venues: VenueTable, *, is_told: bool
    ) -> None:
        self.lines = lines
        self.venues = venues
        self.is_told = is_told
        first = 0 if wanted is None else max(0, wanted - _EXCERPT // 2)
        numbers = list(_shown(lines, first))
        self.wanted = wanted
        is_shown = wanted is not None and wanted in numbers
        self._place = numbers.index(wanted) if is_shown else None
        shown = (b"" if at is None else lines[at] for at in numbers)
        self._source = b"\n".join(shown) + b"\n"
        self._known: dict[tuple[str, ...], float] = {}

    @property
    def least(self) -> float:
        """What scores no more than this is not mended. What the person says counts for more."""
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
        worth = partial(_worth, is_told=self.is_told)
        worths = sum(map(worth, document.entries)) - 0.02 * sum(map(len, texts)) / 10
        return worths - _beside(document) - _COMMON * _with_common_words(document)


def _shown(lines: Lines, first: int) -> Iterator[int | None]:
    """Yield the lines that are tried, None for a run of lines that are read already."""
    open_lines = (line for line in range(first, len(lines)) if not lines.is_taken(line))
    last = -1
    for line in islice(open_lines, _EXCERPT):
        if line > last + 1:
            yield None
        yield line
        last = line


def _holds(block: EntryBlock, line: int) -> bool:
    return block.lines[0].number <= line <= block.lines[-1].number


def _begins_at(block: EntryBlock, line: int) -> bool:
    return block.lines[0].number == line


def _format(templates: Sequence[str], *, is_told: bool) -> DigestFormat:
    tables = {"name": "learned", "about": "", "templates": templates}
    return DigestFormat.model_validate(tables | ({"entry": TOLD} if is_told else {}))


def _worth(entry: DigestEntry, *, is_told: bool) -> float:
    """Return how much an entry says as it is read; what is merged or torn costs."""
    if entry.broken:
        # It hides the entry from further templates.
        return -1.0
    names = {slot.name for slot in entry.slots if slot.words}
    is_shown = names & {"authors", "venue"} or (names & EVIDENCE and _names_paper(entry))
    if not (is_told or is_shown):
        return -0.5
    worth = sum(_WORTHS.get(name, 0.1) for name in names)
    # A remark below an entry that no template reads stays as it is: one says as much as ten.
    worth -= 0.3 * bool(entry.problems)
    worth -= 0.005 * sum(len(slot.words) for slot in entry.slots if slot.name == "ignored")
    if lists_people(entry.title) or VENUE_AND_YEAR.fullmatch(entry.title):
        return -0.5
    # Universities and keywords say nothing of what is in a paper.
    worth -= sum(is_of_names(slot.words) for slot in entry.slots if slot.name == "summary")
    worth -= sum("](" in slot.words for slot in entry.slots if slot.name == "summary")
    worth -= 0.3 * (entry.title[-1:] == ".")
    if "year" not in names and any(
        it.name == "venue" and _YEAR.search(it.words) for it in entry.slots
    ):
        worth += _WORTHS["year"]
    is_odd = bool(_ODD_TITLE.search(entry.title) or _LEAD.match(entry.title))
    return worth - 0.002 * len(entry.title) - 0.6 * is_odd


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


def _names_paper(entry: DigestEntry) -> bool:
    return any(is_paper(slot.words) for slot in entry.slots if slot.name in EVIDENCE)


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


def _best(excerpt: _Excerpt, known: tuple[TemplateProposal, ...]) -> _Trial | None:
    """Return what is known with the one proposal more that gains most, None if none does."""
    start = excerpt.score(known) if known else 0.0
    trials: dict[tuple[int, int], _Trial] = {}
    for at, family in enumerate(excerpt.families()):
        for kind, proposal in _proposals(family, excerpt.entries_of(family), excerpt.venues):
            proposals = (*known, proposal)
            score = excerpt.score(proposals)
            old = trials.get((at, kind))
            if score > (old.score if old else excerpt.least):
                trials[at, kind] = _Trial(proposals, score)
    # The best of each way to cut and compare: mending may turn the second into the first.
    ranked = sorted(trials.values(), key=lambda one: one.score, reverse=True)[:_MOST_MENDED]
    if not ranked:
        return None
    mended = max((_mended(excerpt, one) for one in ranked), key=lambda one: one.score)
    best = _with_leads(excerpt, mended)
    return best if excerpt.is_told or best.score > start + _GAIN else None


_MOST_MENDED = 3


def _mended(excerpt: _Excerpt, trial: _Trial) -> _Trial:
    """Return a trial whose last template was changed in small steps as long as that gains.

    Those before it read lines that the excerpt does not have.
    """
    for _ in range(_MOST_STEPS):
        better = trial
        *known, last = trial.proposals
        for variant in list(last.variants())[:_MOST_VARIANTS]:
            proposals = (*known, variant)
            score = excerpt.score(proposals)
            if score > better.score + 0.01:
                better = _Trial(proposals, score)
        if better is trial:
            break
        trial = better
    return trial


def _with_leads(excerpt: _Excerpt, trial: _Trial) -> _Trial:
    """Return a trial with templates of their own for signs before titles and venues behind them.

    Such are a star that many titles begin with, and `ICDM 2018` that some end in.
    """
    entries = excerpt.read(tuple(one.text for one in trial.proposals)).entries
    leads: Counter[tuple[int, str]] = Counter()
    for entry in entries:
        if entry.shape is not None and (found := _LEAD.match(entry.title)):
            leads[entry.shape.template, found[0]] += 1
    added: list[TemplateProposal] = []
    for (template, sign), number in leads.most_common(_MOST_LEADS):
        variant = trial.proposals[template].led_by(sign) if number >= _FEWEST else None
        # Before the one that reads all: the first template that reads an entry is its own.
        proposals = (*added, variant, *trial.proposals) if variant else ()
        if variant and excerpt.score(proposals) > excerpt.score((*added, *trial.proposals)):
            added.append(variant)
    for proposal in trial.proposals:
        variant = proposal.with_venue()
        proposals = (*added, variant, *trial.proposals) if variant else ()
        if variant and excerpt.score(proposals) > excerpt.score((*added, *trial.proposals)) + 1:
            added.append(variant)
    proposals = (*added, *trial.proposals)
    return _Trial(proposals, excerpt.score(proposals))


_MOST_LEADS = 5


def _proposals(
    family: Family, blocks: Sequence[EntryBlock], venues: VenueTable
) -> Iterator[tuple[int, TemplateProposal]]:
    """Yield templates for blocks of a family, with the number of the group they come from."""
    groups: dict[str, list[EntryBlock]] = {}
    for block in blocks:
        text = block.lines[0].text
        signs = text[: len(text) - len(text.lstrip("[(*_~`\"'\\"))]
        for kind in (lead(text)[:1], f"signs {signs}", values_in(text)):
            groups.setdefault(kind, []).append(block)
    # A list may have entries of several shapes: those that begin alike are compared apart as well.
    apart = {tuple(one): None for one in groups.values() if _FEWEST <= len(one) < len(blocks)}
    largest = sorted(apart, key=len, reverse=True)[:_MOST_GROUPS]
    for number, alike in enumerate((tuple(blocks), *largest)):
        # From the whole list: what the entries of one section have in common is no text of all.
        spread = alike[:: -(-len(alike) // _SAMPLE)]
        for proposal in _proposals_for(family, spread, venues):
            yield number, proposal


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
            proposed = [one for one in placed if not (one.may_be_missing and one.is_empty)]
            plain = [one.without_groups() for one in proposed]
            for chosen in (proposed, *([plain] if plain != proposed else [])):
                yield TemplateProposal(family.container, family.marker, tuple(chosen))


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
    for found in skeletons(texts):
        skeleton = with_venues(found, venues)
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
