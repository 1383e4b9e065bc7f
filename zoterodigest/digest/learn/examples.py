"""Examples: what single lines of a list have in common, each taken apart by what its values are.

A line is cut at its signs. What stands between is taken for people, a venue, a date or links if
that is what it looks like, and one longer text for the title. Lines with the same signs and values
in the same order have one skeleton.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from itertools import groupby, pairwise, zip_longest

from zoterodigest.core.values import names
from zoterodigest.core.values.dates import parse_date
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.values.venue_slot import AWARDS, parse_venue
from zoterodigest.digest.learn.marks import VENUE_AND_YEAR, Vocabulary, fixed_values, vocabulary
from zoterodigest.digest.learn.skeletons import REST, Hole, RepeatedWords, Skeleton, SkeletonPart
from zoterodigest.digest.read.codecs import are_authors, takes
from zoterodigest.digest.read.people import are_cited, is_person
from zoterodigest.digest.read.slots import one_line
from zoterodigest.digest.read.venues import is_venue
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_SIGN = lazy_regex(
    r"<[A-Za-z]+ (?:name|id) ?= ?\"(?=[^<>\"]+\")|(?<=[^\s=])\"[ ]?/?>|</?[A-Za-z][^<>\n]*>"
    r"|&[a-z]+;|\]\(|\*\*|__|[*`\"“”«»‹›《》〈〉「」『』【】\[\](){}（）|｜•·⭐★☆]|(?<!\w)_|_(?!\w)|[。，：；、]"
    r"|[.,:;](?=[\s*_)\]\"”]|$)|(?<=[\])}*_`\"”])[.,:;]|(?:(?<=\s)|^)(?:[@#~=]+(?=\w)|[^\w\s\"'“‘(\[$&]+(?=\s|$))"
)
"""The signs at which lines are cut: marks, tags, brackets, stops before a blank, other signs alone.

`**Owl**: A [B](u) (KDD, 2021) => x` is cut at `**`, `**`, `:`, `[`, `](`, `)`, `(`, `,`, `)`, `=>`.
A hyphen or a stop within a word is none (`v1.5`, `GPT-4`), and of an anchor (`<a name="owl">`) the
name is what stands between signs.
"""
_STRONG = lazy_regex(r"<.*>|\*\*|[*_`|｜\"“”«»‹›《》〈〉「」『』【】•·@#~]|[^\w\s]{2,}")
_WORD = lazy_regex(r"[^\W\d_]+")
_HAN = lazy_regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_NUMBER = lazy_regex(r"\W*[\dA-Z]?\d*[a-z]?\W*")
_ANCHOR = lazy_regex(r"(?:name|id) ?= ?\"$")
_DIGIT = lazy_regex(r"\d")
_BETWEEN_NAMES = frozenset(".,;*，、；·•&")
_YEAR_BEHIND = lazy_regex(r",? [(\[]?(?:19|20)\d\d\b")
_DASH = lazy_regex(r"\s+[-–—]\s")
_AROUND_NICKNAME = ("[]", "**", "``", "【】")
_CLOSING = ')）》”"」』'
_PAIRS = ("[]", "()", "（）", "【】", "《》", "「」", "“”", "‹›")
_AWARDS = frozenset(one.casefold() for one in AWARDS)
_OF_NAMES = frozenset({"and", "et", "al"})
_MOST_LABEL_WORDS = 3
"""Labels and nicknames have so few words: "Code and data:", "Segment Anything 2"."""
_FEWEST = 2
"""What only one line has says nothing of the list."""
_MOST_AT_END = 45
"""So many atoms of each end are looked at: the time grows with their square."""
_MOST_EXAMPLES = 8
"""So many kinds of lines, those of most lines, are tried: each is read with all lines once."""
_MOST_IN_VENUE = 9
"""So many atoms a venue has at most, as in "Proc. of the Conf. (KDD), 2021"; a bound on time."""
_FEWEST_IN_PROSE = 12
"""Text of so many words with signs in it is a remark. Of fewer words are titles and venues."""
_MOST_IN_LINE = 80
"""A line of more words is a paragraph: longer than a citation with ten authors."""
_MOST_CUT = 8
"""So many atoms are cut off behind names, which may go on in a title: "…, Ann Bee. On Owls"."""
_FEW_LISTS = 0.3
"""If this share of lines has several names, one name is a person's, too."""
_SURE = 0.8
"""The least score of a list of people, a known venue, a link."""
_NEVER = -99.0
_WORDS, _FREE = "words", "free"
_ONCE = frozenset({"{authors}", "{venue}", "{date}", "{year}", "{short_title}", _FREE})


