"""Propagation: for every item, the changes that its links ask for at either end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial

from zoterodigest.core.links.bases import recorded, without_fill
from zoterodigest.core.links.link import Base
from zoterodigest.core.links.merge import (
    Agreed,
    Clash,
    Diverged,
    FieldEnds,
    InSync,
    Merge,
    Side,
    ends_of,
    is_set,
    merge_field,
)
from zoterodigest.core.links.view import equal, links_as_held
from zoterodigest.core.plan.choosing import decided, is_chosen
from zoterodigest.core.plan.cleared import left_out_of, no_longer_shown
from zoterodigest.core.plan.found import LookupResult, also_changed, as_held, taken
from zoterodigest.core.plan.plan import (
    Action,
    ChangeEntry,
    ChangeItem,
    ChangeNote,
    CreateItem,
    CreateNote,
    Link,
)
from zoterodigest.core.plan.reports import (
    Conflict,
    DivergedField,
    HeldBack,
    MissingNote,
    NoLongerShown,
    Report,
    UnreadableDate,
    Waiting,
)
from zoterodigest.core.plan.run_options import NONE, Directions, End, RunOptions, entry_end
from zoterodigest.core.reconcile.sections import are_mixed_up, as_conflicts
from zoterodigest.core.reconcile.settle import is_note_missing, item_end, side_of, without
from zoterodigest.core.values.dates import is_iso, year_in
from zoterodigest.core.values.keys import free_note_key
from zoterodigest.core.values.names import is_user_name
from zoterodigest.core.values.record import (
    EMPTY,
    MARKS,
    NOTE,
    Entry,
    Fields,
    Item,
    Names,
    Value,
    blank_item,
    is_empty,
    is_of_entry,
    value_parts,
)
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Moves:
    """The collections an item is put in and taken out of for one link."""

    placed: frozenset[str] = frozenset()
    unplaced: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Propagation:
    """Actions and reports of a run in order, and its links with what is known before writing."""

    actions: tuple[Action, ...]
    reports: tuple[Report, ...]
    links: tuple[Link, ...]


def propagate(
    links: Sequence[tuple[Link, Moves]], run_options: RunOptions, taken: Container[str]
) -> Propagation:
    """Propagate changes over `links` (in order, each with its moves) as far as directions allow.

    All links of an item are handled together, so an edit reaches every entry in one run. Of several
    new entries the first gives an item its values. Values from sources come after the values of
    entries and stay at the item. No new note gets a key that is `taken`.
    """
    by_item: dict[str, list[tuple[Link, Moves]]] = defaultdict(list)
    for link, moves in links:
        by_item[link.row.item].append((link, moves))
    hubs = [_Hub(joined, run_options, taken) for joined in by_item.values()]
    for hub in hubs:
        hub.carry()
    carried = [link for hub in hubs for link in hub.links]
    return Propagation(
        tuple(action for hub in hubs for action in hub.actions()),
        tuple(report for hub in hubs for report in hub.reports),
        tuple(sorted(carried, key=lambda link: link.index)),
    )


class _Hub:
    """One item and its links while changes are propagated over them."""

    def __init__(
        self, joined: list[tuple[Link, Moves]], run_options: RunOptions, taken: Container[str]
    ) -> None:
        self.links = [link for link, _ in joined]
        self.reports: list[Report] = []
        self._moves = [moves for _, moves in joined]
        self._terms = run_options
        self._taken = taken
        self._item = self.links[0].item
        self._folding = run_options.folding if self._item else run_options.folding.of_new_items()
        self._key = self.links[0].row.item
        carried = (name for link in self.links for name in link.entry.fields)
        record = (name for name in carried if not is_of_entry(name))
        self._now = self._item or blank_item(self._key, record)
        self._after: dict[str, Value] = {}
        self._edited: set[str] = set()
        self._sources: dict[str, str] = {}
        self._travels = frozenset[str]()
        self._found_details: Mapping[str, str] = {}
        self._details: list[Action] = []

    def carry(self) -> None:
        """Bring every link's changes to the item, then the item's to every entry."""
        # First, as all that follows goes by what waits.
        self._hold_back()
        self._hold_exports()
        # All links bring their changes before any entry takes one. So an edit reaches every entry
        # in one run, and a second run has nothing to do (law 4).
        merges = [self._to_item(place) for place in range(len(self.links))]
        # An entry without a base may still have what another one just cleared: it fills that in.
        # And what was in conflict may be no more: another one brought back what its base is.
        if len(self.links) > 1 and self._edited:
            self._bring_again(merges)
        # Date and year have one home in the library, so one link alone may have changed both.
        if self._after and (len(self.links) > 1 or self._after.keys() & {"date", "year"}):
            merges = [self._merged(link) for link in self.links]
        # What sources say comes after what every person said: a person goes first (ADR 13).
        if found := self._terms.found.get(self._key) or self._pending():
            self._take(found)
            self._found_details = found.details
            merges = [self._merged(link) for link in self.links]
        self._hold_left(merges)
        for place, (link, each) in enumerate(zip(self.links, merges, strict=True)):
            merged = self._with_left(link, each)
            self._to_entry(link, merged)
            self._report(link, merged)
            self.links[place] = replace(link, diverged=_diverged(link, merged))

    def actions(self) -> list[Action]:
        """Return what is to be done at the item, then at its notes and entries."""
        row_ids = tuple(link.row.id for link in self.links)
        placed = frozenset[str]().union(*(move.placed for move in self._moves))
        unplaced = frozenset[str]().union(*(move.unplaced for move in self._moves))
        placing = tuple(sorted(placed)), tuple(sorted(unplaced))
        looked_up = self._sources, self._found_details
        if self._item is None:
            filled = {name: value for name, value in self._after.items() if not is_empty(value)}
            create = CreateItem(self._key, filled, row_ids, placing[0], *looked_up)
            return [create, *self._details]
        if not self._after and not placed and not unplaced:
            return self._details
        fields, fills = self._item.fields, frozenset(self._after) - self._edited
        before = {name: fields.get(name, EMPTY) for name in self._after}
        changes = self._key, self._item.version, before, self._after
        change = ChangeItem(*changes, row_ids, fills, *placing, *looked_up)
        return [change, *self._details]

    def _hold_back(self) -> None:
        """Let a link's edit of a field wait if the field waits at another link, and members that it
        fills in also if the field is in conflict at another link where this library lagged.

        The value that the item is to have is still to arrive. An edit written before would replace
        it, and the next run would take the item for changed by a person, and write again (law 4).
        """
        waiting = _with_home(frozenset().union(*(link.recall.waits for link in self.links)))
        disputed = frozenset[str]().union(*map(self._disputed, self.links))
        for place, link in enumerate(self.links if waiting or disputed else ()):
            merged = self._merged(link)
            sent = self._sent(link, merged).keys() | self._otherwise_exported(link)
            held = {
                name
                for name in sent & (waiting | (disputed & merged.fills))
                if not is_of_entry(name) and not self._is_chosen(link, name)
            }
            self.links[place] = replace(link, recall=link.recall.with_waiting(held))

    def _disputed(self, link: Link) -> Set[str]:
        """Return the members in conflict at a link where this library lagged and was edited."""
        lagged = {name for name in link.recall.bases if is_set(name)}
        return self._merged(link).conflicts & lagged if lagged else frozenset()

    def _otherwise_exported(self, link: Link) -> set[str]:
        """Return the fields that an export wrote elsewhere before it was killed, or that are as an
        earlier one wrote them: a merge by git brought that back.
        """
        sides = side_of(link.entry), self._side(link)
        names = link.entry.ours & link.row.bases.keys() & sides[1].fields.keys()
        return {
            name
            for name in names
            if ends_of(name, *sides).changed(link.row.bases[name], self._folding)[0]
        }

    def _hold_exports(self) -> None:
        """Let what an export wrote elsewhere wait as long as a digest disputes it with the item, or
        no other entry shows it.

        This library lagged and was edited as well. The .bib follows once a person has decided:
        before that, the item's value would overwrite the other machine's edit there.
        """
        lagged = frozenset[str]().union(*(link.recall.bases for link in self.links))
        for place, link in enumerate(self.links):
            others = [one for one in self.links if one is not link]
            held = {
                name
                for name in (link.entry.ours - link.recall.waits) & lagged
                if any(self._is_disputed(name, link, one) for one in others)
                or self._is_exported_alone(name, link, others)
            }
            if held:
                self.links[place] = replace(link, recall=link.recall.with_waiting(held))

    def _hold_left(self, merges: Sequence[Merge]) -> None:
        """Let what an earlier export wrote wait as long as the item is behind in another field.

        No export brings the entry up to date until then.
        """
        if not any(link.recall.waits for link in self.links):
            return
        for place, (link, merged) in enumerate(zip(self.links, merges, strict=True)):
            if left := self._left(link, merged):
                self.links[place] = replace(link, recall=link.recall.with_waiting(left))

    def _with_left(self, link: Link, merged: Merge) -> Merge:
        """Return `merged` with what an earlier export wrote as diverged if another field has.

        No export brings the entry up to date until then.
        """
        left = self._left(link, merged) - link.recall.waits if _diverged(link, merged) else ()
        return Merge({**merged.results, **dict.fromkeys(left, Diverged())}) if left else merged

    def _left(self, link: Link, merged: Merge) -> set[str]:
        """Return what an earlier export wrote and only the next one would write anew."""
        entry, item = side_of(link.entry), self._side(link)
        return {
            name
            for name in self._otherwise_exported(link)
            if isinstance(merged.results.get(name), InSync)
            and not ends_of(name, entry, item).are_equal(self._folding)
        }

    def _is_disputed(self, name: str, link: Link, other: Link) -> bool:
        """Tell whether at the `other` link is open what a .bib shows at `link`, or its field is in
        conflict where this library lagged.
        """
        merged, value = self._merged(other), other.entry.fields.get(name)
        if name in link.recall.bases and merged.conflicts & _with_home({name}):
            return True
        if value is None or name not in merged.conflicts | merged.diverged:
            return False
        return equal(name, value, link.entry.fields[name], self._folding)

    def _is_exported_alone(self, name: str, link: Link, others: Sequence[Link]) -> bool:
        """Tell whether only a .bib shows what another machine made of a field, and this library got
        another value since the last run here.
        """
        if name not in link.recall.bases or any(name in one.recall.bases for one in others):
            return False
        # Of the .bib git kept an older text, which is as exported then: it follows.
        if name in self._otherwise_exported(link):
            return False
        shown = [one for one in others if name in one.entry.fields]
        return not shown or any(
            self._is_changed_in_item(name, one)
            or self._differ_behind(one.entry.fields[name], name, link)
            for one in shown
        )

    def _is_changed_in_item(self, name: str, link: Link) -> bool:
        base, item = link.row.bases.get(name), self._side(link)
        if base is None or name not in item.fields:
            return False
        return ends_of(name, side_of(link.entry), item).changed(base, self._folding)[1]

    def _differ_behind(self, shown: Value, name: str, link: Link) -> bool:
        """Tell whether the ends of a link have other authors behind the "et al." of those `shown`
        by another entry: it can't tell of them.
        """
        ends = link.entry.fields[name], self._side(link).fields[name]
        if not isinstance(shown, Names) or not shown.truncated:
            return False
        number = len(shown.people)
        rests = (replace(one, people=one.people[number:]) for one in ends if isinstance(one, Names))
        at_entry, at_item = next(rests, EMPTY), next(rests, EMPTY)
        return not equal(name, at_entry, at_item, self._folding)

    def _to_item(self, place: int) -> Merge:
        """Bring one link's changes to the item, and to the note if they belong to the entry."""
        link = self.links[place]
        merged = self._merged(link)
        if merged.to_item or link.restores_note:
            sent = self._sent(link, merged)
            self._to_note(link, {n: v for n, v in sent.items() if is_of_entry(n)}, merged.fills)
            record = {n: v for n, v in sent.items() if not is_of_entry(n)}
            self._to_record(place, record, merged.fills)
        return merged

    def _bring_again(self, merges: Sequence[Merge]) -> None:
        """Let each link fill in what it may of the fields that another one has just edited, and
        bring its edits that were in conflict in `merges`, before the others had edited the item.
        """
        for place, (link, then) in enumerate(zip(list(self.links), merges, strict=True)):
            merged = self._merged(link)
            asked = (merged.fills & self._edited) | then.conflicts
            names = {name for name in asked if not is_of_entry(name)}
            if names:
                sent = self._sent(link, merged)
                record = {name: value for name, value in sent.items() if name in names}
                self._to_record(place, record, merged.fills)

    def _sent(self, link: Link, merged: Merge) -> dict[str, Value]:
        """Return what a link may write into its item and note."""
        # What an export wrote fills in nothing. A field without a home waits for a venue.
        silent = merged.fills & link.entry.ours
        if is_empty(merged.to_item.get("venue", EMPTY)) or not self._may_push(link, "venue"):
            silent |= self._now.homeless
        # An item that a person made keeps no names of accounts: a lookup finds those of the people.
        if self._is_adopted(link) and _has_user_names(merged.to_item.get("authors", EMPTY)):
            silent |= merged.fills & {"authors"}
        sent = {name: value for name, value in merged.to_item.items() if name not in silent}
        # Another entry just filled in another year: the one home of both cannot hold this date.
        if "date" in merged.fills and self._has_other_year(sent.get("date", EMPTY)):
            del sent["date"]
            self._now = _with_fields(self._now, {"date": self._after["year"]})
        return {name: value for name, value in sent.items() if self._may_push(link, name)}

    def _is_adopted(self, link: Link) -> bool:
        return self._item is not None and not link.row.origin.item

    def _to_record(self, place: int, record: dict[str, Value], fills: frozenset[str]) -> None:
        """Change these fields of the item for one link, of them `fills` as values filled in."""
        link = self.links[place]
        if "links" in record:
            entry, item = link.entry.fields, self._now.fields
            record = record | {"links": links_as_held(record["links"], entry, item)}
        record = self._without_dated_year(place, record)
        record, left = self._year_of_cleared(place, record)
        self._edited |= record.keys() - fills
        if not record:
            return
        before = self._now
        filled = record.keys() & fills
        edited = {name: record[name] for name in record.keys() - filled}
        also = also_changed(before, edited) if self._item else {}
        # The item has one home for date and year: a year that one entry changed takes the place of
        # the date that another did. With both, the library would get another than was planned.
        kept = {name: value for name, value in self._after.items() if name not in also}
        self._after = kept | record
        also |= left
        came = also_changed(before, {name: record[name] for name in filled}) if self._item else {}
        self._now = _with_fields(before, record | also | came)
        # `remove` takes back these fields alone from an item that zoterodigest did not create.
        if self._is_adopted(link):
            self._note_fills(place, filled)
        for other in range(len(self.links)):
            if other != place:
                self._keep_from(other, filled | came.keys(), before)
                self._bring_to(other, edited | also)

    def _year_of_cleared(
        self, place: int, record: dict[str, Value]
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """Return `record` with what it clears along with a date, and the date that is left.

        The library has one home for both. So the year goes too, unless an entry states it: then the
        item shows the year as its date, which an entry without a date need not show.
        """
        year = self._now.fields.get("year", EMPTY)
        is_cleared = record.get("date") == EMPTY and "year" not in record
        if not is_cleared or not isinstance(year, str) or not is_iso(year):
            return record, {}
        stated = (one.entry.fields for one in self.links if "year" not in one.entry.ours)
        if all(is_empty(fields.get("year", EMPTY)) for fields in stated):
            return record | {"year": EMPTY}, {}
        self._forget_base(place, "date")
        if self._now.fields["date"] == year:
            record = {name: value for name, value in record.items() if name != "date"}
        return record, {"date": year}

    def _without_dated_year(self, place: int, record: dict[str, Value]) -> dict[str, Value]:
        """Return `record` without a year that it clears where the item has more of a date.

        The date stays: it says the year too, and an entry without a year need not show it.
        """
        date = self._now.fields.get("date", EMPTY)
        is_cleared = record.get("year") == EMPTY and "date" not in record
        if not is_cleared or is_empty(date) or date == self._now.fields.get("year"):
            return record
        self._forget_base(place, "year")
        return {name: value for name, value in record.items() if name != "year"}

    def _forget_base(self, place: int, name: str) -> None:
        """Leave a link without a base for a field: its ends need not agree any more."""
        link = self.links[place]
        bases = {one: base for one, base in link.row.bases.items() if one != name}
        self.links[place] = replace(link, row=replace(link.row, bases=bases))

    def _has_other_year(self, date: Value) -> bool:
        """Tell whether an entry just filled in another year than that of `date`.

        The library has one home for both: the item would hold the year, and the two have diverged.
        """
        year = self._after.get("year", EMPTY)
        return not is_empty(year) and isinstance(date, str) and (year_in(date) or date) != year

    def _take(self, found: LookupResult) -> None:
        """Let the item take what was found, except for fields that a link changes.

        A value that a person removed is not filled in again. A field that the entries in Markdown
        would show differently diverges.
        """
        before = self._now
        authors = [link.entry.fields.get("authors", EMPTY) for link in self.links]
        values = taken(found, before, authors, self._folding, is_new=self._item is None)
        said = _with_home(self._edited.union(*map(self._said, self.links)))
        for name in values.keys() - found.replaces:
            if self._was_removed(name) or self._is_the_persons_own(name):
                said.add(name)
        values = {name: value for name, value in values.items() if name not in said}
        if not values or (found.expects and said & found.replaces):
            return
        self._after |= values
        self._sources = {name: found.sources.get(name, "") for name in sorted(values)}
        self._travels = found.travels & values.keys()
        self._now = _with_fields(before, as_held(before, values))
        filled = {name for name in values if is_empty(before.fields.get(name, EMPTY))}
        if self._item is not None and not any(link.row.origin.item for link in self.links):
            self._note_fills(0, filled)
        held = as_held(before, values)
        for place, link in enumerate(self.links):
            changed = held
            if entry_end(link.entry.digest) is End.MARKDOWN:
                self._keep_from(place, held.keys() - self._travels, before, parts=True)
                changed = {name: held[name] for name in held.keys() & self._travels}
            self._bring_to(place, changed)

    def _pending(self) -> LookupResult | None:
        """Return what is known of a paper that was added, if one of the entries is its own."""
        entries = [link.entry for link in self.links]
        known = (one.found for one in self._terms.pending if any(map(one.is_about, entries)))
        return next(known, None)

    def _is_the_persons_own(self, name: str) -> bool:
        """Tell whether a person, not zoterodigest, filled in the field of an adopted item."""
        if self._item is None or is_empty(self._item.fields.get(name, EMPTY)):
            return False
        origins = [link.row.origin for link in self.links]
        return not any(origin.item or name in origin.fields for origin in origins)

    def _was_removed(self, name: str) -> bool:
        """Tell whether a person changed a field that once had what was found for it."""
        raw = self._item.raws.get(name, "") if self._item else ""
        rows = [link.row for link in self.links if name in link.row.credits]
        return bool(self._item and rows) and not any(row.is_from_source(name, raw) for row in rows)

    def _said(self, link: Link) -> frozenset[str]:
        """Return the fields in which an end of a link has something for the other."""
        merged = self._merged(link)
        names = merged.to_item.keys() | merged.to_entry.keys() | merged.conflicts
        return frozenset(names | link.recall.waits)

    def _keep_from(self, place: int, names: Set[str], then: Item, *, parts: bool = False) -> None:
        """Keep a link from propagating what just came into fields of the item.

        If it `parts` the ends, a field that the entry would show differently has diverged.
        """
        link = self.links[place]
        bases, diverged = dict(link.row.bases), set(link.row.diverged)
        seen = dict(link.recall.bases)
        for name in sorted(names & bases.keys() & link.entry.fields.keys()):
            before, now = (_ends(name, link, item) for item in (then, self._now))
            if parts and before.shown(self._folding) == now.shown(self._folding):
                continue
            base = seen.pop(name, None) or bases[name]
            left = without_fill(base, before, now, self._folding)
            # What was seen here goes before the lock file's base, and this one stays: a run must
            # not take the field for in sync as long as its ends differ.
            if left is None:
                del bases[name]
            elif name in link.recall.bases:
                seen[name] = left
            else:
                bases[name] = left
            if parts and name not in bases:
                diverged.add(name)
        row = replace(link.row, bases=bases, diverged=frozenset(diverged))
        recall = replace(link.recall, bases=seen)
        self.links[place] = replace(link, row=row, recall=recall)

    def _bring_to(self, place: int, edited: Fields) -> None:
        """Let edits of the item reach a link whose ends agreed on the former values when read.

        As they do where an earlier run recorded that.
        """
        if self._item is None:
            return
        link = self.links[place]
        entry, item = side_of(link.entry), item_end(link, self._item, link.row)
        item = without(item, link.set_aside)
        agreed = recorded(link.row, entry, item, self._folding).bases
        names = self._agreed_new(link, edited) if link.before is None else self._agreed(link, item)
        bases = {name: agreed[name] for name in sorted(names & edited.keys() & agreed.keys())}
        row = replace(link.row, bases={**link.row.bases, **bases})
        self.links[place] = replace(link, row=row)

    def _agreed_new(self, link: Link, edited: Fields) -> set[str]:
        """Return the fields in which a new link may have agreed.

        What its entry still has it fills in where another one cleared it: a new link clears nothing
        (law 5).
        """
        held = {name for name, value in link.entry.fields.items() if not is_empty(value)}
        cleared = {name for name, value in edited.items() if is_empty(value)}
        return {name for name in held - cleared - link.row.bases.keys() if not is_set(name)}

    def _agreed(self, link: Link, item: Side) -> set[str]:
        """Return the fields in which both ends of a link have come to one value since its base."""
        merged = merge_field(
            link.row.bases, side_of(link.entry), item, self._folding, link.row.diverged
        )
        agreed = {name for name, one in merged.results.items() if isinstance(one, Agreed)}
        return (agreed & link.row.bases.keys()) - link.recall.bases.keys() - link.entry.ours

    def _note_fills(self, place: int, names: Set[str]) -> None:
        """Note in a link's origin that these fields of its item were filled in."""
        link = self.links[place]
        origin = replace(link.row.origin, fields=link.row.origin.fields | names)
        self.links[place] = replace(link, row=replace(link.row, origin=origin))

    def _to_note(self, link: Link, after: Fields, fills: frozenset[str]) -> None:
        row, item = link.row, self._item
        note = item.notes.get(row.id) if item else None
        if not after and not link.restores_note:
            return
        if note is None:
            key = free_note_key(self._taken, row.id)
            self._details.append(CreateNote(key, self._key, row.id, row.digest, after))
            return
        shown, _ = note.shown_to(link.entry)
        before = {name: shown.get(name, EMPTY) for name in after}
        about = note.key, note.version, self._key, row.id, row.digest
        filled = fills & after.keys()
        self._details.append(ChangeNote(*about, before, after, filled, link.restores_note))

    def _to_entry(self, link: Link, merged: Merge) -> None:
        after = {
            name: value
            for name, value in merged.to_entry.items()
            if self._may_pull(link, name) and not _is_mere_text(name, value, link.entry)
        }
        if after or link.former_title:
            before = {name: link.entry.fields[name] for name in after}
            if link.former_title and "title" not in after:
                before |= {"title": link.former_title}
                after |= {"title": link.entry.fields["title"]}
            self._details.append(ChangeEntry(link.entry, link.row.id, before, after))

    def _report(self, link: Link, merged: Merge) -> None:
        row = link.row
        if self._item and is_note_missing(self._item, row) and _has_own_text(link.entry):
            self.reports.append(MissingNote(row))
        for name in sorted(merged.conflicts | merged.diverged):
            # The item's end only for the few fields that have something to tell.
            ends = link.entry.fields[name], self._side(link).fields[name]
            result = merged.results[name]
            if isinstance(result, Clash):
                conflict = Conflict(row.id, name, *ends, result.if_entry, result.if_item)
                self.reports.append(conflict)
            else:
                self.reports.append(DivergedField(row.id, name, *ends))
        for name in sorted(merged.to_item.keys() - merged.fills):
            if not self._may_push(link, name):
                self.reports.append(HeldBack(row.id, name, to_entry=False))
        for name, value in sorted(merged.to_entry.items()):
            if name == MARKS:
                continue  # a rule of the field, and nothing that a person could change
            if not self._may_pull(link, name):
                self.reports.append(HeldBack(row.id, name, to_entry=True))
            elif _is_mere_text(name, value, link.entry):
                self.reports.append(UnreadableDate(row.id, name, "".join(value_parts(value))))
        if link.recall.waits:
            waits = tuple(sorted(link.recall.waits))
            self.reports.append(Waiting(row.id, waits, link.recall.is_past))
        # The item's end only for those few links that may have something to tell.
        left_out = left_out_of(link)
        if left_out and (left := tuple(no_longer_shown(link, left_out, self._side(link)))):
            self.reports.append(NoLongerShown(row.id, left))

    def _merged(self, link: Link) -> Merge:
        row, entry, item = link.row, side_of(link.entry), self._side(link)
        # Fields that wait are not carried at all: an empty one would count as cleared.
        carried = without(item, link.set_aside)
        bases = self._bases(link, entry, carried)
        merged = merge_field(bases, entry, carried, self._folding, row.diverged)
        merged = decided(merged, (entry, item), row, self._terms)
        # Last, so that neither a preference nor a fill moves text of a heading that was moved.
        if are_mixed_up(link.entry, self._now, row, self._folding):
            return as_conflicts(merged, partial(self._is_chosen, link))
        return merged

    def _bases(self, link: Link, entry: Side, item: Side) -> dict[str, Base]:
        """Return the bases to merge over: what an export wrote is no edit of the entry."""
        bases = {**link.row.bases, **link.recall.bases}
        for name in link.entry.ours & bases.keys() & item.fields.keys():
            ends = ends_of(name, entry, item)
            bases[name] = replace(bases[name], at_entry=ends.entry_print(self._folding))
        return bases

    def _side(self, link: Link) -> Side:
        return item_end(link, self._now, link.row)

    def _may_push(self, link: Link, name: str) -> bool:
        # A note that a person wrote in Zotero is never written there (law 8).
        if name.startswith(NOTE):
            return False
        return self._directions(link).push.allows(name) or self._is_chosen(link, name)

    def _may_pull(self, link: Link, name: str) -> bool:
        # A star or a box is written in too many ways to be put into a line that has none.
        if name == MARKS:
            return False
        directions = self._directions(link)
        may_show = name.startswith(NOTE) and directions.pull != NONE
        may_travel = name in self._travels and directions.found.allows(name)
        is_allowed = may_show or may_travel or directions.pull.allows(name)
        return is_allowed or self._is_chosen(link, name)

    def _is_chosen(self, link: Link, name: str) -> bool:
        return is_chosen(self._terms.choices, link.row.id, name)

    def _directions(self, link: Link) -> Directions:
        return self._terms.rules_for(link.entry.digest).directions


def _is_mere_text(name: str, value: Value, entry: Entry) -> bool:
    """Tell whether `value` is a date in words and `entry` has no slot for words as its date.

    A date beside the venue, a year and the fields of a .bib hold dates and nothing else.
    """
    if name not in ("date", "year") or not isinstance(value, str) or is_iso(value):
        return False
    raws = entry.raws
    is_beside_venue = "venue" in raws and raws.get("date") == raws["venue"]
    return name == "year" or is_beside_venue or entry.digest.is_bib


def _with_home(names: Set[str]) -> set[str]:
    """Return `names` with date and year if one of them is there: the item has one home for both."""
    return {*names, "date", "year"} if names & {"date", "year"} else {*names}


def _has_user_names(authors: Value) -> bool:
    return isinstance(authors, Names) and any(map(is_user_name, authors.people))


def _with_fields(item: Item, changes: Fields) -> Item:
    """Return `item` as planned; the raw text of a planned value is unlike any that was read."""
    planned = {name: "\0".join(("", *value_parts(value))) for name, value in changes.items()}
    return replace(item, fields={**item.fields, **changes}, raws={**item.raws, **planned})


def _ends(name: str, link: Link, item: Item) -> FieldEnds:
    raws = link.entry.raws.get(name, ""), item.raws.get(name, "")
    return FieldEnds(name, link.entry.fields[name], item.fields.get(name, EMPTY), *raws)


def _has_own_text(entry: Entry) -> bool:
    return any(is_of_entry(name) and not is_empty(value) for name, value in entry.fields.items())


def _diverged(link: Link, merged: Merge) -> frozenset[str]:
    """Return the fields that have diverged, so that no export may decide them.

    What an export wrote and nobody edited, the next one may write anew, unless an item took the
    place of that which it was written from.
    """
    return frozenset_of(merged.diverged - (link.entry.ours - link.row.diverged))
