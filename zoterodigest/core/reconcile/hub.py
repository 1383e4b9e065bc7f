"""One item and its links: how each link merges, and what it may write, as things stand now."""

from __future__ import annotations

from collections.abc import Container, Mapping, Set
from dataclasses import replace
from functools import partial

from zoterodigest.core.links.link import Base
from zoterodigest.core.links.merge import Merge, Side, ends_of, merge_field
from zoterodigest.core.plan.choosing import decided, is_chosen
from zoterodigest.core.plan.plan import Action, Link
from zoterodigest.core.plan.reports import Report
from zoterodigest.core.plan.run_options import NONE, Directions, RunOptions
from zoterodigest.core.reconcile.sections import are_mixed_up, as_conflicts
from zoterodigest.core.reconcile.settle import PLANNED, item_end, side_of, without
from zoterodigest.core.values.dates import year_in
from zoterodigest.core.values.names import is_user_name
from zoterodigest.core.values.record import (
    EMPTY,
    MARKS,
    NOTE,
    Fields,
    Item,
    Value,
    blank_item,
    is_empty,
    is_of_entry,
    people_of,
    value_parts,
)
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Moves:
    """The collections an item is put in and taken out of for one link."""

    placed: frozenset[str] = frozenset()
    unplaced: frozenset[str] = frozenset()


class Hub:
    """One item and its links while changes are propagated over them.

    `current` is the item with what its links have brought so far, `after` the fields that change,
    of which those that are `edited` are not just filled in. `sources` says who was asked for values
    that were looked up, and `travels` which of these go on to entries. `details` is what is to be
    done at notes and entries.
    """

    def __init__(
        self, joined: list[tuple[Link, Moves]], run_options: RunOptions, taken: Container[str]
    ) -> None:
        self.links = [link for link, _ in joined]
        self.reports: list[Report] = []
        self.moves = [moves for _, moves in joined]
        self.run_options = run_options
        self.taken = taken
        self.item = self.links[0].item
        self.folding = run_options.folding if self.item else run_options.folding.of_new_items()
        self.key = self.links[0].row.item
        carried = (name for link in self.links for name in link.entry.fields)
        record = (name for name in carried if not is_of_entry(name))
        self.current = self.item or blank_item(self.key, record)
        self.after: dict[str, Value] = {}
        self.edited: set[str] = set()
        self.sources: dict[str, str] = {}
        self.travels = frozenset[str]()
        self.found_details: Mapping[str, str] = {}
        self.details: list[Action] = []

    def merged(self, link: Link) -> Merge:
        """Return how a link merges over what its item holds now."""
        row, entry, item = link.row, side_of(link.entry), self.side(link)
        # Fields that wait are not carried at all: an empty one would count as cleared.
        carried = without(item, link.set_aside)
        bases = self._bases(link, entry, carried)
        merged = merge_field(bases, entry, carried, self.folding, row.diverged)
        merged = decided(merged, (entry, item), row, self.run_options)
        # Last, so that neither a preference nor a fill moves text of a heading that was moved.
        if are_mixed_up(link.entry, self.current, row, self.folding):
            return as_conflicts(merged, partial(self.is_chosen, link))
        return merged

    def _bases(self, link: Link, entry: Side, item: Side) -> dict[str, Base]:
        """Return the bases to merge over: what an export wrote is no edit of the entry."""
        bases = link.bases
        for name in link.entry.ours & bases.keys() & item.fields.keys():
            ends = ends_of(name, entry, item)
            bases[name] = replace(bases[name], at_entry=ends.entry_print(self.folding))
        return bases

    def side(self, link: Link) -> Side:
        """Return the item's end of a link, as it is now."""
        return item_end(link, self.current, link.row)

    def sent(self, link: Link, merged: Merge) -> dict[str, Value]:
        """Return what a link may write into its item and note.

        It is final for a date that its home can't hold: `current` is then planned without it.
        """
        # What an export wrote fills in nothing. A field without a home waits for a venue.
        silent = merged.fills & link.entry.ours
        if is_empty(merged.to_item.get("venue", EMPTY)) or not self.may_push(link, "venue"):
            silent |= self.current.homeless
        # An item that a person made keeps no names of accounts: a lookup finds those of the people.
        people = people_of(merged.to_item.get("authors"))
        if self.is_adopted(link) and any(map(is_user_name, people)):
            silent |= merged.fills & {"authors"}
        sent = {name: value for name, value in merged.to_item.items() if name not in silent}
        # Another entry just filled in another year: the one home of both cannot hold this date.
        if "date" in merged.fills and self._has_other_year(sent.get("date", EMPTY)):
            del sent["date"]
            self.current = with_fields(self.current, {"date": self.after["year"]})
        return {name: value for name, value in sent.items() if self.may_push(link, name)}

    def is_adopted(self, link: Link) -> bool:
        """Tell whether a person made the item."""
        return self.item is not None and not link.row.origin.item

    def _has_other_year(self, date: Value) -> bool:
        """Tell whether an entry just filled in another year than that of `date`.

        The library has one home for both: the item would hold the year, and the two have diverged.
        """
        year = self.after.get("year", EMPTY)
        return not is_empty(year) and isinstance(date, str) and (year_in(date) or date) != year

    def may_push(self, link: Link, name: str) -> bool:
        """Tell whether a field goes from a link's entry to the library."""
        # A note that a person wrote in Zotero is never written there (law 8).
        if name.startswith(NOTE):
            return False
        return self._directions(link).push.allows(name) or self.is_chosen(link, name)

    def may_pull(self, link: Link, name: str) -> bool:
        """Tell whether a field comes from the library to a link's entry."""
        # A star or a box is written in too many ways to be put into a line that has none.
        if name == MARKS:
            return False
        directions = self._directions(link)
        may_show = name.startswith(NOTE) and directions.pull != NONE
        may_travel = name in self.travels and directions.found.allows(name)
        is_allowed = may_show or may_travel or directions.pull.allows(name)
        return is_allowed or self.is_chosen(link, name)

    def is_chosen(self, link: Link, name: str) -> bool:
        """Tell whether a person chose the end that a field of a link is taken from."""
        return is_chosen(self.run_options.choices, link.row.id, name)

    def _directions(self, link: Link) -> Directions:
        return self.run_options.rules_for(link.entry.digest).directions


def with_fields(item: Item, changes: Fields) -> Item:
    """Return `item` as planned; the raw text of a planned value is unlike any that was read."""
    planned = {name: PLANNED.join(("", *value_parts(value))) for name, value in changes.items()}
    return replace(item, fields={**item.fields, **changes}, raws={**item.raws, **planned})


def with_home(names: Set[str]) -> set[str]:
    """Return `names` with date and year if one of them is there: the item has one home for both."""
    return {*names, "date", "year"} if names & {"date", "year"} else {*names}


def diverged_in(link: Link, merged: Merge) -> frozenset[str]:
    """Return the fields that have diverged, so that no export may decide them.

    What an export wrote and nobody edited, the next one may write anew, unless an item took the
    place of that which it was written from.
    """
    return frozenset_of(merged.diverged - (link.entry.ours - link.row.diverged))
