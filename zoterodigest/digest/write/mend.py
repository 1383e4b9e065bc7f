"""Mending: edits of a digest's bytes that must leave its entries what they are."""

from __future__ import annotations

from collections.abc import Sequence

from zoterodigest.core.values.span import Edit, splice
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.edit_check import Reader


def mended(document: Document, edits: Sequence[Edit], read: Reader) -> Document:
    """Return a digest after `edits` that lie apart, without those that would spoil an entry."""
    if not edits:
        return document
    done = read(splice(document.source, edits))
    if _is_alike(document, done):
        return done
    done = document
    # From the end, so that the places of the edits above stay.
    for edit in sorted(edits, key=lambda one: one.span, reverse=True):
        trial = read(splice(done.source, [edit]))
        done = trial if _is_alike(done, trial) else done
    return done


def _is_alike(before: Document, after: Document) -> bool:
    """Whether each entry stands on the same lines, in the same format, and is as readable.

    It may be more readable: front matter that was no YAML.
    """
    if len(before.entries) != len(after.entries):
        return False
    return all(
        _place(old) == _place(new)
        and (
            (new.unreadable, len(new.slots)) == (old.unreadable, len(old.slots))
            or (new.unreadable < old.unreadable and len(new.slots) >= len(old.slots))
        )
        for old, new in zip(before.entries, after.entries, strict=True)
    )


def _place(entry: DigestEntry) -> tuple[object, ...]:
    return entry.format.name, entry.first, entry.last, bool(entry.broken)
