"""Findings in files as annotations of GitHub Actions, which shows them in the diff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any

from zoterodigest.cli.base.options import option
from zoterodigest.cli.base.screen import counted, visible
from zoterodigest.cli.show.report_names import field_name
from zoterodigest.core.links.link import LockRow
from zoterodigest.core.values.record import Entry

if TYPE_CHECKING:
    from zoterodigest.sync.items.edited import EditsSinceSync


class FindingForm(Enum):
    """How findings are printed."""

    TEXT = "text"
    GITHUB = "github"


def report_option(names: str = "--report") -> Any:
    """Declare the option that chooses how findings are printed."""
    return option(names, "Text, or annotations for GitHub Actions.", FindingForm.TEXT, shown=True)


# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
def github_annotation(level: str, file: str, line: int, message: str, *, column: int = 0) -> str:
    """Return the workflow command of a finding, of a `level` that GitHub knows.

    Nothing in the finding ends the command early.
    """
    name = _escaped(visible(file)).replace(":", "%3A").replace(",", "%2C")
    place = f"file={name},line={line}" + (f",col={column}" if column else "")
    return f"::{level} {place}::{_escaped(visible(message))}"


def _escaped(text: str) -> str:
    # The percent sign first, or it would escape the escapes.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_edits(found: EditsSinceSync) -> Iterator[str]:
    """Yield what was edited in digests since the last sync, as annotations of a pull request.

    There is one for each entry, one for the entries that each digest lost, and then the sum.
    """
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
    counts = [counted(len(entries), f"{kind} entry") for kind, entries in kinds.items() if entries]
    if not counts:
        return "Nothing was edited in digests since the last sync."
    return f"{', '.join(counts)}. The next sync takes them to the library, or reports why not."
