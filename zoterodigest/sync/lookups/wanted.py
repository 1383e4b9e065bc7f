"""What a run wants to know of its works, and what came of asking for it.

Most runs ask nothing: they import this, and not what asks the services.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace

from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.plan.plan import CreateItem, Link
from zoterodigest.core.plan.reports import UntitledEntry
from zoterodigest.core.values.record import Entry, Item, text_in
from zoterodigest.frozen import dataclass
from zoterodigest.sync.gathering.intent import Decide
from zoterodigest.sync.run.quiet_run import changes_little
from zoterodigest.sync.run.run import Prepared, plan_over, prepare


@dataclass(frozen=True, slots=True)
class Wanted:
    """A work to be looked up: its item, the first of its rows, its title there, its arXiv id.

    `version` is the newest (`v2`) that its entries name; "" if they name none. If no title is known
    yet, it is looked up as well, and there is no row.
    """

    item: str
    row_id: str
    title: str
    arxiv: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """arXiv has no such paper."""

    wanted: Wanted


@dataclass(frozen=True, slots=True)
class WithdrawnPaper:
    """The paper was withdrawn, as `comment` says; nothing of it is taken."""

    wanted: Wanted
    comment: str


@dataclass(frozen=True, slots=True)
class OtherPaper:
    """What arXiv has under this id has another title; nothing of it is taken."""

    wanted: Wanted
    title: str


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """There is a newer version, `version`, than the entries name, or than was there before."""

    wanted: Wanted
    version: int


@dataclass(frozen=True, slots=True)
class NotLookedUp:
    """The work was not looked up, for `reason`; `is_known` if what was said before is used."""

    wanted: Wanted
    reason: str
    is_known: bool = False


Remark = NotFound | WithdrawnPaper | OtherPaper | NewerVersion | NotLookedUp


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What came of looking works up: what was found of each, by item key, and what is to be told.

    `requests` is how many were sent: none, if all was known, or if it `may_ask` nobody. Works that
    are not on arXiv are looked up `elsewhere`, for their titles.
    """

    wanted: tuple[Wanted, ...] = ()
    found: Mapping[str, LookupResult] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    requests: int = 0
    may_ask: bool = True
    elsewhere: int = 0

    @property
    def failed(self) -> tuple[NotLookedUp, ...]:
        """The works that arXiv was not asked for, or did not tell of."""
        return tuple(one for one in self.remarks if isinstance(one, NotLookedUp))


NOTHING = LookedUp()
"""Nothing was to be looked up."""


def created_works(prepared: Prepared) -> tuple[Wanted, ...]:
    """Return the works on arXiv whose items a run that brings them is going to make."""
    if not prepared.options.intent.creates:
        return ()
    created = {action.key for action in prepared.plan.actions if isinstance(action, CreateItem)}
    return tuple(_wanted(link for link in prepared.plan.links if link.row.item in created))


def untitled_works(prepared: Prepared) -> tuple[Wanted, ...]:
    """Return the works on arXiv whose entries need a title before a run can make their items."""
    return tuple(
        Wanted(key, "", "", arxiv)
        for key, entry in untitled_entries(prepared).items()
        if (arxiv := arxiv_of(entry))
    )


def untitled_entries(prepared: Prepared) -> Mapping[str, Entry]:
    """Return the entries that need a title, by the keys of the items that they would get.

    Of several entries with one identifier the first counts.
    """
    if not prepared.options.intent.creates:
        return {}
    found: dict[str, Entry] = {}
    for report in prepared.plan.reports:
        if isinstance(report, UntitledEntry):
            found.setdefault(report.key, report.entry)
    return found


def linked_works(
    prepared: Prepared, takes: Callable[[Entry], bool] = lambda _: True
) -> tuple[Wanted, ...]:
    """Return the works on arXiv that have an item, in the order of their entries.

    An entry of each must be one that `takes`; the others of a work come with it.
    """
    links = [one for one in prepared.plan.links if one.item and not one.item.is_trashed]
    wanted = {one.row.item for one in links if takes(one.entry)}
    return tuple(_wanted(one for one in links if one.row.item in wanted))


def _wanted(links: Iterable[Link]) -> Iterator[Wanted]:
    by_item: dict[str, list[Link]] = {}
    for link in links:
        by_item.setdefault(link.row.item, []).append(link)
    for key, joined in by_item.items():
        named = (arxiv_of(one.entry, one.item) for one in joined)
        if arxiv := next(filter(None, named), ""):
            ends: list[Entry | Item] = [one.entry for one in joined]
            ends += [one.item for one in joined if one.item]
            title = next(filter(None, (text_in(end.fields, "title") for end in ends)), "")
            versions = (_version(link, arxiv) for link in joined)
            number = max(versions, default=0)
            version = f"v{number}" if number else ""
            yield Wanted(key, joined[0].row.id, title, arxiv, version)


def arxiv_of(*ends: Entry | Item | None) -> str:
    """Return the arXiv ID that an entry or its item names, or only mentions; "" for none."""
    identifiers = sorted(it for end in ends if end is not None for it in end.identifiers)
    return next((one.value for one in identifiers if one.scheme == "arxiv"), "")


def _version(link: Link, arxiv: str) -> int:
    """Return the number of the version that an entry names beside its arXiv id, 0 for none."""
    texts = (link.entry.raws.get(name, "") for name in ("arxiv", "links", "url"))
    found = (re.search(rf"{re.escape(arxiv)}v(\d{{1,3}})(?!\d)", text) for text in texts)
    return next((int(one[1]) for one in found if one), 0)


def with_found(prepared: Prepared, looked: LookedUp) -> Prepared:
    """Return the run planned once more over what was read, now with what was found."""
    intent = prepared.options.intent
    if not looked.found or isinstance(intent, Decide):
        return prepared
    options = replace(prepared.options, intent=replace(intent, found=looked.found))
    workspace, gathered = prepared.workspace, prepared.gathered
    if not gathered.quiet.links:
        return plan_over(workspace, options, gathered)
    # A work that gets a title may be that of an item which a run over a part did not look at.
    if untitled_entries(prepared) or workspace.takes_new_notes:
        return prepare(workspace, options)
    planned = plan_over(workspace, options, gathered)
    return planned if changes_little(planned) else prepare(workspace, options)
