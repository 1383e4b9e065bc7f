"""Lines that a slot has to itself: they go when it is emptied, and come when it is filled."""

from __future__ import annotations

import re

from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.slots import Slot
from zoterodigest.digest.write.frames import without_frame

_LEAD = re.compile(rb"[ \t>]*(?:[-*+][ \t]+)?[*_]*")
_TRAIL = re.compile(rb"[*_]*[ \t\r]*")
_PREFIX = re.compile(rb"[ \t>]*")
_WHOLE_LINES = ("abstract", "section", "summary")
_LINE_END = re.compile(rb"\r?\n|$")


def slot_edit(slot: Slot, new: str, source: bytes) -> Edit | None:
    """Return the edit of `source` that makes a slot's text `new`, None if it says so already."""
    edit = slot.text.rewrite(new.encode("utf-8", "replace"))
    if edit is None:
        return None
    if not slot.text.data:
        return _filled(slot, source, edit)
    if not new.strip():
        span = slot.text.source_span(0, len(slot.text.data))
        is_line = b"\n" not in slot.text.data
        return _emptied(source, span) or (without_frame(slot, source) if is_line else edit)
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


def _filled(slot: Slot, source: bytes, edit: Edit) -> Edit:
    """Return `edit`, which fills an empty slot, where a line begins so that it stands on its own.

    It goes behind the prefix of a blank line, else on a new line like the one before.
    """
    at = edit.span.start
    start = source.rfind(b"\n", 0, at) + 1
    if slot.section is not None and start < at and _LINE_END.match(source, at):
        # The title of a section ends the line: the text begins on the next.
        eol = b"\r\n" if source.startswith(b"\r\n", at) else b"\n"
        return Edit(edit.span, eol + _indented(slot, source, start, edit.new))
    is_indented = 0 < start < at and not source[start:at].strip(b" \t>")
    if slot.name in _WHOLE_LINES and is_indented and not _LINE_END.match(source, at):
        # What closes the section has the line to itself.
        eol = b"\r\n" if source[start - 2 : start] == b"\r\n" else b"\n"
        above = source.rfind(b"\n", 0, start - 1) + 1
        return Edit(Span(start, start), _indented(slot, source, above, edit.new) + eol)
    before = source.rfind(b"\n", 0, max(at - 1, 0)) + 1
    if source[at - 1 : at] != b"\n" or before == at:
        return edit
    prefix = _PREFIX.match(source, at)
    end = prefix.end() if prefix else at
    if _LINE_END.match(source, end):
        return Edit(Span(end, end), edit.new)
    line = _indented(slot, source, before, edit.new)
    return Edit(edit.span, line + (b"\r\n" if source[at - 2 : at] == b"\r\n" else b"\n"))


def _indented(slot: Slot, source: bytes, line: int, new: bytes) -> bytes:
    """Return the lines of `new`, wrapped by the slot's layers, as deep as the line at `line`."""
    found = _PREFIX.match(source, line)
    indent = found[0] if found else b""
    eol = b"\r\n" if slot.text.edit(0, 0, b"\n").new.startswith(b"\r") else b"\n"
    prefix = slot.text.edit(0, 0, b"\nx").new.removeprefix(eol)[:-1]
    if not indent.startswith(prefix):
        return indent + new
    further = re.compile(re.escape(eol + prefix) + rb"(?![\r\n])")
    return indent + further.sub(lambda _: eol + indent, new)
