"""Hunks of a text: what a run changed in it, kept so that `undo` can revert it later.

A text is a sequence of pieces (lines). A hunk is reverted if its text is still there: at its old
place, or at the only place that has it with enough of its surroundings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from zoterodigest.core.links.link import fingerprint
from zoterodigest.frozen import dataclass

_AROUND = 3
"""The number of pieces above and below a hunk that are kept to find its place again."""
_SURE = 1
"""The `way` up to which a place is certain: all the pieces kept around the hunk agree."""
_TELLING = 8
"""The number of letters and digits from which on a piece is recognized at another place."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """The pieces `before` became `after`, the first of which is now piece number `at`.

    `above` and `below` tell what stands around it, less than `_AROUND` pieces only at an end. They
    are fingerprints, as they may be private text. Earlier versions kept the pieces themselves.
    """

    at: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()

    def reversed(self) -> Hunk:
        """Return the hunk that undoes this one."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Reversal:
    """A text after hunks were turned back, and those that were not, as their place has changed."""

    pieces: tuple[str, ...]
    refused: tuple[Hunk, ...] = ()


def hunks_between(before: Sequence[str], after: Sequence[str]) -> tuple[Hunk, ...]:
    """Return the hunks that made `after` of `before`; equal texts have none."""
    return tuple(
        Hunk(
            first,
            tuple(before[start:end]),
            tuple(after[first:last]),
            tuple(map(fingerprint, after[max(0, first - _AROUND) : first])),
            tuple(map(fingerprint, after[last : last + _AROUND])),
        )
        for start, end, first, last in _differences(before, after)
    )


def turn_back(pieces: Sequence[str], hunks: Sequence[Hunk]) -> Reversal:
    """Return `pieces` with every hunk undone that still stands there.

    A hunk that is undone already, or never was written, changes nothing. One whose text has
    changed, or stands in more than one place, is refused; so are those that moved the same text: it
    would stand twice, or not at all.
    """
    text = _ChangedText(pieces)
    # First of all: for a run that was killed before its write, every hunk would be searched for
    # and might be found elsewhere.
    if text.holds_results(hunks):
        return Reversal(tuple(pieces))
    places: dict[int, Hunk] = {}
    refused: list[Hunk] = []
    unsure: list[Hunk] = []
    for hunk in hunks:
        written, result = text.written(hunk), text.result(hunk)
        if result is not None and _is_surer(result, written, hunk):
            if result.way > _SURE:
                unsure.append(hunk)
            continue
        if written is not None and _is_free(written.at, hunk, places):
            places[written.at] = hunk
        elif result is None:
            refused.append(hunk)
    # A run writes a file as a whole: what it moved is not undone in one place only. What it put in
    # was edited since, and little of its surroundings is enough to stand side by side elsewhere.
    standing = tuple(places.values())
    refused += [hunk for hunk in unsure if any(_move_the_same(hunk, one) for one in standing)]
    # `refused` grows while it is walked: each half that is refused takes its other half along.
    for torn in refused:
        for at, hunk in sorted(places.items()):
            if _move_the_same(torn, hunk):
                refused.append(places.pop(at))
    turned = list(pieces)
    # From the end, so that the places of the hunks before it stay right.
    for at, hunk in sorted(places.items(), reverse=True):
        turned[at : at + len(hunk.after)] = hunk.before
    return Reversal(tuple(turned), tuple(refused))


def _is_surer(result: _Place, written: _Place | None, hunk: Hunk) -> bool:
    """Tell whether the result of turning `hunk` back stands more surely than what it wrote.

    Where a hunk wrote nothing, its surroundings alone may well stand side by side elsewhere (a
    lone "}" at the end of a file does). Of two that are equally sure the longer one counts: it
    says more.
    """
    if written is None or result.way != written.way:
        return written is None or result.way < written.way
    return len(hunk.before) > len(hunk.after)


def _move_the_same(one: Hunk, other: Hunk) -> bool:
    """Tell whether one hunk took out a piece of some words that the other put in."""
    return any(
        _is_telling(piece)
        for piece in {*one.before} & {*other.after} | {*one.after} & {*other.before}
    )


def _is_telling(piece: str) -> bool:
    return sum(map(str.isalnum, piece)) >= _TELLING


