"""Which row of the lock file is which entry: by identifier, exact title, then equal long text.

Last, an entry of a .bib pairs by its citation key, unless its authors changed as well. A note of a
vault pairs by the key that it states with the row of its file, whatever else changed, and one that
is not there with a note of the same name in other capitals.

Of several candidates the one with the most equal texts and headings wins, then the first in order.
Order alone never pairs: a daily digest may replace half of its rows in a day.

The notes of an item that no row names are given to new entries here, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from zoterodigest.core.links.link import LinkState, LockRow, fingerprint, print_of
from zoterodigest.core.values.file_keys import BibKey, DigestKey, SourceKey
from zoterodigest.core.values.file_names import folded_file_name
from zoterodigest.core.values.identity import Identifier, match_title
from zoterodigest.core.values.record import (
    EMPTY,
    ChildNote,
    Entry,
    Fields,
    is_of_entry,
    text_in,
    value_parts,
)
from zoterodigest.core.values.sets import frozenset_of
from zoterodigest.core.works.named_items import stated_item
from zoterodigest.core.works.work import contradict
from zoterodigest.frozen import dataclass

_LONG_TEXT = 60
"""Bytes from which on a text can tell an entry: a sentence, or twenty Chinese characters."""

_MOST_TIES = 2_500
"""Above this many pairs under one key (a list that repeats one paper) order alone decides ties."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What an entry is known by from run to run, as it stands in its row."""

    identifiers: frozenset[Identifier]
    title: str
    texts: frozenset[str]
    headings: tuple[str, ...]
    key: str = ""
    item: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class PairingScope:
    """Where a run looks: the digests it reads, and those whose file is gone.

    Of these `missing` are configured: no entry of theirs was removed. `files` are entries as a
    whole, whether they are gone or not. Notes state keys of items: `group` is the one whose library
    this is, `parents` are the items of the attachments that they state, by the attachments' keys.
    """

    digests: frozenset[str]
    gone: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    group: str = ""
    parents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnreadText:
    """What stands in text that was not understood: identifiers and titles (match titles)."""

    identifiers: frozenset[Identifier] = frozenset()
    titles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pairing:
    """Rows by the index of their entry, new entries, and the rows whose entry was not found.

    A row in `unreadable` has not been found but still stands in unread text; one in `dropped` is
    gone. One in `away` is of a file that is an entry as a whole: a file that is not there, or says
    something else, is no entry that was removed. Rows of digests outside the run are in none of
    these.
    """

    rows: Mapping[int, LockRow]
    new: tuple[int, ...]
    dropped: tuple[LockRow, ...]
    unreadable: tuple[LockRow, ...]
    away: tuple[LockRow, ...] = ()


def traits_of(entry: Entry) -> Traits:
    """Return what `entry` is known by."""
    return Traits(
        identifiers=entry.identifiers,
        title=title_print(text_in(entry.fields, "title")),
        texts=frozenset_of(fingerprint(text) for text in _long_texts(entry)),
        key=fingerprint(entry.key) if entry.key else "",
        headings=heading_prints(entry),
        file=entry.digest if entry.is_file else "",
    )


def heading_prints(entry: Entry) -> tuple[str, ...]:
    """Return the fingerprints of the headings the entry stands under."""
    return tuple(map(fingerprint, entry.heading_keys))


def title_print(title: str) -> str:
    """Return the fingerprint of the match title; "" for none."""
    found = match_title(title)
    return fingerprint(found) if found else ""


