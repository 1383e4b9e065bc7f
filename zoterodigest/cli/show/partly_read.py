"""Digests that were read only in part: which they are, and what every command says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zoterodigest.cli.base.screen import counted, hanging, visible
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.digest.read.later import has_slips

if TYPE_CHECKING:
    from zoterodigest.sync.gathering.sources import ReadDigest
    from zoterodigest.sync.run.run import Prepared


def digests_meant(prepared: Prepared) -> Iterator[ReadDigest]:
    """Yield the digests, but for files without papers that only a pattern of the project names.

    `**/*.md` also names licenses and guides for contributors.
    """
    for read in prepared.gathered.digests:
        is_by_pattern = read.key != read.digest.rules.path and not prepared.workspace.is_named
        if read.document.entries or not is_by_pattern or missed_entries(read.document):
            yield read


def is_read_in_part(read: ReadDigest) -> bool:
    """Return whether a digest has text, and no entry or clearly not every entry of it was read.

    A file of a vault may be about no paper.
    """
    if read.digest.rules.is_vault:
        return False
    if not read.document.entries:
        return not read.is_blank
    return missed_entries(read.document) > 0


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
