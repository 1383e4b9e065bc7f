"""Edits of values in JSON and YAML: only the bytes of what changed, in the value's own quotes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from zoterodigest.core.values.names import parse_authors
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.data_texts import (
    UnlikeQuotes,
    as_it_stands,
    in_single_quotes,
    in_the_open,
    list_shown,
)
from zoterodigest.digest.read.references import LINK_SLOTS, links_within
from zoterodigest.digest.read.slots import Slot
from zoterodigest.digest.write.frames import rewritten
from zoterodigest.digest.write.html import Spelling, plain
from zoterodigest.digest.write.shown import UnwritableValue

_COMPOSED = (
    "zoterodigest reads the form that it has in the file, but can't write it: it is in parts, has"
    " comments or links of different kinds within it, is an alias of YAML, or stands in what is not"
    " YAML (`zoterodigest lint --fix` may mend that)"
)
_ONE_LINK = "a value of the file holds one web link"


def data_edits(slot: Slot, new: str, source: bytes, spell: Spelling) -> list[Edit]:
    """Return the edits of `source` that make a slot's text `new`, none if it is.

    Raises `UnwritableValue`.
    `spell` is not `plain` if `new` does not read back as it is: what has no quotes gets them.
    """
    if new == slot.words:
        return []
    if as_it_stands in slot.text.layers:
        raise UnwritableValue(_COMPOSED)
    text = _address(slot, new) if slot.name in LINK_SLOTS else new
    shown = list_shown(slot.text)
    if shown is not None and not new:
        return [shown.emptied] if shown.emptied else []
    if slot.name == "authors" and shown is not None:
        found = parse_authors(new)
        text = shown.parted.join((*found.people, *(["et al."] if found.truncated else [])))
    if shown is not None and shown.unlike:
        return _unlike_edits(shown.unlike, text.split(shown.parted), is_needed=spell is not plain)
    layers = shown.layers if shown else slot.text.layers
    parted = shown.parted if shown else None
    # A year or a date that comes to an empty place is one to others, too.
    is_meant = slot.name in LINK_SLOTS or (not slot.words and slot.name in ("year", "date"))
    if text and in_the_open in layers and not is_meant:
        text = _with_quotes(slot.words, text, parted, is_needed=spell is not plain)
    if "\n" in text and in_single_quotes in slot.text.layers:
        # Single quotes fold lines; between double ones a line break has a sign.
        return [Edit(Span(slot.span.start - 1, slot.span.end + 1), quoted(text).encode())]
    return rewritten(slot.text, text, source)


def _unlike_edits(unlike: UnlikeQuotes, parts: Sequence[str], *, is_needed: bool) -> list[Edit]:
    """Return the edit of a list in unlike quotes; what comes has none unless it needs some."""
    from zoterodigest.digest.read.yaml_tree import is_typed_anew

    def spelled(part: str) -> str:
        needs = is_needed or is_typed_anew("", part)
        return unlike.spelled.get(part) or (quoted(part) if needs else part)

    edit = unlike.text.rewrite(unlike.gap.join(map(spelled, parts)).encode("utf-8", "replace"))
    return [edit] if edit else []


def _with_quotes(old: str, new: str, parted: str | None, *, is_needed: bool) -> str:
    """Return a value without quotes, or a list of such, between quotes if one needs some."""
    from zoterodigest.digest.read.yaml_tree import is_typed_anew

    parts, known = [new], [old]
    if parted is not None:
        parts, known = new.split(parted), old.split(parted)
    coming = [part for part in parts if part not in known]
    if not is_needed and not any(is_typed_anew(known[0], part) for part in coming):
        return new
    # All of a list: one in unlike quotes could not be edited again.
    return (parted or "").join(map(quoted, parts))


def _address(slot: Slot, new: str) -> str:
    """Return the address that a text of links holds: a label is the key's, and more have no place.

    What was no bare address before may be written as Markdown has it.
    """
    links = links_within(new.encode())
    if not new or "](" in slot.words:
        return new
    if len(links) != 1 or folded_label(links[0].label) not in (
        "",
        folded_label(slot.section or ""),
    ):
        raise UnwritableValue(_ONE_LINK)
    return links[0].url


def quoted(text: str) -> str:
    """Return a text between double quotes: for a value without quotes that needs some."""
    return json.dumps(text, ensure_ascii=False)
