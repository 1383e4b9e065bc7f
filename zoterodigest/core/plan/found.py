"""Lookup results: what sources say of a work, and which values of it an item takes.

A source fills in what an item lacks. It replaces a value in two cases only: if the caller asks for
it, and if nobody can cite the list of authors, because it ends in "et al.", is of short names or
has user names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import field

from zoterodigest.core.links.view import Folding, equal
from zoterodigest.core.values.dates import is_iso, year_in
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.identity import Identifier, match_title
from zoterodigest.core.values.names import is_user_name, same_name, same_person
from zoterodigest.core.values.record import (
    EMPTY,
    Entry,
    Fields,
    Item,
    Names,
    Value,
    is_empty,
    text_in,
)
from zoterodigest.core.values.short_names import are_short_for
from zoterodigest.core.works.work import contradict
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What sources say of one work: its fields, and by field the source's name for people.

    A field in `replaces` takes the place of what the item holds. One in `travels` goes on to the
    entries in Markdown, as an edit made in the library does; no other one does. Nothing is taken
    unless the item still holds what it did when it was looked at, `expects`, and no end has
    anything to say of what is replaced. `details` are texts for fields of the library that no
    entry shows (volume, publisher), by Zotero's names: an item that is written takes those it
    lacks.
    """

    fields: Fields = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    replaces: frozenset[str] = frozenset()
    travels: frozenset[str] = frozenset()
    expects: Fields = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)

    def is_meant_for(self, item: Item, folding: Folding) -> bool:
        """Tell whether `item` still holds what is expected of it."""
        return all(
            equal(name, value, item.fields.get(name, EMPTY), folding)
            for name, value in self.expects.items()
        )


@dataclass(frozen=True, slots=True)
class Pending:
    """What is known of a paper that was added to `digest` and that its entry cannot show.

    The entry's item takes it as what was found. The paper is known by `identifiers` and `title`.
    """

    digest: DigestKey
    identifiers: frozenset[Identifier]
    title: str
    found: LookupResult

    def is_about(self, entry: Entry) -> bool:
        """Tell whether `entry` is that of the paper."""
        return entry.digest == self.digest and self.is_of(entry.identifiers, entry.fields)

    def is_of(self, identifiers: Set[Identifier], fields: Fields) -> bool:
        """Tell whether an entry or item with these `identifiers` and `fields` is of the paper."""
        if identifiers & self.identifiers:
            return True
        title = match_title(text_in(fields, "title"))
        is_entitled = bool(title) and title == match_title(self.title)
        return is_entitled and not contradict(identifiers, self.identifiers)


@dataclass(frozen=True, slots=True)
class PendingChange:
    """How a run changes what is pending: facts that items have `taken`, and facts `kept` for a
    later run.
    """

    taken: tuple[Pending, ...] = ()
    kept: tuple[Pending, ...] = ()


NOTHING_PENDING = PendingChange()


def taken(
    found: LookupResult, item: Item, authors: Iterable[Value], folding: Folding, *, is_new: bool
) -> dict[str, Value]:
    """Return the values that `item` takes of what was found.

    `authors` are those that its entries show. A new item takes fields that it does not carry yet;
    one that is there takes those that it has a home for. A date is taken only if not even the year
    is known, and by a work that appeared nowhere else: it is the day on which it was first seen.
    """
    values: dict[str, Value] = {}
    if not found.is_meant_for(item, folding):
        return values
    # Without a venue the library has no field for these values: they would be lost.
    homeless = item.homeless if is_empty(found.fields.get("venue", EMPTY)) else frozenset[str]()
    for name, value in found.fields.items():
        may_come = is_new or name in item.fields or name in found.replaces
        if not may_come or is_empty(value) or name in homeless:
            continue
        held = item.fields.get(name, EMPTY)
        if name in found.replaces:
            if not equal(name, value, held, folding):
                values[name] = value
        elif name == "authors" and isinstance(held, Names) and isinstance(value, Names):
            if people := better_authors(held, value, authors):
                values[name] = people
        elif _is_lacking(name, item):
            values[name] = value
    return values


def better_authors(held: Names, found: Names, shown: Iterable[Value]) -> Names | None:
    """Return the authors an item is to have in the place of those it holds; None if these stay.

    They give way only while they are what an entry shows. Behind "et al." the rest is added, if
    those that are named are the first of all; they keep their spelling. User names are replaced,
    and so are short ones where the digest writes names so: it goes on showing them.
    """
    if not held.people:
        return found
    entries = [one for one in shown if isinstance(one, Names) and _are_one(one, held)]
    if not entries or not found.people:
        return None
    if any(map(is_user_name, held.people)):
        return None if any(map(is_user_name, found.people)) else found
    are_all_hidden = all(one.truncated for one in entries)
    if all(one.are_short for one in entries) and are_short_for(held.people, found.people):
        are_all = are_all_hidden or len(found.people) == len(held.people)
        return _with_spelling_of(held, found) if are_all else None
    if not are_all_hidden or len(found.people) <= len(held.people):
        return None
    named = zip(held.people, found.people, strict=False)
    if not all(same_person(one, other) for one, other in named):
        return None
    return Names(held.people + found.people[len(held.people) :])


def _with_spelling_of(held: Names, found: Names) -> Names:
    pairs = zip(held.people, found.people, strict=False)
    named = tuple(one if same_name(one, other) else other for one, other in pairs)
    return Names(named + found.people[len(named) :])


def as_held(item: Item, values: Fields) -> dict[str, Value]:
    """Return `values` and what else changes with them; a date that was found goes before a year."""
    is_dated = isinstance(values.get("date"), str)
    edited = {name: one for name, one in values.items() if not (is_dated and name == "year")}
    return {**values, **also_changed(item, edited)}


def also_changed(item: Item, edited: Fields) -> dict[str, Value]:
    """Return what else of `item` changes with an edit: date and year have one home in the library.

    So an entry that shows the year follows in the run in which the date of another changed.
    """
    date, year, then = edited.get("date"), edited.get("year"), item.fields.get("date", EMPTY)
    if isinstance(date, str) and year is None and "year" in item.fields:
        return {"year": year_in(date) or date}
    stated = item.fields.get("year", EMPTY)
    if date == EMPTY and year is None and isinstance(stated, str) and not is_iso(stated):
        return {"year": EMPTY}  # a year stands alone without a date, "n.d." does not
    if isinstance(year, str) and date is None and isinstance(then, str):
        return {} if then.startswith(year) else {"date": year}
    return {}


def _is_lacking(name: str, item: Item) -> bool:
    """Tell whether an item has nothing in a field; a DOI that arXiv gives is not the work's."""
    if name == "date" and item.fields.get("venue", EMPTY) not in (EMPTY, "", _PREPRINT):
        return False
    names = ("date", "year") if name == "date" else (name,)
    return all(is_empty(item.fields.get(one, EMPTY)) for one in names)


_PREPRINT = "arXiv"
"""The venue of what has none."""


def _are_one(entry: Names, item: Names) -> bool:
    """Tell whether an item holds just the people that an entry names."""
    if len(entry.people) != len(item.people):
        return False
    return all(same_name(*pair) for pair in zip(entry.people, item.people, strict=True))
