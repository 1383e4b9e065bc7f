"""Which item of the library a new entry is: by identifier, else by title and first author."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zoterodigest.core.identity import Identifier, canonical_title, match_title
from zoterodigest.core.names import is_user_name, same_person
from zoterodigest.core.pairing import contradict
from zoterodigest.core.record import Entry, Fields, Item, Kind, Names, Note, kind_of, parts_of

_TELLING_WORDS = 4
"""Words from which on a title alone tells a work."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """One live item is the entry's work."""

    key: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several live items, or one that contradicts or may be another work: the person chooses."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnlyTrashed:
    """The work is in the library, but only in its trash."""

    key: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No item is the entry's work."""


Match = Adopt | Ambiguous | OnlyTrashed | Unknown


@dataclass(frozen=True, slots=True)
class _Work:
    key: str
    identifiers: frozenset[Identifier]
    authors: tuple[str, ...]
    is_trashed: bool
    is_linked: bool


class Catalogue:
    """The works of a library, found by identifier and by title.

    An item that already is linked, or holds our note, is preferred to its doubles.
    """

    def __init__(self, items: Iterable[Item], linked: frozenset[str] = frozenset()) -> None:
        self._by_identifier: dict[Identifier, list[_Work]] = defaultdict(list)
        self._by_title: dict[str, list[_Work]] = defaultdict(list)
        for item in items:
            is_linked = item.key in linked or any(not n.is_trashed for n in item.notes.values())
            work = _Work(
                item.key, item.identifiers, known_people(item.fields), item.is_trashed, is_linked
            )
            self._add(work, item.fields)

    def add(self, key: str, entry: Entry) -> None:
        """Take in the item that is going to be created for `entry`, or gains its identity."""
        work = _Work(key, entry.identifiers, known_people(entry.fields), False, True)
        self._add(work, entry.fields)

    def find(self, entry: Entry) -> Match:
        """Return the item that `entry` is, if exactly one is.

        Live items come before trashed ones, identifiers before titles. Works whose identifiers
        contradict each other are two; if they share another one all the same, it is ambiguous.
        """
        same = self._sharing(entry.identifiers)
        agreeing = [work for work in same if not contradict(work.identifiers, entry.identifiers)]
        live = [work for work in agreeing if not work.is_trashed]
        if live:
            return _chosen(live)
        if contradicting := [work for work in same if not work.is_trashed]:
            return Ambiguous(_keys(contradicting))
        named, doubtful = self._named(entry)
        if live := [work for work in named if not work.is_trashed]:
            return _chosen(live)
        if trashed := agreeing or named:
            return OnlyTrashed(min(_keys(trashed)))
        if live := [work for work in doubtful if not work.is_trashed]:
            return Ambiguous(_keys(live))
        return OnlyTrashed(min(_keys(doubtful))) if doubtful else Unknown()

    def _add(self, work: _Work, fields: Fields) -> None:
        for identifier in work.identifiers:
            self._by_identifier[identifier].append(work)
        if title := match_title(_title(fields)):
            self._by_title[title].append(work)

    def _sharing(self, identifiers: frozenset[Identifier]) -> list[_Work]:
        found = {
            work.key: work
            for identifier in sorted(identifiers)
            if identifier.scheme != "url"
            for work in self._by_identifier.get(identifier, ())
        }
        return list(found.values())

    def _named(self, entry: Entry) -> tuple[list[_Work], list[_Work]]:
        """Return the works of the entry's title that are its work, and those that may be."""
        title, people = _title(entry.fields), known_people(entry.fields)
        telling = is_telling(title)
        named: list[_Work] = []
        doubtful: list[_Work] = []
        for work in self._by_title.get(match_title(title), ()) if title else ():
            if contradict(work.identifiers, entry.identifiers):
                continue
            if people and work.authors:
                named += [work] if same_person(people[0], work.authors[0]) else []
            elif telling or entry.identifiers & work.identifiers:
                named.append(work)
            else:
                doubtful.append(work)
        return named, doubtful


def assign_notes(
    entries: Sequence[tuple[int, Entry]], notes: Sequence[Note], row_ids: Sequence[str]
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
        if _has_note_fields(entry)
    )
    given: dict[int, str] = {}
    for _, _, index, place in ranked:
        if index not in given and row_ids[place] not in given.values():
            given[index] = row_ids[place]
    return given


def says_the_same(entry: Entry, note: Note) -> bool:
    """Tell whether a live note holds a block of the entry's summary or sections."""
    return not note.is_trashed and bool(_blocks(entry.fields) & _blocks(note.fields))


def _has_note_fields(entry: Entry) -> bool:
    return bool(_blocks(entry.fields))


def _blocks(fields: Fields) -> frozenset[str]:
    return frozenset(
        text
        for name, value in fields.items()
        if kind_of(name) is Kind.BLOCKS
        for text in parts_of(value)
    )


def _chosen(works: list[_Work]) -> Match:
    keys = _keys(works)
    linked = _keys([work for work in works if work.is_linked])
    if len(keys) == 1:
        return Adopt(keys[0])
    return Adopt(linked[0]) if len(linked) == 1 else Ambiguous(keys)


def _keys(works: Iterable[_Work]) -> tuple[str, ...]:
    return tuple(sorted({work.key for work in works}))


def _title(fields: Fields) -> str:
    title = fields.get("title")
    return title if isinstance(title, str) else ""


def known_people(fields: Fields) -> tuple[str, ...]:
    """Return the authors if the first is known by name and not by an account, else none."""
    authors = fields.get("authors")
    if not isinstance(authors, Names) or not authors.people or is_user_name(authors.people[0]):
        return ()
    return authors.people


def is_telling(title: str) -> bool:
    """Tell whether a title alone tells a work; without blanks (Chinese) an ideograph is a word."""
    text = canonical_title(title)
    ideographs = sum("\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3" for sign in text)
    return max(len(text.split()), ideographs) >= _TELLING_WORDS
