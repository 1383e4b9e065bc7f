"""Where each field of a record has its home in an item, by item type."""

from __future__ import annotations

from functools import cache

from zoterodigest.frozen import dataclass
from zoterodigest.library.rules.schema import item_types


@dataclass(frozen=True, slots=True)
class Homes:
    """What one item type calls the fields that a record uses; empty if it has no such field.

    `role` is the creator type of the authors. `archive_id` holds an arXiv ID (preprints). If it is
    empty, the ID has its home in Extra.
    """

    item_type: str
    title: str
    short_title: str
    role: str
    venue: str
    date: str
    pages: str
    abstract: str
    doi: str
    url: str
    publisher: str
    series: str
    extra: str
    citekey: str
    archive_id: str = ""


@cache
def homes_of(item_type: str) -> Homes | None:
    """Return the homes in items of `item_type`; None for notes, attachments and unknown types."""
    kind = item_types().get(item_type)
    if kind is None or kind.is_part:
        return None
    own = {name: kind.field_for(base) or "" for name, base in _BASES.items()}
    if item_type == "preprint":
        own |= {"venue": "repository", "publisher": "", "series": "", "archive_id": "archiveID"}
    return Homes(item_type, role=kind.creators[0] if kind.creators else "", **own)


_BASES = {
    **{name: name for name in ("title", "date", "pages", "url", "publisher", "series", "extra")},
    **{"venue": "publicationTitle", "abstract": "abstractNote", "doi": "DOI"},
    **{"citekey": "citationKey", "short_title": "shortTitle"},
}
"""The base field of Zotero that is the home of each field."""
