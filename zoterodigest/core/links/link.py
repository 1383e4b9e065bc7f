"""Links: what an entry and its item last agreed on, and how the link came to be.

Fingerprints stand for values so that the committed lock file holds no text. A *base* keeps, for
one field, the fingerprints of the value at both ends, raw and canonical, taken of one agreed value.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Container, Iterable, Mapping
from dataclasses import field, replace
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from typing import TypeAlias

from zoterodigest.core.values.annotation import WrittenBlocks
from zoterodigest.core.values.file_keys import BibKey, SourceKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Value, value_parts
from zoterodigest.frozen import dataclass


@lru_cache(maxsize=50_000)
def fingerprint(text: str) -> str:
    """Return 8 signs that stand for `text`: 48 bits of BLAKE2b of its UTF-8, in URL-safe base64."""
    # The lock file holds these signs: another size or encoding would make every base unknown.
    # 48 bits: two given texts are alike once in 2.8e14 times (docs/adr/0026).
    return urlsafe_b64encode(_hash(text).digest()[:_BYTES]).decode("ascii")


def hex_fingerprint(text: str) -> str:
    """Return 16 hexadecimal digits that stand for `text`, where no size or case may be lost."""
    return _hash(text).hexdigest()


def fingerprint_of_hex(digits: str) -> str:
    """Return the fingerprint of the text of which `hex_fingerprint` gives these digits."""
    return urlsafe_b64encode(bytes.fromhex(digits)[:_BYTES]).decode("ascii")


def hex_of_fingerprint(signs: str) -> str:
    """Return the digits that `hex_fingerprint` begins with, of a text with this fingerprint."""
    return urlsafe_b64decode(signs).hex()


def _hash(text: str) -> blake2b:
    # 8 bytes, of which some are used: with another size BLAKE2b is another function, and what
    # earlier versions wrote would be unknown.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)


_BYTES = 6


@dataclass(frozen=True, slots=True)
class Print:
    """The fingerprints of one field at one end.

    `raw` is of the text that stands there; `parts` of the canonical value, one for each part:
    a scalar or a list of names has one, members, links and blocks one each; EMPTY has none.
    """

    raw: str
    parts: tuple[str, ...]


def print_of(raw: str, value: Value) -> Print:
    """Take the fingerprints of a slot that holds `raw` and means `value`."""
    return Print(fingerprint(raw), tuple(fingerprint(part) for part in value_parts(value)))


@dataclass(frozen=True, slots=True)
class Base:
    """The prints of both ends when they last were in sync."""

    at_entry: Print
    at_item: Print


@dataclass(frozen=True, slots=True)
class Origin:
    """What zoterodigest made for a row, so that it can be removed again (law 8).

    `item` and `note` tell whether we created them; `tags`, `fields`, `attachments` (their keys) and
    `collections` (their keys) what we added to an item, whoever created it.
    """

    item: bool = False
    note: bool = False
    tags: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    attachments: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FieldSource:
    """The source of a value of an item, if its text still has the fingerprint `raw`."""

    source: str
    raw: str


class LinkState(Enum):
    """Whether a row links an entry, or is the tombstone of a link that ended."""

    LINKED = "linked"
    DROPPED = "dropped"
    TRASHED = "trashed"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class LockRow:
    """One link of the lock file: an entry of `digest`, its item, and their bases by field.

    `digest` may name a bibliography whose entries take part in the sync.

    `id` is random, given at creation and never changed; it is also the heading id of our note.
    `title` is the fingerprint of the entry's match title, `texts` that of each long text (abstract
    and blocks), `headings` those of its heading path, `key` that of its citation key in a .bib:
    they pair the row with its entry again.
    A field in `diverged` differs at both ends with no base: its changes are not propagated.
    `credits` tell, by field, which values of the item were found at a source; `annotations` what
    was written into the entry, one way.
    """

    id: str
    digest: SourceKey
    item: str
    note: str | None = None
    identifiers: frozenset[Identifier] = frozenset()
    title: str = ""
    texts: frozenset[str] = frozenset()
    headings: tuple[str, ...] = ()
    bases: Mapping[str, Base] = field(default_factory=dict)
    diverged: frozenset[str] = frozenset()
    origin: Origin = Origin()
    state: LinkState = LinkState.LINKED
    key: str = ""
    credits: Mapping[str, FieldSource] = field(default_factory=dict)
    annotations: WrittenBlocks = field(default_factory=dict)

    @property
    def place(self) -> CollectionRowKey:
        """Where its entry was: its digest and the fingerprints of its headings."""
        return self.digest, self.headings

    @property
    def is_linked(self) -> bool:
        """Whether it links an entry, and is no tombstone."""
        return self.state is LinkState.LINKED

    @property
    def links_digest(self) -> bool:
        """Whether it links an entry of a digest, and not one of a bibliography."""
        return self.is_linked and self.digest.is_digest

    def agrees_at_entry(self, name: str, raw: str) -> bool:
        """Tell whether the text `raw` of the entry's field is that of its base."""
        base = self.bases.get(name)
        return base is not None and base.at_entry.raw == fingerprint(raw)

    def agrees_at_item(self, name: str, raw: str) -> bool:
        """Tell whether the text `raw` of the item's field is that of its base."""
        base = self.bases.get(name)
        return base is not None and base.at_item.raw == fingerprint(raw)

    def without_bases(self, names: Container[str]) -> LockRow:
        """Return it without the bases of these fields: neither end knows what the other had."""
        bases = {name: base for name, base in self.bases.items() if name not in names}
        return replace(self, bases=bases)

    def is_from_source(self, name: str, raw: str) -> bool:
        """Tell whether the text `raw` of the item's field is one that was found at a source."""
        credit = self.credits.get(name)
        return credit is not None and credit.raw == fingerprint(raw)


