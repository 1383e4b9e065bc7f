"""Lines that a slot has to itself: they go when it is emptied, and come when it is filled."""

from __future__ import annotations

import re

from zoterodigest.core.span import Edit, Span
from zoterodigest.digest.slots import Slot

_LEAD = re.compile(rb"[ \t>]*(?:[-*+][ \t]+)?[*_]*")
_TRAIL = re.compile(rb"[*_]*[ \t\r]*")
_PREFIX = re.compile(rb"[ \t>]*")
_LINE_END = re.compile(rb"\r?\n|$")


def slot_edit(slot: Slot, new: str, source: bytes) -> Edit | None:
    """Return the edit of `source` that makes a slot's text `new`, None if it says so already."""
    edit = slot.text.rewrite(new.encode("utf-8", "replace"))
    if edit is None:
        return None
    if not slot.text.data:
        return _filled(source, edit)
    if not new.strip():
        return _emptied(source, slot.text.source_span(0, len(slot.text.data))) or edit
    return edit


def _emptied(source: bytes, span: Span) -> Edit | None:
    """Return the edit that takes out the whole lines of `span`; None if more stands on them."""
    start = source.rfind(b"\n", 0, span.start) + 1
    end = source.find(b"\n", span.end)
    stop = len(source) if end < 0 else end
    if not _LEAD.fullmatch(source, start, span.start):
        return None
    if not _TRAIL.fullmatch(source, span.end, stop):
        return None
    return Edit(Span(start, end + 1) if end >= 0 else Span(max(start - 1, 0), stop), b"")


def _filled(source: bytes, edit: Edit) -> Edit:
    """Return `edit`, which fills an empty slot, where a line begins so that it stands on its own.

    It goes behind the prefix of a blank line, else on a new line like the one before.
    """
    at = edit.span.start
    before = source.rfind(b"\n", 0, max(at - 1, 0)) + 1
    if source[at - 1 : at] != b"\n" or before == at:
        return edit
    prefix = _PREFIX.match(source, at)
    end = prefix.end() if prefix else at
    if _LINE_END.match(source, end):
        return Edit(Span(end, end), edit.new)
    indent = _PREFIX.match(source, before)
    line = (indent[0] if indent else b"") + edit.new
    return Edit(edit.span, line + (b"\r\n" if source[at - 2 : at] == b"\r\n" else b"\n"))
