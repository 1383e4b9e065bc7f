"""Reports that a person acknowledged: they stay silent until their subject changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from zoterodigest.core.collections.relocation import PLACE
from zoterodigest.core.links.link import Acknowledged, fingerprint, hex_fingerprint
from zoterodigest.core.links.view import Folding, canonical
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.reports import (
    AddedItem,
    AmbiguousEntry,
    AwaitedItem,
    Conflict,
    DivergedField,
    DroppedEntry,
    EntryReport,
    Followed,
    HeldBack,
    HeldBackName,
    HeldFile,
    HiddenNotes,
    KeptAnnotations,
    KeptForEdit,
    MergedOtherWork,
    MissingCollection,
    MissingFile,
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
    StaleItemKey,
    TakenBack,
    TrashedEntry,
    UnreadableDate,
    UnreadableEntry,
    UntitledEntry,
    Waiting,
    subjects_of,
)
from zoterodigest.core.reconcile.settle import item_end
from zoterodigest.core.values.identity import match_title
from zoterodigest.core.values.record import Entry, Value, text_in, value_parts
from zoterodigest.frozen import dataclass

_SEPARATOR = "\0"


def acknowledgement_of(
    report: Report, links: Mapping[str, Link], folding: Folding
) -> Acknowledged | None:
    """Return what is kept of a report that a person acknowledges; None if nobody can.

    A conflict cannot be acknowledged, as it waits for a decision, nor can what comes to an end by
    itself. `links` are those of the run, by row id.
    """
    rule = RULES[type(report)]
    if rule is None or not (id_ := rule.id(report)):
        return None
    says = rule.says(report, _Ends(links, folding))
    return Acknowledged(id_, rule.name.format(report), fingerprint(_SEPARATOR.join(says)))


@dataclass(frozen=True, slots=True)
class _Ends:
    """What entries and items say in this run; `links` are by row id."""

    links: Mapping[str, Link]
    folding: Folding

    def compared(self, name: str, *values: Value) -> tuple[str, ...]:
        forms = (canonical(name, value, self.folding) for value in values)
        return tuple(_SEPARATOR.join(value_parts(form)) for form in forms)

    def texts(self, row_id: str, *names: str) -> tuple[str, ...]:
        """Return the texts that stand at both ends of a link in these fields."""
        link = self.links.get(row_id)
        if link is None or link.item is None:
            return ()
        ends = link.entry.raws, item_end(link, link.item, link.row).raws
        texts = [raws.get(name, "") for name in names for raws in ends]
        return (*texts, *(sorted(link.item.collections) if PLACE in names else ()))

    def entry(self, row_id: str) -> tuple[str, ...]:
        link = self.links.get(row_id)
        return _texts(link.entry) if link else ()


def _id(report: Report) -> str:
    """Return the id of the row that a report is about, else one made from its entry."""
    if rows := subjects_of(report).rows:
        return rows[0]
    assert isinstance(report, EntryReport), "the rule of any other kind names its `id`"
    return _entry_id(report.entry)


def _unreadable_id(report: UnreadableEntry) -> str:
    entry = report.entry
    is_known = entry and (entry.identifiers or _title(entry))
    return report.row_id or (_entry_id(entry) if entry and is_known else "")


_AnyReport = TypeVar("_AnyReport", bound=Report)


@dataclass(frozen=True, slots=True)
class _Rule(Generic[_AnyReport]):
    """The name of a kind in the lock file, what a report of it says, and the id of its subject.

    An id is "" if the subject could not be found again, or the report comes to an end by itself.
    """

    kind: type[_AnyReport]
    name: str
    says: Callable[[_AnyReport, _Ends], tuple[str, ...]]
    id: Callable[[_AnyReport], str] = _id


def _texts(entry: Entry) -> tuple[str, ...]:
    """Return all that stands in an entry: an edit of it is news, its place in the digest is not."""
    return tuple(text for _, text in sorted(entry.raws.items()))


def _entry_id(entry: Entry) -> str:
    """Return an id for an entry without a link: from its identifiers, else from its title."""
    return _made_id(entry.digest, *(sorted(map(str, entry.identifiers)) or [_title(entry)]))


def _title(entry: Entry) -> str:
    return match_title(text_in(entry.fields, "title"))


def _made_id(*parts: str) -> str:
    return f"zd-{hex_fingerprint(_SEPARATOR.join(parts))[:10]}"


# Lock files hold these names, and fingerprints of these texts in this order: with others, all that
# somebody acknowledged is news again.
_RULES: tuple[_Rule[Any], ...] = (
    _Rule(DivergedField, "diverged {0.name}",
          lambda it, ends: ends.compared(it.name, it.at_entry, it.at_item)),
    _Rule(HeldBack, "held-back {0.name}", lambda it, ends: ends.texts(it.row_id, it.name)),
    _Rule(NoLongerShown, "not-shown",
          lambda it, ends: (*it.names, *ends.texts(it.row_id, *it.names))),
    _Rule(UnreadableDate, "unreadable-date {0.name}", lambda it, _: (it.text,)),
    _Rule(Relocated, "relocated {0.collection}", lambda it, _: (str(it.is_out),)),
    _Rule(MissingItem, "item-gone", lambda it, _: (str(it.is_trashed), *_texts(it.entry))),
    _Rule(MissingNote, "note-gone", lambda it, ends: ends.entry(it.row.id)),
    _Rule(NotLinked, "not-linked", lambda it, _: (it.row.state.value,)),
    _Rule(KeptForEdit, "kept", lambda it, _: it.names),
    _Rule(Followed, "one-item", lambda it, _: (it.key, *it.others),
          lambda it: it.row.id if it.others else ""),
    _Rule(MergedOtherWork, "merged", lambda it, _: (it.key,)),
    _Rule(AmbiguousEntry, "ambiguous", lambda it, _: (*it.keys, _title(it.entry))),
    _Rule(TrashedEntry, "only-in-trash", lambda it, _: (it.key,)),
    _Rule(NotPushed, "not-pushed", lambda it, _: ()),
    _Rule(UntitledEntry, "no-title", lambda it, _: ()),
    _Rule(StaleItemKey, "stale-key", lambda it, _: (it.key,)),
    _Rule(MissingFile, "file-away", lambda it, _: (it.row.digest, str(it.is_there))),
    _Rule(UnreadableEntry, "unreadable", lambda it, _: (), _unreadable_id),
    _Rule(AddedItem, "added", lambda it, _: (it.title, it.reason),
          lambda it: _made_id(it.digest, it.key)),
    _Rule(MissingCollection, "collection-gone", lambda it, _: (it.collection_row.collection,),
          lambda it: _made_id(it.collection_row.digest, *it.collection_row.path)),
    _Rule(HeldBackName, "held-back name", lambda it, _: (it.name,),
          lambda it: _made_id(it.digest, *it.path)),
    _Rule(NotFollowed, "not-followed", lambda it, _: it.wanted,
          lambda it: it.row_id or _made_id(it.digest, it.what)),
    _Rule(SameWork, "one-work", lambda it, _: it.keys,
          lambda it: _made_id(it.identifier.scheme, it.identifier.value)),
    _Rule(HiddenNotes, "notes-not-shown", lambda it, _: (), lambda it: _made_id(it.digest)),
    _Rule(KeptAnnotations, "annotations-kept",
          lambda it, _: (*it.edited, "", *it.unreadable, "", *it.deleted, "", *it.unplaced, "",
                         *it.awaited, it.other_tool, str(it.is_hidden)),
          lambda it: _made_id(it.digest, "annotations")),
)  # fmt: skip

RULES: Mapping[type[object], _Rule[Any] | None] = {
    **{rule.kind: rule for rule in _RULES},
    # They wait for a decision.
    **dict.fromkeys((Conflict, PlaceConflict, NameConflict, HeldFile)),
    # They come to an end by themselves.
    **dict.fromkeys((Waiting, AwaitedItem, DroppedEntry, RestoredNote, TakenBack)),
}
"""What each kind of report says, and its name in the lock file; None if nobody acknowledges it."""
