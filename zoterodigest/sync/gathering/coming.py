"""What notes that came may be about, looked for in the lock file and in the library themselves.

Marks tell what bears on a note as well, but they are a cache, and a cache is no ground to make an
item: if it hid one, this would be its double.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from zoterodigest.core.values.identity import match_title
from zoterodigest.core.values.record import Entry, text_in
from zoterodigest.core.works.named_items import as_in_a_name
from zoterodigest.core.works.pairing import traits_of
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.lock.words import word

_BEFORE_KEY = r"citation ?key[\"']?: ?[\"']?"
"""What stands before a citation key in an item: the name of its field, or of a line of Extra."""


@dataclass(frozen=True, slots=True)
class Near:
    """The items and rows that a note which came may be about, by key and by ID."""

    items: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()


def look_near(
    entries: Iterable[Entry], objects: Iterable[LibraryItem], rows: Mapping[str, bytes]
) -> Near:
    """Return what `entries` may be about: all that has an identifier, the title, or a key
    in common with one of them, and perhaps more.

    `rows` are the paragraphs of the lock file. It takes 60 ms for one entry beside 5,000 items.
    """
    wanted = [_Signs.by(entry) for entry in entries]
    signs = {sign for one in wanted for sign in one.signs_in_rows}
    items = {
        one.json.parent or one.key
        for one in objects
        # What a note says of papers is not what it is about.
        if not one.json.is_note and any(it.may_be(one) for it in wanted)
    }
    found = {row_id for row_id, text in rows.items() if any(sign in text for sign in signs)}
    return Near(frozenset(items), frozenset(found))


@dataclass(frozen=True, slots=True)
class _Signs:
    """What tells the work of an entry, as it stands in the JSON of an item, and in rows."""

    keys: frozenset[str]
    identifiers: tuple[str, ...]
    title: str
    citekey: re.Pattern[str]
    signs_in_rows: frozenset[bytes]

    @classmethod
    def by(cls, entry: Entry) -> _Signs:
        # An item is known by the last part: `groups/ID/KEY`.
        stated = (entry.item_key.rpartition("/")[2], entry.attachment_key.rpartition("/")[2])
        traits = traits_of(entry)
        in_rows = (*(word(str(one)) for one in traits.identifiers), traits.title, traits.key)
        return cls(
            frozenset(filter(None, stated)),
            tuple(one.value.casefold() for one in entry.identifiers),
            match_title(text_in(entry.fields, "title")),
            re.compile(_BEFORE_KEY + f"(?:{'|'.join(_named(entry))})"),
            frozenset(one.encode() for one in in_rows if one),
        )

    def may_be(self, one: LibraryItem) -> bool:
        """Tell whether an item or attachment has something in common with the entry."""
        text = f"{one.data!r}".casefold()
        return (
            one.key in self.keys
            or any(identifier in text for identifier in self.identifiers)
            or (bool(self.title) and match_title(one.json.title) == self.title)
            or self.citekey.search(text) is not None
        )


def _named(entry: Entry) -> Iterator[str]:
    """Yield patterns of the citation keys that an entry states, or that its file is called by."""
    if entry.key:
        yield re.escape(entry.key.casefold())
    stem = PurePosixPath(entry.digest).stem
    for name in (stem, *stem.rpartition("@")[2].split()[:1]):
        # In a name `_` may stand for a sign that names can't have.
        yield re.escape(as_in_a_name(name).casefold()).replace("_", ".")
