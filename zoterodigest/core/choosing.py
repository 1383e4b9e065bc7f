"""Choosing: which end holds where both changed, by a person's choice or by what they prefer."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.merge import Merge, Side
from zoterodigest.core.record import EMPTY, SECTION, Fields, Hyperlink, Links, Value
from zoterodigest.core.terms import Choices, End, Terms
from zoterodigest.core.view import Folding, as_shown, equal, for_item

SECTIONS = "sections"


def decided(merged: Merge, sides: tuple[Side, Side], row_id: str, terms: Terms) -> Merge:
    """Return `merged` with its conflicts, and the fields that are apart, decided where they can be.

    A person's choice goes before what is preferred, and what is preferred is for conflicts only.
    """
    choices = _choices(merged, row_id, terms)
    if terms.choices.only:
        merged = _only(merged, {name for id_, name in terms.choices.by_field if id_ == row_id})
    for name, choice in choices.items():
        merged = _decided(merged, name, sides, choice, terms.folding)
    return merged


def is_chosen(choices: Choices, row_id: str, name: str) -> bool:
    """Tell whether a person chose what becomes of this field; then directions do not matter."""
    return (row_id, name) in choices.by_field


def _choices(merged: Merge, row_id: str, terms: Terms) -> dict[str, End | Value]:
    chosen: dict[str, End | Value] = {}
    for name in sorted(merged.conflicts):
        key = SECTIONS if name.startswith(SECTION) and name not in terms.prefer else name
        if key in terms.prefer:
            chosen[name] = terms.prefer[key]
    chosen |= {name: one for (id_, name), one in terms.choices.by_field.items() if id_ == row_id}
    return chosen


def _only(merged: Merge, names: set[str]) -> Merge:
    def kept(fields: Fields) -> dict[str, Value]:
        return {name: value for name, value in fields.items() if name in names}

    return replace(merged, to_entry=kept(merged.to_entry), to_item=kept(merged.to_item))


def _decided(
    merged: Merge, name: str, sides: tuple[Side, Side], choice: End | Value, folding: Folding
) -> Merge:
    """Return `merged` with both ends of the field `name` brought to what was chosen."""
    entry, item = (side.fields.get(name) for side in sides)
    if entry is None or item is None:
        return merged
    to_entry, to_item = _ends(name, entry, item, choice, folding)
    return replace(
        merged,
        to_entry=_with(merged.to_entry, name, to_entry),
        to_item=_with(merged.to_item, name, to_item),
        fills=merged.fills - {name},
        conflicts=merged.conflicts - {name},
        apart=merged.apart - {name},
    )


def _ends(
    name: str, entry: Value, item: Value, choice: End | Value, folding: Folding
) -> tuple[Value | None, Value | None]:
    """Return what the entry and the item are to hold; None leaves that end as it is."""
    match choice:
        case End.MARKDOWN if isinstance(entry, Links) or isinstance(item, Links):
            value = _joined(entry, item)
        case End.ZOTERO if isinstance(entry, Links) or isinstance(item, Links):
            value = _joined(item, entry)
        case End.MARKDOWN:
            return None, for_item(entry, item)
        case End.ZOTERO:
            return as_shown(name, entry, item, folding), None
        case _:
            value = choice
    to_entry = None if equal(name, entry, value, folding) else value
    to_item = None if equal(name, item, value, folding) else for_item(value, item)
    return to_entry, to_item


def _joined(first: Value, second: Value) -> Value:
    """Return the links of both, of one label those of the first."""
    links = first.hyperlinks if isinstance(first, Links) else ()
    more = second.hyperlinks if isinstance(second, Links) else ()
    labels = {_label(link) for link in links}
    joined = (*links, *(link for link in more if _label(link) not in labels))
    return Links(joined) if joined else EMPTY


def _label(link: Hyperlink) -> str:
    return link.label.casefold().strip()


def _with(fields: Fields, name: str, value: Value | None) -> dict[str, Value]:
    others = {other: one for other, one in fields.items() if other != name}
    return others if value is None else {**others, name: value}
