"""The values that are synced: fields of a record, entries of a digest, items of a library.

A *record* is what is known of one work, field by field. Every field has a kind (`kind_of`) that
decides how it is compared and merged. A field that is absent from a mapping is not carried by that
end (or cannot be read there); a field that is present but holds nothing is `EMPTY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import Enum, auto
from functools import lru_cache

from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.frozen import dataclass, frozen

SECTION = "section:"
"""Prefix of the field names of an entry's named sections, as in `section:Key points`."""

NOTE = "note:"
"""Prefix of the fields that show a note that a person wrote, by its key: `note:ABCD2345`."""


class FieldKind(Enum):
    """How a field's value is compared and merged (docs/invariants.md)."""

    SCALAR = auto()
    NAMES = auto()
    MEMBERS = auto()
    LINKS = auto()
    BLOCKS = auto()


@dataclass(frozen=True, slots=True)
class Empty:
    """The value of a field that is carried and holds nothing."""


EMPTY = Empty()


@frozen()
class Names:
    """Authors in order, each as written ("First Last"); `truncated` if the list ends in et al.

    If they `are_short`, their digest writes names so, "Zhang" or "W. Zhang" (`short_names`). That
    is no part of the value.
    """

    people: tuple[str, ...]
    truncated: bool = False
    are_short: bool = field(default=False, compare=False)


@frozen(order=True)
class Hyperlink:
    """A labelled link, label as written."""

    label: str
    url: str


@frozen()
class Members:
    """A set of short texts (tasks, awards, categories), in the order written, none twice."""

    texts: tuple[str, ...]


@frozen()
class WebLinks:
    """Hyperlinks in the order written; merged one by one, by label."""

    hyperlinks: tuple[Hyperlink, ...]


@frozen()
class Blocks:
    """Markdown blocks in order: one per paragraph, list item, table row run or code fence.

    A block's text has no wrapping of its digest (quote prefix, indentation of the container, cell
    escapes) and no outer blanks or trailing newline; a nested list item keeps its own indentation.
    """

    texts: tuple[str, ...]


Value = str | Names | Members | WebLinks | Blocks | Empty
Fields = Mapping[str, Value]

KINDS: Mapping[str, FieldKind] = {
    "title": FieldKind.SCALAR,
    "short_title": FieldKind.SCALAR,
    "authors": FieldKind.NAMES,
    "venue": FieldKind.SCALAR,
    "year": FieldKind.SCALAR,
    "award": FieldKind.MEMBERS,
    "task": FieldKind.MEMBERS,
    "date": FieldKind.SCALAR,
    "pages": FieldKind.SCALAR,
    "categories": FieldKind.MEMBERS,
    "marks": FieldKind.MEMBERS,
    "tags": FieldKind.MEMBERS,
    "arxiv": FieldKind.SCALAR,
    "doi": FieldKind.SCALAR,
    "url": FieldKind.SCALAR,
    "citekey": FieldKind.SCALAR,
    "links": FieldKind.LINKS,
    "comment": FieldKind.SCALAR,
    "abstract": FieldKind.SCALAR,
    "summary": FieldKind.BLOCKS,
}
"""Every field but sections and notes, in the order in which a person wants to see them.

`tags` are a person's own (`core/values/tags.py`); `short_title` is a nickname before the title;
`arxiv` the bare id without version; `url` the paper's
own page where it is not an arXiv page; `year` the four digits beside a venue; `date` ISO 8601,
possibly cut (`2024`, `2024-05`); `pages` with one hyphen in a range (`1-10`).
"""

MARKS = "marks"
"""A star or a checkbox beside a title: a digest alone says them, they only go to the library."""

CITEKEY = "citekey"
"""The citation key: notes that state it follow their item, which takes none from them."""


@lru_cache(maxsize=10_000)  # asked for each field of each link, many times: 0.2 s of 10,000 links
def kind_of(name: str) -> FieldKind:
    """Return the kind of the field called `name`; sections and the person's notes are blocks."""
    return FieldKind.BLOCKS if name.startswith((SECTION, NOTE)) else KINDS[name]


