"""Writing the regions that show a person's own notes."""

from __future__ import annotations

import re

from zoterodigest.core.values.record import NOTE, Value, is_empty
from zoterodigest.core.values.span import Edit
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.layers import Text
from zoterodigest.digest.read.markers import closing, opening
from zoterodigest.digest.read.reading import decoded
from zoterodigest.digest.write.blocks import blocks_text
from zoterodigest.digest.write.spelling import Spelling

_KEY = re.compile(r"[A-Z0-9]{8}")
_COMMENT = re.compile(r"(?<!\\)<!--")


def note_edits(entry: DigestEntry, name: str, value: Value, spell: Spelling) -> list[Edit] | str:
    """Return the edits that make the entry show `value` as the note `name`, or why there are none.

    EMPTY takes the region out; without one a new region stands at the entry's end. `spell`
    writes each new block. No text can end its region: comments in it are written as text.
    """
    key = name.removeprefix(NOTE)
    if not _KEY.fullmatch(key):
        return "it is no key of a note"
    if name in entry.unreadable:
        return "the region of the note is torn: one of its markers is missing"
    region = next((one for one in entry.regions if one.key == key), None)
    if is_empty(value):
        return [_put(region.whole, "")] if region else []
    old = decoded(region.text.data) if region else ""
    text = _inert(blocks_text(old, value, spell))
    if region is not None and old:
        edit = region.text.rewrite(_bytes(text))
        return [edit] if edit else []
    place = region.whole if region else entry.room
    if place is None:
        return "the entry has no room for a note"
    return [_put(place, "\n".join(("", opening(key), "", text, closing(key))))]


def _put(place: Text, text: str) -> Edit:
    return place.edit(0, len(place.data), _bytes(text))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _inert(text: str) -> str:
    return _COMMENT.sub("&lt;!--", text)