@frozen()
class _Atom:
    """A sign, a value or the text between: the key is "sign", that of the value, or ""."""

    key: str
    start: int
    end: int


@frozen()
class _LinePiece:
    """Atoms `[first, last)` that are a value together, and how likely that is."""

    key: str
    first: int
    last: int
    score: float


def example_skeletons(texts: Sequence[str], venues: VenueTable) -> Iterator[Skeleton]:
    """Yield the skeletons of single lines, those of most lines first."""
    known = vocabulary(texts)
    lines = [_ExampleLine(text, known, venues) for text in texts]
    labels = Counter(label for line in lines for label in line.labels())
    few = max(_FEWEST, 0.1 * len(texts))
    for line in lines:
        line.part_at({label for label, number in labels.items() if number >= few})
    # Where others name several people, one name alone is that of a person too.
    lists = sum(any(it.key == "{authors}" for it in line.best(-0.3)) for line in lines)
    alone = 0.3 if lists >= _FEW_LISTS * len(texts) else -0.3
    groups: dict[tuple[str, ...], list[list[tuple[str, str]]]] = {}
    for line in lines:
        if parts := line.parts(alone):
            kind = tuple(words if key == _WORDS else key for key, words in parts)
            groups.setdefault(kind, []).append(parts)
    for alike in sorted(groups.values(), key=len, reverse=True)[:_MOST_EXAMPLES]:
        yield Skeleton(tuple(_joined(map(_part, zip(*alike, strict=True)))))


@lru_cache(maxsize=50_000)
def values_within(text: str, venues: VenueTable) -> frozenset[str]:
    """Return the slots of values that stand within a text beside others: people, dated venues."""
    pieces = _ExampleLine(text, Vocabulary(), venues).best(-0.3)
    return frozenset(one.key.strip("{}") for one in pieces if one.score >= _SURE)


def _joined(parts: Iterable[SkeletonPart]) -> Iterator[SkeletonPart]:
    """Yield parts, words side by side as one."""
    for are_words, run in groupby(parts, key=lambda one: isinstance(one, RepeatedWords)):
        if are_words:
            yield RepeatedWords("".join(one.text for one in run if isinstance(one, RepeatedWords)))
        else:
            yield from run


def _part(column: Sequence[tuple[str, str]]) -> SkeletonPart:
    key, words = column[0]
    if key == _WORDS:
        return RepeatedWords(words)
    contents = tuple(text for _, text in column)
    if key in ("{ignored}", REST) and len(contents) > _FEWEST and len(set(contents)) == 1:
        return RepeatedWords(words)
    return Hole("" if key == _FREE else key, contents)


