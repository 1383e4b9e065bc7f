"""What every command that reads digests says of those that it could read only in part."""

from __future__ import annotations

from collections.abc import Iterator

from zoterodigest.cli.base.screen import hanging, visible
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.estimate import missed_entries


def partly_read_text(name: str, document: Document) -> Iterator[str]:
    """Yield how many of about how many entries were read, nothing if nearly all were."""
    number, shown = len(document.entries), visible(name)
    advice = f"`zoterodigest inspect {shown}` shows the lines that were not"
    if not number:
        yield from hanging(f"{shown}: ", f"no entries recognised; {advice}")
    elif missed := missed_entries(document):
        some = f"{number:,} of about {number + missed:,} entries read"
        yield from hanging(f"{shown}: ", f"{some}; {advice}")
