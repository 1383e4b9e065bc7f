"""What identifies a work: its title, people and identifiers, and each of them compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.names import is_user_name, same_person
from zoterodigest.core.values.record import Fields, people_of, text_in
from zoterodigest.core.works.thresholds import MOST_OTHER_PEOPLE, MOST_PEOPLE, SHARED_PEOPLE
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class KnownWork:
    """What is known of a work; `people` are its authors, none if the first is a user name."""

    title: str = ""
    people: People = ()
    identifiers: frozenset[Identifier] = frozenset()

    def contradicts(self, other: KnownWork) -> bool:
        """Tell whether the identifiers of the two name two works."""
        return contradict(self.identifiers, other.identifiers)

    def beside(self, other: KnownWork) -> PeopleCompared:
        """Return the authors of the two compared."""
        return PeopleCompared(self.people, other.people)


class Described(Protocol):
    """What describes a work: an item, an entry of a digest or of a .bib, a paper to be added."""

    @property
    def fields(self) -> Fields:
        """The values of a record."""
        ...

    @property
    def identifiers(self) -> frozenset[Identifier]:
        """What names it."""
        ...


def work_of(one: Described) -> KnownWork:
    """Return what tells the work that `one` describes."""
    people = known_people(people_of(one.fields.get("authors")))
    return KnownWork(text_in(one.fields, "title"), people, one.identifiers)


People = tuple[str, ...]


def known_people(authors: Sequence[str]) -> People:
    """Return the authors if the first is known by name and not by an account, else none."""
    return () if not authors or is_user_name(authors[0]) else tuple(authors)


@dataclass(frozen=True, slots=True)
class PeopleCompared:
    """Two lists of known people beside each other."""

    one: People
    other: People

    @property
    def is_unknown(self) -> bool:
        """Whether one of the lists says nothing of people."""
        return not self.one or not self.other

    @property
    def is_same_first(self) -> bool:
        """Whether the first authors can be one person."""
        return not self.is_unknown and same_person(self.one[0], self.other[0])

    @property
    def compared(self) -> int:
        """How many authors the shorter list has, as far as it is compared."""
        return min(len(self.one), MOST_PEOPLE, len(self.other))

    @property
    def shared(self) -> int:
        """How many authors of the first list are in the second."""
        others = self.other[:MOST_OTHER_PEOPLE]
        return sum(any(same_person(one, each) for each in others) for one in self.one[:MOST_PEOPLE])

    @property
    def agree(self) -> bool:
        """Whether the first author and most others are the same."""
        return self.is_same_first and self.shared >= SHARED_PEOPLE * self.compared

    @property
    def agree_fully(self) -> bool:
        """Whether the first author is the same and the shorter list is in the longer one."""
        return self.is_same_first and self.shared >= self.compared

    def differences(self) -> Iterator[str]:
        """Yield what keeps them from agreeing, for a person to read."""
        if self.is_unknown:
            yield "the authors cannot be compared"
            return
        if not self.is_same_first:
            yield "the first author differs"
        if self.shared < SHARED_PEOPLE * self.compared:
            yield f"only {self.shared} of {self.compared} authors agree"


def contradict(one: Iterable[Identifier], other: Iterable[Identifier]) -> bool:
    """Tell whether two sets of identifiers name two works: one scheme, other values.

    The address of a page contradicts nothing, as a work may have several pages.
    """
    return bool(_schemes(one, other))


def contradicting(
    one: frozenset[Identifier], other: frozenset[Identifier]
) -> tuple[Identifier, ...]:
    """Return the identifiers by which two sets name two works, sorted."""
    schemes = _schemes(one, other)
    return tuple(sorted(each for each in one | other if each.scheme in schemes))


def naming(identifiers: Iterable[Identifier]) -> frozenset[Identifier]:
    """Return the identifiers that name a work for certain: the address of a page does not."""
    return frozenset(each for each in identifiers if not each.is_page)


def _schemes(one: Iterable[Identifier], other: Iterable[Identifier]) -> set[str]:
    first, second = _by_scheme(one), _by_scheme(other)
    common = first.keys() & second.keys()
    return {scheme for scheme in common if not first[scheme] & second[scheme]}


def _by_scheme(identifiers: Iterable[Identifier]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for identifier in naming(identifiers):
        found[identifier.scheme].add(identifier.value)
    return found
