"""Mending: edits of a digest's bytes that must leave its entries what they are."""

from __future__ import annotations

from collections.abc import Sequence

from zoterodigest.core.values.span import Edit, splice
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import Reader


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
    """Whether each entry stands on the same lines, in the same format, and is as readable."""
    return _shape(before) == _shape(after)


def _shape(document: Document) -> list[tuple[object, ...]]:
    return [
        (it.format.name, it.first, it.last, it.unreadable, bool(it.broken), len(it.slots))
        for it in document.entries
    ]
