"""Tags as notes have them in one text: parted by blanks, as no tag of Obsidian holds one."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.values.record import EMPTY, Members, member_texts
from zoterodigest.core.values.tags import TAGS, is_tag_of_notes
from zoterodigest.digest.read.layers import LayerCut, LayeredText
from zoterodigest.digest.read.slots import EntryReading
from zoterodigest.regex import lazy_regex

_GAP = lazy_regex(rb"[ \t]+")


def parted_at_blanks(text: LayeredText) -> LayeredText:
    """Return tags that stand parted by blanks as if commas parted them."""
    cuts = [LayerCut(*gap.span(), b", ") for gap in _GAP.finditer(text.data)]
    return text.peeled(_GAP.sub(b", ", text.data), lambda: cuts, in_blanks)


def with_tags(reading: EntryReading) -> EntryReading:
    """Return the reading of a note, whose tags are the person's own and no tasks.

    What Obsidian can't spell is none of them.
    """
    fields, raws = dict(reading.fields), dict(reading.raws)
    if "task" not in fields:
        return reading
    tags, raws[TAGS] = fields.pop("task"), raws.pop("task")
    found = tuple(filter(is_tag_of_notes, member_texts(tags)))
    fields[TAGS] = Members(found) if found else EMPTY
    return replace(reading, fields=fields, raws=raws)


def in_blanks(new: bytes) -> bytes:
    """Write tags with blanks between them."""
    return new.replace(b", ", b" ")
