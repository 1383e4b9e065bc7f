"""Lists of authors compared, as far as they name people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoterodigest.core.values.names import is_user_name, same_person
from zoterodigest.core.works.thresholds import MOST_OTHER_PEOPLE, MOST_PEOPLE, SHARED_PEOPLE

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
