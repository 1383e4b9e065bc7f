"""Conflicts, fields apart and fields that wait: what of the links a person may decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from zoterodigest.core.links.bases import base_value, text_keys
from zoterodigest.core.links.hunks import common_length
from zoterodigest.core.links.link import Base, field_source
from zoterodigest.core.links.merge import ClashReason
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.reports import Conflict, DivergedField, Waiting
from zoterodigest.core.plan.run_options import End, entry_end
from zoterodigest.core.reconcile.settle import item_side_of
from zoterodigest.core.values.record import EMPTY, SECTION, Entry, Value
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.project.values import known_texts
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.run import Options, Prepared

BOTH_WAYS = Options(SYNC)
"""How a run is prepared in which all that is open shows."""

_SHORTEST = 4
_PREFIX = "zd-"


class OpenReason(Enum):
    """Why a field is open."""

    CONFLICT = "conflict"
    DIVERGED = "diverged"
    WAITING = "waiting"


class NotOpen(ZoterodigestError):
    """What a person named is not open, or is more than one thing."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class OpenField:
    """One field that differs at both ends of a link until a person decides.

    `id` is the shortest beginning of the row's id that no other row has. `at_item` is what the item
    is about to hold, `held` what it holds now. `if_entry` and `if_item` are what both ends get if
    that end is kept. `base` is what both ends last agreed on, None where that is not known on this
    machine. `source` is where the item's value was looked up, if it was. `why` is that of a
    conflict.
    """

    id: str
    row_id: str
    name: str
    kind: OpenReason
    entry: Entry
    at_entry: Value
    at_item: Value
    held: Value
    if_entry: Value
    if_item: Value
    base: Value | None
    source: str = ""
    why: ClashReason | None = None

    def kept(self, end: End) -> Value:
        """Return what both ends get if `end` is kept."""
        return self.if_item if end is End.ZOTERO else self.if_entry

    @property
    def end(self) -> End:
        """Which end the entry is: that of a digest, or of a bibliography."""
        return entry_end(self.entry.digest)


def open_fields(prepared: Prepared) -> tuple[OpenField, ...]:
    """Return what is open in a run prepared `BOTH_WAYS`: conflicts, fields apart, fields waiting.

    Each kind is in the order of the digests.
    """
    links = {link.row.id: link for link in prepared.plan.links}
    ids = short_ids(prepared.row_ids)
    credited = [row for row in prepared.plan.rows if row.credits]
    found: list[OpenField] = []
    bases: dict[tuple[str, str], Base] = {}
    for kind, row_id, name, at_item, if_ends, why in _reported(prepared):
        if (link := links.get(row_id)) is None:
            continue
        at_entry, held = open_values(link, name)
        ends = _first(at_entry), _first(at_item, held)
        if_entry, if_item = map(_first, if_ends, ends)
        values = *ends, _first(held), if_entry, if_item, None
        item = link.item
        source = field_source(item.key, item.raws, name, credited) if item else ""
        found.append(OpenField(ids[row_id], row_id, name, kind, link.entry, *values, source, why))
        if base := link.bases.get(name):
            bases[row_id, name] = base
    wanted = [key for (_, name), base in bases.items() for key in text_keys(name, base)]
    texts = known_texts(prepared.workspace.project.values_folder, wanted)

    def with_base(one: OpenField) -> OpenField:
        base = bases.get((one.row_id, one.name))
        return replace(one, base=base_value(one.name, base, texts)) if base else one

    kinds = list(OpenReason)
    in_order = sorted(found, key=lambda one: (kinds.index(one.kind), links[one.row_id].index))
    return tuple(map(with_base, in_order))


def short_ids(row_ids: Iterable[str]) -> Mapping[str, str]:
    """Return for each row id its shortest beginning that no other has, of four letters at least."""
    ordered = sorted(set(row_ids))
    bare = [one.removeprefix(_PREFIX) for one in ordered]
    short: dict[str, str] = {}
    for place, (row_id, letters) in enumerate(zip(ordered, bare, strict=True)):
        # In this order only the neighbors can share more letters than any other id.
        neighbours = (*bare[max(place - 1, 0) : place], *bare[place + 1 : place + 2])
        shared = max((common_length(letters, other) for other in neighbours), default=0)
        short[row_id] = letters[: max(shared + 1, _SHORTEST)]
    return short


_IfKept = tuple[Value | None, Value | None]
_AS_A_WHOLE: _IfKept = (None, None)


def _reported(
    prepared: Prepared,
) -> Iterator[tuple[OpenReason, str, str, Value | None, _IfKept, ClashReason | None]]:
    """Yield each open field by its row and name, with what its item is about to hold, if told, what
    both ends get if entry or item is kept, where that is not the value of that end, and why.
    """
    for report in prepared.plan.reports:
        match report:
            case Conflict(row_id, name, _, at_item, if_entry, if_item, why):
                yield OpenReason.CONFLICT, row_id, name, at_item, (if_entry, if_item), why
            case DivergedField(row_id, name, _, at_item):
                yield OpenReason.DIVERGED, row_id, name, at_item, _AS_A_WHOLE, None
            case Waiting(row_id, names):
                for name in names:
                    yield OpenReason.WAITING, row_id, name, None, _AS_A_WHOLE, None
            case _:
                pass


def _first(*values: Value | None) -> Value:
    return next((value for value in values if value is not None), EMPTY)


def open_values(link: Link, name: str) -> tuple[Value | None, Value | None]:
    """Return what entry and item hold in a field; None where that end does not carry it."""
    item = item_side_of(link.entry, link.item, link.row).fields if link.item else {}
    return link.entry.fields.get(name), item.get(name)


# --- what a person means -------------------------------------------------------------------------


def with_id(fields: Sequence[OpenField], wanted: str) -> tuple[OpenField, ...]:
    """Return the open fields of the one link whose id begins with `wanted`, or raise `NotOpen`."""
    hint = "`zoterodigest conflicts` lists them."
    meant = id_meant({one.row_id: one.id for one in fields}, wanted, "open", hint)
    return tuple(one for one in fields if one.row_id == meant)


def id_meant(ids: Mapping[str, str], wanted: str, what: str, hint: str) -> str:
    """Return the one of `ids` (each with its short form) that begins with `wanted`.

    Raises `NotOpen`: nothing that is `what` has it, or several have.
    """
    letters = wanted.strip().removeprefix(_PREFIX)
    found = [one for one in ids if one.removeprefix(_PREFIX).startswith(letters)]
    if not found or not letters:
        raise NotOpen(f"nothing {what} has the ID {wanted}", hint)
    if len(found) > 1:
        several = ", ".join(sorted(ids[one] for one in found))
        raise NotOpen(f"{wanted} may be any of {several}", "Give more of the ID.")
    return found[0]


def in_field(fields: Sequence[OpenField], wanted: str) -> tuple[OpenField, ...]:
    """Return those of the field `wanted`, or raise `NotOpen`."""
    found = [one for one in fields if is_called(one.name, wanted)]
    if not found:
        names = sorted({one.name.removeprefix(SECTION) for one in fields})
        raise NotOpen(f"{wanted} is not open", f"Open: {', '.join(names)}." if names else "")
    return tuple(found)


def is_called(name: str, wanted: str) -> bool:
    """Tell whether a person means the field `name` by `wanted`: a section may go by its heading."""
    names = (name.casefold(), name.removeprefix(SECTION).casefold().strip())
    return wanted.casefold().strip() in names
