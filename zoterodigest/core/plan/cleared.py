"""Cleared fields whose line left the entry with the value: the entry counts as empty there.

A line that only a person deleted clears nothing: the library keeps its value
(core/reconcile/unshown.py).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from zoterodigest.core.links.link import fingerprint
from zoterodigest.core.plan.plan import Link
from zoterodigest.core.values.record import EMPTY, NOTE, SECTION, Entry, Value


def with_cleared(link: Link) -> Link:
    """Return `link` with EMPTY in its entry for each field that both ends agreed to be without."""
    return with_empty(
        link,
        {
            name
            for name, base in link.row.bases.items()
            if base.at_entry.raw == fingerprint(_text(name)) and _may_be_cleared(name, link.entry)
        },
    )


def lines_gone(link: Link) -> frozenset[str]:
    """Return the fields of a base that the entry of `link` lacks."""
    return frozenset(name for name in link.row.bases if _may_be_cleared(name, link.entry))


def with_empty(link: Link, names: Set[str]) -> Link:
    """Return `link` with EMPTY in its entry for the fields `names`, which have no line there."""
    if not names:
        return link
    entry, empty = link.entry, sorted(names)
    fields: dict[str, Value] = {**entry.fields, **dict.fromkeys(empty, EMPTY)}
    raws = {**entry.raws, **{name: _text(name) for name in empty}}
    return replace(link, entry=replace(entry, fields=fields, raws=raws))


def is_left_out(name: str, entry: Entry) -> bool:
    """Tell whether an entry lacks a field for which its format has a place."""
    is_hidden = name == "year" and "date" in entry.fields
    if name in entry.fields or name in entry.unreadable or is_hidden:
        return False
    return ("section" if name.startswith(SECTION) else name) in entry.places


def _may_be_cleared(name: str, entry: Entry) -> bool:
    # A section and a note of the person's own come and go as a whole, by rules of their own.
    is_part = name.startswith((SECTION, NOTE))
    return not is_part and not entry.is_unreadable and is_left_out(name, entry)


def _text(name: str) -> str:
    """Return what stands for the text of a cleared field; no text of a digest begins like it."""
    return f"\0no line holds the {name}"
