"""Items read as records: every field the item's type can hold, EMPTY where it holds nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from zoterodigest.core.links.view import canonical_pages
from zoterodigest.core.values.dates import parse_date, year_in
from zoterodigest.core.values.identity import doi_as_written, identifier_of
from zoterodigest.core.values.record import EMPTY, Fields, Links, Members, Value, is_empty
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.records.homes import Data, Homes, homes_of
from zoterodigest.library.records.hyperlinks import held_links, link_in_line, links_of
from zoterodigest.library.records.properties import extra_values, names_in, raw_names
from zoterodigest.library.records.tags import members_in
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping


def read_item(
    data: Data,
    zotero: ZoteroMapping,
    attachments: Sequence[Data] = (),
    *,
    parsed_date: str = "",
) -> tuple[Fields, Mapping[str, str]]:
    """Return the record an item holds, and for the same names the library's own text.

    `attachments` are the data of the item's attachments. A field without a home in items of this
    type, or not carried under the mapping, is absent; so is the venue of a preprint that names no
    server. Notes and attachments hold nothing. A date that we cannot read is as Zotero reads it
    (`parsed_date`), or else its text.
    """
    item = ItemJson(data)
    homes = homes_of(item.item_type)
    if homes is None:
        return {}, {}
    fields: dict[str, Value] = {}
    raws: dict[str, str] = {}
    for name, read in _READERS.items():
        found = read(item, homes, zotero)
        if found is not None:
            fields[name], raws[name] = (EMPTY if is_empty(found[0]) else found[0]), found[1]
    for name in ("date", "year"):
        if raws.get(name, "").strip():
            fields[name] = _readable(name, raws[name], parse_date(parsed_date) or "")
    links = _links(item, zotero, attachments, fields)
    if links is not None:
        fields["links"] = links if links.hyperlinks else EMPTY
        raws["links"] = "\n".join(f"{link.label}\t{link.url}" for link in links.hyperlinks)
    return fields, raws


_Found = tuple[Value, str] | None


def _title(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    return _plain(item, homes.title)


def _authors(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    if not homes.role:
        return None
    return names_in(item.creators, homes.role), raw_names(item.creators, homes.role)


def _venue(item: ItemJson, homes: Homes, zotero: ZoteroMapping) -> _Found:
    raw = item.text(homes.venue)
    if not homes.venue or (homes.archive_id and not raw):
        return None
    return zotero.venues.named(raw), raw


def _year(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    raw = item.text(homes.date)
    return (year_in(raw), raw) if homes.date else None


def _date(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    raw = item.text(homes.date)
    return (parse_date(raw) or "", raw) if homes.date else None


def _readable(name: str, raw: str, parsed: str) -> str:
    """Return a date or year as we read it, else as Zotero does, else the text that stands there."""
    date = parse_date(raw) or parsed
    if name == "year":
        return year_in(raw) or date[:4] or raw.strip()
    return date or raw.strip()


def _pages(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    raw = item.text(homes.pages)
    return (canonical_pages(raw), raw) if homes.pages else None


def _members(name: str) -> Callable[[ItemJson, Homes, ZoteroMapping], _Found]:
    def read(item: ItemJson, _: Homes, zotero: ZoteroMapping) -> _Found:
        if name == "categories" and not zotero.categories:
            return None
        members = members_in(item.tags, zotero.prefix(name))
        return Members(members), "\n".join(members)

    return read


def _arxiv(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    found = item.home_arxiv
    return (found, found) if homes.extra or homes.archive_id else None


def _doi(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    raw = item.text(homes.doi)
    if not homes.doi:
        return None
    identifier = identifier_of(raw)
    if identifier is None or identifier.scheme != "doi":
        return ("" if identifier and identifier.scheme == "arxiv" else raw), raw
    return doi_as_written(identifier.value, raw), raw


def _url(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    raw = item.text(homes.url)
    if not homes.url:
        return None
    identifier = identifier_of(raw)
    return ("" if identifier and identifier.scheme == "arxiv" else raw), raw


def _comment(item: ItemJson, homes: Homes, zotero: ZoteroMapping) -> _Found:
    values = extra_values(item.text("extra"), zotero.rules.extra.comment)
    return (" ".join(values), "\n".join(values)) if homes.extra else None


def _citekey(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    return _plain(item, homes.citekey)


def _abstract(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    return _plain(item, homes.abstract)


def _plain(item: ItemJson, home: str) -> _Found:
    raw = item.text(home)
    return (raw, raw) if home else None


_READERS: Mapping[str, Callable[[ItemJson, Homes, ZoteroMapping], _Found]] = {
    "title": _title,
    "authors": _authors,
    "venue": _venue,
    "year": _year,
    "award": _members("award"),
    "task": _members("task"),
    "date": _date,
    "pages": _pages,
    "categories": _members("categories"),
    "arxiv": _arxiv,
    "doi": _doi,
    "url": _url,
    "citekey": _citekey,
    "comment": _comment,
    "abstract": _abstract,
}


def _links(
    item: ItemJson, zotero: ZoteroMapping, attachments: Sequence[Data], fields: Fields
) -> Links | None:
    match zotero.links:
        case LinkHome.OFF:
            return None
        case LinkHome.ATTACHMENTS:
            return links_of(attachments, fields)
        case LinkHome.EXTRA:
            lines = extra_values(item.text("extra"), zotero.rules.extra.links)
            links = tuple(link for line in lines if (link := link_in_line(line)))
            return held_links(Links(links), fields)
