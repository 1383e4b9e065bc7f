"""Headings that are to follow the new names that their collections got in the library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from zoterodigest.core.collections.shelves import Path, name_of
from zoterodigest.core.links.link import Shelf
from zoterodigest.core.plan.plan import Action, CreateEntry, MoveEntry, RenameHeading
from zoterodigest.core.plan.reports import HeldName, NameConflict
from zoterodigest.core.plan.terms import Rules, Terms
from zoterodigest.core.values.record import Collection, Entry


def renamed_headings(
    entries: Sequence[Entry],
    shelves: Iterable[Shelf],
    collections: Iterable[Collection],
    renamed: Set[str],
    *,
    arriving: Iterable[Action] = (),
    terms: Terms,
) -> Iterator[RenameHeading | HeldName | NameConflict]:
    """Yield what is to be done, or said, where the collection of a heading has a new name.

    `shelves` have followed the digests already, `renamed` are collections that are about to. The
    collection of a digest itself is left alone. A run of some entries renames nothing for all.
    `arriving` bring entries under headings that may have none yet.
    """
    if not terms.is_whole:
        return
    texts = {**dict(_texts_below(arriving)), **dict(_texts(entries))}
    live = {one.key: one for one in collections if not one.is_trashed and one.key not in renamed}
    for shelf in shelves:
        text, collection = texts.get((shelf.digest, shelf.path)), live.get(shelf.collection)
        if text is None or collection is None or _is_name_of(collection.name, text):
            continue
        agreed = shelf.name or name_of(text)
        if agreed == name_of(text):
            yield _followed(shelf, text, collection.name, terms)
        elif collection.name != agreed:
            yield NameConflict(shelf.digest, shelf.path, collection.key, text, collection.name)


def _is_name_of(name: str, text: str) -> bool:
    """Tell whether a heading says `name`: its blanks, of whatever kind and number, are one."""
    return name.split() == name_of(text).split()


def _followed(shelf: Shelf, text: str, name: str, terms: Terms) -> RenameHeading | HeldName:
    if terms.rules.get(shelf.digest, Rules()).directions.brings_entries:
        return RenameHeading(shelf.digest, shelf.path, text, name)
    return HeldName(shelf.digest, shelf.path, shelf.collection, name)


def _texts(entries: Iterable[Entry]) -> Iterator[tuple[tuple[str, Path], str]]:
    """Yield the text of every heading that entries stand under, by digest and path."""
    for entry in entries:
        for depth, text in enumerate(entry.headings, start=1):
            yield (entry.digest, entry.heading_keys[:depth]), text


def _texts_below(actions: Iterable[Action]) -> Iterator[tuple[tuple[str, Path], str]]:
    """Yield the text of every heading that entries come to stand under, by digest and path.

    A key of a path is its heading's text, but for an ordinal behind a text that comes twice: such
    a heading gets its name in the next run, which sees its entries.
    """
    for action in actions:
        match action:
            case (
                MoveEntry(entry=Entry(digest=digest), path=path)
                | CreateEntry(digest=digest, path=path)
            ) if not any("#" in key for key in path):
                yield from (
                    ((digest, path[:depth]), path[depth - 1]) for depth in range(1, len(path) + 1)
                )
            case _:
                pass
