"""Items read as records: every field that the item's type can hold, EMPTY if it holds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from zoterodigest.core.links.view import canonical_pages
from zoterodigest.core.values.dates import parse_date, year_in
from zoterodigest.core.values.identity import doi_as_written, identifier_of
from zoterodigest.core.values.record import EMPTY, MARKS, Fields, Members, Value, WebLinks, is_empty
from zoterodigest.core.values.tags import TAGS
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.homes import Homes, homes_of
from zoterodigest.library.records.hyperlinks import held_links, link_in_line, link_of
from zoterodigest.library.records.properties import extra_values, names_in
from zoterodigest.library.records.tags import is_own_tag
from zoterodigest.library.records.zotero import ItemRules, LinkHome, ZoteroMapping


def read_item(
    data: Data, zotero: ZoteroMapping, attachments: Sequence[Data] = (), *, parsed_date: str = ""
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
    # Last: a date that only Zotero can read replaces what was read from the text.
    for name in ("date", "year"):
        if raws.get(name, "").strip():
            fields[name] = _readable(name, raws[name], parse_date(parsed_date) or "")
    links = _links(item, zotero, attachments, fields)
    if links is not None:
        fields["links"] = links if links.hyperlinks else EMPTY
        raws["links"] = "\n".join(f"{link.label}\t{link.url}" for link in links.hyperlinks)
    return fields, raws


def read_year(data: Data) -> str:
    """Return the year that `read_item` reads, and nothing else of it."""
    item = ItemJson(data)
    homes = homes_of(item.item_type)
    raw = item.text(homes.date) if homes else ""
    return _readable("year", raw, "") if raw.strip() else ""


def read_venue(data: Data, venues: VenueTable) -> str:
    """Return the venue that `read_item` reads, and nothing else of it; "" if it has none."""
    homes = homes_of(ItemJson(data).item_type)
    return venues.named(ItemJson(data).text(homes.venue)) if homes and homes.venue else ""


_Found = tuple[Value, str] | None
"""A value and the library's own text for it; None if items of this type have no home for it."""

_Reader = Callable[[ItemJson, Homes, ZoteroMapping], _Found]


def _text(home_name: str, form: Callable[[str], str] = str) -> _Reader:
    """Return the reader of a field that is the text of one home, in the form of a record."""

    def read(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
        home = getattr(homes, home_name)
        raw = item.text(home)
        return (form(raw), raw) if home else None

    return read


def _authors(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    if not homes.role:
        return None
    parts = ((one.last, one.first, one.name) for one in item.creators if one.role == homes.role)
    # Their own text differs whenever the parts of a creator differ.
    return names_in(item.creators, homes.role), "\n".join(map("\t".join, parts))


def _venue(item: ItemJson, homes: Homes, zotero: ZoteroMapping) -> _Found:
    raw = item.text(homes.venue)
    if not homes.venue or (homes.archive_id and not raw):
        return None
    return zotero.venues.named(raw), raw


def _readable(name: str, raw: str, parsed: str) -> str:
    """Return a date or year as we read it, else as Zotero does, else its own text."""
    date = parse_date(raw) or parsed
    if name == "year":
        return year_in(raw) or date[:4] or raw.strip()
    return date or raw.strip()


def stated_members(name: str, tags: Iterable[str], rules: ItemRules) -> tuple[str, ...]:
    """Return the members of the field `name` (task, award, categories), in an export too."""
    prefix = rules.prefix(name)
    members = [tag.removeprefix(prefix).strip() for tag in tags if tag.startswith(prefix)]
    return tuple(filter(None, members))


def _members(name: str) -> _Reader:
    def read(item: ItemJson, _: Homes, zotero: ZoteroMapping) -> _Found:
        if name == "categories" and not zotero.categories:
            return None
        if name == MARKS and not zotero.marks:
            return None
        members = stated_members(name, item.tags, zotero.rules)
        return Members(members), "\n".join(members)

    return read


def _own_tags(item: ItemJson, _: Homes, zotero: ZoteroMapping) -> _Found:
    if not zotero.tags:
        return None
    names = tuple(str(tag["tag"]) for tag in item.stored(TAGS) if is_own_tag(tag))
    return Members(names), "\n".join(names)


def _arxiv(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    found = item.home_arxiv
    return (found, found) if homes.extra or homes.archive_id else None


def _doi(raw: str) -> str:
    """Return a DOI; the one that arXiv gives only repeats the arXiv ID (see records/writing.py)."""
    identifier = identifier_of(raw)
    if identifier is None or identifier.scheme != "doi":
        return _url(raw)
    return doi_as_written(identifier.value, raw)


def _url(raw: str) -> str:
    identifier = identifier_of(raw)
    return "" if identifier and identifier.scheme == "arxiv" else raw


def _citekey(item: ItemJson, homes: Homes, _: ZoteroMapping) -> _Found:
    return (item.stated_citekey, item.stated_citekey) if homes.citekey else None


def _comment(item: ItemJson, homes: Homes, zotero: ZoteroMapping) -> _Found:
    values = extra_values(item.text("extra"), zotero.rules.extra.comment)
    return (" ".join(values), "\n".join(values)) if homes.extra else None


_READERS: Mapping[str, _Reader] = {
    "title": _text("title"),
    "short_title": _text("short_title"),
    "authors": _authors,
    "venue": _venue,
    "year": _text("date", year_in),
    "award": _members("award"),
    "task": _members("task"),
    "date": _text("date", lambda raw: parse_date(raw) or ""),
    "pages": _text("pages", canonical_pages),
    "categories": _members("categories"),
    MARKS: _members(MARKS),
    TAGS: _own_tags,
    "arxiv": _arxiv,
    "doi": _text("doi", _doi),
    "url": _text("url", _url),
    "citekey": _citekey,
    "comment": _comment,
    "abstract": _text("abstract"),
}


def _links(
    item: ItemJson, zotero: ZoteroMapping, attachments: Sequence[Data], fields: Fields
) -> WebLinks | None:
    match zotero.links:
        case LinkHome.OFF:
            return None
        case LinkHome.ATTACHMENTS:
            found = tuple(link for each in attachments if (link := link_of(each)))
            return held_links(WebLinks(found), fields)
        case LinkHome.EXTRA:
            lines = extra_values(item.text("extra"), zotero.rules.extra.links)
            links = tuple(link for line in lines if (link := link_in_line(line)))
            return held_links(WebLinks(links), fields)