def pair(
    entries: Sequence[Entry], rows: Iterable[LockRow], scope: PairingScope, unread: UnreadText
) -> Pairing:
    """Pair `entries` with the rows of the run's digests and of digests whose file is gone.

    Linked rows come first, then tombstones, of equal ones those whose entry was dropped; the
    tombstone of an unlinked or trashed row pairs only within its digest. The rows left of a digest
    that is gone count as dropped if half of its linked rows were found elsewhere (a renamed file),
    else they are left alone, as are those of a digest that is missing. Entries of bibliographies
    pair with rows of bibliographies only, and those of digests with those of digests.
    """
    known = tuple(rows)
    paired: dict[int, LockRow] = {}
    missing: list[LockRow] = []
    away: list[LockRow] = []
    for kind in (DigestKey, BibKey):
        table = _PairingTable(
            {at: entry for at, entry in enumerate(entries) if isinstance(entry.digest, kind)},
            tuple(row for row in known if isinstance(row.digest, kind)),
            scope,
        )
        # Linked rows first: a tombstone must not take the entry of a link that goes on.
        for is_linked in (True, False):
            table.pair_all([row for row in table.rows if row.is_linked is is_linked])
        paired |= table.paired
        left = [row for row in table.rows_left() if row.is_linked]
        away += [row for row in left if row.digest in scope.files]
        missing += _missing(table.paired.values(), left, scope)
    unreadable = {row.id for row in _standing(missing, unread)}
    return Pairing(
        rows=paired,
        new=tuple(index for index in range(len(entries)) if index not in paired),
        dropped=tuple(row for row in missing if row.id not in unreadable),
        unreadable=tuple(row for row in missing if row.id in unreadable),
        away=tuple(away),
    )


def _missing(
    found: Iterable[LockRow], left: Sequence[LockRow], scope: PairingScope
) -> list[LockRow]:
    """Return the rows `left` whose entry is not where it was; a file is an entry of its own."""
    rows = [row for row in left if row.digest not in scope.files]
    read = _renamed(found, rows) - scope.missing | scope.digests
    return [row for row in rows if row.digest in read]


def _standing(rows: Iterable[LockRow], unread: UnreadText) -> Iterator[LockRow]:
    """Yield the rows whose entry still stands in unread text."""
    hidden = {fingerprint(title) for title in unread.titles if title}
    for row in rows:
        if row.identifiers & unread.identifiers or row.title in hidden:
            yield row


def _renamed(found: Iterable[LockRow], left: Iterable[LockRow]) -> set[SourceKey]:
    """Return the digests of which at least half of the linked rows were found.

    Fewer can be papers that two digests share: the others of a file that is gone then stay linked.
    """
    ends = Counter(row.digest for row in left)
    votes = Counter(row.digest for row in found if row.is_linked)
    return {digest for digest, count in votes.items() if count >= ends[digest]}


def _is_retired(row: LockRow) -> bool:
    return row.state in (LinkState.TRASHED, LinkState.UNLINKED)


def _long_texts(entry: Entry) -> Iterable[str]:
    for name, value in entry.fields.items():
        if name == "abstract" or is_of_entry(name):
            yield from (text for text in value_parts(value) if len(text.encode()) >= _LONG_TEXT)


_KeysOf = Callable[[Traits | LockRow], Iterable[Hashable]]
_Agrees = Callable[[int, LockRow], bool]


