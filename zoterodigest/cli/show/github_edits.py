"""What was edited in digests since the last sync, as annotations of a pull request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from zoterodigest.cli.base.screen import counted
from zoterodigest.cli.show.github_annotations import github_annotation
from zoterodigest.cli.show.report_names import field_name
from zoterodigest.core.links.link import LockRow
from zoterodigest.core.values.record import Entry
from zoterodigest.sync.items.edited import EditsSinceSync

_NOTHING = "Nothing was edited in digests since the last sync."


def github_edits(found: EditsSinceSync) -> Iterator[str]:
    """Yield an annotation for each entry, for the entries that each digest lost, and the sum."""
    for unread in found.unread_digests:
        yield github_annotation("warning", unread.key, 1, unread.error.reason)
    for one in found.edited:
        fields = ", ".join(map(field_name, one.fields))
        yield _at(one.entry, f"Edited since the last sync: {fields}")
    for entry in found.new:
        yield _at(entry, "New entry")
    yield from _lost(found.unreadable, "warning", "Can't be read any more")
    yield from _lost(found.removed, "notice", "No longer here since the last sync")
    yield _sum(found)


def _at(entry: Entry, message: str) -> str:
    return github_annotation("notice", entry.digest, entry.place.start_line, message)


def _lost(rows: Iterable[LockRow], level: str, what: str) -> Iterator[str]:
    """Yield an annotation for each digest; the lock file knows no line and no title of a row."""
    names = defaultdict(list)
    for row in rows:
        known = sorted(map(str, row.identifiers))
        names[row.digest].append(known[0] if known else f"the entry with the link {row.id}")
    for digest, lost in sorted(names.items()):
        yield github_annotation(level, digest, 1, f"{what}: {', '.join(sorted(lost))}")


def _sum(found: EditsSinceSync) -> str:
    kinds = {"new": found.new, "edited": found.edited, "removed": found.removed}
    counts = [
        counted(len(entries), f"{kind} entry", f"{kind} entries")
        for kind, entries in kinds.items()
        if entries
    ]
    return (
        f"{', '.join(counts)}. The next sync takes them to the library, or reports why not."
        if counts
        else _NOTHING
    )
