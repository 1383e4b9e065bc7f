"""Kept orders: what sorts the entries of a list, and where a new one stands among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, combinations, pairwise

from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.identity import arxiv_in_text
from zoterodigest.core.values.names import PersonName, folded_name, split_name
from zoterodigest.core.values.record import Fields, people_of, text_in
from zoterodigest.frozen import dataclass

_STEADY = 0.75
"""The share of dates that must go one way for a list to be sorted by date.

Of a short list any two of them count, of a long one those of neighbors. So one odd entry in seven
does not hide the order.
"""

_SHORT = 50
"""So many entries are a short list."""

_SURE = 4
"""So many neighboring titles must go one way, and none the other: fewer may do so by chance."""


@dataclass(frozen=True, slots=True)
class PlaceInList:
    """Where an entry stands: the number of entries above it.

    `order` says how entries that come to one place are sorted by `key`: 1 rising, -1 falling.
    """

    above: int
    order: int = 0
    key: str = ""


def place_among(orders: Sequence[KeptOrder], count: int, new: Fields) -> PlaceInList:
    """Return where `new` breaks the fewest `orders` of `count` entries; their end if none is kept.

    Of places that are as good the last counts, in a list that falls the first.
    """
    costs = costs_of_places(orders, new)
    if not costs:
        return PlaceInList(count)
    least = min(costs)
    best = [at for at, cost in enumerate(costs) if cost == least]
    lead = orders[0]
    return PlaceInList(best[0 if lead.sign < 0 else -1], lead.sign, lead.key(new))


def costs_of_places(orders: Sequence[KeptOrder], new: Fields) -> Sequence[tuple[int, ...]]:
    """Return for each place how much `new` would break each of `orders` there; () without any."""
    return list(zip(*(it.costs(new) for it in orders), strict=True))


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Entries are sorted by a key, rising (`sign` 1) or falling; `breaks` of all steps are not."""

    key: Callable[[Fields], str]
    keys: Sequence[str]
    sign: int
    breaks: float

    def costs(self, new: Fields) -> list[int]:
        """Return for each place how many entries would stand on the wrong side of a new one."""
        key = self.key(new)
        sides = [self.sign * _step(it, key) for it in self.keys]
        later = sides.count(1)
        above = accumulate((side < 0 for side in sides), initial=0)
        below = accumulate((side > 0 for side in sides), initial=0)
        return [wrong + later - right for wrong, right in zip(above, below, strict=True)]


@dataclass(frozen=True, slots=True)
class _Grouped:
    """Entries of one value stand together."""

    key: Callable[[Fields], str]
    keys: Sequence[str]
    sign: int = 0
    breaks: float = 0

    def costs(self, new: Fields) -> list[int]:
        """Return for each place whether it is apart from the entries that have the new value."""
        key = self.key(new)
        alike = [at for at, it in enumerate(self.keys) if key and it == key]
        if not alike:
            return [0] * (len(self.keys) + 1)
        return [int(not alike[0] <= at <= alike[-1] + 1) for at in range(len(self.keys) + 1)]


KeptOrder = _Sorted | _Grouped


def kept_orders(entries: Sequence[Fields]) -> tuple[KeptOrder, ...]:
    """Return the orders that entries keep, first the one that they keep best."""
    return tuple(sorted(_orders(entries), key=lambda it: it.breaks))


def _orders(entries: Sequence[Fields]) -> Iterator[KeptOrder]:
    # A list may be sorted by the years that it shows although its papers came to arXiv otherwise.
    for key in (_date, _shown_date, _arxiv_id):
        keys = [key(entry) for entry in entries]
        known = [*filter(None, keys)]
        ups, downs = _steps(pairwise(known))
        if max(ups, downs) < _STEADY * (ups + downs) and len(keys) <= _SHORT:
            ups, downs = _steps(combinations(known, 2))
        if downs and downs >= _STEADY * (ups + downs):
            yield _Sorted(key, keys, -1, ups / (ups + downs))
        elif ups and ups >= _STEADY * (ups + downs):
            yield _Sorted(key, keys, 1, downs / (ups + downs))
    for key in (_title, _short_title, first_author):
        if sign := _sure_sign(map(key, entries)):
            yield _Sorted(key, [key(entry) for entry in entries], sign, 0)
    for key in (_venue, _shown_year):
        keys = [key(entry) for entry in entries]
        runs = 1 + sum(one != other for one, other in pairwise(keys))
        if 1 < len({*keys}) == runs < len(keys):
            yield _Grouped(key, keys)


def _steps(pairs: Iterable[tuple[str, str]]) -> tuple[int, int]:
    """Return how often the second key of a pair is later, and how often earlier."""
    steps = [_step(left, right) for left, right in pairs]
    return steps.count(1), steps.count(-1)


def _sure_sign(keys: Iterable[str]) -> int:
    """Return 1 if every key that is known rises, -1 if it falls; 0 otherwise, or if few do."""
    total = 0
    for left, right in pairwise(filter(None, keys)):
        step = _step(left, right)
        if step * total < 0:
            return 0  # names of thousands are not split for a list in no order
        total += step
    return (total > 0) - (total < 0) if abs(total) >= _SURE else 0


def _step(left: str, right: str) -> int:
    """Return 1 if `right` is later than `left`, -1 if earlier, 0 if their common part is equal."""
    width = min(len(left), len(right))
    return (right[:width] > left[:width]) - (right[:width] < left[:width])


def _date(fields: Fields) -> str:
    """Return when a work is from, as far as known: by its date, its arXiv id, its year."""
    date, arxiv = text_in(fields, "date"), _arxiv_id(fields)
    # An item has the year as its date where an entry shows a year: arXiv tells the month.
    if is_iso(date) and not (arxiv and len(date) == len("2024")):
        return date
    return month_of_arxiv(fields) if arxiv else _shown_date(fields)


def month_of_arxiv(fields: Fields) -> str:
    """Return the month that an identifier of arXiv tells; "" for none."""
    arxiv = _arxiv_id(fields)
    return f"20{arxiv[:2]}-{arxiv[2:4]}" if arxiv else ""


def _shown_date(fields: Fields) -> str:
    """Return the date that an entry shows, or else its year."""
    date = text_in(fields, "date")
    return date if is_iso(date) else text_in(fields, "year")


def _arxiv_id(fields: Fields) -> str:
    """Return an identifier of arXiv that tells its month."""
    arxiv = text_in(fields, "arxiv")
    return arxiv if arxiv_in_text(arxiv) and re.match(r"\d{4}\.", arxiv) else ""


def _title(fields: Fields) -> str:
    return _bare(text_in(fields, "title"))


def _short_title(fields: Fields) -> str:
    return _bare(text_in(fields, "short_title"))


def first_author(fields: Fields) -> str:
    """Return the last name of the first author, folded; "" for none."""
    people = people_of(fields.get("authors"))
    if not people:
        return ""
    name = split_name(people[0])
    return folded_name(name.last if isinstance(name, PersonName) else name.name)


def _venue(fields: Fields) -> str:
    return text_in(fields, "venue").casefold()


def _shown_year(fields: Fields) -> str:
    return _shown_date(fields)[:4]


def _bare(text: str) -> str:
    """Return a text as an index sorts it: without case, accents and signs."""
    return re.sub(r"[^\w ]", "", folded_name(text)).strip()