class _PairingTable:
    """Entries and rows while they are being paired, level by level."""

    def __init__(
        self, entries: Mapping[int, Entry], rows: tuple[LockRow, ...], scope: PairingScope
    ) -> None:
        self.entries = entries
        self.rows = tuple(row for row in rows if row.digest in scope.digests | scope.gone)
        self.traits = {
            index: replace(traits_of(entry), item=stated_item(entry, scope.group, scope.parents))
            if entry.item_key or entry.attachment_key
            else traits_of(entry)
            for index, entry in entries.items()
        }
        self.paired: dict[int, LockRow] = {}
        self._gone, self._files = scope.gone, scope.files
        self._taken: set[str] = set()
        self._texts = Counter(text for traits in self.traits.values() for text in traits.texts)
        self._texts_then = Counter(text for row in rows for text in row.texts)
        self._pages = Counter(one for traits in self.traits.values() for one in traits.identifiers)
        self._pages_then = Counter(one for row in rows for one in row.identifiers)

    def rows_left(self) -> list[LockRow]:
        """Return the rows that have no entry yet."""
        return [row for row in self.rows if row.id not in self._taken]

    def pair_all(self, rows: list[LockRow]) -> None:
        """Pair what is left with these rows, the surest sign first."""
        # The order is a law: a sure sign pairs before a weaker one can take its entry or row.
        if any(traits.item for traits in self.traits.values()):
            # Several files may be about one item: each keeps its own row.
            self._pair_by(_item_key, rows, self._is_same_file)
            self._pair_by(_item_key, rows, self._is_moved_file)
        self._pair_by(self._identifiers, rows, self._agrees)
        self._pair_by(self._identifiers, rows, self._is_correction)
        self._pair_by(_title, rows, self._agrees)
        self._pair_by(_title, rows, self._is_correction)
        self._pair_by(self._unique_texts, rows, self._agrees)
        self._pair_by(_file_name, rows, self._is_moved_file)
        self._pair_by(_item_key, rows, self._is_edited_file)
        self._pair_by(_citation_key, rows, self._is_same_entry)
        self._pair_by(_citation_key, rows, self._is_edited_file)
        self._pair_by(_title, rows, self._is_double)

    def _pair_by(self, keys: _KeysOf, rows: list[LockRow], agrees: _Agrees) -> None:
        """Pair entries and rows that share a key and agree, the most equal first."""
        if len(self.paired) == len(self.entries):
            return
        entries_by, rows_by = self._grouped(keys, rows)
        candidates: dict[tuple[int, str], LockRow] = {}
        for key in entries_by.keys() & rows_by.keys():
            candidates |= _crossed(entries_by[key], rows_by[key])
        ranked = sorted(
            (self._rank(index, row), index, row.id)
            for (index, _), row in candidates.items()
            if agrees(index, row)
        )
        for _, index, row_id in ranked:
            if index not in self.paired and row_id not in self._taken:
                self.paired[index] = candidates[index, row_id]
                self._taken.add(row_id)

    def _grouped(
        self, keys: _KeysOf, rows: list[LockRow]
    ) -> tuple[dict[Hashable, list[int]], dict[Hashable, list[LockRow]]]:
        entries_by: dict[Hashable, list[int]] = defaultdict(list)
        rows_by: dict[Hashable, list[LockRow]] = defaultdict(list)
        for index, traits in self.traits.items():
            if index not in self.paired:
                for key in keys(traits):
                    entries_by[key].append(index)
        for row in rows:
            if row.id not in self._taken:
                for key in keys(row):
                    rows_by[key].append(row)
        return entries_by, rows_by

    def _rank(self, index: int, row: LockRow) -> tuple[int, ...]:
        """Rank a candidate: the lower, the more of it is equal."""
        traits, entry = self.traits[index], self.entries[index]
        is_here = entry.digest == row.digest
        return (
            # A note keeps its own row, whatever its doubles in the vault have in common with it.
            -int(entry.is_file and is_here),
            -len(traits.texts & row.texts),
            -int(traits.key == row.key),
            -int(traits.headings == row.headings),
            -int(is_here),
            -int(traits.title == row.title),
            -sum(row.agrees_at_entry(name, raw) for name, raw in entry.raws.items()),
            int(_is_retired(row)),
        )

    def _identifiers(self, known: Traits | LockRow) -> Iterable[Hashable]:
        """Return the identifiers that pair; a page only if it is one entry's, then and now."""
        return (
            one
            for one in known.identifiers
            if not one.is_page or (self._pages[one] <= 1 and self._pages_then[one] <= 1)
        )

    def _unique_texts(self, known: Traits | LockRow) -> Iterable[Hashable]:
        """Return the texts that stand in one entry and one row only: no boilerplate."""
        return (text for text in known.texts if self._texts[text] == self._texts_then[text] == 1)

    def _is_same_entry(self, index: int, row: LockRow) -> bool:
        """Tell whether the entry under a citation key is still of the same people's work."""
        entry, base = self.entries[index], row.bases.get("authors")
        now = print_of(entry.raws.get("authors", ""), entry.fields.get("authors", EMPTY))
        is_same = base is None or now.raw == base.at_entry.raw or now.parts == base.at_entry.parts
        is_here = row.digest == entry.digest
        # A note that was renamed keeps its citation key; a key of a .bib says nothing of others.
        is_moved = entry.digest.is_digest and row.digest in self._gone
        return is_same and (is_here or is_moved) and self._agrees(index, row)

    def _is_same_file(self, index: int, row: LockRow) -> bool:
        return row.digest == self.entries[index].digest and self._agrees(index, row)

    def _is_edited_file(self, index: int, row: LockRow) -> bool:
        """Tell whether a note stands where it stood, under its key: all else may be edited.

        Its identifier may be gone though another entry has it: a file that was emptied.
        """
        is_here = row.digest == self.entries[index].digest and row.digest in self._files
        return is_here and (self._agrees(index, row) or self._is_correction(index, row))

    def _is_moved_file(self, index: int, row: LockRow) -> bool:
        return row.digest in self._gone and self._agrees(index, row)

    def _agrees(self, index: int, row: LockRow) -> bool:
        is_other = contradict(self.traits[index].identifiers, row.identifiers)
        return self._is_near(index, row) and not is_other

    def _is_correction(self, index: int, row: LockRow) -> bool:
        """Tell whether an identifier was corrected in place: the old gone, the new unheard of."""
        then, now = row.identifiers, self.traits[index].identifiers
        is_heard_of = (then - now) & self._pages.keys() or (now - then) & self._pages_then.keys()
        return self._is_near(index, row) and not is_heard_of

    def _is_double(self, index: int, row: LockRow) -> bool:
        """Tell whether an entry got an identifier that another row has: one work twice."""
        then, traits = row.identifiers, self.traits[index]
        return (
            row.digest == self.entries[index].digest
            and row.headings == traits.headings
            and row.texts == traits.texts
            and not (then - traits.identifiers) & self._pages.keys()
        )

    def _is_near(self, index: int, row: LockRow) -> bool:
        same = row.digest == self.entries[index].digest or row.digest in self._gone
        return same or not _is_retired(row)


