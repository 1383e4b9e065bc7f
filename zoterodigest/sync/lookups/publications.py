"""Publications: the works that digests list, and what of their published versions is to be taken.

An item keeps its key, its citation key and its arXiv id. A venue that stands in the library is
somebody's word: nothing takes its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zoterodigest.core.links.view import equal
from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.run_options import Choices, End, entry_end
from zoterodigest.core.values.record import (
    EMPTY,
    Entry,
    Fields,
    Item,
    Members,
    Names,
    Value,
    is_empty,
    text_in,
)
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.items import item_changes
from zoterodigest.library.records.reading import read_item
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.lookup.agreement import WantedWork
from zoterodigest.lookup.publication import Publication, Published
from zoterodigest.lookup.statements import StatedWork, Statement, own_statement
from zoterodigest.project.config import Selection, selects
from zoterodigest.sync.lookups.wanted import arxiv_of
from zoterodigest.sync.run.run import Prepared

ZOTERO = "Zotero"
"""What is told as the place of a venue that only the library names."""


@dataclass(frozen=True, slots=True)
class ListedWork:
    """A work that digests list: its links with them, and its item; None if there is none yet.

    `venue` is the one that the library names; empty for a preprint.
    """

    key: str
    links: tuple[Link, ...]
    work: StatedWork
    venue: str = ""
    item: Item | None = None
    data: Data | None = None

    @property
    def place(self) -> str:
        """Where it is listed first, as in `papers.md:12`."""
        return _place(self.links[0].entry)


@dataclass(frozen=True, slots=True)
class Blocked:
    """What was found cannot go into the item, for `reason`."""

    reason: str


def listed_works(prepared: Prepared, digests: frozenset[str]) -> tuple[ListedWork, ...]:
    """Return the works that the entries of `digests` (their keys) list, in order, each once."""
    zotero, held = prepared.workspace.zotero, prepared.gathered.contents.by_key
    # By item: a work that two digests list is looked up and told once.
    by_item: dict[str, list[Link]] = defaultdict(list)
    for link in prepared.plan.links:
        if entry_end(link.entry.digest) is End.MARKDOWN and not link.entry.is_unreadable:
            by_item[link.row.item].append(link)
    return tuple(
        _listed(key, links, held[key].data if links[0].item else None, zotero)
        for key, links in by_item.items()
        if any(link.entry.digest in digests for link in links)
    )


def found_of(
    listed: ListedWork, publication: Publication, zotero: ZoteroMapping, *, into_digests: bool
) -> LookupResult | Blocked | None:
    """Return what the item is to take of its published version; None if nothing is news.

    A version that names a venue takes the preprint's place as a whole, or not at all.
    """
    if not isinstance(publication, Published) or listed.item is None or listed.data is None:
        return None
    news = dict(_news(listed.venue, listed.item, publication))
    after = {**listed.data, **item_changes(listed.data, news, zotero)}
    shown = read_item(after, zotero)[0]
    taken = {name: value for name, value in news.items() if _shows(shown, name, value, zotero)}
    is_retyped = ItemJson(after).item_type == publication.item_type
    # A venue without the item's new type would be lost: Zotero has no such field for a preprint.
    if "venue" in news and not ("venue" in taken and is_retyped):
        return Blocked(_obstacle(listed.data, publication.item_type))
    if not taken:
        return None
    return LookupResult(
        taken,
        {name: _source(name, publication) for name in taken},
        replaces=frozenset(taken),
        travels=frozenset(taken) if into_digests else frozenset(),
        expects={name: listed.item.fields.get(name, EMPTY) for name in ("venue", "year", *taken)},
    )


def digest_choices(
    works: Sequence[ListedWork], taken: Sequence[LookupResult | Blocked | None], prepared: Prepared
) -> Choices:
    """Return what is to come into entries besides the fields that travel by themselves.

    Where a date stands beside the venue, as in "arxiv (24 Feb 2021)", it is the only year there:
    the publication's takes its place. Entries that still show a preprint while the library took its
    venue in an earlier run are apart; they take it too. No digest takes what it may not pull.
    """
    zotero = prepared.workspace.zotero
    digests = prepared.gathered.digests
    pulls: dict[str, Selection] = {read.key: read.digest.rules.pull for read in digests}
    seen: dict[tuple[str, str], tuple[Value, Value]] = {}
    for listed, found in zip(works, taken, strict=True):
        news = found.fields if isinstance(found, LookupResult) else {}
        for link in listed.links:
            for name, ends in _to_choose(link, news, zotero):
                if selects(pulls[link.entry.digest], name):
                    seen[link.row.id, name] = ends
    return Choices(dict.fromkeys(seen, End.ZOTERO), seen=seen)


def _to_choose(
    link: Link, news: Fields, zotero: ZoteroMapping
) -> Iterator[tuple[str, tuple[Value, Value]]]:
    """Yield the fields in which an entry is to take the item's word, with what both ends hold.

    Where a run was killed the venue may have come, and the year beside it not.
    """
    entry, item = link.entry.fields, {**(link.item.fields if link.item else {}), **news}
    diverged = link.row.diverged & entry.keys() & item.keys()
    venue = text_in(entry, "venue")
    is_preprint = bool(venue) and not zotero.venues.is_published(venue)
    if "venue" in diverged and is_preprint and "venue" not in news:
        for name in sorted(diverged & {"venue", "year"}):
            yield name, (entry[name], item[name])
    elif not ("venue" in news and is_preprint) and not (
        "date" in diverged and _shows(item, "venue", entry.get("venue", EMPTY), zotero)
    ):
        return
    date, year = text_in(entry, "date"), text_in(item, "year")
    if date and year and "year" not in entry and not date.startswith(year):
        yield "date", (date, year)


def _listed(
    key: str, links: Sequence[Link], data: Data | None, zotero: ZoteroMapping
) -> ListedWork:
    item, entries = links[0].item, [link.entry for link in links]
    held = text_in(item.fields, "venue") if item else ""
    venue = held if zotero.venues.is_published(held) else ""
    ends: list[Fields] = [*([item.fields] if item else []), *(entry.fields for entry in entries)]
    known = WantedWork(
        _first_text(ends, "title"),
        next((names for names in map(_names, ends) if names.people), Names(())),
        _first_text(ends, "arxiv") or arxiv_of(item),
        _first_text(ends, "doi"),
    )
    work = StatedWork(
        known,
        _own(item if venue else None, entries, zotero),
        _first_text(ends[1:] if venue else ends, "date"),
        _first_text(ends, "comment"),
        is_complete=bool(venue and item and not any(_lacks(item, name) for name in _IDENTIFYING)),
    )
    return ListedWork(key, tuple(links), work, venue, item, data)


_IDENTIFYING = ("doi", "pages")


def _own(item: Item | None, entries: Sequence[Entry], zotero: ZoteroMapping) -> Statement | None:
    """Return where the work appeared by the library, or else by the first digest that says so."""
    said = (_stated(entry.fields, _place(entry), zotero) for entry in entries)
    by_digests = [statement for statement in said if statement]
    if item is None:
        return next(iter(by_digests), None)
    own = _stated(item.fields, ZOTERO, zotero)
    naming = (one.text for one in by_digests if own and one.venue.name == own.venue.name)
    return replace(own, text=next(naming, own.text)) if own else None


def _stated(fields: Fields, place: str, zotero: ZoteroMapping) -> Statement | None:
    return own_statement(text_in(fields, "venue"), text_in(fields, "year"), place, zotero)


def _place(entry: Entry) -> str:
    return f"{entry.digest}:{entry.place.start_line}"


def _news(venue: str, item: Item, publication: Published) -> Iterator[tuple[str, Value]]:
    """Yield the fields in which the published version has something for the item."""
    if not venue:
        yield "venue", publication.venue
        if publication.award and is_empty(item.fields.get("award", EMPTY)):
            yield "award", Members(tuple(publication.award.split(", ")))
    if publication.year and (not venue or _lacks(item, "year")):
        yield "year", publication.year
    for name, value in (("doi", publication.doi), ("pages", publication.pages)):
        if value and (_lacks(item, name) or (not venue and name not in item.fields)):
            yield name, value


def _lacks(item: Item, name: str) -> bool:
    """Tell whether an item has a place for a field and nothing in it."""
    return name in item.fields and is_empty(item.fields[name])


def _shows(fields: Fields, name: str, value: Value, zotero: ZoteroMapping) -> bool:
    return name in fields and equal(name, value, fields[name], zotero.folding())


def _obstacle(data: Data, item_type: str) -> str:
    """Return why an item cannot become one of another type."""
    own_type = ItemJson(data).item_type
    if own_type == "preprint" and not ItemJson(data).text("repository"):
        return "in Zotero this preprint names no repository: enter one, such as arXiv"
    return (
        f"in Zotero it is a {own_type}: make it a {item_type} there, fields of yours may go by it"
    )


def _source(name: str, publication: Published) -> str:
    """Return whose word the value of a field is, for people."""
    said: Mapping[str, str] = {"doi": publication.doi, "pages": publication.pages}
    telling = [
        one for one in publication.why if name not in said or getattr(one, name) == said[name]
    ]
    if name not in said and publication.is_own:
        return publication.why[0].text.rpartition(":")[0]
    sources = dict.fromkeys(one.source.value for one in telling if one.source)
    return next(iter(sources), "") if name in said else ", ".join(sources)


def _first_text(ends: Iterable[Fields], name: str) -> str:
    return next(filter(None, (text_in(fields, name) for fields in ends)), "")


def _names(fields: Fields) -> Names:
    value = fields.get("authors")
    return value if isinstance(value, Names) else Names(())
