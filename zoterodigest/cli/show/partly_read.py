"""What every command that reads digests says of those that it could read only in part."""

from __future__ import annotations

from collections.abc import Iterator

from zoterodigest.cli.base.screen import counted, hanging, visible
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.digest.read.later import has_slips


def slips_text(name: str, document: Document) -> Iterator[str]:
    """Yield how many lines a slip of the person's keeps from being read, nothing without any."""
    held = (entry for entry in document.entries if has_slips(entry))
    slips = {it.line for entry in held for it in entry.problems if it.is_slip}
    if slips:
        shown, verb = visible(name), "holds" if len(slips) == 1 else "hold"
        said = f"{counted(len(slips), 'line')} {verb} a mistake: a field was not read"
        yield from hanging(f"{shown}: ", f"{said}; see `zoterodigest lint {shown}`")


def partly_read_text(name: str, document: Document) -> Iterator[str]:
    """Yield how many of about how many entries were read, nothing if nearly all were."""
    number, shown = len(document.entries), visible(name)
    advice = f"`zoterodigest inspect {shown}` shows the lines that were not"
    if not number:
        yield from hanging(f"{shown}: ", f"no entries recognised; {advice}")
    elif missed := missed_entries(document):
        some = f"{number:,} of about {number + missed:,} entries read"
        yield from hanging(f"{shown}: ", f"{some}; {advice}")
