"""Annotations that a library may not have as they stand in a digest: another machine wrote them.

The digest and the lock file may come from a machine whose Zotero has synced since. What the library
of this one last showed (V) tells an annotation that was erased from one that is still to come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from zoterodigest.core.values.annotation import (
    Annotation,
    AnnotationAbsence,
    ItemAnnotations,
    WrittenBlocks,
)


def without_awaited(
    now: ItemAnnotations,
    written: WrittenBlocks,
    seen: WrittenBlocks,
    source: Callable[[Annotation], str],
) -> ItemAnnotations:
    """Return the annotations of an item `now`; of those that are awaited nothing is said.

    `written` is what the lock file says of the entry, `seen` what it said when this library last
    showed the same. One that this library never showed is not erased. One that it shows as it was
    seen then, although it was written anew since, has changed elsewhere. `source` is what
    `WrittenBlock` has of an annotation; it is asked only for those that were written anew.
    """
    behind = {
        one.key
        for one in now.annotations
        if one.key in written.keys() & seen.keys()
        and written[one.key].source != seen[one.key].source == source(one)
    }
    unheard = {
        key
        for key, why in now.absent.items()
        if why is AnnotationAbsence.ERASED and key not in seen
    }
    if not (behind or unheard):
        return now
    left = tuple(one for one in now.annotations if one.key not in behind)
    awaited = dict.fromkeys(sorted(behind | unheard), AnnotationAbsence.AWAITED)
    return replace(now, annotations=left, absent={**now.absent, **awaited})
