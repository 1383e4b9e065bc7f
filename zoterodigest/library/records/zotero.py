"""The rules of `zotero.toml`, `venues.toml` and `tags.toml` in one value."""

from __future__ import annotations

from enum import Enum
from functools import cache, cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from zoterodigest import mapping
from zoterodigest.core.links.view import Folding
from zoterodigest.core.values.record import MARKS, Fields
from zoterodigest.core.values.tags import TAGS
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.core.values.venue_slot import AWARDS
from zoterodigest.frozen import dataclass
from zoterodigest.library.records import tags
from zoterodigest.library.records.tags import Spellings


class LinkHome(Enum):
    """Where a record's links live: attached to the item, in its Extra, or nowhere."""

    ATTACHMENTS = "attachments"
    EXTRA = "extra"
    OFF = "off"


class _StrictZoteroRules(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)


class TagPrefixes(_StrictZoteroRules):
    """What the tags of each namespace begin with."""

    task: str
    award: str
    categories: str
    marks: str
    venue: str


class ExtraKeys(_StrictZoteroRules):
    """The keys of our lines in Extra."""

    arxiv: str
    comment: str
    links: str

    @property
    def single(self) -> tuple[str, ...]:
        """The keys, also of others, of which an item states one value."""
        return self.arxiv, self.comment, "Citation Key"


class ArxivForms(_StrictZoteroRules):
    """What the fields of an arXiv paper's item say; `{id}` stands for the id."""

    repository: str
    archive_id: str
    doi: str
    url: str


class TypeRules(_StrictZoteroRules):
    """The item type of a work whose venue is unknown."""

    conference: str
    journal: str
    journal_words: tuple[str, ...]
    preprint: str
    doi: str
    page: str
    nothing: str
    schemes: dict[str, str]


class ItemRules(_StrictZoteroRules):
    """The whole of `zotero.toml`."""

    tool_tags: tuple[str, ...]
    tags: TagPrefixes
    extra: ExtraKeys
    arxiv: ArxivForms
    types: TypeRules

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """What the tags of all namespaces begin with."""
        return tuple(prefix for _, prefix in self.tags)

    def prefix(self, name: str) -> str:
        """Return what the tags of the field `name` (task, award, categories) begin with."""
        prefix: str = "" if name == TAGS else getattr(self.tags, name)
        return prefix


@dataclass(frozen=True, slots=True)
class ZoteroMapping:
    """How records and items translate into each other.

    `links` says where links live; `categories` and `marks` whether these are carried as tags, and
    `tags` whether those of the person are. What is not carried is absent from every record that is
    read.
    """

    links: LinkHome = LinkHome.ATTACHMENTS
    categories: bool = False
    marks: bool = False
    tags: bool = False

    # Read when somebody asks: a run that finds everything as it was needs none of them (20 ms).
    @property
    def rules(self) -> ItemRules:
        """The rules of `zotero.toml`."""
        return item_rules()

    @property
    def venues(self) -> VenueTable:
        """The venues of `venues.toml`."""
        return mapping.venue_table()

    @property
    def spellings(self) -> Spellings:
        """The spellings of `tags.toml`, and those of the awards."""
        return load_spellings(mapping.folder() / "tags.toml")

    def spellings_of(self, name: str) -> Spellings:
        """Return how members of the field `name` are spelled; categories stay as they are."""
        return _WRITTEN.get(name) or self.spellings

    def folding(self) -> Folding:
        """Return how spellings of venues and members are recognised as one."""
        from zoterodigest.bibtex.tex.titles import folded_title  # 6 ms, as for the tables

        venues = self.venues
        return Folding(venues.canonical, folded_title, self._fold_member, venues.is_server)

    def _fold_member(self, name: str, text: str) -> str:
        return self.spellings_of(name).fold(tags.cut_tag(self.rules.prefix(name), text))


_WRITTEN = {"categories": Spellings.as_written(), TAGS: Spellings.as_written(is_folded=True)}


@cache
def item_rules() -> ItemRules:
    """Return the rules of `zotero.toml`."""
    return mapping.load(mapping.folder() / "zotero.toml", ItemRules)


class _Tags(_StrictZoteroRules):
    spellings: tuple[str, ...]
    synonyms: dict[str, str]


@cache
def load_spellings(path: Path) -> Spellings:
    """Return the spellings of a `tags.toml`, and those of the awards; raises `BadMapping`."""
    table = mapping.load(path, _Tags)
    return Spellings.of((*AWARDS, *table.spellings), table.synonyms)


def tag_text(name: str, text: str, zotero: ZoteroMapping) -> str:
    """Return the tag for one member of the field `name` (task, award, categories)."""
    prefix = zotero.rules.prefix(name)
    return prefix + tags.cut_tag(prefix, zotero.spellings_of(name).spell(text))


def venue_tag(venue: str, zotero: ZoteroMapping) -> str | None:
    """Return the tag derived from a venue; None for preprints and what is no venue."""
    if not zotero.venues.is_published(venue):
        return None
    found = zotero.venues.find(venue)
    prefix = zotero.rules.tags.venue
    return prefix + tags.cut_tag(prefix, found.id if found else venue)


def tags_of(fields: Fields, zotero: ZoteroMapping) -> tuple[str, ...]:
    """Return every tag that a record gives its item, the derived one last."""
    found: list[str] = []
    carried = {"categories": zotero.categories, MARKS: zotero.marks}
    for name in ("task", "award", *(name for name, is_carried in carried.items() if is_carried)):
        texts = getattr(fields.get(name), "texts", ())
        found += [tag_text(name, text, zotero) for text in texts if text.strip()]
    venue = fields.get("venue")
    derived = venue_tag(venue, zotero) if isinstance(venue, str) else None
    return tuple(dict.fromkeys([*found, derived] if derived else found))
