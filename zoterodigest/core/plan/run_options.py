"""The options of a run: directions, names of collections, and which entries take part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import Enum

from zoterodigest.core.links.link import CollectionRow, LockRow
from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.found import LookupResult, Pending
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import SECTION, Collection, Entry, Item, Value
from zoterodigest.core.works.pairing import UnreadText
from zoterodigest.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Mask:
    """A set of field names, or all but these; `sections` stands for every section."""

    names: frozenset[str] = frozenset()
    is_all_but: bool = False

    def allows(self, name: str) -> bool:
        """Tell whether the field may be propagated."""
        is_named = name in self.names or (name.startswith(SECTION) and "sections" in self.names)
        return is_named != self.is_all_but


ALL = Mask(is_all_but=True)
NONE = Mask()


@dataclass(frozen=True, slots=True)
class Directions:
    """Which fields of a digest may go to the library (`push`) and come from it (`pull`).

    `found` are the fields that a run may write into it from lookup results.
    """

    push: Mask = ALL
    pull: Mask = NONE
    found: Mask = NONE

    @property
    def brings_entries(self) -> bool:
        """Whether whole entries may come into the digest, leave it, or move in it: if all may."""
        return self.pull == ALL


class WhenDropped(Enum):
    """What becomes of the item of an entry that left its digest."""

    KEEP = "keep"
    ARCHIVE = "archive"
    TRASH = "trash"


class WhenTrashed(Enum):
    """What becomes of the entry of an item that went into the trash."""

    KEEP = "keep"
    REMOVE = "remove"


class OwnNotes(Enum):
    """Which notes that a person wrote in Zotero a digest shows."""

    OFF = "off"
    TAGGED = "tagged"
    ALL = "all"


class End(Enum):
    """One end of a link: the entry's, in a digest or in a bibliography, or the item's."""

    MARKDOWN = "markdown"
    ZOTERO = "zotero"
    BIB = "bib"


def entry_end(digest: SourceKey) -> End:
    """Return which end the entries of the source with this key are."""
    return End.BIB if digest.is_bib else End.MARKDOWN


@dataclass(frozen=True, slots=True)
class Rules:
    """How one digest is kept: its directions and the name of its collection.

    `collection` is preceded by the names of those it lies in; empty for none at all. Headings have
    collections of their own in it unless `has_headings` is false. `places` tells whether this run
    puts items in them; a later one will, where not. `no_new` tells why items that
    are added to its collections become no entries, if they do not. An entry without an item makes
    one unless `creates` is false, as for a bibliography, which may hold any other works. If each
    file `is_file_entry`, no row ends because its file is away.
    """

    directions: Directions = Directions()
    collection: tuple[str, ...] = ()
    has_headings: bool = True
    places: bool = True
    no_new: str = ""
    when_dropped: WhenDropped = WhenDropped.KEEP
    when_trashed: WhenTrashed = WhenTrashed.KEEP
    own_notes: OwnNotes = OwnNotes.OFF
    creates: bool = True
    is_file_entry: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for fields of links, by row id and field: the end that holds, or a value
    for both.

    `seen` holds what stood at the entry and at the item when the person chose: a choice that was
    made over something else does not count.
    """

    by_field: Mapping[tuple[str, str], End | Value] = field(default_factory=dict)
    seen: Mapping[tuple[str, str], tuple[Value, Value]] = field(default_factory=dict)


NO_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class NewFile:
    """The file of a vault that an item gets; if a `reason` is against it, any file of the vault."""

    digest: SourceKey
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Under which terms a run reconciles.

    `rules` names every digest of the run; it may name digests whose file is `gone` as well, so that
    what their collections were called is known. Of those that are gone, `missing` ones are
    configured: none of their entries was removed. With a `selection` only the entries it takes get
    or change anything and no link is dropped. `relink` names digests whose ended links are revived.
    `prefer` names the end that holds, by field, where both changed; `choices` what a person chose.
    With `only_choices` nothing else is propagated.
    `fills` are fields that are filled in in digests too, where an entry has an empty place for one.
    `found` is what sources say of works, by the key of the item, there already or about to be made;
    `pending` what is known of papers that were added and that their digests cannot show. `recent`
    are digests whose file changed a moment ago. A run that `accepts` takes files as they are, also
    those that lost most of what they held; `held` are the rows whose files earlier runs held.
    `new_files` are those that items may get, by the keys of the items. `beside` are files of vaults
    that the run does not name and that may be about an item of one that it does, with their
    entries; None for one without.
    """

    rules: Mapping[str, Rules]
    folding: Folding = field(default_factory=Folding)
    gone: frozenset[SourceKey] = frozenset()
    missing: frozenset[SourceKey] = frozenset()
    unread: UnreadText = field(default_factory=UnreadText)
    selection: Callable[[Entry], bool] | None = None
    relink: frozenset[str] = frozenset()
    prefer: Mapping[str, End] = field(default_factory=dict)
    choices: Choices = NO_CHOICES
    only_choices: bool = False
    fills: frozenset[str] = frozenset()
    found: Mapping[str, LookupResult] = field(default_factory=dict)
    pending: tuple[Pending, ...] = ()
    recent: frozenset[str] = frozenset()
    accepts: bool = False
    held: frozenset[str] = frozenset()
    new_files: Mapping[str, NewFile] = field(default_factory=dict)
    beside: Mapping[SourceKey, Entry | None] = field(default_factory=dict)

    @property
    def files(self) -> frozenset[str]:
        """The files that are one entry each, those that are gone among them."""
        return frozenset(key for key, rules in self.rules.items() if rules.is_file_entry)

    @property
    def is_whole(self) -> bool:
        """Whether the run is about all entries, so that places and new items count."""
        return self.selection is None

    def rules_for(self, digest: str) -> Rules:
        """Return the rules of a digest; one that the run does not name has the defaults."""
        return self.rules.get(digest, Rules())

    def takes(self, entry: Entry) -> bool:
        """Tell whether `entry` takes part in the run."""
        return self.selection is None or self.selection(entry)


@dataclass(frozen=True, slots=True)
class LastSync:
    """What the lock file tells: the links, and the collections of digests.

    `seen` is what this instance of the library remembers; None if it has no memory yet.
    """

    rows: Sequence[LockRow] = ()
    collection_rows: Sequence[CollectionRow] = ()
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class LibraryState:
    """What the library holds, trashed things too."""

    items: Sequence[Item] = ()
    collections: Sequence[Collection] = ()
    taken: frozenset[str] = frozenset()
    """Keys of everything else in the library: no new item may have one."""
    group: str = ""
    """The ID of the group whose library it is; "" for any other library."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """The items of the attachments that notes name, by the attachments' keys; "" for none."""