def _is_free(at: int, hunk: Hunk, places: Mapping[int, Hunk]) -> bool:
    end = at + len(hunk.after)
    return all(end < start or start + len(one.after) < at for start, one in places.items())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the text of a hunk stands; the smaller `way`, the more of its surroundings agree.

    A place that was there before the hunk, too, `tells_nothing`: a blank line above a heading is
    there before an entry is put in between, and after.
    """

    at: int
    way: int
    tells_nothing: bool = False


class _ChangedText:
    """A text in which hunks are looked for, with the places of each of its pieces."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = pieces
        self._places: dict[str, list[int]] = defaultdict(list)
        self._prints: dict[str, list[int]] | None = None
        for at, piece in enumerate(pieces):
            self._places[piece].append(at)

    def holds_results(self, hunks: Sequence[Hunk]) -> bool:
        """Tell whether the text is as it was before all of `hunks`, and not as after them.

        A file is replaced as a whole: a run that was killed wrote all of its hunks, or none.
        """
        if all(self._stands_there(hunk) for hunk in hunks):
            return False
        shift = 0
        # Nearer than that stands what the next hunk wrote, which is not there before either.
        gaps = (after.at - one.at - len(one.after) for one, after in pairwise(hunks))
        around = pairwise([_AROUND, *(min(gap, _AROUND) for gap in gaps), _AROUND])
        for hunk, near in zip(hunks, around, strict=False):
            if not _stands(self._pieces, hunk.at + shift, hunk.reversed(), near):
                return False
            shift += len(hunk.before) - len(hunk.after)
        return True

    def _stands_there(self, hunk: Hunk) -> bool:
        return _stands(self._pieces, hunk.at, hunk, (_AROUND, _AROUND))

    def written(self, hunk: Hunk) -> _Place | None:
        """Return where `hunk` is to be turned back; None if nowhere, or not in one place only."""
        place = self._place(hunk)
        # What a hunk took out may have been edited instead, if it never was written: it is not to
        # come back beside that.
        is_there = place is not None and place.tells_nothing and self._is_near(hunk.before, place)
        return None if is_there else place

    def result(self, hunk: Hunk) -> _Place | None:
        """Return where `hunk` is turned back already; None if nowhere, or not in one place only."""
        place = self._place(hunk.reversed())
        return None if place is not None and place.tells_nothing else place

    def _is_near(self, pieces: Sequence[str], place: _Place) -> bool:
        """Tell whether one of `pieces` that is telling stands right above or below a place."""
        most = len(pieces) + _AROUND
        around = self._pieces[max(0, place.at - most) : place.at + most]
        return any(_is_telling(piece) for piece in {*pieces} & {*around})

    def _place(self, hunk: Hunk) -> _Place | None:
        """Return where the text of `hunk` stands; None if nowhere, or not in one place only."""
        if self._stands_there(hunk):
            return _Place(hunk.at, 0)
        has_words = any(piece.strip() for piece in hunk.after)
        ways = [(_AROUND, _AROUND), (1, 1), *([(_AROUND, 0), (0, _AROUND)] if has_words else ())]
        for way, around in enumerate(ways, start=1):
            possible = self._possible(hunk)
            places = [at for at in possible if _stands(self._pieces, at, hunk, around)]
            if places:
                place = _Place(places[0], way, _stood_before(hunk, around))
                return place if len(places) == 1 else None
        return None

    def _possible(self, hunk: Hunk) -> Iterator[int]:
        """Yield the places where a piece of `hunk` or next to it stands."""
        if hunk.after:
            yield from self._places.get(hunk.after[0], ())
        elif hunk.above:
            yield from (at + 1 for at in self._places_of(hunk.above[-1]))
        elif hunk.below:
            yield from self._places_of(hunk.below[0])
        else:
            yield 0

    def _places_of(self, known: str) -> Iterator[int]:
        """Yield where the piece stands that was kept around a hunk."""
        if self._prints is None:
            self._prints = {fingerprint(piece): at for piece, at in self._places.items()}
        yield from self._places.get(known) or self._prints.get(known) or ()


def _stood_before(hunk: Hunk, around: tuple[int, int]) -> bool:
    """Whether the result of `hunk` stood in the text that it changed, in such surroundings."""
    before = (*hunk.above, *hunk.before, *hunk.below)
    return any(_stands(before, at, hunk, around) for at in range(len(before) + 1))


def _stands(pieces: Sequence[str], at: int, hunk: Hunk, around: tuple[int, int]) -> bool:
    """Whether the text of `hunk` stands at `at` with so many pieces of its surroundings.

    Surroundings that were cut short by an end of the text must be at that end again.
    """
    above, below = around
    end = at + len(hunk.after)
    if at > len(pieces) or not _are_same(pieces[at:end], hunk.after):
        return False
    over, under = hunk.above[len(hunk.above) - min(above, len(hunk.above)) :], hunk.below[:below]
    at_start = len(over) < above and at != len(over)
    at_end = len(under) < below and end != len(pieces) - len(under)
    if at_start or at_end or at < len(over):
        return False
    return _are_same(pieces[at - len(over) : at], over) and _are_same(
        pieces[end : end + len(under)], under
    )


def _are_same(some: Sequence[str], others: Sequence[str]) -> bool:
    return len(some) == len(others) and all(map(_is_same, some, others))


def _is_same(one: str, other: str) -> bool:
    """Tell whether two are the same piece, as itself or as its fingerprint."""
    return one == other or fingerprint(one) == other or one == fingerprint(other)


# --- what differs --------------------------------------------------------------------------------

_Difference = tuple[int, int, int, int]


def _differences(before: Sequence[str], after: Sequence[str]) -> Iterator[_Difference]:
    """Yield the ranges that differ: by pieces that stand once in both texts, in linear time."""
    start = first = 0
    for old, new in (*_anchors(before, after), (len(before), len(after))):
        found = _trimmed(before, after, (start, old, first, new))
        if found[0] < found[1] or found[2] < found[3]:
            yield found
        start, first = old + 1, new + 1


def _trimmed(before: Sequence[str], after: Sequence[str], ranges: _Difference) -> _Difference:
    """Return the ranges without what is equal at their beginning and at their end."""
    start, end, first, last = ranges
    while start < end and first < last and before[start] == after[first]:
        start, first = start + 1, first + 1
    while start < end and first < last and before[end - 1] == after[last - 1]:
        end, last = end - 1, last - 1
    return start, end, first, last


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return the longest rising series of pieces that stand once in both, by their places."""
    olds, news = Counter(before), Counter(after)
    places = {piece: at for at, piece in enumerate(after) if news[piece] == 1}
    pairs = [
        (at, places[piece])
        for at, piece in enumerate(before)
        if olds[piece] == 1 and piece in places
    ]
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for number, (_, new) in enumerate(pairs):
        length = bisect_left(tails, new)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [new]
        ends[length : length + 1] = [number]
    series: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        series.append(pairs[number])
        number = previous[number]
    return series[::-1]