def field_source(key: str, raws: Mapping[str, str], name: str, rows: Iterable[LockRow]) -> str:
    """Return the source of what the item `key` holds in a field, as `raws` have it; "" if it is not
    what was found there. Of several links the first one that tells counts.

    A year that came with a date has the date's source.
    """
    names = (name, "date") if name == "year" else (name,)
    credited = (
        row.credits[one].source
        for row in rows
        for one in names
        if row.item == key and row.is_from_source(one, raws.get(one, ""))
    )
    return next(credited, "")


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """One collection of the lock file: a digest (empty `path`) or one of its headings.

    `path` holds the headings' keys, outermost first; `is_ours` tells whether we created it. `name`
    is the last name that heading and collection agreed on, where it is not the heading's own.
    """

    digest: SourceKey
    path: tuple[str, ...]
    collection: str
    is_ours: bool = True
    name: str = ""

    @property
    def place(self) -> CollectionRowKey:
        """What it is known by: its digest and the path of its heading."""
        return self.digest, self.path


CollectionRowKey: TypeAlias = tuple[SourceKey, tuple[str, ...]]
"""The place of a collection row."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An entry of a .bib that tells of a work to be exported; it is ours if it has prints.

    `bibliography` names the file, `key` the entry in it, `item` the item it tells of. `prints` are
    the fingerprints of what was written into its fields last, by name; "" names its type. A field
    on whose edit both ends have agreed since may have none. An entry without prints was written by
    a person: it is remembered by its key, and never changed.
    """

    bibliography: BibKey
    key: str
    item: str
    prints: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[BibKey, str]:
        """What it is known by: its file and its key there."""
        return self.bibliography, self.key


@dataclass(frozen=True, slots=True, order=True)
class Acknowledged:
    """A report that a person accepted, as the lock file keeps it.

    `id` is that of a row. A report about no link has an id made from its subject.
    `name` is the report's kind, with its field or collection behind it. `print` is the fingerprint
    of what it says: with another one it is news again.
    """

    id: str
    name: str
    print: str


@dataclass(frozen=True, slots=True)
class LockFile:
    """What a lock file holds, or a part of it: rows sorted by id, collections by digest and path.

    `identity` names the library that the links are with; a part need not name it. `exported` are
    the entries of .bib files that our exports wrote, by file and citation key. `made` are the .bib
    files that our exports made. `acknowledged` are the reports that a person accepted, sorted.
    """

    identity: str = ""
    rows: tuple[LockRow, ...] = ()
    collection_rows: tuple[CollectionRow, ...] = ()
    exported: tuple[Exported, ...] = ()
    made: frozenset[str] = frozenset()
    acknowledged: tuple[Acknowledged, ...] = ()


NO_LINKS = LockFile()
