"""What tells a work: the small value that the judge compares, taken of whatever describes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Fields, Names, text_in
from zoterodigest.core.works.contradictions import contradict
from zoterodigest.core.works.people import People, PeopleCompared, known_people


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
    authors = one.fields.get("authors")
    people = known_people(authors.people) if isinstance(authors, Names) else ()
    return KnownWork(text_in(one.fields, "title"), people, one.identifiers)
