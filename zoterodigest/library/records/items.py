"""Records and items: a new item for a record, and patches that touch nothing but what changed.

One home per field (library/records/homes.py). `read_item` gives back what `new_item` and
`item_changes`
wrote, up to what the homes can show: `year` and `date` share the item's date; names are stored in
two parts; tags in one spelling; a comment in one line; "et al." not at all.
"""

from __future__ import annotations

from typing import Any

from zoterodigest.core.links.view import Folding, canonical, equal
from zoterodigest.core.values.identity import identifier_of, is_paper_url
from zoterodigest.core.values.record import (
    EMPTY,
    Fields,
    Members,
    Value,
    is_empty,
    member_texts,
    text_in,
)
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.homes import homes_of
from zoterodigest.library.records.reading import read_item, read_year
from zoterodigest.library.records.writing import (
    ItemTarget,
    Patch,
    arxiv_defaults,
    arxiv_line,
    is_written_alone,
    venue_patch,
    write_field,
    write_when,
    write_year_in_venue,
)
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.library.rules.schema import item_types


def new_item(fields: Fields, zotero: ZoteroMapping) -> dict[str, Any]:
    """Return the data of a new top-level item that holds `fields`, in no collection.

    Links that live in attachments are not in it; fields without a value are left out. The first
    category stands in Extra beside the arXiv id, whether or not categories are carried.
    """
    base = {"itemType": item_type_for(fields, zotero), "creators": [], "tags": [], "relations": {}}
    given = {name: value for name, value in fields.items() if not is_empty(value)}
    data = base | item_changes(base, given, zotero)
    place = _place(data, zotero)
    arxiv, categories = ItemJson(data).home_arxiv, fields.get("categories")
    if arxiv and isinstance(categories, Members) and categories.texts:
        data |= arxiv_line(place, arxiv, categories.texts[0])
    data |= arxiv_defaults(place, arxiv)
    return {name: value for name, value in data.items() if value != ""}


def item_changes(data: Data, changes: Fields, zotero: ZoteroMapping) -> dict[str, Any]:
    """Return the patch that writes `changes` (EMPTY clears) into the item `data`.

    What the item already shows is not written. A field without a home is ignored. If the
    venue of a preprint changes to a published one, or back, the type changes with it, unless a
    field of the person's would be lost. A preprint never names a venue that is no server. Links in
    attachments are items of their own.
    """
    homes = homes_of(str(data.get("itemType", "")))
    if homes is None:
        return {}
    present = {**({"venue": EMPTY} if homes.venue else {}), **read_item(data, zotero)[0]}
    given = {name: changes[name] for name in changes if name in present}
    folding = zotero.folding().of_new_items()
    asked = {it: given[it] for it in given if not _shows(it, given[it], present[it], folding)}
    if not asked:
        return {}
    is_venue_edited = "venue" in asked and not is_empty(present["venue"])
    # The type first: it decides which fields there are. Date before venue: an official venue name
    # holds the year. The arXiv ID last: its only place may have been written over.
    now = _retyped(data, asked, zotero) if is_venue_edited else dict(data)
    if now.get("itemType") != data.get("itemType"):
        gained = read_item(now, zotero)[0].keys() - present.keys()
        asked |= {name: changes[name] for name in sorted(gained & changes.keys())}
    if asked.keys() & {"year", "date"}:
        now |= write_when(_place(now, zotero), present, asked)
    for name in filter(is_written_alone, asked):
        now |= write_field(_place(now, zotero), name, asked[name])
    now |= _venue_changes(now, present, asked, zotero)
    arxiv = ItemJson(data).home_arxiv
    if "arxiv" not in asked and arxiv != ItemJson(now).home_arxiv:
        now |= write_field(_place(now, zotero), "arxiv", arxiv)
    return _difference(data, now)


def item_type_for(fields: Fields, zotero: ZoteroMapping) -> str:
    """Return the type of a new item: by its venue, else by what identifies it."""
    rules, venue = zotero.rules.types, text_in(fields, "venue")
    if venue and (of_venue := _type_of_venue(venue, zotero)):
        return of_venue
    if text_in(fields, "arxiv"):
        return rules.preprint
    url = text_in(fields, "url")
    identifier = identifier_of(url)
    if identifier and identifier.scheme in rules.schemes:
        return rules.schemes[identifier.scheme]
    if text_in(fields, "doi"):
        return rules.doi
    if is_paper_url(url):
        return rules.preprint
    return rules.page if url else rules.nothing