class _ExampleLine:
    """A line, cut into atoms."""

    def __init__(self, text: str, known: Vocabulary, venues: VenueTable) -> None:
        self._text = text
        self._venues = venues
        self._is_paragraph = _length(text) > _MOST_IN_LINE
        atoms = list(self._cut(known))
        # Of prose, only the ends tell what it is.
        left, right = atoms[:_MOST_AT_END], atoms[_MOST_AT_END:][-_MOST_AT_END:]
        is_long = len(left) + len(right) < len(atoms)
        middle = [_Atom("", left[-1].end, right[0].start)] if is_long else []
        self._atoms = [*left, *middle, *right]
        self._known: list[_LinePiece] | None = None

    def _cut(self, known: Vocabulary) -> Iterator[_Atom]:
        cursor, end = 0, len(self._text)
        values = sorted(fixed_values(self._text, known))
        for start, stop, key in [*values, (end, end, "")]:
            if start < cursor:
                continue
            for sign in self._signs(cursor, start, known):
                yield from self._between(cursor, sign[0])
                yield _Atom("sign", *sign)
                cursor = sign[1]
            yield from self._between(cursor, start)
            if key:
                yield _Atom(key, start, stop)
            cursor = stop
            if key and self._text[stop : stop + 1] in ("-", "–", "/"):
                yield _Atom("sign", stop, stop + 1)
                cursor += 1

    def _between(self, start: int, end: int) -> Iterator[_Atom]:
        """Yield the text of a range, cut where the acronym of a venue stands with its year."""
        venues = (it.span() for it in VENUE_AND_YEAR.finditer(self._text, start, end))
        edges = [start, *(edge for one in venues for edge in one), end]
        for first, last in pairwise(edges):
            text = self._text[first:last]
            if text.strip():
                begin = first + len(text) - len(text.lstrip())
                yield _Atom("", begin, begin + len(text.strip()))

    def _signs(self, start: int, end: int, known: Vocabulary) -> list[tuple[int, int]]:
        """Return the signs of a range, and the words that are text of the list."""
        signs = [it.span() for it in _SIGN.finditer(self._text, start, end)]
        for word in _WORD.finditer(self._text, start, end):
            before, behind = self._text[start : word.start()], self._text[word.end() : end]
            beside = before.rstrip()[-1:], behind.lstrip()[:1]
            is_whole = not (before[-1:].isalnum() or behind[:1].isalnum())
            is_common = is_whole and word[0] in known.words and word[0][0].islower()
            is_common &= not all(map(str.isalnum, beside))
            is_name = word[0] in _OF_NAMES or self._venues.find(word[0]) is not None
            if is_common and not is_name:
                signs.append(word.span())
        free: list[tuple[int, int]] = []
        for one in sorted(signs):
            free += [one] if not free or one[0] >= free[-1][1] else []
        return free

    def labels(self) -> list[str]:
        """Return the texts before a colon that may be labels of values."""
        atoms = pairwise(self._atoms)
        found = (self._text[one.start : one.end] for one, two in atoms if self._is_label(one, two))
        return [text for text in found if len(text.split()) <= _MOST_LABEL_WORDS]

    def _is_label(self, atom: _Atom, behind: _Atom) -> bool:
        return not atom.key and self._text[behind.start : behind.end] in (":", "：", "=")

    def part_at(self, labels: Set[str]) -> None:
        """Take the text of these labels for signs."""
        self._atoms = [
            replace(one, key="sign")
            if two and self._is_label(one, two) and self._text[one.start : one.end] in labels
            else one
            for one, two in zip_longest(self._atoms, self._atoms[1:])
        ]

    def parts(self, alone: float) -> list[tuple[str, str]] | None:
        """Return its parts in order, each with its key; None if it has no values."""
        pieces = self.best(alone)
        parts: list[tuple[str, str]] = []
        cursor = 0
        for piece in pieces:
            start, end = self._span(piece.first, piece.last)
            parts += [(_WORDS, self._text[cursor:start])] if start > cursor else []
            parts.append((piece.key, self._text[start:end]))
            cursor = end
        behind = self._text[cursor:]
        return [*parts, *([(_WORDS, behind)] if behind.strip() else [])] if pieces else None

    def _span(self, first: int, last: int) -> tuple[int, int]:
        return self._atoms[first].start, self._atoms[last - 1].end

    def _words(self, first: int, last: int) -> str:
        return self._text[slice(*self._span(first, last))]

    def best(self, alone: float) -> tuple[_LinePiece, ...]:
        """Return the pieces that are likeliest together; `alone` is the score of one person.

        `best` holds for each atom the pieces before it, without and with a title.
        """
        best: list[dict[bool, tuple[float, tuple[_LinePiece, ...]]]] = [{} for _ in self._atoms]
        best = [{False: (0.0, ())}, *best]
        if self._known is None:
            self._known = list(self._pieces())
        for at, atom in enumerate(self._atoms):
            begun = [one for one in self._known if one.first == at]
            for is_titled, (score, before) in list(best[at].items()):
                keys = {one.key for one in before} & _ONCE
                keys |= {"{short_title}"} if is_titled else set()
                ways: list[tuple[int, float, tuple[_LinePiece, ...], bool]] = []
                for one in begun:
                    if one.key not in keys:
                        # Most titles come before any other text.
                        early = 0.1 * (one.key == REST and not is_titled)
                        total = score + (one.score or alone) - early
                        ways.append((one.last, total, (*before, one), one.key == _FREE))
                ways += [(at + 1, score, before, False)] if atom.key == "sign" else []
                for last, total, pieces, is_free in ways:
                    if total > best[last].get(is_titled or is_free, (_NEVER, ()))[0]:
                        best[last][is_titled or is_free] = total, pieces
        return max(best[-1].values(), default=(0.0, ()), key=lambda one: one[0])[1]

    def _pieces(self) -> Iterator[_LinePiece]:
        for at, atom in enumerate(self._atoms):
            if atom.key == "sign":
                continue
            if atom.key:
                yield _LinePiece(atom.key, at, at + 1, 1.0)
                continue
            yield from self._people(at)
            for last in range(at + 1, len(self._atoms) + 1):
                is_tag = self._text[self._atoms[last - 1].start] == "<"
                if is_tag or self._atoms[last - 1].key not in ("", "sign"):
                    break
                if self._is_whole(at, last):
                    yield from self._title(at, last)
                    yield from self._value(at, last) if last - at <= _MOST_IN_VENUE else ()
                    yield from self._prose(at, last)
            yield from self._others(at)

    def _is_whole(self, first: int, last: int) -> bool:
        """Whether atoms end in text, or in a bracket that opens in them."""
        text = self._words(first, last)
        if self._atoms[last - 1].key and text[-1] not in _CLOSING:
            return False
        return all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)

    def _title(self, first: int, last: int) -> Iterator[_LinePiece]:
        text = self._words(first, last)
        length = _length(text)
        # In a paragraph, a title stands first.
        is_within = self._is_paragraph and any(not one.key for one in self._atoms[:first])
        if length < 2 or is_within:
            return
        score = 0.5 + 0.1 * min(length, 4) - 0.02 * length - 0.02 * min(first, 20)
        for atom in self._atoms[first:last]:
            if atom.key:
                sign = self._text[atom.start : atom.end]
                score -= 0.6 if _STRONG.fullmatch(sign) else 0.25 if sign in ".。" else 0.05
        # One name of a list is no title of the rest.
        score -= 0.6 * is_person(text)
        yield _LinePiece(_FREE, first, last, score)

    def _prose(self, first: int, last: int) -> Iterator[_LinePiece]:
        if last - first > 1 and _length(self._words(first, last)) >= _FEWEST_IN_PROSE:
            yield _LinePiece(REST, first, last, -0.3)

    def _value(self, first: int, last: int) -> Iterator[_LinePiece]:
        text = self._words(first, last)
        if (date := parse_date(text)) is not None:
            is_year = len(date) == 4
            yield _LinePiece(
                "{year}" if is_year else "{date}", first, last, 0.4 if is_year else 0.7
            )
        elif text.casefold() in _AWARDS:
            yield _LinePiece("{award}", first, last, 0.5)
        elif takes("venue", text, self._venues):
            reading = parse_venue(one_line(text))
            is_known = self._venues.find(reading.venue) is not None
            if is_known or is_venue(reading.venue, self._venues, is_dated=bool(reading.year)):
                score = (0.8 if is_known else 0.5) + 0.5 * bool(reading.year)
                yield _LinePiece("{venue}", first, last, score)

    def _people(self, first: int) -> Iterator[_LinePiece]:
        """Yield the longest list of names that begins at an atom. One name alone scores 0."""
        last = first
        while last < len(self._atoms) and self._may_name(last):
            last += 1
        for end in range(last, max(first, last - _MOST_CUT), -1):
            text = self._words(first, end)
            is_ended = not self._atoms[end - 1].key or text.endswith("al.")
            behind = self._text[self._atoms[end - 1].end :]
            is_first = self._text[: self._atoms[first].start].rstrip()[-1:] not in (",", "，")
            if is_ended and is_first and _YEAR_BEHIND.match(behind) and are_cited(text):
                yield _LinePiece("{authors}", first, end, 0.5)
                return
            if is_ended and are_authors(text):
                found = names.parse_names(one_line(text))
                number = len(found.people) + found.truncated
                if number > 2 or all(map(is_person, found.people)) or found.truncated:
                    score = 1.0 + 0.2 * min(number, 10) if number > 1 else 0.0
                    yield _LinePiece("{authors}", first, end, score)
                return

    def _may_name(self, at: int) -> bool:
        text = self._words(at, at + 1)
        if self._atoms[at].key:
            return text in _BETWEEN_NAMES
        return len(text.split()) <= 12 and text[0].isalpha() and not _DIGIT.search(text)

    def _others(self, at: int) -> Iterator[_LinePiece]:
        """Yield what an atom may be besides the known values."""
        start, end = self._span(at, at + 1)
        text = self._text[start:end]
        is_anchor = _ANCHOR.search(self._text[:start]) is not None
        if is_anchor or _NUMBER.fullmatch(text):
            yield _LinePiece("{ignored}", at, at + 1, -0.05)
            return
        around = self._text[:start].rstrip()[-1:] + self._text[end:].lstrip()[:1]
        is_led = not self._text[:start].strip() and _DASH.match(self._text, end) is not None
        if (around in _AROUND_NICKNAME or is_led) and len(text.split()) <= _MOST_LABEL_WORDS:
            yield _LinePiece("{short_title}", at, at + 1, 0.2)
        yield _LinePiece(REST, at, at + 1, -0.4 - 0.02 * min(_length(text), 10))


def _length(text: str) -> int:
    """Return the number of words; two ideographs are a word."""
    return max(len(text.split()), len(_HAN.findall(text)) // 2)
