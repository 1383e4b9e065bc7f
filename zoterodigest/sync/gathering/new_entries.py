"""Which new entries may come into a digest, by the formats of those that are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoterodigest.project.config import DigestRules
from zoterodigest.sync.gathering.sources import ReadDigest

if TYPE_CHECKING:
    from zoterodigest.digest.format.format import DigestFormat

_NO_NOTES = (
    "this vault makes no notes by itself: to get one for each such item, add"
    ' new = { file = "@{citekey}.md" } to its [[digest]] in zoterodigest.toml'
)


def why_no_new_entries(read: ReadDigest) -> str:
    """Return why no format of this digest lets a sync write a new entry; "" if one does."""
    if read.digest.rules.is_vault:
        return why_no_new_notes(read.digest.rules)
    formats = formats_tried(read)
    if any(map(takes_any, formats)):
        return ""
    if kind := next((form.data for form in formats if form.data), None):
        return f"zoterodigest adds no papers to {kind.upper()} files: add it to the file by hand"
    if named := sorted({form.name for form in formats if form.new is not None}):
        return (
            f"entries of the format {', '.join(named)} are added only when asked for"
            ' ([new] has `when = "asked"`): run `zoterodigest add` with its identifier'
        )
    names = ", ".join(dict.fromkeys(form.name for form in formats))
    return (
        f"the format {names} has no [new] section, so zoterodigest can't add entries;"
        " `zoterodigest docs format-reference` shows how to write one"
    )


def why_no_new_notes(rules: DigestRules) -> str:
    """Return why a vault gets no note for an item; "" if it does, and for any other digest."""
    return _NO_NOTES if rules.is_vault and not rules.new else ""


def takes_any(form: DigestFormat) -> bool:
    """Tell whether a sync writes new entries in this format."""
    return form.new is not None and form.new.when == "always"


def formats_tried(read: ReadDigest) -> Sequence[DigestFormat]:
    """Return the formats of a digest's entries; without entries, those that were tried."""
    return tuple(entry.format for entry in read.document.entries) or read.formats