@lru_cache(maxsize=10_000)
def is_field(name: str) -> bool:
    """Tell whether a field can be called `name`."""
    return name in KINDS or name.startswith((SECTION, NOTE))


@lru_cache(maxsize=10_000)
def is_of_entry(name: str) -> bool:
    """Tell whether a field belongs to one entry (summary, sections, notes), not to the work."""
    return kind_of(name) is FieldKind.BLOCKS


def is_of_note(name: str) -> bool:
    """Tell whether a field is kept in the note that zoterodigest made, not in a person's own."""
    return is_of_entry(name) and not name.startswith(NOTE)


def text_in(fields: Fields, name: str) -> str:
    """Return the text of a scalar field; "" if it is empty or not carried."""
    return plain_text(fields.get(name))


def plain_text(value: Value | None) -> str:
    """Return the text of a scalar; any other value has none."""
    return value if isinstance(value, str) else ""


def member_texts(value: Value | None) -> tuple[str, ...]:
    """Return the texts of a set of members; any other value has none."""
    return value.texts if isinstance(value, Members) else ()


def people_of(value: Value | None) -> tuple[str, ...]:
    """Return the people that a value names; any other value names none."""
    return value.people if isinstance(value, Names) else ()


def is_in_date(fields: Fields) -> bool:
    """Whether a year is that of a date which the entry shows as well: one home, one field."""
    date, year = fields.get("date"), fields.get("year")
    return isinstance(date, str) and isinstance(year, str) and date.startswith(year)


def has_other_year(fields: Fields) -> bool:
    """Whether an entry dates its work to another year than it states: a preprint came before it."""
    date, year = fields.get("date"), fields.get("year")
    if not isinstance(date, str) or not isinstance(year, str) or not year:
        return False
    return date[:4].isdigit() and date[:4] != year


def is_empty(value: Value) -> bool:
    """Tell whether a carried value holds nothing; "et al." alone names nobody."""
    if isinstance(value, str):
        return not value
    if isinstance(value, Names):
        return not value.people
    if isinstance(value, WebLinks):
        return not value.hyperlinks
    return isinstance(value, Empty) or not value.texts


def value_parts(value: Value) -> tuple[str, ...]:
    """Return the parts by which a value is fingerprinted and merged; EMPTY and "" have none."""
    match value:
        case str():
            return (value,) if value else ()
        case Names():
            return ("\n".join((*value.people, "…" if value.truncated else "")),)
        case Members() | Blocks():
            return value.texts
        case WebLinks():
            return tuple(f"{link.label}\n{link.url}" for link in value.hyperlinks)
        case Empty():
            return ()


def members_of(value: Value) -> tuple[str | Hyperlink, ...]:
    """Return the members, links or blocks of a value; a text, names and EMPTY have none."""
    match value:
        case Members(texts) | Blocks(texts):
            return texts
        case WebLinks(hyperlinks):
            return hyperlinks
        case _:
            return ()


def with_members(name: str, members: Iterable[str | Hyperlink]) -> Value:
    """Return the value of the field `name` that has these members, links or blocks."""
    held = tuple(members)
    if not held:
        return EMPTY
    texts = tuple(one for one in held if isinstance(one, str))
    match kind_of(name):
        case FieldKind.LINKS:
            return WebLinks(tuple(one for one in held if isinstance(one, Hyperlink)))
        case FieldKind.BLOCKS:
            return Blocks(texts)
        case _:
            return Members(texts)


@frozen()
class EntryLines:
    """Where an entry stands: 1-based lines of its digest, both ends in, split on LF."""

    start_line: int
    end_line: int