def _type_of_venue(venue: str, zotero: ZoteroMapping) -> str | None:
    """Return the type of what appears at `venue`; None for what is no venue ("Under review")."""
    found = zotero.venues.find(venue)
    if found:
        return found.item_type
    if not zotero.venues.is_published(venue):
        return None
    rules = zotero.rules.types
    is_journal = set(venue.casefold().split()) & set(rules.journal_words)
    return rules.journal if is_journal else rules.conference


def _place(data: Data, zotero: ZoteroMapping) -> ItemTarget:
    homes = homes_of(str(data["itemType"]))
    if homes is None:
        raise ValueError(f"{data['itemType']!r} is no type of a regular item")
    return ItemTarget(data, homes, zotero)


def _shows(name: str, value: Value, present: Value, folding: Folding) -> bool:
    if isinstance(value, Members) and isinstance(present, Members):
        wanted, found = (canonical(name, each, folding) for each in (value, present))
        return _set_of(wanted) == _set_of(found)
    return equal(name, value, present, folding)


def _set_of(value: Value) -> frozenset[str]:
    return frozenset(member_texts(value))


def _venue_changes(now: Data, present: Fields, asked: Fields, zotero: ZoteroMapping) -> Patch:
    place = _place(now, zotero)
    if not place.homes.venue:
        return {}
    year = read_year(now)
    if "venue" in asked:
        return venue_patch(place, text_in(present, "venue"), text_in(asked, "venue"), year)
    return write_year_in_venue(place, text_in(present, "year"), year)


_RETYPED = frozenset({"preprint", "conferencePaper", "journalArticle"})


def _retyped(data: Data, asked: Fields, zotero: ZoteroMapping) -> dict[str, Any]:
    """Return `data` as an item of the type that the asked venue calls for, if it can be one."""
    venue, old_type = text_in(asked, "venue"), str(data["itemType"])
    new_type = _type_of_venue(venue, zotero) if venue else None
    if new_type is None or new_type == old_type or not {old_type, new_type} <= _RETYPED:
        return dict(data)
    new_fields = item_types()[new_type].fields
    ours = _our_fields(data, zotero)
    own = {name for name in item_types()[old_type].fields if name not in new_fields}
    if any(data.get(name) for name in own - ours):
        return dict(data)
    kept = {name: value for name, value in data.items() if name not in own | ours}
    now = {**kept, "itemType": new_type}
    arxiv = ItemJson(data).home_arxiv
    return now | (write_field(_place(now, zotero), "arxiv", arxiv) if arxiv else {})


def _our_fields(data: Data, zotero: ZoteroMapping) -> set[str]:
    """Return the fields that only say in what the work appeared: they are written anew."""
    place = _place(data, zotero)
    homes = place.homes
    found = zotero.venues.by_official(place.text(homes.venue))
    belonging = {homes.publisher: found.publisher, homes.series: found.series} if found else {}
    ours = {home for home, text in belonging.items() if home and place.text(home) == text}
    identifier = identifier_of(place.text(homes.doi))
    is_twin = identifier is not None and identifier.scheme == "arxiv"
    return ours | {homes.venue, homes.archive_id} | ({homes.doi} if is_twin else set())


def _difference(before: Data, after: Data) -> dict[str, Any]:
    """Return the patch from `before` to `after`.

    With another type, all fields that say in what a work appeared are given: Zotero would keep the
    old ones in other fields (repository as publisher).
    """
    patch = {
        name: value
        for name, value in after.items()
        if value != before.get(name, [] if isinstance(value, list) else "")
    }
    homes = homes_of(str(after["itemType"]))
    if "itemType" not in patch or homes is None:
        return patch
    given = (homes.venue, homes.publisher, homes.series, homes.archive_id, homes.doi, homes.extra)
    return patch | {home: after.get(home, "") for home in given if home}
