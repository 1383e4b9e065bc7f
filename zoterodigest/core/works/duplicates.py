"""Duplicates: works that are more than once in the library, or in entries without an item.

They are recognized as in the catalogue: by identifier, else by title and first author. Near matches
are reported as possible duplicates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import field
from enum import Enum
from typing import TypeVar

from zoterodigest.core.values.identity import Identifier, match_title
from zoterodigest.core.values.record import Entry, Fields, Item, text_in
from zoterodigest.core.works.thresholds import MOST_COMPARED
from zoterodigest.core.works.titles import are_near, is_telling, near_keys
from zoterodigest.core.works.work import contradict, naming, work_of
from zoterodigest.frozen import dataclass


class Why(Enum):
    """Why several are one work, or may be one."""

    IDENTIFIER = "identifier"
    """They have one identifier."""
    TITLE = "title"
    """Title and first author agree, or the title alone where one names no authors."""
    PUBLISHED = "published"
    """Besides, one is the preprint and another one was published."""
    CONTRADICTION = "contradiction"
    """They agree, but have different identifiers of one scheme."""
    SHORT_TITLE = "short title"
    """A short title agrees, and one names no authors."""
    NEAR_TITLE = "near title"
    """Titles nearly agree, and so do the first author and most others."""

    @property
    def is_doubt(self) -> bool:
        """Whether a person has to look."""
        return self in (Why.CONTRADICTION, Why.SHORT_TITLE, Why.NEAR_TITLE)


@dataclass(frozen=True, slots=True)
class Copy:
    """A work as it stands once: an item with the entries linked with it, or an entry without one.

    `item` is the item's key, "" for an entry by itself.
    """

    item: str
    fields: Fields
    identifiers: frozenset[Identifier]
    entries: tuple[Entry, ...] = ()

    @property
    def title(self) -> str:
        """Its title, "" for none."""
        return text_in(self.fields, "title")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Several copies that are one work, or may be; `shared` are identifiers that two of them have.

    Of those that only may be one, each stands for all that surely are one with it.
    """

    copies: tuple[Copy, ...]
    why: tuple[Why, ...]
    shared: tuple[Identifier, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether they are one work without doubt."""
        return not any(why.is_doubt for why in self.why)

    @property
    def items(self) -> tuple[str, ...]:
        """The keys of the items among them."""
        return tuple(copy.item for copy in self.copies if copy.item)


def copies_of(items: Iterable[Item], linked: Sequence[tuple[Entry, str]]) -> tuple[Copy, ...]:
    """Return the works of a library and of entries, each with the key of its item ("" for none).

    Items come in the order of their entries, then those without one. What lies in the trash is no
    work; entries whose item is not live stand by themselves, those of one item together.
    """
    by_item: dict[str, list[Entry]] = defaultdict(list)
    for entry, key in linked:
        by_item[key].append(entry)
    live = {item.key: item for item in items if not item.is_trashed}
    in_order = dict.fromkeys([*(key for key in by_item if key in live), *live])
    without = [[entry] for entry in by_item[""]]
    without += [entries for key, entries in by_item.items() if key and key not in live]
    readable = ([one for one in entries if not one.is_unreadable] for entries in without)
    return (
        *(_copy_of(live[key], by_item[key]) for key in in_order),
        *(_copy_of(None, entries) for entries in readable if entries),
    )


def _copy_of(item: Item | None, entries: Sequence[Entry]) -> Copy:
    known, fields = (item.identifiers, item.fields) if item else (frozenset(), entries[0].fields)
    identifiers = known.union(*(entry.identifiers for entry in entries))
    return Copy(item.key if item else "", fields, identifiers, tuple(entries))


def find_duplicates(copies: Sequence[Copy]) -> tuple[Duplicate, ...]:
    """Return the works that stand more than once in `copies`, sure ones first, in their order.

    Entries that the next push would link with the one item of their work are no duplicates.
    """
    works = _WorkGroups(copies)
    # The surest sign comes first: what it joins is compared as one work by the next sign.
    named = _sharing(copies, lambda copy: naming(copy.identifiers))
    works.meet([named[identifier] for identifier in sorted(named)], works.share_identifier)
    titled = _sharing(copies, lambda copy: filter(None, [match_title(copy.title)]))
    works.meet(titled.values(), works.share_title)
    near = _sharing(copies, lambda copy: near_keys(copy.title))
    works.meet(near.values(), works.share_near_title)
    sure = [found for found in works.sure() if len(found.items) != 1]
    return (*sure, *works.doubtful())


Judge = Callable[[int, int], Why | None]
_Key = TypeVar("_Key", bound=Hashable)
_Groups = dict[_Key, list[int]]


def _sharing(copies: Sequence[Copy], keys: Callable[[Copy], Iterable[_Key]]) -> _Groups[_Key]:
    """Return the places of the copies that have a key in common, by key."""
    found: dict[_Key, list[int]] = defaultdict(list)
    for index, copy in enumerate(copies):
        for key in dict.fromkeys(keys(copy)):
            found[key].append(index)
    return found


@dataclass(slots=True, eq=False)
class _Work:
    """Copies that are one work, while they are being found."""

    members: list[int]
    identifiers: frozenset[Identifier]
    why: set[Why] = field(default_factory=set)


class _WorkGroups:
    """The works among copies; at first each copy is one by itself."""

    def __init__(self, copies: Sequence[Copy]) -> None:
        self._copies = copies
        self._known = [work_of(copy) for copy in copies]
        self._work_of = [_Work([at], naming(copy.identifiers)) for at, copy in enumerate(copies)]
        self._doubts: dict[tuple[int, int], Why] = {}

    def meet(self, groups: Iterable[Sequence[int]], judge: Judge) -> None:
        """Join what `judge` finds to be one work among the copies of each group."""
        for group in groups:
            diverged: list[int] = []
            for index in group if len(group) > 1 else ():
                if not self._is_one_of(diverged, index, judge) and len(diverged) < MOST_COMPARED:
                    diverged.append(index)

    def _is_one_of(self, others: Sequence[int], index: int, judge: Judge) -> bool:
        """Tell whether a copy is one work with one of `others`, after joining what `judge` says.

        Of those that it only may be one with, the first is remembered.
        """
        doubt: tuple[int, Why] | None = None
        for other in others:
            if self._work_of[other] is self._work_of[index]:
                return True
            why = judge(other, index)
            if why and not why.is_doubt:
                self._join(self._work_of[other], self._work_of[index], why)
                return True
            doubt = doubt or ((other, why) if why else None)
        if doubt is not None:
            self._doubts.setdefault((doubt[0], index), doubt[1])
        return False

    def _join(self, one: _Work, other: _Work, why: Why) -> None:
        # The smaller group moves, so that joining many copies stays cheap.
        larger, smaller = (one, other) if len(one.members) >= len(other.members) else (other, one)
        larger.members += smaller.members
        larger.identifiers |= smaller.identifiers
        larger.why |= {*smaller.why, why}
        for member in smaller.members:
            self._work_of[member] = larger

    def share_identifier(self, one: int, other: int) -> Why:
        """Judge two copies that have an identifier in common."""
        return Why.CONTRADICTION if self._contradict(one, other) else Why.IDENTIFIER

    def share_title(self, one: int, other: int) -> Why | None:
        """Judge two copies of one title."""
        people = self._known[one].beside(self._known[other])
        if not people.is_unknown and not people.is_same_first:
            return None
        telling = is_telling(self._known[one].title)
        if self._contradict(one, other):
            return Why.CONTRADICTION if telling and not people.is_unknown else None
        return Why.SHORT_TITLE if people.is_unknown and not telling else Why.TITLE

    def share_near_title(self, one: int, other: int) -> Why | None:
        """Judge two copies whose titles may nearly be equal."""
        first, second = self._known[one], self._known[other]
        people = first.beside(second)
        if not people.is_same_first or self._contradict(one, other):
            return None
        is_near = are_near(first.title, second.title) and people.agree
        return Why.NEAR_TITLE if is_near else None

    def _contradict(self, one: int, other: int) -> bool:
        return contradict(self._work_of[one].identifiers, self._work_of[other].identifiers)

    def sure(self) -> Iterator[Duplicate]:
        """Yield the works that stand more than once, in the order of their first copy."""
        for work in dict.fromkeys(self._work_of):
            if len(work.members) > 1:
                yield self._duplicate(sorted(work.members), work.why)

    def doubtful(self) -> Iterator[Duplicate]:
        """Yield pairs of works that may be one, each once."""
        first_of = {work: min(work.members) for work in dict.fromkeys(self._work_of)}
        told: dict[tuple[int, ...], Why] = {}
        for (one, other), why in sorted(self._doubts.items(), key=lambda found: found[0]):
            first, second = (first_of[self._work_of[each]] for each in (one, other))
            if first != second:
                told.setdefault((min(first, second), max(first, second)), why)
        for pair, why in told.items():
            yield self._duplicate(pair, {why})

    def _duplicate(self, members: Sequence[int], why: set[Why]) -> Duplicate:
        copies = tuple(self._copies[member] for member in members)
        counted = Counter(one for copy in copies for one in naming(copy.identifiers))
        shared = tuple(sorted(one for one, number in counted.items() if number > 1))
        if Why.TITLE in why and _is_published_preprint(copies):
            why = why | {Why.PUBLISHED}
        return Duplicate(copies, tuple(one for one in Why if one in why), shared)


def _is_published_preprint(copies: Sequence[Copy]) -> bool:
    """Tell whether one of `copies` has but an arXiv id, and another what a publisher gives."""
    marks = [_marks(copy) for copy in copies]
    return {"arxiv"} in marks and any("published" in found for found in marks)


def _marks(copy: Copy) -> set[str]:
    schemes = {one.scheme for one in naming(copy.identifiers)} - {"openreview"}
    names = {"arxiv" if scheme == "arxiv" else "published" for scheme in schemes}
    venue = copy.fields.get("venue")
    return names | {"published"} if venue and isinstance(venue, str) else names
