"""Reports that a person acknowledged: they stay silent until their subject changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from zoterodigest.core.collections.relocation import PLACE
from zoterodigest.core.links.link import fingerprint
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.reports import (
    AddedItem,
    AmbiguousEntry,
    AwaitedItem,
    Conflict,
    DivergedField,
    DroppedEntry,
    Followed,
    HeldBack,
    HeldBackName,
    HiddenNotes,
    KeptForEdit,
    MergedOtherWork,
    MissingCollection,
    MissingItem,
    MissingNote,
    NameConflict,
    NoLongerShown,
    NotFollowed,
    NotLinked,
    NotPushed,
    PlaceConflict,
    Relocated,
    Report,
    RestoredNote,
    SameWork,
    TrashedEntry,
    UnreadableDate,
    UnreadableEntry,
    Waiting,
)
from zoterodigest.core.reconcile.settle import item_end
from zoterodigest.core.values.identity import match_title
from zoterodigest.core.values.record import Entry, Value, text_in, value_parts

_SEPARATOR = "\0"


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


def acknowledgement_of(
    report: Report, links: Mapping[str, Link], folding: Folding
) -> Acknowledged | None:
    """Return what is kept of a report that a person acknowledges; None if nobody can.

    A conflict cannot be acknowledged, as it waits for a decision, nor can what comes to an end by
    itself. `links` are those of the run, by row id.
    """
    found = _about(report, links, folding)
    if found is None:
        return None
    id_, name, says = found
    return Acknowledged(id_, name, fingerprint(_SEPARATOR.join(says)))


_About = tuple[str, str, tuple[str, ...]]
"""The id of what a report is about, its name, and what it says."""


def _about(report: Report, links: Mapping[str, Link], folding: Folding) -> _About | None:
    """Return what a report says, its values as they are compared."""
    match report:
        case DivergedField(row_id, name, at_entry, at_item):
            ends = (_form(name, value, folding) for value in (at_entry, at_item))
            return row_id, f"diverged {name}", tuple(ends)
        case HeldBack(row_id, name):
            return row_id, f"held-back {name}", _standing(links.get(row_id), [name])
        case UnreadableDate(row_id, name, text):
            return row_id, f"unreadable-date {name}", (text,)
        case NoLongerShown(row_id, names):
            return row_id, "not-shown", (*names, *_standing(links.get(row_id), names))
        case Relocated(row_id, collection, is_out):
            return row_id, f"relocated {collection}", (str(is_out),)
        case MissingItem(row, entry, is_trashed):
            return row.id, "item-gone", (str(is_trashed), *_texts(entry))
        case MissingNote(row):
            link = links.get(row.id)
            return row.id, "note-gone", _texts(link.entry) if link else ()
        case NotLinked(row):
            return row.id, "not-linked", (row.state.value,)
        case KeptForEdit(row, names):
            return row.id, "kept", names
        case Followed(row, key, others) if others:
            return row.id, "one-item", (key, *others)
        case MergedOtherWork(row, key):
            return row.id, "merged", (key,)
        case NotFollowed(row_id=row_id, wanted=wanted) if row_id:
            return row_id, "not-followed", wanted
        case UnreadableEntry(row_id=row_id) if row_id:
            return row_id, "unreadable", ()
        case AmbiguousEntry(entry, keys):
            return _id_of(entry), "ambiguous", (*keys, _title(entry))
        case TrashedEntry(entry, key):
            return _id_of(entry), "only-in-trash", (key,)
        case NotPushed(entry):
            return _id_of(entry), "not-pushed", ()
        case UnreadableEntry(entry=entry) if entry and (entry.identifiers or _title(entry)):
            return _id_of(entry), "unreadable", ()
        case AddedItem(digest, key, title, reason):
            return _made_id(digest, key), "added", (title, reason)
        case MissingCollection(row):
            return _made_id(row.digest, *row.path), "collection-gone", (row.collection,)
        case HeldBackName(digest, path, _, name):
            return _made_id(digest, *path), "held-back name", (name,)
        case NotFollowed(digest, what, wanted):
            return _made_id(digest, what), "not-followed", wanted
        case SameWork(identifier, keys):
            return _made_id(identifier.scheme, identifier.value), "one-work", keys
        case HiddenNotes(digest):
            return _made_id(digest), "notes-not-shown", ()
        case Conflict() | PlaceConflict() | NameConflict():
            return None  # it waits for a decision
        case Waiting() | AwaitedItem() | DroppedEntry() | RestoredNote() | Followed():
            return None  # it comes to an end by itself
        case UnreadableEntry():
            return None  # nothing is known of it by which it could be found again
        case _:
            assert_never(report)


def _form(name: str, value: Value, folding: Folding) -> str:
    return _SEPARATOR.join(value_parts(canonical(name, value, folding)))


def _standing(link: Link | None, names: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that stand at both ends in these fields."""
    if link is None or link.item is None:
        return ()
    item, entry = item_end(link, link.item, link.row), link.entry
    ends = [(entry.raws.get(name, ""), item.raws.get(name, "")) for name in names]
    placed = sorted(link.item.collections) if PLACE in names else []
    return (*(text for end in ends for text in end), *placed)


def _texts(entry: Entry) -> tuple[str, ...]:
    """Return all that stands in an entry: an edit of it is news, its place in the digest is not."""
    return tuple(text for _, text in sorted(entry.raws.items()))


def _id_of(entry: Entry) -> str:
    """Return an id for an entry without a link: from its identifiers, else from its title."""
    known = sorted(f"{one.scheme}:{one.value}" for one in entry.identifiers)
    return _made_id(entry.digest, *(known or [_title(entry)]))


def _title(entry: Entry) -> str:
    return match_title(text_in(entry.fields, "title"))


def _made_id(*parts: str) -> str:
    return f"zd-{fingerprint(_SEPARATOR.join(parts))[:10]}"
