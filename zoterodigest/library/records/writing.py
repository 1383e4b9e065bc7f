"""Fields of a record written into an item's data: one function for each field, each a patch.

An arXiv ID has a home. Two other fields repeat it and change with it: the DOI that arXiv gives, and
a url that holds its abs page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zoterodigest.core.links.view import canonical_pages
from zoterodigest.core.values.dates import is_iso, write_date
from zoterodigest.core.values.identity import identifier_of
from zoterodigest.core.values.record import (
    MARKS,
    Fields,
    Names,
    Value,
    WebLinks,
    member_texts,
    plain_text,
    text_in,
)
from zoterodigest.core.values.tags import TAGS
from zoterodigest.core.values.venue import Venue, VenueKind, official_name
from zoterodigest.frozen import dataclass
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.homes import Homes
from zoterodigest.library.records.hyperlinks import held_links, link_line
from zoterodigest.library.records.properties import extra_values, with_extra, with_names
from zoterodigest.library.records.tags import with_own_tags, with_tag_members
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping, venue_tag
from zoterodigest.library.rules.values import cleaned_value

Patch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ItemTarget:
    """The item a field is written into: its data as they are by now, and where things live."""

    data: Data
    homes: Homes
    zotero: ZoteroMapping

    def text(self, home: str) -> str:
        """Return what the field `home` holds; empty if there is no such field."""
        return ItemJson(self.data).text(home)

    def patch(self, home: str, text: str) -> Patch:
        """Return the patch that puts `text` into the field `home`, in the form Zotero keeps."""
        return {home: cleaned_value(text)} if home else {}


def write_field(place: ItemTarget, name: str, value: Value) -> Patch:
    """Return the patch that writes one field; EMPTY clears it.

    Not written here are `year`, `date` and `venue`, which share homes (`write_when`,
    `venue_patch`), and links that live in attachments.
    """
    return _WRITERS[name](place, value)


def is_written_alone(name: str) -> bool:
    """Tell whether `write_field` writes the field."""
    return name in _WRITERS


def write_when(place: ItemTarget, present: Fields, asked: Fields) -> Patch:
    """Return the patch for `year` and `date`, which share the item's date.

    A date of another year than `year` (a preprint's, beside the year of the conference) gives way
    to it on a published item. Without a date the year is written alone. A text in place of a date
    ("n.d.") is read as both, and it is never written as a year.
    """
    date, year = (text_in({**present, **asked}, name) for name in ("date", "year"))
    differs = bool(date and year and not date.startswith(year))
    if "date" not in asked and (differs or (not year and is_iso(date) and len(date) == 4)):
        date = ""
    if "year" not in asked and (differs or not is_iso(year)):
        year = ""
    if differs and {"date", "year"} <= asked.keys() and place.homes.item_type != "preprint":
        date = ""
    return place.patch(place.homes.date, write_date(place.text(place.homes.date), date or year))


def venue_patch(place: ItemTarget, old_name: str, venue: str, year: str) -> Patch:
    """Return the patch that names `venue` officially, with its publisher, series and derived tag.

    `old_name` is the venue the item has shown so far; its derived tag goes. An item that has none
    of its old venue gets none of the new one.
    A publisher or series that is not the old venue's is the person's and stays. A preprint names a
    server or nothing: another venue is not written.
    """
    homes, venues = place.homes, place.zotero.venues
    old, new = venues.find(old_name), _exact(venue, place.zotero)
    if homes.item_type == "preprint" and venue and (new is None or new.item_type != "preprint"):
        return {}
    name = official_name(new, year) if new else venue
    was, will = old or _UNKNOWN, new or _UNKNOWN
    return {
        **place.patch(homes.venue, name),
        **_belonging(place, homes.publisher, was.publisher, will.publisher),
        **_belonging(place, homes.series, was.series, will.series),
        **_with_venue_tag(place, old_name, venue),
    }


def write_year_in_venue(place: ItemTarget, old_year: str, year: str) -> Patch:
    """Return the patch that brings the year in an official venue name up to date.

    A name that is not exactly ours for `old_year` is the person's and stays.
    """
    name = place.text(place.homes.venue)
    venue = _exact(place.zotero.venues.named(name), place.zotero)
    if venue is None or name != official_name(venue, old_year):
        return {}
    return place.patch(place.homes.venue, official_name(venue, year))


def arxiv_line(place: ItemTarget, arxiv: str, category: str = "") -> Patch:
    """Return the patch that states an arXiv id, and its category if known, in Extra."""
    value = f"{arxiv} [{category}]" if category else arxiv
    key = place.zotero.rules.extra.arxiv
    return place.patch("extra", with_extra(place.text("extra"), key, [value] if arxiv else []))


def arxiv_defaults(place: ItemTarget, arxiv: str) -> Patch:
    """Return the patch that gives a new item of an arXiv paper its url and its repository.

    Fields that already hold something stay.
    """
    homes, forms = place.homes, place.zotero.rules.arxiv
    texts = {homes.url: _filled(forms.url, arxiv)}
    if homes.archive_id:
        texts[homes.venue] = forms.repository
    return {home: text for home, text in texts.items() if home and arxiv and not place.text(home)}


_UNKNOWN = Venue("", VenueKind.CONFERENCE, "")


def _exact(venue: str, zotero: ZoteroMapping) -> Venue | None:
    """Return the venue whose name and nothing more `venue` is (no workshop with a theme)."""
    found = zotero.venues.find(venue)
    return found if found and zotero.venues.canonical(venue) == found.id else None


def _belonging(place: ItemTarget, home: str, was: str, will: str) -> Patch:
    """Return the patch from the old venue's text to the new one's, unless the person's stands."""
    return place.patch(home, will) if place.text(home) in ("", was) else {}


def _with_venue_tag(place: ItemTarget, old: str, new: str) -> Patch:
    tags = [dict(tag) for tag in place.data.get("tags", ())]
    old_tag, new_tag = (venue_tag(venue, place.zotero) for venue in (old, new))
    if old_tag and all(tag.get("tag") != old_tag for tag in tags):
        return {}  # an item of the person's, who wants none
    kept = [tag for tag in tags if tag.get("tag") != old_tag or old_tag == new_tag]
    if new_tag and all(tag.get("tag") != new_tag for tag in kept):
        kept.append({"tag": new_tag})
    return {"tags": kept} if kept != tags else {}


_Writer = Callable[[ItemTarget, Value], Patch]


def _write_text(home_name: str, form: Callable[[str], str] = str) -> _Writer:
    """Return the writer of a field that is the text of one home."""
    return lambda place, value: place.patch(
        getattr(place.homes, home_name), form(plain_text(value))
    )


def _write_authors(place: ItemTarget, value: Value) -> Patch:
    names = value if isinstance(value, Names) else Names(())
    return {"creators": with_names(place.data.get("creators", ()), names, place.homes.role)}


def _write_members(name: str) -> _Writer:
    def write(place: ItemTarget, value: Value) -> Patch:
        tags, prefix = place.data.get("tags", ()), place.zotero.rules.prefix(name)
        spellings = place.zotero.spellings_of(name)
        return {"tags": with_tag_members(tags, prefix, member_texts(value), spellings)}

    return write


def _write_own_tags(place: ItemTarget, value: Value) -> Patch:
    spellings = place.zotero.spellings_of(TAGS)
    return {"tags": with_own_tags(place.data.get("tags", ()), member_texts(value), spellings)}


def _write_arxiv(place: ItemTarget, value: Value) -> Patch:
    homes, forms, arxiv = place.homes, place.zotero.rules.arxiv, plain_text(value)
    is_preprint = bool(homes.archive_id)
    patch = place.patch(homes.archive_id, _filled(forms.archive_id, arxiv))
    lines = extra_values(place.text("extra"), place.zotero.rules.extra.arxiv)
    # A line with a category ("1706.03762 [cs.CL]") states the ID as well, and stays as it is.
    is_stated = [line.split(" ")[0] for line in lines] == [arxiv]
    if not is_stated and (lines or not is_preprint):
        patch |= arxiv_line(place, arxiv)
    for home, form in ((homes.doi, forms.doi), (homes.url, forms.url)):
        if _is_twin(place.text(home), is_preprint):
            patch |= place.patch(home, _filled(form, arxiv))
    return patch


def _is_twin(text: str, is_preprint: bool) -> bool:
    """Tell whether a DOI or url only says the arXiv id, or is free to say it."""
    identifier = identifier_of(text)
    return identifier.scheme == "arxiv" if identifier else is_preprint and not text


def _filled(form: str, arxiv: str) -> str:
    return form.replace("{id}", arxiv) if arxiv else ""


def _write_doi(place: ItemTarget, value: Value) -> Patch:
    # Only a preprint repeats its arXiv ID as a DOI; in other types the DOI is the publisher's.
    arxiv = ItemJson(place.data).home_arxiv if place.homes.archive_id else ""
    twin = _filled(place.zotero.rules.arxiv.doi, arxiv)
    return place.patch(place.homes.doi, plain_text(value) or twin)


def _write_url(place: ItemTarget, value: Value) -> Patch:
    twin = _filled(place.zotero.rules.arxiv.url, ItemJson(place.data).home_arxiv)
    return place.patch(place.homes.url, plain_text(value) or twin)


def _write_comment(place: ItemTarget, value: Value) -> Patch:
    text = plain_text(value).strip()
    key = place.zotero.rules.extra.comment
    return place.patch("extra", with_extra(place.text("extra"), key, [text] if text else []))


def _write_links(place: ItemTarget, value: Value) -> Patch:
    if place.zotero.links is not LinkHome.EXTRA:
        return {}
    own: Fields = {"arxiv": ItemJson(place.data).home_arxiv}
    links = held_links(value, own).hyperlinks if isinstance(value, WebLinks) else ()
    key = place.zotero.rules.extra.links
    return place.patch("extra", with_extra(place.text("extra"), key, list(map(link_line, links))))


_WRITERS: Mapping[str, _Writer] = {
    "title": _write_text("title", lambda text: " ".join(text.split())),
    "short_title": _write_text("short_title", lambda text: " ".join(text.split())),
    "authors": _write_authors,
    "pages": _write_text("pages", canonical_pages),
    "award": _write_members("award"),
    "task": _write_members("task"),
    "categories": _write_members("categories"),
    MARKS: _write_members(MARKS),
    TAGS: _write_own_tags,
    "arxiv": _write_arxiv,
    "doi": _write_doi,
    "url": _write_url,
    "citekey": _write_text("citekey"),
    "links": _write_links,
    "comment": _write_comment,
    "abstract": _write_text("abstract"),
}