@frozen()
class Entry:
    """One entry of a digest as the core sees it.

    `fields` holds canonical values, `raws` for the same names the text that stands in the slot.
    A name in `unreadable` is in neither: something stands there that was not understood. An entry
    that is unreadable as a whole has no fields but keeps what identifiers and title could be found.
    `headings` is the path of headings it stands under, outermost first; `heading_keys` the same
    path with an ordinal for each heading, so that one text twice is two headings. `places` are the
    fields its digest's format has a place for ("section" for all sections, "note" for notes of the
    person's own). Fields in `ours` hold what an export wrote, unedited since: they fill in nothing.
    Fields in `from_item` hold what an export wrote from the item as it is now: they are in sync,
    even if the text reads as something else. `key` is the citation key of an entry of a .bib, or
    the one that a note states; `item_key` the item that a note names: `KEY` in the user's own
    library, `groups/ID/KEY` in a group's; `attachment_key` one of its attachments. Whether there
    is such an item, nobody has checked. An entry that `is_file` has no sections: all text of its
    note is its summary.
    """

    digest: SourceKey
    fields: Fields
    raws: Mapping[str, str]
    identifiers: frozenset[Identifier] = frozenset()
    headings: tuple[str, ...] = ()
    heading_keys: tuple[str, ...] = ()
    place: EntryLines = EntryLines(1, 1)
    unreadable: frozenset[str] = frozenset()
    is_unreadable: bool = False
    places: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    from_item: frozenset[str] = frozenset()
    key: str = ""
    item_key: str = ""
    attachment_key: str = ""
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class WholeNote:
    """All text of a note of ours: its blocks, and the HTML that they are read from."""

    blocks: Value
    raw: str


@dataclass(frozen=True, slots=True)
class ChildNote:
    """One of our child notes: its key, its version, and the fields that have their home in it.

    `fields` are in the order of the note; those in `doubled` have their heading in it twice.
    `kept` names what stands in the note and has no place in Markdown: image, citation, colour ...
    `private` are the fingerprints of the blocks below a heading "Private": their text goes nowhere.
    `whole` is its text up to the end, with all headings, for an entry that has the note to itself;
    None if that is the summary.
    """

    key: str
    version: int
    fields: Fields
    raws: Mapping[str, str]
    is_trashed: bool = False
    doubled: frozenset[str] = frozenset()
    kept: tuple[str, ...] = ()
    whole: WholeNote | None = None
    private: frozenset[str] = frozenset()

    def shown_to(self, entry: Entry) -> tuple[Fields, Mapping[str, str]]:
        """Return the fields that `entry` shows of the note, and the text that stands in each."""
        if self.whole is None or not entry.is_file:
            return self.fields, self.raws
        return {"summary": self.whole.blocks}, {"summary": self.whole.raw}


@dataclass(frozen=True, slots=True)
class PersonalNote:
    """A note that the person wrote in the library: its blocks and the text that stands there.

    `is_public` tells whether it carries the tag that lets it be shown.
    """

    blocks: Value
    raw: str
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A library item as the core sees it.

    `fields` holds the record's fields as complete as the library knows them, `raws` the library's
    own text of each. `notes` are our child notes by the row id in their heading, or by the id of
    the row that names their key (an id found twice is listed once). `collections` are collection
    keys. `replaces` are the keys of items that were merged into this one (`dc:replaces`),
    `own_notes` the person's live notes by key, where they are wanted at all. Fields in `homeless`
    have a home only once the work has a venue: they are empty, and what fills them in comes with
    one. `attachments` are the links that its attachments stand for, by their keys, if other items
    were merged into it.
    """

    key: str
    version: int
    fields: Fields
    raws: Mapping[str, str]
    identifiers: frozenset[Identifier] = frozenset()
    collections: frozenset[str] = frozenset()
    notes: Mapping[str, ChildNote] = field(default_factory=dict)
    is_trashed: bool = False
    replaces: frozenset[str] = frozenset()
    own_notes: Mapping[str, PersonalNote] = field(default_factory=dict)
    homeless: frozenset[str] = frozenset()
    attachments: Mapping[str, Hyperlink] = field(default_factory=dict)

    def live_note(self, row_id: str) -> ChildNote | None:
        """Return our note of a row; None if there is none, or if it lies in the trash."""
        note = self.notes.get(row_id)
        return None if note is None or note.is_trashed else note


def blank_item(key: str, names: Iterable[str]) -> Item:
    """Return an item about to be created: it carries the fields `names` and holds nothing."""
    return Item(key, 0, dict.fromkeys(names, EMPTY), {})


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection; `parent` is the key of the collection it lies in, or None at the top."""

    key: str
    version: int
    name: str
    parent: str | None = None
    is_trashed: bool = False
