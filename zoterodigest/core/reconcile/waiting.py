"""Fields that wait: a value is still to arrive, or a person has to decide something first."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from functools import partial

from zoterodigest.core.links.merge import Diverged, InSync, Merge, ends_of, is_set
from zoterodigest.core.links.view import equal
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.reconcile.hub import Hub, diverged_in, with_home
from zoterodigest.core.reconcile.settle import side_of
from zoterodigest.core.values.record import EMPTY, Names, Value, is_of_entry


def hold_back(hub: Hub) -> None:
    """Let a link's edit of a field wait if the field waits at another link, and members that it
    fills in also if the field is in conflict at another link where this library lagged.

    The value that the item is to have is still to arrive. An edit written before would replace
    it, and the next run would take the item for changed by a person, and write again (law 4).
    """
    waiting = with_home(frozenset().union(*(link.waits for link in hub.links)))
    disputed = frozenset[str]().union(*map(partial(_disputed, hub), hub.links))
    for place, link in enumerate(hub.links if waiting or disputed else ()):
        merged = hub.merged(link)
        sent = hub.sent(link, merged).keys() | _otherwise_exported(hub, link)
        held = {
            name
            for name in sent & (waiting | (disputed & merged.fills))
            if not is_of_entry(name) and not hub.is_chosen(link, name)
        }
        hub.links[place] = link.with_waiting(held)


def _disputed(hub: Hub, link: Link) -> Set[str]:
    """Return the members in conflict at a link where this library lagged and was edited."""
    lagged = {name for name in link.seen_bases if is_set(name)}
    return hub.merged(link).conflicts & lagged if lagged else frozenset()


def _otherwise_exported(hub: Hub, link: Link) -> set[str]:
    """Return the fields that an export wrote elsewhere before it was killed, or that are as an
    earlier one wrote them: a merge by git brought that back.
    """
    sides = side_of(link.entry), hub.side(link)
    names = link.entry.ours & link.row.bases.keys() & sides[1].fields.keys()
    return {
        name
        for name in names
        if ends_of(name, *sides).changed(link.row.bases[name], hub.folding)[0]
    }


def hold_exports(hub: Hub) -> None:
    """Let what an export wrote elsewhere wait as long as a digest disputes it with the item, or
    no other entry shows it.

    This library lagged and was edited as well. The .bib follows once a person has decided:
    before that, the item's value would overwrite the other machine's edit there.
    """
    lagged = frozenset[str]().union(*(link.seen_bases for link in hub.links))
    for place, link in enumerate(hub.links):
        others = [one for one in hub.links if one is not link]
        held = {
            name
            for name in (link.entry.ours - link.waits) & lagged
            if any(_is_disputed(hub, name, link, one) for one in others)
            or _is_exported_alone(hub, name, link, others)
        }
        if held:
            hub.links[place] = link.with_waiting(held)


def hold_left(hub: Hub, merges: Sequence[Merge]) -> None:
    """Let what an earlier export wrote wait as long as the item is behind in another field.

    No export brings the entry up to date until then.
    """
    if not any(link.waits for link in hub.links):
        return
    for place, (link, merged) in enumerate(zip(hub.links, merges, strict=True)):
        if left := _left(hub, link, merged):
            hub.links[place] = link.with_waiting(left)


def with_left(hub: Hub, link: Link, merged: Merge) -> Merge:
    """Return `merged` with what an earlier export wrote as diverged if another field has.

    No export brings the entry up to date until then.
    """
    left = _left(hub, link, merged) - link.waits if diverged_in(link, merged) else ()
    return Merge({**merged.results, **dict.fromkeys(left, Diverged())}) if left else merged


def _left(hub: Hub, link: Link, merged: Merge) -> set[str]:
    """Return what an earlier export wrote and only the next one would write anew."""
    entry, item = side_of(link.entry), hub.side(link)
    return {
        name
        for name in _otherwise_exported(hub, link)
        if isinstance(merged.results.get(name), InSync)
        and not ends_of(name, entry, item).are_equal(hub.folding)
    }


def _is_disputed(hub: Hub, name: str, link: Link, other: Link) -> bool:
    """Tell whether at the `other` link is open what a .bib shows at `link`, or its field is in
    conflict where this library lagged.
    """
    merged, value = hub.merged(other), other.entry.fields.get(name)
    if name in link.seen_bases and merged.conflicts & with_home({name}):
        return True
    if value is None or name not in merged.conflicts | merged.diverged:
        return False
    return equal(name, value, link.entry.fields[name], hub.folding)


def _is_exported_alone(hub: Hub, name: str, link: Link, others: Sequence[Link]) -> bool:
    """Tell whether only a .bib shows what another machine made of a field, and this library got
    another value since the last run here.
    """
    if name not in link.seen_bases or any(name in one.seen_bases for one in others):
        return False
    # Of the .bib git kept an older text, which is as exported then: it follows.
    if name in _otherwise_exported(hub, link):
        return False
    shown = [one for one in others if name in one.entry.fields]
    return not shown or any(
        _is_changed_in_item(hub, name, one)
        or _differ_behind(hub, one.entry.fields[name], name, link)
        for one in shown
    )


def _is_changed_in_item(hub: Hub, name: str, link: Link) -> bool:
    base, item = link.row.bases.get(name), hub.side(link)
    if base is None or name not in item.fields:
        return False
    return ends_of(name, side_of(link.entry), item).changed(base, hub.folding)[1]


def _differ_behind(hub: Hub, shown: Value, name: str, link: Link) -> bool:
    """Tell whether the ends of a link have other authors behind the "et al." of those `shown`
    by another entry: it can't tell of them.
    """
    ends = link.entry.fields[name], hub.side(link).fields[name]
    if not isinstance(shown, Names) or not shown.truncated:
        return False
    number = len(shown.people)
    rests = (replace(one, people=one.people[number:]) for one in ends if isinstance(one, Names))
    at_entry, at_item = next(rests, EMPTY), next(rests, EMPTY)
    return not equal(name, at_entry, at_item, hub.folding)
