"""What `formats check` shows: which edits hold, and where and why others are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zoterodigest.cli.base.screen import counted, first_of, hanging, styled, visible
from zoterodigest.cli.show.report_names import field_name
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.laws import LawsReport

_MOST = 3


def checked_text(name: str, document: Document, found: LawsReport) -> Iterator[str]:
    """Yield what people read of the laws of a digest's format."""
    number = counted(len(document.entries), "entry", "entries")
    formats = ", ".join(_formats(document))
    yield styled(f"{visible(name)}: {number} in the format {formats}", "bold")
    lines = ", ".join([*map(str, found.moved[:_MOST]), *["…"][: len(found.moved) > _MOST]])
    moves = f"lines {lines} would change" if lines else "nothing changes"
    yield f"  without an edit  {moves}"
    for one in found.fields:
        held = one.tried - len(one.refusals)
        yield f"  {field_name(one.field):<15}  {held} of {counted(one.tried, 'edit')} written"
        refused = [
            line
            for place, reason in one.refusals
            for line in hanging(f"    line {place}: ", visible(reason))
        ]
        yield from first_of(refused, 2 * _MOST, indent=4, remark=" (--json lists all)")
    yield from hanging("  a new entry      ", visible(found.new_entry) or "written")
    yield ""
    yield "All laws hold." if found.do_hold else "Some edits would be refused: see above."


def checked_data(name: str, document: Document, found: LawsReport) -> dict[str, Any]:
    """Return what holds as JSON can hold it."""
    return {
        "file": name,
        "formats": _formats(document),
        "entries": len(document.entries),
        "moved": list(found.moved),
        "edits": [
            {
                "field": one.field,
                "tried": one.tried,
                "refused": [{"line": line, "reason": reason} for line, reason in one.refusals],
            }
            for one in found.fields
        ],
        "new_entry": found.new_entry or None,
        "holds": found.do_hold,
    }


def _formats(document: Document) -> list[str]:
    return list(dict.fromkeys(entry.format.name for entry in document.entries))