def _item_key(known: Traits | LockRow) -> Iterable[Hashable]:
    return (known.item,) if known.item else ()


def _title(known: Traits | LockRow) -> Iterable[Hashable]:
    return (known.title,) if known.title else ()


def _file_name(known: Traits | LockRow) -> Iterable[Hashable]:
    """Return the name of a file as systems compare it that know no capitals and no one form of é.

    Such a name may have changed on another computer, and nothing else of the file.
    """
    name = known.file if isinstance(known, Traits) else known.digest
    return (folded_file_name(name),) if name else ()


def _citation_key(known: Traits | LockRow) -> Iterable[Hashable]:
    return (known.key,) if known.key else ()


def _crossed(indexes: list[int], rows: list[LockRow]) -> dict[tuple[int, str], LockRow]:
    # A list that repeats one title thousands of times must not take millions of pairs.
    if len(indexes) * len(rows) > _MOST_TIES:
        return {(i, row.id): row for i, row in zip(indexes, rows, strict=False)}
    return {(index, row.id): row for index in indexes for row in rows}


def assign_notes(
    entries: Sequence[tuple[int, Entry]], notes: Sequence[ChildNote], row_ids: Sequence[str]
) -> dict[int, str]:
    """Give new entries of one item the row ids of our notes that stand in no row.

    `notes` and `row_ids` go together. Pairs with the most equal blocks come first, live notes
    before trashed ones, then order; an entry without summary and sections gets none.
    """
    texts = [_blocks(note.fields) for note in notes]
    ranked = sorted(
        (notes[place].is_trashed, -len(_blocks(entry.fields) & texts[place]), index, place)
        for index, entry in entries
        for place in range(len(notes))
        if _blocks(entry.fields)
    )
    given: dict[int, str] = {}
    for _, _, index, place in ranked:
        if index not in given and row_ids[place] not in given.values():
            given[index] = row_ids[place]
    return given


def shares_block(entry: Entry, note: ChildNote) -> bool:
    """Tell whether a live note holds a block of the entry's summary or sections."""
    return not note.is_trashed and bool(_blocks(entry.fields) & _blocks(note.fields))


def _blocks(fields: Fields) -> frozenset[str]:
    return frozenset(
        text for name, value in fields.items() if is_of_entry(name) for text in value_parts(value)
    )
